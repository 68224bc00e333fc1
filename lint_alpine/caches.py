"""Where apk, pip and their kin keep caches, and how they are told not to."""

import posixpath
import re
from collections.abc import Iterable

from lint_alpine.dockerfile.commands import Command
from lint_alpine.dockerfile.stages import Mount, Step, Variables
from lint_alpine.installs.apk import read_apk
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


def droppable_update(install: ApkInstall, behind: Command | None) -> Span | None:
    """The words from `apk update` up to the command behind it in the list, if that one fetches the index itself."""
    end = install.command.span.end
    if install.verb is not ApkVerb.UPDATE or behind is None or behind.span.begin < end:
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


def is_mounted(folder: str, mounts: Iterable[Mount]) -> bool:
    """Whether what is written to the folder goes to a cache or tmpfs mount, on it or on one that holds it.

    A mount whose target is not known may be the one.
    """
    return any(
        mount.kind in ("cache", "tmpfs")
        and mount.target is not None
        and (not mount.target or contains(mount.target, folder))
        for mount in mounts
    )


def contains(outer: str, inner: str) -> bool:
    """Whether a folder is the other one or holds it."""
    outer = posixpath.normpath(outer)
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")
