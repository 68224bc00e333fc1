"""Which caches stay in the layer of a RUN: what apk, pip and their kin write, less what is mounted or removed there."""

import posixpath
from collections.abc import Iterable, Sequence

from lint_alpine.dockerfile.commands import Command
from lint_alpine.dockerfile.stages import Mount, Step, Variables
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.install import ApkInstall, ApkVerb, Install

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
# The option that keeps an installer from keeping a cache, where it has one.
NO_CACHE_OPTIONS = {
    Installer.PIP: "--no-cache-dir",
    Installer.UV: "--no-cache",
    Installer.POETRY: "--no-cache",
}
_PURGES = (
    ("pip", "cache", "purge"),
    ("pip3", "cache", "purge"),
    ("uv", "cache", "clean"),
    ("poetry", "cache", "clear"),
)


def apk_index_kept(install: ApkInstall, step: Step, following: Sequence[Command]) -> bool:
    """Whether the package index that this command fetches is still in the layer at the end of its RUN. What an ONBUILD
    trigger leaves is told where the trigger stands."""
    if step.brought_by or install.no_cache or install.simulate or install.root != "/" or install.verb is ApkVerb.FIX:
        return False
    folders = (install.cache_dir,) if install.cache_dir else APK_CACHE_FOLDERS
    if any(is_mounted(folder, step.mounts) for folder in folders):
        return False
    return not any(_removes(command, folder) for command in following for folder in folders)


def cache_folder(install: Install, step: Step) -> str | None:
    """The folder in which the installer keeps what it downloads and builds; None where it is not known."""
    if install.cache_dir:
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
    return not any(_removes(command, folder) or _purges(command) for command in following)


def is_mounted(folder: str, mounts: Iterable[Mount]) -> bool:
    """Whether what is written to the folder goes to a cache or tmpfs mount, on it or on one that holds it."""
    return any(
        mount.kind in ("cache", "tmpfs") and mount.target and _contains(mount.target, folder) for mount in mounts
    )


def _contains(outer: str, inner: str) -> bool:
    outer = posixpath.normpath(outer)
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")


def _removes(command: Command, folder: str) -> bool:
    """`rm` of the folder, of one that holds it, or of what is in it, or `find` with -delete there. A path that is not
    known may be the one, and so may a relative `.cache`."""
    if command.name == "find":
        words = [argument.text or "" for argument in command.arguments]
        # Not of a folder further up: there `find` is mostly after something else.
        return "-delete" in words and any(
            posixpath.normpath(word) in (folder, posixpath.dirname(folder)) for word in words
        )
    if command.name != "rm":
        return False
    for argument in command.arguments:
        if argument.text is None:
            return True
        path = argument.text
        if path == "~" or path.startswith("~/"):
            path = posixpath.dirname(posixpath.dirname(folder)) + path[1:]
        if not path.startswith("/"):
            if ".cache" in path.split("/") and ".cache" in folder.split("/"):
                return True
            continue
        path = posixpath.normpath(path.rstrip("*.") or "/")
        if _contains(path, folder) or _contains(folder, path):
            return True
    return False


def _purges(command: Command) -> bool:
    words = (command.name, *(argument.text for argument in command.arguments))
    return any(words[: len(purge)] == purge for purge in _PURGES)
