"""What the commands of a RUN do to a stage: packages, Python environments, files."""

from collections.abc import Iterator, Sequence

from lint_alpine.caches import cache_folder, droppable_update, home_of
from lint_alpine.dockerfile.commands import Command
from lint_alpine.dockerfile.shell_wrappers import SHELLS
from lint_alpine.dockerfile.stages import Step
from lint_alpine.facts import ApkAddition, PythonInstall, Run
from lint_alpine.find_links import folders_of, paths_of
from lint_alpine.image_files import ImageFiles, Placed
from lint_alpine.installs.dependency import Dependency, Installer, Requirements
from lint_alpine.installs.install import Apk, ApkInstall, ApkRemove, ApkVerb, Export, Files, Install, Variables
from lint_alpine.installs.pip_settings import read_pip_setting
from lint_alpine.installs.read import read_apk, read_install
from lint_alpine.installs.reading import Reading
from lint_alpine.installs.runners import read_poetry_setting, read_runner
from lint_alpine.installs.virtual_environments import read_virtual_environment
from lint_alpine.kept_caches import KeptCaches
from lint_alpine.origins import Placement
from lint_alpine.pip_versions import changed_pip
from lint_alpine.stage_state import StageState
from lint_alpine.target_environment import Situation, TargetEnvironment, make, target_of
from lint_alpine.users import read_home
from lint_alpine.wheels.judge import judge
from lint_alpine.wheels.sources import Sources
from lint_alpine.wheels.verdict import Outcome, WheelVerdict
from lint_alpine.written_files import FromParts, write

# Programs in these folders are known well enough to say that they install no apk packages; another path is a script.
_PROGRAM_FOLDERS = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
_SCRIPT_RUNNERS = frozenset("make ansible-playbook rustup rustup-init nix conda mamba micromamba".split())
_WRITERS = frozenset({"git", "wget", "curl", "tar", "unzip", "svn", "hg", "poetry", "uv", "pdm"})


def read_run(run: Run, state: StageState, mounts: Sequence[Placed], sources: Sources, reading: Reading) -> "Effects":
    """Lets the commands of a RUN act on the state; `reading` gains the files that they install from."""
    state.layers += 1
    if not run.shell:
        state.changed_world().complete = False
    effects = Effects(run, state, mounts, sources, reading)
    for number, command in enumerate(run.commands):
        apk = read_apk(command)
        if apk is not None:
            effects.apk(apk, number)
        else:
            effects.command(command, number)
    return effects


class Effects:
    """What one RUN adds, in the order of its commands; each is meant by its number as well."""

    def __init__(
        self, run: Run, state: StageState, mounts: Sequence[Placed], sources: Sources, reading: Reading
    ) -> None:
        self.additions: list[ApkAddition] = []
        self.installs: list[PythonInstall] = []
        self._run = run
        self._state = state
        self._mounts = mounts
        self._sources = sources
        self._reading = reading
        self._kept = KeptCaches(run.step, run.commands)
        self._activated: str | None = None

    def apk(self, apk: Apk, number: int) -> None:
        state = self._state
        match apk:
            case ApkInstall(root="/", simulate=False):
                world = state.changed_world()
                names = tuple((package.name, package.span) for package in apk.packages if not package.conflict)
                if apk.verb is ApkVerb.ADD:
                    world.add(names, apk.virtual.name if apk.virtual else None, state.layers)
                world.complete = world.complete and apk.complete
                self.additions.append(self._addition(apk, number))
            case ApkRemove(root="/", simulate=False):
                world = state.changed_world()
                # What may have been left is there as well as not.
                world.complete = world.complete and not apk.command.conditional
                for package in apk.packages:
                    world.remove(package.name, package.span, state.layers)
            case _:
                pass

    def _addition(self, apk: ApkInstall, number: int) -> ApkAddition:
        behind = next(iter(self._run.commands[number + 1 : number + 2]), None)
        return ApkAddition(apk, self._run, self._kept.has_index(apk, number), droppable_update(apk, behind))

    def command(self, command: Command, number: int) -> None:
        situation = Situation(command, self._run.step, self._state, self._activated)
        files = self._state.files.at(situation.workdir, self._mounts)
        variables = self._variables(command)
        match read_install(command, files, variables, situation.prefix, self._reading):
            case Install() as install:
                self._install(install, situation, number, files)
            case Export(output=str(output), requirements=requirements):
                if path := ImageFiles(situation.workdir).absolute(output):
                    self._state.files.placed.append(FromParts(path, (requirements,)))
            case _:
                self._other(situation, variables, files)
        # It comes behind what the command installs itself: `uv run` makes the environment before.
        if inner := self._run_by(command, files, variables, situation.prefix):
            self._install(inner, situation, number, files)
        if command.name in _WRITERS or _is_script(command):
            self._state.files.suspect("/", f"`{command.name}` may write it during the build")
        self._activated = situation.activates or self._activated

    def _run_by(self, command: Command, files: Files, variables: Variables, prefix: str | None) -> Install | None:
        """What the command of a `poetry run` installs."""
        runner = read_runner(command, {**variables, **command.variables})
        if runner is None:
            return None
        inner = read_install(runner.command, files, variables, prefix, self._reading)
        if not isinstance(inner, Install):
            return None
        own = runner.own and inner.installer is Installer.PIP
        return inner._replace(target=inner.target._replace(own=True)) if own else inner

    def _variables(self, command: Command) -> Variables:
        """What the command sees, its own variables aside; a variable wins over the configuration."""
        step = _step_of(command, self._run.step)
        home = self._state.homes.get(step.user or "", home_of(step.user))
        return {"HOME": home, **self._state.settings, **step.variables}

    def _other(self, situation: Situation, variables: Variables, files: ImageFiles) -> None:
        """What a command does that installs nothing."""
        command, state = situation.command, self._state
        if made := read_virtual_environment(command):
            make(made, situation)
        state.bring(command, variables, situation.workdir)
        if made_user := read_home(command):
            state.homes[made_user[0]] = made_user[1]
        if setting := read_pip_setting(command) or read_poetry_setting(command):
            state.settings[setting[0]] = None if command.conditional else setting[1]
        if _is_script(command):
            state.changed_world().complete = False
        write(command, files, state.files)

    def _install(self, install: Install, situation: Situation, number: int, files: ImageFiles) -> None:
        state = self._state
        target = target_of(install, situation._replace(command=install.command))
        environment = target.environment
        # What goes into a folder of its own is neither there before nor there for others: pip looks at neither.
        there = {} if install.target.directory is not None else state.installed.setdefault(target.key, {})
        wanted = _without(_made_wheels(install, target, state), _still_missing(install, there))
        judged = environment.python is not None and not install.target.platforms
        verdicts, newer = self._judge(wanted, target, there, files) if judged else ((), ())
        there.update((verdict.name, verdict.version) for verdict in verdicts)
        if not _is_all_known(install, judged) or any(each.needs_unknown for each in verdicts):
            state.more_installed = True
        self._change_pip(target, there, verdicts)
        step = _at_home(_step_of(install.command, self._run.step), state)
        found = PythonInstall(
            install=install,
            run=self._run,
            environment=environment,
            present=state.present,
            cache_kept=_fetches(install, judged, verdicts) and self._kept.has_cache(install, step, number),
            cache_folder=cache_folder(install, step),
            verdicts=verdicts,
            with_newer_pip=newer,
            unjudged=() if judged else tuple(_unjudged(wanted, target)),
            unreadable=() if self._run.step.onbuild else install.requirements.unreadable,
            place=target.key,
        )
        self.installs.append(found)
        state.installs_python = True
        if verdicts and (folder := target.folder) is not None:
            state.place(Placement(folder, found, target.minor, verdicts, virtual=target.is_virtual(folder)))

    def _judge(
        self, wanted: Requirements, target: TargetEnvironment, there: dict[str, str | None], files: ImageFiles
    ) -> tuple[tuple[WheelVerdict, ...], tuple[WheelVerdict, ...]]:
        """What the installer does with what is wanted, and what it would do with a newer pip."""
        install = target.install
        more = _may_have_more(install, self._state, files)
        folders = folders_of(install, files, self._state.wheelhouses, installed=more)
        verdicts, newer = judge(install.installer, wanted, target.environment, self._sources, folders)
        verdicts = tuple(verdict for verdict in verdicts if not verdict.via or verdict.name not in there)
        if more or not wanted.complete or install.installer not in (Installer.PIP, Installer.PIPX):
            verdicts = tuple(map(_if_uncontested, verdicts))
        return verdicts, newer

    def _change_pip(
        self, target: TargetEnvironment, there: dict[str, str | None], verdicts: tuple[WheelVerdict, ...]
    ) -> None:
        """Another pip is there from now on, where the command installs one."""
        pip = changed_pip(target.install, target.environment, target.pip, verdicts)
        if target.install.changes_pip and pip is not None:
            self._state.pips[target.key] = pip
            there["pip"] = pip.version or None


def _is_script(command: Command) -> bool:
    """A command that may do anything, installing apk packages included."""
    if command.path is not None and command.path.rpartition("/")[0] not in _PROGRAM_FOLDERS:
        return "/bin" not in command.path
    return command.name in SHELLS or command.name in _SCRIPT_RUNNERS


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


def _made_wheels(install: Install, target: TargetEnvironment, state: StageState) -> frozenset[str]:
    """The packages whose wheels `pip wheel` has put into a folder that the command takes files from: what becomes of
    them was decided there."""
    files = ImageFiles(target.situation.workdir)
    folders = {files.absolute(path) for link in install.requirements.find_links for path in paths_of(link)}
    return frozenset(name for folder in folders if folder for name in state.made_wheels.get(folder, ()))


def _may_have_more(install: Install, state: StageState, files: ImageFiles) -> bool:
    """Whether packages may be there, before the command, of which nothing is known."""
    folders = {files.absolute(path) for link in install.requirements.find_links for path in paths_of(link)}
    from_apk = any(name.startswith("py3-") for name in state.present.packages)
    return state.more_installed or from_apk or not state.copied_to <= folders


def _unjudged(wanted: Requirements, target: TargetEnvironment) -> Iterator[WheelVerdict]:
    """That nothing can be said of what is asked for, and why."""
    of_image = target.situation.state.unknown or "the Python that it installs for is not known"
    reason = "`--platform` names what it is for" if target.install.target.platforms else of_image
    first = {each.name: each for each in reversed(wanted.dependencies)}
    for name, each in reversed(first.items()):
        verdict = WheelVerdict(
            each, name, None, (), target.environment, Outcome.UNKNOWN, None, each.opaque or reason, None
        )
        yield verdict


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
