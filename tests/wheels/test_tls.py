"""Which certificates are trusted and shown, as pip and uv are told; on the loopback interface only."""

import base64
import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from lint_alpine.wheels.cache import DiskCache
from lint_alpine.wheels.evidence import Offer, Unavailable
from lint_alpine.wheels.index import PackageIndex
from lint_alpine.wheels.settings import IndexSettings, IndexSettingsError, find
from lint_alpine.wheels.transport import Bounds
from tests.loopback import HTML, Route, Server, serving
from tests.wheels.test_index import CERTIFICATE, KEY

# Made for these tests; its key was thrown away.
OTHER = """
MIIBeDCCAR2gAwIBAgIUGJoTh/C112Oed4o61d36fCuV6DgwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFb3RoZXIwIBcNMjYxMTIxMDUzMzI0WhgPMjEyNjEwMjgwNTMz
MjRaMBAxDjAMBgNVBAMMBW90aGVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
V/IiXprh3cCyYPGnDzE8mCSs2b5Qqe+wetiwts7L15yIv3mnXgs5MAeOVmb4JCde
OQAySnKCXRNSJd8qDVDyX6NTMFEwHQYDVR0OBBYEFBbgQmC8jzEG3RlXbr2GS0A8
5jdjMB8GA1UdIwQYMBaAFBbgQmC8jzEG3RlXbr2GS0A85jdjMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAP81VqDcyZZkKQafJTcXnXldfRxVVfuj
CdIFB732hy66AiEA0iMlCKtfuCNabI4sYKxBS3D9MSxj+KvZp3Oq61DNDG0=
"""


@pytest.fixture(autouse=True)
def _nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("PIP_", "UV_", "SSL_CERT_")) or "_CA_BUNDLE" in name:
            monkeypatch.delenv(name)


@pytest.fixture(name="server")
def _server() -> Iterator[Server]:
    yield from serving()


@pytest.fixture(name="other")
def _other() -> Iterator[Server]:
    yield from serving()


class Files:
    """A certificate for 127.0.0.1 with its key: alone, together, and in a folder as OpenSSL looks it up."""

    def __init__(self, folder: Path) -> None:
        label = "PRIVATE" + " KEY"
        text = ssl.DER_cert_to_PEM_cert(base64.b64decode(CERTIFICATE))
        key = f"-----BEGIN {label}-----{KEY}-----END {label}-----\n"
        self.certificate, self.key, self.both = folder / "certificate.pem", folder / "key.pem", folder / "both.pem"
        self.certificate.write_text(text)
        self.key.write_text(key)
        self.both.write_text(text + key)
        self.folder = folder / "trusted"
        self.folder.mkdir()
        (self.folder / "2101a20a.0").write_text(text)
        (folder / "empty").mkdir()

    def secure(self, server: Server, *, client: bool = False) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        if client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.scheme = "https"


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def ask(folder: Path, settings: IndexSettings) -> Offer | Unavailable:
    with PackageIndex(settings, DiskCache(folder / "cache"), bounds=Bounds(request=5)) as index:
        return index.offers(["thing"])["thing"]


def settings_of(folder: Path, url: str, text: str = "", **environment: str) -> IndexSettings:
    (folder / "pip.conf").write_text(text)
    return find(url, (), {"HOME": str(folder), **environment}, [folder / "pip.conf"])


TRUST = [
    ({}, "", False),
    ({"PIP_CERT": "{certificate}"}, "", True),
    ({}, "[global]\ncert = {certificate}\n", True),
    ({}, "[install]\ncert = {folder}\n", True),
    ({"REQUESTS_CA_BUNDLE": "{certificate}"}, "", True),
    ({"REQUESTS_CA_BUNDLE": "{folder}"}, "", True),
    ({"CURL_CA_BUNDLE": "{certificate}"}, "", True),
    ({"SSL_CERT_FILE": "{certificate}"}, "", True),
    ({"SSL_CERT_DIR": "{folder}"}, "", True),
    ({"SSL_CERT_DIR": "{empty}" + os.pathsep + "{folder}"}, "", True),
    ({"SSL_CERT_DIR": "{empty}"}, "", False),
    # OpenSSL heeds both of its variables.
    ({"SSL_CERT_FILE": "{certificate}", "SSL_CERT_DIR": "{empty}"}, "", True),
    ({"SSL_CERT_FILE": "{other}", "SSL_CERT_DIR": "{folder}"}, "", True),
    # pip's own setting comes first, then those of its HTTP library.
    ({"PIP_CERT": "{other}", "REQUESTS_CA_BUNDLE": "{certificate}"}, "", False),
    ({"REQUESTS_CA_BUNDLE": "{other}", "SSL_CERT_FILE": "{certificate}"}, "", False),
    ({"PIP_TRUSTED_HOST": "127.0.0.1"}, "", True),
    ({"UV_INSECURE_HOST": "index.example 127.0.0.1"}, "", True),
    ({"UV_INSECURE_HOST": "https://127.0.0.1:{port}"}, "", True),
    ({"PIP_TRUSTED_HOST": "index.example"}, "", False),
]


@pytest.mark.parametrize(("environment", "configuration", "trusted"), TRUST, ids=range(len(TRUST)))
def test_what_is_trusted(
    server: Server, files: Files, tmp_path: Path, environment: dict[str, str], configuration: str, trusted: bool
) -> None:
    # Another certificate, which signed nothing here.
    (tmp_path / "other.pem").write_text(ssl.DER_cert_to_PEM_cert(base64.b64decode(OTHER)))
    files.secure(server)
    server.html("thing")
    words = {
        "certificate": files.certificate,
        "folder": files.folder,
        "empty": tmp_path / "empty",
        "other": tmp_path / "other.pem",
        "port": server.server_address[1],
    }
    given = {name: value.format(**words) for name, value in environment.items()}
    answer = ask(tmp_path, settings_of(tmp_path, server.url, configuration.format(**words), **given))
    if trusted:
        assert isinstance(answer, Offer), answer
    else:
        assert answer == Unavailable("thing", f"{server.host} shows a certificate that is not trusted")


ABSENT = [
    ({"PIP_CERT": "{absent}"}, "", "`PIP_CERT`"),
    ({}, "[global]\ncert = {absent}\n", "`cert` in pip's configuration"),
    ({"REQUESTS_CA_BUNDLE": "{absent}"}, "", "`REQUESTS_CA_BUNDLE`"),
    ({"CURL_CA_BUNDLE": "{absent}"}, "", "`CURL_CA_BUNDLE`"),
    ({"SSL_CERT_FILE": "{absent}"}, "", "`SSL_CERT_FILE`"),
    ({"SSL_CERT_DIR": "{absent}"}, "", "`SSL_CERT_DIR`"),
    ({"PIP_CLIENT_CERT": "{absent}"}, "", "`PIP_CLIENT_CERT`"),
    ({}, "[global]\nclient-cert = {absent}\n", "`client-cert` in pip's configuration"),
]


@pytest.mark.parametrize(("environment", "configuration", "setting"), ABSENT, ids=range(len(ABSENT)))
def test_file_that_is_not_there(tmp_path: Path, environment: dict[str, str], configuration: str, setting: str) -> None:
    absent = tmp_path / "absent.pem"
    given = {name: value.format(absent=absent) for name, value in environment.items()}
    with pytest.raises(IndexSettingsError) as caught:
        settings_of(tmp_path, "https://index.example/simple", configuration.format(absent=absent), **given)
    assert str(caught.value) == f"there is no {absent}, which {setting} names"
    # Without TLS nobody looks at it, nor does pip.
    settings_of(tmp_path, "http://index.example/simple", configuration.format(absent=absent), **given)


@pytest.mark.parametrize("name", ["PIP_CERT", "SSL_CERT_FILE", "PIP_CLIENT_CERT"])
def test_file_that_holds_no_certificate(server: Server, files: Files, tmp_path: Path, name: str) -> None:
    files.secure(server)
    path = tmp_path / "broken.pem"
    path.write_text("no certificate")
    answer = ask(tmp_path, settings_of(tmp_path, server.url, **{name: str(path)}))
    assert isinstance(answer, Unavailable)
    assert answer.reason == f"the certificates in {path}, which `{name}` names, cannot be read"


@pytest.mark.parametrize("verified", [True, False])
def test_client_certificate(server: Server, files: Files, tmp_path: Path, verified: bool) -> None:
    files.secure(server, client=True)
    server.html("thing")
    trust = {"PIP_CERT": str(files.certificate)} if verified else {"PIP_TRUSTED_HOST": "127.0.0.1"}
    assert isinstance(ask(tmp_path, settings_of(tmp_path, server.url, **trust)), Unavailable)
    settings = settings_of(tmp_path, server.url, **trust, PIP_CLIENT_CERT=str(files.both))
    assert isinstance(ask(tmp_path, settings), Offer)


def test_client_certificate_is_shown_to_indexes_alone(
    server: Server, other: Server, files: Files, tmp_path: Path
) -> None:
    """Like a password, it is nothing that another host should see."""
    files.secure(server, client=True)
    files.secure(other, client=True)
    server.routes["/simple/thing/"] = Route(302, headers={"Location": f"https://{other.host}/x"})
    other.routes["/x"] = Route(200, b"<a href=thing-1.0.tar.gz>", {"Content-Type": HTML})
    words = {"PIP_CERT": str(files.certificate), "PIP_CLIENT_CERT": str(files.both)}
    answer = ask(tmp_path, settings_of(tmp_path, server.url, **words))
    assert isinstance(answer, Unavailable)
    assert other.asked == []
