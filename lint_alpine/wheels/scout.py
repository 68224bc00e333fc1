"""What will be asked next, told as soon as an answer is there: so that no question waits for those beside it."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from packaging.version import Version

from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.evidence import Needs
from lint_alpine.wheels.wanted import Candidate, Wanted

if TYPE_CHECKING:
    from lint_alpine.wheels.catalogue import Catalogue

# More than real sets have; what is larger is asked for level by level, where the bounds of a closure are kept.
MOST_SCOUTED = 1_000


class Scout:
    """A `Guide` through what requirements lead to, where each project is taken in the first release that fits what is
    known so far to be wanted of it.

    It only says what to ask: which answers come first does not matter to what is resolved with them.
    """

    def __init__(self, catalogue: "Catalogue") -> None:
        self._catalogue = catalogue
        self._wanted: dict[str, list[Wanted]] = defaultdict(list)
        self._taken: dict[tuple[str, Version], Candidate] = {}
        self._told: dict[str, Candidate] = {}

    def unknown(self, wanted: Iterable[Wanted]) -> Collection[str]:
        """The projects that these lead to of which nobody was asked yet."""
        names: list[str] = []
        left = deque(wanted)
        while left and len(self._wanted) < MOST_SCOUTED:
            each = left.popleft()
            known = self._wanted[each.name]
            if each.url is not None or each.exactly is not None or each in known:
                continue
            known.append(each)
            if len(known) == 1 and not self._catalogue.knows(each.name):
                names.append(each.name)
            elif candidate := self._told.get(each.name):
                left += self._needed(candidate, each)
        return names

    def releases(self, name: str) -> Mapping[tuple[str, Version], tuple[Distribution, ...]]:
        candidate = self._catalogue.first(name, self._wanted[name])
        questions = self._catalogue.questions([candidate] if candidate is not None else ())
        if candidate is not None:
            self._taken |= dict.fromkeys(questions, candidate)
        return questions

    def projects(self, release: tuple[str, Version]) -> Collection[str]:
        candidate = self._taken[release]
        self._catalogue.ask_needs([candidate])
        declared = self._catalogue.declared(candidate)
        if not isinstance(declared, Needs) or len(declared.requirements) + len(self._wanted) > MOST_SCOUTED:
            return ()
        self._told[candidate.name] = candidate
        return self.unknown([below for each in self._wanted[candidate.name] for below in self._needed(candidate, each)])

    def _needed(self, candidate: Candidate, wanted: Wanted) -> Iterable[Wanted]:
        return self._catalogue.needed(self._catalogue.with_extras(candidate, wanted.extras))
