import json
from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.pages import NotAnIndexPageError, read_page
from lint_alpine.wheels.records import from_bytes, to_bytes
from lint_alpine.wheels.urls import is_web_url
from tests.steps import counted

URL = "https://index.example/simple/thing/"
HTML = "text/html; charset=utf-8"
JSON = "application/vnd.pypi.simple.v1+json"
SHA = "0123456789abcdef" * 4
WHEEL = "thing-1.0-py3-none-any.whl"


def html(anchors: str, head: str = "<title>Links for thing</title>") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body><h1>x</h1>{anchors}</body></html>".encode()


def page(*files: dict[str, object], version: object = "1.1") -> bytes:
    return json.dumps({"meta": {"api-version": version}, "name": "thing", "files": list(files)}).encode()


def read(content: bytes, kind: str) -> tuple[Distribution, ...]:
    return tuple(file for release in read_page("thing", content, kind, URL) for file in release.files)


def test_both_formats_say_the_same() -> None:
    url = f"https://files.example/{WHEEL}"
    described = html(
        f'<a href="{url}#sha256={SHA}" data-requires-python="&gt;=3.8,&lt;4" data-yanked="broken"'
        f' data-dist-info-metadata="sha256={SHA}">{WHEEL}</a><br/>'
        '<a href="../../packages/thing-0.9.tar.gz">thing-0.9.tar.gz</a>'
    )
    listed = page(
        {
            "filename": WHEEL,
            "url": url,
            "hashes": {"sha256": SHA},
            "requires-python": ">=3.8,<4",
            "yanked": "broken",
            "core-metadata": {"sha256": SHA},
        },
        {"filename": "thing-0.9.tar.gz", "url": "../../packages/thing-0.9.tar.gz", "hashes": {}},
    )
    assert read(described, HTML) == read(listed, JSON)
    newest, oldest = read_page("thing", described, HTML, URL)
    (wheel,), (sdist,) = newest.files, oldest.files
    assert (wheel.filename, wheel.url, wheel.version) == (WHEEL, url, Version("1.0"))
    assert wheel.hashes == (("sha256", SHA),)
    assert str(wheel.requires_python) == "<4,>=3.8"
    assert wheel.yanked
    assert wheel.metadata
    assert newest.version == Version("1.0")
    assert newest.metadata_hashes(WHEEL) == {"sha256": SHA}
    assert newest.metadata_hashes("other.whl") == {}
    assert sdist.url == "https://index.example/packages/thing-0.9.tar.gz"
    assert not sdist.is_wheel
    assert not sdist.yanked
    assert not sdist.metadata


@pytest.mark.parametrize(
    ("anchor", "url", "yanked", "metadata"),
    [
        (f'<a href="{WHEEL}">', URL + WHEEL, False, False),
        (f"<a href={WHEEL}>", URL + WHEEL, False, False),
        (f"<a href=p/{WHEEL}?a=b#sha256={SHA} data-yanked>", f"{URL}p/{WHEEL}?a=b", True, False),
        (f"<A\nclass='b'\tHREF = '{WHEEL}' >", URL + WHEEL, False, False),
        (
            f'<a data-requires-python=">=3" href="/p/{WHEEL}?a=b#sha256={SHA}">',
            f"https://index.example/p/{WHEEL}?a=b",
            0,
            0,
        ),
        (f'<a href="//files.example/{WHEEL}" data-yanked>', f"https://files.example/{WHEEL}", True, False),
        (f'<a href="{WHEEL}" data-yanked="" data-core-metadata=true>', URL + WHEEL, True, True),
        (f'<a href="{WHEEL}" data-core-metadata="false" data-dist-info-metadata="true">', URL + WHEEL, False, False),
        (f'<a href="{WHEEL}" data-dist-info-metadata="true">', URL + WHEEL, False, True),
        (f'<a href="{WHEEL}" href="thing-2.0.zip">', URL + WHEEL, False, False),
        (f'<a title="<a href=evil>" href="{WHEEL}">', URL + WHEEL, False, False),
        (f'<a href="https://user:secret@files.example/{WHEEL}">', f"https://files.example/{WHEEL}", False, False),
        (f'<a href="file:///srv/{WHEEL}">', None, False, False),
        ('<a href="thing-1.0-py3-none-any%2Ewhl">', URL + "thing-1.0-py3-none-any%2Ewhl", False, False),
        (f'<a href="http://[broken/{WHEEL}">', None, False, False),
    ],
)
def test_anchor(anchor: str, url: str | None, yanked: bool, metadata: bool) -> None:
    (found,) = read(html(f"{anchor}{WHEEL}</a>"), HTML)
    assert (found.filename, found.url, found.yanked, found.metadata) == (WHEEL, url, yanked, metadata)


@pytest.mark.parametrize(
    "anchors",
    [
        f"<!-- <a href={WHEEL}> -->",
        "<a href=other-1.0-py3-none-any.whl>",
        "<a href=thing-1.0.exe>",
        f"<abbr href={WHEEL}>",
        f'<a name="{WHEEL}">',
        f"<!-- open <a href={WHEEL}>",
    ],
)
def test_what_is_no_file_of_the_project(anchors: str) -> None:
    assert read(html(anchors), HTML) == ()


def test_base_element() -> None:
    content = html(f"<a href={WHEEL}>", head='<title>Links for thing</title><base href="https://files.example/p/">')
    assert read(content, HTML)[0].url == f"https://files.example/p/{WHEEL}"


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ({"url": WHEEL, "yanked": True}, (True, False, None)),
        ({"url": WHEEL, "yanked": False, "size": 12}, (False, False, 12)),
        ({"url": WHEEL, "core-metadata": True, "size": -1}, (False, True, None)),
        ({"url": WHEEL, "core-metadata": False, "dist-info-metadata": True}, (False, False, None)),
        ({"url": WHEEL, "dist-info-metadata": {"sha256": SHA}}, (False, True, None)),
        ({"url": WHEEL, "core-metadata": {}, "size": "12"}, (False, True, None)),
    ],
)
def test_json_file(file: dict[str, object], expected: tuple[bool, bool, int | None]) -> None:
    (found,) = read(page(file), JSON)
    assert (found.yanked, found.metadata, found.size) == expected


@pytest.mark.parametrize("specifier", ["nonsense", ">=3.8.*", ">" * 5000])
def test_specifiers_that_pip_ignores(specifier: str) -> None:
    (found,) = read(page({"url": WHEEL, "requires-python": specifier}), JSON)
    assert found.requires_python is None


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (html("", head="<title>Links for thing</title>"), HTML),
        (html("", head='<meta name="pypi:repository-version" content="1.0">'), HTML),
        (html("", head="<title>Index of /simple/thing</title>"), HTML),
        (html("<a href=thing-1.0.win32-py2.7.exe>", head=""), HTML),
        (html("", head=""), "application/vnd.pypi.simple.v1+html"),
        (page(), JSON),
    ],
)
def test_page_without_files(content: bytes, kind: str) -> None:
    assert read_page("thing", content, kind, URL) == ()


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (html("<a href=/help>help</a>", head="<title>Sign in</title>"), HTML, "without any file"),
        (b"", HTML, "without any file"),
        (html(f"<a href={WHEEL}>"), "text/plain", "text/plain"),
        (html(f"<a href={WHEEL}>"), "", "is not an index page"),
        (html(f"<a href={WHEEL}>", head='<meta name="pypi:repository-version" content="2.0">'), HTML, "version `2.0`"),
        (page({"url": WHEEL}, version="2.0"), JSON, "version `2.0`"),
        (b"{", JSON, "cannot be read"),
        (b"\xff", JSON, "cannot be read"),
        (b"[" * 100_000, JSON, "cannot be read"),
        (b"1" * 5_000, JSON, "cannot be read"),
        (b"[]", JSON, "without `files`"),
        (b'{"files": {}}', JSON, "without `files`"),
        (b'{"files": [' + b"{}," * 2_000_001 + b"{}]}", JSON, "millions"),
        (b"<a href=x>" * 200_001, HTML, "200000"),
    ],
)
def test_what_is_not_an_index_page(content: bytes, kind: str, reason: str) -> None:
    with pytest.raises(NotAnIndexPageError, match=r"is not an index page|lists more than") as caught:
        read_page("thing", content, kind, URL)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"<a " * 700_000,
        b'<a href="' * 200_000,
        b"<a x='" + b"<a " * 700_000 + b"'",
        b"<a a" + b" " * 2_000_000,
        b"<a " + b"b " * 1_000_000,
        b"<a " + b"b=c " * 500_000,
        b"<!--" * 500_000,
        b"<!---->" * 300_000,
        b"<title>" * 300_000,
        b"<meta " * 300_000,
        b'<a href="' + b"&amp;" * 400_000 + b'">',
        b'<a href="&#' + b"1" * 2_000_000 + b'">',
        b"<a href=" + b"/" * 2_000_000 + b">",
        b"<a href=x#" + b"&" * 2_000_000 + b">",
    ],
    ids=range(14),
)
def test_hostile_html_takes_no_more_time_than_its_size(content: bytes) -> None:
    with counted(most=25 * len(content)), pytest.raises(NotAnIndexPageError):
        read_page("thing", content, HTML, URL)


@given(st.binary(max_size=300), st.sampled_from([HTML, JSON, "text/html"]))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(content: bytes, kind: str) -> None:
    for body in (content, b"<a href='" + content, b'{"files": [' + content + b"]}"):
        try:
            read_page("thing", body, kind, URL)
        except NotAnIndexPageError:
            continue


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" ,", " :")])
@pytest.mark.parametrize("reason", ["broken", 'a "},{" and a "filename":"x"', "}, {", "}]", "\n", "é", None])
def test_files_are_found_however_a_page_is_written(separators: tuple[str, str], reason: str | None) -> None:
    """Most pages are not parsed as a whole: what they list is the same."""
    files: list[dict[str, object]] = [
        {"filename": filename, "url": f"/{filename}", "hashes": {"sha256": SHA}, "yanked": reason, "x": [{}]}
        for filename in ("thing-1.0.tar.gz", "thing-2.tar.gz", WHEEL, "other-1.zip", "thing-1.0.zip")
    ]
    whole = {"files": files, "meta": {"api-version": "1.1"}, "name": "thing", "versions": ["1.0", "2"]}
    content = json.dumps(whole, separators=separators).encode()
    found = read_page("thing", content, JSON, URL)
    listed = {str(each.version): [file.filename for file in each.files] for each in found}
    assert listed == {"2": ["thing-2.tar.gz"], "1.0": ["thing-1.0.tar.gz", WHEEL, "thing-1.0.zip"]}
    assert all(file.yanked is (reason is not None) and file.hashes for each in found for file in each.files)
    assert found == () or read(json.dumps(whole, indent=1).encode(), JSON) == read(content, JSON)


def test_pages_with_a_file_without_a_name_are_parsed() -> None:
    files = '{"url":"/thing-1.zip"},{"filename":"thing-2.zip","url":"/x"},{"url":"/a","filename":"b","filename":"c"}'
    found = read_page("thing", f'{{"files":[{files}]}}'.encode(), JSON, URL)
    assert [str(each.version) for each in found] == ["2", "1"]


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from([WHEEL, SHA, URL]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["filename", "url", "hashes", "requires-python", "yanked", "size", "core-metadata", "dist-info-metadata"]


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), JSONS) | JSONS, max_size=3))
@settings(max_examples=200, deadline=None)
def test_any_json_value_is_read_and_can_be_kept(files: list[object]) -> None:
    found = read_page("thing", json.dumps({"files": files}).encode(), JSON, URL)
    kept = from_bytes("thing", b"".join(to_bytes(found)))
    assert [(each.version, each.files) for each in kept] == [(each.version, each.files) for each in found]


@given(
    st.sampled_from(["https://index.example/a/b/", "http://index.example:8080/a/b?c=d", "https://index.example"]),
    st.text("./?:#ab1-é_ ", max_size=12),
)
@settings(max_examples=500, deadline=None)
def test_links_are_joined_as_urllib_does(base: str, href: str) -> None:
    link = f"{href}/{WHEEL}".strip()
    found = read_page("thing", page({"filename": WHEEL, "url": link}), JSON, base)[0].files[0].url
    expected = urljoin(base, link.partition("#")[0])
    assert found == (expected if is_web_url(expected) else None)
