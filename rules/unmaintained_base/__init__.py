from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage in facts.stages:
        life = stage.lifetime
        if life.unmaintained is not None and stage.names_image:
            yield rule.at(
                stage.stage.base.span,
                f"nobody has built `{stage.stage.base.reference}` since {life.unmaintained}",
                f"`FROM {life.instead}` still gets updates",
                stage=stage,
            )


RULE = Rule("LA504", "unmaintained-base", Severity.WARNING, check)
