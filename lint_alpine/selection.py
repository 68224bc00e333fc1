"""Which rules run, and how grave their findings are."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Protocol

from lint_alpine.config import Config
from lint_alpine.diagnostic import Severity
from lint_alpine.options import ConfigError, nearest


class Selectable(Protocol):
    """What selecting needs to know of a rule; `default`: it is on where nothing is said."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def default(self) -> bool: ...


class Selection(NamedTuple):
    """The codes of the rules that run, and the severities that are not the rules' own, by code."""

    codes: frozenset[str]
    severity: Mapping[str, Severity]


def select(config: Config, known: Collection[Selectable]) -> Selection:
    """The more exact word wins: a code or name over a prefix, a longer prefix over a shorter one, that over `ALL` and
    over what is on by default; `ignore` wins over a `select` that is as exact. The severity `off` always turns off.

    Raises ConfigError for a word that fits no rule.
    """
    if config.select is None:
        chosen = {rule.code: 0 for rule in known if rule.default}
    else:
        chosen = _exactness(config.select, known)
    ignored = _exactness(config.ignore, known)
    severity: dict[str, Severity] = {}
    for _, codes, word in sorted((*_fitting(word, known), word) for word in config.severity):
        severity |= dict.fromkeys(codes, config.severity[word])
    on = {code for code, exactness in chosen.items() if exactness > ignored.get(code, -1)}
    off = {code for code, level in severity.items() if level is Severity.OFF}
    return Selection(frozenset(on - off), {code: severity[code] for code in sorted(severity.keys() - off)})


def _exactness(words: Iterable[str], known: Collection[Selectable]) -> dict[str, int]:
    """How exactly each rule is meant by the words, for those that are."""
    exactness: dict[str, int] = {}
    for word in words:
        exact, codes = _fitting(word, known)
        exactness |= {code: max(exact, exactness.get(code, 0)) for code in codes}
    return exactness


def _fitting(word: str, known: Collection[Selectable]) -> tuple[int, list[str]]:
    """How exact a word is (0 for `ALL`), and the codes of the rules that it means."""
    upper, lower = word.upper(), word.lower()
    if upper == "ALL":
        return 0, [rule.code for rule in known]
    if exact := [rule.code for rule in known if upper == rule.code or lower == rule.name]:
        return 1000, exact
    if word and (begun := [rule.code for rule in known if rule.code.startswith(upper)]):
        return len(word), begun
    words = [name for rule in known for name in (rule.code, rule.name)]
    raise ConfigError(f"unknown rule `{word}`; did you mean `{nearest(word, words)}`?")
