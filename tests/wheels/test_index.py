import asyncio
import base64
import bz2
import gzip
import hashlib
import lzma
import re
import socket
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.version import Version

from lint_alpine.wheels import transport
from lint_alpine.wheels.cache import DiskCache, Entry
from lint_alpine.wheels.distribution import Distribution, parse
from lint_alpine.wheels.evidence import Evidence, Needs, Offer, Origin, SdistContents, Unavailable
from lint_alpine.wheels.index import PackageIndex
from lint_alpine.wheels.settings import IndexSettings
from lint_alpine.wheels.transport import Bounds
from tests.archives import metadata, sdist, wheel, zipped
from tests.loopback import HASH, HTML, JSON, LOGIN, Answer, Handler, Route, Server, page, reply, silent

WHEEL = "thing-1.0-py3-none-any.whl"
NOW = 1_767_323_045.0
TODAY = "2026-01-02"


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="cache")
def _cache(tmp_path: Path, clock: Clock) -> DiskCache:
    return DiskCache(tmp_path / "cache", clock=clock)


Ask = Callable[..., PackageIndex]


@pytest.fixture(name="ask")
def _ask(server: Server, cache: DiskCache) -> Iterator[Ask]:
    """Makes indexes that ask the server and share one cache."""
    made: list[PackageIndex] = []

    def make(
        *urls: str,
        settings: IndexSettings | None = None,
        refresh: bool = False,
        bounds: Bounds | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> PackageIndex:
        settings = settings or IndexSettings(urls or (server.url,))
        made.append(PackageIndex(settings, cache, on_progress, refresh=refresh, bounds=bounds or Bounds(request=5)))
        return made[-1]

    yield make
    for index in made:
        index.close()


def offer(index: PackageIndex, name: str = "thing") -> Offer:
    answer = index.offers([name])[name]
    assert isinstance(answer, Offer), answer
    return answer


def refusal(index: PackageIndex, name: str = "thing") -> str:
    answer = index.offers([name])[name]
    assert isinstance(answer, Unavailable), answer
    assert answer.name == name
    return answer.reason


def names(found: Offer) -> list[str]:
    return [each.filename for each in found.distributions]


# Pages


def test_html_and_json(server: Server, ask: Ask) -> None:
    server.html("thing", f'<a href="../../files/{WHEEL}#sha256={"a" * 64}" data-requires-python="&gt;=3.8">')
    server.json("other", {"filename": "other-2.tar.gz", "url": "https://files.example/other-2.tar.gz", "size": 7})
    index = ask()
    answers = index.offers(["thing", "other"])
    assert list(answers) == ["thing", "other"]
    one, other = answers["thing"], answers["other"]
    assert isinstance(one, Offer)
    assert isinstance(other, Offer)
    assert one.distributions[0].url == f"{server.url[:-7]}files/{WHEEL}"
    assert one.evidence == Evidence(Origin.INDEX, TODAY, server.url)
    assert (other.distributions[0].filename, other.distributions[0].size) == ("other-2.tar.gz", 7)
    accept = server.asked[0][1]["accept"]
    assert accept.startswith("application/vnd.pypi.simple.v1+json,")
    assert "text/html;q=0.01" in accept
    assert index.statistics.requests == 2
    assert index.statistics.bytes_received > 100


def test_index_url_with_and_without_slash(server: Server, ask: Ask) -> None:
    server.html("thing")
    assert names(offer(ask(server.url.rstrip("/")))) == []
    assert server.paths() == ["/simple/thing/"]


def test_project_is_asked_for_once(server: Server, ask: Ask) -> None:
    server.html("thing")
    index = ask()
    assert isinstance(index.offers(["thing", "thing"])["thing"], Offer)
    assert names(offer(index)) == []
    assert refusal(index, "absent") == refusal(index, "absent")
    assert server.paths() == ["/simple/thing/", "/simple/absent/"]


def bomb(handler: Handler) -> None:
    packed = gzip.compress(bytes(300_000_000), compresslevel=9)
    reply(200, packed, Content_Type=HTML, Content_Encoding="gzip").send(handler, None, None)


def claims_4_gb(handler: Handler) -> None:
    handler.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4294967296\r\n\r\n<a>")


def endless(handler: Handler) -> None:
    handler.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", *[b"<a href=x> " * 100_000] * 200)


def drips(handler: Handler) -> None:
    handler.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", *[b"x"] * 300, pause=0.1)


def drips_headers(handler: Handler) -> None:
    handler.raw(b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 300, pause=0.1)


def sending(*pieces: bytes) -> Callable[[Handler], None]:
    return lambda handler: handler.raw(*pieces)


GZIP = gzip.compress(b"<title>Links for thing</title>")
FAILURES: list[tuple[Answer, str]] = [
    (reply(404), r"^the index does not list it$"),
    (reply(500), r"^127\.0\.0\.1:\d+ answered with status 500$"),
    (reply(403), r"status 403"),
    (reply(204), r"status 204"),
    (reply(206, b"x", Content_Type=HTML), r"status 206"),
    (reply(304), r"status 304"),
    (reply(302), r"status 302"),
    (LOGIN, r"is not an index page"),
    (
        reply(200, b"<a href=thing-1.zip>", Content_Type="text/plain"),
        r"is not an index page \(its type is `text/plain`\)",
    ),
    (reply(200, b"<a href=thing-1.zip>"), r"is not an index page"),
    (reply(200, b"{}", Content_Type=JSON), r"is not an index page"),
    (bomb, r"larger than 64 MB"),
    (claims_4_gb, r"larger than 64 MB"),
    (endless, r"larger than 64 MB"),
    (drips, r"did not answer within 1 s"),
    (drips_headers, r"did not answer within 1 s"),
    (silent, r"did not answer within 1 s"),
    (reply(302, Location="/simple/thing/"), r"more than 10 redirects"),
    (reply(302, Location="ftp://files.example/"), r"redirects from http to ftp"),
    (reply(302, Location="http://[x"), r"cannot be reached|is not a URL"),
    (reply(200, GZIP, Content_Type=HTML, Content_Encoding="br"), r"encoding `br`"),
    (reply(200, b"no gzip", Content_Type=HTML, Content_Encoding="gzip"), r"damaged"),
    (reply(200, GZIP[:-9], Content_Type=HTML, Content_Encoding="gzip"), r"damaged"),
    (sending(b""), r"broke off or sent what is not HTTP"),
    (sending(b"SSH-2.0-x\r\n\r\n"), r"broke off or sent what is not HTTP"),
    (sending(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"), r"broke off or sent what is not HTTP"),
    (sending(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n"), r"broke off|larger than"),
    (sending(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), r"broke off or sent what is not HTTP"),
    (sending(b"HTTP/1.1 200 OK\r\n", *[b"X: " + b"y" * 9000 + b"\r\n"] * 100), r"broke off or sent what is not HTTP"),
    (sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), r"broke off or sent what is not HTTP"),
    (
        sending(b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\nContent-Length: 0\r\n\r\n"),
        r"status 404|not list|not a URL",
    ),
]


@pytest.mark.parametrize(("route", "reason"), FAILURES, ids=range(len(FAILURES)))
def test_failure_concerns_its_project_alone(server: Server, ask: Ask, route: Answer, reason: str) -> None:
    server.routes["/simple/thing/"] = route
    server.html("good", "good-1.zip")
    index = ask(bounds=Bounds(request=1 if "1 s" in reason else 20))
    start = time.monotonic()
    answers = index.offers(["thing", "good"])
    assert time.monotonic() - start < 15
    failed, good = answers["thing"], answers["good"]
    assert isinstance(failed, Unavailable)
    assert re.search(reason, failed.reason), failed.reason
    assert isinstance(good, Offer)


def test_nobody_listens(ask: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert refusal(ask(f"http://127.0.0.1:{port}/simple")) == f"127.0.0.1:{port} cannot be reached"


def test_failures_are_told_apart_from_absence(server: Server, ask: Ask) -> None:
    server.html("thing", "thing-1.zip")
    server.routes["/simple/broken/"] = Route(500)
    index = ask()
    answers = index.offers(["thing", "broken", "absent"])
    assert [each.absent for each in answers.values() if isinstance(each, Unavailable)] == [False, True]
    assert index.failures == {"broken": f"{server.host} answered with status 500"}


@pytest.mark.parametrize("name", ["", "..", "a/b", "a b", "a--b", "-a", "A", "ä", "a?b", "a\n", "a" * 300 + "/"])
def test_what_is_no_name_is_not_asked_for(server: Server, ask: Ask, name: str) -> None:
    assert refusal(ask(), name) == "it is not the name of a project"
    assert server.asked == []


def test_run_has_a_deadline(server: Server, ask: Ask, clock: Clock) -> None:
    server.html("known", "known-1.zip")
    offer(ask(), "known")
    for number in range(12):
        server.routes[f"/simple/slow{number}/"] = silent
    index = ask(bounds=Bounds(run=1.5, request=1))
    start = time.monotonic()
    answers = index.offers([f"slow{number}" for number in range(12)])
    reasons = [answer.reason for answer in answers.values() if isinstance(answer, Unavailable)]
    assert time.monotonic() - start < 15
    assert len(reasons) == 12
    assert sum("within 1 s" in reason for reason in reasons) == 8
    assert sum("1.5 s that a run waits" in reason for reason in reasons) == 4
    assert "1.5 s that a run waits" in refusal(index, "later")
    assert names(offer(index, "known")) == ["known-1.zip"]


def test_at_most_eight_at_once(server: Server, ask: Ask) -> None:
    busy: list[int] = []
    running = 0

    def slow(handler: Handler) -> None:
        nonlocal running
        with server.lock:
            running += 1
            busy.append(running)
        time.sleep(0.05)
        with server.lock:
            running -= 1
        page().send(handler, None, None)

    asked = [f"p{number}" for number in range(40)]
    server.routes = {f"/simple/{name}/": slow for name in asked}
    assert all(isinstance(answer, Offer) for answer in ask().offers(asked).values())
    assert len(busy) == 40
    assert max(busy) == 8


def test_connection_that_the_server_closed_meanwhile(server: Server, ask: Ask) -> None:
    def answer_and_close(handler: Handler) -> None:
        body = b"<title>Links for x</title>"
        handler.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    server.routes = {f"/simple/p{number}/": answer_and_close for number in range(5)}
    index = ask()
    for number in range(5):
        offer(index, f"p{number}")
        time.sleep(0.05)


def test_progress_and_a_running_event_loop(server: Server, ask: Ask) -> None:
    told: list[tuple[int, int]] = []

    async def main() -> Offer:
        server.html("thing")
        index = ask(on_progress=lambda done, total: told.append((done, total)))
        index.offers(["thing", "absent", "bad name"])
        return offer(index)

    assert asyncio.run(main()).name == "thing"
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_index_can_be_used_again_after_it_was_closed(server: Server, ask: Ask) -> None:
    server.html("thing")
    server.html("other")
    with ask() as index:
        offer(index)
        index.close()
        assert offer(index, "other").name == "other"


# Redirects and credentials


def test_redirect_gives_the_base_of_links(server: Server, ask: Ask) -> None:
    server.routes["/simple/thing/"] = Route(301, headers={"Location": "../moved/thing"})
    server.routes["/simple/moved/thing"] = page("thing-1.zip")
    assert offer(ask()).distributions[0].url == f"{server.url}moved/thing-1.zip"


def test_credentials_go_to_their_own_origin_only(server: Server, other: Server, ask: Ask, tmp_path: Path) -> None:
    server.routes["/simple/thing/"] = Route(302, headers={"Location": f"http://u:p@{other.host}/x"})
    other.routes["/x"] = Route(302, headers={"Location": f"{server.url}back/"})
    server.html("back", f"http://{other.host}/{WHEEL}")
    user, host = "me%40home", server.host
    index = ask(f"http://{user}:s%3Acret@{host}/simple")
    found = offer(index)
    assert server.authorizations() == [f"Basic {base64.b64encode(b'me@home:s:cret').decode()}"] * 2
    assert other.authorizations() == [None]
    assert found.evidence.detail == f"http://{host}/simple"
    index.needs({("thing", Version("1.0")): tuple(found.distributions)})
    assert len(other.asked) > 1
    assert set(other.authorizations()) == {None}
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.json"))
    assert len(kept) > 100
    assert not re.search(rb"cret|home", kept)


@pytest.mark.parametrize("route", [reply(500), LOGIN, silent, reply(302, Location="ftp://x"), sending(b"x")])
def test_credentials_are_in_no_reason(server: Server, ask: Ask, route: Answer) -> None:
    server.routes["/simple/thing/"] = route
    reason = refusal(ask(f"http://me:secret@{server.host}/simple", bounds=Bounds(request=1)))
    assert server.host in reason
    assert "secret" not in reason
    assert "me:" not in reason


def test_netrc(server: Server, other: Server, ask: Ask, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    server.html("thing", f"http://{other.host}/{WHEEL}")
    index = ask(settings=IndexSettings((server.url,), netrc=netrc))
    index.needs({("thing", Version("1.0")): ()})
    assert server.authorizations() == ["Basic bWU6c2VjcmV0"]
    assert set(other.authorizations()) == {None}


@pytest.mark.parametrize("text", ["machine", "\xff\xfe", "machine other login a password b"])
def test_netrc_that_is_no_use(server: Server, ask: Ask, tmp_path: Path, text: str) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(text, "latin-1")
    server.html("thing")
    offer(ask(settings=IndexSettings((server.url,), netrc=netrc)))
    assert "authorization" not in server.asked[0][1]


@pytest.mark.parametrize("proxy", ["nonsense", "ftp://me:secret@proxy.example", "http://me:secret@127.0.0.1:1"])
def test_proxy_that_cannot_be_used(server: Server, ask: Ask, proxy: str) -> None:
    reason = refusal(ask(settings=IndexSettings((server.url,), proxy=proxy)))
    assert "secret" not in reason
    assert server.asked == []


# Several indexes


def test_indexes_are_merged(server: Server, other: Server, ask: Ask) -> None:
    server.html("thing", f"{WHEEL}{HASH}", "thing-2.zip")
    other.html(
        "thing",
        f"{WHEEL}{HASH}",
        f"thing-2.zip#sha256={'b' * 64}",
        "thing-3.zip",
    )
    found = offer(ask(server.url, other.url))
    assert [(each.filename, each.url) for each in found.distributions] == [
        ("thing-3.zip", f"{other.url}thing/thing-3.zip"),
        ("thing-2.zip", f"{server.url}thing/thing-2.zip"),
        ("thing-2.zip", f"{other.url}thing/thing-2.zip"),
        (WHEEL, f"{server.url}thing/{WHEEL}"),
    ]
    assert found.evidence.detail == f"{server.url}, {other.url}"


def test_one_index_need_not_list_it(server: Server, other: Server, ask: Ask) -> None:
    other.html("thing", "thing-3.zip")
    assert names(offer(ask(server.url, other.url))) == ["thing-3.zip"]
    assert refusal(ask(server.url, other.url), "absent") == "the index does not list it"


def test_index_that_fails_leaves_the_answer_open(server: Server, other: Server, ask: Ask) -> None:
    server.html("thing", "thing-3.zip")
    other.routes["/simple/thing/"] = Route(503)
    assert refusal(ask(server.url, other.url)) == f"{other.host} answered with status 503"


# The cache


def test_fresh_page_is_not_asked_for_again(server: Server, ask: Ask, clock: Clock) -> None:
    server.json("thing", {"url": WHEEL, "hashes": {"sha256": "a" * 64}, "core-metadata": {"sha256": "b" * 64}})
    first = offer(ask())
    clock.now += 599
    index = ask()
    second = offer(index)
    assert tuple(second.distributions) == tuple(first.distributions)
    assert second.evidence == Evidence(Origin.CACHE, TODAY, server.url)
    assert (len(server.asked), index.statistics.cache_hits, index.statistics.requests) == (1, 1, 0)
    clock.now += 2
    assert offer(ask()).evidence.origin is Origin.INDEX
    assert len(server.asked) == 2


def test_date_is_that_of_the_answer(server: Server, ask: Ask, clock: Clock) -> None:
    server.html("thing", Cache_Control="max-age=300000")
    offer(ask())
    clock.now += 86400
    assert offer(ask()).evidence == Evidence(Origin.CACHE, TODAY, server.url)
    assert offer(ask(refresh=True)).evidence == Evidence(Origin.INDEX, "2026-01-03", server.url)


@pytest.mark.parametrize("refresh", [True, False])
def test_stale_page_is_revalidated(server: Server, ask: Ask, clock: Clock, refresh: bool) -> None:
    server.html("thing", "thing-3.zip", ETag='"one"', Cache_Control="max-age=100", Last_Modified="Thu")
    offer(ask())
    clock.now += 50 if refresh else 100
    index = ask(refresh=refresh)
    found = offer(index)
    assert (names(found), found.evidence.origin, index.statistics.cache_hits) == (["thing-3.zip"], Origin.INDEX, 1)
    headers = server.asked[1][1]
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('"one"', "Thu")
    clock.now += 99
    assert offer(ask()).evidence.origin is Origin.CACHE
    clock.now += 2
    server.html("thing", "thing-4.zip", ETag='"two"')
    assert names(offer(ask())) == ["thing-4.zip"]
    assert server.asked[2][1]["if-none-match"] == '"one"'


@pytest.mark.parametrize("validator", ["\xff\xe9", '"\xe9"', "a\tb", "\x7f", ""])
@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
def test_what_cannot_be_sent_back_revalidates_nothing(
    server: Server, ask: Ask, clock: Clock, name: str, validator: str
) -> None:
    server.html("thing", "thing-3.zip", **{name: validator, "Cache_Control": "max-age=10"})
    offer(ask())
    clock.now += 11
    assert names(offer(ask())) == ["thing-3.zip"]
    assert not {"if-none-match", "if-modified-since"} & server.asked[1][1].keys()


def test_page_that_must_not_be_kept(server: Server, ask: Ask, tmp_path: Path) -> None:
    server.html("thing", Cache_Control="no-store")
    offer(ask())
    offer(ask())
    assert len(server.asked) == 2
    assert not list(tmp_path.rglob("*.json"))


def test_failure_is_not_kept(server: Server, ask: Ask) -> None:
    server.routes["/simple/thing/"] = Route(500)
    refusal(ask())
    server.html("thing")
    offer(ask())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 600),
        ({"Cache-Control": "max-age=60"}, 60),
        ({"Cache-Control": "max-age=60", "Age": "20"}, 40),
        # A project may be there any day: that it is not is believed no longer than a page without Cache-Control.
        ({"Cache-Control": "max-age=86400"}, 600),
        ({"Cache-Control": "no-cache"}, 0),
        ({"Cache-Control": "no-store"}, 0),
    ],
)
def test_that_there_is_no_such_project_is_kept_for_a_while(
    server: Server, ask: Ask, clock: Clock, headers: dict[str, str], seconds: int
) -> None:
    server.routes["/simple/thing/"] = Route(404, b"none", headers)
    first = ask()
    assert refusal(first) == "the index does not list it"
    assert (first.statistics.requests, first.statistics.cache_hits) == (1, 0)
    clock.now += max(0, seconds - 1)
    second = ask()
    answer = second.offers(["thing"])["thing"]
    assert answer == Unavailable("thing", "the index does not list it", absent=True)
    assert second.failures == {}
    assert (second.statistics.requests, second.statistics.cache_hits) == ((0, 1) if seconds else (1, 0))
    clock.now += 1
    server.html("thing", "thing-3.zip")
    assert names(offer(ask())) == ["thing-3.zip"]


def test_refresh_asks_again_for_what_was_not_there(server: Server, ask: Ask) -> None:
    refusal(ask(), "new")
    server.html("new")
    refusal(ask(), "new")
    offer(ask(refresh=True), "new")
    assert isinstance(ask().offers(["new"])["new"], Offer)


def test_project_that_is_gone_is_not_revalidated(server: Server, ask: Ask, clock: Clock) -> None:
    server.html("thing", ETag='"one"', Cache_Control="max-age=10")
    offer(ask())
    clock.now += 11
    server.routes["/simple/thing/"] = Route(404, headers={"ETag": '"two"'})
    refusal(ask())
    clock.now += 700
    server.html("thing", "thing-3.zip")
    assert names(offer(ask())) == ["thing-3.zip"]
    assert "if-none-match" not in server.asked[2][1]


def test_damaged_records_are_replaced(server: Server, ask: Ask, tmp_path: Path) -> None:
    server.html("thing", "thing-3.zip", ETag='"one"')
    offer(ask())
    (path,) = tmp_path.rglob("*.json")
    path.write_bytes(path.read_bytes().replace(b"thing-3.zip", b"thing-4.zip"))
    assert names(offer(ask())) == ["thing-3.zip"]
    assert "if-none-match" not in server.asked[1][1]
    assert names(offer(ask())) == ["thing-3.zip"]
    assert len(server.asked) == 2


def test_records_of_another_shape_are_replaced(server: Server, ask: Ask, cache: DiskCache) -> None:
    server.html("thing", "thing-3.zip")
    cache.write("pages", f"{server.url}thing/", Entry(b"not a version\t[]", NOW, NOW + 9))
    assert names(offer(ask())) == ["thing-3.zip"]


# Needs


THING = wheel("thing", "1.0", "Requires-Dist: a>=1")


def large_wheel(size: int, *, last: bool = True) -> bytes:
    """As `THING`; METADATA stands behind the large member, or before it."""
    described = {"thing-1.0.dist-info/METADATA": metadata("thing", "1.0", "Requires-Dist: a>=1")}
    large = {"thing/big.so": bytes(range(256)) * (size // 256)}
    return zipped({**large, **described} if last else {**described, **large}, zipfile.ZIP_STORED)


def described_by(content: bytes) -> bytes:
    return zipped({"thing-1.0.dist-info/METADATA": content})


def needs(index: PackageIndex, *candidates: str, version: str = "1.0") -> Needs | Unavailable:
    files = tuple(file for each in candidates if (file := parse(each, "thing")))
    key = ("thing", Version(version))
    return index.needs({key: files})[key]


def requirements(answer: Needs | Unavailable) -> list[str]:
    assert isinstance(answer, Needs), answer
    return [str(each) for each in answer.requirements]


def test_metadata_beside_the_wheel(server: Server, ask: Ask) -> None:
    content = metadata("thing", "1.0", "Requires-Dist: a", "Requires-Dist: b; extra == 'Z.z'", "Provides-Extra: Z.z")
    server.json("thing", {"url": WHEEL, "core-metadata": {"sha256": hashlib.sha256(content).hexdigest()}})
    server.routes[f"/simple/thing/{WHEEL}.metadata"] = Route(200, content)
    answer = needs(ask(), WHEEL)
    assert requirements(answer) == ["a", 'b; extra == "z-z"']
    assert isinstance(answer, Needs)
    assert answer.extras == {"z-z"}
    assert server.paths() == ["/simple/thing/", f"/simple/thing/{WHEEL}.metadata"]


def test_metadata_with_another_hash_is_not_believed(server: Server, ask: Ask) -> None:
    server.json("thing", {"url": WHEEL, "core-metadata": {"sha256": "0" * 64}})
    server.routes[f"/simple/thing/{WHEEL}.metadata"] = Route(200, metadata("thing"))
    answer = needs(ask(), WHEEL)
    assert isinstance(answer, Unavailable)
    assert "does not have the hash" in answer.reason


@pytest.mark.parametrize(
    ("content", "ranges", "requests"),
    [
        (THING, True, 1),
        (THING, False, 1),
        (large_wheel(3_000_000), True, 1),
        (large_wheel(3_000_000, last=False), True, 2),
        (large_wheel(500_000, last=False), False, 1),
    ],
)
@pytest.mark.parametrize("advertised", [True, False])
def test_metadata_in_the_wheel(
    server: Server, ask: Ask, content: bytes, ranges: bool, requests: int, advertised: bool
) -> None:
    server.json("thing", {"url": WHEEL, "core-metadata": advertised})
    server.routes[f"/simple/thing/{WHEEL}"] = Route(200, content, ranges=ranges)
    index = ask()
    assert requirements(needs(index, WHEEL)) == ["a>=1"]
    assert server.paths().count(f"/simple/thing/{WHEEL}") == requests
    assert not ranges or index.statistics.bytes_received < 60_000


def part(start: object, end: object, total: object, body: bytes) -> Route:
    return Route(206, body, {"Content-Range": f"bytes {start}-{end}/{total}"})


@pytest.mark.parametrize(
    ("route", "reason"),
    [
        (Route(200, large_wheel(3_000_000)), "larger than 1 MB"),
        (endless, "larger than 1 MB"),
        (Route(404), "status 404"),
        (Route(500), "status 500"),
        (Route(416), "status 416|not a zip file"),
        (Route(200, b"no zip"), "not a zip file"),
        (Route(206, b"x"), "another range"),
        (part(0, 0, "*", b"x"), "another range"),
        (part(5, 7, 100, b"xx"), "another range"),
        (part(0, 1, 100, b"xx"), "another range"),
        (part(0, 99_999, 100_000, bytes(100_000)), "larger than"),
        (part(10**14, 10**14 + 1, 10**14 + 2, b"xx"), "too many requests"),
        (Route(200, described_by(b"Name: thing")), "another release"),
        (Route(200, described_by(metadata("thing", "2.0"))), "another release"),
        (Route(200, wheel("thing", "1.0", "Requires-Dist: a >")), "invalid requirement `a >`"),
    ],
    ids=range(15),
)
def test_needs_that_cannot_be_known(server: Server, ask: Ask, route: Answer, reason: str) -> None:
    server.offer("thing", {WHEEL: route})
    answer = needs(ask(), WHEEL)
    assert isinstance(answer, Unavailable)
    assert re.search(reason, answer.reason), answer.reason


def test_server_that_refuses_the_last_bytes_of_a_small_file(server: Server, ask: Ask) -> None:
    def picky(handler: Handler) -> None:
        asked = handler.headers.get("Range")
        (Route(416) if asked else Route(200, THING)).send(handler, None, None)

    server.offer("thing", {WHEEL: picky})
    assert requirements(needs(ask(), WHEEL)) == ["a>=1"]


SDIST = "thing-1.0.tar.gz"


@pytest.mark.parametrize(
    ("pkg_info", "expected"),
    [
        (metadata("thing", "1.0", "Requires-Dist: s"), ["s"]),
        (metadata("thing", "1.0").replace(b"2.2", b"2.1"), "known only by building it"),
        (metadata("thing", "1.0", "Dynamic: Requires-Dist"), "known only by building it"),
        (None, "known only by building it"),
        (metadata("thing", "3.0"), "another release"),
    ],
)
def test_needs_of_a_source_distribution(server: Server, ask: Ask, pkg_info: bytes | None, expected: object) -> None:
    files = {"PKG-INFO": pkg_info} if pkg_info is not None else {}
    found = sdist(
        "thing", "1.0", {"a.py": "", **files, "thing.egg-info/PKG-INFO": metadata("thing", "1.0", "Requires-Dist: no")}
    )
    server.offer("thing", {SDIST: found})
    answer = needs(ask(), SDIST)
    if isinstance(expected, list):
        assert requirements(answer) == expected
    else:
        assert isinstance(answer, Unavailable)
        assert str(expected) in answer.reason


@pytest.mark.parametrize(
    "content",
    [b"", b"x", sdist("thing", "1.0", {"a": b"x" * 9000})[:-80], gzip.compress(bytes(300_000_000), 1)],
    ids=range(4),
)
def test_broken_source_distribution(server: Server, ask: Ask, content: bytes) -> None:
    server.offer("thing", {SDIST: content})
    answer = needs(ask(), SDIST)
    assert isinstance(answer, Unavailable)
    assert re.search("^its archive|known only by building", answer.reason)


def test_endless_source_distribution(server: Server, ask: Ask) -> None:
    info = tarfile.TarInfo("thing-1.0/a.bin")
    info.size = 150_000_000
    body = gzip.compress(info.tobuf() + bytes(info.size), compresslevel=0)
    server.offer("thing", {SDIST: body})
    answer = needs(ask(), SDIST)
    assert isinstance(answer, Unavailable)
    assert answer.reason == "its source distribution is larger than 64 MB"


def test_other_wheel_tells_what_the_source_distribution_needs(server: Server, ask: Ask) -> None:
    windows, linux = "thing-1.0-cp312-cp312-win_amd64.whl", "thing-1.0-cp312-cp312-manylinux2014_x86_64.whl"
    server.html("thing", SDIST, windows, "thing-2.0-py3-none-any.whl", linux)
    server.routes[f"/simple/thing/{linux}"] = Route(200, THING, ranges=True)
    assert requirements(needs(ask(), SDIST)) == ["a>=1"]
    assert server.paths() == ["/simple/thing/", f"/simple/thing/{linux}"]


def test_first_candidate_is_read_first_and_the_others_if_it_cannot_be(server: Server, ask: Ask) -> None:
    one, two = "thing-1.0-cp312-cp312-musllinux_1_2_x86_64.whl", "thing-1.0-cp311-cp311-musllinux_1_2_x86_64.whl"
    server.html("thing", two, one)
    server.routes[f"/simple/thing/{two}"] = Route(200, THING, ranges=True)
    assert requirements(needs(ask(), one, two)) == ["a>=1"]
    assert server.paths() == ["/simple/thing/", f"/simple/thing/{one}", f"/simple/thing/{two}"]


def test_only_urls_of_the_index_are_asked(server: Server, other: Server, ask: Ask) -> None:
    """A lock file in the linted project may give any URL."""
    server.offer("thing", {WHEEL: Route(200, THING)})
    foreign = parse(WHEEL, "thing", url=f"http://{other.host}/{WHEEL}", metadata=True)
    assert foreign is not None
    index = ask()
    key = ("thing", Version("1.0"))
    assert requirements(index.needs({key: (foreign,)})[key]) == ["a>=1"]
    elsewhere = parse("thing-9.tar.gz", "thing", url=f"http://{other.host}/thing-9.tar.gz")
    assert elsewhere is not None
    answers = index.needs({("thing", Version("9")): (elsewhere,), ("absent", Version("1")): (elsewhere,)})
    assert list(answers.values()) == [
        Unavailable("thing", "the index has no file of thing 9"),
        Unavailable("absent", "the index does not list it", absent=True),
    ]
    assert isinstance(contents(index, elsewhere), Unavailable)
    assert other.asked == []


def test_needs_of_a_file_with_a_hash_are_kept_for_ever(server: Server, ask: Ask, clock: Clock) -> None:
    hashed, plain = f"{WHEEL}{HASH}", "thing-2.0-py3-none-any.whl"
    server.html("thing", hashed, plain, Cache_Control="max-age=600000")
    server.routes[f"/simple/thing/{WHEEL}"] = Route(200, THING)
    server.routes[f"/simple/thing/{plain}"] = Route(200, wheel("thing", "2.0", "Requires-Dist: x"))
    first = ask()
    assert requirements(needs(first, WHEEL)) == requirements(needs(first, WHEEL)) == ["a>=1"]
    assert requirements(needs(first, plain, version="2.0")) == ["x"]
    assert len(server.asked) == 3
    clock.now += 500_000
    second = ask()
    assert requirements(needs(second, WHEEL)) == ["a>=1"]
    assert len(server.asked) == 3
    assert requirements(needs(second, plain, version="2.0")) == ["x"]
    assert len(server.asked) == 4


def test_that_only_building_would_tell_is_remembered_too(server: Server, ask: Ask) -> None:
    server.offer("thing", {SDIST: sdist("thing", "1.0", {"setup.py": ""})})
    answers = [needs(ask(), SDIST) for _ in range(2)]
    assert answers == [Unavailable("thing", "its dependencies are known only by building it")] * 2
    assert server.paths() == ["/simple/thing/", f"/simple/thing/{SDIST}"]


def test_slow_file_is_given_up_at_once(server: Server, ask: Ask) -> None:
    files = [f"thing-1.0-cp3{minor}-none-any.whl" for minor in range(5)]
    server.offer("thing", dict.fromkeys(files, silent))
    answer = needs(ask(bounds=Bounds(request=0.5)), *files)
    assert answer == Unavailable("thing", f"{server.host} did not answer within 0.5 s")
    assert len(server.asked) == 2


def test_slow_pages_do_not_keep_others_from_their_turn(
    server: Server, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_LEAST_PATIENCE", 0.1)
    slow = [f"slow{number}" for number in range(60)]
    server.routes |= {f"/simple/{name}/": drips if name.endswith("5") else silent for name in slow}
    server.html("thing", WHEEL)
    answers = ask(bounds=Bounds(run=5, request=1)).offers([*slow, "thing"])
    assert isinstance(answers["thing"], Offer)
    assert answers["slow0"] == Unavailable("slow0", f"{server.host} did not answer within 1 s")
    assert all("did not answer within" in each.reason for each in answers.values() if isinstance(each, Unavailable))


def test_an_index_that_answers_is_waited_for_again(server: Server, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_LEAST_PATIENCE", 0.1)
    server.html("thing", WHEEL)
    server.routes |= {f"/simple/slow{number}/": silent for number in range(4)}
    index = ask(bounds=Bounds(request=0.4))
    for name in ("slow0", "slow1", "thing", "slow2", "slow3"):
        index.offers([name])
    seconds = [index.failures[f"slow{number}"].split()[-2] for number in range(4)]
    assert seconds == ["0.4", "0.2", "0.2", "0.13"]


# Source distributions


def contents(index: PackageIndex, file: Distribution) -> SdistContents | Unavailable:
    return index.sdist_contents([file])[file.filename]


PROJECT = '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n'
SOURCES = {"src/lib.rs": "x" * 100_000, "pyproject.toml": PROJECT, "a.c": "", "setup.py": "ext_modules"}


@pytest.mark.parametrize(
    ("filename", "content"),
    [
        (
            SDIST,
            sdist("thing", "1.0", SOURCES),
        ),
        ("thing-1.0.zip", zipped({f"thing-1.0/{path}": content for path, content in SOURCES.items()})),
    ],
)
def test_contents_of_a_source_distribution(server: Server, ask: Ask, filename: str, content: bytes) -> None:
    server.offer("thing", {filename: content, WHEEL: b""})
    file = parse(filename, "thing")
    assert file is not None
    expected = SdistContents("maturin", ("maturin",), (("C", 1), ("Rust", 1)), extension=True, optional=False)
    assert contents(ask(), file) == expected
    asked = len(server.asked)
    assert contents(ask(), file) == expected
    assert len(server.asked) == asked


@pytest.mark.parametrize("said", [True, False])
def test_source_distribution_that_is_too_large_to_be_read(server: Server, ask: Ask, said: bool) -> None:
    server.json("thing", {"url": SDIST, **({"size": 70_000_000} if said else {})})
    server.routes[f"/simple/thing/{SDIST}"] = lambda handler: handler.raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 70000000\r\n\r\n"
    )
    file = parse(SDIST, "thing")
    assert file is not None
    answer = contents(ask(), file)
    assert answer == Unavailable("thing", "its source distribution is larger than 64 MB")
    assert len(server.asked) == (1 if said else 2)


def test_contents_of_several_source_distributions(server: Server, ask: Ask) -> None:
    server.html("thing", SDIST, "thing-2.0.tar.gz")
    server.routes[f"/simple/thing/{SDIST}"] = Route(200, sdist("thing", "1.0", {"setup.py": "", "a.c": ""}))
    files = [file for name in (SDIST, "thing-2.0.tar.gz") if (file := parse(name, "thing"))]
    one, two = ask().sdist_contents([*files, *files]).values()
    assert isinstance(one, SdistContents)
    assert one.sources == (("C", 1),)
    assert two == Unavailable("thing", f"{server.host} answered with status 404")
    assert len(server.asked) == 3


@pytest.mark.parametrize(("ending", "compress"), [("tar.bz2", bz2.compress), ("tar.xz", lzma.compress)])
def test_contents_of_other_archives(server: Server, ask: Ask, ending: str, compress: Callable[[bytes], bytes]) -> None:
    tar = gzip.decompress(sdist("thing", "1.0", {"setup.py": "", "a.c": ""}))
    server.offer("thing", {f"thing-1.0.{ending}": compress(tar)})
    file = parse(f"thing-1.0.{ending}", "thing")
    assert isinstance(file, Distribution)
    answer = contents(ask(), file)
    assert isinstance(answer, SdistContents), answer
    assert answer.sources == (("C", 1),)


@pytest.mark.parametrize(
    ("filename", "route", "reason"),
    [
        (WHEEL, Route(200, THING), "does not list"),
        (SDIST, Route(404), "status 404"),
        (SDIST, Route(200, b""), "too early"),
        ("thing-1.0.tar.lz", Route(200, b""), "of a kind that is not read"),
        ("thing-1.0.tar.bz2", Route(200, b"no"), "not compressed as its name says"),
        (SDIST, Route(200, sdist("thing", "1.0", {"pyproject.toml": "["})), "pyproject.toml cannot be read"),
        (SDIST, Route(200, gzip.compress(bytes(10_240))), "neither setup.py nor pyproject.toml"),
        (SDIST, Route(200, sdist("thing", "1.0", {"thing.py": ""})), "neither setup.py nor pyproject.toml"),
    ],
)
def test_contents_that_cannot_be_known(server: Server, ask: Ask, filename: str, route: Route, reason: str) -> None:
    server.offer("thing", {filename: route})
    file = parse(filename, "thing")
    assert isinstance(file, Distribution)
    answer = contents(ask(), file)
    assert isinstance(answer, Unavailable)
    assert reason in answer.reason


def test_importing_is_cheap() -> None:
    script = (
        "import sys; import lint_alpine.wheels.index\n"
        "print(*sorted({'httpx', 'asyncio', 'ssl', 'zipfile', 'email'} & sys.modules.keys()))"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert answer.stdout.strip() == ""
