"""What is wanted of projects, and what may be had of them: the terms in which releases are resolved."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from lint_alpine.wheels.choice import NO_HASHES
from lint_alpine.wheels.distribution import Distribution

Hashes = frozenset[tuple[str, str]]

# A project and the extras of it that are asked for: the unit that is resolved, as in pip.
Identifier = tuple[str, frozenset[str]]
NO_EXTRAS: frozenset[str] = frozenset()

# Where they are only pulled in pip keeps those that are there, and tools that lock leave them out of their lists.
BROUGHT_BY_IMAGES = frozenset({"pip", "setuptools", "wheel"})


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """One release that may be installed, with the file of it that pip takes.

    With `extras` it stands for what they add to the release `base`. Without a version nothing can be had of the
    project, or nothing is known: then it meets every requirement and needs nothing. There is one object for each
    release, so that identity is equality.
    """

    name: str
    version: Version | None = None
    distribution: Distribution | None = None
    url: str | None = None
    extras: frozenset[str] = NO_EXTRAS
    base: "Candidate | None" = None

    @property
    def identifier(self) -> Identifier:
        return self.name, self.extras


class Wanted(NamedTuple):
    """One requirement whose markers hold: on a project, or (with `extras`) on what its extras add.

    `specifier` and `url` are as written; `exactly` is the candidate that one with extras goes with.
    """

    name: str
    specifier: str = ""
    extras: frozenset[str] = NO_EXTRAS
    hashes: Hashes = NO_HASHES
    url: str | None = None
    exactly: Candidate | None = None

    @property
    def identifier(self) -> Identifier:
        return self.name, self.extras


def wanted_by(requirement: Requirement, hashes: Hashes = NO_HASHES, url: str | None = None) -> tuple[Wanted, ...]:
    """The project itself and, apart from it, what its extras add: as pip does, so that releases are judged once.

    Without a specifier the extras alone: they lead to the project.
    """
    name = canonicalize_name(requirement.name)
    base = Wanted(name, str(requirement.specifier), hashes=hashes, url=requirement.url or url)
    if not requirement.extras:
        return (base,)
    added = base._replace(extras=frozenset(map(canonicalize_name, requirement.extras)))
    return (base, added) if base.specifier or base.url else (added,)


def holds(marker: Marker | None, environment: Mapping[str, str], extras: Collection[str] = ()) -> bool:
    """Whether pip follows a requirement with that marker in the image, for a project asked for with those extras."""
    if marker is None:
        return True
    try:
        return any(marker.evaluate({**environment, "extra": extra}) for extra in extras or ("",))
    except (UndefinedComparison, UndefinedEnvironmentName):
        return False
