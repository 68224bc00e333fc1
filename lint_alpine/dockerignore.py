"""Which files of a build context `.dockerignore` keeps out of the build, as BuildKit reads it.

The meaning is that of github.com/moby/patternmatcher. It turns patterns into regular expressions, which Go matches in
linear time and Python does not: the file comes from the judged repository, so the states are followed all at once here.
"""

import posixpath
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from lint_alpine.context import Missing, read_bytes

NAME = ".dockerignore"
# The largest in use have some hundred lines.
MAX_BYTES = 256 * 1024
_WILD = frozenset("*?[\\")


class Ignored(NamedTuple):
    """What an ignore file keeps out; `name` is its own."""

    name: str
    patterns: tuple["Pattern", ...]

    def excludes(self, path: str) -> bool:
        """Whether a path of the context (relative, normalised) is not there for COPY: the last pattern that matches it
        or a folder above it decides."""
        excluded = False
        for pattern in self.patterns:
            if pattern.exception is excluded and pattern.matches(path):
                excluded = not excluded
        return excluded


def find(context: Path, dockerfile: Path | None) -> Ignored | None:
    """The ignore file beside the Dockerfile that has its name, else that of the context."""
    beside = dockerfile.with_name(f"{dockerfile.name}{NAME}") if dockerfile is not None else None
    for file in (beside, context / NAME):
        data = read_bytes(file, MAX_BYTES) if file is not None else None
        if file is not None and isinstance(data, bytes):
            return Ignored(file.name, parse(data.decode("utf-8-sig", "surrogateescape")))
    return None


def parse(text: str) -> tuple["Pattern", ...]:
    """The patterns of an ignore file, in its order; those that make BuildKit stop are left out."""
    return tuple(pattern for line in text.split("\n") if (pattern := _parse_line(line)) is not None)


def _parse_line(line: str) -> "Pattern | None":
    # Only at the very start of a line is it a comment.
    text = "" if line.startswith("#") else line.strip()
    exception = text.startswith("!")
    text = text.removeprefix("!").strip()
    if not text:
        return None
    text = posixpath.normpath("/" + text) if text.startswith("/") else posixpath.normpath(text)
    text = text.removeprefix("/")
    if _WILD.isdisjoint(text):
        return Pattern(exception, text)
    automaton = _compile(text)
    return Pattern(exception, text, automaton) if automaton is not None else None


class Pattern(NamedTuple):
    """One line. An `exception` (`!`) takes back in what earlier lines keep out."""

    exception: bool
    text: str
    automaton: "_Automaton | None" = None

    def matches(self, path: str) -> bool:
        """Whether it matches the path or a folder above it."""
        if self.automaton is not None:
            return self.automaton.matches(path)
        return path == self.text or path.startswith(f"{self.text}/")


@dataclass(slots=True)
class _Automaton:
    """The states of a pattern as the bits of one number: bit n is on where the first n tokens have matched.

    `skipped` are the tokens that may match nothing, `staying` those that take any character and stay, `names` those
    that take any character but `/` and stay or go on.
    """

    length: int = 0
    skipped: int = 0
    staying: int = 0
    names: int = 0
    literals: dict[str, int] = field(default_factory=dict)
    wild: int = 0
    sets: list[tuple[int, "_CharacterSet"]] = field(default_factory=list)

    def matches(self, path: str) -> bool:
        accepting = 1 << self.length
        state = self._closed(1)
        known: dict[str, int] = {}
        for character in path:
            if character == "/" and state & accepting:
                return True
            if character not in known:
                known[character] = self._taking(character)
            stays = self.staying if character == "/" else self.staying | self.names
            state = (state & stays) | self._closed((state & known[character]) << 1)
        return bool(state & accepting)

    def _taking(self, character: str) -> int:
        """The tokens that take the character and then go on."""
        bits = self.literals.get(character, 0)
        for bit, characters in self.sets:
            bits |= bit if characters.has(character) else 0
        return bits if character == "/" else bits | self.wild | self.names

    def _closed(self, state: int) -> int:
        """With the states that are reached from these by skipping tokens."""
        while more := ((state & self.skipped) << 1) & ~state:
            state |= more
        return state

    def add(self) -> int:
        """The bit of one more token."""
        self.length += 1
        return 1 << (self.length - 1)


class _CharacterSet(NamedTuple):
    negated: bool
    ranges: tuple[tuple[str, str], ...]

    def has(self, character: str) -> bool:
        return any(low <= character <= high for low, high in self.ranges) is not self.negated


def _compile(pattern: str) -> _Automaton | None:
    """None where the pattern is malformed (Go's filepath.ErrBadPattern)."""
    automaton = _Automaton()
    index = 0
    while index < len(pattern):
        character = pattern[index]
        index += 1
        if pattern.startswith("**", index - 1):
            index += 1 + pattern.startswith("/", index + 1)
            _add_folders(automaton, pattern, index)
        elif character == "*":
            bit = automaton.add()
            automaton.skipped |= bit
            automaton.names |= bit
        elif character == "?":
            automaton.wild |= automaton.add()
        elif character == "[":
            parsed = _parse_set(pattern, index)
            if parsed is None:
                return None
            characters, index = parsed
            automaton.sets.append((automaton.add(), characters))
        else:
            if character == "\\":
                character = pattern[index : index + 1]
                index += 1
                if not character:
                    return None
            automaton.literals[character] = automaton.literals.get(character, 0) | automaton.add()
    return automaton


def _add_folders(automaton: _Automaton, pattern: str, index: int) -> None:
    """`**`: any folders, or none; at the end anything. In front of plain text alone it is anything too: `**.pyc`."""
    rest = pattern[index:]
    bit = automaton.add()
    automaton.skipped |= bit
    automaton.staying |= bit
    leads = index == 2 and rest and _WILD.isdisjoint(rest)
    if not leads and rest:
        automaton.literals["/"] = automaton.literals.get("/", 0) | bit
        return
    # What it takes may be the last of it: it stays, and it goes on.
    automaton.names |= bit
    automaton.literals["/"] = automaton.literals.get("/", 0) | bit


def _parse_set(pattern: str, index: int) -> tuple[_CharacterSet, int] | None:
    """The set behind the `[` before `index` as Go's filepath.Match reads it, and the index after its `]`."""
    negated = pattern.startswith("^", index)
    index += negated
    ranges: list[tuple[str, str]] = []
    while not ranges or not pattern.startswith("]", index):
        low, index = _set_character(pattern, index)
        high = low
        if pattern.startswith("-", index):
            high, index = _set_character(pattern, index + 1)
        if not low or not high:
            return None
        ranges.append((low, high))
    return _CharacterSet(negated, tuple(ranges)), index + 1


def _set_character(pattern: str, index: int) -> tuple[str, int]:
    """The character at `index` and the index behind it; empty where filepath.Match refuses it."""
    character = pattern[index : index + 1]
    if character in ("-", "]"):
        return "", index
    if character == "\\":
        index += 1
        character = pattern[index : index + 1]
    return character, index + 1
