"""Which releases pip takes together: its resolver's rules and order over a catalogue."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from packaging.specifiers import SpecifierSet
from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, ResolutionTooDeep
from resolvelib.resolvers import Resolution

from lint_alpine.wheels.catalogue import NO_EXTRAS, Candidate, Catalogue, Identifier, Wanted

if TYPE_CHECKING:
    from resolvelib.providers import Preference
    from resolvelib.structs import RequirementInformation, State

    Information = RequirementInformation[Wanted, Candidate]

# The later surveys are there to ask for what the search will want to know, in few questions.
MOST_SURVEYS = 5
LARGE = 300
MOST_ROUNDS = 20_000
# One step is a look at a project: about a microsecond.
MOST_STEPS = 3_000_000
GAVE_UP = "the search for releases that go together was given up; each is the first one that was found"


# After so many conflicts pip takes a project first (resolution/resolvelib/provider.py of pip 26).
CONFLICTS_TO_PROMOTE = 5


class _GaveUpError(Exception):
    """The search took more steps than are allowed."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The candidate for each identifier. `gave_up`: the search was too long, so these are only the first ones found."""

    candidates: Mapping[Identifier, Candidate]
    gave_up: bool = False


def resolve(requirements: Sequence[Sequence[Wanted]], catalogue: Catalogue, *, backtracks: bool = True) -> Resolved:
    """What pip takes for these requirements together; nothing for a project that admits no solution.

    Each requirement is what `wanted_by` makes of it, in the user's order.

    Where pip would stop because of one project, that project is left out and the rest resolved, so that all of it can
    be judged. `backtracks` is false for a pip before 20.3, whose resolver kept to the first release that it found.
    """
    order: dict[Identifier, int] = {}
    for position, first in enumerate(wanted[0] for wanted in requirements):
        order.setdefault(first.identifier, position)
    # As pip does, extras last: what is asked of the projects themselves bounds them first.
    roots = sorted(chain.from_iterable(requirements), key=lambda wanted: bool(wanted.extras))
    settled = _settled(roots, catalogue)
    if not backtracks:
        return Resolved(_first_found(roots, catalogue))
    if settled is not None:
        return Resolved(settled)
    left_out = _without_candidates(roots, catalogue)
    effort = _Effort()
    while True:
        search = Resolution(_Provider(order, catalogue, frozenset(left_out), effort), _Rounds(effort))
        try:
            state = search.resolve(roots, max_rounds=MOST_ROUNDS)
        except ResolutionImpossible as impossible:
            blamed = _blamed(impossible.causes, catalogue, left_out)
            if not blamed:
                return Resolved(_first_found(roots, catalogue), gave_up=True)
            left_out |= blamed
        except (ResolutionTooDeep, _GaveUpError):
            return Resolved(_first_found(roots, catalogue), gave_up=True)
        else:
            return Resolved(state.mapping)


def _settled(roots: Sequence[Wanted], catalogue: Catalogue) -> Mapping[Identifier, Candidate] | None:
    """The set in which every project has its first candidate, if there is one: then pip has nothing to search for.

    None where requirements leave nothing of a project, or where the set comes to rest only after other picks: which of
    several such sets pip ends at, its search tells. Of large sets that would take too long.
    """
    picks: dict[str, Candidate] = {}
    for attempt in range(MOST_SURVEYS):
        survey = catalogue.survey(roots, picks)
        firsts = {name: catalogue.first(name, wanted) for name, wanted in survey.wanted.items()}
        picks = {name: first for name, first in firsts.items() if first is not None}
        if len(picks) < len(firsts):
            return None
        if all(survey.reached[name, NO_EXTRAS] is pick for name, pick in picks.items()):
            return survey.reached if attempt == 0 or len(picks) > LARGE else None
    return None


def _without_candidates(roots: Iterable[Wanted], catalogue: Catalogue) -> set[str]:
    """The projects for which the user's own requirements leave nothing: backtracking cannot help them."""
    by_name: dict[str, list[Wanted]] = defaultdict(list)
    for root in roots:
        by_name[root.name].append(root)
    return {name for name, wanted in by_name.items() if catalogue.first(name, wanted) is None}


def _blamed(causes: "Iterable[Information]", catalogue: Catalogue, left_out: set[str]) -> set[str]:
    """The projects to leave out after a failure: those for which nothing meets the requirements in conflict."""
    by_name: dict[str, list[Wanted]] = defaultdict(list)
    for requirement, _ in causes:
        by_name[requirement.name].append(requirement)
    for name in left_out:
        by_name.pop(name, None)
    empty = {name for name, wanted in by_name.items() if catalogue.first(name, wanted) is None}
    return empty or set(by_name)


def _first_found(roots: Sequence[Wanted], catalogue: Catalogue) -> dict[Identifier, Candidate]:
    """As pip did before 20.3: breadth first, and the first requirement on a project decides its release."""
    by_name: dict[str, list[Wanted]] = defaultdict(list)
    for root in roots:
        by_name[root.name].append(root)
    found: dict[Identifier, Candidate] = {}
    level = list(roots)
    while level:
        following: list[Wanted] = []
        for wanted in level:
            asked = by_name.get(wanted.name) or [wanted]
            base = found.get((wanted.name, NO_EXTRAS)) or catalogue.first(wanted.name, asked)
            base = base or catalogue.nothing(wanted.name)
            for candidate in dict.fromkeys((base, catalogue.with_extras(base, wanted.extras))):
                if candidate.identifier not in found:
                    found[candidate.identifier] = candidate
                    following.extend(catalogue.dependencies(candidate))
        level = following
    return found


@dataclass(slots=True)
class _Effort:
    """What the attempts have taken together: a count, not a time, so that the same input has the same result."""

    steps: int = 0

    def spend(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise _GaveUpError


class _Rounds(BaseReporter[Wanted, Candidate, Identifier]):
    def __init__(self, effort: _Effort) -> None:
        self._effort = effort

    def ending_round(self, index: int, state: "State[Wanted, Candidate, Identifier]") -> None:  # noqa: ARG002
        self._effort.spend(len(state.criteria))


@dataclass
class _Provider(AbstractProvider[Wanted, Candidate, Identifier]):
    """Pip's provider over a catalogue. For a project in `left_out`, having nothing of it is one more candidate."""

    order: Mapping[Identifier, int]
    catalogue: Catalogue
    left_out: frozenset[str]
    effort: _Effort
    _conflicts: dict[Identifier, int] = field(default_factory=lambda: defaultdict(int))

    def identify(self, requirement_or_candidate: Wanted | Candidate) -> Identifier:
        return requirement_or_candidate.identifier

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[Identifier],
        resolutions: Mapping[Identifier, Candidate],
        candidates: Mapping[Identifier, Iterator[Candidate]],  # noqa: ARG002  (the library's signature)
        information: "Mapping[Identifier, Iterator[Information]]",  # noqa: ARG002
        backtrack_causes: "Sequence[Information]",
    ) -> Iterable[Identifier]:
        """What the last conflict was about comes first, then what was in conflicts again and again."""
        about: set[Identifier] = set()
        for requirement, parent in backtrack_causes:
            for identifier in [requirement.identifier, *([parent.identifier] if parent is not None else [])]:
                about.add(identifier)
                if identifier not in resolutions:
                    self._conflicts[identifier] += 1
        every = list(identifiers)
        return [each for each in every if each in about] or [each for each in every if self._is_promoted(each)] or every

    def get_preference(
        self,
        identifier: Identifier,
        resolutions: Mapping[Identifier, Candidate],  # noqa: ARG002
        candidates: Mapping[Identifier, Iterator[Candidate]],  # noqa: ARG002
        information: "Mapping[Identifier, Iterator[Information]]",
        backtrack_causes: "Sequence[Information]",  # noqa: ARG002
    ) -> "Preference":
        """Direct before pinned before bounded above, then as the user orders, then the specified, then by name."""
        wanted = [requirement for requirement, _ in information[identifier]]
        strictness = [_strictness(each.specifier) for each in wanted]
        name, extras = identifier
        return (
            not self._is_promoted(identifier),
            not any(each.url is not None or each.exactly is not None for each in wanted),
            not any(each.pinned for each in strictness),
            not any(each.bounded for each in strictness),
            self.order.get(identifier, inf),
            not any(each.specified for each in strictness),
            (name, sorted(extras)),
        )

    def find_matches(
        self,
        identifier: Identifier,
        requirements: Mapping[Identifier, Iterator[Wanted]],
        incompatibilities: Mapping[Identifier, Iterator[Candidate]],
    ) -> Callable[[], Iterator[Candidate]]:
        """Unread as long as possible: a project may have thousands of releases where one decides."""
        name, extras = identifier
        wanted = list(requirements[identifier])
        if extras:
            wanted.extend(requirements.get((name, NO_EXTRAS), iter(())))
        matching = self.catalogue.matching(name, wanted)
        # resolvelib repeats what it lists here, twice as much after each conflict.
        listed = list(incompatibilities.get(identifier, iter(())))
        self.effort.spend(10 + len(listed))
        banned = set(listed)

        def each() -> Iterator[Candidate]:
            last_resort = [self.catalogue.nothing(name)] if name in self.left_out else []
            for base in chain(self._trusted(matching), last_resort):
                candidate = self.catalogue.with_extras(base, extras)
                if candidate not in banned:
                    yield candidate

        return each

    def _trusted(self, matching: Iterable[Candidate]) -> Iterator[Candidate]:
        """Behind a candidate whose needs are known, no others than such: what stands in its way would stand in theirs.

        An old source distribution of which nothing is known would seem to go with everything.
        """
        told = False
        previous: Candidate | None = None
        for candidate in matching:
            told = told or (previous is not None and self.catalogue.tells_needs(previous))
            if not told or self.catalogue.tells_needs(candidate):
                yield candidate
            previous = candidate

    def is_satisfied_by(self, requirement: Wanted, candidate: Candidate) -> bool:
        return self.catalogue.meets(candidate, requirement)

    def get_dependencies(self, candidate: Candidate) -> Iterable[Wanted]:
        return self.catalogue.dependencies(candidate)

    def _is_promoted(self, identifier: Identifier) -> bool:
        return self._conflicts[identifier] >= CONFLICTS_TO_PROMOTE


class _Strictness(NamedTuple):
    pinned: bool
    bounded: bool
    specified: bool


@lru_cache(maxsize=4096)
def _strictness(specifier: str) -> _Strictness:
    operators = [(each.operator, each.version.endswith("*")) for each in SpecifierSet(specifier)]
    return _Strictness(
        pinned=any(operator in ("==", "===") and not prefix for operator, prefix in operators),
        bounded=any(operator in ("<", "<=", "~=") or (operator == "==" and prefix) for operator, prefix in operators),
        specified=bool(operators),
    )
