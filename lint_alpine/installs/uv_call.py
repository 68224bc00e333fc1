"""One call of uv: its options with those that variables and configuration set, and what all of its verbs share."""

import posixpath
from collections.abc import Sequence
from typing import NamedTuple, Self

from lint_alpine.context import Missing
from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.installs.dependency import FindLinks, IndexStrategy, Installer
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.install import Files, Install, Target, Variables, Verb
from lint_alpine.installs.options import Options, Parsed, parse
from lint_alpine.installs.pip import change_of_pip
from lint_alpine.installs.programs import is_true, python_target
from lint_alpine.installs.uv_configuration import Configuration, read_configuration
from lint_alpine.installs.uv_indexes import first_of_names, given_indexes
from lint_alpine.installs.uv_options import as_pip, settings


class UvCall(NamedTuple):
    """`target` is what the program itself tells of the environment; `variables` are those that uv sees."""

    command: Command
    target: Target
    files: Files
    variables: Variables
    found: Parsed

    def verb(self, arguments: Sequence[Argument], options: Options, *, stop: bool = False) -> Self:
        """The call with what follows a verb, behind the options before it."""
        found = parse(arguments, options, stop=stop)
        given = self.found._replace(options=(*self.found.options, *found.options))
        before = (*settings(self.variables, self.command.program, options, given), *self.found.options)
        return type(self)(self.command, self.target, self.files, self.variables, found.before(before))

    def path(self, path: str) -> str:
        """A path as uv takes it after --directory."""
        folder = self.found.value("directory") or self.variables.get("UV_WORKING_DIR") or ""
        return posixpath.normpath(posixpath.join(folder, path))

    @property
    def folder(self) -> str:
        """Where the project is looked for."""
        return self.path(self.found.value("project") or self.variables.get("UV_PROJECT") or ".")

    @property
    def python(self) -> str | None:
        return self.found.value("python") or self.variables.get("UV_PYTHON") or None

    def values(self, *names: str) -> list[str]:
        return [option.value for option in self.found.all(*names) if option.value is not None]

    def gathered(self, *, pip: bool = False, project: bool = True) -> Gathered:
        """What the options and the configuration say; `pip` for the commands of `uv pip`, no `project` for those of
        `uv tool`, which do not heed the configuration of one."""
        configured = self._configuration(pip=pip, project=project)
        strategy = self.found.value("index-strategy") or configured.strategy
        gathered = Gathered(self.files, self.variables, complete=self.found.clear)
        gathered.strategy = next((each for each in IndexStrategy if each == strategy), IndexStrategy.FIRST_INDEX)
        gathered.apply(as_pip(self.found.options))
        given = given_indexes(self.found.options, configured.entries, self._is_there)
        indexes = first_of_names((*given, *configured.indexes))
        shared = [index for index in indexes if not index.explicit]
        gathered.index_url = next((index.url for index in indexes if index.default), None)
        gathered.indexes += [index.url for index in shared if not (index.default or index.flat)]
        gathered.find_links += map(FindLinks, configured.find_links)
        gathered.find_links += [FindLinks(index.url) for index in shared if index.flat]
        gathered.no_index |= configured.no_index is True
        no_sources = self.found.has("no-sources") or bool(is_true(self.variables, "UV_NO_SOURCES"))
        gathered.unpinned = None if no_sources else frozenset(self.values("no-sources-package"))
        return gathered

    def _is_there(self, path: str) -> bool:
        path = self.path(path)
        return not isinstance(self.files.read(path), Missing) or bool(self.files.find(f"{path}/*"))

    def _configuration(self, *, pip: bool, project: bool) -> Configuration:
        if self.found.has("no-config") or is_true(self.variables, "UV_NO_CONFIG"):
            return Configuration()
        named = self.found.value("config-file") or self.variables.get("UV_CONFIG_FILE")
        path = self.path(named) if named else None
        return read_configuration(self.files, self.folder if project else None, path, self.variables, pip=pip)

    def install(self, verb: Verb, gathered: Gathered, target: Target, lock: str | None = None) -> Install:
        cache, folder = self.found.last("no-cache"), self.found.last("cache-dir")
        requirements = gathered.requirements()
        here = not (target.directory or target.prefix or target.own)
        upgrade = self.found.has("upgrade", "reinstall")
        return Install(
            installer=Installer.UV,
            verb=verb,
            command=self.command,
            requirements=requirements,
            target=target,
            no_cache=True if cache else is_true(self.variables, "UV_NO_CACHE"),
            no_cache_option=cache.span if cache else None,
            cache_dir=folder.value if folder else self.variables.get("UV_CACHE_DIR") or None,
            cache_dir_option=folder.words if folder else None,
            break_system_packages=self.found.has("break-system-packages")
            or bool(is_true(self.variables, "UV_BREAK_SYSTEM_PACKAGES")),
            upgrade=upgrade,
            dry_run=self.found.has("dry-run", "check"),
            changes_pip=change_of_pip(requirements.dependencies, upgrade) if here else None,
            projects=tuple(gathered.projects),
            lock=lock,
        )

    def project_target(self) -> Target:
        """The virtual environment of a project."""
        target = python_target(self.python, self.target)
        named = self.variables.get("UV_PROJECT_ENVIRONMENT")
        if self.found.has("active"):
            named = self.variables.get("VIRTUAL_ENV") or named
        environment = named or posixpath.normpath(posixpath.join(self.folder, ".venv"))
        return Target(interpreter=target.interpreter, environment=environment, own=not named)

    def tool_target(self) -> Target:
        return Target(interpreter=self.python, own=True)
