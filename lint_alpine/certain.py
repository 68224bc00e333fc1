"""Which commands of a RUN certainly run, and fail without another one in their place."""

import re

from lint_alpine.dockerfile.commands import Command

_FARTHEST = 4_000
_MARKS = r"[(){};\n]|\|\|"
_GROUP_END = r"\s{0,200}[})]"
# What stands in front of a command whose failure is an answer: `if pip install x`, `! pip install x`.
_ASKING = r"(?:^|[\s;&|(){}])(?:if|elif|while|until|!)[\s\\]+$"
_NEAREST = 80


def must_succeed(command: Command) -> bool:
    """False in a branch, an unknown loop or a substitution, and where the script is prepared for a failure."""
    return not command.conditional and not command.substitution and not may_fail(command)


def may_fail(command: Command) -> bool:
    """Whether the script goes on in another way where the command fails: it is asked for, or `||` catches it."""
    begin = command.span.begin
    before = command.span.source.text[max(0, begin - _NEAREST) : begin]
    return re.search(_ASKING, before) is not None or _is_caught(command)


def _is_caught(command: Command) -> bool:
    """Whether the list that the command stands in, or a group around it, goes on behind `||`."""
    end = command.span.end
    text = command.span.source.text[end : end + _FARTHEST]
    depth = 0
    for mark in re.finditer(_MARKS, text):
        match mark[0]:
            case "(" | "{":
                depth += 1
            case ")" | "}":
                # Where the command's own group ends, what follows concerns it as well.
                depth = max(depth - 1, 0)
            case "||" if depth == 0:
                return True
            case ";" | "\n" if depth == 0 and not _continues(text, mark.start()):
                return False
            case _:
                pass
    return False


def _continues(text: str, at: int) -> bool:
    """Whether the list goes on behind a line's end, or a group ends behind it or a semicolon."""
    line = text[text.rfind("\n", 0, at) + 1 : at].strip(" \t\r")
    if text[at] == "\n" and (line.endswith(("\\", "&&", "|")) or line.startswith("#")):
        return True
    return re.match(_GROUP_END, text[at + 1 : at + 200]) is not None
