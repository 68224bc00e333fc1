from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Related, Rule, Severity, Span


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, useless in facts.useless_mounts:
        cause = useless.option or useless.variable
        if useless.index_alone:
            message = "this mount keeps the package index of apk and no packages: there is no /etc/apk/cache"
            way_out = (
                "`ln -s /var/cache/apk /etc/apk/cache` before `apk add`, or `apk add --no-cache` without the mount"
            )
        else:
            turned_off = f"{_named(useless.variable)} turns its cache off"
            why = f"`{useless.option.text}` is given" if useless.option else turned_off
            message = f"{useless.program} does not use this mount: {why}"
            way_out = "drop one of the two"
        yield rule.at(
            useless.mount.span,
            message,
            way_out,
            stage=stage,
            related=(Related(cause, "nothing is kept with this"),) if cause else (),
        )


def _named(variable: Span | None) -> str:
    return f"`{variable.text}`" if variable else "its configuration"


RULE = Rule("LA306", "useless-cache-mount", Severity.INFO, check)
