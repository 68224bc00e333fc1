"""Each question is asked as soon as it is known, and none that need not be: real requests to a server on loopback."""

import threading
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from lint_alpine.environment import Environment, Libc
from lint_alpine.installs.dependency import Dependency, Requirements
from lint_alpine.source import Source
from lint_alpine.wheels import scout
from lint_alpine.wheels.cache import DiskCache
from lint_alpine.wheels.closure import Resolved, resolve
from lint_alpine.wheels.index import PackageIndex
from lint_alpine.wheels.settings import IndexSettings
from tests.archives import metadata
from tests.loopback import Answer, Handler, Route, Server

IMAGE = Environment("alpine", "alpine", "3.22", Libc("musl", (1, 2)), "x86_64", "3.12.1")
# What releases need, by name and version; the newest one of each project first.
TREE = {
    "top 1": ["left", "right<2", "deep[more]; python_version >= '3'", "absent; sys_platform == 'win32'"],
    "left 1": ["right", "base==1"],
    "right 2": ["never"],
    "right 1": ["base"],
    "deep 1": ["base", "extra-one; extra == 'more'", "extra-two; extra == 'less'"],
    "extra-one 1": [],
    "base 2": [],
    "base 1": [],
}
NEEDED = {"top 1", "left 1", "right 1", "deep 1", "extra-one 1", "base 1"}


def publish(server: Server, releases: dict[str, list[str]]) -> None:
    files: dict[str, list[dict[str, object]]] = {}
    for release, needs in releases.items():
        name, version = release.split()
        wheel = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
        file: dict[str, object] = {"filename": wheel, "url": wheel, "core-metadata": True}
        files.setdefault(name, []).append(file)
        extras = ("Provides-Extra: more", "Provides-Extra: less")
        lines = (f"Requires-Dist: {each}" for each in needs)
        server.routes[f"/simple/{name}/{wheel}.metadata"] = Route(200, metadata(name, version, *extras, *lines))
    for name, listed in files.items():
        server.json(name, *listed)


def resolved(server: Server, folder: Path, *wanted: str, explore: bool = True) -> tuple[Resolved, ...]:
    dependencies = tuple(
        Dependency(Requirement(each), Source("requirements.txt", each).line_span(1)) for each in wanted
    )
    with PackageIndex(IndexSettings((server.url,)), DiskCache(folder / "cache")) as index:
        explorer = index if explore else None
        return resolve(Requirements(dependencies), IMAGE, None, index, index, index, explorer)


def releases(closure: tuple[Resolved, ...]) -> set[str]:
    return {f"{each.name} {each.version}" for each in closure}


@pytest.mark.parametrize("most", [scout.MOST_SCOUTED, 3, 0])
def test_what_is_resolved_is_the_same(
    most: int, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scout, "MOST_SCOUTED", most)
    publish(server, TREE)
    closure = resolved(server, tmp_path, "top")
    assert releases(closure) == NEEDED
    assert closure == resolved(server, tmp_path / "level by level", "top", explore=False)


def test_nothing_is_asked_that_is_not_needed(server: Server, tmp_path: Path) -> None:
    publish(server, TREE)
    resolved(server, tmp_path, "top")
    asked = server.paths()
    assert len(asked) == len(set(asked))
    needed = {f"/simple/{release.split()[0]}/" for release in NEEDED}
    assert {path for path in asked if path.endswith("/")} == needed
    # Of base the newest release may be looked at before it is known that another one is wanted.
    assert len(asked) <= 2 * len(NEEDED) + 1
    assert not any("right-2" in path for path in asked)


def test_no_question_waits_for_another_project(server: Server, tmp_path: Path) -> None:
    """The page of one project comes only once what another one needs was asked for."""
    publish(server, {"quick 1": ["below"], "below 1": [], "slow 1": []})
    told = threading.Event()
    page, declared = server.routes["/simple/slow/"], server.routes["/simple/below/below-1-py3-none-any.whl.metadata"]

    def then(answer: Answer, *, tell: bool) -> Answer:
        def send(handler: Handler) -> None:
            if tell:
                told.set()
            assert isinstance(answer, Route)
            if told.wait(4):
                answer.send(handler, None, None)

        return send

    server.routes["/simple/slow/"] = then(page, tell=False)
    server.routes["/simple/below/below-1-py3-none-any.whl.metadata"] = then(declared, tell=True)
    assert releases(resolved(server, tmp_path, "slow", "quick")) == {"slow 1", "quick 1", "below 1"}


def test_what_fails_is_passed_over(server: Server, tmp_path: Path) -> None:
    publish(server, {"top 1": ["broken", "base"], "broken 1": ["never"], "base 1": []})
    server.routes["/simple/broken/broken-1-py3-none-any.whl.metadata"] = Route(200, b"no METADATA")
    found = {each.name: each.distribution is not None for each in resolved(server, tmp_path, "top")}
    assert found == {"top": True, "broken": False, "base": True}
    assert "/simple/never/" not in server.paths()


def test_files_that_are_named_by_url_are_not_looked_for(server: Server, tmp_path: Path) -> None:
    publish(server, {"top 1": [], "other 1": []})
    resolved(server, tmp_path, "top @ https://files.example/top-1-py3-none-any.whl", "other")
    assert not any(path.startswith("/simple/top/") for path in server.paths())
