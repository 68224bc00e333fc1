"""Compares our verdicts, over the shipped snapshot, with what pip's own finder takes from the same listing.

    python -m tools.compare_with_pip TRUTH

TRUTH is JSON: {"rows": [{"requirement": "numpy==2.0.*", "python": "3.12", "libc": "musl-1.2", "arch": "x86_64",
"kind": "sdist", "version": "2.0.2", "file": "numpy-2.0.2.tar.gz"}, ...]}. Kinds are pure, musllinux, manylinux, linux,
sdist, and nothing where pip stops: as verdicts wheel, compile or pure-build, and unavailable. Each requirement is
judged alone, as the linter judges it; on glibc that is what the slim alternative is. Prints each row that differs, with
1 as exit code if there is one, and how many verdicts there were of each kind.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TypedDict, cast

from packaging.requirements import Requirement

from lint_alpine.environment import Environment, Libc
from lint_alpine.installs.dependency import Dependency, Installer, Requirements
from lint_alpine.source import Source
from lint_alpine.wheels.judge import judge
from lint_alpine.wheels.snapshot import Snapshot
from lint_alpine.wheels.sources import Sources
from lint_alpine.wheels.verdict import Outcome, WheelVerdict

# The last release of each line that an official image had when the verdicts were made, 2026-08.
MICRO = {
    "2.7": 18, "3.5": 10, "3.6": 15, "3.7": 17, "3.8": 20, "3.9": 25, "3.10": 20, "3.11": 15, "3.12": 13, "3.13": 14,
    "3.14": 6,
}  # fmt: skip
OUTCOMES = {"sdist": {Outcome.COMPILE, Outcome.PURE_BUILD}, "nothing": {Outcome.UNAVAILABLE}}


class Row(TypedDict):
    requirement: str
    python: str
    libc: str
    arch: str
    kind: str
    version: str | None
    file: str | None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path, metavar="TRUTH")
    rows = cast("list[Row]", json.loads(parser.parse_args().truth.read_bytes())["rows"])
    snapshot = Snapshot.shipped()
    sources = Sources([snapshot], [snapshot])
    outcomes: Counter[str] = Counter()
    differing = 0
    for row in rows:
        verdict = verdict_on(row, sources)
        outcomes[verdict.outcome] += 1
        if verdict.outcome not in OUTCOMES.get(row["kind"], {Outcome.WHEEL}) or verdict.file != row["file"]:
            differing += 1
            print(f"{json.dumps(row)}: we say {verdict.outcome}, {verdict.file or verdict.reason}")
    print(", ".join(f"{outcome}: {number}" for outcome, number in sorted(outcomes.items())))
    print(f"{len(rows) - differing} of {len(rows)} rows agree")
    return 1 if differing else 0


def verdict_on(row: Row, sources: Sources) -> WheelVerdict:
    requirement = Requirement(row["requirement"])
    dependency = Dependency(requirement, Source("requirements.txt", row["requirement"]).start)
    verdicts, _ = judge(Installer.PIP, Requirements((dependency,)), environment(row), sources)
    return verdicts[0]


def environment(row: Row) -> Environment:
    """Without a third number Python is the newest of its line; the image has no name, so it has no alternative."""
    python = row["python"]
    full = python if python.count(".") > 1 else f"{python}.{MICRO.get(python, 0)}"
    family, _, version = row["libc"].partition("-")
    major, _, minor = version.partition(".")
    return Environment("", libc=Libc(family, (int(major), int(minor))), arch=row["arch"], python=full)


if __name__ == "__main__":
    sys.exit(main())
