"""The report as GitLab's code quality artifact."""

from lint_alpine.diagnostic import Diagnostic, Severity
from lint_alpine.report.document import Json, json_text
from lint_alpine.report.fingerprint import fingerprints
from lint_alpine.report.report import Report

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report) -> str:
    names = fingerprints(report.diagnostics)
    return json_text([_issue(found, name) for found, name in zip(report.diagnostics, names, strict=True)])


def _issue(found: Diagnostic, fingerprint: str) -> Json:
    return {
        "type": "issue",
        "check_name": found.code,
        "description": found.message,
        "categories": ["Compatibility"],
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[found.severity],
        "location": {
            "path": found.span.source.path,
            "lines": {"begin": found.span.start.line, "end": found.span.stop.line},
        },
    }
