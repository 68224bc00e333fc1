from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    base = facts.python_base
    if base is not None and base.environment is not None and "dns-no-tcp" in base.hazards:
        yield rule.at(
            base.stage.base.span,
            f"Alpine {base.environment.release} asks for host names over UDP only: its musl is older than 1.2.4",
            "a name whose answer is too long for UDP does not resolve; Alpine 3.18 and newer ask again over TCP",
            stage=base,
        )


RULE = Rule("LA404", "dns-without-tcp", Severity.INFO, check)
