"""Installs that --no-binary or --only-binary make long or impossible, each with the word that says so."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.dockerfile.words import name_values
from lint_alpine.source import Span
from lint_alpine.wheels.verdict import Outcome, WheelVerdict

if TYPE_CHECKING:
    from lint_alpine.facts import Facts, PythonInstall, StageFacts

# pip's and uv's variables for the two options.
_VARIABLES = {
    "no-binary": re.compile(r"\b(?:PIP_NO_BINARY|UV_NO_BINARY(?:_PACKAGE)?)(?==)"),
    "only-binary": re.compile(r"\b(?:PIP_ONLY_BINARY|UV_NO_BUILD(?:_PACKAGE)?)(?==)"),
}


class Refused(NamedTuple):
    """What one word (an option, a variable) keeps a command from. `compiled`: there are wheels, and all the same the
    verdicts' packages are compiled; else nothing is left that could be installed of them."""

    span: Span
    installer: str
    verdicts: tuple[WheelVerdict, ...]
    compiled: bool


def refused(facts: "Facts") -> Iterator[tuple["StageFacts", Refused]]:
    """Of the images on musl: there wheels are rarer."""
    for stage, install in facts.musl_installs:
        found: dict[tuple[Span, bool], list[WheelVerdict]] = {}
        for verdict in install.verdicts:
            if verdict.refusal is not None:
                span = _place(verdict.refusal.option, verdict.name, install, stage, facts)
                found.setdefault((span, verdict.outcome is Outcome.COMPILE), []).append(verdict)
        for (span, compiled), verdicts in found.items():
            yield stage, Refused(span, install.installer, tuple(verdicts), compiled)


def _place(option: str, name: str, install: "PythonInstall", stage: "StageFacts", facts: "Facts") -> Span:
    """The last word that gives the option for a project, by name or for all."""
    given = {each.project: each.span for each in install.install.requirements.formats if each.option == option}
    span = given.get(name) or given.get(":all:") or install.install.command.program
    # A variable is read at the program's word.
    return (_variable(option, install, stage, facts) or span) if span == install.install.command.program else span


def _variable(option: str, install: "PythonInstall", stage: "StageFacts", facts: "Facts") -> Span | None:
    """Where the variable that stands for the option was set last: in the RUN, or by ENV or ARG before it."""
    command, run = install.install.command, install.run.span
    names = list(_VARIABLES[option].finditer(run.source.text, run.begin, command.program.begin))
    if names:
        return Span(run.source, *names[-1].span())
    while True:
        for step in reversed(stage.stage.steps):
            pairs = name_values(step.instruction) if step.instruction.name in ("ENV", "ARG") else ()
            for pair in pairs if step.instruction.span.begin < run.begin else ():
                if _VARIABLES[option].match(f"{pair.name}="):
                    return Span(pair.span.source, pair.span.begin, pair.span.begin + len(pair.name))
        if stage.stage.base.stage is None:
            return None
        stage = facts.stages[stage.stage.base.stage]
