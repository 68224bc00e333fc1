"""METADATA -> Needs, and where it stands in wheels and source distributions."""

import re
from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from lint_alpine.long_numbers import has_long_number
from lint_alpine.wheels.archives import ArchiveError, DamagedZipError
from lint_alpine.wheels.distribution import parse_requires_python
from lint_alpine.wheels.evidence import Fault, Needs

_HEADER = 1024 * 1024
_REQUIREMENTS = 10_000
# The METADATA of a closure of 2,000 packages has 100,000.
MOST_REQUIREMENTS = 300_000
_LONGEST_REQUIREMENT = 10_000


class MetadataError(ValueError):
    """The metadata does not say what a release needs; the text tells why, for people. `fault`: why pip refuses it."""

    def __init__(self, reason: str, fault: Fault | None = None) -> None:
        super().__init__(reason)
        self.fault = fault


class Allowance:
    """How many requirements all METADATA that is read may have together: each takes up to a kilobyte of memory.

    Threads may share one: what they miscount is little.
    """

    def __init__(self) -> None:
        self._left = MOST_REQUIREMENTS

    def take(self, needs: Needs) -> Needs:
        """Raises MetadataError where there are too many."""
        if len(needs.requirements) > self._left:
            raise MetadataError("all METADATA that was read has too many requirements")
        self._left -= len(needs.requirements)
        return needs


def fault_of(error: ArchiveError | MetadataError) -> Fault | None:
    """What pip has against a wheel of which reading the METADATA failed so."""
    match error:
        case DamagedZipError():
            return Fault.UNREADABLE
        case MetadataError(fault=fault):
            return fault
        case _:
            return None


def read_metadata(content: bytes, name: str, version: Version, static: bool = False) -> Needs:
    """What the METADATA (or PKG-INFO) of a release declares.

    With `static` the text is that of a source distribution: it counts only where PEP 643 makes it binding.
    Raises MetadataError, also where pip would refuse the release.
    """
    from packaging.metadata import parse_email

    raw, unparsed = parse_email(_header(content))
    _check_release(raw.get("name"), raw.get("version"), name, version)
    if static and not _is_static(raw.get("metadata_version", ""), raw.get("dynamic", [])):
        raise MetadataError("its dependencies are known only by building it")
    if "requires-dist" in unparsed:
        raise MetadataError("its METADATA has requirements that are not UTF-8")
    return Needs(
        requirements=read_requirements(raw.get("requires_dist", [])),
        extras=frozenset(canonicalize_name(extra) for extra in raw.get("provides_extra", [])),
        requires_python=parse_requires_python(raw.get("requires_python")),
    )


def read_requirements(lines: Iterable[str]) -> tuple[Requirement, ...]:
    """The requirements of Requires-Dist lines. Raises MetadataError for one that is not PEP 508: pip refuses it."""
    found: list[Requirement] = []
    for line in map(str.strip, lines):  # a folded field begins with a line break
        if len(line) > _LONGEST_REQUIREMENT:
            raise MetadataError("its METADATA has a requirement that is too long")
        if has_long_number(line):
            raise MetadataError("its METADATA has a requirement with a number that is too long", Fault.UNREADABLE)
        try:
            found.append(Requirement(line))
        except RecursionError:
            raise MetadataError("its METADATA has a requirement that is nested too deeply", Fault.UNREADABLE) from None
        except InvalidRequirement:
            raise MetadataError(f"its METADATA has the invalid requirement `{line[:100]}`", Fault.INVALID) from None
    return tuple(found)


_FIELDS = {
    b"metadata-version",
    b"name",
    b"version",
    b"requires-dist",
    b"provides-extra",
    b"dynamic",
    b"requires-python",
}
_FIELD = re.compile(rb"([!-9;-~]+):")


def _header(content: bytes) -> bytes:
    """The fields that matter. The others, and the description after the empty line, may be megabytes of anything, and
    Python's email package takes time that is quadratic in the number of fields."""
    lines = re.split(rb"\r\n?|\n", content[:_HEADER].removeprefix(b"\xef\xbb\xbf"))
    whole = len(content) < _HEADER
    kept, wanted = [], False
    for line in lines if whole else lines[:-1]:
        if not line.startswith((b" ", b"\t")):
            field = _FIELD.match(line)
            if not field:  # the end of the headers, for the email package too
                break
            wanted = field[1].lower() in _FIELDS
        if wanted:
            kept.append(line)
    else:
        if not whole:
            raise MetadataError("its METADATA is too large")
    if len(kept) > _REQUIREMENTS:
        raise MetadataError("its METADATA has too many requirements")
    return b"\n".join(kept) + b"\n"


def _check_release(named: str | None, versioned: str | None, name: str, version: Version) -> None:
    """pip discards a file whose metadata speaks of another release."""
    try:
        same = canonicalize_name(named or "") == name and Version(versioned or "") == version
    except ValueError:  # not a version, or one with a number that is too long
        same = False
    if not same:
        raise MetadataError("its METADATA names another release", Fault.OTHER_RELEASE)


def _is_static(metadata_version: str, dynamic: list[str]) -> bool:
    """PEP 643: from metadata 2.2, what is not `Dynamic` is the same in every wheel that is built from it."""
    numbers = re.fullmatch(r"([0-9]{1,4})\.([0-9]{1,4})", metadata_version)
    recent = numbers is not None and (int(numbers[1]), int(numbers[2])) >= (2, 2)
    return recent and "requires-dist" not in {field.strip().lower() for field in dynamic}


_WHERE = ".dist-info/METADATA"
_METADATA = re.compile(rf"([^/]+)-[^/-]+{re.escape(_WHERE)}")


def is_metadata(path: str, name: str) -> bool:
    """Whether a path in a wheel is that of the project's METADATA."""
    # A wheel has up to thousands of paths.
    match = _METADATA.fullmatch(path) if path.endswith(_WHERE) else None
    return match is not None and canonicalize_name(match[1]) == name


def is_top_level(path: str, filename: str) -> bool:
    """Whether a path in a source distribution is that of this file in its one folder."""
    return path.removeprefix("./").partition("/")[2] == filename
