"""What indexes said, kept on disk: records derived from their answers, never pages, never credentials."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from zlib import crc32

_FORMAT = "index-3"
"""The folder of this format of entries: a version that writes others takes another name."""

_LIFETIME = 600.0
"""Seconds for which an answer without Cache-Control is used, as in pip and uv."""

_LONGEST_LIFETIME = 7 * 86400.0
_LARGEST_ENTRY = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One remembered answer: its data, what revalidates it, when it was given and until when it may be used.

    Times are seconds since 1970; an entry that never `expires` has None.
    """

    data: bytes | memoryview
    stored: float
    expires: float | None
    etag: str | None = None
    last_modified: str | None = None

    @property
    def as_of(self) -> str:
        """The UTC date of the answer, in ISO form."""
        return _date(self.stored)


class DiskCache:
    """A folder of entries, one file each, that several processes may use at once.

    It never fails: what cannot be read is absent, what cannot be written is not kept.
    """

    def __init__(self, folder: Path, limit: int = 256 * 1024 * 1024, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.root = folder
        self._folder = folder / _FORMAT
        self._limit = limit
        self._written = False
        self._made: set[Path] = set()

    def today(self) -> str:
        """The UTC date, in ISO form."""
        return _date(self.clock())

    def read(self, kind: str, key: str) -> Entry | None:
        """The entry, fresh or not; None where there is none that can be understood."""
        path = self._path(kind, key)
        try:
            with path.open("rb") as file:
                content = file.read(_LARGEST_ENTRY + 1)
            if len(content) > _LARGEST_ENTRY:
                return None
            end = content.index(b"\n")
            described: object = json.loads(content[:end])
        except (OSError, ValueError, RecursionError):
            return None
        match described:
            case {
                "key": str() as written,
                "stored": int() | float() as since,
                "expires": int() | float() | None as expires,
                "etag": str() | None as etag,
                "last_modified": str() | None as last_modified,
                "checksum": int() as checksum,
            } if written == key and 0 <= since < 1e11 and checksum == crc32(data := memoryview(content)[end + 1 :]):
                return Entry(data, since, expires, etag, last_modified)
            case _:
                return None

    def is_fresh(self, entry: Entry) -> bool:
        """Whether it may be used without asking. An entry from the future was written under a wrong clock."""
        now = self.clock()
        return entry.stored <= now + 60 and (entry.expires is None or now < entry.expires)

    def write(self, kind: str, key: str, entry: Entry, more: bytes | memoryview = b"") -> None:
        """Keep an entry; what is `more` follows its data, and is spared a copy."""
        path = self._path(kind, key)
        header = {
            "key": key,
            "stored": entry.stored,
            "expires": entry.expires,
            "etag": entry.etag,
            "last_modified": entry.last_modified,
            "checksum": crc32(more, crc32(entry.data)),
        }
        content = (json.dumps(header).encode(), b"\n", entry.data, more)
        if sum(map(len, content)) > min(self._limit, _LARGEST_ENTRY):
            return
        with suppress(OSError):
            if path.parent not in self._made:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._made.add(path.parent)
            _replace(path, content)
            self._written = True

    def clear(self) -> int:
        """Forget everything, also what other versions wrote. The number of bytes that are free now."""
        freed = 0
        for path, _, size in _files(self.root.glob("index-*/*/*")):
            with suppress(OSError):
                path.unlink()
                freed += size
        return freed

    def prune(self) -> None:
        """Remove the oldest entries where all together are larger than the limit; only after something was written."""
        if not self._written:
            return
        self._written = False
        files = sorted(_files(self._folder.glob("*/*")), key=lambda file: file[1])
        excess = sum(size for _, _, size in files) - self._limit
        # A fifth more than must be: else every run would have to prune again.
        excess = excess + self._limit // 5 if excess > 0 else 0
        for path, _, size in files:
            if excess <= 0:
                return
            with suppress(OSError):
                path.unlink()
            excess -= size

    def _path(self, kind: str, key: str) -> Path:
        return self._folder / kind / f"{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}.json"


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, float, int]]:
    """Each file with its time of writing and its size."""
    for path in paths:
        with suppress(OSError):
            status = path.stat()
            yield path, status.st_mtime, status.st_size


def _date(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


_numbers = count()


def _replace(path: Path, content: Iterable[bytes | memoryview]) -> None:
    """Other processes see the old file or the whole new one."""
    temporary = path.with_name(f".{path.stem[:16]}-{os.getpid()}-{next(_numbers)}")
    try:
        with temporary.open("wb") as file:
            file.writelines(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def lifetime(cache_control: str | None, age: str | None = None) -> float | None:
    """For how many seconds an answer with these headers may be used (RFC 9111); None: it must not be kept."""
    directives = {}
    for directive in (cache_control or "").lower()[:1000].split(","):
        name, _, value = directive.strip().partition("=")
        directives[name] = value.strip('" ')
    if "no-store" in directives:
        return None
    if "no-cache" in directives:
        return 0.0
    if "max-age" not in directives:
        return _LIFETIME
    return min(_LONGEST_LIFETIME, max(0.0, _seconds(directives["max-age"]) - _seconds(age or "")))


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0.0


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """LINT_ALPINE_CACHE_DIR, else `lint-alpine` in the user's cache folder."""
    if named := environment.get("LINT_ALPINE_CACHE_DIR"):
        return Path(named).absolute()
    home = Path("~").expanduser()
    match sys.platform:
        case "win32":
            parent = Path(environment.get("LOCALAPPDATA") or home / "AppData/Local")
        case "darwin":
            parent = home / "Library/Caches"
        case _:
            # The XDG specification: a relative path is to be ignored.
            parent = Path(environment.get("XDG_CACHE_HOME") or ".")
            parent = parent if parent.is_absolute() else home / ".cache"
    return parent / "lint-alpine"
