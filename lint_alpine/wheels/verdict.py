"""What pip would do about one requirement in one environment, and the file that proves it."""

from enum import StrEnum
from typing import NamedTuple

from lint_alpine.diagnostic import ApkPackages
from lint_alpine.environment import Environment
from lint_alpine.installs.dependency import Dependency
from lint_alpine.wheels.evidence import Evidence


class Outcome(StrEnum):
    WHEEL = "wheel"
    PURE_BUILD = "pure-build"
    COMPILE = "compile"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"


class Alternative(NamedTuple):
    """What the same requirement gets in another image: the exact tag, the outcome and the file there."""

    image: str
    outcome: Outcome
    file: str | None
    version: str | None


class WheelVerdict(NamedTuple):
    """The outcome for one package that is installed: asked for itself, or pulled in along `via`.

    `dependency` is the requirement that the user wrote, whose place is reported; `name` and `version` are of what is
    judged; `via` are the names from the user's requirement down to its parent, empty for the requirement itself.
    `needs_unknown` tells why it is not known what the package pulls in itself.
    """

    dependency: Dependency
    name: str
    version: str | None
    via: tuple[str, ...]
    environment: Environment
    outcome: Outcome
    file: str | None
    reason: str
    evidence: Evidence | None
    alternative: Alternative | None = None
    packages: ApkPackages | None = None
    needs_unknown: str | None = None

    @property
    def requirement(self) -> str:
        """The requirement as people write it: the user's own text, else the package and release that it pulled in."""
        if not self.via:
            return str(self.dependency.requirement)
        return f"{self.name}=={self.version}" if self.version else self.name
