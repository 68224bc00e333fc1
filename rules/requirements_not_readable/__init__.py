from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, install in facts.musl_installs:
        for unreadable in install.unreadable:
            yield rule.at(
                unreadable.span,
                unreadable.message,
                "what it installs is not judged",
                stage=stage,
            )


RULE = Rule("LA902", "requirements-not-readable", Severity.INFO, check)
