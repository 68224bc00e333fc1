"""The files that index pages list, by release: as text that a cache can keep, read only where a release matters."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import islice

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from lint_alpine.wheels.distribution import Distribution, parse, parse_requires_python, release_of

MOST_FILES = 200_000
"""Of one project on one index; the largest have about 20,000."""

Row = tuple[str, str | None, str | None, bool, int | None, dict[str, str], bool | dict[str, str]]
"""What a page says of a file: name, URL, Requires-Python, yanked, size, hashes, METADATA beside it (or its hashes).

What a row holds is checked where it is read; its name is a string in any case.
"""


_encode = json.JSONEncoder(separators=(",", ":")).encode


class TooManyFilesError(ValueError):
    """More files than any project has."""


class PageRelease:
    """The files of one release on one index page, or on those of several indexes; a `Release` of a `Listing`.

    `parts` are lists of rows, also as JSON. A page has thousands of files, of which a verdict needs a few: the rows are
    read when the files are asked for.
    """

    def __init__(self, name: str, version: Version, parts: tuple[bytes | Sequence[Row], ...]) -> None:
        self.name = name
        self.version = version
        self.parts = parts

    @cached_property
    def files(self) -> tuple[Distribution, ...]:
        """In the order of the pages; what several of them list with the same hashes only once."""
        files: dict[object, Distribution] = {}
        for row in self._rows:
            if file := _distribution(self.name, row):
                files.setdefault((file.filename, file.hashes), file)
        return tuple(files.values())

    @property
    def pythons(self) -> Iterable[SpecifierSet | None]:
        return (file.requires_python for file in self.files)

    def metadata_hashes(self, filename: str) -> Mapping[str, str]:
        """The hashes of the METADATA beside that file (PEP 658), where the index gives them."""
        found = (row[6] for row in self._rows if row[0] == filename)
        return next((hashes for hashes in found if isinstance(hashes, dict)), {})

    def pack(self) -> tuple[bytes, ...]:
        """Its parts as JSON, in which form they are kept from now on: that takes a quarter of the memory."""
        packed = tuple(part if isinstance(part, bytes) else _packed(part) for part in self.parts)
        self.parts = packed
        return packed

    @cached_property
    def _rows(self) -> tuple[Row, ...]:
        return tuple(row for part in self.parts for row in _rows(part))


def collect(name: str, rows: Iterable[Row]) -> tuple[PageRelease, ...]:
    """The releases of project `name` (normalised), newest first, without the files whose name belongs to none.

    Raises TooManyFilesError.
    """
    releases: dict[Version, list[Row]] = {}
    by_stem: dict[str, list[Row] | None] = {}
    rows = iter(rows)
    for row in islice(rows, MOST_FILES):
        filename = row[0]
        # The wheels of a release begin alike, and pages have a hundred thousand of them: each release is read once.
        is_wheel = filename.endswith(".whl")
        stem = filename[: filename.find("-", filename.find("-") + 1)] if is_wheel else filename
        if stem not in by_stem:
            version = release_of(filename, name)
            by_stem[stem] = None if version is None else releases.setdefault(version, [])
        release = by_stem[stem]
        if release is not None:
            release.append(row)
    if next(rows, None) is not None:
        raise TooManyFilesError(f"lists more than {MOST_FILES} files")
    return tuple(PageRelease(name, version, (releases[version],)) for version in sorted(releases, reverse=True))


def merged(pages: Sequence[Sequence[PageRelease]]) -> tuple[PageRelease, ...]:
    """The releases of a project on several indexes, newest first: pip takes them all together, in this order."""
    if len(pages) == 1:
        return tuple(pages[0])
    parts: dict[Version, tuple[bytes | Sequence[Row], ...]] = {}
    for release in (release for page in pages for release in page):
        parts[release.version] = (*parts.get(release.version, ()), *release.parts)
    name = next((release.name for page in pages for release in page), "")
    return tuple(PageRelease(name, version, parts[version]) for version in sorted(parts, reverse=True))


def to_bytes(releases: Iterable[PageRelease]) -> bytes:
    """One line for each release: its version, a tab, its rows."""
    return b"\n".join(b"%s\t%s" % (str(each.version).encode(), part) for each in releases for part in each.pack())


def from_bytes(name: str, data: bytes) -> tuple[PageRelease, ...]:
    """What `to_bytes` wrote. Raises ValueError where it did not write this."""
    releases = []
    for line in data.split(b"\n") if data else ():
        version, _, rows = line.partition(b"\t")
        try:
            releases.append(PageRelease(name, Version(version.decode()), (rows,)))
        except InvalidVersion as error:
            raise ValueError("not a list of releases") from error
    return tuple(releases)


def _packed(rows: Sequence[Row]) -> bytes:
    try:
        return _encode(rows).encode()
    except RecursionError:  # the page may hold anything where hashes should be
        return b"[]"


def _rows(part: bytes | Sequence[Row]) -> list[Row]:
    """None of a line that is damaged: the cache has checked what it read."""
    rows: object = part
    if isinstance(part, bytes):
        try:
            rows = json.loads(part)
        except (ValueError, RecursionError):
            return []
    return [checked for row in rows if (checked := _checked(row))] if isinstance(rows, list) else []


def _checked(row: object) -> Row | None:
    match row:
        case [
            str() as filename,
            str() | None as url,
            str() | None as requires,
            bool() as yanked,
            int() | None as size,
            dict() as hashes,
            dict() | bool() as metadata,
        ]:
            metadata = hashes_of(metadata) if isinstance(metadata, dict) else metadata
            return filename, url, requires, yanked, size, hashes_of(hashes), metadata
        case _:
            return None


def _distribution(name: str, row: Row) -> Distribution | None:
    filename, url, requires, yanked, size, hashes, metadata = row
    return parse(
        filename,
        name,
        requires_python=parse_requires_python(requires) if requires and len(requires) < 1000 else None,
        yanked=yanked,
        size=size,
        hashes=tuple(hashes.items()),
        url=url,
        metadata=metadata is not False,
    )


_DIGEST = re.compile(r"[0-9a-fA-F]{32,128}")


def hashes_of(value: object) -> dict[str, str]:
    """The hex digests by algorithm; what is none is left out."""
    if not isinstance(value, dict):
        return {}
    return {
        algorithm: digest.lower()
        for algorithm, digest in value.items()
        if isinstance(algorithm, str) and isinstance(digest, str) and _DIGEST.fullmatch(digest)
    }
