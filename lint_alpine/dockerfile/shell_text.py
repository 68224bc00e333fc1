"""The text of a shell script with the place where reading stands: blanks, comments, here-documents."""

import re
from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter

from lint_alpine.source import Excerpt

# How deep constructs may nest. Real scripts stay below 10; the parser's recursion has to end somewhere.
MAXIMUM_DEPTH = 60

_BLANKS = re.compile(r"(?:[ \t]|\\\n)*+")
_COMMENT = re.compile(r"#[^\n]*")


def assemble(excerpt: Excerpt, ranges: Iterable[tuple[int, int]]) -> Excerpt:
    """The excerpt of several ranges of another one, one behind the other."""
    texts: list[str] = []
    pieces: list[tuple[int, int]] = []
    length = 0
    anchor = 0
    for start, end in ranges:
        anchor = start
        if start >= end:
            continue
        inner = excerpt.pieces[
            bisect_right(excerpt.pieces, start, key=itemgetter(0)) : bisect_left(excerpt.pieces, end, key=itemgetter(0))
        ]
        pieces.append((length, excerpt.offset(start)))
        pieces += [(length + at - start, origin) for at, origin in inner]
        texts.append(excerpt.text[start:end])
        length += end - start
    return Excerpt(excerpt.source, "".join(texts), tuple(pieces) or ((0, excerpt.offset(anchor)),))


@dataclass(slots=True, eq=False)
class HereDocument:
    """A here-document whose body is still to come."""

    delimiter: str
    quoted: bool
    strip_tabs: bool
    body: Excerpt | None = None


class TextReader(ABC):
    """Reads `text` at `position`, `depth` levels deep in other constructs."""

    def __init__(self, excerpt: Excerpt, depth: int) -> None:
        self.excerpt = excerpt
        self.text = excerpt.text
        self.position = 0
        self.end = len(excerpt.text)
        self.depth = depth
        self.awaited: list[HereDocument] = []

    @abstractmethod
    def here_document(self, document: HereDocument) -> None:
        """Take in a here-document whose body has been found."""

    def enter(self, opener: int, levels: int = 1) -> bool:
        """Go deeper, unless it is too deep: then step over the opener alone, `opener` characters long."""
        if self.depth + levels <= MAXIMUM_DEPTH:
            self.depth += levels
            return True
        self.position += opener
        return False

    def skip(self, pattern: re.Pattern[str]) -> None:
        if found := pattern.match(self.text, self.position):
            self.position = found.end()

    def blanks(self) -> None:
        self.skip(_BLANKS)

    def line_breaks(self) -> None:
        """Skip blanks, comments and line ends, with the here-documents that begin behind a line end."""
        while True:
            self.blanks()
            self.skip(_COMMENT)
            if not self.text.startswith("\n", self.position):
                return
            self.position += 1
            for document in self.awaited:
                self._read_here_document(document)
            self.awaited.clear()

    def _read_here_document(self, document: HereDocument) -> None:
        ranges: list[tuple[int, int]] = [(self.position, self.position)]
        closed = joined = False
        while self.position < self.end and not closed:
            start = self.position
            line_end = self.text.find("\n", start)
            self.position = self.end if line_end < 0 else line_end + 1
            line = self.text[start : self.end if line_end < 0 else line_end]
            text = line.lstrip("\t") if document.strip_tabs else line
            closed = text == document.delimiter and not joined
            if not closed:
                ranges.append((start + len(line) - len(text), self.position))
                # A backslash before the line end joins the lines before the delimiter is looked for.
                joined = not document.quoted and (len(line) - len(line.rstrip("\\"))) % 2 == 1
        document.body = assemble(self.excerpt, ranges)
        self.here_document(document)
