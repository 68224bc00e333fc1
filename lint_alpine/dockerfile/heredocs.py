"""Here-documents of RUN, COPY and ADD: the words that announce them, and their bodies."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from lint_alpine.dockerfile.lexer import Lexer
from lint_alpine.dockerfile.lines import Lines
from lint_alpine.source import Excerpt

_WORD = re.compile(r"[0-9]*<<(-?)[\t\n\f\r ]*([^<]*)")


class Redirect(NamedTuple):
    """A word such as `3<<-'EOF'`, and from where to where it stands in the text of its instruction."""

    name: str
    expand: bool
    strip_tabs: bool
    start: int
    end: int


def redirects(text: str) -> Iterator[Redirect]:
    """The here-documents that the text of an instruction announces, in order.

    BuildKit looks at whole words, with `\\` as escape whatever the file's own is, and drops every here-document of a
    text that it cannot split into words.
    """
    try:
        words = list(Lexer(text, "\\", keep_quotes=True, keep_escapes=True).words())
    except ValueError:
        return
    for word in words:
        if redirect := read_redirect(word.text, word.start, word.end):
            yield redirect


def read_redirect(word: str, start: int = 0, end: int = 0) -> Redirect | None:
    found = _WORD.fullmatch(word)
    if not found or not found[2]:
        return None
    try:
        plain = list(Lexer(found[2], "\\").words())
        quoted = list(Lexer(found[2], "\\", keep_quotes=True).words())
    except ValueError:
        return None
    if len(plain) != 1 or len(quoted) != 1:
        return None
    name = plain[0].text
    return Redirect(name, _quotes(name) == _quotes(quoted[0].text), bool(found[1]), start, end)


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')


def read_body(lines: Lines, first: int, redirect: Redirect) -> tuple[Excerpt, int] | None:
    """The body that begins on this line and the index of the line behind its terminator; None if it has none."""
    for number in range(first, len(lines)):
        text = lines.texts[number]
        if (text.lstrip("\t") if redirect.strip_tabs else text) == redirect.name:
            return _body(lines, first, number, strip_tabs=redirect.strip_tabs), number + 1
    return None


def _body(lines: Lines, first: int, end: int, *, strip_tabs: bool) -> Excerpt:
    text, starts = lines.source.text, lines.starts
    if not strip_tabs or first == end:
        return Excerpt(lines.source, text[starts[first] : starts[end]], ((0, starts[first]),))
    parts: list[str] = []
    pieces: list[tuple[int, int]] = []
    length = 0
    for number in range(first, end):
        line = text[starts[number] : starts[number + 1]]
        part = line.lstrip("\t")
        pieces.append((length, starts[number] + len(line) - len(part)))
        parts.append(part)
        length += len(part)
    return Excerpt(lines.source, "".join(parts), tuple(pieces))
