"""What the Compose and Bake files around a Dockerfile say of how it is built."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.context import BuildContext, decode, folders_up_to_repository
from lint_alpine.source import Source, Span

if TYPE_CHECKING:
    from lint_alpine.build_files.build import Build

# The longest in use have some thousand lines.
MAX_BYTES = 256 * 1024
MOST_PLATFORMS = 16
_NAME_PART = re.compile(r"[\w.-]")
# Comments whole, so that nothing inside of one is taken for a name; a name up to where its value begins.
_NAME = re.compile(
    rf"""^[ \t]*+(?:\#|//).*+|(?<!{_NAME_PART.pattern})(?P<name>{_NAME_PART.pattern}++)"""
    r"""["']?[ \t]*+(?P<sign>[:=])[ \t]*+["']?""",
    re.MULTILINE,
)
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
        files = dict(_files(folder, repository))
        found = [(build, name) for name, text in files.items() for build in _builds(name, text, folder, dockerfile)]
        if found:
            agreed = _agreed([build for build, _ in found], folder, repository)
            names = dict.fromkeys(name for _, name in found)
            sources = [Source(_shown(folder / name, dockerfile), files[name]) for name in names]
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


def _builds(name: str, text: str, folder: Path, dockerfile: Path) -> "Iterator[Build]":
    """Those of this Dockerfile."""
    real = os.path.realpath(dockerfile)
    paths: dict[Path, bool] = {}
    for build in _read(name, text):
        path = folder / build.context / build.dockerfile
        if path not in paths:
            paths[path] = path.name == dockerfile.name and os.path.realpath(path) == real
        if paths[path]:
            yield build


def _agreed(builds: "Sequence[Build]", folder: Path, repository: BuildContext) -> Described:
    contexts = {os.path.normpath(folder / build.context) for build in builds}
    targets = {build.target for build in builds}
    platforms = {build.platforms for build in builds}
    shared = builds[0].args
    for build in builds[1:]:
        shared = {name: value for name, value in shared.items() if build.args.get(name) == value}
    return Described(
        context=next((Path(path) for path in contexts if len(contexts) == 1 and _is_inside(path, repository)), None),
        target=targets.pop() if len(targets) == 1 else None,
        args=dict(sorted(shared.items())),
        platforms=platforms.pop()[:MOST_PLATFORMS] if len(platforms) == 1 else (),
    )


def _shown(file: Path, dockerfile: Path) -> str:
    """The path of a file as reports show it: as that of the Dockerfile, absolute or from the current folder."""
    relative = os.path.relpath(file, dockerfile.absolute().parent)
    return os.path.normpath(dockerfile.parent / relative).replace(os.sep, "/")


def _places(args: Mapping[str, str], sources: Sequence[Source]) -> Mapping[str, Span]:
    """Where a name stands with its value behind it, else where it stands with any: the value may be made of variables.

    All three formats have it so, `NAME: value`, `NAME=value` and `NAME = "value"`, below `args`; not in a comment.
    """
    with_value: dict[str, Span] = {}
    with_any: dict[str, Span] = {}
    for source in sources:
        text = source.text
        for match in _NAME.finditer(text, text.rfind("\n", 0, max(0, text.find("args"))) + 1):
            name, value = match["name"], args.get(match["name"] or "")
            if value is not None:
                with_any.setdefault(name, source.span(match.start(), match.end("sign")))
                end = match.end() + len(value)
                if text.startswith(value, match.end()) and not _NAME_PART.match(text, end):
                    end += text.startswith(("'", '"'), end)
                    with_value.setdefault(name, source.span(match.start(), end))
    return with_any | with_value


def _is_inside(folder: str, repository: BuildContext) -> bool:
    real = Path(os.path.realpath(folder))
    return real.is_dir() and real.is_relative_to(os.path.realpath(repository.root))
