from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity, help_with_newer_pip, some


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, install in facts.musl_installs:
        wheels = install.wheels_ignored_by_pip
        if not wheels:
            continue
        first = wheels[0]
        yield rule.at(
            install.install.command.program,
            f"pip {install.pip} ignores musllinux wheels, so it compiles "
            f"{some([wheel.requirement for wheel in wheels])}",
            help_with_newer_pip(first),
            stage=stage,
            verdict=first,
            cure="a newer pip",
        )


RULE = Rule("LA104", "pip-ignores-musllinux", Severity.WARNING, check)
