"""The logical lines of a requirements file: continuations joined, comments dropped, variables expanded, places kept."""

import re
from collections.abc import Iterator, Mapping

from lint_alpine.source import Excerpt, Source

# Of a line whose variables are expanded; pip has no limit.
LONGEST_LINE = 1_000_000

# Where str.splitlines ends a line.
_LINE = re.compile("([^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*)(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|\\Z)")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")


def logical_lines(source: Source) -> Iterator[Excerpt]:
    """The lines that say something: continuations joined, comments and blanks around them dropped."""
    text: list[str] = []
    pieces: list[tuple[int, int]] = []
    length = 0
    for match in _LINE.finditer(source.text):
        line = match[1]
        comment = line.lstrip().startswith("#")
        continues = line.endswith("\\") and not comment
        if not comment:
            bare = line.strip("\\") if continues else line
            if bare:
                pieces.append((length, match.start() + (len(line) - len(line.lstrip("\\")) if continues else 0)))
                text.append(bare)
                length += len(bare)
        # A comment ends a continuation, whatever it ends with itself.
        if not continues and text:
            yield from _trimmed(Excerpt(source, "".join(text), tuple(pieces)))
            text, pieces, length = [], [], 0
    if text:
        yield from _trimmed(Excerpt(source, "".join(text), tuple(pieces)))


def _trimmed(line: Excerpt) -> Iterator[Excerpt]:
    end = line.text.find("#")
    while end > 0 and not line.text[end - 1].isspace():
        end = line.text.find("#", end + 1)
    content = line.text if end < 0 else line.text[:end]
    start = len(content) - len(content.lstrip())
    if start < len(content):
        yield line.cut(start, len(content.rstrip()))


def expand_variables(line: Excerpt, variables: Mapping[str, str | None]) -> Excerpt | None:
    """The line with `${NAME}` replaced where NAME has a value, as pip does it; None where that value is not known.

    Every character that was inserted has a place inside the `${NAME}`, so that spans begin and end with it.
    """
    if "${" not in line.text:
        return line
    text: list[str] = []
    pieces: list[tuple[int, int]] = []
    length = at = 0
    remaining = iter((*line.pieces[1:], (len(line.text), 0)))
    piece = next(remaining)
    for match in (*_VARIABLE.finditer(line.text), None):
        value = variables.get(match[1], "") if match else ""
        if value is None:
            return None
        if match and not value:
            continue
        stop = match.start() if match else len(line.text)
        if at < stop:
            pieces.append((length, line.offset(at)))
        while piece[0] < stop:
            if piece[0] > at:
                pieces.append((length + piece[0] - at, piece[1]))
            piece = next(remaining)
        text += (line.text[at:stop], value)
        length += stop - at
        if match:
            first, last = line.offset(match.start()), line.offset(match.end() - 1)
            pieces += ((length + index, first) for index in range(len(value) - 1))
            length += len(value)
            pieces.append((length - 1, last))
            at = match.end()
        if length > LONGEST_LINE:
            break
    return Excerpt(line.source, "".join(text), tuple(pieces))
