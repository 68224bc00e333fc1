"""Which certificates are trusted and shown, as pip and uv are told; on the loopback interface only."""

import base64
import os
import ssl
from pathlib import Path

import pytest

from lint_alpine.wheels.certificates import Certificates
from lint_alpine.wheels.evidence import Offer, Unavailable
from lint_alpine.wheels.settings import IndexSettings, IndexSettingsError
from tests.loopback import Route, Server, ask, page, settings_of

pytestmark = pytest.mark.usefixtures("unconfigured")

# An elliptic-curve key and a certificate for 127.0.0.1, valid from 2020 to 2120, made for these tests.
KEY = """
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYPQ1fedDaOYLqa4JTKc2f8pLI+TwVejZ0qwJwbtCRNuhRANCAAQJ
F75RDmEek4W87AmWP0p7oBn+XKZpxjmIKklMdWfV7CJEcdAEoqlaZ1MG5aCBDt0DAsBy3FPSlRu+vbvw9KRZ
"""
CERTIFICATE = """
MIIBjDCCATGgAwIBAgIBATAKBggqhkjOPQQDAjATMREwDwYDVQQDDAhsb29wYmFjazAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEw
MTAwMDAwMFowEzERMA8GA1UEAwwIbG9vcGJhY2swWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQJF75RDmEek4W87AmWP0p7oBn+
XKZpxjmIKklMdWfV7CJEcdAEoqlaZ1MG5aCBDt0DAsBy3FPSlRu+vbvw9KRZo3QwcjAPBgNVHREECDAGhwR/AAABMA8GA1UdEwEB
/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgKEMB0GA1UdDgQWBBSyc0mWp+Nj5mUrKbkoZRbF8TcwgzAfBgNVHSMEGDAWgBSyc0mWp+Nj
5mUrKbkoZRbF8TcwgzAKBggqhkjOPQQDAgNJADBGAiEA3OECU36cVP1soy/DAlkxAstFrTJxO5vr1t7m7gfC1QECIQDgLCZNQ528
EaW4WHcQYwOJGbSAsYMQmU6XwusF27vnMw==
"""

# Another one, which signed nothing here; its key was thrown away.
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


class Files:
    """A certificate for 127.0.0.1 with its key: alone, together, and in a folder as OpenSSL looks it up."""

    def __init__(self, folder: Path) -> None:
        # The label is put together here so that nothing takes this file for one with a secret.
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


def found(settings: IndexSettings, folder: Path) -> Offer | Unavailable:
    return ask(settings, folder, "thing")["thing"]


def refusal(settings: IndexSettings, folder: Path) -> str:
    answer = found(settings, folder)
    assert isinstance(answer, Unavailable), answer
    return answer.reason


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
    answer = found(settings_of(tmp_path, server.url, configuration.format(**words), **given), tmp_path)
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
    reason = refusal(settings_of(tmp_path, server.url, **{name: str(path)}), tmp_path)
    assert reason == f"the certificates in {path}, which `{name}` names, cannot be read"


@pytest.mark.parametrize("verified", [True, False])
def test_client_certificate(server: Server, files: Files, tmp_path: Path, verified: bool) -> None:
    files.secure(server, client=True)
    server.html("thing")
    trust = {"PIP_CERT": str(files.certificate)} if verified else {"PIP_TRUSTED_HOST": "127.0.0.1"}
    assert isinstance(found(settings_of(tmp_path, server.url, **trust), tmp_path), Unavailable)
    settings = settings_of(tmp_path, server.url, **trust, PIP_CLIENT_CERT=str(files.both))
    assert isinstance(found(settings, tmp_path), Offer)


def test_client_certificate_is_shown_to_indexes_alone(
    server: Server, other: Server, files: Files, tmp_path: Path
) -> None:
    """Like a password, it is nothing that another host should see."""
    files.secure(server, client=True)
    files.secure(other, client=True)
    server.routes["/simple/thing/"] = Route(302, headers={"Location": f"https://{other.host}/x"})
    other.routes["/x"] = page("thing-1.0.tar.gz")
    words = {"PIP_CERT": str(files.certificate), "PIP_CLIENT_CERT": str(files.both)}
    refusal(settings_of(tmp_path, server.url, **words), tmp_path)
    assert other.asked == []


def trusting(url: str, path: Path) -> IndexSettings:
    return IndexSettings((url,), certificates=Certificates.at(str(path), "`PIP_CERT`"))


def test_certificate_must_be_trusted(server: Server, files: Files, tmp_path: Path) -> None:
    files.secure(server)
    server.html("thing")
    assert refusal(IndexSettings((server.url,)), tmp_path) == f"{server.host} shows a certificate that is not trusted"
    assert isinstance(found(trusting(server.url, files.certificate), tmp_path), Offer)


@pytest.mark.parametrize("port", [True, False])
def test_trusted_host(server: Server, files: Files, tmp_path: Path, port: bool) -> None:
    files.secure(server)
    server.html("thing")
    host = server.host if port else "127.0.0.1"
    assert isinstance(found(IndexSettings((server.url,), trusted_hosts=frozenset({host})), tmp_path), Offer)


def test_other_trusted_host(server: Server, files: Files, tmp_path: Path) -> None:
    files.secure(server)
    hosts = frozenset({"127.0.0.1:1", "a.example"})
    assert "not trusted" in refusal(IndexSettings((server.url,), trusted_hosts=hosts), tmp_path)


def test_redirect_from_https_to_http_is_refused(server: Server, other: Server, files: Files, tmp_path: Path) -> None:
    files.secure(server)
    server.routes["/simple/thing/"] = Route(302, headers={"Location": f"http://{other.host}/"})
    reason = refusal(trusting(server.url, files.certificate), tmp_path)
    assert reason == f"{server.host} redirects from https to http"
    assert other.asked == []


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_read(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_text(content)
    reason = refusal(trusting("https://127.0.0.1:1/", path), tmp_path)
    assert reason == f"the certificates in {path}, which `PIP_CERT` names, cannot be read"
