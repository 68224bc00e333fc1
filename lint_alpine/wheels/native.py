"""Whether a release has to be compiled: by its wheels, by what its source distribution holds, by what is known."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from packaging.version import Version

from lint_alpine.wheels.evidence import Offer, SdistContents, Unavailable
from lint_alpine.wheels.listing import Release, releases_of


class KnownNeeds(Protocol):
    """What the data knows of a project: `kind` is `extension`, `runtime-only`, `binary-only` or `pure`;
    `optional_extension` tells that it installs without a compiler too."""

    @property
    def kind(self) -> str: ...

    @property
    def optional_extension(self) -> bool | None: ...


class Nativeness(NamedTuple):
    """Whether building a release from source needs a compiler, None where that is not known; and what tells.

    `settled` is false where what the source distribution is built of would tell more.
    """

    native: bool | None
    reason: str
    settled: bool = True


def is_native(
    offer: Offer, version: Version, known: KnownNeeds | None, contents: SdistContents | Unavailable | None = None
) -> Nativeness:
    """Whether that release compiles; `contents` are those of its source distribution, None where nobody was asked.

    Wheels are what their sources compile to: where a release has none, the nearest release that has some is asked. One
    with pure and compiled wheels leaves it open: of such projects some build without a compiler, others do not. So do
    compiled wheels of a project of which nothing is known: its extension may be optional, or not for Linux.
    """
    if known is not None and known.optional_extension:
        return Nativeness(False, f"the extension of {offer.name} is optional: without a compiler it is left out")
    wheels, both, for_linux = _by_wheels(offer, version)
    if wheels is not None and (known is not None or not wheels.native):
        return wheels
    sources = _by_contents(contents, both) if isinstance(contents, SdistContents) else None
    if wheels is not None:
        understood = isinstance(contents, SdistContents) and contents.understood and not for_linux
        believed = sources is not None and (sources == IS_OPTIONAL or (understood and sources.native is False))
        told = sources if sources is not None and believed else wheels
    elif sources is not None and sources.native is not None:
        told = sources
    else:
        told = _by_kind(offer.name, known) or _nothing_tells(offer.name, version, sources or contents)
    return told._replace(settled=contents is not None)


class _ByWheels(NamedTuple):
    """What the wheels of the nearest release that has some tell; whether it has pure and compiled ones, and any that is
    for Linux and bound to Python's ABI: one for all Pythons may just have a platform in its name."""

    told: Nativeness | None
    both: bool = False
    for_linux: bool = False


def _by_wheels(offer: Offer, version: Version) -> _ByWheels:
    for release in _nearest_first(offer, version):
        compiled = [file for file in release.files if file.is_platform_wheel]
        pure = any(file.is_pure_wheel for file in release.files)
        if compiled and pure:
            return _ByWheels(None, both=True)
        if compiled or pure:
            kind = "compiled" if compiled else "pure Python"
            told = Nativeness(bool(compiled), f"the wheels of {offer.name} {release.version} are {kind}")
            tags = (tag for file in compiled for tag in file.tags or ())
            return _ByWheels(told, for_linux=any(tag.abi != "none" and "linux" in tag.platform for tag in tags))
    return _ByWheels(None)


def _nearest_first(offer: Offer, version: Version) -> Iterable[Release]:
    """The release itself, then its neighbours on both sides, the newer one first."""
    releases = releases_of(offer.distributions)
    newer = [release for release in releases if release.version > version]
    rest = [release for release in releases if release.version <= version]
    if rest and rest[0].version == version:
        yield rest[0]
        rest = rest[1:]
    for place in range(max(len(newer), len(rest))):
        yield from (side[place] for side in (newer[::-1], rest) if place < len(side))


# By the first name in the backend's path. The first ones do nothing but compile, the next ones never do; the others
# only where they are told to, by what `SdistContents.extension` looks for.
_ALWAYS = frozenset({"maturin", "mesonpy", "py_build_cmake", "scikit_build_core", "sipbuild"})
_NEVER = frozenset({"flit", "flit_core", "flit_scm", "uv_build"})
_IF_TOLD = frozenset({"hatchling", "jupyter_packaging", "pdm", "poetry"})


IS_OPTIONAL = Nativeness(False, "its extension is optional: without a compiler it is left out")


def _by_contents(contents: SdistContents, both: bool) -> Nativeness:
    backend = (contents.backend or "setuptools").partition(":")[0].partition(".")[0]
    languages = " and ".join(language for language, _ in contents.sources)
    if backend in _ALWAYS and languages:
        return Nativeness(True, f"{backend} compiles its {languages} sources")
    if not languages:
        # What is declared may be generated, by cffi or mypyc. Where there is a pure wheel too, it can do without.
        generated = contents.extension or backend in _ALWAYS
        return Nativeness(None if generated and not both else False, "it has no sources that are compiled")
    if backend in _NEVER:
        return Nativeness(False, f"{backend} compiles nothing")
    if not contents.extension:
        told = False if backend in _IF_TOLD or contents.understood else None
        return Nativeness(told, f"its build files declare nothing that is compiled, though it has {languages} sources")
    if contents.optional:
        return IS_OPTIONAL
    return Nativeness(None if backend in _IF_TOLD else True, f"its build files declare an extension of {languages}")


def _by_kind(name: str, known: KnownNeeds | None) -> Nativeness | None:
    match known.kind if known is not None else None:
        case "extension":
            return Nativeness(True, f"{name} is known to build an extension")
        case "pure" | "runtime-only":
            return Nativeness(False, f"{name} is known to be pure Python")
        case _:
            return None


def _nothing_tells(name: str, version: Version, asked: Nativeness | SdistContents | Unavailable | None) -> Nativeness:
    reason = f"neither wheels nor data tell whether {name} {version} is compiled"
    if isinstance(asked, Nativeness | Unavailable):
        reason += f", nor does its source distribution: {asked.reason}"
    return Nativeness(None, reason)
