"""Which packages of a lock file are reached from what is asked for, and under which markers."""

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from lint_alpine.installs.reference import LONGEST
from lint_alpine.long_numbers import has_long_number

Package = TypeVar("Package", bound=Hashable)

# Alternatives under which one package is wanted; beyond it only what all of them have in common is kept.
MOST_ALTERNATIVES = 16
# Steps of the walk; beyond it markers are no longer followed, so that more is reached than would be installed.
MOST_STEPS = 200_000

Alternatives = frozenset[frozenset[str]]
ALWAYS: Alternatives = frozenset({frozenset()})

# Stand for a condition that is already decided, since a marker has no constants.
ALWAYS_TRUE, NEVER_TRUE = 'python_version >= "0"', 'python_version < "0"'
_MEMBERSHIP = re.compile(r"""(?:"([^"]*)"|'([^']*)')\s+(not\s+)?in\s+(extras|dependency_groups)\b""")
_EXTRA = re.compile(r"""extra\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)')|(?:"([^"]*)"|'([^']*)')\s*(==|!=)\s*extra\b""")


class Edge(NamedTuple, Generic[Package]):
    """A dependency on a package with some of its extras, under a marker."""

    package: Package
    marker: str | None = None
    extras: tuple[str, ...] = ()


def reach(
    roots: Iterable[Edge[Package]], edges: Callable[[Package, str | None], Iterable[Edge[Package]]]
) -> dict[Package, Alternatives]:
    """All packages that the roots pull in. `edges` gives what a package needs, by itself or for one of its extras."""
    reached: dict[tuple[Package, str | None], Alternatives] = {}
    pending: dict[tuple[Package, str | None], None] = {}
    steps = 0

    def follow(found: Iterable[Edge[Package]], under: Alternatives) -> None:
        nonlocal steps
        for edge in found:
            if edge.marker == NEVER_TRUE:
                continue
            steps += 1
            marked = edge.marker is not None and steps < MOST_STEPS
            wanted = frozenset(one | {edge.marker} for one in under if edge.marker) if marked else under
            for extra in (None, *edge.extras):
                node = (edge.package, extra)
                before = reached.get(node)
                after = _joined(before or frozenset(), wanted if steps < MOST_STEPS else ALWAYS)
                if after != before:
                    reached[node] = after
                    pending[node] = None

    follow(roots, ALWAYS)
    while pending:
        node = next(iter(pending))
        del pending[node]
        follow(edges(*node), reached[node])
    return {package: under for (package, extra), under in reached.items() if extra is None}


def _joined(first: Alternatives, second: Alternatives) -> Alternatives:
    """Either of them; an alternative that another one covers is left out."""
    both = first | second
    if frozenset() in both:
        return ALWAYS
    kept = frozenset(one for one in both if not any(other < one for other in both))
    return kept if len(kept) <= MOST_ALTERNATIVES else frozenset({frozenset.intersection(*kept)})


def marker_of(alternatives: Alternatives) -> Marker | None:
    """The marker for the alternatives; None where a package is always wanted."""
    if frozenset() in alternatives:
        return None
    texts = sorted(" and ".join(f"({marker})" for marker in sorted(one)) for one in alternatives)
    return read_marker(" or ".join(f"({text})" for text in texts) if len(texts) > 1 else texts[0])


def read_marker(text: str | None) -> Marker | None:
    """A lock file's marker. One that is not valid is none: the package counts as wanted."""
    if not text or len(text) > 4 * LONGEST or has_long_number(text):
        return None
    try:
        return Marker(text)
    except (InvalidMarker, RecursionError):
        return None


def settle_extras(marker: str | None, active: Collection[str]) -> str | None:
    """The marker with every question for an extra answered, as the installer knows what was asked for."""

    def answer(match: re.Match[str]) -> str:
        name = next(part for part in (match[2], match[3], match[4], match[5]) if part is not None)
        return decided((name in active) == ("==" in (match[1], match[6])))

    return _simple(_EXTRA.sub(answer, marker)) if marker and "extra" in marker else marker


def settle_membership(marker: str | None, chosen: Mapping[str, Collection[str]] | None) -> str | None:
    """The marker with every `"name" in extras` and `"name" in dependency_groups` (PEP 751) answered: by all of them
    where `chosen` is None."""

    def answer(match: re.Match[str]) -> str:
        name = canonicalize_name(match[1] if match[1] is not None else match[2])
        return decided((chosen is None or name in map(canonicalize_name, chosen[match[4]])) != bool(match[3]))

    return _simple(_MEMBERSHIP.sub(answer, marker)) if marker else None


def decided(value: bool) -> str:
    """A marker that always, or never, holds."""
    return ALWAYS_TRUE if value else NEVER_TRUE


_TOKEN = re.compile(r"""\"[^"]*\"|'[^']*'|[()]|[^\s()"']+""")


def _simple(marker: str) -> str | None:
    """The marker without the parts that are decided: NEVER_TRUE, or None where it always holds."""
    tokens = [*_TOKEN.findall(marker.replace(ALWAYS_TRUE, "true").replace(NEVER_TRUE, "false")), ""]
    try:
        found = _alternatives(tokens[::-1])
    except (IndexError, RecursionError):
        return marker
    return None if found is True else NEVER_TRUE if found is False else found


def _alternatives(tokens: list[str]) -> str | bool:
    """`a or b`; tokens are taken from the end of the list."""
    parts = [_conjunction(tokens)]
    while tokens[-1] == "or":
        tokens.pop()
        parts.append(_conjunction(tokens))
    return _combined(parts, "or")


def _conjunction(tokens: list[str]) -> str | bool:
    parts = [_condition(tokens)]
    while tokens[-1] == "and":
        tokens.pop()
        parts.append(_condition(tokens))
    return _combined(parts, "and")


def _condition(tokens: list[str]) -> str | bool:
    if tokens[-1] == "(":
        tokens.pop()
        found = _alternatives(tokens)
        tokens.pop()
        return found
    words = []
    while tokens[-1] not in ("and", "or", ")", ""):
        words.append(tokens.pop())
    return words[0] == "true" if words in (["true"], ["false"]) else " ".join(words)


def _combined(parts: list[str | bool], operator: str) -> str | bool:
    """True decides an `or`, false an `and`; what decides nothing is left out."""
    decisive = operator == "or"
    left = list(dict.fromkeys(part for part in parts if isinstance(part, str)))
    if decisive in [part for part in parts if isinstance(part, bool)]:
        return decisive
    if not left:
        return not decisive
    return left[0] if len(left) == 1 else f" {operator} ".join(f"({part})" if " or " in part else part for part in left)
