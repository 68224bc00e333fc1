"""Who may enter an index: the credentials in its URL, in the netrc file or in the keyring, each for its own origin."""

from base64 import b64encode
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from threading import Lock
from urllib.parse import unquote, urlsplit

from lint_alpine.wheels.credentials import from_keyring
from lint_alpine.wheels.settings import IndexSettings
from lint_alpine.wheels.urls import without_credentials

Origin = tuple[str, str, int | None]
"""Scheme, host and port."""

_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> Origin:
    """Raises ValueError for what is no URL."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    with suppress(UnicodeError):
        host = host.encode("idna").decode()
    return parts.scheme, host, parts.port or _PORTS.get(parts.scheme)


class Authorizations:
    """The Authorization headers of the indexes; several threads may ask for them at once."""

    def __init__(self, settings: IndexSettings) -> None:
        self._settings = settings
        self._keyring = Lock()
        self._asked_of_keyring: set[Origin] = set()

    def header(self, url: str) -> str | None:
        """What a request to that URL is sent with."""
        return self._known.get(origin_of(url))

    def is_of_index(self, url: str) -> bool:
        """Whether one of the indexes stands at the origin of that URL."""
        return origin_of(url) in self._indexes

    def has_others(self, url: str, sent: str | None) -> bool:
        """Whether there are other credentials than those that were sent to an index: what its keyring knows, which is
        asked once, unless the URL has both user and password."""
        origin = origin_of(url)
        index = self._indexes.get(origin)
        with self._keyring:
            if index is not None and origin not in self._asked_of_keyring:
                self._asked_of_keyring.add(origin)
                user, password = _userinfo(index) or (None, "")
                services = () if password else (f"{without_credentials(index).rstrip('/')}/", urlsplit(url).netloc)
                if found := from_keyring(self._settings.keyring, services, user):
                    self._known[origin] = _basic(*found)
            return self._known.get(origin, sent) != sent

    @cached_property
    def _indexes(self) -> dict[Origin, str]:
        return {origin_of(url): url for url in reversed(self._settings.urls)}

    @cached_property
    def _known(self) -> dict[Origin, str]:
        """In the URL of an index, else in the netrc file, as in pip."""
        found: dict[Origin, str] = {}
        for url in self._settings.urls:
            user, password = _userinfo(url) or _netrc(self._settings.netrc, url) or (None, "")
            if user is not None:
                found.setdefault(origin_of(url), _basic(user, password))
        return found


def _userinfo(url: str) -> tuple[str, str] | None:
    parts = urlsplit(url)
    return (unquote(parts.username), unquote(parts.password or "")) if parts.username is not None else None


def _netrc(path: Path | None, url: str) -> tuple[str, str] | None:
    import netrc

    if path is None:
        return None
    try:
        entry = netrc.netrc(str(path)).authenticators(urlsplit(url).hostname or "")
    except (OSError, UnicodeError, netrc.NetrcParseError):
        return None
    return (entry[0], entry[2] or "") if entry else None


def _basic(user: str, password: str) -> str:
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
