"""Connections on which nothing waits past a point in time: a server may send one byte after the other for ever."""

import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic

import httpcore

_of_thread = threading.local()


@contextmanager
def deadline(end: float) -> Iterator[None]:
    """What this thread asks meanwhile ends with a timeout at `end`, in seconds of the monotonic clock."""
    _of_thread.end = end
    try:
        yield
    finally:
        del _of_thread.end


def _left(timeout: float | None, error: type[httpcore.TimeoutException]) -> float | None:
    """The seconds that one operation may take."""
    end: float | None = getattr(_of_thread, "end", None)
    if end is None:
        return timeout
    left = end - monotonic()
    if left <= 0:
        raise error("the deadline has passed")
    return left if timeout is None else min(timeout, left)


class DeadlineBackend(httpcore.NetworkBackend):
    """The sockets of httpcore, with the deadline of the thread that waits for them."""

    def __init__(self) -> None:
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._backend.connect_tcp(host, port, left, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._socket: socket.socket = stream.get_extra_info("socket")
        # TLS within the TLS of a proxy: what the socket gives is not yet what is read.
        self._is_wrapped = isinstance(stream.get_extra_info("ssl_object"), ssl.SSLObject)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """All that is there, and if nothing is, what comes first: TLS hands over 16 kB at a time, and on each piece
        follows much work."""
        if self._is_wrapped:
            return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))
        pieces: list[bytes] = []
        size = 0
        try:
            if self._socket.gettimeout() != 0:
                self._socket.setblocking(False)
            while size < max_bytes:
                try:
                    piece = self._socket.recv(max_bytes - size)
                except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError) as blocked:
                    if pieces:
                        break
                    # TLS may have to answer before it reads on (a key update).
                    event = EVENT_WRITE if isinstance(blocked, ssl.SSLWantWriteError) else EVENT_READ
                    self._wait(event, _left(timeout, httpcore.ReadTimeout))
                    continue
                if not piece:
                    break
                pieces.append(piece)
                size += len(piece)
        except OSError as error:
            raise httpcore.ReadError from error
        return b"".join(pieces)

    def _wait(self, event: int, seconds: float | None) -> None:
        with DefaultSelector() as selector:
            selector.register(self._socket, event)
            if not selector.select(seconds):
                raise httpcore.ReadTimeout

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
