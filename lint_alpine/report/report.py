"""The result of a run, as every report format renders it."""

from typing import NamedTuple

from lint_alpine.diagnostic import Diagnostic
from lint_alpine.wheels.verdict import WheelVerdict


class StageVerdict(NamedTuple):
    """A verdict with the Dockerfile (its path as reported) and the stage (its name or number) that installs it."""

    dockerfile: str
    stage: str
    verdict: WheelVerdict


class Failure(NamedTuple):
    """What could not run: a named file that cannot be read, or a rule that crashed."""

    path: str
    message: str


class Report(NamedTuple):
    """Findings sorted by path, line, column and code; verdicts in the order of the files and of what they install."""

    diagnostics: tuple[Diagnostic, ...] = ()
    verdicts: tuple[StageVerdict, ...] = ()
    files: int = 0
    ignored: int = 0
    failures: tuple[Failure, ...] = ()
