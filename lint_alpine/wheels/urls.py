"""Index URLs: checked, and in the form that may be shown and stored (without credentials)."""

from urllib.parse import urlsplit, urlunsplit


def without_credentials(url: str) -> str:
    """The URL without user name and password."""
    if "@" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(not a URL)"
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def is_web_url(url: str) -> bool:
    """Whether it is an http or https URL with a host and a possible port."""
    if not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
