"""uv's command line -> Install: `uv pip`, `uv tool` and `uvx` here, the verbs of projects in uv_project."""

import posixpath

from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.installs import uv_options
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.install import Export, Files, Install, Target, Variables, Verb
from lint_alpine.installs.options import Given, Parsed, parse
from lint_alpine.installs.pip import add_word, read_file
from lint_alpine.installs.programs import is_true, python_target, read_program
from lint_alpine.installs.reference import read_editable, read_reference
from lint_alpine.installs.uv_call import UvCall
from lint_alpine.source import Source, Span


def read_uv(command: Command, files: Files, variables: Variables) -> Install | Export | None:
    """What a uv command installs or exports; None for other programs, and for what does neither (`uv lock`)."""
    program = read_program(command)
    if program.name not in ("uv", "uvx"):
        return None
    call = UvCall(command, program.target, files, {**variables, **command.variables}, Parsed())
    if program.name == "uvx":
        return _tool(call.verb(program.arguments, uv_options.TOOL, stop=True), run=True)
    verbs: list[str | None] = []
    arguments = program.arguments
    while len(verbs) < 2 and (not verbs or verbs[0] in ("pip", "tool")):
        start = parse(arguments, uv_options.GLOBAL, stop=True)
        if not start.words or start.has("help", "version"):
            return None
        call = call._replace(found=Parsed((*call.found.options, *start.options), strange=start.strange))
        verbs.append(start.words[0].text)
        arguments = start.words[1:]
    return _verb(verbs, call, arguments)


def _verb(verbs: list[str | None], call: UvCall, arguments: tuple[Argument, ...]) -> Install | Export | None:
    from lint_alpine.installs import uv_project

    match verbs:
        case ["pip", "install" | "sync" as verb]:
            return _pip(Verb(verb), call.verb(arguments, uv_options.PIP))
        case ["tool", "install"]:
            return _tool(call.verb(arguments, uv_options.TOOL), run=False)
        case ["tool", "run"]:
            return _tool(call.verb(arguments, uv_options.TOOL, stop=True), run=True)
        case ["sync"]:
            return uv_project.read_sync(call.verb(arguments, uv_options.PROJECT))
        case ["add"]:
            return uv_project.read_add(call.verb(arguments, uv_options.ADD))
        case ["run"]:
            return uv_project.read_run(call.verb(arguments, uv_options.RUN, stop=True))
        case ["export"]:
            return uv_project.read_export(call.verb(arguments, uv_options.EXPORT))
    return None


def _pip(verb: Verb, call: UvCall) -> Install | None:
    found = call.found
    if found.has("help"):
        return None
    gathered = call.gathered(pip=True)
    for option in found.all("constraint"):
        read_file(_moved(option, call), gathered, constraint=True)
    for word in found.words:
        # `uv pip sync` takes files where `uv pip install` takes requirements.
        if verb is Verb.SYNC:
            _source(Given("requirement", word.text, word.span, known=word.text is not None), call, gathered)
        else:
            add_word(word, gathered)
    for option in found.all("editable"):
        gathered.add(read_editable(option.value or ""), option.span, editable=True)
    for option in found.all("requirement"):
        _source(option, call, gathered)
    for option in found.all("group"):
        path, _, name = (option.value or "").rpartition(":")
        _project(path or "pyproject.toml", option, call, gathered, groups=(name,))
    if verb is Verb.SYNC:
        # What the files list is all that is installed.
        gathered.no_deps = True
    return call.install(verb, gathered, _pip_target(call))


def _moved(option: Given, call: UvCall) -> Given:
    return option if option.value is None else option._replace(value=call.path(option.value))


def _source(option: Given, call: UvCall, gathered: Gathered) -> None:
    """A file that holds requirements, which for uv may be a project's own."""
    name = posixpath.basename(option.value or "")
    if option.value is not None and name == "pyproject.toml":
        _project(option.value, option, call, gathered)
    elif option.value is not None and name in ("setup.py", "setup.cfg"):
        folder = posixpath.dirname(call.path(option.value)) or "."
        gathered.add_project(folder, option.span, extras=call.values("extra"))
    else:
        read_file(_moved(option, call), gathered)


def _project(path: str, option: Given, call: UvCall, gathered: Gathered, groups: tuple[str, ...] = ()) -> None:
    from lint_alpine.installs.projects import read_pyproject

    path = call.path(path)
    source = call.files.read(path)
    if not isinstance(source, Source):
        gathered.not_read(option.span, path, source)
        return
    project = read_pyproject(source, posixpath.dirname(path), call.files)
    if groups:
        gathered.join(project.requirements(groups=groups, main=False))
    else:
        extras = tuple(project.extras) if call.found.has("all-extras") else call.values("extra")
        gathered.join(project.requirements(extras))


def _pip_target(call: UvCall) -> Target:
    """--python, --system, the active virtual environment, in uv's order."""
    found = call.found
    system = found.has("system") or bool(is_true(call.variables, "UV_SYSTEM_PYTHON"))
    active = None if system or call.python else call.variables.get("VIRTUAL_ENV")
    # The prefix that uv itself stands in says nothing of the Python that it installs into.
    base = call.target._replace(environment=active or None) if call.python is None else Target()
    return python_target(call.python, base)._replace(
        directory=found.value("target"),
        prefix=found.value("prefix"),
        system=system,
        platforms=tuple(call.values("python-platform")),
        python_version=found.value("python-version"),
    )


def _tool(call: UvCall, *, run: bool) -> Install | None:
    """`uv tool install` of one package, and `uvx`, which names it by the command that it brings."""
    found = call.found
    if found.has("help") or not found.words:
        return None
    gathered = call.gathered(project=False)
    package = found.last("from")
    if package is None:
        _add_tool(found.words[0].text, found.words[0].span, gathered)
    else:
        _add_tool(package.value, package.span, gathered)
    for option in found.all("with", "with-executables-from"):
        for text in (option.value or "").split(","):
            if text.strip():
                gathered.add(read_reference(text), option.span)
    for option in found.all("with-editable"):
        gathered.add(read_editable(option.value or ""), option.span, editable=True)
    for option in found.all("with-requirements"):
        read_file(_moved(option, call), gathered)
    gathered.complete &= not found.all("override")
    return call.install(Verb.RUN if run else Verb.TOOL, gathered, call.tool_target())


def _add_tool(text: str | None, span: Span, gathered: Gathered) -> None:
    """`ruff@0.5.0` is that version, `ruff@latest` any."""
    if text is None:
        gathered.complete = False
        return
    name, at, version = text.partition("@")
    if at and version[:1].isdigit() and name.strip() == name:
        text = f"{name}=={version}"
    elif at and version == "latest":
        text = name
    gathered.add(read_reference(text), span)
