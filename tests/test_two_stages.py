"""A file of one stage, shown as two."""

from pathlib import Path
from textwrap import dedent

import pytest

from lint_alpine.two_stages import split_into_stages
from tests.gathering import facts_of

INDEX = """
psycopg2-2.9.9.tar.gz
psycopg2-2.9.9-cp312-cp312-win_amd64.whl
only_glibc-1.0.tar.gz
only_glibc-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
"""
UNTOLD = [
    "RUN python3 -m venv /venv",
    'ENV PATH="/venv/bin:$PATH"',
    "# here the commands that install the Python packages",
]


def stages(text: str, folder: Path = Path("/nonexistent")) -> tuple[list[str], list[str]]:
    """The lines of both stages."""
    (stage,) = facts_of(text, folder, INDEX).stages
    first, *lines = dedent(split_into_stages(stage).partition("\n")[2]).split("\n")
    assert first.endswith(" AS builder")
    middle = lines.index("")
    assert lines[middle + 1] == first.removesuffix(" AS builder")
    return lines[:middle], lines[middle + 2 :]


def builder(text: str, folder: Path = Path("/nonexistent")) -> list[str]:
    return stages(text, folder)[0]


def test_the_words_of_the_file_are_kept() -> None:
    text = dedent("""\
        FROM python:3.12-alpine
        RUN apk add --no-cache -t .b build-base libpq-dev && \\
            apk add bash=5.2.37-r0
        WORKDIR /app
        COPY requirements.txt .
        RUN pip install --no-cache-dir \\
            psycopg2 'only-glibc>=1' && \\
            rm -rf /tmp/*
        CMD ["python", "main.py"]
    """)
    assert stages(text) == (
        [
            "RUN apk add --no-cache build-base libpq-dev bash=5.2.37-r0",
            "RUN pip install --prefix=/install --no-cache-dir psycopg2 'only-glibc>=1'",
        ],
        [
            "RUN apk add --no-cache bash=5.2.37-r0 libpq",
            "COPY --from=builder /install /usr/local",
            "# and the rest of this file",
        ],
    )


def test_files_are_copied_that_it_installs_from(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("psycopg2\n")
    text = dedent("""\
        FROM python:3.12-alpine
        RUN apk add gcc musl-dev libpq-dev
        WORKDIR /app
        COPY --chown=app requirements.txt ./
        RUN --mount=type=cache,target=/root/.cache/pip python -m pip install -r requirements.txt
    """)
    assert builder(text, tmp_path) == [
        "RUN apk add --no-cache gcc musl-dev libpq-dev",
        "WORKDIR /app",
        "COPY --chown=app requirements.txt ./",
        "RUN --mount=type=cache,target=/root/.cache/pip python -m pip install --prefix=/install -r requirements.txt",
    ]


@pytest.mark.parametrize("image", ["alpine:3.22", "node:22-alpine3.22"])
def test_a_base_without_python_needs_it_in_both(image: str) -> None:
    text = f"FROM {image}\nRUN apk add python3-dev py3-pip gcc\nRUN pip3 install --break-system-packages psycopg2\n"
    assert stages(text) == (
        [
            "RUN apk add --no-cache python3 python3-dev py3-pip gcc musl-dev libpq-dev",
            "RUN python3 -m venv /venv",
            'ENV PATH="/venv/bin:$PATH"',
            "RUN pip3 install psycopg2",
        ],
        [
            "RUN apk add --no-cache python3 libpq",
            "COPY --from=builder /venv /venv",
            'ENV PATH="/venv/bin:$PATH"',
        ],
    )


def test_python_2_has_no_venv() -> None:
    assert builder("FROM python:2.7-alpine\nRUN apk add gcc musl-dev\nRUN pip install psycopg2\n") == [
        "RUN apk add --no-cache gcc musl-dev postgresql-dev",
        "RUN pip install --prefix=/install psycopg2",
    ]


@pytest.mark.parametrize(
    ("lines", "found", "shipped"),
    [
        (
            "RUN python -m venv /opt/v && /opt/v/bin/pip install psycopg2",
            ["RUN python3 -m venv /opt/v", "RUN /opt/v/bin/pip install psycopg2"],
            ["COPY --from=builder /opt/v /opt/v", 'ENV PATH="/opt/v/bin:$PATH"'],
        ),
        (
            "RUN python -m venv /opt/v\nENV PATH=/opt/v/bin:$PATH\nRUN pip install psycopg2",
            ["RUN python3 -m venv /opt/v", 'ENV PATH="/opt/v/bin:$PATH"', "RUN pip install psycopg2"],
            ["COPY --from=builder /opt/v /opt/v", 'ENV PATH="/opt/v/bin:$PATH"'],
        ),
        (
            "RUN pip install --target /deps psycopg2",
            ["RUN pip install --target /deps psycopg2"],
            ["COPY --from=builder /deps /deps"],
        ),
        (
            "COPY --from=uv /uv /b/\nENV UV_LINK_MODE=copy UV_SYSTEM_PYTHON=1\nRUN uv pip install --system psycopg2",
            [
                "COPY --from=uv /uv /b/",
                "ENV UV_LINK_MODE=copy",
                "RUN uv pip install --prefix=/install --system psycopg2",
            ],
            ["COPY --from=builder /install /usr/local"],
        ),
        (
            "RUN pip install --upgrade pip && pip install psycopg2",
            ["RUN pip install --upgrade pip", "RUN pip install --prefix=/install psycopg2"],
            ["COPY --from=builder /install /usr/local"],
        ),
        (
            "ARG WHAT=psycopg2\nARG OTHER\nRUN pip install --user $WHAT",
            ["ARG WHAT=psycopg2", "RUN pip install --prefix=/install $WHAT"],
            ["COPY --from=builder /install /usr/local"],
        ),
        (
            "RUN what=psycopg2; PIP_NO_CACHE_DIR=1 pip install $what",
            ["RUN PIP_NO_CACHE_DIR=1 pip install --prefix=/install psycopg2"],
            ["COPY --from=builder /install /usr/local"],
        ),
        (
            "RUN cd /src && pip install psycopg2",
            ["RUN cd /src && pip install --prefix=/install psycopg2"],
            ["COPY --from=builder /install /usr/local"],
        ),
        (
            'RUN ["pip", "install", "psycopg2>2"]',
            ["RUN pip install --prefix=/install 'psycopg2>2'"],
            ["COPY --from=builder /install /usr/local"],
        ),
    ],
)
def test_places(lines: str, found: list[str], shipped: list[str]) -> None:
    first, second = stages(f"FROM python:3.12-alpine\nRUN apk add build-base libpq-dev\n{lines}\n")
    assert first[1:] == found
    assert [line for line in second if "COPY" in line or "PATH" in line] == shipped


@pytest.mark.parametrize(
    "lines",
    [
        "RUN if true; then pip install psycopg2; fi",
        "RUN sudo pip install psycopg2",
        "RUN cat list | xargs pip install",
        "RUN pip install $(cat list)",
        "RUN pip install --root /r psycopg2",
        "RUN pip wheel -w /w psycopg2",
        "RUN git clone https://git.example/shop /src && cd /src && pip install -r requirements.txt",
        "RUN echo psycopg2 > list && pip install -r list",
        "RUN pipx install psycopg2",
        "RUN pip install --target /a psycopg2\nRUN pip install only-glibc",
        "\n".join(f"RUN pip install psycopg2 only-glibc=={number}" for number in range(20)),
        f"RUN pip install {'psycopg2 ' * 100}",
    ],
)
def test_what_cannot_be_told_is_left_to_the_reader(lines: str) -> None:
    assert builder(f"FROM python:3.12-alpine\nRUN apk add build-base libpq-dev\n{lines}\n")[1:] == UNTOLD


POETRY = """\
[tool.poetry]
name = "shop"
version = "1.0"
[tool.poetry.dependencies]
python = "^3.12"
psycopg2 = "*"
"""


def test_a_project_keeps_its_installer(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(POETRY)
    text = dedent("""\
        FROM python:3.12-alpine
        RUN apk add build-base libpq-dev
        RUN pip install --no-cache-dir poetry
        ENV POETRY_VIRTUALENVS_CREATE=false POETRY_NO_INTERACTION=1
        COPY pyproject.toml .
        RUN poetry install --no-root
    """)
    assert stages(text, tmp_path) == (
        [
            "RUN apk add --no-cache build-base libpq-dev",
            "RUN pip install --no-cache-dir poetry",
            "ENV POETRY_NO_INTERACTION=1",
            "COPY pyproject.toml .",
            "RUN python3 -m venv /venv",
            "ENV VIRTUAL_ENV=/venv",
            "RUN poetry install --no-root",
        ],
        [
            "RUN apk add --no-cache libpq",
            "COPY --from=builder /venv /venv",
            'ENV PATH="/venv/bin:$PATH"',
            "# and the rest of this file",
        ],
    )


def test_uv_makes_the_environment_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\ndependencies = ["psycopg2"]\n')
    text = dedent("""\
        FROM ghcr.io/astral-sh/uv:python3.12-alpine
        RUN apk add build-base libpq-dev
        WORKDIR /app
        COPY pyproject.toml ./
        RUN uv sync --no-dev
        COPY . .
    """)
    assert stages(text, tmp_path) == (
        [
            "RUN apk add --no-cache build-base libpq-dev",
            "WORKDIR /app",
            "COPY pyproject.toml ./",
            "RUN uv sync --no-dev",
        ],
        [
            "RUN apk add --no-cache libpq",
            "COPY --from=builder /app/.venv /app/.venv",
            'ENV PATH="/app/.venv/bin:$PATH"',
            "# and the rest of this file",
        ],
    )


def test_nothing_that_is_installed_is_nothing_to_copy() -> None:
    (stage,) = facts_of("FROM python:3.12-alpine\nRUN apk add build-base\n").stages
    assert "builder" not in split_into_stages(stage)
