"""Writes lint_alpine/data/snapshot.bin, the index listing that ships with the tool.

    python tools/make_snapshot.py LISTING [--needs NEEDS] [--output FILE]

LISTING is JSON, gzipped or not: every file that the package index lists for each project, in its order:
{"as_of": DATE, "projects": {NAME: [[FILE NAME, REQUIRES-PYTHON or null, YANKED], ...]}}.
NEEDS is JSON, from the metadata of releases:
{"as_of": DATE, "projects": {NAME: {VERSION: {"requires_dist": [...], "provides_extra": [...]}}}}.
The same input gives the same bytes. The form is described in lint_alpine/wheels/snapshot.py.
"""

import argparse
import gzip
import json
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NotRequired, TypedDict, cast

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from lint_alpine.wheels.distribution import SDIST_ENDINGS, Distribution, parse
from lint_alpine.wheels.snapshot import SHIPPED, SIGNATURE, YANKED

File = tuple[str, str | None, bool]


class Declared(TypedDict):
    requires_dist: list[str]
    provides_extra: list[str]


class ListingFile(TypedDict):
    as_of: str
    projects: dict[str, list[File]]


class NeedsFile(TypedDict):
    as_of: NotRequired[str]
    projects: dict[str, dict[str, Declared]]


class Numbers:
    """Numbers distinct lines in the order in which they come first."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}

    def __call__(self, line: str) -> int:
        return self.lines.setdefault(line, len(self.lines))


def listing_block(name: str, files: Iterable[File]) -> str:
    """Raises ValueError for a file name with white space."""
    releases: dict[Version, list[tuple[Distribution, str, bool]]] = {}
    for filename, requires_python, yanked in files:
        distribution = parse(filename, name)
        if distribution is None:
            continue
        if len(filename.split()) != 1:
            raise ValueError(f"{name}: white space in the file name {filename!r}")
        releases.setdefault(distribution.version, []).append((distribution, requires_python or "", yanked))
    pythons, sets = Numbers(), Numbers()
    lines = []
    for version in sorted(releases, reverse=True):
        fields = [str(version)]
        for (stem, python, yanked), group in groupby(in_order(releases[version]), shared):
            number = sets(" ".join(cut(distribution.filename)[1] for distribution, *_ in group))
            fields.append(f"{stem} {pythons(python)} {number}" + f" {YANKED}" * yanked)
        lines.append("\t".join(fields))
    return block(pythons, sets, lines)


def in_order(files: Sequence[tuple[Distribution, str, bool]]) -> Sequence[tuple[Distribution, str, bool]]:
    """Sorted, so that releases share sets; but where files may rank alike pip goes by the order of the listing."""
    tags = [tag for distribution, *_ in files for tag in distribution.tags or ("source",)]
    return files if len(tags) > len(set(tags)) else sorted(files, key=lambda file: file[0].filename)


def shared(file: tuple[Distribution, str, bool]) -> tuple[str, str, bool]:
    distribution, requires_python, yanked = file
    return cut(distribution.filename)[0], requires_python, yanked


def cut(filename: str) -> tuple[str, str]:
    """What the names of a release's files share, and what tells them apart: a wheel's tags, an archive's ending."""
    if filename.endswith(".whl"):
        stem, *tags = filename.removesuffix(".whl").rsplit("-", 3)
        return stem, "-".join(tags)
    ending = max((ending for ending in SDIST_ENDINGS if filename.endswith(ending)), key=len)
    return filename.removesuffix(ending), ending


def needs_block(name: str, declared: Mapping[str, Declared]) -> str:
    requirements, sets = Numbers(), Numbers()
    lines = []
    for version in sorted(declared, key=Version, reverse=True):
        extras = " ".join(sorted(map(canonicalize_name, declared[version]["provides_extra"])))
        valid = valid_requirements(f"{name} {version}", declared[version]["requires_dist"])
        numbers = " ".join(str(requirements(requirement)) for requirement in valid)
        number = sets(f"{extras}\t{numbers}")
        lines.append(f"{Version(version)} {number}")
    return block(requirements, sets, lines)


def valid_requirements(owner: str, texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        try:
            Requirement(text)
        except InvalidRequirement as error:
            print(f"{owner}: left out: {error}", file=sys.stderr)
        else:
            yield " ".join(text.split())


def block(values: Numbers, sets: Numbers, releases: Sequence[str]) -> str:
    return "\n".join((f"{len(values.lines)} {len(sets.lines)}", *values.lines, *sets.lines, *releases))


def snapshot(listing: ListingFile, needs: NeedsFile) -> bytes:
    contents = [f"{listing['as_of']} {needs.get('as_of', listing['as_of'])}"]
    blocks = []
    for name in sorted({*listing["projects"], *needs["projects"]}):
        files, declared = listing["projects"].get(name), needs["projects"].get(name)
        packed_listing = zlib.compress(listing_block(name, files).encode(), 9) if files is not None else b""
        packed_needs = zlib.compress(needs_block(name, declared).encode(), 9) if declared else b""
        contents.append(f"{name} {len(packed_listing)} {len(packed_needs)}")
        blocks += [packed_listing, packed_needs]
    table = zlib.compress("\n".join(contents).encode(), 9)
    return b"".join((SIGNATURE, len(table).to_bytes(4), table, *blocks))


def read_json(path: Path) -> object:
    data = path.read_bytes()
    return json.loads(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("listing", type=Path, metavar="LISTING")
    parser.add_argument("--needs", type=Path)
    parser.add_argument("--output", type=Path, default=SHIPPED, metavar="FILE")
    arguments = parser.parse_args()
    listing = cast("ListingFile", read_json(arguments.listing))
    needs = cast("NeedsFile", read_json(arguments.needs) if arguments.needs else {"projects": {}})
    data = snapshot(listing, needs)
    arguments.output.write_bytes(data)
    print(f"{arguments.output}: {len(listing['projects'])} projects, {len(data)} bytes")


if __name__ == "__main__":
    main()
