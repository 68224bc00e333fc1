"""What a stage has come to while it is read from top to bottom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from lint_alpine.dockerfile.commands import Command
from lint_alpine.environment import Environment
from lint_alpine.image_files import ImageFiles
from lint_alpine.installs.install import Variables, Verb
from lint_alpine.installs.interpreters import read_interpreters
from lint_alpine.origins import Copied, Interpreter, Placement, interpreters_of
from lint_alpine.packages import Present, World
from lint_alpine.pip_versions import Pip
from lint_alpine.source import Span

_MOST_COPIED = 200


@dataclass(slots=True)
class StageState:
    """`pips` is the pip of a Python environment (by its prefix; empty: the one on PATH) where a command has changed it.
    `installed` are the packages that each environment has by then. `placements` and `interpreters` are what of Python
    is in which folder (`more_interpreters` those that are neither the image's nor apk's), `virtual_environments` the
    folders of those made here, with the Python that they are to have, as it was named. `wheelhouses` are the folders
    into which commands of this build put wheels or source distributions, with the reason, `made_wheels` the packages
    whose wheels `pip wheel` has put into a folder. `settings` are what commands have told pip's configuration, as
    variables; `homes` the home folders of the users that they have made, None where there is none. `more_installed`:
    packages are there of which nothing is known. `copied_to` are the places to which something was copied from
    elsewhere. `image` is the base image as the file names it.
    """

    environment: Environment | None
    unknown: str | None
    world: World
    files: ImageFiles
    pips: dict[str, Pip] = field(default_factory=dict)
    installed: dict[str, dict[str, str | None]] = field(default_factory=dict)
    placements: list[Placement] = field(default_factory=list)
    more_interpreters: list[Interpreter] = field(default_factory=list)
    virtual_environments: dict[str, str | None] = field(default_factory=dict)
    wheelhouses: dict[str, str] = field(default_factory=dict)
    made_wheels: dict[str, set[str]] = field(default_factory=dict)
    settings: dict[str, str | None] = field(default_factory=dict)
    homes: dict[str, str | None] = field(default_factory=dict)
    layers: int = 0
    installs_python: bool = False
    more_installed: bool = False
    copied_to: set[str] = field(default_factory=set)
    image: str = ""
    _present: Present | None = None

    def copy(self) -> "StageState":
        return replace(
            self,
            world=self.world.copy(),
            files=self.files.copy(),
            pips=dict(self.pips),
            installed={key: dict(names) for key, names in self.installed.items()},
            placements=list(self.placements),
            more_interpreters=list(self.more_interpreters),
            virtual_environments=dict(self.virtual_environments),
            wheelhouses=dict(self.wheelhouses),
            made_wheels={folder: set(names) for folder, names in self.made_wheels.items()},
            settings=dict(self.settings),
            homes=dict(self.homes),
            copied_to=set(self.copied_to),
        )

    @property
    def size(self) -> int:
        """How much a copy has to copy."""
        world = len(self.world.asked) + len(self.world.removed) + len(self.world.virtuals)
        found = len(self.placements) + len(self.more_interpreters) + len(self.copied_to)
        known = len(self.pips) + len(self.virtual_environments) + len(self.settings) + len(self.homes)
        packages = sum(map(len, self.installed.values())) + sum(map(len, self.made_wheels.values()))
        return world + found + known + packages

    @property
    def present(self) -> Present:
        """What apk has installed by now."""
        if self._present is None:
            self._present = self.world.present
        return self._present

    def changed_world(self) -> World:
        """What apk has installed, for a change of it."""
        self._present = None
        return self.world

    @property
    def interpreters(self) -> tuple[Interpreter, ...]:
        return (*interpreters_of(self.environment, self.present), *self.more_interpreters)

    def take_all(self, other: "StageState", span: Span) -> None:
        """`COPY --from=other / /`: packages and interpreters come along, with the C library that they need."""
        self.changed_world().take(other.world, self.layers)
        self.installs_python = self.installs_python or other.installs_python
        self.more_interpreters += [python._replace(copied=(*python.copied, span)) for python in other.interpreters]

    def bring(self, command: Command, variables: Variables, workdir: str | None) -> None:
        """Adds the Pythons that a command brings; they are for the C library of this image."""
        libc = self.environment.libc if self.environment is not None else None
        for python in read_interpreters(command, variables):
            folder = ImageFiles(workdir).absolute(python.folder)
            if folder is not None and libc is not None:
                self.more_interpreters.append(Interpreter(folder, python.minor, libc.family))

    def take(self, copies: Iterable[Copied]) -> Iterator[Copied]:
        """Adds what is copied from elsewhere to what is here. Stages that copy twice from each other may double it each
        time, so that there is an end to it."""
        for copied in copies:
            self.copied_to.add(copied.destination)
            for placement in copied.placements[: max(0, _MOST_COPIED - len(self.placements))]:
                self.place(placement)
            self.more_interpreters += copied.interpreters[: max(0, _MOST_COPIED - len(self.more_interpreters))]
            yield copied

    def place(self, placement: Placement) -> None:
        """Adds what a command has put into a folder."""
        self.placements.append(placement)
        folder, verb = placement.folder, placement.install.install.verb
        if placement.is_wheelhouse:
            self.wheelhouses[folder] = f"`pip {verb}` puts files there during the build"
        if verb is Verb.WHEEL:
            self.made_wheels.setdefault(folder, set()).update(verdict.name for verdict in placement.verdicts)
