"""Which pip acts: the image's own, the one that Python brings for a virtual environment, the one that was installed."""

from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from lint_alpine.images import bundled_pip
from lint_alpine.pip_versions import newest_release
from tests.gathering import facts_of


@pytest.mark.parametrize(
    ("python", "pip"),
    [
        ("3.6.15", "18.1"),
        ("3.7.12", "20.1.1"),
        ("3.7.13", "22.0.4"),
        ("3.8.12", "21.1.1"),
        ("3.8.13", "22.0.4"),
        ("3.9.6", "21.1.3"),
        ("3.9.7", "21.2.3"),
        ("3.10.0", "21.2.3"),
        ("3.10.99", "23.0.1"),
        # pip 26 takes pre-releases where nothing else is left.
        ("3.13.12", "24.3.1"),
        ("3.13.13", "26.0.1"),
        ("3.14.3", "25.2"),
        ("3.14.4", "26.0.1"),
        # Of a line alone that of its newest release.
        ("3.9", "23.0.1"),
        ("3.6", "18.1"),
        ("2.7.18", None),
        ("3.99.0", None),
        ("3.15.0b1", None),
        ("", None),
    ],
)
def test_bundled_pip(python: str, pip: str | None) -> None:
    assert bundled_pip(python) == pip


VENV = "RUN python -m venv /venv\n"
ENSURE = "RUN /venv/bin/python -m ensurepip --upgrade\n"
INSTALL = "RUN /venv/bin/pip install --no-cache-dir x\n"


@pytest.mark.parametrize(
    ("text", "pip"),
    [
        # The image's own.
        ("FROM python:3.9.6-alpine\nRUN pip install x\n", "21.2.4"),
        ("FROM python:3.9.6-alpine\nRUN python -m pip install x\n", "21.2.4"),
        # A virtual environment has the bundled one, however it is called.
        (f"FROM python:3.9.6-alpine\n{VENV}{INSTALL}", "21.1.3"),
        (f"FROM python:3.9.6-alpine\n{VENV}RUN /venv/bin/python -m pip install x\n", "21.1.3"),
        (f"FROM python:3.9.6-alpine\n{VENV}ENV PATH=/venv/bin:$PATH\nRUN pip install x\n", "21.1.3"),
        ("FROM python:3.9.6-alpine\nRUN python -m venv /venv && . /venv/bin/activate && pip install x\n", "21.1.3"),
        ("FROM python:3.9.6-alpine\nWORKDIR /a\nRUN python -m venv v; . v/bin/activate; pip install x\n", "21.1.3"),
        ("FROM python:3.9.6-alpine\nWORKDIR /app\nRUN python -m venv v && v/bin/pip install x\n", "21.1.3"),
        (f"FROM python:3.9.6-alpine\n{VENV}RUN pip install x\n", "21.2.4"),
        (f"FROM python:3.6-alpine\n{VENV}{INSTALL}", "18.1"),
        (f"FROM python:3.9.6-alpine AS a\n{VENV}FROM a\n{INSTALL}", "21.1.3"),
        # Until it is upgraded, there or in the image before.
        (f"FROM python:3.9.6-alpine\n{VENV}RUN /venv/bin/pip install -U pip\n{INSTALL}", "26.0.1"),
        (f"FROM python:3.9.6-alpine\n{VENV}RUN /venv/bin/pip install pip==21.0\n{INSTALL}", "21.0"),
        (f"FROM python:3.9.6-alpine\n{VENV}RUN pip install -U pip\n{INSTALL}", "21.1.3"),
        (f"FROM python:3.9.6-alpine\nRUN python -m venv --upgrade-deps /venv\n{INSTALL}", "26.0.1"),
        (f"FROM python:3.9.6-alpine\nRUN pip install virtualenv && virtualenv /venv\n{INSTALL}", "26.0.1"),
        (f"FROM python:3.12-alpine\nRUN pip install virtualenv && virtualenv /venv\n{INSTALL}", None),
        # ensurepip replaces no newer pip.
        ("FROM python:3.9.6-alpine\nRUN python -m ensurepip\nRUN pip install x\n", "21.2.4"),
        ("FROM python:3.9.6-alpine\nRUN python -m ensurepip --upgrade\nRUN pip install x\n", "21.2.4"),
        (f"FROM python:3.9.6-alpine\n{VENV}RUN /venv/bin/pip install pip==20.0.2\n{ENSURE}{INSTALL}", "21.1.3"),
        # Alpine's own Python: which patch release it has by now is not known, but none older than at first.
        (f"FROM alpine:3.14\nRUN apk add --no-cache python3\nRUN python3 -m venv /venv\n{INSTALL}", "21.1.1 to 23.0.1"),
        (f"FROM alpine:3.8\nRUN apk add --no-cache python3\nRUN python3 -m venv /venv\n{INSTALL}", "9.0.1 to 18.1"),
        (f"FROM alpine:3.17\nRUN apk add --no-cache python3\nRUN python3 -m venv /venv\n{INSTALL}", "22.2.2 to 23.0.1"),
        ("FROM alpine:3.12\nRUN apk add python3 && python3 -m ensurepip && pip3 install x\n", "19.2.3 to 23.0.1"),
        ("FROM alpine:3.12\nRUN apk add py3-pip && python3 -m ensurepip && pip3 install x\n", "20.1.1"),
        ("FROM alpine:3.11\nRUN apk add python3 && python3 -m ensurepip && pip3 install x\n", "19.2.3"),
        # A Python of which nothing is known.
        (f"FROM python:3.15-rc-alpine\n{VENV}{INSTALL}", "26.0.1 to current"),
        ("FROM python:2.7-alpine\nRUN python -m ensurepip && pip install x\n", "20.0.2"),
    ],
)
def test_the_pip_that_acts(text: str, pip: str | None) -> None:
    *_, (_, install) = facts_of(text).installs
    assert install.pip == pip


OLDEST_PIP = "FROM python:3.8.10-alpine\n"
INSTALLED = {
    # Of the releases of pip those that the Python can run.
    "pip install 'pip<21.2'": "21.1.3",
    "pip install -U 'pip<21.2'": "21.1.3",
    "pip install 'pip<21'": "20.3.4",
    "pip install 'pip>=19,<21.1'": "21.0.1",
    "pip install 'pip==20.*'": "20.3.4",
    "pip install pip===20.3.4": "20.3.4",
    "pip install 'pip~=21.1.0'": "21.1.3",
    "pip install pip==21.0": "21.0",
    "pip install 'pip<=20.2.4,!=20.2.4'": "20.2.3",
    "pip install -U 'pip<23,>20'": "22.3.1",
    "pip install -U pip": "25.0.1",
    "pip install pip -U setuptools wheel": "25.0.1",
    "pip install --force-reinstall pip": "25.0.1",
    "pip install 'pip>21.1.3'": "25.0.1",
    "pip install pip==99.1": "99.1",
    "pip install pip==24.1b1": "24.1b1",
    "python get-pip.py 'pip<21'": "20.3.4",
    "python get-pip.py": "25.0.1",
    "curl https://h/get-pip.py | python3": "25.0.1",
    "curl https://h/pip/3.6/get-pip.py | python3": "21.3.1",
    "curl https://h/get-pip.py | python3 - 'pip<21'": "20.3.4",
    "pip install -r pip.txt": "20.3.4",
    "pip install -U -c pip.txt pip": "20.3.4",
    "uv pip install --system pip==20.3": "20.3",
    # It is there already, and not upgraded.
    "pip install pip": "21.1.3",
    "pip install 'pip>=19,<21.2'": "21.1.3",
    "pip install 'pip~=21.0'": "21.1.3",
    "pip install 'pip==21.*'": "21.1.3",
    "python -m ensurepip": "21.1.3",
    "pip install -U 'pip; python_version<\"3\"'": "21.1.3",
    "pip install -U pip -t /elsewhere": "21.1.3",
    "pip install -U pipx": "21.1.3",
    # What is none is not installed, and the build fails.
    "pip install pip===foo": None,
    "pip install 'pip>30,<20'": None,
    # A version that only the build knows.
    "pip install pip==$PIP": "0 to current",
}


@pytest.mark.parametrize(("command", "pip"), INSTALLED.items(), ids=INSTALLED)
def test_the_pip_that_an_install_leaves(command: str, pip: str | None, tmp_path: Path) -> None:
    (tmp_path / "pip.txt").write_text("pip<21; python_version > '3'\npip>99; python_version < '3'\n")
    *_, (_, install) = facts_of(f"{OLDEST_PIP}COPY . .\nRUN {command}\nRUN pip install x\n", tmp_path).installs
    assert install.pip == pip


@pytest.mark.parametrize(
    ("image", "pip"),
    [
        ("python:2.7-alpine", "20.3.4"),
        ("python:3.4-alpine", "19.1.1"),
        ("python:3.5-alpine", "20.3.4"),
        ("python:3.6-alpine", "21.3.1"),
        ("python:3.7-alpine", "24.0"),
        ("python:3.8-alpine", "25.0.1"),
        ("python:3.9-alpine", "26.0.1"),
        ("python:3.10-alpine", None),
        ("python:3.14-alpine", None),
    ],
)
def test_the_newest_pip_for_a_python(image: str, pip: str | None) -> None:
    *_, (_, install) = facts_of(f"FROM {image}\nRUN pip install -U pip\nRUN pip install x\n").installs
    assert install.pip == pip


@pytest.mark.parametrize("python", ["abc", "3", "3.12-x", "3.999999999999", "", "3.13.0rc1", "3.13t"])
def test_any_python_has_some_newest_pip(python: str) -> None:
    assert newest_release(SpecifierSet("<21"), (python,)) == "20.3.4"


@pytest.mark.parametrize(
    ("listed", "pip"),
    [("21.0 21.2.4", "21.2.4"), ("20.0 21.1.3", "21.1.3"), ("20.0 21.0", "21.1.3"), ("", "25.0.1")],
)
def test_an_index_that_is_known_tells_which_pip_there_is(listed: str, pip: str) -> None:
    index = "".join(f"pip-{version}-py3-none-any.whl\n" for version in listed.split())
    *_, (_, install) = facts_of(f"{OLDEST_PIP}RUN pip install -U pip && pip install x\n", index=index).installs
    assert install.pip == pip


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ("a-1.tar.gz a-1-cp38-cp38-musllinux_1_1_x86_64.whl", "unknown"),
        ("a-1.tar.gz a-1-cp38-cp38-manylinux1_x86_64.whl", "compile"),
        ("a-1.tar.gz a-1-py3-none-any.whl", "wheel"),
    ],
)
def test_what_depends_on_a_pip_that_is_not_known_is_not_known(files: str, outcome: str) -> None:
    text = "FROM alpine:3.13\nRUN apk add python3 && python3 -m ensurepip && pip3 install a\n"
    *_, (_, install) = facts_of(text, index=files.replace(" ", "\n")).installs
    assert [verdict.outcome for verdict in install.verdicts] == [outcome]


OLD = "FROM python:3.8.10-alpine\n"
LISTED = "sketch-1.0.tar.gz\nsketch-1.0-cp38-cp38-musllinux_1_2_x86_64.whl\n"


@pytest.mark.parametrize(
    ("command", "outcome"),
    [
        ("pip install sketch", "compile"),
        ("pip install -U pip && pip install sketch", "wheel"),
        ("pip install uv && uv pip install --system sketch", "wheel"),
        ("pip install pipx && pipx install sketch", "wheel"),
    ],
)
def test_other_installers_bring_their_own_pip(command: str, outcome: str) -> None:
    *_, (_, install) = facts_of(f"{OLD}RUN {command}\n", index=LISTED).installs
    assert [(verdict.name, verdict.outcome.value) for verdict in install.verdicts] == [("sketch", outcome)]
