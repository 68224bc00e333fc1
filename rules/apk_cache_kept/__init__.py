from collections.abc import Iterator, Sequence
from itertools import groupby

from lint_alpine.rule import (
    ApkAddition,
    Applicability,
    Diagnostic,
    Edit,
    Facts,
    Fix,
    Rule,
    Severity,
    elsewhere,
    quoted,
    with_option,
)


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    failing = facts.failing_runs
    for stage in facts.stages:
        kept = (each for each in stage.apk_additions if stage.ships and each.index_kept)
        for run, group in groupby(kept, lambda addition: addition.run.span):
            if run in failing:
                continue
            additions = tuple(group)
            verbs = tuple(dict.fromkeys(addition.install.verb.value for addition in additions))
            names = quoted(f"apk {verb}" for verb in verbs)
            yield rule.at(
                additions[0].verb,
                f"{names} {'leaves its' if len(verbs) == 1 else 'leave their'} package index in the layer",
                _way_out(verbs),
                stage=stage,
                related=elsewhere((addition.verb for addition in additions), "so does this"),
                fix=_fix(additions),
            )


def _way_out(verbs: Sequence[str]) -> str:
    instead = [f"apk {verb} --no-cache" for verb in verbs if verb != "update"]
    if "update" not in verbs:
        return f"use {quoted(instead)}"
    fetch = "fetch" if len(instead) > 1 else "fetches"
    return f"drop `apk update`: {quoted(instead or ['apk add --no-cache'])} {fetch} the index without keeping it"


def _fix(additions: Sequence[ApkAddition]) -> Fix | None:
    """All of them together, or none: what one command leaves is what the next one would."""
    edits: list[Edit] = []
    titles: list[str] = []
    for addition in additions:
        if addition.install.verb == "update":
            title, edit = "drop apk update", Edit(addition.droppable, "") if addition.droppable else None
        else:
            title, edit = "add --no-cache", with_option(addition, "--no-cache")
        if edit is None:
            return None
        titles.append(title)
        edits.append(edit)
    return Fix(", ".join(dict.fromkeys(titles)), tuple(dict.fromkeys(edits)), Applicability.SAFE)


RULE = Rule("LA303", "apk-cache-kept", Severity.WARNING, check, also=("DL3019",))
