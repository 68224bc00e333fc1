"""TOML and JSON files: their values, as the type that is asked for, and the places where they stand."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from lint_alpine.source import Source, Span

Path = tuple[str | int, ...]

# Characters of a document; the largest lock files of public repositories stay below 10 MB.
LONGEST_DOCUMENT = 16 * 1024 * 1024
# Parts of one dotted key; no real file has more than a few.
DEEPEST_KEY = 30


class Document:
    """What a TOML or JSON file holds. Its text is looked through for places when the first one is asked for."""

    def __init__(self, source: Source, data: Mapping[str, object], *, toml: bool) -> None:
        self.source = source
        self.data = data
        self.toml = toml

    @cached_property
    def _places(self) -> Mapping[Path, tuple[int, int, int]]:
        return dict((_TomlScanner if self.toml else _JsonScanner)(self.source.text).scan())

    def place(self, *path: str | int) -> Span:
        """A string's content, any other value from its key on; the file's start for what is not there."""
        found = self._places.get(path)
        if found is None:
            return self.source.start
        key, begin, end = found
        text = self.source.text
        if text[begin : begin + 1] not in ('"', "'"):
            return self.source.span(key, end)
        quotes = 3 if text.startswith(('"""', "'''"), begin) and end - begin >= 6 else 1
        return self.source.span(begin + quotes, end - quotes)

    def key(self, *path: str | int) -> Span:
        """The key of a member, without quotes."""
        begin = self._places.get(path, (0, 0, 0))[0]
        quoted = _STRING.match(self.source.text, begin)
        match = quoted or _BARE.match(self.source.text, begin)
        if path not in self._places or match is None:
            return self.source.start
        return self.source.span(begin + 1, match.end() - 1) if quoted else self.source.span(begin, match.end())

    def entry(self, *path: str | int) -> Span:
        """A member from its key to the end of its value."""
        key, _, end = self._places.get(path, (0, 0, 0))
        return self.source.span(key, end)


_TOO_LONG = f"it has more than {LONGEST_DOCUMENT} characters"


def read_toml(source: Source) -> Document | str:
    """The document, or why it is none."""
    import tomllib

    if len(source.text) > LONGEST_DOCUMENT:
        return _TOO_LONG
    if _has_deep_key(source.text):
        return "it is nested too deeply"
    try:
        return Document(source, tomllib.loads(source.text), toml=True)
    except (ValueError, RecursionError) as error:
        return _reason(error)


def read_json(source: Source) -> Document | str:
    """The document, or why it is none."""
    import json

    if len(source.text) > LONGEST_DOCUMENT:
        return _TOO_LONG
    try:
        return Document(source, table(json.loads(source.text)), toml=False)
    except (ValueError, RecursionError) as error:
        return _reason(error)


def _has_deep_key(text: str) -> bool:
    """Whether a dotted key has so many parts that tomllib, which takes quadratic time for it, must not see it."""
    if all(line.count(".") <= DEEPEST_KEY for line in text.split("\n")):
        return False
    return _DEEP_KEY.search(_OPAQUE.sub("quoted", text)) is not None


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    text = str(error).partition("\n")[0]
    return text[:1].lower() + text[1:]


def table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def array(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def strings(value: object) -> tuple[str, ...]:
    """A string, or the strings of an array."""
    return (value,) if isinstance(value, str) else tuple(item for item in array(value) if isinstance(item, str))


def urls_of(entries: object) -> tuple[str, ...]:
    """Of a list of indexes with their names. Left out are the usual one, which goes by that name wherever it is
    written, and those that serve only what names them."""
    found = [
        string(entry.get("url"))
        for entry in map(table, array(entries))
        if entry.get("name") != "pypi" and entry.get("priority") != "explicit"
    ]
    return tuple(filter(None, found))


# Strings whole, so that nothing inside of one is taken for something else. Every alternative fits one first character.
# One that does not end is all the rest: there tomllib and json stop.
_STRING = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"[^"\\]|"\\[\s\S]|""[^"\\]|""\\[\s\S])*+(?:"{3,5}|[\s\S]*+)'
    r"|'''(?:[^']|'[^']|''[^'])*+(?:'{3,5}|[\s\S]*+)"
    r'|"(?:[^"\\\n]|\\.)*+(?:"|[\s\S]*+)'
    r"|'[^'\n]*+(?:'|[\s\S]*+)"
)
_OPAQUE = re.compile(rf"{_STRING.pattern}|#[^\n]*+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*+)*+")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_DEEP_KEY = re.compile(rf"(?<![\w-])[\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++){{{DEEPEST_KEY}}}")
_SCALAR = re.compile(r"[^,\]}\n#]*")

_Place = tuple[Path, tuple[int, int, int]]


class _TomlScanner:
    """Walks over a TOML text that tomllib has accepted."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.arrays: dict[Path, int] = {}

    def scan(self) -> Iterator[_Place]:
        table: Path = ()
        while self._peek():
            start = self.at
            if self.text[start] == "[":
                table = self._header()
                yield table, (start, start, self.at)
            else:
                yield from self._member(table)

    def _peek(self) -> str:
        self._skip()
        return self.text[self.at : self.at + 1]

    def _skip(self) -> None:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _header(self) -> Path:
        repeated = self.text.startswith("[[", self.at)
        self.at += 2 if repeated else 1
        path: Path = ()
        keys = self._keys()
        for number, key in enumerate(keys, start=1):
            path = (*path, key)
            if repeated and number == len(keys):
                self.arrays[path] = self.arrays.get(path, -1) + 1
            if path in self.arrays:
                path = (*path, self.arrays[path])
        self.at += 2 if repeated else 1
        return path

    def _keys(self) -> list[str]:
        """A dotted key, up to what ends it."""
        keys: list[str] = []
        while True:
            self._skip()
            quoted = _STRING.match(self.text, self.at)
            match = quoted or _BARE.match(self.text, self.at)
            if match is None:
                return keys
            keys.append(match[0][1:-1] if quoted else match[0])
            self.at = match.end()
            if self._peek() != ".":
                return keys
            self.at += 1

    def _member(self, table: Path) -> Iterator[_Place]:
        start = self.at
        path: Path = (*table, *self._keys())
        if self._peek() != "=":
            # No valid TOML: never seen, but the walk must end.
            self.at = len(self.text)
            return
        self.at += 1
        yield from self._value(path, start)

    def _value(self, path: Path, key: int | None = None) -> Iterator[_Place]:
        first = self._peek()
        start = self.at
        if first in ("[", "{"):
            self.at += 1
            yield from self._items(path) if first == "[" else self._members(path)
            self.at += 1
        else:
            match = _STRING.match(self.text, start) or _SCALAR.match(self.text, start)
            self.at = start + len(match[0].rstrip()) if match else start
        yield path, (start if key is None else key, start, self.at)

    def _items(self, path: Path) -> Iterator[_Place]:
        index = 0
        while self._peek() not in ("]", ""):
            yield from self._value((*path, index))
            index += 1
            if self._peek() == ",":
                self.at += 1

    def _members(self, path: Path) -> Iterator[_Place]:
        while self._peek() not in ("}", ""):
            yield from self._member(path)
            if self._peek() == ",":
                self.at += 1


_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:,]|[^\s"{}\[\]:,]+')


class _JsonScanner:
    """Walks over a JSON text that json has accepted: the members of objects, not the items of arrays."""

    def __init__(self, text: str) -> None:
        self.text = text

    def scan(self) -> Iterator[_Place]:
        path: list[str] = []
        keys: list[int] = []
        starts: list[int] = []
        for match in _JSON_TOKEN.finditer(self.text):
            part = match[0]
            if part == "{":
                starts.append(match.start())
                path.append("")
                keys.append(0)
            elif part == "}" and path:
                path.pop()
                keys.pop()
                begin = starts.pop()
                if path:
                    yield tuple(path), (keys[-1], begin, match.end())
            elif part[0] == '"' and path:
                if _follows_colon(self.text, match.end()):
                    path[-1], keys[-1] = part[1:-1], match.start()
                else:
                    yield tuple(path), (keys[-1], match.start(), match.end())


_COLON = re.compile(r"\s*:")


def _follows_colon(text: str, at: int) -> bool:
    return _COLON.match(text, at) is not None
