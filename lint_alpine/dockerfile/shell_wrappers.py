"""Programs that run another command: where that command begins among their arguments."""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from lint_alpine.dockerfile.shell_expansion import Argument

ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")

SHELLS = frozenset(["sh", "ash", "bash", "dash", "ksh", "mksh", "zsh"])


class Wrapper(NamedTuple):
    """How a program takes its own options: the letters and the long names of those with a value, how many operands
    stand before the command, whether `NAME=value` may, and the options with which it runs no command. `user` is the
    option that names the user for whom it runs the command, else root; `-` where that is the first operand."""

    letters: str = ""
    names: frozenset[str] = frozenset()
    operands: int = 0
    assignments: bool = False
    queries: str = ""
    user: str = ""


# From the manuals: POSIX.1-2024, GNU coreutils and findutils, busybox, sudo 1.9, opendoas, su-exec and gosu.
WRAPPERS = {
    "busybox": Wrapper(),
    "builtin": Wrapper(),
    "command": Wrapper(queries="vV"),
    "doas": Wrapper("Cu", queries="L", user="u"),
    "env": Wrapper("uCS", frozenset(["unset", "chdir", "split-string"]), assignments=True),
    "exec": Wrapper("a"),
    "gosu": Wrapper(operands=1, user="-"),
    "ionice": Wrapper("cn", frozenset(["class", "classdata"]), queries="pPu"),
    "nice": Wrapper("n", frozenset(["adjustment"])),
    "nohup": Wrapper(),
    "setsid": Wrapper(),
    "stdbuf": Wrapper("ioe", frozenset(["input", "output", "error"])),
    "su-exec": Wrapper(operands=1, user="-"),
    "sudo": Wrapper(
        "CDRTUghprtu",
        frozenset(["chdir", "chroot", "group", "host", "prompt", "role", "type", "user"]),
        assignments=True,
        queries="Kkelv",
        user="u",
    ),
    "time": Wrapper("fo", frozenset(["format", "output"])),
    "timeout": Wrapper("ks", frozenset(["kill-after", "signal"]), operands=1),
}

_XARGS = Wrapper("EILPadns", frozenset(["arg-file", "delimiter", "max-args", "max-procs", "max-chars"]))
_SHELL = Wrapper("oO", frozenset(["init-file", "rcfile"]))
_SU = Wrapper("cgGswC", frozenset(["command", "group", "shell", "supp-group", "whitelist-environment"]))


class Options(NamedTuple):
    """The options of a program: each letter or long name with its value, and the arguments behind them."""

    found: tuple[tuple[str, Argument | None], ...]
    operands: tuple[Argument, ...]

    def value(self, *names: str) -> Argument | None:
        return next((value for name, value in reversed(self.found) if name in names), None)

    def has(self, *names: str) -> bool:
        return any(name in names for name, _ in self.found)


def options(arguments: Sequence[Argument], wrapper: Wrapper) -> Options:
    """Options as getopt reads them up to the first operand; one whose text is not known counts as an operand."""
    found: list[tuple[str, Argument | None]] = []
    index = 0
    while index < len(arguments):
        argument = arguments[index]
        text = argument.text
        if text is None or not text.startswith("-") or text == "-":
            break
        index += 1
        if text == "--":
            break
        if text.startswith("--"):
            name, equals, value = text[2:].partition("=")
            given = Argument(value, argument.span) if equals else None
            if name in wrapper.names and given is None:
                given = arguments[index] if index < len(arguments) else None
                index += 1
            found.append((name, given))
            continue
        flags = "".join(takewhile(lambda letter: letter not in wrapper.letters, text[1:]))
        found += [(letter, None) for letter in flags]
        if taking := text[1 + len(flags) : 2 + len(flags)]:
            value = text[2 + len(flags) :]
            if value:
                found.append((taking, Argument(value, argument.span)))
            else:
                found.append((taking, arguments[index] if index < len(arguments) else None))
                index += 1
    return Options(tuple(found), tuple(arguments[index:]))


class Wrapped(NamedTuple):
    """What a wrapper runs: the command's words and the variables that it gets. `clean`: it sees no others. `user` is
    the one for whom it runs, empty for the same as before, None where that is not known."""

    arguments: tuple[Argument, ...]
    variables: dict[str, str | None]
    clean: bool
    user: str | None = ""


def unwrap(name: str, arguments: Sequence[Argument]) -> Wrapped | None:
    """What the program runs; None where it is no wrapper or runs nothing."""
    wrapper = WRAPPERS.get(name)
    if wrapper is None:
        return None
    given = options(arguments, wrapper)
    if given.has(*wrapper.queries):
        return None
    operands = given.operands
    clean = False
    variables: dict[str, str | None] = {}
    if name == "env":
        # `env - command` is the old way to write `env -i command`.
        dash = bool(operands) and operands[0].text == "-"
        operands = operands[dash:]
        clean = dash or given.has("i", "ignore-environment")
        variables |= {
            value.text: "" for option, value in given.found if option in ("u", "unset") and value and value.text
        }
    start = 0
    while wrapper.assignments and start < len(operands) and (found := ASSIGNED.match(operands[start].written)):
        value = operands[start].text
        variables[found[1]] = None if value is None else value[found.end() :]
        start += 1
    user = _user(wrapper, given, operands[start : start + 1])
    operands = operands[start + wrapper.operands :]
    return Wrapped(operands, variables, clean, user) if operands else None


def _user(wrapper: Wrapper, given: Options, first: Sequence[Argument]) -> str | None:
    named = [given.value(wrapper.user, "user")] if wrapper.user != "-" else first
    if not wrapper.user or not named:
        return ""
    if named[0] is None:
        return "root"
    return named[0].text and named[0].text.partition(":")[0]


def su_user(arguments: Sequence[Argument]) -> str | None:
    """The user that `su` becomes; None where that is not known."""
    for _ in range(3):
        operands = options(arguments, _SU).operands
        if not operands:
            return "root"
        if operands[0].text != "-":
            return operands[0].text
        arguments = operands[1:]
    return None


def shell_script(name: str, arguments: Sequence[Argument]) -> Argument | None:
    """The script that `sh -c script` or `su -c script user` is given; None where the program gets none that way."""
    if name == "su":
        # Options may stand before and behind `-` and the user.
        for _ in range(3):
            given = options(arguments, _SU)
            if script := given.value("c", "command"):
                return script
            arguments = given.operands[1:]
        return None
    given = options(arguments, _SHELL)
    return given.operands[0] if given.has("c") and given.operands else None


def reads_script(name: str, arguments: Sequence[Argument]) -> bool:
    """Whether the program is a shell that takes its script from standard input."""
    given = options(arguments, _SHELL)
    return name in SHELLS and (given.has("s") or not (given.operands or given.has("c")))


class Xargs(NamedTuple):
    """`xargs`: the command, the file of `-a`, and the word that stands for the arguments that are read."""

    command: tuple[Argument, ...]
    file: Argument | None
    placeholder: str | None

    def with_arguments(self, items: Sequence[Argument]) -> tuple[Argument, ...]:
        """The command with what was read: in the place of the placeholder, else at its end."""
        if self.placeholder is None:
            return (*self.command, *items)
        found: list[Argument] = []
        for argument in self.command:
            if argument.text == self.placeholder:
                found += items
            elif argument.text is not None and self.placeholder in argument.text:
                found.append(Argument(None, argument.span, argument.word))
            else:
                found.append(argument)
        return tuple(found)


def read_xargs(arguments: Sequence[Argument]) -> Xargs | None:
    """None without a command: then xargs only prints what it reads."""
    given = options(arguments, _XARGS)
    if not given.operands:
        return None
    replaced = given.value("I")
    placeholder = replaced.text if replaced else "{}" if given.has("i") else None
    return Xargs(given.operands, given.value("a", "arg-file"), placeholder)
