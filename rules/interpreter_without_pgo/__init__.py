from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    base = facts.python_base
    if base is not None and base.environment is not None and "pgo-off" in base.hazards:
        yield rule.at(
            base.stage.base.span,
            f"the Python of `{base.image}` is built without profile-guided optimisation: pure Python code runs slower",
            "the Debian images of the same Python are built with it, and so is the `python3` of `apk add`",
            stage=base,
        )


RULE = Rule("LA409", "interpreter-without-pgo", Severity.INFO, check, default=False)
