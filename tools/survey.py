"""How well real Dockerfiles are understood: python -m tools.survey FOLDER...

Lints every Dockerfile of the folders, offline, and counts what was seen: crashes, faults, installers, requirement files
found and not found, images known and unknown, all with the reasons. `--show TEXT` names the files behind each line of a
table that has that text in it.
"""

import argparse
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from lint_alpine import data
from lint_alpine.discovery import discover
from lint_alpine.facts import Facts, StageFacts
from lint_alpine.linter import FileResult, Settings, lint_file
from lint_alpine.references import ImageReference
from lint_alpine.rule import Diagnostic, Rule, Severity
from lint_alpine.wheels.snapshot import Snapshot
from lint_alpine.wheels.sources import Sources

# `the requirements file `a.txt` cannot be read: there is no such file` -> the path and the reason.
_UNREAD = re.compile(r"[^`]*`(?P<path>[^`]*)` (?:cannot be read|is not read): (?P<reason>.*)", re.DOTALL)


class Survey:
    """What was counted; `files` are the Dockerfiles behind each line of a table."""

    def __init__(self) -> None:
        self.tables: dict[str, Counter[str]] = {}
        self.files: defaultdict[tuple[str, str], set[str]] = defaultdict(set)

    def count(self, table: str, line: str, path: str) -> None:
        self.tables.setdefault(table, Counter())[line] += 1
        self.files[table, line].add(path)

    def check(self, _rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
        """A rule that finds nothing, and counts what there is."""
        path = facts.dockerfile.source.path
        for fault in facts.faults:
            self.count("parse faults", _generic(fault.message), path)
        alpine = [stage for stage in facts.stages if _is_python_on_alpine(stage)]
        self.count("Dockerfiles", "with Python on Alpine" if alpine else "others", path)
        for stage in facts.stages:
            if stage.stage.base.stage is None:
                self._image("images", stage, path)
                if stage.installs:
                    self._image("images in which Python packages are installed", stage, path)
        for stage in alpine:
            self._installs(stage, path)
        for name in facts.files:
            self.count("files that are installed from", "read", name)
        yield from ()

    def _image(self, table: str, stage: StageFacts, path: str) -> None:
        reference = stage.stage.base.reference
        if stage.environment is not None:
            self.count(table, "known", path)
        elif reference is None:
            self.count(table, "unknown: a variable that only the build sets", path)
        elif "{{" in reference:
            self.count(table, "unknown: a template", path)
        else:
            self.count(table, f"unknown: {_why_unknown(reference)}", path)
            self.count(f"{table}, unknown", reference, path)

    def _installs(self, stage: StageFacts, path: str) -> None:
        for install in stage.installs:
            self.count("installers on Alpine", install.installer, path)
            requirements = install.install.requirements
            if not requirements.complete and not install.unreadable:
                self.count("installers on Alpine", f"{install.installer}, a word that only the run tells", path)
            for unreadable in install.unreadable:
                match = _UNREAD.fullmatch(unreadable.message)
                if match is None:
                    self.count("lines and files not understood", _generic(unreadable.message), path)
                    continue
                near = _stands_near(Path(path).parent, Path(match["path"]).name)
                line = "not read, though one of that name is near" if near else "not read, and not in the tree"
                self.count("files that are installed from", line, path)
                self.count("files not read, by reason", f"{_generic(match['reason'])}{' (near)' if near else ''}", path)


def _why_unknown(reference: str) -> str:
    try:
        image = ImageReference.parse(reference).tagged()
    except ValueError:
        return "no reference, as a variable is empty"
    known = data.images()["images"]
    listed = image.repository in known or any("*" in name and fnmatchcase(image.repository, name) for name in known)
    python = image.repository == "python"
    return "its name is in the data, its tag is not" if listed or python else "it is not in the data"


def _is_python_on_alpine(stage: StageFacts) -> bool:
    environment = stage.environment
    if environment is None or environment.distro != "alpine":
        return False
    return environment.python is not None or stage.installs_python or "python3" in stage.present.packages


def _generic(message: str) -> str:
    """The message without what belongs to one file alone."""
    return re.sub(r"`[^`]*`", "`…`", message)[:150]


@cache
def _names_below(folder: Path) -> frozenset[str]:
    return frozenset(name for _, _, names in os.walk(folder) for name in names)


def _stands_near(folder: Path, name: str) -> bool:
    """Whether a file of that name stands below the Dockerfile's folder, or in one of those above it."""
    above: list[Path] = []
    for parent in folder.parents:
        if (Path(*above[-1:] or [folder]) / ".git").exists():
            break
        above.append(parent)
    return any((parent / name).exists() for parent in above) or name in _names_below(folder)


def _print(title: str, rows: Mapping[str, int], most: int) -> None:
    total = sum(rows.values())
    print(f"\n{title}: {total}")
    for line, number in sorted(rows.items(), key=lambda row: (-row[1], row[0]))[:most]:
        print(f"  {number:6} {number / total:6.1%}  {line}")
    if len(rows) > most:
        print(f"                 and {len(rows) - most} lines more")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--most", type=int, default=12, metavar="N", help="lines of each table (default: 12)")
    parser.add_argument("--show", metavar="TEXT", help="name the files behind each line that has this text")
    arguments = parser.parse_args()
    survey = Survey()
    snapshot = Snapshot.shipped()
    rule = Rule("SURVEY", "survey", Severity.INFO, survey.check)
    settings = Settings((rule,), Sources([snapshot], [snapshot]))
    crashes: list[str] = []
    linted, slowest = 0, (0.0, "")
    start = time.monotonic()
    for found in discover(arguments.folders).files:
        began = time.monotonic()
        result = lint_file(found.path, settings, named=False)
        if result is None:
            continue
        linted += 1
        slowest = max(slowest, (time.monotonic() - began, found.path))
        failures = result.failures if isinstance(result, FileResult) else (result,)
        crashes += [f"{failure.path}: {failure.message}" for failure in failures]
    seconds = time.monotonic() - start
    print(f"{linted} Dockerfiles in {seconds:.1f} s; the slowest took {slowest[0]:.2f} s: {slowest[1]}")
    print("crashes:", len(crashes), *crashes, sep="\n    " if crashes else " ")
    for title, rows in sorted(survey.tables.items()):
        _print(title, rows, arguments.most)
    for (title, line), paths in survey.files.items():
        if arguments.show and arguments.show in line:
            print(f"\n{title}: {line}", *sorted(paths), sep="\n    ")


if __name__ == "__main__":
    main()
