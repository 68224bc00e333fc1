"""The index listing that ships with the tool: which files the projects had, and what releases declared, on its date.

The file holds, after a signature, a compressed table of contents and two compressed blocks a project, so that only the
projects that are asked for are unpacked. `tools/make_snapshot.py` writes it. The table of contents is text:

    LISTING-DATE NEEDS-DATE
    NAME LISTING-BYTES NEEDS-BYTES        one line a project, in the order of the blocks; 0 where there is no such block

A listing block names each thing that releases share once, and refers to it by its number:

    PYTHONS SETS                          how many lines follow of each
    >=3.8                                 requires-python; an empty line where none is declared
    cp38-cp38-win32 py3-none-any .tar.gz  the files of a release: tags of wheels, endings of source distributions
    1.0<TAB>name-1.0 PYTHON SET [yanked]  releases, newest first, each with its groups of files of one stem

A needs block does so for Requires-Dist:

    REQUIREMENTS SETS
    numpy>=1.20; extra == "fast"
    fast test<TAB>0 3 5                   extras, and the numbers of the requirements
    1.0 SET
"""

import zlib
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from lint_alpine import __version__
from lint_alpine.errors import UserError
from lint_alpine.wheels.distribution import Distribution, parse, parse_requires_python
from lint_alpine.wheels.evidence import Evidence, Needs, Offer, Origin, Unavailable
from lint_alpine.wheels.listing import Listing

SHIPPED = Path(__file__).parents[1] / "data" / "snapshot.bin"
SIGNATURE = b"lint-alpine snapshot 1\n"
YANKED = "yanked"


class SnapshotError(UserError):
    """The snapshot file is missing or damaged."""


class Snapshot:
    """A listing of the package index as of one day: a WheelSource and a NeedsSource."""

    def __init__(self, data: bytes, name: str) -> None:
        """`name` is the file's, for messages. Raises SnapshotError where the table of contents is damaged."""
        self._data = data
        self._name = name
        self._blocks: dict[str, tuple[int, int, int]] = {}
        if not data.startswith(SIGNATURE):
            raise self._damaged("it does not start with its signature")
        start = len(SIGNATURE) + 4
        offset = start + int.from_bytes(data[len(SIGNATURE) : start])
        try:
            dates, *contents = self._unpacked(start, offset).split("\n")
            listed, _ = dates.split(" ")
            for line in contents:
                project, listing, needs = line.split(" ")
                middle = offset + int(listing)
                end = middle + int(needs)
                self._blocks[project] = offset, middle, end
                offset = end
        except ValueError as error:
            raise self._damaged("its table of contents cannot be read") from error
        if offset != len(data):
            raise self._damaged(f"it has {len(data)} bytes instead of {offset}")
        detail = f"index listing shipped with lint-alpine {__version__}"
        self._evidence = Evidence(Origin.SNAPSHOT, listed, detail)

    @classmethod
    def shipped(cls) -> "Snapshot":
        """Raises SnapshotError where the file is missing or damaged."""
        return cls.read(SHIPPED)

    @classmethod
    def read(cls, path: Path) -> "Snapshot":
        """Raises SnapshotError where the file is missing or damaged."""
        try:
            return cls(path.read_bytes(), str(path))
        except OSError as error:
            raise SnapshotError(f"{path} cannot be read: {error.strerror}") from error

    @property
    def names(self) -> Collection[str]:
        return self._blocks.keys()

    def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]:
        """Raises SnapshotError where a block that is read is damaged."""
        return {name: self._offer(name) for name in names}

    def needs(
        self, wanted: Mapping[tuple[str, Version], tuple[Distribution, ...]]
    ) -> Mapping[tuple[str, Version], Needs | Unavailable]:
        """Raises SnapshotError where a block that is read is damaged."""
        blocks = {name: self._needs_block(name) for name in {name for name, _ in wanted}}
        return {(name, version): self._need(name, version, blocks[name]) for name, version in wanted}

    def _offer(self, name: str) -> Offer | Unavailable:
        begin, middle, _ = self._blocks.get(name, (0, 0, 0))
        if begin == middle:
            return Unavailable(name, "not in the shipped snapshot")
        block = _Block(name, self._unpacked(begin, middle))
        return Offer(name, Listing([_Release(block, line) for line in block.releases]), self._evidence)

    def _needs_block(self, name: str) -> "_Block | None":
        _, middle, end = self._blocks.get(name, (0, 0, 0))
        return _Block(name, self._unpacked(middle, end)) if middle < end else None

    def _need(self, name: str, version: Version, block: "_Block | None") -> Needs | Unavailable:
        from packaging.requirements import Requirement

        numbers = (line.split(" ") for line in block.releases) if block else ()
        number = next((number for release, number in numbers if Version(release) == version), None)
        if block is None or number is None:
            return Unavailable(name, f"what {name} {version} requires is not in the shipped snapshot")
        extras, _, requirements = block.sets[int(number)].partition("\t")
        return Needs(
            tuple(Requirement(block.values[int(one)]) for one in requirements.split()),
            frozenset(extras.split()),
        )

    def _unpacked(self, begin: int, end: int) -> str:
        try:
            return zlib.decompress(self._data[begin:end]).decode()
        except (zlib.error, UnicodeDecodeError) as error:
            raise self._damaged(str(error)) from error

    def _damaged(self, why: str) -> SnapshotError:
        return SnapshotError(f"{self._name} is damaged ({why}); install lint-alpine again")


class _Block:
    """The lines of one project's block: shared values, sets of them, and releases."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        counts, *lines = text.split("\n")
        values, sets = map(int, counts.split(" "))
        self.values = lines[:values]
        self.sets = lines[values : values + sets]
        self.releases = lines[values + sets :]


class _Release:
    """A release whose line is read when its files are asked for."""

    def __init__(self, block: _Block, line: str) -> None:
        self._block = block
        self._line = line

    @cached_property
    def version(self) -> Version:
        return Version(self._line.partition("\t")[0])

    @cached_property
    def files(self) -> tuple[Distribution, ...]:
        _, *groups = self._line.split("\t")
        return tuple(file for group in groups for file in self._group(group))

    @property
    def pythons(self) -> Iterable[SpecifierSet | None]:
        _, *groups = self._line.split("\t")
        return (self._requires_python(group.split(" ")[1]) for group in groups)

    def _requires_python(self, number: str) -> SpecifierSet | None:
        return parse_requires_python(self._block.values[int(number)])

    def _group(self, group: str) -> list[Distribution]:
        stem, python, endings, *flags = group.split(" ")
        requires_python = self._requires_python(python)
        files = (
            parse(
                f"{stem}{ending}" if ending.startswith(".") else f"{stem}-{ending}.whl",
                self._block.name,
                requires_python=requires_python,
                yanked=YANKED in flags,
            )
            for ending in self._block.sets[int(endings)].split(" ")
        )
        return [file for file in files if file is not None]
