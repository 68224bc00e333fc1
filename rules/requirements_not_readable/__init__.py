from collections.abc import Iterator
from itertools import groupby

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, install in facts.musl_installs:
        for _, group in groupby(install.unreadable, key=lambda unreadable: unreadable.span.source.path):
            first, *others = group
            more = f", and {len(others)} more of this file" if others else ""
            yield rule.at(first.span, f"{first.message}{more}", "what it installs is not judged", stage=stage)


RULE = Rule("LA902", "requirements-not-readable", Severity.INFO, check)
