"""conda's command line and the pip section of its environment.yml -> Install."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from lint_alpine.context import Missing
from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.installs.dependency import Installer, Requirements
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.install import Files, Install, Target, Variables, Verb
from lint_alpine.installs.options import Options, Parsed, parse
from lint_alpine.installs.programs import read_program
from lint_alpine.installs.requirements import read_requirements
from lint_alpine.source import Source

PROGRAMS = ("conda", "mamba", "micromamba")
OWN_PYTHON = "it goes into conda's own Python, which is built for glibc"

_OPTIONS = Options.of(
    flags="-h/--help -y/--yes -q/--quiet -v/--verbose --json --prune --force --override-channels --no-deps --dry-run"
    " --no-default-packages --use-index-cache -k/--insecure --offline -C --copy --always-copy --no-pin --no-py-pin",
    valued="-f/--file -n/--name -p/--prefix -c/--channel --solver --subdir --platform -r/--root-prefix"
    " --channel-priority --experimental-solver",
)
_VERBS = frozenset({"create", "update", "install"})
_YAML = (".yml", ".yaml")


def read_conda(command: Command, files: Files, variables: Variables) -> Install | None:
    """What the pip section of an environment.yml installs; None for other programs and commands.

    conda calls its own pip in an environment with its own Python, so the files that this takes are not known.
    """
    program = read_program(command)
    found = parse(program.arguments, _OPTIONS)
    file = _file(found) if program.name in PROGRAMS else None
    if file is None or found.has("help", "dry-run"):
        return None
    gathered = Gathered(_Sections(files), {**variables, **command.variables}, complete=file.text is not None)
    if file.text is not None:
        read_requirements(file.text, file.span, gathered)
    requirements = gathered.requirements()
    own = tuple(each._replace(opaque=each.opaque or OWN_PYTHON) for each in requirements.dependencies)
    return Install(
        installer=Installer.PIP,
        verb=Verb.INSTALL,
        command=command,
        requirements=requirements._replace(dependencies=own),
        target=Target(own=True),
        no_cache=None,
    )


def _file(found: Parsed) -> Argument | None:
    """The file of the environment; conda looks for environment.yml where `conda env` is given none."""
    words = [word.text for word in found.words]
    verb = next((word for word in words if word != "env"), None)
    if verb not in _VERBS:
        return None
    option = found.last("file")
    if option is not None and (option.value is None or option.value.endswith(_YAML)):
        return Argument(option.value, option.span)
    return Argument("environment.yml", found.words[0].span) if words[0] == "env" and option is None else None


class _Sections(NamedTuple):
    """The files, environment files as the lines of their pip section, each at its place."""

    files: Files

    def read(self, path: str) -> Source | Requirements | Missing:
        found = self.files.read(path)
        return (
            Source(found.path, pip_section(found.text)) if isinstance(found, Source) and path.endswith(_YAML) else found
        )

    def find(self, pattern: str) -> tuple[str, ...]:
        return self.files.find(pattern)


_SECTION = re.compile(r"([ ]*)-[ ]+pip:[ \t\r]*(?:#.*)?")
_ITEM = re.compile(r"([ ]*)-[ ]+(.*)")
_SCALAR = re.compile(r"""(?:"([^"\\]*)"|'([^']*)'|([^"'#\s](?:[^#]|(?<=\S)#)*?))[ \t\r]*(?:(?<!\S)#.*)?""")


def pip_section(text: str) -> str:
    """The text with nothing left of it but the items of the list `- pip:`, without quotes and comments."""
    return "\n".join(_section(text.split("\n")))


def _section(lines: list[str]) -> Iterator[str]:
    indent: int | None = None
    for line in lines:
        item, section = _ITEM.fullmatch(line), _SECTION.fullmatch(line)
        if section is not None:
            indent = len(section[1])
        elif indent is not None and line.strip() and not line.lstrip().startswith("#"):
            if item is None or len(item[1]) <= indent:
                indent = None
            elif (scalar := _SCALAR.fullmatch(item[2])) is not None:
                group = next(number for number in (1, 2, 3) if scalar[number] is not None)
                start = item.start(2) + scalar.start(group)
                yield " " * start + scalar[group]
                continue
        yield ""
