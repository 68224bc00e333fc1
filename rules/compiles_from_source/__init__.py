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
        for verdict in install.compiled_for_want_of_wheels:
            other = verdict.alternative
            if other is None or other.outcome is not Outcome.WHEEL:
                continue
            yield rule.at(
                verdict.dependency.span,
                f"{install.installer} compiles `{verdict.requirement}`{pulled_in(verdict)} from source: "
                f"{verdict.reason}",
                help_with_alternative(other),
                stage=stage,
                verdict=verdict,
                related=where_installed(install, verdict),
                alternative=other.image,
                packages=verdict.packages,
            )


RULE = Rule("LA101", "compiles-from-source", Severity.WARNING, check)
