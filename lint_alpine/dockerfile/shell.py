"""A shell script -> the simple commands in it, in the order of the text, each word with its place."""

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
    span: Span


class Redirect(NamedTuple):
    """`>`, `>>`, `<`, `2>` and so on with its target; `body` is the text of a here-document for `<<` and `<<-`."""

    operator: str
    target: Word | None
    body: Excerpt | None
    span: Span


class SimpleCommand(NamedTuple):
    """A command as it stands in the script.

    `conditional`: it may not run though all before it succeeded (right of `||`, in if, elif, else, while, until, for,
    case, a function's body, the condition's branches; never for the right side of `&&` or `;`).
    `substitution`: it stands inside `$(...)` or backquotes. `subshell`: it stands in `( )` or a pipe.
    `piped_from`: the last simple command of the left side of the pipe that it reads from.
    """

    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...]
    redirects: tuple[Redirect, ...]
    span: Span
    conditional: bool
    substitution: bool
    subshell: bool
    piped_from: "SimpleCommand | None"


class BlockKind(Enum):
    """Why commands form a block: `BRANCH` may not run; `LOOP` runs once for each item; `SUBSHELL` (parentheses, a part
    of a pipe) and `SUBSTITUTION` change no variable outside."""

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


class Script(NamedTuple):
    """The simple commands of a script in the order of the text, and what could not be read, with its place.

    A command inside `$(...)` comes before the command that holds it. `body` has the same commands in their blocks.
    """

    commands: tuple[SimpleCommand, ...]
    faults: tuple[tuple[str, Span], ...]
    body: tuple[SimpleCommand | Block, ...] = ()


def parse(excerpt: Excerpt) -> Script:
    """The script as dash, busybox ash or bash would read it (POSIX.1-2024, chapter 2, and what bash adds to it).

    Never raises: what no shell would accept is a fault, and reading goes on behind it.
    """
    from lint_alpine.dockerfile.shell_grammar import read

    return read(excerpt)
