"""Comments that ask for silence: `# lint-alpine: ignore[LA303] reason`, and hadolint's own where rules overlap."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lint_alpine.dockerfile.instructions import Dockerfile
from lint_alpine.source import Source, Span

_OWN = re.compile(r"[ \t]*lint-alpine:[ \t]*(ignore-file|ignore)(?:\[([^\]\n]*)\])?")
_HADOLINT = re.compile(r"[ \t]*hadolint[ \t]+(?:(global|stage)[ \t]+)?ignore[ \t]*=[ \t]*([\w,\- \t]+)")
# What stands between two commas, the blanks around it left out.
_WORD = re.compile(r"[^\s,](?:[^,]*[^\s,])?")
_NEXT_LINES = 10_000
# The number that stands for all lines of a file.
ANY_LINE = 0


class Scope(NamedTuple):
    """Lines of a file, or ANY_LINE of it."""

    path: str
    first: int
    last: int


class Ignore(NamedTuple):
    """One code of one ignore comment.

    `code` is a rule's code, a prefix of it or its name, as written (empty: every rule); `word` is its place, or that of
    the word `ignore` where the comment names no code. `scope` is the instruction or line that it speaks of (None: the
    whole file), `span` the comment. `foreign` ones come from another linter's pragma and are never called unused.
    """

    code: str
    scope: Span | None
    span: Span
    word: Span
    foreign: bool = False

    @property
    def covers(self) -> Scope:
        path = self.span.source.path
        if self.scope is None:
            return Scope(path, ANY_LINE, ANY_LINE)
        return Scope(path, self.scope.start.line, self.scope.stop.line)


def read_ignores(dockerfile: Dockerfile) -> tuple[Ignore, ...]:
    """The ignores of a Dockerfile, one for each code that a comment names."""
    if not dockerfile.comments:
        return ()
    spans = [instruction.span for instruction in dockerfile.instructions]
    starts = [span.begin for span in spans]
    stages = _stages(dockerfile)
    found: list[Ignore] = []
    for comment in dockerfile.comments:
        following = bisect_right(starts, comment.span.begin)
        is_inside = following > 0 and comment.span.begin < spans[following - 1].end
        number = following - is_inside
        scope = spans[number] if number < len(spans) else comment.span
        if (pragma := _HADOLINT.match(comment.text)) and pragma[1] == "stage":
            scope = stages.get(scope.begin, comment.span)
        found += _read(comment.text, comment.span, scope)
    return tuple(found)


def _stages(dockerfile: Dockerfile) -> dict[int, Span]:
    """Each stage from its FROM to its last instruction, by where it begins."""
    found: dict[int, Span] = {}
    first = None
    for instruction in dockerfile.instructions:
        first = instruction.span if instruction.name == "FROM" else first
        if first is not None:
            found[first.begin] = first.to(instruction.span)
    return found


def read_line_ignores(source: Source) -> tuple[Ignore, ...]:
    """The ignores of a requirements file: a comment on its own line speaks of the next line, one behind a requirement
    of its own line."""
    found: list[Ignore] = []
    if "lint-alpine:" not in source.text:
        return ()
    lines = source.text.split("\n")
    for number, line in enumerate(lines[:_NEXT_LINES], 1):
        before, mark, text = line.partition("#")
        if mark and "lint-alpine:" in text:
            place = source.line_span(number)
            own = Span(source, place.begin + len(before), place.end)
            target = number if before.strip() or number == len(lines) else number + 1
            found += _read(text, own, source.line_span(target))
    return tuple(found)


def _read(text: str, span: Span, scope: Span) -> Iterable[Ignore]:
    """The ignores of a comment, whose text begins behind the first character of its span."""
    if match := _OWN.match(text):
        place = None if match[1] == "ignore-file" else scope
        group = 1 if match[2] is None else 2
        for code, word in _words(match, group, span):
            yield Ignore(code if group == 2 else "", place, span, word)
    elif match := _HADOLINT.match(text):
        for code, word in _words(match, 2, span):
            yield Ignore(code, None if match[1] == "global" else scope, span, word, foreign=True)


def _words(match: re.Match[str], group: int, span: Span) -> Iterator[tuple[str, Span]]:
    """What stands between the commas of a group, with its place."""
    for found in _WORD.finditer(match[group]):
        begin = span.begin + 1 + match.start(group) + found.start()
        yield found[0], Span(span.source, begin, begin + len(found[0]))
