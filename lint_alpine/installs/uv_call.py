"""One call of uv: its options with those that variables and configuration set, and what all of its verbs share."""

import posixpath
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

from lint_alpine.dockerfile.commands import Argument, Command
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.documents import array, read_toml, string, strings, table
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.install import Files, Install, Target, Variables, Verb
from lint_alpine.installs.options import Options, Parsed, parse
from lint_alpine.installs.pip import change_of_pip
from lint_alpine.installs.programs import is_true, python_target
from lint_alpine.installs.uv_options import as_pip, settings
from lint_alpine.source import Source


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
        before = (*settings(self.variables, self.command.program, options), *self.found.options)
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

    def gathered(self) -> Gathered:
        gathered = Gathered(self.files, self.variables, complete=self.found.clear)
        gathered.apply(as_pip(self.found.options))
        gathered.indexes += self._configured_indexes()
        return gathered

    def _configured_indexes(self) -> Iterator[str]:
        """The indexes that uv.toml or a pyproject.toml name; those marked explicit serve single packages only."""
        for name, inner in (("uv.toml", False), ("pyproject.toml", True)):
            source = self.files.read(posixpath.join(self.folder, name))
            document = read_toml(source) if isinstance(source, Source) else ""
            if isinstance(document, str):
                continue
            configuration = table(table(document.data.get("tool")).get("uv")) if inner else document.data
            for key in ("index-url", "extra-index-url", "find-links"):
                yield from strings(configuration.get(key))
            for entry in map(table, array(configuration.get("index"))):
                if entry.get("explicit") is not True and string(entry.get("name")) != "pypi":
                    yield from strings(entry.get("url"))
            return

    def install(self, verb: Verb, gathered: Gathered, target: Target, lock: str | None = None) -> Install:
        cache = self.found.last("no-cache")
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
            cache_dir=self.found.value("cache-dir") or self.variables.get("UV_CACHE_DIR") or None,
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
