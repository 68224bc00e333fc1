"""Commands and files for the tests of installs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from posixpath import normpath

from lint_alpine.context import Missing
from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.installs.dependency import Dependency, Requirements
from lint_alpine.source import Source

_WORD = re.compile(r"""(?:[^\s'"]|'[^']*'|"[^"]*")+""")


def command(text: str, *, variables: Mapping[str, str | None] | None = None, stdin: str | None = None) -> Command:
    """A command of plain and quoted words; a word with `$` is not known."""
    source = Source("Dockerfile", text)
    words = [
        Argument(
            None if "$" in match[0] else re.sub(r"""['"]""", "", match[0]), source.span(match.start(), match.end())
        )
        for match in _WORD.finditer(text)
    ]
    program = words[0].text or ""
    return Command(
        name=program.rpartition("/")[2],
        path=program if "/" in program else None,
        arguments=tuple(words[1:]),
        variables=variables or {},
        span=source.span(0, len(text)),
        program=words[0].span,
        conditional=False,
        substitution=False,
        stdin_file=Argument(stdin, source.start) if stdin else None,
    )


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
