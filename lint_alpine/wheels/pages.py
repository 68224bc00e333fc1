"""Index pages -> the releases that they list: PEP 503 HTML and PEP 691 JSON."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from urllib.parse import unquote, urljoin

from lint_alpine.wheels.records import MOST_FILES, PageRelease, Row, TooManyFilesError, collect, hashes_of
from lint_alpine.wheels.urls import is_web_url, without_credentials

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
            return collect(name, _json_rows(content, url))
        if kind not in _HTML:
            raise NotAnIndexPageError(f"is not an index page (its type is `{kind[:80]}`)")
        text = content.decode("utf-8", "replace")  # names, hashes and specifiers are ASCII in every encoding in use
        version = _html_version(text)
        _check_version(version)
        releases = collect(name, _html_rows(text, url))
        if not releases and kind == "text/html" and version is None and not _looks_like_index(text):
            raise NotAnIndexPageError("is not an index page (HTML without any file)")
    except TooManyFilesError as error:
        raise NotAnIndexPageError(str(error)) from None
    return releases


def _metadata(value: object) -> bool | dict[str, str]:
    """The hashes of the METADATA beside a file; True where it is there without a hash (PEP 658)."""
    return hashes_of(value) or True if isinstance(value, dict) else bool(value)


# PEP 691, 700, 714


def _json_rows(content: bytes, page_url: str) -> Iterator[Row]:
    if len(content) > _MAX_VALUES and sum(map(content.count, (b",", b"[", b"{"))) > _MAX_VALUES:
        raise NotAnIndexPageError("is not an index page (JSON of millions of values)")
    try:
        page: object = json.loads(content)
    except (ValueError, RecursionError):
        raise NotAnIndexPageError("is not an index page (JSON that cannot be read)") from None
    files = page.get("files") if isinstance(page, dict) else None
    if not isinstance(page, dict) or not isinstance(files, list):
        raise NotAnIndexPageError("is not an index page (JSON without `files`)")
    meta = page.get("meta")
    _check_version(meta.get("api-version") if isinstance(meta, dict) else None)
    origin = "\n"  # which no link begins with
    for file in files:
        if isinstance(file, dict) and isinstance(link := file.get("url"), str):
            hashes = file.get("hashes")
            # Nearly all links of a page are alike: plain URLs on one host.
            if link.startswith(origin) and link.isprintable() and " " not in link and "#" not in link:
                url: str | None = link
            else:
                url, fragment = _link(page_url, link)
                hashes = hashes_of(hashes) or fragment
                origin = _origin(link) or origin
            named, requires, size = file.get("filename"), file.get("requires-python"), file.get("size")
            # PEP 714: the older name counts only where the newer one is absent.
            metadata = file.get("core-metadata", file.get("dist-info-metadata"))
            # Digests are checked where the row is read.
            yield (
                named if isinstance(named, str) else _last_segment(link),
                url,
                requires if isinstance(requires, str) else None,
                bool(file.get("yanked")),
                size if type(size) is int and size >= 0 else None,
                hashes if isinstance(hashes, dict) else {},
                metadata if isinstance(metadata, dict) else bool(metadata),
            )


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


def _html_rows(text: str, page_url: str) -> Iterator[Row]:
    text = _without_comments(text)
    base = next((found["href"] for found in _elements(_BASE, text[:_HEAD]) if found.get("href")), "")
    base = _link(page_url, base)[0] or page_url
    for anchor in _elements(_ANCHOR, text):
        if href := anchor.get("href"):
            url, hashes = _link(base, href)
            metadata = anchor.get("data-core-metadata", anchor.get("data-dist-info-metadata", "false"))
            algorithm, equals, digest = metadata.partition("=")
            yield (
                _last_segment(href),
                url,
                anchor.get("data-requires-python"),
                "data-yanked" in anchor,
                None,
                hashes,
                _metadata({algorithm: digest} if equals else metadata not in {"", "false"}),
            )


def _link(base: str, href: str) -> tuple[str | None, dict[str, str]]:
    """The absolute URL of a file (None if it is not a web URL) and the hashes in its fragment."""
    href, _, fragment = href.strip().partition("#")
    url = _absolute(base, href)
    web = url.isprintable() and " " not in url and _is_web_origin("/".join(url.split("/", 3)[:3]))
    pairs = (part.partition("=") for part in fragment.split("&"))
    return without_credentials(url) if web else None, hashes_of({name: digest for name, _, digest in pairs})


def _origin(url: str) -> str | None:
    """What a web URL begins with, up to its path; None for other URLs, and for those with credentials."""
    origin = url[: url.find("/", 8) + 1]
    return origin if origin and "@" not in origin and _is_web_origin(origin) else None


_PLAIN = re.compile(r"((?:\.\./)*+)[\w-][^:?;]*+")
"""A relative path that goes up, then down: what it goes up to is the same for all files of a page."""


def _absolute(base: str, href: str) -> str:
    if href.startswith(("https://", "http://")):
        return href
    plain = _PLAIN.fullmatch(href)
    if plain and "//" not in href and "/." not in href[plain.end(1) :]:
        return _joined(base, plain[1] or "./") + href[plain.end(1) :]
    return _joined(base, href)


@lru_cache(maxsize=1024)
def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return ""


_is_web_origin = lru_cache(maxsize=256)(is_web_url)


def _last_segment(href: str) -> str:
    return unquote(href.strip().partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2])


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
    return any(_last_segment(found.get("href", "")).lower().endswith(_ARCHIVES) for found in _elements(_ANCHOR, text))
