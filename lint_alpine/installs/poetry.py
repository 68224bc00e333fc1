"""Poetry's command line -> Install or Export."""

import posixpath
import re
from typing import NamedTuple

from packaging.utils import canonicalize_name

from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.install import Export, Files, Install, Target, Variables, Verb
from lint_alpine.installs.lockfiles import collect
from lint_alpine.installs.options import Options, Parsed, parse_verb
from lint_alpine.installs.pip import add_word
from lint_alpine.installs.poetry_lock import poetry_lock
from lint_alpine.installs.poetry_tables import read_dependency
from lint_alpine.installs.programs import Program, is_true, read_program, written_to
from lint_alpine.installs.projects import Project, read_pyproject
from lint_alpine.source import Source

# Poetry 1.0 to 2.2 (`poetry help install`, and of its export plugin).
_GLOBAL = Options.of(
    flags="-h/--help -q/--quiet -V/--version --ansi --no-ansi -n/--no-interaction --no-plugins --no-cache -v/--verbose",
    valued="-C/--directory -P/--project",
)
_GROUPS = _GLOBAL.extended(
    flags="--no-dev --dev --all-groups --all-extras --default", valued="--without --with --only -E/--extras"
)
# `name@^1.2`, `name@1.2`, `name@latest`, `name^1.2`, `name=1.2`; `name @ URL` is a direct reference and `name==1.2` is
# of PEP 508.
_NOTATION = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:\[([\w ,.-]*)\])?"
    r"(?:@(?=[\^~!=<>\d*]|latest$)|=(?=\d)|(?=[\^~](?!=)))(.+)"
)
_VERBS = {
    "install": _GROUPS.extended(
        flags="--no-root --no-directory --sync --remove-untracked --only-root --dry-run --compile --dev-only"
    ),
    "sync": _GROUPS.extended(flags="--no-root --no-directory --only-root --dry-run --compile"),
    "update": _GROUPS.extended(flags="--sync --lock --dry-run"),
    "add": _GLOBAL.extended(
        flags="-D/--dev -e/--editable --optional --allow-prereleases --dry-run --lock",
        valued="-G/--group -E/--extras --python --platform --markers --source",
    ),
    "export": _GROUPS.extended(
        flags="--without-hashes --without-urls --with-credentials", valued="-f/--format -o/--output"
    ),
}


def read_poetry(command: Command, files: Files, variables: Variables) -> Install | Export | None:
    """What a poetry command installs or exports; None for other programs, and for what does neither."""
    program = read_program(command)
    called = parse_verb(program.arguments, _GLOBAL, _VERBS) if program.name == "poetry" else None
    if called is None or called[1].has("lock"):
        return None
    return _Poetry(command, program, files, {**variables, **command.variables}, *called).read()


class _Poetry(NamedTuple):
    command: Command
    program: Program
    files: Files
    variables: Variables
    verb: str
    found: Parsed

    @property
    def folder(self) -> str:
        return posixpath.normpath(self.found.value("directory", "project") or ".")

    def read(self) -> Install | Export:
        gathered = Gathered(self.files, self.variables, complete=self.found.clear)
        lock = None if self.found.has("only-root") else self._gather(gathered)
        if self.verb == "export":
            output = self.found.value("output")
            path = posixpath.normpath(posixpath.join(self.folder, output)) if output else written_to(self.command)
            return Export(gathered.requirements(), path)
        if self.verb == "add":
            gathered.no_deps = False
            for word in self.found.words:
                _add(word, gathered)
        return Install(
            installer=Installer.POETRY,
            verb=Verb.SYNC if self.verb == "sync" else Verb.INSTALL,
            command=self.command,
            requirements=gathered.requirements(),
            target=self._target(),
            # `--no-cache` turns off the cache of metadata alone: the files are kept.
            no_cache=False,
            cache_dir=self.variables.get("POETRY_CACHE_DIR") or None,
            dry_run=self.found.has("dry-run"),
            projects=tuple(gathered.projects),
            lock=lock,
        )

    def _gather(self, gathered: Gathered) -> str | None:
        manifest = self.files.read(posixpath.join(self.folder, "pyproject.toml"))
        project = read_pyproject(manifest, self.folder, self.files) if isinstance(manifest, Source) else None
        groups, main = self._groups(project)
        extras = self._extras(project)
        if project is not None and not self.found.has("no-root") and self.verb != "export" and main:
            gathered.projects.append(self.folder)
        source = self.files.read(posixpath.join(self.folder, "poetry.lock"))
        if isinstance(source, Source) and self.verb != "update":
            gathered.join_lock(poetry_lock(source, project, groups, extras, main=main))
            return source.path
        if project is not None:
            gathered.indexes += project.indexes("poetry")
            gathered.join(project.requirements(extras if main else (), sorted(groups), main=main))
            return None
        gathered.not_read(self.command.program, posixpath.normpath(f"{self.folder}/pyproject.toml"), manifest)
        return None

    def _groups(self, project: Project | None) -> tuple[set[str], bool]:
        """The groups besides the main one, and whether that one is installed."""
        only = self._names("only")
        if only:
            return only - {"main"}, "main" in only
        known = set(project.groups) if project else {"dev"}
        optional = set(project.optional_groups) if project else set()
        # An export holds the main group alone, unless more is asked for.
        groups = set() if self.verb == "export" else known - optional
        groups |= known if self.found.has("all-groups") else self._names("with")
        if self.verb == "export" and self.found.has("dev"):
            groups.add("dev")
        without = self._names("without")
        if self.found.has("no-dev"):
            # In Poetry 1.1 all that was not main was `dev`; since then --no-dev stands for `--without dev`.
            without.add("dev")
        return groups - without, "main" not in without

    def _extras(self, project: Project | None) -> tuple[str, ...]:
        if self.found.has("all-extras"):
            return tuple(project.extras) if project else ()
        return tuple(sorted(self._names("extras"))) if self.verb != "add" else ()

    def _names(self, option: str) -> set[str]:
        values = [given.value or "" for given in self.found.all(option)]
        return {canonicalize_name(name) for value in values for name in re.split(r"[\s,]+", value) if name}

    def _target(self) -> Target:
        """Its own virtual environment, unless one is active or `virtualenvs.create` is off."""
        creates = self.variables.get("POETRY_VIRTUALENVS_CREATE", "")
        if creates is not None and creates.lower() in ("false", "0"):
            return Target(environment=self.program.target.environment, system=True)
        active = self.variables.get("VIRTUAL_ENV")
        if active:
            return Target(environment=active)
        inside = is_true(self.variables, "POETRY_VIRTUALENVS_IN_PROJECT")
        folder = posixpath.normpath(posixpath.join(self.folder, ".venv"))
        return Target(environment=folder if inside else None, own=True)


def _add(word: Argument, gathered: Gathered) -> None:
    """A word of `poetry add`: Poetry's own notation, as its RequirementsParser knows it before PEP 508; else as pip."""
    match = _NOTATION.fullmatch((word.text or "").strip())
    if match is None:
        add_word(word, gathered)
        return
    name, extras, constraint = match.groups()
    wanted = {"version": "*" if constraint == "latest" else constraint, "extras": re.findall(r"[^\s,]+", extras or "")}
    gathered.join(collect(read_dependency(name, wanted, word.span)))
