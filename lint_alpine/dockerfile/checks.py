"""What BuildKit refuses in an instruction that it knows: the number of arguments, and what they may be."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lint_alpine.dockerfile.heredocs import read_redirect
from lint_alpine.dockerfile.splitting import SPACE, json_form
from lint_alpine.dockerfile.words import BadWord, NameValue, arguments, read_pairs
from lint_alpine.source import Span

if TYPE_CHECKING:
    from lint_alpine.dockerfile.instructions import Instruction

_TEMPLATE = re.compile(r"\{\{|\{%|<%|%%\w+%%")
_LONGEST_MESSAGE = 120
_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*")

Fault = tuple[str, Span]


def faults(instruction: "Instruction") -> Iterator[Fault]:
    """Each with its message and place. Inside ONBUILD BuildKit reads the words, and leaves the rest to later builds."""
    yield from tuple(_unreadable(instruction.trigger or instruction)) or _refused(instruction)


def other_kind(line: str) -> str | None:
    """What a file is instead of a Dockerfile, if this line of it, which BuildKit refuses, shows that."""
    if "\0" in line:
        return "this is a binary file, not a Dockerfile"
    mark = _TEMPLATE.search(line)
    return f"this is a template (`{mark[0]}`), not a Dockerfile" if mark else None


def readable(message: str) -> str:
    """A message that quotes words of a file, whatever they are made of, as one line of text."""
    start = message[:_LONGEST_MESSAGE] + "..." * (len(message) > _LONGEST_MESSAGE)
    return "".join(character if character.isprintable() else "\ufffd" for character in start)


def _unreadable(instruction: "Instruction") -> Iterator[Fault]:
    """What the parser itself stops at."""
    text = instruction.arguments
    if instruction.name in ("ENV", "LABEL"):
        yield from ((word.message, word.span) for word in read_pairs(instruction) if isinstance(word, BadWord))
    elif instruction.exec_form is None:
        try:
            json_form(instruction.name, text.text)
        except ValueError as error:
            yield str(error), text.span(text.text.index("["), len(text.text))


def _refused(instruction: "Instruction") -> Iterator[Fault]:
    """What is well-formed and yet no instruction."""
    name = instruction.name
    if name in ("CMD", "ENTRYPOINT", "RUN"):
        return
    words = arguments(instruction)
    count = len(words)
    match name:
        case "ADD" | "COPY" if count < 2:
            yield f"{name} requires at least two arguments", instruction.span
        case "ADD" | "COPY" if read_redirect(words[-1].text):
            yield f"{name} cannot accept a heredoc as a destination", words[-1].span
        case "ARG" | "ENV" | "LABEL":
            blank = (pair.span for pair in read_pairs(instruction) if isinstance(pair, NameValue) and not pair.name)
            yield from ((f"{name} names can not be blank", span) for span in blank)
        case "FROM":
            yield from _refused_from(instruction)
        case "HEALTHCHECK":
            yield from _refused_health_check(instruction)
        case "ONBUILD" if instruction.trigger:
            yield from _refused_trigger(instruction.trigger)
        case "SHELL" if count and instruction.exec_form is None:
            yield "SHELL requires the arguments to be in JSON form", words[0].span
        case "VOLUME":
            yield from (
                ("VOLUME can not be an empty string", word.span) for word in words if not word.text.strip(SPACE)
            )
        case _:
            pass
    if not count and name in ("MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"):
        yield f"{name} requires exactly one argument", instruction.keyword
    elif not count and name in ("ARG", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "SHELL", "VOLUME"):
        yield f"{name} requires at least one argument", instruction.keyword


def _refused_from(instruction: "Instruction") -> Iterator[Fault]:
    words = arguments(instruction)
    if len(words) == 3 and words[1].text.lower() == "as":
        if not _STAGE_NAME.fullmatch(words[2].text.lower()):
            yield f"invalid name for build stage: `{words[2].text}`", words[2].span
    elif len(words) != 1:
        place = instruction.span if words else instruction.keyword
        yield "FROM requires either one or three arguments", place


def _refused_health_check(instruction: "Instruction") -> Iterator[Fault]:
    kind, *command = arguments(instruction) or (None,)
    if kind is None:
        return
    match kind.text.upper():
        case "NONE" if command:
            yield "HEALTHCHECK NONE takes no arguments", command[0].span
        case "CMD" if not command:
            yield "missing command after HEALTHCHECK CMD", kind.span
        case "NONE" | "CMD":
            pass
        case _:
            yield f"unknown type `{kind.text}` in HEALTHCHECK (try CMD)", kind.span


def _refused_trigger(trigger: "Instruction") -> Iterator[Fault]:
    if trigger.name == "ONBUILD":
        yield "chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", trigger.keyword
    elif trigger.name in ("FROM", "MAINTAINER"):
        yield f"{trigger.name} isn't allowed as an ONBUILD trigger", trigger.keyword
