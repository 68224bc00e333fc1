"""The report as SARIF 2.1.0 (OASIS), which code scanning reads."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from lint_alpine import __version__
from lint_alpine.diagnostic import Applicability, Diagnostic, Severity
from lint_alpine.report.document import Json, json_text
from lint_alpine.report.fingerprint import fingerprints
from lint_alpine.report.links import PROJECT, rule_url
from lint_alpine.report.report import Report
from lint_alpine.source import Span

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


class RulePage(NamedTuple):
    """What a report carries of a rule's documentation: one sentence, and the whole page as Markdown."""

    summary: str
    page: str


def render(report: Report, pages: Mapping[str, RulePage]) -> str:
    """`pages` are by code; only those of rules that found something are taken. Columns count characters, which SARIF
    calls `unicodeCodePoints`."""
    rules = sorted({(found.code, found.rule) for found in report.diagnostics})
    numbers = {code: number for number, (code, _) in enumerate(rules)}
    names = fingerprints(report.diagnostics)
    return json_text(
        {
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "lint-alpine",
                            "version": __version__,
                            "informationUri": PROJECT,
                            "rules": [_rule(code, name, pages.get(code)) for code, name in rules],
                        }
                    },
                    "invocations": [_invocation(report)],
                    "columnKind": "unicodeCodePoints",
                    "results": [
                        _result(found, numbers[found.code], name)
                        for found, name in zip(report.diagnostics, names, strict=True)
                    ],
                }
            ],
        }
    )


def _rule(code: str, name: str, page: RulePage | None) -> Json:
    rule: dict[str, Json] = {"id": code, "name": name, "helpUri": rule_url(name)}
    if page is not None:
        rule["shortDescription"] = {"text": page.summary}
        rule["help"] = {"text": page.page, "markdown": page.page}
    return rule


def _invocation(report: Report) -> Json:
    notes: list[Json] = [
        {"level": "error", "message": {"text": f"{failure.path}: {failure.message}"}} for failure in report.failures
    ]
    return {"executionSuccessful": not notes, "toolExecutionNotifications": notes}


def _result(found: Diagnostic, rule: int, fingerprint: str) -> Json:
    result: dict[str, Json] = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": _LEVELS[found.severity],
        "message": {"text": "\n".join((found.message, *(f"help: {text}" for text in found.help)))},
        "locations": [{"physicalLocation": _place(found.span)}],
        "partialFingerprints": {"lintAlpine/v1": fingerprint},
        "properties": {"confidence": found.confidence},
    }
    if found.related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _place(related.span), "message": {"text": related.message}}
            for number, related in enumerate(found.related)
        ]
    if found.fix is not None and found.fix.applicability is not Applicability.DISPLAY:
        changes: dict[str, list[Json]] = {}
        for edit in found.fix.edits:
            replacement = {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.replacement}}
            changes.setdefault(edit.span.source.path, []).append(replacement)
        result["fixes"] = [
            {
                "description": {"text": found.fix.title},
                "artifactChanges": [
                    {"artifactLocation": _artifact(path), "replacements": edits} for path, edits in changes.items()
                ],
            }
        ]
    return result


def _place(span: Span) -> Json:
    return {"artifactLocation": _artifact(span.source.path), "region": _region(span)}


def _artifact(path: str) -> Json:
    from urllib.parse import quote

    uri = quote(os.fsencode(path))
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    if path[1:3] == ":/":  # a drive of Windows
        return {"uri": f"file:///{path[:2]}{quote(path[2:])}"}
    # GitHub takes a relative path to be of the repository's root.
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _region(span: Span) -> Json:
    start, stop = span.start, span.stop
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": stop.line,
        "endColumn": stop.column,
    }
