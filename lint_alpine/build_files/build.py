"""How a file says that an image is built, whatever the format."""

import re
from collections.abc import Mapping
from typing import NamedTuple

_REMOTE = re.compile(r"(?i)\w[\w+.-]*:|git@")
_PLATFORM = re.compile(r"linux/\w+(?:/\w+)?")


class Build(NamedTuple):
    """One image of a Compose or Bake file.

    `context` is relative to the folder of that file and `dockerfile` to the context. What is not said, or not known,
    is None or left out.
    """

    context: str = "."
    dockerfile: str = "Dockerfile"
    target: str | None = None
    args: Mapping[str, str] = {}
    platforms: tuple[str, ...] = ()


class NotUnderstoodError(Exception):
    """The file has something that may change what it says of any build."""


def is_local(context: str) -> bool:
    """Whether a context is a folder, not a URL (`target:x` and `docker-image://x` are none either)."""
    return not _REMOTE.match(context)


def known_platforms(platforms: tuple[str | None, ...]) -> tuple[str, ...]:
    """All of them, or none where one is not known."""
    found = tuple(dict.fromkeys(platform for platform in platforms if platform and _PLATFORM.fullmatch(platform)))
    return found if len(found) == len(set(platforms)) else ()
