from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Related, Rule, Severity


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    locale = facts.missing_locale
    if locale is not None:
        yield rule.at(
            locale.span,
            f"`{locale.value}` changes nothing: musl sorts, and writes numbers and dates, as the C locale does",
            "format in Python with `babel` or `PyICU`; `C.UTF-8` says what musl does",
            "`apk add --no-cache musl-locales` brings translated messages, no more",
            stage=facts.final,
            related=tuple(Related(span, "as does this") for span in locale.others),
        )


RULE = Rule("LA406", "locale-not-supported", Severity.INFO, check)
