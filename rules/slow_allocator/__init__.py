from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity

REASONS = {
    "malloc-old": "its heap grows fragmented, and threads wait for each other",
    "malloc-ng-lock": "all threads of a process share one lock",
}


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    base = facts.python_base
    if base is None or facts.preloads:
        return
    for hazard in sorted(base.hazards & REASONS.keys()):
        yield rule.at(
            base.stage.base.span,
            f"musl's allocator is slow in programs with many threads: {REASONS[hazard]}",
            "measure, and preload another one where it matters: `apk add --no-cache jemalloc` with "
            "`ENV LD_PRELOAD=/usr/lib/libjemalloc.so.2`",
            stage=base,
        )


RULE = Rule("LA408", "slow-allocator", Severity.INFO, check, default=False)
