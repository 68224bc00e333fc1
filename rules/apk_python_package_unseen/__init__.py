from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity, elsewhere, quoted


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, unseen in facts.unseen_packages:
        owner = f"Alpine's own Python {unseen.python}" if unseen.python else "Alpine's own Python"
        if unseen.projects:
            way_out = f"`pip install {' '.join(unseen.projects)}` installs for the Python of this image"
        else:
            way_out = "drop it: this image has a pip of its own"
        names = quoted(package.name for package in unseen.packages)
        yield rule.at(
            unseen.packages[0].span,
            f"the Python of this image, in `/usr/local`, does not see {names}: apk installs for {owner}",
            way_out,
            stage=stage,
            related=elsewhere((package.span for package in unseen.packages), "not seen either"),
        )


RULE = Rule("LA501", "apk-python-package-unseen", Severity.WARNING, check)
