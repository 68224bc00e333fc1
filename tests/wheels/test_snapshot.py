"""The shipped snapshot: what is written is read again, only what is asked for is read, and damage is told."""

import gzip
import json
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from lint_alpine.wheels.distribution import Distribution, parse, parse_requires_python
from lint_alpine.wheels.evidence import Needs, Offer, Origin, Unavailable
from lint_alpine.wheels.listing import releases_of
from lint_alpine.wheels.snapshot import SHIPPED, SIGNATURE, Snapshot, SnapshotError
from tools.make_snapshot import File, ListingFile, NeedsFile, snapshot

LISTING: ListingFile = {
    "as_of": "2026-11-20",
    "projects": {
        "demo": [
            ("demo-1.0.zip", None, False),
            ("demo-1.0.tar.gz", None, False),
            ("Demo-1.1-cp38-cp38-win32.whl", ">=3.8, <4", False),
            ("demo-1.1-1-cp38-cp38-musllinux_1_1_x86_64.whl", ">=3.8, <4", False),
            ("demo-1.1-py3-none-any.whl", ">=3.8, <4", True),
            ("demo-1.1.tar.gz", ">=3.9", False),
            ("demo-1.0.win32.exe", None, False),
        ],
        "empty": [],
    },
}
NEEDS: NeedsFile = {
    "as_of": "2026-11-19",
    "projects": {
        "demo": {
            "1.0": {"requires_dist": ["other >=1.0", 'fast; extra == "speed"'], "provides_extra": ["speed"]},
            "1.1": {"requires_dist": ["other >=1.0"], "provides_extra": []},
        },
        "unlisted": {"3": {"requires_dist": [], "provides_extra": []}},
    },
}


def read(listing: ListingFile = LISTING, needs: NeedsFile = NEEDS) -> Snapshot:
    return Snapshot(snapshot(listing, needs), "snapshot.bin")


def offered(source: Snapshot, name: str) -> Offer:
    offer = source.offers([name])[name]
    assert isinstance(offer, Offer)
    return offer


def test_every_file_is_read_again() -> None:
    offer = offered(read(), "demo")
    expected = [
        parse(filename, "demo", requires_python=parse_requires_python(python), yanked=yanked)
        for filename, python, yanked in LISTING["projects"]["demo"]
        if not filename.endswith(".exe")
    ]
    assert sorted(offer.distributions, key=str) == sorted(expected, key=str)
    assert (offer.evidence.origin, offer.evidence.as_of) == (Origin.SNAPSHOT, "2026-11-20")
    assert "shipped with lint-alpine" in offer.evidence.detail


def test_files_that_rank_alike_keep_the_order_of_the_listing() -> None:
    oldest = releases_of(offered(read(), "demo").distributions)[-1]
    assert [file.filename for file in oldest.files] == ["demo-1.0.zip", "demo-1.0.tar.gz"]


def test_every_name_gets_an_answer() -> None:
    answers = read().offers(["absent", "unlisted", "empty"])
    assert answers["absent"] == Unavailable("absent", "not in the shipped snapshot")
    assert answers["unlisted"] == Unavailable("unlisted", "not in the shipped snapshot")
    assert isinstance(answers["empty"], Offer)
    assert not answers["empty"].distributions


def test_what_releases_declare() -> None:
    wanted = {("demo", Version(version)): () for version in ("1.0.0", "1.1", "2")} | {("absent", Version("1")): ()}
    needs = read().needs(wanted)
    one = needs["demo", Version("1.0")]
    assert isinstance(one, Needs)
    assert one.requirements == (Requirement("other>=1.0"), Requirement('fast; extra == "speed"'))
    assert one.extras == frozenset({"speed"})
    two = needs["demo", Version("1.1")]
    assert isinstance(two, Needs)
    assert (two.requirements, two.extras) == ((Requirement("other>=1.0"),), frozenset())
    assert needs["demo", Version("2")] == Unavailable("demo", "what demo 2 requires is not in the shipped snapshot")
    assert isinstance(needs["absent", Version("1")], Unavailable)


def test_a_requirement_that_is_not_valid_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    needs: NeedsFile = {"projects": {"demo": {"1": {"requires_dist": ["a", "b =>1"], "provides_extra": []}}}}
    declared = read(needs=needs).needs({("demo", Version("1")): ()})["demo", Version("1")]
    assert isinstance(declared, Needs)
    assert declared.requirements == (Requirement("a"),)
    assert "demo 1: left out" in capsys.readouterr().err


def test_white_space_in_a_file_name_is_an_error() -> None:
    files: list[File] = [("demo-1.0-py3-none-a b.whl", None, False)]
    with pytest.raises(ValueError, match="white space"):
        read({"as_of": "2026-11-20", "projects": {"demo": files}})


FILES = st.builds(
    "{}-{}{}".format,
    st.sampled_from(["demo", "Demo"]),
    st.sampled_from(["1.0", "1.0.0", "1.0rc1", "2", "1!0.1", "1_0"]),
    st.sampled_from([".tar.gz", ".zip", "-py3-none-any.whl", "-1x-py2.py3-none-any.whl", "-cp38-abi3-win32.whl"]),
)
ROWS = st.tuples(FILES, st.sampled_from([None, ">=3.8", "nonsense"]), st.booleans())


@settings(max_examples=200, deadline=None)
@given(st.lists(ROWS, unique_by=lambda row: row[0]))
def test_any_listing_is_read_again_in_an_order_that_pip_cannot_tell_apart(rows: list[File]) -> None:
    parsed = [
        parse(name, "demo", requires_python=parse_requires_python(python), yanked=yanked)
        for name, python, yanked in rows
    ]
    expected = [file for file in parsed if file is not None]
    found = list(offered(read({"as_of": "2026-11-20", "projects": {"demo": rows}}), "demo").distributions)
    assert sorted(found, key=str) == sorted(expected, key=str)
    versions = [file.version for file in found]
    assert versions == sorted(versions, reverse=True)

    def alike(file: Distribution, files: list[Distribution]) -> list[Distribution]:
        same = [other for other in files if other.version == file.version]
        return [other for other in same if (other.tags or {""}) & (file.tags or {""})]

    assert all(alike(file, found) == alike(file, expected) for file in found)


def test_the_same_input_gives_the_same_bytes() -> None:
    turned = {name: LISTING["projects"][name] for name in reversed(LISTING["projects"])}
    assert snapshot(LISTING, NEEDS) == snapshot({"as_of": LISTING["as_of"], "projects": turned}, NEEDS)


def test_only_the_projects_asked_for_are_read() -> None:
    data = snapshot(LISTING, {"projects": {}})
    # The last block is that of the project `empty`.
    damaged = Snapshot(data[:-1] + bytes([data[-1] ^ 1]), "snapshot.bin")
    assert len(offered(damaged, "demo").distributions) == 6
    with pytest.raises(SnapshotError, match=r"snapshot\.bin is damaged .*; install lint-alpine again"):
        damaged.offers(["empty"])


GOOD = snapshot(LISTING, NEEDS)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100,
        SIGNATURE,
        GOOD[:40],
        GOOD[:-1],
        GOOD + b"x",
        GOOD.replace(SIGNATURE, b"lint-alpine snapshot 2\n"),
        SIGNATURE + len(zlib.compress(b"")).to_bytes(4) + zlib.compress(b""),
        SIGNATURE + len(zlib.compress(b"a b\nc")).to_bytes(4) + zlib.compress(b"a b\nc"),
    ],
)
def test_a_damaged_file_is_told(data: bytes) -> None:
    with pytest.raises(SnapshotError, match=r"snapshot\.bin is damaged"):
        Snapshot(data, "snapshot.bin")


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_told_or_does_no_harm(place: int, change: int) -> None:
    damaged = GOOD[:place] + bytes([GOOD[place] ^ change]) + GOOD[place + 1 :]
    try:
        source = Snapshot(damaged, "snapshot.bin")
        files = [file for name in LISTING["projects"] for file in offered(source, name).distributions]
        source.needs({("demo", Version("1.0")): (), ("unlisted", Version("3")): ()})
    except SnapshotError:
        return
    assert len(files) == 6


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="No such file"):
        Snapshot.read(tmp_path / "snapshot.bin")


def test_the_shipped_snapshot() -> None:
    assert SHIPPED.stat().st_size < 600_000
    source = Snapshot.shipped()
    assert len(source.names) >= 53
    for name, offer in source.offers(source.names).items():
        assert isinstance(offer, Offer), name
        releases = releases_of(offer.distributions)
        assert len(releases) == len({release.version for release in releases})
        assert all(
            file.name == name and file.version == release.version for release in releases for file in release.files
        )


def test_the_shipped_snapshot_knows_requires_python_and_yanked_files() -> None:
    files = {file.filename: file for file in offered(Snapshot.shipped(), "numpy").distributions}
    assert files["numpy-1.26.4.tar.gz"].requires_python == SpecifierSet(">=3.9")
    assert any(file.yanked for file in offered(Snapshot.shipped(), "cryptography").distributions)


def test_the_recipe_writes_what_is_read(tmp_path: Path, root: Path) -> None:
    listing, needs, output = tmp_path / "listing.json.gz", tmp_path / "needs.json", tmp_path / "snapshot.bin"
    listing.write_bytes(gzip.compress(json.dumps(LISTING).encode()))
    needs.write_text(json.dumps(NEEDS))
    command = [
        sys.executable,
        "-m",
        "tools.make_snapshot",
        str(listing),
        "--needs",
        str(needs),
        "--output",
        str(output),
    ]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    assert output.read_bytes() == GOOD
