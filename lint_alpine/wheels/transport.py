"""GET over http and https, within bounds: the only import of httpx, and the only module that opens connections."""

import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lint_alpine import __version__
from lint_alpine.wheels.settings import IndexSettings
from lint_alpine.wheels.urls import without_credentials

if TYPE_CHECKING:
    import ssl

    import httpx


_MOST_CLIENTS = 6


class TransportError(Exception):
    """No usable answer; the text tells why, for people, and holds no credentials."""


class SlowError(TransportError):
    """No answer in time."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long (seconds) a run and one request may take, how large (bytes, decoded) an index page may be, how many
    redirects are followed, and how many requests are under way at once."""

    run: float = 60.0
    request: float = 15.0
    page: int = 64 * 1024 * 1024
    redirects: int = 10
    # 16 at once never stalled an index where 30 always did; more than 8 gain nothing.
    requests: int = 8


@dataclass(slots=True)
class Statistics:
    """What asking took so far."""

    requests: int = 0
    bytes_received: int = 0
    cache_hits: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of an answer: status, headers (names in any case) and the URL that it finally came from."""

    status: int
    headers: Mapping[str, str]
    url: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


Receive = Callable[[bytes], bool]
"""Takes the next bytes of a body, as they were sent; False ends the transfer."""


class Body:
    """A body in memory, decoded. Raises TransportError where it is larger than `limit` bytes."""

    def __init__(self, head: Head, limit: int) -> None:
        encoding = head.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"identity", "", "gzip", "x-gzip", "deflate"}:
            raise TransportError(f"{head.host} answered in the encoding `{encoding[:20]}`, which was not asked for")
        self._inflate = zlib.decompressobj(wbits=47) if encoding not in {"identity", ""} else None
        self._host = head.host
        self._limit = limit
        self._content = bytearray()
        self._check(int(length) if (length := head.headers.get("content-length", "")).isdecimal() else 0)

    def receive(self, data: bytes) -> bool:
        while data:
            if self._inflate is None:
                piece, data = data, b""
            else:
                # Never more than a megabyte at once: a kilobyte can hold one.
                try:
                    piece, data = self._inflate.decompress(data, 1024 * 1024), self._inflate.unconsumed_tail
                except zlib.error:
                    raise TransportError(f"{self._host} sent a damaged answer") from None
            self._check(len(self._content) + len(piece))
            self._content += piece
        return True

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise TransportError(f"the answer of {self._host} is larger than {self._limit / 1024 / 1024:.3g} MB")

    @property
    def content(self) -> bytes:
        """All of it, once the transfer is over. Raises TransportError where its compressed form is incomplete."""
        if self._inflate is not None and not self._inflate.eof:
            raise TransportError(f"{self._host} sent a damaged answer")
        return bytes(self._content)


class Transport:
    """One set of connections, to be used within one event loop."""

    def __init__(self, settings: IndexSettings, bounds: Bounds, statistics: Statistics) -> None:
        import asyncio

        self._settings = settings
        self._bounds = bounds
        self.statistics = statistics
        self._slots = asyncio.Semaphore(bounds.requests)
        self._clients: dict[tuple[bool, bytes], httpx.AsyncClient] = {}

    @cached_property
    def _authorizations(self) -> "dict[_Origin, str]":
        return _authorizations(self._settings)

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def get(self, url: str, headers: Mapping[str, str], accept: Callable[[Head], Receive]) -> Head:
        """Asks, follows redirects, and hands the body of a 200 or 206 to what `accept` returns for its head.

        Of other answers only 304, 404 and 416 come back. Raises TransportError, and what `accept` and its result raise.
        """
        import asyncio

        import httpx

        host = urlsplit(url).netloc
        async with self._slots:
            try:
                async with asyncio.timeout(self._bounds.request):
                    return await self._follow(httpx.URL(url), headers, accept)
            except TimeoutError:
                raise SlowError(f"{host} did not answer within {self._bounds.request:g} s") from None
            except httpx.TimeoutException:
                raise SlowError(f"{host} did not answer within {self._settings.timeout:g} s") from None
            # What these errors say is not repeated: it may hold a proxy's password.
            except httpx.ProxyError:
                raise TransportError(f"the proxy does not let {host} be reached") from None
            except httpx.ConnectError as error:
                if "CERTIFICATE_VERIFY_FAILED" in str(error):
                    raise TransportError(f"{host} shows a certificate that is not trusted") from None
                raise TransportError(f"{host} cannot be reached") from None
            except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
                raise TransportError(f"{host} broke off or sent what is not HTTP") from None

    async def get_body(self, url: str, headers: Mapping[str, str], limit: int) -> tuple[Head, bytes]:
        """As `get`, with the decoded body of a 200 or 206, which may have `limit` bytes."""
        body: Body | None = None

        def accept(head: Head) -> Receive:
            nonlocal body
            body = Body(head, limit)
            return body.receive

        head = await self.get(url, headers, accept)
        return head, body.content if body is not None else b""

    async def _follow(self, url: "httpx.URL", headers: Mapping[str, str], accept: Callable[[Head], Receive]) -> Head:
        for _ in range(self._bounds.redirects + 1):
            async with self._send(url, headers) as response:
                head = Head(response.status_code, response.headers, str(url))
                match head.status:
                    case 301 | 302 | 303 | 307 | 308 if "location" in head.headers:
                        url = _redirected(url, head.headers["location"])
                        await self._receive(response, _drain())
                    case 200 | 206:
                        await self._receive(response, accept(head))
                        return head
                    case 304 | 404 | 416:
                        await self._receive(response, _drain())
                        return head
                    case status:
                        raise TransportError(f"{head.host} answered with status {status}")
        raise TransportError(f"{url.netloc.decode()} was reached by more than {self._bounds.redirects} redirects")

    @asynccontextmanager
    async def _send(self, url: "httpx.URL", headers: Mapping[str, str]) -> "AsyncIterator[httpx.Response]":
        import httpx

        client = self._client(url)
        # Credentials go to their own origin only; each redirect is looked at anew.
        authorization = self._authorizations.get(_origin(url))
        headers = {**headers, "Authorization": authorization} if authorization else headers
        self.statistics.requests += 1
        try:
            response = await client.send(client.build_request("GET", url, headers=headers), stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            # A server may close an idle connection just when it is used again.
            response = await client.send(client.build_request("GET", url, headers=headers), stream=True)
        try:
            yield response
        finally:
            await response.aclose()

    async def _receive(self, response: "httpx.Response", receive: Receive) -> None:
        async for chunk in response.aiter_raw():
            self.statistics.bytes_received += len(chunk)
            if not receive(chunk):
                return

    def _client(self, url: "httpx.URL") -> "httpx.AsyncClient":
        """The connections to a host. With every request httpx looks at all connections of a client, which is why hosts
        do not share one, as long as they are few."""
        import httpx

        trusted = self._settings.trusted_hosts
        verified = url.scheme == "https" and url.host not in trusted and f"{url.host}:{url.port or 443}" not in trusted
        key = (verified, url.netloc)
        if key not in self._clients and len(self._clients) >= _MOST_CLIENTS:
            key = (verified, b"")
        if key not in self._clients:
            try:
                self._clients[key] = httpx.AsyncClient(
                    verify=self._certificates if verified else False,
                    proxy=self._settings.proxy,
                    timeout=self._settings.timeout,
                    headers={"User-Agent": f"lint-alpine/{__version__}", "Accept-Encoding": "gzip"},
                )
            except (ValueError, ImportError, httpx.InvalidURL):
                raise TransportError("the configured proxy cannot be used") from None
        return self._clients[key]

    @cached_property
    def _certificates(self) -> "ssl.SSLContext":
        return _certificates(self._settings.certificates)


def _drain() -> Receive:
    """Takes a little of an unwanted body: then the connection can be used again."""
    left = 64 * 1024

    def receive(data: bytes) -> bool:
        nonlocal left
        left -= len(data)
        return left > 0

    return receive


def _redirected(url: "httpx.URL", location: str) -> "httpx.URL":
    import httpx

    try:
        target = url.join(location).copy_with(userinfo=b"", fragment=None)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise TransportError(f"{url.netloc.decode()} redirects to what is not a URL") from None
    if target.scheme not in {"http", "https"} or not target.host or (url.scheme, target.scheme) == ("https", "http"):
        raise TransportError(f"{url.netloc.decode()} redirects from {url.scheme} to {target.scheme or 'nowhere'}")
    return target


_Origin = tuple[str, bytes, int | None]


def _origin(url: "httpx.URL") -> _Origin:
    """Scheme, host and port; httpx has None for a scheme's own port."""
    return url.scheme, url.raw_host.lower(), url.port


def _authorizations(settings: IndexSettings) -> dict[_Origin, str]:
    """The Authorization header of each index that has credentials: in its URL, else in the netrc file, as in pip."""
    import httpx

    found: dict[_Origin, str] = {}
    for url in settings.urls:
        user, password = _userinfo(url) or _netrc(settings.netrc, url) or (None, "")
        if user is not None:
            with suppress(httpx.InvalidURL):
                found.setdefault(_origin(httpx.URL(without_credentials(url))), _basic(user, password))
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
    from base64 import b64encode

    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def _certificates(path: str | None) -> "ssl.SSLContext":
    """Trusts what is configured, else the system's certificates and those that come with httpx."""
    import ssl

    import httpx

    try:
        if path is not None:
            folder = Path(path).is_dir()
            return ssl.create_default_context(capath=path if folder else None, cafile=None if folder else path)
        context = httpx.create_ssl_context(trust_env=False)
        context.load_default_certs()
    except (OSError, ValueError):
        raise TransportError(f"the certificates in {path or 'this system'} cannot be read") from None
    return context
