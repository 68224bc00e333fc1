"""The report in reviewdog's diagnostic format."""

from lint_alpine.diagnostic import Applicability, Diagnostic, Severity
from lint_alpine.report.document import Json, json_text
from lint_alpine.report.links import PROJECT, rule_url
from lint_alpine.report.report import Report
from lint_alpine.source import Position, Source, Span

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render(report: Report) -> str:
    """Columns count bytes of UTF-8 from 1, as the format has it."""
    return json_text(
        {
            "source": {"name": "lint-alpine", "url": PROJECT},
            "diagnostics": [_diagnostic(found) for found in report.diagnostics],
        }
    )


def _diagnostic(found: Diagnostic) -> Json:
    document: dict[str, Json] = {
        "message": "\n".join((found.message, *(f"help: {text}" for text in found.help))),
        "location": {"path": found.span.source.path, "range": _range(found.span)},
        "severity": _SEVERITIES[found.severity],
        "code": {"value": found.code, "url": rule_url(found.rule)},
    }
    suggestions = _suggestions(found)
    return document | {"suggestions": suggestions} if suggestions else document


def _suggestions(found: Diagnostic) -> list[Json]:
    """A suggestion is applied alone and to the file of its diagnostic, so a fix has to be one edit there."""
    fix = found.fix
    if fix is None or fix.applicability is Applicability.DISPLAY or len(fix.edits) != 1:
        return []
    edit = fix.edits[0]
    if edit.span.source.path != found.span.source.path:
        return []
    return [{"range": _range(edit.span), "text": edit.replacement}]


def _range(span: Span) -> Json:
    return {"start": _position(span.source, span.start), "end": _position(span.source, span.stop)}


def _position(source: Source, position: Position) -> Json:
    before = source.line(position.line)[: position.column - 1]
    # A byte that was no UTF-8 is a lone surrogate, which "replace" makes one byte again.
    return {"line": position.line, "column": len(before.encode("utf-8", "replace")) + 1}
