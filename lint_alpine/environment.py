"""What pip sees in an image: operating system, C library, CPU and Python; its wheel tags and markers."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Libc:
    """The C library that wheels must fit: `musl` or `glibc`, with (major, minor), or None where it is not known."""

    family: str
    version: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Environment:
    """What is known of an image in which requirements are installed. None means: not known.

    `image` is the reference as it resolves (`python:3.8-alpine`); `release` is `3.20` or `bookworm`; `arch` is the
    name that wheels use (`x86_64`); `python` and `pip` are versions as far as they are known (`3.8.20`, else `3.8`).
    `packages` are the apk (or apt) packages that the base image brings, compilers included.
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
    packages: frozenset[str] = field(default=frozenset())
    note: str | None = None
