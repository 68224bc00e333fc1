"""What stands at a path of a stage's file system, as far as what COPY, ADD, mounts and commands put there is known."""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from lint_alpine.context import BuildContext, Missing, is_pattern
from lint_alpine.installs.dependency import Requirements
from lint_alpine.source import Excerpt, Source

NOTHING_COPIES_IT = Missing("no COPY or ADD of this file puts it there", final=False)
TOO_MANY_COPIES = Missing("too many stages copy from one another")

# Stages that copy from one another in a chain; each may also copy several times, which doubles the ways with each one.
LONGEST_CHAIN = 50
_MOST_COPIES = 50_000
_MOST_MATCHES = 1000


class Placed(Protocol):
    """Something that puts files at paths. None: that path is not one of them."""

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
        matches = (match for pattern in reversed(self.sources) for match in reversed(self.context.find(pattern)))
        folder = next(filter(self.context.is_folder, matches), None)
        return posixpath.normpath(posixpath.join(folder, relative)) if folder is not None else None

    def _may_be(self, path: str, match: str) -> bool:
        """Whether a file ends up at a path; whether the destination is a folder is not always known."""
        into = posixpath.join(self.destination, posixpath.basename(match))
        return path == into or (path == self.destination and not self.into)

    def leaves_out(self, relative: str) -> bool:
        if not self.left_out:
            return False
        from lint_alpine.dockerignore import excludes, parse

        return excludes(parse("\n".join(self.left_out)), relative)


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

    def read(self, path: str) -> Source | Missing | None:
        return excerpt_source(self.text) if path == self.path else None


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
        effort.left -= 1
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


@dataclass(slots=True)
class Effort:
    """What is left of the effort to follow copies from stage to stage, and how deep that has gone."""

    left: int = _MOST_COPIES
    depth: int = 0


@dataclass(slots=True)
class ImageFiles:
    """The file system of a stage as far as it is known; what was placed last wins. `workdir` None: not known.

    `suspected` are folders in which there may be anything, with the reason. `effort` is shared by all stages.
    """

    workdir: str | None = "/"
    placed: list[Placed] = field(default_factory=list)
    suspected: dict[str, str] = field(default_factory=dict)
    effort: Effort = field(default_factory=Effort)

    def copy(self) -> "ImageFiles":
        return replace(self, placed=list(self.placed), suspected=dict(self.suspected))

    def at(self, workdir: str | None, extra: Sequence[Placed] = ()) -> "ImageFiles":
        """The same files seen from another working directory, with more on top (bind mounts)."""
        return replace(self, workdir=workdir, placed=[*self.placed, *extra])

    def suspect(self, folder: str, reason: str) -> None:
        """Something may have put files below a folder: what is known of them still counts."""
        self.suspected.setdefault(folder, reason)

    def absolute(self, path: str) -> str | None:
        if not path.startswith("/") and self.workdir is None:
            return None
        return "/" + posixpath.normpath(posixpath.join(self.workdir or "/", path)).lstrip("/")

    def read(self, path: str) -> Source | Requirements | Missing:
        """What stands at a path, or why that is not known: a folder of the context that is copied there may lack it."""
        found = self.look_up(path)
        if found is not NOTHING_COPIES_IT:
            return found
        copies = (placed for placed in reversed(self.placed) if isinstance(placed, FromContext))
        absolute = self.absolute(path) or ""
        lacking = next((lacks for placed in copies if (lacks := placed.lacks(absolute))), None)
        return found._replace(reason=f"there is no `{lacking}` in the build context") if lacking else found

    def look_up(self, path: str) -> Source | Requirements | Missing:
        """What stands at a path; NOTHING_COPIES_IT itself where nothing that is known has put a file there."""
        absolute = self.absolute(path)
        if absolute is None:
            return Missing("the working directory is not known")
        if "\0" in absolute:
            return Missing("the path has a NUL character")
        unknown = None
        for placed in reversed(self.placed):
            found = placed.read(absolute)
            if isinstance(found, Missing) and not found.final:
                unknown = unknown or found
            elif found is not None:
                return found
        if unknown is not None:
            return unknown
        for folder, reason in self.suspected.items():
            if absolute == folder or below(absolute, folder) is not None:
                return Missing(reason, final=False)
        return NOTHING_COPIES_IT

    def find(self, pattern: str) -> tuple[str, ...]:
        """The paths of context files that match a shell pattern in the image, as far as COPY of folders shows them."""
        absolute = self.absolute(pattern)
        if absolute is None:
            return ()
        found: set[str] = set()
        for placed in self.placed:
            if isinstance(placed, FromContext):
                found.update(_matching(placed, absolute))
        return tuple(sorted(found)[:_MOST_MATCHES])


def _matching(placed: FromContext, pattern: str) -> list[str]:
    """The paths in the image of what a COPY brings that match an absolute pattern."""
    relative = below(pattern, placed.destination)
    if relative is None:
        return []
    found: list[str] = []
    for source in placed.sources:
        for match in placed.context.find(source):
            if placed.context.is_folder(match):
                names = [
                    posixpath.relpath(path, match)
                    for path in placed.context.find(posixpath.join(match, relative))[:_MOST_MATCHES]
                    if not placed.context.excludes(path)
                ]
            else:
                name = posixpath.basename(match)
                names = [name] if matches(relative, name) and not placed.context.excludes(match) else []
            found += [posixpath.join(placed.destination, name) for name in names]
    return found


def excerpt_source(excerpt: Excerpt) -> Source:
    """A part of a Dockerfile as a file whose every character keeps its line and column."""
    if not excerpt.text:
        return Source(excerpt.source.path, "")
    begin, end = excerpt.offset(0), excerpt.offset(len(excerpt.text) - 1) + 1
    text = excerpt.source.text
    blank = "".join("\n" if character == "\n" else " " for character in text[:begin])
    return Source(excerpt.source.path, blank + text[begin:end])
