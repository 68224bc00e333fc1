"""poetry.lock: what `poetry install` takes from it for some of a project's groups and extras."""

import re
from collections.abc import Collection, Iterator, Mapping

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from lint_alpine.installs.dependency import Dependency, Requirements, Unreadable
from lint_alpine.installs.documents import Document, array, string, strings, table
from lint_alpine.installs.lock_graph import NEVER_TRUE, Edge, marker_of, reach, read_marker, settle_extras
from lint_alpine.installs.lockfiles import collect, lock, open_lock, package_places, read_file
from lint_alpine.installs.poetry_versions import alternatives
from lint_alpine.installs.projects import Project
from lint_alpine.installs.reference import IS_FILE, IS_PATH, IS_URL, IS_VCS
from lint_alpine.source import Source

_ELSEWHERE = {
    "git": IS_VCS,
    "url": IS_URL,
    "file": IS_FILE,
    "directory": IS_PATH,
}
_LEADING_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def poetry_lock(
    source: Source, project: Project | None, groups: Collection[str], extras: Collection[str], *, main: bool = True
) -> Requirements:
    """The packages for these groups and extras (normalised names).

    Since format 2.1 (Poetry 2.0) the lock tells of each package which groups want it, under which markers; before, it
    follows from the project's own dependencies.
    """
    # Poetry takes a lock without a version for one of format 1.0.
    document = open_lock(source, "metadata", "lock-version", accepted=("1", "2"), default="1.0")
    if isinstance(document, Requirements):
        return document
    lock_file = _PoetryLock(document, frozenset(groups) | ({"main"} if main else set()), frozenset(extras))
    if any("groups" in package for package in lock_file.packages):
        return collect(lock_file.by_groups())
    if project is not None:
        return collect(lock_file.by_reach(project))
    return collect(lock_file.by_category())


class _PoetryLock:
    def __init__(self, document: Document, groups: frozenset[str], extras: frozenset[str]) -> None:
        self.document = document
        self.groups = groups
        self.extras = extras
        self.packages: list[Mapping[str, object]] = [table(package) for package in array(document.data.get("package"))]
        self.places = package_places(document)

    def by_groups(self) -> Iterator[Dependency | Unreadable]:
        for index, package in enumerate(self.packages):
            wanted = [group for group in strings(package.get("groups")) if canonicalize_name(group) in self.groups]
            markers = [self._marker(package.get("markers"), group) for group in wanted]
            asked = [marker for marker in markers if marker != NEVER_TRUE]
            if asked:
                either = None if None in asked else " or ".join(f"({marker})" for marker in dict.fromkeys(asked))
                yield self._entry(index, read_marker(either))

    def _marker(self, written: object, group: str) -> str | None:
        """One marker for all groups, or one for each that has any."""
        text = written if isinstance(written, str) else string(table(written).get(group))
        return settle_extras(text, self.extras)

    def by_category(self) -> Iterator[Dependency | Unreadable]:
        """Without the project's file the old formats tell the main packages from those for development at best."""
        for index, package in enumerate(self.packages):
            if string(package.get("category")) in (None, *self.groups) and package.get("optional") is not True:
                yield self._entry(index, None)

    def by_reach(self, project: Project) -> Iterator[Dependency | Unreadable]:
        graph = _Graph(self.packages)
        main = "main" in self.groups
        wanted = project.requirements(self.extras if main else (), self.groups, main=main)
        roots = [edge for dependency in wanted.dependencies for edge in graph.roots(dependency)]
        yield from wanted.unreadable
        for index, under in reach(roots, graph.edges).items():
            yield self._entry(index, marker_of(under))

    def _entry(self, index: int, marker: Marker | None) -> Dependency | Unreadable:
        package = self.packages[index]
        name = string(package.get("name")) or ""
        origin = string(table(package.get("source")).get("type"))
        files = package.get("files") or table(table(self.document.data.get("metadata")).get("files")).get(name)
        return lock(
            name,
            string(package.get("version")),
            self.places[index],
            map(read_file, array(files)),
            marker=marker,
            opaque=_ELSEWHERE.get(origin or ""),
        )


class _Graph:
    """What the packages of a lock need, for the formats that leave it to the reader."""

    def __init__(self, packages: list[Mapping[str, object]]) -> None:
        self.packages = packages
        self.by_name: dict[str, list[int]] = {}
        for index, package in enumerate(packages):
            self.by_name.setdefault(canonicalize_name(string(package.get("name")) or ""), []).append(index)

    def roots(self, dependency: Dependency) -> Iterator[Edge[int]]:
        marker = str(dependency.requirement.marker) if dependency.requirement.marker else None
        for index in self.by_name.get(dependency.name, []):
            version = string(self.packages[index].get("version"))
            if dependency.opaque or _contains(dependency.requirement.specifier, version):
                yield Edge(index, marker, tuple(map(canonicalize_name, sorted(dependency.requirement.extras))))

    def edges(self, index: int, extra: str | None) -> Iterator[Edge[int]]:
        """A package's dependencies; those that an extra brings are optional, and their marker or the list of extras
        says which extra that is."""
        package = self.packages[index]
        of_extra = self._names(package, extra) if extra else frozenset()
        for name, value in table(package.get("dependencies")).items():
            for one in value if isinstance(value, list) else [value]:
                entry = table(one)
                optional = entry.get("optional") is True
                if optional and canonicalize_name(name) not in of_extra:
                    continue
                marker = settle_extras(string(entry.get("markers")), {extra} if extra else ())
                extras = tuple(map(canonicalize_name, strings(entry.get("extras"))))
                constraint = string(one) or string(entry.get("version")) or "*"
                for target in self._find(name, constraint):
                    yield Edge(target, marker, extras)

    def _find(self, name: str, constraint: str) -> list[int]:
        """The release of a package; where the lock has several for different environments, those that are allowed."""
        found = self.by_name.get(canonicalize_name(name), [])
        allowed = alternatives(constraint) if len(found) > 1 else ()
        if not allowed:
            return found
        versions = {index: string(self.packages[index].get("version")) for index in found}
        return [index for index in found if any(_contains(one, versions[index]) for one in allowed)]

    def _names(self, package: Mapping[str, object], extra: str) -> frozenset[str]:
        found = (
            _LEADING_NAME.match(text)
            for written, texts in table(package.get("extras")).items()
            if canonicalize_name(written) == extra
            for text in strings(texts)
        )
        return frozenset(canonicalize_name(match[0]) for match in found if match)


def _contains(allowed: SpecifierSet, version: str | None) -> bool:
    return allowed.contains(version or "", prereleases=True)
