"""Who can say which files exist, and what they said."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from packaging.requirements import Requirement
from packaging.version import Version

from lint_alpine.wheels.distribution import Distribution


class Origin(StrEnum):
    LOCKFILE = "lockfile"
    INDEX = "index"
    CACHE = "cache"
    SNAPSHOT = "snapshot"


class Evidence(NamedTuple):
    """Where knowledge comes from; `as_of` is an ISO date; `detail` is for people (never credentials)."""

    origin: Origin
    as_of: str
    detail: str


class Offer(NamedTuple):
    """All files of one project (normalised name) that one source knows of."""

    name: str
    distributions: Sequence[Distribution]
    evidence: Evidence


class Unavailable(NamedTuple):
    """No evidence about a project, and why."""

    name: str
    reason: str


class Needs(NamedTuple):
    """What one release declares: its Requires-Dist entries (markers and extras unevaluated), and who said so."""

    requirements: tuple[Requirement, ...]
    extras: frozenset[str]
    evidence: Evidence


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
