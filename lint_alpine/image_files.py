"""What stands at a path of a stage's file system, as far as what COPY, ADD, mounts and commands put there is known."""

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from heapq import merge
from typing import TYPE_CHECKING, NamedTuple, Protocol

from lint_alpine.context import BuildContext, Missing, is_pattern
from lint_alpine.installs.dependency import Requirements
from lint_alpine.source import Excerpt, Source

if TYPE_CHECKING:
    from lint_alpine.dockerignore import Pattern

NOTHING_COPIES_IT = Missing("no COPY or ADD of this file puts it there", final=False)
TOO_MANY_COPIES = Missing("too many COPY instructions would have to be followed")

TOO_LONG = Missing("file name too long")

# Stages that copy from one another in a chain; each may also copy several times, which doubles the ways with each one.
LONGEST_CHAIN = 50
# How many sources of COPY are looked through for files, of one Dockerfile for one platform: some seconds.
_MOST_LOOKS = 300_000
# What following a copy into another stage costs of it.
_FOLLOWING = 5
# Linux takes no longer ones, in bytes.
_LONGEST_PATH = 4096


class Placed(Protocol):
    """Something that puts files at paths: at its destination, or below. None: that path is not one of them."""

    @property
    def destination(self) -> str: ...
    def read(self, path: str) -> Source | Requirements | Missing | None: ...


class FromContext(NamedTuple):
    """`COPY sources destination`; `into` when the destination can only be a folder. Destination is absolute.

    `left_out` are the patterns of --exclude, which speak of what is in a folder.
    """

    context: BuildContext
    sources: tuple[str, ...]
    destination: str
    into: bool
    left_out: tuple[str, ...] = ()

    def read(self, path: str) -> Source | Missing | None:
        missing = None
        # What is copied last wins.
        for pattern in reversed(self.sources):
            matches = self.context.find(pattern)
            if isinstance(matches, Missing):
                missing = missing or matches._replace(final=False)
                continue
            if not matches and not is_pattern(pattern) and self._may_be(path, pattern):
                missing = Missing(f"there is no `{pattern}` in the build context", final=False, expected=True)
            for match in reversed(matches):
                inside = self._inside(path, match)
                found = self.context.read(inside) if inside is not None else None
                if isinstance(found, Missing) and not found.final:
                    missing = missing or found
                elif found is not None:
                    return found
        return missing

    def _inside(self, path: str, match: str) -> str | None:
        """The path in the context of what the image has at `path`, if this match put it there."""
        if not self.context.is_folder(match):
            return match if self._may_be(path, match) else None
        relative = below(path, self.destination)
        if relative is None or self.leaves_out(relative):
            return None
        candidate = posixpath.join(match, relative)
        return candidate if self.context.has_file(candidate) else None

    def lacks(self, path: str) -> str | None:
        """The path in the context at which a file would have to stand for this to put it at `path`."""
        relative = below(path, self.destination)
        if relative is None or self.leaves_out(relative):
            return None
        for pattern in reversed(self.sources):
            matches = self.context.find(pattern)
            for match in () if isinstance(matches, Missing) else reversed(matches):
                if self.context.is_folder(match):
                    return posixpath.normpath(posixpath.join(match, relative))
        return None

    def _may_be(self, path: str, match: str) -> bool:
        """Whether a file ends up at a path; whether the destination is a folder is not always known."""
        into = posixpath.join(self.destination, posixpath.basename(match))
        return path == into or (path == self.destination and not self.into)

    def leaves_out(self, relative: str) -> bool:
        if not self.left_out:
            return False
        from lint_alpine.dockerignore import excludes

        return excludes(_parsed(self.left_out), relative)


@lru_cache(maxsize=256)
def _parsed(left_out: tuple[str, ...]) -> "tuple[Pattern, ...]":
    from lint_alpine.dockerignore import parse

    return parse("\n".join(left_out))


class WithParents(NamedTuple):
    """`COPY --parents source destination`, from the context or from another stage: what matches keeps its folders.

    Those before `/./` are left out; `**` stands for any folders.
    """

    origin: "BuildContext | ImageFiles"
    source: str
    destination: str

    def read(self, path: str) -> Source | Requirements | Missing | None:
        from lint_alpine.dockerignore import parse_pattern

        base, pivot, rest = self.source.partition("/./")
        pattern = parse_pattern(rest if pivot else self.source)
        relative = below(path, self.destination)
        if relative is None or (pattern is not None and not pattern.matches(relative)):
            return None
        inside = posixpath.join(base, relative) if pivot else relative
        if isinstance(self.origin, BuildContext):
            return self.origin.read(inside) if self.origin.has_file(inside) else None
        return _through(self.origin, [posixpath.join("/", inside)])


class FromText(NamedTuple):
    """A here-document that COPY or a command writes to a path."""

    path: str
    text: Excerpt

    @property
    def destination(self) -> str:
        return self.path

    def read(self, path: str) -> Source | Missing | None:
        return self.text.as_source() if path == self.path else None


class FromFiles(NamedTuple):
    """`COPY --from=stage sources destination`."""

    files: "ImageFiles"
    sources: tuple[str, ...]
    destination: str

    def read(self, path: str) -> Source | Requirements | Missing | None:
        return _through(
            self.files, [inside for source in reversed(self.sources) for inside in self._inside(path, source)]
        )

    def _inside(self, path: str, source: str) -> Sequence[str]:
        """The paths in the other stage that this source may have put there: as a file, and as a folder."""
        origin = posixpath.normpath(posixpath.join("/", source))
        relative = below(path, self.destination)
        if is_pattern(origin):
            # Of `/wheels/*` the destination itself is the folder.
            folder = posixpath.dirname(origin)
            found = [folder] if path == self.destination else [posixpath.join(folder, relative)] if relative else []
            return [inside for inside in found if inside == folder or matches(origin, inside)]
        found = [posixpath.join(origin, relative)] if relative else []
        if path in (self.destination, posixpath.join(self.destination, posixpath.basename(origin))):
            found.insert(0, origin)
        return found


def _through(files: "ImageFiles", paths: Sequence[str]) -> Source | Requirements | Missing | None:
    """What another stage has at the first of the paths at which it has something; not final where that is not known."""
    effort, unknown = files.effort, None
    if paths and (effort.depth >= LONGEST_CHAIN or effort.left <= 0):
        return TOO_MANY_COPIES
    effort.depth += 1
    for path in paths:
        effort.left -= _FOLLOWING
        found = files.look_up(path)
        if not isinstance(found, Missing):
            effort.depth -= 1
            return found
        if found is not NOTHING_COPIES_IT:
            unknown = unknown or found._replace(final=False)
    effort.depth -= 1
    return unknown


def matches(pattern: str, path: str) -> bool:
    from lint_alpine.dockerignore import parse_pattern

    parsed = parse_pattern(pattern)
    return parsed is not None and parsed.matches(path.lstrip("/"))


class FromElsewhere(NamedTuple):
    """A file whose content is not known: a download, one of another image, one that a command writes. It may as well be
    a folder, and then what is below it is not known either."""

    destination: str
    reason: str

    def read(self, path: str) -> Source | Missing | None:
        if path == self.destination:
            return Missing(self.reason, expected=True)
        return Missing(self.reason, final=False) if below(path, self.destination) is not None else None


def below(path: str, folder: str) -> str | None:
    """`path` relative to `folder`, or None where it is not in it."""
    prefix = folder.rstrip("/") + "/"
    return path[len(prefix) :] if path.startswith(prefix) and path != prefix else None


class Placements:
    """What a stage places, in its order and by its destination, on top of what the one has that it is FROM.

    `suspected` are folders in which there may be anything as well, with the reason.
    """

    def __init__(self, base: "Placements | None" = None) -> None:
        self.suspected: dict[str, str] = {}
        self._base = base
        self._placed: list[Placed] = []
        self._numbers: dict[str, list[int]] = {}

    def append(self, placed: Placed) -> None:
        self._numbers.setdefault(placed.destination.rstrip("/") or "/", []).append(len(self._placed))
        self._placed.append(placed)

    def __iadd__(self, more: Iterable[Placed]) -> "Placements":
        for placed in more:
            self.append(placed)
        return self

    def __iter__(self) -> Iterator[Placed]:
        for layer in reversed([*self.layers()]):
            yield from layer._placed

    def layers(self) -> "Iterator[Placements]":
        """This one, then those that it is on top of."""
        layer: Placements | None = self
        while layer is not None:
            yield layer
            layer = layer._base

    def at(self, places: Iterable[str]) -> Iterator[Placed]:
        """What this layer itself places there, the last first."""
        numbers = (reversed(self._numbers[place]) for place in places if place in self._numbers)
        return (self._placed[number] for number in merge(*numbers, reverse=True))


@dataclass(slots=True)
class Effort:
    """What is left of the effort to look for files and to follow copies from stage to stage, and how deep that goes."""

    left: int = _MOST_LOOKS
    depth: int = 0

    def spend(self, looks: int) -> bool:
        """Whether there is some left all the same."""
        self.left -= looks
        return self.left > 0


@dataclass(slots=True)
class ImageFiles:
    """The file system of a stage as far as it is known; what was placed last wins. `workdir` None: not known.

    `effort` is shared by all stages.
    """

    workdir: str | None = "/"
    placed: Placements = field(default_factory=Placements)
    effort: Effort = field(default_factory=Effort)

    def copy(self) -> "ImageFiles":
        return replace(self, placed=Placements(self.placed))

    def at(self, workdir: str | None, extra: Sequence[Placed] = ()) -> "ImageFiles":
        """The same files seen from another working directory, with more on top (bind mounts)."""
        seen = replace(self.copy() if extra else self, workdir=workdir)
        seen.placed += extra
        return seen

    def suspect(self, folder: str, reason: str) -> None:
        """Something may have put files below a folder: what is known of them still counts."""
        self.placed.suspected.setdefault(folder, reason)

    @property
    def suspected(self) -> dict[str, str]:
        """Folders in which there may be anything, with the first reason."""
        found: dict[str, str] = {}
        for layer in self.placed.layers():
            found |= layer.suspected
        return found

    def absolute(self, path: str) -> str | None:
        if not path.startswith("/") and self.workdir is None:
            return None
        return "/" + posixpath.normpath(posixpath.join(self.workdir or "/", path)).lstrip("/")

    def near(self, path: str) -> Iterator[Placed]:
        """What may have put something at an absolute path, the last first; it ends where the effort does."""
        places = [path, *_folders_above(path)]
        for layer in self.placed.layers():
            if not self.effort.spend(1):
                return
            for placed in layer.at(places):
                sources = placed.sources if isinstance(placed, FromContext | FromFiles) else ()
                if not self.effort.spend(1 + len(sources)):
                    return
                yield placed

    def read(self, path: str) -> Source | Requirements | Missing:
        """What stands at a path, or why that is not known: a folder of the context that is copied there may lack it."""
        found = self.look_up(path)
        if found is not NOTHING_COPIES_IT:
            return found
        absolute = self.absolute(path) or ""
        copies = (placed for placed in self.near(absolute) if isinstance(placed, FromContext))
        lacking = next((lacks for placed in copies if (lacks := placed.lacks(absolute))), None)
        return found._replace(reason=f"there is no `{lacking}` in the build context") if lacking else found

    def look_up(self, path: str) -> Source | Requirements | Missing:
        """What stands at a path; NOTHING_COPIES_IT itself where nothing that is known has put a file there."""
        absolute = self.absolute(path)
        if absolute is None:
            return Missing("the working directory is not known")
        if "\0" in absolute:
            return Missing("the path has a NUL character")
        if len(absolute) > _LONGEST_PATH:
            return Missing("file name too long")
        unknown = None
        for placed in self.near(absolute):
            found = placed.read(absolute)
            if isinstance(found, Missing) and not found.final:
                unknown = unknown or found
            elif found is not None:
                return found
        if self.effort.left <= 0:
            return TOO_MANY_COPIES
        return unknown or self._suspicion(absolute) or NOTHING_COPIES_IT

    def _suspicion(self, path: str) -> Missing | None:
        places = [path, *_folders_above(path)]
        for layer in self.placed.layers():
            if layer.suspected and (folder := next((place for place in places if place in layer.suspected), None)):
                return Missing(layer.suspected[folder], final=False)
        return None

    def find(self, pattern: str) -> tuple[str, ...]:
        """The paths of context files that match a shell pattern in the image, as far as COPY of folders shows them."""
        absolute = self.absolute(pattern)
        if absolute is None or len(absolute) > _LONGEST_PATH:
            return ()
        found: set[str] = set()
        for placed in self.near(absolute):
            matching = _matching(placed, absolute) if isinstance(placed, FromContext) else []
            if isinstance(matching, Missing):
                return ()
            self.effort.left -= len(matching)
            found.update(matching)
        return tuple(sorted(found)) if self.effort.left > 0 else ()


def _folders_above(path: str) -> Iterator[str]:
    while path != "/":
        path = posixpath.dirname(path)
        yield path


def _matching(placed: FromContext, pattern: str) -> list[str] | Missing:
    """The paths in the image of what a COPY brings that match an absolute pattern."""
    relative = below(pattern, placed.destination)
    if relative is None:
        return []
    found: list[str] = []
    for source in placed.sources:
        brought = placed.context.find(source)
        if isinstance(brought, Missing):
            return brought
        for path in brought:
            names = _names(placed.context, path, relative)
            if isinstance(names, Missing):
                return names
            found += [posixpath.join(placed.destination, name) for name in names]
    return found


def _names(context: BuildContext, path: str, pattern: str) -> list[str] | Missing:
    """What matches of a file, or in a folder, of the context."""
    if not context.is_folder(path):
        name = posixpath.basename(path)
        return [name] if matches(pattern, name) and not context.excludes(path) else []
    there = context.find(posixpath.join(path, pattern))
    if isinstance(there, Missing):
        return there
    return [posixpath.relpath(each, path) for each in there if not context.excludes(each)]
