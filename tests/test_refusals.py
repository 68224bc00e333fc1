"""The word that keeps pip from the one file that would do."""

import pytest

from tests.gathering import INDEX, facts_of


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("RUN pip install --no-binary :all: sketch", ("--no-binary", 2)),
        ("RUN pip install --no-binary=:all: sketch", ("--no-binary=:all:", 2)),
        ("RUN pip install --no-bin sketch sketch", ("--no-bin", 2)),
        ("RUN pip install sketch --no-binary reports --no-binary sketch", ("--no-binary", 2)),
        ("RUN pip install --no-binary reports sketch", None),
        ("RUN pip install --no-binary sketch --only-binary sketch sketch", None),
        ("RUN PIP_NO_BINARY=:all: pip install sketch", ("PIP_NO_BINARY", 2)),
        ("RUN export PIP_NO_BINARY=:all: && pip install sketch", ("PIP_NO_BINARY", 2)),
        ("ENV PIP_NO_BINARY=sketch\nRUN pip install sketch", ("PIP_NO_BINARY", 2)),
        ("ARG A=1 PIP_NO_BINARY=sketch\nRUN pip install sketch", ("PIP_NO_BINARY", 2)),
        ("ENV PIP_NO_BINARY=x\nENV PIP_NO_BINARY=sketch\nRUN pip install sketch", ("PIP_NO_BINARY", 3)),
        ("ENV PIP_NO_BINARY=x\nRUN pip install sketch", None),
        ("RUN uv pip install --system --no-binary sketch sketch", ("--no-binary", 2)),
        ("RUN UV_NO_BINARY_PACKAGE=sketch uv run --no-project --with sketch x", ("UV_NO_BINARY_PACKAGE", 2)),
        ("RUN pip install --only-binary :all: only-glibc", ("--only-binary", 2)),
        ("RUN uv pip install --system --no-build only-glibc", ("--no-build", 2)),
        ("RUN pip install only-glibc", None),
        ("COPY <<EOF /r.txt\n--no-binary sketch\nsketch\nEOF\nRUN pip install -r /r.txt", ("--no-binary", 3)),
    ],
)
def test_the_word(lines: str, found: tuple[str, int] | None) -> None:
    refused = [each for _, each in facts_of(f"FROM python:3.12-alpine\n{lines}\n", index=INDEX).refused]
    assert [(each.span.text, each.span.start.line) for each in refused] == ([found] if found else [])


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
