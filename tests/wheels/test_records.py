import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from lint_alpine.wheels.records import PageRelease, PageText, TooManyFilesError, collect, from_bytes, merged, to_bytes

SHA = "ab" * 32


PAGE = "https://index.example/simple/thing/"


def listed(filename: str, url: str = "https://index.example/x", digest: str = SHA) -> tuple[str, bytes]:
    described = {"filename": filename, "url": url, "requires-python": ">=3.8", "hashes": {"sha256": digest}}
    return filename, json.dumps(described)[1:-1].encode()


def collected(*files: tuple[str, bytes]) -> tuple[PageRelease, ...]:
    insides = [inside for _, inside in files]
    text = b"},{".join(insides)
    begins = [text.index(inside) for inside in insides]
    return collect("thing", PAGE, PageText(text, [name.encode() for name, _ in files], begins, 3, len(text)))


def names(releases: tuple[PageRelease, ...]) -> dict[str, list[str]]:
    return {str(release.version): [file.filename for file in release.files] for release in releases}


def test_releases_are_newest_first_and_their_files_in_order() -> None:
    files = [
        listed("thing-1.9.zip"),
        listed("thing-1.10.zip"),
        listed("other-3.zip"),
        listed("thing-1.9.0-py3-none-any.whl"),
    ]
    found = collected(*files)
    assert names(found) == {"1.10": ["thing-1.10.zip"], "1.9": ["thing-1.9.zip", "thing-1.9.0-py3-none-any.whl"]}
    assert names(from_bytes("thing", b"".join(to_bytes(found)))) == names(found)


def test_neighbours_whose_names_begin_alike() -> None:
    spelled = ("1.0-1.tar.gz", "1.0-cp311-cp311-win32.whl", "1.0.tar.gz", "1.0-1-cp312-cp312-win32.whl", "1.0-2.zip")
    found = collected(*(listed(f"thing-{each}") for each in spelled))
    assert names(found) == {
        "1.0.post2": ["thing-1.0-2.zip"],
        "1.0.post1": ["thing-1.0-1.tar.gz"],
        "1.0": ["thing-1.0-cp311-cp311-win32.whl", "thing-1.0.tar.gz", "thing-1.0-1-cp312-cp312-win32.whl"],
    }


def test_too_many_files() -> None:
    with pytest.raises(TooManyFilesError):
        collect("thing", PAGE, PageText(b"", [b"x"] * 200_001, [], 3, 0))


def test_files_are_read_when_they_are_asked_for() -> None:
    (release,) = from_bytes("thing", b"https://index.example/\n1.0\t0-7\n\ndamaged")
    assert release.version == Version("1.0")
    assert release.files == ()


def test_several_indexes() -> None:
    one = collected(listed("thing-1.zip", "https://one.example/"), listed("thing-3.zip"))
    two = collected(
        listed("thing-1.zip", "https://two.example/"),
        listed("thing-1.zip", "https://x.example/", "cd" * 32),
        listed("thing-2.zip"),
    )
    found = merged([one, two])
    assert [str(each.version) for each in found] == ["3", "2", "1"]
    assert [file.url for file in found[-1].files] == ["https://one.example/", "https://x.example/"]
    assert merged([one]) == one
    assert merged([]) == ()


@pytest.mark.parametrize(
    "data", [b"/", b"/\n\t0-1\n\n", b"/\nx\t0-1\n\n", b"/\n1.0\tx\n\n", b"/\n1.0\t0\n\n", b"/\n\xff\t0-1\n\n"]
)
def test_bytes_of_something_else(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not a list of releases|codec"):
        from_bytes("thing", data)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=9))
@settings(max_examples=100, deadline=None)
def test_files_of_another_shape_are_left_out(value: object) -> None:
    for inside in (b"}," + json.dumps(value).encode() + b",{" + listed("thing-1.zip")[1], json.dumps(value).encode()):
        (release,) = from_bytes("thing", b"/\n1\t0-%d\n\n%s" % (len(inside), inside))
        assert [file.filename for file in release.files] == ["thing-1.zip"] * (inside[:1] == b"}")
