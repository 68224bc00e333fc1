"""What the Compose and Bake files around a Dockerfile say of how it is built."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lint_alpine.build_files.build import Build
from lint_alpine.context import BuildContext, decode, folders_up_to_repository

# The longest in use have some thousand lines.
MAX_BYTES = 256 * 1024
MOST_PLATFORMS = 16
COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
BAKE_NAMES = ("docker-bake.json", "docker-bake.hcl")


class Described(NamedTuple):
    """What all the builds of a Dockerfile agree on; None or nothing where they do not, or say nothing."""

    context: Path | None = None
    target: str | None = None
    args: tuple[tuple[str, str], ...] = ()
    platforms: tuple[str, ...] = ()


NOTHING = Described()
