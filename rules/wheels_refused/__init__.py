from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Outcome, Related, Rule, Severity, help_with_alternative, some


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, refused in facts.refused:
        first = refused.verdicts[0]
        names = some([verdict.requirement for verdict in refused.verdicts])
        lacking = "wheel for musl" if refused.option == "only-binary" else "source distribution"
        other = first.alternative if first.alternative and first.alternative.outcome is Outcome.WHEEL else None
        elsewhere = refused.span.source.path != refused.command.source.path
        if refused.compiled:
            what = f"makes {refused.installer} compile {names}, though there are wheels"
        else:
            what = f"leaves {refused.installer} nothing to install of {names}: there is no {lacking}"
        yield rule.at(
            refused.span,
            f"`{refused.words}` {what}",
            f"without it {refused.file} is taken",
            *([help_with_alternative(other)] if other else []),
            stage=stage,
            verdict=first,
            related=(Related(refused.command, "installed here"),) if elsewhere else (),
            alternative=other.image if other else None,
        )


RULE = Rule("LA105", "wheels-refused", Severity.WARNING, check)
