"""Alpine's own Python in /usr: what apk installs for it, and what pip may not (PEP 668)."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from lint_alpine import data
from lint_alpine.alpine_releases import order
from lint_alpine.certain import must_succeed
from lint_alpine.dockerfile.commands import Command, exec_form_command, read_commands
from lint_alpine.dockerfile.instructions import Instruction
from lint_alpine.dockerfile.stages import DEFAULT_PATH
from lint_alpine.dockerfile.words import arguments
from lint_alpine.environment import Environment, minor_version
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.install import ApkPackage, ApkVerb, Verb
from lint_alpine.wheels.build_packages import provides

if TYPE_CHECKING:
    from lint_alpine.facts import Facts, PythonInstall, Run, StageFacts

# Who names one of these knows of the second Python, and may well use it.
_USED = r"/usr/(?:bin/(?:env\s+-\S+\s+)?(?:python|pip)|lib/python)|PATH=[\"']?/usr/bin"
# How Alpine names modules: `py2-` and `py-` up to 3.11, `py3-`. `py-pip` is a name of py3-pip since.
_MODULES = r"py([23]?)-(.+)"
_PYTHON2_UNTIL = "3.11"
# Parts of a package that are no Python modules.
_PARTS = ("-dev", "-doc", "-lang", "-openrc")
_OVERRIDES = ("EXTERNALLY-MANAGED", "break-system-packages")
_PYTHON_FILES = r"/(?:usr(?:/local)?(?:/bin)?)?|.*/bin/(?:python|pip)[\d.]*"


class Unseen(NamedTuple):
    """What one `apk add` installs for Alpine's own Python in an image whose Python is another one.

    `projects` are the names under which pip would install the same; `python` is the minor version of Alpine's, None
    where it is not known, or not the same for all.
    """

    packages: tuple[ApkPackage, ...]
    projects: tuple[str, ...]
    python: str | None


def unseen_packages(facts: "Facts") -> Iterator[tuple["StageFacts", Unseen]]:
    """The `py3-` packages (`py-` and `py2-` before) that the Python of the image, in /usr/local, does not see.

    None where the file uses the Python in /usr, or a program that such a package brings.
    """
    text = facts.dockerfile.source.text
    if not re.search(_MODULES, text) or re.search(_USED, text):
        return
    programs = {program for stage in facts.stages for program in _programs(stage)}
    for stage in facts.stages:
        environment = stage.environment
        if not _is_alpine(environment) or environment.python_prefix != "/usr/local":
            continue
        for addition in stage.apk_additions:
            release = environment.release
            packages = tuple(each for each in addition.install.packages if _is_module(each, release, programs))
            if addition.install.verb is ApkVerb.ADD and packages:
                yield stage, Unseen(packages, _projects(packages), _alpine_python(packages, release))


def _is_alpine(environment: Environment | None) -> TypeGuard[Environment]:
    """An Alpine image of which is known what its variables are: who else builds one may set PATH or PYTHONPATH."""
    return environment is not None and environment.distro == "alpine" and environment.is_official


def _is_module(package: ApkPackage, release: str | None, programs: set[str]) -> bool:
    name = re.fullmatch(_MODULES, package.name)
    if name is None or package.conflict or package.name.endswith(_PARTS):
        return False
    if name[1] != "3" and package.name != "py-pip" and not (release and order(release) <= order(_PYTHON2_UNTIL)):
        return False
    return name[2] == "pip" or not any(each == name[2] or each.startswith(f"{name[2]}-") for each in programs)


def _projects(packages: tuple[ApkPackage, ...]) -> tuple[str, ...]:
    known = data.apk()["py3_to_pypi"]
    stems = [re.sub(_MODULES, r"\2", package.name) for package in packages]
    return tuple(dict.fromkeys(known.get(f"py3-{stem}", stem) for stem in stems if stem != "pip"))


def _alpine_python(packages: tuple[ApkPackage, ...], release: str | None) -> str | None:
    """The minor version of the Python that these packages are for."""
    entry = data.alpine()["releases"].get(release or "")
    pythons = {_python_of(package.name, release) for package in packages}
    if entry is None or len(pythons) != 1:
        return None
    match pythons.pop():
        case "3":
            version = entry.get("python3")
        case "2":
            version = entry.get("python2")
        case _:
            version = None
    return minor_version(version) if version else None


def _python_of(name: str, release: str | None) -> str | None:
    """`3`, `2`, or None where it may be both."""
    if name.startswith(("py2-", "py3-")):
        return name[2]
    brought = provides(name, release)
    return "3" if "python3" in brought else "2" if "python2" in brought else None


def _programs(stage: "StageFacts") -> Iterator[str]:
    """What the stage runs: in RUN, and when its container starts."""
    for run in stage.runs:
        yield from (command.name for command in run.commands)
    for step in stage.stage.steps:
        if step.instruction.name in ("CMD", "ENTRYPOINT"):
            form = step.instruction.exec_form
            found = exec_form_command(form, {}) if form is not None else read_commands(step.instruction.arguments, {})
            yield from (command.name for command in found)


class Forbidden(NamedTuple):
    """A command that would install into Alpine's own Python. `without_pip`: it calls a pip that is not there."""

    stage: "StageFacts"
    install: "PythonInstall"
    without_pip: bool


def forbidden_installs(facts: "Facts") -> Iterator[Forbidden]:
    """The commands that would install into Alpine's own Python, which its EXTERNALLY-MANAGED file forbids.

    pip looks for that file unless it runs in a virtual environment, or is told --break-system-packages, --target,
    --prefix or --root (pip's commands/install.py); so does `uv pip install --system`. Poetry, pdm and pipenv do not, or
    not always. Nothing is claimed once something may have removed the file or changed pip's configuration.
    """
    brings_pip = re.search(r"get-pip|ensurepip", facts.dockerfile.source.text) is not None
    lifted: list[bool] = []
    for stage in facts.stages:
        base = stage.stage.base.stage
        may = (base is not None and lifted[base]) or any(_brings_python(step.instruction) for step in stage.stage.steps)
        installs = {id(install.install.command): install for install in stage.installs}
        for run in stage.runs:
            may = may or not run.shell
            activated = False
            for command in run.commands:
                install = installs.get(id(command))
                if install is None:
                    may = may or _lifts(command)
                    activated = activated or _activates(command)
                elif not may and not activated and _is_forbidden(install, run):
                    yield Forbidden(stage, install, not brings_pip and _lacks_pip(install, stage))
        lifted.append(may)


def _lifts(command: Command) -> bool:
    words = " ".join(argument.written for argument in (*command.arguments, *command.writes))
    text = command.stdin_text.text if command.stdin_text is not None else ""
    return any(override in words or override in text for override in _OVERRIDES)


def _activates(command: Command) -> bool:
    return command.name in (".", "source") and any(each.written.endswith("/activate") for each in command.arguments)


def _is_forbidden(install: "PythonInstall", run: "Run") -> bool:
    environment, call = install.environment, install.install
    if not _is_alpine(environment) or environment.python_prefix != "/usr" or not environment.externally_managed:
        return False
    target = call.target
    elsewhere = target.directory or target.prefix or target.root or target.own
    if elsewhere or target.environment not in (None, "/usr"):
        return False
    if environment.python is None or call.break_system_packages or call.dry_run:
        return False
    match call.installer, call.verb:
        case Installer.PIP, Verb.INSTALL | Verb.ENSUREPIP:
            system = True
        case Installer.UV, Verb.INSTALL | Verb.SYNC:
            system = target.system or target.environment == "/usr"
        case _:
            system = False
    return system and install.present.complete and must_succeed(call.command) and _finds_usr(install, run)


def _lacks_pip(install: "PythonInstall", stage: "StageFacts") -> bool:
    """Whether all that apk was asked for is known, and brings Python without pip: since 3.12 that is py3-pip."""
    call = install.install
    if call.installer is not Installer.PIP or call.verb is not Verb.INSTALL or stage.environment is None:
        return False
    known = data.apk()["packages"]
    asked = (known.get(name, {}).get("role", "python") for name in install.present.asked if name != "python3")
    return stage.environment.python is None and "python" not in asked


def _finds_usr(install: "PythonInstall", run: "Run") -> bool:
    """Whether no other folder of programs stands before /usr/bin on PATH: it may be that of a virtual environment."""
    if install.install.target.environment == "/usr":
        return True
    path = install.install.command.variables.get("PATH", run.step.variables.get("PATH", DEFAULT_PATH))
    if path is None:
        return False
    before = filter(None, path.partition("/usr/bin")[0].split(":"))
    return all(folder in DEFAULT_PATH.split(":") or ".local" in folder for folder in before)


def _brings_python(instruction: Instruction) -> bool:
    """COPY of another Python from an image or stage: then it may be that one's pip which is run."""
    if instruction.name != "COPY" or instruction.flag("from") is None:
        return False
    return any(re.fullmatch(_PYTHON_FILES, word.text.rstrip("/") or "/") for word in arguments(instruction)[:-1])
