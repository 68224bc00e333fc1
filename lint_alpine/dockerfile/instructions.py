"""A Dockerfile's text -> its instructions, as BuildKit reads them, each word with its place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple, TypedDict

from lint_alpine.dockerfile import checks, splitting
from lint_alpine.dockerfile.heredocs import read_body, redirects
from lint_alpine.dockerfile.lines import LONGEST_LINE, Directives, Lines
from lint_alpine.source import Excerpt, Source, Span

KEYWORDS = frozenset(
    ("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER")
).union(("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"))

_HEREDOC_FORM = frozenset({"ADD", "COPY", "RUN"})
_NO_LETTERS = re.compile(r"[^A-Za-z]+")
_MOST_FAULTS = 100


class Flag(NamedTuple):
    """`--name=value` between an instruction's keyword and its arguments; quotes and escapes are gone from the value."""

    name: str
    value: str | None
    span: Span


class Heredoc(NamedTuple):
    """A here-document: `body` is the text between the line of its `<<name` and its terminator.

    `expand` is false where the name was quoted. The leading tabs that `<<-` takes away are not in the body.
    """

    name: str
    body: Excerpt
    expand: bool
    redirect: Span


class Instruction(NamedTuple):
    """One instruction. `arguments` is the text after the keyword and the flags, its continuation lines joined.

    `exec_form` holds the decoded strings of a JSON array (with the span between the quotes), else None; of HEALTHCHECK
    it is the array after CMD. `trigger` is the inner instruction of ONBUILD; both have its here-documents.
    `escape` is the file's escape character. `span` ends with the last line that belongs to it, here-documents included.
    """

    name: str
    keyword: Span
    flags: tuple[Flag, ...]
    arguments: Excerpt
    exec_form: tuple[tuple[str, Span], ...] | None
    heredocs: tuple[Heredoc, ...]
    trigger: "Instruction | None"
    span: Span
    escape: str = "\\"

    def flag(self, name: str) -> Flag | None:
        return next((flag for flag in self.flags if flag.name == name), None)


class SyntaxFault(NamedTuple):
    """Why BuildKit would not accept the file, at the place where it stops."""

    message: str
    span: Span


class Comment(NamedTuple):
    """A comment line outside here-documents: the text after the `#`, its line number, and the span from the `#` on."""

    text: str
    line: int
    span: Span


class Dockerfile(NamedTuple):
    """What stands in one Dockerfile. A file with `faults` may still have instructions: those that could be read.

    These are all with a known keyword, also where a fault is about their arguments (FROM may have none). Unknown ones
    are left out, and so is one whose here-document has no end, with which reading stops.
    """

    source: Source
    escape: str
    instructions: tuple[Instruction, ...]
    comments: tuple[Comment, ...]
    faults: tuple[SyntaxFault, ...]


class _Entry(TypedDict):
    """What dockerfile-parse says of an instruction or a comment; lines count from 0."""

    content: str
    startline: int
    endline: int


@dataclass(slots=True)
class _Masked:
    """A text of as many lines that dockerfile-parse divides as BuildKit divides the file, and what it does not see:
    the here-documents and the line behind them, by the first line of their instruction."""

    shown: list[str]
    heredocs: dict[int, tuple[tuple[Heredoc, ...], int]] = field(default_factory=dict)
    faults: list[SyntaxFault] = field(default_factory=list)


def parse(source: Source) -> Dockerfile:
    """Reads any text, in time linear to its length.

    What BuildKit would refuse is a fault, in the order of the text; of very many the first hundred are told.
    """
    lines = Lines.of(source)
    directives = lines.directives()
    masked = _mask(lines, directives.count, directives.escape)
    faults = [*_line_faults(lines, directives), *masked.faults]
    instructions: list[Instruction] = []
    comments: list[Comment] = []
    empty = not faults
    for entry in _tokenize(masked.shown):
        first, end = entry["startline"], entry["endline"] + 1
        if not entry["content"].startswith("#"):
            heredocs, last = masked.heredocs.get(first, ((), end))
            text = lines.join(first, end, directives.escape)
            instruction = _read(text, lines.span(first, last - 1), directives.escape, heredocs)
            instructions += [instruction] if instruction.name in KEYWORDS else []
            faults += _faults(instruction) if len(faults) < _MOST_FAULTS else []
            empty = False
        elif lines.heads[first] == "#":
            span = lines.comment(first)
            comments.append(Comment(span.text[1:], first + 1, span))
    if empty:
        faults.append(SyntaxFault("file with no instructions", source.start))
    return Dockerfile(source, directives.escape, tuple(instructions), tuple(comments), _told(source, faults))


def _line_faults(lines: Lines, directives: Directives) -> Iterator[SyntaxFault]:
    for message, line in directives.faults:
        yield SyntaxFault(checks.readable(message), lines.span(line, line))
    for line in lines.too_long():
        message = f"dockerfile line greater than max allowed size of {LONGEST_LINE}"
        yield SyntaxFault(message, lines.span(line, line))


def _tokenize(shown: Sequence[str]) -> list[_Entry]:
    from dockerfile_parse import DockerfileParser

    text = "".join(f"{line}\n" for line in shown)
    entries: list[_Entry] = DockerfileParser(fileobj=BytesIO(text.encode("ascii")), env_replace=False).structure
    return entries


def _mask(lines: Lines, number: int, escape: str) -> _Masked:
    """Hides from this line on what dockerfile-parse reads in its own way.

    That is: blank lines inside an instruction and the end of the file, two escapes at the end of a line, keywords
    without arguments or with an escape in them, white space, here-documents. Of continuation lines all but the last
    become comments (which they never are in the file), for it takes quadratic time to put them together.
    """
    masked = _Masked([""] * number)
    while number < len(lines):
        if not lines.is_instruction(number):
            masked.shown.append(lines.heads[number])
            number += 1
            continue
        end = lines.instruction_end(number, escape)
        documents = _documents(lines, number, end, escape)
        if isinstance(documents, SyntaxFault):
            masked.faults.append(documents)
            break
        if documents[0]:
            masked.heredocs[number] = documents
        keyword = _NO_LETTERS.sub("_", lines.keyword(number))
        masked.shown += [f"{keyword} .\\", *["#"] * (end - number - 2), "."] if end - number > 1 else [f"{keyword} ."]
        masked.shown += [""] * (documents[1] - end)
        number = documents[1]
    return masked


def _documents(lines: Lines, first: int, end: int, escape: str) -> tuple[tuple[Heredoc, ...], int] | SyntaxFault:
    """The here-documents of an instruction and the line behind the last, or that one has no terminator."""
    if not any("<" in lines.texts[number] for number in range(first, end)):
        return (), end
    text = lines.join(first, end, escape)
    instruction = _read(text, lines.span(first, end - 1), escape)
    inner = instruction.trigger or instruction
    if inner.name not in _HEREDOC_FORM or inner.exec_form is not None:
        return (), end
    heredocs: list[Heredoc] = []
    for redirect in redirects(text.text):
        place = text.span(redirect.start, redirect.end)
        found = read_body(lines, end, redirect)
        if found is None:
            return SyntaxFault(checks.readable(f"unterminated heredoc: no line `{redirect.name}`"), place)
        body, end = found
        heredocs.append(Heredoc(redirect.name, body, redirect.expand, place))
    return tuple(heredocs), end


def _read(
    text: Excerpt, span: Span, escape: str, heredocs: tuple[Heredoc, ...] = (), *, inner: bool = False
) -> Instruction:
    raw = text.text
    end = splitting.keyword_end(raw)
    # Go's lower-casing decides which keyword it is
    name = raw[:end].lower().upper() if raw[:end].lower().upper() in KEYWORDS else raw[:end]
    flags, at = splitting.flags(raw, end, escape)
    body = text.cut(len(raw) - len(raw[at:].lstrip(splitting.SPACE)), len(raw))
    nested = name == "ONBUILD" and body.text and not inner
    return Instruction(
        name,
        text.span(0, end),
        tuple(_flag(text, flag) for flag in flags),
        body,
        _exec_form(name, body),
        heredocs,
        _read(body, body.span(0, 1).to(span), escape, heredocs, inner=True) if nested else None,
        span,
        escape,
    )


def _flag(text: Excerpt, flag: splitting.Piece) -> Flag:
    name, equals, value = flag.text[2:].partition("=")
    return Flag(name, value if equals else None, text.span(flag.start, flag.end))


def _exec_form(name: str, body: Excerpt) -> tuple[tuple[str, Span], ...] | None:
    try:
        strings = splitting.json_form(name, body.text)
    except ValueError:  # a fault, see checks.py
        return None
    return None if strings is None else tuple((piece.text, body.span(piece.start, piece.end)) for piece in strings)


def _faults(instruction: Instruction) -> Iterator[SyntaxFault]:
    if instruction.name not in KEYWORDS:
        yield SyntaxFault(checks.readable(f"unknown instruction: {instruction.name}"), instruction.keyword)
        return
    for message, span in checks.faults(instruction):
        yield SyntaxFault(checks.readable(message), span)


def _told(source: Source, faults: Sequence[SyntaxFault]) -> tuple[SyntaxFault, ...]:
    """The faults in the order of the text; one alone for a file that is something else, which shows in its first."""
    ordered = sorted(faults, key=lambda fault: fault.span.begin)
    if not ordered:
        return ()
    line = source.line_span(ordered[0].span.start.line)
    other = checks.other_kind(line.text)
    return (SyntaxFault(checks.readable(other), line),) if other else tuple(ordered[:_MOST_FAULTS])
