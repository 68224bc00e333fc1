"""A shell script -> the simple commands in it, in the order of the text, each word with its place."""

from dataclasses import dataclass

from lint_alpine.source import Excerpt, Span


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands for itself once quotes and escapes are gone."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Variable:
    """`$name` or `${name operator argument}`; the operator is `:-`, `-`, `:+`, `+`, `:?`, `?`, `:=`, `=`, `#`, `##`,
    `%`, `%%`, `/`, `//` or empty; any other expansion is Unknown."""

    name: str
    operator: str
    argument: "tuple[Part, ...]"
    quoted: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """What only running the script could tell: command substitution, arithmetic, `$1`, `$?`."""

    raw: str
    quoted: bool


Part = Literal | Variable | Unknown


@dataclass(frozen=True, slots=True)
class Word:
    """One word as written: its parts, its raw text and its span from the first to the last character."""

    raw: str
    parts: tuple[Part, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Assignment:
    """`name=value` in front of a command, or alone."""

    name: str
    value: Word
    span: Span


@dataclass(frozen=True, slots=True)
class Redirect:
    """`>`, `>>`, `<`, `2>` and so on with its target; `body` is the text of a here-document for `<<` and `<<-`."""

    operator: str
    target: Word | None
    body: Excerpt | None
    span: Span


@dataclass(frozen=True, slots=True)
class SimpleCommand:
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


@dataclass(frozen=True, slots=True)
class Script:
    """The simple commands of a script in the order of the text, and what could not be read, with its place."""

    commands: tuple[SimpleCommand, ...]
    faults: tuple[tuple[str, Span], ...]


def parse(excerpt: Excerpt) -> Script:
    raise NotImplementedError
