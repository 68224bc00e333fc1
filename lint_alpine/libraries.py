"""Shared libraries that the Python packages of the image that ships need, and that it does not have."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.dockerfile.words import arguments
from lint_alpine.origins import Placement
from lint_alpine.source import Span
from lint_alpine.wheels.build_packages import NativeNeeds, needs_of, provides
from lint_alpine.wheels.verdict import Outcome, WheelVerdict

if TYPE_CHECKING:
    from lint_alpine.facts import Facts, PythonInstall, StageFacts

# apk adds the libraries that a package is linked against, which the data does not list. Of these packages it is known
# what they bring (`depends` and the libraries of their APKBUILDs, Alpine 3.12 to 3.23); any other may bring anything.
_CURL = "brotli-libs c-ares libcurl zstd-libs"
_PYTHON = "gdbm libbz2 libexpat libffi libgcc libintl libstdc++ ncurses-libs readline sqlite-libs xz-libs"
_BRINGS = {
    "bash": "ncurses-libs readline",
    "busybox-extras": "",
    "ca-certificates": "",
    "coreutils": "acl-libs libacl libattr",
    "curl": _CURL,
    "dumb-init": "",
    "file": "libmagic",
    "findutils": "",
    "font-dejavu": "fontconfig freetype libexpat libpng brotli-libs",
    "freetds": "ncurses-libs readline unixodbc",
    "gcompat": "",
    "git": f"{_CURL} libexpat pcre2",
    "jq": "oniguruma",
    "less": "ncurses-libs",
    "libc6-compat": "",
    "libffi": "",
    "libgcc": "",
    "libjpeg-turbo": "",
    "libpq": "libldap libsasl",
    "libstdc++": "libgcc",
    "libxml2": "xz-libs",
    "libxslt": "libxml2 xz-libs",
    "mariadb-connector-c": "zstd-libs",
    "openssl": "",
    "py3-pip": _PYTHON,
    "python3": _PYTHON,
    "su-exec": "",
    "tini": "",
    "tzdata": "",
    "unixodbc": "ncurses-libs readline",
    "wget": "pcre pcre2",
    "zlib": "",
}
# The extras and sibling projects by which a library comes along, or is linked.
_PARTS = frozenset({"binary", "c"})
# What else than apk may put libraries into an image.
_LIBRARY_FOLDERS = ("/lib", "/usr", "/usr/lib", "/usr/local/lib")


class MissingLibraries(NamedTuple):
    """Libraries (apk packages) that a package needs, told at the word that leaves them out: a COPY that brings the
    package alone, the `apk del` that takes the libraries away (`removed`), else the requirement.

    `compiled`: it is linked against them; otherwise it loads them when it runs.
    """

    span: Span
    libraries: tuple[str, ...]
    verdict: WheelVerdict
    install: "PythonInstall"
    compiled: bool
    removed: bool


def missing_libraries(facts: "Facts") -> Iterator[MissingLibraries]:
    """Each library once; none where more may be in the image than is known."""
    final = facts.final
    if final is None or not _is_known(facts, final):
        return
    told: set[str] = set()
    for placement in final.placements:
        for verdict in placement.verdicts:
            for compiled, needed in (
                (True, _linked(placement, verdict, final)),
                (False, _loaded(placement, verdict, final)),
            ):
                missing = tuple(name for name in needed if name not in told and _is_missing(name, final))
                told.update(missing)
                if missing:
                    yield _found(missing, placement, verdict, final, compiled=compiled)


def _is_known(facts: "Facts", final: "StageFacts") -> bool:
    environment = final.environment
    if environment is None or environment.distro != "alpine" or not environment.is_bare or not final.present.complete:
        return False
    # auditwheel puts the libraries into the wheel.
    return "auditwheel" not in facts.dockerfile.source.text and not any(map(_copies_libraries, facts.shipping_chain))


def _copies_libraries(stage: "StageFacts") -> bool:
    copies = (step.instruction for step in stage.stage.steps if step.instruction.name in ("COPY", "ADD"))
    return any(
        ".so" in word.text
        or word.text.rstrip("/") in _LIBRARY_FOLDERS
        or (word.text == "/" and copy.flag("from") is not None)
        for copy in copies
        for word in arguments(copy)
    )


def _linked(placement: Placement, verdict: WheelVerdict, final: "StageFacts") -> Iterator[str]:
    """What it is compiled against, as the release of the image calls it: libraries that apk had installed by then."""
    there, here = placement.install.environment.release, final.environment.release if final.environment else None
    then = needs_of(verdict.name, verdict.version, there)
    now = needs_of(verdict.name, verdict.version, here)
    if verdict.outcome is not Outcome.COMPILE or then is None or now is None or then.verified == "unverified":
        return
    # A command that fails for want of a compiler or headers is told as such.
    if any(placement.install.shortage):
        return
    present = placement.install.present
    for built, needed in zip(then.runtime, now.runtime, strict=False):
        if built in present.packages and (present.complete or built not in ("libgcc", "libstdc++")):
            yield needed


def _loaded(placement: Placement, verdict: WheelVerdict, final: "StageFacts") -> tuple[str, ...]:
    """What it loads when it runs, unless `psycopg-binary` or `psycopg-c` is there, which bring it or are linked."""
    needs = needs_of(verdict.name, verdict.version, placement.install.environment.release)
    if needs is None or needs.verified == "unverified":
        return ()
    names = {other.name for each in final.placements for other in each.verdicts}
    if names & {f"{verdict.name}-{part}" for part in _PARTS} or _may_be_bundled(placement, verdict, needs):
        return ()
    return needs.runtime_even_with_wheel


def _may_be_bundled(placement: Placement, verdict: WheelVerdict, needs: NativeNeeds) -> bool:
    """A wheel for this platform brings along what the project loads. Of which file is taken nothing need be known where
    none brings it, as long as the user asks for no more than the project itself."""
    match verdict.outcome:
        case Outcome.WHEEL | Outcome.PURE_BUILD:
            return verdict.is_native and needs.kind == "runtime-only"
        case Outcome.UNKNOWN:
            asked, extras = placement.install.install.requirements, verdict.dependency.requirement.extras
            own = not verdict.via and not extras & _PARTS and asked.complete and not asked.unreadable
            return not (own and needs.pure_wheels and not asked.indexes and not asked.find_links)
        case _:
            return True


def _is_missing(name: str, final: "StageFacts") -> bool:
    """Whether it is certainly not there: nothing that apk was asked for brings it."""
    return bool(final.present.lacks(name)) and all(
        asked in _BRINGS and name not in _BRINGS[asked].split() for asked in final.present.asked
    )


def _found(
    missing: tuple[str, ...], placement: Placement, verdict: WheelVerdict, final: "StageFacts", *, compiled: bool
) -> MissingLibraries:
    removing = None if placement.copied else _removing(missing, final)
    span = placement.copied[-1] if placement.copied else removing or verdict.dependency.span
    return MissingLibraries(span, missing, verdict, placement.install, compiled, removed=removing is not None)


def _removing(missing: Iterable[str], final: "StageFacts") -> Span | None:
    release = final.environment.release if final.environment is not None else None
    return next((span for name, span in final.removed.items() if not provides(name, release).isdisjoint(missing)), None)
