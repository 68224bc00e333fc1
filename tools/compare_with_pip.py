"""Compares our choice of files, over the shipped snapshot, with that of pip's own finder over the same listing.

    python tools/compare_with_pip.py TRUTH

TRUTH is JSON: {"rows": [{"requirement": "numpy==2.0.*", "python": "3.12", "libc": "musl-1.2", "arch": "x86_64",
"kind": "sdist", "version": "2.0.2", "file": "numpy-2.0.2.tar.gz"}, ...]}. Kinds are pure, musllinux, manylinux, linux,
sdist, and nothing where pip stops. Prints each row that differs; exits with 1 if there is one.
"""

import argparse
import functools
import json
import sys
from pathlib import Path
from typing import TypedDict, cast

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from lint_alpine.environment import Environment, Libc, supported_tags
from lint_alpine.wheels.choice import Choice, Target, choose
from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.evidence import Offer
from lint_alpine.wheels.snapshot import Snapshot

# The last release of each line that an official image had when the verdicts were made, 2026-08.
MICRO = {
    "2.7": 18, "3.5": 10, "3.6": 15, "3.7": 17, "3.8": 20, "3.9": 25, "3.10": 20, "3.11": 15, "3.12": 13, "3.13": 14,
    "3.14": 6,
}  # fmt: skip


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
    differing = 0
    snapshot = Snapshot.shipped()
    for row in rows:
        ours = choose_for(snapshot, row["requirement"], row["python"], row["libc"], row["arch"])
        file = ours.distribution.filename if ours.distribution else None
        if (kind_of(ours.distribution), file) != (row["kind"], row["file"]):
            differing += 1
            print(f"{json.dumps(row)}: we take {file or ours.obstacle}")
    print(f"{len(rows) - differing} of {len(rows)} rows agree")
    return 1 if differing else 0


def choose_for(snapshot: Snapshot, requirement: str, python: str, libc: str, arch: str) -> Choice:
    """Raises LookupError for a project that the snapshot does not hold."""
    wanted = Requirement(requirement)
    match snapshot.offers([name := canonicalize_name(wanted.name)])[name]:
        case Offer(distributions=distributions):
            return choose(distributions, wanted.specifier, target(python, libc, arch))
        case unavailable:
            raise LookupError(f"{name}: {unavailable.reason}")


@functools.cache
def target(python: str, libc: str, arch: str) -> Target:
    """`libc` is musl-1.2, glibc-2.36 ...; `python` may leave out its third number."""
    full = python if python.count(".") > 1 else f"{python}.{MICRO.get(python, 0)}"
    family, _, version = libc.partition("-")
    major, minor = Version(version).release
    environment = Environment("", libc=Libc(family, (major, minor)), arch=arch, python=full)
    return Target(supported_tags(environment), Version(full))


def kind_of(file: Distribution | None) -> str:
    if file is None:
        return "nothing"
    if not file.is_wheel:
        return "sdist"
    platform = file.filename.rpartition("-")[2]
    return next((kind for kind in ("musllinux", "manylinux", "linux") if kind in platform), "pure")


if __name__ == "__main__":
    sys.exit(main())
