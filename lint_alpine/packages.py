"""What apk has installed at a point of a stage, and who installed it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from lint_alpine import data
from lint_alpine.source import Span
from lint_alpine.wheels.build_packages import provides

# What a package must be for a layer to be called a build environment; headers alone are left by many run-time images.
COMPILER_ROLES = frozenset({"compiler", "meta"})
BUILD_ROLES = COMPILER_ROLES | {"libc-headers", "headers", "build-tool"}


def role(name: str) -> str | None:
    """What an apk package is for: compiler, headers, tool ...; None where that is not known."""
    known = data.apk()["packages"].get(name)
    if known is None:
        return "headers" if name.endswith("-dev") else None
    return known.get("role")


class Present(NamedTuple):
    """The apk packages that are there at a point, with what they bring along. `complete` is false where more may be
    there: a script ran, a package's name is not known, the base image is. `asked` are those that were asked for."""

    packages: frozenset[str]
    complete: bool
    asked: frozenset[str] = frozenset()

    def lacks(self, *names: str) -> tuple[str, ...]:
        """Those of the names that are certainly not there."""
        return tuple(name for name in names if name not in self.packages) if self.complete else ()


class BuildPackage(NamedTuple):
    """A compiler, header or build tool that `apk add` installed: its name, role and the word that asked for it.

    `layer` is the RUN that added it, counted over the stage and those that it is FROM."""

    name: str
    role: str
    span: Span
    layer: int


class LateRemoval(NamedTuple):
    """A build package that a later `layer` removed, by this `word` of its `apk del`."""

    package: BuildPackage
    word: Span
    layer: int


@dataclass(slots=True)
class World:
    """The packages that were asked for, as apk keeps them, while a stage is read from top to bottom."""

    release: str | None
    base: frozenset[str]
    complete: bool = True
    asked: dict[str, tuple[Span, int]] = field(default_factory=dict)
    virtuals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    removed_late: list[LateRemoval] = field(default_factory=list)
    removed: dict[str, Span] = field(default_factory=dict)

    def copy(self) -> "World":
        """The world of a stage FROM this one; what was removed too late there is that stage's own affair."""
        return World(
            self.release, self.base, self.complete, dict(self.asked), dict(self.virtuals), removed=dict(self.removed)
        )

    def add(self, names: tuple[tuple[str, Span], ...], virtual: str | None, layer: int) -> None:
        fresh = tuple(name for name, _ in names if name not in self.asked)
        for name, span in names:
            self.asked.setdefault(name, (span, layer))
        if virtual:
            self.virtuals[virtual] = (*self.virtuals.get(virtual, ()), *fresh)
            return
        # What is asked for by its own name stays when a virtual package that also holds it goes.
        asked = {name for name, _ in names}
        self.virtuals = {key: tuple(name for name in held if name not in asked) for key, held in self.virtuals.items()}

    def remove(self, name: str, span: Span, layer: int) -> None:
        """`apk del name`: a package, or all that a virtual one holds and nobody else asked for."""
        for member in self.virtuals.pop(name, (name,)):
            if member in self.asked:
                at, added = self.asked.pop(member)
                self.removed[member] = span
                if added != layer and (kind := role(member)) in BUILD_ROLES:
                    self.removed_late.append(LateRemoval(BuildPackage(member, kind, at, added), span, layer))

    def take(self, other: "World", layer: int) -> None:
        """`COPY --from=other / /`: all that it has comes here, and stays in that layer."""
        self.base |= other.base
        self.complete = self.complete and other.complete
        self.asked = {name: (span, layer) for name, (span, _) in other.asked.items()} | self.asked
        self.virtuals = other.virtuals | self.virtuals

    @property
    def present(self) -> Present:
        packages: set[str] = set(self.base)
        for name in (*self.base, *self.asked):
            packages |= provides(name, self.release)
        return Present(frozenset(packages), self.complete, frozenset(self.asked))

    @property
    def build_packages(self) -> tuple[BuildPackage, ...]:
        return tuple(
            BuildPackage(name, kind, span, layer)
            for name, (span, layer) in self.asked.items()
            if (kind := role(name)) in BUILD_ROLES
        )
