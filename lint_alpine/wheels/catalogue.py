"""What may be installed of each project, and what that needs: the sources asked once, in batches, level by level."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count, dropwhile, islice
from typing import NamedTuple
from urllib.parse import unquote

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from lint_alpine.installs.dependency import FileChoice
from lint_alpine.wheels.choice import ANY_FILE, HEEDS_REQUIRES_PYTHON, NO_HASHES, Obstacle, Target, candidates, choose
from lint_alpine.wheels.distribution import Distribution, parse
from lint_alpine.wheels.evidence import (
    Explorer,
    Fault,
    Needs,
    NeedsSource,
    Offer,
    SdistSource,
    Unavailable,
    WheelSource,
)
from lint_alpine.wheels.listing import Listing, release_of, releases_of
from lint_alpine.wheels.scout import Scout
from lint_alpine.wheels.wanted import NO_EXTRAS, Candidate, Hashes, Identifier, Wanted, holds, wanted_by

# More than the largest real sets need (2,000): a source that never stops naming new projects is cut off.
MOST_PROJECTS = 3_000
MOST_RELEASES = 10_000
# Each takes some microseconds; a release has up to 10,000, which are judged again for each set of extras of it.
MOST_MARKERS = 1_000_000
MOST_AHEAD = 64
# The first pip that passes over a release for its METADATA (resolution/resolvelib/candidates.py): with its resolver
# came the check of name and version; before packaging 24 requirements could be almost anything.
PASSES_OVER = {Fault.OTHER_RELEASE: Version("20.3"), Fault.INVALID: Version("24.1")}
# What no version is: what a release that must not be taken asks of itself.
NOTHING_MEETS = "<0.dev0"


class Survey(NamedTuple):
    """What requirements lead to: the candidate for each identifier, and all that is wanted of each project."""

    reached: dict[Identifier, Candidate]
    wanted: dict[str, list[Wanted]]


class Catalogue:
    """The answers of the sources, as far as they were asked. Neither is asked twice for the same thing.

    `markers` are those of the image. `constraints` hold for their projects whoever asks; a project in `fixed` is that
    candidate and needs nothing else; `files_at` are the files that URLs and paths name. What those in `cut_off` need
    was too much.
    """

    def __init__(
        self,
        offers: WheelSource,
        needs: NeedsSource,
        target: Target,
        markers: Mapping[str, str],
        choice: FileChoice = ANY_FILE,
        constraints: Mapping[str, tuple[Wanted, ...]] | None = None,
        sdists: SdistSource | None = None,
        explorer: Explorer | None = None,
    ) -> None:
        self.target = target
        self.markers = markers
        self.choice = choice
        self.constraints = constraints or {}
        self.fixed: Mapping[str, Candidate] = {}
        self.files_at: Mapping[tuple[str, str], Distribution] = {}
        self._sources = (offers, needs)
        self.sdists = sdists
        self._explorer = explorer
        self._offers: dict[str, Offer | Unavailable] = {}
        self._needs: dict[tuple[str, Version], Needs | Unavailable] = {}
        self._specifiers: dict[str, SpecifierSet] = {}
        self._satisfied: dict[tuple[str, Version], bool] = {}
        self._found: dict[tuple[str, str, Hashes], _Remembered] = {}
        self._candidates: dict[tuple[str, str | None, str | None], Candidate] = {}
        self._with_extras: dict[tuple[Candidate, frozenset[str]], Candidate] = {}
        self._dependencies: dict[Candidate, tuple[Wanted, ...]] = {}
        self._last_found: dict[str, _Remembered] = {}
        self._direct: set[str] = set()
        self._named: set[str] = set()
        self._judged_markers = 0
        self.cut_off: set[str] = set()
        self._misses: dict[str, int] = defaultdict(int)

    def offer(self, name: str) -> Offer | Unavailable:
        self.ask_offers({name})
        return self._offers[name]

    def declared(self, candidate: Candidate) -> Needs | Unavailable | None:
        """What the candidate was said to need; None where nobody was asked."""
        return None if candidate.version is None else self._needs.get((candidate.name, candidate.version))

    def nothing(self, name: str) -> Candidate:
        """What stands for a project of which nothing can be had."""
        return self._candidate(name, None, None)

    def with_extras(self, candidate: Candidate, extras: frozenset[str]) -> Candidate:
        if not extras:
            return candidate
        key = (candidate, extras)
        if key not in self._with_extras:
            self._with_extras[key] = replace(candidate, extras=extras, base=candidate)
        return self._with_extras[key]

    def matching(self, name: str, wanted: Iterable[Wanted]) -> Iterable[Candidate]:
        """The candidates that meet all requirements on a project together, the one that pip tries first in front."""
        if name in self.fixed:
            return (self.fixed[name],)
        wanted = (*wanted, *self.constraints.get(name, ()))
        exact = {each.exactly: None for each in wanted if each.exactly is not None}
        exact = exact or {self._at(name, each.url): None for each in wanted if each.url is not None}
        if exact:
            return [one for one in exact if len(exact) == 1 and all(self.meets(one, each) for each in wanted)]
        if isinstance(self.offer(name), Unavailable):
            return (self.nothing(name),)
        return _Without(self._meeting(name, *self._joined(wanted)), self.passes_over)

    def passes_over(self, candidate: Candidate) -> bool:
        """Whether pip goes on to the next release for what is known of the METADATA of this one."""
        fault = self.fault(candidate)
        if fault is None:
            return self.refuses_python(candidate)
        # A file that speaks of another release is left out alone: then those beside it come next.
        return fault in PASSES_OVER and (fault is Fault.INVALID or self._stands_alone(candidate))

    def fault(self, candidate: Candidate) -> Fault | None:
        """What this pip has against the file of a candidate, as far as it was asked for."""
        declared = self.declared(candidate)
        fault = declared.fault if isinstance(declared, Unavailable) and candidate.url is None else None
        return fault if fault not in PASSES_OVER or self.target.pip_is(PASSES_OVER[fault]) else None

    def broken(self, name: str) -> str | None:
        """What is wrong with the newest release of a project that pip passes over for its METADATA."""
        asked = sorted((version for project, version in self._needs if project == name), reverse=True)
        told = ((version, self._needs[name, version]) for version in asked)
        faults = (
            f"pip refuses {name} {version}: {answer.reason}"
            for version, answer in told
            if isinstance(answer, Unavailable) and answer.fault is not None
        )
        return next(faults, None)

    def _stands_alone(self, candidate: Candidate) -> bool:
        offer, version = self.offer(candidate.name), candidate.version
        files = release_of(offer.distributions, version) if isinstance(offer, Offer) and version is not None else ()
        return sum(file.tags is None or not file.tags.isdisjoint(self.target.tags) for file in files) < 2

    def refuses_python(self, candidate: Candidate) -> bool:
        """Whether its METADATA, as far as it was asked for, is for other Pythons: the index page need not tell."""
        declared = self.declared(candidate) if self.target.pip_is(HEEDS_REQUIRES_PYTHON) else None
        return isinstance(declared, Needs) and not self.target.allows(declared.requires_python)

    def first(self, name: str, wanted: Iterable[Wanted]) -> Candidate | None:
        return next(iter(self.matching(name, wanted)), None)

    def obstacle(self, name: str, wanted: Collection[Wanted]) -> Obstacle | None:
        """What stands in the way of meeting these requirements on an offered project together; None if nothing does."""
        offer = self.offer(name)
        if isinstance(offer, Unavailable):
            return None
        specifier, hashes = self._joined(wanted)
        choice = choose(offer.distributions, self._specifier(specifier), self.target, self.choice, hashes)
        if choice.obstacle is not None:
            return choice.obstacle
        meeting = self._meeting(name, specifier, hashes)
        if not all(map(self.passes_over, meeting)):
            return None
        return Obstacle.OTHER_PYTHON if all(map(self.refuses_python, meeting)) else Obstacle.BROKEN

    def meets(self, candidate: Candidate, wanted: Wanted) -> bool:
        if wanted.exactly is not None:
            return wanted.exactly is (candidate.base or candidate)
        if candidate.version is None or candidate.name in self.fixed:
            return True
        if wanted.url is not None and wanted.url != candidate.url:
            return False
        if not wanted.specifier:
            return True
        key = (wanted.specifier, candidate.version)
        if key not in self._satisfied:
            # Whether pre-releases are let through is decided when candidates are found.
            self._satisfied[key] = self._specifier(wanted.specifier).contains(candidate.version, prereleases=True)
        return self._satisfied[key]

    def dependencies(self, candidate: Candidate) -> tuple[Wanted, ...]:
        """What a candidate needs in the image. Asks for it, and for what that pulls in, where it is not known yet."""
        if candidate not in self._dependencies:
            self._read_ahead(candidate.base or candidate)
            unknown = [wanted for wanted in self.needed(candidate) if not self.knows(wanted.name)]
            self.explore(unknown)
            self.survey(unknown, {})
        return self.needed(candidate)

    def knows(self, name: str) -> bool:
        """Whether it is known, or need not be, what is offered of a project."""
        return name in self._offers or name in self.fixed or name in self._direct

    def tells_needs(self, candidate: Candidate) -> bool:
        """Whether a source knows what the candidate needs."""
        self.dependencies(candidate)
        return not isinstance(self.declared(candidate), Unavailable)

    def explore(self, roots: Collection[Wanted]) -> None:
        """Let what a `survey` will ask be asked all at once, each question as soon as it is known."""
        self._direct.update(each.name for each in roots if each.url is not None)
        scout = Scout(self)
        if self._explorer is not None and (unknown := scout.unknown(roots)):
            self._explorer.explore(unknown, scout)

    def survey(self, roots: Iterable[Wanted], picks: Mapping[str, Candidate]) -> "Survey":
        """What these requirements lead to with these picks, and elsewhere with the first candidate that is found.

        Goes breadth first, so that the sources are asked few and large questions.
        """
        survey = Survey({}, defaultdict(list))
        level = list(roots)
        while level:
            for each in level:
                survey.wanted[each.name].append(each)
                self._named.add(each.name)
            self._direct.update(each.name for each in level if each.url is not None)
            self.ask_offers({each.name for each in level} - self._direct)
            names = sorted({each.name for each in level})
            firsts = {name: picks.get(name) or survey.reached.get((name, NO_EXTRAS)) for name in names}
            found = {name: first or self.first(name, survey.wanted[name]) for name, first in firsts.items()}
            self.ask_needs(candidate for candidate in found.values() if candidate is not None)
            for name, candidate in found.items():
                while candidate is not None and self.passes_over(candidate):
                    found[name] = candidate = self.first(name, survey.wanted[name])
                    if candidate is not None:
                        self._read_ahead(candidate)
            level = list(self._below(level, found, survey))
        return survey

    def _below(
        self, level: Iterable[Wanted], found: Mapping[str, Candidate | None], survey: "Survey"
    ) -> Iterator[Wanted]:
        for each in level:
            base = found[each.name]
            for candidate in dict.fromkeys((base, self.with_extras(base, each.extras))) if base is not None else ():
                if candidate.identifier not in survey.reached:
                    survey.reached[candidate.identifier] = candidate
                    yield from (needed for needed in self.needed(candidate) if needed.exactly is None)

    def needed(self, candidate: Candidate) -> tuple[Wanted, ...]:
        """What a candidate needs in the image, as far as it was asked for."""
        declared = self.declared(candidate)
        if candidate not in self._dependencies and self.passes_over(candidate):
            self._dependencies[candidate] = (Wanted(candidate.name, NOTHING_MEETS),)
        if candidate not in self._dependencies:
            needed = () if candidate.base is None else (Wanted(candidate.name, exactly=candidate.base),)
            if isinstance(declared, Needs):
                # pip passes over an extra that the release does not provide, with a warning.
                needed = (*needed, *self._declared(candidate, declared))
            self._dependencies[candidate] = needed
        return self._dependencies[candidate]

    def _declared(self, candidate: Candidate, declared: Needs) -> Iterator[Wanted]:
        """What of the declared requirements holds; no more of it than a closure has. Where that is too little, the
        project is `cut_off`."""
        # pip passes over an extra that the release does not provide, with a warning.
        extras = sorted(candidate.extras.intersection(map(canonicalize_name, declared.extras)))
        self._judged_markers += len(declared.requirements)
        if self._judged_markers > MOST_MARKERS:
            self.cut_off.add(candidate.name)
            return
        for each in declared.requirements:
            if holds(each.marker, self.markers, extras):
                wanted = wanted_by(each)
                if wanted[0].name in self._named or len(self._named) < MOST_PROJECTS:
                    self._named.add(wanted[0].name)
                    yield from wanted
                else:
                    self.cut_off.add(candidate.name)

    def _joined(self, wanted: Collection[Wanted]) -> tuple[str, Hashes]:
        specifier = ",".join(sorted({each.specifier for each in wanted if each.specifier}))
        hashes = [each.hashes for each in wanted if each.hashes]
        return specifier, frozenset.intersection(*hashes) if hashes else NO_HASHES

    def _meeting(self, name: str, specifier: str, hashes: Hashes) -> Iterable[Candidate]:
        key = (name, specifier, hashes)
        if key not in self._found:
            offer = self.offer(name)
            listed = offer.distributions if isinstance(offer, Offer) else ()
            files = candidates(listed, self._specifier(specifier), self.target, self.choice, hashes)
            self._found[key] = _Remembered(self._candidate(name, file, None) for file in _one_a_release(files))
        self._last_found[name] = self._found[key]
        return self._found[key]

    def _at(self, name: str, url: str) -> Candidate:
        """What a direct reference names: known by the file name in it, or not at all."""
        is_vcs = "+" in url.partition(":")[0]
        path = url.partition("#")[0].partition("?")[0]
        filename = "" if is_vcs else unquote(path.rpartition("/")[2])
        return self._candidate(name, self.files_at.get((name, url)) or parse(filename, name), url)

    def _candidate(self, name: str, file: Distribution | None, url: str | None) -> Candidate:
        key = (name, file.filename if file else None, url)
        if key not in self._candidates:
            self._candidates[key] = Candidate(name, file.version if file else None, file, url)
        return self._candidates[key]

    def _specifier(self, text: str) -> SpecifierSet:
        if text not in self._specifiers:
            self._specifiers[text] = SpecifierSet(text)
        return self._specifiers[text]

    def lacks(self, wanted: Wanted) -> bool:
        """Whether a project that was asked about has nothing for a requirement, whatever else is required."""
        known = wanted.name in self._offers and wanted.url is None and wanted.exactly is None
        return known and self.obstacle(wanted.name, [wanted]) is not None

    def ask_offers(self, names: Collection[str]) -> None:
        """Learn in one question what exists of these projects."""
        new = sorted(name for name in names if name not in self._offers and name not in self.fixed)
        asked = new[: max(0, MOST_PROJECTS - len(self._offers))]
        if asked:
            for name, offer in self._sources[0].offers(asked).items():
                self._offers[name] = _by_release(offer)
        for name in new:
            self._offers.setdefault(name, Unavailable(name, "too many projects were asked for"))

    def _read_ahead(self, candidate: Candidate) -> None:
        """Ask for a candidate's needs; at each such miss of a project, for four times as many of those behind it."""
        if self.declared(candidate) is None:
            ahead = min(4 ** self._misses[candidate.name], MOST_AHEAD) - 1
            self._misses[candidate.name] += 1
            found = self._last_found.get(candidate.name)
            self.ask_needs([candidate, *(islice(found.after(candidate), ahead) if found is not None else ())])

    def ask_needs(self, candidates: Iterable[Candidate]) -> None:
        """Learn in one question what these declare."""
        if asked := self.questions(candidates):
            self._needs.update(self._sources[1].needs(asked))

    def questions(self, candidates: Iterable[Candidate]) -> dict[tuple[str, Version], tuple[Distribution, ...]]:
        """Which releases have to be asked for what these need, each with its files, the one that pip takes first."""
        asked: dict[tuple[str, Version], tuple[Distribution, ...]] = {}
        for candidate in candidates:
            key, files = self._question(candidate)
            if key is not None and key not in self._needs and len(self._needs) + len(asked) < MOST_RELEASES:
                asked[key] = files
        return asked

    def _question(self, candidate: Candidate) -> tuple[tuple[str, Version] | None, tuple[Distribution, ...]]:
        offer, file = self._offers.get(candidate.name), candidate.distribution
        # What a direct reference names is not fetched: only the judged files name that place.
        if self.choice.no_deps or candidate.url is not None or file is None or not isinstance(offer, Offer):
            return None, ()
        others = (other for other in release_of(offer.distributions, file.version) if other != file)
        return (candidate.name, file.version), (file, *others)


class _Remembered:
    """An iterable that reads its source once, and no further than it is read itself."""

    def __init__(self, source: Iterator[Candidate]) -> None:
        self._source = source
        self._read: list[Candidate] = []

    def __iter__(self) -> Iterator[Candidate]:
        for at in count():
            if at == len(self._read):
                self._read.extend(islice(self._source, 1))
            if at == len(self._read):
                return
            yield self._read[at]

    def after(self, candidate: Candidate) -> Iterator[Candidate]:
        return islice(dropwhile(lambda each: each is not candidate, self), 1, None)


class _Without:
    """Candidates without those of which it has become known that they are not to be had."""

    def __init__(self, candidates: Iterable[Candidate], refused: Callable[[Candidate], bool]) -> None:
        self._candidates = candidates
        self._refused = refused

    def __iter__(self) -> Iterator[Candidate]:
        return (each for each in self._candidates if not self._refused(each))


def _by_release(offer: Offer | Unavailable) -> Offer | Unavailable:
    """The same offer, its files sorted once and for all."""
    if isinstance(offer, Unavailable):
        return offer
    return offer._replace(distributions=Listing(releases_of(offer.distributions)))


def _one_a_release(files: Iterable[Distribution]) -> Iterator[Distribution]:
    seen: set[Version] = set()
    for file in files:
        if file.version not in seen:
            seen.add(file.version)
            yield file
