"""Places in texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lint_alpine.source import Excerpt, Position, Source


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("", 0, (1, 1)),
        ("abc", 2, (1, 3)),
        ("a\nb", 1, (1, 2)),
        ("a\nb", 2, (2, 1)),
        ("a\r\nb", 3, (2, 1)),
        ("é中\nb", 2, (1, 3)),
        ("a\n", 2, (2, 1)),
        ("\u2028x", 1, (1, 2)),
    ],
)
def test_position(text: str, offset: int, expected: tuple[int, int]) -> None:
    assert Source("f", text).position(offset) == Position(*expected)


@given(st.text(alphabet="ab\r\n\u2028é"))
def test_lines_are_those_between_newlines(text: str) -> None:
    source = Source("f", text)
    for number, line in enumerate(text.split("\n"), 1):
        assert source.line(number) == line.removesuffix("\r")
        assert source.line_span(number).text == source.line(number)


def test_excerpt_maps_each_character_to_its_place() -> None:
    source = Source("Dockerfile", "RUN a \\\n  bc")
    excerpt = Excerpt(source, "a   bc", ((0, 4), (2, 8)))
    assert excerpt.span(0, 1).text == "a"
    assert excerpt.span(4, 6).text == "bc"
    assert excerpt.span(4, 6).start == Position(2, 3)
    assert excerpt.span(0, 6).text == "a \\\n  bc"
    assert excerpt.span(6, 6).begin == 12
    cut = excerpt.cut(3, 6)
    assert cut.text == " bc"
    assert cut.span(1, 3) == excerpt.span(4, 6)
