"""pip's command line, configuration and variables."""

import contextlib
import io
from collections.abc import Set

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.dockerfile.commands import Argument
from lint_alpine.installs.dependency import FindLinks, Installer
from lint_alpine.installs.install import Export, Install, Verb
from lint_alpine.installs.options import parse
from lint_alpine.installs.pip import PIP_INSTALL
from lint_alpine.installs.pip_settings import read_pip_setting
from lint_alpine.installs.read import read_install
from lint_alpine.installs.virtual_environments import read_virtual_environment
from lint_alpine.source import Source
from tests.installs.support import FakeFiles, asks, command, faults, install, names, places

FILES = {
    "r.txt": "flask\n",
    "c.txt": "flask<3\n",
    "dev/more.txt": "-r ../r.txt\npytest\n",
    "wheels/a-1.0-py3-none-any.whl": "",
    "wheels/b-2.0.tar.gz": "",
    "app/pyproject.toml": """
[project]
name = "app"
dependencies = ["click"]
optional-dependencies.x = ["rich"]
[dependency-groups]
test = ["pytest"]
""",
}

CALLS = {
    "pip install a": ["a"],
    "pip3 install a": ["a"],
    "pip3.11 install a": ["a"],
    "pip2 install a": ["a"],
    "/venv/bin/pip install a": ["a"],
    "$VENV/bin/pip install a": ["a"],
    "python -m pip install a": ["a"],
    "python3 -Im pip install a": ["a"],
    "python3 -u -W ignore -Xutf8 -mpip install a": ["a"],
    "py -3.8 -m pip install a": ["a"],
    "python3 -m pip.__main__ install a": ["a"],
    "sudo -H pip install a": ["a"],
    "pip --no-cache-dir --proxy http://h install a": ["a"],
    "pip install --user -U a b": ["a", "b"],
    "pip install 'a[x]>=1,<2 ; python_version < \"4\"' b==1.*": ['a[x]<2,>=1; python_version < "4"', "b==1.*"],
    "pip install -t /x --upgrade-strategy eager a": ["a"],
    "pip install -tx -qqqU a": ["a"],
    "pip install a -- b": ["a", "b"],
    "pip install -r r.txt -r dev/more.txt": ["flask", "flask", "pytest"],
    "pip install -rr.txt": ["flask"],
    "pip install --requirement=r.txt a": ["a", "flask"],
    "pip install --req r.txt": [],
    "pip install --requiremen dev/more.txt": [],
    "pip install --trusted h --extra-index https://h/i --no-cache a": ["a"],
    "pip install ./wheels/a-1.0-py3-none-any.whl": ["a==1.0"],
    "pip install wheels/*": ["a==1.0", "b==2.0"],
    "pip install wheels/*.whl c": ["a==1.0", "c"],
    "pip install ./app": ["click"],
    "pip install './app[x]'": ["click", "rich"],
    "pip install --no-deps ./app": [],
    "pip install -e ./app": ["click"],
    "pip install --editable='app[x]'": ["click", "rich"],
    "pip install --group app/pyproject.toml:test": ["pytest"],
    "pip install git+https://h/o/name.git@v1": ["name @ git+https://h/o/name.git@v1"],
    "pip install 'name @ https://h/x.zip'": ["name @ https://h/x.zip"],
    "pip wheel -w /wheels -r r.txt": ["flask"],
    "pip download -d /wheels --no-deps a": ["a"],
    "cat r.txt | pip install -r /dev/stdin": ["flask"],
    "xargs pip install < r.txt": ["flask"],
    "pip install -r /dev/stdin <<EOF\na==1\nEOF": ["a==1"],
    "echo 'a==1' | pip install -r /dev/stdin b": ["b", "a==1"],
    "printf '%s\\n' a 'b>1' | pip install -r /dev/stdin": ["a", "b>1"],
    "python get-pip.py": [],
}


@pytest.mark.parametrize(("text", "expected"), CALLS.items(), ids=CALLS)
def test_requirements_of_a_command(text: str, expected: list[str]) -> None:
    found = install(text, FILES)
    assert found.installer is Installer.PIP
    assert [name.replace(" @", "@") for name in names(found.requirements.dependencies)] == [
        name.replace(" @", "@") for name in expected
    ]


@pytest.mark.parametrize(
    "text",
    [
        "pip list", "pip", "pip install --help", "pip -V", "pip uninstall -y a", "pip cache purge",
        "pip config list", "pip $VERB a", "python -c 'import pip' install a", "python setup.py install",
        "python -m venv /venv", "pipdeptree", "python -m", "npm install a", "pip --unknown install a",
    ],
)  # fmt: skip
def test_what_installs_nothing(text: str) -> None:
    assert read_install(command(text), FakeFiles(), {}) is None


def test_places_are_the_words() -> None:
    found = install("pip install 'a>1' \\\n  b[x] -r r.txt --editable=git+https://h/c.git", FILES)
    assert places(found.requirements.dependencies) == [
        "Dockerfile:1: 'a>1'",
        "Dockerfile:2: b[x]",
        "Dockerfile:2: git+https://h/c.git",
        "r.txt:1: flask",
    ]


NO_VERSION = "expected semicolon (after name with no version specifier) or end"
NO_INPUT = "what stands on its standard input is not known"
UNKNOWN = {
    "pip install $PACKAGES": ([], []),
    "pip install a $PACKAGES": (["a"], []),
    "pip install 'a' b==$VERSION \"c[x]~=${VERSION}\"": (["a", "b", "c[x]"], []),
    "pip install ${NAME}==1": ([], []),
    "pip install -e $DIR": ([], []),
    "pip install wheels/no*.whl": ([], []),
    "pip install -r $FILE a": (["a"], ["Dockerfile:1: $FILE: which file is read is only known when the command runs"]),
    "pip install -r no.txt": (
        [],
        ["Dockerfile:1: no.txt: the requirements file `no.txt` cannot be read: there is no such file"],
    ),
    "pip install ./no": ([], ["Dockerfile:1: ./no: the project in `./no` cannot be read: there is no such file"]),
    "pip install --group test": ([], ["Dockerfile:1: test: `pyproject.toml` cannot be read: there is no such file"]),
    "pip install --group app/pyproject.toml:no": (
        [],
        ["Dockerfile:1: app/pyproject.toml:no: `app/pyproject.toml` has no dependency group `no`"],
    ),
    "pip install a=1": (
        [],
        [f"Dockerfile:1: a=1: pip does not take `a=1`: {NO_VERSION}"],
    ),
    "pip install --unknown-option value a": (["a"], []),
    "curl https://h | pip install -r /dev/stdin": (
        [],
        [f"Dockerfile:1: /dev/stdin: the requirements file `/dev/stdin` cannot be read: {NO_INPUT}"],
    ),
    "curl https://h | xargs pip install": ([], []),
}


@pytest.mark.parametrize(("text", "expected"), UNKNOWN.items(), ids=UNKNOWN)
def test_what_is_not_known_leaves_the_list_incomplete(text: str, expected: tuple[list[str], list[str]]) -> None:
    found = install(text, FILES).requirements
    assert (names(found.dependencies), faults(found)) == expected
    opaque = [dependency for dependency in found.dependencies if dependency.opaque]
    assert bool(opaque) or not found.complete


def test_a_version_that_is_not_known_makes_the_requirement_opaque() -> None:
    (found,) = install("pip install a==$VERSION").requirements.dependencies
    assert found.opaque == "its version is only known when the command runs"


def test_options_whose_values_are_not_known() -> None:
    found = install("pip install --index-url=https://$TOKEN@index.example --trusted-host $HOST -t $DIR a")
    assert names(found.requirements.dependencies) == ["a"]
    assert found.requirements.complete
    assert found.requirements.indexes == ("--index-url=https://$TOKEN@index.example",)


def test_constraints_and_choice() -> None:
    options = (
        "-c c.txt --no-binary=Foo_Bar,b --only-binary b --pre --prefer-binary --no-deps --require-hashes"
        " --ignore-requires-python --all-releases=C_c --only-final d --use-deprecated=legacy-resolver"
    )
    found = install(f"pip install {options} a", FILES).requirements
    assert names(found.constraints) == ["flask<3"]
    assert found.choice._asdict() == {
        "no_binary": {"foo-bar"},
        "only_binary": {"b"},
        "prefer_binary": True,
        "pre": True,
        "require_hashes": True,
        "no_deps": True,
        "all_releases": {"c-c"},
        "only_final": {"d"},
        "any_python": True,
        "legacy_resolver": True,
    }


@pytest.mark.parametrize(
    ("options", "pre", "all_releases", "only_final"),
    [
        ("--all-releases :all:", True, set(), set()),
        ("--only-final :all:", False, set(), {":all:"}),
        ("--only-final :all: --all-releases a", False, {"a"}, {":all:"}),
        ("--all-releases :all: --only-final a", True, set(), {"a"}),
        ("--all-releases a,b --only-final a", False, {"b"}, {"a"}),
        ("--only-final a --all-releases :all:", True, set(), set()),
        ("--all-releases a,:none:,b", False, {"b"}, set()),
        ("--all-releases :all: --only-final :all:", False, set(), {":all:"}),
    ],
)
def test_which_releases(options: str, pre: bool, all_releases: Set[str], only_final: Set[str]) -> None:
    choice = install(f"pip install {options} a").requirements.choice
    assert (choice.pre, choice.all_releases, choice.only_final) == (pre, all_releases, only_final)


def test_options_of_files_come_after_those_of_the_command() -> None:
    found = install("pip install --only-binary :all: -r r.txt", {"r.txt": "--no-binary :all:\na"}).requirements
    assert (found.choice.no_binary, found.choice.only_binary) == (frozenset({":all:"}), frozenset())


def test_indexes() -> None:
    found = install(
        "pip install -i https://a --extra-index-url https://b -f wheels --index-url https://c x"
    ).requirements
    assert (found.index_url, found.indexes) == ("https://c", ("https://c", "https://b"))
    assert found.find_links == (FindLinks("wheels"),)
    assert install("pip install --no-index -f /wheels x").requirements.no_index


VARIABLES = {
    ("PIP_INDEX_URL", "https://i"): {"indexes": ("https://i",)},
    ("PIP_EXTRA_INDEX_URL", "https://i https://j"): {"indexes": ("https://i", "https://j")},
    ("PIP_FIND_LINKS", "/wheels more"): {"find_links": (FindLinks("/wheels"), FindLinks("more"))},
    ("PIP_NO_INDEX", "1"): {"no_index": True},
    ("PIP_NO_INDEX", "0"): {"no_index": False},
    ("PIP_NO_BINARY", ":all:"): {"no_binary": frozenset({":all:"})},
    ("PIP_ONLY_BINARY", "a,B_c"): {"only_binary": frozenset({"a", "b-c"})},
    ("PIP_PREFER_BINARY", "true"): {"prefer_binary": True},
    ("PIP_PRE", "yes"): {"pre": True},
    ("PIP_PRE", "off"): {"pre": False},
    ("PIP_PRE", ""): {"pre": False},
    ("PIP_REQUIRE_HASHES", "on"): {"require_hashes": True},
    ("PIP_NO_DEPS", "t"): {"no_deps": True},
    ("PIP_IGNORE_REQUIRES_PYTHON", "1"): {"any_python": True},
    ("PIP_IGNORE_REQUIRES_PYTHON", "0"): {"any_python": False},
    ("PIP_USE_DEPRECATED", "legacy-resolver"): {"legacy_resolver": True},
    ("PIP_USE_DEPRECATED", "html5lib"): {"legacy_resolver": False},
    ("PIP_ONLY_FINAL", "a"): {"only_final": frozenset({"a"})},
    ("PIP_REQUIREMENT", "r.txt"): {"names": ["a", "flask"]},
    ("PIP_CONSTRAINT", "c.txt"): {"constraints": ["flask<3"]},
    ("PIP_UNKNOWN", "1"): {"names": ["a"]},
}


@pytest.mark.parametrize(("variable", "expected"), VARIABLES.items(), ids=map("=".join, VARIABLES))
def test_variables_set_options(variable: tuple[str, str], expected: dict[str, object]) -> None:
    name, value = variable
    for found in (
        install("pip install a", FILES, **{name: value}).requirements,
        install(f"{name}='{value}' pip install a", FILES).requirements,
        install(f"export {name}='{value}' && pip install a", FILES, **{name: "overridden"}).requirements,
    ):
        facts = {
            **found._asdict(),
            **found.choice._asdict(),
            "names": names(found.dependencies),
            "constraints": names(found.constraints),
        }
        assert {key: facts[key] for key in expected} == expected


def test_the_command_line_wins_over_variables_and_those_over_configuration() -> None:
    files = {
        **FILES,
        "/etc/pip.conf": "[global]\nindex-url = https://configured\nextra-index-url =\n  https://b\n  https://c\n",
    }
    assert install("pip install a", files).requirements.indexes == ("https://configured", "https://b", "https://c")
    with_variable = {"PIP_INDEX_URL": "https://variable", "PIP_EXTRA_INDEX_URL": "https://d"}
    assert install("pip install a", files, **with_variable).requirements.indexes == ("https://variable", "https://d")
    assert install("pip install -i https://word a", files, **with_variable).requirements.indexes == (
        "https://word",
        "https://d",
    )
    assert install("pip install --isolated a", files, **with_variable).requirements.indexes == ()
    assert install("pip install a", files, PIP_CONFIG_FILE="/dev/null").requirements.indexes == ()


@pytest.mark.parametrize(
    "path", ["/etc/xdg/pip/pip.conf", "/root/.config/pip/pip.conf", "/root/.pip/pip.conf", "/venv/pip.conf", "/chosen"]
)
def test_configuration_files(path: str) -> None:
    files = {path: "[install]\nno-cache-dir = false\n[list]\nindex-url = x\n"}
    assert install("/venv/bin/pip install a", files, PIP_CONFIG_FILE="/chosen").no_cache
    assert install("/venv/bin/pip wheel a", files, PIP_CONFIG_FILE="/chosen").no_cache is False


CACHE = {
    "pip install a": (False, None),
    "pip install --no-cache-dir a": (True, None),
    "pip --no-cache-dir install a": (True, None),
    "pip install --no-cache a": (True, None),
    "PIP_NO_CACHE_DIR=1 pip install a": (True, None),
    # pip turns its cache off for every value that it understands, even `off`.
    "PIP_NO_CACHE_DIR=off pip install a": (True, None),
    "PIP_NO_CACHE_DIR= pip install a": (False, None),
    "PIP_NO_CACHE_DIR=maybe pip install a": (False, None),
    "PIP_NO_CACHE_DIR=$X pip install a": (None, None),
    "pip install --cache-dir /c a": (False, "/c"),
    "PIP_CACHE_DIR=/c pip install a": (False, "/c"),
    "pip install --cache-dir /c --no-cache-dir a": (True, None),
    "PIP_NO_CACHE_DIR=1 pip install --cache-dir /c a": (False, "/c"),
}


@pytest.mark.parametrize(("text", "expected"), CACHE.items(), ids=CACHE)
def test_cache(text: str, expected: tuple[bool | None, str | None]) -> None:
    found = install(text)
    assert (found.no_cache, found.cache_dir) == expected
    assert (found.no_cache_option is not None) == ("--no-cache" in text)
    place = found.cache_dir_option
    assert (place.text if place else None) == ("--cache-dir /c" if found.cache_dir and "--cache-dir" in text else None)


CHANGES = {
    "pip install -U pip": ("", True, False),
    "pip install --upgrade pip setuptools wheel": ("", True, False),
    "pip install pip==23.1": ("==23.1", False, False),
    "pip install --force-reinstall 'pip<22'": ("<22", True, False),
    "pip install -U PIP": ("", True, False),
    "pip install -r pip.txt": (">=21", False, False),
    "pip install pip==$VERSION": ("", False, False),
    "python -m ensurepip": ("", False, True),
    "python3 -m ensurepip --upgrade": ("", True, True),
    "python get-pip.py": ("", True, False),
    "python3 /tmp/get-pip.py --no-cache-dir 'pip==20.3'": ("==20.3", True, False),
    "curl -sS https://h/get-pip.py | python3": ("", True, False),
    "wget -qO- https://h/get-pip.py | sudo python3 - --no-cache-dir 'pip<21'": ("<21", True, False),
    "wget -O - $URL/get-pip.py | python3 -u": ("", True, False),
    "curl https://h/pip/3.6/get-pip.py | python": ("", True, False),
    "cat get-pip.py | python -": ("", True, False),
    "python3 <(curl https://h/get-pip.py) --no-setuptools --no-wheel pip==21": ("==21", True, False),
    "curl https://h/get-pip.py | python3 manage.py": None,
    "curl https://h/get-pip.py | python3 -c 'print(1)'": None,
    "curl https://h/get-pip.py | python3 -m json.tool": None,
    "curl https://h/install.py | python3": None,
    "curl https://h/forget-pip.py | python3": None,
    "curl https://h/get-pip.py > get-pip.py; python3": None,
    "pip install pipenv": None,
    "pip install -t /x pip": None,
    "pip download pip": None,
}


@pytest.mark.parametrize(("text", "expected"), CHANGES.items(), ids=CHANGES)
def test_commands_that_change_pip_itself(text: str, expected: tuple[str, bool, bool] | None) -> None:
    found = read_install(command(text), FakeFiles({"pip.txt": "pip>=21"}), {})
    change = found.changes_pip if isinstance(found, Install) else None
    assert (change and (str(change.specifier), change.upgrade, change.bundled)) == expected


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("curl https://h/pip/3.6/get-pip.py | python", "3.6"),
        ("python <(curl https://h/pip/2.7/get-pip.py)", "2.7"),
        ("python /3.7/get-pip.py", "3.7"),
        ("curl https://h/get-pip.py | python", None),
        ("python get-pip.py", None),
    ],
)
def test_get_pip_for_older_pythons(text: str, python: str | None) -> None:
    change = install(text).changes_pip
    assert change is not None
    assert change.script_for == python


TARGETS = {
    "pip install a": {},
    "/venv/bin/pip install a": {"environment": "/venv"},
    "/usr/bin/pip3 install a": {"environment": "/usr"},
    "pip3.9 install a": {"interpreter": "python3.9"},
    "python3.9 -m pip install a": {"interpreter": "python3.9"},
    "/opt/bin/python -m pip install a": {"interpreter": None, "environment": "/opt"},
    "pip install --target /t a": {"directory": "/t"},
    "pip install --prefix /p --root /r --user a": {"prefix": "/p", "root": "/r", "user": True},
    "pip install --user --no-user a": {"user": False},
    "pip --python /venv/bin/python install a": {"environment": "/venv", "interpreter": "/venv/bin/python"},
    "pip --python ./venv install a": {"environment": "./venv"},
    "pip wheel a": {"directory": "."},
    "pip wheel -w /w a": {"directory": "/w"},
    "pip download -d /d --platform x --platform y --python-version 3.9 a": {
        "directory": "/d",
        "platforms": ("x", "y"),
        "python_version": "3.9",
    },
    "PIP_TARGET=/t pip install a": {"directory": "/t"},
    "PIP_USER=1 pip install a": {"user": True},
}


@pytest.mark.parametrize(("text", "expected"), TARGETS.items(), ids=TARGETS)
def test_target(text: str, expected: dict[str, object]) -> None:
    target = install(text).target._asdict()
    assert {key: target[key] for key in expected} == expected
    assert expected or not any(target.values())


def test_flags() -> None:
    found = install("pip install --break-system-packages --dry-run -U a")
    assert (found.break_system_packages, found.dry_run, found.upgrade, found.verb) == (True, True, True, Verb.INSTALL)
    assert install("pip install a", PIP_BREAK_SYSTEM_PACKAGES="1").break_system_packages
    assert install("pip wheel a").verb is Verb.WHEEL


def test_projects_are_told() -> None:
    found = install("pip install -e ./app .", FILES)
    assert found.projects == (".", "./app")


def test_pylock_files_may_stand_where_requirements_do() -> None:
    lock = (
        "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'a'\nversion = '1.0'\n"
        "[[packages.wheels]]\nname = 'a-1.0-py3-none-any.whl'\nurl = 'https://h/a'\nhashes = {sha256 = 'ab'}\n"
    )
    (found,) = install("pip install -r pylock.toml", {"pylock.toml": lock}).requirements.dependencies
    assert found.locked is not None
    assert [wheel.filename for wheel in found.locked.distributions] == ["a-1.0-py3-none-any.whl"]
    assert found.span.text == "a"


def test_a_wheel_that_is_named_brings_its_file() -> None:
    (found,) = install("pip install https://h/a-1.0-cp39-cp39-manylinux1_x86_64.whl").requirements.dependencies
    assert found.locked is not None
    assert [wheel.filename for wheel in found.locked.distributions] == ["a-1.0-cp39-cp39-manylinux1_x86_64.whl"]
    assert found.opaque == "it is a URL"


SETTINGS = {
    "pip config set global.break-system-packages true": ("PIP_BREAK_SYSTEM_PACKAGES", "true"),
    "pip3 config --user set global.index-url https://i": ("PIP_INDEX_URL", "https://i"),
    "python -m pip config set install.no-cache-dir $X": ("PIP_NO_CACHE_DIR", None),
    "pip config set list.format json": None,
    "pip config get global.index-url": None,
    "pip install config set global.a": None,
}


@pytest.mark.parametrize(("text", "expected"), SETTINGS.items(), ids=SETTINGS)
def test_settings_that_a_command_writes(text: str, expected: tuple[str, str | None] | None) -> None:
    assert read_pip_setting(command(text)) == expected


ENVIRONMENTS = {
    "python -m venv /venv": ("/venv", None, "bundled"),
    "python3.12 -m venv --system-site-packages /venv": ("/venv", "python3.12", "bundled"),
    "python3 -m venv --upgrade-deps --prompt x /venv": ("/venv", "python3", "newest"),
    "python3 -m venv --without-pip $VENV": (None, "python3", "none"),
    "virtualenv -p python3.9 /venv": ("/venv", "python3.9", "newest"),
    "python -m virtualenv --no-pip /venv": ("/venv", None, "none"),
    "uv venv": (".venv", None, "none"),
    "uv --no-cache venv --seed --python 3.12 /venv": ("/venv", "3.12", "newest"),
    "uv sync": None,
    "python -m venv --help": None,
    "python venv /x": None,
}


@pytest.mark.parametrize(("text", "expected"), ENVIRONMENTS.items(), ids=ENVIRONMENTS)
def test_virtual_environments(text: str, expected: tuple[str | None, str | None, str] | None) -> None:
    found = read_virtual_environment(command(text))
    assert found == expected


# Against pip itself.

WORD = st.sampled_from(
    [
        "a", "b==1", "-r", "r.txt", "-rr.txt", "--requirement=r.txt", "--req", "-c", "c.txt", "--const", "-e", "-i",
        "url", "--index-url", "--index-url=x", "--pypi-url", "--extra-index-url=y", "--extra", "-f", "-fz",
        "--no-deps", "--no-dependencies", "--no-dep", "--pre", "--no-index", "--no-binary", ":all:",
        "--no-binary=a,b", "--only-binary=a", "--only-b", "-U", "-qU", "-Ur", "-vvv", "-t", "-tx", "--user",
        "--no-user", "--no-cache-dir", "--no-cache", "--no-c", "--cache-dir", "--cache-dir=q", "--", "-",
        "--prefix", "--root", "--root=", "--dry-run=1", "--unknown", "-Z", "--break-system-packages",
        "--prefer-binary", "-I", "--group", "g", "-C", "k=v", "--config-settings=k=v",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(WORD, max_size=7))
def test_as_pip_parses_it(words: list[str]) -> None:
    from pip._internal.commands import create_command

    span = Source("Dockerfile", "").start
    found = parse([Argument(word, span) for word in words], PIP_INSTALL)
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            expected, rest = create_command("install", isolated=True).parse_args(words)
    except SystemExit:
        return
    except Exception:  # noqa: BLE001 - pip's own errors about values
        return
    older = {"-Z", "--root="}
    if found.strange or older & set(words):
        return
    assert [word.text for word in found.words] == rest
    for name, destination in (
        ("requirement", "requirements"), ("constraint", "constraints"), ("editable", "editables"),
        ("extra-index-url", "extra_index_urls"), ("find-links", "find_links"),
    ):  # fmt: skip
        assert [option.value for option in found.all(name)] == getattr(expected, destination)
    assert found.has("no-deps") == expected.ignore_dependencies
    assert found.has("pre") == expected.pre
    assert found.has("upgrade") == bool(expected.upgrade)
    assert found.has("no-index") == expected.no_index
    assert found.has("prefer-binary") == expected.prefer_binary
    assert found.value("target") == expected.target_dir
    assert found.value("prefix") == expected.prefix_path
    if found.has("index-url"):
        assert found.value("index-url") == expected.index_url
    last = found.last("no-cache-dir", "cache-dir")
    assert (last is not None and last.name == "no-cache-dir") == (expected.cache_dir is False)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORD, max_size=7))
def test_what_pip_parses_is_not_strange(words: list[str]) -> None:
    from pip._internal.commands import create_command

    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            create_command("install", isolated=True).parse_args(words)
    except (SystemExit, Exception):  # noqa: BLE001 - pip's own errors about values
        return
    span = Source("Dockerfile", "").start
    assert parse([Argument(word, span) for word in words], PIP_INSTALL).strange == ()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="-=pir$a./*[]@;:'\"# ", max_size=8), max_size=6))
def test_any_words_are_read(words: list[str]) -> None:
    span = Source("Dockerfile", "x").span(0, 1)
    arguments = tuple(Argument(word or None, span) for word in words)
    called = command("pip install")._replace(arguments=(command("pip install").arguments[0], *arguments))
    found = read_install(called, FakeFiles(), {})
    assert found is None or isinstance(found, Install | Export)


def test_asks_alone_needs_no_heavy_import() -> None:
    import subprocess
    import sys

    script = (
        "import sys\n"
        "from tests.installs.support import asks\n"
        "asks('pip install a==1 -r r.txt', {'r.txt': 'b --hash=sha256:aa'})\n"
        "costly = {'asyncio', 'configparser', 'httpx', 'packaging.pylock', 'resolvelib', 'tomllib'}\n"
        "print(sorted(costly & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert asks("pip install a") == ["a"]
