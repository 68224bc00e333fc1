"""Names and small members of remote archives: zip files by ranges of bytes, compressed tar files as they stream by."""

import zlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from io import SEEK_CUR, SEEK_END, SEEK_SET
from typing import TYPE_CHECKING

from lint_alpine.wheels.unpacking import DamagedError, unpacker

if TYPE_CHECKING:
    from zipfile import ZipFile

_MEMBER = 1024 * 1024
"""How many bytes of a member are read; the headers of METADATA and a pyproject.toml are far smaller."""

_NAMES = 200_000
_TAIL = 16 * 1024
_RANGE = 4 * 1024 * 1024
"""The longest range that is asked for: the largest central directories known have 2 MB."""

_RANGES = 6
_UNPACKED = 200 * 1024 * 1024
_HEADER = 512


class ArchiveError(Exception):
    """The archive cannot be read, or not within bounds; the text tells why, for people."""


class DamagedZipError(ArchiveError):
    """It is not a zip file that anybody can read, or lacks what must be in it."""


@dataclass(slots=True)
class Members:
    """The names in an archive and the first megabyte of the members that were asked for."""

    names: list[str] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes of a remote file: `size` from `start`; from a `start` of None, the last `size`."""

    start: int | None
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """What came back: bytes from `start` of a file of `total` bytes."""

    start: int
    total: int
    content: bytes


def read_zip(wanted: Callable[[str], bool]) -> Generator[Range, Part, Members]:
    """Asks for ranges, is sent parts, and returns the names and the `wanted` members. Raises ArchiveError."""
    import struct
    import zipfile

    malformed = (zipfile.BadZipFile, struct.error, zlib.error, ValueError, OSError, EOFError, RuntimeError)
    file = _SparseFile((yield Range(None, _TAIL)))
    archive: zipfile.ZipFile | None = None
    for _ in range(_RANGES):
        try:
            archive = archive or zipfile.ZipFile(file)
            return _zip_members(archive, file, wanted)
        except _MissingError as missing:
            if missing.size > _RANGE:
                raise ArchiveError("its archive has a directory that is too large") from None
            file.add((yield Range(missing.start, missing.size)))
        except ArchiveError:
            raise
        except malformed:
            raise DamagedZipError("its archive is not a zip file that can be read") from None
    raise ArchiveError("its archive would take too many requests")


def _zip_members(archive: "ZipFile", file: "_SparseFile", wanted: Callable[[str], bool]) -> Members:
    from zipfile import ZIP_DEFLATED, ZIP_STORED

    members = Members(archive.namelist())
    for info in archive.infolist():
        if wanted(info.filename) and not info.is_dir():
            if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
                raise ArchiveError("its archive is compressed in an unusual way")
            # One request for the local header, whose name and extra field come before the data, and the data.
            ahead = 30 + 2 * len(info.filename.encode()) + len(info.extra) + 256
            file.expect(info.header_offset, ahead + min(info.compress_size, _MEMBER))
            with archive.open(info) as member:
                members.contents[info.filename] = member.read(_MEMBER)
    return members


class _MissingError(Exception):
    def __init__(self, start: int, size: int) -> None:
        super().__init__(start, size)
        self.start = start
        self.size = size


class _SparseFile:
    """As much of a file as is known. Reading what is not known raises _MissingError."""

    def __init__(self, part: Part) -> None:
        self._total = part.total
        self._parts = [part]
        self._position = 0

    def add(self, part: Part) -> None:
        if part.total != self._total:
            raise ArchiveError("its archive changed while it was read")
        self._parts.append(part)

    def expect(self, start: int, size: int) -> None:
        """Raises _MissingError for the whole stretch (as far as the file goes) if the beginning of it is not known."""
        if start < 0:
            raise ArchiveError("its archive is not a zip file that can be read")
        size = min(size, self._total - start)
        if size > 0 and not self._known(start, size):
            raise _MissingError(start, size)

    def _known(self, start: int, size: int) -> Part | None:
        return next((p for p in self._parts if p.start <= start and start + size <= p.start + len(p.content)), None)

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        position = {SEEK_SET: 0, SEEK_CUR: self._position, SEEK_END: self._total}[whence] + offset
        if position < 0:
            raise OSError("before the beginning of the file")
        self._position = position
        return position

    def read(self, size: int = -1) -> bytes:
        rest = max(0, self._total - self._position)
        size = rest if size < 0 else min(size, rest)
        part = self._known(self._position, size)
        if part is None:
            raise _MissingError(self._position, size)
        start = self._position - part.start
        self._position += size
        return part.content[start : start + size]


class TarStream:
    """Reads a compressed tar file that is fed to it piece by piece; nothing but `Members` is kept.

    Python's own tarfile is not used: versions in use have loops without end and quadratic header parsing.
    """

    def __init__(self, filename: str, wanted: Callable[[str], bool], enough: Callable[[Members], bool]) -> None:
        """Keeps the `wanted` members, and stops before the end as soon as there is `enough`. Raises ArchiveError for a
        file of a kind that is not read, by its name."""
        unpacks = unpacker(filename)
        if unpacks is None:
            raise ArchiveError("its source distribution is an archive of a kind that is not read")
        self.members = Members()
        self._wanted = wanted
        self._enough = enough
        self._unpacker = unpacks
        self._unpacked = 0
        self._buffer = bytearray()
        self._complete = False
        self._between = True
        self._reader = self._read()
        next(self._reader)

    def feed(self, data: bytes) -> bool:
        """Whether more is wanted. Raises ArchiveError."""
        try:
            for piece in self._unpacker.feed(data):
                self._unpacked += len(piece)
                if self._unpacked > _UNPACKED:
                    raise ArchiveError(f"its archive holds more than {_UNPACKED >> 20} MB")
                self._reader.send(piece)
        except StopIteration:
            self._complete = True
        except DamagedError:
            raise ArchiveError("its archive is not compressed as its name says, or is damaged") from None
        return not self._complete

    def close(self) -> Members:
        """All that was found. Raises ArchiveError where the stream ended within a member."""
        at_end = self._unpacker.complete and self._between and not self._buffer
        if not self._complete and not at_end:
            raise ArchiveError("its archive ends too early")
        return self.members

    def _take(self, size: int) -> Generator[None, bytes, bytes]:
        while len(self._buffer) < size:
            self._buffer += yield
        piece = bytes(self._buffer[:size])
        del self._buffer[:size]
        return piece

    def _skip(self, size: int) -> Generator[None, bytes, None]:
        while len(self._buffer) < size:
            size -= len(self._buffer)
            self._buffer = bytearray((yield))
        del self._buffer[:size]

    def _read(self) -> Generator[None, bytes, None]:
        long_name: str | None = None
        while not self._enough(self.members):
            self._between = long_name is None
            header = yield from self._take(_HEADER)
            self._between = False
            if not any(header):
                return  # the end of the archive is marked by empty blocks
            name, kind, size = _tar_header(header)
            padding = -size % _HEADER
            if kind in b"xL" and size <= _MEMBER:
                content = yield from self._take(size)
                found = _pax_path(content) if kind == b"x" else content
                long_name = found.rstrip(b"\0").decode("utf-8", "replace") if found is not None else long_name
                yield from self._skip(padding)
                continue
            if kind in b"gxKL":  # global headers and links say nothing about names
                yield from self._skip(size + padding)
                continue
            name, long_name = long_name or name, None
            if kind in b"07\0":
                kept = yield from self._file(name, size)
                yield from self._skip(size - kept + padding)
            elif kind not in b"123456":  # which have no data, whatever their size says
                yield from self._skip(size + padding)

    def _file(self, name: str, size: int) -> Generator[None, bytes, int]:
        if len(self.members.names) >= _NAMES:
            raise ArchiveError(f"its archive has more than {_NAMES} members")
        self.members.names.append(name)
        if not self._wanted(name):
            return 0
        kept = min(size, _MEMBER)
        self.members.contents[name] = yield from self._take(kept)
        return kept


def _tar_header(header: bytes) -> tuple[str, bytes, int]:
    """Name, kind and size (POSIX ustar, and GNU's sizes in base 256)."""
    checksum = sum(header) - sum(header[148:156]) + 8 * ord(" ")
    if checksum != _octal(header[148:156]):
        raise ArchiveError("its archive is not a tar file or is damaged")
    name = header[:100].partition(b"\0")[0]
    if header[257:263] == b"ustar\0" and (prefix := header[345:500].partition(b"\0")[0]):
        name = prefix + b"/" + name
    size = int.from_bytes(header[125:136], "big") if header[124] == 0x80 else _octal(header[124:136])
    return name.decode("utf-8", "replace"), header[156:157], size


def _octal(field: bytes) -> int:
    text = field.strip(b" \0")
    if not text:
        return 0
    if not text.isdigit() or b"8" in text or b"9" in text:
        raise ArchiveError("its archive is not a tar file or is damaged")
    return int(text, 8)


def _pax_path(content: bytes) -> bytes | None:
    """The `path` record of a pax header (`length key=value` lines), if it has one."""
    start, path = 0, None
    while start < len(content):
        digits, _, _ = content[start : start + 20].partition(b" ")
        if not digits.isdigit() or not 0 < int(digits) <= len(content) - start:
            break
        record = content[start + len(digits) + 1 : start + int(digits)].removesuffix(b"\n")
        key, equals, value = record.partition(b"=")
        if equals and key == b"path":
            path = value
        start += int(digits)
    return path
