from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Related, Rule, Severity, some


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, build in facts.foreign_builds:
        first = build.verdicts[0] if build.verdicts else None
        what = some([verdict.requirement for verdict in build.verdicts]) if first else "a Python interpreter"
        yield rule.at(
            build.copied.span,
            f"this brings what `{build.copied.origin}` has for {build.made_for} to an image on {build.libc}: {what}",
            f"make both stages FROM an image on {build.libc}",
            stage=stage,
            verdict=first,
            related=(Related(build.installed, "installed here"),) if build.installed else (),
        )


RULE = Rule("LA401", "glibc-build-copied-to-musl", Severity.ERROR, check)
