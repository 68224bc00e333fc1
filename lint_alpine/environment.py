"""What pip sees in an image: operating system, C library, CPU and Python; its wheel tags and markers."""

import re
import sys
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine import data

if TYPE_CHECKING:
    from packaging.tags import Tag
    from packaging.version import Version


class Libc(NamedTuple):
    """The C library that wheels must fit: `musl` or `glibc`, with (major, minor), or None where it is not known."""

    family: str
    version: tuple[int, int] | None


class Environment(NamedTuple):
    """What is known of an image in which requirements are installed. None means: not known.

    `image` is the reference as it resolves (`python:3.8-alpine`); `release` is `3.20` or `bookworm`; `arch` is the
    name that wheels use (`x86_64`); `python` and `pip` are versions as far as they are known (`3.8.20`, else `3.8`).
    `packages` are the apk (or apt) packages that the base image brings, compilers included. `prefix` is what the file
    has in front of `image`: the registry or the CPU of official images (`public.ecr.aws/docker/library/`, `arm64v8/`).
    `newest_pip` is set where it is not known which pip is there: then `pip` is the oldest that it may be, and this the
    newest (empty: a current one). `variables` and `pip_conf`, the text of /etc/pip.conf, are what the image tells
    installers.
    """

    image: str
    distro: str | None = None
    release: str | None = None
    libc: Libc | None = None
    arch: str | None = None
    python: str | None = None
    implementation: str = "cpython"
    pip: str | None = None
    python_prefix: str | None = None
    externally_managed: bool | None = None
    packages: frozenset[str] = frozenset()
    note: str | None = None
    prefix: str = ""
    newest_pip: str | None = None
    variables: tuple[tuple[str, str | None], ...] = ()
    pip_conf: str = ""

    @property
    def is_official(self) -> bool:
        """One of Docker's official images: who else builds one may have changed apk's repositories and Python's
        variables."""
        return "/" not in self.image

    @property
    def is_bare(self) -> bool:
        """`python` or `alpine` itself: no other packages are in it than those that are known."""
        return self.image.startswith(("python:", "alpine:"))

    @property
    def minor(self) -> str | None:
        return minor_version(self.python) if self.python is not None else None


def minor_version(version: str) -> str:
    """The minor version of Python that a version is of: `3.12` of `3.12.4`."""
    return ".".join(version.split(".")[:2])


# What is no minor version of Python: each one below it has tags of its own.
_MOST_MINORS = 1000

# The first pip that reads each family of platform tags: PEP 600 and 656; PEP 599, 571 and 513 by their glibc.
_PERENNIAL, _MUSLLINUX = (20, 3), (21, 2)
_LEGACY = {17: ("manylinux2014", (19, 3)), 12: ("manylinux2010", (19, 0)), 5: ("manylinux1", (8, 1))}
_X86 = ("x86_64", "i686")
# packaging knows no manylinux for other CPUs (its ABI check), while any musl will do for musllinux.
_MANYLINUX_ARCHITECTURES = (*_X86, "aarch64", "armv7l", "ppc64", "ppc64le", "s390x", "riscv64", "loongarch64")


@cache
def supported_tags(environment: Environment, pip: "Version | None" = None) -> "tuple[Tag, ...]":
    """The wheel tags that this pip accepts in the environment, the one that it likes best first.

    None stands for a modern installer. Empty where the Python, the C library or the CPU is not known: then nothing
    can be said of wheels. The order is that of `packaging.tags`, which pip uses.
    """
    python = _python_version(environment)
    if python is None or len(python) < 2 or environment.arch is None:
        return ()
    if environment.libc is None or environment.libc.version is None:
        return ()
    platforms = _platforms(environment.libc.family, environment.libc.version, environment.arch, pip)
    return _tags(python[:2], environment.implementation, platforms)


def _tags(python: tuple[int, ...], implementation: str, platforms: list[str]) -> "tuple[Tag, ...]":
    from packaging.tags import compatible_tags, cpython_tags, generic_tags

    digits = "".join(map(str, python))
    if implementation == "pypy":
        interpreter = f"pp{digits}"
        own = generic_tags(interpreter, [f"pypy{digits}_pp73"], platforms)
    else:
        interpreter = f"cp{digits}"
        own = cpython_tags(python, [interpreter + _abi_flags(python)], platforms)
    return (*own, *compatible_tags(python, interpreter, platforms))


def _abi_flags(python: tuple[int, ...]) -> str:
    """PEP 3149: pymalloc up to 3.7, and four-byte Unicode, with which the official images are built, up to 3.2."""
    if python < (3, 3):
        return "mu"
    return "m" if python < (3, 8) else ""


def _platforms(libc: str, version: tuple[int, int], arch: str, pip: "Version | None") -> list[str]:
    """The platform tags that fit the C library and that this pip knows, the newest first, `linux` last."""
    major, newest = version
    reads = pip.release if pip is not None else (sys.maxsize,)
    found = []
    if libc == "musl" and reads >= _MUSLLINUX:
        found = [f"musllinux_{major}_{minor}_{arch}" for minor in range(newest, -1, -1)]
    if libc == "glibc" and arch in _MANYLINUX_ARCHITECTURES:
        for minor in range(newest, 4 if arch in _X86 else 16, -1):
            if reads >= _PERENNIAL:
                found.append(f"manylinux_{major}_{minor}_{arch}")
            name, since = _LEGACY.get(minor, ("", _PERENNIAL))
            if name and (minor == 17 or arch in _X86) and reads >= since:
                found.append(f"{name}_{arch}")
    return [*found, f"linux_{arch}"]


def markers(environment: Environment) -> dict[str, str]:
    """The marker environment of the image (PEP 508), never that of the running Python.

    Where only the minor version of Python is known, its newest patch release in the data counts. Empty where the
    Python is not known.
    """
    full = _full_version(environment)
    if full is None:
        return {}
    pypy = environment.implementation == "pypy"
    return {
        "implementation_name": "pypy" if pypy else "cpython",
        # PyPy's own version is another one; markers that compare it are next to unheard of.
        "implementation_version": full,
        "os_name": "posix",
        "platform_machine": environment.arch or "",
        "platform_python_implementation": "PyPy" if pypy else "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": full,
        "python_version": minor_version(full),
        "sys_platform": "linux" if not full.startswith("2.") else "linux2",
    }


def _python_version(environment: Environment) -> tuple[int, ...] | None:
    if environment.python is None or len(environment.python) >= 100:
        return None
    from packaging.version import InvalidVersion, Version

    try:
        release = Version(environment.python).release
    except InvalidVersion:
        # What a command line names as a version may be anything.
        return None
    return release if max(release[1:2], default=0) < _MOST_MINORS else None


def _full_version(environment: Environment) -> str | None:
    version = _python_version(environment)
    if version is None or len(version) > 2:
        return environment.python if version is not None else None
    minor = ".".join(map(str, version))
    known = data.images()["minors"].get(minor)
    # A line of which the data has only pre-releases is one that is younger than the data.
    return known["latest"] if known is not None and re.fullmatch(r"[\d.]+", known["latest"]) else f"{minor}.0"
