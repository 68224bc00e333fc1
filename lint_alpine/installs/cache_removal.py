"""Commands that empty the cache of an installer: `pip cache purge` and its kin."""

from typing import NamedTuple

from lint_alpine.dockerfile.commands import Command
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.options import parse
from lint_alpine.installs.programs import read_program

# What leaves nothing of a cache. `pip cache remove '*'` takes what was downloaded as well as what was built (pip's
# commands/cache.py). `poetry cache clear` is not among them: it takes the metadata and leaves the files.
_CALLS = {
    "pip": (("cache", "purge"), ("cache", "remove", "*")),
    "uv": (("cache", "clean"),),
    "pdm": (("cache", "clear"),),
}


class CacheRemoval(NamedTuple):
    """A command after which nothing is left of the cache of these installers. `cache_dir` is the folder that an option
    names; None: the one that they use by themselves."""

    installers: frozenset[Installer]
    cache_dir: str | None = None


def read_cache_removal(command: Command) -> CacheRemoval | None:
    """None for what removes no cache, or only a part of it."""
    program = read_program(command)
    match program.name:
        case "pip":
            from lint_alpine.installs import pip

            options, installers = pip.GENERAL, frozenset({Installer.PIP, Installer.PIPX})
        case "uv":
            from lint_alpine.installs import uv_options

            options, installers = uv_options.GLOBAL, frozenset({Installer.UV})
        case "pdm":
            from lint_alpine.installs import pdm

            options, installers = pdm.GLOBAL, frozenset({Installer.PDM})
        case _:
            return None
    found = parse(program.arguments, options)
    words = tuple(word.text for word in found.words)
    return CacheRemoval(installers, found.value("cache-dir")) if words in _CALLS[program.name] else None
