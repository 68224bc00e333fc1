"""What a shell script is made of: simple commands in their blocks, each word with its place."""

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from lint_alpine.source import Excerpt, Span


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands for itself once quotes and escapes are gone.

    `index` is where it (for the other parts: where its first character) stands in the script of the word.
    """

    text: str
    quoted: bool
    index: int = field(default=0, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """`$name` or `${name operator argument}`; the operator is `:-`, `-`, `:+`, `+`, `:?`, `?`, `:=`, `=`, `#`, `##`,
    `%`, `%%`, `/`, `//` or empty; any other expansion is Unknown."""

    name: str
    operator: str
    argument: "tuple[Part, ...]"
    quoted: bool
    index: int = field(default=0, repr=False, compare=False)
    raw: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """What only running the script could tell: command substitution, arithmetic, `$1`, `$?`."""

    raw: str
    quoted: bool
    index: int = field(default=0, repr=False, compare=False)


Part = Literal | Variable | Unknown


@dataclass(frozen=True, slots=True)
class Word:
    """One word as written: its parts, its raw text and its span from the first to the last character.

    `script` is the text that the parts' indexes count in.
    """

    raw: str
    parts: tuple[Part, ...]
    span: Span
    script: Excerpt | None = field(default=None, repr=False, compare=False)


class Assignment(NamedTuple):
    """`name=value` in front of a command, or alone."""

    name: str
    value: Word


class Redirect(NamedTuple):
    """`>`, `>>`, `<`, `2>` and so on with its target; `body` is the text of a here-document for `<<` and `<<-`."""

    operator: str
    target: Word | None
    body: Excerpt | None


class SimpleCommand(NamedTuple):
    """A command as it stands in the script; `piped_from` is the last simple command of the left side of the pipe that
    it reads from."""

    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...]
    redirects: tuple[Redirect, ...]
    span: Span
    piped_from: "SimpleCommand | None"


class BlockKind(Enum):
    """Why commands form a block.

    `BRANCH` may not run though all before it succeeded: right of `||` (never of `&&` or `;`), in if, elif, else, while,
    until, case, a function's body. `LOOP` runs once for each item; `SUBSHELL` (parentheses, a part of a pipe) and
    `SUBSTITUTION` (`$(...)`, backquotes, which come before the command that holds them) change no variable outside.
    """

    BRANCH = "branch"
    LOOP = "loop"
    SUBSHELL = "subshell"
    SUBSTITUTION = "substitution"


class Block(NamedTuple):
    """Commands with what is special about running them; a `LOOP` has its variable and the words after `in`, if any."""

    kind: BlockKind
    body: "tuple[SimpleCommand | Block, ...]"
    variable: str | None = None
    items: tuple[Word, ...] | None = None
