from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity, elsewhere, quoted


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage in facts.stages:
        unused = stage.unused_build_packages
        if not unused:
            continue
        yield rule.at(
            unused[0].span,
            f"nothing that is installed here is compiled: {quoted(package.name for package in unused)} "
            f"{'is' if len(unused) == 1 else 'are'} not needed",
            "every requirement of this stage has a wheel for musl: drop the build packages",
            stage=stage,
            verdict=stage.installs[0].verdicts[0],
            related=elsewhere((package.span for package in unused), "not needed either"),
        )


RULE = Rule("LA204", "unused-build-packages", Severity.WARNING, check)
