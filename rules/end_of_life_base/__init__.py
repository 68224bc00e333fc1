from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Related, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, *others in facts.same_images:
        life = stage.lifetime
        if not life.ended or stage.environment is None:
            continue
        first, *rest = life.ended
        reason = f"{first.name} reached its end of life {_when(first.day)}"
        reason += "".join(f", {part.name} {_when(part.day)}" for part in rest)
        newer = " and ".join(f"a newer {part.name.partition(' ')[0]}" for part in life.ended)
        yield rule.at(
            stage.stage.base.span,
            f"`{stage.image}` gets no more updates: {reason}",
            f"`FROM {life.instead}` gets them" if life.instead else f"take a tag with {newer}",
            stage=stage,
            related=tuple(Related(other.stage.base.span, "the same image") for other in others),
        )


def _when(day: str | None) -> str:
    return f"on {day}" if day is not None else "long ago"


RULE = Rule("LA503", "end-of-life-base", Severity.WARNING, check)
