"""Numbers that are too long for Python to read, wherever a version, a marker or a number may stand."""

from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from lint_alpine.linter import FileResult, Settings, lint_file
from lint_alpine.long_numbers import has_long_number
from lint_alpine.registry import all_rules
from lint_alpine.wheels.distribution import parse_requires_python
from lint_alpine.wheels.metadata import MetadataError, read_metadata, read_requirements
from lint_alpine.wheels.snapshot import Snapshot
from lint_alpine.wheels.sources import Sources
from tests.steps import counted

IMAGE = "FROM python:3.8-alpine\n"
COPIED = f"{IMAGE}COPY . .\n"
PROJECT = '[project]\nname = "demo"\nversion = "1"\ndependencies = ["numpy"]\n'
POETRY = '[tool.poetry.dependencies]\npython = "^3.8"\nnumpy = "*"\n'
PINNED = 'numpy"\nversion = "№'
URL = "https://index.example"

# № stands for the number.
DOCKERFILES = [
    *(f"{IMAGE}RUN pip install 'numpy{version}'" for version in ("==№", ">=№", "==№.*", "~=№.1", "===№", "==№!1")),
    *(f"{IMAGE}RUN pip install 'numpy{version}'" for version in ("==1rc№", "==1.post№", "==1+№", "==1.№")),
    *(
        f"{IMAGE}RUN pip install 'numpy; {marker}'"
        for marker in (
            "python_version > '№'",
            "python_full_version >= '№.1'",
            "platform_release > '№'",
            "'№' in os_name",
        )
    ),
    f"{IMAGE}RUN pip install pip==№ && pip install 'pip<№' && pip install -U 'pip>=№' && pip install numpy",
    f"{IMAGE}RUN pip install {URL}/numpy-№-py3-none-any.whl 'scipy @ {URL}/scipy-№.tar.gz' ./numpy-№.tar.gz",
    f"{IMAGE}RUN pip install --python-version 3.№ --only-binary :all: --target /x numpy",
    f"{IMAGE}RUN pip install --python-version № --platform musllinux_1_№_x86_64 --abi cp№ --target /x numpy",
    f"{IMAGE}RUN uv venv --python 3.№ && uv pip install --python 3.№ numpy",
    f"{IMAGE}RUN uv pip install --python-version 3.№ --exclude-newer № numpy",
    f"{IMAGE}RUN uv tool install numpy@№ && pipx install numpy==№ && uv run --with numpy==№ x && poetry add numpy@^№",
    f"{IMAGE}COPY --from=№ /a /b\nRUN --mount=type=cache,from=№,target=/x,uid=№ pip install numpy",
    f"{IMAGE}ENV PYTHON_VERSION=3.№ PIP_PYTHON_VERSION=3.№ PIP_TIMEOUT=№ PIP_NO_CACHE_DIR=№\nRUN pip install numpy",
    f"{IMAGE}ENV A=bcd\nRUN pip install ${{A:№:№}} $((№+1)) $'\\x№' {{1..№}} №>&№",
    f"{IMAGE}RUN apk add gcc=№ postgresql№-dev python3==№ && pip install psycopg2",
    f"{IMAGE}RUN apk add gcc --repository=https://index.example/alpine/v3.№/main && pip install numpy",
    f"{IMAGE}USER №\nEXPOSE №\nRUN python3.№ -m pip install numpy && pip3.№ install numpy",
    "FROM python:3.№-alpine\nRUN pip install numpy",
    "FROM python:3.12-alpine3.№\nRUN pip install numpy",
    "FROM alpine:3.№\nRUN apk add python3 && pip install numpy",
    "FROM debian:№\nRUN pip install numpy",
    "FROM №\nRUN pip install numpy",
    "ARG V=3.№\nFROM --platform=linux/arm/v№ python:${V}-alpine\nRUN pip install numpy",
    f"FROM python:3.12 AS a\n{IMAGE}COPY --from=a /usr/local/lib/python3.№/site-packages /usr/local/lib/python3.№/",
]
FILES: list[tuple[str, dict[str, str]]] = [
    ("pip install -r r.txt", {"r.txt": "numpy==№\nscipy; python_version > '№'\nattrs==1 --hash=sha256:№\n"}),
    ("pip install -c c.txt numpy", {"c.txt": "numpy<№\nnumpy; python_version < '№'\n"}),
    ("pip install .", {"pyproject.toml": PROJECT.replace("numpy", "numpy>=№") + 'requires-python = ">=№"\n'}),
    ("pip install .", {"pyproject.toml": PROJECT + "[tool.other]\nnumber = №\n"}),
    ("pip install .", {"setup.cfg": "[options]\ninstall_requires =\n  numpy>=№\n", "setup.py": ""}),
    ("pip install .", {"setup.py": "from setuptools import setup\nX = №\nsetup(install_requires=['numpy==№'], x=№)"}),
    (
        "pip install -r pylock.toml",
        {"pylock.toml": f'lock-version="1.0"\ncreated-by="x"\n[[packages]]\nname="{PINNED}"'},
    ),
    (
        "pip install -r pylock.toml",
        {"pylock.toml": 'lock-version="1.0"\ncreated-by="x"\n[[packages]]\nname="a"\nmarker="python_version>\'№\'"'},
    ),
    ("pip install -r pylock.toml", {"pylock.toml": 'lock-version="№"\ncreated-by="x"\n'}),
    ("pipenv install", {"Pipfile": '[packages]\nnumpy=">=№"\n[requires]\npython_version="3.№"\n'}),
    ("pipenv sync", {"Pipfile": "", "Pipfile.lock": '{"_meta":{"pipfile-spec":№},"default":{}}'}),
    *(
        (
            "pipenv sync",
            {"Pipfile": "", "Pipfile.lock": f'{{"_meta":{{"pipfile-spec":6}},"default":{{"numpy":{each}}}}}'},
        )
        for each in ('{"version":"==№"}', '{"version":">=№"}', '{"version":"==1","markers":"python_version>\'№\'"}')
    ),
    (
        "poetry install",
        {"pyproject.toml": POETRY.replace("*", ">=№ || <2 || ~№.1").replace("3.8", "3.№"), "poetry.lock": ""},
    ),
    *(
        (
            "poetry install",
            {
                "pyproject.toml": POETRY,
                "poetry.lock": f'[[package]]\nname="numpy"\n{each}\noptional=false\nfiles=[]\ngroups=["main"]\n'
                '[metadata]\nlock-version="2.1"\npython-versions="^3.8"\ncontent-hash="x"\n',
            },
        )
        for each in (
            'version="№"\npython-versions="*"',
            'version="1"\npython-versions=">=№"\nmarkers="python_version>\'№\'"',
        )
    ),
    *(
        (
            "pdm sync",
            {
                "pyproject.toml": PROJECT,
                "pdm.lock": f'[metadata]\ngroups=["default"]\nlock_version="4.5"\n[[package]]\nname="numpy"\n{each}\n'
                'groups=["default"]\nfiles=[]\n',
            },
        )
        for each in ('version="№"', 'version="1"\nrequires_python=">=№"\nmarker="python_version>\'№\'"')
    ),
    *(
        (
            "uv sync",
            {
                "pyproject.toml": PROJECT,
                "uv.lock": 'version = 1\n[[package]]\nname="demo"\nversion="1"\nsource={virtual="."}\n'
                f'dependencies=[{{name="numpy"{marker}}}]\n[[package]]\nname="numpy"\nversion="{version}"\n'
                f'source={{registry="{URL}"}}\nsdist={{url="{URL}/numpy-{version}.tar.gz",hash="sha256:0",size={size}}}\n',
            },
        )
        for marker, version, size in (
            ("", "№", "1"),
            (", marker=\"python_version > '№'\"", "1", "1"),
            ("", "1", "№"),
        )
    ),
    (
        "uv sync",
        {"pyproject.toml": PROJECT + '[tool.uv]\nconstraint-dependencies=["numpy<№"]\n', ".python-version": "3.№"},
    ),
    ("conda env create -f e.yml", {"e.yml": "dependencies:\n- python=3.№\n- pip:\n  - numpy==№\n"}),
    ("pip install numpy", {"compose.yml": "services:\n a:\n  build:\n   context: .\n   args:\n    A: №\n"}),
    ("pip install numpy", {"docker-bake.hcl": 'variable "A" { default = № }\ntarget "default" { args = { B = № } }'}),
    ("pip install numpy", {"docker-bake.json": '{"target":{"default":{"args":{"B":№}}}}'}),
    ("cp pip.conf /etc && pip install numpy", {"pip.conf": "[install]\npython-version=3.№\ntimeout=№\npre=№\n"}),
]
CASES = [*((text, {}) for text in DOCKERFILES), *((f"{COPIED}RUN {command}", files) for command, files in FILES)]


@cache
def sources() -> Sources:
    snapshot = Snapshot.shipped()
    return Sources([snapshot], [snapshot])


def lint(dockerfile: str, files: dict[str, str], number: str, folder: Path) -> FileResult:
    last = f"{dockerfile}\n{IMAGE}RUN pip install --no-cache-dir pandas==1.0.0\n"
    for name, text in {**files, "Dockerfile": last}.items():
        folder.joinpath(name).write_text(text.replace("№", number))
    found = lint_file(str(folder / "Dockerfile"), Settings(tuple(all_rules()), sources()))
    for name in files:
        folder.joinpath(name).unlink()
    assert isinstance(found, FileResult)
    return found


@given(
    case=st.sampled_from(CASES),
    number=st.builds(
        lambda digit, count: digit * count + "1", st.sampled_from("9 0 1. ٣".split()), st.sampled_from([8, 900, 5000])
    ),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_number_without_end_stops_nothing(case: tuple[str, dict[str, str]], number: str, tmp_path: Path) -> None:
    sources()
    with counted(most=2_000_000):
        found = lint(*case, number, tmp_path)
    assert found.failures == ()
    assert [each.verdict.outcome for each in found.verdicts if each.verdict.version == "1.0.0"][-1:] == ["compile"]


LONG = "9" * 5000


@pytest.mark.parametrize(
    "line", [f"a>={LONG}", f"a=={LONG}.*", f"a; python_version > '{LONG}'", f"a; python_full_version < '1.{LONG}'"]
)
def test_a_requirement_of_the_index(line: str) -> None:
    with pytest.raises(MetadataError, match="number that is too long"):
        read_requirements([line])


@given(st.text("0123456789.!+>=<~ab;'\"", max_size=40), st.integers(1, 6000))
@settings(max_examples=200, deadline=None)
def test_what_is_read_can_be_compared(text: str, count: int) -> None:
    """packaging reads numbers when versions are compared, long after the requirement was parsed."""
    text = text.replace("9", "9" * count)
    head = f"Metadata-Version: 2.2\nName: a\nVersion: {text}\n"
    with suppress(MetadataError):
        read_metadata(head.encode(), "a", Version("1"))
    with suppress(MetadataError):
        for requirement in read_requirements([f"a{text}", f"a; python_version {text}"]):
            requirement.specifier.contains("1.0")
            if requirement.marker is not None:
                requirement.marker.evaluate()
    if (python := parse_requires_python(text)) is not None:
        python.contains("3.12.1")


@pytest.mark.parametrize(
    ("text", "long"),
    [("", False), ("1.2.3", False), ("1." * 5000, False), ("1" * 100, False), ("1" * 101, True), ("x" * 500, False)],
)
def test_long_numbers(text: str, long: bool) -> None:
    assert has_long_number(text) is long
    assert has_long_number(f"a>={text},<2") is long
