from collections.abc import Iterator

from lint_alpine.rule import (
    ApkPackages,
    Diagnostic,
    Facts,
    Rule,
    Severity,
    apk_add,
    optional_features,
    pulled_in,
    quoted,
    where_installed,
)


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, install in facts.decisive_installs:
        for verdict, headers in install.shortage.headers:
            yield rule.at(
                verdict.dependency.span,
                f"compiling `{verdict.requirement}`{pulled_in(verdict)} fails without {quoted(headers)}",
                apk_add(headers),
                *optional_features(verdict, install.environment.release),
                stage=stage,
                verdict=verdict,
                related=where_installed(install, verdict),
                packages=ApkPackages(headers, verdict.packages.runtime if verdict.packages else ()),
            )


RULE = Rule("LA202", "missing-headers", Severity.ERROR, check)
