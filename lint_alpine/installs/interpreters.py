"""Commands that bring a Python, other than apk -> the folders of its programs."""

import posixpath
import re
from typing import NamedTuple

from lint_alpine.dockerfile.commands import Command
from lint_alpine.installs.install import Variables
from lint_alpine.installs.options import parse
from lint_alpine.installs.programs import read_program

_MANAGERS = frozenset({"apt", "apt-get", "aptitude", "dnf", "microdnf", "tdnf", "yum", "zypper"})
_PYTHON_PACKAGE = re.compile(r"python3?(?:[.-].*)?|python3\d+(?:-.*)?")
_REQUEST = re.compile(r"(?:(?:cpython|pypy)[@-])?(\d+\.\d+)(?:\.\d+)?(?:[-+].*)?")


class BroughtPython(NamedTuple):
    """The folder of a Python's program, and its minor version where the command names it."""

    folder: str
    minor: str | None = None


def read_interpreters(command: Command, variables: Variables) -> tuple[BroughtPython, ...]:
    """What `apt-get install python3` and `uv python install` bring; nothing for all other commands."""
    words = [argument.text for argument in command.arguments]
    if command.name in _MANAGERS:
        packages = words[words.index("install") + 1 :] if "install" in words else []
        is_there = any(_PYTHON_PACKAGE.fullmatch(word or "") for word in packages)
        return (BroughtPython("/usr/bin"),) if is_there else ()
    if read_program(command).name == "uv" and "python" in words and "install" in words:
        return _by_uv(command, {**variables, **command.variables})
    return ()


def _by_uv(command: Command, variables: Variables) -> tuple[BroughtPython, ...]:
    from lint_alpine.installs.uv_options import PYTHON

    found = parse(command.arguments, PYTHON)
    texts = [word.text or "" for word in found.words]
    folder = found.value("install-dir") or _uv_folder(variables)
    if texts[:2] != ["python", "install"] or found.has("help") or folder is None:
        return ()
    requested = [_REQUEST.fullmatch(text) for text in texts[2:]] or [None]
    minors = [match[1] if match is not None else None for match in requested]
    return tuple(BroughtPython(posixpath.join(folder, f"cpython-{minor}", "bin"), minor) for minor in minors)


def _uv_folder(variables: Variables) -> str | None:
    """Where uv keeps the Pythons that it downloads."""
    if named := variables.get("UV_PYTHON_INSTALL_DIR"):
        return named
    home = variables.get("HOME")
    data = variables.get("XDG_DATA_HOME") or (f"{home}/.local/share" if home else None)
    return f"{data}/uv/python" if data else None
