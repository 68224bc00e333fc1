"""Which caches stay in the layer of a RUN: what apk, pip and their kin write, less what is mounted or removed there."""

import posixpath
from collections.abc import Sequence
from functools import cached_property

from lint_alpine.caches import APK_CACHE_FOLDERS, cache_folder, contains, is_mounted
from lint_alpine.dockerfile.commands import Command
from lint_alpine.dockerfile.stages import Step
from lint_alpine.installs.cache_removal import read_cache_removal
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.install import ApkInstall, ApkVerb, Install

# How many words of `rm` and `find` are looked at in one RUN; real ones have a dozen.
_MOST_WORDS = 200


class KeptCaches:
    """The caches at the end of a RUN. Each of its commands is meant by its number.

    What an ONBUILD trigger leaves is told where the trigger stands.
    """

    def __init__(self, step: Step, commands: Sequence[Command]) -> None:
        self._step = step
        self._commands = commands
        self._losing: dict[str, int] = {}

    def has_index(self, install: ApkInstall, number: int) -> bool:
        """Whether the package index that the command fetches is still in the layer."""
        fetches = not (install.no_network or install.simulate) and install.verb is not ApkVerb.FIX
        if self._step.brought_by or install.no_cache or install.root != "/" or not fetches:
            return False
        folders = (install.cache_dir,) if install.cache_dir else APK_CACHE_FOLDERS
        return not any(self._last_losing(folder) > number for folder in folders)

    def has_cache(self, install: Install, step: Step, number: int) -> bool:
        """Whether the installer's cache is still in the layer. Nothing is claimed of a cache whose folder is not known.

        `step` is that of the RUN as the user sees it who installs.
        """
        if step.brought_by or install.no_cache is not False or install.dry_run:
            return False
        folder = cache_folder(install, step)
        if folder is None or self._last_losing(folder) > number:
            return False
        purged = self._last_purging.get((install.installer, folder), -1)
        if install.cache_dir_option is None:
            # Without an option of its own it is in the folder that is used without one.
            purged = max(purged, self._last_purging.get((install.installer, None), -1))
        return purged <= number

    def _last_losing(self, folder: str) -> int:
        """The last command behind which nothing that was in the folder is in the layer, -1 where there is none."""
        if folder not in self._losing:
            if is_mounted(folder, self._step.mounts):
                self._losing[folder] = len(self._commands)
            else:
                removing = reversed(self._removing)
                numbers = (number for number, command in removing if self._is_endless or _removes(command, folder))
                self._losing[folder] = next(numbers, -1)
        return self._losing[folder]

    @cached_property
    def _removing(self) -> list[tuple[int, Command]]:
        return [(number, command) for number, command in enumerate(self._commands) if command.name in ("rm", "find")]

    @cached_property
    def _is_endless(self) -> bool:
        """Whether so much is removed that it may be any folder."""
        return sum(len(command.arguments) for _, command in self._removing) > _MOST_WORDS

    @cached_property
    def _last_purging(self) -> dict[tuple[Installer, str | None], int]:
        """The last command that empties the cache of an installer, in the folder that it names or in the usual one."""
        found: dict[tuple[Installer, str | None], int] = {}
        for number, command in enumerate(self._commands):
            if removal := read_cache_removal(command):
                found |= {(installer, removal.cache_dir or None): number for installer in removal.installers}
        return found


def _removes(command: Command, folder: str) -> bool:
    """`rm` of the folder, of one that holds it, or of what is in it, or `find` with -delete there. A path that is not
    known may be the one, and so may a relative `.cache`."""
    if command.name == "find":
        words = [argument.text or "" for argument in command.arguments]
        return "-delete" in words and any(_is_near(posixpath.normpath(word), folder) for word in words)
    if command.name != "rm":
        return False
    for argument in command.arguments:
        if argument.text is None:
            return True
        path = argument.text
        home, cache, _ = folder.partition("/.cache/")
        if cache and (path == "~" or path.startswith("~/")):
            path = home + path[1:]
        if not path.startswith("/"):
            if ".cache" in path.split("/") and ".cache" in folder.split("/"):
                return True
            continue
        path = posixpath.normpath(path.rstrip("*.") or "/")
        if contains(path, folder) or contains(folder, path):
            return True
    return False


def _is_near(path: str, folder: str) -> bool:
    """Of a folder further up `find` is mostly after something else."""
    return contains(path, folder) and (path in (folder, posixpath.dirname(folder)) or ".cache" in path.split("/"))
