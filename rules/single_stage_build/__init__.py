from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity, elsewhere, quoted, split_into_stages


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    left = facts.compilers_left
    if not left or len(facts.stages) != 1:
        return
    yield rule.at(
        left[0].span,
        f"{quoted(package.name for package in left)} "
        f"{'stays' if len(left) == 1 else 'stay'} in the image that ships: this file has one stage",
        split_into_stages(facts.stages[0]),
        stage=facts.final,
        related=elsewhere((package.span for package in left), "stays as well"),
    )


RULE = Rule("LA301", "single-stage-build", Severity.WARNING, check)
