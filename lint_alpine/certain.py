"""Which commands of a RUN certainly run, and fail without another one in their place."""

import re

from lint_alpine.dockerfile.commands import Command

_FARTHEST = 4_000
_MARKS = r"[(){};\n]|\|\|"
_GROUP_END = r"\s{0,200}[})]"


def must_succeed(command: Command) -> bool:
    """False in a branch, an unknown loop or a substitution, and where `||` catches what fails."""
    return not command.conditional and not command.substitution and not _is_caught(command)


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
