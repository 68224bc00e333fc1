"""The facts that ship with the tool: each file is read once, and only when it is asked for."""

import json
from functools import cache
from pathlib import Path
from typing import NotRequired, TypedDict, cast


class Suites(TypedDict):
    """What `X.Y.Z-VARIANT` points to, and the releases that have a tag of their own."""

    default: str | None
    explicit: list[str]


class PythonVersion(TypedDict):
    alpine: NotRequired[Suites]
    slim: NotRequired[Suites]
    full: NotRequired[Suites]
    onbuild: NotRequired[bool]
    pip: NotRequired[str]
    tzdata: NotRequired[bool]
    pgo: NotRequired[bool]
    small_stack: NotRequired[bool]


class PythonMinor(TypedDict):
    eol: str | None
    latest: str
    current: bool


class RangedPackage(TypedDict):
    """A package of the Alpine variants of the Python versions from the one to before the other."""

    name: str
    since: NotRequired[str]
    before: NotRequired[str]


class ImageRule(TypedDict):
    """How the tags of another image are read: `tag` is a regular expression, its groups fill in what has no value here.

    `base` is the reference of the image that it is made from, with groups in braces; so is `slim`. `pip_conf` is the
    text of its /etc/pip.conf, `variables` are those that tell installers something (null: what, is not known).
    `successor` says in a sentence what takes the place of one that gets no more updates since `ended`: without it an
    official image does.
    """

    tag: str
    distro: NotRequired[str]
    release: NotRequired[str]
    libc: NotRequired[str]
    base: NotRequired[str]
    python: NotRequired[str]
    implementation: NotRequired[str]
    apk_python: NotRequired[bool]
    pip: NotRequired[str]
    pip_upgraded: NotRequired[bool]
    externally_managed: NotRequired[bool]
    prefix: NotRequired[str]
    packages: NotRequired[list[str]]
    arch: NotRequired[str]
    onbuild: NotRequired[list[str]]
    pip_conf: NotRequired[str]
    variables: NotRequired[dict[str, str | None]]
    slim: NotRequired[str]
    ended: NotRequired[str]
    successor: NotRequired[str]
    note: NotRequired[str]


class Images(TypedDict):
    """`bundled_pip` are the pips by minor version of Python and the release that first brings them; `pip_releases` are
    those of pip itself, the oldest first, by what they demand of Python."""

    as_of: str
    prefixes: list[str]
    architectures: dict[str, str]
    python_packages: list[RangedPackage]
    slim_packages: list[str]
    full_packages: list[str]
    onbuild: list[str]
    ubuntu: dict[str, str]
    bundled_pip: dict[str, dict[str, str]]
    pip_releases: dict[str, list[str]]
    minors: dict[str, PythonMinor]
    versions: dict[str, PythonVersion]
    tags: dict[str, tuple[str, str, str]]
    images: dict[str, list[ImageRule]]
    bases: dict[str, list[str]]
    alpine_tags: dict[str, dict[str, str]]


class AlpinePip(TypedDict):
    package: str
    version: str | None


class AlpineRelease(TypedDict):
    """Versions are those of the day of release; a stable branch keeps the minor version."""

    eol: NotRequired[str]
    musl: str
    python3: NotRequired[str]
    python2: NotRequired[str]
    pip: NotRequired[AlpinePip]
    externally_managed: NotRequired[bool]
    thread_stack: NotRequired[int]
    rust: NotRequired[str]
    packages: list[str]


class Alpine(TypedDict):
    """`gathered` is the newest day of all the facts that were gathered with these."""

    as_of: str
    gathered: str
    releases: dict[str, AlpineRelease]


class DebianRelease(TypedDict):
    version: str
    glibc: NotRequired[str]
    glibc_by_arch: NotRequired[dict[str, str]]


class Debian(TypedDict):
    as_of: str
    releases: dict[str, DebianRelease]
    others: dict[str, str]


class NativeForm(TypedDict):
    """What one range of releases of a project needs; `before` is the first release that it does not fit,
    `spared_by` the variable with which the build does without the tools of `toolchain`."""

    before: NotRequired[str]
    kind: NotRequired[str]
    toolchain: NotRequired[list[str]]
    build: NotRequired[list[str]]
    optional: NotRequired[list[str]]
    runtime: NotRequired[list[str]]
    runtime_even_with_wheel: NotRequired[list[str]]
    pure_wheels: NotRequired[bool]
    optional_extension: NotRequired[bool]
    alternative: NotRequired[str]
    rust: NotRequired[str]
    verified: NotRequired[str]
    spared_by: NotRequired[str]


class Native(TypedDict):
    as_of: str
    toolchain: dict[str, list[str]]
    packages: dict[str, list[NativeForm]]


class Substitute(TypedDict):
    before: str
    use: str


class Successor(TypedDict):
    after: NotRequired[str]
    use: NotRequired[str | None]


class Ranged(TypedDict):
    """What a package brings along on the Alpine releases from the one to before the other."""

    packages: list[str]
    since: NotRequired[str]
    before: NotRequired[str]


class ApkPackage(TypedDict):
    """`first` and `last` are left out where the name exists from Alpine 3.3 on, and still does."""

    role: NotRequired[str]
    contains: NotRequired[list[str]]
    contains_in: NotRequired[list[Ranged]]
    runtime: NotRequired[list[str]]
    first: NotRequired[str]
    last: NotRequired[str]
    missing_in: NotRequired[list[str]]
    substitute: NotRequired[Substitute]
    successor: NotRequired[Successor]


class Hazard(TypedDict):
    """What musl or Alpine does otherwise than glibc and Debian, on the releases from the one to before the other."""

    since: NotRequired[str]
    before: NotRequired[str]


class Hazards(TypedDict):
    as_of: str
    hazards: dict[str, Hazard]


class Apk(TypedDict):
    as_of: str
    packages: dict[str, ApkPackage]
    py3_to_pypi: dict[str, str]


@cache
def images() -> Images:
    return cast("Images", _read("images"))


@cache
def alpine() -> Alpine:
    return cast("Alpine", _read("alpine"))


@cache
def debian() -> Debian:
    return cast("Debian", _read("debian"))


@cache
def native() -> Native:
    return cast("Native", _read("native"))


@cache
def apk() -> Apk:
    return cast("Apk", _read("apk"))


@cache
def hazards() -> Hazards:
    return cast("Hazards", _read("hazards"))


def _read(name: str) -> object:
    return json.loads((Path(__file__).parent / f"{name}.json").read_bytes())
