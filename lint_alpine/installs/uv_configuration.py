"""What uv.toml and `tool.uv` of a pyproject.toml say of where packages come from."""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from packaging.utils import canonicalize_name

from lint_alpine.installs.dependency import Pin
from lint_alpine.installs.documents import array, read_toml, string, strings, table
from lint_alpine.installs.install import Files, Variables
from lint_alpine.installs.reference import IS_PATH, IS_URL, IS_VCS, LONGEST
from lint_alpine.installs.uv_indexes import Index
from lint_alpine.source import Source

# uv looks up to the root, but where that is a relative path does not tell; no image has a project as deep as this.
_FOLDERS_ABOVE = 10
_ELSEWHERE = {"git": IS_VCS, "url": IS_URL, "path": IS_PATH, "workspace": IS_PATH}
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Configuration(NamedTuple):
    """What files say: the `entries` of `[[index]]`, and the keys of these names. What one file says of each comes
    before what the next one says."""

    entries: tuple[Index, ...] = ()
    extra_index_url: tuple[str, ...] = ()
    index_url: str | None = None
    find_links: tuple[str, ...] = ()
    no_index: bool | None = None
    strategy: str | None = None

    @property
    def indexes(self) -> tuple[Index, ...]:
        """In uv's order."""
        main = () if self.index_url is None else (Index(self.index_url, default=True),)
        return (*self.entries, *map(Index, self.extra_index_url), *main)

    def over(self, other: "Configuration") -> "Configuration":
        """This one with what another, which counts less, adds to it."""
        return Configuration(
            self.entries + other.entries,
            self.extra_index_url + other.extra_index_url,
            self.index_url or other.index_url,
            self.find_links + other.find_links,
            other.no_index if self.no_index is None else self.no_index,
            self.strategy or other.strategy,
        )


def read_configuration(
    files: Files, folder: str | None, named: str | None, variables: Variables, *, pip: bool
) -> Configuration:
    """What holds for a command: of the `named` file alone, else of the project in that folder, the user, the system.

    With `pip` the command is one of `uv pip`, for which the table `pip` counts first.
    """
    if named is not None:
        return _read(files, named, pip=pip) or Configuration()
    home = variables.get("XDG_CONFIG_HOME") or posixpath.join(variables.get("HOME") or "/root", ".config")
    found = [_of_project(files, folder, pip=pip) if folder is not None else None]
    found += (_read(files, f"{place}/uv/uv.toml", pip=pip) for place in (home, "/etc/xdg", "/etc"))
    whole = Configuration()
    for each in found:
        whole = whole.over(each) if each is not None else whole
    return whole


def _of_project(files: Files, folder: str, *, pip: bool) -> Configuration | None:
    """Of the nearest folder upward that has one; uv.toml comes before pyproject.toml."""
    for place in folders_up(folder):
        for name in ("uv.toml", "pyproject.toml"):
            found = _read(files, posixpath.normpath(posixpath.join(place, name)), pip=pip)
            if found is not None:
                return found
    return None


def folders_up(folder: str) -> Iterator[str]:
    """A folder, then those that it is in: what uv takes from the nearest that has it."""
    for above in range(_FOLDERS_ABOVE + 1):
        place = posixpath.normpath(posixpath.join(folder, *[".."] * above))
        yield place
        if place == "/":
            return


def _read(files: Files, path: str, *, pip: bool) -> Configuration | None:
    """None where there is no such file, or nothing for uv in it."""
    source = files.read(path)
    document = read_toml(source) if isinstance(source, Source) else ""
    if isinstance(document, str):
        return None
    options: object = document.data
    if posixpath.basename(path) == "pyproject.toml":
        options = table(document.data.get("tool")).get("uv")
    if not isinstance(options, dict):
        return None
    folder = posixpath.dirname(path)
    found = _configuration(options, folder)
    return _configuration(table(options.get("pip")), folder).over(found) if pip else found


def _configuration(values: Mapping[str, object], folder: str) -> Configuration:
    no_index = values.get("no-index")
    return Configuration(
        entries=tuple(_entries(values, folder)),
        extra_index_url=tuple(strings(values.get("extra-index-url"))),
        index_url=string(values.get("index-url")),
        find_links=tuple(_placed(link, folder) for link in strings(values.get("find-links"))),
        no_index=no_index if isinstance(no_index, bool) else None,
        strategy=string(values.get("index-strategy")),
    )


def _entries(values: Mapping[str, object], folder: str) -> Iterator[Index]:
    for entry in map(table, array(values.get("index"))):
        if (url := string(entry.get("url"))) is not None:
            yield Index(
                _placed(url, folder),
                string(entry.get("name")),
                default=entry.get("default") is True,
                explicit=entry.get("explicit") is True,
                flat=entry.get("format") == "flat",
            )


def _placed(link: str, folder: str) -> str:
    """A path in a configuration file is relative to that file."""
    return link if _HAS_SCHEME.match(link) else posixpath.normpath(posixpath.join(folder, link))


def pins_of(
    data: Mapping[str, object], extras: Collection[str], groups: Collection[str]
) -> Mapping[str, tuple[Pin, ...]]:
    """Where `tool.uv.sources` of a pyproject.toml takes projects (normalised names) from, with these extras and groups
    (normalised) of the project itself."""
    uv = table(table(data.get("tool")).get("uv"))
    urls = {string(entry.get("name")): string(entry.get("url")) for entry in map(table, array(uv.get("index")))}
    found: dict[str, tuple[Pin, ...]] = {}
    for name, value in table(uv.get("sources")).items():
        entries = [table(entry) for entry in (value if isinstance(value, list) else [value])]
        asked = [each for each in entries if _is_asked(each, "extra", extras) and _is_asked(each, "group", groups)]
        found[canonicalize_name(name)] = tuple(pin for entry in asked for pin in _pins(entry, urls))
    return found


def _is_asked(entry: Mapping[str, object], kind: str, asked: Collection[str]) -> bool:
    name = string(entry.get(kind))
    return name is None or canonicalize_name(name) in asked


def _pins(entry: Mapping[str, object], urls: Mapping[str | None, str | None]) -> Iterator[Pin]:
    from packaging.markers import InvalidMarker, Marker

    text = string(entry.get("marker"))
    try:
        marker = Marker(text) if text is not None and len(text) <= LONGEST else None
    except (InvalidMarker, RecursionError):
        yield Pin(None, opaque="where uv takes it from cannot be read")
        return
    index = string(entry.get("index"))
    if index is not None and (url := urls.get(index)):
        yield Pin(marker, url)
    elif index is not None:
        yield Pin(marker, opaque=f"it comes from the index `{index}`, which is not defined")
    else:
        yield from (Pin(marker, opaque=what) for kind, what in _ELSEWHERE.items() if kind in entry)
