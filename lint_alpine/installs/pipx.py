"""pipx's command line -> Install: every application in a virtual environment of its own."""

import posixpath
import shlex

from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.install import Files, Install, Target, Variables, Verb
from lint_alpine.installs.options import Options, Parsed, parse
from lint_alpine.installs.pip import PIP_INSTALL, add_word
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
    start = parse(program.arguments, _GLOBAL, stop=True)
    verb = (start.words[0].text if start.words else None) or ""
    if verb not in _VERBS or start.has("help", "version"):
        return None
    found = parse(start.words[1:], _OPTIONS, stop=verb == "run").before(start.options)
    if found.has("help"):
        return None
    environment = {**variables, **command.variables}
    gathered = Gathered(files, environment, complete=found.clear)
    pip = _pip_options(command, found, files, environment)
    gathered.apply(pip.options)
    gathered.apply(found.all("index-url"))
    for word in _packages(verb, found):
        add_word(word, gathered)
    for option in found.all("spec", "preinstall"):
        gathered.add(read_reference(option.value or ""), option.span)
    cache = pip.last("no-cache-dir", "cache-dir")
    no_cache = cache is not None and cache.name == "no-cache-dir"
    home = environment.get("PIPX_HOME")
    return Install(
        installer=Installer.PIPX,
        verb=_VERBS[verb],
        command=command,
        requirements=gathered.requirements(),
        target=Target(interpreter=found.value("python"), environment=_environment(home, verb, found), own=True),
        no_cache=None if cache is not None and no_cache and not cache.known else no_cache,
        cache_dir=cache.value if cache is not None and not no_cache else None,
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


def _pip_options(command: Command, found: Parsed, files: Files, variables: Variables) -> Parsed:
    """The options of --pip-args behind pip's own settings."""
    settings = read_settings("install", PIP_INSTALL, files, variables, None, command.program)
    arguments: list[Argument] = []
    for option in found.all("pip-args"):
        try:
            arguments += (Argument(word, option.span) for word in shlex.split(option.value or ""))
        except ValueError:
            continue
    return parse(arguments, PIP_INSTALL).before(settings)


def _environment(home: str | None, verb: str, found: Parsed) -> str | None:
    """The virtual environment of the one application, where its name tells."""
    name = found.words[0].text if found.words else None
    return posixpath.join(home, "venvs", name) if home and name and verb != "run" and name.isidentifier() else None
