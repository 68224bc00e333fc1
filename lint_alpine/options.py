"""The options of a configuration file or the command line -> typed values; a wrong one is an error that says where."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, TypeVar

from lint_alpine.diagnostic import Severity
from lint_alpine.errors import UserError

Kind = TypeVar("Kind", bound=StrEnum)


class ConfigError(UserError):
    """A key, a value, a rule or a file that cannot be used; the message names it and says what is allowed."""


class Layer(NamedTuple):
    """Options by kebab-case name, as a file or the command line (`file` None) gives them."""

    options: Mapping[str, object]
    file: Path | None = None

    def name(self, key: str, entry: str = "") -> str:
        """An option, or an entry of one that is a table, as the user wrote it."""
        if self.file is None:
            return f"`--{key} {entry}`" if entry else f"`--{key}`"
        return f"`{key}.{entry}` in {shown(self.file)}" if entry else f"`{key}` in {shown(self.file)}"


class Reader:
    """Takes typed values out of layers, the last of which wins."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = layers

    def _value(self, key: str) -> tuple[object, Layer] | None:
        return next(((layer.options[key], layer) for layer in reversed(self._layers) if key in layer.options), None)

    def text(self, key: str) -> str | None:
        match self._value(key):
            case None:
                return None
            case str(value), _:
                return value
            case _, layer:
                raise _wrong(key, layer, "a string")

    def switch(self, key: str) -> bool:
        match self._value(key):
            case None:
                return False
            case bool(value), _:
                return value
            case _, layer:
                raise _wrong(key, layer, "true or false")

    def count(self, key: str) -> int | None:
        match self._value(key):
            case None:
                return None
            case int(value), _ if value > 0 and not isinstance(value, bool):
                return value
            case _, layer:
                raise _wrong(key, layer, "a whole number from 1")

    def choice(self, key: str, kind: type[Kind], default: Kind) -> Kind:
        match self._value(key):
            case None:
                return default
            case str(value), _ if value in tuple(kind):
                return kind(value)
            case _, layer:
                raise _wrong(key, layer, _one_of(kind))

    def texts(self, key: str) -> tuple[str, ...] | None:
        match self._value(key):
            case None:
                return None
            case str(value), _:
                return (value,)
            case list(values), layer:
                return tuple(self._item(key, layer, value) for value in values)
            case _, layer:
                raise _wrong(key, layer, "a list of strings")

    @staticmethod
    def _item(key: str, layer: Layer, value: object) -> str:
        if not isinstance(value, str):
            raise _wrong(key, layer, "a list of strings")
        return value

    def words(self, key: str) -> tuple[str, ...] | None:
        """Texts that may also be written with commas between them."""
        texts = self.texts(key)
        if texts is None:
            return None
        return tuple(word for text in texts for part in text.split(",") if (word := part.strip()))

    def platforms(self, key: str) -> tuple[str, ...]:
        words = self.words(key) or ()
        for word in words:
            if not all(word.split("/")) or word.count("/") not in (1, 2):
                raise ConfigError(f"`{word}` is no platform; one is written like `linux/arm64` or `linux/arm/v7`")
        return tuple(dict.fromkeys(words))

    def folder(self, key: str) -> Path | None:
        """A path of a file is relative to the file's folder, one of the command line to the current folder."""
        found = self._value(key)
        text = self.text(key)
        if text is None or found is None:
            return None
        file = found[1].file
        return Path(text) if file is None else file.parent / text

    def online(self) -> bool:
        for layer in reversed(self._layers):
            reader = Reader([layer])
            online, offline = reader.switch("online"), reader.switch("offline")
            if online and offline:
                raise ConfigError(f"{layer.name('online')} contradicts `offline`")
            if online or not {"online", "offline"}.isdisjoint(layer.options):
                return online
        return False

    def _pairs(self, key: str) -> Iterable[tuple[str, str | None, Layer]]:
        """The entries of all layers: of a table, or of a list of NAME=VALUE (None where there is no `=`)."""
        for layer in self._layers:
            if key not in layer.options:
                continue
            match layer.options[key]:
                case dict(table):
                    for name, value in table.items():
                        if not isinstance(value, str):
                            raise _wrong(key, layer, "a string", name)
                        yield name, value, layer
                case str() | list():
                    for text in Reader([layer]).texts(key) or ():
                        name, equals, value = text.partition("=")
                        if not name:
                            raise _wrong(key, layer, "NAME=VALUE")
                        yield name, value if equals else None, layer
                case _:
                    raise _wrong(key, layer, "a table of strings")

    def build_arguments(self, key: str) -> Mapping[str, str]:
        """As of `docker build`: a name alone takes its value from the environment, if it is there."""
        given = {name: os.environ.get(name) if value is None else value for name, value, _ in self._pairs(key)}
        return {name: value for name, value in given.items() if value is not None}

    def severities(self, key: str) -> Mapping[str, Severity]:
        given: dict[str, Severity] = {}
        for name, value, layer in self._pairs(key):
            if value is None or value not in tuple(Severity):
                raise _wrong(key, layer, _one_of(Severity), name)
            given[name] = Severity(value)
        return given

    def images(self, key: str) -> Mapping[str, str]:
        match self._value(key):
            case None:
                return {}
            case dict(tables), layer:
                return {pattern: _like(key, pattern, table, layer) for pattern, table in tables.items()}
            case _, layer:
                raise _wrong(key, layer, "a table of tables")


def _like(key: str, pattern: str, table: object, layer: Layer) -> str:
    entry = f'"{pattern}"'
    if not isinstance(table, dict):
        raise _wrong(key, layer, 'a table such as `{ like = "python:3.12-alpine3.22" }`', entry)
    for name in table:
        if name != "like":
            raise ConfigError(f"unknown key {layer.name(key, f'{entry}.{name}')}; did you mean `like`?")
    like = table.get("like")
    if not isinstance(like, str):
        raise _wrong(key, layer, "a string, the image that it is like", f"{entry}.like")
    return like


def _wrong(key: str, layer: Layer, allowed: str, entry: str = "") -> ConfigError:
    return ConfigError(f"{layer.name(key, entry)} must be {allowed}")


def _one_of(kind: type[StrEnum]) -> str:
    return "one of " + ", ".join(f"`{value}`" for value in kind)


def nearest(word: str, known: Collection[str]) -> str:
    """The known word that is most like this one, the first of those alike."""
    from difflib import SequenceMatcher

    return max(sorted(known), key=lambda name: SequenceMatcher(None, word[:80], name).ratio())


def shown(file: Path) -> str:
    """A path as people read it: relative to the current folder where it is in it."""
    path, here = Path(os.path.normpath(file.absolute())), Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
