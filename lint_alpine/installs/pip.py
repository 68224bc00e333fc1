"""pip's command line, with its configuration, variables and the files that it names -> Install."""

import contextlib
import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.installs.dependency import Dependency, Installer, Requirements
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.install import Files, Install, PipChange, Target, Variables, Verb
from lint_alpine.installs.options import Given, Options, Parsed, parse, parse_verb
from lint_alpine.installs.pip_settings import read_settings
from lint_alpine.installs.programs import Program, get_pip, python_target, read_program
from lint_alpine.installs.reference import ARCHIVES, Elsewhere, parse_requirement, read_editable, read_reference
from lint_alpine.installs.requirements import read_requirements
from lint_alpine.source import Source

# pip 26.3's options (`cli/cmdoptions.py`), then those that only older pips have.
GENERAL = Options.of(
    flags="-h/--help --debug --isolated --require-virtualenv/--require-venv -v/--verbose -q/--quiet -V/--version"
    " --no-input --no-proxy-env --no-cache-dir --disable-pip-version-check --no-color --no-python-version-warning",
    valued="--python --log/--log-file/--local-log --keyring-provider --proxy --retries --timeout/--default-timeout"
    " --exists-action --trusted-host --cert --client-cert --cache-dir --use-feature --use-deprecated --resume-retries",
    abbreviations=True,
)
_COMMON = GENERAL.extended(
    flags="--no-index --pre --prefer-binary --no-deps/--no-dependencies --only-deps/--only-dependencies"
    " --ignore-requires-python --no-build-isolation --check-build-dependencies --use-pep517 --no-clean"
    " --require-hashes --no-require-hashes"
    " --no-use-pep517 --build-isolation --process-dependency-links --use-wheel --no-use-wheel --use-mirrors"
    " --allow-all-external -Z/--always-unzip",
    valued="-i/--index-url/--pypi-url --extra-index-url -f/--find-links --refresh-package --uploaded-prior-to"
    " --all-releases --only-final --no-binary --only-binary -r/--requirement --requirements-from-script"
    " -c/--constraint --build-constraint -e/--editable --group --src/--source/--source-dir/--source-directory"
    " --progress-bar -C/--config-settings"
    " -b/--build/--build-dir/--build-directory --global-option --download-cache --mirrors --allow-external"
    " --allow-unverified",
)
_FOR_ANOTHER = "--platform --python-version --implementation --abi"
PIP_INSTALL = _COMMON.extended(
    flags="-U/--upgrade --force-reinstall -I/--ignore-installed --compile --no-compile --user --no-user --dry-run"
    " --no-warn-script-location --no-warn-conflicts --break-system-packages --egg",
    valued=f"-t/--target --prefix --root --root-user-action --upgrade-strategy --report {_FOR_ANOTHER}"
    " --install-option -d/--download",
)
_VERBS = {
    "install": PIP_INSTALL,
    "wheel": _COMMON.extended(flags="--no-verify", valued="-w/--wheel-dir --build-option"),
    "download": _COMMON.extended(valued=f"-d/--dest/--destination-dir/--destination-directory {_FOR_ANOTHER}"),
}

# pip-tools 7.
PIP_SYNC = Options.of(
    flags="-h/--help --version -a/--ask -n/--dry-run --force --no-index -q/--quiet -v/--verbose --user --no-config",
    valued="-f/--find-links -i/--index-url --extra-index-url --trusted-host --cert --client-cert --pip-args"
    " --python-executable --config",
)

# A project's name, maybe with extras, in front of a version that follows.
_NAMED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*(?:\[[A-Za-z0-9,._ -]*\])?) *[=<>~!]")
_PYLOCK = re.compile(r"pylock\.(?:[^.]+\.)?toml")


def read_pip(command: Command, files: Files, variables: Variables, prefix: str | None = None) -> Install | None:
    """What a pip command installs; None for other programs, and for what installs nothing (`pip list`).

    `prefix` is that of the Python whose pip is found on PATH, with the configuration that is for it alone.
    """
    program = read_program(command)
    site = program.target.environment or prefix
    match program.name:
        case "pip":
            return _read(command, program, files, {**variables, **command.variables}, site)
        case "ensurepip":
            return _ensurepip(command, program)
        case "get-pip":
            return _get_pip(command, program, files, {**variables, **command.variables}, site)
        case "pip-sync":
            return _pip_sync(command, program, program.arguments, files, {**variables, **command.variables}, site)
        case "piptools" if program.arguments and program.arguments[0].text == "sync":
            return _pip_sync(command, program, program.arguments[1:], files, {**variables, **command.variables}, site)
    return None


def _read(command: Command, program: Program, files: Files, variables: Variables, site: str | None) -> Install | None:
    called = parse_verb(program.arguments, GENERAL, _VERBS)
    if called is None:
        return None
    verb, found = called
    cache_option = found.last("no-cache-dir")
    if not found.has("isolated"):
        found = found.before(read_settings(verb, _VERBS[verb], files, variables, site, command.program))
    install = _install(command, Verb(verb), _target(Verb(verb), program.target, found), found, files, variables)
    return install._replace(no_cache_option=cache_option.span if cache_option is not None else None)


def _install(
    command: Command, verb: Verb, target: Target, found: Parsed, files: Files, variables: Variables
) -> Install:
    gathered = Gathered(files, variables, complete=found.clear)
    gather(found, gathered)
    upgrade = found.has("upgrade", "force-reinstall", "ignore-installed")
    no_cache, folder = cache_of(found)
    here = verb is Verb.INSTALL and not (target.directory or target.prefix or target.root)
    requirements = gathered.requirements()
    return Install(
        installer=Installer.PIP,
        verb=verb,
        command=command,
        requirements=requirements,
        target=target,
        no_cache=no_cache,
        cache_dir=folder.value if folder is not None else None,
        cache_dir_option=folder.words if folder is not None else None,
        break_system_packages=found.has("break-system-packages"),
        upgrade=upgrade,
        dry_run=found.has("dry-run"),
        changes_pip=change_of_pip(requirements.dependencies, upgrade) if here else None,
        projects=tuple(gathered.projects),
    )


def cache_of(found: Parsed) -> tuple[bool | None, Given | None]:
    """Whether pip keeps no cache (None: not known), and the option that says where it keeps one: the last counts."""
    option = found.last("no-cache-dir", "cache-dir")
    if option is None or option.name == "cache-dir":
        return False, option
    return True if option.known else None, None


def gather(found: Parsed, gathered: Gathered) -> None:
    """Adds what pip's options and words ask for, in pip's order: options first, constraints, words, then files."""
    # The last --index-url wins, wherever it is set; all others add up.
    index = found.last("index-url")
    gathered.apply(option for option in found.options if option.name != "index-url" or option is index)
    for option in found.all("constraint"):
        read_file(option, gathered, constraint=True)
    for word in found.words:
        add_word(word, gathered)
    for option in found.all("group"):
        _read_group(option, gathered)
    for option in found.all("editable"):
        if option.value is None:
            gathered.complete = False
        else:
            gathered.add(read_editable(option.value), option.span, editable=True)
    for option in found.all("requirement"):
        read_file(option, gathered)
    for option in found.all("requirements-from-script"):
        gathered.fault(option.span, "the dependencies that a script declares are not read")


def add_word(word: Argument, gathered: Gathered) -> None:
    """Adds a word of the command line; of one that is not known, as much as the name of the project."""
    if word.text is None:
        _add_unknown(word, gathered)
        return
    text = word.text.strip()
    if not _is_pattern(text):
        if text:
            gathered.add(read_reference(text), word.span)
        return
    found = gathered.files.find(text)
    gathered.complete &= bool(found)
    for path in found:
        gathered.add(read_reference(path), word.span)


def _add_unknown(word: Argument, gathered: Gathered) -> None:
    """`name==$VERSION` names a project, whatever the version is; any other word may be anything."""
    match = _NAMED.match(word.written.strip("\"'"))
    requirement = parse_requirement(match[1]) if match else None
    if isinstance(requirement, Requirement):
        reference = Elsewhere(requirement, "its version is only known when the command runs")
        gathered.add(reference, word.span)
    else:
        gathered.complete = False


def _is_pattern(text: str) -> bool:
    """A path with wildcards, which the shell replaces by the files that match: `wheels/*.whl`, not `name==1.*`."""
    wild = "*" in text or "?" in text
    return wild and "://" not in text and ("/" in text or text == "*" or text.endswith(ARCHIVES))


def read_file(option: Given, gathered: Gathered, *, constraint: bool = False) -> None:
    """Adds the file that a --requirement or --constraint names."""
    if option.value is None:
        gathered.fault(option.span, "which file is read is only known when the command runs")
        return
    for path in _paths(option.value, gathered):
        if _PYLOCK.fullmatch(posixpath.basename(path)) and not constraint:
            from lint_alpine.installs.lockfiles import read_pylock

            read_pylock(path, option.span, gathered)
        else:
            read_requirements(path, option.span, gathered, constraint=constraint)


def _paths(value: str, gathered: Gathered) -> tuple[str, ...]:
    found = gathered.files.find(value) if "*" in value or "?" in value else ()
    return found or (value,)


def _read_group(option: Given, gathered: Gathered) -> None:
    """`--group [path:]name` of a pyproject.toml (PEP 735)."""
    from lint_alpine.installs.projects import read_pyproject

    if option.value is None:
        gathered.complete = False
        return
    path, _, name = option.value.rpartition(":")
    path = path or "pyproject.toml"
    source = gathered.files.read(path)
    if not isinstance(source, Source):
        gathered.not_read(option.span, path, source)
        return
    project = read_pyproject(source, posixpath.dirname(path), gathered.files)
    if not project.has_group(name):
        gathered.fault(option.span, f"`{path}` has no dependency group `{name}`")
    gathered.join(project.requirements(groups=(name,), main=False))


def change_of_pip(dependencies: tuple[Dependency, ...], upgrade: bool) -> PipChange | None:
    for dependency in dependencies:
        if dependency.name == "pip":
            return PipChange(dependency.requirement.specifier, upgrade, dependency.span)
    return None


def _target(verb: Verb, program: Target, found: Parsed) -> Target:
    match verb:
        case Verb.WHEEL:
            directory: str | None = found.value("wheel-dir") or "."
        case Verb.DOWNLOAD:
            directory = found.value("dest") or "."
        case _:
            directory = found.value("target", "download")
    return python_target(found.value("python"), program)._replace(
        directory=directory,
        prefix=found.value("prefix"),
        root=found.value("root"),
        user=(user := found.last("user", "no-user")) is not None and user.name == "user",
        platforms=tuple(_values(found.all("platform"))),
        python_version=found.value("python-version"),
    )


def _values(options: tuple[Given, ...]) -> Iterator[str]:
    return (option.value or option.span.text for option in options)


def _pip_sync(
    command: Command,
    program: Program,
    arguments: tuple[Argument, ...],
    files: Files,
    variables: Variables,
    site: str | None,
) -> Install | None:
    """pip-sync hands what its files hold, and is not there yet, to `pip install` (pip-tools' sync.py)."""
    found = parse(arguments, PIP_SYNC)
    if found.has("help", "version"):
        return None
    settings = read_settings("install", PIP_INSTALL, files, variables, site, command.program)
    named = [Given("requirement", word.text, word.span, word.text is not None) for word in found.words]
    named = named or [Given("requirement", "requirements.txt", command.program)]
    options = (*settings, *found.options, *handed_on(found.all("pip-args"), PIP_INSTALL), *named)
    target = python_target(found.value("python-executable"), program.target)._replace(user=found.has("user"))
    return _install(command, Verb.SYNC, target, Parsed(options, (), found.strange), files, variables)


def handed_on(given: Iterable[Given], options: Options) -> Iterator[Given]:
    """What an option such as --pip-args hands on to pip."""
    for option in given:
        with contextlib.suppress(ValueError):
            words = [Argument(word, option.span) for word in shlex.split(option.value or "")]
            yield from parse(words, options).options


def _ensurepip(command: Command, program: Program) -> Install:
    """`python -m ensurepip` installs the pip that Python brings, where there is none yet or only an older one."""
    upgrade = any(argument.text in ("-U", "--upgrade") for argument in program.arguments)
    root = next(iter(parse(program.arguments, Options.of(valued="--root")).all("root")), None)
    return Install(
        installer=Installer.PIP,
        verb=Verb.ENSUREPIP,
        command=command,
        requirements=Requirements(),
        target=program.target._replace(root=root.value if root else None),
        changes_pip=PipChange(SpecifierSet(), upgrade, command.span, bundled=True),
        no_cache=True,
    )


def _get_pip(command: Command, program: Program, files: Files, variables: Variables, site: str | None) -> Install:
    """get-pip.py hands its arguments to `pip install --upgrade pip` of the pip that it holds."""
    options = _VERBS["install"].extended(flags="--no-setuptools --no-wheel")
    found = parse(program.arguments, options)
    settings = read_settings("install", options, files, variables, site, command.program)
    install = _install(
        command, Verb.INSTALL, _target(Verb.INSTALL, program.target, found), found.before(settings), files, variables
    )
    own = install.changes_pip
    change = PipChange(
        specifier=own.specifier if own else SpecifierSet(),
        upgrade=True,
        span=own.span if own else command.span,
        script_for=get_pip((*command.arguments, *command.piped)) or None,
    )
    return install._replace(changes_pip=change, upgrade=True)
