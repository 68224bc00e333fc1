"""The word that keeps pip from the one file that would do."""

import pytest

from tests.gathering import INDEX, facts_of


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("RUN pip install --no-binary :all: sketch", (":all:", 2, "--no-binary :all:")),
        ("RUN pip install --no-binary=:all: sketch", (":all:", 2, "--no-binary=:all:")),
        ("RUN pip install --no-bin sketch sketch", ("sketch", 2, "--no-bin sketch")),
        ("RUN pip install --no-binary a,sketch,b sketch", ("sketch", 2, "--no-binary a,sketch,b")),
        ("RUN pip install '--no-binary=sketch-a, sketch' sketch", ("sketch", 2, "'--no-binary=sketch-a, sketch'")),
        ("RUN pip install --no-binary \\\n sketch sketch", ("sketch", 3, "--no-binary sketch")),
        ("RUN A=sketch; pip install --no-binary $A sketch", ("$A", 2, "--no-binary $A")),
        ('RUN ["pip", "install", "--no-binary", "sketch", "sketch"]', ("sketch", 2, "--no-binary sketch")),
        ("RUN pip install sketch --no-binary reports --no-binary sketch", ("sketch", 2, "--no-binary sketch")),
        ("RUN pip install --no-binary reports sketch", None),
        ("RUN pip install --no-binary sketch --only-binary sketch sketch", None),
        ("RUN PIP_NO_BINARY=:all: pip install sketch", ("PIP_NO_BINARY", 2, "PIP_NO_BINARY")),
        ("RUN export PIP_NO_BINARY=:all: && pip install sketch", ("PIP_NO_BINARY", 2, "PIP_NO_BINARY")),
        ("ENV PIP_NO_BINARY=sketch\nRUN pip install sketch", ("PIP_NO_BINARY", 2, "PIP_NO_BINARY")),
        ("ARG A=1 PIP_NO_BINARY=sketch\nRUN pip install sketch", ("PIP_NO_BINARY", 2, "PIP_NO_BINARY")),
        (
            "ENV PIP_NO_BINARY=x\nENV PIP_NO_BINARY=sketch\nRUN pip install sketch",
            ("PIP_NO_BINARY", 3, "PIP_NO_BINARY"),
        ),
        ("ENV PIP_NO_BINARY=x\nRUN pip install sketch", None),
        ("RUN uv pip install --system --no-binary sketch sketch", ("sketch", 2, "--no-binary sketch")),
        (
            "RUN uv run --no-project --no-binary-package sketch --with sketch x",
            ("sketch", 2, "--no-binary-package sketch"),
        ),
        (
            "RUN UV_NO_BINARY_PACKAGE=sketch uv run --no-project --with sketch x",
            ("UV_NO_BINARY_PACKAGE", 2, "UV_NO_BINARY_PACKAGE"),
        ),
        ("RUN pip install --only-binary :all: only-glibc", (":all:", 2, "--only-binary :all:")),
        ("RUN uv pip install --system --no-build only-glibc", ("--no-build", 2, "--no-build")),
        ("RUN pip install only-glibc", None),
        (
            "RUN pip config set global.no-binary sketch && pip install sketch",
            ("pip config set global.no-binary sketch", 2, "pip config set global.no-binary sketch"),
        ),
        (
            "RUN pip config set install.no-binary x; pip config \\\n  set install.no-binary :all:; pip install sketch",
            ("pip config \\\n  set install.no-binary :all:", 2, "pip config set install.no-binary :all:"),
        ),
        # A variable wins.
        (
            "ENV PIP_NO_BINARY=sketch\nRUN pip config set global.no-binary a\nRUN pip install sketch",
            ("PIP_NO_BINARY", 2, "PIP_NO_BINARY"),
        ),
        ("RUN pip install sketch && pip config set global.no-binary sketch", None),
        (
            "COPY <<EOF /etc/pip.conf\n[global]\nno_binary: a,sketch\nEOF\nRUN pip install sketch",
            ("sketch", 4, "no_binary = a,sketch"),
        ),
        (
            "COPY <<EOF /usr/local/pip.conf\n[install]\nno-binary=a\n[list]\nno-binary=b\nEOF\nRUN pip install sketch",
            None,
        ),
        (
            "RUN printf '[global]\\nno-binary = :all:\\n' > /etc/pip.conf\nRUN pip install sketch",
            ("pip", 3, "no-binary = :all: in /etc/pip.conf"),
        ),
        (
            "COPY <<EOF /etc/pip.conf\n[global]\nonly-binary = :all:\nEOF\nRUN pip install only-glibc",
            (":all:", 4, "only-binary = :all:"),
        ),
        (
            "COPY <<EOF /r.txt\n--no-binary sketch\nsketch\nEOF\nRUN pip install -r /r.txt",
            ("sketch", 3, "--no-binary sketch"),
        ),
    ],
)
def test_the_word(lines: str, found: tuple[str, int, str] | None) -> None:
    refused = [each for _, each in facts_of(f"FROM python:3.12-alpine\n{lines}\n", index=INDEX).refused]
    assert [(each.span.text, each.span.start.line, each.words) for each in refused] == ([found] if found else [])


def test_each_name_of_a_list_has_its_own_place() -> None:
    text = "FROM python:3.12-alpine\nRUN pip install --no-binary stable,sketch sketch stable\n"
    index = f"{INDEX}\nstable-2.0.tar.gz"
    found = [(each.span.text, each.span.start.column) for _, each in facts_of(text, index=index).refused]
    assert found == [("sketch", 36), ("stable", 29)]


def test_a_variable_of_the_stage_below() -> None:
    text = "FROM python:3.12-alpine AS b\nENV PIP_NO_BINARY=sketch\nFROM b\nRUN pip install sketch\n"
    assert [each.span.start.line for _, each in facts_of(text, index=INDEX).refused] == [2]


def test_one_word_for_all_that_it_refuses() -> None:
    text = "FROM python:3.12-alpine\nRUN pip install --no-binary :all: sketch stable\n"
    index = f"{INDEX}\nstable-2.0.tar.gz"
    assert [[verdict.name for verdict in each.verdicts] for _, each in facts_of(text, index=index).refused] == [
        ["sketch", "stable"]
    ]


def test_nothing_is_said_of_glibc() -> None:
    assert (
        list(facts_of("FROM python:3.12-slim\nRUN pip install --no-binary :all: sketch\n", index=INDEX).refused) == []
    )
