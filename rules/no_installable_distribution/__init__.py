from collections.abc import Iterator

from lint_alpine.rule import (
    Diagnostic,
    Facts,
    Outcome,
    Rule,
    Severity,
    help_with_alternative,
    help_with_newer_pip,
    pulled_in,
    where_installed,
)


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, install in facts.decisive_installs:
        newer = {verdict.name: verdict for verdict in install.with_newer_pip if verdict.outcome is Outcome.WHEEL}
        for verdict in install.verdicts:
            if verdict.outcome is not Outcome.UNAVAILABLE or verdict.refusal:
                continue
            other = verdict.alternative
            cure = [help_with_alternative(other)] if other and other.outcome is Outcome.WHEEL else []
            yield rule.at(
                verdict.dependency.span,
                f"{install.installer} cannot install `{verdict.requirement}`{pulled_in(verdict)}: {verdict.reason}",
                *([help_with_newer_pip(newer[verdict.name])] if verdict.name in newer else []),
                *cure,
                stage=stage,
                verdict=verdict,
                related=where_installed(install, verdict),
                alternative=other.image if other and cure else None,
            )


RULE = Rule("LA102", "no-installable-distribution", Severity.ERROR, check)
