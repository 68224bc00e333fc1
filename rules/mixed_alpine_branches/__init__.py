from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Related, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage in facts.stages:
        for mix in stage.mixes:
            first, *others = mix.spans
            way_out = [f"take the package from Alpine {mix.release}, or an image that is on `{mix.branch}` as a whole"]
            if mix.tag is not None:
                taken = f"packages tagged `@{mix.tag}` come"
            else:
                taken = "this command may take any package" if mix.option else "apk may take any package"
                way_out.append(f"a tag keeps it to single ones: `@{mix.branch} URL`, then `apk add NAME@{mix.branch}`")
            yield rule.at(
                first,
                f"{taken} from `{mix.branch}` into Alpine {mix.release}: they are built against other libraries",
                *way_out,
                stage=stage,
                related=tuple(Related(span, "this one too") for span in others),
            )


RULE = Rule("LA505", "mixed-alpine-branches", Severity.WARNING, check)
