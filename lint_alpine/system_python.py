"""Alpine's own Python in /usr: what apk installs for it, and what pip may not (PEP 668)."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from lint_alpine import data
from lint_alpine.certain import must_succeed
from lint_alpine.dockerfile.commands import Command, exec_form_command, read_commands
from lint_alpine.dockerfile.instructions import Instruction
from lint_alpine.dockerfile.stages import DEFAULT_PATH
from lint_alpine.dockerfile.words import arguments
from lint_alpine.environment import Environment
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.install import ApkPackage, ApkVerb, Verb

if TYPE_CHECKING:
    from lint_alpine.facts import Facts, PythonInstall, Run, StageFacts

# Who names one of these knows of the second Python, and may well use it.
_USED = r"/usr/(?:bin/(?:env\s+-\S+\s+)?(?:python|pip)|lib/python)|PATH=[\"']?/usr/bin"
# Parts of a package that are no Python modules.
_PARTS = ("-dev", "-doc", "-lang", "-openrc")
_OVERRIDES = ("EXTERNALLY-MANAGED", "break-system-packages")
_PYTHON_FILES = r"/(?:usr(?:/local)?(?:/bin)?)?|.*/bin/(?:python|pip)[\d.]*"


class Unseen(NamedTuple):
    """What one `apk add` installs for Alpine's own Python in an image whose Python is another one.

    `projects` are the names under which pip would install the same; `python` is the minor version of Alpine's.
    """

    packages: tuple[ApkPackage, ...]
    projects: tuple[str, ...]
    python: str | None


def unseen_packages(facts: "Facts") -> Iterator[tuple["StageFacts", Unseen]]:
    """The `py3-` packages that the Python of the image, in /usr/local, does not see; none where the file uses the one
    in /usr, or a program that such a package brings."""
    text = facts.dockerfile.source.text
    if "py3-" not in text or re.search(_USED, text):
        return
    programs = {program for stage in facts.stages for program in _programs(stage)}
    for stage in facts.stages:
        environment = stage.environment
        if not _is_official(environment) or environment.python_prefix != "/usr/local":
            continue
        for addition in stage.apk_additions:
            packages = tuple(package for package in addition.install.packages if _is_module(package, programs))
            if addition.install.verb is ApkVerb.ADD and packages:
                yield stage, Unseen(packages, _projects(packages), _alpine_python(environment.release))


def _is_official(environment: Environment | None) -> TypeGuard[Environment]:
    """An Alpine image of which is known what its variables are: who else builds one may set PATH or PYTHONPATH."""
    return environment is not None and environment.distro == "alpine" and "/" not in environment.image


def _is_module(package: ApkPackage, programs: set[str]) -> bool:
    stem = package.name.removeprefix("py3-")
    if stem == package.name or package.conflict or package.name.endswith(_PARTS):
        return False
    return stem == "pip" or not any(program == stem or program.startswith(f"{stem}-") for program in programs)


def _projects(packages: tuple[ApkPackage, ...]) -> tuple[str, ...]:
    known = data.apk()["py3_to_pypi"]
    found = [known.get(package.name, package.name.removeprefix("py3-")) for package in packages]
    return tuple(name for name in found if name != "pip")


def _alpine_python(release: str | None) -> str | None:
    entry = data.alpine()["releases"].get(release or "")
    version = entry.get("python3") if entry is not None else None
    return ".".join(version.split(".")[:2]) if version else None


def _programs(stage: "StageFacts") -> Iterator[str]:
    """What the stage runs: in RUN, and when its container starts."""
    for run in stage.runs:
        yield from (command.name for command in run.commands)
    for step in stage.stage.steps:
        if step.instruction.name in ("CMD", "ENTRYPOINT"):
            form = step.instruction.exec_form
            found = exec_form_command(form, {}) if form is not None else read_commands(step.instruction.arguments, {})
            yield from (command.name for command in found)


def forbidden_installs(facts: "Facts") -> Iterator[tuple["StageFacts", "PythonInstall"]]:
    """The commands that would install into Alpine's own Python, which its EXTERNALLY-MANAGED file forbids.

    pip looks for that file unless it runs in a virtual environment, or is told --break-system-packages, --target,
    --prefix or --root (pip's commands/install.py); so does `uv pip install --system`. Poetry, pdm and pipenv do not, or
    not always. Nothing is claimed once something may have removed the file or changed pip's configuration.
    """
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
                    yield stage, install
        lifted.append(may)


def _lifts(command: Command) -> bool:
    words = " ".join(argument.written for argument in (*command.arguments, *command.writes))
    text = command.stdin_text.text if command.stdin_text is not None else ""
    return any(override in words or override in text for override in _OVERRIDES)


def _activates(command: Command) -> bool:
    return command.name in (".", "source") and any(each.written.endswith("/activate") for each in command.arguments)


def _is_forbidden(install: "PythonInstall", run: "Run") -> bool:
    environment, call = install.environment, install.install
    if not _is_official(environment) or environment.python_prefix != "/usr" or not environment.externally_managed:
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
