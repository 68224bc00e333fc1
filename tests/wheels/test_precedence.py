"""Which indexes one command asks, by the rules of pip and uv; on the loopback interface only."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from lint_alpine.environment import Environment
from lint_alpine.images import environment
from lint_alpine.installs.dependency import Dependency, IndexStrategy, Installer, Pin, Requirements
from lint_alpine.source import Source
from lint_alpine.wheels import settings
from lint_alpine.wheels.cache import DiskCache
from lint_alpine.wheels.chosen_indexes import AskedIndexes
from lint_alpine.wheels.index import PackageIndex
from lint_alpine.wheels.judge import judge
from lint_alpine.wheels.precedence import ELSEWHERE, PINNED_ELSEWHERE
from lint_alpine.wheels.settings import IndexSettings
from lint_alpine.wheels.sources import MainIndex, Sources
from lint_alpine.wheels.verdict import WheelVerdict
from tests.archives import wheel
from tests.loopback import Route, Server, serving

NOWHERE = Source("requirements.txt", "").start
OWN = "https://own.example/simple"
ALL, FIRST, MATCH, BEST = IndexStrategy


@pytest.fixture(autouse=True)
def _own_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "default_index", lambda: OWN)


@pytest.fixture(name="third")
def _third() -> Iterator[Server]:
    yield from serving()


class World:
    """Three indexes, `a` the main one, of which some are given to the tool."""

    def __init__(self, servers: dict[str, Server], given: str, folder: Path) -> None:
        self.servers = servers
        self.index = PackageIndex(
            IndexSettings(tuple(servers[name].url for name in given)), DiskCache(folder / "cache")
        )
        self.sources = Sources([self.index], [self.index], [self.index])
        self.sources.indexes = AskedIndexes(self.index, self.sources)

    def url(self, name: str | None) -> str | None:
        return self.servers[name].url if name in self.servers else name

    def judge(
        self,
        asked: str,
        named: str = "",
        main: str | None = None,
        strategy: IndexStrategy = ALL,
        pins: Mapping[str, str] = MappingProxyType({}),
    ) -> dict[str, WheelVerdict]:
        required = [Requirement(word) for word in asked.split()]
        dependencies = tuple(
            Dependency(each, NOWHERE, pins=(Pin(None, self.url(pins[each.name])),) if each.name in pins else ())
            for each in required
        )
        indexes = tuple(url for name in named.split() if (url := self.url(name)))
        requirements = Requirements(
            dependencies, indexes=indexes, index_url=self.url(main) if main else None, strategy=strategy
        )
        image = environment("python:3.12-alpine")
        assert isinstance(image, Environment)
        verdicts, _ = judge(Installer.PIP, requirements, image, self.sources)
        return {verdict.name: verdict for verdict in verdicts}

    def asked(self) -> str:
        """Which indexes were asked for a page, in this order."""
        return "".join(name for name, server in self.servers.items() if server.asked)


@pytest.fixture(name="servers")
def _servers(server: Server, other: Server, third: Server) -> dict[str, Server]:
    a, b, c = server, other, third
    a.html("thing", "thing-2.0-py3-none-any.whl", "thing-1.5-1-py3-none-any.whl")
    b.html("thing", "thing-1.0-py3-none-any.whl", "thing-1.5-py3-none-any.whl")
    c.html("thing", "thing-3.0-cp27-cp27m-win32.whl", "thing-1.5-2-py3-none-any.whl")
    a.html("main", "main-1.0-py3-none-any.whl")
    b.html("extra", "extra-1.0-py3-none-any.whl")
    return {"a": a, "b": b, "c": c}


# The indexes given to the tool, those that the files name in the order in which they are asked, the one of them that
# takes the place of the default one, the rule, what is asked for; the file that is taken; who was asked. Those of
# uv's rules are what uv 0.13 does with three such indexes.
CASES: list[tuple[str, str, str | None, IndexStrategy, str, str | None, str]] = [
    ("a", "", None, ALL, "thing", "thing-2.0-py3-none-any.whl", "a"),
    ("abc", "", None, ALL, "thing", "thing-2.0-py3-none-any.whl", "abc"),
    ("abc", "", None, ALL, "thing<2", "thing-1.5-2-py3-none-any.whl", "abc"),
    ("ab", "b", None, ALL, "thing==1.0", "thing-1.0-py3-none-any.whl", "ab"),
    # The main one that is named takes the place of the user's.
    ("ab", "b", "b", ALL, "thing", "thing-1.5-py3-none-any.whl", "b"),
    ("ab", OWN, OWN, ALL, "thing", "thing-2.0-py3-none-any.whl", "ab"),
    ("ba", f"{OWN} a", OWN, ALL, "main", "main-1.0-py3-none-any.whl", "ab"),
    # Of those that are not given nothing is known, and for pip all are one pool.
    ("a", "b", None, ALL, "thing", None, ""),
    ("a", "b", "b", ALL, "thing", None, ""),
    ("ab", "b https://c.example/", None, BEST, "thing", None, ""),
    ("ab", "b https://c.example/", None, MATCH, "thing", None, ""),
    # uv: the first index that has it, the main one last.
    ("ab", "b", None, FIRST, "thing", "thing-1.5-py3-none-any.whl", "b"),
    ("ab", "", None, FIRST, "thing", "thing-1.5-py3-none-any.whl", "b"),
    ("ab", "b", None, FIRST, "main", "main-1.0-py3-none-any.whl", "ab"),
    ("ab", "b a", "a", FIRST, "main", "main-1.0-py3-none-any.whl", "ab"),
    ("abc", "c b", None, FIRST, "thing", "thing-1.5-2-py3-none-any.whl", "c"),
    ("abc", "c b", None, FIRST, "thing>2", None, "c"),
    ("a", "b", None, FIRST, "thing", None, ""),
    ("ab", "b https://c.example/", None, FIRST, "thing", "thing-1.5-py3-none-any.whl", "b"),
    ("ab", "b https://c.example/", None, FIRST, "main", None, "b"),
    ("ab", "b https://c.example/", "https://c.example/", FIRST, "thing", "thing-1.5-py3-none-any.whl", "b"),
    # The first index that has a version that fits.
    ("abc", "c b", None, MATCH, "thing", "thing-1.5-2-py3-none-any.whl", "abc"),
    ("abc", "b c", None, MATCH, "thing<1.5", "thing-1.0-py3-none-any.whl", "abc"),
    ("abc", "c b", None, MATCH, "thing>=2", "thing-2.0-py3-none-any.whl", "abc"),
    # The best version, as the first index has it.
    ("abc", "c b", None, BEST, "thing", "thing-2.0-py3-none-any.whl", "abc"),
    ("abc", "b c", None, BEST, "thing<2", "thing-1.5-py3-none-any.whl", "abc"),
    ("abc", "c b", None, BEST, "thing<2", "thing-1.5-2-py3-none-any.whl", "abc"),
]


@pytest.mark.parametrize(("given", "named", "main", "strategy", "asked", "file", "whom"), CASES, ids=range(len(CASES)))
def test_which_index_decides(
    servers: dict[str, Server],
    tmp_path: Path,
    given: str,
    named: str,
    main: str | None,
    strategy: IndexStrategy,
    asked: str,
    file: str | None,
    whom: str,
) -> None:
    world = World(servers, given, tmp_path)
    verdict = world.judge(asked, named, main, strategy)[Requirement(asked).name]
    assert (verdict.file, world.asked()) == (file, whom)
    if whom == "" or (file is None and "c.example" in named):
        assert verdict.reason == ELSEWHERE


def test_project_that_is_pinned_to_an_index(servers: dict[str, Server], tmp_path: Path) -> None:
    """An explicit index serves that project alone, and that project nothing else."""
    world = World(servers, "ab", tmp_path)
    found = world.judge("thing main extra", strategy=FIRST, pins={"thing": "a", "main": "b"})
    assert found["thing"].file == "thing-2.0-py3-none-any.whl"
    assert (found["main"].file, found["main"].reason) == (None, "the index does not list it")
    assert (found["extra"].file, found["extra"].reason) == (None, "the index does not list it")
    assert servers["b"].paths() == ["/simple/main/"]


def test_project_that_is_pinned_to_an_index_that_is_not_asked(servers: dict[str, Server], tmp_path: Path) -> None:
    world = World(servers, "a", tmp_path)
    found = world.judge("thing main", strategy=FIRST, pins={"thing": "b"})
    assert (found["thing"].file, found["thing"].reason) == (None, PINNED_ELSEWHERE)
    assert found["main"].file == "main-1.0-py3-none-any.whl"
    assert world.asked() == "a"
    # Without a network only what the default index has is known.
    world.sources.indexes = MainIndex(world.sources)
    found = world.judge("thing main", strategy=FIRST, pins={"thing": "b"})
    assert (found["thing"].reason, found["main"].file) == (PINNED_ELSEWHERE, "main-1.0-py3-none-any.whl")
    found = world.judge("thing", strategy=FIRST, pins={"thing": OWN})
    assert found["thing"].file == "thing-2.0-py3-none-any.whl"
    assert world.judge("thing", named="b", strategy=FIRST)["thing"].reason == ELSEWHERE


@pytest.mark.parametrize(
    ("marker", "file"),
    [
        ("sys_platform == 'linux'", "thing-1.5-py3-none-any.whl"),
        ("sys_platform == 'win32'", "thing-2.0-py3-none-any.whl"),
    ],
)
def test_marker_of_a_pin_is_judged_for_the_image(
    servers: dict[str, Server], tmp_path: Path, marker: str, file: str
) -> None:
    world = World(servers, "ab", tmp_path)
    image = environment("python:3.12-alpine")
    assert isinstance(image, Environment)
    pins = (Pin(Marker(marker), servers["b"].url), Pin(Marker("sys_platform == 'darwin'"), opaque="it is a URL"))
    dependency = Dependency(Requirement("thing"), NOWHERE, pins=pins)
    requirements = Requirements((dependency,), indexes=(servers["a"].url,), index_url=servers["a"].url)
    (verdict,), _ = judge(Installer.UV, requirements, image, world.sources)
    assert verdict.file == file


def test_index_that_fails_leaves_the_answer_open(servers: dict[str, Server], tmp_path: Path) -> None:
    servers["b"].routes["/simple/thing/"] = Route(503)
    for strategy in IndexStrategy:
        world = World(servers, "ab", tmp_path / strategy)
        found = world.judge("thing main", "b", strategy=strategy)
        assert found["thing"].reason == f"{servers['b'].host} answered with status 503"
        assert found["main"].file == "main-1.0-py3-none-any.whl"
        assert world.index.failures == {"thing": found["thing"].reason}


def test_needs_are_those_of_the_index_that_decides(servers: dict[str, Server], tmp_path: Path) -> None:
    """Two indexes may have different files of one name: dependency confusion."""
    for name, needed in [("a", "main"), ("b", "extra")]:
        servers[name].offer("own", {"own-1.0-py3-none-any.whl": wheel("own", "1.0", f"Requires-Dist: {needed}")})
    for pinned, needed in [("a", "main"), ("b", "extra")]:
        world = World(servers, "ab", tmp_path / pinned)
        assert sorted(world.judge("own", strategy=FIRST, pins={"own": pinned})) == sorted({"own", needed})


def test_each_page_is_asked_for_once(servers: dict[str, Server], tmp_path: Path) -> None:
    world = World(servers, "abc", tmp_path)
    for _ in range(2):
        for strategy in IndexStrategy:
            world.judge("thing main", "b c", strategy=strategy)
    pages = [[path for path in server.paths() if path.endswith("/")] for server in servers.values()]
    assert [len(each) for each in pages] == [len(set(each)) for each in pages] == [2, 2, 2]
