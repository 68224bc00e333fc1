"""Which files of a build context an ignore file keeps out of the build, as BuildKit reads `.dockerignore`.

The meaning is that of github.com/moby/patternmatcher. It makes regular expressions of the patterns, which Go matches in
linear time and Python does not. The file comes from the judged repository, so here all states are followed at once.
"""

import posixpath
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import NamedTuple

# The longest files in use have some hundred.
MOST_PATTERNS = 1000

_WILD = frozenset("*?[]\\")


def excludes(patterns: tuple["Pattern", ...], path: str) -> bool:
    """Whether a path of the context (relative, normalised) is not there for COPY: the last pattern that matches it or a
    folder above it decides."""
    excluded = False
    for pattern in patterns:
        if pattern.exception is excluded and pattern.matches(path):
            excluded = not excluded
    return excluded


def parse(text: str) -> tuple["Pattern", ...]:
    """The patterns of an ignore file, in its order; those that make BuildKit stop are left out."""
    patterns = [pattern for line in text.split("\n") if (pattern := _parse_line(line)) is not None]
    return tuple(patterns[:MOST_PATTERNS])


def _parse_line(line: str) -> "Pattern | None":
    # Only at the very start of a line is it a comment.
    text = "" if line.startswith("#") else line.strip()
    exception = text.startswith("!")
    text = text.removeprefix("!").strip()
    pattern = parse_pattern(text) if text else None
    return pattern._replace(exception=exception) if pattern is not None else None


def parse_pattern(text: str) -> "Pattern | None":
    """One pattern; None where it is malformed, or is the root itself."""
    text = posixpath.normpath(text).lstrip("/")
    if not text or _WILD.isdisjoint(text):
        return Pattern(text) if text else None
    try:
        return Pattern(text, automaton=_Automaton.of(text))
    except ValueError:
        return None


class Pattern(NamedTuple):
    """One line. An `exception` (`!`) takes back in what earlier lines keep out."""

    text: str
    exception: bool = False
    automaton: "_Automaton | None" = None

    def matches(self, path: str) -> bool:
        """Whether it matches the path or a folder above it."""
        if self.automaton is not None:
            return self.automaton.matches(path)
        return path == self.text or path.startswith(f"{self.text}/")


class _Wild(Enum):
    """`?`, `*`, `**` with the `/` behind it, and `**` where it may end within a name."""

    CHARACTER = auto()
    NAME = auto()
    FOLDERS = auto()
    ANYTHING = auto()


class _CharacterSet(NamedTuple):
    negated: bool
    ranges: tuple[tuple[str, str], ...]

    def has(self, character: str) -> bool:
        return any(low <= character <= high for low, high in self.ranges) is not self.negated


_Token = str | _CharacterSet | _Wild


class _Automaton(NamedTuple):
    """The states of a pattern are the bits of one number: bit n is on where the first n tokens have matched.

    `last` is that of all tokens. Of the tokens, `optional` may match nothing, `repeated` (`*`) and `unbounded` (`**`)
    take more than one character; the others tell which characters let the next token go on.
    """

    last: int
    optional: int
    repeated: int
    unbounded: int
    names: int
    slashes: int
    literals: Mapping[str, int]
    sets: tuple[tuple[int, _CharacterSet], ...]

    @classmethod
    def of(cls, pattern: str) -> "_Automaton":
        """Raises ValueError where the pattern is malformed (Go's filepath.ErrBadPattern)."""
        wild = dict.fromkeys(_Wild, 0)
        literals: dict[str, int] = {}
        sets: list[tuple[int, _CharacterSet]] = []
        bit, before = 1, None
        for token in _tokens(pattern):
            match token:
                case _Wild.FOLDERS if before is token:
                    continue
                case _Wild():
                    wild[token] |= bit
                case _CharacterSet():
                    sets.append((bit, token))
                case _:
                    literals[token] = literals.get(token, 0) | bit
            bit, before = bit << 1, token
        name, anything, folders = wild[_Wild.NAME], wild[_Wild.ANYTHING], wild[_Wild.FOLDERS]
        return cls(
            last=bit,
            optional=name | anything | folders,
            repeated=name,
            unbounded=anything | folders,
            names=wild[_Wild.CHARACTER] | name | anything,
            slashes=folders | anything,
            literals=literals,
            sets=tuple(sets),
        )

    def matches(self, path: str) -> bool:
        taking = {character: self._taking(character) for character in set(path)}
        state = self._skipping(1)
        for character in path:
            if character == "/" and state & self.last:
                return True
            staying = self.unbounded if character == "/" else self.unbounded | self.repeated
            state = (state & staying) | self._skipping((state & taking[character]) << 1)
        return bool(state & self.last)

    def _taking(self, character: str) -> int:
        """The tokens that take the character and let the next one go on."""
        bits = self.literals.get(character, 0) | (self.slashes if character == "/" else self.names)
        for bit, characters in self.sets:
            bits |= bit if characters.has(character) else 0
        return bits

    def _skipping(self, state: int) -> int:
        """With the states that are reached from these without any character."""
        while more := ((state & self.optional) << 1) & ~state:
            state |= more
        return state


def _tokens(pattern: str) -> Iterator[_Token]:
    index = 0
    while index < len(pattern):
        character = pattern[index]
        index += 1
        if pattern.startswith("**", index - 1):
            index += 1
            # In front of plain text alone the matcher looks at the end of the path only: `**.pyc`.
            plain = index == 2 and _WILD.isdisjoint(pattern[2:]) and not pattern.startswith("/", 2)
            index += pattern.startswith("/", index)
            yield _Wild.ANYTHING if plain or index == len(pattern) else _Wild.FOLDERS
        elif character == "*":
            yield _Wild.NAME
        elif character == "?":
            yield _Wild.CHARACTER
        elif character == "[":
            characters, index = _read_set(pattern, index)
            yield characters
        elif character == "\\":
            yield _character(pattern, index)
            index += 1
        else:
            yield character


def _read_set(pattern: str, index: int) -> tuple[_CharacterSet, int]:
    """The set behind the `[` before `index` as Go's filepath.Match reads it, and the index after its `]`."""
    negated = pattern.startswith("^", index)
    index += negated
    ranges: list[tuple[str, str]] = []
    while not ranges or not pattern.startswith("]", index):
        low, index = _set_character(pattern, index)
        high = low
        if pattern.startswith("-", index):
            high, index = _set_character(pattern, index + 1)
        ranges.append((low, high))
    return _CharacterSet(negated, tuple(ranges)), index + 1


def _set_character(pattern: str, index: int) -> tuple[str, int]:
    if pattern.startswith(("-", "]"), index):
        raise ValueError("a set of characters is malformed")
    index += pattern.startswith("\\", index)
    return _character(pattern, index), index + 1


def _character(pattern: str, index: int) -> str:
    if index >= len(pattern):
        raise ValueError("the pattern ends too early")
    return pattern[index]
