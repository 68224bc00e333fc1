"""Commands that copy, move or write files -> what then stands where, as far as it shows without running them."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lint_alpine.context import Missing
from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.image_files import NOTHING_COPIES_IT, FromElsewhere, ImageFiles, below
from lint_alpine.installs.dependency import Requirements
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.options import Options, parse
from lint_alpine.installs.reference import read_reference
from lint_alpine.installs.requirements import read_requirements
from lint_alpine.source import Excerpt, Source, Span

_MOST_PARTS = 1000
# What a project's file may come to, command by command.
_MOST_SOURCES = 20
_LONGEST_PROJECT = 1_000_000
_NOT_FOLLOWED = "what a file includes is not followed where commands add to it"
_ECHO_OPTIONS = frozenset({"-n", "-e", "-E", "-ne", "-en"})
_POETRY_SOURCE = Options.of(
    flags="-d/--default -s/--secondary -n/--no-interaction -q/--quiet -v/--verbose --ansi --no-ansi",
    valued="-p/--priority -C/--directory -P/--project",
)
_LINE_BREAK = re.compile(r"\\n|\n")
# What a shell may replace in a here-document; whether its name is quoted is not looked at.
_EXPANDED = re.compile(r"[$`\\]")


class Lines(NamedTuple):
    """What echo and printf write, each line with its place."""

    lines: tuple[tuple[str, Span], ...]


Part = Source | Requirements | Excerpt | Lines


class FromParts(NamedTuple):
    """A file that commands are known to have written: its text in parts, or requirements for which there is no text."""

    path: str
    parts: tuple[Part, ...]

    @property
    def destination(self) -> str:
        return self.path

    def read(self, path: str) -> Source | Requirements | None:
        if path != self.path:
            return None
        match self.parts:
            case (Source() | Requirements() as only,):
                return only
            case (Excerpt() as only,):
                return only.as_source()
        if path.endswith(".conf"):
            return _configuration(path, self.parts)
        gathered = Gathered(ImageFiles(), {})
        for part in self.parts:
            match part:
                case Requirements():
                    gathered.join(part)
                case Lines(lines):
                    _add(lines, gathered)
                case Excerpt() | Source():
                    # Only the file itself is there, not what it may include.
                    files = ImageFiles()
                    files.suspect("/", _NOT_FOLLOWED)
                    files.placed.append(FromParts(path, (part,)))
                    gathered.files = files
                    named = (part if isinstance(part, Source) else part.source).start
                    read_requirements(path, named, gathered)
        return gathered.requirements()


def _configuration(path: str, parts: Sequence[Part]) -> Source | None:
    """pip's own configuration as one text; nothing that is told has its place in it."""
    found = []
    for part in parts:
        match part:
            case Lines(lines):
                found += [text for text, _ in lines]
            case Excerpt(text=text) | Source(text=text):
                found.append(text)
    return Source(path, "\n".join(found))


def _add(lines: Sequence[tuple[str, Span]], gathered: Gathered) -> None:
    for text, span in lines:
        requirement = re.split(r"(?:^|\s)#", text)[0].strip()
        if requirement.startswith("-") or " --" in requirement:
            gathered.fault(span, "an option that a command writes to the file is not followed")
        elif requirement:
            gathered.add(read_reference(requirement), span)


def write(command: Command, there: ImageFiles, files: ImageFiles) -> None:
    """Lets a command change the files; `there` are those that it sees, from where it runs."""
    match command.name:
        case "cp" | "mv":
            _copy(command, there, files)
        case "tee":
            _change(_operands(command.arguments), "`tee` writes it", there, files)
        case "sed" if any((argument.text or "").startswith(("-i", "--in-place")) for argument in command.arguments):
            known = [argument for argument in _operands(command.arguments) if _is_known(argument, there)]
            _change(known, "`sed` changes it", there, files)
        case "poetry":
            _add_source(command, there, files)
    if command.writes:
        part = _output(command, there)
        for target in command.writes:
            _redirect(part, target, command.name, there, files)


def _add_source(command: Command, there: ImageFiles, files: ImageFiles) -> None:
    """`poetry source add NAME URL` puts an index into the project's file."""
    found = parse(command.arguments, _POETRY_SOURCE)
    path, project = there.absolute("pyproject.toml"), there.read("pyproject.toml")
    words = [word.text if word.text is not None else word.written for word in found.words]
    if words[:2] != ["source", "add"] or len(words) < 4 or path is None or not isinstance(project, Source):
        return
    if project.text.count("[[tool.poetry.source]]") >= _MOST_SOURCES or len(project.text) > _LONGEST_PROJECT:
        files.placed.append(FromElsewhere(path, "`poetry` changes it during the build"))
        return
    entry = {"name": words[2], "url": words[3], "priority": found.value("priority") or "primary"}
    # At the end, so that all else keeps its place; a JSON string is one of TOML.
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in entry.items())
    text = f"{project.text}\n[[tool.poetry.source]]\n{lines}"
    files.placed.append(FromParts(path, (Source(project.path, text),)))


def _operands(arguments: Sequence[Argument]) -> list[Argument]:
    return [argument for argument in arguments if argument.text is None or not argument.text.startswith("-")]


def _is_known(argument: Argument, there: ImageFiles) -> bool:
    return argument.text is not None and not isinstance(there.read(argument.text), Missing)


def _change(targets: Sequence[Argument], how: str, there: ImageFiles, files: ImageFiles) -> None:
    """The targets become files whose content is not known."""
    for target in targets:
        path = there.absolute(target.text) if target.text else None
        if path is not None:
            files.placed.append(FromElsewhere(path, f"{how} during the build"))


def _copy(command: Command, there: ImageFiles, files: ImageFiles) -> None:
    """`cp` and `mv` of files; of folders only where they may have put something."""
    *sources, target = _operands(command.arguments) or [Argument(None, command.span)]
    destination = there.absolute(target.text) if target.text else None
    reason = f"`{command.name}` may write it during the build"
    if destination is None or not sources or any(argument.text is None for argument in sources):
        files.suspect("/", reason)
        return
    into = (target.text or "").endswith("/") or len(sources) > 1
    for source in sources:
        path = there.absolute(source.text or "")
        parts = _parts_at(path, there) if path is not None else None
        if path is None or not parts:
            files.suspect(destination, reason)
            continue
        name = path.rpartition("/")[2]
        # Whether the target is a folder is not known: then it is one of the two, and the other one is not read.
        places = [f"{destination.rstrip('/')}/{name}"] + ([] if into else [destination])
        if command.name == "mv":
            files.placed.append(FromElsewhere(path, "`mv` moves it away during the build"))
        files.placed += [FromParts(place, parts) for place in places]


def _redirect(part: Part | None, target: Argument, name: str, there: ImageFiles, files: ImageFiles) -> None:
    path = there.absolute(target.text) if target.text else None
    if path is None or below(path, "/dev") is not None:
        return
    unknown = FromElsewhere(path, f"`{name}` writes it during the build")
    if part is None:
        files.placed.append(unknown)
    elif not _is_appended(target):
        files.placed.append(FromParts(path, (part,)))
    else:
        before = _parts_at(path, there)
        known = before is not None and len(before) < _MOST_PARTS
        files.placed.append(FromParts(path, (*before, part)) if before is not None and known else unknown)


def _is_appended(target: Argument) -> bool:
    """Whether `>>` stands before the file, blanks and continuation lines aside."""
    begin = target.span.begin
    return target.span.source.text[max(0, begin - 200) : begin].rstrip(" \t\\\r\n").endswith(">>")


def _parts_at(path: str, there: ImageFiles) -> tuple[Part, ...] | None:
    """What stands at a path, nothing where no file does; None where that is not known."""
    for placed in there.near(path):
        if isinstance(placed, FromParts):
            if placed.path == path:
                return placed.parts
        elif placed.read(path) is not None:
            break
    found = there.look_up(path)
    if isinstance(found, Missing):
        return () if found is NOTHING_COPIES_IT else None
    return (found,)


def _output(command: Command, there: ImageFiles) -> Part | None:
    """What a command writes on its standard output; None where that is not known."""
    match command.name:
        case "echo":
            words = [argument for argument in command.arguments if argument.text not in _ECHO_OPTIONS]
            return Lines(tuple(_lines(words))) if all(word.text is not None for word in words) else None
        case "printf":
            return _printed(command.arguments)
        case "cat":
            return _concatenated(command, there)
    return None


def _lines(words: Sequence[Argument]) -> Iterator[tuple[str, Span]]:
    """The lines of words with blanks between them, each at its place as far as it stands there as such."""
    if not words:
        return
    span = words[0].span.to(words[-1].span)
    at = 0
    for line in _LINE_BREAK.split(" ".join(word.text or "" for word in words)):
        text = line.strip()
        begin = span.text.find(text, at)
        at = max(at, begin + len(text))
        yield text, span.source.span(span.begin + begin, span.begin + begin + len(text)) if begin >= 0 else span


def _printed(arguments: Sequence[Argument]) -> Lines | None:
    if not arguments or any(argument.text is None for argument in arguments):
        return None
    form, *values = arguments
    if form.text == "%s\\n":
        return Lines(tuple(line for value in values for line in _lines([value])))
    return Lines(tuple(_lines([form]))) if "%" not in (form.text or "") else None


def _concatenated(command: Command, there: ImageFiles) -> Part | None:
    operands = _operands(command.arguments)
    if len(operands) > 1 or len(operands) < len(command.arguments):
        return None
    file = operands[0] if operands else command.stdin_file
    if file is not None:
        found = there.read(file.text) if file.text else Missing("")
        return None if isinstance(found, Missing) else found
    text = command.stdin_text
    return None if text is None or _EXPANDED.search(text.text) else text
