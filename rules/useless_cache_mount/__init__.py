from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Related, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, useless in facts.useless_mounts:
        option = useless.option
        if useless.index_alone:
            message = "this mount keeps the package index of apk and no packages: there is no /etc/apk/cache"
            way_out = (
                "`ln -s /var/cache/apk /etc/apk/cache` before `apk add`, or `apk add --no-cache` without the mount"
            )
        else:
            why = f"`{option.text}` is given" if option else "a variable turns its cache off"
            message = f"{useless.program} does not use this mount: {why}"
            way_out = "drop one of the two"
        yield rule.at(
            useless.mount.span,
            message,
            way_out,
            stage=stage,
            related=(Related(option, "nothing is kept with this"),) if option else (),
        )


RULE = Rule("LA306", "useless-cache-mount", Severity.INFO, check)
