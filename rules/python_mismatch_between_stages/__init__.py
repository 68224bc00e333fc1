from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Related, Rule, Severity, some


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, mismatch in facts.python_mismatches:
        present = " and ".join(f"Python {minor}" for minor in mismatch.present)
        names = [verdict.requirement for verdict in mismatch.verdicts]
        packages = some(names) if names else "compiled modules"
        why = f"{present} does not look there" if mismatch.unseen else f"{packages} cannot be loaded by {present}"
        yield rule.at(
            mismatch.copied.span,
            f"this brings packages of Python {mismatch.made_for} from `{mismatch.copied.origin}`: {why}",
            "make both stages FROM an image with the same minor version of Python",
            stage=stage,
            related=(Related(mismatch.installed, "installed here"),) if mismatch.installed else (),
        )


RULE = Rule("LA403", "python-mismatch-between-stages", Severity.ERROR, check)
