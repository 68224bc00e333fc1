"""Which findings the ignore comments silence, and which of the comments silence nothing."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from lint_alpine.diagnostic import Diagnostic
from lint_alpine.dockerfile.ignores import ANY_LINE, Ignore, Scope
from lint_alpine.rule import Rule


class Silenced(NamedTuple):
    """The findings that are left, and the ignores that silenced one."""

    kept: tuple[Diagnostic, ...]
    used: frozenset[Ignore]


def silence(diagnostics: Iterable[Diagnostic], ignores: Iterable[Ignore], rules: Iterable[Rule]) -> Silenced:
    by_code = {rule.code: rule for rule in rules}
    index = _Index(ignores)
    kept = tuple(found for found in diagnostics if not index.silences(found, by_code[found.code]))
    return Silenced(kept, frozenset(ignore for ignores in index.used.values() for ignore in ignores))


class _Index:
    """Ignores by the lines that they speak of; `used` are those that have silenced a rule, by it and their lines."""

    def __init__(self, ignores: Iterable[Ignore]) -> None:
        self.used: dict[tuple[str, Scope], list[Ignore]] = {}
        self._by_scope: dict[Scope, list[Ignore]] = {}
        for ignore in ignores:
            self._by_scope.setdefault(ignore.covers, []).append(ignore)
        self._on_line: dict[tuple[str, int], list[Scope]] = {}
        for scope in self._by_scope:
            for line in range(scope.first, scope.last + 1):
                self._on_line.setdefault((scope.path, line), []).append(scope)

    def silences(self, found: Diagnostic, rule: Rule) -> bool:
        places = (found.span, *(related.span for related in found.related))
        lines = {(span.source.path, line) for span in places for line in (ANY_LINE, span.start.line)}
        scopes = {scope for line in lines for scope in self._on_line.get(line, ())}
        # Each of them is used, not the first one alone.
        silencing = [self._meant(rule, scope) for scope in scopes]
        return any(silencing)

    def _meant(self, rule: Rule, scope: Scope) -> list[Ignore]:
        key = rule.code, scope
        if key not in self.used:
            self.used[key] = [ignore for ignore in self._by_scope[scope] if _means(ignore, rule)]
        return self.used[key]


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
