"""Pipenv's command line, Pipfile and Pipfile.lock -> Install or Export."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lint_alpine.context import Missing
from lint_alpine.dockerfile.commands import Command
from lint_alpine.installs.dependency import Dependency, Installer, Unreadable
from lint_alpine.installs.documents import Document, read_json, read_toml, string, table, urls_of
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.install import Export, Files, Install, Target, Variables, Verb
from lint_alpine.installs.lockfiles import collect, pipfile_lock, pylock
from lint_alpine.installs.options import Options, Parsed, parse_verb
from lint_alpine.installs.pip import add_word, cache_of, handed_on, read_file
from lint_alpine.installs.pip_settings import read_settings
from lint_alpine.installs.poetry_tables import read_dependency
from lint_alpine.installs.programs import Program, is_true, python_target, read_program, written_to
from lint_alpine.installs.reference import read_editable
from lint_alpine.source import Source

# pipenv 2026 (`pipenv install --help`), and options that older ones had.
_GLOBAL = Options.of(
    flags="-h/--help --version --where --venv --envs --rm --bare --man --support --site-packages --no-site-packages"
    " --three --two --clear -q/--quiet -v/--verbose",
    valued="--python --pypi-mirror",
)
_INSTALL = _GLOBAL.extended(
    flags="-d/--dev --dev-only --system --deploy --ignore-pipfile --skip-lock --pre --keep-outdated"
    " --selective-upgrade --sequential --no-allow-global -w/--outdated --all",
    valued="-i/--index -r/--requirements -e/--editable --categories --extras --extra-pip-args -c/--code",
)
_VERBS = {
    "install": _INSTALL,
    "sync": _INSTALL,
    "update": _INSTALL.extended(flags="--dry-run --lock-only"),
    "requirements": _GLOBAL.extended(
        flags="--dev --dev-only --hash --exclude-markers --exclude-index --from-pipfile --no-lock",
        valued="--categories",
    ),
    "lock": _GLOBAL.extended(
        flags="-r/--requirements -d/--dev --dev-only --header --no-header --pre --keep-outdated", valued="--categories"
    ),
}
_PIP = Options.of(
    flags="--no-cache-dir --no-index --pre",
    valued="--cache-dir --extra-index-url --no-binary --only-binary --find-links",
)
# What --extra-pip-args may hold; an index of pip's own settings does not count, as pipenv names one.
_EXTRA = _PIP.extended(flags="--prefer-binary --ignore-requires-python", valued="-i/--index-url -f/--find-links")


def read_pipenv(command: Command, files: Files, variables: Variables) -> Install | Export | None:
    """What a pipenv command installs or exports; None for other programs, and for what does neither."""
    program = read_program(command)
    called = parse_verb(program.arguments, _GLOBAL, _VERBS) if program.name == "pipenv" else None
    if called is None or (called[0] == "lock" and not called[1].has("requirements")):
        return None
    return _Pipenv(command, program, files, {**variables, **command.variables}, *called).read()


class _Pipenv(NamedTuple):
    command: Command
    program: Program
    files: Files
    variables: Variables
    verb: str
    found: Parsed

    def read(self) -> Install | Export:
        gathered = Gathered(self.files, self.variables, complete=self.found.clear)
        # pipenv calls pip, which has its own settings.
        settings = Parsed(
            read_settings(
                "install", _PIP, self.files, self.variables, self.program.target.environment, self.command.program
            )
        )
        gathered.apply((*settings.options, *handed_on(self.found.all("extra-pip-args"), _EXTRA)))
        # A package may come from any of the indexes: pipenv keeps it to the one of `--index`.
        gathered.indexes += (url for option in self.found.all("index") if "://" in (url := option.value or ""))
        gathered.pre |= self.found.has("pre")
        lock = self._gather(gathered)
        if self.verb in ("requirements", "lock"):
            return Export(gathered.requirements(), written_to(self.command))
        for word in self.found.words:
            gathered.no_deps = False
            add_word(word, gathered)
        for option in self.found.all("editable"):
            gathered.add(read_editable(option.value or ""), option.span, editable=True)
        return Install(
            installer=Installer.PIPENV,
            verb=Verb.SYNC if self.verb == "sync" else Verb.INSTALL,
            command=self.command,
            requirements=gathered.requirements(),
            target=self._target(),
            no_cache=cache_of(settings)[0],
            cache_dir=self.variables.get("PIPENV_CACHE_DIR") or None,
            dry_run=self.found.has("dry-run"),
            projects=tuple(gathered.projects),
            lock=lock,
        )

    def _gather(self, gathered: Gathered) -> str | None:
        pipfile = self.variables.get("PIPENV_PIPFILE") or "Pipfile"
        manifest = self.files.read(pipfile)
        categories = self._categories(manifest)
        for option in self.found.all("requirements") if self.verb == "install" else ():
            read_file(option, gathered)
        if not self.found.has("skip-lock", "outdated") and not is_true(self.variables, "PIPENV_SKIP_LOCK"):
            source = self.files.read(f"{pipfile}.lock")
            if isinstance(source, Source):
                gathered.indexes += urls_of(table(_data(read_json(source)).get("_meta")).get("sources"))
                gathered.join(pipfile_lock(source, [_LOCKED.get(category, category) for category in categories]))
                gathered.no_deps = True
                return source.path
            # Since 2026 pipenv writes this one too, if the Pipfile wants it.
            source = self.files.read(posixpath.join(posixpath.dirname(pipfile), "pylock.toml"))
            if isinstance(source, Source):
                gathered.join(pylock(source, groups=["default", *(["dev"] if "dev-packages" in categories else [])]))
                gathered.no_deps = True
                return source.path
        if isinstance(manifest, Source):
            gathered.join(collect(read_pipfile(manifest, categories)))
            gathered.indexes += urls_of(_data(read_toml(manifest)).get("source"))
        elif isinstance(manifest, Missing) and not self.found.words and not self.found.has("requirements"):
            gathered.fault(self.command.program, f"`{pipfile}` cannot be read: {manifest.reason}")
        return None

    def _categories(self, pipfile: object) -> tuple[str, ...]:
        """The sections of the Pipfile; without --dev, or a list, the packages alone. As pipenv 2026, which reads
        options from the environment, except where it exports."""
        overridable = self.verb not in ("requirements", "lock")
        if self.found.has("all") and isinstance(pipfile, Source):
            return tuple(name for name in _data(read_toml(pipfile)) if name not in _NO_PACKAGES)
        given = [one.value or "" for one in self.found.all("categories")]
        variables = self.variables if overridable else {}
        given = given or [variables.get("PIPENV_CATEGORIES") or ""]
        dev = self.found.has("dev") or is_true(variables, "PIPENV_DEV")
        if not any(given) and not dev:
            given = [variables.get("PIPENV_DEFAULT_CATEGORIES") or ""]
        named = [name for text in given for name in re.split(r"[\s,]+", text) if name]
        if named:
            return tuple(_NAMED.get(name, name) for name in named)
        if self.found.has("dev-only"):
            return ("dev-packages",)
        return ("packages", "dev-packages") if dev else ("packages",)

    def _target(self) -> Target:
        if self.found.has("system") or is_true(self.variables, "PIPENV_SYSTEM"):
            return Target(environment=self.program.target.environment, system=True)
        active = self.variables.get("VIRTUAL_ENV")
        if active and not is_true(self.variables, "PIPENV_IGNORE_VIRTUALENVS"):
            return Target(environment=active)
        inside = is_true(self.variables, "PIPENV_VENV_IN_PROJECT")
        python = python_target(self.found.value("python"), Target()).interpreter
        return Target(interpreter=python, environment=".venv" if inside else None, own=True)


# PEP 508's, each a key of a Pipfile's entry.
_VARIABLES = frozenset(
    {
        "os_name",
        "sys_platform",
        "platform_machine",
        "platform_python_implementation",
        "platform_release",
        "platform_system",
        "platform_version",
        "python_version",
        "python_full_version",
        "implementation_name",
        "implementation_version",
    }
)
_NAMED = {"default": "packages", "develop": "dev-packages"}
_NO_PACKAGES = frozenset({"source", "requires", "pipenv", "scripts", "build-system"})
_LOCKED = {section: category for category, section in _NAMED.items()}


def read_pipfile(source: Source, categories: tuple[str, ...]) -> Iterator[Dependency | Unreadable]:
    """The packages of these sections of a Pipfile."""
    document = read_toml(source)
    if isinstance(document, str):
        yield Unreadable(source.start, f"`{source.path}` is no TOML: {document}")
        return
    for category in categories:
        for name, value in table(document.data.get(category)).items():
            yield from read_dependency(name, _with_markers(value), document.entry(category, name))


def _with_markers(value: object) -> object:
    """An entry whose `sys_platform = "== 'linux'"` and the like are among its markers."""
    conditions = [f"{name} {text}" for name, text in table(value).items() if name in _VARIABLES and string(text)]
    if not conditions:
        return value
    markers = [string(table(value).get("markers")), *conditions]
    return {**table(value), "markers": " and ".join(f"({one})" for one in markers if one)}


def _data(document: Document | str) -> Mapping[str, object]:
    return {} if isinstance(document, str) else document.data
