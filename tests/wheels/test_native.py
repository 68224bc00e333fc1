"""Whether a source distribution compiles."""

from dataclasses import dataclass

import pytest
from packaging.version import Version

from lint_alpine.wheels.distribution import parse
from lint_alpine.wheels.evidence import Evidence, Offer, Origin, SdistContents, Unavailable
from lint_alpine.wheels.native import is_native


@dataclass(frozen=True)
class Known:
    kind: str
    optional_extension: bool | None = None


def offer(*names: str) -> Offer:
    files = [file for name in names if (file := parse(name, "demo")) is not None]
    assert len(files) == len(names)
    return Offer("demo", tuple(files), Evidence(Origin.INDEX, "2026-11-20", "index.example"))


SDIST = "demo-2.0.tar.gz"
COMPILED = "demo-2.0-cp38-cp38-win_amd64.whl"
PURE = "demo-2.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("files", "known", "native", "reason"),
    [
        # The wheels of the release itself, also those of other platforms.
        ((SDIST, COMPILED), None, True, "the wheels of demo 2.0 are compiled"),
        ((SDIST, PURE), None, False, "the wheels of demo 2.0 are pure Python"),
        ((SDIST, "demo-2.0-py3-none-manylinux1_x86_64.whl"), None, True, "the wheels of demo 2.0 are compiled"),
        ((SDIST, PURE), Known("extension"), False, "the wheels of demo 2.0 are pure Python"),
        ((SDIST, COMPILED), Known("pure"), True, "the wheels of demo 2.0 are compiled"),
        # Both kinds: only what is known decides.
        ((SDIST, PURE, COMPILED), None, None, "neither wheels nor data tell whether demo 2.0 is compiled"),
        ((SDIST, PURE, COMPILED), Known("extension"), True, "demo is known to build an extension"),
        ((SDIST, PURE, COMPILED, "demo-1.9-py3-none-any.whl"), None, None, "neither wheels nor data"),
        # An optional extension, whatever the wheels say.
        ((SDIST, COMPILED), Known("extension", True), False, "the extension of demo is optional"),
        ((SDIST, COMPILED), Known("extension", False), True, "the wheels of demo 2.0 are compiled"),
        # No wheels: the nearest release that has some, of two equally near ones the newer.
        ((SDIST, COMPILED.replace("2.0", "2.1")), None, True, "the wheels of demo 2.1 are compiled"),
        ((SDIST, PURE.replace("2.0", "1.9"), COMPILED.replace("2.0", "2.1")), None, True, "the wheels of demo 2.1"),
        (
            (SDIST, PURE.replace("2.0", "1.9"), "demo-2.1.tar.gz", COMPILED.replace("2.0", "2.2")),
            Known("extension"),
            False,
            "the wheels of demo 1.9 are pure Python",
        ),
        # No wheels at all: what is known of the project.
        ((SDIST,), Known("extension"), True, "demo is known to build an extension"),
        ((SDIST,), Known("pure"), False, "demo is known to be pure Python"),
        ((SDIST,), Known("runtime-only"), False, "demo is known to be pure Python"),
        ((SDIST,), Known("binary-only"), None, "neither wheels nor data"),
        ((SDIST,), None, None, "neither wheels nor data tell whether demo 2.0 is compiled"),
        # A release that the listing does not hold.
        ((COMPILED.replace("2.0", "2.1"),), None, True, "the wheels of demo 2.1 are compiled"),
        ((), None, None, "neither wheels nor data"),
    ],
)
def test_whether_a_release_compiles(
    files: tuple[str, ...], known: Known | None, native: bool | None, reason: str
) -> None:
    told = is_native(offer(*files), Version("2.0"), known)
    assert told.native is native
    assert told.reason.startswith(reason)


C = ("C", 3)
RUST = ("Rust", 9)


def contents(
    *sources: tuple[str, int],
    backend: str | None = None,
    extension: bool = False,
    optional: bool = False,
    understood: bool = False,
) -> SdistContents:
    return SdistContents(backend, (), sources, extension, optional, understood)


@pytest.mark.parametrize(
    ("found", "native", "reason"),
    [
        # What compiles, whoever says so.
        (contents(C, extension=True), True, "its build files declare an extension of C"),
        (contents(C, RUST, extension=True), True, "its build files declare an extension of C and Rust"),
        (contents(C, extension=True, backend="setuptools.build_meta"), True, "its build files declare"),
        (contents(C, extension=True, backend="own_backend:hooks"), True, "its build files declare"),
        (contents(RUST, backend="maturin"), True, "maturin compiles its Rust sources"),
        (contents(("Cython", 2), backend="mesonpy"), True, "mesonpy compiles its Cython sources"),
        (contents(("C++", 2), backend="scikit_build_core.build"), True, "scikit_build_core compiles its C++ sources"),
        # What does not.
        (contents(), False, "it has no sources that are compiled"),
        (contents(backend="mesonpy", extension=False), None, "neither wheels nor data"),
        (contents(C, backend="flit_core.buildapi"), False, "flit_core compiles nothing"),
        (contents(C, backend="hatchling.build"), False, "its build files declare nothing that is compiled"),
        (contents(C, extension=True, optional=True), False, "its extension is optional"),
        (contents(C, understood=True), False, "its build files declare nothing that is compiled, though it has C"),
        (contents(C, understood=True, backend="own_backend:hooks"), False, "its build files declare nothing"),
        # What may do either.
        (contents(C), None, "neither wheels nor data tell whether demo 2.0 is compiled, nor does its source"),
        (contents(C, extension=True, backend="hatchling.build"), None, "neither wheels nor data"),
        (contents(extension=True), None, "neither wheels nor data"),
        (
            Unavailable("demo", "no time"),
            None,
            "neither wheels nor data tell whether demo 2.0 is compiled, nor does its",
        ),
    ],
)
def test_what_the_source_distribution_tells(
    found: SdistContents | Unavailable, native: bool | None, reason: str
) -> None:
    told = is_native(offer(SDIST), Version("2.0"), None, found)
    assert told.native is native
    assert told.reason.startswith(reason)
    assert told.settled


COMPILES = contents(C, extension=True)
LEFT_OUT = contents(C, extension=True, optional=True)
NOTHING = contents()
ELSEWHERE = contents(C, understood=True)
FOR_ALL_PYTHONS = "demo-2.0-py3-none-manylinux2014_x86_64.whl"
FOR_LINUX = "demo-2.0-cp38-cp38-manylinux2014_x86_64.whl"


@pytest.mark.parametrize(
    ("files", "known", "found", "native", "settled"),
    [
        # Optional by the data, or pure by the wheels: nobody needs to ask.
        ((SDIST, COMPILED), Known("extension", True), None, False, True),
        ((SDIST, PURE), None, None, False, True),
        ((SDIST, "demo-1.9-py3-none-any.whl"), None, None, False, True),
        ((SDIST, COMPILED), Known("extension"), None, True, True),
        # Compiled wheels of an unknown project: only an optional extension changes that.
        ((SDIST, COMPILED), None, None, True, False),
        ((SDIST, COMPILED), None, COMPILES, True, True),
        ((SDIST, COMPILED), None, NOTHING, True, True),
        ((SDIST, COMPILED), None, LEFT_OUT, False, True),
        ((SDIST, COMPILED), Known("extension"), LEFT_OUT, True, True),
        # An extension for other systems alone, though wheels for Linux may be named for it.
        ((SDIST, COMPILED, FOR_ALL_PYTHONS), None, ELSEWHERE, False, True),
        ((SDIST, COMPILED, FOR_ALL_PYTHONS), None, COMPILES, True, True),
        ((SDIST, COMPILED, FOR_LINUX), None, ELSEWHERE, True, True),
        # No wheels, or both kinds: the source distribution, and the general kind only where that tells nothing.
        ((SDIST,), Known("extension"), None, True, False),
        ((SDIST,), Known("extension"), NOTHING, False, True),
        ((SDIST,), Known("pure"), COMPILES, True, True),
        ((SDIST,), Known("extension"), contents(C), True, True),
        ((SDIST,), Known("extension"), Unavailable("demo", "no time"), True, True),
        ((SDIST,), None, None, None, False),
        ((SDIST, PURE, COMPILED), None, None, None, False),
        ((SDIST, PURE, COMPILED), None, COMPILES, True, True),
        ((SDIST, PURE, COMPILED), None, LEFT_OUT, False, True),
        # mypyc: the sources are generated, and the pure wheel shows that it can do without.
        ((SDIST, PURE, COMPILED), None, contents(extension=True), False, True),
        ((SDIST,), None, contents(extension=True), None, True),
    ],
)
def test_who_is_believed_first(
    files: tuple[str, ...],
    known: Known | None,
    found: SdistContents | Unavailable | None,
    native: bool | None,
    settled: bool,
) -> None:
    told = is_native(offer(*files), Version("2.0"), known, found)
    assert (told.native, told.settled) == (native, settled)
