"""pdm.lock: what `pdm sync` takes from it for some of a project's groups."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lint_alpine.installs.dependency import Dependency, Requirements, Unreadable
from lint_alpine.installs.documents import Document, array, string, strings, table
from lint_alpine.installs.lock_graph import Alternatives, Edge, marker_of, reach, read_marker
from lint_alpine.installs.lockfiles import collect, lock, open_lock, package_places, read_file
from lint_alpine.installs.projects import Project
from lint_alpine.installs.reference import IS_PATH, IS_URL, IS_VCS, parse_requirement
from lint_alpine.source import Source

_ELSEWHERE = {
    "git": IS_VCS,
    "hg": IS_VCS,
    "svn": IS_VCS,
    "url": IS_URL,
    "path": IS_PATH,
}


class Groups(NamedTuple):
    """Groups that are installed (normalised; extras count as groups), and whether the project's own dependencies are.

    `as_locked`: nothing was asked for, so it is all the groups that the lock was made for, where it tells them.
    """

    names: frozenset[str] = frozenset()
    main: bool = True
    as_locked: bool = False


def pdm_lock(source: Source, project: Project | None, groups: Groups) -> Requirements:
    """The packages for these groups. Since PDM 2.11 the lock itself tells the groups of each package; before, that
    follows from the project's dependencies."""
    document = open_lock(source, "metadata", "lock_version", accepted=("3", "4"))
    if isinstance(document, Requirements):
        return document
    lock_file = _PdmLock(document)
    if groups.as_locked:
        groups = lock_file.all_groups(project) or groups
    if any("groups" in package for package in lock_file.packages):
        return collect(lock_file.by_groups(groups.names | {"default"} if groups.main else groups.names))
    if project is not None:
        return collect(lock_file.by_reach(project, groups))
    return collect(lock_file.entries(range(len(lock_file.packages))))


class _PdmLock:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.packages: list[Mapping[str, object]] = [table(package) for package in array(document.data.get("package"))]
        self.places = package_places(document)
        self.by_name: dict[str, list[int]] = {}
        for index, package in enumerate(self.packages):
            self.by_name.setdefault(canonicalize_name(string(package.get("name")) or ""), []).append(index)

    def all_groups(self, project: Project | None) -> Groups | None:
        """The groups that the lock was made for, of those that the project still has."""
        locked = set(map(canonicalize_name, strings(table(self.document.data.get("metadata")).get("groups"))))
        known = locked if project is None else {"default", *project.groups, *project.extras}
        return Groups(frozenset(locked & known - {"default"}), "default" in locked) if locked else None

    def by_groups(self, wanted: Collection[str]) -> Iterator[Dependency | Unreadable]:
        chosen = [
            index
            for index, package in enumerate(self.packages)
            if any(canonicalize_name(group) in wanted for group in strings(package.get("groups")))
        ]
        yield from self.entries(chosen)

    def by_reach(self, project: Project, groups: Groups) -> Iterator[Dependency | Unreadable]:
        extras = groups.names & set(project.extras)
        asked = project.requirements(sorted(extras), sorted(groups.names), main=groups.main)
        yield from asked.unreadable
        roots = [edge for dependency in asked.dependencies for edge in self._targets(dependency.requirement)]
        found = reach(roots, lambda index, _: self._edges(index))
        yield from self.entries(found, found)

    def entries(
        self, chosen: Collection[int], under: Mapping[int, Alternatives] | None = None
    ) -> Iterator[Dependency | Unreadable]:
        """A package with extras has an entry for itself and one for each set of extras: it is told once."""
        told: set[tuple[str, str | None]] = set()
        for index in chosen:
            package = self.packages[index]
            name, version = string(package.get("name")) or "", string(package.get("version"))
            if (name, version) in told:
                continue
            told.add((name, version))
            yield lock(
                name,
                version,
                self.places[index],
                map(read_file, array(package.get("files") or self._files(name, version))),
                marker=marker_of(under[index]) if under else read_marker(string(package.get("marker"))),
                opaque=next((what for kind, what in _ELSEWHERE.items() if kind in package), None),
            )

    def _files(self, name: str, version: str | None) -> object:
        return table(table(self.document.data.get("metadata")).get("files")).get(f"{name} {version}")

    def _edges(self, index: int) -> Iterator[Edge[int]]:
        for text in strings(self.packages[index].get("dependencies")):
            requirement = parse_requirement(text)
            if isinstance(requirement, Requirement):
                yield from self._targets(requirement)

    def _targets(self, requirement: Requirement) -> Iterator[Edge[int]]:
        """The entry of the package itself, and that for the extras that are asked for."""
        marker = str(requirement.marker) if requirement.marker else None
        wanted = {canonicalize_name(extra) for extra in requirement.extras}
        for index in self.by_name.get(canonicalize_name(requirement.name), []):
            extras = {canonicalize_name(extra) for extra in strings(self.packages[index].get("extras"))}
            if extras <= wanted:
                yield Edge(index, marker)
