"""Folders of wheels as a source: which file names belong to a project, as pip itself scans a folder."""

import os
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag
from packaging.version import Version

from lint_alpine.context import Missing
from lint_alpine.wheels.choice import Target, candidates
from lint_alpine.wheels.distribution import parse
from lint_alpine.wheels.evidence import Offer, Unavailable
from lint_alpine.wheels.folders import Folder, Folders, LocalFile


@pytest.fixture(autouse=True)
def _nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("PIP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


TAGS = (
    Tag("cp312", "cp312", "musllinux_1_2_x86_64"),
    Tag("cp312", "abi3", "musllinux_1_1_x86_64"),
    Tag("py3", "none", "any"),
)
TARGET = Target(TAGS, Version("3.12"))
NUMBERS = count()


@dataclass
class Bytes:
    """A file in memory."""

    content: bytes = b""

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, start: int, size: int) -> bytes:
        return self.content[start : start + size]


@dataclass
class Broken:
    """A file that is listed and cannot be read."""

    @property
    def size(self) -> Missing:
        return Missing("permission denied")

    def read(self, start: int, size: int) -> Missing:
        return Missing("permission denied")


PROJECT = st.sampled_from(["thing", "Thing", "th-ing", "th_ing", "th.ing", "th__ing", "thing2", "th"])
VERSION = st.sampled_from(["1.0", "1", "1.0.post1", "2.0a1", "1.0+local.1", "1.0_1", "x", "1!2.0", "01.0", ""])
BUILD = st.sampled_from(["", "", "-1", "-2x", "-b"])
WHEEL_TAG = st.sampled_from(
    [
        "py3-none-any",
        "py2.py3-none-any",
        "cp312-cp312-musllinux_1_2_x86_64",
        "cp312-abi3-musllinux_1_1_x86_64",
        "py3-none",
    ]
)
NAME = st.one_of(
    st.builds("{}-{}{}-{}.whl".format, PROJECT, VERSION, BUILD, WHEEL_TAG),
    st.builds(
        "{}-{}{}".format, PROJECT, VERSION, st.sampled_from([".tar.gz", ".zip", ".tar.bz2", ".tgz", ".egg", ".whl"])
    ),
    st.text(alphabet="thing-_.0123whltargz", min_size=1, max_size=20).filter(lambda text: text not in (".", "..")),
)


def pip_takes(folder: Path, name: str) -> list[str]:
    """The files of a folder that pip could install, the one that it prefers first."""
    from pip._internal.commands import create_command
    from pip._internal.models.target_python import TargetPython
    from pip._internal.network.session import PipSession
    from pip._vendor.packaging.tags import Tag as PipTag

    command = create_command("install")
    options, _ = command.parse_args(["x"])
    options.find_links, options.no_index = [str(folder)], True
    python = TargetPython(platforms=["musllinux_1_2_x86_64"], py_version_info=(3, 12, 99))
    python._valid_tags = [PipTag(tag.interpreter, tag.abi, tag.platform) for tag in TAGS]
    python._valid_tags_set = set(python._valid_tags)
    finder = command._build_package_finder(options, PipSession(), target_python=python)  # type: ignore[attr-defined]
    found = finder.find_best_candidate(name).applicable_candidates
    return [candidate.link.filename for candidate in reversed(found)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.sets(NAME, max_size=6))
def test_as_pip_scans_a_folder(tmp_path: Path, names: set[str]) -> None:
    folder = tmp_path / str(next(NUMBERS))
    folder.mkdir()
    for name in names:
        (folder / name).touch()
    source = Folders([Folder("wheels/", {name: Bytes() for name in names})])
    for project in ("thing", "th-ing"):
        offer = source.offers([project])[project]
        assert isinstance(offer, Offer)
        ours = [file.filename for file in candidates(offer.distributions, SpecifierSet(), TARGET)]
        assert ours == pip_takes(folder, project)


def test_file_that_cannot_be_read_concerns_its_project_alone() -> None:
    files: dict[str, LocalFile] = {"a-1.0-py3-none-any.whl": Broken(), "b-1.0-py3-none-any.whl": Bytes(b"no zip")}
    source = Folders([Folder("wheels/", files)])
    found = source.offers(["a", "b", "pip", "c"])
    assert found["a"] == Unavailable("a", "`a-1.0-py3-none-any.whl` cannot be read: permission denied")
    assert isinstance(found["b"], Offer)
    # What images bring need not be in the folder.
    assert found["pip"] == Unavailable("pip", "`wheels/` has no file of it, and no index is asked", absent=True)
    assert isinstance(found["c"], Offer)
    assert found["c"].why_none == "`wheels/` has no file of it, and no index is asked"


@pytest.mark.parametrize("content", [b"", b"x", b"\x1f\x8b", b"PK\x05\x06" + b"\xff" * 18, b"PK\x05\x06" + b"\0" * 17])
@pytest.mark.parametrize("filename", ["a-1.0-py3-none-any.whl", "a-1.0.tar.gz", "a-1.0.zip"])
def test_archives_that_lie(filename: str, content: bytes) -> None:
    source = Folders([Folder("wheels/", {filename: Bytes(content)})])
    file = parse(filename, "a")
    assert file is not None
    key = ("a", Version("1.0"))
    assert isinstance(source.needs({key: (file,)})[key], Unavailable)
    assert isinstance(source.sdist_contents([file])[filename], Unavailable)


def test_what_is_in_no_folder() -> None:
    source = Folders([Folder("wheels/", {})])
    file = parse("a-1.0.tar.gz", "a")
    assert file is not None
    key = ("a", Version("1.0"))
    assert source.needs({key: (file,)})[key] == Unavailable("a", "it is not in the folder")
    assert source.sdist_contents([file])["a-1.0.tar.gz"] == Unavailable("a", "it is not in the folder")


def test_size_of_a_source_distribution_is_bounded() -> None:
    @dataclass
    class Huge(Bytes):
        @property
        def size(self) -> int:
            return 65 * 1024 * 1024

    source = Folders([Folder("wheels/", {"a-1.0.tar.gz": Huge()})])
    file = parse("a-1.0.tar.gz", "a")
    assert file is not None
    answer = source.sdist_contents([file])["a-1.0.tar.gz"]
    assert answer == Unavailable("a", "its source distribution is larger than 64 MB")
