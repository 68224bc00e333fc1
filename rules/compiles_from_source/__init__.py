from collections.abc import Iterator

from lint_alpine.rule import (
    Diagnostic,
    Facts,
    Outcome,
    Rule,
    Severity,
    help_with_alternative,
    pulled_in,
    some,
    where_installed,
)


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    cured: dict[tuple[str | None, str, str], list[Diagnostic]] = {}
    for stage, install in facts.musl_installs:
        for verdict in install.compiled_for_want_of_wheels:
            other = verdict.alternative
            if other is None or other.outcome is not Outcome.WHEEL:
                continue
            found = rule.at(
                verdict.dependency.span,
                f"{install.installer} compiles `{verdict.requirement}`{pulled_in(verdict)} from source: "
                f"{verdict.reason}",
                help_with_alternative(other),
                stage=stage,
                verdict=verdict,
                related=where_installed(install, verdict),
                alternative=other.image,
                packages=verdict.packages,
                cure=f"{other.image} on {verdict.environment.arch}",
            )
            cured.setdefault((found.stage, found.span.source.path, other.image), []).append(found)
    for together in cured.values():
        first, *others = sorted(together, key=lambda found: found.span.begin)
        names = [other.requirement for other in others if other.requirement and other.requirement != first.requirement]
        yield first._replace(help=(f"{first.help[0]}, and wheels of {some(names)}",)) if names else first
        yield from others


RULE = Rule("LA101", "compiles-from-source", Severity.WARNING, check)
