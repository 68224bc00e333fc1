from collections.abc import Iterator
from itertools import groupby

from lint_alpine.rule import Diagnostic, Facts, Related, Rule, Severity, quoted


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage in facts.stages:
        for removal, pairs in groupby(stage.removed_late if stage.ships else (), key=lambda pair: pair[1]):
            packages = [package for package, _ in pairs]
            yield rule.at(
                removal,
                f"this removes {quoted(package.name for package in packages)} from an earlier layer: nothing is saved",
                "add, use and remove them in one RUN, or compile in an earlier stage",
                stage=stage,
                related=(Related(packages[0].span, "added here"),),
            )


RULE = Rule("LA302", "build-packages-removed-too-late", Severity.WARNING, check)
