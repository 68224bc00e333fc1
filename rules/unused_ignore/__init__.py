from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for ignore in facts.unknown_ignores:
        yield rule.at(ignore.word, f"`{ignore.code}` is no rule", "`lint-alpine explain` lists the rules")
    for ignore in facts.unused_ignores:
        where = "here" if ignore.scope else "in this file"
        yield rule.at(ignore.word, f"`{ignore.word.text}` silences nothing {where}", "remove it")


RULE = Rule("LA903", "unused-ignore", Severity.WARNING, check, last=True)
