"""Which pip acts: the image's own, the one that Python brings for a virtual environment, the one that was installed."""

import pytest

from lint_alpine.images import bundled_pip
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
        (f"FROM python:3.9.6-alpine\n{VENV}RUN /venv/bin/pip install -U pip\n{INSTALL}", None),
        (f"FROM python:3.9.6-alpine\n{VENV}RUN /venv/bin/pip install pip==21.0\n{INSTALL}", "21.0"),
        (f"FROM python:3.9.6-alpine\n{VENV}RUN pip install -U pip\n{INSTALL}", "21.1.3"),
        (f"FROM python:3.9.6-alpine\nRUN python -m venv --upgrade-deps /venv\n{INSTALL}", None),
        (f"FROM python:3.9.6-alpine\nRUN pip install virtualenv && virtualenv /venv\n{INSTALL}", None),
        # ensurepip replaces no newer pip.
        ("FROM python:3.9.6-alpine\nRUN python -m ensurepip\nRUN pip install x\n", "21.2.4"),
        # Alpine's own Python.
        (f"FROM alpine:3.14\nRUN apk add --no-cache python3\nRUN python3 -m venv /venv\n{INSTALL}", "23.0.1"),
        (f"FROM alpine:3.8\nRUN apk add --no-cache python3\nRUN python3 -m venv /venv\n{INSTALL}", "18.1"),
    ],
)
def test_the_pip_that_acts(text: str, pip: str | None) -> None:
    *_, (_, install) = facts_of(text).installs
    assert install.environment.pip == pip


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
