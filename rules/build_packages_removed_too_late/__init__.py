from collections.abc import Iterator
from itertools import groupby

from lint_alpine.rule import Diagnostic, Facts, Related, Rule, Severity, quoted


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage in facts.stages:
        late = stage.removed_late if stage.ships else ()
        for _, group in groupby(late, key=lambda removal: removal.layer):
            removals = list(group)
            yield rule.at(
                removals[0].word,
                f"this removes {quoted(removal.package.name for removal in removals)} from an earlier layer: "
                "nothing is saved",
                "add, use and remove them in one RUN, or compile in an earlier stage",
                stage=stage,
                related=(Related(removals[0].package.span, "added here"),),
            )


RULE = Rule("LA302", "build-packages-removed-too-late", Severity.WARNING, check)
