from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Outcome, Rule, Severity, help_with_alternative, some


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, refused in facts.refused:
        first = refused.verdicts[0]
        names = some([verdict.requirement for verdict in refused.verdicts])
        other = first.alternative
        elsewhere = other if other and other.outcome is Outcome.WHEEL else None
        kept = first.refusal.file if first.refusal else ""
        if refused.compiled:
            message = f"makes {refused.installer} compile {names}, though there are wheels"
        else:
            lacking = "wheel for musl" if first.refusal and first.refusal.option == "only-binary" else "source distribution"
            message = f"leaves {refused.installer} nothing to install of {names}: there is no {lacking}"
        yield rule.at(
            refused.span,
            f"`{refused.span.text}` {message}",
            f"without it {kept} is taken",
            *([help_with_alternative(elsewhere)] if elsewhere else []),
            stage=stage,
            verdict=first,
            alternative=elsewhere.image if elsewhere else None,
        )


RULE = Rule("LA105", "wheels-refused", Severity.WARNING, check)
