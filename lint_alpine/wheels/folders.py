"""Folders of wheels in the build context as a source: which files they have, and what these tell."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

from packaging.utils import canonicalize_name
from packaging.version import Version

from lint_alpine.wheels.archives import ArchiveError, DamagedZipError, Members, Part, TarStream, read_zip
from lint_alpine.wheels.distribution import Distribution, parse
from lint_alpine.wheels.evidence import Evidence, Needs, Offer, Origin, SdistContents, Unavailable
from lint_alpine.wheels.metadata import Allowance, MetadataError, fault_of, is_metadata, is_top_level, read_metadata
from lint_alpine.wheels.sdists import is_build_file, sdist_contents
from lint_alpine.wheels.wanted import BROUGHT_BY_IMAGES

_SDIST = 64 * 1024 * 1024
_HASHED = 256 * 1024 * 1024
_PIECE = 256 * 1024

# pip looks at archives of these kinds alone (index/sources.py of pip 26).
_SDISTS = (".tar.gz", ".zip")


class Unread(Protocol):
    """Why a file cannot be read."""

    @property
    def reason(self) -> str: ...


class LocalFile(Protocol):
    """A file of the build context, which is read in parts."""

    @property
    def size(self) -> int | Unread: ...

    def read(self, start: int, size: int) -> bytes | Unread: ...


class Folder(NamedTuple):
    """A folder that --find-links names: `path` as people know it, `files` by name."""

    path: str
    files: Mapping[str, LocalFile]


class Folders:
    """A `WheelSource`, `NeedsSource` and `SdistSource` of what stands in folders: nothing but their names is read, and
    of an archive that is chosen what it says of itself. Nothing is executed.

    With `algorithms` the digests of the files are known too, of each project that is asked for. `installed`: packages
    may be there already that are not known, so that what the folders do not have may not be missing.
    """

    def __init__(self, folders: Sequence[Folder], algorithms: Collection[str] = (), *, installed: bool = False) -> None:
        self._folders = folders
        self._algorithms = sorted(algorithms)
        self._installed = installed
        self._left_to_hash = _HASHED
        self._allowance = Allowance()

    @cached_property
    def evidence(self) -> Evidence:
        return Evidence(Origin.LOCKFILE, "", ", ".join(dict.fromkeys(folder.path for folder in self._folders)))

    def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]:
        return {name: self._offer(name) for name in names}

    def needs(
        self, wanted: Mapping[tuple[str, Version], tuple[Distribution, ...]]
    ) -> Mapping[tuple[str, Version], Needs | Unavailable]:
        return {key: self._needs(key[0], files) for key, files in wanted.items()}

    def sdist_contents(self, files: Collection[Distribution]) -> Mapping[str, SdistContents | Unavailable]:
        return {file.filename: self._contents(file) for file in files}

    @cached_property
    def _files(self) -> Mapping[str, LocalFile]:
        return {name: file for folder in self._folders for name, file in folder.files.items()}

    @cached_property
    def _by_project(self) -> Mapping[str, Sequence[str]]:
        """The file names of each project, in pip's order: of those that rank alike the last one is taken."""
        found: dict[str, list[str]] = {}
        for filename in sorted(self._files, reverse=True):
            if (project := _project(filename)) is not None:
                found.setdefault(canonicalize_name(project), []).append(filename)
        return found

    def _offer(self, name: str) -> Offer | Unavailable:
        found: list[Distribution] = []
        for filename in self._by_project.get(name, ()):
            size = self._files[filename].size
            if not isinstance(size, int):
                return Unavailable(name, f"`{filename}` cannot be read: {size.reason}")
            file = parse(filename, name, size=size)
            if file is not None:
                found.append(file._replace(hashes=self._hashes(self._files[filename], size)))
        if found:
            return Offer(name, tuple(found), self.evidence)
        why_none = f"`{self.evidence.detail}` has no file of it, and no index is asked"
        why_none = why_none if self._folders else "no index is asked"
        if self._installed or name in BROUGHT_BY_IMAGES:
            return Unavailable(name, why_none, absent=True)
        return Offer(name, (), self.evidence, why_none)

    def _hashes(self, file: LocalFile, size: int) -> tuple[tuple[str, str], ...]:
        import hashlib

        if not self._algorithms or size > self._left_to_hash:
            return ()
        self._left_to_hash -= size
        digests = {name: hashlib.new(name) for name in self._algorithms}
        for start in range(0, size, _PIECE):
            piece = file.read(start, _PIECE)
            if not isinstance(piece, bytes):
                return ()
            for digest in digests.values():
                digest.update(piece)
        return tuple((name, digest.hexdigest()) for name, digest in digests.items())

    def _needs(self, name: str, candidates: tuple[Distribution, ...]) -> Needs | Unavailable:
        """What the release declares; like an index, a wheel for another platform tells it of a source distribution."""
        elsewhere = Unavailable(name, "it is not in the folder")
        if not candidates or candidates[0].filename not in self._files:
            return elsewhere
        here = [file for file in candidates if file.filename in self._files]
        for file in sorted(here, key=lambda file: not file.is_wheel):
            try:
                content = self._metadata(file)
                needs = read_metadata(content, name, file.version, static=not file.is_wheel)
                return self._allowance.take(needs)
            except (ArchiveError, MetadataError) as error:
                is_taken = file.is_wheel and file == candidates[0]
                return Unavailable(name, str(error), fault=fault_of(error) if is_taken else None)
        return elsewhere

    def _metadata(self, file: Distribution) -> bytes:
        local = self._files[file.filename]
        if file.is_wheel:
            members = _zip(local, lambda path: is_metadata(path, file.name))
            otherwise: Exception = DamagedZipError("its wheel has no METADATA")
        else:
            members = _members(file.filename, local, lambda path: is_top_level(path, "PKG-INFO"), _has_content)
            otherwise = MetadataError("its dependencies are known only by building it")
        match list(members.contents.values()):
            case [content]:
                return content
            case _:
                raise otherwise

    def _contents(self, file: Distribution) -> SdistContents | Unavailable:
        local = self._files.get(file.filename)
        if local is None or file.is_wheel:
            return Unavailable(file.name, "it is not in the folder")
        try:
            return sdist_contents(_members(file.filename, local, is_build_file, lambda _: False))
        except (ArchiveError, MetadataError) as error:
            return Unavailable(file.name, str(error))


def _project(filename: str) -> str | None:
    """The project as the file's name spells it."""
    if filename.endswith(".whl"):
        return filename.partition("-")[0]
    ending = next((ending for ending in _SDISTS if filename.endswith(ending)), None)
    return filename[: -len(ending)].rpartition("-")[0] if ending else None


def _has_content(members: Members) -> bool:
    return bool(members.contents)


def _members(
    filename: str, file: LocalFile, wanted: Callable[[str], bool], enough: Callable[[Members], bool]
) -> Members:
    return _zip(file, wanted) if filename.endswith(".zip") else _tar(filename, file, wanted, enough)


def _zip(file: LocalFile, wanted: Callable[[str], bool]) -> Members:
    """The wanted members, read where they stand: a wheel may have gigabytes."""
    total = _size(file)
    reader = read_zip(wanted)
    try:
        asked = next(reader)
        while True:
            start = max(0, total - asked.size) if asked.start is None else asked.start
            asked = reader.send(Part(start, total, _read(file, start, min(asked.size, max(0, total - start)))))
    except StopIteration as end:
        members: Members = end.value
        return members


def _tar(filename: str, file: LocalFile, wanted: Callable[[str], bool], enough: Callable[[Members], bool]) -> Members:
    if _size(file) > _SDIST:
        raise ArchiveError(f"its source distribution is larger than {_SDIST >> 20} MB")
    stream = TarStream(filename, wanted, enough)
    start = 0
    while (piece := _read(file, start, _PIECE)) and stream.feed(piece):
        start += len(piece)
    return stream.close()


def _size(file: LocalFile) -> int:
    size = file.size
    if not isinstance(size, int):
        raise ArchiveError(f"it cannot be read: {size.reason}")
    return size


def _read(file: LocalFile, start: int, size: int) -> bytes:
    content = file.read(start, size)
    if not isinstance(content, bytes):
        raise ArchiveError(f"it cannot be read: {content.reason}")
    return content
