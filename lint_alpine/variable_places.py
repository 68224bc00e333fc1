"""Where a variable that a command sees was set."""

import re
from typing import TYPE_CHECKING

from lint_alpine.dockerfile.words import name_values
from lint_alpine.source import Span

if TYPE_CHECKING:
    from lint_alpine.facts import Facts, PythonInstall, StageFacts


def last_set(names: str, install: "PythonInstall", stage: "StageFacts", facts: "Facts") -> Span | None:
    """The name where it was set last before the command: in its RUN, or by ENV or ARG. `names` is a regular expression;
    None where none of them was set."""
    command, run = install.install.command, install.run.span
    in_script = re.compile(rf"\b(?:{names})(?==)")
    found = list(in_script.finditer(run.source.text, run.begin, command.program.begin))
    if found:
        return Span(run.source, *found[-1].span())
    while True:
        for step in reversed(stage.stage.steps):
            pairs = name_values(step.instruction) if step.instruction.name in ("ENV", "ARG") else ()
            for pair in pairs if step.instruction.span.begin < run.begin else ():
                if re.fullmatch(names, pair.name):
                    return Span(pair.span.source, pair.span.begin, pair.span.begin + len(pair.name))
        if stage.stage.base.stage is None:
            return None
        stage = facts.stages[stage.stage.base.stage]
