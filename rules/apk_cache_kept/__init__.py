from collections.abc import Iterator

from lint_alpine.rule import Applicability, Diagnostic, Edit, Facts, Fix, Rule, Severity, after


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage in facts.stages:
        for addition in stage.apk_additions if stage.ships else ():
            if not addition.index_kept:
                continue
            verb = addition.verb
            fix = Fix("add --no-cache", (Edit(after(verb), " --no-cache"),), Applicability.SAFE)
            if verb.text == "update":
                message = "`apk update` leaves its package index in the layer"
                way_out = "drop it: `apk add --no-cache` fetches the index without keeping it"
            else:
                message = f"`apk {verb.text}` leaves its package index in the layer"
                way_out = f"use `apk {verb.text} --no-cache`"
            yield rule.at(verb, message, way_out, stage=stage, fix=None if verb.text == "update" else fix)


RULE = Rule("LA303", "apk-cache-kept", Severity.WARNING, check, also=("DL3019",))
