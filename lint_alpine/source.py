"""Text and the places in it."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple


class Position(NamedTuple):
    """A place as people and editors count: line and column, both from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True)
class Source:
    """One file's text under the path by which it is reported."""

    path: str
    text: str = field(repr=False)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line in self.text.split("\n"))][:-1]

    def position(self, offset: int) -> Position:
        line = bisect_right(self._line_starts, offset)
        return Position(line, offset - self._line_starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its line end."""
        start = self._line_starts[number - 1]
        end = self._line_starts[number] - 1 if number < len(self._line_starts) else len(self.text)
        return self.text[start:end].removesuffix("\r")

    def line_span(self, number: int) -> "Span":
        """The span of a line, counted from 1, without its line end."""
        start = self._line_starts[number - 1]
        return Span(self, start, start + len(self.line(number)))

    def span(self, start: int, end: int) -> "Span":
        return Span(self, start, end)

    @property
    def start(self) -> "Span":
        """The empty place before the first character: for what concerns the file as a whole."""
        return Span(self, 0, 0)


class Span(NamedTuple):
    """Half-open offsets into a source."""

    source: Source
    begin: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.begin : self.end]

    @property
    def start(self) -> Position:
        return self.source.position(self.begin)

    @property
    def stop(self) -> Position:
        """The position after the last character."""
        return self.source.position(self.end)

    def to(self, other: "Span") -> "Span":
        """From the start of this span to the end of another one of the same source."""
        return Span(self.source, self.begin, other.end)


class Excerpt(NamedTuple):
    """A text made of pieces of a source (joined continuation lines, a here-document), each character with its place.

    `pieces` are (offset in the text, offset in the source), ascending in the first, the first one at 0.
    """

    source: Source
    text: str
    pieces: tuple[tuple[int, int], ...]

    def _piece(self, index: int) -> int:
        """The number of the piece that holds the character at `index` of the text."""
        return bisect_right(self.pieces, index, key=_start) - 1

    def offset(self, index: int) -> int:
        """The offset in the source of the character at `index` of the text."""
        at, origin = self.pieces[self._piece(index)]
        return origin + index - at

    def span(self, start: int, end: int) -> Span:
        """The span in the source from the first to the last character of `text[start:end]`."""
        begin = self.offset(start)
        return Span(self.source, begin, self.offset(end - 1) + 1 if end > start else begin)

    def cut(self, start: int, end: int) -> "Excerpt":
        """The excerpt of `text[start:end]`."""
        first, last = self._piece(start), self._piece(end - 1) if end > start else 0
        inside = ((at - start, origin) for at, origin in self.pieces[first + 1 : last + 1])
        return Excerpt(self.source, self.text[start:end], ((0, self.offset(start)), *inside))

    def as_source(self) -> Source:
        """The excerpt as a file of its own, every character in the line and column in which it stands."""
        if not self.text:
            return Source(self.source.path, "")
        begin, end = self.offset(0), self.offset(len(self.text) - 1) + 1
        whole = self.source.text
        return Source(self.source.path, re.sub(r"[^\n]", " ", whole[:begin]) + whole[begin:end])

    @classmethod
    def whole(cls, source: Source) -> "Excerpt":
        return cls(source, source.text, ((0, 0),))

    @classmethod
    def of(cls, span: Span) -> "Excerpt":
        return cls(span.source, span.text, ((0, span.begin),))


def _start(piece: tuple[int, int]) -> int:
    return piece[0]
