from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity, some


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, floating in facts.floating_tags:
        names = some([verdict.requirement for verdict in floating.verdicts])
        yield rule.at(
            stage.stage.base.span,
            f"`{floating.reference}` moves on to the next Python the day it comes out, for which {names} may have no "
            "wheel yet",
            f"`FROM {floating.pinned}` stays with the Python of these wheels: on {floating.as_of} both were the same "
            "image",
            stage=stage,
            verdict=floating.verdicts[0],
        )


RULE = Rule("LA106", "floating-python-tag", Severity.INFO, check)
