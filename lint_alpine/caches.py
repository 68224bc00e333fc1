"""Which caches stay in the layer of a RUN: what apk, pip and their kin write, less what is mounted or removed there."""

import posixpath
import re
from collections.abc import Iterable, Sequence

from lint_alpine.dockerfile.commands import Command
from lint_alpine.dockerfile.stages import Mount, Step, Variables
from lint_alpine.installs.apk import read_apk
from lint_alpine.installs.cache_removal import read_cache_removal
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.install import ApkInstall, ApkVerb, Install
from lint_alpine.source import Span

# apk-tools keeps its index in /var/cache/apk, unless /etc/apk/cache exists (src/database.c).
APK_CACHE_FOLDERS = ("/var/cache/apk", "/etc/apk/cache")

_CACHE_NAMES = {
    Installer.PIP: "pip",
    Installer.UV: "uv",
    Installer.POETRY: "pypoetry",
    Installer.PDM: "pdm",
    Installer.PIPENV: "pipenv",
    Installer.PIPX: "pip",
}
_CACHE_VARIABLES = {
    Installer.PIP: "PIP_CACHE_DIR",
    Installer.UV: "UV_CACHE_DIR",
    Installer.POETRY: "POETRY_CACHE_DIR",
    Installer.PDM: "PDM_CACHE_DIR",
    Installer.PIPENV: "PIPENV_CACHE_DIR",
    Installer.PIPX: "PIP_CACHE_DIR",
}
# The folder below the cache that holds what was downloaded. Poetry has its virtual environments beside it.
_FILES = {Installer.POETRY: "artifacts"}
# The option that keeps an installer from keeping a cache, where it has one. That of Poetry speaks of metadata alone:
# the files are kept whatever it says (Poetry's installation/executor.py, repositories/repository_pool.py).
NO_CACHE_OPTIONS = {Installer.PIP: "--no-cache-dir", Installer.UV: "--no-cache"}


def apk_index_kept(install: ApkInstall, step: Step, following: Sequence[Command]) -> bool:
    """Whether the package index that this command fetches is still in the layer at the end of its RUN. What an ONBUILD
    trigger leaves is told where the trigger stands."""
    fetches = not (install.no_network or install.simulate) and install.verb is not ApkVerb.FIX
    if step.brought_by or install.no_cache or install.root != "/" or not fetches:
        return False
    folders = (install.cache_dir,) if install.cache_dir else APK_CACHE_FOLDERS
    if any(is_mounted(folder, step.mounts) for folder in folders):
        return False
    return not any(_removes(command, folder) for command in following for folder in folders)


def droppable_update(install: ApkInstall, commands: Sequence[Command]) -> Span | None:
    """The words from `apk update` up to the command behind it in the list, if that one fetches the index itself."""
    end = install.command.span.end
    behind = next((command for command in commands if command.span.begin >= end), None)
    if install.verb is not ApkVerb.UPDATE or behind is None:
        return None
    between, follower = Span(behind.span.source, end, behind.span.begin), read_apk(behind)
    verbs = (ApkVerb.ADD, ApkVerb.UPGRADE)
    fetches = isinstance(follower, ApkInstall) and follower.verb in verbs and not follower.no_network
    if not fetches or not re.fullmatch(r"[\s\\]*(?:&&|;|\n)[\s\\]*", between.text):
        return None
    return Span(between.source, install.command.span.begin, between.end)


def cache_folder(install: Install, step: Step) -> str | None:
    """The folder in which the installer keeps what it downloads and builds; None where it is not known."""
    folder = _cache_folder(install, step)
    return posixpath.join(folder, _FILES.get(install.installer, "")).rstrip("/") if folder is not None else None


def _cache_folder(install: Install, step: Step) -> str | None:
    if install.cache_dir or install.cache_dir_option is not None:
        return install.cache_dir
    variables: Variables = {**step.variables, **install.command.variables}
    own = _CACHE_VARIABLES[install.installer]
    if own in variables:
        return variables[own]
    base = variables.get("XDG_CACHE_HOME")
    if base is None and "XDG_CACHE_HOME" in variables:
        return None
    home = variables.get("HOME", home_of(step.user))
    if base is None and home is None:
        return None
    return posixpath.join(base or f"{home}/.cache", _CACHE_NAMES[install.installer])


def home_of(user: str | None) -> str | None:
    """The home folder by convention; that of a user made by the Dockerfile is only known as /home/NAME."""
    if user in (None, "", "root", "0"):
        return "/root"
    return f"/home/{user}" if user and not user.isdecimal() else None


def python_cache_kept(install: Install, step: Step, following: Sequence[Command]) -> bool:
    """Whether the installer's cache is still in the layer at the end of its RUN. Nothing is claimed of a cache whose
    folder is not known."""
    if step.brought_by or install.no_cache is not False or install.dry_run:
        return False
    folder = cache_folder(install, step)
    if folder is None or is_mounted(folder, step.mounts):
        return False
    return not any(_removes(command, folder) or _purges(command, install, folder) for command in following)


def is_mounted(folder: str, mounts: Iterable[Mount]) -> bool:
    """Whether what is written to the folder goes to a cache or tmpfs mount, on it or on one that holds it.

    A mount whose target is not known may be the one.
    """
    return any(
        mount.kind in ("cache", "tmpfs")
        and mount.target is not None
        and (not mount.target or _contains(mount.target, folder))
        for mount in mounts
    )


def _contains(outer: str, inner: str) -> bool:
    outer = posixpath.normpath(outer)
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")


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
        if _contains(path, folder) or _contains(folder, path):
            return True
    return False


def _is_near(path: str, folder: str) -> bool:
    """Of a folder further up `find` is mostly after something else."""
    return _contains(path, folder) and (path in (folder, posixpath.dirname(folder)) or ".cache" in path.split("/"))


def _purges(command: Command, install: Install, folder: str) -> bool:
    """Whether a command empties the cache of the installer, in the folder that this install has used."""
    removal = read_cache_removal(command)
    if removal is None or install.installer not in removal.installers:
        return False
    # Without an option of its own it is in the folder that is used without one.
    return removal.cache_dir == folder if removal.cache_dir else install.cache_dir_option is None
