"""One requirement as pip takes it: a name with specifiers, a URL, a VCS reference, an archive or a project's folder."""

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from packaging.requirements import Requirement

# No real requirement is longer; int() refuses the numbers that a longer version could hold.
LONGEST = 4000

# pip's is_archive_file and its version control backends.
ARCHIVES = (
    ".zip", ".whl", ".tar.bz2", ".tbz", ".tar.gz", ".tgz", ".tar", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma"
)  # fmt: skip
_TRANSPORTS = {
    "git": "http https ssh git file",
    "hg": "file http https ssh static-http",
    "svn": "ssh http https svn file",
    "bzr": "http https ssh sftp ftp lp file",
}
_VCS = frozenset(f"{system}+{way}" for system, ways in _TRANSPORTS.items() for way in ways.split())
_SCHEMES = _VCS | {"http", "https", "ftp", "file"}

# Why the files of a requirement cannot be judged by its name.
IS_VCS = "it is a VCS reference"
IS_URL = "it is a URL"
IS_FILE = "it is a local file"
IS_PATH = "it is a local path"

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_EGG = re.compile(r"[#&]egg=([^&]*)")


class Named(NamedTuple):
    """A project of the index."""

    requirement: Requirement


class Elsewhere(NamedTuple):
    """Something that no index serves, for the reason `why`, and the name of its file, if it is one.

    The project's name comes from `#egg=`, the file's or the repository's name, which is how its author calls it. `path`
    is that of a local file.
    """

    requirement: Requirement
    why: str
    filename: str | None = None
    path: str | None = None


class Folder(NamedTuple):
    """A project's folder, with the extras that are asked of it."""

    path: str
    extras: frozenset[str]


class Nameless(NamedTuple):
    """An archive or repository whose project only its content tells."""


class Invalid(NamedTuple):
    """Why pip does not take the text as a requirement."""

    reason: str


NO_URL = Invalid("it is no URL")
Reference = Named | Elsewhere | Folder | Nameless | Invalid


def parse_requirement(text: str) -> Requirement | Invalid:
    """PEP 508, with any text at all as input."""
    from packaging.requirements import InvalidRequirement

    if len(text) > LONGEST:
        return Invalid(f"it is longer than {LONGEST} characters")
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        return Invalid(_first_line(error))
    except (RecursionError, ValueError):
        return Invalid("it is nested too deeply")


def read_reference(text: str) -> Reference:
    """What pip takes a word of its command line, or a line of a requirements file, for (pip's parse_req_from_line)."""
    text = text.strip()
    name, semicolon, condition = text.partition("; " if _is_url(text) else ";")
    name = name.strip()
    if _is_url(name):
        reference = _read_url(name)
    elif _is_path(name):
        reference = _read_path(name)
    else:
        requirement = parse_requirement(name)
        reference = requirement if isinstance(requirement, Invalid) else _read_direct(requirement)
    return _conditional(reference, condition) if semicolon and condition.strip() else reference


def read_editable(text: str) -> Reference:
    """The value of `-e`: a folder, a VCS URL, or `name @` VCS URL (pip's parse_editable)."""
    text = text.strip()
    direct = parse_requirement(text)
    if isinstance(direct, Requirement) and direct.url:
        return _read_direct(direct)
    scheme = _scheme(text)
    if scheme in _TRANSPORTS:
        return _read_url(f"{scheme}+{text}")
    if scheme in _VCS or scheme == "file":
        return _read_url(text)
    if scheme in _SCHEMES:
        return Invalid("it is neither a folder nor a VCS URL")
    return Folder(*_without_extras(text))


def _conditional(reference: Reference, condition: str) -> Reference:
    """The same reference under a marker."""
    from packaging.markers import InvalidMarker, Marker

    if len(condition) > LONGEST:
        return Invalid(f"its marker is longer than {LONGEST} characters")
    try:
        marker = Marker(condition.strip())
    except InvalidMarker as error:
        return Invalid(_first_line(error))
    except RecursionError:
        return Invalid("its marker is nested too deeply")
    if isinstance(reference, Named | Elsewhere):
        reference.requirement.marker = marker
    return reference


def _read_direct(requirement: Requirement) -> Reference:
    """`name @ url`, or a plain requirement."""
    url = requirement.url
    if url is None:
        return Named(requirement)
    return Elsewhere(requirement, kind_of_url(url), _filename(url), _local(url)) if _is_valid(url) else NO_URL


def _read_url(url: str) -> Reference:
    if not _is_valid(url):
        return NO_URL
    egg = _EGG.search(url)
    filename = _filename(url)
    if _scheme(url) == "file" and filename is None and egg is None:
        bare, extras = _without_extras(url.partition("#")[0])
        return Folder(unquote(_path(bare)), extras)
    name = _leading_name(unquote(egg[1])) if egg else None
    name = name or (_project_of_file(filename) if filename else None) or _project_of_url(url)
    requirement = parse_requirement(f"{name} @ {url}") if name else None
    if not isinstance(requirement, Requirement):
        return Nameless()
    if egg and "[" in egg[1]:
        requirement.extras = set(_without_extras(unquote(egg[1]))[1])
    return Elsewhere(requirement, kind_of_url(url), filename, _local(url))


def _read_path(path: str) -> Reference:
    path, extras = _without_extras(path)
    if not path.lower().endswith(ARCHIVES):
        return Folder(path, extras)
    filename = path.rpartition("/")[2]
    name, version = _name_and_version(filename)
    requirement = parse_requirement(f"{name}=={version}" if version else name) if name else None
    if not isinstance(requirement, Requirement):
        return Nameless()
    requirement.extras = set(extras)
    return Elsewhere(requirement, IS_FILE, filename, path)


def _is_url(text: str) -> bool:
    return _scheme(text) in _SCHEMES


def _scheme(text: str) -> str | None:
    scheme, colon, _ = text.partition(":")
    return scheme.lower() if colon else None


def _is_path(text: str) -> bool:
    """Whether pip looks for a file or folder of that name first: `./x`, `a/b`, `x.whl`, but not `name @ url`."""
    before, at, _ = text.partition("@")
    if at and "/" not in before and not before.startswith("."):
        return False
    return "/" in text or text.startswith(".") or _without_extras(text)[0].lower().endswith(ARCHIVES)


def _without_extras(text: str) -> tuple[str, frozenset[str]]:
    start = text.rfind("[")
    if start < 1 or not text.endswith("]") or len(text) - start < 3:
        return text, frozenset()
    return text[:start].rstrip(), frozenset(extra.strip() for extra in text[start + 1 : -1].split(",") if extra.strip())


def kind_of_url(url: str) -> str:
    """Why no index serves what stands behind a URL."""
    scheme = _scheme(url) or ""
    if scheme in _VCS:
        return IS_VCS
    return IS_FILE if scheme == "file" else IS_URL


def _filename(url: str) -> str | None:
    """The name of the archive that a URL ends in."""
    if _scheme(url) in _VCS:
        return None
    filename = unquote(_path(url).rstrip("/").rpartition("/")[2])
    return filename if filename.lower().endswith(ARCHIVES) else None


def _local(url: str) -> str | None:
    return unquote(_path(url)) if _scheme(url) == "file" else None


def _is_valid(url: str) -> bool:
    """Whether urlsplit takes it; pip stops at its ValueError, for the address `[x` as an example."""
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True


def _path(url: str) -> str:
    return urlsplit(url).path if _is_valid(url) else url


def _name_and_version(filename: str) -> tuple[str | None, str | None]:
    """What an archive's name says: `name-1.0-py3-none-any.whl`, `name-1.0.tar.gz`."""
    stem = next(filename[: -len(ending)] for ending in ARCHIVES if filename.lower().endswith(ending))
    name, dash, version = stem.partition("-") if filename.lower().endswith(".whl") else stem.rpartition("-")
    version = version.partition("-")[0]
    if not dash or not version[:1].isdigit():
        return (None, None) if dash or not _NAME.fullmatch(stem) else (stem, None)
    return name, version


def _project_of_file(filename: str) -> str | None:
    name, version = _name_and_version(filename)
    return name if version else None


def _project_of_url(url: str) -> str | None:
    """The repository's name: the last part of a VCS URL, what stands before `/archive/` in a forge's download."""
    parts = [part for part in unquote(_path(url)).split("/") if part]
    if _scheme(url) not in _VCS:
        parts = parts[: parts.index("archive")] if "archive" in parts[2:] else []
    return _leading_name(parts[-1].partition("@")[0].removesuffix(".git")) if parts else None


def _leading_name(text: str) -> str | None:
    match = _NAME.match(text)
    return match[0] if match else None


def _first_line(error: Exception) -> str:
    line = str(error).partition("\n")[0]
    return line[:1].lower() + line[1:]
