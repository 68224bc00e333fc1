"""The build context: the only place that opens a project's files, and never one outside of it."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.source import Source

if TYPE_CHECKING:
    from lint_alpine.dockerignore import Pattern

# Reading ten megabytes takes seconds; a Dockerfile of more than this is no Dockerfile.
MAX_DOCKERFILE_BYTES = 10 * 1024 * 1024
# The largest lock files of public repositories stay below 10 MB.
MAX_FILE_BYTES = 64 * 1024 * 1024
# The longest ignore files in use have some hundred lines.
MAX_IGNORE_BYTES = 256 * 1024
MAX_GLOB_MATCHES = 10_000
MAX_FOLDER_FILES = 3_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Missing(NamedTuple):
    """Why a file cannot be read; `final` is false where something else may have put it there all the same.

    `expected`: the build puts a file there, only what it says is not known.
    """

    reason: str
    final: bool = True
    expected: bool = False


def read_bytes(path: Path, limit: int) -> bytes | Missing:
    """The bytes of a regular file of at most `limit` bytes."""
    data = read_part(path, 0, limit + 1)
    if isinstance(data, bytes) and len(data) > limit:
        return Missing(f"it is larger than {limit // (1024 * 1024)} MiB")
    return data


def read_part(path: Path, start: int, size: int) -> bytes | Missing:
    """Up to `size` bytes of a regular file from `start`; opened without waiting, so a pipe cannot hang us."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        return Missing(_explain(error))
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            return Missing("it is a folder" if stat.S_ISDIR(mode) else "it is not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            if start:
                file.seek(start)
            return file.read(size)
    except OSError as error:
        return Missing(_explain(error))
    finally:
        os.close(descriptor)


def _explain(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "there is no such file"
        case PermissionError():
            return "permission denied"
        case IsADirectoryError():
            return "it is a folder"
        case OSError(strerror=str(text)):
            return text.lower()
        case _:
            return str(error)


def decode(data: bytes) -> str:
    """Text as BuildKit takes it: UTF-8, a byte order mark dropped; bytes that are not UTF-8 stay recognisable."""
    return data.removeprefix(_BYTE_ORDER_MARK).decode("utf-8", "surrogateescape")


def rewrite(path: Path, before: str, after: str) -> Missing | None:
    """Puts a new text in the place of the old one, byte order mark and all; Missing where the file is another by now.

    A reader sees the old file or the new one, never half of it; a symbolic link stays one.
    """
    target = Path(os.path.realpath(path))
    data = read_bytes(target, MAX_DOCKERFILE_BYTES)
    if isinstance(data, Missing):
        return data
    if decode(data) != before:
        return Missing("it has changed in the meantime, or is not plain UTF-8")
    mark = _BYTE_ORDER_MARK if data.startswith(_BYTE_ORDER_MARK) else b""
    temporary = target.with_name(f".{target.name}.lint-alpine")
    try:
        temporary.write_bytes(mark + after.encode("utf-8", "surrogateescape"))
        temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        return Missing(_explain(error))
    return None


@dataclass(frozen=True)
class BuildContext:
    """A folder whose files COPY may take. `shown` is that folder's path as reports show it (empty: the current one);
    `dockerfile` is the file that is built, which may have an ignore file of its own."""

    root: Path
    shown: str = ""
    dockerfile: Path | None = None

    @cached_property
    def _real_root(self) -> str:
        return os.path.realpath(self.root)

    @cached_property
    def _ignored(self) -> "tuple[str, tuple[Pattern, ...]]":
        """The ignore file's name and patterns: that beside the Dockerfile with its name, else that of the context."""
        name = ".dockerignore"
        found: bytes | Missing = Missing("")
        if self.dockerfile is not None:
            own = self.dockerfile.name + name
            found = BuildContext(self.dockerfile.parent).read_bytes(own, MAX_IGNORE_BYTES)
            name = own if isinstance(found, bytes) else name
        if isinstance(found, Missing):
            found = self.read_bytes(name, MAX_IGNORE_BYTES)
        if isinstance(found, Missing):
            return name, ()
        from lint_alpine.dockerignore import parse

        return name, parse(decode(found))

    def excludes(self, path: str) -> bool:
        """Whether an ignore file keeps a path of the context out of the build."""
        _, patterns = self._ignored
        parts = _parts(path) if patterns else ()
        if not parts or isinstance(parts, Missing):
            return False
        from lint_alpine.dockerignore import excludes

        return excludes(patterns, "/".join(parts))

    def _resolve(self, path: str) -> Path | Missing:
        """The file behind a path of the context (`/` is its root): neither `..` nor a symbolic link can leave it."""
        parts = _parts(path)
        if isinstance(parts, Missing):
            return parts
        target = os.path.realpath(Path(self._real_root, *parts))
        if target != self._real_root and not target.startswith(self._real_root.rstrip(os.sep) + os.sep):
            return Missing("a symbolic link leaves the build context")
        return Path(target)

    def show(self, path: str) -> str:
        """The path of a context file as reports show it."""
        clean = os.path.normpath(path.lstrip("/") or ".").replace(os.sep, "/")
        return f"{self.shown}/{clean}" if self.shown else clean

    def read_bytes(self, path: str, limit: int) -> bytes | Missing:
        """What stands at a path of the folder, whatever an ignore file says."""
        resolved = self._resolve(path)
        return resolved if isinstance(resolved, Missing) else read_bytes(resolved, limit)

    def read_part(self, path: str, start: int, size: int) -> bytes | Missing:
        resolved = self._resolve(path)
        return resolved if isinstance(resolved, Missing) else read_part(resolved, start, size)

    def size(self, path: str) -> int | Missing:
        resolved = self._resolve(path)
        try:
            return resolved if isinstance(resolved, Missing) else resolved.stat().st_size
        except OSError as error:
            return Missing(_explain(error))

    @cached_property
    def _known(self) -> dict[str, Source | Missing]:
        return {}

    def read(self, path: str) -> Source | Missing:
        """A file of the context as its build sees it; read once."""
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def _read(self, path: str) -> Source | Missing:
        from lint_alpine.installs.requirements import decode as decode_requirements

        data = self.read_bytes(path, MAX_FILE_BYTES)
        if isinstance(data, Missing):
            return data
        if self.excludes(path):
            return Missing(f"`{self._ignored[0]}` excludes it", final=False)
        try:
            text = decode_requirements(data)
        except ValueError as error:
            return Missing(str(error))
        return Source(self.show(path), text)

    def files(self, folder: str) -> "tuple[ContextFile, ...] | Missing":
        """What stands in a folder of the context as its build sees it, by name: nothing in it is opened."""
        names = self._names(folder)
        if len(names) > MAX_FOLDER_FILES:
            return Missing(f"it has more than {MAX_FOLDER_FILES} files")
        paths = [f"{folder.rstrip('/')}/{name}" for name in names]
        kept = tuple(ContextFile(self, path) for path in paths if not self.excludes(path))
        return kept if kept or not self.excludes(folder) else Missing(f"`{self._ignored[0]}` excludes it", final=False)

    def is_folder(self, path: str) -> bool:
        resolved = self._resolve(path)
        return not isinstance(resolved, Missing) and resolved.is_dir()

    def has_file(self, path: str) -> bool:
        """Whether something that is no folder stands there, readable or not: what `read` then says is worth knowing."""
        return os.path.lexists(Path(self._real_root, os.path.normpath(path.lstrip("/")))) and not self.is_folder(path)

    @cached_property
    def _found(self) -> dict[str, tuple[str, ...]]:
        return {}

    def find(self, pattern: str) -> tuple[str, ...]:
        """Paths of the context that match a pattern as COPY reads it (Go's filepath.Match), sorted."""
        if is_pattern(pattern):
            if pattern not in self._found:
                self._found[pattern] = tuple(self._matches(pattern))
            return self._found[pattern]
        return (pattern,) if self._has(pattern) else ()

    def _has(self, path: str) -> bool:
        return self.has_file(path) or self.is_folder(path)

    def _matches(self, pattern: str) -> Iterator[str]:
        from lint_alpine.dockerignore import parse_pattern

        found = [""]
        for part in PurePosixPath(pattern.lstrip("/")).parts:
            name_pattern = parse_pattern(part) if is_pattern(part) else None
            following: list[str] = []
            for folder in found:
                if name_pattern is None:
                    following.append(f"{folder}{part}")
                else:
                    names = self._names(folder or ".")
                    following += [f"{folder}{name}" for name in names if name_pattern.matches(name)]
            found = [f"{path}/" for path in following[:MAX_GLOB_MATCHES]]
        paths = (path.rstrip("/") for path in found)
        return (path for path in paths if self._has(path))

    def _names(self, folder: str) -> list[str]:
        resolved = self._resolve(folder)
        if isinstance(resolved, Missing):
            return []
        try:
            return sorted(entry.name for entry in resolved.iterdir())[:MAX_GLOB_MATCHES]
        except OSError:
            return []


class ContextFile(NamedTuple):
    """A file at a path of the context that is no text: it is read in parts."""

    context: BuildContext
    path: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The path of its folder as reports show it."""
        return self.context.show(self.path.rpartition("/")[0])

    @property
    def size(self) -> int | Missing:
        """In bytes."""
        return self.context.size(self.path)

    def read(self, start: int, size: int) -> bytes | Missing:
        """Up to `size` bytes from `start`."""
        return self.context.read_part(self.path, start, size)


def is_pattern(path: str) -> bool:
    return any(character in path for character in "*?[\\")


def _parts(path: str) -> list[str] | Missing:
    """The names of a path below its folder, `..` resolved."""
    if "\0" in path:
        return Missing("the path has a NUL character")
    parts: list[str] = []
    for part in PurePosixPath(path.lstrip("/")).parts:
        if part == "..":
            if not parts:
                return Missing("the path leaves the build context")
            parts.pop()
        elif part != ".":
            parts.append(part)
    return parts


def choose_context(dockerfile: Path, sources: Iterable[str]) -> Path:
    """The folder that a build of this Dockerfile most likely takes as its context: the nearest one, from the
    Dockerfile's own up to the repository's root, in which most of what it copies stands."""
    folder = dockerfile.parent
    wanted = [path for path in sources if path.strip("./")]
    if not wanted:
        return folder
    best, most = folder, -1
    for candidate in folders_up_to_repository(folder):
        context = BuildContext(candidate)
        found = sum(bool(context.find(path)) for path in wanted)
        if found > most:
            best, most = candidate, found
        if found == len(wanted):
            break
    return best


def folders_up_to_repository(folder: Path) -> list[Path]:
    """A folder (absolute) and its parents up to the root of its repository; alone where it is in none."""
    absolute = Path(os.path.normpath(folder.absolute()))
    chain = [absolute, *absolute.parents]
    for depth, candidate in enumerate(chain[:64]):
        if (candidate / ".git").exists():
            return chain[: depth + 1]
    return [absolute]
