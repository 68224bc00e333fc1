"""One file that an index offers: a wheel or a source distribution, as its name tells."""

import re
from functools import lru_cache
from math import prod
from typing import NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from lint_alpine.long_numbers import has_long_number

BuildTag = tuple[int, str] | tuple[()]


class Distribution(NamedTuple):
    """`tags` is None for a source distribution. `hashes` are (algorithm, hex digest). `url` is None where only the name
    is known. `metadata` tells that the index serves the file's METADATA beside it (PEP 658/714)."""

    filename: str
    name: str
    version: Version
    tags: frozenset[Tag] | None
    build: BuildTag = ()
    requires_python: SpecifierSet | None = None
    yanked: bool = False
    size: int | None = None
    hashes: tuple[tuple[str, str], ...] = ()
    url: str | None = None
    metadata: bool = False

    @property
    def is_wheel(self) -> bool:
        return self.tags is not None

    @property
    def is_pure_wheel(self) -> bool:
        """A wheel for every platform and ABI: its release holds no compiled code that it could not do without."""
        return self.tags is not None and all(tag.platform == "any" and tag.abi == "none" for tag in self.tags)

    @property
    def is_platform_wheel(self) -> bool:
        return self.tags is not None and all(tag.platform != "any" for tag in self.tags)


def parse(
    filename: str,
    name: str,
    *,
    requires_python: SpecifierSet | None = None,
    yanked: bool = False,
    size: int | None = None,
    hashes: tuple[tuple[str, str], ...] = (),
    url: str | None = None,
    metadata: bool = False,
) -> Distribution | None:
    """The distribution that a file name of that (normalised) project tells, or None where pip would not take it.

    pip takes wheels with the project's name, a PEP 440 version and well-formed tags, and archives of the kinds in
    `SDIST_ENDINGS` whose name starts with the project's; eggs and installers of other systems it does not take.
    """
    described = _wheel(filename, name) if filename.endswith(".whl") else _sdist(filename, name)
    if described is None:
        return None
    version, build, tags = described
    return Distribution(filename, name, version, tags, build, requires_python, yanked, size, hashes, url, metadata)


def release_of(filename: str, name: str) -> Version | None:
    """The release of that (normalised) project that a file belongs to, or None where it belongs to none.

    Cheaper than `parse`, as it leaves the tags of wheels unread: pip may not take the file all the same.
    """
    if not filename.endswith(".whl"):
        described = _sdist(filename, name)
        return described[0] if described is not None else None
    parts = filename.split("-", 2)
    stem = _wheel_stem(f"{parts[0]}-{parts[1]}", name) if len(parts) == 3 and len(filename) <= LONGEST_NAME else None
    return stem[0] if stem is not None else None


@lru_cache(maxsize=4096)
def parse_requires_python(text: str | None) -> SpecifierSet | None:
    """The Pythons that a file declares; None where it declares none, or what is not PEP 440 (which pip ignores)."""
    if not text or has_long_number(text):
        return None
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None


# Written as pip spells them: it compares endings with their case.
SDIST_ENDINGS = (
    ".tar.gz", ".zip", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma"
)  # fmt: skip

# A file name cannot be longer on the systems that pip runs on; it keeps hostile names cheap.
LONGEST_NAME = 255

# The largest compressed tag sets in use have about 40 tags.
MOST_TAGS = 1000

_WHEEL_NAME = re.compile(r"[\w.]+")
_BUILD_TAG = re.compile(r"([0-9]+)(.*)")


def _wheel(filename: str, name: str) -> tuple[Version, BuildTag, frozenset[Tag]] | None:
    # https://packaging.python.org/specifications/binary-distribution-format/: name-version[-build]-python-abi-platform
    if len(filename) > LONGEST_NAME:
        return None
    stem, *triple = filename[:-4].rsplit("-", 3)
    version, build = _wheel_stem(stem, name) or (None, ())
    tags = _tags("-".join(triple)) if version is not None else None
    return (version, build, tags) if version is not None and tags is not None else None


@lru_cache(maxsize=4096)
def _wheel_stem(stem: str, name: str) -> tuple[Version, BuildTag] | None:
    """Version and build tag of `name-version[-build]`, which all wheels of a release share."""
    spelled, *rest = stem.split("-")
    if len(rest) not in (1, 2) or not _is_name(spelled, name):
        return None
    version = _version(rest[0])
    if version is None:
        return None
    if len(rest) == 1:
        return version, ()
    build = _BUILD_TAG.match(rest[1])
    return (version, (int(build[1]), build[2])) if build else None


@lru_cache(maxsize=1024)
def _is_name(spelled: str, name: str) -> bool:
    """Whether wheels of that (normalised) project may be called so."""
    return "__" not in spelled and _WHEEL_NAME.fullmatch(spelled) is not None and canonicalize_name(spelled) == name


@lru_cache(maxsize=4096)
def _tags(triple: str) -> frozenset[Tag] | None:
    """The set of a compressed tag triple (PEP 425): projects use the same few again and again."""
    parts = [part.split(".") for part in triple.split("-")]
    if len(parts) != 3 or any("" in part for part in parts) or prod(map(len, parts)) > MOST_TAGS:
        return None
    interpreters, abis, platforms = parts
    if not all(interpreter.isidentifier() for interpreter in interpreters):
        return None
    return frozenset(Tag(i, a, p) for i in interpreters for a in abis for p in platforms)


def _sdist(filename: str, name: str) -> tuple[Version, BuildTag, None] | None:
    if not filename.endswith(SDIST_ENDINGS):
        return None
    ending = next(ending for ending in SDIST_ENDINGS if filename.endswith(ending))
    # Old distutils "dumb" archives for macOS look like sdists; pip leaves them out by this word.
    if len(filename) > LONGEST_NAME or (ending == ".zip" and "macosx10" in filename):
        return None
    match = _name_prefix(name).match(filename)
    version = _version(filename[match.end() : -len(ending)]) if match else None
    return (version, (), None) if version is not None else None


@lru_cache(maxsize=1024)
def _name_prefix(name: str) -> re.Pattern[str]:
    # The first dash before which the text normalises to the project's name ends the name, as pip cuts it.
    return re.compile("[-_.]+".join(map(re.escape, name.split("-"))) + "-", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
