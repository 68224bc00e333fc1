"""Which Python environment a command acts on: the image's, apk's, or a virtual one."""

from pathlib import PurePosixPath
from typing import NamedTuple

from packaging.specifiers import SpecifierSet

from lint_alpine import images
from lint_alpine.caches import home_of
from lint_alpine.dockerfile.commands import Command
from lint_alpine.dockerfile.stages import DEFAULT_PATH, Step
from lint_alpine.environment import Environment
from lint_alpine.image_files import ImageFiles
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.install import Install
from lint_alpine.installs.virtual_environments import VenvPip, VirtualEnvironment
from lint_alpine.origins import folder_of
from lint_alpine.pip_versions import CURRENT, Pip, brought_pip, has_pip, newest_release, pip_of
from lint_alpine.stage_state import StageState

_SYSTEM_FOLDERS = frozenset(DEFAULT_PATH.split(":"))


class Situation(NamedTuple):
    """Where a command runs: the step, what the stage has come to by then, and the prefix of the virtual environment
    that a script has activated before it."""

    command: Command
    step: Step
    state: StageState
    activated: str | None = None

    @property
    def workdir(self) -> str | None:
        """The folder in which the command runs; None where it is not known."""
        if self.command.directory is None:
            return None
        return ImageFiles(self.step.workdir).absolute(self.command.directory or ".")

    @property
    def activates(self) -> str | None:
        """The prefix of the virtual environment that the command itself activates for those behind it."""
        if self.command.name not in (".", "source") or not self.command.arguments:
            return None
        script = self.command.arguments[0].text or ""
        return script.removesuffix("/bin/activate") if script.endswith("/bin/activate") else None

    @property
    def on_path(self) -> str | None:
        """The prefix whose programs stand first on PATH, unless those are the system's."""
        path = self.command.variables.get("PATH", self.step.variables.get("PATH")) or DEFAULT_PATH
        first = path.partition(":")[0]
        return None if first in _SYSTEM_FOLDERS else first.removesuffix("/bin")

    @property
    def prefix(self) -> str | None:
        """The prefix of the Python whose programs are found first: of a virtual environment, or of the image's own."""
        image = self.state.environment
        own = (image.python_prefix or "/usr") if image is not None else None
        return self.activated or self.on_path or own


class TargetEnvironment(NamedTuple):
    """The Python environment that an install acts on.

    `key` tells it from others of the stage: the prefix of its program, else of the virtual environment that is active
    or stands first on PATH; empty for the one of the image. The `python` of the `environment` is None where it is not
    known. `active` is the prefix of the virtual environment that is active.
    """

    install: Install
    situation: Situation
    key: str
    environment: Environment
    active: str | None

    @property
    def pip(self) -> Pip | None:
        """The pip that is there before the command changes it; None where there is none."""
        state = self.situation.state
        if self.key in state.pips:
            return state.pips[self.key]
        return pip_of(self.environment) if has_pip(self.environment, state.present) else None

    @property
    def folder(self) -> str | None:
        """The folder (absolute) that receives what is installed, where it is known."""
        install, environment, step = self.install, self.environment, self.situation.step
        prefix = install.target.environment or self.active or environment.python_prefix
        # Who may not write to the image's own packages installs for the user alone.
        user = step.user if install.command.user == "" else install.command.user or "?"
        privileged = user in (None, "", "root", "0") or prefix != environment.python_prefix
        base = None
        if install.installer is Installer.PIP and (install.target.user or not privileged):
            home = home_of(user)
            base = step.variables.get("PYTHONUSERBASE") or (f"{home}/.local" if home else None)
            if base is None:
                return None
        folder = folder_of(install, environment, prefix, base)
        return ImageFiles(self.situation.workdir).absolute(folder) if folder is not None else None

    @property
    def minor(self) -> str | None:
        """The Python that it is for, None where that may be another one than that of the image: uv fetches the one that
        is asked for."""
        state = self.situation.state
        wanted = _version_in(state.virtual_environments.get(self.key))
        if wanted is not None and not f"{wanted}.".startswith(f"{self.environment.minor}."):
            return None
        base = state.environment
        is_own = self.install.installer is Installer.UV and (base is None or self.environment.python != base.python)
        return None if is_own else self.environment.minor

    def is_virtual(self, folder: str) -> bool:
        """Whether a folder is in it and it is a virtual environment."""
        return self.key not in ("", "/usr", self.environment.python_prefix) and folder.startswith(f"{self.key}/")


def target_of(install: Install, situation: Situation) -> TargetEnvironment:
    active = _active(install, situation)
    key = _key(install, situation, active)
    return TargetEnvironment(install, situation, key, _environment(install, situation.state, key), active)


def make(made: VirtualEnvironment, situation: Situation) -> None:
    """Adds a virtual environment. It starts with a pip of its own, which may be older than the image's."""
    state = situation.state
    path = ImageFiles(situation.workdir).absolute(made.path or "") or ""
    state.virtual_environments[path] = made.interpreter
    base = state.environment
    if made.pip is VenvPip.NONE or base is None:
        return
    environment = base if base.python is not None else images.apk_python(base)
    python = _version_in(made.interpreter) or environment.python
    if python is None:
        return
    newest = made.pip is VenvPip.NEWEST
    state.pips[path] = _newest_pip(python) if newest else brought_pip(environment._replace(python=python))


def _active(install: Install, situation: Situation) -> str | None:
    """The virtual environment that a script has activated before the command, that uv finds in the folder or above it,
    or that stands first on PATH."""
    first = situation.on_path
    on_path = first if first in situation.state.virtual_environments else None
    return situation.activated or _found_by_uv(install, situation) or on_path


def _found_by_uv(install: Install, situation: Situation) -> str | None:
    """The `.venv` that `uv pip` takes unless it is told of another place (uv's documentation on environments)."""
    folder, target = situation.workdir, install.target
    told = target.system or target.own or target.directory or target.prefix
    if install.installer is not Installer.UV or told or folder is None:
        return None
    above = (f"{part}/.venv".replace("//", "/") for part in (folder, *map(str, PurePosixPath(folder).parents)))
    return next((path for path in above if path in situation.state.virtual_environments), None)


def _key(install: Install, situation: Situation, active: str | None) -> str:
    if install.installer is Installer.PIP and install.target.own:
        return f"that of {install.command.name}"
    prefix = install.target.environment or active or situation.on_path
    return ImageFiles(situation.workdir).absolute(prefix) or prefix if prefix else ""


def _environment(install: Install, state: StageState, key: str) -> Environment:
    base = state.environment
    if base is None:
        return Environment(state.image)
    environment = base
    if (key == "/usr" or base.python is None) and base.distro == "alpine" and "python3" in state.present.packages:
        environment = images.apk_python(base)
    wanted = install.target.python_version or _version_in(install.target.interpreter)
    wanted = wanted or _version_in(state.virtual_environments.get(key))
    if wanted and not (environment.python or "").startswith(wanted):
        # uv brings the Python that is asked for; any other installer needs one that is not known here.
        known = wanted if install.installer is Installer.UV else None
        environment = environment._replace(python=known, pip=None, newest_pip=None)
    if install.installer is not Installer.PIP:
        return environment
    if install.target.own and environment.python is not None:
        state.pips.setdefault(key, _newest_pip(environment.python))
    return state.pips[key].on(environment) if key in state.pips else environment


def _newest_pip(python: str) -> Pip:
    return Pip(newest_release(SpecifierSet(), (python,)) or CURRENT)


def _version_in(interpreter: str | None) -> str | None:
    """`3.11` of `python3.11`; nothing of `python3`, which is whatever there is."""
    digits = (interpreter or "").rpartition("/")[2].removeprefix("python").removeprefix("cpython@")
    return digits if digits.count(".") >= 1 and digits.replace(".", "").isdecimal() else None
