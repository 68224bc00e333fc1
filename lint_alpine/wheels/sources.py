"""Who is asked which files exist: one source or several in turn, each thing once a run."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from packaging.version import Version

from lint_alpine.installs.dependency import IndexStrategy
from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.evidence import (
    Explorer,
    Needs,
    NeedsSource,
    Offer,
    SdistContents,
    SdistSource,
    Unavailable,
    WheelSource,
)

Release = tuple[str, Version]


@dataclass(frozen=True)
class IndexChoice:
    """The indexes that one command asks, in their order. `pins` are the projects (normalised names) that uv takes from
    one index alone, as (name, URL). `then`: why what none of them has is not known, as the next index is not asked."""

    urls: tuple[str, ...]
    strategy: IndexStrategy = IndexStrategy.ALL_FILES
    pins: tuple[tuple[str, str], ...] = ()
    then: str | None = None


class ReleaseSource(WheelSource, NeedsSource, Protocol):
    """Says which files exist, and what releases pull in."""


class FileSource(ReleaseSource, SdistSource, Protocol):
    """Says that, and what source distributions are built of."""


class Indexes(Protocol):
    """The indexes that may be asked: `urls`, the main one first. Without any only what the main one has is known."""

    @property
    def urls(self) -> Sequence[str]: ...

    def find(self, url: str) -> str | None:
        """Which of the `urls` is meant by one that a linted file names; None where it is not asked."""
        ...

    def chosen(self, choice: IndexChoice) -> "Sources":
        """What these indexes say together."""
        ...


@dataclass
class Sources:
    """Answers from the first source that knows, and remembers them.

    `indexes` tells which of the index URLs that linted files name are asked, and asks them; None: none of them.
    `explorer` is the first source, where it can be told what will be asked.
    """

    wheels: Sequence[WheelSource]
    needs_of: Sequence[NeedsSource]
    sdists: Sequence[SdistSource] = ()
    indexes: Indexes | None = None
    explorer: Explorer | None = None
    _offers: dict[str, Offer | Unavailable] = field(default_factory=dict)
    _needs: dict[Release, Needs | Unavailable] = field(default_factory=dict)
    _contents: dict[str, SdistContents | Unavailable] = field(default_factory=dict)

    def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]:
        missing = [name for name in names if name not in self._offers]
        for source in self.wheels:
            if missing:
                answers = source.offers(missing)
                # Where no source knows a project, what the first one said is what people can act on.
                self._offers |= {
                    name: answer
                    for name, answer in answers.items()
                    if isinstance(answer, Offer) or name not in self._offers
                }
                missing = [name for name in missing if _is_open(self._offers[name])]
        return {name: self._offers.get(name) or Unavailable(name, "no index is asked") for name in names}

    def needs(self, wanted: Mapping[Release, tuple[Distribution, ...]]) -> Mapping[Release, Needs | Unavailable]:
        missing = {key: files for key, files in wanted.items() if key not in self._needs}
        for source in self.needs_of:
            asked = {key: files for key, files in missing.items() if not _is_told(self._needs.get(key))}
            if asked:
                answers = source.needs(asked)
                self._needs |= {
                    key: answer
                    for key, answer in answers.items()
                    if isinstance(answer, Needs) or key not in self._needs
                }
        return {key: self._needs.get(key) or Unavailable(key[0], "no index is asked") for key in wanted}

    def sdist_contents(self, files: Collection[Distribution]) -> Mapping[str, SdistContents | Unavailable]:
        missing = [file for file in files if file.filename not in self._contents]
        for source in self.sdists:
            asked = [file for file in missing if not isinstance(self._contents.get(file.filename), SdistContents)]
            if asked:
                self._contents |= source.sdist_contents(asked)
        nobody = {file.filename: Unavailable(file.name, "no index is asked") for file in files}
        return {name: self._contents.get(name, unknown) for name, unknown in nobody.items()}


@dataclass
class MainIndex:
    """The `Indexes` of a run without network: what is known of the main one, at the URL `own` if that is configured."""

    everything: Sources
    own: str | None = None

    @property
    def urls(self) -> Sequence[str]:
        return (self.own or "",)

    def find(self, url: str) -> str | None:
        from lint_alpine.wheels.settings import known_index

        return known_index(url, self.urls)

    def chosen(self, choice: IndexChoice) -> Sources:
        return self.everything if choice.urls else nothing_but(choice.then or "no index is asked")


def _is_told(answer: Needs | Unavailable | None) -> bool:
    """Whether no other source is asked: not about a file that pip refuses either."""
    return isinstance(answer, Needs) or (answer is not None and answer.fault is not None)


def _is_open(answer: Offer | Unavailable) -> bool:
    """Whether another source may be asked: not about a project that the index does not have."""
    return isinstance(answer, Unavailable) and not answer.absent


class _Nothing:
    """A `WheelSource` that knows nothing, for a reason."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]:
        return {name: Unavailable(name, self._reason) for name in names}


def nothing_but(reason: str) -> Sources:
    """Sources of which none is asked."""
    return Sources([_Nothing(reason)], [])
