"""Whether a source distribution compiles."""

from dataclasses import dataclass

import pytest
from packaging.version import Version

from lint_alpine.wheels.distribution import parse
from lint_alpine.wheels.evidence import Evidence, Offer, Origin
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
    told, why = is_native(offer(*files), Version("2.0"), known)
    assert told is native
    assert why.startswith(reason)
