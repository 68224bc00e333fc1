from collections.abc import Iterator

from lint_alpine.rule import Diagnostic, Facts, Rule, Severity

KIBIBYTES = {"thread-stack-80k": 80, "thread-stack-128k": 128}


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    base, stack = facts.python_base, facts.thread_stack
    if base is None or stack is None:
        return
    for hazard in sorted(base.hazards & KIBIBYTES.keys()):
        size = f"a stack of {KIBIBYTES[hazard]} KiB on musl, of 8 MiB on glibc"
        if stack == 0:
            message = f"a thread has {size}: deep recursion in one crashes the process"
            way_out = "call `threading.stack_size(8 * 1024 * 1024)` before the first thread"
        else:
            message = f"a thread that native code starts has {size}; those of Python have {stack >> 10} KiB"
            way_out = (
                "start threads from Python, after `threading.stack_size(8 * 1024 * 1024)` where they recurse deeply"
            )
        yield rule.at(base.stage.base.span, message, way_out, stage=base)


RULE = Rule("LA407", "small-thread-stack", Severity.INFO, check, default=False)
