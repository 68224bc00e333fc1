from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Related, Rule, Severity, help_with_alternative, some


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, shim in facts.useless_shims:
        first = shim.verdicts[0]
        other = first.alternative
        yield rule.at(
            shim.package.span,
            f"`{shim.package.name}` does not make pip take the glibc wheels of "
            f"{some([verdict.requirement for verdict in shim.verdicts])}",
            *([help_with_alternative(other)] if other else []),
            stage=stage,
            verdict=first,
            related=(Related(first.dependency.span, first.reason),),
            alternative=other.image if other else None,
        )


RULE = Rule("LA107", "glibc-shim-does-not-help", Severity.WARNING, check)
