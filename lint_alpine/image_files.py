"""What stands at a path of a stage's file system: context files and here-documents that COPY put there, bind mounts."""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from lint_alpine.context import BuildContext, Missing
from lint_alpine.dockerfile.instructions import Heredoc
from lint_alpine.installs.dependency import Requirements
from lint_alpine.source import Source

NOTHING_COPIES_IT = Missing("no COPY or ADD of this file puts it there")


class Placed(Protocol):
    """Something that puts files at paths. None: that path is not one of them."""

    def read(self, path: str) -> Source | Requirements | Missing | None: ...


class FromContext(NamedTuple):
    """`COPY sources destination`; `into` when the destination can only be a folder. Destination is absolute."""

    context: BuildContext
    sources: tuple[str, ...]
    destination: str
    into: bool
    parents: bool = False

    def read(self, path: str) -> Source | Missing | None:
        excluded = None
        # What is copied last wins.
        for pattern in reversed(self.sources):
            for match in reversed(self.context.find(pattern)):
                inside = self._inside(path, match)
                found = self.context.read(inside) if inside is not None else None
                if isinstance(found, Missing) and found.excluded:
                    excluded = excluded or found
                elif found is not None:
                    return found
        return excluded

    def _inside(self, path: str, match: str) -> str | None:
        """The path in the context of what the image has at `path`, if this match put it there."""
        target = posixpath.join(self.destination, match.lstrip("/")) if self.parents else self.destination
        if self.context.is_folder(match):
            relative = _below(path, target)
            candidate = posixpath.join(match, relative) if relative is not None else ""
            return candidate if candidate and self.context.has_file(candidate) else None
        if self.parents:
            return match if path == target else None
        if path == posixpath.join(self.destination, posixpath.basename(match)):
            return match
        return match if path == self.destination and not self.into else None


class FromText(NamedTuple):
    """A here-document that COPY writes to a path."""

    path: str
    source: Source

    def read(self, path: str) -> Source | Missing | None:
        return self.source if path == self.path else None


class FromFiles(NamedTuple):
    """`COPY --from=stage path destination`."""

    files: "ImageFiles"
    sources: tuple[str, ...]
    destination: str

    def read(self, path: str) -> Source | Requirements | Missing | None:
        for source in self.sources:
            origin = posixpath.normpath(posixpath.join("/", source))
            candidates = (
                [origin]
                if path in (self.destination, posixpath.join(self.destination, posixpath.basename(origin)))
                else []
            )
            relative = _below(path, self.destination)
            candidates += [posixpath.join(origin, relative)] if relative else []
            for candidate in candidates:
                found = self.files.read(candidate)
                if found is not NOTHING_COPIES_IT:
                    return found
        return None


class FromExport(NamedTuple):
    """What a command such as `poetry export` wrote: the requirements are known, though there is no text."""

    path: str
    requirements: Requirements

    def read(self, path: str) -> Requirements | None:
        return self.requirements if path == self.path else None


class FromElsewhere(NamedTuple):
    """What is known to be there without its content being known: a download, another image."""

    destination: str
    reason: str

    def read(self, path: str) -> Source | Missing | None:
        return Missing(self.reason) if _below(path, self.destination) is not None or path == self.destination else None


def _below(path: str, folder: str) -> str | None:
    """`path` relative to `folder`, or None where it is not in it."""
    prefix = folder.rstrip("/") + "/"
    return path[len(prefix) :] if path.startswith(prefix) else None


@dataclass(slots=True)
class ImageFiles:
    """The file system of a stage as far as it is known; what was placed last wins. `workdir` None: not known."""

    workdir: str | None = "/"
    placed: list[Placed] = field(default_factory=list)

    def copy(self) -> "ImageFiles":
        return ImageFiles(self.workdir, list(self.placed))

    def at(self, workdir: str | None, extra: Sequence[Placed] = ()) -> "ImageFiles":
        """The same files seen from another working directory, with more on top (bind mounts)."""
        return replace(self, workdir=workdir, placed=[*self.placed, *extra])

    def absolute(self, path: str) -> str | None:
        if not path.startswith("/") and self.workdir is None:
            return None
        return "/" + posixpath.normpath(posixpath.join(self.workdir or "/", path)).lstrip("/")

    def read(self, path: str) -> Source | Requirements | Missing:
        absolute = self.absolute(path)
        if absolute is None:
            return Missing("the working directory is not known")
        if "\0" in absolute:
            return Missing("the path has a NUL character")
        excluded = None
        for placed in reversed(self.placed):
            found = placed.read(absolute)
            if isinstance(found, Missing) and found.excluded:
                excluded = excluded or found
            elif found is not None:
                return excluded if excluded and isinstance(found, Missing) else found
        return excluded or NOTHING_COPIES_IT

    def find(self, pattern: str) -> tuple[str, ...]:
        """The paths of context files that match a shell pattern in the image, as far as COPY of folders shows them."""
        absolute = self.absolute(pattern)
        if absolute is None:
            return ()
        found: set[str] = set()
        for placed in self.placed:
            if not isinstance(placed, FromContext):
                continue
            for source in placed.sources:
                for match in placed.context.find(source):
                    relative = _below(absolute, placed.destination)
                    if relative and placed.context.is_folder(match):
                        inside = placed.context.find(posixpath.join(match, relative))
                        found |= {posixpath.join(placed.destination, posixpath.relpath(name, match)) for name in inside}
        return tuple(sorted(found))


def heredoc_source(heredoc: Heredoc) -> Source:
    """The body of a here-document as a file whose every character keeps its line and column in the Dockerfile."""
    body = heredoc.body
    if not body.text:
        return Source(body.source.path, "")
    begin, end = body.offset(0), body.offset(len(body.text) - 1) + 1
    text = body.source.text
    blank = "".join("\n" if character == "\n" else " " for character in text[:begin])
    return Source(body.source.path, blank + text[begin:end])
