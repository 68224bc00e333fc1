"""Python packages and interpreters that are copied to an image in which they do not work."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.origins import Copied, Placement
from lint_alpine.releases import apk_python
from lint_alpine.source import Span
from lint_alpine.wheels.verdict import WheelVerdict

if TYPE_CHECKING:
    from lint_alpine.facts import Facts, StageFacts

_MINOR = re.compile(r"/python(\d\.\d+)(?:/|$)")


class ForeignBuild(NamedTuple):
    """A copy of what is linked against another C library: `made_for` that of the origin, `libc` that of the image.

    `verdicts` prove it, or else the interpreter is among what is copied; `installed` is the command that installs them.
    """

    copied: Copied
    made_for: str
    libc: str
    verdicts: tuple[WheelVerdict, ...] = ()
    installed: Span | None = None


class PythonMismatch(NamedTuple):
    """A copy of what is for the Python `made_for`, to an image that has only the `present` ones.

    `installed` is the command that installs it, where it is known; `unseen`: the path is one that the Python there does
    not look at; otherwise its compiled modules (of `verdicts`) do not load.
    """

    copied: Copied
    made_for: str
    present: tuple[str, ...]
    unseen: bool
    verdicts: tuple[WheelVerdict, ...] = ()
    installed: Span | None = None


def foreign_builds(facts: "Facts") -> Iterator[tuple["StageFacts", ForeignBuild]]:
    """One for each source of a copy."""
    for stage in facts.stages:
        libc = stage.environment.libc if stage.environment is not None else None
        if libc is None:
            continue
        for copied in stage.copies:
            final = stage is facts.final
            found = _foreign_interpreter(copied, libc.family) or _foreign_packages(copied, libc.family, stage, final)
            if found is not None:
                yield stage, found


def _foreign_interpreter(copied: Copied, libc: str) -> ForeignBuild | None:
    foreign = (python.libc for python in copied.interpreters if python.libc not in (None, libc))
    made_for = next(foreign, None)
    return ForeignBuild(copied, made_for, libc) if made_for is not None else None


def _foreign_packages(copied: Copied, libc: str, stage: "StageFacts", final: bool) -> ForeignBuild | None:
    """What is native in there; nothing where the image has no Python that could use it, but only passes it on.

    A virtual environment in the image that ships is there to be run, whether its Python is found there or not.
    """
    foreign = [placement for placement in copied.placements if _libc_of(placement) not in (None, libc)]
    used = [each for each in foreign if stage.interpreters or (final and each.virtual)]
    verdicts = tuple(verdict for placement in used for verdict in placement.native)
    if not verdicts:
        return None
    first = next(placement for placement in used if placement.native)
    return ForeignBuild(copied, _libc_of(first) or "", libc, verdicts, first.install.install.command.span)


def _libc_of(placement: Placement) -> str | None:
    libc = placement.install.environment.libc
    return libc.family if libc is not None else None


def python_mismatches(facts: "Facts") -> Iterator[tuple["StageFacts", PythonMismatch]]:
    """One for each source of a copy to an Alpine image; Debian's have a Python of their own beside the image's."""
    for stage in facts.stages:
        present = _minors(stage) if stage.on_musl else ()
        for copied in stage.copies if present else ():
            found = next(_mismatches(copied, present), None)
            if found is not None:
                yield stage, found


def _minors(stage: "StageFacts") -> tuple[str, ...]:
    """The minor versions of the Pythons that are there, none where one is not known."""
    minors = {python.minor for python in stage.interpreters}
    if stage.environment is not None and not stage.present.complete:
        minors.add(apk_python(stage.environment).minor)
    known = sorted(minor for minor in minors if minor is not None)
    return tuple(known) if stage.interpreters and len(known) == len(minors) else ()


def _mismatches(copied: Copied, present: tuple[str, ...]) -> Iterator[PythonMismatch]:
    for placement in copied.placements:
        made_for = placement.minor
        if made_for is None or made_for in present:
            continue
        installed = placement.install.install.command.span
        path = _MINOR.search(placement.folder)
        bound = tuple(verdict for verdict in placement.verdicts if verdict.is_bound_to_python)
        if path is not None and path[1] not in present:
            yield PythonMismatch(copied, made_for, present, True, placement.verdicts, installed)
        elif bound:
            yield PythonMismatch(copied, made_for, present, False, bound, installed)
    if not copied.placements:
        yield from _mismatches_of_paths(copied, present)


def _mismatches_of_paths(copied: Copied, present: tuple[str, ...]) -> Iterator[PythonMismatch]:
    """What the paths alone tell of a site-packages of which nothing else is known."""
    source, destination = _MINOR.search(copied.source), _MINOR.search(copied.destination)
    if "site-packages" not in copied.destination and "site-packages" not in copied.source:
        return
    if destination is not None and destination[1] not in present:
        yield PythonMismatch(copied, source[1] if source else destination[1], present, True)
    elif destination is not None and source is not None and source[1] != destination[1]:
        yield PythonMismatch(copied, source[1], present, False)
