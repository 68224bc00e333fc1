from collections.abc import Iterator

from lint_alpine.rule import (
    Diagnostic,
    Facts,
    Outcome,
    Rule,
    Severity,
    help_with_alternative,
    pulled_in,
    where_installed,
)


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, install in facts.musl_installs:
        for verdict in install.verdicts:
            if verdict.outcome is not Outcome.UNAVAILABLE or verdict.refusal:
                continue
            other = verdict.alternative
            cure = [help_with_alternative(other)] if other and other.outcome is Outcome.WHEEL else []
            yield rule.at(
                verdict.dependency.span,
                f"{install.installer} cannot install `{verdict.requirement}`{pulled_in(verdict)}: {verdict.reason}",
                *cure,
                stage=stage,
                verdict=verdict,
                related=where_installed(install, verdict),
                alternative=other.image if other and cure else None,
            )


RULE = Rule("LA102", "no-installable-distribution", Severity.ERROR, check)
