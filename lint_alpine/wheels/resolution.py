"""Which releases pip takes together: without a search where none is needed, or where pip made none."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from lint_alpine.wheels.catalogue import Catalogue
from lint_alpine.wheels.wanted import NO_EXTRAS, Candidate, Identifier, Wanted

# The later surveys are there to ask for what the search will want to know, in few questions.
MOST_SURVEYS = 5
LARGE = 300


class Resolution(NamedTuple):
    """The candidate for each identifier. `gave_up`: the search was too long, so these are only the first ones found."""

    candidates: Mapping[Identifier, Candidate]
    gave_up: bool = False


def resolve(requirements: Sequence[Sequence[Wanted]], catalogue: Catalogue, *, backtracks: bool = True) -> Resolution:
    """What pip takes for these requirements together; nothing of a project that admits no solution.

    Each requirement is what `wanted_by` makes of it, in the user's order. Where pip would stop because of one project,
    that project is left out and the rest resolved, so that all of it can be judged. `backtracks` is false for a pip
    before 20.3, whose resolver kept to the first release that it found.
    """
    order: dict[Identifier, int] = {}
    for position, first in enumerate(wanted[0] for wanted in requirements):
        order.setdefault(first.identifier, position)
    # As pip does, extras last: what is asked of the projects themselves bounds them first.
    roots = sorted(chain.from_iterable(requirements), key=lambda wanted: bool(wanted.extras))
    left_out = _without_candidates(roots, catalogue)
    settled = _settled(roots, catalogue, left_out)
    if not backtracks:
        return Resolution(_first_found(roots, catalogue))
    if settled is not None:
        return Resolution(settled)
    from lint_alpine.wheels.search import search

    found = search(roots, order, catalogue, left_out)
    return Resolution(found) if found is not None else Resolution(_first_found(roots, catalogue), gave_up=True)


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


def _first_found(roots: Sequence[Wanted], catalogue: Catalogue) -> dict[Identifier, Candidate]:
    """As pip did before 20.3: breadth first, and the first requirement on a project decides its release."""
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
