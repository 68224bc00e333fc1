"""A project's own files -> what it depends on: pyproject.toml here, setuptools' older files beside it."""

import posixpath
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from packaging.utils import canonicalize_name

from lint_alpine.context import Missing
from lint_alpine.installs.dependency import Dependency, Requirements, Unreadable
from lint_alpine.installs.documents import Document, array, read_toml, string, strings, table, urls_of
from lint_alpine.installs.install import Files
from lint_alpine.installs.reference import Invalid, kind_of_url, parse_requirement
from lint_alpine.source import Source, Span

Entry = Dependency | Unreadable
Entries = tuple[Entry, ...]

# How deep groups may include one another here; no real project nests more than a few.
DEEPEST = 50


class Include(NamedTuple):
    """A dependency group that another one includes (PEP 735), at the place where it says so."""

    name: str
    span: Span


class Project(NamedTuple):
    """What a project declares; what of it could not be read stands in its place. Names are normalised.

    `optional_groups` are those that Poetry leaves out unless they are asked for. `document` is its pyproject.toml.
    """

    name: str | None
    backend: str | None
    dependencies: Entries = ()
    extras: Mapping[str, Entries] = {}
    groups: Mapping[str, tuple[Entry | Include, ...]] = {}
    optional_groups: frozenset[str] = frozenset()
    document: Document | None = None

    def requirements(
        self, extras: Collection[str] = (), groups: Collection[str] = (), *, main: bool = True
    ) -> Requirements:
        """What installing it with these extras and groups asks for; an extra that it does not have asks for nothing."""
        entries = list(self.dependencies) if main else []
        entries += self._of_groups(map(canonicalize_name, groups), {})
        for extra in self._reached((*extras, *self._own_extras(entries))):
            entries += self.extras.get(extra, ())
        found = tuple(entry for entry in entries if isinstance(entry, Dependency) and not self._is_own(entry))
        faults = tuple(dict.fromkeys(entry for entry in entries if isinstance(entry, Unreadable)))
        if self.document is not None and "tool" in self.document.data:
            from lint_alpine.installs.uv_configuration import pins_of

            asked = (set(map(canonicalize_name, extras)), set(map(canonicalize_name, groups)))
            pins = pins_of(self.document.data, *asked)
            found = tuple(each._replace(pins=pins.get(each.name, ())) for each in found) if pins else found
        return Requirements(dependencies=found, unreadable=faults, complete=not faults)

    def indexes(self, tool: str) -> tuple[str, ...]:
        """Those that the table of a tool names."""
        tables = table(self.document.data.get("tool")) if self.document else {}
        return urls_of(table(tables.get(tool)).get("source"))

    def has_group(self, name: str) -> bool:
        return canonicalize_name(name) in self.groups

    def _of_groups(self, names: Iterable[str], done: dict[str, bool], depth: int = 0) -> Iterator[Entry]:
        """The entries of groups with those that they include, each once; `done` is false while a group is open."""
        for name in names:
            if name in done:
                continue
            done[name] = False
            for entry in self.groups.get(name, ()):
                if not isinstance(entry, Include):
                    yield entry
                elif entry.name not in self.groups:
                    yield Unreadable(entry.span, f"the dependency group `{entry.name}` is not there")
                elif depth >= DEEPEST or done.get(entry.name) is False:
                    yield Unreadable(entry.span, f"the dependency group `{entry.name}` includes itself")
                else:
                    yield from self._of_groups([entry.name], done, depth + 1)
            done[name] = True

    def _is_own(self, dependency: Dependency) -> bool:
        return self.name is not None and dependency.name == self.name

    def _reached(self, extras: Iterable[str]) -> list[str]:
        """The extras with those that they name in turn: `all = ["this-project[a,b]"]`."""
        reached: dict[str, None] = {}
        pending = deque(canonicalize_name(extra) for extra in extras)
        while pending:
            extra = pending.popleft()
            if extra not in reached:
                reached[extra] = None
                pending += map(canonicalize_name, self._own_extras(self.extras.get(extra, ())))
        return list(reached)

    def _own_extras(self, entries: Iterable[Entry]) -> list[str]:
        own = [entry for entry in entries if isinstance(entry, Dependency) and self._is_own(entry)]
        return [extra for dependency in own for extra in sorted(dependency.requirement.extras)]


def pep508(text: str, span: Span) -> Entry:
    """A dependency as PEP 621 and setuptools write it."""
    requirement = parse_requirement(text)
    if isinstance(requirement, Invalid):
        return Unreadable(span, f"`{text[:100]}` is no requirement: {requirement.reason}")
    return Dependency(requirement, span, opaque=kind_of_url(requirement.url) if requirement.url else None)


def read_project(path: str, files: Files) -> Project | Missing:
    """The project of a folder; Missing where none of its files can be read."""
    folder = posixpath.normpath(path)
    source = files.read(posixpath.join(folder, "pyproject.toml"))
    project = read_pyproject(source, folder, files) if isinstance(source, Source) else None
    if project is not None and _declares_dependencies(project):
        return project
    from lint_alpine.installs.setuptools_files import read_setuptools

    legacy = read_setuptools(folder, files)
    if legacy is not None:
        # Without a project table, pyproject.toml leaves the dependencies to the backend's own files.
        return (
            project._replace(name=legacy.name, dependencies=legacy.dependencies, extras=legacy.extras)
            if project
            else legacy
        )
    if project is not None and project.document is not None:
        unknown = Unreadable(
            project.document.source.start, "the project's dependencies are declared nowhere that is known"
        )
        return project._replace(dependencies=(*project.dependencies, unknown))
    return project or (source if isinstance(source, Missing) else Missing("it is no project"))


def _declares_dependencies(project: Project) -> bool:
    if project.document is None:
        return True
    tool = table(project.document.data.get("tool"))
    return "project" in project.document.data or "poetry" in tool or "flit" in tool


def read_pyproject(source: Source, folder: str, files: Files) -> Project:
    """What a pyproject.toml declares in the tables of PEP 621, PEP 735, Poetry, PDM, uv and flit."""
    document = read_toml(source)
    if isinstance(document, str):
        return Project(None, None, (Unreadable(source.start, f"`{source.path}` is no TOML: {document}"),))
    return _Reader(document, folder, files).read()


class _Reader(NamedTuple):
    document: Document
    folder: str
    files: Files

    def read(self) -> Project:
        data = self.document.data
        tool, metadata = table(data.get("tool")), table(data.get("project"))
        name = string(metadata.get("name"))
        dependencies = self._strings("project", "dependencies")
        extras = self._extras(("project", "optional-dependencies"), metadata.get("optional-dependencies"))
        groups = self._groups(tool)
        optional: frozenset[str] = frozenset()
        dynamic = strings(metadata.get("dynamic"))
        if "poetry" in tool:
            from lint_alpine.installs.poetry_tables import read_poetry

            poetry = read_poetry(self.document)
            groups, optional = {**poetry.groups, **groups}, poetry.optional_groups
            name = name or string(table(tool["poetry"]).get("name"))
            if "dependencies" not in metadata:
                dependencies, dynamic = poetry.dependencies, ()
            extras = extras or dict(poetry.extras)
        elif not metadata and "flit" in tool:
            name = string(
                table(table(tool["flit"]).get("metadata")).get("dist-name")
                or table(table(tool["flit"]).get("metadata")).get("module")
            )
            dependencies = self._strings("tool", "flit", "metadata", "requires")
            at = ("tool", "flit", "metadata", "requires-extra")
            extras = self._extras(at, self._at(*at))
        if "dependencies" in dynamic:
            dependencies = self._dynamic(dynamic)
        if "optional-dependencies" in dynamic:
            extras = self._dynamic_extras()
        backend = string(table(data.get("build-system")).get("build-backend"))
        return Project(
            canonicalize_name(name) if name else None, backend, dependencies, extras, groups, optional, self.document
        )

    def _at(self, *path: str) -> object:
        value: object = self.document.data
        for key in path:
            value = table(value).get(key)
        return value

    def _strings(self, *path: str) -> Entries:
        """An array of requirements."""
        return tuple(
            pep508(item, self.document.place(*path, index))
            for index, item in enumerate(array(self._at(*path)))
            if isinstance(item, str)
        )

    def _extras(self, path: tuple[str, ...], value: object) -> dict[str, Entries]:
        return {canonicalize_name(extra): self._strings(*path, extra) for extra in table(value)}

    def _groups(self, tool: Mapping[str, object]) -> dict[str, tuple[Entry | Include, ...]]:
        """The groups of PEP 735, and the older development dependencies of PDM (by group) and uv (a list)."""
        groups: dict[str, list[Entry | Include]] = {}
        for name in table(self._at("dependency-groups")):
            groups.setdefault(canonicalize_name(name), []).extend(self._group("dependency-groups", name))
        for name in table(self._at("tool", "pdm", "dev-dependencies")):
            groups.setdefault(canonicalize_name(name), []).extend(
                # `-e file:///...` is PDM's own notation for a project beside this one.
                entry
                for entry in self._strings("tool", "pdm", "dev-dependencies", name)
                if not entry.span.text.startswith("-e ")
            )
        if "dev-dependencies" in table(tool.get("uv")):
            groups.setdefault("dev", []).extend(self._strings("tool", "uv", "dev-dependencies"))
        return {name: tuple(entries) for name, entries in groups.items()}

    def _group(self, *path: str) -> Iterator[Entry | Include]:
        for index, item in enumerate(array(self._at(*path))):
            included = string(table(item).get("include-group"))
            if isinstance(item, str):
                yield pep508(item, self.document.place(*path, index))
            elif included is not None:
                yield Include(canonicalize_name(included), self.document.place(*path, index, "include-group"))

    def _dynamic(self, dynamic: tuple[str, ...]) -> Entries:
        """Dependencies that the backend takes from files; any other way needs the backend to run."""
        for path in (
            ("tool", "setuptools", "dynamic", "dependencies", "file"),
            ("tool", "hatch", "metadata", "hooks", "requirements_txt", "files"),
        ):
            if self._at(*path) is not None:
                return self._from_files(*path)
        span = self.document.place("project", "dynamic", dynamic.index("dependencies"))
        return (Unreadable(span, "the project's dependencies are only known when its build backend runs"),)

    def _dynamic_extras(self) -> dict[str, Entries]:
        path = ("tool", "setuptools", "dynamic", "optional-dependencies")
        return {canonicalize_name(extra): self._from_files(*path, extra, "file") for extra in table(self._at(*path))}

    def _from_files(self, *path: str) -> Entries:
        from lint_alpine.installs.setuptools_files import read_list

        value = self._at(*path)
        entries: list[Entry] = []
        for index, name in enumerate(strings(value)):
            span = self.document.place(*path, index) if isinstance(value, list) else self.document.place(*path)
            entries += read_list(posixpath.normpath(posixpath.join(self.folder, name)), span, self.files)
        return tuple(entries)
