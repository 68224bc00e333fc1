"""METADATA that pip refuses, files that nobody can read: real requests to a server on loopback."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from lint_alpine.environment import Environment, Libc
from lint_alpine.installs.dependency import Dependency, Installer, Requirements
from lint_alpine.source import Source
from lint_alpine.wheels.cache import DiskCache
from lint_alpine.wheels.index import PackageIndex
from lint_alpine.wheels.judge import judge
from lint_alpine.wheels.settings import IndexSettings
from lint_alpine.wheels.sources import Sources
from tests.archives import wheel
from tests.loopback import Server

GOOD = ""
OTHER = "Name: other"
NEWER = "Version: 9"
INVALID = "Requires-Dist: ok ~~~ 3"
LEGACY = "Requires-Dist: ok (>dev)"
LONG = f"Requires-Dist: ok>={'9' * 5000}"
LARGE = "Keywords: " + "x" * 3_000_000
DAMAGED = None


def content(name: str, version: str, line: str | None) -> bytes:
    """A wheel with that line in its METADATA."""
    return b"PK" + bytes(50_000) if line is None else wheel(name, version, *filter(None, [line]))


def image(pip: str | None) -> Environment:
    return Environment("alpine", "alpine", "3.22", Libc("musl", (1, 2)), "x86_64", "3.12.1", pip=pip)


def judged(
    server: Server, cache: Path, files: dict[str, str | None], wanted: str = "thing", pip: str | None = None
) -> tuple[str, str | None, str]:
    """Outcome, version and reason of `thing`."""
    server.offer("ok", {"ok-1.0-py3-none-any.whl": wheel("ok")})
    server.offer("thing", {file: content("thing", file.split("-")[1], line) for file, line in files.items()})
    source = Source("requirements.txt", wanted)
    dependencies = tuple(Dependency(Requirement(word), source.line_span(1)) for word in (wanted, "ok"))
    with PackageIndex(IndexSettings((server.url,)), DiskCache(cache)) as index:
        sources = Sources([index], [index], [index])
        found, _ = judge(Installer.PIP, Requirements(dependencies), image(pip), sources)
    verdicts = {each.name: each for each in found}
    assert verdicts["ok"].outcome == "wheel"
    thing = verdicts["thing"]
    return thing.outcome.value, thing.version, thing.whole_reason


def release(version: str, tag: str = "py3-none-any") -> str:
    return f"thing-{version}-{tag}.whl"


NEW, OLD = release("2.0"), release("1.0")


@pytest.mark.parametrize("again", [False, True], ids=["asked", "remembered"])
@pytest.mark.parametrize(
    ("files", "wanted", "pip", "expected"),
    [
        # The next release, where pip passes over the newest.
        ({NEW: OTHER, OLD: GOOD}, "thing", None, ("wheel", "1.0", "fits")),
        ({NEW: NEWER, OLD: GOOD}, "thing", None, ("wheel", "1.0", "fits")),
        ({NEW: INVALID, OLD: GOOD}, "thing", None, ("wheel", "1.0", "fits")),
        (
            {release(f"1.{each}"): INVALID for each in range(1, 30)} | {OLD: GOOD},
            "thing",
            None,
            ("wheel", "1.0", "fits"),
        ),
        (
            {NEW: INVALID, OLD: GOOD},
            "thing>=2",
            None,
            ("unknown", None, "2.0: its METADATA has the invalid requirement"),
        ),
        ({OLD: OTHER}, "thing", None, ("unknown", None, "1.0: its METADATA names another release")),
        ({OLD: OTHER}, "thing==1.0", None, ("unknown", None, "1.0: its METADATA names another release")),
        ({NEW: INVALID, OLD: OTHER}, "thing", None, ("unknown", None, "2.0: its METADATA has the invalid requirement")),
        # The other file of a release comes next where the first speaks of another one: what that says is not known.
        (
            {release("2.0", "cp312-none-any"): OTHER, NEW: GOOD},
            "thing",
            None,
            ("unknown", "2.0", "names another release"),
        ),
        ({release("2.0", "cp312-none-any"): INVALID, NEW: GOOD, OLD: GOOD}, "thing", None, ("wheel", "1.0", "fits")),
        ({release("2.0", "cp39-none-win32"): GOOD, NEW: OTHER, OLD: GOOD}, "thing", None, ("wheel", "1.0", "fits")),
        # Old versions of pip are less strict.
        ({NEW: LEGACY, OLD: GOOD}, "thing", "24.1", ("wheel", "1.0", "fits")),
        ({NEW: LEGACY, OLD: GOOD}, "thing", "24.0", ("wheel", "2.0", "not known: its METADATA has the invalid")),
        ({NEW: OTHER, OLD: GOOD}, "thing", "20.3", ("wheel", "1.0", "fits")),
        ({NEW: OTHER, OLD: GOOD}, "thing", "20.2", ("wheel", "2.0", "not known: its METADATA names another")),
        # There pip ends.
        ({NEW: DAMAGED, OLD: GOOD}, "thing", None, ("unknown", "2.0", "not a zip file")),
        ({NEW: LONG, OLD: GOOD}, "thing", None, ("unknown", "2.0", "a number that is too long")),
        # What is too large for this program is not for pip.
        ({NEW: LARGE, OLD: GOOD}, "thing", None, ("wheel", "2.0", "not known: its METADATA is too large")),
    ],
)
def test_outcome(
    server: Server,
    tmp_path: Path,
    files: dict[str, str | None],
    wanted: str,
    pip: str | None,
    expected: tuple[str, str | None, str],
    again: bool,
) -> None:
    if again:
        judged(server, tmp_path, files, wanted, pip)
        server.asked.clear()
    outcome, version, reason = judged(server, tmp_path, files, wanted, pip)
    assert (outcome, version) == expected[:2]
    assert expected[2] in reason
    assert not again or DAMAGED in files.values() or not any("thing" in path for path in server.paths())
