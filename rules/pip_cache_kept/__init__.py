from collections.abc import Iterator

from lint_alpine.rule import Applicability, Diagnostic, Edit, Facts, Fix, Rule, Severity, after


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage in facts.stages:
        for install in stage.installs if stage.ships and stage.on_musl else ():
            if not install.cache_kept:
                continue
            option = install.no_cache_option
            fix = (
                Fix(f"add {option}", (Edit(after(install.verb), f" {option}"),), Applicability.SAFE)
                if option and install.verb.text == install.install.verb
                else None
            )
            yield rule.at(
                install.verb,
                f"{install.installer} leaves its cache in the layer, in {install.cache_folder}",
                f"use `{option}`, or a cache mount on that folder" if option else "mount a cache on that folder",
                stage=stage,
                fix=fix,
            )


RULE = Rule("LA304", "pip-cache-kept", Severity.WARNING, check, also=("DL3042",))
