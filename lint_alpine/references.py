"""Image references and platforms as BuildKit reads them."""

import re
from typing import NamedTuple

from lint_alpine import data

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,}")
_PATH = re.compile(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*")
_REGISTRY = re.compile(r"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?")
_LONGEST = 1024

# Other names of architectures, and of architectures with their variants, as containerd has them (its package platforms,
# normalizeArch).
_ALIASES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386", "i686": "386"}
_VARIANTS = {
    "amd64/v1": "amd64",
    "arm64/8": "arm64",
    "arm64/v8": "arm64",
    "arm": "arm/v7",
    "armhf": "arm/v7",
    "armel": "arm/v6",
    **{f"arm/{number}": f"arm/v{number}" for number in "5678"},
}
# The wheel name of each (PEP 425: that of the kernel's machine).
_ARCHITECTURES = {
    "amd64": "x86_64",
    "arm64": "aarch64",
    "386": "i686",
    "ppc64le": "ppc64le",
    "s390x": "s390x",
    "riscv64": "riscv64",
    "loong64": "loongarch64",
    "mips64le": "mips64",
}
_ARM_VARIANTS = {"v5": "armv5tel", "v6": "armv6l", "v7": "armv7l", "v8": "armv7l"}


class UnknownImage(NamedTuple):
    """Nothing can be said of what `image` holds, and why."""

    image: str
    reason: str


class ImageReference(NamedTuple):
    """`python:3.8-alpine@sha256:...`, with the names by which Docker Hub's own images are also known set aside.

    `repository` is `python` for `docker.io/library/python`, `arm64v8/python` and the mirrors of official images;
    `arch` is the CPU (as wheels name it) where the namespace fixes it. `prefix` is what was set aside, with its slash.
    """

    repository: str
    tag: str | None = None
    digest: str | None = None
    arch: str | None = None
    prefix: str = ""

    @classmethod
    def parse(cls, text: str) -> "ImageReference":
        """Raises ValueError, with the reason, for what is no image reference."""
        if len(text) > _LONGEST:
            raise ValueError(f"an image reference has at most {_LONGEST} characters")
        name, _, digest = text.partition("@")
        if "@" in text and not _DIGEST.fullmatch(digest):
            raise ValueError(f"`{digest}` is no digest")
        # A colon before the last slash belongs to the registry's port: localhost:5000/name
        name, tag = name.rsplit(":", 1) if ":" in name.rsplit("/", 1)[-1] else (name, None)
        if tag is not None and not _TAG.fullmatch(tag):
            raise ValueError(f"`{tag}` is no tag")
        registry, slash, path = name.partition("/")
        if not slash or not ("." in registry or ":" in registry or registry == "localhost"):
            registry, path = "", name
        if not _PATH.fullmatch(path) or (registry and not _REGISTRY.fullmatch(registry)):
            raise ValueError(f"`{name}` is no image name")
        repository, arch = _official(name)
        return cls(repository, tag, digest or None, arch, name.removesuffix(repository))

    def __str__(self) -> str:
        return f"{self.repository}:{self.tag}" if self.tag else self.repository

    def tagged(self) -> "ImageReference":
        """Without a tag `latest` is meant, unless a digest says what is."""
        return self if self.tag or self.digest else self._replace(tag="latest")


def _official(name: str) -> tuple[str, str | None]:
    """The shortest name of the image, and the CPU that its namespace fixes."""
    known = data.images()
    prefixes = sorted(known["prefixes"], key=len, reverse=True)
    shorter = True
    while shorter:
        shorter = False
        for prefix in prefixes:
            if name.startswith(prefix) and len(name) > len(prefix):
                name, shorter = name.removeprefix(prefix), True
    namespace, _, rest = name.partition("/")
    arch = known["architectures"].get(f"{namespace}/")
    return (rest, arch) if arch and rest and "/" not in rest else (name, None)


def normalised(platform: str) -> str:
    """One name for each platform, as BuildKit has it in TARGETPLATFORM: `linux/arm64` for `linux/arm64/v8`.

    The operating system may be left out, as in `--platform=arm64`.
    """
    system, slash, cpu = platform.lower().partition("/")
    if not slash and system in (*_ALIASES, *_VARIANTS, *_ARCHITECTURES):
        system, cpu = "linux", system
    architecture, *variant = cpu.split("/")
    cpu = "/".join((_ALIASES.get(architecture, architecture), *variant))
    return "/".join(filter(None, (system, _VARIANTS.get(cpu, cpu))))


def machine(platform: str) -> str | None:
    """The CPU of `linux/arm64/v8` as wheels name it (`aarch64`); None where it is not Linux or not known."""
    system, _, cpu = normalised(platform).partition("/")
    architecture, _, variant = cpu.partition("/")
    if system != "linux" or "/" in variant:
        return None
    return _ARM_VARIANTS.get(variant) if architecture == "arm" else _ARCHITECTURES.get(architecture)
