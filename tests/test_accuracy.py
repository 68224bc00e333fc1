"""The accuracy benchmark tells where the index has moved on from where we are wrong."""

import pytest

from benchmarks.accuracy import explained, report, why_moved
from lint_alpine.wheels.settings import IndexSettings
from lint_alpine.wheels.snapshot import Snapshot
from lint_alpine.wheels.sources import Sources
from lint_alpine.wheels.verdict import WheelVerdict
from tests.loopback import Server
from tools.compare_with_pip import Row, verdict_on

AS_OF = "2026-11-20"
PILLOW = "Pillow-9.5.0-cp38-cp38-musllinux_1_1_x86_64.whl"


def row(file: str | None) -> Row:
    return Row(
        requirement="Pillow==9.5.0",
        python="3.8",
        libc="musl-1.2",
        arch="x86_64",
        kind="musllinux",
        version="9.5.0",
        file=file,
    )


def ours() -> WheelVerdict:
    snapshot = Snapshot.shipped()
    return verdict_on(row(PILLOW), Sources([snapshot], [snapshot]))


@pytest.mark.parametrize(
    ("former", "files", "expected"),
    [
        ("b.whl", {PILLOW: ("2026-11-21T05:00:00Z", False)}, f"{PILLOW} was uploaded on 2026-11-21, after the listing"),
        ("b.whl", {PILLOW: ("2023-04-01T05:00:00Z", False)}, "b.whl is no longer listed"),
        ("b.whl", {PILLOW: ("", False), "b.whl": ("", True)}, "b.whl is yanked, which it may not have been"),
        ("b.whl", {PILLOW: ("2023-04-01T05:00:00Z", False), "b.whl": ("", False)}, None),
        (None, {PILLOW: ("2023-04-01T05:00:00Z", False)}, None),
    ],
)
def test_why_a_row_differs(former: str | None, files: dict[str, tuple[str, bool]], expected: str | None) -> None:
    assert why_moved(row(former), ours(), files, AS_OF) == expected


@pytest.mark.parametrize(
    ("uploaded", "moved", "last"),
    [
        (
            "2026-11-21T05:00:00Z",
            True,
            f"1 rows differ, all because the index has moved on since the listing of {AS_OF}",
        ),
        ("2023-04-01T05:00:00Z", False, f"we say wheel, {PILLOW}"),
    ],
)
def test_the_index_is_asked_about_what_differs(
    server: Server, capsys: pytest.CaptureFixture[str], uploaded: str, moved: bool, last: str
) -> None:
    file: dict[str, object] = {"filename": PILLOW, "url": PILLOW, "hashes": {}, "upload-time": uploaded}
    old: dict[str, object] = {"filename": "old.whl", "url": "old.whl", "hashes": {}}
    server.json("pillow", file, old)
    differing = report("online", [row(PILLOW), row("old.whl")], [ours(), ours()])
    assert [each["file"] for each, _ in differing] == ["old.whl"]
    assert explained(differing, AS_OF, IndexSettings((server.url,))) is moved
    assert capsys.readouterr().out.splitlines()[-1].endswith(last)


def test_nothing_is_asked_where_nothing_differs(server: Server) -> None:
    assert explained([], AS_OF, IndexSettings((server.url,)))
    assert server.asked == []
