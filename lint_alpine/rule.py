"""A rule, and the names that a rule may import."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from lint_alpine.diagnostic import (
    ApkPackages,
    Applicability,
    Confidence,
    Diagnostic,
    Edit,
    Fix,
    Related,
    Severity,
)
from lint_alpine.facts import ApkAddition, Facts, PythonInstall, StageFacts
from lint_alpine.source import Span
from lint_alpine.two_stages import split_into_stages
from lint_alpine.wheels.evidence import Origin
from lint_alpine.wheels.verdict import Outcome, WheelVerdict
from lint_alpine.wording import (
    apk_add,
    elsewhere,
    help_with_alternative,
    help_with_newer_pip,
    optional_features,
    pulled_in,
    quoted,
    sibling,
    some,
    where_installed,
    with_option,
)

__all__ = [
    "ApkAddition",
    "ApkPackages",
    "Applicability",
    "Confidence",
    "Diagnostic",
    "Edit",
    "Facts",
    "Fix",
    "Outcome",
    "PythonInstall",
    "Related",
    "Rule",
    "Severity",
    "Span",
    "StageFacts",
    "WheelVerdict",
    "apk_add",
    "confidence",
    "elsewhere",
    "help_with_alternative",
    "help_with_newer_pip",
    "optional_features",
    "pulled_in",
    "quoted",
    "sibling",
    "some",
    "split_into_stages",
    "where_installed",
    "with_option",
]


def confidence(verdict: WheelVerdict) -> Confidence:
    """How far a verdict can be trusted: a lock file or the index itself is proof, a shipped snapshot ages, an
    environment that was read from an unknown tag's own text is a guess."""
    if verdict.environment.note:
        return Confidence.LOW
    if verdict.evidence is None or verdict.evidence.origin is Origin.SNAPSHOT:
        return Confidence.MEDIUM
    return Confidence.HIGH


def _evidence(verdict: WheelVerdict) -> str | None:
    """The file that decides, who lists it, and what is uncertain about the image."""
    if verdict.evidence is None:
        return verdict.environment.note
    listed = ", ".join(filter(None, (verdict.evidence.detail, verdict.evidence.as_of)))
    decided = f"{verdict.file} ({listed})" if verdict.file else listed
    return f"{decided}; {verdict.environment.note}" if verdict.environment.note else decided


class Rule(NamedTuple):
    """One thing that can be wrong. `also` are codes of other linters' rules that mean the same.

    `last`: it runs after the others, and its facts tell which ignore comments silenced none of their findings.
    """

    code: str
    name: str
    severity: Severity
    check: "Callable[[Rule, Facts], Iterable[Diagnostic]]"
    default: bool = True
    also: tuple[str, ...] = ()
    last: bool = False

    def run(self, facts: Facts) -> Iterator[Diagnostic]:
        yield from self.check(self, facts)

    def at(
        self,
        span: Span,
        message: str,
        *ways_out: str,
        stage: StageFacts | None = None,
        verdict: WheelVerdict | None = None,
        related: tuple[Related, ...] = (),
        alternative: str | None = None,
        packages: ApkPackages | None = None,
        fix: Fix | None = None,
        cure: str | None = None,
        once: Span | None = None,
    ) -> Diagnostic:
        """A finding of this rule; what a verdict proves (requirement, evidence, confidence) is taken from it."""
        return Diagnostic(
            code=self.code,
            rule=self.name,
            severity=self.severity,
            confidence=confidence(verdict) if verdict else Confidence.HIGH,
            message=message,
            span=span,
            help=ways_out,
            evidence=_evidence(verdict) if verdict else None,
            stage=stage.stage.name if stage else None,
            related=related,
            requirement=verdict.requirement if verdict else None,
            alternative=alternative,
            packages=packages,
            fix=fix,
            cure=cure,
            once=once,
        )
