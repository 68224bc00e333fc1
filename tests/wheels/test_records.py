import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from lint_alpine.wheels.records import PageRelease, Row, TooManyFilesError, collect, from_bytes, merged, to_bytes

SHA = "ab" * 32


def row(filename: str, url: str = "https://index.example/x", digest: str = SHA) -> Row:
    return filename, url, ">=3.8", False, None, {"sha256": digest}, False


def names(releases: tuple[PageRelease, ...]) -> dict[str, list[str]]:
    return {str(release.version): [file.filename for file in release.files] for release in releases}


def test_releases_are_newest_first_and_their_files_in_order() -> None:
    rows = [row("thing-1.9.zip"), row("thing-1.10.zip"), row("other-3.zip"), row("thing-1.9.0-py3-none-any.whl")]
    found = collect("thing", rows)
    assert names(found) == {"1.10": ["thing-1.10.zip"], "1.9": ["thing-1.9.zip", "thing-1.9.0-py3-none-any.whl"]}
    assert names(from_bytes("thing", to_bytes(found))) == names(found)


def test_too_many_files() -> None:
    with pytest.raises(TooManyFilesError):
        collect("thing", (row("x") for _ in range(200_001)))


def test_files_are_read_when_they_are_asked_for() -> None:
    (release,) = from_bytes("thing", b"1.0\tdamaged")
    assert release.version == Version("1.0")
    assert release.files == ()


def test_several_indexes() -> None:
    one = collect("thing", [row("thing-1.zip", "https://one.example/"), row("thing-3.zip")])
    two = collect(
        "thing",
        [
            row("thing-1.zip", "https://two.example/"),
            row("thing-1.zip", "https://x.example/", "cd" * 32),
            row("thing-2.zip"),
        ],
    )
    found = merged([one, two])
    assert [str(each.version) for each in found] == ["3", "2", "1"]
    assert [file.url for file in found[-1].files] == ["https://one.example/", "https://x.example/"]
    assert merged([one]) == one
    assert merged([]) == ()


@pytest.mark.parametrize("data", [b"\t[]", b"x\t[]", b"1.0\t[]\n\n", b"\xff\t[]"])
def test_bytes_of_something_else(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not a list of releases|codec"):
        from_bytes("thing", data)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=9))
@settings(max_examples=100, deadline=None)
def test_rows_of_another_shape_are_left_out(value: object) -> None:
    rows = [value, list(row("thing-1.zip"))]
    (release,) = from_bytes("thing", b"1\t" + json.dumps(rows).encode())
    assert [file.filename for file in release.files] == ["thing-1.zip"]
    (release,) = from_bytes("thing", b"1\t" + json.dumps(value).encode())
    assert release.files == ()
