"""Who can say which files exist, and what they said."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from lint_alpine.wheels.distribution import Distribution


class Origin(StrEnum):
    """LOCKFILE: the project itself tells, by a lock that lists the files or by a folder that has them."""

    LOCKFILE = "lockfile"
    INDEX = "index"
    CACHE = "cache"
    SNAPSHOT = "snapshot"


class Evidence(NamedTuple):
    """Where knowledge comes from; `as_of` is an ISO date, empty for what has none, as a lock file; `detail` is for
    people (never credentials)."""

    origin: Origin
    as_of: str
    detail: str


class Offer(NamedTuple):
    """All files of one project (normalised name) that one source knows of; where there are none, it may say why."""

    name: str
    distributions: Sequence[Distribution]
    evidence: Evidence
    why_none: str | None = None


class Fault(StrEnum):
    """What is wrong with the file of a release that pip takes: its METADATA speaks of another release, or has a
    requirement that is none (PEP 508); or it cannot be read at all."""

    OTHER_RELEASE = "other-release"
    INVALID = "invalid"
    UNREADABLE = "unreadable"


class Unavailable(NamedTuple):
    """No evidence about a project, and why. `absent`: the index was asked and has no such project. `fault`: the file
    itself is to blame."""

    name: str
    reason: str
    absent: bool = False
    fault: Fault | None = None


class Needs(NamedTuple):
    """What one release declares: its Requires-Dist entries (markers and extras unevaluated), and its Requires-Python,
    which index pages need not repeat."""

    requirements: tuple[Requirement, ...]
    extras: frozenset[str]
    requires_python: SpecifierSet | None = None


class SdistContents(NamedTuple):
    """What a source distribution is built of, as far as its file names and its build files tell.

    `backend` and `requires` are those of `[build-system]` (PEP 517/518), None and empty where it has none; `sources`
    counts the files of each language that is compiled, by name, apart from tests and documentation. `extension`:
    setup.py, setup.cfg or pyproject.toml declare something to compile; `optional`: they let it fail. `understood`:
    setup.py was read as a program for Linux, not just searched for words, so that what it does not declare is not
    there.
    """

    backend: str | None
    requires: tuple[str, ...]
    sources: tuple[tuple[str, int], ...]
    extension: bool
    optional: bool
    understood: bool = False


class WheelSource(Protocol):
    """Says which files of projects exist; every name gets an answer."""

    def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]: ...


class NeedsSource(Protocol):
    """Says what releases pull in. For each (name, version) asked for: Needs, or Unavailable with the reason.

    `candidates` are the files of that release, the one that pip would take first.
    """

    def needs(
        self, wanted: Mapping[tuple[str, Version], tuple[Distribution, ...]]
    ) -> Mapping[tuple[str, Version], Needs | Unavailable]: ...


class SdistSource(Protocol):
    """Says what source distributions are built of, by file name; every file gets an answer."""

    def sdist_contents(self, files: Collection[Distribution]) -> Mapping[str, SdistContents | Unavailable]: ...


class Guide(Protocol):
    """Tells from each answer what is asked next."""

    def releases(self, name: str) -> Mapping[tuple[str, Version], tuple[Distribution, ...]]:
        """Which releases of a project whose files are known now; with their files, the one that pip takes first."""
        ...

    def projects(self, release: tuple[str, Version]) -> Collection[str]:
        """Which projects, now that it is known what the release needs."""
        ...


class Explorer(Protocol):
    """Learns in one go the offers and the needs that a guide leads to, to have them when they are asked for."""

    def explore(self, names: Collection[str], guide: Guide) -> None: ...
