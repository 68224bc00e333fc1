"""What the commands of a RUN do to a stage: packages, Python environments, files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import NamedTuple

from packaging.specifiers import SpecifierSet

from lint_alpine import images
from lint_alpine.caches import apk_index_kept, cache_folder, home_of, python_cache_kept
from lint_alpine.context import Missing
from lint_alpine.dockerfile.commands import Command
from lint_alpine.dockerfile.stages import DEFAULT_PATH, Step
from lint_alpine.environment import Environment
from lint_alpine.facts import ApkAddition, PythonInstall, Run
from lint_alpine.find_links import folders_of, paths_of
from lint_alpine.image_files import ImageFiles, Placed
from lint_alpine.installs.dependency import Dependency, Installer, Requirements
from lint_alpine.installs.install import Apk, ApkInstall, ApkRemove, ApkVerb, Export, Files, Install, Variables, Verb
from lint_alpine.installs.interpreters import read_interpreters
from lint_alpine.installs.pip_settings import read_pip_setting
from lint_alpine.installs.read import read_apk, read_install
from lint_alpine.installs.runners import read_poetry_setting, read_runner
from lint_alpine.installs.virtual_environments import VenvPip, VirtualEnvironment, read_virtual_environment
from lint_alpine.origins import Copied, Interpreter, Placement, folder_of, interpreters_of, minor_of
from lint_alpine.packages import World
from lint_alpine.pip_versions import CURRENT, Pip, brought_pip, changed_pip, has_pip, newest_release, pip_of
from lint_alpine.source import Source, Span
from lint_alpine.users import read_home
from lint_alpine.wheels.judge import judge
from lint_alpine.wheels.sources import Sources
from lint_alpine.wheels.verdict import Outcome, WheelVerdict
from lint_alpine.written_files import FromParts, write

# Programs in these folders are known well enough to say that they install no apk packages; another path is a script.
_PROGRAM_FOLDERS = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
_SHELLS = frozenset({"sh", "ash", "bash", "dash", "zsh"})
_SCRIPT_RUNNERS = frozenset("make ansible-playbook rustup rustup-init nix conda mamba micromamba".split())
_WRITERS = frozenset({"git", "wget", "curl", "tar", "unzip", "svn", "hg", "poetry", "uv", "pdm"})
MOST_COPIED = 200


@dataclass(slots=True)
class StageState:
    """What a stage has come to while it is read from top to bottom.

    `pips` is the pip of a Python environment (by its prefix; empty: the one on PATH) where a command has changed it.
    `installed` are the packages that each environment has by then. `placements` and `interpreters` are what of Python
    is in which folder (`more_interpreters` those that are neither the image's nor apk's), `virtual_environments` the
    folders of those made here, with the Python that they are to have, as it was named. `settings` are what commands
    have told pip's configuration, as variables; `homes` the home folders of the users that they have made, None where
    there is none. `more_installed`: packages are there of which nothing is known. `copied_to` are the places to which
    something was copied from elsewhere. `image` is the base image as the file names it.
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
    settings: dict[str, str | None] = field(default_factory=dict)
    homes: dict[str, str | None] = field(default_factory=dict)
    layers: int = 0
    installs_python: bool = False
    more_installed: bool = False
    copied_to: list[str] = field(default_factory=list)
    image: str = ""

    def copy(self) -> "StageState":
        return replace(
            self,
            world=self.world.copy(),
            files=self.files.copy(),
            pips=dict(self.pips),
            installed={key: dict(names) for key, names in self.installed.items()},
            placements=list(self.placements),
            more_interpreters=list(self.more_interpreters),
            copied_to=list(self.copied_to),
            virtual_environments=dict(self.virtual_environments),
            settings=dict(self.settings),
            homes=dict(self.homes),
        )

    def take_all(self, other: "StageState", span: Span) -> None:
        """`COPY --from=other / /`: packages and interpreters come along, with the C library that they need."""
        self.world.take(other.world, self.layers)
        self.installs_python = self.installs_python or other.installs_python
        self.more_interpreters += [python._replace(copied=(*python.copied, span)) for python in other.interpreters]

    @property
    def interpreters(self) -> tuple[Interpreter, ...]:
        return (*interpreters_of(self.environment, self.world.present), *self.more_interpreters)

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
            self.copied_to.append(copied.destination)
            self.placements += copied.placements[: MOST_COPIED - len(self.placements)]
            self.more_interpreters += copied.interpreters[: MOST_COPIED - len(self.more_interpreters)]
            yield copied


@dataclass(slots=True)
class Effects:
    """What one RUN added, in the order of its commands."""

    additions: list[ApkAddition] = field(default_factory=list)
    installs: list[PythonInstall] = field(default_factory=list)


class _Recording(NamedTuple):
    """Files that remember which of them were read."""

    files: ImageFiles
    read_files: dict[str, Source]

    def read(self, path: str) -> Source | Requirements | Missing:
        found = self.files.read(path)
        if isinstance(found, Source):
            self.read_files[found.path] = found
        return found

    def find(self, pattern: str) -> tuple[str, ...]:
        return self.files.find(pattern)


def read_run(
    run: Run, state: StageState, mounts: Sequence[Placed], sources: Sources, read: dict[str, Source]
) -> Effects:
    """Lets the commands of a RUN act on the state; `read` gains the files that they install from."""
    state.layers += 1
    effects = Effects()
    scripts = _activations(run)
    if not run.shell:
        state.world.complete = False
    for number, command in enumerate(run.commands):
        following = run.commands[number + 1 :]
        apk = read_apk(command)
        if apk is not None:
            _apply_apk(apk, run, state, following, effects)
            continue
        workdir = _directory(command, run.step)
        files = _Recording(state.files.at(workdir, mounts), read)
        step = _step_of(command, run.step)
        home = state.homes.get(step.user or "", home_of(step.user))
        # A variable wins over the configuration.
        variables = {"HOME": home, **state.settings, **step.variables}
        prefix = _prefix(command, run.step, scripts, state)
        match read_install(command, files, variables, prefix):
            case Install() as install:
                effects.installs.append(_install(install, run, state, following, sources, files.files))
                state.installs_python = True
            case Export(output=str(output), requirements=requirements):
                if path := ImageFiles(workdir).absolute(output):
                    state.files.placed.append(FromParts(path, (requirements,)))
            case _:
                if made := read_virtual_environment(command):
                    path = ImageFiles(workdir).absolute(made.path or "") or ""
                    state.virtual_environments[path] = made.interpreter
                    _set_pip(path, made, state)
                state.bring(command, variables, workdir)
                if made_user := read_home(command):
                    state.homes[made_user[0]] = made_user[1]
                if setting := read_pip_setting(command) or read_poetry_setting(command):
                    state.settings[setting[0]] = None if command.conditional else setting[1]
                if _is_script(command):
                    state.world.complete = False
                write(command, files.files, state.files)
        # It comes behind what the command installs itself: `uv run` makes the environment before.
        if inner := _run_by(command, files, variables, prefix):
            effects.installs.append(_install(inner, run, state, following, sources, files.files))
            state.installs_python = True
        if command.name in _WRITERS or _is_script(command):
            state.files.suspect("/", f"`{command.name}` may write it during the build")
    return effects


def _run_by(command: Command, files: Files, variables: Variables, prefix: str | None) -> Install | None:
    """What the command of a `poetry run` installs."""
    runner = read_runner(command, {**variables, **command.variables})
    inner = read_install(runner.command, files, variables, prefix) if runner is not None else None
    if runner is None or not isinstance(inner, Install):
        return None
    own = runner.own and inner.installer is Installer.PIP
    return inner._replace(target=inner.target._replace(own=True)) if own else inner


def _directory(command: Command, step: Step) -> str | None:
    """The folder in which a command runs; None where it is not known."""
    if command.directory is None:
        return None
    return ImageFiles(step.workdir).absolute(command.directory or ".")


def _is_script(command: Command) -> bool:
    """A command that may do anything, installing apk packages included."""
    if command.path is not None and command.path.rpartition("/")[0] not in _PROGRAM_FOLDERS:
        return "/bin" not in command.path
    return command.name in _SHELLS or command.name in _SCRIPT_RUNNERS


def _apply_apk(apk: Apk, run: Run, state: StageState, following: Sequence[Command], effects: Effects) -> None:
    world = state.world
    match apk:
        case ApkInstall(root="/", simulate=False):
            names = tuple((package.name, package.span) for package in apk.packages if not package.conflict)
            if apk.verb is ApkVerb.ADD:
                world.add(names, apk.virtual.name if apk.virtual else None, state.layers)
            world.complete = world.complete and apk.complete
            effects.additions.append(ApkAddition(apk, run, apk_index_kept(apk, run.step, following)))
        case ApkRemove(root="/", simulate=False):
            # What may have been left is there as well as not.
            world.complete = world.complete and not apk.command.conditional
            for package in apk.packages:
                world.remove(package.name, package.span, state.layers)
        case _:
            pass


def _install(
    install: Install, run: Run, state: StageState, following: Sequence[Command], sources: Sources, files: ImageFiles
) -> PythonInstall:
    key = _environment_key(install, run, state)
    environment = _python(install, state, key)
    # What goes into a folder of its own is neither there before nor there for others: pip looks at neither.
    there = {} if install.target.directory is not None else state.installed.setdefault(key, {})
    requirements = _without(_made_wheels(install, run, state), _still_missing(install, there))
    verdicts: tuple[WheelVerdict, ...] = ()
    newer: tuple[WheelVerdict, ...] = ()
    judged = environment.python is not None and not install.target.platforms
    if judged:
        folders = folders_of(install, files, _wheelhouses(state), installed=_may_have_more(install, state, files))
        verdicts, newer = judge(install.installer, requirements, environment, sources, folders)
        verdicts = tuple(verdict for verdict in verdicts if not verdict.via or verdict.name not in there)
        is_pip = install.installer in (Installer.PIP, Installer.PIPX)
        if _may_have_more(install, state, files) or not requirements.complete or not is_pip:
            verdicts = tuple(map(_if_uncontested, verdicts))
        there.update((verdict.name, verdict.version) for verdict in verdicts)
    if not _is_all_known(install, judged) or any(each.needs_unknown for each in verdicts):
        state.more_installed = True
    pip = changed_pip(install, environment, _present_pip(key, environment, state), verdicts)
    if install.changes_pip and pip is not None:
        state.pips[key] = pip
        there["pip"] = pip.version or None
    step = _at_home(_step_of(install.command, run.step), state)
    found = PythonInstall(
        install=install,
        run=run,
        environment=environment,
        present=state.world.present,
        cache_kept=_fetches(install, judged, verdicts) and python_cache_kept(install, step, following),
        cache_folder=cache_folder(install, step),
        verdicts=verdicts,
        with_newer_pip=newer,
        unjudged=() if judged else tuple(_unjudged(install, requirements, environment, state)),
        unreadable=() if run.step.onbuild else install.requirements.unreadable,
        place=key,
    )
    folder = _folder(install, run, state, environment)
    if folder is not None and verdicts:
        minor = None if _has_own_python(install, key, state, environment) else minor_of(environment)
        virtual = key not in ("", "/usr", environment.python_prefix) and folder.startswith(f"{key}/")
        state.placements.append(Placement(folder, found, minor, verdicts, virtual=virtual))
    return found


def _step_of(command: Command, step: Step) -> Step:
    """The step as the user to whom sudo or its kin change sees it: all of them set HOME."""
    if command.user == "":
        return step
    if command.user is None:
        return step._replace(variables={**step.variables, "HOME": None})
    variables = {name: value for name, value in step.variables.items() if name != "HOME"}
    return step._replace(user=command.user, variables=variables)


def _at_home(step: Step, state: StageState) -> Step:
    """The step with HOME, where it is known whose that is: pip keeps no cache in a folder that is not its user's."""
    conventional = home_of(step.user)
    home = state.homes.get(step.user or "", conventional if conventional == "/root" else None)
    return step._replace(variables={"HOME": home, **step.variables})


def _has_own_python(install: Install, key: str, state: StageState, environment: Environment) -> bool:
    """Whether the Python may be another one than that of the image: uv fetches the one that is asked for."""
    base = state.environment
    wanted = _version_in(state.virtual_environments.get(key))
    if wanted is not None and not f"{wanted}.".startswith(f"{minor_of(environment)}."):
        return True
    return install.installer is Installer.UV and (base is None or environment.python != base.python)


def _made_wheels(install: Install, run: Run, state: StageState) -> frozenset[str]:
    """The packages whose wheels `pip wheel` has put into a folder that the command takes files from: what becomes of
    them was decided there."""
    there = ImageFiles(_directory(install.command, run.step))
    folders = {there.absolute(path) for link in install.requirements.find_links for path in paths_of(link)}
    made = (each for each in state.placements if each.install.install.verb is Verb.WHEEL and each.folder in folders)
    return frozenset(verdict.name for placement in made for verdict in placement.verdicts)


def _wheelhouses(state: StageState) -> dict[str, str]:
    """The folders into which commands of this build put wheels or source distributions."""
    made = (each for each in state.placements if each.is_wheelhouse)
    return {each.folder: f"`pip {each.install.install.verb}` puts files there during the build" for each in made}


def _may_have_more(install: Install, state: StageState, files: ImageFiles) -> bool:
    """Whether packages may be there, before the command, of which nothing is known."""
    folders = {files.absolute(path) for link in install.requirements.find_links for path in paths_of(link)}
    from_apk = any(name.startswith("py3-") for name in state.world.present.packages)
    return state.more_installed or from_apk or not folders.issuperset(state.copied_to)


def _unjudged(
    install: Install, requirements: Requirements, environment: Environment, state: StageState
) -> Iterator[WheelVerdict]:
    """That nothing can be said of what is asked for, and why."""
    of_image = state.unknown or "the Python that it installs for is not known"
    reason = "`--platform` names what it is for" if install.target.platforms else of_image
    first = {each.name: each for each in reversed(requirements.dependencies)}
    for name, each in reversed(first.items()):
        yield WheelVerdict(each, name, None, (), environment, Outcome.UNKNOWN, None, each.opaque or reason, None)


def _if_uncontested(verdict: WheelVerdict) -> WheelVerdict:
    """The verdict where more counts than is known: packages that are there, words of the command, the overrides
    of other installers."""
    if verdict.outcome is not Outcome.UNAVAILABLE or not verdict.contested:
        return verdict
    reason = f"{verdict.reason}, unless what is not known here changes that"
    return verdict._replace(outcome=Outcome.UNKNOWN, reason=reason)


def _without(names: frozenset[str], requirements: Requirements) -> Requirements:
    left = tuple(dependency for dependency in requirements.dependencies if dependency.name not in names)
    return requirements._replace(dependencies=left)


def _folder(install: Install, run: Run, state: StageState, environment: Environment) -> str | None:
    """The folder (absolute) that receives what is installed, where it is known."""
    workdir = _directory(install.command, run.step)
    prefix = install.target.environment or _active_environment(install, run, state) or environment.python_prefix
    # Who may not write to the image's own packages installs for the user alone.
    user = run.step.user if install.command.user == "" else install.command.user or "?"
    privileged = user in (None, "", "root", "0") or prefix != environment.python_prefix
    base = None
    if install.installer is Installer.PIP and (install.target.user or not privileged):
        home = home_of(user)
        base = run.step.variables.get("PYTHONUSERBASE") or (f"{home}/.local" if home else None)
        if base is None:
            return None
    folder = folder_of(install, environment, prefix, base)
    return ImageFiles(workdir).absolute(folder) if folder is not None else None


def _prefix(command: Command, step: Step, scripts: Sequence[tuple[int, str]], state: StageState) -> str | None:
    """The prefix of the Python whose programs are found first: of a virtual environment, or of the image's own."""
    first = (command.variables.get("PATH", step.variables.get("PATH")) or DEFAULT_PATH).partition(":")[0]
    on_path = None if first in DEFAULT_PATH.split(":") else first.removesuffix("/bin")
    environment = state.environment
    own = (environment.python_prefix or "/usr") if environment is not None else None
    return _activated(command, scripts) or on_path or own


def _activations(run: Run) -> tuple[tuple[int, str], ...]:
    """The virtual environments that are activated in a RUN, each with the place where that happens."""
    scripts = (command for command in run.commands if command.name in (".", "source") and command.arguments)
    named = ((command.span.begin, command.arguments[0].text or "") for command in scripts)
    return tuple((at, text.removesuffix("/bin/activate")) for at, text in named if text.endswith("/bin/activate"))


def _activated(command: Command, scripts: Sequence[tuple[int, str]]) -> str | None:
    """The virtual environment that is active where the command runs."""
    return next((path for at, path in reversed(scripts) if at < command.span.begin), None)


def _active_environment(install: Install, run: Run, state: StageState) -> str | None:
    """The virtual environment that a script has activated before the command, that uv finds in the folder or above it,
    or that stands first on PATH."""
    if activated := _activated(install.command, _activations(run)):
        return activated
    first = (run.step.variables.get("PATH") or DEFAULT_PATH).partition(":")[0].removesuffix("/bin")
    return _found_by_uv(install, run, state) or (first if first in state.virtual_environments else None)


def _found_by_uv(install: Install, run: Run, state: StageState) -> str | None:
    """The `.venv` that `uv pip` takes unless it is told of another place (uv's documentation on environments)."""
    folder, target = _directory(install.command, run.step), install.target
    told = target.system or target.own or target.directory or target.prefix
    if install.installer is not Installer.UV or told or folder is None:
        return None
    above = (f"{part}/.venv".replace("//", "/") for part in (folder, *map(str, PurePosixPath(folder).parents)))
    return next((path for path in above if path in state.virtual_environments), None)


def _environment_key(install: Install, run: Run, state: StageState) -> str:
    """Which Python environment the command acts on: the prefix of its program, else of the virtual environment that is
    active or stands first on PATH, else the one of the image."""
    if install.installer is Installer.PIP and install.target.own:
        return f"that of {install.command.name}"
    first = (run.step.variables.get("PATH") or DEFAULT_PATH).partition(":")[0]
    on_path = None if first in DEFAULT_PATH.split(":") else first.removesuffix("/bin")
    prefix = install.target.environment or _active_environment(install, run, state) or on_path
    return ImageFiles(_directory(install.command, run.step)).absolute(prefix) or prefix if prefix else ""


def _python(install: Install, state: StageState, key: str) -> Environment:
    """The environment of the Python that the command acts on; its `python` is None where that is not known."""
    base = state.environment
    if base is None:
        return Environment(state.image)
    environment = base
    if (key == "/usr" or base.python is None) and base.distro == "alpine" and "python3" in state.world.present.packages:
        environment = images.apk_python(base)
    wanted = install.target.python_version or _version_in(install.target.interpreter)
    wanted = wanted or _version_in(state.virtual_environments.get(key))
    if wanted and not (environment.python or "").startswith(wanted):
        # uv brings the Python that is asked for; any other installer needs one that is not known here.
        known = wanted if install.installer is Installer.UV else None
        environment = environment._replace(python=known, pip=None, newest_pip=None)
    if install.installer is Installer.PIP and install.target.own and environment.python is not None:
        state.pips.setdefault(key, Pip(newest_release(SpecifierSet(), (environment.python,)) or CURRENT))
    if install.installer is Installer.PIP and key in state.pips:
        return state.pips[key].on(environment)
    return environment


def _present_pip(key: str, environment: Environment, state: StageState) -> Pip | None:
    """The pip that is there before a command changes it; None where there is none."""
    if key in state.pips:
        return state.pips[key]
    return pip_of(environment) if has_pip(environment, state.world.present) else None


def _set_pip(path: str, made: VirtualEnvironment, state: StageState) -> None:
    """A virtual environment starts with a pip of its own, which may be older than the image's."""
    base = state.environment
    if made.pip is VenvPip.NONE or base is None:
        return
    environment = base if base.python is not None else images.apk_python(base)
    python = _version_in(made.interpreter) or environment.python
    if python is None:
        return
    if made.pip is VenvPip.NEWEST:
        state.pips[path] = Pip(newest_release(SpecifierSet(), (python,)) or CURRENT)
    else:
        state.pips[path] = brought_pip(environment._replace(python=python))


def _version_in(interpreter: str | None) -> str | None:
    """`3.11` of `python3.11`; nothing of `python3`, which is whatever there is."""
    digits = (interpreter or "").rpartition("/")[2].removeprefix("python").removeprefix("cpython@")
    return digits if digits.count(".") >= 1 and digits.replace(".", "").isdecimal() else None


def _fetches(install: Install, judged: bool, left: tuple[WheelVerdict, ...]) -> bool:
    """Whether the command may download anything: `uv run` after `uv sync` has nothing left to install."""
    return bool(left) or not (_is_all_known(install, judged) and install.requirements.dependencies)


def _is_all_known(install: Install, judged: bool) -> bool:
    """Whether all that the command installs is among the verdicts, or was there before."""
    wanted = install.requirements
    return judged and wanted.complete and not wanted.unreadable and not install.projects


def _still_missing(install: Install, there: dict[str, str | None]) -> Requirements:
    """What the command has left to install: pip leaves what is there and satisfies the requirement."""

    def is_there(dependency: Dependency) -> bool:
        version = there.get(dependency.name)
        return version is not None and dependency.requirement.specifier.contains(version, prereleases=True)

    if install.upgrade or not there:
        return install.requirements
    missing = tuple(dependency for dependency in install.requirements.dependencies if not is_there(dependency))
    return install.requirements._replace(dependencies=missing)
