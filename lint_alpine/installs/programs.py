"""Which Python tool a command runs, by its own name or as `python -m`, and in which Python environment."""

import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.installs.install import Target, Variables

_PYTHON = re.compile(r"(?:python|pypy)(?:\d+(?:\.\d+)?t?)?(?:\.exe)?|py")
_PIP = re.compile(r"pip-?(\d+(?:\.\d+)?)?(?:\.exe)?")
# Those of older Pythons stand in folders, as `pip/3.6/get-pip.py` (pypa/get-pip, public).
_GET_PIP = re.compile(r"(?:^|/)(?:(\d\.\d+)/)?get-pip\.py[\"')]*$")
# Interpreter options that take the next word, unless the value is joined to them.
_VALUED = "WX"
TRUE = frozenset({"y", "yes", "t", "true", "on", "1"})


class Program(NamedTuple):
    """A tool by its plain name (`pip` for pip3.11 and for `python -m pip`), with its own arguments.

    `target` is the environment that the program itself tells: the Python that runs it, the prefix that it stands in.
    """

    name: str
    arguments: tuple[Argument, ...]
    target: Target


def read_program(command: Command) -> Program:
    environment = environment_of(command.path)
    if _PYTHON.fullmatch(command.name):
        name, arguments = _module(command.arguments, command.piped)
        interpreter = None if command.name in ("python", "py") else command.path or command.name
        return Program(name, arguments, Target(interpreter=interpreter, environment=environment))
    match = _PIP.fullmatch(command.name)
    if match:
        version = match[1] or ""
        # pip3 is the pip of whatever Python 3 there is.
        interpreter = f"python{version}" if "." in version or version == "2" else None
        return Program("pip", command.arguments, Target(interpreter=interpreter, environment=environment))
    return Program(command.name, command.arguments, Target(environment=environment))


def environment_of(program: str | None) -> str | None:
    """The prefix whose bin folder holds a program: `/venv` of `/venv/bin/pip`."""
    folder, name = posixpath.split(posixpath.dirname(program or ""))
    return folder or "/" if name == "bin" and program else None


def _module(arguments: Sequence[Argument], piped: Sequence[Argument]) -> tuple[str, tuple[Argument, ...]]:
    """The module that `python -m` runs with its arguments; `get-pip` for that script, also where it is `piped` into
    Python; empty for all else."""
    index = 0
    while index < len(arguments):
        text = arguments[index].text or ""
        index += 1
        if text.startswith("--"):
            continue
        if not text.startswith("-") or text == "-":
            script = [arguments[index - 1]] if text != "-" else piped
            return ("get-pip" if get_pip(script) is not None else "", tuple(arguments[index:]))
        for at, letter in enumerate(text[1:], start=2):
            rest = text[at:]
            if letter == "c":
                return "", ()
            if letter == "m":
                module = rest or (arguments[index].text if index < len(arguments) else None) or ""
                return module.removesuffix(".__main__"), tuple(arguments[index + (not rest) :])
            if letter in _VALUED:
                index += not rest
                break
    return ("get-pip" if get_pip(piped) is not None else "", ())


def get_pip(words: Iterable[Argument]) -> str | None:
    """The Python that the get-pip.py is for which one of the words names (a file, a URL, `<(curl URL)`), empty for that
    of current ones; None where none does."""
    named = (_GET_PIP.search(word.text if word.text is not None else word.written) for word in words)
    return next((match[1] or "" for match in named if match is not None), None)


def is_true(variables: Variables, name: str) -> bool | None:
    """Whether a variable is set to yes; None where its value is not known."""
    value = variables.get(name, "")
    return None if value is None else value.strip().lower() in TRUE


def python_target(python: str | None, target: Target) -> Target:
    """The target with the Python that an option names: a version, an interpreter's path, a virtual environment."""
    if python is None:
        return target
    environment = environment_of(python) or (python if "/" in python else None)
    return target._replace(interpreter=python, environment=environment)


def written_to(command: Command) -> str | None:
    """The file that the command's standard output goes to, where that is known."""
    return command.writes[-1].text if command.writes else None
