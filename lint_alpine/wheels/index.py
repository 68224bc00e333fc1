"""The package index as a source: which files exist, what releases need, what a source distribution is built of."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Self, TypeVar

from packaging.version import Version

from lint_alpine.wheels.cache import DiskCache, Entry, lifetime
from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.evidence import Evidence, Guide, Needs, Offer, Origin, SdistContents, Unavailable
from lint_alpine.wheels.listing import Listing
from lint_alpine.wheels.metadata import Allowance
from lint_alpine.wheels.pages import ACCEPT, NotAnIndexPageError, read_page
from lint_alpine.wheels.questions import Inquiry, Progress, Question, question
from lint_alpine.wheels.records import PageRelease, from_bytes, merged, to_bytes
from lint_alpine.wheels.releases import Releases
from lint_alpine.wheels.settings import IndexSettings
from lint_alpine.wheels.transport import Bounds, Head, Statistics, Transport, TransportError
from lint_alpine.wheels.urls import without_credentials

_Key = TypeVar("_Key")
_Answer = TypeVar("_Answer")

_GRACE = 1.0
"""How many seconds later than the requests a run ends itself: a host name may take longer to be found than any of them.
"""

_ABSENT = b"absent"
"""What the cache holds in the place of a page: the index has no such project."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Page:
    """What one index says of a project."""

    releases: tuple[PageRelease, ...]
    evidence: Evidence


@dataclass(frozen=True)
class _Listed:
    """What the indexes that have a project say of it, the main one first."""

    pages: tuple[Page, ...]

    @cached_property
    def releases(self) -> tuple[PageRelease, ...]:
        return merged([page.releases for page in self.pages])

    @property
    def evidence(self) -> Evidence:
        return joined([page.evidence for page in self.pages])


class PackageIndex:
    """A `WheelSource`, `NeedsSource` and `SdistSource` that asks package indexes, and remembers the answers on disk.

    What fails, fails for the project concerned: as `Unavailable`, whose reason holds no credentials. Files are only
    asked for at URLs that an index page gives, whatever URL a distribution has. Close it, or use it as a context.
    """

    def __init__(
        self,
        settings: IndexSettings,
        cache: DiskCache,
        on_progress: Progress | None = None,
        *,
        refresh: bool = False,
        bounds: Bounds | None = None,
    ) -> None:
        """With `refresh` even what is fresh on disk is asked for again. Nothing is opened before something is asked."""
        self.statistics = Statistics()
        self._settings = settings
        self._cache = cache
        self._refresh = refresh
        self._bounds = bounds or Bounds()
        self._left = self._bounds.run
        self._inquiry = Inquiry(self._bounds.requests, on_progress)
        self._allowance = Allowance()
        self._listed: dict[str, _Listed | Unavailable] = {}
        self._needs: dict[tuple[str, Version], Needs | Unavailable] = {}
        self._pages: dict[tuple[str, str], Page | Unavailable] = {}
        self._transport: Transport | None = None
        # A page of 64 MB takes a gigabyte while it is read.
        self._reading = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def urls(self) -> tuple[str, ...]:
        """The indexes that are asked, the main one first; they may hold credentials."""
        return self._settings.urls

    @property
    def failures(self) -> Mapping[str, str]:
        """Why there was no answer about a project, by its name; that there is no such project is an answer."""
        answers = (*self._pages.values(), *self._listed.values())
        return {each.name: each.reason for each in answers if isinstance(each, Unavailable) and not each.absent}

    def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]:
        """The files of each project (normalised name), merged from all indexes."""
        self._list(names)
        found = {name: self._listed[name] for name in names}
        return {
            name: Offer(name, Listing(known.releases), known.evidence) if isinstance(known, _Listed) else known
            for name, known in found.items()
        }

    def listed(self, url: str, names: Collection[str]) -> Mapping[str, Page | Unavailable]:
        """What one of the indexes lists of each project (normalised name), whatever the others have."""
        self._pages |= self._ask(
            {(url, name): name for name in names if (url, name) not in self._pages}, lambda key: self._page_on(*key)
        )
        return {name: self._pages[url, name] for name in names}

    def needs_of(
        self, releases: Mapping[tuple[str, Version], tuple[PageRelease, tuple[Distribution, ...]]]
    ) -> Mapping[tuple[str, Version], Needs | Unavailable]:
        """As `needs`, of releases that one of the indexes listed."""
        return self._ask({key: key[0] for key in releases}, lambda key: self._releases().needs(*releases[key]))

    def contents_of(self, files: Mapping[Distribution, str]) -> Mapping[Distribution, SdistContents | Unavailable]:
        """As `sdist_contents`, of files at the URLs that one of the indexes gave."""
        return self._ask({file: file.name for file in files}, lambda file: self._releases().contents(file, files[file]))

    def needs(
        self, wanted: Mapping[tuple[str, Version], tuple[Distribution, ...]]
    ) -> Mapping[tuple[str, Version], Needs | Unavailable]:
        """What each release declares: in the wheel that pip would take first, else in any other wheel (they rarely
        differ), else in its source distribution where PEP 643 makes that binding."""
        self._list({name for name, _ in wanted})
        unknown = {key: key[0] for key in wanted if key not in self._needs}
        self._needs |= self._ask(unknown, lambda key: self._release_needs(key, wanted[key]))
        return {release: self._needs[release] for release in wanted}

    def explore(self, names: Collection[str], guide: Guide) -> None:
        """Asks what `offers` and `needs` will be asked, each question as soon as it is known."""

        def list_project(name: str) -> Question:
            def learn(answer: _Listed | Unavailable) -> Iterator[Question]:
                self._listed[name] = answer
                wanted = guide.releases(name) if isinstance(answer, _Listed) else {}
                return (read_needs(release, wanted[release]) for release in wanted if release not in self._needs)

            return question(name, lambda: self._find(name), learn)

        def read_needs(release: tuple[str, Version], files: tuple[Distribution, ...]) -> Question:
            def learn(answer: Needs | Unavailable) -> Iterator[Question]:
                self._needs[release] = answer
                return (list_project(name) for name in guide.projects(release) if name not in self._listed)

            return question(release[0], lambda: self._release_needs(release, files), learn)

        self._inquire([list_project(name) for name in names if name not in self._listed])

    def sdist_contents(self, files: Collection[Distribution]) -> Mapping[str, SdistContents | Unavailable]:
        """What source distributions are built of. Each is read as it streams by: nothing is unpacked or run."""
        wanted = {file.filename: file for file in files}
        self._list({file.name for file in files})

        def contents(filename: str) -> SdistContents | Unavailable:
            name, version = wanted[filename].name, wanted[filename].version
            release = self._release(name, version)
            if isinstance(release, Unavailable):
                return release
            for file in release.files:
                if file.filename == filename and file.url is not None and not file.is_wheel:
                    return self._releases().contents(file, file.url)
            return Unavailable(name, f"the index does not list {filename}")

        return self._ask({filename: file.name for filename, file in wanted.items()}, contents)

    def close(self) -> None:
        """Ends connections and tidies the cache."""
        self._inquiry.close()
        if self._transport is not None:
            self._transport.close()
        self._transport = None
        self._cache.prune()

    def _ask(
        self, names: Mapping[_Key, str], ask: Callable[[_Key], _Answer | Unavailable]
    ) -> dict[_Key, _Answer | Unavailable]:
        """An answer for each key, or why there is none for the project that it concerns."""
        answers: dict[_Key, _Answer | Unavailable] = {}

        def about(key: _Key) -> Question:
            def learn(answer: _Answer | Unavailable) -> tuple[()]:
                answers[key] = answer
                return ()

            return question(names[key], lambda: ask(key), learn)

        self._inquire([about(key) for key in names])
        return {key: answers[key] for key in names}

    def _inquire(self, questions: Collection[Question]) -> None:
        if not questions:
            return
        start, transport = monotonic(), self._connected()
        transport.end = start + self._left
        try:
            self._inquiry.ask(questions, max(0.0, self._left) + _GRACE, transport.run_over)
        finally:
            self._left -= monotonic() - start

    def _connected(self) -> Transport:
        if self._transport is None:
            self._transport = Transport(self._settings, self._bounds, self.statistics)
        return self._transport

    def _releases(self) -> Releases:
        return Releases(self._connected(), self._cache, self._allowance, self._refresh)

    # Pages

    def _list(self, names: Collection[str]) -> None:
        unknown = {name: name for name in names if name not in self._listed}
        self._listed |= self._ask(unknown, self._find)

    def _release(self, name: str, version: Version) -> PageRelease | Unavailable:
        listed = self._listed[name]
        if isinstance(listed, Unavailable):
            return listed
        unknown = Unavailable(name, f"the index has no file of {name} {version}")
        return next((release for release in listed.releases if release.version == version), unknown)

    def _release_needs(self, key: tuple[str, Version], files: tuple[Distribution, ...]) -> Needs | Unavailable:
        match self._release(*key):
            case Unavailable() as unavailable:
                return unavailable
            case release:
                return self._releases().needs(release, files)

    def _find(self, name: str) -> _Listed | Unavailable:
        # pip passes over an index that fails. What that one offers is not known then, so this is the end here.
        answers = [self._page_on(url, name) for url in map(without_credentials, self._settings.urls)]
        pages = tuple(answer for answer in answers if isinstance(answer, Page))
        return _Listed(pages) if pages else next(answer for answer in answers if isinstance(answer, Unavailable))

    def _page_on(self, url: str, name: str) -> Page | Unavailable:
        if not _NAME.fullmatch(name):
            return Unavailable(name, "it is not the name of a project", absent=True)
        answer = self._page(f"{url.rstrip('/')}/{name}/", name)
        if answer is None:
            return Unavailable(name, "the index does not list it", absent=True)
        releases, origin, as_of = answer
        return Page(releases, Evidence(origin, as_of, url))

    def _page(self, url: str, name: str) -> tuple[tuple[PageRelease, ...], Origin, str] | None:
        """What one index lists, where that is known from, and of which day; None where it has no such project."""
        entry = self._cache.read("pages", url)
        known = _page_from(entry, name)
        if entry is not None and not self._refresh and self._cache.is_fresh(entry):
            if entry.data == _ABSENT:
                self.statistics.cache_hits += 1
                return None
            if known is not None:
                self.statistics.cache_hits += 1
                return known, Origin.CACHE, entry.as_of
        conditions = _conditions(entry) if entry is not None and known is not None else {}
        head, content = self._connected().get_body(url, {"Accept": ACCEPT, **conditions}, self._bounds.page)
        match head.status:
            case 200:
                try:
                    with self._reading:
                        page = read_page(name, content, head.headers.get("content-type", ""), head.url)
                except NotAnIndexPageError as error:
                    raise TransportError(f"what {head.host} answered {error}") from None
                return page, Origin.INDEX, self._remember(url, page, head, None)
            case 304 if known is not None and conditions:
                self.statistics.cache_hits += 1
                return known, Origin.INDEX, self._remember(url, known, head, entry)
            case 404:
                self._remember_absence(url, head)
                return None
            case status:
                raise TransportError(f"{head.host} answered with status {status}")

    def _remember_absence(self, url: str, head: Head) -> None:
        """For no longer than pages are kept that say nothing of it: any day there may be such a project."""
        now = self._cache.clock()
        seconds = lifetime(head.headers.get("cache-control"), head.headers.get("age")) or 0
        self._cache.write("pages", url, Entry(_ABSENT, now, now + min(seconds, lifetime(None) or 0)))

    def _remember(self, url: str, page: tuple[PageRelease, ...], head: Head, former: Entry | None) -> str:
        """Keeps a page for as long as it may be kept; returns its date."""
        now = self._cache.clock()
        seconds = lifetime(head.headers.get("cache-control"), head.headers.get("age"))
        data, text = to_bytes(page)
        entry = Entry(
            data=data,
            stored=now,
            expires=now + (seconds or 0),
            etag=head.headers.get("etag", former.etag if former is not None else None),
            last_modified=head.headers.get("last-modified", former.last_modified if former is not None else None),
        )
        if seconds is not None:
            self._cache.write("pages", url, entry, text)
        return entry.as_of


def _page_from(entry: Entry | None, name: str) -> tuple[PageRelease, ...] | None:
    try:
        return from_bytes(name, entry.data) if entry is not None and entry.data != _ABSENT else None
    except ValueError:
        return None


def _conditions(entry: Entry) -> dict[str, str]:
    """The headers by which a server may answer that nothing has changed (RFC 9110). What is not plain ASCII cannot be
    sent back."""
    headers = {"If-None-Match": entry.etag, "If-Modified-Since": entry.last_modified}
    return {name: value for name, value in headers.items() if value and value.isascii() and value.isprintable()}


def joined(evidence: list[Evidence]) -> Evidence:
    """Knowledge from several indexes is as old as the oldest piece of it."""
    remembered = any(each.origin is Origin.CACHE for each in evidence)
    return Evidence(
        origin=Origin.CACHE if remembered else Origin.INDEX,
        as_of=min(each.as_of for each in evidence),
        detail=", ".join(each.detail for each in evidence),
    )
