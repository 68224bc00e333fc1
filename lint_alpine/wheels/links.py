"""What a page says of one file: its link, its name, its digests."""

import re
from functools import lru_cache
from urllib.parse import unquote, urljoin

from lint_alpine.wheels.urls import is_web_url, without_credentials

_DIGEST = re.compile(r"[0-9a-fA-F]{32,128}")


def filename_of(file: object) -> str | None:
    """The name of a file object as PEP 691 has it, else what its link ends with; None where it has no link."""
    if not isinstance(file, dict) or not isinstance(href := file.get("url"), str):
        return None
    return named if isinstance(named := file.get("filename"), str) else last_segment(href)


def hashes_of(value: object) -> dict[str, str]:
    """The hex digests by algorithm; what is none is left out."""
    if not isinstance(value, dict):
        return {}
    return {
        algorithm: digest.lower()
        for algorithm, digest in value.items()
        if isinstance(algorithm, str) and isinstance(digest, str) and _DIGEST.fullmatch(digest)
    }


def link(base: str, href: str) -> tuple[str | None, dict[str, str]]:
    """The absolute URL of a file (None if it is not a web URL) and the hashes in its fragment."""
    href, _, fragment = href.strip().partition("#")
    url = _absolute(base, href)
    web = url.isprintable() and " " not in url and _is_web_origin("/".join(url.split("/", 3)[:3]))
    pairs = (part.partition("=") for part in fragment.split("&"))
    return without_credentials(url) if web else None, hashes_of({name: digest for name, _, digest in pairs})


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


def last_segment(href: str) -> str:
    return unquote(href.strip().partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2])
