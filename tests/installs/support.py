"""Commands and files for the tests of installs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from posixpath import normpath

from lint_alpine.context import Missing
from lint_alpine.dockerfile.commands import Command, read_commands
from lint_alpine.installs.dependency import Dependency, Requirements
from lint_alpine.installs.install import Install
from lint_alpine.installs.read import read_install
from lint_alpine.source import Excerpt, Source


def command(text: str) -> Command:
    """The last command of a script; a variable that the script does not set is not known."""
    return read_commands(Excerpt.whole(Source("Dockerfile", text)), {})[-1]


@dataclass
class FakeFiles:
    """Files by path, without a working directory."""

    texts: Mapping[str, str | Requirements] = field(default_factory=dict)

    def read(self, path: str) -> Source | Requirements | Missing:
        text = self.texts.get(normpath(path))
        if isinstance(text, str):
            return Source(normpath(path), text)
        return Missing("there is no such file") if text is None else text

    def find(self, pattern: str) -> tuple[str, ...]:
        return tuple(sorted(path for path in self.texts if fnmatchcase(path, normpath(pattern))))


def install(text: str, files: Mapping[str, str | Requirements] | None = None, **variables: str | None) -> Install:
    """What the last command of a script installs."""
    found = read_install(command(text), FakeFiles(files or {}), variables)
    assert isinstance(found, Install)
    return found


def asks(text: str, files: Mapping[str, str | Requirements] | None = None, **variables: str | None) -> list[str]:
    """The requirements of that command, if nothing of it is left open."""
    requirements = install(text, files, **variables).requirements
    assert faults(requirements) == []
    assert requirements.complete
    return names(requirements.dependencies)


def names(dependencies: tuple[Dependency, ...]) -> list[str]:
    return [str(dependency.requirement) for dependency in dependencies]


def places(dependencies: tuple[Dependency, ...]) -> list[str]:
    """`path:line: text` of every dependency."""
    return [
        f"{dependency.span.source.path}:{dependency.span.start.line}: {dependency.span.text}"
        for dependency in dependencies
    ]


def faults(requirements: Requirements) -> list[str]:
    """`path:line: text: message` of everything that could not be read."""
    return [
        f"{fault.span.source.path}:{fault.span.start.line}: {fault.span.text}: {fault.message}"
        for fault in requirements.unreadable
    ]
