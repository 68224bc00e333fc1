"""Small worlds of releases, and what pip installs of them in an image."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from lint_alpine.environment import Environment, Libc
from lint_alpine.installs.dependency import Dependency, FileChoice, Locked, Requirements
from lint_alpine.source import Source
from lint_alpine.wheels import catalogue, search
from lint_alpine.wheels.choice import Obstacle
from lint_alpine.wheels.closure import GAVE_UP, LONGEST_CHAIN, TOO_MANY, Resolved, resolve
from lint_alpine.wheels.distribution import Distribution, parse, parse_requires_python
from lint_alpine.wheels.evidence import Evidence, Needs, Offer, Origin, SdistContents, Unavailable

MUSL = Libc("musl", (1, 2))


def image(python: str | None = "3.12.13", libc: Libc | None = MUSL, arch: str | None = "x86_64") -> Environment:
    return Environment("alpine", "alpine", "3.22", libc, arch, python)


ALPINE = image()
OLD = image("3.8.20")
INDEX = Evidence(Origin.INDEX, "2026-11-20", "index.example")


@dataclass
class World:
    """`releases` maps `name version` to the requirements of that release. Its files are a pure wheel, or those in
    `files`. Who is in `silent` is not known; the needs of who is in `untold` are not. `builds` maps source
    distributions to what building them requires, `pythons` releases to the Requires-Python that only METADATA tells."""

    releases: Mapping[str, Sequence[str]]
    files: Mapping[str, Sequence[str | Distribution]] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()
    builds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pythons: Mapping[str, str] = field(default_factory=dict)
    asked_offers: list[list[str]] = field(default_factory=list)
    asked_needs: list[list[str]] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]:
        self.asked_offers.append(sorted(names))
        return {
            name: Unavailable(name, "nobody knows") if name in self.silent else Offer(name, self._files(name), INDEX)
            for name in names
        }

    def needs(
        self, wanted: Mapping[tuple[str, Version], tuple[Distribution, ...]]
    ) -> Mapping[tuple[str, Version], Needs | Unavailable]:
        self.asked_needs.append([f"{name} {version}" for name, version in wanted])
        return {key: self._needs(*key) for key in wanted}

    def sdist_contents(self, files: Collection[Distribution]) -> Mapping[str, SdistContents | Unavailable]:
        self.read += [file.filename for file in files]
        return {
            file.filename: SdistContents(None, self.builds[file.filename], (), False, False)
            if file.filename in self.builds
            else Unavailable(file.name, "nobody has read it")
            for file in files
        }

    def _files(self, name: str) -> tuple[Distribution, ...]:
        found: list[str | Distribution] = []
        for release in self.releases:
            project, version = release.split()
            if project == name:
                found.extend(self.files.get(release, [f"{name.replace('-', '_')}-{version}-py3-none-any.whl"]))
        return tuple(file if isinstance(file, Distribution) else file_of(file, name) for file in found)

    def _needs(self, name: str, version: Version) -> Needs | Unavailable:
        if f"{name} {version}" in self.untold:
            return Unavailable(name, "no static metadata")
        requirements = tuple(map(Requirement, self.releases[f"{name} {version}"]))
        extras = {part.strip(" '\"") for each in requirements for part in str(each.marker or "").split("extra ==")[1:]}
        python = parse_requires_python(self.pythons.get(f"{name} {version}"))
        return Needs(requirements, frozenset(extra.split('"')[0] for extra in extras), python)


def file_of(
    filename: str,
    name: str,
    requires_python: SpecifierSet | None = None,
    yanked: bool = False,
    hashes: tuple[tuple[str, str], ...] = (),
) -> Distribution:
    found = parse(filename, name, requires_python=requires_python, yanked=yanked, hashes=hashes)
    assert found is not None, filename
    return found


def written(
    *lines: str,
    opaque: str | None = None,
    locked: Locked | None = None,
    hashes: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[Dependency, ...]:
    source = Source("requirements.txt", "\n".join(lines))
    return tuple(
        Dependency(Requirement(line), source.line_span(number), hashes, locked, opaque)
        for number, line in enumerate(lines, 1)
    )


def close(
    world: World,
    *lines: str,
    constraints: Sequence[str] = (),
    choice: FileChoice | None = None,
    environment: Environment = ALPINE,
    pip: str | None = None,
) -> tuple[Resolved, ...]:
    requirements = Requirements(written(*lines), written(*constraints), choice or FileChoice())
    return resolve(requirements, environment, Version(pip) if pip else None, world, world, world)


def versions(closure: tuple[Resolved, ...]) -> str:
    return " ".join(f"{package.name}={package.version}" for package in closure)


def find(closure: tuple[Resolved, ...], name: str) -> Resolved:
    return next(package for package in closure if package.name == name)


@pytest.mark.parametrize(
    ("releases", "lines", "expected"),
    [
        pytest.param({"a 1": [], "a 2": []}, ["a"], "a=2", id="the newest"),
        pytest.param({"a 1": [], "a 2": []}, ["a<2"], "a=1", id="the newest that meets the specifier"),
        pytest.param({"a 1": ["b"], "b 1": ["c"], "c 1": []}, ["a"], "a=1 b=1 c=1", id="what it pulls in"),
        pytest.param({"a 1": [], "z 1": []}, ["z", "a"], "z=1 a=1", id="the user's order"),
        pytest.param({"z 1": ["c", "b"], "c 1": [], "b 1": []}, ["z"], "z=1 b=1 c=1", id="pulled in, by name"),
        pytest.param({"a 1": [], "a 2": [], "a 3": []}, ["a>1", "a<3"], "a=2", id="both specifiers hold"),
        pytest.param(
            {"a 1": [], "a 2": []},
            ["a<2; python_version >= '3.12'", "a<1; python_version < '3.12'"],
            "a=1",
            id="the marker chooses the line",
        ),
        pytest.param({"a 1": []}, ["a; sys_platform == 'win32'"], "", id="not for this image"),
        pytest.param({"a 1": []}, ["a; extra == 'x'"], "", id="an extra that nobody asked for"),
        pytest.param(
            {"a 1": ["b; sys_platform == 'linux'", "c; sys_platform == 'darwin'"], "b 1": [], "c 1": []},
            ["a"],
            "a=1 b=1",
            id="markers of what is pulled in",
        ),
        pytest.param({"a 1.0": [], "a 2.0rc1": []}, ["a"], "a=1.0", id="no pre-release"),
        pytest.param({"a 1.0": [], "a 2.0rc1": []}, ["a>=2.0rc1"], "a=2.0rc1", id="a pre-release that is named"),
        pytest.param({"a 2026.1": [], "a 1!1.0": []}, ["a"], "a=1!1.0", id="an epoch outranks"),
        pytest.param({"a 1.0": [], "a 1.0+local": []}, ["a==1.0"], "a=1.0+local", id="a local version is newer"),
        pytest.param({"a 1": ["b<2"], "b 1": [], "b 2": []}, ["a", "b"], "a=1 b=1", id="a requirement bounds another"),
        pytest.param(
            {"a 1": ["c<2"], "a 2": ["c>=2"], "b 1": ["c<2"], "c 1": [], "c 2": []},
            ["a", "b"],
            "a=1 b=1 c=1",
            id="backtracks",
        ),
        pytest.param(
            {f"a {n}": [f"b=={n}"] for n in range(1, 60)} | {f"b {n}": [] for n in range(1, 60)},
            ["a", "b<5"],
            "a=4 b=4",
            id="backtracks far",
        ),
        pytest.param({"a 1": ["b"], "b 1": ["a"]}, ["a"], "a=1 b=1", id="a cycle"),
        pytest.param({"a 1": ["a"]}, ["a"], "a=1", id="itself"),
        pytest.param({"a 1": ["b>=2"], "a 2": ["b>=9"], "b 2": []}, ["a"], "a=1 b=2", id="an older parent works"),
        pytest.param({"Foo.Bar 1": []}, [], "", id="nothing at all"),
        pytest.param({"foo-bar 1": [], "a 1": ["Foo_Bar"]}, ["a"], "a=1 foo-bar=1", id="names are normalised"),
    ],
)
def test_the_set_that_pip_installs(releases: dict[str, list[str]], lines: list[str], expected: str) -> None:
    closure = close(World(releases), *lines)
    assert versions(closure) == expected


EXTRAS = {
    "a 1": ["b", 'c; extra == "x"', 'd; extra == "y"', 'a[x,y]; extra == "all"', 'e; extra == "Odd-Name"'],
    "b 1": ['f; extra == "z"'],
    "c 1": [],
    "d 1": [],
    "e 1": [],
    "f 1": [],
    "g 1": ["b[z]", "a"],
}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a"], "a=1 b=1"),
        (["a[x]"], "a=1 b=1 c=1"),
        (["a[x,y]"], "a=1 b=1 c=1 d=1"),
        (["a[x]", "a[y]"], "a=1 b=1 c=1 d=1"),
        (["a[all]"], "a=1 b=1 c=1 d=1"),
        (["a[odd_name]"], "a=1 b=1 e=1"),
        (["a[unheard]"], "a=1 b=1"),
        (["g"], "g=1 a=1 b=1 f=1"),
        (["g", "a[x]==1"], "g=1 a=1 b=1 c=1 f=1"),
    ],
)
def test_extras(lines: list[str], expected: str) -> None:
    assert versions(close(World(EXTRAS), *lines)) == expected


def test_extras_go_with_one_release() -> None:
    world = World({"a 1": ['c; extra == "x"'], "a 2": ['c>5; extra == "x"'], "c 1": [], "b 1": ["a[x]", "a"]})
    assert versions(close(world, "b")) == "b=1 a=1 c=1"


def test_markers_are_those_of_the_image() -> None:
    world = World({"a 1": ["b; python_version < '3.9'", "c; python_full_version >= '3.12.5'"], "b 1": [], "c 1": []})
    assert versions(close(world, "a", environment=OLD)) == "a=1 b=1"
    assert versions(close(world, "a", environment=ALPINE)) == "a=1 c=1"


def test_a_marker_that_compares_nonsense_does_not_hold() -> None:
    world = World({"a 1": ["b; python_version ~= 'linux'"], "b 1": []})
    assert versions(close(world, "a")) == "a=1"


def test_the_chain_stands_at_the_users_requirement() -> None:
    world = World({"a 1": ["m"], "z 1": ["c", "m"], "m 1": ["c"], "c 1": ["d"], "d 1": []})
    closure = close(world, "z", "a", "d")
    assert [(each.name, each.dependency.name, each.via) for each in closure] == [
        ("z", "z", ()),
        ("a", "a", ()),
        ("d", "d", ()),
        ("c", "z", ("z",)),
        ("m", "z", ("z",)),
    ]
    assert find(closure, "c").dependency.span.start.line == 1


def test_a_chain_names_each_project_once() -> None:
    closure = close(World(EXTRAS), "a[all]")
    assert find(closure, "d").via == ("a",)
    assert find(closure, "b").via == ("a",)


def test_constraints_bound_but_do_not_install() -> None:
    world = World({"a 1": ["b"], "b 1": [], "b 2": [], "c 1": []})
    assert versions(close(world, "a", constraints=["b<2", "c"])) == "a=1 b=1"
    assert versions(close(world, "a", constraints=["b<2; python_version < '3'"])) == "a=1 b=2"


def test_no_deps() -> None:
    world = World(EXTRAS)
    assert versions(close(world, "a[all]", choice=FileChoice(no_deps=True))) == "a=1"
    assert world.asked_needs == []
    assert find(close(world, "a", choice=FileChoice(no_deps=True)), "a").needs_unknown is None


SDIST_AHEAD: dict[str, list[str | Distribution]] = {
    "a 1": ["a-1-py3-none-any.whl"],
    "a 2": ["a-2.tar.gz"],
    "a 3rc1": ["a-3rc1-py3-none-any.whl"],
    "a 4": [file_of("a-4-py3-none-any.whl", "a", requires_python=SpecifierSet(">=3.13"))],
    "a 5": [file_of("a-5-py3-none-any.whl", "a", yanked=True)],
}


@pytest.mark.parametrize(
    ("line", "choice", "file"),
    [
        ("a", FileChoice(), "a-2.tar.gz"),
        ("a", FileChoice(prefer_binary=True), "a-1-py3-none-any.whl"),
        ("a", FileChoice(only_binary=frozenset({":all:"})), "a-1-py3-none-any.whl"),
        ("a", FileChoice(no_binary=frozenset({"a"})), "a-2.tar.gz"),
        ("a", FileChoice(pre=True), "a-3rc1-py3-none-any.whl"),
        ("a==5", FileChoice(), "a-5-py3-none-any.whl"),
    ],
)
def test_options_choose_the_file(line: str, choice: FileChoice, file: str) -> None:
    world = World({release: [] for release in SDIST_AHEAD}, SDIST_AHEAD)
    chosen = find(close(world, line, choice=choice), "a").distribution
    assert chosen is not None
    assert chosen.filename == file


def test_what_is_pulled_in_is_chosen_with_the_same_options() -> None:
    world = World({"b 1": ["a"], **{release: [] for release in SDIST_AHEAD}}, SDIST_AHEAD)
    assert versions(close(world, "b", choice=FileChoice(only_binary=frozenset({":all:"})))) == "b=1 a=1"


def test_hashes_narrow_the_files() -> None:
    wheel = file_of("a-1-py3-none-any.whl", "a", hashes=(("sha256", "11"),))
    sdist = file_of("a-1.tar.gz", "a", hashes=(("sha256", "22"),))
    hashed = written("a==1", hashes=frozenset({("sha256", "22")}))
    world = World({"a 1": []}, {"a 1": [wheel, sdist]})
    closure = resolve(Requirements(hashed), ALPINE, None, world, world)
    assert closure[0].distribution is sdist


def test_nothing_without_a_hash_where_hashes_are_required() -> None:
    hashed = written("a==1", hashes=frozenset({("sha256", "11")}))
    files = {"a 1": [file_of("a-1-py3-none-any.whl", "a", hashes=(("sha256", "11"),))]}
    world = World({"a 1": ["b", "setuptools"], "b 1": [], "setuptools 70": []}, files)
    closure = resolve(Requirements(hashed, choice=FileChoice(require_hashes=True)), ALPINE, None, world, world)
    assert [(each.name, each.distribution is not None) for each in closure] == [
        ("a", True),
        ("b", False),
        ("setuptools", True),
    ]
    assert "no hash" in find(closure, "b").reason


def test_no_file_that_fits() -> None:
    files = {"torch 2": ["torch-2-cp312-cp312-manylinux_2_28_x86_64.whl"]}
    closure = close(World({"torch 2": [], "a 1": ["b"], "b 1": []}, files), "torch", "a")
    assert versions(closure) == "torch=None a=1 b=1"
    torch = find(closure, "torch")
    assert (torch.known, torch.obstacle) == (True, Obstacle.OTHER_PLATFORM)
    assert torch.evidence == INDEX


def test_no_file_that_fits_deep_down() -> None:
    """pip looks for an older parent first; only where that fails too is the project missing."""
    manylinux = ["torch-2-cp312-cp312-manylinux_2_28_x86_64.whl"]
    world = World({"a 1": ["torch"], "a 2": ["torch"], "torch 2": [], "z 1": []}, {"torch 2": manylinux})
    closure = close(world, "a", "z")
    assert versions(closure) == "a=2 z=1 torch=None"
    assert find(closure, "torch").via == ("a",)
    assert versions(close(World({**world.releases, "a 0": []}, world.files), "a")) == "a=0"


@pytest.mark.parametrize(
    ("pythons", "lines", "expected"),
    [
        ({"a 3": ">=3.13", "a 2": ">=3.13"}, ["a"], "a=1 b=1"),
        ({"a 3": ">=3.13"}, ["a"], "a=2 b=2"),
        ({"a 3": ">=3.12"}, ["a"], "a=3 b=3"),
        ({"a 3": "nonsense"}, ["a"], "a=3 b=3"),
        # Deep down, with extras, where a search is needed, and where nothing is left.
        ({"b 3": "<3"}, ["a"], "a=2 b=2"),
        ({"a 3": ">=3.13"}, ["a[x]"], "a=2 b=2 c=1"),
        ({"a 3": ">=3.13"}, ["a", "b<2"], "a=1 b=1"),
        ({"a 3": ">=3.13"}, ["a>2", "c"], "a=None c=1"),
        ({"b 1": "<3", "b 2": "<3", "b 3": "<3"}, ["a", "c"], "a=3 c=1 b=None"),
    ],
)
def test_pythons_that_only_the_metadata_tells(pythons: dict[str, str], lines: list[str], expected: str) -> None:
    releases = {f"a {number}": [f"b=={number}", "c; extra == 'x'"] for number in (1, 2, 3)}
    world = World(releases | {"b 1": [], "b 2": [], "b 3": [], "c 1": []}, pythons=pythons)
    closure = close(world, *lines)
    assert versions(closure) == expected
    assert {each.obstacle for each in closure} <= {None, Obstacle.OTHER_PYTHON}
    assert all((each.distribution is None) == (each.obstacle is not None) for each in closure)


@pytest.mark.parametrize(
    ("builds", "pip", "expected"),
    [
        # pip 26 and 22.0 stop at `a 2`, as they install `b>=2` before they can ask what `a 2` needs; pip 21.3 goes on.
        (("setuptools", "b>=2"), None, "a=2 b=None"),
        (("setuptools", "b>=2"), "22.0", "a=2 b=None"),
        (("setuptools", "b>=2"), "21.3.1", "a=1 b=1"),
        (("b>=2; python_version < '3'",), None, "a=1 b=1"),
        (("not a requirement",), None, "a=2 b=None"),
        (("b", "other>=7"), None, "a=1 b=1"),
        (None, None, "a=1 b=1"),
    ],
)
def test_a_source_distribution_that_cannot_be_built(
    builds: tuple[str, ...] | None, pip: str | None, expected: str
) -> None:
    files = {"a 2": ["a-2.tar.gz"], "b 2": ["b-2-cp312-cp312-manylinux_2_28_x86_64.whl"]}
    releases = {"a 2": ["b>=2"], "a 1": ["b"], "b 2": [], "b 1": []}
    world = World(releases, files, builds={"a-2.tar.gz": builds} if builds is not None else {})
    assert versions(close(world, "a", pip=pip)) == expected


def test_what_stands_in_the_way_is_left_out_alone() -> None:
    """Of what `a 2` needs only `b` cannot be had: `d` has an older release that goes with `c`."""
    files = {"a 2": ["a-2.tar.gz"], "b 2": ["b-2-cp312-cp312-manylinux_2_28_x86_64.whl"]}
    releases = {"a 2": ["c", "d", "b>=2"], "a 1": [], "b 2": [], "c 1": [], "d 2": ["c>=2"], "d 1": []}
    world = World(releases, files, builds={"a-2.tar.gz": ("b",)})
    assert versions(close(world, "a")) == "a=2 b=None c=1 d=1"


def test_few_source_distributions_are_read_for_it() -> None:
    numbers = range(2, 12)
    releases = {f"a {number}": ["b<1"] for number in numbers} | {"a 1": [], "b 1": []}
    files = {f"a {number}": [f"a-{number}.tar.gz"] for number in numbers}
    world = World(releases, files, builds={f"a-{number}.tar.gz": () for number in numbers})
    assert versions(close(world, "a")) == "a=1"
    assert world.read == ["a-11.tar.gz", "a-10.tar.gz", "a-9.tar.gz"]


def test_what_nobody_offers() -> None:
    closure = close(World({"a 1": ["b"]}), "a", "c")
    assert versions(closure) == "a=1 c=None b=None"
    assert find(closure, "b").obstacle == Obstacle.NO_RELEASE


def test_what_nobody_knows() -> None:
    world = World({"a 1": ["private>=7", "b"], "b 1": []}, silent=frozenset({"private", "other"}))
    closure = close(world, "a", "other")
    assert versions(closure) == "a=1 other=None b=1 private=None"
    for name in ("private", "other"):
        package = find(closure, name)
        assert (package.known, package.reason, package.evidence) == (False, "nobody knows", None)


def test_unknown_needs() -> None:
    world = World(
        {"a 1": ["b"], "c 1": ["d"], "b 1": [], "d 1": []},
        {"c 1": ["c-1.tar.gz"]},
        untold=frozenset({"a 1", "c 1"}),
    )
    closure = close(world, "a", "c")
    assert versions(closure) == "a=1 c=1"
    assert find(closure, "a").needs_unknown == "no static metadata"
    needs_unknown = find(closure, "c").needs_unknown
    assert needs_unknown == "`c-1.tar.gz` is a source distribution, which is not built here: no static metadata"


def test_does_not_go_back_to_what_nothing_is_known_of() -> None:
    """Of a release with unknown needs, going back would believe that it goes with everything."""
    releases = {"a 3": ["c<2"], "a 2": ["c<2"], "b 1": ["c>=2"], "b 0": [], "c 1": [], "c 2": []}
    world = World(releases, {"a 2": ["a-2.tar.gz"]}, untold=frozenset({"a 2"}))
    assert versions(close(world, "a", "b")) == "a=3 b=0 c=1"
    assert versions(close(world, "a<3", "b")) == "a=2 b=1 c=2"


@pytest.mark.parametrize(
    ("releases", "lines", "constraints", "expected", "conflicts"),
    [
        (
            {"a 1": ["c<2"], "b 1": ["c>=2"], "c 1": [], "c 2": [], "z 1": ["y"], "y 1": []},
            ["a", "b", "z"],
            [],
            "a=1 b=1 z=1 c=None y=1",
            ["no release of `c` meets all of `<2` by `a==1`, `>=2` by `b==1`"],
        ),
        (
            {"a 1": [], "a 2": [], "b 1": []},
            ["a<2", "a>=2", "b"],
            [],
            "a=None b=1",
            ["no release of `a` meets all of `<2` by the requirements, `>=2` by the requirements"],
        ),
        (
            {"a 1": ["b>=2"], "b 1": [], "b 2": []},
            ["a"],
            ["b<2"],
            "a=1 b=None",
            ["no release of `b` meets all of `<2` by a constraint, `>=2` by `a==1`"],
        ),
        (
            {"a 1": ["c==1"], "b 1": ["c==2"], "d 1": ["e==1"], "f 1": ["e==2"]}
            | {"c 1": [], "c 2": [], "e 1": [], "e 2": []},
            ["a", "b", "d", "f"],
            [],
            "a=1 b=1 d=1 f=1 c=None e=None",
            [
                "no release of `c` meets all of `==1` by `a==1`, `==2` by `b==1`",
                "no release of `e` meets all of `==1` by `d==1`, `==2` by `f==1`",
            ],
        ),
    ],
)
def test_conflicts(
    releases: dict[str, list[str]], lines: list[str], constraints: list[str], expected: str, conflicts: list[str]
) -> None:
    closure = close(World(releases), *lines, constraints=constraints)
    assert versions(closure) == expected
    assert [each.reason for each in closure if each.version is None] == conflicts


def test_locked_releases_are_not_resolved() -> None:
    wheel, sdist = file_of("a-1-py3-none-any.whl", "a"), file_of("a-1.tar.gz", "a")
    world = World({"a 1": ["b"], "a 2": [], "b 1": [], "c 1": [], "c 2": []}, {"c 1": ["c-1.tar.gz"]})
    dependencies = (
        *written("c", locked=Locked("1", (), "Pipfile.lock")),
        *written("a", locked=Locked("1", (sdist, wheel), "uv.lock")),
        *written("b; sys_platform == 'win32'", locked=Locked("1", (), "uv.lock")),
        *written("d", locked=Locked("1", (file_of("d-1-cp312-cp312-win_amd64.whl", "d"),), "uv.lock")),
        *written("e", locked=Locked("one", (), "uv.lock")),
    )
    closure = resolve(Requirements(dependencies), ALPINE, None, world, world)
    assert versions(closure) == "c=1 a=1 d=1 e=None"
    assert find(closure, "a").distribution is wheel
    assert find(closure, "a").evidence == Evidence(Origin.LOCKFILE, "", "uv.lock")
    assert find(closure, "c").evidence == INDEX
    assert find(closure, "d").obstacle == Obstacle.OTHER_PLATFORM
    assert not find(closure, "e").known
    assert world.asked_needs == []
    assert world.asked_offers == [["c", "e"]]


def test_a_wheel_that_is_named_by_its_place() -> None:
    world = World({"b 1": ["a>=1"]})
    wheel = file_of("a-1-py3-none-any.whl", "a")
    foreign = file_of("c-1-cp312-cp312-manylinux_2_28_x86_64.whl", "c")
    dependencies = (
        *written("a", opaque="it is a URL", locked=Locked("1", (wheel,), "requirements.txt")),
        *written("b"),
        *written("c", opaque="it is a local file", locked=Locked("1", (foreign,), "requirements.txt")),
        *written("d", opaque="it is a VCS reference", locked=Locked("1", (), "poetry.lock")),
    )
    closure = resolve(Requirements(dependencies), ALPINE, None, world, world)
    assert [(each.name, each.known, each.distribution) for each in closure] == [
        ("a", True, wheel),
        ("b", True, file_of("b-1-py3-none-any.whl", "b")),
        ("c", True, None),
        ("d", False, None),
    ]
    assert find(closure, "a").needs_unknown == "it is a URL, which is not fetched"
    assert find(closure, "c").obstacle == Obstacle.OTHER_PLATFORM
    assert find(closure, "d").reason == "it is a VCS reference"
    assert world.asked_offers == [["b"]]


@pytest.mark.parametrize("pip", [None, "20.2"])
@pytest.mark.parametrize(
    ("line", "path"), [("a @ https://files.example/a-1-py3-none-any.whl", None), ("a==1", "./a-1-py3-none-any.whl")]
)
def test_the_release_of_a_wheel_that_is_named_by_its_place_binds(line: str, path: str | None, pip: str | None) -> None:
    world = World({"b 2": ["a>=2"], "b 1": ["a>=1"], "c 1": ["b"], "a 2": []})
    wheel = file_of("a-1-py3-none-any.whl", "a")
    (direct,) = written(line, opaque="it is a URL", locked=Locked("1", (wheel,), "requirements.txt"))
    for others, expected in {("b",): "a=1 b=1", ("c",): "a=1 c=1 b=1", ("b==2",): "a=None b=2"}.items():
        for dependencies in ((direct, *written(*others)), (*written(*others), direct)):
            requirements = Requirements(tuple(each._replace(path=path) for each in dependencies))
            closure = resolve(requirements, ALPINE, Version(pip) if pip else None, world, world)
            if pip is None:
                assert sorted(versions(closure).split()) == sorted(expected.split())
            assert (find(closure, "a").distribution is None) is (pip is None and "None" in expected)
    assert ["a"] not in world.asked_offers


def test_locked_beside_unlocked() -> None:
    world = World({"a 1": ["b>=2"], "b 1": [], "b 2": []})
    dependencies = (*written("b", locked=Locked("1", (), "uv.lock")), *written("a"))
    assert versions(resolve(Requirements(dependencies), ALPINE, None, world, world)) == "b=1 a=1"


@pytest.mark.parametrize(
    ("line", "opaque", "version", "file", "known"),
    [
        ("a @ https://index.example/a-7-py3-none-any.whl", "it is a URL", "7", "a-7-py3-none-any.whl", True),
        ("a @ https://index.example/a-7.tar.gz#sha256=11", "it is a URL", "7", "a-7.tar.gz", True),
        ("a @ https://index.example/a%2D7.zip?x=1", "it is a URL", "7", "a-7.zip", True),
        ("a @ git+https://index.example/a-7.tar.gz", "it is a VCS reference", None, None, False),
        ("a @ https://index.example/archive/main.zip", "it is a URL", None, None, False),
        ("a @ http://[", "it is a URL", None, None, False),
        ("a", "it is a local file", None, None, False),
    ],
)
def test_direct_references(line: str, opaque: str, version: str | None, file: str | None, known: bool) -> None:
    world = World({"a 9": [], "b 1": ["a"]})
    closure = resolve(Requirements((*written("b"), *written(line, opaque=opaque))), ALPINE, None, world, world)
    package = find(closure, "a")
    assert str(package.version) == str(version)
    assert (package.distribution.filename if package.distribution else None) == file
    assert package.known == known
    assert package.reason == ("" if known else opaque)
    assert package.needs_unknown
    assert versions(closure).startswith("b=1")
    assert "a" not in {name for asked in world.asked_offers for name in asked}


def test_a_wheel_for_another_platform_at_a_url() -> None:
    world = World({})
    line = "a @ https://index.example/a-7-cp312-cp312-manylinux_2_28_x86_64.whl"
    package = resolve(Requirements(written(line, opaque="it is a URL")), ALPINE, None, world, world)[0]
    assert (package.distribution, package.obstacle) == (None, Obstacle.OTHER_PLATFORM)


def test_a_direct_reference_that_is_pulled_in() -> None:
    world = World({"a 1": ["b @ git+https://index.example/b", "c"], "c 1": []})
    closure = close(world, "a")
    assert versions(closure) == "a=1 b=None c=1"
    assert not find(closure, "b").known


def test_two_places_for_one_project() -> None:
    closure = close(World({}), "a @ https://index.example/a-1.zip", "a @ https://index.example/a-2.zip")
    assert versions(closure) == "a=None"
    assert find(closure, "a").obstacle is Obstacle.CONFLICT


def test_an_old_pip_keeps_the_first_release_that_it_finds() -> None:
    world = World({"a 1": ["b"], "c 1": ["b<2"], "b 1": [], "b 2": []})
    assert versions(close(world, "a", "c", pip="20.2.4")) == "a=1 c=1 b=2"
    assert versions(close(world, "a", "c", pip="20.3")) == "a=1 c=1 b=1"


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        (image(python=None), "the image's Python is not known"),
        (image(libc=None), "the image's C library is not known"),
        (image(arch=None), "the image's platform is not known"),
    ],
)
def test_an_unknown_image(environment: Environment, reason: str) -> None:
    world = World({"a 1": []})
    closure = close(world, "a", "b; python_version < '3'", environment=environment)
    assert [(each.name, each.known, each.reason) for each in closure] == [
        ("a", False, reason),
        ("b", False, reason),
    ]
    assert world.asked_offers == []


def test_questions_are_few_and_none_is_asked_twice() -> None:
    """A level of requirements is one question, however many projects it has."""
    releases = {"root 1": [f"p{n}" for n in range(50)]}
    releases |= {f"p{n} 1": [f"q{n}>=1", "shared"] for n in range(50)} | {f"q{n} 1": [] for n in range(50)}
    world = World(releases | {"shared 1": []})
    assert len(close(world, "root")) == 102
    assert (len(world.asked_offers), len(world.asked_needs)) == (3, 3)
    for asked in (world.asked_offers, world.asked_needs):
        flat = [each for question in asked for each in question]
        assert len(flat) == len(set(flat))


def test_reads_ahead_where_it_goes_back() -> None:
    """200 releases to go back through are some eight questions, not 200."""
    releases = {f"a {n}": [f"b=={n}"] for n in range(1, 200)} | {f"b {n}": [] for n in range(1, 200)}
    world = World(releases)
    assert versions(close(world, "a", "b<3")) == "a=2 b=2"
    assert len(world.asked_needs) < 12


def test_reads_no_further_than_it_needs() -> None:
    world = World({f"a {n}": [] for n in range(1, 500)})
    assert versions(close(world, "a")) == "a=499"
    assert world.asked_needs == [["a 499"]]


def test_a_search_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_STEPS", 3000)
    releases: dict[str, list[str]] = {f"{name} {n}": [] for name in "abcdef" for n in range(1, 9)}
    for n in range(1, 9):
        for name, following in zip("abcde", "bcdef", strict=True):
            releases[f"{name} {n}"] = [f"{following}<={n}", f"x{name}=={n}"]
            releases[f"x{name} {n}"] = [f"y=={n if name != 'c' else 9 - n}"]
        releases[f"y {n}"] = []
    closure = close(World(releases), *"abcde", "f==8")
    assert {each.name for each in closure} >= set("abcdef")
    told = {each.name: (each.version, each.known, each.reason) for each in closure}
    assert told.pop("f") == (Version("8"), True, "")
    assert set(told.values()) == {(None, False, GAVE_UP)}


def test_a_source_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(World):
        def _files(self, name: str) -> tuple[Distribution, ...]:
            return (file_of(f"{name}-1-py3-none-any.whl", name),)

        def _needs(self, name: str, version: Version) -> Needs | Unavailable:
            return Needs((Requirement(f"{name}x"),), frozenset())

    monkeypatch.setattr(catalogue, "MOST_PROJECTS", 50)
    closure = close(Endless({}), "a")
    assert len(closure) == 50
    assert len(closure[-1].via) == 49
    # Said once, at what the user asks for.
    assert {each.name: each.needs_unknown for each in closure if each.needs_unknown} == {"a": TOO_MANY}
    assert all(each.distribution is not None for each in closure)


def test_a_source_that_names_ever_more_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MOST_PROJECTS", 50)
    releases = {"a 1": [f"b{n}" for n in range(10)], "z 1": ["b0"], "y 1": []}
    releases |= {f"b{n} 1": [f"c{n}x{m}" for m in range(30)] for n in range(10)}
    releases |= {f"c{n}x{m} 1": ["y"] for n in range(10) for m in range(30)}
    world = World(releases)
    closure = close(world, "z", "a", "y")
    assert len(closure) == 50
    assert {each.name: each.needs_unknown for each in closure if each.needs_unknown} == {"a": TOO_MANY}
    assert find(closure, "y").version == Version("1")
    assert sum(map(len, world.asked_offers)) == 50


def test_extras_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each set of extras has all requirements of a release judged again."""
    monkeypatch.setattr(catalogue, "MOST_MARKERS", 5000)
    everything = [f"a[e{n}]; extra == 'all'" for n in range(500)] + [f"b; extra == 'e{n}'" for n in range(500)]
    closure = close(World({"a 1": everything, "b 1": [], "c 1": []}), "a[all]", "c")
    assert versions(closure) in ("a=1 c=1 b=1", "a=1 c=1")
    assert find(closure, "a").needs_unknown == TOO_MANY
    assert find(closure, "c").needs_unknown is None


def test_a_chain_of_very_many_projects() -> None:
    releases = {f"a{n} 1": [f"a{n + 1}"] for n in range(300)} | {"a300 1": []}
    closure = close(World(releases), "a0")
    assert len(closure) == 301
    assert max(len(each.via) for each in closure) == LONGEST_CHAIN
    assert find(closure, "a2").via == ("a0", "a1")


NAMES = [f"p{number}" for number in range(6)]
specifiers = st.sampled_from(["", ">=2", "<3", "==1", "==2", "!=3", ">=2,<4"])
requirement_lines = st.builds(
    lambda name, extra, specifier, marker: f"{name}{extra}{specifier}{marker}",
    st.sampled_from(NAMES),
    st.sampled_from(["", "", "[x]"]),
    specifiers,
    st.sampled_from(["", "", '; extra == "x"', "; sys_platform == 'win32'"]),
)
worlds = st.dictionaries(
    st.builds(lambda name, version: f"{name} {version}", st.sampled_from(NAMES), st.integers(1, 4)),
    st.lists(requirement_lines, max_size=3),
    max_size=16,
)


@settings(max_examples=200, deadline=None)
@given(worlds, st.lists(st.builds(lambda n, s: n + s, st.sampled_from(NAMES), specifiers), min_size=1, max_size=3))
def test_any_world_has_a_closure_that_holds_together(releases: dict[str, list[str]], lines: list[str]) -> None:
    world = World(releases)
    closure = close(world, *lines)
    assert closure == close(World(releases), *lines)
    for questions in (world.asked_offers, world.asked_needs):
        asked = [each for question in questions for each in question]
        assert len(asked) == len(set(asked))
    found = {each.name: each for each in closure}
    assert len(found) == len(closure)
    assert all((each.distribution is None) == bool(each.reason) for each in closure)
    if any(each.reason == GAVE_UP for each in closure):
        return
    needed = [(Requirement(line), "") for line in lines]
    needed += [
        (Requirement(line), each.name) for each in closure for line in releases.get(f"{each.name} {each.version}", [])
    ]
    for requirement, parent in needed:
        if requirement.marker is None:
            version = found[requirement.name].version
            assert version is None or requirement.specifier.contains(version), (parent, requirement)
    for package in closure:
        for parent, child in pairwise((*package.via, package.name)):
            written_by = releases[f"{parent} {found[parent].version}"]
            assert child in {Requirement(line).name for line in written_by}
