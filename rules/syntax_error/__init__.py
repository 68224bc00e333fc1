from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for fault in facts.faults:
        yield rule.at(fault.span, fault.message)


RULE = Rule("LA901", "syntax-error", Severity.ERROR, check)
