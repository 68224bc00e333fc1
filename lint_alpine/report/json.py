"""The report with all that is known, for programs."""

from collections import Counter

from lint_alpine import __version__
from lint_alpine.diagnostic import ApkPackages, Diagnostic, Fix, Severity
from lint_alpine.environment import Environment
from lint_alpine.report.document import Json, json_text
from lint_alpine.report.links import rule_url
from lint_alpine.report.report import Report, StageVerdict
from lint_alpine.source import Position, Span
from lint_alpine.wheels.evidence import Evidence
from lint_alpine.wheels.verdict import Alternative, Outcome


def render(report: Report) -> str:
    """Lines and columns from 1, columns in characters, `end` is the position after the last one."""
    return json_text(
        {
            "schema_version": 1,
            "tool": {"name": "lint-alpine", "version": __version__},
            "diagnostics": [_diagnostic(found) for found in report.diagnostics],
            "verdicts": [_verdict(verdict) for verdict in report.verdicts],
            "summary": _summary(report),
        }
    )


def _diagnostic(found: Diagnostic) -> Json:
    return {
        "path": found.span.source.path,
        "span": _span(found.span),
        "code": found.code,
        "rule": found.rule,
        "severity": found.severity,
        "confidence": found.confidence,
        "message": found.message,
        "help": found.help,
        "url": rule_url(found.rule),
        "stage": found.stage,
        "related": [
            {"path": related.span.source.path, "span": _span(related.span), "message": related.message}
            for related in found.related
        ],
        "requirement": found.requirement,
        "alternative": found.alternative,
        "packages": _packages(found.packages),
        "fix": _fix(found.fix),
    }


def _span(span: Span) -> Json:
    return {"start": _position(span.start), "end": _position(span.stop)}


def _position(position: Position) -> Json:
    return {"line": position.line, "column": position.column}


def _packages(packages: ApkPackages | None) -> Json:
    return None if packages is None else {"build": packages.build, "runtime": packages.runtime}


def _fix(fix: Fix | None) -> Json:
    if fix is None:
        return None
    return {
        "title": fix.title,
        "applicability": fix.applicability,
        "edits": [
            {"path": edit.span.source.path, "span": _span(edit.span), "replacement": edit.replacement}
            for edit in fix.edits
        ],
    }


def _verdict(installed: StageVerdict) -> Json:
    verdict = installed.verdict
    return {
        "path": verdict.dependency.span.source.path,
        "line": verdict.dependency.span.start.line,
        "stage": installed.stage,
        "dockerfile": installed.dockerfile,
        "requirement": verdict.requirement,
        "name": verdict.name,
        "version": verdict.version,
        "via": verdict.via,
        "environment": _environment(verdict.environment),
        "outcome": verdict.outcome,
        "file": verdict.file,
        "reason": verdict.whole_reason,
        "evidence": _evidence(verdict.evidence),
        "alternative": _alternative(verdict.alternative),
        "packages": _packages(verdict.packages),
    }


def _evidence(evidence: Evidence | None) -> Json:
    if evidence is None:
        return None
    return {"origin": evidence.origin, "as_of": evidence.as_of or None, "detail": evidence.detail}


def _alternative(alternative: Alternative | None) -> Json:
    if alternative is None:
        return None
    return {"image": alternative.image, "outcome": alternative.outcome, "file": alternative.file}


def _environment(environment: Environment) -> Json:
    libc = environment.libc
    version = libc.version if libc else None
    python = environment.python.split(".") if environment.python else []
    return {
        "image": environment.image,
        "distro": environment.distro,
        "release": environment.release,
        "python": ".".join(python[:2]) if python else None,
        "implementation": environment.implementation,
        "libc": libc.family if libc else None,
        "libc_version": ".".join(map(str, version)) if version else None,
        "arch": environment.arch,
        "python_full_version": environment.python if len(python) > 2 else None,
    }


def _summary(report: Report) -> Json:
    severities = Counter(found.severity for found in report.diagnostics)
    outcomes = Counter(installed.verdict.outcome for installed in report.verdicts)
    return {
        "files": report.files,
        "diagnostics": {
            severity.value: severities[severity] for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO)
        },
        "ignored": report.ignored,
        "verdicts": {outcome.value: outcomes[outcome] for outcome in Outcome},
    }
