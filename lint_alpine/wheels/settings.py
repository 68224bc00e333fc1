"""Which package index is asked, and how: as the caller says, else pip's configuration, uv's, or pip's constant."""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from lint_alpine.errors import UserError
from lint_alpine.wheels.certificates import Certificates, client_certificate, trusted
from lint_alpine.wheels.credentials import KeyringProvider
from lint_alpine.wheels.urls import is_web_url, same_index, without_credentials

_SILENCE = 15.0
"""pip's default for --timeout: the seconds that a server may stay silent."""


class IndexSettingsError(UserError):
    """No index can be asked: a URL or a configuration file is wrong, or none is known."""


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Where and how the index is asked.

    `urls` are the index and the extra indexes (pip merges what all of them offer); they may hold credentials.
    `certificates` are what to trust, `client_certificate` what to show, with its key; `trusted_hosts` (`host`,
    `host:port`) are not verified; `timeout` is how many seconds a server may stay silent; `proxy` is asked for all
    (empty: for none), None: as the variables of the environment say; `notes` are for people.
    """

    urls: tuple[str, ...] = field(repr=False)
    certificates: Certificates | None = None
    client_certificate: Certificates | None = None
    trusted_hosts: frozenset[str] = frozenset()
    timeout: float = _SILENCE
    proxy: str | None = field(default=None, repr=False)
    netrc: Path | None = None
    keyring: KeyringProvider = KeyringProvider.AUTO
    notes: tuple[str, ...] = ()


def find(
    index_url: str | None = None,
    extra_index_urls: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    files: Sequence[Path] | None = None,
) -> IndexSettings:
    """The settings for this run; with `index_url` only the URLs given here are asked, whatever pip is configured to.

    `environment` and `files` (pip's configuration files; the last wins) are by default those of the running process.
    Raises IndexSettingsError.
    """
    environment = os.environ if environment is None else environment
    options = _pip_options(environment, configuration_files(environment) if files is None else files)
    for url in (*([] if index_url is None else [index_url]), *extra_index_urls):
        if not is_web_url(url):
            raise IndexSettingsError(f"the index URL `{without_credentials(url)}` is not an http or https URL")
    if index_url is None:
        first, extras = _configured_index(options, environment), _configured_extras(options, environment)
    else:
        first, extras = index_url, ()
    if first is None:
        raise IndexSettingsError("no package index is known; name one with --index-url")
    urls = dict.fromkeys((first, *extra_index_urls, *extras))
    foreign = [without_credentials(url) for url in urls if not is_web_url(url)]
    web = tuple(url for url in urls if is_web_url(url))
    if not web:
        raise IndexSettingsError("pip's configuration names no http or https index; name one with --index-url")
    certificates, shown = trusted(options, environment), client_certificate(options, environment)
    for each in (certificates, shown):
        if each is not None and each.missing and any(url.lower().startswith("https:") for url in web):
            raise IndexSettingsError(f"there is no {each.path}, which {each.setting} names")
    insecure = map(_host, environment.get("UV_INSECURE_HOST", "").split())
    return IndexSettings(
        urls=web,
        certificates=certificates,
        client_certificate=shown,
        trusted_hosts=frozenset((*options.get("trusted-host", "").lower().split(), *insecure)),
        timeout=_seconds(options.get("timeout") or options.get("default-timeout")),
        proxy=options.get("proxy", "" if options.get("no-proxy-env", "").lower() in _TRUE else None),
        netrc=_netrc(environment),
        keyring=_keyring(options, environment),
        notes=tuple(f"the index `{url}` is not asked: only http and https are" for url in foreign),
    )


_TRUE = frozenset({"y", "yes", "t", "true", "on", "1"})


def _host(text: str) -> str:
    """uv takes a host, one with a port, or a URL."""
    return text.lower().rpartition("://")[2].rstrip("/")


def _keyring(options: Mapping[str, str], environment: Mapping[str, str]) -> KeyringProvider:
    named = options.get("keyring-provider") or environment.get("UV_KEYRING_PROVIDER") or KeyringProvider.AUTO
    provider = next((each for each in KeyringProvider if each == named), KeyringProvider.DISABLED)
    silent = options.get("no-input", "").lower() in _TRUE
    return KeyringProvider.DISABLED if silent and provider is KeyringProvider.AUTO else provider


def _first(environment: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((environment[name] for name in names if environment.get(name)), None)


def _seconds(value: str | None) -> float:
    """pip's timeout, as far as it is shorter: a linter does not wait longer than pip's default."""
    try:
        return min(_SILENCE, max(1.0, float(value or _SILENCE)))
    except ValueError:
        return _SILENCE


def _configured_index(options: Mapping[str, str], environment: Mapping[str, str]) -> str | None:
    url = options.get("index-url") or options.get("pypi-url")
    if url is None and (named := _first(environment, ("UV_DEFAULT_INDEX", "UV_INDEX_URL"))):
        url = _uv_url(named, environment)
    return url or default_index()


def _configured_extras(options: Mapping[str, str], environment: Mapping[str, str]) -> tuple[str, ...]:
    if "extra-index-url" in options or "index-url" in options:
        return tuple(options.get("extra-index-url", "").split())
    return tuple(
        _uv_url(word, environment)
        for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL")
        for word in environment.get(name, "").split()
    )


def _uv_url(value: str, environment: Mapping[str, str]) -> str:
    """uv lets an index have a name, `name=https://index.example/simple`, by which variables give its credentials."""
    from urllib.parse import quote

    name, equals, url = value.strip().partition("=")
    if not equals or "/" in name:
        return value.strip()
    variable = f"UV_INDEX_{re.sub('[^A-Za-z0-9]', '_', name).upper()}"
    user, password = environment.get(f"{variable}_USERNAME"), environment.get(f"{variable}_PASSWORD")
    scheme, separator, rest = url.partition("://")
    if (user is None and password is None) or "@" in rest.partition("/")[0]:
        return url
    secret = f":{quote(password, safe='')}" if password is not None else ""
    return f"{scheme}{separator}{quote(user or '', safe='')}{secret}@{rest}"


def _pip_options(environment: Mapping[str, str], files: Sequence[Path]) -> dict[str, str]:
    """pip's options from its files and PIP_ variables: `[install]` overrides `[global]`, the environment both."""
    sections: dict[str, dict[str, str]] = {"global": {}, "install": {}}
    for path in files:
        for section, key, value in _configuration(path):
            if section in sections:
                sections[section][key] = value
    variables = {_option(name[4:]): value for name, value in environment.items() if name.startswith("PIP_")}
    merged = sections["global"] | sections["install"] | {key: value for key, value in variables.items() if value}
    return {key: value.strip() for key, value in merged.items() if value.strip()}


def _option(name: str) -> str:
    return name.lower().replace("_", "-").removeprefix("--")


def _configuration(path: Path) -> Iterator[tuple[str, str, str]]:
    """What is set in a configuration file: section, option, value; nothing where it cannot be opened, as in pip."""
    import configparser

    try:
        text = path.read_text("utf-8-sig")
    except OSError:
        return
    except UnicodeDecodeError as error:
        raise IndexSettingsError(f"pip's configuration file {path} is not UTF-8") from error
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text, str(path))
    except configparser.Error as error:
        # What it says may stand beside a password: the line is not repeated.
        raise IndexSettingsError(f"pip's configuration file {path} cannot be read") from error
    for section in parser.sections():
        for name, value in parser.items(section):
            if value:
                yield section, _option(name), value


def configuration_files(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """pip's configuration files in the order in which they override: global, user, environment, PIP_CONFIG_FILE."""
    named = environment.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return ()
    base = "pip.ini" if sys.platform == "win32" else "pip.conf"
    folders = _global_folders(environment)
    # As pip: an existing PIP_CONFIG_FILE takes the place of the user's own file.
    if not (named and Path(named).exists()):
        folders += _user_folders(environment)
    files = [folder / base for folder in (*folders, Path(sys.prefix))]
    return (*files, *([Path(named)] if named else []))


def _home(environment: Mapping[str, str]) -> Path:
    home = environment.get("USERPROFILE" if sys.platform == "win32" else "HOME")
    return Path(home) if home else Path("~").expanduser()


def _global_folders(environment: Mapping[str, str]) -> list[Path]:
    match sys.platform:
        case "win32":
            return [Path(environment.get("PROGRAMDATA", r"C:\ProgramData"), "pip")]
        case "darwin":
            return [Path("/Library/Application Support/pip")]
        case _:
            folders = environment.get("XDG_CONFIG_DIRS") or "/etc/xdg"
            return [*(Path(folder, "pip") for folder in folders.split(os.pathsep) if folder), Path("/etc")]


def _user_folders(environment: Mapping[str, str]) -> list[Path]:
    home = _home(environment)
    match sys.platform:
        case "win32":
            return [home / "pip", Path(environment.get("APPDATA", home / "AppData/Roaming"), "pip")]
        case "darwin":
            support = home / "Library/Application Support/pip"
            return [home / ".pip", support if support.is_dir() else home / ".config/pip"]
        case _:
            return [home / ".pip", Path(environment.get("XDG_CONFIG_HOME") or home / ".config", "pip")]


def _netrc(environment: Mapping[str, str]) -> Path | None:
    named = environment.get("NETRC")
    candidates = [Path(named)] if named else [_home(environment) / name for name in (".netrc", "_netrc")]
    return next((path for path in candidates if path.is_file()), None)


def known_index(url: str, urls: Sequence[str]) -> str | None:
    """Which of these indexes, the main one first, a URL in a linted file means; None: it is another one.

    pip's own is the main one: whatever is configured stands for it.
    """
    found = next((known for known in urls if same_index(url, known)), None)
    if found is None and is_web_url(url) and (own := default_index()) is not None and same_index(url, own):
        return urls[0]
    return found


@cache
def default_index() -> str | None:
    """The index that pip asks when nothing is configured, read from the source of a pip on this machine; never run."""
    for source in _pip_sources():
        if url := _constant(source):
            return url
    return None


_MODULE = "_internal/models/index.py"
"""The module of pip (since 10.0) that assigns `PyPI = PackageIndex(url, ...)`."""


def _pip_sources() -> Iterator[str]:
    """That module's text in the running environment's pip, in the one bundled with Python, in the base installation's.

    The places are those of this Python, never `sys.path`, which may begin with the folder that is being linted.
    """
    import site
    import sysconfig

    for folder in dict.fromkeys((sysconfig.get_path("purelib"), *site.getsitepackages())):
        yield from _text(Path(folder, "pip", _MODULE))
    bundled = [Path(sysconfig.get_path("stdlib"), "ensurepip/_bundled")]
    if shared := sysconfig.get_config_var("WHEEL_PKG_DIR"):
        bundled.append(Path(str(shared)))  # where distributions put what ensurepip installs
    for wheel in sorted(wheel for folder in bundled for wheel in folder.glob("pip-*.whl")):
        yield from _zipped_text(wheel, f"pip/{_MODULE}")
    base = sysconfig.get_path("purelib", vars={"base": sys.base_prefix})
    for folder in (base, str(Path(sys.base_prefix, "lib/python3/dist-packages"))):
        yield from _text(Path(folder, "pip", _MODULE))


def _zipped_text(path: Path, member: str) -> Iterator[str]:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            yield archive.read(member).decode()
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return


def _text(path: Path) -> Iterator[str]:
    try:
        yield path.read_text("utf-8")
    except (OSError, ValueError):
        return


def _constant(source: str) -> str | None:
    """`simple` under the first argument of what is assigned to `PyPI`."""
    import ast
    from urllib.parse import urljoin

    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    for statement in tree.body:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id="PyPI")], value=ast.Call(args=[ast.Constant(value=str() as url), *_])
            ) if is_web_url(url):
                return urljoin(url, "simple")
            case _:
                continue
    return None
