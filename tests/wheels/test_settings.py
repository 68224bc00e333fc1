import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lint_alpine.wheels import settings
from lint_alpine.wheels.settings import (
    IndexSettings,
    IndexSettingsError,
    configuration_files,
    find,
    known_index,
)
from lint_alpine.wheels.urls import same_index

ONE = "https://one.example/simple"
TWO = "https://two.example/simple"
THREE = "https://three.example/simple"


@pytest.fixture(autouse=True)
def _pip_constant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "default_index", lambda: "https://default.example/simple")


def found(
    tmp_path: Path, environment: dict[str, str], *texts: str, index_url: str | None = None, extra: tuple[str, ...] = ()
) -> IndexSettings:
    files = []
    for number, text in enumerate(texts):
        files.append(tmp_path / f"{number}.conf")
        files[-1].write_text(text)
    return find(index_url, extra, {"HOME": str(tmp_path), **environment}, files)


@pytest.mark.parametrize(
    ("environment", "texts", "urls"),
    [
        ({}, [], ["https://default.example/simple"]),
        ({"PIP_INDEX_URL": ONE}, [], [ONE]),
        ({"PIP_INDEX_URL": ""}, [], ["https://default.example/simple"]),
        ({"PIP_PYPI_URL": ONE}, [], [ONE]),
        ({"PIP_EXTRA_INDEX_URL": f"{ONE}\n {TWO}"}, [], ["https://default.example/simple", ONE, TWO]),
        ({}, [f"[global]\nindex-url = {ONE}"], [ONE]),
        ({}, [f"[global]\nindex_url: {ONE}"], [ONE]),
        ({}, [f"[global]\n--index-url = {ONE}"], [ONE]),
        ({}, [f"[global]\nindex-url =\n    {ONE}\nextra-index-url =\n    {TWO}\n    {THREE}"], [ONE, TWO, THREE]),
        ({}, [f"[global]\nindex-url = {ONE}\n[install]\nindex-url = {TWO}"], [TWO]),
        ({}, [f"[global]\nindex-url = {ONE}\n[freeze]\nindex-url = {TWO}"], [ONE]),
        ({}, [f"[global]\nindex-url = {ONE}", f"[global]\nindex-url = {TWO}"], [TWO]),
        ({}, [f"[install]\nindex-url = {ONE}", f"[global]\nindex-url = {TWO}"], [ONE]),
        ({}, [f"[global]\nindex-url = {ONE}", "[global]\nindex-url ="], [ONE]),
        ({"PIP_INDEX_URL": THREE}, [f"[install]\nindex-url = {ONE}"], [THREE]),
        ({"UV_INDEX_URL": ONE}, [], [ONE]),
        ({"UV_INDEX_URL": ONE, "UV_DEFAULT_INDEX": f"name={TWO}"}, [], [TWO]),
        ({"UV_INDEX_URL": ONE, "PIP_INDEX_URL": TWO}, [], [TWO]),
        ({"UV_INDEX_URL": ONE}, [f"[global]\nindex-url = {TWO}"], [TWO]),
        ({"UV_DEFAULT_INDEX": ONE, "UV_INDEX": f"a={TWO} {THREE}"}, [], [ONE, TWO, THREE]),
        ({"PIP_INDEX_URL": ONE, "UV_EXTRA_INDEX_URL": TWO}, [], [ONE]),
        ({"PIP_INDEX_URL": ONE, "PIP_EXTRA_INDEX_URL": f"{ONE} {TWO} {TWO}"}, [], [ONE, TWO]),
        ({}, [f"[global]\nextra-index-url = {ONE}?a=%(b)s"], ["https://default.example/simple", f"{ONE}?a=%(b)s"]),
        ({}, [f"\ufeff[global]\nindex-url = {ONE}"], [ONE]),
    ],
)
def test_index(tmp_path: Path, environment: dict[str, str], texts: list[str], urls: list[str]) -> None:
    assert list(found(tmp_path, environment, *texts).urls) == urls


@pytest.mark.parametrize(
    ("environment", "urls"),
    [
        (
            {"UV_INDEX_ONE_USERNAME": "me@home", "UV_INDEX_ONE_PASSWORD": "s:cret"},
            ["https://me%40home:s%3Acret@one.example/simple", TWO],
        ),
        ({"UV_INDEX_ONE_USERNAME": "me"}, ["https://me@one.example/simple", TWO]),
        ({"UV_INDEX_TWO_B_PASSWORD": "s"}, [ONE, "https://:s@two.example/simple"]),
        ({"UV_INDEX_OTHER_USERNAME": "me"}, [ONE, TWO]),
    ],
)
def test_uv_takes_credentials_of_a_named_index_from_variables(
    tmp_path: Path, environment: dict[str, str], urls: list[str]
) -> None:
    given = {"UV_DEFAULT_INDEX": f"one={ONE}", "UV_INDEX": f"two-b={TWO}", **environment}
    assert list(found(tmp_path, given).urls) == urls
    written = {"UV_DEFAULT_INDEX": f"one={ONE.replace('one.', 'own:word@one.')}", **environment}
    assert found(tmp_path, written).urls == (ONE.replace("one.", "own:word@one."),)


def test_given_index_takes_the_place_of_every_configured_one(tmp_path: Path) -> None:
    environment = {"PIP_INDEX_URL": TWO, "PIP_EXTRA_INDEX_URL": THREE}
    assert found(tmp_path, environment, index_url=ONE).urls == (ONE,)
    assert found(tmp_path, environment, extra=(ONE,)).urls == (TWO, ONE, THREE)
    assert found(tmp_path, environment, index_url=ONE, extra=(THREE,)).urls == (ONE, THREE)


def test_indexes_of_this_machine_are_not_asked_and_noted(tmp_path: Path) -> None:
    answer = found(tmp_path, {"PIP_EXTRA_INDEX_URL": f"file:///srv/simple {ONE} ftp://me:secret@old.example/x"})
    assert answer.urls == ("https://default.example/simple", ONE)
    assert [note.split("`")[1] for note in answer.notes] == ["file:///srv/simple", "ftp://old.example/x"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "index.example/simple",
        "file:///srv",
        "ftp://a.example",
        "https://",
        "http://a b",
        "http://a:port/",
        "http://[1",
    ],
)
def test_given_url_that_is_no_web_url(tmp_path: Path, url: str) -> None:
    with pytest.raises(IndexSettingsError, match="is not an http or https URL"):
        found(tmp_path, {}, index_url=url)
    with pytest.raises(IndexSettingsError, match="is not an http or https URL"):
        found(tmp_path, {}, extra=(url,))


def test_no_index_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IndexSettingsError, match="--index-url"):
        found(tmp_path, {"PIP_INDEX_URL": "file:///srv/simple"})
    monkeypatch.setattr(settings, "default_index", lambda: None)
    with pytest.raises(IndexSettingsError, match="--index-url"):
        found(tmp_path, {})


@pytest.mark.parametrize("text", ["index-url = https://me:secret@one.example", "[global\nx", "[global]\nno value"])
def test_broken_file_stops_without_telling_secrets(tmp_path: Path, text: str) -> None:
    with pytest.raises(IndexSettingsError, match=r"0\.conf cannot be read") as caught:
        found(tmp_path, {}, text)
    assert "secret" not in str(caught.value)


def test_credentials_are_not_shown(tmp_path: Path) -> None:
    answer = found(
        tmp_path, {"PIP_PROXY": "http://u:secret@proxy.example"}, index_url="https://me:secret@one.example/s"
    )
    assert answer.urls == ("https://me:secret@one.example/s",)
    assert answer.proxy == "http://u:secret@proxy.example"
    assert "secret" not in repr(answer)


@pytest.mark.parametrize(
    ("environment", "text", "certificates"),
    [
        ({}, "", None),
        ({"SSL_CERT_FILE": "a"}, "", "a"),
        ({"SSL_CERT_FILE": "a", "REQUESTS_CA_BUNDLE": "b"}, "", "b"),
        ({"REQUESTS_CA_BUNDLE": "b"}, "[global]\ncert = c", "c"),
        ({"REQUESTS_CA_BUNDLE": "b", "PIP_CERT": "d"}, "[global]\ncert = c", "d"),
    ],
)
def test_certificates(tmp_path: Path, environment: dict[str, str], text: str, certificates: str | None) -> None:
    for name in "abcd":
        (tmp_path / name).touch()
    placed = {name: str(tmp_path / value) for name, value in environment.items()}
    answer = found(tmp_path, placed, text.replace(" c", f" {tmp_path / 'c'}")).certificates
    assert (Path(answer.path).name if answer else None) == certificates


@pytest.mark.parametrize(
    ("value", "seconds"), [("5", 5.0), ("180", 15.0), ("0", 1.0), ("x", 15.0), ("nan", 1.0), ("inf", 15.0)]
)
def test_timeout_is_never_longer_than_the_default(tmp_path: Path, value: str, seconds: float) -> None:
    assert found(tmp_path, {"PIP_DEFAULT_TIMEOUT": value}).timeout == seconds
    assert found(tmp_path, {}, f"[global]\ntimeout = {value}").timeout == seconds


def test_trusted_hosts_and_netrc(tmp_path: Path) -> None:
    answer = found(tmp_path, {}, "[global]\ntrusted-host =\n  One.example\n  two.example:8443")
    assert answer.trusted_hosts == {"one.example", "two.example:8443"}
    assert answer.netrc is None
    (tmp_path / ".netrc").write_text("machine a login b password c")
    assert found(tmp_path, {}).netrc == tmp_path / ".netrc"
    assert found(tmp_path, {"NETRC": str(tmp_path / "absent")}).netrc is None


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="the places of configuration files differ by system")
def test_configuration_files_are_those_of_pip(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": "/etc/a:/etc/b"}
    site = Path(sys.prefix, "pip.conf")
    common = (Path("/etc/a/pip/pip.conf"), Path("/etc/b/pip/pip.conf"), Path("/etc/pip.conf"))
    user = (tmp_path / ".pip/pip.conf", tmp_path / ".config/pip/pip.conf")
    assert configuration_files(environment) == (*common, *user, site)
    named = tmp_path / "named.conf"
    assert configuration_files(environment | {"PIP_CONFIG_FILE": str(named)}) == (*common, *user, site, named)
    named.write_text("")
    assert configuration_files(environment | {"PIP_CONFIG_FILE": str(named)}) == (*common, site, named)
    assert configuration_files(environment | {"PIP_CONFIG_FILE": os.devnull}) == ()
    elsewhere = environment | {"XDG_CONFIG_HOME": str(tmp_path / "x")}
    assert configuration_files(elsewhere)[4] == tmp_path / "x/pip/pip.conf"


SOURCE = """
class PackageIndex: ...
Test = PackageIndex("https://test.example/", file_storage_domain="x")
PyPI = PackageIndex("https://index.example/", file_storage_domain="files.example")
"""


@pytest.mark.parametrize(
    ("source", "url"),
    [
        (SOURCE, "https://index.example/simple"),
        ("PyPI = PackageIndex('file:///x')", None),
        ("PyPI = PackageIndex(url)", None),
        ("PyPI = 1", None),
        ("PyPI = (", None),
        ("\0", None),
        ("", None),
    ],
)
def test_constant_is_read_from_source(source: str, url: str | None) -> None:
    assert settings._constant(source) == url


def test_bundled_wheel_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pip-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("pip/_internal/models/index.py", SOURCE)
    (tmp_path / "broken.whl").write_bytes(b"no zip")
    member = "pip/_internal/models/index.py"
    assert list(settings._zipped_text(tmp_path / "pip-1-py3-none-any.whl", member)) == [SOURCE]
    assert list(settings._zipped_text(tmp_path / "broken.whl", member)) == []
    assert list(settings._zipped_text(tmp_path / "absent.whl", member)) == []


def test_linted_folder_cannot_name_the_index(tmp_path: Path) -> None:
    """A file tree that looks like pip, in the current folder and first on the import path, is not read."""
    module = tmp_path / "pip/_internal/models/index.py"
    module.parent.mkdir(parents=True)
    module.write_text(SOURCE)
    script = "from lint_alpine.wheels.settings import default_index; print(default_index())"
    path = os.pathsep.join((str(tmp_path), str(Path(__file__).parents[2])))
    environment = {**os.environ, "PYTHONPATH": path}
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, check=True
    )
    assert b"index.example" not in answer.stdout


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://index.example/simple", "https://index.example/simple/", True),
        ("https://index.example/simple", "https://user:word@index.example/simple", True),
        ("https://index.example/simple", "HTTPS://Index.Example:443/simple//", True),
        ("http://index.example:80/simple", "http://index.example/simple", True),
        ("https://index.example", "https://index.example/", True),
        ("https://index.example/simple", "http://index.example/simple", False),
        ("https://index.example/simple", "https://index.example/Simple", False),
        ("https://index.example/simple", "https://index.example:8443/simple", False),
        ("https://index.example/simple", "https://index.example/simple/more", False),
        ("wheels/", "wheels", True),
        ("wheels", "https://index.example/wheels", False),
        ("http://[::1/", "https://index.example/", False),
    ],
)
def test_same_index(one: str, other: str, same: bool) -> None:
    assert same_index(one, other) is same
    assert same_index(other, one) is same


def test_pips_own_index_is_always_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is configured in its place stands for it."""
    monkeypatch.setattr(settings, "default_index", lambda: "https://own.example/simple")
    mirrors = ["https://mirror.example/simple", "https://extra.example/simple"]
    assert known_index("https://own.example/simple/", mirrors) == mirrors[0]
    assert known_index("https://user@mirror.example/simple/", mirrors) == mirrors[0]
    assert known_index("https://extra.example/simple/", mirrors) == mirrors[1]
    assert known_index("https://other.example/simple", mirrors) is None
    monkeypatch.setattr(settings, "default_index", lambda: None)
    assert known_index("https://own.example/simple", mirrors) is None
