"""The files of one project by release, newest first; a source may leave a release's files unread until they matter."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol, overload

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from lint_alpine.wheels.distribution import Distribution


class Release(Protocol):
    """One release of a project and its files, in the order in which the index lists them."""

    @property
    def version(self) -> Version: ...

    @property
    def files(self) -> Sequence[Distribution]: ...

    @property
    def pythons(self) -> Iterable[SpecifierSet | None]:
        """The requires-python of its files: a release for other Pythons need not be read any further."""
        ...


class KnownRelease(NamedTuple):
    version: Version
    files: tuple[Distribution, ...]

    @property
    def pythons(self) -> Iterable[SpecifierSet | None]:
        return (file.requires_python for file in self.files)


class JoinedRelease:
    """A release that several places have, their files one after the other."""

    def __init__(self, parts: Sequence[Release]) -> None:
        self._parts = parts

    @property
    def version(self) -> Version:
        return self._parts[0].version

    @cached_property
    def files(self) -> tuple[Distribution, ...]:
        return tuple(file for part in self._parts for file in part.files)

    @property
    def pythons(self) -> Iterable[SpecifierSet | None]:
        return (python for part in self._parts for python in part.pythons)


class Listing(Sequence[Distribution]):
    """All files of one project, to be read as a whole or release by release.

    A project may have 15,000 files where two releases decide: only whoever asks for all of them pays for all of them.
    """

    def __init__(self, releases: Sequence[Release]) -> None:
        self.releases = releases

    @cached_property
    def _files(self) -> tuple[Distribution, ...]:
        return tuple(file for release in self.releases for file in release.files)

    def __len__(self) -> int:
        return len(self._files)

    def __iter__(self) -> Iterator[Distribution]:
        return iter(self._files)

    @overload
    def __getitem__(self, index: int) -> Distribution: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Distribution, ...]: ...

    def __getitem__(self, index: int | slice) -> Distribution | tuple[Distribution, ...]:
        return self._files[index]


def releases_of(distributions: Iterable[Distribution]) -> Sequence[Release]:
    """The releases of a project, newest first."""
    if isinstance(distributions, Listing):
        return distributions.releases
    files: dict[Version, list[Distribution]] = {}
    for distribution in distributions:
        files.setdefault(distribution.version, []).append(distribution)
    return tuple(KnownRelease(version, tuple(files[version])) for version in sorted(files, reverse=True))


def joined(listings: Sequence[Iterable[Distribution]]) -> Listing:
    """All files of all places, for each release in the order of the places."""
    parts: dict[Version, list[Release]] = {}
    for listing in listings:
        for release in releases_of(listing):
            parts.setdefault(release.version, []).append(release)
    return Listing([JoinedRelease(parts[version]) for version in sorted(parts, reverse=True)])


def release_of(distributions: Iterable[Distribution], version: Version) -> Sequence[Distribution]:
    """The files of that release; none where it is not listed."""
    return next((release.files for release in releases_of(distributions) if release.version == version), ())
