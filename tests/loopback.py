"""A package index on the loopback interface, as good or bad as its routes, and how it is asked."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lint_alpine.wheels.cache import DiskCache
from lint_alpine.wheels.evidence import Offer, Unavailable
from lint_alpine.wheels.index import PackageIndex
from lint_alpine.wheels.settings import IndexSettings, find
from lint_alpine.wheels.transport import Bounds

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html"

# Nobody compares it with a file: what is read of a file is not all of it.
HASH = f"#sha256={'a' * 64}"


class Handler(BaseHTTPRequestHandler):
    """Answers from the routes of its server, with ranges where the route says so."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.server.lock:
            self.server.asked.append((self.path, headers))
        route = self.server.routes.get(self.path, Route(404))
        if callable(route):
            self.close_connection = True
            try:
                route(self)
            except OSError:
                return
        else:
            route.send(self, headers.get("range"), headers.get("if-none-match"))

    def raw(self, *pieces: bytes, pause: float = 0.0) -> None:
        for piece in pieces:
            self.wfile.write(piece)
            time.sleep(pause)


@dataclass
class Route:
    """One answer; `ranges` serves parts, an `etag` answers 304."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    ranges: bool = False

    def send(self, handler: Handler, wanted: str | None, condition: str | None) -> None:
        status, body, headers = self.status, self.body, dict(self.headers)
        if condition is not None and condition == headers.get("ETag"):
            status, body = 304, b""
        elif self.ranges and wanted is not None:
            first, last = wanted.removeprefix("bytes=").split("-")
            start = int(first) if first else max(0, len(body) - int(last))
            end = min(len(body), int(last) + 1) if first else len(body)
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(body)}"
            status, body = 206, body[start:end]
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if status != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


Answer = Route | Callable[[Handler], None]


def reply(status: int = 200, body: bytes = b"", **headers: str) -> Route:
    return Route(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def page(*links: str, **headers: str) -> Route:
    """Of HTML (PEP 503); a link is an element, or only where it leads to."""
    written = (link if link.startswith("<") else f'<a href="{link}">{link}</a>' for link in links)
    body = f"<title>Links for a project</title>{''.join(written)}".encode()
    return reply(200, body, **{"Content-Type": HTML, **headers})


LOGIN = reply(200, b"<title>Sign in</title><a href=/help>help</a>", Content_Type=HTML)


def silent(handler: Handler) -> None:
    time.sleep(20)


class Server(ThreadingHTTPServer):
    """An index on the loopback interface: `routes` by path, `asked` with the headers of each request, and how many
    `connections` were made."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.connections = 0
        self.lock = threading.Lock()
        self.scheme = "http"

    def verify_request(self, request: object, client_address: object) -> bool:
        self.connections += 1
        return True

    def handle_error(self, request: object, client_address: object) -> None:
        pass

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}/simple/"

    def html(self, name: str, *links: str, **headers: str) -> None:
        self.routes[f"/simple/{name}/"] = page(*links, **headers)

    def json(self, name: str, *files: dict[str, object], **headers: str) -> None:
        """As PEP 691 has it."""
        body = json.dumps({"meta": {"api-version": "1.0"}, "files": files}).encode()
        self.routes[f"/simple/{name}/"] = reply(200, body, Content_Type=JSON, **headers)

    def offer(self, name: str, files: Mapping[str, bytes | Answer], fragment: str = HASH) -> None:
        """A project's page with the files that it links to, of which parts are served."""
        self.html(name, *(f"{file}{fragment}" for file in files))
        for file, content in files.items():
            found = Route(200, content, ranges=True) if isinstance(content, bytes) else content
            self.routes[f"/simple/{name}/{file}"] = found

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def authorizations(self) -> list[str | None]:
        return [headers.get("authorization") for _, headers in self.asked]


def serving() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


def settings_of(folder: Path, url: str, text: str = "", **environment: str) -> IndexSettings:
    """As pip and uv are told by variables and by a pip.conf with that text."""
    (folder / "pip.conf").write_text(text)
    return find(url, (), {"HOME": str(folder), **environment}, [folder / "pip.conf"])


def ask(settings: IndexSettings, folder: Path, *names: str) -> dict[str, Offer | Unavailable]:
    """What the indexes tell of the projects; the cache stands in the folder."""
    with PackageIndex(settings, DiskCache(folder / "cache"), bounds=Bounds(request=5)) as index:
        return dict(index.offers(names))
