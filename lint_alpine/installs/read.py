"""A command -> what it installs, by the program that it calls."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from lint_alpine.context import Missing
from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.installs.apk import read_apk
from lint_alpine.installs.dependency import Requirements
from lint_alpine.installs.gathered import MOST_REQUIREMENTS, Gathered
from lint_alpine.installs.install import Export, Files, Install, Variables
from lint_alpine.installs.programs import read_program
from lint_alpine.installs.reading import Reading
from lint_alpine.installs.reference import read_reference
from lint_alpine.source import Source

__all__ = ["read_apk", "read_install"]

_STANDARD_INPUT = frozenset({"/dev/stdin", "/dev/fd/0", "/proc/self/fd/0", "-"})


def read_install(
    command: Command, files: Files, variables: Variables, prefix: str | None = None, reading: Reading | None = None
) -> Install | Export | None:
    """What a command installs, or writes as a requirements file; None where it does neither, as far as is known.

    `variables` are those of the image and build at that point; the command's own come on top. `prefix` is that of the
    Python which is found first on PATH. `reading` is shared by the commands of one Dockerfile.
    """
    reading = reading or Reading()
    found = _read(command, _CommandFiles(files, command, reading), variables, prefix)
    if found is not None:
        reading.count(found.requirements)
    return found


def _read(command: Command, files: Files, variables: Variables, prefix: str | None) -> Install | Export | None:
    if command.more_arguments:
        command = command._replace(arguments=(*command.arguments, *_more_arguments(command, files)))
    match read_program(command).name:
        case "pip" | "ensurepip" | "get-pip" | "pip-sync" | "piptools":
            from lint_alpine.installs.pip import read_pip

            return read_pip(command, files, variables, prefix)
        case "uv" | "uvx":
            from lint_alpine.installs.uv import read_uv

            return read_uv(command, files, variables)
        case "poetry":
            from lint_alpine.installs.poetry import read_poetry

            return read_poetry(command, files, variables)
        case "pdm":
            from lint_alpine.installs.pdm import read_pdm

            return read_pdm(command, files, variables)
        case "pipenv":
            from lint_alpine.installs.pipenv import read_pipenv

            return read_pipenv(command, files, variables)
        case "pipx":
            from lint_alpine.installs.pipx import read_pipx

            return read_pipx(command, files, variables)
        case "conda" | "mamba" | "micromamba":
            from lint_alpine.installs.conda import read_conda

            return read_conda(command, files, variables)
    return None


class _CommandFiles(NamedTuple):
    """The files, and what the command reads on its standard input."""

    files: Files
    command: Command
    reading: Reading

    def read(self, path: str) -> Source | Requirements | Missing:
        if path not in _STANDARD_INPUT:
            return self.reading.read(self.files, path)
        if self.command.stdin_file is not None and self.command.stdin_file.text is not None:
            return self.reading.read(self.files, self.command.stdin_file.text)
        if self.command.stdin_text is not None:
            return self.command.stdin_text.as_source()
        echoed = _echoed(self.command.piped, self.files)
        if echoed is not None:
            return echoed
        found = self.reading.read(self.files, path)
        return Missing("what stands on its standard input is not known") if isinstance(found, Missing) else found

    def find(self, pattern: str) -> tuple[str, ...]:
        return self.files.find(pattern)


def _more_arguments(command: Command, files: Files) -> Iterator[Argument]:
    """What xargs adds to the command: the words of its standard input; one word that is not known, if that is not."""
    source = files.read("/dev/stdin") if command.stdin_file is not None else None
    if not isinstance(source, Source):
        yield Argument(None, command.program)
        return
    for match in islice(re.finditer(r"\S+", source.text), MOST_REQUIREMENTS):
        yield Argument(match[0], source.span(match.start(), match.end()))


def _echoed(words: Sequence[Argument], files: Files) -> Requirements | None:
    """The requirements that `echo one` or `printf '%s\\n' one another` writes; None where that is not plain."""
    match [word.text for word in words]:
        case ["echo", str()] | ["printf", "%s\\n", *_]:
            lines = [word for word in words[1:] if word.text != "%s\\n"]
        case _:
            return None
    if any(not line.text or line.text[0] in "-#" or "\\" in line.text for line in lines):
        return None
    gathered = Gathered(files, {})
    for line in lines:
        gathered.add(read_reference(line.text or ""), line.span)
    return gathered.requirements()
