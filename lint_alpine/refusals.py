"""Installs that --no-binary or --only-binary make long or impossible, each with the word that says so."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.certain import may_fail
from lint_alpine.dockerfile.commands import Command
from lint_alpine.installs.pip_settings import read_pip_setting
from lint_alpine.source import Span
from lint_alpine.variable_places import last_set
from lint_alpine.wheels.verdict import Outcome, WheelVerdict

if TYPE_CHECKING:
    from lint_alpine.facts import Facts, PythonInstall, StageFacts

# pip's and uv's variables for the two options.
_VARIABLES = {
    "no-binary": "PIP_NO_BINARY|UV_NO_BINARY(?:_PACKAGE)?",
    "only-binary": "PIP_ONLY_BINARY|UV_NO_BUILD(?:_PACKAGE)?",
}


class Refused(NamedTuple):
    """What keeps an installer from something: `words` give the option for the packages of the verdicts, and `span` is
    the smallest of them that does, the name in a list or the variable. `command` is the one that installs.

    `compiled`: they have wheels, and are compiled; else nothing is left of them that could be installed.
    """

    span: Span
    words: str
    option: str
    installer: str
    verdicts: tuple[WheelVerdict, ...]
    compiled: bool
    command: Span

    @property
    def file(self) -> str:
        """What would be taken of the first package without the option."""
        refusal = self.verdicts[0].refusal
        return refusal.file if refusal is not None else ""


def refused(facts: "Facts") -> Iterator[tuple["StageFacts", Refused]]:
    """Of the images on musl: there wheels are rarer. Whether there are any may be what the command is to find out."""
    for stage, install in facts.musl_installs:
        found: dict[tuple[Span, str, str, bool], list[WheelVerdict]] = {}
        asking = may_fail(install.install.command)
        for verdict in install.verdicts:
            if verdict.refusal is not None and not (asking and verdict.outcome is Outcome.UNAVAILABLE):
                option = verdict.refusal.option
                span, words = _place(option, verdict.name, install, stage, facts)
                found.setdefault((span, words, option, verdict.outcome is Outcome.COMPILE), []).append(verdict)
        for (span, words, option, compiled), verdicts in found.items():
            command = install.install.command.span
            yield stage, Refused(span, words, option, install.installer, tuple(verdicts), compiled, command)


def _place(option: str, name: str, install: "PythonInstall", stage: "StageFacts", facts: "Facts") -> tuple[Span, str]:
    """Where the option is given last for a project, by name or for all, and the words that do it."""
    # What an ONBUILD trigger runs has its place at the FROM.
    if install.run.step.brought_by is not None:
        return install.run.step.brought_by, f"--{option}"
    given = {each.project: each for each in install.install.requirements.formats if each.option == option}
    found = given.get(name) or given.get(":all:")
    if found is not None and found.words is not None:
        return found.span, found.words
    place = last_set(_VARIABLES[option], install, stage, facts)
    if place is not None:
        return place, place.text
    place = found.span if found is not None else install.install.command.program
    setting = _configured(option, install, stage, facts)
    if setting is None:
        return place, place.text
    return setting.span, " ".join((setting.name, *(argument.written for argument in setting.arguments)))


def _configured(option: str, install: "PythonInstall", stage: "StageFacts", facts: "Facts") -> Command | None:
    """The last `pip config set` of the option before the command."""
    names = re.compile(_VARIABLES[option])
    before = install.install.command.span.begin
    while True:
        for run in reversed(stage.runs):
            for command in reversed(run.commands):
                setting = read_pip_setting(command) if command.span.begin < before else None
                if setting is not None and names.fullmatch(setting[0]):
                    return command
        if stage.stage.base.stage is None:
            return None
        stage = facts.stages[stage.stage.base.stage]
