from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage in facts.stages:
        life = stage.lifetime
        if not life.ended or not stage.names_image:
            continue
        parts = " and ".join(f"{part.name} on {part.day}" for part in life.ended)
        way_out = f"`FROM {life.instead}` still gets updates" if life.instead else "take a tag on a newer Alpine"
        yield rule.at(
            stage.stage.base.span,
            f"this image gets no more updates: {parts} reached the end of life",
            way_out,
            stage=stage,
        )


RULE = Rule("LA503", "end-of-life-base", Severity.WARNING, check)
