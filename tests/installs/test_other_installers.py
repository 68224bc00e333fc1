"""uv, Poetry, PDM, Pipenv and pipx."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.installs.dependency import FindLinks, Installer, Pin
from lint_alpine.installs.install import Export, Install, Verb
from lint_alpine.installs.read import read_install
from tests.installs.support import FakeFiles, asks, command, faults, install, names, places

LOCKS = Path(__file__).parent / "locks"
UV = {"uv.lock": (LOCKS / "uv.lock").read_text(), "pyproject.toml": (LOCKS / "pyproject.toml").read_text()}
MAIN = {"alpha", "beta", "delta", "epsilon", "eta", "gamma", "lam", "multi", "zeta"}
DEV = {"iota"}

PROJECT = """
[project]
name = "app"
dependencies = ["a>=1", "s"]
[project.optional-dependencies]
x = ["b"]
y = ["c"]
[dependency-groups]
dev = ["d"]
test = ["t"]
[build-system]
build-backend = "hatchling.build"
"""
FILES = {
    "pyproject.toml": PROJECT,
    "r.txt": "flask\n",
    "c.txt": "flask<3\n",
    "i.txt": "-i https://i\n--extra-index-url https://e\nflask\n",
    "sub/pyproject.toml": PROJECT,
}


def export(text: str, files: dict[str, str], **variables: str | None) -> Export:
    found = read_install(command(text), FakeFiles(files), variables)
    assert isinstance(found, Export)
    return found


# uv pip

UV_PIP = {
    "uv pip install a": ["a"],
    "python3 -m uv pip install a": ["a"],
    "/usr/local/bin/uv --no-cache pip --quiet install --system -p 3.12 a": ["a"],
    "uv pip install -r r.txt -c c.txt a": ["a", "flask"],
    "uv pip install --requirements=r.txt": ["flask"],
    "uv pip install -p=3.12 --index-strategy unsafe-best-match --torch-backend cpu a": ["a"],
    "uv pip install -r pyproject.toml": ["a>=1", "s"],
    "uv pip install -r pyproject.toml --extra x --extra y": ["a>=1", "s", "b", "c"],
    "uv pip install -r pyproject.toml --all-extras": ["a>=1", "s", "b", "c"],
    "uv pip install --group test": ["t"],
    "uv pip install --group sub/pyproject.toml:dev": ["d"],
    "uv pip install -e .": ["a>=1", "s"],
    "uv pip install '.[x]'": ["a>=1", "s", "b"],
    "uv --directory sub pip install -r pyproject.toml": ["a>=1", "s"],
    "uv pip sync r.txt": ["flask"],
    "uv pip install -r - < r.txt": ["flask"],
}


@pytest.mark.parametrize(("text", "expected"), UV_PIP.items(), ids=UV_PIP)
def test_uv_pip(text: str, expected: list[str]) -> None:
    assert asks(text, FILES) == expected
    assert install(text, FILES).installer is Installer.UV


UV_OPTIONS = {
    "uv pip install --no-build a": {"only_binary": frozenset({":all:"})},
    "uv pip install --only-binary a,b --no-binary b a": {
        "only_binary": frozenset({"a"}),
        "no_binary": frozenset({"b"}),
    },
    "uv pip install --prerelease allow a": {"pre": True},
    "uv pip install --prerelease=if-necessary a": {"pre": False},
    "uv pip install --no-deps --require-hashes a": {"no_deps": True, "require_hashes": True},
    "uv pip sync r.txt": {"no_deps": True},
    "uv pip install x": {"strategy": "first-index", "indexes": (), "index_url": None, "find_links": ()},
    "uv pip install --index-strategy unsafe-best-match x": {"strategy": "unsafe-best-match"},
    "UV_INDEX_STRATEGY=unsafe-first-match uv pip install x": {"strategy": "unsafe-first-match"},
    "UV_INDEX_STRATEGY=unsafe-first-match uv pip install --index-strategy first-index x": {"strategy": "first-index"},
    "uv pip install --index-url https://a --extra-index-url https://b --index n=https://c -f d,e -f f x": {
        "indexes": ("https://c", "https://b", "https://a"),
        "index_url": "https://a",
        "find_links": (FindLinks("d"), FindLinks("e"), FindLinks("f")),
    },
    "uv pip install --index 'https://a https://b' -i https://d --default-index https://c x": {
        "indexes": ("https://a", "https://b", "https://c"),
        "index_url": "https://c",
    },
    "uv pip install --default-index https://a -r i.txt": {
        "indexes": ("https://e", "https://a"),
        "index_url": "https://a",
    },
    "uv pip install -r i.txt": {"indexes": ("https://e", "https://i"), "index_url": "https://i"},
    # A variable counts where the option is not given.
    "UV_EXTRA_INDEX_URL='https://a https://b' uv pip install x": {"indexes": ("https://a", "https://b")},
    "UV_EXTRA_INDEX_URL=https://a uv pip install --extra-index-url https://b x": {"indexes": ("https://b",)},
    "UV_EXTRA_INDEX_URL=https://a uv pip install --index https://b x": {"indexes": ("https://b", "https://a")},
    "UV_INDEX=n=https://a UV_DEFAULT_INDEX=https://b uv pip install x": {"indexes": ("https://a", "https://b")},
    "UV_DEFAULT_INDEX=https://a uv pip install -i https://b x": {"indexes": ("https://a",), "index_url": "https://a"},
    "UV_FIND_LINKS='a b,c' uv pip install x": {"find_links": (FindLinks("a b"), FindLinks("c"))},
    "UV_FIND_LINKS=a uv pip install -f b x": {"find_links": (FindLinks("b"),)},
    "uv sync --no-binary --no-build-package a": {"no_binary": frozenset({":all:"}), "only_binary": frozenset({"a"})},
    "UV_NO_BINARY=1 uv sync": {"no_binary": frozenset({":all:"})},
    "UV_NO_BINARY_PACKAGE='a b' uv sync": {"no_binary": frozenset({"a", "b"})},
}


@pytest.mark.parametrize(("text", "expected"), UV_OPTIONS.items(), ids=UV_OPTIONS)
def test_uv_options(text: str, expected: dict[str, object]) -> None:
    found = install(text, FILES).requirements
    facts = {**found._asdict(), **found.choice._asdict()}
    assert {key: facts[key] for key in expected} == expected


INDEX_A = '[[tool.uv.index]]\nname = "a"\nurl = "https://a"\n'
INDEX_B = '[[tool.uv.index]]\nname = "b"\nurl = "https://b"\ndefault = true\n'
EXPLICIT = '[[tool.uv.index]]\nname = "e"\nurl = "https://e"\nexplicit = true\n'
OLD_KEYS = '[tool.uv]\nindex-url = "https://i"\nextra-index-url = ["https://x"]\nindex-strategy = "unsafe-best-match"\n'
PLACES = '[tool.uv]\nno-index = true\nfind-links = ["../w", "https://f"]\n'
INDEX_LINES = '[[index]]\nname = "n"\nurl = "https://n"\n'
FLAT = '[[tool.uv.index]]\nname = "f"\nurl = "./w"\nformat = "flat"\n'
# What a command takes of a pyproject.toml, as uv 0.13 was seen to ask: the indexes, the main one, folders, no index.
UV_CONFIGURATION: dict[tuple[str, str], tuple[tuple[str, ...], str | None, list[str | None], bool]] = {
    ("uv pip install x", INDEX_A): (("https://a",), None, [], False),
    ("uv sync", PROJECT + INDEX_A + EXPLICIT): (("https://a",), None, [], False),
    ("uv pip install x", INDEX_A + INDEX_B): (("https://a", "https://b"), "https://b", [], False),
    ("uv pip install x", EXPLICIT): ((), None, [], False),
    ("uv pip install --index https://c x", INDEX_A + INDEX_B): (
        ("https://c", "https://a", "https://b"),
        "https://b",
        [],
        False,
    ),
    ("uv pip install --default-index https://c x", INDEX_A + INDEX_B): (
        ("https://a", "https://c"),
        "https://c",
        [],
        False,
    ),
    # A name is that of an index in the configuration, which then is neither explicit nor, with --index, the main one.
    ("uv pip install --index b x", INDEX_A + INDEX_B): (("https://b", "https://a"), None, [], False),
    ("uv pip install --index e x", INDEX_A + EXPLICIT): (("https://e", "https://a"), None, [], False),
    ("uv pip install --index 'e a' x", INDEX_A + EXPLICIT): (("https://e", "https://a"), None, [], False),
    ("uv pip install --default-index a x", INDEX_A + INDEX_B): (("https://a",), "https://a", [], False),
    ("uv pip install --default-index e x", EXPLICIT + INDEX_A): (("https://a", "https://e"), "https://e", [], False),
    ("UV_INDEX=e uv pip install x", INDEX_A + EXPLICIT): (("https://e", "https://a"), None, [], False),
    ("UV_DEFAULT_INDEX=e uv sync", PROJECT + EXPLICIT): (("https://e",), "https://e", [], False),
    ("uv sync --index e", PROJECT + INDEX_A + EXPLICIT): (("https://e", "https://a"), None, [], False),
    ("uv --directory . pip install --index f x", FLAT): ((), None, ["w"], False),
    # Where there is none of that name, as it is written, it is a path.
    ("uv pip install --index A x", INDEX_A): (("A", "https://a"), None, [], False),
    ("uv pip install --index ./a x", INDEX_A): (("./a", "https://a"), None, [], False),
    ("uv --no-config pip install --index a x", INDEX_A): (("a",), None, [], False),
    ("uv pip install --extra-index-url e -i a x", EXPLICIT): (("e", "a"), "a", [], False),
    ("uv pip install --index '' --default-index '' x", INDEX_A): (("https://a",), None, [], False),
    ("uv pip install --index $X --index n=$X x", INDEX_A): (("$X", "n=$X", "https://a"), None, [], False),
    ("uv pip install --index n=a x", INDEX_A): (("a", "https://a"), None, [], False),
    # Of those of one name the first counts.
    ("uv pip install --index a=https://c --index a=https://d x", INDEX_A + INDEX_B): (
        ("https://c", "https://b"),
        "https://b",
        [],
        False,
    ),
    ("uv pip install --index b=https://c x", INDEX_A + INDEX_B): (("https://c", "https://a"), None, [], False),
    ("uv pip install --index b=https://c x", OLD_KEYS + INDEX_B): (
        ("https://c", "https://x", "https://i"),
        "https://i",
        [],
        False,
    ),
    ("uv pip install --default-index b=https://c --index b=https://d x", ""): (("https://c",), "https://c", [], False),
    ("uv pip install x", OLD_KEYS + INDEX_A): (("https://a", "https://x", "https://i"), "https://i", [], False),
    ("uv pip install x", OLD_KEYS + '[tool.uv.pip]\nindex-url = "https://p"\nextra-index-url = ["https://y"]\n'): (
        ("https://y", "https://x", "https://p"),
        "https://p",
        [],
        False,
    ),
    ("uv pip install x", PLACES + "[tool.uv.pip]\nno-index = false\nfind-links = ['v']\n"): (
        (),
        None,
        ["v", "../w", "https://f"],
        False,
    ),
    ("uv sync", PROJECT + OLD_KEYS + '[tool.uv.pip]\nindex-url = "https://p"\n'): (
        ("https://x", "https://i"),
        "https://i",
        [],
        False,
    ),
    ("uv pip install x", PLACES): ((), None, ["../w", "https://f"], True),
    ("cd sub && uv pip install -f v x", PLACES): ((), None, ["v", "../w", "https://f"], True),
    ("uv pip install x", FLAT): ((), None, ["w"], False),
    # In whatever form the main one is, the own one of uv is not asked.
    ("uv pip install x", FLAT + "default = true\n"): (("w",), "w", ["w"], False),
    ("uv pip install x", EXPLICIT + "default = true\n"): (("https://e",), "https://e", [], False),
    ("uv --no-config pip install x", PLACES): ((), None, [], False),
    ("UV_NO_CONFIG=1 uv pip install x", PLACES): ((), None, [], False),
    ("uv --directory sub pip install x", PLACES): ((), None, ["../w", "https://f"], True),
}


@pytest.mark.parametrize(("given", "expected"), UV_CONFIGURATION.items(), ids=range(len(UV_CONFIGURATION)))
def test_configuration_of_uv(
    given: tuple[str, str], expected: tuple[tuple[str, ...], str | None, list[str | None], bool]
) -> None:
    text, configuration = given
    found = install(text, {"pyproject.toml": configuration}).requirements
    links = [link.location for link in found.find_links]
    assert (found.indexes, found.index_url, links, found.no_index) == expected


def test_which_configuration_uv_reads() -> None:
    own = {"pyproject.toml": INDEX_A, "uv.toml": 'index-url = "https://c"\n'}
    assert install("uv pip install x", own).requirements.indexes == ("https://c",)
    assert install("uv sync", {**UV, "uv.toml": 'index-url = "https://c"\n'}).requirements.indexes == ()
    more = {
        "pyproject.toml": INDEX_A,
        "/root/.config/uv/uv.toml": '[[index]]\nurl = "https://u"\n',
        "/etc/uv/uv.toml": '[[index]]\nurl = "https://s"\n[[index]]\nurl = "https://d"\ndefault = true\n',
    }
    assert install("uv pip install x", more).requirements.indexes == (
        "https://a",
        "https://u",
        "https://s",
        "https://d",
    )
    named = {**more, "n.toml": 'index-strategy = "unsafe-best-match"\n[pip]\nfind-links = ["w"]\n'}
    for text in ("uv --config-file n.toml pip install x", "UV_CONFIG_FILE=n.toml uv pip install x"):
        found = install(text, named).requirements
        assert (found.indexes, found.strategy) == ((), "unsafe-best-match")
        assert found.find_links == (FindLinks("w"),)
    # All of one key come before those of the next, whatever their files.
    more["pyproject.toml"] = OLD_KEYS + INDEX_A
    assert install("uv pip install x", more).requirements.indexes == (
        "https://a",
        "https://u",
        "https://s",
        "https://x",
        "https://d",
    )
    above = {"pyproject.toml": INDEX_A, "sub/pyproject.toml": PROJECT}
    assert install("uv --directory sub pip install x", above).requirements.indexes == ("https://a",)
    assert install("uv sync", {"pyproject.toml": "[tool.uv"}).requirements.indexes == ()


@pytest.mark.parametrize("command", ["uvx --index u x", "uv tool install --index u x", "uv tool run --index u x"])
def test_tools_of_uv_are_no_matter_of_the_project(command: str) -> None:
    files = {"pyproject.toml": PROJECT + INDEX_A + '[[tool.uv.index]]\nname = "u"\nurl = "https://p"\n'}
    assert install(command, files).requirements.indexes == ("u",)
    files["/root/.config/uv/uv.toml"] = '[[index]]\nname = "u"\nurl = "https://u"\nexplicit = true\n'
    assert install(command, files).requirements.indexes == ("https://u",)
    assert install(
        command.replace("--index u", "--config-file n.toml"), {**files, "n.toml": INDEX_LINES}
    ).requirements.indexes == ("https://n",)


@pytest.mark.parametrize("there", ["a", "a/x/index.html"])
def test_a_path_comes_before_an_index_of_that_name(there: str) -> None:
    """As uv 0.12.5 and later have it; older ones take any name for a path."""
    files = {"pyproject.toml": INDEX_A, "sub/pyproject.toml": INDEX_A, there: ""}
    assert install("uv pip install --index a x", files).requirements.indexes == ("a", "https://a")
    assert install("uv --directory sub pip install --index a x", files).requirements.indexes == ("https://a",)


UV_TARGETS = {
    "uv pip install a": {},
    "uv pip install --system a": {"system": True},
    "UV_SYSTEM_PYTHON=1 uv pip install a": {"system": True},
    "uv pip install --python /venv/bin/python a": {"interpreter": "/venv/bin/python", "environment": "/venv"},
    "UV_PYTHON=/venv uv pip install a": {"environment": "/venv"},
    "uv pip install -p 3.12 a": {"interpreter": "3.12"},
    "VIRTUAL_ENV=/venv uv pip install a": {"environment": "/venv"},
    "VIRTUAL_ENV=/venv uv pip install --system a": {"environment": None, "system": True},
    "uv pip install --target t --prefix p a": {"directory": "t", "prefix": "p"},
    "uv pip install --python-platform x86_64-unknown-linux-musl a": {"platforms": ("x86_64-unknown-linux-musl",)},
    "uv sync": {"environment": ".venv", "own": True},
    "UV_PROJECT_ENVIRONMENT=/usr/local uv sync": {"environment": "/usr/local", "own": False},
    "VIRTUAL_ENV=/v uv sync --active": {"environment": "/v", "own": False},
    "uv --directory sub sync": {"environment": "sub/.venv"},
    "uv tool install a": {"own": True},
}


@pytest.mark.parametrize(("text", "expected"), UV_TARGETS.items(), ids=UV_TARGETS)
def test_uv_targets(text: str, expected: dict[str, object]) -> None:
    target = install(text, FILES).target._asdict()
    assert {key: target[key] for key in expected} == expected
    assert expected or not any(target.values())


CACHES = {
    "uv pip install a": (False, None),
    "uv pip install --no-cache a": (True, None),
    "uv -n pip install a": (True, None),
    "uv sync --no-cache-dir": (True, None),
    "UV_NO_CACHE=1 uv sync": (True, None),
    "UV_NO_CACHE=false uv sync": (False, None),
    "UV_NO_CACHE=$X uv sync": (None, None),
    "uv pip install --cache-dir /c a": (False, "/c"),
    "UV_CACHE_DIR=/c uv sync": (False, "/c"),
    "poetry install": (False, None),
    # Of metadata alone.
    "poetry install --no-cache": (False, None),
    "POETRY_CACHE_DIR=/c poetry install": (False, "/c"),
    "pdm install --no-cache": (True, None),
    "PDM_CACHE_DIR=/c pdm install": (False, "/c"),
    "PIP_NO_CACHE_DIR=1 pipenv install a": (True, None),
    "PIPENV_CACHE_DIR=/c pipenv install a": (False, "/c"),
    "pipx install a": (False, None),
    "pipx install --pip-args='--no-cache-dir' a": (True, None),
    "PIP_NO_CACHE_DIR=1 pipx install a": (True, None),
}


@pytest.mark.parametrize(("text", "expected"), CACHES.items(), ids=CACHES)
def test_caches(text: str, expected: tuple[bool | None, str | None]) -> None:
    found = install(text, FILES)
    assert (found.no_cache, found.cache_dir) == expected
    flag = any(word in text for word in ("--no-cache ", "--no-cache-dir", " -n ")) or text.endswith("--no-cache")
    assert (found.no_cache_option is not None) == (flag and "pip-args" not in text and "poetry" not in text)
    assert (found.cache_dir_option is not None) == ("--cache-dir" in text)


def test_uv_flags() -> None:
    found = install("uv pip install --break-system-packages --dry-run -U pip==23")
    assert (found.break_system_packages, found.dry_run, found.upgrade) == (True, True, True)
    assert found.changes_pip is not None
    assert str(found.changes_pip.specifier) == "==23"


# uv's project verbs

UV_SYNC = {
    "uv sync": MAIN | DEV,
    "uv sync --frozen --no-dev": MAIN,
    "UV_NO_DEV=1 uv sync": MAIN,
    "uv sync --locked --no-default-groups --extra speed": MAIN | {"theta", "iota"},
    "uv sync --only-group test": {"iota"},
    "uv sync --only-dev": {"iota", "zeta", "eta"},
    "uv sync --no-group dev --all-groups": MAIN | {"iota"},
    "uv sync --no-dev --all-extras --no-extra gpu --no-extra old": MAIN | {"iota", "kappa", "mu", "theta"},
    "uv sync --no-dev --no-install-package multi --no-install-package Lam": MAIN - {"multi", "lam"},
    "uv sync --package root-proj --no-dev": MAIN,
    "uv run --no-dev python x.py --no-cache": MAIN,
    "uv run --no-dev --with 'new==1' pytest": MAIN | {"new"},
    "uv add --no-dev new other": MAIN | {"new", "other"},
}


@pytest.mark.parametrize(("text", "expected"), UV_SYNC.items(), ids=UV_SYNC)
def test_uv_sync(text: str, expected: set[str]) -> None:
    found = install(text, UV)
    assert {dependency.name for dependency in found.requirements.dependencies} == expected
    assert faults(found.requirements) == []
    assert found.lock == "uv.lock"


def test_the_places_of_locked_requirements() -> None:
    found = install("uv sync --frozen --only-group test", UV)
    assert [place.partition(":")[0] for place in places(found.requirements.dependencies)] == ["uv.lock"]
    assert found.requirements.choice.no_deps
    assert not install("uv run --with new x", UV).requirements.choice.no_deps


UV_WITHOUT_LOCK = {
    "uv sync": ["a>=1", "s", "d"],
    "uv sync --no-dev": ["a>=1", "s"],
    "uv sync --all-groups --all-extras": ["a>=1", "s", "d", "t", "b", "c"],
    "uv sync --only-group test": ["t"],
    "uv sync --project sub --group test --no-group dev": ["a>=1", "s", "t"],
    "uv run --extra x app": ["a>=1", "s", "d", "b"],
    "uv add new": ["a>=1", "s", "d", "new"],
}


@pytest.mark.parametrize(("text", "expected"), UV_WITHOUT_LOCK.items(), ids=UV_WITHOUT_LOCK)
def test_uv_without_a_lock(text: str, expected: list[str]) -> None:
    assert asks(text, FILES) == expected
    assert install(text, FILES).lock is None


def test_default_groups_and_sources_of_uv() -> None:
    text = (
        PROJECT
        + "[tool.uv]\ndefault-groups = ['test']\n[tool.uv.sources]\na = {git = 'https://h/a'}\ns = [{index = 'i'}]\n"
    )
    found = install("uv sync", {"pyproject.toml": text}).requirements
    assert [(dependency.name, dependency.pins) for dependency in found.dependencies] == [
        ("a", (Pin(None, opaque="it is a VCS reference"),)),
        ("s", (Pin(None, opaque="it comes from the index `i`, which is not defined"),)),
        ("t", ()),
    ]
    every = PROJECT + "[tool.uv]\ndefault-groups = 'all'\n"
    assert asks("uv sync", {"pyproject.toml": every}) == ["a>=1", "s", "d", "t"]


SOURCES = {
    "a = {index = 'e'}": [(None, "https://e", None)],
    "A = {index = 'e'}": [(None, "https://e", None)],
    "a = {index = 'e', marker = \"sys_platform == 'linux'\"}": [("sys_platform == 'linux'", "https://e", None)],
    "a = [{index = 'e', marker = \"sys_platform == 'win32'\"}, {path = 'a'}]": [
        ("sys_platform == 'win32'", "https://e", None),
        (None, None, "it is a local path"),
    ],
    "a = {workspace = true}": [(None, None, "it is a local path")],
    "a = {url = 'https://h/a-1.zip'}": [(None, None, "it is a URL")],
    # An entry for an extra or a group counts where that is asked for.
    "a = [{index = 'no', extra = 'y'}, {index = 'e', extra = 'x'}]": [(None, "https://e", None)],
    "a = [{index = 'no', group = 'docs'}]": [],
    "a = [{index = 'e', group = 'dev'}]": [(None, "https://e", None)],
    "a = {index = 'e', marker = 'no marker'}": [(None, None, "where uv takes it from cannot be read")],
    "a = 1": [],
    "b = {index = 'e'}": [],
}


@pytest.mark.parametrize(("sources", "expected"), SOURCES.items(), ids=SOURCES)
def test_sources_of_uv(sources: str, expected: list[tuple[str | None, str | None, str | None]]) -> None:
    text = (
        "[project]\nname = 'app'\nversion = '1'\ndependencies = ['a']\noptional-dependencies = {x = ['t']}\n"
        f"{EXPLICIT}[tool.uv.sources]\n{sources}\n"
    )
    found = install("uv sync --extra x", {"pyproject.toml": f"{text}[dependency-groups]\ndev = []\n"}).requirements
    pins = next(dependency.pins for dependency in found.dependencies if dependency.name == "a")
    told = [(str(pin.marker).replace('"', "'") if pin.marker else None, pin.url, pin.opaque) for pin in pins]
    assert told == expected
    ignoring = "uv sync --no-sources; UV_NO_SOURCES=1 uv sync; uv sync --no-sources-package a; pip install ."
    for line in ignoring.split("; "):
        found = install(line, {"pyproject.toml": text}).requirements
        assert [dependency.pins for dependency in found.dependencies if dependency.name == "a"] == [()]


@pytest.mark.parametrize("line", ["uv pip install -r pyproject.toml", "uv pip install .", "uv add b", "uv run x"])
def test_commands_of_uv_that_heed_sources(line: str) -> None:
    text = f"[project]\nname = 'app'\ndependencies = ['a']\n{EXPLICIT}[tool.uv.sources]\na = {{index = 'e'}}\n"
    found = install(line, {"pyproject.toml": text}).requirements
    assert found.dependencies[0].pins == (Pin(None, "https://e"),)
    assert found.indexes == ()


def test_a_lock_of_a_workspace_stands_above_its_member() -> None:
    lock = (
        "version = 1\n[manifest]\nmembers = ['app', 'other']\n"
        "[[package]]\nname = 'app'\nsource = {editable = 'sub'}\ndependencies = [{name = 'a'}]\n"
        "[[package]]\nname = 'other'\nsource = {editable = 'other'}\ndependencies = [{name = 'b'}]\n"
        "[[package]]\nname = 'a'\nversion = '1'\n[[package]]\nname = 'b'\nversion = '1'\n"
    )
    files = {"uv.lock": lock, "pyproject.toml": "[tool.uv.workspace]\n", "sub/pyproject.toml": PROJECT}
    assert asks("uv sync --project sub", files) == ["a==1"]
    assert sorted(asks("uv sync", files)) == ["a==1", "b==1"]
    assert asks("uv sync --package other", files) == ["b==1"]


@pytest.mark.parametrize("above", [1, 3, 9])
def test_uv_looks_in_every_folder_above(above: int) -> None:
    folder = "/".join("abcdefghi"[:above])
    lock = (
        "version = 1\n[manifest]\nmembers = ['app']\n"
        f"[[package]]\nname = 'app'\nsource = {{editable = '{folder}'}}\ndependencies = [{{name = 'x'}}]\n"
        "[[package]]\nname = 'x'\nversion = '1'\n"
    )
    files = {"uv.lock": lock, "pyproject.toml": "[tool.uv.workspace]\n", f"{folder}/pyproject.toml": PROJECT}
    assert asks(f"uv sync --frozen --project {folder}", files) == ["x==1"]
    assert install(f"uv sync --frozen --project {folder}", files).lock == "uv.lock"
    # That of another project is none of this one.
    found = install(f"uv sync --frozen --project {folder}", {**files, "pyproject.toml": "[project]\nname = 'other'\n"})
    assert found.lock is None
    assert faults(found.requirements) == [f"Dockerfile:1: uv: `{folder}/uv.lock` cannot be read: there is no such file"]
    configured = {f"{folder}/pyproject.toml": PROJECT, "uv.toml": 'index-url = "https://c"\n'}
    assert install(f"uv sync --project {folder}", configured).requirements.indexes == ("https://c",)


def test_projects_that_uv_builds() -> None:
    assert install("uv sync", FILES).projects == (".",)
    assert install("uv sync --project sub", {"sub/pyproject.toml": PROJECT}).projects == ("sub",)
    assert install("uv sync --no-install-project", FILES).projects == ()
    assert install("UV_NO_INSTALL_PROJECT=1 uv sync", FILES).projects == ()


UV_FAULTS = {
    "uv sync": ("`pyproject.toml` cannot be read: there is no such file", {}),
    "uv sync --frozen": ("`uv.lock` cannot be read: there is no such file", FILES),
    "UV_LOCKED=1 uv sync": ("`uv.lock` cannot be read: there is no such file", FILES),
    "uv sync --package no": ("`uv.lock` has no project `no`", UV),
    "uv pip install -r no.txt": ("the requirements file `no.txt` cannot be read: there is no such file", {}),
    "uv pip install -r sub/pyproject.toml": ("`sub/pyproject.toml` cannot be read: there is no such file", {}),
    "poetry install": ("`pyproject.toml` cannot be read: there is no such file", {}),
    "pdm install": ("`pyproject.toml` cannot be read: there is no such file", {}),
    "pipenv install": ("`Pipfile` cannot be read: there is no such file", {}),
}


@pytest.mark.parametrize(("text", "expected"), UV_FAULTS.items(), ids=UV_FAULTS)
def test_what_cannot_be_read_is_told(text: str, expected: tuple[str, dict[str, str]]) -> None:
    message, files = expected
    found = install(text, files).requirements
    assert [fault.message for fault in found.unreadable] == [message]
    assert not found.complete


TOOLS = {
    "uv tool install a": ["a"],
    "uv tool install 'a[x]>=1' --with b,c --with d": ["a[x]>=1", "b", "c", "d"],
    "uv tool install a@1.2": ["a==1.2"],
    "uv tool install a@latest": ["a"],
    "uv tool install --with-requirements r.txt a": ["a", "flask"],
    "uvx a --some b": ["a"],
    "uvx --from 'a==1' run b": ["a==1"],
    "uv tool run --with b a c": ["a", "b"],
    "pipx install a 'b[x]==1'": ["a", "b[x]==1"],
    "pipx install --include-deps --python python3.12 --index-url https://i a": ["a"],
    "pipx inject app a b": ["a", "b"],
    "pipx run a b c": ["a"],
    "pipx run --spec a==1 b c": ["a==1"],
    "python3 -m pipx install a": ["a"],
}


@pytest.mark.parametrize(("text", "expected"), TOOLS.items(), ids=TOOLS)
def test_tools(text: str, expected: list[str]) -> None:
    assert asks(text, FILES) == expected
    assert install(text, FILES).target.own


def test_pip_args_of_pipx() -> None:
    found = install(
        "pipx install -i https://a --pip-args='--no-binary :all: --extra-index-url=https://b' x"
    ).requirements
    assert found.choice.no_binary == {":all:"}
    assert found.indexes == ("https://a", "https://b")


# Poetry

POETRY = """
[tool.poetry]
name = "p"
[tool.poetry.dependencies]
python = "^3.8"
a = "^1"
o = {version = "*", optional = true}
[tool.poetry.extras]
e = ["o"]
[tool.poetry.group.dev.dependencies]
d = "*"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
s = "*"
"""
POETRY_CALLS = {
    "poetry install": ["a<2,>=1", "d"],
    "poetry install --no-root --no-interaction --no-ansi -vvv": ["a<2,>=1", "d"],
    "poetry install --no-dev": ["a<2,>=1"],
    "poetry install --only main": ["a<2,>=1"],
    "poetry install --only=main,docs": ["a<2,>=1", "s"],
    "poetry install --only dev": ["d"],
    "poetry install --without dev": ["a<2,>=1"],
    "poetry install --with docs": ["a<2,>=1", "d", "s"],
    "poetry install --all-groups": ["a<2,>=1", "d", "s"],
    "poetry install -E e --only main": ["a<2,>=1", "o"],
    "poetry install --extras 'e x' --only main": ["a<2,>=1", "o"],
    "poetry install --all-extras --only main": ["a<2,>=1", "o"],
    "poetry install --only-root": [],
    "poetry sync --without dev": ["a<2,>=1"],
    "poetry update": ["a<2,>=1", "d"],
    "poetry add --group dev new@^2": None,
    "poetry -C sub install": ["a<2,>=1", "d"],
    "python -m poetry install": ["a<2,>=1", "d"],
}


@pytest.mark.parametrize(("text", "expected"), POETRY_CALLS.items(), ids=POETRY_CALLS)
def test_poetry(text: str, expected: list[str] | None) -> None:
    found = install(text, {"pyproject.toml": POETRY, "sub/pyproject.toml": POETRY})
    assert found.installer is Installer.POETRY
    if expected is not None:
        assert sorted(names(found.requirements.dependencies)) == sorted(expected)
        assert found.requirements.complete


ADDED = {
    # Poetry's notation.
    "new@^2": "new<3,>=2",
    "new@~1.4": "new<1.5,>=1.4",
    "new@1.4.0": "new==1.4.0",
    "new@1.4.*": "new==1.4.*",
    "'new@>=1,<2'": "new<2,>=1",
    "'new@^1 || ^3'": "new!=2.*,<4,>=1",
    "new@latest": "new",
    "'new@*'": "new",
    "new^2": "new<3,>=2",
    "new~2": "new<3,>=2",
    "new=1.4": "new==1.4",
    "'new[x]@^1'": "new[x]<2,>=1",
    "'new[x,y]@latest'": "new[x,y]",
    # PEP 508, as everywhere.
    "new": "new",
    "new==1.4.0": "new==1.4.0",
    "'new>=1.4'": "new>=1.4",
    "'new~=1.4'": "new~=1.4",
    "'new[x]>=1'": "new[x]>=1",
    "'new @ https://h/new.zip'": "new @ https://h/new.zip",
    "git+https://h/new.git": "new @ git+https://h/new.git",
}


@pytest.mark.parametrize(("word", "expected"), ADDED.items(), ids=ADDED)
def test_what_poetry_adds(word: str, expected: str) -> None:
    found = install(f"poetry add {word}", {"pyproject.toml": '[tool.poetry]\nname = "p"\n'}).requirements
    assert names(found.dependencies) == [expected]
    assert found.complete
    assert found.dependencies[0].span.text == word


def test_what_poetry_does_not_understand() -> None:
    found = install("poetry add new@^x", {"pyproject.toml": '[tool.poetry]\nname = "p"\n'}).requirements
    reason = "the dependency `new` is not understood: `^x` is not a version constraint"
    assert faults(found) == [f"Dockerfile:1: new@^x: {reason}"]


def test_poetry_takes_the_lock() -> None:
    lock = (
        "[[package]]\nname = 'a'\nversion = '1.5'\ngroups = ['main']\nfiles = [{file = 'a-1.5.tar.gz'}]\n"
        "[[package]]\nname = 'd'\nversion = '2'\ngroups = ['dev']\n[metadata]\nlock-version = '2.1'\n"
    )
    files = {"pyproject.toml": POETRY, "poetry.lock": lock}
    found = install("poetry install --only main", files)
    assert (names(found.requirements.dependencies), found.lock) == (["a==1.5"], "poetry.lock")
    assert found.requirements.choice.no_deps
    assert found.projects == (".",)
    assert install("poetry install --no-root", files).projects == ()
    exported = export("poetry export -f requirements.txt --output requirements.txt --without-hashes", files)
    assert (names(exported.requirements.dependencies), exported.output) == (["a==1.5"], "requirements.txt")
    assert export("poetry export --with dev > /tmp/r.txt", files).output == "/tmp/r.txt"
    assert names(export("poetry export --dev", files).requirements.dependencies) == ["a==1.5", "d==2"]
    assert export("poetry export", files).output is None


POETRY_TARGETS = {
    "poetry install": {"own": True, "environment": None},
    "POETRY_VIRTUALENVS_CREATE=false poetry install": {"system": True, "own": False},
    "POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install": {"own": True, "environment": ".venv"},
    "VIRTUAL_ENV=/venv poetry install": {"own": False, "environment": "/venv"},
    "pdm install": {"own": True, "environment": ".venv"},
    "pdm install -g -p .": {"system": True},
    "pipenv install a": {"own": True},
    "pipenv install --system a": {"system": True},
    "PIPENV_VENV_IN_PROJECT=1 pipenv install a": {"environment": ".venv"},
    "PIPENV_SYSTEM=1 pipenv install a": {"system": True},
    "PIPX_HOME=/opt/pipx pipx install app": {"environment": "/opt/pipx/venvs/app"},
}


@pytest.mark.parametrize(("text", "expected"), POETRY_TARGETS.items(), ids=POETRY_TARGETS)
def test_targets(text: str, expected: dict[str, object]) -> None:
    target = install(text, FILES).target._asdict()
    assert {key: target[key] for key in expected} == expected


# PDM

PDM = """
[project]
name = "p"
dependencies = ["a"]
optional-dependencies = {x = ["b"], y = ["c"]}
[tool.pdm.dev-dependencies]
test = ["t"]
lint = ["l"]
[[tool.pdm.source]]
name = "own"
url = "https://i"
"""
PDM_CALLS = {
    "pdm install": ["a", "t", "l"],
    "pdm i": ["a", "t", "l"],
    "pdm install --prod --no-lock --no-editable": ["a"],
    "pdm sync --production": ["a"],
    "pdm install -G x": ["a", "b", "t", "l"],
    "pdm install --prod -G x,y": ["a", "b", "c"],
    "pdm install --prod -G:all": ["a", "b", "c"],
    "pdm install -G test": ["a", "t"],
    "pdm install --dev -G test --no-default": ["t"],
    "pdm install --no-default": ["t", "l"],
    "pdm install -G :all -G test": ["a", "b", "c", "t"],
    "pdm install --without lint": ["a", "b", "c", "t"],
    "pdm install --without default,y -d": ["t", "l"],
    "pdm add new -G x --prod": ["a", "b", "new"],
}


@pytest.mark.parametrize(("text", "expected"), PDM_CALLS.items(), ids=PDM_CALLS)
def test_pdm(text: str, expected: list[str]) -> None:
    assert sorted(asks(text, {"pyproject.toml": PDM})) == sorted(expected)
    assert install(text, {"pyproject.toml": PDM}).requirements.indexes == ("https://i",)


def test_pdm_takes_the_lock() -> None:
    lock = (
        "[[package]]\nname = 'a'\nversion = '1'\ngroups = ['default']\n"
        "[[package]]\nname = 't'\nversion = '2'\ngroups = ['test']\n"
        "[metadata]\nlock_version = '4.5.0'\n"
    )
    files = {"pyproject.toml": PDM, "pdm.lock": lock}
    assert asks("pdm sync --prod", files) == ["a==1"]
    assert asks("pdm install", files) == ["a==1", "t==2"]
    locked = {**files, "pdm.lock": f"{lock}groups = ['default', 'x', 'test']\n".replace("['test']", "['test', 'x']")}
    assert asks("pdm install", locked) == asks("pdm sync -G x", locked) == ["a==1", "t==2"]
    assert asks("pdm install", {**files, "pdm.lock": f"{lock}groups = ['default']\n"}) == ["a==1"]
    assert names(export("pdm export", locked).requirements.dependencies) == ["a==1", "t==2"]
    assert install("pdm install", files).requirements.indexes == ()
    assert export("pdm export -o r.txt --prod", files).output == "r.txt"
    assert names(export("pdm export --prod", files).requirements.dependencies) == ["a==1"]


# Pipenv

PIPFILE = """
[[source]]
name = "pypi"
url = "https://index.example/simple"
[[source]]
name = "own"
url = "https://i"
[packages]
a = ">=1"
b = {version = "*", extras = ["x"], markers = "os_name == 'y'"}
[platforms]
w = {version = "*", sys_platform = "== 'win32'", markers = "os_name == 'y' or os_name == 'z'"}
[dev-packages]
d = {git = "https://h/d.git"}
[more]
m = "*"
"""
PIPFILE_LOCK = (
    '{"_meta": {"pipfile-spec": 6, "sources": [{"name": "own", "url": "https://i"}]},'
    ' "default": {"a": {"version": "==1.5", "hashes": ["sha256:1"]}}, "develop": {"d": {"version": "==2"}}}'
)
PIPENV_CALLS = {
    "pipenv install": ["a==1.5"],
    "pipenv install --system --deploy --ignore-pipfile": ["a==1.5"],
    "pipenv sync --dev": ["a==1.5", "d==2"],
    "pipenv install -d": ["a==1.5", "d==2"],
    "pipenv install --dev-only": ["d==2"],
    "pipenv sync --categories 'default develop'": ["a==1.5", "d==2"],
    "pipenv install new": ["a==1.5", "new"],
    "pipenv install --skip-lock": ["a>=1", 'b[x]; os_name == "y"'],
    "pipenv install --skip-lock --categories more": ["m"],
    "pipenv install -r r.txt": ["flask", "a==1.5"],
    "pipenv install --all": ["a==1.5", "d==2"],
    "PIPENV_SKIP_LOCK=1 pipenv install": ["a>=1", 'b[x]; os_name == "y"'],
    "PIPENV_DEV=1 pipenv sync": ["a==1.5", "d==2"],
    "PIPENV_CATEGORIES=develop pipenv sync": ["d==2"],
    "PIPENV_CATEGORIES=develop pipenv sync --categories packages": ["a==1.5"],
    "PIPENV_DEFAULT_CATEGORIES='packages dev-packages' pipenv install": ["a==1.5", "d==2"],
    "pipenv install --skip-lock --categories platforms": [
        'w; (os_name == "y" or os_name == "z") and sys_platform == "win32"'
    ],
}


@pytest.mark.parametrize(("text", "expected"), PIPENV_CALLS.items(), ids=PIPENV_CALLS)
def test_pipenv(text: str, expected: list[str]) -> None:
    files = {**FILES, "Pipfile": PIPFILE, "Pipfile.lock": PIPFILE_LOCK}
    assert asks(text, files) == expected
    assert install(text, files).requirements.indexes == ("https://i",)


def test_pipenv_hashes_and_exports() -> None:
    files = {"Pipfile": PIPFILE, "Pipfile.lock": PIPFILE_LOCK}
    found = install("pipenv install", files)
    assert found.requirements.dependencies[0].hashes == {("sha256", "1")}
    assert found.lock == "Pipfile.lock"
    assert export("pipenv requirements --dev > r.txt", files).output == "r.txt"
    assert names(export("pipenv lock -r", files).requirements.dependencies) == ["a==1.5"]
    assert asks("pipenv install", {"Pipfile": PIPFILE}) == ["a>=1", 'b[x]; os_name == "y"']
    assert names(export("PIPENV_DEV=1 pipenv requirements", files).requirements.dependencies) == ["a==1.5"]


def test_pipenv_takes_pylock() -> None:
    package = (
        "[[packages]]\nname = '{}'\nversion = '1'\n{}[packages.sdist]\nname = '{}-1.tar.gz'\nurl = 'https://h/s'\n"
    )
    package += "hashes = {{sha256 = '1'}}\n"
    lock = "lock-version = '1.0'\ncreated-by = 'x'\ndependency-groups = ['dev']\ndefault-groups = ['default']\n"
    lock += package.format("a", "", "a") + package.format("d", "marker = \"'dev' in dependency_groups\"\n", "d")
    files = {"Pipfile": PIPFILE, "pylock.toml": lock}
    assert asks("pipenv install", files) == ["a==1"]
    assert asks("pipenv install --dev", files) == ["a==1", "d==1"]
    assert asks("pipenv install", {**files, "Pipfile.lock": PIPFILE_LOCK}) == ["a==1.5"]


# None of them

NOTHING = [
    "uv", "uv --version", "uv lock", "uv venv", "uv pip list", "uv cache clean", "uv sync --help",
    "uv python install 3.12", "uv tool list", "uv run --no-project python x.py", "uv run --no-sync x",
    "uv add --frozen a", "uvx", "uvx --help", "poetry", "poetry run x", "poetry config virtualenvs.create false",
    "poetry lock", "poetry add a --lock", "poetry self update", "pdm lock", "pdm install --check", "pdm run x",
    "pipenv lock", "pipenv run x", "pipenv --version", "pipx list", "pipx ensurepath", "npm install", "apk add uv",
]  # fmt: skip


@pytest.mark.parametrize("text", NOTHING)
def test_what_installs_nothing(text: str) -> None:
    assert read_install(command(text), FakeFiles({**FILES}), {}) is None


def test_verbs() -> None:
    verbs = {
        "uv sync": Verb.SYNC, "uv run x": Verb.RUN, "uv add a": Verb.INSTALL, "uv tool install a": Verb.TOOL,
        "uvx a": Verb.RUN, "uv pip sync r.txt": Verb.SYNC, "poetry sync": Verb.SYNC, "poetry install": Verb.INSTALL,
        "pdm sync": Verb.SYNC, "pipenv sync": Verb.SYNC, "pipx install a": Verb.TOOL, "pipx run a": Verb.RUN,
    }  # fmt: skip
    assert {text: install(text, FILES).verb for text in verbs} == verbs


UNKNOWN = [
    "uv pip install $X", "uv pip install -r $X", "uv tool install $X", "uvx $X",
    "uv pip install --unknown-option x a", "uv sync --unknown", "poetry install --unknown", "poetry add $X",
    "pdm add $X", "pipenv install $X", "pipx install $X", "uv add $X", "uv pip sync $X", "uv run --with $X y",
    "uv pip install --group $X",
]  # fmt: skip


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_is_not_known_leaves_the_list_incomplete(text: str) -> None:
    assert not install(text, {**FILES, "Pipfile": PIPFILE}).requirements.complete


def test_uv_exports() -> None:
    found = export("uv export --frozen --no-dev --format requirements-txt -o requirements.txt", UV)
    assert {dependency.name for dependency in found.requirements.dependencies} == MAIN
    assert found.output == "requirements.txt"
    assert export("uv export > r.txt", UV).output == "r.txt"
    assert export("uv --directory sub export -o r.txt", FILES).output == "sub/r.txt"


def test_an_exported_file_is_read_by_pip() -> None:
    exported = export("uv export --frozen --only-group test -o r.txt", UV)
    assert asks("pip install -r r.txt", {"r.txt": exported.requirements}) == ["iota==1.0"]
    assert not install("pip install -r r.txt", {"r.txt": exported.requirements}).requirements.choice.no_deps


WORDS = st.lists(
    st.sampled_from(
        [
            "pip", "install", "sync", "run", "tool", "export", "add", "-r", "r.txt", "--with", "--group", "dev",
            "--extra", "x", "-G", ":all", "--only", "main", "--", "-", "--no-cache", "--python", "a==1", "$X",
            "--from", "-o", "'a b'", "-E", "--package", "app", "--only-group", "--categories", "--pip-args",
            "\"'\"", "--project", "sub", "--prerelease",
        ]
    ),
    max_size=7,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(program=st.sampled_from(["uv", "uvx", "poetry", "pdm", "pipenv", "pipx", "uv pip", "uv tool"]), words=WORDS)
def test_any_words_are_read(program: str, words: list[str]) -> None:
    files = {**FILES, "Pipfile": PIPFILE, "uv.lock": UV["uv.lock"]}
    found = read_install(command(" ".join([program, *words])), FakeFiles(files), {})
    assert found is None or isinstance(found, Install | Export)


@pytest.mark.parametrize(
    ("command", "required"),
    [
        ("pip install -r r.txt", True),
        ("uv pip install -r r.txt", False),
        ("uv pip install --require-hashes -r r.txt", True),
        ("uv pip sync r.txt", False),
    ],
)
def test_uv_compares_hashes_and_requires_none(command: str, required: bool) -> None:
    files = {"r.txt": f"a==1 --hash=sha256:{'0' * 64}\n"}
    requirements = install(command, files).requirements
    assert requirements.choice.require_hashes is required
    assert [len(each.hashes) for each in requirements.dependencies] == [1]
