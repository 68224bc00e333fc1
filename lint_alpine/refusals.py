"""Installs that --no-binary or --only-binary make long or impossible, each with the word that says so."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.certain import may_fail
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
    the smallest of them that does, the name in a list or the variable.

    `compiled`: they have wheels, and are compiled; else nothing is left of them that could be installed.
    """

    span: Span
    words: str
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
        found: dict[tuple[Span, str, str, bool], list[WheelVerdict]] = {}
        asking = may_fail(install.install.command)
        for verdict in install.verdicts:
            if verdict.refusal is not None and not (asking and verdict.outcome is Outcome.UNAVAILABLE):
                option = verdict.refusal.option
                span, words = _place(option, verdict.name, install, stage, facts)
                found.setdefault((span, words, option, verdict.outcome is Outcome.COMPILE), []).append(verdict)
        for (span, words, option, compiled), verdicts in found.items():
            yield stage, Refused(span, words, option, install.installer, tuple(verdicts), compiled)


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
    place = place or (found.span if found is not None else install.install.command.program)
    return place, place.text
