from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity, elsewhere, quoted


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    left = facts.compilers_left
    if left and len(facts.stages) > 1:
        yield rule.at(
            left[0].span,
            f"{quoted(package.name for package in left)} "
            f"{'stays' if len(left) == 1 else 'stay'} in the image that ships",
            "compile in an earlier stage and copy what was built from there",
            stage=facts.final,
            related=elsewhere((package.span for package in left), "stays as well"),
        )


RULE = Rule("LA305", "build-packages-in-final-stage", Severity.WARNING, check)
