"""What the Compose and Bake files around a Dockerfile say of how it is built."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.context import BuildContext, decode, folders_up_to_repository

if TYPE_CHECKING:
    from lint_alpine.build_files.build import Build

# The longest in use have some thousand lines.
MAX_BYTES = 256 * 1024
MOST_PLATFORMS = 16
# Of these Compose takes the first that is there.
_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_BAKE = ("docker-bake.json", "docker-bake.hcl")


class Described(NamedTuple):
    """What all builds of a Dockerfile agree on; None or nothing where they do not, or do not say."""

    context: Path | None = None
    target: str | None = None
    args: Mapping[str, str] = {}
    platforms: tuple[str, ...] = ()


def describe(dockerfile: Path) -> Described:
    """By the nearest folder, from the Dockerfile's own up to the repository's root, whose files name it.

    Where there are no such files this takes six looks into each folder, and nothing is imported.
    """
    folders = folders_up_to_repository(dockerfile.parent)
    repository = BuildContext(folders[-1])
    for folder in folders:
        builds = [build for build in _builds(folder, repository) if _is_of(build, folder, dockerfile)]
        if builds:
            return _agreed(builds, folder, repository)
    return Described()


def _builds(folder: Path, repository: BuildContext) -> "Iterator[Build]":
    compose = [name for name in _COMPOSE if os.path.lexists(folder / name)]
    bake = [name for name in _BAKE if os.path.lexists(folder / name)]
    for name in (*compose[:1], *bake):
        data = repository.read_bytes(str((folder / name).relative_to(repository.root)), MAX_BYTES)
        if isinstance(data, bytes):
            yield from _read(name, decode(data))


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


def _is_inside(folder: str, repository: BuildContext) -> bool:
    real = Path(os.path.realpath(folder))
    return real.is_dir() and real.is_relative_to(os.path.realpath(repository.root))
