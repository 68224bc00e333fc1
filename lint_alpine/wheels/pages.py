"""Index pages -> the releases that they list: PEP 503 HTML and PEP 691 JSON."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from html import unescape
from itertools import islice

from lint_alpine.wheels.links import filename_of, last_segment, link
from lint_alpine.wheels.records import (
    MOST_FILES,
    MisplacedNamesError,
    PageRelease,
    PageText,
    TooManyFilesError,
    collect,
)

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
"""What is asked for (PEP 691): JSON rather than HTML."""

_JSON = "application/vnd.pypi.simple.v1+json"
_HTML = ("text/html", "application/vnd.pypi.simple.v1+html")
_MAX_ATTRIBUTES = 50
_MAX_VALUES = 4_000_000
"""Of a JSON page, before it is parsed: 64 MB of `[],[],` would become gigabytes of objects."""


class NotAnIndexPageError(ValueError):
    """What was answered says nothing about files; the text tells why, for people."""


def read_page(name: str, content: bytes, content_type: str, url: str) -> tuple[PageRelease, ...]:
    """What the page that was found at `url` lists for project `name` (normalised), newest first.

    Raises NotAnIndexPageError. A page that lists nothing is believed only where it is recognisably an index: a login
    page is HTML too.
    """
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == _JSON:
            return _json_releases(name, content, url)
        if kind not in _HTML:
            raise NotAnIndexPageError(f"is not an index page (its type is `{kind[:80]}`)")
        text = content.decode("utf-8", "replace")  # names, hashes and specifiers are ASCII in every encoding in use
        version = _html_version(text)
        _check_version(version)
        releases = collect(name, _html_base(text, url), _laid_out(_html_files(text)))
        if not releases and kind == "text/html" and version is None and not _looks_like_index(text):
            raise NotAnIndexPageError("is not an index page (HTML without any file)")
    except TooManyFilesError as error:
        raise NotAnIndexPageError(str(error)) from None
    return releases


# PEP 691, 700


def _json_releases(name: str, content: bytes, url: str) -> tuple[PageRelease, ...]:
    for read in (_split, _parsed):
        found = read(content)
        if found is not None:
            page, listed = found
            meta = page.get("meta")
            _check_version(meta.get("api-version") if isinstance(meta, dict) else None)
            with suppress(MisplacedNamesError):
                return collect(name, url, listed)
    return ()


def _split(content: bytes) -> tuple[dict[str, object], PageText] | None:
    """The page without its files, and where these stand: they are found sooner than they are parsed, and most need
    never be.

    None where the page is not written as JSON usually is, without blanks or with one after each comma and colon.
    """
    blank = b" " if b'"files": [{' in content else b""
    opening, between = b'"files":%s[{' % blank, b"},%s{" % blank
    naming = b'"filename":%s"' % blank
    begin = content.find(opening) + len(opening)
    end = content.find(b"}]", content.rfind(naming))
    if not len(opening) <= begin < end:
        return None
    try:
        page = _object(content[: begin - 1] + content[end + 1 :])
    except NotAnIndexPageError:
        return None
    borders = islice(re.compile(re.escape(between)).finditer(content, begin, end), MOST_FILES)
    begins = [begin]
    begins += [border.end() for border in borders]
    names = re.findall(re.escape(naming) + rb'([^"]*)"', content)
    # One name for each file, and the list is all that the page has.
    complete = len(names) == len(begins) and page.get("files") == []
    return (page, PageText(content, names, begins, len(between), end, naming)) if complete else None


def _parsed(content: bytes) -> tuple[dict[str, object], PageText]:
    page = _object(content)
    if not isinstance(files := page.get("files"), list):
        raise NotAnIndexPageError("is not an index page (JSON without `files`)")
    return page, _laid_out((name, each) for each in files if (name := filename_of(each)) is not None)


def _laid_out(files: Iterable[tuple[str, object]]) -> PageText:
    """The insides of file objects one after the other, as on a page in JSON."""
    between = b"},{"
    insides, names, begins = [], [], []
    begin = 0
    for name, file in islice(files, MOST_FILES + 1):
        try:
            inside = json.dumps(file)[1:-1].encode()
        except RecursionError:  # a page may hold anything
            continue
        insides.append(inside)
        names.append(name.encode("utf-8", "replace"))
        begins.append(begin)
        begin += len(inside) + len(between)
    return PageText(between.join(insides), names, begins, len(between), max(0, begin - len(between)))


def _object(content: bytes) -> dict[str, object]:
    if len(content) > _MAX_VALUES and sum(map(content.count, (b",", b"[", b"{"))) > _MAX_VALUES:
        raise NotAnIndexPageError("is not an index page (JSON of millions of values)")
    try:
        page: object = json.loads(content)
    except (ValueError, RecursionError):
        raise NotAnIndexPageError("is not an index page (JSON that cannot be read)") from None
    if not isinstance(page, dict):
        raise NotAnIndexPageError("is not an index page (JSON without `files`)")
    return page


# PEP 503, 592, 658, 714. Anchors are found and matched one by one: html.parser, and regular expressions over the whole
# page, take minutes for a few kilobytes of hostile HTML. Every quantifier is possessive.

_ANCHOR = re.compile(r"<[aA]\s")
_BASE = re.compile(r"<base\s", re.IGNORECASE)
_META = re.compile(r"<meta\s", re.IGNORECASE)
_HEAD = 10_000
"""How many characters may come before `<meta>`, `<title>` and `<base>`."""
_ATTRIBUTE = re.compile(
    r"""[\s/]*+([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|((?!["'])[^\s>]++)))?+""",
)

_KNOWN = frozenset(
    {
        "href",
        "data-requires-python",
        "data-yanked",
        "data-core-metadata",
        "data-dist-info-metadata",
        "name",
        "content",
    }
)


def _unescaped(value: str) -> str:
    # A character reference of thousands of digits is an error for Python.
    return unescape(value) if "&" in value and len(value) < 4000 else value


def _elements(start: re.Pattern[str], text: str) -> Iterator[dict[str, str]]:
    """The known attributes of each element that begins so, by lower-case name; the first one wins, as in HTML."""
    end = 0
    for _ in range(MOST_FILES):
        place = start.search(text, end)
        if not place:
            return
        attributes: dict[str, str] = {}
        end = place.end()
        for _ in range(_MAX_ATTRIBUTES):
            attribute = _ATTRIBUTE.match(text, end)
            if not attribute:
                break
            end = attribute.end()
            name, double, single, bare = attribute.groups()
            if name.lower() in _KNOWN:
                attributes.setdefault(name.lower(), _unescaped(double or single or bare or ""))
        yield attributes
    raise TooManyFilesError(f"lists more than {MOST_FILES} files")


def _without_comments(text: str) -> str:
    pieces, end = [], 0
    while (start := text.find("<!--", end)) >= 0:
        pieces.append(text[end:start])
        close = text.find("-->", start)
        end = close + 3 if close >= 0 else len(text)
    return "".join((*pieces, text[end:])) if pieces else text


def _html_base(text: str, page_url: str) -> str:
    """What links start from."""
    base = next((found["href"] for found in _elements(_BASE, text[:_HEAD]) if found.get("href")), "")
    return link(page_url, base)[0] or page_url


def _html_files(text: str) -> Iterator[tuple[str, object]]:
    """As the file objects of PEP 691."""
    for anchor in _elements(_ANCHOR, _without_comments(text)):
        if href := anchor.get("href"):
            metadata = anchor.get("data-core-metadata", anchor.get("data-dist-info-metadata", "false"))
            algorithm, equals, digest = metadata.partition("=")
            yield (
                last_segment(href),
                {
                    "url": href,
                    "requires-python": anchor.get("data-requires-python"),
                    "yanked": "data-yanked" in anchor,
                    "core-metadata": {algorithm: digest} if equals else metadata not in {"", "false"},
                },
            )


def _html_version(text: str) -> str | None:
    found = _elements(_META, text[:_HEAD])
    return next((each.get("content") for each in found if each.get("name") == "pypi:repository-version"), None)


def _check_version(version: object) -> None:
    """PEP 629: a client must not read what has a newer major version."""
    if isinstance(version, str) and version.partition(".")[0] != "1":
        raise NotAnIndexPageError(f"is not an index page that is understood (version `{version[:20]}`)")


_TITLE = re.compile(r"<title>[^<]*?(?:links for|index of|directory listing|simple)", re.IGNORECASE)
_ARCHIVES = (".whl", ".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz", ".tar.z", ".egg", ".exe", ".msi", ".rpm", ".deb")


def _looks_like_index(text: str) -> bool:
    """Whether HTML without a usable file is an index: its title says so, or it lists archives that pip leaves out."""
    title = text.find("<title>", 0, _HEAD)
    if title >= 0 and _TITLE.match(text[title : title + 300]):
        return True
    return any(last_segment(found.get("href", "")).lower().endswith(_ARCHIVES) for found in _elements(_ANCHOR, text))
