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


def same_index(one: str, other: str) -> bool:
    """Whether two URLs name the same index: credentials and a slash at the end make no difference."""
    return _plain(one) == _plain(other)


def _plain(url: str) -> str:
    url = without_credentials(url.strip())
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    port = {"http": ":80", "https": ":443"}.get(scheme.lower(), ":")
    return f"{scheme.lower()}{separator}{host.lower().removesuffix(port)}{slash}{path}".rstrip("/")
