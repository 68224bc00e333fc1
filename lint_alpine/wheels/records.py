"""The files that index pages list, by release: as places in their text, read only where a release matters."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from lint_alpine.wheels.distribution import Distribution, parse, parse_requires_python, release_of
from lint_alpine.wheels.links import filename_of, hashes_of, link

MOST_FILES = 200_000
"""Of one project on one index; the largest have about 20,000."""


class TooManyFilesError(ValueError):
    """More files than any project has."""


Buffer = bytes | memoryview


class MisplacedNamesError(ValueError):
    """The names of files do not stand where the files do."""


class PageText(NamedTuple):
    """The text of a page, the name of each file on it, and where the inside of its JSON object begins: `gap` characters
    behind the end of the one before; the last one ends at `end`. `opening` is what stands before each name in the text,
    where that is so."""

    text: bytes
    names: Sequence[bytes]
    begins: Sequence[int]
    gap: int
    end: int
    opening: bytes | None = None

    def place(self, first: int, last: int) -> tuple[int, int]:
        """Where the files from `first` to `last` stand. Raises MisplacedNamesError where `first` does not."""
        begin = self.begins[first]
        if self.opening is not None and self.text.find(self.opening + self.names[first], begin, self._end(first)) < 0:
            raise MisplacedNamesError
        return begin, self._end(last)

    def _end(self, at: int) -> int:
        return self.begins[at + 1] - self.gap if at + 1 < len(self.begins) else self.end


class PageFiles(NamedTuple):
    """The files of one release on one page: the URL of the page, from which its links start, its text, and the places
    in it where they stand, neighbours as one: from inside the first object (PEP 691) to inside the last.

    What the objects hold is checked where they are read.
    """

    page: str
    text: Buffer
    places: tuple[tuple[int, int], ...]

    @property
    def json(self) -> bytes:
        return b"[{%s}]" % b"},{".join(bytes(self.text[start:end]) for start, end in self.places)


class PageRelease:
    """The files of one release on one index page, or on those of several indexes; a `Release` of a `Listing`.

    A page has thousands of files, of which a verdict needs a few: they are read when they are asked for.
    """

    def __init__(self, name: str, version: Version, parts: tuple[PageFiles, ...]) -> None:
        self.name = name
        self.version = version
        self.parts = parts

    @cached_property
    def files(self) -> tuple[Distribution, ...]:
        """In the order of the pages; what several of them list with the same hashes only once."""
        return tuple({(file.filename, file.hashes): file for file, _ in reversed(self._read)}.values())[::-1]

    @property
    def pythons(self) -> Iterable[SpecifierSet | None]:
        return (file.requires_python for file in self.files)

    def metadata_hashes(self, filename: str) -> Mapping[str, str]:
        """The hashes of the METADATA beside that file (PEP 658), where the index gives them."""
        return next((hashes for file, hashes in self._read if file.filename == filename and hashes), {})

    @cached_property
    def _read(self) -> tuple[tuple[Distribution, dict[str, str]], ...]:
        return tuple(each for part in self.parts for each in _read(self.name, part))


def collect(name: str, page: str, listed: PageText) -> tuple[PageRelease, ...]:
    """The releases of project `name` (normalised), newest first, without the files whose name belongs to none.

    The text is not copied: it has megabytes. Raises TooManyFilesError, MisplacedNamesError.
    """
    if len(listed.names) > MOST_FILES:
        raise TooManyFilesError(f"lists more than {MOST_FILES} files")
    releases: dict[Version, list[tuple[int, int]]] = {}
    for version, first, last in _runs(name, listed.names):
        releases.setdefault(version, []).append(listed.place(first, last))
    return tuple(
        PageRelease(name, version, (PageFiles(page, listed.text, tuple(places)),))
        for version, places in sorted(releases.items(), key=itemgetter(0), reverse=True)
    )


def _runs(name: str, filenames: Sequence[bytes]) -> Iterator[tuple[Version, int, int]]:
    """Neighbouring files of one release; a page has a hundred thousand files in a few thousand runs."""
    version: Version | None = None
    # What the names of the release's wheels begin with, and what its source distribution is mostly called: neither
    # needs more reading.
    stem, archive, first = b"-", b"", 0
    for at, filename in enumerate(filenames):
        if (filename.startswith(stem) and filename.endswith(b".whl")) or filename == archive:
            continue
        found = release_of(filename.decode("utf-8", "replace"), name)
        if found != version:
            if version is not None:
                yield version, first, at - 1
            version, first = found, at
        stem, archive = b"-", b""
        if found is not None and filename.endswith(b".whl"):
            spelled = b"-".join(filename.split(b"-", 2)[:2])
            stem, archive = spelled + b"-", spelled + b".tar.gz"
    if version is not None:
        yield version, first, len(filenames) - 1


def merged(pages: Sequence[Sequence[PageRelease]]) -> tuple[PageRelease, ...]:
    """The releases of a project on several indexes, newest first: pip takes them all together, in this order."""
    if len(pages) == 1:
        return tuple(pages[0])
    parts: dict[Version, tuple[PageFiles, ...]] = {}
    for release in (release for page in pages for release in page):
        parts[release.version] = (*parts.get(release.version, ()), *release.parts)
    name = next((release.name for page in pages for release in page), "")
    return tuple(PageRelease(name, version, parts[version]) for version in sorted(parts, reverse=True))


def to_bytes(releases: Sequence[PageRelease]) -> tuple[bytes, Buffer]:
    """The releases of one page: lines, the first one its URL, then one for each release, its version, a tab, and where
    its files stand in the text of the page; and that text."""
    if not releases:
        return b"", b""
    # A query may hold what only its user may know; no link starts from it.
    page, text, _ = releases[0].parts[0]
    places = (" ".join(f"{start}-{end}" for start, end in each.parts[0].places) for each in releases)
    lines = (f"{each.version}\t{stand}" for each, stand in zip(releases, places, strict=True))
    return "\n".join((page.partition("?")[0], *lines, "\n")).encode(), text


def from_bytes(name: str, data: Buffer) -> tuple[PageRelease, ...]:
    """What `to_bytes` wrote, in one piece. Raises ValueError where it did not write this."""
    if not data:
        return ()
    lines, text = _divided(data)
    page, *described = lines.decode().split("\n")
    releases = []
    for line in described:
        version, _, places = line.partition("\t")
        try:
            read = tuple(_place(place) for place in places.split(" "))
            releases.append(PageRelease(name, Version(version), (PageFiles(page, text, read),)))
        except (InvalidVersion, ValueError) as error:
            raise ValueError("not a list of releases") from error
    return tuple(releases)


def _divided(data: Buffer) -> tuple[bytes, memoryview]:
    """The lines before the first empty one, and the rest, without a copy of it."""
    view, size = memoryview(data), 1 << 16
    while (end := (head := bytes(view[:size])).find(b"\n\n")) < 0 and size < len(view):
        size *= 4
    if end < 0:
        raise ValueError("not a list of releases")
    return head[:end], view[end + 2 :]


def _place(text: str) -> tuple[int, int]:
    start, _, end = text.partition("-")
    return int(start), int(end)


def _read(name: str, part: PageFiles) -> Iterator[tuple[Distribution, dict[str, str]]]:
    """Each file that pip could take, with the hashes of its METADATA; none of what cannot be read."""
    try:
        values: object = json.loads(part.json)
    except (ValueError, RecursionError):
        return
    for value in values if isinstance(values, list) else ():
        filename = filename_of(value)
        if filename is None or not isinstance(value, dict):
            continue
        url, fragment = link(part.page, str(value["url"]))
        requires, size = value.get("requires-python"), value.get("size")
        # PEP 714: the older name counts only where the newer one is absent.
        metadata = value.get("core-metadata", value.get("dist-info-metadata"))
        file = parse(
            filename,
            name,
            requires_python=_requires_python(requires),
            yanked=bool(value.get("yanked")),
            size=size if type(size) is int and size >= 0 else None,
            hashes=tuple((hashes_of(value.get("hashes")) or fragment).items()),
            url=url,
            metadata=isinstance(metadata, dict) or bool(metadata),
        )
        if file is not None:
            yield file, hashes_of(metadata)


def _requires_python(text: object) -> SpecifierSet | None:
    return parse_requires_python(text) if isinstance(text, str) and len(text) < 1000 else None
