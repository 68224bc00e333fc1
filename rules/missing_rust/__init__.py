from collections.abc import Iterator

from lint_alpine.rule import ApkPackages, Diagnostic, Facts, Rule, Severity, apk_add, pulled_in, where_installed


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, install in facts.decisive_installs:
        lack = install.shortage.rust
        if lack is None:
            continue
        verdict = lack.verdict
        yield rule.at(
            verdict.dependency.span,
            f"`{verdict.requirement}`{pulled_in(verdict)} is compiled with Rust and {lack.what}",
            apk_add(lack.packages) if lack.packages else "take a newer Alpine branch, or install Rust with rustup",
            stage=stage,
            verdict=verdict,
            related=where_installed(install, verdict),
            packages=ApkPackages(lack.packages, verdict.packages.runtime if verdict.packages else ()),
            once=install.run.span,
        )


RULE = Rule("LA203", "missing-rust", Severity.ERROR, check)
