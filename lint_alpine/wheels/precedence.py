"""Which indexes and folders one command takes files from, by the rules of pip or uv."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from packaging.requirements import Requirement

from lint_alpine.installs.dependency import Dependency, IndexStrategy, Requirements
from lint_alpine.wheels.distribution import parse
from lint_alpine.wheels.evidence import Offer, Unavailable, WheelSource
from lint_alpine.wheels.listing import joined
from lint_alpine.wheels.sources import FileSource, IndexChoice, Indexes, Sources, nothing_but
from lint_alpine.wheels.wanted import holds

ELSEWHERE = "it may come from an index that only the linted files name, which is not asked"
PINNED_ELSEWHERE = "it comes from an index that only the linted files name, which is not asked"


class Folders(NamedTuple):
    """What stands beside the indexes for one command: `source`, of which `unknown` tells why it is not known. `own` has
    the files of those projects (`named`) that are asked for as files."""

    source: FileSource | None
    unknown: str | None
    own: FileSource
    named: frozenset[str]


def settle(
    requirements: Requirements, image: Mapping[str, str], sources: Sources, folders: Folders | None
) -> tuple[Requirements, Sources]:
    """The requirements with where they come from decided for an image by its markers, and the sources to ask."""
    named = folders.named if folders is not None else frozenset[str]()
    # What serves single projects, here or on other platforms, serves no others.
    reserved = {pin.url for each in requirements.dependencies for pin in each.pins if pin.url is not None}
    dependencies = tuple(_settled(each, image, named) for each in requirements.dependencies)
    requirements = requirements._replace(dependencies=dependencies)
    if folders is not None and folders.unknown is not None:
        chosen = nothing_but(folders.unknown)
    else:
        no_index = requirements.no_index
        chosen = nothing_but("no index is asked") if no_index else _indexes(requirements, sources, reserved)
    if folders is not None and folders.source is not None:
        chosen = _beside(folders.source, chosen, alone=requirements.no_index)
    if folders is not None and named:
        together = [folders.own, chosen]
        chosen = Sources([_Split(folders.own, named, chosen)], together, together)
    return requirements, chosen


def _settled(dependency: Dependency, image: Mapping[str, str], named: Collection[str]) -> Dependency:
    if dependency.name in named and dependency.path is not None:
        return _as_release(dependency)
    if not dependency.pins:
        return dependency
    pin = next((pin for pin in dependency.pins if holds(pin.marker, image)), None)
    return dependency._replace(pins=(pin,) if pin else (), opaque=pin.opaque if pin else dependency.opaque)


def _as_release(dependency: Dependency) -> Dependency:
    """A file that is known, as the one release that there is of its project."""
    filename = (dependency.path or "").rpartition("/")[2]
    file = parse(filename, dependency.name)
    if file is None:
        return dependency
    requirement = Requirement(f"{dependency.name}=={file.version}")
    requirement.extras, requirement.marker = dependency.requirement.extras, dependency.requirement.marker
    return dependency._replace(requirement=requirement, locked=None, opaque=None, pins=())


def _indexes(requirements: Requirements, sources: Sources, reserved: Collection[str]) -> Sources:
    """The sources for the indexes that pip or uv asks, with the user's own in the place of the default one."""
    pins = {each.name: pin.url for each in requirements.dependencies for pin in each.pins if pin.url is not None}
    indexes = sources.indexes
    if not requirements.indexes and not pins and (indexes is None or len(indexes.urls) == 1):
        return sources
    if indexes is None:
        everything = nothing_but(ELSEWHERE) if requirements.indexes else sources
        return _without(everything, pins, PINNED_ELSEWHERE)
    found = {name: indexes.find(url) for name, url in pins.items()}
    known = {name: url for name, url in found.items() if url is not None}
    kept_apart = {indexes.find(url) for url in reserved}
    extra = [url for url in indexes.urls[1:] if url not in kept_apart]
    choice = _choice(requirements, indexes, extra, known)
    return _without(indexes.chosen(choice), [name for name, url in found.items() if url is None], PINNED_ELSEWHERE)


def _choice(requirements: Requirements, indexes: Indexes, users: Sequence[str], pins: Mapping[str, str]) -> IndexChoice:
    """What is asked in which order: `users` are the user's own extra indexes, `pins` those of single projects."""
    named = [indexes.find(url) for url in requirements.indexes if url != requirements.index_url]
    main = indexes.urls[0] if requirements.index_url is None else indexes.find(requirements.index_url)
    extra = [*named, *users]
    strategy = requirements.strategy
    ordered = [main, *extra] if strategy is IndexStrategy.ALL_FILES else [*extra, main]
    known: list[str] = []
    for url in ordered:
        if url is None:
            # Only by uv's first rule what comes before it counts all the same.
            before = tuple(known) if strategy is IndexStrategy.FIRST_INDEX else ()
            return IndexChoice(before, strategy, tuple(pins.items()), ELSEWHERE)
        if url not in known:
            known.append(url)
    return IndexChoice(tuple(known), strategy, tuple(pins.items()))


class _Split:
    """A `WheelSource` of which one source speaks for some projects, another for all others."""

    def __init__(self, some: WheelSource, names: Collection[str], others: WheelSource) -> None:
        self._some = some
        self._names = frozenset(names)
        self._others = others

    def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]:
        own = self._some.offers([name for name in names if name in self._names])
        others = self._others.offers([name for name in names if name not in self._names])
        return {**own, **others}


class _Pool:
    """A `WheelSource` of what folders and indexes have, as pip and uv take it: all together, the folders first."""

    def __init__(self, folders: WheelSource, indexes: WheelSource) -> None:
        self._folders = folders
        self._indexes = indexes

    def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]:
        there, listed = self._folders.offers(names), self._indexes.offers(names)
        return {name: _pooled(there[name], listed[name]) for name in names}


def _pooled(there: Offer | Unavailable, listed: Offer | Unavailable) -> Offer | Unavailable:
    match there, listed:
        case Unavailable(absent=False), _:
            return there
        case Offer(distributions=files), Unavailable(absent=True) if files:
            return there
        case Offer(distributions=files), Offer() if files:
            evidence = listed.evidence._replace(detail=f"{there.evidence.detail}, {listed.evidence.detail}")
            return Offer(there.name, joined([files, listed.distributions]), evidence)
        case _:
            return listed


def _without(sources: Sources, names: Collection[str], reason: str) -> Sources:
    return Sources([_Split(nothing_but(reason), names, sources)], [sources], [sources]) if names else sources


def _beside(folders: FileSource, indexes: Sources, *, alone: bool) -> Sources:
    needs: Sequence[FileSource | Sources] = [folders] if alone else [folders, indexes]
    return Sources([folders if alone else _Pool(folders, indexes)], needs, needs)
