"""What a rule has to say: a diagnostic, its places and its fix."""

from enum import StrEnum
from typing import NamedTuple

from lint_alpine.source import Span


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    OFF = "off"

    @property
    def rank(self) -> int:
        """Higher is graver; `off` is 0."""
        return ("off", "info", "warning", "error").index(self.value)


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Applicability(StrEnum):
    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


class Edit(NamedTuple):
    span: Span
    replacement: str


class Fix(NamedTuple):
    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability


class Related(NamedTuple):
    """Another place that takes part in a finding, and what it has to do with it."""

    span: Span
    message: str


class ApkPackages(NamedTuple):
    """The apk packages that a requirement needs to be compiled, and those that must be there when it runs."""

    build: tuple[str, ...] = ()
    runtime: tuple[str, ...] = ()


class Diagnostic(NamedTuple):
    """One finding: the primary place, the message, the way out (`help`) and the evidence for it.

    `cure` is what several findings of a rule have as their way out: a report for people tells it once a file and stage.
    `platforms` are those of the run on which it holds; of findings of a rule with the same `once` only the first is
    told, whatever the platform.
    """

    code: str
    rule: str
    severity: Severity
    confidence: Confidence
    message: str
    span: Span
    help: tuple[str, ...] = ()
    evidence: str | None = None
    stage: str | None = None
    related: tuple[Related, ...] = ()
    requirement: str | None = None
    alternative: str | None = None
    packages: ApkPackages | None = None
    fix: Fix | None = None
    cure: str | None = None
    platforms: tuple[str, ...] = ()
    once: Span | None = None
