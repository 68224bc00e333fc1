"""Which findings the ignore comments silence, and which of the comments silence nothing."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from lint_alpine.diagnostic import Diagnostic
from lint_alpine.dockerfile.ignores import Ignore
from lint_alpine.rule import Rule


class Silenced(NamedTuple):
    """The findings that are left, and the ignores that silenced one."""

    kept: tuple[Diagnostic, ...]
    used: frozenset[Ignore]


def silence(diagnostics: Iterable[Diagnostic], ignores: Collection[Ignore], rules: Iterable[Rule]) -> Silenced:
    by_code = {rule.code: rule for rule in rules}
    kept: list[Diagnostic] = []
    used: set[Ignore] = set()
    for diagnostic in diagnostics:
        places = (diagnostic.span, *(related.span for related in diagnostic.related))
        rule = by_code[diagnostic.code]
        silencing = [ignore for ignore in ignores if _means(ignore, rule) and any(map(ignore.covers, places))]
        used.update(silencing)
        if not silencing:
            kept.append(diagnostic)
    return Silenced(tuple(kept), frozenset(used))


def unknown(ignores: Iterable[Ignore], known: Collection[Rule]) -> Iterator[Ignore]:
    """The ignores that speak of no rule that there is."""
    return (ignore for ignore in ignores if not ignore.foreign and not _meant(ignore, known))


def unused(
    ignores: Iterable[Ignore], used: Collection[Ignore], running: Iterable[Rule], known: Collection[Rule]
) -> Iterator[Ignore]:
    """The ignores that silenced nothing, as far as this run can tell: a rule that is off might have had a finding.

    Rules that are off by default are left out of that, or a prefix could hardly ever be judged.
    """
    on = {rule.code for rule in running}
    for ignore in ignores:
        if ignore.foreign or ignore in used:
            continue
        meant = [rule for rule in _meant(ignore, known) if not rule.last]
        if any(rule.code in on for rule in meant) and all(rule.code in on for rule in meant if rule.default):
            yield ignore


def _meant(ignore: Ignore, known: Collection[Rule]) -> list[Rule]:
    return [rule for rule in known if _means(ignore, rule)]


def _means(ignore: Ignore, rule: Rule) -> bool:
    if ignore.code in rule.also:
        return True
    own = rule.code.startswith(ignore.code.upper()) or rule.name == ignore.code.lower()
    return own and not ignore.foreign
