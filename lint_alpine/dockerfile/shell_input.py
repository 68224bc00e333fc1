"""A simple command -> what it reads on standard input, as far as the script tells."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from lint_alpine.dockerfile.shell import Redirect, SimpleCommand, Word
from lint_alpine.dockerfile.shell_expansion import Argument, Expander
from lint_alpine.source import Excerpt

# Characters that xargs, like a shell, does not take as they are.
_QUOTING = re.compile(r"[\\'\"]")
_EXPANDED = re.compile(r"[\\'\"$`]")


class Input(NamedTuple):
    """A file, the body of a here-document, or the words that xargs would make of it; None where it is not known.

    `writer` is the command on the left side of the pipe that it comes from.
    """

    file: Argument | None = None
    text: Excerpt | None = None
    words: tuple[Argument, ...] | None = None
    writer: tuple[Argument, ...] = ()


def read_input(command: SimpleCommand, expander: Expander) -> Input:
    """From its last input redirection, else from the command that is piped into it."""
    for redirect in reversed(command.redirects):
        match redirect:
            case Redirect("<" | "0<", Word() as target):
                return Input(file=_argument(target, expander))
            case Redirect("<<" | "<<-" | "0<<" | "0<<-", Word() as target, Excerpt() as body):
                return Input(text=body, words=_body_words(body, target))
            case Redirect("<<<" | "0<<<", Word() as target):
                return Input(words=_divided([_argument(target, expander)]))
    return _piped(command.piped_from, expander) if command.piped_from else Input()


def _piped(command: SimpleCommand, expander: Expander) -> Input:
    arguments = expander.arguments(command.words)
    return _written(command, arguments, expander)._replace(writer=tuple(arguments))


def _written(command: SimpleCommand, arguments: Sequence[Argument], expander: Expander) -> Input:
    """What the command writes to the pipe behind it, where that is plain."""
    match [argument.text for argument in arguments]:
        case ["cat", str(file)] if not file.startswith("-"):
            return Input(file=arguments[1])
        case ["cat"]:
            return read_input(command, expander)
        case ["echo", "-n" | "-e" | "-ne" | "-en", *_]:
            return Input(words=_divided(arguments[2:]))
        case ["echo", *_]:
            return Input(words=_divided(arguments[1:]))
        case ["printf", str(form)]:
            plain = re.sub(r"\\[nt]", " ", form)
            if "%" not in plain:
                return Input(words=_divided([Argument(plain, arguments[1].span)]))
        case ["printf", "%s\\n" | "%s " | "%s\\0", *_]:
            return Input(words=_divided(arguments[2:]))
    return Input()


def _argument(word: Word, expander: Expander) -> Argument:
    return Argument(expander.text(word), word.span, word)


def _divided(arguments: Sequence[Argument]) -> tuple[Argument, ...] | None:
    found: list[Argument] = []
    for argument in arguments:
        if argument.text is None:
            found.append(argument)
        elif _QUOTING.search(argument.text):
            return None
        else:
            found += [Argument(text, argument.span, argument.word) for text in argument.text.split()]
    return tuple(found)


def _body_words(body: Excerpt, delimiter: Word) -> tuple[Argument, ...] | None:
    """The words of a here-document, where the shell leaves its body as it is."""
    if (_QUOTING if _QUOTING.search(delimiter.raw) else _EXPANDED).search(body.text):
        return None
    return tuple(Argument(word[0], body.span(*word.span())) for word in re.finditer(r"\S+", body.text))
