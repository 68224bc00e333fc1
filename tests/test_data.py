import json
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from lint_alpine import data

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "lint_alpine" / "data"
NAMES = ["alpine", "apk", "debian", "hazards", "images", "native"]
TOOL = runpy.run_path(str(ROOT / "tools" / "make_data.py"))
CORRECTIONS = json.loads((ROOT / "tools" / "corrections.json").read_text("utf-8"))
RELEASE = re.compile(r"3\.\d+|edge")


def read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return document


@pytest.mark.parametrize("name", NAMES)
def test_file_is_dated_and_says_where_it_comes_from(name: str) -> None:
    document = read(name)
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", document["as_of"])
    assert document["source"]
    assert "tools/make_data.py" in document["recipe"]


@pytest.mark.parametrize("name", NAMES)
def test_file_is_what_the_tool_writes(name: str) -> None:
    render: Callable[[dict[str, Any]], str] = TOOL["render"]
    text = (FOLDER / f"{name}.json").read_text("utf-8")
    assert text == render(json.loads(text))


@pytest.mark.parametrize("name", NAMES)
def test_loading(name: str) -> None:
    load: Callable[[], dict[str, Any]] = getattr(data, name)
    assert load() is load()
    assert load() == read(name)


def test_images_are_well_formed() -> None:
    known = data.images()
    assert set(known["minors"]) == {
        ".".join(Version(version).base_version.split(".")[:2]) for version in known["versions"]
    }
    for version, entry in known["versions"].items():
        Version(version)
        Version(entry.get("pip", "0"))
        for suites in (entry.get("alpine"), entry.get("slim"), entry.get("full")):
            assert suites is None or suites["default"] or suites["explicit"], version
    for tag, (python, variant, release) in known["tags"].items():
        assert python in known["versions"], tag
        assert variant in ("alpine", "slim", "full", "onbuild"), tag
        # What the oldest onbuild images were made from is not known.
        assert variant == "onbuild" or release in data.debian()["releases"] or RELEASE.fullmatch(release), tag
    for repository, rules in known["images"].items():
        assert rules, repository
        for rule in rules:
            groups = re.compile(rule["tag"]).groupindex
            for template in (rule.get("base", ""), rule.get("slim", "")):
                assert set(re.findall(r"\{(\w+)\}", template)) <= set(groups), (repository, template)
            assert rule.get("libc") in (None, "musl", "glibc"), repository


def test_alpine_is_well_formed() -> None:
    known = data.alpine()
    assert list(known["releases"]) == [f"3.{minor}" for minor in range(3, len(known["releases"]) + 2)] + ["edge"]
    for release, entry in known["releases"].items():
        Version(entry["musl"])
        assert "musl" in entry["packages"], release
        assert "eol" in entry or release == "edge"
        # Where pip is known to come with the release, so is its version: None would pass for a modern one.
        assert "pip" not in entry or entry["pip"]["version"], release


def test_debian_is_well_formed() -> None:
    for codename, entry in data.debian()["releases"].items():
        assert codename.isalpha()
        assert "glibc" in entry or codename == "wheezy"
        for glibc in entry.get("glibc_by_arch", {}).values():
            assert re.fullmatch(r"2\.\d+", glibc)


def test_native_is_well_formed() -> None:
    known = data.native()
    for name, forms in known["packages"].items():
        assert name == canonicalize_name(name)
        bounds = [Version(form["before"]) for form in forms if "before" in form]
        assert bounds == sorted(bounds), name
        assert [("before" in form) for form in forms] == [True] * (len(forms) - 1) + [False], name
        for form in forms:
            assert form.get("kind", "extension") in ("extension", "pure", "runtime-only", "binary-only"), name
            assert set(form.get("toolchain", [])) <= set(known["toolchain"]), name
            compiles = form.get("kind", "extension") == "extension" and form.get("verified") != "index"
            assert bool(form.get("toolchain")) or not compiles, name
            assert not set(form.get("build", ())) & set(form.get("optional", ())), name
            assert re.fullmatch(r"(\d+\.\d+)?", form.get("rust", "")), name
            assert form.get("verified", "unverified") != "unverified" or "build" not in form, name
            for package in (*form.get("build", ()), *form.get("runtime", ())):
                assert package in data.apk()["packages"], (name, package)


def test_apk_is_well_formed() -> None:
    roles = {
        "meta", "compiler", "build-tool", "libc-headers", "headers", "runtime-library", "python", "tool", "data",
    }  # fmt: skip
    for name, entry in data.apk()["packages"].items():
        assert entry.get("role") in roles, name
        for release in (entry.get("first", "edge"), entry.get("last", "edge"), *entry.get("missing_in", ())):
            assert RELEASE.fullmatch(release), name
        for ranged in entry.get("contains_in", ()):
            assert ranged["packages"], name
            assert {"since", "before"} & set(ranged), name
        assert name not in entry.get("contains", ()), name


def test_hazards_are_well_formed() -> None:
    for name, entry in data.hazards()["hazards"].items():
        assert re.fullmatch(r"[a-z0-9-]+", name)
        bounds = {entry.get("since", "edge"), entry.get("before", "edge")}
        # What is not tied to releases at all says nothing here, but for one that images.json dates.
        assert bounds != {"edge"} or name == "pgo-off", name
        assert all(RELEASE.fullmatch(release) for release in bounds), name


@pytest.mark.parametrize("section", ["native", "apk"])
def test_corrections_have_a_source(section: str) -> None:
    for name, entry in CORRECTIONS[section]["packages"].items():
        assert entry["source"], name


def test_image_corrections_have_reason_and_source() -> None:
    for entry in CORRECTIONS["images"]["other"]:
        assert entry["reason"], entry
        assert entry["source"], entry


def test_forms_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="out of order"):
        TOOL["_native_variants"]({}, {"forms": [{"before": "2"}, {"before": "1"}, {}]})
    with pytest.raises(ValueError, match="out of order"):
        TOOL["_native_variants"]({}, {"forms": [{"before": "2"}]})
