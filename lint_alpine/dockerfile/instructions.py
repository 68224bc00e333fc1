"""A Dockerfile's text -> its instructions, as BuildKit reads them, each word with its place."""

from dataclasses import dataclass

from lint_alpine.source import Excerpt, Source, Span


@dataclass(frozen=True, slots=True)
class Flag:
    """`--name=value` between an instruction's keyword and its arguments; the value is as written."""

    name: str
    value: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A here-document: `body` is the text between the line of its `<<name` and its terminator.

    `expand` is false where the name was quoted; `strip_tabs` is true for `<<-` (leading tabs of the body do not count).
    """

    name: str
    body: Excerpt
    expand: bool
    strip_tabs: bool
    redirect: Span


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. `arguments` is the text after the keyword and the flags, its continuation lines joined.

    `exec_form` holds the decoded strings of a JSON array (with the span between the quotes), else None.
    `trigger` is the inner instruction of ONBUILD.
    """

    name: str
    keyword: Span
    flags: tuple[Flag, ...]
    arguments: Excerpt
    exec_form: tuple[tuple[str, Span], ...] | None
    heredocs: tuple[Heredoc, ...]
    trigger: "Instruction | None"
    span: Span

    def flag(self, name: str) -> Flag | None:
        return next((flag for flag in self.flags if flag.name == name), None)


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """Why BuildKit would not accept the file, at the place where it stops."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment line outside here-documents: the text after the `#`, its line number, and the span from the `#` on."""

    text: str
    line: int
    span: Span


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """What stands in one Dockerfile. A file with `faults` may still have instructions: those that could be read."""

    source: Source
    escape: str
    instructions: tuple[Instruction, ...]
    comments: tuple[Comment, ...]
    faults: tuple[SyntaxFault, ...]


def parse(source: Source) -> Dockerfile:
    raise NotImplementedError
