"""Credentials of an index that the keyring knows; on the loopback interface, with keyrings made for these tests."""

import base64
import os
import sys
import time
from pathlib import Path

import pytest

from lint_alpine.wheels import credentials
from lint_alpine.wheels.credentials import KeyringProvider, from_keyring
from lint_alpine.wheels.evidence import Offer, Unavailable
from lint_alpine.wheels.settings import IndexSettings, find
from tests.loopback import Handler, Route, Server, ask, page

# Like `keyring --mode=creds --output=json get SERVICE [USER]`; writes down what it is asked.
KEYRING = """
import json, os, sys
with open(os.environ["KEYRING_LOG"], "a") as log:
    print(*sys.argv[1:], file=log)
mode, output, get, service, *user = sys.argv[1:]
assert (mode, output, get) == ("--mode=creds", "--output=json", "get")
known = json.loads(os.environ["KEYRING_KNOWS"])
name, password = known.get(" ".join([service, *user]), (None, None))
if name is None:
    sys.exit(1)
print(json.dumps({"username": name, "password": password}))
"""


class Keyring:
    """A module `keyring` and a program of that name, which know what `knows` says."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._patch = monkeypatch
        self._log = folder / "asked.txt"
        monkeypatch.setenv("KEYRING_LOG", str(self._log))
        monkeypatch.setenv("PYTHONPATH", str(folder / "modules"))
        monkeypatch.setenv("PATH", str(folder / "programs"))
        self.code(KEYRING)
        self.knows({})

    def code(self, text: str) -> None:
        module, program = self.folder / "modules/keyring", self.folder / "programs/keyring"
        for folder in (module, program.parent):
            folder.mkdir(parents=True, exist_ok=True)
        (module / "__init__.py").write_text("")
        (module / "__main__.py").write_text(text)
        program.write_text(f"#!{sys.executable}\n{text}")
        program.chmod(0o755)

    def knows(self, credentials: dict[str, tuple[str, str]]) -> None:
        import json

        self._patch.setenv("KEYRING_KNOWS", json.dumps(credentials))

    @property
    def asked(self) -> list[str]:
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return [line.removeprefix("--mode=creds --output=json get ") for line in lines]


@pytest.fixture(name="keyring")
def _keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keyring:
    return Keyring(tmp_path / "keyring", monkeypatch)


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def guard(server: Server, *names: str, user: str = "me", password: str = "s3cret") -> None:
    def guarded(handler: Handler) -> None:
        right = handler.headers["Authorization"] == basic(user, password)
        (page("thing-1.0.tar.gz") if right else Route(401, b"who?")).send(handler, None, None)

    for name in names or ("thing",):
        server.routes[f"/simple/{name}/"] = guarded


def found(
    folder: Path, url: str, *names: str, keyring: KeyringProvider = KeyringProvider.AUTO
) -> dict[str, Offer | Unavailable]:
    return ask(IndexSettings((url,), keyring=keyring), folder, *names or ("thing",))


@pytest.mark.parametrize("provider", [KeyringProvider.AUTO, KeyringProvider.IMPORT, KeyringProvider.SUBPROCESS])
@pytest.mark.parametrize("service", ["{url} ", "{host} "])
def test_keyring_is_asked_for_the_index_then_for_its_host(
    server: Server, keyring: Keyring, tmp_path: Path, provider: KeyringProvider, service: str
) -> None:
    guard(server)
    keyring.knows({service.format(url=server.url, host=server.host).strip(): ("me", "s3cret")})
    answers = found(tmp_path, server.url.rstrip("/"), keyring=provider)
    assert isinstance(answers["thing"], Offer)
    assert keyring.asked == [server.url, server.host][: 1 if "url" in service else 2]
    assert server.authorizations() == [None, basic("me", "s3cret")]
    kept = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*.json"))
    assert b"thing-1.0.tar.gz" in kept
    assert b"s3cret" not in kept


def test_user_of_the_url_is_told_to_the_keyring(server: Server, keyring: Keyring, tmp_path: Path) -> None:
    guard(server, user="you@home")
    keyring.knows({f"{server.url} you@home": ("you@home", "s3cret")})
    url = server.url.replace("http://", "http://you%40home@")
    assert isinstance(found(tmp_path, url)["thing"], Offer)
    assert keyring.asked == [f"{server.url} you@home"]


def test_keyring_is_asked_once_an_index(server: Server, keyring: Keyring, tmp_path: Path) -> None:
    names = tuple(f"p{number}" for number in range(20))
    guard(server, *names)
    keyring.knows({server.url: ("me", "s3cret")})
    answers = found(tmp_path, server.url, *names)
    assert all(isinstance(each, Offer) for each in answers.values())
    assert keyring.asked == [server.url]


def test_nothing_in_the_keyring(server: Server, keyring: Keyring, tmp_path: Path) -> None:
    guard(server, "thing", "other")
    answers = found(tmp_path, server.url, "thing", "other")
    reason = f"{server.host} answered with status 401: it wants credentials, or others"
    assert list(answers.values()) == [Unavailable("thing", reason), Unavailable("other", reason)]
    assert keyring.asked == [server.url, server.host]


def test_wrong_password_in_the_keyring(server: Server, keyring: Keyring, tmp_path: Path) -> None:
    guard(server)
    keyring.knows({server.url: ("me", "wrong")})
    answer = found(tmp_path, server.url)["thing"]
    assert isinstance(answer, Unavailable)
    assert "status 401" in answer.reason
    assert len(server.asked) == 2


@pytest.mark.parametrize("url", ["http://me:wrong@{host}/simple/", "http://me:s3cret@{host}/simple/"])
def test_keyring_is_left_alone_where_the_url_has_both(
    server: Server, keyring: Keyring, tmp_path: Path, url: str
) -> None:
    guard(server)
    found(tmp_path, url.format(host=server.host))
    assert keyring.asked == []


def test_keyring_is_left_alone_where_the_index_is_open(server: Server, keyring: Keyring, tmp_path: Path) -> None:
    server.html("thing")
    found(tmp_path, server.url)
    server.routes["/simple/forbidden/"] = Route(403)
    found(tmp_path, server.url, "forbidden")
    assert keyring.asked == []


def test_disabled(server: Server, keyring: Keyring, tmp_path: Path) -> None:
    guard(server)
    keyring.knows({server.url: ("me", "s3cret")})
    assert isinstance(found(tmp_path, server.url, keyring=KeyringProvider.DISABLED)["thing"], Unavailable)
    assert keyring.asked == []


def test_credentials_are_not_for_another_host(server: Server, other: Server, keyring: Keyring, tmp_path: Path) -> None:
    """Neither sent along with a redirect, nor asked of the keyring for a host that is no index."""
    guard(other)
    other.routes["/x"] = other.routes["/simple/thing/"]
    server.routes["/simple/thing/"] = Route(302, headers={"Location": f"http://{other.host}/x"})
    keyring.knows({server.url: ("me", "s3cret"), other.url: ("me", "s3cret"), other.host: ("me", "s3cret")})
    answer = found(tmp_path, server.url)["thing"]
    assert isinstance(answer, Unavailable)
    assert answer.reason.startswith(f"{other.host} answered with status 401")
    assert keyring.asked == []
    assert {*server.authorizations(), *other.authorizations()} == {None}


def test_credentials_of_the_keyring_are_dropped_on_redirects(
    server: Server, other: Server, keyring: Keyring, tmp_path: Path
) -> None:
    def guarded(handler: Handler) -> None:
        moved = Route(302, headers={"Location": f"http://{other.host}/x"})
        right = handler.headers["Authorization"] == basic("me", "s3cret")
        (moved if right else Route(401)).send(handler, None, None)

    server.routes["/simple/thing/"] = guarded
    other.routes["/x"] = page("thing-1.0.tar.gz")
    keyring.knows({server.url: ("me", "s3cret")})
    assert isinstance(found(tmp_path, server.url)["thing"], Offer)
    assert other.authorizations() == [None]


BROKEN = [
    "raise SystemExit(3)",
    "raise Exception('no backend')",
    "print('no JSON')",
    "print('[]')",
    'print(\'{"username": 1, "password": 2}\')',
    "import sys; sys.stdout.buffer.write(b'\\xff')",
    "import sys; print('usage: unrecognized arguments: --mode=creds', file=sys.stderr); sys.exit(2)",
    "import time; time.sleep(30)",
]


@pytest.mark.parametrize("provider", [KeyringProvider.IMPORT, KeyringProvider.SUBPROCESS])
@pytest.mark.parametrize("code", BROKEN)
def test_keyring_that_fails_has_none(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch, code: str, provider: KeyringProvider
) -> None:
    monkeypatch.setattr(credentials, "_PATIENCE", 1.0)
    keyring.code(code)
    start = time.monotonic()
    assert from_keyring(provider, ["https://index.example/simple/"], None) is None
    assert time.monotonic() - start < 20


def test_no_keyring_at_all(keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setenv("PATH", str(keyring.folder))
    for provider in KeyringProvider:
        assert from_keyring(provider, ["https://index.example/simple/"], None) is None


def test_linted_folder_cannot_bring_a_keyring(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The current folder may be that of the judged project, and nothing of it is ever executed."""
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setenv("PATH", os.pathsep.join((".", "programs")))
    keyring.knows({"https://index.example/simple/": ("me", "s3cret")})
    for folder in ("modules", "programs", "."):
        monkeypatch.chdir(keyring.folder / folder)
        for provider in KeyringProvider:
            assert from_keyring(provider, ["https://index.example/simple/"], None) is None
    assert keyring.asked == []


PROVIDERS = [
    ({}, "", KeyringProvider.AUTO),
    ({"PIP_KEYRING_PROVIDER": "subprocess"}, "", KeyringProvider.SUBPROCESS),
    ({"UV_KEYRING_PROVIDER": "subprocess"}, "", KeyringProvider.SUBPROCESS),
    ({"UV_KEYRING_PROVIDER": "disabled"}, "", KeyringProvider.DISABLED),
    ({"PIP_KEYRING_PROVIDER": "import", "UV_KEYRING_PROVIDER": "subprocess"}, "", KeyringProvider.IMPORT),
    ({}, "[global]\nkeyring-provider = disabled\n", KeyringProvider.DISABLED),
    ({"PIP_KEYRING_PROVIDER": "nonsense"}, "", KeyringProvider.DISABLED),
    # pip does not ask a keyring that might ask back, unless it is told to.
    ({"PIP_NO_INPUT": "1"}, "", KeyringProvider.DISABLED),
    ({"PIP_NO_INPUT": "0"}, "", KeyringProvider.AUTO),
    ({"PIP_NO_INPUT": "1", "PIP_KEYRING_PROVIDER": "auto"}, "", KeyringProvider.DISABLED),
    ({"PIP_NO_INPUT": "1", "PIP_KEYRING_PROVIDER": "import"}, "", KeyringProvider.IMPORT),
]


@pytest.mark.parametrize(("environment", "configuration", "provider"), PROVIDERS, ids=range(len(PROVIDERS)))
def test_which_keyring_is_asked(
    tmp_path: Path, environment: dict[str, str], configuration: str, provider: KeyringProvider
) -> None:
    (tmp_path / "pip.conf").write_text(configuration)
    found = find("https://index.example/simple", (), {"HOME": str(tmp_path), **environment}, [tmp_path / "pip.conf"])
    assert found.keyring is provider
