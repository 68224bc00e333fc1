"""The shell form and the exec form of RUN -> the text or the words that are run, each character with its place."""

import re

from lint_alpine.dockerfile.instructions import Heredoc, Instruction
from lint_alpine.dockerfile.shell import Literal, Word
from lint_alpine.source import Excerpt, Span

_JSON_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|.)")
_CONTINUATION = re.compile(r"\\[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*")


def run_script(instruction: Instruction) -> Excerpt:
    """The script of a RUN in shell form, its here-documents put where BuildKit hands them to the shell.

    A single here-document that is all of the RUN is the script itself (which `#!` in its first line gives to another
    program); others follow the command line (dispatchRun in BuildKit's frontend/dockerfile/dockerfile2llb/convert.go).
    """
    line = instruction.arguments
    match instruction.heredocs:
        case (Heredoc(body=body, redirect=redirect),) if redirect.text == line.text.strip():
            return body
    parts = [line]
    for heredoc in instruction.heredocs:
        end = heredoc.body.offset(len(heredoc.body.text))
        parts += [
            Excerpt(line.source, "\n", ((0, heredoc.redirect.end),)),
            heredoc.body,
            Excerpt(line.source, heredoc.name, ((0, end),)),
        ]
    pieces: list[tuple[int, int]] = []
    length = 0
    for part in parts:
        pieces += [(length + at, origin) for at, origin in part.pieces]
        length += len(part.text)
    return Excerpt(line.source, "".join(part.text for part in parts), tuple(pieces))


def exec_words(words: tuple[tuple[str, Span], ...]) -> tuple[Word, ...]:
    """The strings of a JSON array as words that stand for themselves."""
    return tuple(Word(text, (Literal(text, True),), span, _aligned(text, span)) for text, span in words)


def _aligned(text: str, span: Span) -> Excerpt:
    """A decoded JSON string with the places of its characters in the span, which leaves out the quotes."""
    raw = span.text
    pieces = [(0, span.begin)]
    at = 0
    for index in range(len(text) if text != raw else 0):
        while gap := _CONTINUATION.match(raw, at):
            at = gap.end()
        origin = span.begin + min(at, len(raw))
        if origin - index != pieces[-1][1] - pieces[-1][0]:
            pieces.append((index, origin))
        escape = _JSON_ESCAPE.match(raw, at)
        at = escape.end() if escape else at + 1
    return Excerpt(span.source, text, tuple(pieces))
