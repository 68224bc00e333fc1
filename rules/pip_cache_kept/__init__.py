from collections.abc import Iterator

from lint_alpine.rule import (
    Applicability,
    Diagnostic,
    Edit,
    Facts,
    Fix,
    PythonInstall,
    Rule,
    Severity,
    with_option,
)


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    failing = facts.failing_runs
    for stage in facts.stages:
        for install in stage.installs if stage.ships and stage.on_musl else ():
            if not install.cache_kept or install.run.span in failing:
                continue
            option = install.no_cache_option
            yield rule.at(
                install.verb,
                f"{install.installer} leaves its cache in the layer, in {install.cache_folder}",
                f"use `{option}`, or a cache mount on that folder"
                if option
                else "mount a cache on that folder, or remove it in the same RUN",
                stage=stage,
                fix=_fix(install, option) if option else None,
            )


def _fix(install: PythonInstall, option: str) -> Fix | None:
    if install.cache_dir_option is not None:
        edit: Edit | None = Edit(install.cache_dir_option, option)
        title = f"replace {install.cache_dir_option.text} by {option}"
    else:
        edit, title = with_option(install, option), f"add {option}"
    return Fix(title, (edit,), Applicability.SAFE) if edit else None


RULE = Rule("LA304", "pip-cache-kept", Severity.WARNING, check, also=("DL3042",))
