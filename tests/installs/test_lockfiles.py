"""Lock files of all kinds. What uv.lock gives was compared with `uv export --frozen` of uv 0.13.8."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.markers import Marker

from lint_alpine.installs.dependency import Dependency, Requirements
from lint_alpine.installs.lock_graph import ALWAYS, NEVER_TRUE, Edge, marker_of, reach, settle_extras, settle_membership
from lint_alpine.installs.lockfiles import pipfile_lock, pylock
from lint_alpine.installs.pdm_lock import Groups, pdm_lock
from lint_alpine.installs.poetry_lock import poetry_lock
from lint_alpine.installs.projects import Project, read_pyproject
from lint_alpine.installs.uv_lock import Selection, uv_lock
from lint_alpine.source import Source
from tests.installs.support import FakeFiles, faults, names, places
from tests.steps import counted

FOLDER = Path(__file__).parent / "locks"


def told(requirements: Requirements) -> list[str]:
    assert faults(requirements) == []
    return sorted(str(dependency.requirement) for dependency in requirements.dependencies)


def files(requirements: Requirements) -> dict[str, list[str]]:
    return {
        dependency.name: [file.filename for file in dependency.locked.distributions]
        for dependency in requirements.dependencies
        if dependency.locked
    }


# uv.lock

UV = Source("uv.lock", (FOLDER / "uv.lock").read_text())
PLAIN = [
    "alpha==1.0",
    "beta==2.0",
    'delta==1.0; python_full_version >= "3.12"',
    'epsilon==1.0; python_full_version >= "3.12"',
    'eta==1.0; platform_machine == "aarch64" and python_full_version >= "3.12"',
    "gamma==1.0",
    'lam==1.0; python_full_version < "3.12"',
    'lam==2.0; python_full_version >= "3.12"',
    'multi==1.0; sys_platform == "linux"',
    'zeta==1.0; platform_machine == "aarch64" and python_full_version >= "3.12"',
]
UV_SELECTIONS = {
    "nothing but the project": (Selection(), PLAIN),
    "an extra": (Selection(extras=["speed"]), [*PLAIN, "iota==1.0", "theta==1.0"]),
    "an extra that names another": (Selection(extras=["all"]), [*PLAIN, "iota==1.0", "kappa==1.0", "theta==1.0"]),
    "extras that exclude one another": (
        Selection(extras=["old"]),
        ["beta==1.0" if name == "beta==2.0" else name for name in PLAIN],
    ),
    "groups alone": (Selection(groups=["test", "docs"], main=False), ["eta==1.0", "iota==1.0"]),
    "all groups but one": (
        Selection(groups=None, without_groups=["dev"]),
        [*(name for name in PLAIN if not name.startswith("eta")), "eta==1.0", "iota==1.0"],
    ),
    "the project by its name": (Selection(project="Root.Proj"), PLAIN),
}


@pytest.mark.parametrize(("selection", "expected"), UV_SELECTIONS.values(), ids=UV_SELECTIONS)
def test_what_uv_installs(selection: Selection, expected: list[str]) -> None:
    assert told(uv_lock(UV, selection)) == sorted(expected)


def test_uv_files_and_places() -> None:
    found = uv_lock(UV, Selection())
    assert files(found)["multi"] == [
        "multi-1.0-cp310-abi3-manylinux_2_17_x86_64.whl",
        "multi-1.0-cp310-abi3-musllinux_1_2_x86_64.whl",
    ]
    multi = next(dependency for dependency in found.dependencies if dependency.name == "multi")
    assert multi.span.text == "multi"
    assert UV.line(multi.span.start.line) == 'name = "multi"'
    assert multi.locked is not None
    assert multi.locked.path == "uv.lock"
    wheel = multi.locked.distributions[0]
    assert (wheel.hashes, wheel.size) == ((("sha256", "00"),), 7)
    assert wheel.url == f"https://index.example/files/{wheel.filename}"
    assert found.choice.no_deps


WORKSPACE = """
version = 1
[manifest]
members = ["one", "two"]
[manifest.dependency-groups]
dev = [{ name = "d" }]
[[package]]
name = "one"
version = "0.1"
source = { editable = "packages/one" }
dependencies = [{ name = "two", extra = ["x"] }, { name = "git" }]
[[package]]
name = "two"
version = "0.1"
source = { editable = "packages/two" }
dependencies = [{ name = "a" }]
[package.optional-dependencies]
x = [{ name = "b" }]
[[package]]
name = "a"
version = "1"
source = { registry = "https://index.example" }
sdist = { url = "https://index.example/a-1.tar.gz?x#y", hash = "sha256:1" }
[[package]]
name = "b"
version = "1"
source = { url = "https://h/b-1.zip" }
[[package]]
name = "d"
version = "1"
source = { registry = "https://index.example" }
[[package]]
name = "git"
version = "1"
source = { git = "https://h/git#1" }
"""
MEMBERS = {
    "all without a root project": (Selection(groups=["dev"]), ["a==1", "b==1", "d==1", "git==1"]),
    "one": (Selection(project="one"), ["a==1", "b==1", "git==1"]),
    "two": (Selection(project="two"), ["a==1"]),
    "all": (Selection(all_members=True), ["a==1", "b==1", "git==1"]),
}


@pytest.mark.parametrize(("selection", "expected"), MEMBERS.values(), ids=MEMBERS)
def test_members_of_a_workspace(selection: Selection, expected: list[str]) -> None:
    found = uv_lock(Source("uv.lock", WORKSPACE), selection)
    assert told(found) == expected
    assert {dependency.name: dependency.opaque for dependency in found.dependencies if dependency.opaque} == {
        name: reason
        for name, reason in (("b", "it is a URL"), ("git", "it is a VCS reference"))
        if f"{name}==1" in expected
    }
    assert files(found).get("a") == ["a-1.tar.gz"]


# poetry.lock

POETRY_2 = """
[[package]]
name = "A"
version = "1.0"
groups = ["main", "dev"]
markers = {main = "extra == 'x' and os_name == 'nt'", dev = "python_version < '3.9'"}
files = [{file = "a-1.0-py3-none-any.whl", hash = "sha256:1"}, {file = "a-1.0.tar.gz", hash = "sha256:2"}]

[[package]]
name = "b"
version = "2.0"
groups = ["main"]
files = []

[[package]]
name = "c"
version = "3.0"
groups = ["main"]
optional = true
markers = "extra == 'x' or extra == 'y'"
files = []

[[package]]
name = "d"
version = "1"
groups = ["docs"]
files = []
[package.source]
type = "git"

[extras]
x = ["a"]

[metadata]
lock-version = "2.1"
"""
POETRY_SELECTIONS = {
    "main": ([], [], True, ["b==2.0"]),
    "an extra": ([], ["x"], True, ['A==1.0; os_name == "nt"', "b==2.0", "c==3.0"]),
    "another extra": ([], ["y"], True, ["b==2.0", "c==3.0"]),
    "a group": (["dev"], [], True, ['A==1.0; python_version < "3.9"', "b==2.0"]),
    "a group alone": (["docs"], [], False, ["d==1"]),
    "both": (["dev"], ["x"], True, ['A==1.0; os_name == "nt" or python_version < "3.9"', "b==2.0", "c==3.0"]),
}


@pytest.mark.parametrize(("groups", "extras", "main", "expected"), POETRY_SELECTIONS.values(), ids=POETRY_SELECTIONS)
def test_poetry_since_2_0(groups: list[str], extras: list[str], main: bool, expected: list[str]) -> None:
    found = poetry_lock(Source("poetry.lock", POETRY_2), None, groups, extras, main=main)
    assert told(found) == expected
    if "A==1.0" in str(told(found)):
        assert files(found)["a"] == ["a-1.0-py3-none-any.whl", "a-1.0.tar.gz"]


POETRY_1 = """
[[package]]
name = "root-dep"
version = "1.0"
category = "main"
optional = false
[package.dependencies]
inner = {version = ">=1", markers = "python_version < '3.9'"}
fork = [{version = "<2", markers = "sys_platform == 'x'"}, {version = ">=2", markers = "sys_platform != 'x'"}]
opt = {version = "*", optional = true, markers = "extra == 'more'"}
[package.extras]
more = ["opt (>=1)"]
[[package]]
name = "inner"
version = "1.0"
category = "main"
optional = false
[[package]]
name = "fork"
version = "1.0"
category = "main"
[[package]]
name = "fork"
version = "2.0"
category = "main"
[[package]]
name = "opt"
version = "1.0"
category = "main"
optional = true
[[package]]
name = "tool"
version = "1.0"
category = "dev"
[package.dependencies]
inner = "*"
[metadata]
lock-version = "1.1"
[metadata.files]
inner = [{file = "inner-1.0.tar.gz", hash = "sha256:1"}]
"""
POETRY_PROJECT = """
[tool.poetry]
name = "p"
[tool.poetry.dependencies]
root-dep = "^1"
opt = {version = "*", optional = true}
[tool.poetry.extras]
e = ["opt"]
[tool.poetry.dev-dependencies]
tool = {version = "*", extras = ["x"]}
"""


def poetry_project(text: str) -> Project:
    return read_pyproject(Source("pyproject.toml", text), ".", FakeFiles())


FORKS = ['fork==1.0; sys_platform == "x"', 'fork==2.0; sys_platform != "x"']


def test_poetry_before_2_0_follows_the_project() -> None:
    source = Source("poetry.lock", POETRY_1)
    project = poetry_project(POETRY_PROJECT)
    assert told(poetry_lock(source, project, [], [])) == [*FORKS, 'inner==1.0; python_version < "3.9"', "root-dep==1.0"]
    assert told(poetry_lock(source, project, ["dev"], ["e"])) == [
        *FORKS,
        "inner==1.0",
        "opt==1.0",
        "root-dep==1.0",
        "tool==1.0",
    ]
    assert told(poetry_lock(source, project, ["dev"], [], main=False)) == ["inner==1.0", "tool==1.0"]
    assert files(poetry_lock(source, project, [], []))["inner"] == ["inner-1.0.tar.gz"]


def test_extras_of_a_package_bring_its_optional_dependencies() -> None:
    project = poetry_project("[tool.poetry.dependencies]\nroot-dep = {version = '*', extras = ['more']}\n")
    assert "opt==1.0" in told(poetry_lock(Source("poetry.lock", POETRY_1), project, [], []))


def test_poetry_without_the_project_goes_by_category() -> None:
    found = poetry_lock(Source("poetry.lock", POETRY_1), None, [], [])
    assert told(found) == ["fork==1.0", "fork==2.0", "inner==1.0", "root-dep==1.0"]


# pdm.lock

PDM = """
[metadata]
groups = ["default", "test"]
strategy = ["inherit_metadata"]
lock_version = "4.5.0"
[[package]]
name = "a"
version = "1.0"
groups = ["default"]
marker = "python_version < '3.9'"
dependencies = ["b>=1; os_name == 'x'"]
files = [{file = "a-1.0-py3-none-any.whl", hash = "sha256:1"}]
[[package]]
name = "a"
version = "1.0"
extras = ["e"]
groups = ["default"]
dependencies = ["a==1.0", "c"]
[[package]]
name = "b"
version = "1.0"
groups = ["default", "test"]
[[package]]
name = "c"
version = "1.0"
groups = ["test"]
git = "https://h/c.git"
"""
PDM_OLD = (
    PDM.replace('lock_version = "4.5.0"', 'lock_version = "4.1"')
    .replace("groups = [", "none = [")
    .replace("marker =", "no =")
)


def test_pdm_groups() -> None:
    source = Source("pdm.lock", PDM)
    assert told(pdm_lock(source, None, Groups())) == ['a==1.0; python_version < "3.9"', "b==1.0"]
    assert told(pdm_lock(source, None, Groups(frozenset({"test"}), main=False))) == ["b==1.0", "c==1.0"]
    assert files(pdm_lock(source, None, Groups()))["a"] == ["a-1.0-py3-none-any.whl"]


def test_pdm_groups_that_the_lock_was_made_for() -> None:
    source, nothing_asked = Source("pdm.lock", PDM), Groups(frozenset({"other"}), as_locked=True)
    assert told(pdm_lock(source, None, nothing_asked)) == ['a==1.0; python_version < "3.9"', "b==1.0", "c==1.0"]
    # Groups that the project no longer has are left out.
    dropped = poetry_project("[project]\nname = 'p'\n")
    assert told(pdm_lock(source, dropped, nothing_asked)) == ['a==1.0; python_version < "3.9"', "b==1.0"]
    silent = Source("pdm.lock", PDM.replace('groups = ["default", "test"]\nstrategy', "strategy"))
    assert told(pdm_lock(silent, None, nothing_asked)) == ['a==1.0; python_version < "3.9"', "b==1.0"]
    only_test = Source("pdm.lock", PDM.replace('groups = ["default", "test"]\nstrategy', 'groups = ["test"]\nstrategy'))
    assert told(pdm_lock(only_test, None, nothing_asked)) == ["b==1.0", "c==1.0"]


def test_pdm_before_2_11_follows_the_project() -> None:
    source = Source("pdm.lock", PDM_OLD)
    plain = poetry_project("[project]\nname = 'p'\ndependencies = ['a']\n")
    assert told(pdm_lock(source, plain, Groups())) == ["a==1.0", 'b==1.0; os_name == "x"']
    extra = poetry_project("[project]\nname = 'p'\ndependencies = ['a[e]']\n")
    assert told(pdm_lock(source, extra, Groups())) == ["a==1.0", 'b==1.0; os_name == "x"', "c==1.0"]
    assert told(pdm_lock(source, None, Groups())) == ["a==1.0", "b==1.0", "c==1.0"]


# Pipfile.lock

PIPFILE = """{
    "_meta": {"hash": {"sha256": "x"}, "pipfile-spec": 6, "sources": []},
    "default": {
        "a": {"hashes": ["sha256:1", "sha256:2"], "index": "b", "markers": "os_name == 'x'", "version": "==1.0"},
        "default": {"version": "==2"},
        "b": {"git": "https://h/b.git", "ref": "1"},
        "local": {"path": ".", "editable": true}
    },
    "develop": {"t": {"version": "==3"}}
}"""


def test_pipfile_lock() -> None:
    found = pipfile_lock(Source("Pipfile.lock", PIPFILE), ["default"])
    assert told(found) == ['a==1.0; os_name == "x"', "b", "default==2", "local"]
    assert places(found.dependencies) == [
        "Pipfile.lock:4: a",
        "Pipfile.lock:5: default",
        "Pipfile.lock:6: b",
        "Pipfile.lock:7: local",
    ]
    assert found.dependencies[0].hashes == {("sha256", "1"), ("sha256", "2")}
    assert [dependency.opaque for dependency in found.dependencies] == [
        None,
        None,
        "it is a VCS reference",
        "it is a local path",
    ]
    assert told(pipfile_lock(Source("Pipfile.lock", PIPFILE), ["develop", "other"])) == ["t==3"]


def test_pipfile_lock_that_asks_for_groups() -> None:
    markers = "\"markers\": \"('dev' in dependency_groups) and (os_name == 'x')\""
    text = PIPFILE.replace('{"version": "==3"}', f'{{"version": "==3", {markers}}}')
    assert told(pipfile_lock(Source("Pipfile.lock", text), ["develop"])) == ['t==3; os_name == "x"']


def test_pipfile_lock_without_a_release() -> None:
    """So pipenv writes what was not wanted where it locked; it installs any release of it."""
    others = """{"version": "*", "markers": "os_name == 'x'"}, "u": {"version": "<2"}"""
    text = PIPFILE.replace('{"version": "==3"}', others)
    found = pipfile_lock(Source("Pipfile.lock", text), ["develop"])
    assert told(found) == ['t; os_name == "x"', "u<2"]
    assert all(each.locked is None and each.opaque is None for each in found.dependencies)
    wrong = pipfile_lock(Source("Pipfile.lock", PIPFILE.replace("==3", "what")), ["develop"])
    assert [each.message for each in wrong.unreadable] == ["`what`, the version of `t`, is not valid"]


# pylock.toml

PYLOCK = """
lock-version = "1.0"
created-by = "x"
extras = ["e"]
dependency-groups = ["dev", "docs"]
default-groups = ["docs"]
[[packages]]
name = "a"
version = "1.0"
marker = "sys_platform != 'win32'"
sdist = {name = "a-1.0.tar.gz", url = "https://h/a-1.0.tar.gz", hashes = {sha256 = "1"}}
[[packages.wheels]]
url = "https://h/a-1.0-py3-none-any.whl"
hashes = {sha512 = "2"}
[[packages]]
name = "b"
version = "1.0"
marker = "'e' in extras or 'dev' in dependency_groups"
[packages.sdist]
path = "./b-1.0.tar.gz"
hashes = {sha256 = "1"}
[[packages]]
name = "c"
marker = "'docs' in dependency_groups and python_version < '3.9'"
[packages.vcs]
type = "git"
url = "https://h/c.git"
commit-id = "1"
"""


def test_pylock() -> None:
    source = Source("pylock.toml", PYLOCK)
    assert told(pylock(source)) == ['a==1.0; sys_platform != "win32"', 'c; python_version < "3.9"']
    assert told(pylock(source, ["e"], [])) == ['a==1.0; sys_platform != "win32"', "b==1.0"]
    assert told(pylock(source, [], ["dev"])) == ['a==1.0; sys_platform != "win32"', "b==1.0"]
    found = pylock(source, ["e"])
    assert files(found) == {"a": ["a-1.0-py3-none-any.whl", "a-1.0.tar.gz"], "b": ["b-1.0.tar.gz"]}
    assert places(found.dependencies)[:2] == ["pylock.toml:8: a", "pylock.toml:16: b"]
    assert found.dependencies[0].locked is not None
    assert found.dependencies[0].locked.distributions[0].hashes == (("sha512", "2"),)


# All of them

REFUSED = {
    "uv: version": (
        lambda text: uv_lock(Source("l", text), Selection()),
        "version = 2",
        "its version `2` is not known",
    ),
    "uv: no version": (lambda text: uv_lock(Source("l", text), Selection()), "", "its version `` is not known"),
    "uv: no TOML": (lambda text: uv_lock(Source("l", text), Selection()), "x", "expected '='"),
    "poetry": (
        lambda text: poetry_lock(Source("l", text), None, [], []),
        "[metadata]\nlock-version = '3.0'",
        "its version `3.0` is not known",
    ),
    "pdm": (
        lambda text: pdm_lock(Source("l", text), None, Groups()),
        "[metadata]\nlock_version = '2'",
        "its version `2` is not known",
    ),
    "Pipfile": (
        lambda text: pipfile_lock(Source("l", text), []),
        '{"_meta": {"pipfile-spec": 7}}',
        "its version `7` is not known",
    ),
    "Pipfile: no JSON": (lambda text: pipfile_lock(Source("l", text), []), "{", "expecting property name"),
    "pylock": (
        lambda text: pylock(Source("l", text)),
        "lock-version = '2.0'\ncreated-by = 'x'\npackages = []",
        "pylock version 2.0 is not supported",
    ),
    "pylock: invalid": (lambda text: pylock(Source("l", text)), "lock-version = '1.0'", "Missing required value"),
}


@pytest.mark.parametrize(("reader", "text", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_understood_is_told(reader: Callable[[str], Requirements], text: str, reason: str) -> None:
    found = reader(text)
    assert found.dependencies == ()
    assert not found.complete
    (fault,) = faults(found)
    assert f"`l` cannot be read: {reason}" in fault


def test_single_packages_that_are_not_understood_are_told_at_their_place() -> None:
    text = "version = 1\n[[package]]\nname = 'p'\nsource = {virtual = '.'}\n"
    text += "dependencies = [{name = 'a'}, {name = 'b c'}]\n"
    text += "[[package]]\nname = 'a'\nversion = 'x y'\n[[package]]\nname = 'b c'\nversion = '1'\n"
    found = uv_lock(Source("uv.lock", text), Selection())
    assert faults(found) == [
        "uv.lock:7: a: `x y`, the version of `a`, is not valid",
        "uv.lock:10: b c: `b c` is no name of a package",
    ]


def test_packages_in_another_notation_have_places_too() -> None:
    own = "{name = 'p', source = {virtual = '.'}, dependencies = [{name = 'a'}]}"
    text = f"version = 1\npackage = [{own}, {{name = 'a', version = '1'}}]"
    assert places(uv_lock(Source("uv.lock", text), Selection()).dependencies) == ["uv.lock:2: a"]


# The graph and its markers

MARKERS = st.recursive(
    st.sampled_from(
        [
            "extra == 'a'",
            "extra == 'b'",
            "'a' != extra",
            "os_name == 'x'",
            "sys_platform != 'y'",
            "python_version < '3.9'",
        ]
    ),
    lambda inner: st.one_of(
        st.builds("{} and {}".format, inner, inner),
        st.builds("{} or {}".format, inner, inner),
        st.builds("({})".format, inner),
    ),
    max_leaves=6,
)
ENVIRONMENTS = [
    {"os_name": name, "sys_platform": platform, "python_version": python}
    for name in ("x", "z")
    for platform in ("y", "z")
    for python in ("3.8", "3.12")
]


def holds(marker: str | None, environment: Mapping[str, str]) -> bool:
    return marker is None or Marker(marker).evaluate({**environment, "extra": "a"})


@settings(max_examples=200, deadline=None)
@given(MARKERS)
def test_extras_that_are_decided_leave_a_marker_of_the_same_meaning(marker: str) -> None:
    settled = settle_extras(marker, {"a"})
    assert settled is None or settled == NEVER_TRUE or "extra" not in settled
    for environment in ENVIRONMENTS:
        assert holds(settled, environment) == holds(marker, environment)


def test_membership() -> None:
    chosen = {"extras": {"A_b"}, "dependency_groups": set[str]()}
    assert settle_membership("'a-b' in extras", chosen) is None
    assert settle_membership("'a-b' not in extras", chosen) == NEVER_TRUE
    assert settle_membership("'x' in dependency_groups or os_name == 'y'", chosen) == "os_name == 'y'"
    assert settle_membership(None, chosen) is None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.one_of(st.none(), MARKERS)), max_size=12))
def test_a_package_is_wanted_under_the_markers_of_its_paths(edges: list[tuple[int, int, str | None]]) -> None:
    """Against a walk that judges every marker at once."""
    found = reach(
        [Edge(0)], lambda node, extra: [Edge(target, marker) for source, target, marker in edges if source == node]
    )
    for environment in ENVIRONMENTS:
        reached, pending = {0}, [0]
        while pending:
            node = pending.pop()
            for source, target, marker in edges:
                if source == node and target not in reached and holds(marker, environment):
                    reached.add(target)
                    pending.append(target)
        markers = {node: marker_of(under) for node, under in found.items()}
        told_to_hold = {node for node, marker in markers.items() if marker is None or holds(str(marker), environment)}
        assert told_to_hold == reached


def test_a_graph_with_endless_alternatives_takes_bounded_time() -> None:
    size = 60
    with counted(most=2_000_000):
        found = reach(
            [Edge(0)],
            lambda node, extra: [
                Edge(target, f"python_version == '{node}.{target}'") for target in range(size) if target != node
            ],
        )
    assert set(found) == set(range(size))
    assert found[0] == ALWAYS


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_lock_is_read(data: st.DataObject) -> None:
    value = st.sampled_from(["'a'", "1", "[]", "{}", "['a']", "[{name='a'}]", "{a='b'}", "[{file='a-1.zip'}]", "true"])
    keys = [
        "name",
        "version",
        "source",
        "dependencies",
        "wheels",
        "sdist",
        "files",
        "groups",
        "markers",
        "marker",
        "extras",
    ]
    chosen = data.draw(st.dictionaries(st.sampled_from(keys), value))
    package = "\n".join(f"{key} = {spelled}" for key, spelled in chosen.items())
    text = f"version = 1\n[metadata]\nlock-version = '2.1'\nlock_version = '4.5'\n[[package]]\nname2 = 1\n{package}\n"
    source = Source("l", text)
    for found in (uv_lock(source, Selection()), poetry_lock(source, None, [], []), pdm_lock(source, None, Groups())):
        assert isinstance(found, Requirements)
        assert all(isinstance(dependency, Dependency) for dependency in found.dependencies)
    assert names(pylock(source).dependencies) == []
