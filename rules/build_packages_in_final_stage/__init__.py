from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity, elsewhere, quoted


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    if len(facts.stages) == 1:
        return
    for stage in facts.stages:
        left = stage.compilers_left if stage.ships else ()
        if left:
            yield rule.at(
                left[0].span,
                f"{quoted(package.name for package in left)} "
                f"{'stays' if len(left) == 1 else 'stay'} in the image that ships, in stage `{stage.stage.name}`",
                "compile in an earlier stage and copy what was built from there",
                stage=stage,
                related=elsewhere(left, "stays as well"),
            )


RULE = Rule("LA305", "build-packages-in-final-stage", Severity.WARNING, check)
