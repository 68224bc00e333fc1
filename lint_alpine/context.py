"""The build context: the only place that opens a project's files, and never one outside of it."""

import os
import posixpath
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from lint_alpine.decoding import decode_as_pip
from lint_alpine.source import Source

if TYPE_CHECKING:
    from lint_alpine.dockerignore import Pattern

# Reading ten megabytes takes seconds; a Dockerfile of more than this is no Dockerfile.
MAX_DOCKERFILE_BYTES = 10 * 1024 * 1024
# The largest lock files of public repositories stay below 10 MB.
MAX_FILE_BYTES = 64 * 1024 * 1024
# The longest ignore files in use have some hundred lines.
MAX_IGNORE_BYTES = 256 * 1024
MAX_FOLDER_FILES = 3_000
# With how many names the patterns of one Dockerfile are compared, which takes seconds; those in use come to thousands.
MAX_COMPARED_NAMES = 300_000
# The sources that tell a build context; few Dockerfiles have more than a hundred.
_MOST_SOURCES = 1000
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
    return data if isinstance(data, Missing) else _within(limit, data)


def read_dockerfile(stream: BinaryIO) -> str | Missing:
    """The text of a Dockerfile that comes from a stream, which may have no more than a file."""
    data = _within(MAX_DOCKERFILE_BYTES, stream.read(MAX_DOCKERFILE_BYTES + 1))
    return data if isinstance(data, Missing) else decode(data)


def _within(limit: int, data: bytes) -> bytes | Missing:
    return data if len(data) <= limit else Missing(f"it is larger than {limit // (1024 * 1024)} MiB")


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
    return _replace(target, mark + after.encode("utf-8", "surrogateescape"))


def _replace(file: Path, data: bytes) -> Missing | None:
    from tempfile import mkstemp

    try:
        # A new file of a random name: at a name that is known before, a repository may have laid a link to elsewhere.
        descriptor, name = mkstemp(prefix=".lint-alpine-", dir=file.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as new:
                new.write(data)
            temporary.chmod(stat.S_IMODE(file.stat().st_mode))
            temporary.replace(file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        return Missing(_explain(error))
    return None


def is_folder(path: Path) -> bool:
    """Unlike Path.is_dir, False also for what cannot be looked at: a name that is too long, one in a closed folder."""
    return os.path.isdir(path)  # noqa: PTH112


TOO_MANY_NAMES = Missing("too many files of the build context would have to be compared with patterns")


@dataclass(eq=False)
class BuildContext:
    """A folder whose files COPY may take; nothing in it is looked at twice. `shown` is that folder's path as reports
    show it (empty: the current one); `dockerfile` is the file that is built, which may have an ignore file of its own;
    `comparable` is the number of names that patterns may still be compared with."""

    root: Path
    shown: str = ""
    dockerfile: Path | None = None
    comparable: int = MAX_COMPARED_NAMES
    _read: dict[str, Source | Missing] = field(default_factory=dict, init=False, repr=False)
    _kinds: dict[str, bool | None] = field(default_factory=dict, init=False, repr=False)
    _listed: dict[str, Mapping[str, bool] | Missing] = field(default_factory=dict, init=False, repr=False)
    _found: dict[str, tuple[str, ...] | Missing] = field(default_factory=dict, init=False, repr=False)

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

    def read(self, path: str) -> Source | Missing:
        """A file of the context as its build sees it."""
        if path not in self._read:
            self._read[path] = self._source(path)
        return self._read[path]

    def _source(self, path: str) -> Source | Missing:
        data = self.read_bytes(path, MAX_FILE_BYTES)
        if isinstance(data, Missing):
            return data
        if self.excludes(path):
            return Missing(f"`{self._ignored[0]}` excludes it", final=False)
        try:
            text = decode_as_pip(data)
        except ValueError as error:
            return Missing(str(error))
        return Source(self.show(path), text)

    def files(self, folder: str) -> "tuple[ContextFile, ...] | Missing":
        """What stands in a folder of the context as its build sees it, by name: nothing in it is opened."""
        names = self._names(folder)
        if isinstance(names, Missing):
            return names
        if len(names) > MAX_FOLDER_FILES:
            return Missing(f"it has more than {MAX_FOLDER_FILES} files")
        paths = [f"{folder.rstrip('/')}/{name}" for name in names]
        kept = tuple(ContextFile(self, path) for path in paths if not self.excludes(path))
        return kept if kept or not self.excludes(folder) else Missing(f"`{self._ignored[0]}` excludes it", final=False)

    def is_folder(self, path: str) -> bool:
        return self._kind(path) is True

    def has_file(self, path: str) -> bool:
        """Whether something that is no folder stands there, readable or not: what `read` then says is worth knowing."""
        return self._kind(path) is False

    def _kind(self, path: str) -> bool | None:
        """Whether what stands there is a folder; None where nothing does."""
        if path not in self._kinds:
            there = os.path.lexists(f"{self._real_root}/{os.path.normpath(path.lstrip('/'))}")
            resolved = self._resolve(path) if there else None
            self._kinds[path] = isinstance(resolved, Path) and is_folder(resolved) if there else None
        return self._kinds[path]

    def find(self, pattern: str) -> tuple[str, ...] | Missing:
        """Paths of the context that match a pattern as COPY reads it (Go's filepath.Match), sorted."""
        if not is_pattern(pattern):
            return (pattern,) if self._kind(pattern) is not None else ()
        if pattern not in self._found:
            self._found[pattern] = self._matches(pattern)
        return self._found[pattern]

    def _matches(self, pattern: str) -> tuple[str, ...] | Missing:
        """As BuildKit looks for them: links before the first wildcard are followed, links behind it are not entered."""
        parts = posixpath.normpath(pattern.lstrip("/")).split("/")
        first = next((number for number, part in enumerate(parts) if is_pattern(part)), len(parts))
        if first == len(parts):
            return self.find("/".join(parts))
        found = ["/".join(parts[:first])]
        for number, part in enumerate(parts[first:], first + 1):
            further: list[str] = []
            for folder in found:
                names = self._matching(folder or ".", part)
                if isinstance(names, Missing):
                    return names
                may_be_file = number == len(parts)
                further += (f"{folder}/{name}".lstrip("/") for name, enters in names if enters or may_be_file)
            found = further
        return tuple(found)

    def _matching(self, folder: str, part: str) -> Iterable[tuple[str, bool]] | Missing:
        names = self._names(folder)
        if isinstance(names, Missing):
            return names
        if not is_pattern(part):
            return [(part, names[part])] if part in names else []
        from lint_alpine.dockerignore import parse_pattern

        # A pattern of many sets takes its time with each name.
        self.comparable -= len(names) * (1 + len(part) // 16)
        if self.comparable < 0:
            return TOO_MANY_NAMES
        pattern = parse_pattern(part)
        return [item for item in names.items() if pattern.matches(item[0])] if pattern is not None else []

    def _names(self, folder: str) -> Mapping[str, bool] | Missing:
        """What stands in a folder, sorted; whether it is a folder itself, not a link to one."""
        if folder not in self._listed:
            self._listed[folder] = self._list(folder)
        return self._listed[folder]

    def _list(self, folder: str) -> Mapping[str, bool] | Missing:
        resolved = self._resolve(folder)
        if isinstance(resolved, Missing):
            return {}
        try:
            with os.scandir(resolved) as entries:
                some = islice(entries, max(0, self.comparable) + 1)
                found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in some)
        except OSError:
            return {}
        self.comparable -= len(found)
        return dict(found) if self.comparable >= 0 else TOO_MANY_NAMES


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
    wanted = [path for path in sources if path.strip("./")][:_MOST_SOURCES]
    if not wanted:
        return folder
    best, most, comparable = folder, -1, MAX_COMPARED_NAMES
    for candidate in folders_up_to_repository(folder):
        context = BuildContext(candidate, comparable=comparable)
        found = sum(bool(matches) and not isinstance(matches, Missing) for matches in map(context.find, wanted))
        comparable = context.comparable
        if found > most:
            best, most = candidate, found
        if found == len(wanted):
            break
    return best


def folders_up_to_repository(folder: Path) -> list[Path]:
    """A folder (absolute) and its parents up to the root of its repository; alone where it is in none."""
    found = [*folders_upward(folder)]
    return found if is_repository(found[-1]) else found[:1]


def folders_upward(folder: Path) -> Iterator[Path]:
    """A folder (absolute) and its parents, up to the root of its repository or of the file system."""
    absolute = Path(os.path.normpath(folder.absolute()))
    for parent in (absolute, *absolute.parents):
        yield parent
        if is_repository(parent):
            return


def is_repository(folder: Path) -> bool:
    return os.path.lexists(folder / ".git")
