"""uv.lock: what `uv sync` installs of it for a project with some of its groups and extras."""

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from packaging.utils import canonicalize_name

from lint_alpine.installs.dependency import Dependency, Requirements, Unreadable
from lint_alpine.installs.documents import Document, array, string, strings, table
from lint_alpine.installs.lock_graph import Edge, marker_of, reach, settle_extras
from lint_alpine.installs.lockfiles import collect, lock, open_lock, package_places, read_file
from lint_alpine.installs.reference import IS_FILE, IS_PATH, IS_URL, IS_VCS
from lint_alpine.source import Source

# Sources of packages that are not taken from an index (`source = { git = ... }`).
_ELSEWHERE = {
    "git": IS_VCS,
    "url": IS_URL,
    "path": IS_FILE,
    "directory": IS_PATH,
}
_MEMBERS = ("virtual", "editable", "directory")


class Selection(NamedTuple):
    """What of a project is installed. `project`: one member of a workspace, None: the one in the lock's own folder.

    `groups` and `extras` None: all of them. `main`: the project's own dependencies, not groups alone.
    """

    project: str | None = None
    extras: Collection[str] | None = ()
    groups: Collection[str] | None = ()
    without_groups: Collection[str] = ()
    without_extras: Collection[str] = ()
    main: bool = True
    all_members: bool = False


def uv_lock(source: Source, selection: Selection) -> Requirements:
    """The packages that are reached, each with the marker under which it is."""
    document = open_lock(source, "version", accepted=("1",))
    return document if isinstance(document, Requirements) else _UvLock(document).read(selection)


class _UvLock:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.packages: list[Mapping[str, object]] = [table(package) for package in array(document.data.get("package"))]
        self.by_name: dict[str, list[int]] = {}
        for index, package in enumerate(self.packages):
            self.by_name.setdefault(string(package.get("name")) or "", []).append(index)
        self.active: set[str] = set()

    def read(self, selection: Selection) -> Requirements:
        members = self._members(selection)
        if not members and self.packages:
            wanted = selection.project or "."
            fault = Unreadable(self.document.source.start, f"`{self.document.source.path}` has no project `{wanted}`")
            return collect([fault])
        roots = [edge for member in members for edge in self._roots(member, selection)]
        if selection.project is None:
            roots += self._own_groups(selection)
        places = package_places(self.document)
        entries: list[Dependency | Unreadable] = []
        for index, under in reach(roots, self._edges).items():
            package = self.packages[index]
            origin = table(package.get("source"))
            if index in members or any(kind in origin for kind in ("virtual", "editable")):
                continue
            opaque = next((what for kind, what in _ELSEWHERE.items() if kind in origin), None)
            files = [*array(package.get("wheels")), package.get("sdist")]
            entries.append(
                lock(
                    string(package.get("name")) or "",
                    string(package.get("version")),
                    places[index],
                    map(read_file, filter(None, files)),
                    marker=marker_of(under),
                    opaque=opaque,
                )
            )
        return collect(entries)

    def _members(self, selection: Selection) -> list[int]:
        """The projects whose dependencies are installed; a workspace without a project of its own has all of them."""
        folders: dict[int, str] = {}
        for index, package in enumerate(self.packages):
            origin = table(package.get("source"))
            folder = next((path for kind in _MEMBERS if (path := string(origin.get(kind))) is not None), None)
            if folder is not None:
                folders[index] = posixpath.normpath(folder)
        if selection.project is not None:
            return [index for index in self.by_name.get(canonicalize_name(selection.project), []) if index in folders]
        named = strings(table(self.document.data.get("manifest")).get("members"))
        listed = [index for index in folders if string(self.packages[index].get("name")) in named]
        own = [index for index, folder in folders.items() if folder == "."]
        return listed or own if selection.all_members or not own else own

    def _roots(self, member: int, selection: Selection) -> Iterator[Edge[int]]:
        package = self.packages[member]
        name = string(package.get("name")) or ""
        groups = table(package.get("dev-dependencies"))
        chosen = _chosen(groups, selection.groups, selection.without_groups)
        offered = table(package.get("optional-dependencies"))
        extras = _chosen(offered, selection.extras, selection.without_extras) if selection.main else []
        # How uv writes, in markers of dependencies that exclude one another, that an extra or group is asked for.
        self.active |= {f"extra-{len(name)}-{name}-{extra}" for extra in extras}
        self.active |= {f"group-{len(name)}-{name}-{group}" for group in chosen}
        if selection.main:
            self.active.add(f"project-{len(name)}-{name}")
            yield Edge(member, None, tuple(extras))
        for group in chosen:
            yield from self._targets(array(groups[group]))

    def _own_groups(self, selection: Selection) -> Iterator[Edge[int]]:
        """The groups of a workspace whose root is no project."""
        groups = table(table(self.document.data.get("manifest")).get("dependency-groups"))
        for group in _chosen(groups, selection.groups, selection.without_groups):
            yield from self._targets(array(groups[group]))

    def _edges(self, index: int, extra: str | None) -> Iterable[Edge[int]]:
        package = self.packages[index]
        if extra is None:
            return self._targets(array(package.get("dependencies")))
        return self._targets(array(table(package.get("optional-dependencies")).get(extra)))

    def _targets(self, entries: Sequence[object]) -> Iterator[Edge[int]]:
        for value in entries:
            entry = table(value)
            marker = settle_extras(string(entry.get("marker")), self.active)
            for index in self._find(entry):
                yield Edge(index, marker, strings(entry.get("extra")))

    def _find(self, entry: Mapping[str, object]) -> Iterator[int]:
        """The package that an entry means: its name alone where that is clear, else with its version and source."""
        for index in self.by_name.get(string(entry.get("name")) or "", []):
            package = self.packages[index]
            if all(key not in entry or entry[key] == package.get(key) for key in ("version", "source")):
                yield index


def _chosen(offered: Mapping[str, object], wanted: Collection[str] | None, without: Collection[str]) -> list[str]:
    names = {canonicalize_name(name) for name in offered} if wanted is None else set(map(canonicalize_name, wanted))
    left_out = set(map(canonicalize_name, without))
    return [name for name in offered if canonicalize_name(name) in names - left_out]
