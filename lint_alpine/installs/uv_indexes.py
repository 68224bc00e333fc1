"""Which indexes uv asks: those of its options, then those of its configuration, by their names and in its order."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from lint_alpine.installs.options import Given

_NAME = re.compile(r"[A-Za-z0-9._-]+")
# Whatever the order on the command line.
_ORDER = {"default-index": 0, "index": 1, "extra-index-url": 2, "index-url": 3}


class Index(NamedTuple):
    """An entry of `[[tool.uv.index]]`, or what an option says in the place of one.

    The `default` one is asked last, in the place of uv's own. One that is `explicit` serves the projects alone that are
    pinned to it; one that is `flat` is a page or folder of files, as `--find-links` takes it.
    """

    url: str
    name: str | None = None
    default: bool = False
    explicit: bool = False
    flat: bool = False


def given_indexes(
    options: Iterable[Given], configured: Iterable[Index], is_path: Callable[[str], bool]
) -> Iterator[Index]:
    """Those of the options, in uv's order.

    Since uv 0.12.5 `--index` and `--default-index` take the name of a `configured` one too, unless there is such a
    path. (With its preview feature `index-by-name` the name comes first.)
    """
    named: dict[str | None, Index] = {}
    for index in configured:
        named.setdefault(index.name, index)
    for option in sorted((option for option in options if option.name in _ORDER), key=lambda each: _ORDER[each.name]):
        for value in _values(option):
            if option.value is None or option.name.endswith("url"):
                index = Index(value)
            elif value in named and not is_path(value):
                index = named[value]._replace(explicit=False)
            else:
                index = _written(value)
            yield index._replace(default=option.name in ("default-index", "index-url"))


def _values(option: Given) -> list[str]:
    """As they are written, where only the run knows what they are."""
    if option.value is None:
        return [option.span.text]
    several = option.name in ("index", "extra-index-url")
    return option.value.split() if several else [value for value in [option.value.strip()] if value]


def _written(value: str) -> Index:
    """`https://...` or `name=https://...`"""
    name, equals, url = value.partition("=")
    return Index(url, name) if equals and _NAME.fullmatch(name) else Index(value)


def first_of_names(indexes: Iterable[Index]) -> list[Index]:
    """Those that count: of those of one name the first."""
    found: dict[str | int, Index] = {}
    for number, index in enumerate(indexes):
        found.setdefault(number if index.name is None else index.name, index)
    return list(found.values())
