"""One file that an index offers: a wheel or a source distribution, as its name tells."""

from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.tags import Tag
from packaging.version import Version


@dataclass(frozen=True, slots=True)
class Distribution:
    """`tags` is None for a source distribution. `hashes` are (algorithm, hex digest). `url` is None where only the name
    is known. `metadata` tells that the index serves the file's METADATA beside it (PEP 658/714)."""

    filename: str
    name: str
    version: Version
    tags: frozenset[Tag] | None
    build: tuple[int, str] | tuple[()] = ()
    requires_python: SpecifierSet | None = None
    yanked: bool = False
    size: int | None = None
    hashes: tuple[tuple[str, str], ...] = ()
    url: str | None = None
    metadata: bool = False

    @property
    def is_wheel(self) -> bool:
        return self.tags is not None


def parse(filename: str, name: str) -> Distribution | None:
    """The distribution that a file name of that (normalised) project tells, or None where pip would not take it."""
    raise NotImplementedError
