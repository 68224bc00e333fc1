"""The search for releases that go together: pip's rules and order, in the resolver that pip uses."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from packaging.specifiers import SpecifierSet
from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, ResolutionTooDeep
from resolvelib.resolvers import Resolution

from lint_alpine.wheels.catalogue import Catalogue
from lint_alpine.wheels.dead_ends import DeadEnds
from lint_alpine.wheels.wanted import NO_EXTRAS, Candidate, Identifier, Wanted

if TYPE_CHECKING:
    from resolvelib.providers import Preference
    from resolvelib.structs import RequirementInformation, State

    Information = RequirementInformation[Wanted, Candidate]

MOST_ROUNDS = 20_000
# One step is a look at a project: about a microsecond.
MOST_STEPS = 3_000_000
# After so many conflicts pip takes a project first (resolution/resolvelib/provider.py of pip 26).
CONFLICTS_TO_PROMOTE = 5


class Found(NamedTuple):
    """The candidate for each identifier. `proven`: no others go together as well."""

    candidates: Mapping[Identifier, Candidate]
    proven: bool


class _GaveUpError(Exception):
    """The search took more steps than are allowed."""


def search(
    roots: Sequence[Wanted], order: Mapping[Identifier, int], catalogue: Catalogue, left_out: frozenset[str]
) -> Found | None:
    """The candidate for each identifier, or None where the search is too long.

    Where pip would stop because of one project, that one is left out like those in `left_out`, and the search begins
    anew. `order` is that of the user's requirements.
    """
    effort, dead_ends = _Effort(), DeadEnds(catalogue)
    while True:
        # Its state, not the result of its resolver: building that can recurse without end where projects need each
        # other (resolvelib's _has_route_to_root).
        attempt = Resolution(_Provider(order, catalogue, left_out, effort, dead_ends), _Rounds(effort))
        try:
            mapping = attempt.resolve(roots, max_rounds=MOST_ROUNDS).mapping
            return Found(mapping, proven=not effort.passed_over)
        except ResolutionImpossible as impossible:
            blamed = _blamed(impossible.causes, catalogue, dead_ends, left_out)
            if not blamed:
                return None
            left_out |= blamed
        except (ResolutionTooDeep, _GaveUpError):
            return None


def _blamed(
    causes: "Iterable[Information]", catalogue: Catalogue, dead_ends: DeadEnds, left_out: frozenset[str]
) -> frozenset[str]:
    """The projects to leave out after a failure: those that stand in the way where pip ends, or else those for which
    nothing meets the requirements in conflict."""
    by_name: dict[str, list[Wanted]] = defaultdict(list)
    ends = set()
    for requirement, parent in causes:
        by_name[requirement.name].append(requirement)
        if parent is not None and parent in dead_ends and catalogue.lacks(requirement):
            ends.add(requirement.name)
    for name in left_out:
        by_name.pop(name, None)
    empty = {name for name, wanted in by_name.items() if catalogue.first(name, wanted) is None}
    return frozenset(ends - left_out or empty or by_name)


class _Effort:
    """What the attempts have taken together: a count, not a time, so that the same input has the same result.

    `passed_over`: there were candidates of which it is not known what they need.
    """

    def __init__(self) -> None:
        self.steps = 0
        self.passed_over = False

    def spend(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise _GaveUpError


class _Rounds(BaseReporter[Wanted, Candidate, Identifier]):
    def __init__(self, effort: _Effort) -> None:
        self._effort = effort

    def ending_round(self, index: int, state: "State[Wanted, Candidate, Identifier]") -> None:  # noqa: ARG002
        self._effort.spend(len(state.criteria))


class _Provider(AbstractProvider[Wanted, Candidate, Identifier]):
    """Pip's provider over a catalogue. For a project in `left_out`, having nothing of it is one more candidate."""

    def __init__(
        self,
        order: Mapping[Identifier, int],
        catalogue: Catalogue,
        left_out: frozenset[str],
        effort: _Effort,
        dead_ends: DeadEnds,
    ) -> None:
        self._order = order
        self._catalogue = catalogue
        self._left_out = left_out
        self._effort = effort
        self._dead_ends = dead_ends
        self._conflicts: dict[Identifier, int] = defaultdict(int)

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
        direct = pinned = bounded = specified = False
        for requirement, _ in information[identifier]:
            direct = direct or requirement.url is not None or requirement.exactly is not None
            if requirement.specifier:
                strictness = _strictness(requirement.specifier)
                pinned, bounded, specified = pinned or strictness.pinned, bounded or strictness.bounded, True
        name, extras = identifier
        return (
            not self._is_promoted(identifier),
            not direct,
            not pinned,
            not bounded,
            self._order.get(identifier, inf),
            not specified,
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
        matching = self._catalogue.matching(name, wanted)
        # resolvelib repeats what it lists here, twice as much after each conflict.
        listed = list(incompatibilities.get(identifier, iter(())))
        self._effort.spend(10 + len(listed))
        banned = set(listed)

        nothing = self._catalogue.nothing(name)
        is_left_out = name in self._left_out and all(each.exactly in (None, nothing) for each in wanted)

        def each() -> Iterator[Candidate]:
            last_resort = [nothing] if is_left_out else []
            for base in chain(self._trusted(matching), last_resort):
                candidate = self._catalogue.with_extras(base, extras)
                if candidate not in banned:
                    yield candidate

        return each

    def _trusted(self, matching: Iterable[Candidate]) -> Iterator[Candidate]:
        """Behind a candidate whose needs are known, no others than such: what stands in its way would stand in theirs.

        An old source distribution of which nothing is known would seem to go with everything. Behind one that cannot
        be built none at all: there pip stops.
        """
        told = False
        previous: Candidate | None = None
        for candidate in matching:
            if previous is not None and previous in self._dead_ends:
                return
            told = told or (previous is not None and self._catalogue.tells_needs(previous))
            if not told or self._catalogue.tells_needs(candidate):
                yield candidate
            else:
                self._effort.passed_over = True
            previous = candidate

    def is_satisfied_by(self, requirement: Wanted, candidate: Candidate) -> bool:
        return self._catalogue.meets(candidate, requirement)

    def get_dependencies(self, candidate: Candidate) -> Iterable[Wanted]:
        return self._catalogue.dependencies(candidate)

    def _is_promoted(self, identifier: Identifier) -> bool:
        return self._conflicts[identifier] >= CONFLICTS_TO_PROMOTE


class _Strictness(NamedTuple):
    pinned: bool
    bounded: bool


@lru_cache(maxsize=4096)
def _strictness(specifier: str) -> _Strictness:
    operators = [(each.operator, each.version.endswith("*")) for each in SpecifierSet(specifier)]
    return _Strictness(
        pinned=any(operator in ("==", "===") and not prefix for operator, prefix in operators),
        bounded=any(operator in ("<", "<=", "~=") or (operator == "==" and prefix) for operator, prefix in operators),
    )
