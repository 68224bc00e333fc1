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


class Refusal(NamedTuple):
    """The option, `no-binary` or `only-binary`, without which the file would be taken."""

    option: str
    file: str


class WheelVerdict(NamedTuple):
    """The outcome for one package that is installed: asked for itself, or pulled in along `via`.

    `dependency` is the requirement that the user wrote, whose place is reported; `name` and `version` are of what is
    judged; `via` are the names from the user's requirement down to its parent, empty for the requirement itself.
    `needs_unknown` tells why it is not known what the package pulls in itself, `compiled_because` what tells that its
    source distribution is compiled. `alternative` is there where it is better: a file in place of a build that fails or
    is long, or a newer release. `refusal`: an option is to blame. `contested`: it cannot be installed for what others
    ask of it, unless what is there already does in its place.
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
    refusal: Refusal | None = None
    compiled_because: str | None = None
    contested: bool = False

    @property
    def requirement(self) -> str:
        """The requirement as people write it: the user's own text, else the package and release that it pulled in."""
        if not self.via:
            return str(self.dependency.requirement)
        return f"{self.name}=={self.version}" if self.version else self.name

    @property
    def whole_reason(self) -> str:
        """The reason with all that it rests on, and with what remains unknown."""
        if self.needs_unknown is not None and self.needs_unknown.startswith(self.reason):
            return self.needs_unknown
        unknown = f"what it pulls in is not known: {self.needs_unknown}" if self.needs_unknown else None
        return "; ".join(part for part in (self.reason, self.compiled_because, unknown) if part)

    @property
    def falls_back(self) -> bool:
        """Whether an older release than in the alternative is installed here, without a word."""
        return self.alternative is not None and self.outcome in (Outcome.WHEEL, Outcome.PURE_BUILD)

    @property
    def is_native(self) -> bool:
        """Whether what is installed is machine code for this C library and CPU."""
        return self.outcome is Outcome.COMPILE or (
            self.outcome is Outcome.WHEEL and self.file is not None and not self.file.endswith("-any.whl")
        )

    @property
    def is_bound_to_python(self) -> bool:
        """Whether it is machine code for this minor version of Python alone, not for the stable ABI or none."""
        abi = (self.file or "").split("-")[-2:-1]
        return self.is_native and (self.outcome is Outcome.COMPILE or not abi[0].startswith(("abi3", "none")))
