"""Through which proxy an index is asked, as pip is told; on the loopback interface only."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lint_alpine.wheels.evidence import Offer, Unavailable
from tests.loopback import Handler, Route, Server, ask, page, serving, settings_of

INDEX = "http://index.example/simple/thing/"


@pytest.fixture(name="proxy")
def _proxy(unconfigured: None) -> Iterator[Server]:
    """Answers in the place of an index that is not there."""
    for server in serving():
        server.routes[INDEX] = page("thing-1.0.tar.gz")
        yield server


def found(
    folder: Path, url: str, monkeypatch: pytest.MonkeyPatch, text: str = "", **environment: str
) -> Offer | Unavailable:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return ask(settings_of(folder, url, text, **environment), folder, "thing")["thing"]


USED = [
    ({"HTTP_PROXY": "http://{proxy}"}, ""),
    ({"http_proxy": "http://{proxy}"}, ""),
    ({"http_proxy": "{proxy}"}, ""),
    ({"ALL_PROXY": "http://{proxy}"}, ""),
    ({"PIP_PROXY": "http://{proxy}"}, ""),
    ({"PIP_PROXY": "{proxy}"}, ""),
    ({}, "[global]\nproxy = http://{proxy}\n"),
    ({"HTTP_PROXY": "http://{proxy}", "NO_PROXY": "other.example"}, ""),
    # pip's own setting counts whatever the environment says.
    ({"PIP_PROXY": "http://{proxy}", "NO_PROXY": "*"}, ""),
    ({"PIP_PROXY": "http://{proxy}", "HTTP_PROXY": "http://127.0.0.1:1"}, ""),
]


@pytest.mark.parametrize(("environment", "text"), USED, ids=range(len(USED)))
def test_proxy_is_asked(
    proxy: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], text: str
) -> None:
    given = {name: value.format(proxy=proxy.host) for name, value in environment.items()}
    answer = found(tmp_path, "http://index.example/simple", monkeypatch, text.format(proxy=proxy.host), **given)
    assert isinstance(answer, Offer), answer
    assert proxy.paths() == [INDEX]


PASSED = [
    {"HTTP_PROXY": "http://{proxy}", "NO_PROXY": "*"},
    {"HTTP_PROXY": "http://{proxy}", "NO_PROXY": "index.example,127.0.0.1"},
    {"HTTP_PROXY": "http://{proxy}", "no_proxy": "127.0.0.1:{port}, a.example"},
    {"HTTP_PROXY": "http://{proxy}", "no_proxy": "127.0.0.0/8"},
    {"HTTP_PROXY": "http://{proxy}", "PIP_NO_PROXY_ENV": "1"},
    {"HTTPS_PROXY": "http://{proxy}"},
]


@pytest.mark.parametrize("environment", PASSED, ids=range(len(PASSED)))
def test_proxy_is_passed_over(
    proxy: Server, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    server.html("thing")
    words = {"proxy": proxy.host, "port": server.server_address[1]}
    given = {name: value.format(**words) for name, value in environment.items()}
    assert isinstance(found(tmp_path, server.url, monkeypatch, **given), Offer)
    assert proxy.asked == []


def test_each_host_has_its_own_proxy(
    proxy: Server, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a redirect too: a host of NO_PROXY is asked directly."""
    proxy.routes[INDEX] = Route(302, headers={"Location": f"{server.url}thing/"})
    server.html("thing", "thing-1.0.tar.gz")
    given = {"HTTP_PROXY": f"http://{proxy.host}", "NO_PROXY": "127.0.0.1"}
    answer = found(tmp_path, "http://index.example/simple", monkeypatch, **given)
    assert isinstance(answer, Offer)
    assert (proxy.paths(), server.paths()) == ([INDEX], ["/simple/thing/"])


def test_password_of_the_proxy_is_for_the_proxy(
    proxy: Server, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://me:s3cret@{proxy.host}"
    found(tmp_path, "http://index.example/simple", monkeypatch, HTTP_PROXY=url, NO_PROXY="127.0.0.1")
    assert proxy.asked[0][1]["proxy-authorization"] == "Basic bWU6czNjcmV0"
    server.html("thing")
    found(tmp_path, server.url, monkeypatch)
    assert "proxy-authorization" not in server.asked[0][1]


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "PIP_PROXY", "ALL_PROXY"])
def test_tunnel_for_https(proxy: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """The password of the index is not told to the proxy."""
    asked: list[tuple[str, dict[str, str]]] = []

    def refuse(handler: Handler) -> None:
        asked.append((handler.path, {name.lower(): value for name, value in handler.headers.items()}))
        handler.send_error(403)

    monkeypatch.setattr(Handler, "do_CONNECT", refuse, raising=False)
    url = f"http://me:s3cret@{proxy.host}"
    answer = found(tmp_path, "https://you:hidden@index.example/simple", monkeypatch, **{variable: url})
    assert answer == Unavailable("thing", "the proxy does not let index.example be reached")
    ((path, headers),) = asked
    assert (path, headers["proxy-authorization"]) == ("index.example:443", "Basic bWU6czNjcmV0")
    assert "authorization" not in headers


@pytest.mark.parametrize(
    "proxy_url", ["socks5://me:s3cret@127.0.0.1:1", "nonsense://x", "http://me:s3cret@127.0.0.1:1"]
)
@pytest.mark.parametrize("variable", ["PIP_PROXY", "ALL_PROXY"])
def test_proxy_that_cannot_be_used(
    unconfigured: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxy_url: str, variable: str
) -> None:
    answer = found(tmp_path, "http://index.example/simple", monkeypatch, **{variable: proxy_url})
    assert isinstance(answer, Unavailable)
    assert "proxy" in answer.reason
    assert "s3cret" not in answer.reason
