"""What the Compose and Bake files around a Dockerfile say of how it is built."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.context import BuildContext, decode, folders_up_to_repository
from lint_alpine.source import Source, Span

if TYPE_CHECKING:
    from lint_alpine.build_files.build import Build

# The longest in use have some thousand lines.
MAX_BYTES = 256 * 1024
MOST_PLATFORMS = 16
# Each is looked for in the whole file.
_MOST_PLACES = 100
# Of these Compose takes the first that is there.
_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_BAKE = ("docker-bake.json", "docker-bake.hcl")


class Described(NamedTuple):
    """What all builds of a Dockerfile agree on; None or nothing where they do not, or do not say. `places` are those at
    which the arguments are given, as far as they are found."""

    context: Path | None = None
    target: str | None = None
    args: Mapping[str, str] = {}
    platforms: tuple[str, ...] = ()
    places: Mapping[str, Span] = {}


def describe(dockerfile: Path) -> Described:
    """By the nearest folder, from the Dockerfile's own up to the repository's root, whose files name it.

    Where there are no such files this takes six looks into each folder, and nothing is imported.
    """
    folders = folders_up_to_repository(dockerfile.parent)
    repository = BuildContext(folders[-1])
    for folder in folders:
        found = [
            (build, name, text)
            for name, text in _files(folder, repository)
            for build in _read(name, text)
            if _is_of(build, folder, dockerfile)
        ]
        if found:
            agreed = _agreed([build for build, _, _ in found], folder, repository)
            sources = [Source(_shown(folder / name, dockerfile), text) for _, name, text in found]
            return agreed._replace(places=_places(agreed.args, sources))
    return Described()


def _files(folder: Path, repository: BuildContext) -> Iterator[tuple[str, str]]:
    """The name and the text of each Compose and Bake file of a folder."""
    compose = [name for name in _COMPOSE if os.path.lexists(folder / name)]
    bake = [name for name in _BAKE if os.path.lexists(folder / name)]
    for name in (*compose[:1], *bake):
        data = repository.read_bytes(str((folder / name).relative_to(repository.root)), MAX_BYTES)
        if isinstance(data, bytes):
            yield name, decode(data)


def _read(name: str, text: str) -> "tuple[Build, ...]":
    """What a file says; nothing where it is not understood."""
    from lint_alpine.build_files import bake, compose
    from lint_alpine.build_files.build import NotUnderstoodError

    try:
        return bake.read(text, hcl=name.endswith(".hcl")) if name in _BAKE else compose.read(text)
    except NotUnderstoodError:
        return ()


def _is_of(build: "Build", folder: Path, dockerfile: Path) -> bool:
    if Path(build.dockerfile).name != dockerfile.name:
        return False
    return os.path.realpath(folder / build.context / build.dockerfile) == os.path.realpath(dockerfile)


def _agreed(builds: "Sequence[Build]", folder: Path, repository: BuildContext) -> Described:
    contexts = {os.path.normpath(folder / build.context) for build in builds}
    targets = {build.target for build in builds}
    platforms = {build.platforms for build in builds}
    shared = set.intersection(*(set(build.args.items()) for build in builds))
    return Described(
        context=next((Path(path) for path in contexts if len(contexts) == 1 and _is_inside(path, repository)), None),
        target=targets.pop() if len(targets) == 1 else None,
        args=dict(sorted(shared)),
        platforms=platforms.pop()[:MOST_PLATFORMS] if len(platforms) == 1 else (),
    )


def _shown(file: Path, dockerfile: Path) -> str:
    """The path of a file as reports show it: as that of the Dockerfile, absolute or from the current folder."""
    relative = os.path.relpath(file, dockerfile.absolute().parent)
    return os.path.normpath(dockerfile.parent / relative).replace(os.sep, "/")


def _places(args: Mapping[str, str], sources: Sequence[Source]) -> Mapping[str, Span]:
    found = {name: _place(name, value, sources) for name, value in islice(args.items(), _MOST_PLACES)}
    return {name: place for name, place in found.items() if place is not None}


def _place(name: str, value: str, sources: Sequence[Source]) -> Span | None:
    """Where a name stands with its value behind it, else where it stands with any: the value may be made of variables.

    All three formats have it so, `NAME: value`, `NAME=value` and `NAME = "value"`, below `args`; not in a comment.
    """
    start = rf"^(?![ \t]*(?:\#|//)).*?(?<![\w.-])(?P<given>{re.escape(name)}[\"']?[ \t]*[:=]"
    with_value = re.compile(rf"{start}[ \t]*[\"']?{re.escape(value)}(?![\w.-])[\"']?)", re.MULTILINE)
    for pattern in (with_value, re.compile(rf"{start})", re.MULTILINE)):
        for source in sources:
            line = source.text.rfind("\n", 0, max(0, source.text.find("args"))) + 1
            match = pattern.search(source.text, line)
            if match is not None:
                return source.span(*match.span("given"))
    return None


def _is_inside(folder: str, repository: BuildContext) -> bool:
    real = Path(os.path.realpath(folder))
    return real.is_dir() and real.is_relative_to(os.path.realpath(repository.root))
