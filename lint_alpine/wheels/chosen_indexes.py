"""Some of the indexes together, as one command asks them: by pip's rule, or by one of uv's."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.version import Version

from lint_alpine.installs.dependency import IndexStrategy
from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.evidence import Needs, Offer, SdistContents, Unavailable
from lint_alpine.wheels.index import PackageIndex, Page, joined
from lint_alpine.wheels.listing import Listing
from lint_alpine.wheels.records import PageRelease, merged
from lint_alpine.wheels.settings import known_index
from lint_alpine.wheels.sources import IndexChoice, ReleaseSource, Sources
from lint_alpine.wheels.urls import without_credentials


@dataclass
class AskedIndexes:
    """The `Indexes` that a `PackageIndex` may ask. `shipped` speaks for the main one where that does not answer."""

    index: PackageIndex
    everything: Sources
    shipped: Sequence[ReleaseSource] = ()
    _chosen: dict[IndexChoice, Sources] = field(default_factory=dict)

    @property
    def urls(self) -> Sequence[str]:
        return tuple(map(without_credentials, self.index.urls))

    def find(self, url: str) -> str | None:
        return known_index(url, self.urls)

    def chosen(self, choice: IndexChoice) -> Sources:
        if choice not in self._chosen:
            self._chosen[choice] = self._sources(choice)
        return self._chosen[choice]

    def _sources(self, choice: IndexChoice) -> Sources:
        only_main = choice.urls == tuple(self.urls[:1]) and not choice.pins
        if choice == IndexChoice(tuple(self.urls)) or (only_main and len(self.urls) == 1):
            return self.everything
        source = ChosenIndexes(self.index, choice)
        together: list[ReleaseSource] = [source, *self.shipped] if only_main else [source]
        return Sources(together, together, [source])


class ChosenIndexes:
    """A `WheelSource`, `NeedsSource` and `SdistSource` of the indexes that one choice names."""

    def __init__(self, index: PackageIndex, choice: IndexChoice) -> None:
        self._index = index
        self._choice = choice
        self._releases: dict[str, Sequence[PageRelease]] = {}

    def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]:
        pins = dict(self._choice.pins)
        found = self._in_turn([name for name in names if name not in pins])
        for url in sorted(set(pins.values())):
            found |= self._index.listed(url, [name for name in names if pins.get(name) == url])
        return {name: self._offer(name, found[name]) for name in names}

    def needs(
        self, wanted: Mapping[tuple[str, Version], tuple[Distribution, ...]]
    ) -> Mapping[tuple[str, Version], Needs | Unavailable]:
        listed = {key: (release, wanted[key]) for key in wanted if (release := self._release(*key)) is not None}
        unlisted = {key: Unavailable(key[0], f"the index has no file of {key[0]} {key[1]}") for key in wanted}
        return {**unlisted, **self._index.needs_of(listed)}

    def sdist_contents(self, files: Collection[Distribution]) -> Mapping[str, SdistContents | Unavailable]:
        urls = {file: url for file in files if (url := self._url(file)) is not None}
        told = {file.filename: answer for file, answer in self._index.contents_of(urls).items()}
        unlisted = {file.filename: Unavailable(file.name, f"the index does not list {file.filename}") for file in files}
        return {**unlisted, **told}

    def _in_turn(self, names: Collection[str]) -> dict[str, Sequence[Page] | Page | Unavailable]:
        """What each index says, asked one after the other; uv's first-index rule stops at the first that has it."""
        pages: dict[str, list[Page]] = {name: [] for name in names}
        failed: dict[str, Unavailable] = {}
        for url in self._choice.urls:
            first = self._choice.strategy is IndexStrategy.FIRST_INDEX
            asked = [name for name in names if name not in failed and not (first and pages[name])]
            for name, answer in self._index.listed(url, asked).items():
                if isinstance(answer, Page):
                    pages[name].append(answer)
                elif not answer.absent:
                    # What it offers is not known then, so this is the end here.
                    failed[name] = answer
        return {name: failed.get(name) or pages[name] or self._nowhere(name) for name in names}

    def _nowhere(self, name: str) -> Unavailable:
        if self._choice.then is not None:
            return Unavailable(name, self._choice.then)
        return Unavailable(name, "the index does not list it", absent=True)

    def _offer(self, name: str, found: Sequence[Page] | Page | Unavailable) -> Offer | Unavailable:
        if isinstance(found, Unavailable):
            return found
        pages = [found] if isinstance(found, Page) else found
        self._releases[name] = self._together([page.releases for page in pages])
        return Offer(name, Listing(self._releases[name]), joined([page.evidence for page in pages]))

    def _together(self, pages: Sequence[Sequence[PageRelease]]) -> Sequence[PageRelease]:
        match self._choice.strategy:
            case IndexStrategy.ALL_FILES:
                return merged(pages)
            case IndexStrategy.BEST_MATCH:
                return sorted(_first_of_each(pages), key=lambda release: release.version, reverse=True)
            case IndexStrategy.FIRST_INDEX | IndexStrategy.FIRST_MATCH:
                return tuple(_first_of_each(pages))

    def _release(self, name: str, version: Version) -> PageRelease | None:
        return next((each for each in self._releases.get(name, ()) if each.version == version), None)

    def _url(self, file: Distribution) -> str | None:
        release = self._release(file.name, file.version)
        files = release.files if release is not None else ()
        return next((each.url for each in files if each.filename == file.filename and not each.is_wheel), None)


def _first_of_each(pages: Iterable[Sequence[PageRelease]]) -> Iterator[PageRelease]:
    """Each version as the first index has it that has it (uv), in the order of the indexes."""
    seen: set[Version] = set()
    for release in (release for page in pages for release in page):
        if release.version not in seen:
            seen.add(release.version)
            yield release
