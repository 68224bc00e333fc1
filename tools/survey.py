"""How well real Dockerfiles are understood: python -m tools.survey FOLDER...

Lints every Dockerfile of the folders offline and counts what was seen: crashes, installers, requirement files found
and not found, images known and unknown, all with the reasons. `--show TEXT` names the files behind each reason that has
that text in it.
"""

import argparse
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from lint_alpine.discovery import discover
from lint_alpine.facts import Facts, StageFacts
from lint_alpine.linter import FileResult, Settings, lint_file
from lint_alpine.rule import Diagnostic, Rule, Severity
from lint_alpine.wheels.snapshot import Snapshot
from lint_alpine.wheels.sources import Sources

# `the requirements file `a.txt` cannot be read: there is no such file` -> the path and the reason.
_UNREAD = re.compile(
    r".*?`(?P<path>[^`]*)` (?:cannot be read|is not read|is read no further): (?P<reason>.*)", re.DOTALL
)


class Survey:
    """What was counted; `files` are the Dockerfiles behind each line of a table."""

    def __init__(self) -> None:
        self.tables: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.files: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.linted = 0

    def count(self, table: str, line: str, path: str) -> None:
        self.tables[table][line] += 1
        self.files[table, line].append(path)

    def check(self, _rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
        """A rule that finds nothing and counts what there is."""
        path = facts.dockerfile.source.path
        for fault in facts.faults:
            self.count("parse faults", _generic(fault.message), path)
        alpine = [stage for stage in facts.stages if _is_python_on_alpine(stage)]
        self.count("files", "with Python on Alpine" if alpine else "without Python on Alpine", path)
        for stage in facts.stages:
            self._image(stage, path)
        for stage in alpine:
            self._installs(stage, path)
        for name in facts.files:
            self.count("requirement files", "found", name)
        yield from ()

    def _image(self, stage: StageFacts, path: str) -> None:
        if stage.stage.base.stage is not None:
            return
        if stage.environment is not None:
            self.count("images", "known", path)
            return
        self.count("images", "unknown", path)
        reference = stage.stage.base.reference or stage.stage.base.span.text
        self.count("images unknown", f"{reference}: {_generic(stage.unknown or '')}", path)

    def _installs(self, stage: StageFacts, path: str) -> None:
        for install in stage.installs:
            self.count("installers on Alpine", install.installer, path)
            for unreadable in install.unreadable:
                match = _UNREAD.fullmatch(unreadable.message)
                name = match["path"] if match else ""
                reason = _generic(match["reason"] if match else unreadable.message)
                near = name and _stands_near(Path(path).parent, Path(name).name)
                where = "in the tree" if near else "not in the tree"
                self.count("requirement files", "not found" if match else "not understood", path)
                self.count("requirement files not found", f"{reason} ({where})" if match else reason, path)


def _is_python_on_alpine(stage: StageFacts) -> bool:
    environment = stage.environment
    if environment is None or environment.distro != "alpine":
        return False
    return environment.python is not None or stage.installs_python or "python3" in stage.present.packages


def _generic(message: str) -> str:
    """The message without what belongs to one file alone."""
    return re.sub(r"`[^`]*`", "`…`", message)[:150]


@cache
def _names(folder: Path) -> frozenset[str]:
    return frozenset(name for _, _, names in os.walk(folder) for name in names)


def _stands_near(folder: Path, name: str) -> bool:
    """Whether a file of that name stands in the repository."""
    root = next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), folder)
    return name in _names(root)


def _print(title: str, rows: Mapping[str, int], most: int) -> None:
    print(f"\n{title}: {sum(rows.values())}")
    for line, number in sorted(rows.items(), key=lambda row: (-row[1], row[0]))[:most]:
        print(f"  {number:6}  {line}")
    if len(rows) > most:
        print(f"          and {len(rows) - most} more")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--most", type=int, default=25, metavar="N", help="lines of each table")
    parser.add_argument("--show", metavar="TEXT", help="name the files behind each line that has this text")
    arguments = parser.parse_args()
    survey = Survey()
    snapshot = Snapshot.shipped()
    rule = Rule("SURVEY", "survey", Severity.INFO, survey.check)
    settings = Settings((rule,), Sources([snapshot], [snapshot]))
    start = time.monotonic()
    slowest = (0.0, "")
    for found in discover(arguments.folders).files:
        began = time.monotonic()
        result = lint_file(found.path, settings, named=False)
        slowest = max(slowest, (time.monotonic() - began, found.path))
        if result is None:
            survey.count("files", "no Dockerfile after all", found.path)
            continue
        survey.linted += 1
        for failure in result.failures if isinstance(result, FileResult) else (result,):
            survey.count("crashes and files that cannot be read", failure.message, found.path)
    seconds = time.monotonic() - start
    print(f"{survey.linted} Dockerfiles in {seconds:.1f} s; the slowest {slowest[0]:.2f} s, {slowest[1]}")
    survey.tables["crashes and files that cannot be read"] += Counter()
    for title, rows in sorted(survey.tables.items()):
        _print(title, rows, arguments.most)
    if arguments.show:
        for (title, line), paths in survey.files.items():
            if arguments.show in line:
                print(f"\n{title}: {line}", *sorted(set(paths)), sep="\n    ")


if __name__ == "__main__":
    main()
