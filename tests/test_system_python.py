"""What is installed for, or into, Alpine's own Python."""

import pytest

from tests.gathering import facts_of


@pytest.mark.parametrize(
    ("text", "packages", "projects"),
    [
        ("RUN apk add py3-yaml py3-numpy git", ["py3-yaml", "py3-numpy"], ["PyYAML", "numpy"]),
        ("RUN apk add py3-pip", ["py3-pip"], []),
        ("RUN apk add -t .build py3-pip py3-wheel", ["py3-pip", "py3-wheel"], ["wheel"]),
        ("RUN apk add py3-nobodyknows", ["py3-nobodyknows"], ["nobodyknows"]),
        ('RUN apk add py3-numpy\nCMD ["python3", "-c", "import numpy"]', ["py3-numpy"], ["numpy"]),
        ("RUN apk add python3 py3-cairo-dev !py3-numpy", [], []),
        ("RUN apk info py3-numpy", [], []),
        # The second Python is known of and used.
        ("RUN apk add py3-numpy && /usr/bin/python3 -c 'import numpy'", [], []),
        ("RUN apk add py3-pip && /usr/bin/pip3 list", [], []),
        ("RUN apk add py3-numpy\nENV PYTHONPATH=/usr/lib/python3.12/site-packages", [], []),
        ("RUN apk add py3-numpy\nENV PATH=/usr/bin:$PATH", [], []),
        ("RUN apk add py3-numpy && ln -s /usr/lib/python3*/site-packages/numpy /usr/local/lib/python3.13/", [], []),
        ("RUN apk add py3-virtualenv && virtualenv /venv", [], []),
        ('RUN apk add py3-gunicorn\nCMD ["gunicorn", "app"]', [], []),
        ("RUN apk add py3-sphinx\nENTRYPOINT sphinx-build /docs /out", [], []),
    ],
)
def test_unseen_packages(text: str, packages: list[str], projects: list[str]) -> None:
    facts = facts_of(f"FROM python:3.13-alpine3.22\n{text}\n")
    found = [unseen for _, unseen in facts.unseen_packages]
    assert [package.name for unseen in found for package in unseen.packages] == packages
    assert [name for unseen in found for name in unseen.projects] == projects
    assert {unseen.python for unseen in found} <= {"3.12"}


@pytest.mark.parametrize(
    "image", ["alpine:3.22", "node:22-alpine", "python:3.13-slim", "tiangolo/uwsgi-nginx:python3.8-alpine"]
)
def test_only_official_python_images_have_a_python_that_is_known_to_be_another(image: str) -> None:
    assert not list(facts_of(f"FROM {image}\nRUN apk add py3-numpy\n").unseen_packages)


@pytest.mark.parametrize(
    ("image", "packages", "projects", "python"),
    [
        ("python:3.6-alpine3.8", "py-cffi", ["cffi"], None),
        ("python:3.6-alpine3.8", "py2-cffi", ["cffi"], "2.7"),
        ("python:2.7-alpine3.11", "py2-yaml py-pip", ["PyYAML"], "2.7"),
        ("python:3.8-alpine3.11", "py3-yaml py2-yaml", ["PyYAML"], None),
        ("python:3.8-alpine3.12", "py-pip", [], "3.8"),
        ("python:3.13-alpine3.22", "py-pip py3-cffi", ["cffi"], "3.12"),
        ("python:3.8-alpine3.11", "py-cairo-dev !py-cffi python-dev mypy-x", None, None),
        # Names that may be gone.
        ("python:3.8-alpine3.12", "py-cffi py2-cffi", None, None),
    ],
)
def test_names_of_old(image: str, packages: str, projects: list[str] | None, python: str | None) -> None:
    found = [unseen for _, unseen in facts_of(f"FROM {image}\nRUN apk add {packages}\n").unseen_packages]
    expected = [] if projects is None else [(projects, python)]
    assert [(list(unseen.projects), unseen.python) for unseen in found] == expected


FORBIDDEN = [
    "pip install six",
    "pip3 install six",
    "python3 -m pip install six",
    "/usr/bin/pip3 install --user six",
    "PIP_BREAK_SYSTEM_PACKAGES=0 pip install six",
    "pip install -U pip",
    "python3 -m ensurepip",
    "PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m ensurepip",
    "export PATH=/root/.local/bin:$PATH && pip install six",
    "uv pip install --system six",
    "UV_SYSTEM_PYTHON=1 uv pip install six",
    "uv pip install --python /usr/bin/python3 six",
    "cd /tmp && pip install six",
    "sudo pip install six",
]

ALLOWED = [
    "pip install --break-system-packages six",
    "PIP_BREAK_SYSTEM_PACKAGES=1 pip install six",
    "export PIP_BREAK_SYSTEM_PACKAGES=true; pip install six",
    "pip install --target /x six",
    "pip install --prefix=/x six",
    "pip install --root /x six",
    "pip install --dry-run --report - six",
    "pip --python /venv/bin/python install six",
    "pip wheel six",
    "pip download six",
    "pip uninstall -y six || true",
    "/venv/bin/pip install six",
    "venv/bin/python -m pip install six",
    "python3 -m venv /venv && . /venv/bin/activate && pip install six",
    "python3 -m venv /venv && source /venv/bin/activate && pip install six",
    "export PATH=/venv/bin:$PATH; pip install six",
    "pip install six || pip install --break-system-packages six",
    "if [ -n $X ]; then pip install six; fi",
    "rm /usr/lib/python3.12/EXTERNALLY-MANAGED && pip install six",
    "rm -f /usr/lib/python*/EXTERNALLY-MANAGED && pip install six",
    "mv /usr/lib/python3.12/EXTERNALLY-MANAGED /tmp; pip install six",
    "find / -name EXTERNALLY-MANAGED -delete && python3 -m ensurepip",
    "pip config set global.break-system-packages true && pip install six",
    "printf '[global]\\nbreak-system-packages = true\\n' > /etc/pip.conf && pip install six",
    "./setup.sh && pip install six",
    "make && pip install six",
    "pipx install six",
    "uv pip install six",
    "uv venv /venv && uv pip install --python /venv six",
    "uv pip install --system --break-system-packages six",
    "UV_BREAK_SYSTEM_PACKAGES=1 uv pip install --system six",
    "uv tool install ruff",
    "poetry install",
]


def forbidden(text: str) -> list[str]:
    return [install.verb.text for _, install, _ in facts_of(text).forbidden_installs]


@pytest.mark.parametrize("command", FORBIDDEN)
def test_forbidden(command: str) -> None:
    assert len(forbidden(f"FROM alpine:3.22\nRUN apk add py3-pip\nRUN {command}\n")) == 1


@pytest.mark.parametrize("command", ALLOWED)
def test_allowed(command: str) -> None:
    assert forbidden(f"FROM alpine:3.22\nRUN apk add py3-pip\nRUN {command}\n") == []


@pytest.mark.parametrize(
    ("image", "told"),
    [
        ("alpine:3.18", False),
        ("alpine:3.19", True),
        ("alpine:edge", True),
        ("node:22-alpine3.22", True),
        ("golang:1.22-alpine3.19", True),
        ("python:3.13-alpine3.22", False),
        ("debian:12", False),
        # The variables of these are not known: linuxserver's put a virtual environment first on PATH.
        ("ghcr.io/linuxserver/baseimage-alpine:3.22", False),
        ("registry.example/base:1", False),
    ],
)
def test_images(image: str, told: bool) -> None:
    assert bool(forbidden(f"FROM {image}\nRUN apk add python3 py3-pip && pip install six\n")) is told


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("RUN pip install a\nRUN pip install b", 2),
        ("ENV PIP_BREAK_SYSTEM_PACKAGES=1\nRUN pip install a", 0),
        ("ENV PATH=/venv/bin:$PATH\nRUN pip install a", 0),
        ("RUN rm /usr/lib/python3.12/EXTERNALLY-MANAGED\nRUN pip install a", 0),
        ("RUN . /venv/bin/activate\nRUN pip install a", 1),
        (
            "RUN <<EOF\ncat > /etc/pip.conf <<END\n[global]\nbreak-system-packages = true\nEND\nEOF\nRUN pip install a",
            0,
        ),
        ("COPY --from=python:3.12-alpine /usr/local /usr/local\nRUN pip install a", 0),
        ("COPY --from=python:3.12-alpine /usr/local/bin/python3.12 /opt/\nRUN pip install a", 0),
        ("COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /uvx /usr/local/bin/\nRUN pip install a", 1),
        ("RUN pip install a\nFROM alpine:3.22\nRUN apk add py3-pip && pip install b", 2),
    ],
)
def test_what_goes_before(lines: str, count: int) -> None:
    assert len(forbidden(f"FROM alpine:3.22\nRUN apk add py3-pip\n{lines}\n")) == count


def test_a_stage_inherits_what_was_lifted() -> None:
    base = "FROM alpine:3.22 AS base\nRUN apk add py3-pip && rm /usr/lib/python3.12/EXTERNALLY-MANAGED\n"
    assert forbidden(f"{base}FROM base\nRUN pip install six\n") == []
    assert forbidden(f"{base}FROM alpine:3.22\nRUN apk add py3-pip && pip install six\n") == ["install"]


@pytest.mark.parametrize(
    ("lines", "without"),
    [
        ("RUN apk add python3 && pip install six", [True]),
        ("RUN apk add -t .build python3-dev gcc git && python3 -m pip install six", [True]),
        ("RUN apk add python3\nRUN pip3 install a\nRUN pip3 install b", [True, True]),
        ("RUN apk add py3-pip && apk del py3-pip && apk add python3 && pip install six", [True]),
        ("RUN apk add py3-pip && pip install six", [False]),
        ("RUN apk add py-pip && pip install six", [False]),
        # What these bring along is not known.
        ("RUN apk add python3 py3-virtualenv && pip install six", [False]),
        ("RUN apk add python3 ansible && pip install six", [False]),
        ("RUN apk add python3 pipx && pip install six", [False]),
        # What these leave would be refused itself.
        ("RUN apk add python3 && wget -O- https://example.org/get-pip.py | python3 && pip install six", [False, False]),
        ("RUN apk add python3 && python3 -m ensurepip && pip install six", [False, False]),
        # uv is another program.
        ("RUN apk add python3 uv && uv pip install --system six", [False]),
    ],
)
def test_where_there_is_no_pip(lines: str, without: list[bool]) -> None:
    assert [each.without_pip for each in facts_of(f"FROM alpine:3.22\n{lines}\n").forbidden_installs] == without


@pytest.mark.parametrize(
    ("run", "fails"),
    [
        ("apk add python-dev && apk add libpq", True),
        ("apk add libpq && apk add python-dev", True),
        ("apk add python-dev; apk add libpq", False),
        ("set -eux; apk add python-dev; apk add libpq", True),
        ("<<EOF\napk add python-dev\napk add libpq\nEOF", False),
        ("<<EOF\nset -e\napk add python-dev\napk add libpq\nEOF", True),
        ("<<EOF\napk add libpq\napk add python-dev\nEOF", True),
        ('["apk", "add", "python-dev"]', True),
        ("apk add python-dev && apk add libpq\nRUN apk add git", True),
    ],
)
def test_a_run_fails_where_its_script_does(run: str, fails: bool) -> None:
    facts = facts_of(f"FROM alpine:3.22\nRUN {run}\n")
    assert [span.start.line for span in facts.failing_runs] == ([2] if fails else [])
    assert len(list(facts.absent_packages)) == 1


def test_a_run_that_fails_leaves_no_layer() -> None:
    facts = facts_of("""
        FROM alpine:3.22
        RUN apk add python-dev
        RUN apk add python3 py3-pip
        RUN apk add git && pip install six
        RUN apk add python-dev || apk add python3-dev
    """)
    assert sorted(run.start.line for run in facts.failing_runs) == [3, 5]
