"""Ignore comments: their codes, each with its place, and what they cover."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.dockerfile.ignores import ANY_LINE, Ignore, read_ignores, read_line_ignores
from lint_alpine.dockerfile.instructions import parse
from lint_alpine.source import Source
from tests.steps import assert_linear


def ignores(comment: str) -> tuple[Ignore, ...]:
    return read_ignores(parse(Source("Dockerfile", f"FROM x\n# é\n{comment}\nRUN one \\\n  two\nRUN three\n")))


def covered(ignore: Ignore, count: int) -> list[int]:
    """Which of so many lines."""
    scope = ignore.covers
    assert scope.path == ignore.span.source.path
    return [line for line in range(1, count + 1) if scope.first == ANY_LINE or scope.first <= line <= scope.last]


@pytest.mark.parametrize(
    ("comment", "codes", "words"),
    [
        ("# lint-alpine: ignore[LA303] why", ["LA303"], ["LA303"]),
        ("#lint-alpine:ignore[ LA303 ,la1,  pip-cache-kept]", ["LA303", "la1", "pip-cache-kept"], None),
        ("# lint-alpine: ignore why", [""], ["ignore"]),
        ("# lint-alpine: ignore-file", [""], ["ignore-file"]),
        ("# lint-alpine: ignore-file[LA3] why", ["LA3"], ["LA3"]),
        ("# lint-alpine: ignore[LA303,]", ["LA303"], ["LA303"]),
        ("# lint-alpine: ignore[]", [], []),
        ("# hadolint ignore=DL3019, DL3042", ["DL3019", "DL3042"], None),
        ("# hadolint global ignore=DL3019", ["DL3019"], None),
        ("# see lint-alpine: ignore[LA303]", [], []),
        ("# lint-alpine ignore[LA303]", [], []),
    ],
)
def test_codes(comment: str, codes: list[str], words: list[str] | None) -> None:
    found = ignores(comment)
    assert [ignore.code for ignore in found] == codes
    assert [ignore.word.text for ignore in found] == (codes if words is None else words)
    assert {ignore.word.start.line for ignore in found} <= {3}


@pytest.mark.parametrize(
    ("comment", "lines"),
    [
        ("# lint-alpine: ignore[LA303]", [4, 5]),
        ("# lint-alpine: ignore-file[LA303]", [1, 2, 3, 4, 5, 6]),
        ("# hadolint ignore=DL3019", [4, 5]),
        ("# hadolint global ignore=DL3019", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_scope(comment: str, lines: list[int]) -> None:
    (ignore,) = ignores(comment)
    assert covered(ignore, 6) == lines


@pytest.mark.parametrize(
    ("before", "lines"),
    [
        ("FROM a\nRUN one\n# hadolint stage ignore=DL3019\nFROM b\n", [4, 5, 6]),
        ("# hadolint stage ignore=DL3019\nFROM a\nRUN one\nFROM b\n", [2, 3]),
        ("FROM a\n# hadolint stage ignore=DL3019\nRUN one\nFROM b\n", [2]),
    ],
)
def test_the_pragma_of_a_stage_stands_before_its_from(before: str, lines: list[int]) -> None:
    (ignore,) = read_ignores(parse(Source("Dockerfile", f"{before}RUN two\nRUN three\n")))
    assert covered(ignore, 6) == lines


def test_a_comment_inside_an_instruction_speaks_of_it() -> None:
    text = "FROM x\nRUN one && \\\n  # lint-alpine: ignore[LA303]\n  two\nRUN three\n"
    (ignore,) = read_ignores(parse(Source("Dockerfile", text)))
    assert covered(ignore, 5) == [2, 3, 4]


@pytest.mark.parametrize(
    ("text", "line", "lines"),
    [
        ("# lint-alpine: ignore[LA101]\na==1\nb==1\n", 1, [2]),
        ("a==1\nb==1  # lint-alpine: ignore[LA101] why\n", 2, [2]),
        ("a==1\n# lint-alpine: ignore-file[LA101]\nb==1\n", 2, [1, 2, 3]),
    ],
)
def test_requirements_files(text: str, line: int, lines: list[int]) -> None:
    source = Source("requirements.txt", text)
    (ignore,) = read_line_ignores(source)
    assert (ignore.word.text, ignore.word.start.line) == ("LA101", line)
    assert covered(ignore, 3) == lines


@settings(max_examples=200, deadline=None)
@given(st.text("# \t,[]lint-alpine:ignore=hadoLA3x\n", max_size=80))
def test_every_word_is_the_code_at_its_place(text: str) -> None:
    for ignore in (*ignores(f"# lint-alpine: {text}"), *read_line_ignores(Source("r.txt", f"# lint-alpine: {text}"))):
        assert ignore.word.text == (ignore.code or ignore.word.text)
        assert ignore.word.text.strip(" ,") == ignore.word.text


@pytest.mark.parametrize("comment", ["c", "lint-alpine: ignore[LA303]", "hadolint stage ignore=DL3019"])
@pytest.mark.parametrize("instruction", ["RUN a", "FROM a", "RUN a \\", ""])
def test_steps_grow_with_the_comments(comment: str, instruction: str) -> None:
    def read(count: int) -> None:
        read_ignores(parse(Source("Dockerfile", "FROM x\n" + f"# {comment}\n{instruction}\n" * count + "\nRUN b\n")))

    assert_linear(read, 100)
