"""Writes lint_alpine/data/*.json: the facts of a folder, reduced to what the product uses, and corrected.

    python tools/make_data.py FOLDER

FOLDER holds alpine_releases.json, debian_releases.json, python_images.json, other_images.json, native_packages.json,
apk_packages.json, needs_compiler.json and musl_hazards.json. The corrections are written by hand, each with reason and
source; they are merged at every run, so that fresher facts keep them. The same input gives the same bytes.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias, cast

from packaging.version import Version

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Record: TypeAlias = dict[str, Json]

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "lint_alpine" / "data"
GATHERED = (
    "alpine_releases",
    "debian_releases",
    "python_images",
    "other_images",
    "native_packages",
    "apk_packages",
    "needs_compiler",
    "musl_hazards",
)
RECIPE = "tools/make_data.py FOLDER, merged with tools/corrections.json"


def render(document: Mapping[str, Json]) -> str:
    """Compact JSON with one entry per line, so that a diff shows which fact changed."""
    parts = [f"{_compact(key)}:{_entries(value)}" for key, value in document.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _entries(value: Json) -> str:
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"{_compact(key)}:{_compact(entry)}" for key, entry in value.items()) + "\n}"
    return _compact(value)


def _compact(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def record(value: Json) -> Record:
    if not isinstance(value, dict):
        raise TypeError(f"an object is expected, not {value!r}")
    return value


def strings(value: Json) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"a list of strings is expected, not {value!r}")
    return cast("list[str]", value)


def known(entries: Mapping[str, Json]) -> Record:
    """Without what is not known, empty or false: the reader has a default for it."""
    return {key: value for key, value in entries.items() if value not in (None, False, "", [], {})}


def header(facts: Record) -> Record:
    return {"as_of": facts["as_of"], "source": _sources(facts["source"]), "recipe": RECIPE}


def _sources(value: Json) -> Json:
    """Repository at commit, or the words of the source where it is none."""
    if isinstance(value, str):
        return value
    found: list[Json] = []
    for item in cast("list[Json]", value):
        entry = record(item)
        commit = entry.get("commit")
        name = str(entry.get("repo") or entry.get("page"))
        found.append(f"{name}@{str(commit)[:12]}" if commit else name)
    return found


# images.json


def images(facts: Mapping[str, Record], corrections: Record) -> Record:
    python, other = facts["python_images"], facts["other_images"]
    aliases = record(other["registry_aliases"])
    extra = record(corrections["images"])
    architectures = record(python["arch_map"])
    return {
        **header(python),
        "prefixes": [*strings(aliases["docker_hub_prefixes"]), *strings(aliases["mirrors_of_official_images"])],
        "architectures": {
            prefix: architectures[prefix.removesuffix("/")]
            for prefix in strings(aliases["arch_namespaces_of_official_images"])
        },
        "python_packages": extra["python_packages"],
        "full_packages": record(record(python["image_facts"])["full"])["preinstalled_apt"],
        "slim_packages": record(record(python["image_facts"])["slim"])["preinstalled_apt"],
        "onbuild": extra["python_onbuild"],
        "ubuntu": extra["ubuntu"],
        "bundled_pip": extra["bundled_pip"],
        "pip_releases": extra["pip_releases"],
        "minors": {minor: _minor(record(entry), minor, python) for minor, entry in record(python["minors"]).items()},
        "versions": {
            version: _python_version(record(entry), version, extra)
            for version, entry in record(python["versions"]).items()
        },
        "tags": {
            tag: _python_tag(record(entry))
            for tag, entry in record(python["aliases"]).items()
            if record(entry)["os"] != "windows"
        },
        "images": _other_images(other, extra, _release(record(facts["alpine_releases"]["docker_tags"])["latest"])),
        "bases": {
            tag: [record(period)["base"] for period in cast("list[Json]", periods)]
            for tag, periods in record(other["uv_base_tags"]).items()
        },
        "alpine_tags": {
            repository: {tag: cast("list[Json]", period)[0] for tag, period in record(tags).items()}
            for repository, tags in record(other["official_alpine_tags"]).items()
        },
    }


def _minor(entry: Record, minor: str, python: Record) -> Record:
    current = any(
        record(version)["current"] and re.match(rf"{re.escape(minor)}\.", name)
        for name, version in record(python["versions"]).items()
    )
    return {"eol": entry["eol"], "latest": entry["last_image_version"], "current": current}


def _python_version(entry: Record, version: str, extra: Record) -> Record:
    return known(
        {
            "alpine": _variant(entry, "alpine"),
            "slim": _variant(entry, "slim"),
            "full": _variant(entry, "debian"),
            "onbuild": bool(entry["onbuild"]),
            "pip": entry["pip"],
            "tzdata": _within(version, record(extra["tzdata"])),
            "pgo": _within(version, record(extra["pgo"])),
            "small_stack": bool(entry["alpine_default"])
            and str(entry["last_listed"]) < str(extra["thread_stack_since"]),
        }
    )


def _within(version: str, ranges: Record) -> bool:
    """Whether a version lies between the first and the last one (null: open) that its minor version has in a table."""
    minor = ".".join(version.split(".")[:2])
    bounds = ranges.get(minor, ranges.get("later") if Version(minor) >= Version("3.11") else None)
    if bounds is None:
        return False
    first, last = cast("list[Json]", bounds)
    return (first is None or Version(version) >= Version(str(first))) and (
        last is None or Version(version) <= Version(str(last))
    )


def _variant(entry: Record, name: str) -> Record | None:
    default = entry[f"{name}_default"]
    explicit = strings(entry[name])
    return {"default": default, "explicit": cast("Json", explicit)} if default or explicit else None


def _python_tag(entry: Record) -> Json:
    if entry["os"] == "debian":
        variant = "onbuild" if entry.get("onbuild") else "slim" if entry.get("slim") else "full"
    else:
        variant = str(entry["os"])
    return [entry["python"], variant, entry["release"]]


def _release(version: Json) -> str:
    return ".".join(str(version).split(".")[:2])


def _other_images(other: Record, extra: Record, newest: str) -> Record:
    """Rules by repository, in the order in which they are tried."""
    changes = [record(change) for change in cast("list[Json]", extra["other"])]
    used: set[int] = set()
    found: dict[str, list[Json]] = {}

    def add(rule: Record, repositories: Json) -> None:
        if rule.get("release") == "newest":
            rule["release"] = newest
        for repository, arch in record(repositories).items():
            found.setdefault(repository, []).append(cast("Json", known({**rule, "arch": arch or rule.get("arch")})))

    for item in cast("list[Json]", other["images"]):
        rule = record(item)
        repository, tag = str(rule["repository"]), str(rule["tag_regex"])
        replaced = [
            n for n, change in enumerate(changes) if (change["repository"], change.get("tag")) == (repository, tag)
        ]
        used.update(replaced)
        for number in replaced:
            also = record(changes[number].get("also", {repository: None}))
            for form in cast("list[Json]", changes[number]["forms"]):
                add({**_image_rule(rule), **record(form)}, also)
        if not replaced:
            add(_image_rule(rule), {repository: None})
    for number, change in enumerate(changes):
        if number not in used:
            if "tag" in change:
                raise ValueError(f"corrections.json: no rule of {change['repository']} has the tag {change['tag']!r}")
            for form in cast("list[Json]", change["forms"]):
                add(record(form), {str(change["repository"]): None})
    for repository, entry_of in record(other["official_alpine_other"]).items():
        if repository not in found:
            found[repository] = _official(record(entry_of))
    for repository, successor in record(extra["successors"]).items():
        for each in map(record, found[repository]):
            if "ended" in each:
                each["successor"] = record(successor)["text"]
    return cast("Record", found)


def _official(entry: Record) -> list[Json]:
    """Alpine variants of an official image: the release stands in the tag, or is that of the newest unqualified tag."""
    release = entry["unqualified_alpine_tags"]
    rule: Record = {"distro": "alpine", "libc": "musl"}
    rules: list[Json] = [{"tag": r"(?:.*-)?alpine(?P<release>3\.\d+)(?:-.*)?", **rule}]
    if isinstance(release, str):
        rules.append({"tag": "alpine", **rule, "release": release})
    rules.append({"tag": ".*" if entry["default_alpine"] else ".*alpine.*", **rule})
    return rules


def _image_rule(rule: Record) -> Record:
    python = record(rule["python"])
    release, version = rule["distro_release"], python.get("version")
    kind = str(python.get("kind") or "")
    base = re.fullmatch(r"(python:\d[\w.]*-alpine\d[\d.]*)", kind)
    preinstalled = [name for name in strings(rule["preinstalled"]) if re.fullmatch(r"[a-z0-9][\w.+-]*", name)]
    return known(
        {
            "tag": rule["tag_regex"],
            "distro": rule["distro"],
            "release": release if isinstance(release, str) and re.fullmatch(r"[a-z]+|\d+(\.\d+)?", release) else None,
            "libc": rule["libc"] if rule["libc"] in ("musl", "glibc") else None,
            "base": base[1] if base else None,
            "python": version if isinstance(version, str) and re.fullmatch(r"\d+(\.\d+)+", version) else None,
            "prefix": python.get("prefix"),
            "packages": cast("Json", preinstalled),
            "slim": rule["slim_alternative"],
            "ended": _ended(str(rule["status"])),
        }
    )


def _ended(status: str) -> str | None:
    """The day on which an image, or its Alpine variant, stopped getting updates."""
    found = re.search(r"\d{4}-\d{2}-\d{2}", status)
    return found[0] if found and status != "active" else None


# alpine.json


def alpine(facts: Mapping[str, Record], corrections: Record) -> Record:
    source = facts["alpine_releases"]
    extra = record(corrections["alpine"])
    return {
        **header(source),
        # By then it was known what each of them says: the day against which an end of life is measured.
        "gathered": max(str(each["as_of"]) for each in facts.values()),
        "releases": {
            str(record(item)["version"]): _alpine_release(record(item), extra)
            for item in cast("list[Json]", source["releases"])
        },
    }


def _alpine_release(entry: Record, extra: Record) -> Record:
    version = str(entry["version"])
    pip = record(entry["pip"])
    return known(
        {
            "eol": entry["eol"],
            "musl": entry["musl"],
            "python3": _packaged(entry["python3"]),
            "python2": _packaged(entry["python2"]),
            "pip": {"package": pip["apk"], "version": pip["version"] or record(extra["bundled_pip"]).get(version)}
            if pip["apk"]
            else None,
            "externally_managed": entry["externally_managed"],
            "thread_stack": entry["python3_thread_stack_bytes"],
            "rust": _packaged(entry["rust"]),
            "packages": record(extra["packages"])[version],
        }
    )


def _packaged(value: Json) -> Json:
    """The version in main or community; what is in testing cannot be installed on a stable release."""
    if value is None or record(value)["repository"] == "testing":
        return None
    return record(value)["version"]


# debian.json


def debian(facts: Mapping[str, Record], _corrections: Record) -> Record:
    source = facts["debian_releases"]
    return {
        **header(source),
        "releases": {
            str(record(item)["codename"]): known(
                {key: record(item)[key] for key in ("version", "glibc", "glibc_by_arch")}
            )
            for item in cast("list[Json]", source["releases"])
        },
        "others": {
            f"{record(item)['distro']} {record(item)['version']}": record(item)["glibc"]
            for item in cast("list[Json]", source["other_glibc_distros"])
        },
    }


# native.json


def native(facts: Mapping[str, Record], corrections: Record) -> Record:
    source = facts["native_packages"]
    extra = record(corrections["native"])
    changes = record(extra["packages"])
    toolchain = record(record(source["toolchain_map"])["apk"])
    measured = _measured(facts["needs_compiler"])
    packages: Record = {}
    for name in sorted({*record(source["packages"]), *changes}):
        given = record(source["packages"]).get(name)
        entry = _native_package(record(given), toolchain, strings(extra["uses_cffi"])) if given else {}
        packages[name] = [cast("Json", variant) for variant in _native_variants(entry, changes.get(name))]
    for name, result in measured.items():
        for form in cast("list[Json]", packages.get(name, [])):
            if not any("optional_extension" in record(given) for given in _forms(changes.get(name))):
                record(form)["optional_extension"] = result
    for forms in packages.values():
        for form in cast("list[Json]", forms):
            if record(form).get("optional_extension") is False:
                del record(form)["optional_extension"]
    for forms in packages.values():
        for form in cast("list[Json]", forms):
            _unverified_is_optional(record(form))
    return {**header(source), "toolchain": toolchain, "packages": packages}


def _native_package(entry: Record, toolchain: Record, uses_cffi: Iterable[str]) -> Record:
    words = strings(entry.get("toolchain"))
    tools = {package for word in words for package in strings(toolchain[word])} | {"gcc", "g++", "musl-dev"}
    headers = [package for package in strings(entry["build"]) if package not in tools]
    runtime = strings(entry["runtime"])
    if str(entry["name"]).lower() in uses_cffi:
        headers = [package for package in headers if package != "libffi-dev"]
        runtime = [package for package in runtime if package != "libffi"]
    return known(
        {
            "kind": entry["kind"] if entry["kind"] != "extension" else None,
            "toolchain": cast("Json", words),
            "build": cast("Json", headers),
            "runtime": cast("Json", runtime),
            "runtime_even_with_wheel": entry["runtime_even_with_wheel"],
            "optional_extension": entry["optional_extension"],
            "alternative": entry["alternative"],
            "verified": entry["verified"],
        }
    )


def _unverified_is_optional(form: Record) -> None:
    """A header that nobody has checked is not said to be one that the build fails without."""
    if form.get("verified", "unverified") == "unverified" and "build" in form:
        form["optional"] = cast("Json", [*strings(form.pop("build")), *strings(form.get("optional"))])


def _forms(change: Json) -> list[Record]:
    """The hand-written forms of a project, each with what all of them share."""
    if change is None:
        return []
    written = record(change)
    shared = record(written.get("all", {}))
    forms = [{**shared, **record(form)} for form in cast("list[Json]", written.get("forms", [{}]))]
    # The notes are for whoever corrects.
    return [{key: value for key, value in form.items() if key != "note"} for form in forms]


def _native_variants(entry: Record, change: Json) -> list[Record]:
    """One form per range of releases, the oldest first; `before` is the first release that the form does not fit."""
    found = [known({**entry, **form}) for form in _forms(change) or [{}]]
    order = [Version(str(form["before"])) for form in found[:-1]]
    if order != sorted(order) or "before" in found[-1]:
        raise ValueError(f"corrections.json: forms out of order: {change}")
    return found


def _measured(source: Record) -> dict[str, bool]:
    """Whether the newest measured release of a project built with every compiler disabled."""
    found = {}
    for requirement, result in record(source["projects"]).items():
        name = re.sub(r"[-_.]+", "-", re.split(r"==|@", requirement)[0]).lower()
        found[name] = record(result)["result"] == "builds-without-compiler"
    return found


# apk.json


def apk(facts: Mapping[str, Record], corrections: Record) -> Record:
    source = facts["apk_packages"]
    extra = record(corrections["apk"])
    changes = record(extra["packages"])
    without = strings(extra["without_pkgconf"])
    packages: Record = {}
    for name in sorted({*record(source["packages"]), *changes}):
        entry = record(record(source["packages"]).get(name, {}))
        change = {key: value for key, value in record(changes.get(name, {})).items() if key not in ("reason", "source")}
        merged = {**entry, **change}
        if name.endswith("-dev") and name not in without:
            merged["contains"] = cast("Json", [*strings(merged.get("contains")), "pkgconf"])
        packages[name] = _apk_package(merged)
    return {
        **header(source),
        "packages": packages,
        "py3_to_pypi": {name: record(entry)["pypi"] for name, entry in sorted(record(source["py3_to_pypi"]).items())},
    }


def _apk_package(entry: Record) -> Record:
    shown = {key: entry.get(key) for key in ("role", "contains", "contains_in", "runtime", "missing_in", "substitute")}
    if (successor := entry.get("successor")) is not None:
        shown["successor"] = {key: value for key, value in record(successor).items() if key != "prefer"}
    first, last = entry.get("first_release"), entry.get("last_release")
    return known({**shown, "first": first if first != "3.3" else None, "last": last if last != "edge" else None})


# hazards.json


def hazards(facts: Mapping[str, Record], _corrections: Record) -> Record:
    """What is tied to releases of Alpine; matters of one tool (an old pip) have their place elsewhere."""
    source = facts["musl_hazards"]
    found: Record = {}
    for item in map(record, cast("list[Json]", source["hazards"])):
        releases = record(item["alpine"])
        if item["id"] == "pgo-off" or any(releases.values()):
            bounds: Record = {"since": releases["from"], "before": releases["before"]}
            found[str(item["id"])] = known(bounds)
    return {**header(source), "hazards": found}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with the gathered facts")
    folder: Path = parser.parse_args().folder
    facts = {name: record(json.loads((folder / f"{name}.json").read_text("utf-8"))) for name in GATHERED}
    corrections = record(json.loads((HERE / "corrections.json").read_text("utf-8")))
    for make in (images, alpine, debian, native, apk, hazards):
        target = DATA / f"{make.__name__}.json"
        target.write_text(render(make(facts, corrections)), "utf-8")
        print(f"{target.relative_to(HERE.parent)}: {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
