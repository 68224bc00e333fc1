from collections.abc import Iterator

from lint_alpine.rule import (
    ApkPackages,
    Diagnostic,
    Facts,
    Rule,
    Severity,
    apk_add,
    pulled_in,
    sibling,
    where_installed,
)


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, install in facts.decisive_installs:
        shortage = install.shortage
        lack = shortage.compiler
        if lack is None:
            continue
        verdict = lack.verdict
        yield rule.at(
            verdict.dependency.span,
            f"`{verdict.requirement}`{pulled_in(verdict)} is compiled here and {lack.what}",
            apk_add(shortage.packages),
            *sibling(verdict, install.environment.release),
            stage=stage,
            verdict=verdict,
            related=where_installed(install, verdict),
            packages=ApkPackages(lack.packages, verdict.packages.runtime if verdict.packages else ()),
            once=install.run.span,
        )


RULE = Rule("LA201", "missing-compiler", Severity.ERROR, check)
