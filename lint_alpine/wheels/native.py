"""Whether the source distribution of a release has to be compiled, as far as wheels and what is known tell."""

from collections.abc import Iterable
from typing import Protocol

from packaging.version import Version

from lint_alpine.wheels.evidence import Offer
from lint_alpine.wheels.listing import Release, releases_of


class KnownNeeds(Protocol):
    """What the data knows of a project: `kind` is `extension`, `runtime-only`, `binary-only` or `pure`;
    `optional_extension` tells that it installs without a compiler too."""

    @property
    def kind(self) -> str: ...

    @property
    def optional_extension(self) -> bool | None: ...


def is_native(offer: Offer, version: Version, known: KnownNeeds | None) -> tuple[bool | None, str]:
    """Whether building that release from source needs a compiler, None where that is not known; and what tells.

    Wheels are what their sources compile to: where a release has none, the nearest release that has some is asked. One
    with pure and compiled wheels leaves it open: of such projects some build without a compiler, others do not.
    """
    if known is not None and known.optional_extension:
        return False, f"the extension of {offer.name} is optional: without a compiler it is left out"
    for release in _nearest_first(offer, version):
        compiled = any(file.is_platform_wheel for file in release.files)
        pure = any(file.is_pure_wheel for file in release.files)
        if compiled and pure:
            break
        if compiled or pure:
            return (
                compiled,
                f"the wheels of {offer.name} {release.version} are {'compiled' if compiled else 'pure Python'}",
            )
    match known.kind if known is not None else None:
        case "extension":
            return True, f"{offer.name} is known to build an extension"
        case "pure" | "runtime-only":
            return False, f"{offer.name} is known to be pure Python"
        case _:
            return None, f"neither wheels nor data tell whether {offer.name} {version} is compiled"


def _nearest_first(offer: Offer, version: Version) -> Iterable[Release]:
    """The release itself, then its neighbours on both sides, the newer one first."""
    releases = releases_of(offer.distributions)
    newer = [release for release in releases if release.version > version]
    rest = releases[len(newer) :]
    if rest and rest[0].version == version:
        yield rest[0]
        rest = rest[1:]
    for place in range(max(len(newer), len(rest))):
        yield from (side[place] for side in (newer[::-1], rest) if place < len(side))
