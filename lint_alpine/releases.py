"""Releases of distributions: their names, their C library, and the Python that Alpine packages."""

import re

from lint_alpine import data
from lint_alpine.alpine_releases import newest, order
from lint_alpine.environment import Environment, Libc, minor_version


def libc_of(family: str | None, distro: str | None, release: str | None, arch: str) -> Libc | None:
    """The C library of that family which a release has; its version is None where the release is not known."""
    match family:
        case "musl":
            return musl(release)
        case "glibc":
            return glibc(distro, release, arch)
    return None


def musl(release: str | None) -> Libc:
    """Major and minor version decide (PEP 656). A release after the newest known one is read as that."""
    releases = data.alpine()["releases"]
    entry = releases.get(release or "")
    if entry is None and release is not None and re.fullmatch(r"\d+\.\d+", release):
        entry = releases[newest()] if order(release) > order(newest()) else None
    return Libc("musl", pair(entry["musl"]) if entry is not None else None)


def glibc(distro: str | None, release: str | None, arch: str) -> Libc:
    if distro == "debian":
        entry = data.debian()["releases"].get(codename(release or "") or "", {"version": ""})
        version = entry.get("glibc_by_arch", {}).get(arch) or entry.get("glibc")
    else:
        version = data.debian()["others"].get(f"{distro} {release}")
    return Libc("glibc", pair(version) if version else None)


def codename(release: str) -> str | None:
    """Debian's releases go by name and by number: `bookworm` is `12`."""
    releases = data.debian()["releases"]
    if release in releases:
        return release
    return next((name for name, entry in releases.items() if entry["version"] == release), None)


def canonical(distro: str | None, release: str | None) -> str | None:
    """One name for each release: Debian's by codename, Ubuntu's by number."""
    if release is None:
        return None
    match distro:
        case "debian":
            return codename(release)
        case "ubuntu":
            return data.images()["ubuntu"].get(release, release)
    return release


def pair(version: str) -> tuple[int, int]:
    """Major and minor number."""
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


def apk_python(present: Environment) -> Environment:
    """The same image once apk has installed Alpine's own python3; `pip` is the one that Alpine packages."""
    entry = data.alpine()["releases"].get(present.release or "")
    if entry is None:
        return present._replace(python_prefix="/usr")
    return present._replace(
        # A stable branch keeps the minor version; which patch it has by now is not in the data.
        python=minor_version(entry["python3"]) if "python3" in entry else None,
        pip=entry["pip"]["version"] if "pip" in entry else None,
        python_prefix="/usr",
        externally_managed=entry.get("externally_managed", False),
    )
