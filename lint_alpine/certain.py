"""Which commands of a RUN certainly run, and fail without another one in their place."""

import re
from collections.abc import Iterator, Sequence

from lint_alpine.dockerfile.commands import Command

_FARTHEST = 4_000
_MARKS = r"[(){};\n]|\|\|"
_GROUP_END = r"\s{0,200}[})]"
# What stands in front of a command whose failure is an answer: `if pip install x`, `! pip install x`.
_ASKING = r"(?:^|[\s;&|(){}])(?:if|elif|while|until|!)[\s\\]+$"
_NEAREST = 80
# What may stand between two commands of a list beside its operator: blanks, line ends, groups, comments.
_FILLER = r"(?:[\s\\(){}\"']|#[^\n]*\n)*+"
_AND = re.compile(rf"{_FILLER}&&")
_PIPE = re.compile(rf"{_FILLER}\|(?!\|)&?")
_ONLY_AND = re.compile(rf"{_FILLER}&&{_FILLER}(?:!\s+{_FILLER})?")
_ONLY_PIPE = re.compile(rf"{_FILLER}\|&?{_FILLER}")
# Behind the last command: it runs in the background, or something follows that is no command.
_GOES_ON = re.compile(rf"{_FILLER}(?:&(?!&)|[;\n]\s*+[A-Za-z_]\w*+=)")


def must_succeed(command: Command) -> bool:
    """False in a branch, an unknown loop or a substitution, and where the script is prepared for a failure."""
    return not command.conditional and not command.substitution and not may_fail(command)


def may_fail(command: Command) -> bool:
    """Whether the script goes on in another way where the command fails: it is asked for, or `||` catches it."""
    begin = command.span.begin
    before = command.span.source.text[max(0, begin - _NEAREST) : begin]
    return re.search(_ASKING, before) is not None or _is_caught(command)


def stops_script(command: Command, commands: Sequence[Command], end: int, shell: Sequence[str] = ()) -> bool:
    """Whether a script whose commands these are fails where this one does, which must succeed: only `&&` stands behind
    it up to the `end` (an offset), or `set -e` is on, which passes over all but the last command of a list
    (POSIX.1-2024, 2.15 `set`). `shell` is what runs the script."""
    on = _options_at(command, commands, shell)
    behind = sorted(
        (each for each in commands if each.span.begin >= command.span.end),
        key=lambda each: (each.span.begin, -each.span.end),
    )
    text, at = command.span.source.text, command.span.end
    between = [text[a : b.span.begin] for a, b in _gaps(at, behind)]
    last = behind[-1].span.end if behind else at
    tail = text[last:end]
    first = between[0] if between else tail
    # What is behind `&&` does not run: a pipe there is of no account.
    starts = not between or _ONLY_AND.fullmatch(first) or ("pipefail" in on and _ONLY_PIPE.fullmatch(first))
    if starts and all(_ONLY_AND.fullmatch(gap) or _ONLY_PIPE.fullmatch(gap) for gap in between[1:]):
        return _GOES_ON.match(tail) is None
    masked = _AND.match(first) or _GOES_ON.match(first) or (_PIPE.match(first) and "pipefail" not in on)
    return "errexit" in on and not masked


def _gaps(at: int, behind: Sequence[Command]) -> Iterator[tuple[int, Command]]:
    """From the end of each command to the next one; those inside another are none of the list."""
    for command in behind:
        if command.span.begin >= at:
            yield at, command
            at = command.span.end


def _options_at(command: Command, commands: Sequence[Command], shell: Sequence[str]) -> frozenset[str]:
    """Of `errexit` and `pipefail` those that are on where the command runs."""
    on = _given(list(shell[1:]), frozenset())
    for earlier in commands:
        if earlier.span.begin < command.span.begin and earlier.name == "set" and not earlier.conditional:
            on = _given([argument.text or "" for argument in earlier.arguments], on)
    return on


def _given(words: Sequence[str], on: frozenset[str]) -> frozenset[str]:
    for at, word in enumerate(words):
        if word[:1] not in ("-", "+"):
            continue
        named = {"errexit"} if "e" in word[1:] else set()
        if "o" in word[1:] and at + 1 < len(words):
            named.add(words[at + 1])
        on = on | named if word[0] == "-" else on - named
    return on


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
