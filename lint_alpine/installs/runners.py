"""`poetry run COMMAND` and its kin -> the command that they run, and whose environment it sees; what Poetry is told."""

import re
from typing import NamedTuple

from lint_alpine.dockerfile.commands import Command
from lint_alpine.installs.install import Variables
from lint_alpine.installs.options import Options, parse
from lint_alpine.installs.programs import read_program

_COMMON = "-h/--help -q/--quiet -v/--verbose -n/--no-interaction --ansi --no-ansi -V/--version"
# Before and behind `run`, where it ends at the first word that is none of them.
_RUNNERS = {
    "poetry": Options.of(flags=f"{_COMMON} --no-plugins --no-cache", valued="-C/--directory -P/--project"),
    "uv": Options.of(
        flags=f"{_COMMON} --no-cache --offline --frozen --locked --no-sync --isolated --no-project --all-extras"
        " --no-dev --all-groups --no-default-groups --exact --active --no-editable --no-config --dev --no-env-file",
        valued="-p/--python --project --directory --extra --group --no-group --only-group --with --with-requirements"
        " --with-editable --env-file --package --index --default-index --index-url --extra-index-url --cache-dir",
    ),
    "pdm": Options.of(
        flags="-h/--help -q/--quiet -v/--verbose -g/--global -s/--site-packages --recreate",
        valued="-p/--project -c/--config --venv",
    ),
    "pipenv": Options.of(flags="-h/--help -q/--quiet -v/--verbose --bare", valued="--python --pypi-mirror"),
    "hatch": Options.of(
        flags="-h/--help -q/--quiet -v/--verbose --no-color --no-interactive -f/--force-continue --ignore-compat",
        valued="-e/--env -p/--project -i/--include -x/--exclude --data-dir --cache-dir --config --filter",
    ),
}
# The virtual environments of these have no pip: then it is the one behind them on PATH.
_WITHOUT_PIP = frozenset({"uv", "pdm"})
_POETRY_CONFIG = Options.of(flags=f"{_COMMON} --local --migrate", valued="-C/--directory -P/--project")


class Runner(NamedTuple):
    """What a command runs. `own`: its pip is that of a virtual environment which the tool has made."""

    command: Command
    own: bool


def read_runner(command: Command, variables: Variables) -> Runner | None:
    """The command behind `poetry run`, `uv run`, `pdm run`, `pipenv run` or `hatch run`; None for all others."""
    program = read_program(command)
    options = _RUNNERS.get(program.name)
    start = parse(program.arguments, options, stop=True) if options is not None else None
    if options is None or start is None or not start.words or start.words[0].text != "run":
        return None
    words = parse(start.words[1:], options, stop=True).words
    text = words[0].text if words else None
    if text is None:
        return None
    # Of hatch's `environment:command`.
    path = text.partition(":")[2] or text if program.name == "hatch" else text
    inner = command._replace(
        name=path.rpartition("/")[2],
        path=path if "/" in path else None,
        arguments=words[1:],
        program=words[0].span,
        piped=(),
    )
    if program.name in _WITHOUT_PIP:
        # Their Python has no module of that name.
        return Runner(inner, own=False) if inner.name.startswith("pip") else None
    system = variables.get("POETRY_VIRTUALENVS_CREATE", "") if program.name == "poetry" else ""
    return Runner(inner, own=not (system is not None and system.lower() in ("false", "0")))


def read_poetry_setting(command: Command) -> tuple[str, str | None] | None:
    """`poetry config name value`, as the variable that means the same to later commands; None for all else."""
    program = read_program(command)
    words = parse(program.arguments, _POETRY_CONFIG).words if program.name == "poetry" else ()
    if len(words) != 3 or words[0].text != "config" or words[1].text is None:
        return None
    return f"POETRY_{re.sub('[.-]', '_', words[1].text).upper()}", words[2].text
