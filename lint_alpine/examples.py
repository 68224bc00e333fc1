"""A rule's README -> its page and its examples, which are its tests."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from lint_alpine.wheels.distribution import Distribution, parse
from lint_alpine.wheels.evidence import Evidence, Needs, Offer, Origin, Unavailable

if TYPE_CHECKING:
    from lint_alpine.report.report import Report
    from lint_alpine.rule import Rule

_SECTION = re.compile(r"^## (Bad|Good): (.+)$")
_FENCE = re.compile(r"^```(\w*)$")
_FILE_NAME = re.compile(r"^`([^`]+)`:$")
_INDEX_LINE = re.compile(r"^(?P<file>\S+)(?:[ ]+requires-python[ ]+(?P<python>.+?))?(?P<yanked>[ ]+yanked)?$")
_NEEDS_LINE = re.compile(r"^(?P<name>\S+) (?P<version>\S+) needs (?P<requirement>.+)$")

EVIDENCE = Evidence(Origin.INDEX, "2026-11-20", "index.example")


@dataclass(frozen=True, slots=True)
class Example:
    """A Dockerfile, the files beside it by path, what the index would list, and the text that linting prints."""

    title: str
    bad: bool
    line: int
    dockerfile: str
    files: Mapping[str, str]
    index: str
    expected: str


class Page(NamedTuple):
    """A rule's README: the sentence that says what it finds, the whole text, and its examples."""

    summary: str
    text: str
    examples: tuple[Example, ...]


def read_page(path: Path) -> Page:
    """Raises ValueError, with file and line, where a page is not laid out as every page is."""
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    summary = next((line for line in lines[1:] if line.strip()), "")
    if not lines[0].startswith("# LA") or not summary:
        raise ValueError(f"{path}:1: a page starts with `# CODE name` and one sentence")
    starts = [number for number, line in enumerate(lines) if _SECTION.match(line)]
    ends = [*starts[1:], len(lines)]
    return Page(
        summary, text, tuple(_example(path, lines, start, end) for start, end in zip(starts, ends, strict=True))
    )


def _example(path: Path, lines: list[str], start: int, end: int) -> Example:
    heading = _SECTION.match(lines[start])
    assert heading is not None
    dockerfile: str | None = None
    expected, index, name = "", "", None
    files: dict[str, str] = {}
    number = start + 1
    while number < end:
        line = lines[number]
        if match := _FILE_NAME.match(line):
            name = match[1]
        elif match := _FENCE.match(line):
            close = next((at for at in range(number + 1, end) if lines[at] == "```"), None)
            if close is None:
                raise ValueError(f"{path}:{number + 1}: this fence is never closed")
            body = "".join(f"{inner}\n" for inner in lines[number + 1 : close])
            if name == "index":
                index = body
            elif name is not None:
                files[name] = body
            elif match[1] == "dockerfile":
                dockerfile = body
            elif match[1] == "text":
                expected = body
            name, number = None, close
        number += 1
    if dockerfile is None:
        raise ValueError(f"{path}:{start + 1}: an example needs a dockerfile fence")
    return Example(heading[2], heading[1] == "Bad", start + 1, dockerfile, files, index, expected)


def lint_example(example: Example, folder: Path, rules: "Sequence[Rule]") -> str:
    """What linting an example prints, as text; its files are written to the folder."""
    from lint_alpine.report import text

    return text.render(report_example(example, folder, rules))


def report_example(example: Example, folder: Path, rules: "Sequence[Rule]") -> "Report":
    """The findings of an example, whose files are written to the folder."""
    from lint_alpine.context import BuildContext
    from lint_alpine.linter import Settings, lint_source, report
    from lint_alpine.source import Source
    from lint_alpine.wheels.sources import Sources

    for name, content in example.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    index = ExampleIndex(example.index)
    settings = Settings(rules=tuple(rules), sources=Sources([index], [index]))
    result = lint_source(Source("Dockerfile", example.dockerfile), BuildContext(folder), settings)
    if result.failures:
        raise RuntimeError(result.failures[0].message)
    return report([result], [], 1)


class ExampleIndex:
    """The index of an example: file names, one a line (`NAME requires-python SPECIFIER`, `yanked`), and what releases
    pull in (`pandas 1.0.0 needs numpy>=1.13`)."""

    def __init__(self, text: str) -> None:
        self._files: dict[str, list[Distribution]] = {}
        self._needs: dict[tuple[str, Version], list[Requirement]] = {}
        for line in filter(None, map(str.strip, text.splitlines())):
            if match := _NEEDS_LINE.match(line):
                key = (canonicalize_name(match["name"]), Version(match["version"]))
                self._needs.setdefault(key, []).append(Requirement(match["requirement"]))
            elif match := _INDEX_LINE.match(line):
                self._add(match["file"], match["python"], bool(match["yanked"]))
            else:
                raise ValueError(f"not a line of an example's index: {line}")

    def _add(self, filename: str, python: str | None, yanked: bool) -> None:
        stem = filename.split("-cp", 1)[0].split("-py", 1)[0].removesuffix(".tar.gz").removesuffix(".zip")
        name = canonicalize_name(stem.rpartition("-")[0])
        distribution = parse(filename, name)
        if distribution is None:
            raise ValueError(f"not a file of a project: {filename}")
        requires = SpecifierSet(python) if python else None
        self._files.setdefault(name, []).append(distribution._replace(requires_python=requires, yanked=yanked))

    def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]:
        return {
            name: Offer(name, tuple(self._files[name]), EVIDENCE)
            if name in self._files
            else Unavailable(name, "not listed", absent=True)
            for name in names
        }

    def needs(
        self, wanted: Mapping[tuple[str, Version], tuple[Distribution, ...]]
    ) -> Mapping[tuple[str, Version], Needs | Unavailable]:
        return {key: Needs(tuple(self._needs.get(key, ())), frozenset()) for key in wanted}
