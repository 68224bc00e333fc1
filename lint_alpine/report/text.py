"""The report for people."""

from collections import Counter
from unicodedata import category, east_asian_width

from lint_alpine.diagnostic import Applicability, Confidence, Diagnostic, Severity
from lint_alpine.report.characters import visible, visible_lines
from lint_alpine.report.report import Report
from lint_alpine.source import Span

_INDENT = "    "
_ROOM = 120 - len(_INDENT)
_CUT = "…"

_BOLD, _DIM, _CYAN = "1", "2", "36"
_COLORS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;34"}


def render(report: Report, *, color: bool = False) -> str:
    """The findings with a blank line between them, then how many there are; nothing where there are none.

    Where one cure serves many, the first of them tells it, and the others are one line each.
    """
    if not report.diagnostics:
        return ""
    parts: list[str] = []
    told: set[tuple[str, str, str | None, str]] = set()
    brief = False
    for found in report.diagnostics:
        before, brief = brief, _is_told(found, told)
        text = _headline(found, color=color) if brief else finding(found, color=color)
        parts += ["\n" if before and brief else "\n\n", text]
    return "".join((*parts[1:], "\n\n", _summary(report), "\n"))


def _is_told(found: Diagnostic, told: set[tuple[str, str, str | None, str]]) -> bool:
    """Whether the help of an earlier finding is that of this one as well; `told` gains what this one tells."""
    if found.cure is None:
        return False
    key = found.span.source.path, found.code, found.stage, found.cure
    known = key in told
    told.add(key)
    return known


def finding(found: Diagnostic, *, color: bool = False) -> str:
    """The first line, `path:line:column: severity CODE message`, and below it what proves and what cures."""
    style = _COLORS[found.severity]
    lines = [_headline(found, color=color)]
    excerpt = _excerpt(found.span)
    if excerpt is not None:
        line, carets = excerpt
        blanks = len(carets) - len(carets.lstrip())
        lines += [_INDENT + line, _INDENT + " " * blanks + _paint(carets[blanks:], style, color)]
    if found.evidence is not None:
        sure = "" if found.confidence is Confidence.HIGH else f" ({found.confidence} confidence)"
        lines += _labelled("evidence", found.evidence + sure, _DIM, color)
    for text in found.help:
        lines += _labelled("help", text, _CYAN, color)
    for related in found.related:
        lines += _labelled("note", f"{_place(related.span)}: {related.message}", _CYAN, color)
    return "\n".join(lines)


def _headline(found: Diagnostic, *, color: bool) -> str:
    severity = _paint(found.severity, _COLORS[found.severity], color)
    place, code = _paint(_place(found.span), _BOLD, color), _paint(found.code, _BOLD, color)
    return f"{place}: {severity} {code} {visible(found.message)}"


def _place(span: Span) -> str:
    start = span.start
    return f"{visible(span.source.path)}:{start.line}:{start.column}"


def _paint(text: str, style: str, color: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if color else text


def _labelled(label: str, text: str, style: str, color: bool) -> list[str]:
    first, *rest = visible_lines(text)
    margin = _INDENT + " " * (len(label) + 2)
    return [f"{_INDENT}{_paint(f'{label}:', style, color)} {first}", *(f"{margin}{line}".rstrip() for line in rest)]


def _excerpt(span: Span) -> tuple[str, str] | None:
    """The first line of a span, cut to what fits around it, and the carets below; None where that line is blank."""
    start, stop = span.start, span.stop
    text = span.source.line(start.line)
    if not text.strip():
        return None
    begin = start.column - 1
    end = stop.column - 1 if stop.line == start.line else len(text)
    # Only what may be shown is looked at, however long the line is.
    offset = max(0, begin - _ROOM)
    cells = [_cell(character) for character in text[offset : begin + _ROOM]]
    widths = [width for _, width in cells]
    begin, end = begin - offset, min(end - offset, len(cells))
    fits = len(cells) == len(text) and sum(widths) <= _ROOM
    first, last = (0, len(cells)) if fits else _window(widths, begin, end)
    before = _CUT if offset + first > 0 else ""
    after = _CUT if offset + last < len(text) else ""
    line = before + "".join(cell for cell, _ in cells[first:last]) + after
    blanks = len(before) + sum(widths[first:begin])
    return line.rstrip(), " " * blanks + "^" * max(1, sum(widths[begin : min(end, last)]))


def _cell(character: str) -> tuple[str, int]:
    """What stands for a character, and how many columns of a terminal it fills."""
    if character == "\t":
        return _INDENT, len(_INDENT)
    shown = visible(character)
    if shown != character:
        return shown, len(shown)
    if category(character) in ("Mn", "Me", "Cf"):
        return shown, 0
    return shown, 2 if east_asian_width(character) in "WF" else 1


def _window(widths: list[int], begin: int, end: int) -> tuple[int, int]:
    """The part of a line that fits: as much of the span as possible, then what stands around it, evenly."""
    room = _ROOM - 2 * len(_CUT)
    first = last = begin
    while last < end and widths[last] <= room:
        room -= widths[last]
        last += 1
    grown = True
    while grown:
        grown = False
        if first > 0 and widths[first - 1] <= room:
            first -= 1
            room -= widths[first]
            grown = True
        if last < len(widths) and widths[last] <= room:
            room -= widths[last]
            last += 1
            grown = True
    return first, last


def _summary(report: Report) -> str:
    severities = Counter(found.severity for found in report.diagnostics)
    files = len({found.span.source.path for found in report.diagnostics})
    counts = ", ".join(_count(number, severity) for severity in _COLORS if (number := severities[severity]))
    fixable = sum(1 for found in report.diagnostics if found.fix and found.fix.applicability is Applicability.SAFE)
    more = f" {fixable} can be fixed with `--fix`." if fixable else ""
    return f"Found {counts} in {_count(files, 'file')}.{more}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
