"""GET over http and https, within bounds: the only import of httpx, and the only module that opens connections."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from lint_alpine import __version__
from lint_alpine.wheels.authorization import Authorizations
from lint_alpine.wheels.certificates import CertificatesError, showing, trusting
from lint_alpine.wheels.proxies import proxy_for
from lint_alpine.wheels.settings import IndexSettings

if TYPE_CHECKING:
    import ssl

    import httpx


_MOST_HOSTS_APART = 6
_LEAST_PATIENCE = 1.0
_HEADERS = {"User-Agent": f"lint-alpine/{__version__}", "Accept": "*/*", "Accept-Encoding": "gzip"}


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
        self._pieces: list[bytes] = []
        self._size = 0
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
            self._size += len(piece)
            self._check(self._size)
            self._pieces.append(piece)
        return True

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise TransportError(f"the answer of {self._host} is larger than {self._limit / 1024 / 1024:.3g} MB")

    @property
    def content(self) -> bytes:
        """All of it, once the transfer is over. Raises TransportError where its compressed form is incomplete."""
        if self._inflate is not None and not self._inflate.eof:
            raise TransportError(f"{self._host} sent a damaged answer")
        return b"".join(self._pieces)


class Transport:
    """One set of connections, which several threads may use at once. No request waits past `end` (seconds of the
    monotonic clock)."""

    def __init__(self, settings: IndexSettings, bounds: Bounds, statistics: Statistics) -> None:
        self._settings = settings
        self._bounds = bounds
        self.statistics = statistics
        self.end = monotonic() + bounds.run
        self._lock = Lock()
        self._connections: dict[_Way, httpx.HTTPTransport] = {}
        self._proxies: dict[str, str | None] = {}
        self._waited_in_vain: Counter[str] = Counter()
        self._authorizations = Authorizations(settings)

    @property
    def run_over(self) -> str:
        return f"the index took longer than the {self._bounds.run:g} s that a run waits for it"

    def close(self) -> None:
        for connections in self._connections.values():
            connections.close()

    def get(self, url: str, headers: Mapping[str, str], accept: Callable[[Head], Receive]) -> Head:
        """Asks, follows redirects, and hands the body of a 200 or 206 to what `accept` returns for its head.

        Of other answers only 304, 404 and 416 come back. Raises TransportError, and what `accept` and its result raise.
        """
        import httpx

        from lint_alpine.wheels.connections import deadline

        host = urlsplit(url).netloc
        now = monotonic()
        if now >= self.end:
            raise TransportError(self.run_over)
        patience = self._patience(host)
        end = min(now + patience, self.end)
        try:
            with deadline(end):
                head = self._follow(httpx.URL(url), headers, accept)
        except httpx.TimeoutException:
            if monotonic() >= self.end:
                raise TransportError(self.run_over) from None
            seconds = patience if monotonic() >= end else self._settings.timeout
            with self._lock:
                self._waited_in_vain[host] += 1
            raise SlowError(f"{host} did not answer within {seconds:.2g} s") from None
        # What these errors say is not repeated: it may hold a proxy's password.
        except httpx.ProxyError:
            raise TransportError(f"the proxy does not let {host} be reached") from None
        except httpx.ConnectError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise TransportError(f"{host} shows a certificate that is not trusted") from None
            through = " through the proxy" if proxy_for(url, self._settings.proxy) else ""
            raise TransportError(f"{host} cannot be reached{through}") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            raise TransportError(f"{host} broke off or sent what is not HTTP") from None
        with self._lock:
            self._waited_in_vain[host] = max(0, self._waited_in_vain[host] - 1)
        return head

    def _patience(self, host: str) -> float:
        """How many seconds an answer of that host may take: the fewer, the more often it was just waited for in vain,
        so that what waits behind slow answers has its turn before the run is over."""
        return max(self._bounds.request / (1 + self._waited_in_vain[host]), min(self._bounds.request, _LEAST_PATIENCE))

    def get_body(self, url: str, headers: Mapping[str, str], limit: int) -> tuple[Head, bytes]:
        """As `get`, with the decoded body of a 200 or 206, which may have `limit` bytes."""
        body: Body | None = None

        def accept(head: Head) -> Receive:
            nonlocal body
            body = Body(head, limit)
            return body.receive

        head = self.get(url, headers, accept)
        return head, body.content if body is not None else b""

    def _follow(self, url: "httpx.URL", headers: Mapping[str, str], accept: Callable[[Head], Receive]) -> Head:
        for _ in range(self._bounds.redirects + 1):
            with self._send(url, headers) as response:
                head = Head(response.status_code, response.headers, str(url))
                match head.status:
                    case 301 | 302 | 303 | 307 | 308 if "location" in head.headers:
                        url = _redirected(url, head.headers["location"])
                        self._receive(response, _drain())
                    case 200 | 206:
                        self._receive(response, accept(head))
                        return head
                    case 401 if self._authorizations.has_others(
                        head.url, response.request.headers.get("authorization")
                    ):
                        self._receive(response, _drain())
                    case 401:
                        raise TransportError(f"{head.host} answered with status 401: it wants credentials, or others")
                    case 304 | 404 | 416:
                        self._receive(response, _drain())
                        return head
                    case status:
                        raise TransportError(f"{head.host} answered with status {status}")
        raise TransportError(f"{url.netloc.decode()} was reached by more than {self._bounds.redirects} redirects")

    @contextmanager
    def _send(self, url: "httpx.URL", headers: Mapping[str, str]) -> "Iterator[httpx.Response]":
        import httpx

        connections = self._connections_to(url)
        # Credentials go to their own origin only; each redirect is looked at anew.
        authorization = self._authorizations.header(str(url))
        own = {"Authorization": authorization} if authorization else {}
        request = httpx.Request("GET", url, headers={**_HEADERS, **headers, **own}, extensions=self._extensions)
        with self._lock:
            self.statistics.requests += 1
        try:
            response = connections.handle_request(request)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            # A server may close an idle connection just when it is used again.
            response = connections.handle_request(request)
        response.request = request
        try:
            yield response
        finally:
            response.close()

    def _receive(self, response: "httpx.Response", receive: Receive) -> None:
        received = 0
        try:
            for chunk in response.iter_raw():
                received += len(chunk)
                if not receive(chunk):
                    return
        finally:
            with self._lock:
                self.statistics.bytes_received += received

    @cached_property
    def _extensions(self) -> dict[str, dict[str, float | None]]:
        import httpx

        return {"timeout": httpx.Timeout(self._settings.timeout).as_dict()}

    def _connections_to(self, url: "httpx.URL") -> "httpx.HTTPTransport":
        """The connections to a host. With every request httpx looks at all that it holds together, which is why hosts
        do not share one, as long as they are few."""
        trusted = self._settings.trusted_hosts
        verified = url.scheme == "https" and url.host not in trusted and f"{url.host}:{url.port or 443}" not in trusted
        # Like a password, a certificate is shown to the indexes alone.
        shown = self._settings.client_certificate is not None and self._authorizations.is_of_index(str(url))
        origin = f"{url.scheme}://{url.netloc.decode()}"
        if origin not in self._proxies:
            self._proxies[origin] = proxy_for(origin, self._settings.proxy)
        way = _Way(verified, shown, self._proxies[origin], url.netloc)
        with self._lock:
            if way not in self._connections and len(self._connections) >= _MOST_HOSTS_APART:
                way = way._replace(netloc=b"")
            if way not in self._connections:
                self._connections[way] = self._new_connections(way)
            return self._connections[way]

    def _new_connections(self, way: "_Way") -> "httpx.HTTPTransport":
        import httpx

        from lint_alpine.wheels.connections import DeadlineBackend

        try:
            connections = httpx.HTTPTransport(
                verify=self._context(verified=way.verified, shown=way.shown),
                proxy=httpx.Proxy(way.proxy) if way.proxy else None,
            )
        except CertificatesError as error:
            raise TransportError(str(error)) from None
        except (ValueError, ImportError, httpx.InvalidURL):
            raise TransportError("the configured proxy cannot be used") from None
        # httpx passes everything on to httpcore but this.
        connections._pool._network_backend = DeadlineBackend()
        return connections

    def _context(self, *, verified: bool, shown: bool) -> "ssl.SSLContext | bool":
        client = self._settings.client_certificate
        if client is None or not shown:
            return self._certificates if verified else False
        return showing(client, trusting(self._settings.certificates), verified=verified)

    @cached_property
    def _certificates(self) -> "ssl.SSLContext":
        return trusting(self._settings.certificates)


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


class _Way(NamedTuple):
    """How a host is reached: requests that go the same way share connections."""

    verified: bool
    shown: bool
    proxy: str | None
    netloc: bytes
