from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    zone = facts.missing_time_zone
    if zone is not None:
        yield rule.at(
            zone.span,
            f"`{zone.value}` has no effect, the time stays UTC: `tzdata` is not in the image that ships",
            "`apk add --no-cache tzdata`, and keep it",
            stage=facts.final,
        )


RULE = Rule("LA405", "missing-tzdata", Severity.WARNING, check)
