from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity

REASONS = {
    "malloc-old": "its heap grows fragmented, and threads wait for each other",
    "malloc-ng-lock": "all threads of a process share one lock",
}


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    base = facts.shipping_chain[0] if facts.ships_python else None
    for hazard in sorted(base.hazards & REASONS.keys()) if base and not facts.preloads else ():
        yield rule.at(
            base.stage.base.span,
            f"musl's allocator is slow in programs with many threads: {REASONS[hazard]}",
            "measure, and preload another one where it matters: `apk add --no-cache jemalloc` with "
            "`ENV LD_PRELOAD=/usr/lib/libjemalloc.so.2`",
            stage=base,
        )


RULE = Rule("LA408", "slow-allocator", Severity.INFO, check, default=False)
