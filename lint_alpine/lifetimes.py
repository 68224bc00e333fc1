"""How long images get updates: Alpine branches, Python versions, and images that nobody builds any more.

"Past" is what was past when the shipped data was gathered: it is compared with that day, never with the clock, so that
the same file gives the same report on every day.
"""

from itertools import product
from typing import NamedTuple

from lint_alpine import data, images
from lint_alpine.alpine_releases import newest, order
from lint_alpine.environment import Environment, minor_version
from lint_alpine.python_tags import PythonTag, Variant, look_up
from lint_alpine.references import ImageReference


class Ended(NamedTuple):
    """`Alpine 3.16` or `Python 3.8`, and the last day (ISO) on which it got updates: None where the data does not go
    back as far."""

    name: str
    day: str | None


class Lifetime(NamedTuple):
    """`ended` is what of an Alpine image is past its end of life; `unmaintained` the day (ISO) from which on nobody has
    built the image any more; `instead` the reference to take in its place; `successor` says in a sentence what to take
    where that is no such image."""

    ended: tuple[Ended, ...] = ()
    unmaintained: str | None = None
    instead: str | None = None
    successor: str | None = None


def lifetime(reference: str | None, environment: Environment | None) -> Lifetime:
    """Of the image that a reference names, and of what is known to be in it."""
    end = images.ended(reference) if reference else None
    if reference is not None and end is not None:
        official = None if end.successor else _official(ImageReference.parse(reference).repository, environment)
        return Lifetime((), end.day, official, end.successor)
    ended = _ended(environment) if environment is not None and environment.distro == "alpine" else ()
    return Lifetime(ended, None, _maintained(environment) if environment is not None and ended else None)


def _ended(environment: Environment) -> tuple[Ended, ...]:
    found = []
    minor, release = environment.minor, environment.release
    # Alpine keeps its own python3 in repair for as long as the branch lives.
    if minor is not None and environment.python_prefix != "/usr" and not _python_lives(minor):
        found.append(Ended(f"Python {minor}", data.images()["minors"][minor]["eol"]))
    if release is not None and not _alpine_lives(release):
        entry = data.alpine()["releases"].get(release)
        found.append(Ended(f"Alpine {release}", entry.get("eol") if entry is not None else None))
    return tuple(found)


def _maintained(environment: Environment) -> str | None:
    """The same image as far as it still gets updates; None where no such tag is known."""
    image = ImageReference.parse(environment.image)
    found = None
    if image.repository == "alpine":
        found = f"alpine:{newest()}"
    elif image.repository == "python":
        tag = PythonTag.parse(image.tag or "")
        found = _python_image(environment.minor, newest() if tag is not None and tag.release else "")
    return environment.prefix + found if found else None


def _official(repository: str, environment: Environment | None) -> str | None:
    """The official image in place of one that nobody builds any more."""
    if repository.endswith("/alpine"):
        return f"alpine:{newest()}"
    return _python_image(environment.minor if environment is not None else None, "")


def _python_image(minor: str | None, release: str) -> str | None:
    """The official Alpine image with this Python, or with the newest where that one has ended."""
    if minor is None or not _python_lives(minor):
        minor = _newest_python()
    # Before its release a Python has no tag of two numbers.
    for version, suite in product((minor, f"{minor}-rc"), (release, "")):
        tag = str(PythonTag(version, Variant.ALPINE, suite))
        found = look_up(tag)
        if not isinstance(found, str) and not found.newer and _alpine_lives(found.release or ""):
            return f"python:{tag}"
    return None


def _newest_python() -> str:
    """The newest Python that is more than a release candidate."""
    found = look_up("alpine")
    assert not isinstance(found, str)
    return minor_version(found.python)


def _python_lives(minor: str) -> bool:
    entry = data.images()["minors"].get(minor)
    return _is_to_come(entry["eol"] if entry is not None else None)


def _alpine_lives(release: str) -> bool:
    known = data.alpine()["releases"]
    if release not in known:
        # One that came after the data lives; one from before it does not.
        return order(release) > order(newest())
    return _is_to_come(known[release].get("eol"))


def _is_to_come(eol: str | None) -> bool:
    """Whether an end was still to come on the day of the data (None: there is none, or it is not known)."""
    return eol is None or eol >= data.alpine()["gathered"]
