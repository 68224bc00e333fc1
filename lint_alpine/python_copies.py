"""COPY --from and mounts from another stage or image -> what of Python they bring."""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from lint_alpine.dockerfile.commands import Command
from lint_alpine.dockerfile.stages import Step
from lint_alpine.dockerfile.words import arguments
from lint_alpine.image_files import ImageFiles
from lint_alpine.origins import Copied, Interpreter, Placement, bring
from lint_alpine.source import Span


class Origin(NamedTuple):
    """A stage or an image that is copied from, as it is called there, and what it has of Python."""

    name: str
    placements: tuple[Placement, ...] = ()
    interpreters: tuple[Interpreter, ...] = ()


Find = Callable[[str], Origin]


def read_copies(step: Step, find: Find) -> Iterator[Copied]:
    """What a COPY with --from brings, one for each of its sources whose path is known.

    What an ONBUILD trigger copies is there from the stage that has the trigger.
    """
    flag = step.instruction.flag("from")
    name = step.expand(flag.value) if flag is not None and flag.value else None
    words = arguments(step.instruction)
    if not name or len(words) < 2 or step.brought_by is not None:
        return
    origin = find(name)
    destination = _absolute(words[-1].text, step)
    parents = step.instruction.flag("parents") is not None
    for word in words[:-1]:
        text = step.expand(word.text) if step.instruction.exec_form is None else word.text
        if text and destination is not None and not text.startswith("<<"):
            yield _copied(origin, text, destination, word.span, parents=parents)


def read_mounts(step: Step, commands: Sequence[Command], find: Find) -> Iterator[Copied]:
    """What a RUN can take from another stage's mount: the wheels that are there while it runs, and what `cp` copies;
    all else there is gone when it has ended."""
    for mount in step.mounts:
        name, target = mount.options.get("from"), mount.target
        destination = _absolute(target, step) if target else None
        if mount.kind == "bind" and name and destination is not None:
            copied = _copied(find(name), mount.source, destination, mount.span, parents=False)
            wheels = tuple(placement for placement in copied.placements if placement.is_wheelhouse)
            if wheels:
                yield copied._replace(placements=wheels, interpreters=())
            origin = find(name)
            others = tuple(placement for placement in origin.placements if not placement.is_wheelhouse)
            for word, source, target in _copied_by_cp(step, commands):
                if f"{source}/".startswith(f"{destination}/"):
                    path = posixpath.join(mount.source, source[len(destination) :].lstrip("/"))
                    yield _copied(origin._replace(placements=others), path, target, word, parents=False)


def _copied_by_cp(step: Step, commands: Sequence[Command]) -> Iterator[tuple[Span, str, str]]:
    """The words, sources and destinations (absolute) of `cp -r` and `cp -a`."""
    for command in commands:
        options = "".join(word.text for word in command.arguments if word.text and word.text[:1] == "-")
        words = [word for word in command.arguments if word.text and word.text[:1] != "-"]
        if command.name != "cp" or command.directory is None or not re.search("[raR]", options) or len(words) < 2:
            continue
        there = ImageFiles(ImageFiles(step.workdir).absolute(command.directory or "."))
        *sources, target = (there.absolute(word.text or "") for word in words)
        for word, source in zip(words, sources, strict=False):
            if source is not None and target is not None:
                yield word.span, source, target


def _copied(origin: Origin, text: str, destination: str, span: Span, *, parents: bool) -> Copied:
    source = posixpath.normpath(posixpath.join("/", text))
    placements, interpreters = bring(source, destination, span, origin.placements, origin.interpreters, parents=parents)
    return Copied(span, origin.name, source, destination, placements, interpreters)


def _absolute(text: str, step: Step) -> str | None:
    path = step.expand(text)
    return ImageFiles(step.workdir).absolute(path) if path else None
