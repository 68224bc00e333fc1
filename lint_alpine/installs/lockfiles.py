"""Lock files -> the releases that they fix, with the files that they list. Here: pylock.toml and Pipfile.lock."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from packaging.markers import Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from lint_alpine.context import Missing
from lint_alpine.installs.dependency import Dependency, FileChoice, Locked, Requirements, Unreadable
from lint_alpine.installs.documents import Document, array, read_json, read_toml, string, strings, table
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.lock_graph import NEVER_TRUE, read_marker, settle_membership
from lint_alpine.installs.reference import IS_PATH, IS_URL, IS_VCS, Invalid, parse_requirement
from lint_alpine.long_numbers import has_long_number
from lint_alpine.source import Source, Span

_BLOCK = re.compile(r"^\[\[package\]\]", re.MULTILINE)
_NAME = re.compile(r'^name[ \t]*=[ \t]*"([^"\n]*)"', re.MULTILINE)


class LockedFile(NamedTuple):
    """A file as a lock lists it: its name or URL, its hash as `algorithm:digest`."""

    filename: str
    url: str | None = None
    hash: str | None = None
    size: int | None = None


def package_places(document: Document) -> tuple[Span, ...]:
    """The place of the name of every `[[package]]`, in their order."""
    text = document.source.text
    names = [string(table(package).get("name")) or "" for package in array(document.data.get("package"))]
    starts = [match.end() for match in _BLOCK.finditer(text)]
    if len(starts) != len(names):
        # Written in another way than all tools do.
        return tuple(document.place("package", index, "name") for index in range(len(names)))
    places = []
    ends = [*starts[1:], len(text)] if starts else []
    for index, (name, start, end) in enumerate(zip(names, starts, ends, strict=True)):
        match = _NAME.search(text, start, end)
        plain = match is not None and match[1] == name
        places.append(
            document.source.span(*match.span(1)) if match and plain else document.place("package", index, "name")
        )
    return tuple(places)


def read_file(value: object) -> LockedFile | None:
    """One entry of a list of files, in the notation of uv, Poetry, PDM or PEP 751."""
    entry = table(value)
    url = string(entry.get("url"))
    filename = string(entry.get("file")) or string(entry.get("filename")) or string(entry.get("name"))
    if filename is None:
        filename = _last_part(url or string(entry.get("path")) or "")
    hashes = [f"{algorithm}:{digest}" for algorithm, digest in table(entry.get("hashes")).items()]
    digest = string(entry.get("hash")) or (hashes[0] if hashes else None)
    size = entry.get("size")
    return LockedFile(filename, url, digest, size if isinstance(size, int) else None) if filename else None


def _last_part(url: str) -> str:
    try:
        return unquote(urlsplit(url).path).rpartition("/")[2]
    except ValueError:
        return ""


def lock(
    name: str,
    version: str | None,
    span: Span,
    files: Iterable[LockedFile | None] = (),
    *,
    marker: Marker | None = None,
    opaque: str | None = None,
    hashes: frozenset[tuple[str, str]] = frozenset(),
) -> Dependency | Unreadable:
    """A release that a lock fixes; without a version it is something that no index serves."""
    dependency = _dependency(name, f"=={version}" if version is not None else "", marker, span)
    if isinstance(dependency, Unreadable):
        return dependency
    if version is None:
        return dependency._replace(hashes=hashes, opaque=opaque or "it has no version in the lock file")
    locked = _locked(dependency.name, version, files, span)
    return dependency._replace(hashes=hashes, locked=locked, opaque=opaque)


def _dependency(name: str, specifier: str, marker: Marker | None, span: Span) -> Dependency | Unreadable:
    requirement = parse_requirement(name)
    if isinstance(requirement, Invalid):
        return Unreadable(span, f"`{name[:100]}` is no name of a package")
    requirement.marker = marker
    written = specifier.removeprefix("==")[:100]
    if has_long_number(specifier):
        return Unreadable(span, f"`{written}...`, the version of `{name}`, has a number that is too long")
    try:
        requirement.specifier = SpecifierSet(specifier)
    except InvalidSpecifier:
        return Unreadable(span, f"`{written}`, the version of `{name}`, is not valid")
    return Dependency(requirement, span)


def _locked(name: str, version: str, files: Iterable[LockedFile | None], span: Span) -> Locked:
    from lint_alpine.wheels.distribution import parse

    distributions = []
    for file in files:
        if file is not None:
            algorithm, _, digest = (file.hash or "").partition(":")
            found = parse(
                file.filename,
                name,
                size=file.size,
                hashes=((algorithm, digest),) if digest else (),
                url=file.url,
            )
            if found is not None:
                distributions.append(found)
    return Locked(version, tuple(distributions), span.source.path)


def collect(entries: Iterable[Dependency | Unreadable]) -> Requirements:
    """What a lock holds. It is installed as it stands, so what its packages declare is not looked at again."""
    dependencies: list[Dependency] = []
    unreadable: list[Unreadable] = []
    for entry in entries:
        if isinstance(entry, Dependency):
            dependencies.append(entry)
        else:
            unreadable.append(entry)
    return Requirements(
        tuple(dependencies), choice=FileChoice(no_deps=True), unreadable=tuple(unreadable), complete=not unreadable
    )


def refuse(source: Source, reason: str) -> Requirements:
    """A lock file that cannot be used as a whole."""
    return collect([Unreadable(source.start, f"`{source.path}` cannot be read: {reason}")])


def open_lock(source: Source, *version: str, accepted: Collection[str], default: str = "") -> Document | Requirements:
    """A TOML lock whose version, at that key, is one that is understood here."""
    document = read_toml(source)
    if isinstance(document, str):
        return refuse(source, document)
    value: object = document.data
    for key in version:
        value = table(value).get(key)
    written = str(value) if isinstance(value, str | int) else default
    if written.partition(".")[0] not in accepted:
        return refuse(source, f"its version `{written[:50]}` is not known")
    return document


# pylock.toml (PEP 751)


def read_pylock(path: str, named: Span, gathered: Gathered) -> None:
    """Adds what a pylock.toml fixes; pip takes its default groups and no extras."""
    match gathered.files.read(path):
        case Source() as source:
            gathered.join(pylock(source))
        case Requirements() as known:
            gathered.join(known)
        case Missing(reason):
            gathered.fault(named, f"the lock file `{path}` cannot be read: {reason}")


def pylock(source: Source, extras: Collection[str] = (), groups: Collection[str] | None = None) -> Requirements:
    """The packages of a pylock.toml; without `groups` those that it names as default."""
    from packaging.pylock import Pylock, PylockUnsupportedVersionError, PylockValidationError

    document = read_toml(source)
    if isinstance(document, str):
        return refuse(source, document)
    try:
        checked = Pylock.from_dict(document.data)
    except (PylockValidationError, PylockUnsupportedVersionError, RecursionError) as error:
        return refuse(source, str(error).partition("\n")[0])
    chosen = {
        "extras": set(extras),
        "dependency_groups": set(checked.default_groups or () if groups is None else groups),
    }
    return collect(_pylock_packages(document, chosen))


def _pylock_packages(document: Document, chosen: Mapping[str, set[str]]) -> Iterator[Dependency | Unreadable]:
    packages = array(document.data.get("packages"))
    for index, value in enumerate(packages):
        package = table(value)
        marker = settle_membership(string(package.get("marker")), chosen)
        if marker == NEVER_TRUE:
            continue
        span = document.place("packages", index, "name")
        opaque = _elsewhere(package, {"vcs": IS_VCS, "directory": IS_PATH, "archive": IS_URL})
        yield lock(
            string(package.get("name")) or "",
            string(package.get("version")),
            span,
            map(read_file, (*array(package.get("wheels")), *filter(None, [package.get("sdist")]))),
            marker=read_marker(marker),
            opaque=opaque,
        )


def _elsewhere(package: Mapping[str, object], kinds: Mapping[str, str]) -> str | None:
    return next((what for key, what in kinds.items() if package.get(key)), None)


# Pipfile.lock


def pipfile_lock(source: Source, categories: Collection[str]) -> Requirements:
    """The packages of the sections `default`, `develop` and others, each with the hashes of its files."""
    document = read_json(source)
    if isinstance(document, str):
        return refuse(source, document)
    written = table(document.data.get("_meta")).get("pipfile-spec")
    if written != 6:
        return refuse(source, f"its version `{str(written)[:50]}` is not known")
    return collect(
        _pipfile_entry(document, category, name, table(value))
        for category in categories
        for name, value in table(document.data.get(category)).items()
    )


def _pipfile_entry(
    document: Document, category: str, name: str, entry: Mapping[str, object]
) -> Dependency | Unreadable:
    version = string(entry.get("version"))
    opaque = _elsewhere(
        entry,
        {"git": IS_VCS, "path": IS_PATH, "file": IS_URL, "url": IS_URL},
    )
    pairs = (text.partition(":") for text in strings(entry.get("hashes")))
    # In a lock made from a pylock.toml pipenv takes every question for a group as answered by the section.
    marker = read_marker(settle_membership(string(entry.get("markers")), None))
    span = document.key(category, name)
    if opaque is None and version is not None and not version.startswith("=="):
        # What was not wanted where pipenv locked has no release in the lock, and gets any one that its Pipfile allows.
        return _dependency(name, "" if version == "*" else version, marker, span)
    return lock(
        name,
        version.removeprefix("==") if version else None,
        span,
        marker=marker,
        opaque=opaque,
        hashes=frozenset((algorithm, digest) for algorithm, _, digest in pairs),
    )
