"""Which paths a repository's .gitignore files leave out (gitignore(5)).

Written here because the pattern files come from the judged repository: a matcher that turns patterns into backtracking
regular expressions takes a minute for `*a*a*a*a*a*a*a*a*b`. This one never backtracks over more than one star.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from lint_alpine.context import Missing, read_bytes

# Git reads 100 MiB; the longest files in use have some thousand lines. No path is longer than PATH_MAX.
MAX_BYTES = 1024 * 1024
MAX_LINE = 4096

_POSIX_CLASSES: dict[str, Callable[[str], bool]] = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "blank": lambda c: c in " \t",
    "cntrl": lambda c: c < " " or c == "\x7f",
    "digit": lambda c: c in "0123456789",
    "graph": lambda c: "!" <= c <= "~",
    "lower": str.islower,
    "print": lambda c: " " <= c <= "~",
    "punct": lambda c: "!" <= c <= "~" and not c.isalnum(),
    "space": lambda c: c in " \t\n\r\f\v",
    "upper": str.isupper,
    "xdigit": lambda c: c in "0123456789abcdefABCDEF",
}


class Token(Protocol):
    """Matches one item: a character of a name, or a name of a path."""

    def matches(self, item: str) -> bool: ...


def _glob(tokens: Sequence[Token | None], items: Sequence[str]) -> bool:
    """Whether the tokens match all items; None stands for any run of items, the empty one included.

    Once a later star is reached no earlier one is tried again: the shortest run for it left the most to the rest.
    """
    token = item = 0
    star = resume = -1
    while item < len(items):
        current = tokens[token] if token < len(tokens) else _END
        if current is None:
            star, resume = token, item
            token += 1
        elif current.matches(items[item]):
            token, item = token + 1, item + 1
        elif star >= 0:
            resume += 1
            token, item = star + 1, resume
        else:
            return False
    return all(rest is None for rest in tokens[token:])


class _Literal(NamedTuple):
    text: str

    def matches(self, item: str) -> bool:
        return item == self.text


class _Anything:
    def matches(self, item: str) -> bool:
        return bool(item)


_ANYTHING, _END = _Anything(), _Literal("")


class _CharacterSet(NamedTuple):
    negated: bool
    ranges: tuple[tuple[str, str], ...]
    classes: tuple[str, ...]

    def matches(self, item: str) -> bool:
        inside = any(low <= item <= high for low, high in self.ranges)
        return (inside or any(_POSIX_CLASSES[name](item) for name in self.classes)) is not self.negated


class _Wildcard(NamedTuple):
    tokens: tuple[Token | None, ...]

    def matches(self, item: str) -> bool:
        return _glob(self.tokens, item)


class Pattern(NamedTuple):
    """One line of a .gitignore. `names` are matched against the names of a path below the file's folder, or against
    the last name alone."""

    negated: bool
    folder_only: bool
    anchored: bool
    names: tuple[Token | None, ...]

    def matches(self, path: Sequence[str], is_folder: bool) -> bool:
        if self.folder_only and not is_folder:
            return False
        if self.anchored or len(self.names) > 1:
            return _glob(self.names, path if self.anchored else path[-1:])
        only = self.names[0]
        return only is None or only.matches(path[-1])


def parse(text: str) -> tuple[Pattern, ...]:
    """The patterns of a file, in its order; a line that git would never match is left out."""
    lines = text.removeprefix("\ufeff").split("\n")
    return tuple(pattern for line in lines if (pattern := _parse_line(line.removesuffix("\r"))) is not None)


def _parse_line(line: str) -> Pattern | None:
    if line.startswith("#") or len(line) > MAX_LINE:
        return None
    line = _without_trailing_spaces(line)
    negated = line.startswith("!")
    line = line.removeprefix("!")
    folder_only = line.endswith("/")
    line = line.removesuffix("/")
    anchored = "/" in line
    names = _parse_names(line.removeprefix("/"))
    return Pattern(negated, folder_only, anchored, names) if names and line else None


def _without_trailing_spaces(line: str) -> str:
    bare = line.rstrip(" ")
    backslashes = len(bare) - len(bare.rstrip("\\"))
    return bare + " " if backslashes % 2 and len(bare) < len(line) else bare


def _parse_names(pattern: str) -> tuple[Token | None, ...]:
    """The names of a pattern; empty where it is malformed, which git never matches."""
    names: list[Token | None] = []
    tokens: list[Token | None] = []
    index = begin = 0
    while index <= len(pattern):
        character = pattern[index : index + 1]
        index += 1
        match character:
            case "" | "/":
                names.append(_name(pattern[begin : index - 1], tokens))
                tokens, begin = [], index
            case "\\" if pattern.startswith("/", index):
                continue
            case "\\" if index == len(pattern):
                return ()
            case "\\":
                tokens.append(_Literal(pattern[index]))
                index += 1
            case "*":
                tokens.append(None)
            case "?":
                tokens.append(_ANYTHING)
            case "[":
                parsed = _parse_set(pattern, index)
                if parsed is None:
                    return ()
                characters, index = parsed
                tokens.append(characters)
            case _:
                tokens.append(_Literal(character))
    # `folder/**` is what is inside of it, not the folder.
    return (*names, _ANYTHING) if names[-1] is None else tuple(names)


def _name(text: str, tokens: Sequence[Token | None]) -> Token | None:
    if len(text) > 1 and not text.strip("*"):
        return None
    if all(isinstance(token, _Literal) for token in tokens):
        return _Literal("".join(token.text for token in tokens if isinstance(token, _Literal)))
    return _Wildcard(tuple(tokens))


def _parse_set(pattern: str, index: int) -> tuple[_CharacterSet, int] | None:
    """The bracket expression behind the `[` before `index`, and the index after its `]`; None where it is malformed."""
    negated = pattern[index : index + 1] in ("!", "^")
    index += negated
    ranges: list[tuple[str, str]] = []
    classes: list[str] = []
    first = True
    while first or pattern[index : index + 1] != "]":
        first = False
        end = pattern.find("]", index + 3) if pattern.startswith("[:", index) else -1
        if end > 0 and pattern[end - 1] == ":":
            classes.append(pattern[index + 2 : end - 1])
            index = end + 1
            continue
        low, index = _set_character(pattern, index)
        high = low
        if pattern[index : index + 1] == "-" and pattern[index + 1 : index + 2] not in ("]", ""):
            high, index = _set_character(pattern, index + 1)
        if not low or not high:
            return None
        ranges.append((low, high))
    if any(name not in _POSIX_CLASSES for name in classes):
        return None
    return _CharacterSet(negated, tuple(ranges), tuple(classes)), index + 1


def _set_character(pattern: str, index: int) -> tuple[str, int]:
    index += pattern.startswith("\\", index)
    return pattern[index : index + 1], index + 1


class Ignores(NamedTuple):
    """The patterns of one folder (absolute), on top of those of the folders above it."""

    folder: str
    patterns: tuple[Pattern, ...]
    above: "Ignores | None" = None

    def ignores(self, path: str, is_folder: bool) -> bool:
        """Whether an absolute path below the folder is left out. Its parents are taken not to be."""
        level: Ignores | None = self
        while level is not None:
            names = Path(path[len(level.folder) :].strip(os.sep)).parts
            for pattern in reversed(level.patterns):
                if pattern.matches(names, is_folder):
                    return not pattern.negated
            level = level.above
        return False


def read(folder: str, file: str, above: Ignores | None) -> Ignores | None:
    """The patterns of a file (a path relative to the folder that they speak of) on top of those above."""
    data = read_bytes(Path(folder, file), MAX_BYTES)
    if isinstance(data, Missing):
        return above
    patterns = parse(data.decode("utf-8", "surrogateescape"))
    return Ignores(folder, patterns, above) if patterns else above
