from collections.abc import Iterator

from lint_alpine.rule import ApkPackages, Diagnostic, Facts, Related, Rule, Severity, quoted, where_installed


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for missing in facts.missing_libraries:
        libraries = quoted(missing.libraries)
        how = "is compiled against" if missing.compiled else "loads at run time"
        at_requirement = missing.span == missing.verdict.dependency.span
        installed = Related(missing.install.install.command.span, "installed here")
        yield rule.at(
            missing.span,
            f"{'this takes away' if missing.removed else 'the image that ships lacks'} {libraries}, which "
            f"`{missing.verdict.requirement}` {how}",
            f"`apk add --no-cache {' '.join(missing.libraries)}` in the stage that ships",
            stage=facts.final,
            verdict=missing.verdict,
            related=where_installed(missing.install, missing.verdict) if at_requirement else (installed,),
            packages=ApkPackages((), missing.libraries),
        )


RULE = Rule("LA402", "missing-runtime-library", Severity.ERROR, check)
