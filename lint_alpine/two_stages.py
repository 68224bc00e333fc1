"""A Dockerfile of one stage as two: one that compiles, and one that copies what was built there."""

import re
import shlex
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lint_alpine.dockerfile.commands import Command
from lint_alpine.dockerfile.instructions import Instruction
from lint_alpine.dockerfile.stages import Step
from lint_alpine.dockerfile.words import name_values
from lint_alpine.facts import PythonInstall, StageFacts
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.install import ApkVerb, Verb
from lint_alpine.packages import BUILD_ROLES, role

_VENV = "/venv"
_PREFIX = "/install"
# More than that is no sketch any more.
_MOST_LINES = 12
_LONGEST_LINE = 400
# What installs the others, and is not to be shipped.
_TOOLS = frozenset("pip setuptools wheel poetry poetry-core poetry-plugin-export pipenv pdm uv virtualenv".split())
# Packages of apk that the second stage can do without.
_FOR_INSTALLS = frozenset({"py3-pip", "py3-setuptools", "py3-wheel", "py3-virtualenv", "uv"})
# What brings files from elsewhere.
_WRITERS = frozenset({"git", "wget", "curl", "tar", "unzip", "svn", "hg"})
# Where to install is what the new stage decides.
_PLACES = {"--user", "--break-system-packages"}
_SETTINGS = re.compile(r"(?:PIP|UV|POETRY|PIPENV|PDM)_\w+")
_OWN_PLACES = frozenset({"UV_SYSTEM_PYTHON", "UV_PROJECT_ENVIRONMENT", "POETRY_VIRTUALENVS_CREATE", "PIPENV_SYSTEM"})
_VARIABLE = re.compile(r"\$\{?(\w+)")
_ASSIGNMENTS = re.compile(r"(?:\w+=\S*\s+)*")


class _Place(NamedTuple):
    """Where the Python packages are built: `made` are the lines that make it, `option` what the commands of pip and uv
    are told; `shipped` is the place in the second stage, `on_path` whether its programs have to be put on PATH."""

    path: str
    made: tuple[str, ...] = ()
    option: str | None = None
    shipped: str | None = None
    on_path: bool = True


class _UntoldError(Exception):
    """The commands of the file cannot be told in a form that would build."""


def split_into_stages(stage: StageFacts) -> str:
    """This file as a builder and a runtime stage: what is compiled in the first is copied into the second."""
    if not stage.installs:
        return "drop what nothing needs, or compile in a first stage and copy what was built into a second one"
    try:
        place = _place(stage)
        told = _instructions(stage, place)
    except _UntoldError:
        place = _Place(_VENV)
        told = [*_new_venv("python3 -m venv"), "# here the commands that install the Python packages"]
    image = stage.stage.base.span.text
    first, second = _packages(stage)
    lines = [
        f"FROM {image} AS builder",
        *([f"RUN apk add --no-cache {' '.join(first)}"] if first else []),
        *told,
        "",
        f"FROM {image}",
        *([f"RUN apk add --no-cache {' '.join(second)}"] if second else []),
        f"COPY --from=builder {place.path} {place.shipped or place.path}",
        *([f'ENV PATH="{place.path}/bin:$PATH"'] if place.on_path else []),
        *(["# and the rest of this file"] if _has_rest(stage) else []),
    ]
    return "\n".join(["compile in a first stage and ship a second one:", *(f"    {line}".rstrip() for line in lines)])


def _packages(stage: StageFacts) -> tuple[list[str], list[str]]:
    """What apk adds in each of them. The first one gets what it lacks as well, the second one no compilers, but the
    libraries that the packages are linked against."""
    asked = {
        package.name: f"{package.name}{package.constraint or ''}"
        for addition in stage.apk_additions
        if addition.install.verb is ApkVerb.ADD and addition.install.root == "/"
        for package in addition.install.packages
        if not package.conflict
    }
    lacking = [name for install in stage.installs for name in install.shortage.packages]
    environment = stage.environment
    own = ["python3"] if environment is not None and environment.python is None else []
    linked = {
        name
        for install in stage.installs
        for verdict in install.compiled
        if verdict.packages
        for name in verdict.packages.runtime
    }
    kept = [text for name, text in asked.items() if role(name) not in BUILD_ROLES and name not in _FOR_INSTALLS]
    there = environment.packages if environment is not None else frozenset[str]()
    first = dict.fromkeys((*own, *(text for name, text in asked.items() if name not in own), *lacking))
    second = dict.fromkeys((*own, *(text for text in kept if text not in own), *sorted(linked - there - asked.keys())))
    return list(first), list(second)


def _has_rest(stage: StageFacts) -> bool:
    """Whether the file does more than to install."""
    installing = {install.run.span for install in stage.installs} | {each.run.span for each in stage.apk_additions}
    return any(step.instruction.span not in installing for step in stage.stage.steps)


def _is_tool(install: PythonInstall) -> bool:
    names = {dependency.name for dependency in install.install.requirements.dependencies}
    call = install.install
    return call.verb is Verb.ENSUREPIP or (call.installer is Installer.PIP and bool(names) and names <= _TOOLS)


def _place(stage: StageFacts) -> _Place:
    """Where the packages of all the commands go that install more than tools."""
    places = {_place_of(install, stage) for install in stage.installs if not _is_tool(install)}
    if len(places) != 1:
        raise _UntoldError
    return places.pop()


def _place_of(install: PythonInstall, stage: StageFacts) -> _Place:
    call, target = install.install, install.install.target
    if call.verb not in (Verb.INSTALL, Verb.SYNC) or target.prefix or target.root or target.platforms:
        raise _UntoldError
    # pip-sync, and the pip of an environment that Poetry or conda has made.
    if call.installer is Installer.PIP and (call.verb is Verb.SYNC or target.own):
        raise _UntoldError
    if target.directory is not None:
        if not target.directory.startswith("/"):
            raise _UntoldError
        return _Place(target.directory, on_path=False)
    prefix = install.environment.python_prefix
    if install.place and install.place not in ("/usr", prefix):
        return _own_place(install)
    has_python = stage.environment is not None and stage.environment.python is not None
    editable = any(argument.text in ("-e", "--editable") for argument in call.command.arguments)
    match call.installer:
        case Installer.PIP if has_python and prefix and not editable:
            return _Place(_PREFIX, option=f"--prefix={_PREFIX}", shipped=prefix, on_path=False)
        case Installer.UV if has_python and prefix and not editable and not target.own and call.lock is None:
            return _Place(_PREFIX, option=f"--prefix={_PREFIX}", shipped=prefix, on_path=False)
        case Installer.PIP:
            return _Place(_VENV, _new_venv("python3 -m venv"))
        case Installer.POETRY | Installer.PIPENV:
            return _Place(_VENV, ("RUN python3 -m venv /venv", "ENV VIRTUAL_ENV=/venv"))
        case _:
            raise _UntoldError


def _own_place(install: PythonInstall) -> _Place:
    """A virtual environment that the file makes itself, or that the installer makes of a project."""
    call, path = install.install, install.place
    if call.target.own:
        return _Place(path)
    if call.command.path is not None:
        return _Place(path, (f"RUN python3 -m venv {path}",))
    if call.installer is Installer.UV:
        return _Place(path, (f"RUN uv venv {path}", f"ENV VIRTUAL_ENV={path}"))
    return _Place(path, _new_venv("python3 -m venv", path))


def _new_venv(maker: str, path: str = _VENV) -> tuple[str, ...]:
    return f"RUN {maker} {path}", f'ENV PATH="{path}/bin:$PATH"'


def _instructions(stage: StageFacts, place: _Place) -> list[str]:
    lines = list(_up_to_last_install(stage, place))
    if len(lines) > _MOST_LINES or any(len(line) > _LONGEST_LINE for line in lines):
        raise _UntoldError
    return lines


def _up_to_last_install(stage: StageFacts, place: _Place) -> Iterator[str]:
    """The lines of the file that lead to its last install, without what apk does."""
    installs: dict[int, list[PythonInstall]] = {}
    for install in stage.installs:
        installs.setdefault(install.run.step.instruction.span.begin, []).append(install)
    last = max(installs)
    reads_files = any(map(_reads_files, stage.installs))
    if reads_files and any(_writes(command) for run in stage.runs for command in run.commands):
        raise _UntoldError
    commands = {begin: [_told(each, place) for each in found] for begin, found in installs.items()}
    used = {name for texts in commands.values() for text in texts for name in _VARIABLE.findall(text)}
    made = False
    for step in stage.stage.steps:
        instruction = step.instruction
        if instruction.span.begin > last or step.onbuild:
            continue
        match instruction.name:
            case "WORKDIR" if reads_files:
                yield _written(instruction)
            case "COPY" | "ADD" if reads_files or instruction.flag("from") is not None:
                yield _written(instruction)
            case "ENV" | "ARG":
                pairs = [pair for pair in name_values(instruction) if pair.name in used or _is_setting(pair.name)]
                yield from (f"{instruction.name} {pair.span.text}" for pair in pairs)
            case "RUN":
                for install, text in zip(
                    installs.get(instruction.span.begin, ()), commands.get(instruction.span.begin, ()), strict=True
                ):
                    if not made and not _is_tool(install):
                        made = True
                        yield from place.made
                    yield " ".join(("RUN", *(flag.span.text for flag in instruction.flags), text))


def _is_setting(name: str) -> bool:
    return _SETTINGS.fullmatch(name) is not None and name not in _OWN_PLACES


def _reads_files(install: PythonInstall) -> bool:
    """Whether what is installed stands in files, and not on the command line alone."""
    call, command = install.install, install.install.command.span
    given = all(
        dependency.span.source.path == command.source.path and command.begin <= dependency.span.begin < command.end
        for dependency in call.requirements.dependencies
    )
    return not given or bool(call.projects or install.unreadable or call.lock)


def _writes(command: Command) -> bool:
    """Whether it may make files that something is installed from."""
    return command.name in _WRITERS or bool(command.writes)


def _written(instruction: Instruction) -> str:
    if instruction.heredocs or instruction.exec_form is not None:
        raise _UntoldError
    return " ".join(
        (instruction.name, *(flag.span.text for flag in instruction.flags), instruction.arguments.text.strip())
    )


def _told(install: PythonInstall, place: _Place) -> str:
    """The command in one line, with the option for the new place in it."""
    command, step = install.install.command, install.run.step
    before = command.span.source.text[command.span.begin : command.program.begin]
    plain = not (command.conditional or command.substitution or command.more_arguments or command.stdin_text)
    if not plain or step.brought_by is not None or not _ASSIGNMENTS.fullmatch(before) or command.directory is None:
        raise _UntoldError
    words = [before.strip(), command.program.text, *_arguments(command, step)]
    if not _is_tool(install):
        dropped = _PLACES if install.install.installer is not Installer.PIPENV else {*_PLACES, "--system"}
        words = [word for word in words if word not in dropped]
        if place.option is not None:
            at = words.index(next(verb for verb in ("install", "sync") if verb in words)) + 1
            words.insert(at, place.option)
    moved = [f"cd {shlex.quote(command.directory)} &&"] if command.directory else []
    return " ".join(filter(None, (*moved, *words)))


def _arguments(command: Command, step: Step) -> Iterator[str]:
    """As they are written, but for variables of the script alone."""
    written: set[int] = set()
    for argument in command.arguments:
        text = argument.span.text
        names = _VARIABLE.findall(text)
        if step.instruction.exec_form is None and "`" not in text and "$(" not in text and _are_known(names, step):
            if argument.span.begin not in written:
                yield text
            written.add(argument.span.begin)
        elif argument.text is not None:
            yield shlex.quote(argument.text)
        else:
            raise _UntoldError


def _are_known(names: Iterable[str], step: Step) -> bool:
    return all(name in step.variables for name in names)
