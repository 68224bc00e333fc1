from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Related, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, *others in facts.same_images:
        life = stage.lifetime
        if life.unmaintained is not None:
            yield rule.at(
                stage.stage.base.span,
                f"`{stage.image}` gets no more updates: nobody has built it since {life.unmaintained}",
                life.successor or f"`FROM {life.instead}` gets them",
                stage=stage,
                related=tuple(Related(other.stage.base.span, "the same image") for other in others),
            )


RULE = Rule("LA504", "unmaintained-base", Severity.WARNING, check)
