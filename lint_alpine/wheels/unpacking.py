"""The compression of source distributions -> bytes, piece by piece: gzip, bzip2, xz and lzma, or none."""

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

# Of these pieces never more than one is held; the other numbers are far beyond what compressors write.
_PIECE = 1024 * 1024
_MEMORY = 96 * 1024 * 1024
_STREAMS = 10_000
"""Compressors that use several processors write one stream after another: of nearly a megabyte each, then."""


class DamagedError(Exception):
    """It is not compressed in that way, or is damaged."""


class _Decompressor(Protocol):
    """As bz2's and lzma's: what does not come out at once comes with the next, empty, input."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class Unpacker:
    """Takes a compressed file in pieces; `complete` where it may end here."""

    def __init__(self, new: Callable[[], _Decompressor] | None) -> None:
        """Without a decompressor it is not compressed."""
        self._new = new
        self._stream = new() if new is not None else None
        self._streams = 1
        self.complete = new is None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Raises DamagedError."""
        from lzma import LZMAError

        if self._new is None:
            yield data
            return
        while data or not (self._stream is None or self._stream.needs_input or self._stream.eof):
            if self._stream is None:
                data = data.lstrip(b"\0")  # padding between streams, and behind the last one
                if not data:
                    return
                self._stream, self._streams = self._new(), self._streams + 1
            try:
                piece = self._stream.decompress(data, _PIECE)
            except (OSError, EOFError, ValueError, LZMAError, zlib.error, MemoryError):
                raise DamagedError from None
            data = b""
            if self._stream.eof:
                data, self._stream = self._stream.unused_data, None
            self.complete = self._stream is None
            if self._streams > _STREAMS:
                raise DamagedError
            if piece:
                yield piece


class _Gzip:
    def __init__(self) -> None:
        self._object = zlib.decompressobj(wbits=31)
        self._full = False

    @property
    def eof(self) -> bool:
        return self._object.eof

    @property
    def needs_input(self) -> bool:
        return not self._object.unconsumed_tail and not self._full

    @property
    def unused_data(self) -> bytes:
        return self._object.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        piece = self._object.decompress(self._object.unconsumed_tail + data, max_length)
        self._full = len(piece) == max_length
        return piece


def _bzip2() -> _Decompressor:
    from bz2 import BZ2Decompressor

    return BZ2Decompressor()


def _lzma() -> _Decompressor:
    from lzma import LZMADecompressor

    return LZMADecompressor(memlimit=_MEMORY)


_BY_ENDING: dict[str, Callable[[], _Decompressor] | None] = {
    ".tar.gz": _Gzip,
    ".tgz": _Gzip,
    ".tar.bz2": _bzip2,
    ".tbz": _bzip2,
    ".tar.xz": _lzma,
    ".txz": _lzma,
    ".tlz": _lzma,
    ".tar.lzma": _lzma,
    ".tar": None,
}


def unpacker(filename: str) -> Unpacker | None:
    """For a tar file of that name, as pip goes by it; None where it is of a kind that is not read."""
    ending = next((ending for ending in _BY_ENDING if filename.endswith(ending)), None)
    return Unpacker(_BY_ENDING[ending]) if ending is not None else None
