from collections.abc import Iterator

from lint_alpine.rule import Applicability, Diagnostic, Edit, Facts, Fix, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, _, span, package, branches in facts.absent_packages:
        if package.python3 is not None:
            reason = f"the last release with Python 2 is {package.last}"
            way_out = f"look for `{package.python3}`, which is for Python 3"
        elif package.last is not None:
            reason = f"the last release with it is {package.last}"
            way_out = "drop it: Alpine has nothing in its place"
        else:
            reason = f"the first release with it is {package.first}"
            way_out = f"take an image on Alpine {package.first} or newer"
        fix = None
        if package.instead is not None:
            way_out = f"use `{package.instead}`"
            fix = Fix(f"replace by {package.instead}", (Edit(span, package.instead),), Applicability.UNSAFE)
        nor = f", nor has {' or '.join(branches)}" if branches else ""
        message = f"Alpine {package.release} has no package `{package.name}`{nor}: {reason}"
        yield rule.at(span, message, way_out, stage=stage, fix=fix)


RULE = Rule("LA205", "apk-package-gone", Severity.ERROR, check)
