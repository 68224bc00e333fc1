"""Which releases pip takes together: without a search where none is needed, or where pip made none."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from lint_alpine.wheels.catalogue import Catalogue
from lint_alpine.wheels.wanted import NO_EXTRAS, Candidate, Identifier, Wanted

# The later surveys are there to ask for what the search will want to know, in few questions.
MOST_SURVEYS = 5
LARGE = 300


class Resolution(NamedTuple):
    """The candidate for each identifier. `gave_up`: the search was too long, so these are only the first ones found.

    `proven` is false where pip may go on with releases of which it is not known what they need. `doubles` are the
    projects that the user asks for twice in a way that stops a pip before 20.3.
    """

    candidates: Mapping[Identifier, Candidate]
    gave_up: bool = False
    proven: bool = True
    doubles: frozenset[str] = frozenset()


def resolve(requirements: Sequence[Sequence[Wanted]], catalogue: Catalogue, *, backtracks: bool = True) -> Resolution:
    """What pip takes for these requirements together; nothing of a project that admits no solution.

    Each requirement is what `wanted_by` makes of it, in the user's order. Where pip would stop because of one project,
    that project is left out and the rest resolved, so that all of it can be judged. `backtracks` is false for a pip
    before 20.3, whose resolver kept to the first release that it found.
    """
    catalogue.explore(list(chain.from_iterable(requirements)))
    if not backtracks:
        return _resolve_as_before(requirements, catalogue)
    order: dict[Identifier, int] = {}
    for position, first in enumerate(wanted[0] for wanted in requirements):
        order.setdefault(first.identifier, position)
    # As pip does, extras last: what is asked of the projects themselves bounds them first.
    roots = sorted(chain.from_iterable(requirements), key=lambda wanted: bool(wanted.extras))
    left_out = _without_candidates(roots, catalogue)
    settled = _settled(roots, catalogue, left_out)
    if settled is not None:
        return Resolution(settled)
    from lint_alpine.wheels.search import search

    found = search(roots, order, catalogue, left_out)
    if found is None:
        return Resolution(_first_found(roots, catalogue), gave_up=True, proven=False)
    return Resolution(found.candidates, proven=found.proven)


def _settled(
    roots: Sequence[Wanted], catalogue: Catalogue, left_out: Iterable[str]
) -> Mapping[Identifier, Candidate] | None:
    """The set in which every project has its first candidate, if there is one: then pip has nothing to search for.

    None where requirements leave nothing of a project, or where the set comes to rest only after other picks: which of
    several such sets pip ends at, its search tells. Of large sets that would take too long.
    """
    nothing = {name: catalogue.nothing(name) for name in left_out}
    picks: Mapping[str, Candidate] = nothing
    for attempt in range(MOST_SURVEYS):
        survey = catalogue.survey(roots, picks)
        firsts = {name: nothing.get(name) or catalogue.first(name, wanted) for name, wanted in survey.wanted.items()}
        picks = {name: first for name, first in firsts.items() if first is not None}
        if len(picks) < len(firsts):
            return None
        if all(survey.reached[name, NO_EXTRAS] is pick for name, pick in picks.items()):
            return survey.reached if attempt == 0 or len(picks) > LARGE else None
    return None


def _without_candidates(roots: Iterable[Wanted], catalogue: Catalogue) -> frozenset[str]:
    """The projects of which the user's own requirements leave nothing: going back elsewhere cannot help them."""
    by_name = _by_name(roots)
    catalogue.ask_offers([name for name, wanted in by_name.items() if all(each.url is None for each in wanted)])
    return frozenset(name for name, wanted in by_name.items() if catalogue.first(name, wanted) is None)


def _by_name(roots: Iterable[Wanted]) -> dict[str, list[Wanted]]:
    by_name: dict[str, list[Wanted]] = defaultdict(list)
    for root in roots:
        by_name[root.name].append(root)
    return by_name


def _resolve_as_before(requirements: Sequence[Sequence[Wanted]], catalogue: Catalogue) -> Resolution:
    """As pip did before 20.3 (req/req_set.py): breadth first, and the first requirement on a project decides its
    release and its extras; where there is a constraint on it, that decides the release alone."""
    # What this takes is asked for in few questions.
    catalogue.survey([wanted for unit in requirements for wanted in unit], {})
    found: dict[Identifier, Candidate] = {}
    queue = deque(map(tuple, requirements))
    while queue:
        unit = queue.popleft()
        name = unit[0].name
        if (name, NO_EXTRAS) in found:
            continue
        is_bound = name in catalogue.constraints and all(wanted.url is None for wanted in unit)
        base = catalogue.first(name, () if is_bound else unit) or catalogue.nothing(name)
        for candidate in dict.fromkeys((base, *(catalogue.with_extras(base, wanted.extras) for wanted in unit))):
            found[candidate.identifier] = candidate
            queue.extend(_units(catalogue.dependencies(candidate)))
    return Resolution(found, doubles=_doubles(requirements, catalogue))


def _units(wanted: Iterable[Wanted]) -> Iterator[tuple[Wanted, ...]]:
    """What `wanted_by` made of each requirement: one with extras and a specifier is two, neighbours."""
    before: Wanted | None = None
    for each in wanted:
        if before is not None and each == before._replace(extras=each.extras) and (each.specifier or each.url):
            yield before, each
            before = None
            continue
        if before is not None:
            yield (before,)
        before = each
    if before is not None:
        yield (before,)


def _doubles(requirements: Sequence[Sequence[Wanted]], catalogue: Catalogue) -> frozenset[str]:
    """The projects with a second requirement that differs from the first one in its specifier, but not in its extras:
    "Double requirement given"."""
    first: dict[str, Wanted] = {}
    doubles: set[str] = set()
    for *_, wanted in requirements:
        before = first.setdefault(wanted.name, wanted)
        differs = before.extras == wanted.extras and before.specifier != wanted.specifier
        if before.url is not None or wanted.url is not None:
            # For what is no requirement of PEP 508, but a bare URL, pip has the release as its specifier.
            differs = differs and catalogue.first(wanted.name, (before, wanted)) is None
        if differs and wanted.name not in catalogue.constraints:
            doubles.add(wanted.name)
    return frozenset(doubles)


def _first_found(roots: Sequence[Wanted], catalogue: Catalogue) -> dict[Identifier, Candidate]:
    """Breadth first, and the first requirement on a project decides its release."""
    by_name = _by_name(roots)
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
