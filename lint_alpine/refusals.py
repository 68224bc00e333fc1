"""Installs that --no-binary or --only-binary make long or impossible, each with the word that says so."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.certain import may_fail
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
    """What one word, at `span`, keeps an installer from: it gives the option for the packages of the verdicts.

    `compiled`: they have wheels, and are compiled; else nothing is left of them that could be installed.
    """

    span: Span
    option: str
    installer: str
    verdicts: tuple[WheelVerdict, ...]
    compiled: bool

    @property
    def file(self) -> str:
        """What would be taken of the first package without the option."""
        refusal = self.verdicts[0].refusal
        return refusal.file if refusal is not None else ""


def refused(facts: "Facts") -> Iterator[tuple["StageFacts", Refused]]:
    """Of the images on musl: there wheels are rarer. Whether there are any may be what the command is to find out."""
    for stage, install in facts.musl_installs:
        found: dict[tuple[Span, str, bool], list[WheelVerdict]] = {}
        asking = may_fail(install.install.command)
        for verdict in install.verdicts:
            if verdict.refusal is not None and not (asking and verdict.outcome is Outcome.UNAVAILABLE):
                option = verdict.refusal.option
                key = _place(option, verdict.name, install, stage, facts), option, verdict.outcome is Outcome.COMPILE
                found.setdefault(key, []).append(verdict)
        for (span, option, compiled), verdicts in found.items():
            yield stage, Refused(span, option, install.installer, tuple(verdicts), compiled)


def _place(option: str, name: str, install: "PythonInstall", stage: "StageFacts", facts: "Facts") -> Span:
    """The last word that gives the option for a project, by name or for all."""
    given = {each.project: each.span for each in install.install.requirements.formats if each.option == option}
    span = given.get(name) or given.get(":all:") or install.install.command.program
    # A variable is read at the program's word; what an ONBUILD trigger runs has its place at the FROM.
    if span != install.install.command.program or install.run.step.brought_by is not None:
        return span
    return _variable(option, install, stage, facts) or span


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
