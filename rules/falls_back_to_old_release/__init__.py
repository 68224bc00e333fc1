from collections.abc import Iterator

from lint_alpine.rule import (
    Diagnostic,
    Facts,
    Rule,
    Severity,
    help_with_alternative,
    pulled_in,
    where_installed,
)


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, install in facts.musl_installs:
        for verdict in install.verdicts:
            other = verdict.alternative
            if other is None or not verdict.falls_back:
                continue
            yield rule.at(
                verdict.dependency.span,
                f"{install.installer} takes `{verdict.name}=={verdict.version}`{pulled_in(verdict)} on musl, "
                f"an older release than on slim: {other.version}",
                help_with_alternative(other),
                f"if the older release will do, say so: `{verdict.name}=={verdict.version}`",
                stage=stage,
                verdict=verdict,
                related=where_installed(install, verdict),
                alternative=other.image,
            )


RULE = Rule("LA103", "falls-back-to-old-release", Severity.WARNING, check)
