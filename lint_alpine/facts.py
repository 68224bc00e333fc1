"""Facts: everything that a rule may know of one Dockerfile."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from lint_alpine.apk_names import Absent, absent_packages
from lint_alpine.caches import NO_CACHE_OPTIONS
from lint_alpine.certain import may_fail, stops_script
from lint_alpine.copied_builds import ForeignBuild, PythonMismatch, foreign_builds, python_mismatches
from lint_alpine.dockerfile.commands import Command
from lint_alpine.dockerfile.ignores import Ignore
from lint_alpine.dockerfile.instructions import Dockerfile, SyntaxFault
from lint_alpine.dockerfile.stages import Stage, Step
from lint_alpine.environment import Environment
from lint_alpine.floating import Floating, floating_tags
from lint_alpine.hazards import hazards, thread_stack
from lint_alpine.installs.dependency import Installer, Unreadable
from lint_alpine.installs.install import ApkInstall, Install, Verb
from lint_alpine.libraries import MissingLibraries, missing_libraries
from lint_alpine.lifetimes import Lifetime, lifetime
from lint_alpine.locality import Asked, missing_locale, missing_time_zone
from lint_alpine.origins import Copied, Interpreter, Placement
from lint_alpine.packages import COMPILER_ROLES, BuildPackage, LateRemoval, Present
from lint_alpine.references import ImageReference
from lint_alpine.refusals import Refused, refused
from lint_alpine.releases import apk_python
from lint_alpine.repositories import Mix, mixes
from lint_alpine.shims import UselessShim, useless_shims
from lint_alpine.shortage import Shortage, find_shortage
from lint_alpine.source import Source, Span
from lint_alpine.system_python import Forbidden, Unseen, forbidden_installs, unseen_packages
from lint_alpine.unused import unused_build_packages
from lint_alpine.useless_mounts import UselessMount, useless_mounts
from lint_alpine.wheels.verdict import Outcome, WheelVerdict

# Who installs one of these ships a program of that language; Python is there to build its packages.
_OTHER_LANGUAGES = frozenset({"nodejs", "nodejs-current", "npm", "yarn", "pnpm", "ruby", "ruby-dev"})


# Of how many commands that fail it is asked whether the RUN fails with them; a real one has few.
_MOST_ASKED = 50


class Run(NamedTuple):
    """One RUN: the commands that it runs, in order. `shell` is false where its body is no shell script (PowerShell,
    `#!/usr/bin/env python3`): then nothing is known of its commands."""

    step: Step
    commands: tuple[Command, ...]
    shell: bool = True

    @property
    def span(self) -> Span:
        return self.step.instruction.span

    def fails_with(self, word: Span) -> bool:
        """Whether the RUN fails where the command does in which a word stands."""
        command = next((each for each in self.commands if each.span.begin <= word.begin < each.span.end), None)
        shell = self.step.shell or ()
        return command is not None and stops_script(command, self.commands, self.span.end, shell)

    def is_string(self, word: Span) -> bool:
        """Whether a word is a whole string of the exec form: what else stands in it belongs to the same argument."""
        return any(word == span for _, span in self.step.instruction.exec_form or ())


class ApkAddition(NamedTuple):
    """One `apk add` (or `apk update`, `apk upgrade`) of a RUN. `index_kept`: its package index stays in the layer.

    `droppable` is `apk update &&`, where the next command fetches the index itself; None where it cannot be dropped so.
    """

    install: ApkInstall
    run: Run
    index_kept: bool
    droppable: Span | None = None

    @property
    def verb(self) -> Span:
        """The word `add` (or `update`, `upgrade`)."""
        return _word(self.install.command, self.install.verb)


class PythonInstall(NamedTuple):
    """One command that installs Python packages, and what comes of it.

    `environment` is that of the Python which it acts on, at that point. `present` is what apk has installed by then.
    `cache_kept`: the installer's cache stays in the layer, in `cache_folder`. `with_newer_pip` are the verdicts that a
    current pip would reach, given only where the image's own pip is too old to take the wheels that exist. `unjudged`
    are the verdicts, all unknown, where it is not known for what Python it installs; nothing follows from them.
    `unreadable` are the files that it installs from and that could not be read. `place` is the prefix of the Python
    environment that it acts on, empty for the image's own.
    """

    install: Install
    run: Run
    environment: Environment
    present: Present
    cache_kept: bool
    cache_folder: str | None = None
    verdicts: tuple[WheelVerdict, ...] = ()
    with_newer_pip: tuple[WheelVerdict, ...] = ()
    unjudged: tuple[WheelVerdict, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    place: str = ""

    @property
    def installer(self) -> str:
        return self.install.installer.value

    @property
    def verb(self) -> Span:
        """The word `install` (or `sync`, `wheel`)."""
        return _word(self.install.command, self.install.verb)

    @property
    def cache_dir_option(self) -> Span | None:
        """The option, with its value, that names the folder of the cache: what comes later on the line wins over it."""
        return self.install.cache_dir_option

    @property
    def pip(self) -> str | None:
        """The version of the pip that is there, or what it may be; None where it is a current one."""
        pip, newest = self.environment.pip, self.environment.newest_pip
        return pip if newest is None else f"{pip or 'current'} to {newest or 'current'}"

    @property
    def no_cache_option(self) -> str | None:
        """The option that would keep the installer from keeping a cache, where it has one: pip-sync does not."""
        if self.install.installer is Installer.PIP and self.install.verb is Verb.SYNC:
            return None
        return NO_CACHE_OPTIONS.get(self.install.installer)

    @property
    def compiled(self) -> tuple[WheelVerdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.outcome is Outcome.COMPILE)

    @property
    def wheels_ignored_by_pip(self) -> tuple[WheelVerdict, ...]:
        """The wheels that a current pip would take where this one, which does not know their tags, compiles."""
        compiled = {verdict.name for verdict in self.compiled}
        return tuple(
            verdict for verdict in self.with_newer_pip if verdict.outcome is Outcome.WHEEL and verdict.name in compiled
        )

    @property
    def compiled_for_want_of_wheels(self) -> tuple[WheelVerdict, ...]:
        """What is compiled because no wheel fits the image: not for the age of its pip or because of an option."""
        return tuple(verdict for verdict in self._compiled_by_a_current_pip if verdict.refusal is None)

    @property
    def _compiled_by_a_current_pip(self) -> tuple[WheelVerdict, ...]:
        ignored = {verdict.name for verdict in self.wheels_ignored_by_pip}
        return tuple(verdict for verdict in self.compiled if verdict.name not in ignored)

    @property
    def shortage(self) -> Shortage:
        """What is missing for what has to be compiled here: not for what a newer pip would not compile."""
        variables = {**self.run.step.variables, **self.install.command.variables}
        return find_shortage(self._compiled_by_a_current_pip, self.present, self.environment, variables)


class StageFacts(NamedTuple):
    """One stage. `environment` is that of its base image; None where it is not known.

    `ships`: its layers are in the image that ships. `left_behind` are the compilers, headers and build tools that are
    there at its end; `removed_late` those that a later layer removed.
    `installs_python`: Python packages are installed in it or in one that it is FROM. `present` is what apk has
    installed at its end; `removed` are the packages that it has removed by then, each with the word of `apk del`.
    `copies` are what its COPY --from bring of Python; `placements` and `interpreters` are the Python packages and
    interpreters that are there at its end.
    """

    stage: Stage
    environment: Environment | None
    ships: bool
    runs: tuple[Run, ...]
    apk_additions: tuple[ApkAddition, ...]
    installs: tuple[PythonInstall, ...]
    left_behind: tuple[BuildPackage, ...]
    removed_late: tuple[LateRemoval, ...]
    installs_python: bool
    present: Present
    copies: tuple[Copied, ...] = ()
    placements: tuple[Placement, ...] = ()
    interpreters: tuple[Interpreter, ...] = ()
    removed: Mapping[str, Span] = {}

    @property
    def image(self) -> str:
        """What it is FROM, as the file has it: variables resolved, without a digest."""
        return (self.stage.base.reference or self.stage.base.span.text).partition("@")[0]

    @property
    def unused_build_packages(self) -> tuple[BuildPackage, ...]:
        """Compilers and headers that `apk add` installs though every requirement is proven to have a wheel."""
        return unused_build_packages(self.runs, self.apk_additions, self.installs) if self.on_musl else ()

    @property
    def on_musl(self) -> bool:
        libc = self.environment.libc if self.environment is not None else None
        return libc is not None and libc.family == "musl"

    @property
    def hazards(self) -> frozenset[str]:
        """What musl or Alpine does otherwise in this release, by its names in data/hazards.json."""
        return hazards(self.environment) if self.environment is not None else frozenset()

    @property
    def lifetime(self) -> Lifetime:
        """What of the image that it is FROM no longer gets updates."""
        return lifetime(self.stage.base.reference, self.environment)

    @property
    def mixes(self) -> Iterator[Mix]:
        """The repositories of another Alpine branch that are added here."""
        return mixes(self)


@dataclass(frozen=True)
class Facts:
    """One Dockerfile as it would be built for one platform. `files` are the context files that were read, by path.

    `unused_ignores` are the ignore comments that silenced no finding, `unknown_ignores` those that speak of no rule;
    both are there for rules that run last.
    """

    dockerfile: Dockerfile
    stages: tuple[StageFacts, ...]
    faults: tuple[SyntaxFault, ...]
    final_index: int | None = None
    files: Mapping[str, Source] = field(default_factory=dict)
    unused_ignores: tuple[Ignore, ...] = ()
    unknown_ignores: tuple[Ignore, ...] = ()

    @property
    def final(self) -> StageFacts | None:
        """The stage that ships: what it is FROM is in its state."""
        return self.stages[self.final_index] if self.final_index is not None else None

    @property
    def shipping_chain(self) -> tuple[StageFacts, ...]:
        """The stages whose layers are in the image that ships, from the one that names an image to the final one."""
        return tuple(stage for stage in self.stages if stage.ships)

    @property
    def same_images(self) -> tuple[tuple[StageFacts, ...], ...]:
        """The stages that are FROM an image, those of the same image together."""
        found: dict[tuple[str | None, Environment | None], list[StageFacts]] = {}
        for stage in self.stages:
            if stage.stage.base.stage is None:
                found.setdefault((stage.stage.base.reference, stage.environment), []).append(stage)
        return tuple(map(tuple, found.values()))

    @property
    def preloads(self) -> bool:
        """Whether LD_PRELOAD, which may bring another allocator, is set somewhere in the image that ships."""
        steps = (step for stage in self.shipping_chain for step in stage.stage.steps)
        return any("LD_PRELOAD" in step.instruction.arguments.text for step in steps)

    @property
    def ships_python(self) -> bool:
        """Whether there is a Python in the image that ships, as far as is seen."""
        final = self.final
        if final is None or final.environment is None:
            return False
        return final.environment.python is not None or final.installs_python or "python3" in final.present.packages

    @property
    def python_base(self) -> StageFacts | None:
        """The stage that names the image on which all that ships stands, if there is a Python in it."""
        return self.shipping_chain[0] if self.ships_python else None

    @property
    def thread_stack(self) -> int | None:
        """The stack of a thread that Python starts in the image that ships, in bytes; 0 where it is left to musl, None
        where it is not known."""
        python = self._python
        return thread_stack(python) if python is not None else None

    @property
    def _python(self) -> Environment | None:
        """The environment of the Python that stands first on PATH in the image that ships, where it is known: that of
        the image, or else the one of apk."""
        final = self.final
        if final is None or final.environment is None or any(python.copied for python in final.interpreters):
            return None
        if final.environment.python is not None:
            return final.environment
        return apk_python(final.environment) if "python3" in final.present.packages else None

    @property
    def compilers_left(self) -> tuple[BuildPackage, ...]:
        """What is left of a build in the image that ships, if a compiler is among it and the image is one of Python;
        without what nothing needed in the first place."""
        if self.final is None or not self._is_for_python(self.final):
            return ()
        unused = {package.span for stage in self.stages for package in stage.unused_build_packages}
        left = tuple(package for package in self.final.left_behind if package.span not in unused)
        return left if any(package.role in COMPILER_ROLES for package in left) else ()

    def _is_for_python(self, final: StageFacts) -> bool:
        """Whether Python packages are installed on the way, or the image has a Python that is no mere tool: beside
        another language apk's is there for that one's builds (node-gyp)."""
        if final.installs_python or any(python.folder != "/usr/bin" for python in final.interpreters):
            return True
        environment, other = final.environment, final.present.packages & _OTHER_LANGUAGES
        if environment is None or environment.python is not None:
            return environment is not None
        own = ImageReference.parse(environment.image).repository == "alpine"
        return own and bool(final.interpreters) and not other

    @property
    def installs(self) -> Iterator[tuple[StageFacts, PythonInstall]]:
        for stage in self.stages:
            for install in stage.installs:
                yield stage, install

    @property
    def musl_installs(self) -> Iterator[tuple[StageFacts, PythonInstall]]:
        """The installs whose Python runs on musl."""
        for stage, install in self.installs:
            if install.environment.libc is not None and install.environment.libc.family == "musl":
                yield stage, install

    @property
    def decisive_installs(self) -> Iterator[tuple[StageFacts, PythonInstall]]:
        """Of the installs on musl those for whose failure the script has no other way."""
        for stage, install in self.musl_installs:
            if not may_fail(install.install.command):
                yield stage, install

    @property
    def floating_tags(self) -> Iterator[tuple[StageFacts, Floating]]:
        """The tags that will move on to a Python for which there may be no wheels yet."""
        return floating_tags(self)

    @property
    def useless_shims(self) -> Iterator[tuple[StageFacts, UselessShim]]:
        """What is there to run programs for glibc, where a requirement has a wheel for glibc alone."""
        return useless_shims(self)

    @property
    def foreign_builds(self) -> Iterator[tuple[StageFacts, ForeignBuild]]:
        """What is copied though it is linked against another C library than that of the image."""
        return foreign_builds(self)

    @property
    def python_mismatches(self) -> Iterator[tuple[StageFacts, PythonMismatch]]:
        """What is copied though it is for another Python than that of the image."""
        return python_mismatches(self)

    @property
    def missing_libraries(self) -> Iterator[MissingLibraries]:
        """Shared libraries that a Python package of the image that ships needs and does not find there."""
        return missing_libraries(self)

    @property
    def useless_mounts(self) -> Iterator[tuple[StageFacts, UselessMount]]:
        """Cache mounts that keep nothing from one build to the next."""
        return useless_mounts(self)

    @property
    def refused(self) -> Iterator[tuple[StageFacts, Refused]]:
        """What --no-binary and --only-binary keep the installs from."""
        return refused(self)

    @cached_property
    def absent_packages(self) -> tuple[Absent, ...]:
        """What is asked of apk though its Alpine release does not have it."""
        return tuple(absent_packages(self))

    @property
    def unseen_packages(self) -> Iterator[tuple[StageFacts, Unseen]]:
        """What apk installs for another Python than that of the image."""
        return unseen_packages(self)

    @cached_property
    def forbidden_installs(self) -> tuple[Forbidden, ...]:
        """The installs into Alpine's own Python that its EXTERNALLY-MANAGED file forbids (PEP 668)."""
        return tuple(forbidden_installs(self))

    @cached_property
    def failing_runs(self) -> frozenset[Span]:
        """The RUNs that apk or pip is proven to stop: they leave no layer."""
        absent = ((absent.run, absent.span) for absent in self.absent_packages)
        forbidden = ((each.install.run, each.install.install.command.span) for each in self.forbidden_installs)
        found: dict[Span, bool] = {}
        asked: Counter[Span] = Counter()
        for run, word in (*absent, *forbidden):
            asked[run.span] += 1
            if asked[run.span] <= _MOST_ASKED and not found.get(run.span):
                found[run.span] = run.fails_with(word)
        return frozenset(span for span, fails in found.items() if fails)

    @property
    def missing_time_zone(self) -> Asked | None:
        """The time zone that the image that ships asks for without having the data."""
        return missing_time_zone(self)

    @property
    def missing_locale(self) -> Asked | None:
        """The locale of a language that the image that ships asks for."""
        return missing_locale(self)


def _word(command: Command, text: str) -> Span:
    """The place of the first argument with that text, else of the program."""
    return next((argument.span for argument in command.arguments if argument.text == text), command.program)
