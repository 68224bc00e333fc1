"""What projects declare, in all notations, without running anything of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.context import Missing
from lint_alpine.installs.documents import read_json, read_toml
from lint_alpine.installs.poetry_versions import alternatives, python_marker, specifiers
from lint_alpine.installs.projects import Project, read_project
from lint_alpine.source import Source
from tests.installs.support import FakeFiles, faults, names, places
from tests.steps import counted


def project(*, path: str = ".", **files: str) -> Project:
    """A project from its files: `pyproject` stands for pyproject.toml, `setup_cfg` for setup.cfg and so on."""
    spelled = {"pyproject": "pyproject.toml", "setup_cfg": "setup.cfg", "setup_py": "setup.py"}
    found = read_project(path, FakeFiles({spelled.get(name, f"{name}.txt"): text for name, text in files.items()}))
    assert isinstance(found, Project)
    return found


PEP_621 = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "The_Project"
dependencies = [
    "flask>=2",   # "not this"
    'click; python_version < "4"',
    "lib @ https://h/lib.zip",
]

[project.optional-dependencies]
Speed-Up = ["fast==1"]
all = ["the.project[speed_up,docs]", "more"]
docs = ["sphinx"]
loop = ["the-project[loop]"]

[dependency-groups]
test = ["pytest", {include-group = "typing"}]
Typing = ["mypy"]
dev = [{include-group = "test"}, {include-group = "typing"}, "ruff"]
docs = ["the-project[docs]"]
"""


def test_static_metadata() -> None:
    found = project(pyproject=PEP_621)
    assert (found.name, found.backend) == ("the-project", "hatchling.build")
    assert places(found.requirements().dependencies) == [
        "pyproject.toml:9: flask>=2",
        'pyproject.toml:10: click; python_version < "4"',
        "pyproject.toml:11: lib @ https://h/lib.zip",
    ]
    assert [dependency.opaque for dependency in found.requirements().dependencies] == [None, None, "it is a URL"]


SELECTIONS = {
    ("speed_up",): ["fast==1"],
    ("all",): ["more", "fast==1", "sphinx"],
    ("loop",): [],
    ("no-such-extra",): [],
}


@pytest.mark.parametrize(("extras", "expected"), SELECTIONS.items(), ids=map("".join, SELECTIONS))
def test_extras(extras: tuple[str, ...], expected: list[str]) -> None:
    found = project(pyproject=PEP_621).requirements(extras)
    assert sorted(names(found.dependencies)[3:]) == sorted(expected)
    assert found.complete


GROUPS = {"test": ["pytest", "mypy"], "typing": ["mypy"], "dev": ["pytest", "mypy", "ruff"], "docs": ["sphinx"]}


@pytest.mark.parametrize(("group", "expected"), GROUPS.items(), ids=GROUPS)
def test_groups(group: str, expected: list[str]) -> None:
    assert names(project(pyproject=PEP_621).requirements(groups=[group], main=False).dependencies) == expected


def test_groups_that_cannot_be_resolved() -> None:
    groups = "a = [{include-group = 'b'}]\nb = [{include-group = 'a'}, 'x']\nc = [{include-group = 'd'}]\n"
    found = project(pyproject=f"[project]\nname = 'p'\n[dependency-groups]\n{groups}")
    assert [fault.message for fault in found.requirements(groups=["a"]).unreadable] == [
        "the dependency group `a` includes itself"
    ]
    assert names(found.requirements(groups=["a"]).dependencies) == ["x"]
    assert [fault.message for fault in found.requirements(groups=["c"]).unreadable] == [
        "the dependency group `d` is not there"
    ]


def test_a_dependency_that_is_no_requirement() -> None:
    found = project(pyproject="[project]\nname = 'p'\ndependencies = ['a=1', 'b']").requirements()
    assert names(found.dependencies) == ["b"]
    (fault,) = faults(found)
    assert fault.startswith("pyproject.toml:3: a=1: `a=1` is no requirement: expected")


SETUPTOOLS = "[build-system]\nbuild-backend = 'setuptools.build_meta'\n"
METADATA = "[project]\nname = 'p'\ndynamic = ['dependencies']\n"
DYNAMIC = {
    "files of setuptools": (
        SETUPTOOLS + "[project]\nname = 'p'\ndynamic = ['dependencies', 'optional-dependencies']\n"
        "[tool.setuptools.dynamic]\ndependencies = {file = ['r.txt', 's.txt']}\n"
        "optional-dependencies.x = {file = 's.txt'}\n",
        ["r.txt:1: a>1", "r.txt:3: b", "s.txt:1: c"],
        [],
    ),
    "files of hatch": (
        METADATA + "[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ['r.txt']\n",
        ["r.txt:1: a>1", "r.txt:3: b"],
        [],
    ),
    "a file that is not there": (
        SETUPTOOLS + METADATA + "[tool.setuptools.dynamic]\ndependencies = {file = 'no.txt'}\n",
        [],
        ["pyproject.toml:7: no.txt: `no.txt` cannot be read: there is no such file"],
    ),
    "code": (
        SETUPTOOLS + "[project]\nname = 'p'\ndynamic = ['version', 'dependencies']\n",
        [],
        ["pyproject.toml:5: dependencies: the project's dependencies are only known when its build backend runs"],
    ),
    "no TOML": (
        "[project",
        [],
        ["pyproject.toml:1: : `pyproject.toml` is no TOML: expected ']' at the end of a table"],
    ),
    "another backend without metadata": (
        "[build-system]\nbuild-backend = 'maturin'\n",
        [],
        ["pyproject.toml:1: : the project's dependencies are declared nowhere that is known"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "told"), DYNAMIC.values(), ids=DYNAMIC)
def test_dynamic_dependencies(text: str, expected: list[str], told: list[str]) -> None:
    found = project(pyproject=text, r="a>1  # why\n\nb\n", s="c\n").requirements()
    assert places(found.dependencies) == expected
    assert [fault.partition(" declaration")[0] for fault in faults(found)] == told
    assert found.complete == (not told)


POETRY = """
[tool.poetry]
name = "P"
[tool.poetry.dependencies]
python = "^3.8"
flask = "^2.1"
fast = {version = "~1.4", optional = true, extras = ["x"]}
old = [{version = "<2", python = "<3.9"}, {version = "*", markers = "sys_platform == 'win32'"}]
lib = {git = "https://h/lib.git"}
[tool.poetry.dependencies.long]
version = "1.2.*"
platform = "linux"
[tool.poetry.extras]
speed = ["fast"]
[tool.poetry.dev-dependencies]
black = "*"
[tool.poetry.group.test.dependencies]
pytest = ">=7,<9"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
sphinx = "7"
[build-system]
build-backend = "poetry.core.masonry.api"
"""


def test_poetry_tables() -> None:
    found = project(pyproject=POETRY)
    main = found.requirements()
    assert names(main.dependencies) == [
        "flask<3,>=2.1",
        'old<2; python_full_version < "3.9"',
        'old; sys_platform == "win32"',
        "lib",
        'long==1.2.*; sys_platform == "linux"',
    ]
    assert places(main.dependencies)[0] == 'pyproject.toml:6: flask = "^2.1"'
    assert [dependency.name for dependency in main.dependencies if dependency.opaque] == ["lib"]
    assert names(found.requirements(["speed"]).dependencies)[-1] == "fast[x]<1.5,>=1.4"
    assert names(found.requirements(groups=["dev", "test"], main=False).dependencies) == ["black", "pytest<9,>=7"]
    assert found.optional_groups == {"docs"}
    assert names(found.requirements(groups=["docs"], main=False).dependencies) == ["sphinx==7"]


def test_poetry_with_standard_metadata() -> None:
    text = "[project]\nname = 'p'\ndependencies = ['a']\n[tool.poetry.dependencies]\nb = '*'\n"
    assert names(project(pyproject=text).requirements().dependencies) == ["a"]
    dynamic = "[project]\nname = 'p'\ndynamic = ['dependencies']\n[tool.poetry.dependencies]\nb = '*'\n"
    assert names(project(pyproject=dynamic).requirements().dependencies) == ["b"]


def test_groups_of_other_tools() -> None:
    text = "[tool.pdm.dev-dependencies]\nt = ['a', '-e file:///x']\n[tool.uv]\ndev-dependencies = ['b']\n"
    found = project(pyproject=f"[project]\nname = 'p'\n{text}")
    assert names(found.requirements(groups=["t", "dev"], main=False).dependencies) == ["a", "b"]
    text = "[tool.flit.metadata]\nmodule = 'm'\nrequires = ['a']\n[tool.flit.metadata.requires-extra]\nx = ['b']\n"
    flit = project(pyproject=text)
    assert names(flit.requirements(["x"]).dependencies) == ["a", "b"]


VERSIONS = {
    "^1.2.3": "<2,>=1.2.3",
    "^1.2": "<2,>=1.2",
    "^1": "<2,>=1",
    "^0.2.3": "<0.3,>=0.2.3",
    "^0.0.3": "<0.0.4,>=0.0.3",
    "^0.0": "<0.1,>=0.0",
    "^0": "<1,>=0",
    "^1.0b1": "<2,>=1.0b1",
    "~1.2.3": "<1.3,>=1.2.3",
    "~1.2": "<1.3,>=1.2",
    "~1": "<2,>=1",
    "~=1.2": "~=1.2",
    "*": "",
    "1.2.*": "==1.2.*",
    "1.2.x": "==1.2.*",
    "==1.2.*": "==1.2.*",
    "1.2": "==1.2",
    "=1.2": "==1.2",
    ">=1 <2": "<2,>=1",
    ">= 1, !=1.5": "!=1.5,>=1",
    "^1 || ^2": "<3,>=1",
    "^2|^1": "<3,>=1",
    "^1 || ^1.5 || *": "",
    "1.* || 2.*": "<3,>=1",
    "<2 || ~=2.1": "!=2.0.*,<3",
    "^1 || ^3.2": "!=2.*,!=3.0.*,!=3.1.*,<4,>=1",
    "(>=1,<1.5 || >=1.6)": "!=1.5.*,>=1",
    "<1 || >=2 || ^1": "",
}


@pytest.mark.parametrize(("constraint", "expected"), VERSIONS.items(), ids=VERSIONS)
def test_poetry_version_constraints(constraint: str, expected: str) -> None:
    found = specifiers(constraint)
    assert found is not None
    assert sorted(str(found).split(",")) == sorted(expected.split(","))


ALTERNATIVES = st.lists(
    st.tuples(
        st.sampled_from(["^", "~", ">=", "<"]),
        st.lists(st.integers(0, 3), min_size=1, max_size=3).filter(any).map(lambda n: ".".join(map(str, n))),
    ),
    min_size=1,
    max_size=4,
)


@given(ALTERNATIVES, st.lists(st.integers(0, 4), min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_alternatives_allow_what_one_of_them_allows(parts: list[tuple[str, str]], release: list[int]) -> None:
    constraint = " || ".join(f"{operator}{version}" for operator, version in parts)
    joined, version = specifiers(constraint), ".".join(map(str, release))
    each = [specifiers(f"{operator}{version}") for operator, version in parts]
    assert joined is None or joined.contains(version) == any(one.contains(version) for one in each if one is not None)


@pytest.mark.parametrize("constraint", ["^1.5 || ^3 || 7", "<1.5.1 || >=2", "<=1 || >=2", "<1 || >=999"])
def test_alternatives_that_no_specifier_can_say(constraint: str) -> None:
    assert specifiers(constraint) is None
    assert len(alternatives(constraint)) > 1
    found = project(pyproject=f"[tool.poetry.dependencies]\na = '{constraint}'\n").requirements()
    assert not found.complete
    assert "PEP 440" in found.unreadable[0].message


@pytest.mark.parametrize("constraint", ["", "^x", "~", "latest", "^1 || ^x"])
def test_what_is_no_version_constraint(constraint: str) -> None:
    assert specifiers(constraint) is None


def test_python_constraints_become_markers() -> None:
    assert python_marker("^3.8") == '(python_full_version < "4" and python_full_version >= "3.8")'
    assert python_marker("<3 || >=3.9") == '(python_full_version < "3") or (python_full_version >= "3.9")'
    assert python_marker("*") is None


SETUP_CFG = """[metadata]
name = My.Project
[options]
packages = find:
install_requires =
    a>1
    b ; python_version < "4"
    # c
[options.extras_require]
x = d; e
y = file: r.txt
"""


def test_setup_cfg() -> None:
    found = project(setup_cfg=SETUP_CFG, r="f\n")
    assert found.name == "my-project"
    assert places(found.requirements(["x", "y"]).dependencies) == [
        "setup.cfg:6: a>1",
        'setup.cfg:7: b ; python_version < "4"',
        "setup.cfg:10: d",
        "setup.cfg:10: e",
        "r.txt:1: f",
    ]


SETUP_PY = {
    "from setuptools import setup\nsetup(name='x', install_requires=['a>1', \"b\"])": [
        "setup.py:2: a>1",
        "setup.py:2: b",
    ],
    "import setuptools\nREQUIRES = [\n  'é',\n  'a',\n]\nsetuptools.setup(install_requires=REQUIRES)": [
        "setup.py:4: a"
    ],
    "setup(install_requires='''\na\nb\n''')": ["setup.py:1: '''\na\nb\n'''", "setup.py:1: '''\na\nb\n'''"],
    "setup(name='x')": ["setup.cfg:6: a>1", 'setup.cfg:7: b ; python_version < "4"'],
    "V = 'a==1'\nsetup(install_requires=[V, 'b'])": ["setup.py:2: V", "setup.py:2: b"],
}


@pytest.mark.parametrize(("text", "expected"), SETUP_PY.items(), ids=range(len(SETUP_PY)))
def test_literal_setup_py(text: str, expected: list[str]) -> None:
    assert places(project(setup_py=text, setup_cfg=SETUP_CFG).requirements().dependencies) == expected


@pytest.mark.parametrize(
    "text",
    [
        "setup(install_requires=open('r.txt').read().split())",
        "setup(**options)",
        "R = ['a']\nR.append('b')\nsetup(install_requires=R)",
        "R = ['a']\nR += ['b']\nsetup(install_requires=R)",
        "R = ['a']\nif x:\n    R = ['b']\nsetup(install_requires=R)",
        "setup(install_requires=['a', *more])",
        "print('no call')",
        "setup()\nsetup()",
        "this is no python",
        "(" * 5000,
        "\0",
    ],
)
def test_computed_setup_py_is_not_known(text: str) -> None:
    assert not project(setup_py=text).requirements().complete


def test_extras_of_setup_py() -> None:
    found = project(setup_py="setup(name='X_y', extras_require={'Dev_x': ['a', 'b']}, install_requires=())")
    assert found.name == "x-y"
    assert names(found.requirements(["dev-x"]).dependencies) == ["a", "b"]


def test_pyproject_without_metadata_leaves_it_to_setuptools() -> None:
    found = project(pyproject=SETUPTOOLS + "[tool.black]\nx = 1\n", setup_cfg=SETUP_CFG)
    assert (found.name, found.backend) == ("my-project", "setuptools.build_meta")
    assert len(found.requirements().dependencies) == 2


def test_no_project() -> None:
    assert read_project("x", FakeFiles({"r.txt": ""})) == Missing("there is no such file")


# The places of values in documents.

TOML = st.recursive(
    st.one_of(
        st.text(alphabet="ab]}[{,#='\" \\\n.", max_size=6),
        st.integers(-5, 5).map(lambda number: number),
        st.booleans(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(alphabet="ab. \"'#]", min_size=1, max_size=3), inner, max_size=3),
    ),
    max_leaves=8,
)


def _spell(value: object) -> str:
    """TOML with basic strings alone."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            return f'"{escaped}"'
        case list():
            return "[ " + ",\n # x\n".join(map(_spell, value)) + "\n]"
        case dict():
            return "{" + ", ".join(f"{_spell(key)} = {_spell(item)}" for key, item in value.items()) + "}"
    raise AssertionError(value)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c.d"]), TOML), max_size=4))
def test_every_string_of_a_toml_document_has_its_place(entries: list[tuple[str, object]]) -> None:
    text = "".join(f"[[t.{name}]]\nfirst = 'x' # ' \nkey.inner = {_spell(value)}\n" for name, value in entries)
    document = read_toml(Source("f.toml", text))
    assert not isinstance(document, str)
    seen: dict[str, int] = {}
    for name, value in entries:
        index = seen[name] = seen.get(name, -1) + 1
        path: tuple[str | int, ...] = ("t", *name.split("."), index, "key", "inner")
        assert document.entry(*path).text == f"key.inner = {_spell(value)}"
        if isinstance(value, str):
            assert document.place(*path).text == _spell(value)[1:-1]
        if isinstance(value, list):
            for number, item in enumerate(value):
                if isinstance(item, str):
                    assert document.place(*path, number).text == _spell(item)[1:-1]


def test_strings_of_several_lines() -> None:
    document = read_toml(Source("f.toml", 'a = """\nx"y"""\nb = \'\'\'z\'\'\'\n'))
    assert not isinstance(document, str)
    assert (document.place("a").text, document.place("b").text) == ('\nx"y', "z")


def test_keys_of_json() -> None:
    document = read_json(Source("f.json", '{"a": {"b": {"c": "}"}, "d": ["b", {"b": 1}]}, "b": {}}'))
    assert not isinstance(document, str)
    assert document.key("a", "b").begin == 8
    assert document.place("a", "b", "c").text == "}"
    assert document.key("b").begin == 48


def test_dots_that_are_no_keys() -> None:
    dots = "x." * 90
    text = f'# {dots}\na = [{"1.5, " * 90}]\nb = "{dots}"\nc = 1 # {dots}\nd = """\n{dots}y\n\\"""\n{dots}"""\n'
    assert not isinstance(read_toml(Source("f.toml", text)), str)


def test_groups_that_include_one_another_many_times() -> None:
    text = "[project]\nname = 'p'\n[dependency-groups]\n"
    text += "".join(f"g{number} = [" + f"{{include-group = 'g{number + 1}'}}," * 5 + "]\n" for number in range(500))
    with counted(most=5_000_000):
        found = project(pyproject=text + "g500 = ['a']\n")
        assert not found.requirements(groups=["g0"]).complete
        assert names(found.requirements(groups=found.groups, main=False).dependencies) == ["a"]
        assert names(found.requirements(groups=["g490", "g500"], main=False).dependencies) == ["a"]


HOSTILE = [
    "[" * 100_000,
    "a = " + "[" * 50_000,
    "a." * 20_000 + "b = 1",
    '"a" . ' * 20_000 + "b = 1",
    "[" + "a." * 20_000 + "b]",
    'a = """' + '\\"' * 50_000,
    "x" + "." * 31 + r'\"""' * 250_000,
    "x" + "." * 31 + r'\"""x" ' * 150_000,
    "x" + "." * 31 + "'''" + "\"'" * 400_000,
    "x" + "." * 31 + "\n" + "a" + ". " * 500_000,
    'a = {b = """\n# """, ' + "c." * 20_000 + "d = 1}",
    "a = 'x" * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_documents_take_bounded_time(text: str) -> None:
    with counted(most=100 * len(text)):
        for reader in (read_toml, read_json):
            document = reader(Source("f", text))
            if not isinstance(document, str):
                document.place("x")
        project(pyproject=text, setup_cfg=text, setup_py=text)
