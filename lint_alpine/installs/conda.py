"""conda's command line and the pip section of its environment.yml -> Install."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from lint_alpine.context import Missing
from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.installs.dependency import Installer, Requirements
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.install import Files, Install, Target, Variables, Verb
from lint_alpine.installs.options import Options, Parsed, parse
from lint_alpine.installs.programs import read_program
from lint_alpine.installs.requirements import read_requirements
from lint_alpine.source import Source, Span

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
    sections = _Sections(files, {})
    gathered = Gathered(sections, {**variables, **command.variables}, complete=file.text is not None)
    if file.text is not None:
        read_requirements(file.text, file.span, gathered)
    requirements = gathered.requirements()
    own = tuple(
        each._replace(span=sections.place(each.span), opaque=each.opaque or OWN_PYTHON)
        for each in requirements.dependencies
    )
    unreadable = tuple(each._replace(span=sections.place(each.span)) for each in requirements.unreadable)
    return Install(
        installer=Installer.PIP,
        verb=Verb.INSTALL,
        command=command,
        requirements=requirements._replace(dependencies=own, unreadable=unreadable),
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
    """The files, environment files as the lines of their pip section. `whole` are those as they are, by path."""

    files: Files
    whole: dict[str, Source]

    def read(self, path: str) -> Source | Requirements | Missing:
        found = self.files.read(path)
        if not isinstance(found, Source) or not path.endswith(_YAML):
            return found
        self.whole[found.path] = found
        return Source(found.path, pip_section(found.text))

    def place(self, span: Span) -> Span:
        """The same place in the file as it is."""
        return span._replace(source=self.whole.get(span.source.path, span.source))

    def find(self, pattern: str) -> tuple[str, ...]:
        return self.files.find(pattern)


_SECTION = re.compile(r"([ ]*)-[ ]+pip:[ \t\r]*(?:#.*)?")
_ITEM = re.compile(r"([ ]*)-[ ]+(.*)")
# A comment begins behind a blank, and a plain scalar ends before the blanks in front of it.
_SCALAR = re.compile(r"""(?:"([^"\\]*)"|'([^']*)'|([^"'#\s](?:\S|\s++(?=[^\s#]))*+))\s*+(?:(?<!\S)#.*)?""")
# The same list in brackets; a plain scalar there holds no bracket and no comma.
_FLOW = re.compile(r"""(?<![^\s{\[,"'])pip["']?[ \t]*:\s*\[""")
_MOST_LISTS = 100
_BETWEEN = re.compile(r"(?:[\s,]+|#[^\n]*)*+")
_FLOW_PLAIN = r"""[^\s"'#,\[\]{}](?:[^\s,\[\]{}]|[ \t]++(?=[^\s#,\[\]{}]))*+"""
_FLOW_SCALAR = re.compile(rf"""(?:"([^"\\\n]*)"|'([^'\n]*)'|({_FLOW_PLAIN}))(?=\s*[,\]]|\s+#)""")

Place = tuple[int, int]


def pip_section(text: str) -> str:
    """The text with nothing left of it but the items of the list of pip, without quotes and comments: a requirement a
    line, each at its offset."""
    kept: list[str] = []
    end = 0
    for begin, after in sorted({*_block_items(text), *_flow_items(text)}):
        if begin < end:
            continue
        between = re.sub(r"[^\n]", " ", text[end:begin])
        # In brackets several may stand in a line: at least a comma is between them.
        kept += (between if "\n" in between or not end else "\n" + between[1:], text[begin:after])
        end = after
    return "".join((*kept, re.sub(r"[^\n]", " ", text[end:])))


def _block_items(text: str) -> Iterator[Place]:
    indent: int | None = None
    offset = 0
    for line in text.split("\n"):
        item, section = _ITEM.fullmatch(line), _SECTION.fullmatch(line)
        if section is not None:
            indent = len(section[1])
        elif indent is not None and line.strip() and not line.lstrip().startswith("#"):
            if item is None or len(item[1]) <= indent:
                indent = None
            elif (scalar := _SCALAR.fullmatch(item[2])) is not None:
                yield _place(scalar, offset + item.start(2))
        offset += len(line) + 1


def _flow_items(text: str) -> Iterator[Place]:
    for start in islice(_FLOW.finditer(text), _MOST_LISTS):
        line = text[text.rfind("\n", 0, start.start()) + 1 : start.start()]
        at = _after(text, start.end()) if not re.search(r"(?:^|\s)#", line) else len(text)
        while (scalar := _FLOW_SCALAR.match(text, at)) is not None:
            yield _place(scalar)
            at = _after(text, scalar.end())


def _after(text: str, at: int) -> int:
    """Behind blanks, commas and comments."""
    match = _BETWEEN.match(text, at)
    return match.end() if match is not None else at


def _place(scalar: re.Match[str], offset: int = 0) -> Place:
    group = next(number for number in (1, 2, 3) if scalar[number] is not None)
    return offset + scalar.start(group), offset + scalar.end(group)
