from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity, some, where_installed


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, install in facts.musl_installs:
        wheels = install.wheels_ignored_by_pip
        if not wheels:
            continue
        first = wheels[0]
        yield rule.at(
            install.install.command.program,
            f"pip {install.environment.pip} ignores musllinux wheels, so it compiles "
            f"{some([wheel.requirement for wheel in wheels])}",
            f"`pip install --upgrade pip` before this: pip 21.2 and newer install {first.file}",
            stage=stage,
            verdict=first,
        )


RULE = Rule("LA104", "pip-ignores-musllinux", Severity.WARNING, check)
