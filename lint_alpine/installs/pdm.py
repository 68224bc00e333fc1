"""PDM's command line -> Install or Export."""

import posixpath
from typing import NamedTuple

from packaging.utils import canonicalize_name

from lint_alpine.dockerfile.commands import Command
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.install import Export, Files, Install, Target, Variables, Verb
from lint_alpine.installs.options import Options, Parsed, parse_verb
from lint_alpine.installs.pdm_lock import Groups, pdm_lock
from lint_alpine.installs.pip import add_word
from lint_alpine.installs.programs import Program, is_true, python_target, read_program, written_to
from lint_alpine.installs.projects import Project, read_pyproject
from lint_alpine.installs.reference import read_editable
from lint_alpine.source import Source

# PDM 2 (`pdm help install`).
GLOBAL = Options.of(
    flags="-h/--help -V/--version -v/--verbose -q/--quiet -I/--ignore-python --no-cache -n/--non-interactive",
    valued="-c/--config",
    abbreviations=True,
)
_GROUPS = GLOBAL.extended(
    flags="-d/--dev --prod/--production --no-default --no-lock --frozen-lockfile --no-editable --no-self --no-isolation"
    " -g/--global --dry-run -x/--fail-fast --clean --no-clean --only-keep --clean-unselected --check -r/--reinstall",
    valued="-G/--group/--with --without -L/--lockfile -p/--project --venv -k/--skip -C/--config-setting --plugins"
    " --override",
)
_VERBS = {
    "install": _GROUPS,
    "i": _GROUPS,
    "sync": _GROUPS,
    "update": _GROUPS.extended(
        flags="-u/--unconstrained --no-sync --outdated -t/--top --update-reuse --update-eager --update-all"
        " --update-reuse-installed --save-compatible --save-wildcard --save-exact --save-minimum --pre/--prerelease"
    ),
    "add": _GROUPS.extended(
        flags="--no-sync -u/--unconstrained --update-reuse --update-eager --update-all --update-reuse-installed"
        " --save-compatible --save-wildcard --save-exact --save-minimum --pre/--prerelease --stable",
        valued="-e/--editable",
    ),
    "export": _GROUPS.extended(
        flags="--without-hashes --no-hashes --pyproject --expandvars --self --editable-self --no-markers --no-extras",
        valued="-f/--format -o/--output",
    ),
}


def read_pdm(command: Command, files: Files, variables: Variables) -> Install | Export | None:
    """What a pdm command installs or exports; None for other programs, and for what does neither."""
    program = read_program(command)
    called = parse_verb(program.arguments, GLOBAL, _VERBS) if program.name == "pdm" else None
    if called is None or called[1].has("check", "no-sync"):
        return None
    return _Pdm(command, program, files, {**variables, **command.variables}, *called).read()


class _Pdm(NamedTuple):
    command: Command
    program: Program
    files: Files
    variables: Variables
    verb: str
    found: Parsed

    @property
    def folder(self) -> str:
        return posixpath.normpath(self.found.value("project") or self.variables.get("PDM_PROJECT") or ".")

    def read(self) -> Install | Export:
        gathered = Gathered(self.files, self.variables, complete=self.found.clear)
        lock = self._gather(gathered)
        if self.verb == "export":
            output = self.found.value("output")
            path = posixpath.normpath(posixpath.join(self.folder, output)) if output else written_to(self.command)
            return Export(gathered.requirements(), path)
        if self.verb == "add":
            gathered.no_deps = False
            for word in self.found.words:
                add_word(word, gathered)
            for option in self.found.all("editable"):
                gathered.add(read_editable(option.value or ""), option.span, editable=True)
        cache = self.found.last("no-cache")
        return Install(
            installer=Installer.PDM,
            verb=Verb.SYNC if self.verb == "sync" else Verb.INSTALL,
            command=self.command,
            requirements=gathered.requirements(),
            target=self._target(),
            no_cache=True if cache else is_true(self.variables, "PDM_NO_CACHE"),
            no_cache_option=cache.span if cache else None,
            cache_dir=self.variables.get("PDM_CACHE_DIR") or None,
            dry_run=self.found.has("dry-run"),
            projects=tuple(gathered.projects),
            lock=lock,
        )

    def _gather(self, gathered: Gathered) -> str | None:
        manifest = self.files.read(posixpath.join(self.folder, "pyproject.toml"))
        project = read_pyproject(manifest, self.folder, self.files) if isinstance(manifest, Source) else None
        groups = self._groups(project)
        if project is not None and groups.main and not self.found.has("no-self") and self.verb != "export":
            gathered.projects.append(self.folder)
        source = self.files.read(posixpath.join(self.folder, self.found.value("lockfile") or "pdm.lock"))
        if isinstance(source, Source) and self.verb != "update":
            gathered.join_lock(pdm_lock(source, project, groups))
            return source.path
        if project is not None:
            gathered.indexes += project.indexes("pdm")
            extras = groups.names & set(project.extras)
            gathered.join(project.requirements(extras, sorted(groups.names), main=groups.main))
            return None
        gathered.not_read(self.command.program, posixpath.normpath(f"{self.folder}/pyproject.toml"), manifest)
        return None

    def _groups(self, project: Project | None) -> Groups:
        """As PDM's GroupSelection. A development group that is named stands for all of them, `:all` for all extras."""
        asked = self.found.has("prod", "dev", "no-default") or self.found.all("group")
        if not asked and not self.found.all("without") and self.verb != "add":
            return Groups(frozenset(self._development(project)), as_locked=True)
        named = self._names("group") if asked else {":all"}
        groups: set[str] = {canonicalize_name(name) for name in named if name != ":all"}
        development = self._development(project)
        if not self.found.has("prod") and not groups & development and self.verb != "add":
            groups |= development
        if ":all" in named and project is not None:
            groups |= set(project.extras)
        left_out = set(map(canonicalize_name, self._names("without")))
        return Groups(frozenset(groups - left_out), main=not self.found.has("no-default") and "default" not in left_out)

    def _development(self, project: Project | None) -> set[str]:
        return set(project.groups) if project else {"dev"}

    def _names(self, option: str) -> set[str]:
        return {name.strip() for given in self.found.all(option) for name in (given.value or "").split(",")} - {""}

    def _target(self) -> Target:
        if self.found.has("global"):
            return Target(environment=self.program.target.environment, system=True)
        active = self.variables.get("VIRTUAL_ENV")
        if active:
            return Target(environment=active)
        python = self.variables.get("PDM_PYTHON")
        if python:
            return python_target(python, Target())
        return Target(environment=posixpath.normpath(posixpath.join(self.folder, ".venv")), own=True)
