"""pipx's command line -> Install: every application in a virtual environment of its own."""

import posixpath

from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.install import Files, Install, Target, Variables, Verb
from lint_alpine.installs.options import Options, Parsed, parse_verb
from lint_alpine.installs.pip import PIP_INSTALL, add_word, cache_of, handed_on
from lint_alpine.installs.pip_settings import read_settings
from lint_alpine.installs.programs import read_program
from lint_alpine.installs.reference import read_reference

# pipx 1 (`pipx install --help`).
_GLOBAL = Options.of(
    flags="-h/--help --version -q/--quiet -v/--verbose --global", valued="--default-python", abbreviations=True
)
_OPTIONS = _GLOBAL.extended(
    flags="--include-deps --include-apps -f/--force --force-reinstall -e/--editable --system-site-packages"
    " --fetch-missing-python --fetch-python --skip-maintenance --no-cache",
    valued="--suffix --python --preinstall -i/--index-url --pip-args --spec -r/--requirement --path --backend",
)
_VERBS = {"install": Verb.TOOL, "inject": Verb.TOOL, "run": Verb.RUN}


def read_pipx(command: Command, files: Files, variables: Variables) -> Install | None:
    """What a pipx command installs; None for other programs, and for what installs nothing."""
    program = read_program(command)
    if program.name != "pipx":
        return None
    called = parse_verb(program.arguments, _GLOBAL, dict.fromkeys(_VERBS, _OPTIONS), stop=("run",))
    if called is None:
        return None
    verb, found = called
    environment = {**variables, **command.variables}
    gathered = Gathered(files, environment, complete=found.clear)
    settings = read_settings("install", PIP_INSTALL, files, environment, None, command.program)
    pip = Parsed((*settings, *handed_on(found.all("pip-args"), PIP_INSTALL)))
    gathered.apply(pip.options)
    gathered.apply(found.all("index-url"))
    for word in _packages(verb, found):
        add_word(word, gathered)
    for option in found.all("spec", "preinstall"):
        gathered.add(read_reference(option.value or ""), option.span)
    no_cache, folder = cache_of(pip)
    home = environment.get("PIPX_HOME")
    return Install(
        installer=Installer.PIPX,
        verb=_VERBS[verb],
        command=command,
        requirements=gathered.requirements(),
        target=Target(interpreter=found.value("python"), environment=_environment(home, verb, found), own=True),
        no_cache=no_cache,
        cache_dir=folder.value if folder is not None else None,
        projects=tuple(gathered.projects),
    )


def _packages(verb: str, found: Parsed) -> tuple[Argument, ...]:
    """`install` takes packages, `inject` an application and packages for it, `run` a package and what it is given."""
    match verb:
        case "inject":
            return found.words[1:]
        case "run":
            return () if found.has("spec") else found.words[:1]
    return found.words


def _environment(home: str | None, verb: str, found: Parsed) -> str | None:
    """The virtual environment of the one application, where its name tells."""
    name = found.words[0].text if found.words else None
    return posixpath.join(home, "venvs", name) if home and name and verb != "run" and name.isidentifier() else None
