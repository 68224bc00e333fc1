"""How BuildKit's line parsers split the text of one instruction: keyword, flags, words, JSON arrays."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""Go's unicode.IsSpace, which is not str.isspace: U+001C to U+001F are no spaces."""

BLANK = r"\t\v\f\r "
"""What parts keyword and fields: a non-breaking space does not."""

# Flags are read by bytes: the last byte of a non-breaking space in UTF-8 ends a flag, its first byte starts arguments.
_WIDE_SPACES = ("\x85", "\xa0")

_JSON_FORM = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "HEALTHCHECK", "RUN", "SHELL", "VOLUME"})
_KEYWORD = re.compile(rf"[^{BLANK}]*")
_FIELD = re.compile(rf"[^{BLANK}]+")
_BLANKS = re.compile(rf"[{BLANK}]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_JSON = json.JSONDecoder()


class Piece(NamedTuple):
    """A part of a text as BuildKit hands it on, and where it stands in that text."""

    text: str
    start: int
    end: int


@cache
def _word_grammar(escape: str) -> re.Pattern[str]:
    """A word of ENV, ARG and LABEL. Single quotes know no escapes; an escape that ends the text is left out."""
    e = re.escape(escape)
    return re.compile(
        rf"""(?:{e}.|"(?:{e}.|[^"{e}])*+(?:"|\Z|(?={e}\Z))|'[^']*+(?:'|\Z)|[^{SPACE}"'{e}])++""", re.DOTALL
    )


@cache
def _flag_grammar(escape: str) -> re.Pattern[str]:
    """Parts of a flag: what an escape protects, what quotes protect (escapes work in both kinds), plain text."""
    e = re.escape(escape)
    return re.compile(
        rf"""{e}(?P<escaped>.?)|"(?P<double>(?:{e}.|[^"{e}])*+)(?:"|{e}?\Z)"""
        rf"""|'(?P<single>(?:{e}.|[^'{e}])*+)(?:'|{e}?\Z)|(?P<plain>[^{BLANK}\x85\xa0"'{e}]++)""",
        re.DOTALL,
    )


@cache
def _escaped(escape: str) -> re.Pattern[str]:
    return re.compile(re.escape(escape) + "(.)", re.DOTALL)


def keyword_end(text: str) -> int:
    return _after(_KEYWORD, text, 0)


def flags(text: str, at: int, escape: str) -> tuple[tuple[Piece, ...], int]:
    """The `--flags` from `at` on, without their quotes and escapes, and where the arguments begin."""
    found: list[Piece] = []
    while True:
        at = _after(_BLANKS, text, at)
        if not text.startswith("--", at):
            return tuple(found), at
        flag = _flag(text, at, escape)
        if flag.text == "--":
            return tuple(found), flag.end
        found.append(flag)
        at = flag.end + text.startswith(_WIDE_SPACES, flag.end)


def _flag(text: str, start: int, escape: str) -> Piece:
    parts: list[str] = []
    end = start
    while part := _flag_grammar(escape).match(text, end):
        end = part.end()
        quoted = part["double"] or part["single"] or ""
        parts.append(part["plain"] or part["escaped"] or _escaped(escape).sub(r"\1", quoted))
    return Piece("".join(parts), start, end)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def fields(text: str) -> Iterator[Piece]:
    """The words of FROM, COPY and the like: quotes mean nothing."""
    return (Piece(field[0], field.start(), field.end()) for field in _FIELD.finditer(text))


def words(text: str, escape: str) -> Iterator[Piece]:
    """The words of ENV, ARG and LABEL, quotes and escapes still in them."""
    return (Piece(word[0], word.start(), word.end()) for word in _word_grammar(escape).finditer(text))


def first_field(text: str) -> tuple[Piece, int]:
    """What stands before the first blank, and where the text goes on after the blanks."""
    blank = _BLANKS.search(text)
    end = blank.start() if blank else len(text)
    return Piece(text[:end], 0, end), blank.end() if blank else end


def json_form(name: str, text: str) -> tuple[Piece, ...] | None:
    """The strings of the JSON array that an instruction's arguments are, with the places between their quotes, or None.

    Raises ValueError for an array that holds something else than strings. What is not JSON for Go is none here.
    """
    if name not in _JSON_FORM:
        return None
    at = first_field(text)[1] if name == "HEALTHCHECK" else 0
    at = len(text) - len(text[at:].lstrip(SPACE))
    if not text.startswith("[", at):
        return None
    try:
        values: list[object] = json.loads(text[at:], parse_constant=_refuse, parse_float=_number, parse_int=_number)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(value, str) for value in values):
        raise ValueError("a JSON array of arguments must hold strings only")
    found: list[Piece] = []
    for _ in values:
        quote = text.index('"', at)
        value, at = _JSON.raw_decode(text, quote)
        # Go puts U+FFFD where half a surrogate pair or a byte that is no UTF-8 stands
        found.append(Piece(_SURROGATE.sub("\ufffd", value), quote + 1, at - 1))
    return tuple(found)


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _number(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError(digits)
    return value
