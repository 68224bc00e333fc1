"""The tags of the official Python image: which Python, on which release of which distribution."""

import re
from enum import StrEnum
from typing import NamedTuple

from lint_alpine import data

_VERSION = r"(?P<version>\d+(?:\.\d+){0,2}(?:(?:a|b|rc)\d+|-rc)?|rc)"
# Alpine's releases follow at once, Debian's have a dash behind `slim`: there is no `alpineedge` and no `slimtrixie`.
_VARIANT = r"(?P<variant>alpine|slim)?(?P<suite>(?<=alpine)\d+\.\d+|(?<=slim)-[a-z]+|(?<!alpine)(?<!slim)[a-z]+)?"
_TAG = re.compile(rf"{_VERSION}?(?:(?:^|-){_VARIANT})?")


class Variant(StrEnum):
    ALPINE = "alpine"
    SLIM = "slim"
    FULL = "full"
    ONBUILD = "onbuild"


class PythonTag(NamedTuple):
    """A tag in its parts: `3.8-slim-bookworm` is `3.8`, slim, `bookworm`; what is not said is the empty string."""

    version: str
    variant: Variant
    release: str

    @classmethod
    def parse(cls, tag: str) -> "PythonTag | None":
        if tag == "latest":
            return cls("", Variant.FULL, "")
        match = _TAG.fullmatch(tag)
        if match is None:
            return None
        version, variant, suite = match["version"] or "", match["variant"], (match["suite"] or "").removeprefix("-")
        if suite == "onbuild" and variant is None:
            return cls(version, Variant.ONBUILD, "")
        if variant != "alpine" and suite and suite not in data.debian()["releases"]:
            return None
        return cls(version, Variant(variant or "full"), suite)

    def __str__(self) -> str:
        suite = self.variant.value if self.variant is not Variant.FULL else ""
        suite += f"-{self.release}" if suite == "slim" and self.release else self.release
        return "-".join(part for part in (self.version, suite) if part) or "latest"


class PythonImage(NamedTuple):
    """What a tag points to. `release` is None, and `newer` true, where the tag is younger than the data."""

    python: str
    variant: Variant
    release: str | None
    newer: bool = False

    @property
    def facts(self) -> data.PythonVersion:
        return data.images()["versions"].get(self.python, {})


def look_up(tag: str) -> PythonImage | str:
    """What the tag points to, or why that is not known."""
    known = data.images()
    if (alias := known["tags"].get(tag)) is not None:
        return PythonImage(alias[0], Variant(alias[1]), alias[2])
    if re.search("windowsservercore|nanoserver", tag):
        return "a Windows image"
    parts = PythonTag.parse(tag)
    if parts is None:
        return f"`{tag}` is no known tag of the Python image"
    if (version := known["versions"].get(parts.version)) is not None:
        suites = _suites(version, parts.variant)
        if suites is not None and not parts.release and suites["default"]:
            return PythonImage(parts.version, parts.variant, suites["default"])
        if suites is not None and parts.release in suites["explicit"]:
            return PythonImage(parts.version, parts.variant, parts.release)
    return _newer(parts, tag)


def _suites(version: data.PythonVersion, variant: Variant) -> data.Suites | None:
    match variant:
        case Variant.ALPINE:
            return version.get("alpine")
        case Variant.SLIM:
            return version.get("slim")
        case Variant.ONBUILD if "onbuild" not in version:
            return None
    return version.get("full")


def _newer(parts: PythonTag, tag: str) -> PythonImage | str:
    """A tag that the data does not list: read by its own text where it can have appeared since."""
    as_of = data.images()["as_of"]
    number = re.fullmatch(r"(\d+\.\d+)(?:\.\d+(?:(?:a|b|rc)\d+)?|-rc)?", parts.version)
    if number is None or parts.variant is Variant.ONBUILD:
        return f"`{tag}` is no known tag of the Python image (as of {as_of})"
    minor = data.images()["minors"].get(number[1])
    if minor is None and _numbers(number[1]) < max(map(_numbers, data.images()["minors"])):
        return f"the Python image never had a version {number[1]}"
    if minor is not None and not minor["current"]:
        return f"`{tag}` does not exist: Python {number[1]} left the image with {minor['latest']}"
    newest = _newest_release(parts.variant)
    younger_release = parts.variant is Variant.ALPINE and _numbers(parts.release or "0") > _numbers(newest)
    if minor is not None and not _younger(parts.version, minor["latest"]) and not younger_release:
        return f"`{tag}` is no known tag of the Python image (as of {as_of})"
    return PythonImage(parts.version.removesuffix("-rc"), parts.variant, parts.release or None, newer=True)


def _younger(version: str, latest: str) -> bool:
    from packaging.version import Version

    if version.endswith("-rc"):
        return False
    # A final X.Y is younger than its release candidates; X.Y of a released line stands in the data.
    full = version if version.count(".") == 2 else f"{version}.0"
    return Version(full) > Version(latest)


def _newest_release(variant: Variant) -> str:
    """The release that the newest unqualified tag of the variant points to."""
    tag = {Variant.ALPINE: "alpine", Variant.SLIM: "slim"}.get(variant, "latest")
    return data.images()["tags"][tag][2]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def assumed_release(image: PythonImage) -> str | None:
    """The release whose C library and packages an image has: of one younger than the data, the newest known one."""
    if image.newer and image.release not in (*data.alpine()["releases"], *data.debian()["releases"]):
        return _newest_release(image.variant)
    return image.release


def slim_counterpart(tag: str) -> str | None:
    """The slim tag of the same Python, pinned as far as the given one; None where there is none in the data.

    `3.8-alpine` -> `3.8-slim`, `alpine` -> `slim`, `3.12.4-alpine3.20` -> `3.12.4-slim-bookworm` (the suite that
    the unqualified slim tag of that version points to).
    """
    parts = PythonTag.parse(tag)
    if parts is None:
        return None
    plain = str(PythonTag(parts.version, Variant.SLIM, ""))
    found = look_up(plain)
    if isinstance(found, str):
        return None
    if not parts.release or parts.variant is not Variant.ALPINE or found.release is None:
        return plain
    pinned = str(PythonTag(parts.version, Variant.SLIM, found.release))
    return plain if isinstance(look_up(pinned), str) else pinned
