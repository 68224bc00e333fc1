"""One release on an index: what it needs, by METADATA wherever that stands; what its source distribution holds."""

import hashlib
import json
import re
from collections.abc import Callable, Generator, Mapping

from lint_alpine.wheels.archives import ArchiveError, DamagedZipError, Members, Part, Range, TarStream, read_zip
from lint_alpine.wheels.cache import DiskCache, Entry, lifetime
from lint_alpine.wheels.distribution import Distribution, parse_requires_python
from lint_alpine.wheels.evidence import Fault, Needs, SdistContents, Unavailable
from lint_alpine.wheels.metadata import (
    Allowance,
    MetadataError,
    fault_of,
    is_metadata,
    is_top_level,
    read_metadata,
    read_requirements,
)
from lint_alpine.wheels.records import PageRelease
from lint_alpine.wheels.sdists import is_build_file, sdist_contents
from lint_alpine.wheels.transport import Body, Head, Receive, SlowError, Transport, TransportError

_READING = "sdists-2"
"""Under which name the contents of source distributions are remembered: what reads them otherwise takes another one."""

_METADATA = 4 * 1024 * 1024
_SDIST = 64 * 1024 * 1024
_WHOLE = 1024 * 1024
"""How large a file may be that is read as a whole, because its server serves no ranges."""

_ATTEMPTS = 4
"""How many files of a release are tried."""


class Releases:
    """Reads the files of releases: at the URLs that the index itself gives, never at others."""

    def __init__(self, transport: Transport, cache: DiskCache, allowance: Allowance, refresh: bool) -> None:
        self._transport = transport
        self._allowance = allowance
        self._cache = cache
        self._refresh = refresh

    def needs(self, release: PageRelease, candidates: tuple[Distribution, ...]) -> Needs | Unavailable:
        """What the release declares; `candidates` are its files, the one that pip would take first.

        Raises SlowError, and MetadataError where pip would refuse the release (then with a fault) or could tell only by
        building it.
        """
        failures: list[str] = []
        for file, url in _in_order(release, candidates)[:_ATTEMPTS]:
            is_taken = file.is_wheel and file.filename == candidates[0].filename if candidates else False
            try:
                return self._allowance.take(self._file_needs(file, url, release.metadata_hashes(file.filename)))
            except SlowError:
                raise
            except MetadataError as error:
                raise MetadataError(str(error), fault_of(error) if is_taken else None) from None
            except (TransportError, ArchiveError) as error:
                if is_taken and isinstance(error, DamagedZipError):
                    raise MetadataError(str(error), fault_of(error)) from None
                failures.append(str(error))
        return Unavailable(release.name, failures[0] if failures else "the index gives no URL of its files")

    def _file_needs(self, file: Distribution, url: str, hashes: Mapping[str, str]) -> Needs:
        known = self._remembered("needs", file, url)
        remembered = _needs_from(known.data) if known else None
        if remembered is not None:
            self._transport.statistics.cache_hits += 1
            if isinstance(remembered, MetadataError):
                raise remembered
            return remembered
        try:
            read = self._wheel_metadata(file, url, hashes) if file.is_wheel else self._sdist_metadata(file, url)
            needs = read_metadata(read, file.name, file.version, static=not file.is_wheel)
        except MetadataError as error:
            self._remember("needs", file, url, {"unknown": str(error), "fault": error.fault})
            raise
        python = str(needs.requires_python) if needs.requires_python is not None else None
        requires = [str(each) for each in needs.requirements]
        declared = {"requires": requires, "extras": sorted(needs.extras), "python": python}
        self._remember("needs", file, url, declared)
        return needs

    def _wheel_metadata(self, file: Distribution, url: str, hashes: Mapping[str, str]) -> bytes:
        if file.metadata:
            head, content = self._transport.get_body(f"{url}.metadata", {}, _METADATA)
            if head.status == 200:
                _check_hashes(content, hashes, head)
                return content
        members = self._zip(url, lambda path: is_metadata(path, file.name))
        return _only(members, DamagedZipError("its wheel has no METADATA"))

    def _sdist_metadata(self, file: Distribution, url: str) -> bytes:
        members = self._sdist(
            file, url, lambda path: is_top_level(path, "PKG-INFO"), lambda members: bool(members.contents)
        )
        return _only(members, MetadataError("its dependencies are known only by building it"))

    def contents(self, file: Distribution, url: str) -> SdistContents:
        """What a source distribution is built of. Raises TransportError, ArchiveError, MetadataError."""
        known = self._remembered(_READING, file, url)
        if known and (remembered := _contents_from(known.data)):
            self._transport.statistics.cache_hits += 1
            return remembered
        members = self._sdist(file, url, is_build_file)
        found = sdist_contents(members)
        self._remember(_READING, file, url, {**found._asdict(), "sources": dict(found.sources)})
        return found

    # The cache: a file of a known hash never changes

    def _remembered(self, kind: str, file: Distribution, url: str) -> Entry | None:
        entry = self._cache.read(kind, _key(file, url))
        if entry is None or not self._cache.is_fresh(entry) or (self._refresh and entry.expires is not None):
            return None
        return entry

    def _remember(self, kind: str, file: Distribution, url: str, found: object) -> None:
        now = self._cache.clock()
        expires = None if file.hashes else now + (lifetime(None) or 0)
        self._cache.write(kind, _key(file, url), Entry(json.dumps(found).encode(), now, expires))

    # Archives

    def _sdist(
        self,
        file: Distribution,
        url: str,
        wanted: Callable[[str], bool],
        enough: Callable[[Members], bool] | None = None,
    ) -> Members:
        """The members of a source distribution: as many as are enough, else all."""
        if file.filename.endswith(".zip"):
            return self._zip(url, wanted)
        stream = TarStream(file.filename, wanted, enough or (lambda _: False))
        received = 0

        def check(size: int) -> None:
            if size > _SDIST:
                raise ArchiveError(f"its source distribution is larger than {_SDIST >> 20} MB")

        def receive(data: bytes) -> bool:
            nonlocal received
            received += len(data)
            check(received)
            return stream.feed(data)

        def accept(head: Head) -> Receive:
            length = head.headers.get("content-length", "")
            if enough is None and length.isdecimal():
                check(int(length))
            return receive

        if enough is None:
            check(file.size or 0)
        # Not decoded even where the server calls it encoded: some do so for what is compressed by itself.
        head = self._transport.get(url, {"Accept-Encoding": "identity"}, accept)
        if head.status != 200:
            raise TransportError(f"{head.host} answered with status {head.status}")
        return stream.close()

    def _zip(self, url: str, wanted: Callable[[str], bool]) -> Members:
        reader: Generator[Range, Part, Members] = read_zip(wanted)
        try:
            asked = next(reader)
            while True:
                asked = reader.send(self._part(url, asked))
        except StopIteration as end:
            members: Members = end.value
            return members

    def _part(self, url: str, asked: Range) -> Part:
        end = "" if asked.start is None else asked.start + asked.size - 1
        start = -asked.size if asked.start is None else f"{asked.start}-"
        part = self._ask_part(url, asked, {"Range": f"bytes={start}{end}"})
        # Some servers cannot serve the last bytes of a file that has fewer.
        return part or self._ask_part(url, asked, {}) or Part(0, 0, b"")

    def _ask_part(self, url: str, asked: Range, headers: Mapping[str, str]) -> Part | None:
        """The part, or the whole of a small file if the server serves no ranges; None where it refuses the range."""
        body: Body | None = None

        def accept(head: Head) -> Receive:
            nonlocal body
            body = Body(head, asked.size if head.status == 206 else _WHOLE)
            return body.receive

        head = self._transport.get(url, {"Accept-Encoding": "identity", **headers}, accept)
        if head.status == 416:
            return None
        if body is None:
            raise TransportError(f"{head.host} answered with status {head.status}")
        content = body.content
        if head.status == 200:
            return Part(0, len(content), content)
        sent = re.fullmatch(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})", head.headers.get("content-range", ""))
        start, last, total = (int(number) for number in sent.groups()) if sent else (0, 0, 0)
        if not sent or start not in {asked.start, total - len(content)} or last - start + 1 != len(content):
            raise TransportError(f"{head.host} sent another range than was asked for")
        return Part(start, total, content)


def _in_order(release: PageRelease, candidates: tuple[Distribution, ...]) -> list[tuple[Distribution, str]]:
    """The files of a release, as the index lists them, the one whose METADATA tells best first: the wheel that is pip's
    choice, other wheels (those of other systems last), source distributions."""
    first = candidates[0].filename if candidates else ""

    def rank(file: Distribution) -> tuple[bool, bool, bool, bool]:
        foreign = re.search(r"-(?:win|macosx|ios|android)[^-]*\.whl$", file.filename) is not None
        return not file.is_wheel, file.filename != first, foreign, not file.metadata

    return [(file, file.url) for file in sorted(release.files, key=rank) if file.url is not None]


def _key(file: Distribution, url: str) -> str:
    return " ".join((url, *(f"{algorithm}={digest}" for algorithm, digest in sorted(file.hashes))))


def _only(members: Members, otherwise: Exception) -> bytes:
    match list(members.contents.values()):
        case [content]:
            return content
        case _:
            raise otherwise


def _check_hashes(content: bytes, hashes: Mapping[str, str], head: Head) -> None:
    for algorithm, digest in hashes.items():
        known = algorithm in {"sha224", "sha256", "sha384", "sha512"}
        if known and hashlib.new(algorithm, content).hexdigest() != digest:
            raise TransportError(f"{head.host} serves METADATA that does not have the hash that the index gives")


def _json(data: bytes | memoryview) -> object:
    try:
        value: object = json.loads(bytes(data))
    except (ValueError, RecursionError):
        return None
    return value


def _needs_from(data: bytes | memoryview) -> Needs | MetadataError | None:
    """What was remembered: what the file declares, or why it tells nothing."""
    match _json(data):
        case {"unknown": str() as reason, "fault": fault} if fault is None or fault in [*Fault]:
            return MetadataError(reason, Fault(fault) if fault is not None else None)
        case {"requires": list() as requires, "extras": list() as extras, "python": str() | None as python}:
            try:
                requirements = read_requirements(map(str, requires))
                return Needs(requirements, frozenset(map(str, extras)), parse_requires_python(python))
            except MetadataError:
                return None
        case _:
            return None


def _contents_from(data: bytes | memoryview) -> SdistContents | None:
    match _json(data):
        case {
            "backend": str() | None as backend,
            "requires": list() as requires,
            "sources": dict() as counts,
            "extension": bool() as extension,
            "optional": bool() as optional,
            "understood": bool() as understood,
        }:
            sources = tuple((str(language), count) for language, count in counts.items() if isinstance(count, int))
            requirements = tuple(map(str, requires))
            return SdistContents(backend, requirements, sources, extension, optional, understood=understood)
        case _:
            return None
