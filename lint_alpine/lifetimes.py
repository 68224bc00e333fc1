"""How long images get updates: Alpine branches, Python versions, and images that nobody builds any more.

"Past" is what the shipped data calls past: it is compared with the day of the data, never with the clock, so that the
same file gives the same report on every day.
"""

from typing import NamedTuple

from lint_alpine import data, images
from lint_alpine.alpine_releases import newest
from lint_alpine.environment import Environment
from lint_alpine.python_tags import PythonTag, Variant, look_up
from lint_alpine.references import ImageReference


class Ended(NamedTuple):
    """`Alpine 3.16` or `Python 3.8`, and the last day (ISO) on which it got updates."""

    name: str
    day: str


def ended(environment: Environment) -> tuple[Ended, ...]:
    """What of an Alpine image is past its end of life: its Python, its branch, or both."""
    if environment.distro != "alpine":
        return ()
    found = []
    minor = _minor(environment)
    # Alpine keeps its own python3 in repair for as long as the branch lives.
    if minor is not None and environment.python_prefix != "/usr" and not _python_lives(minor):
        found.append(Ended(f"Python {minor}", data.images()["minors"][minor]["eol"] or ""))
    if environment.release is not None and not _alpine_lives(environment.release):
        found.append(Ended(f"Alpine {environment.release}", data.alpine()["releases"][environment.release]["eol"]))
    return tuple(found)


def as_of() -> str:
    """The day up to which an end of life is known."""
    return min(data.alpine()["as_of"], data.images()["as_of"])


def maintained(environment: Environment) -> str | None:
    """The reference to take in place of an image that has reached its end of life; None where none is known."""
    reference = ImageReference.parse(environment.image)
    if reference.repository == "alpine":
        return f"alpine:{newest()}"
    if reference.repository != "python":
        return None
    tag = PythonTag.parse(reference.tag or "")
    pinned = tag is not None and bool(tag.release)
    return _python_image(_minor(environment), newest() if pinned else "")


def unmaintained(reference: str | None) -> tuple[str, str] | None:
    """The day on which an image stopped to get updates, and the reference to take in its place."""
    day = images.ended(reference) if reference else None
    if reference is None or day is None or day > as_of():
        return None
    found = images.environment(reference)
    repository = ImageReference.parse(reference).repository
    if "python" not in repository and repository.endswith("/alpine"):
        return day, f"alpine:{newest()}"
    minor = _minor(found) if isinstance(found, Environment) else None
    return day, _python_image(minor, "") or f"alpine:{newest()}"


def _python_image(minor: str | None, release: str) -> str | None:
    """The official Alpine image with this Python, or with the newest where that one has ended."""
    if minor is None or not _python_lives(minor):
        minor = _newest_python()
    for suite in dict.fromkeys((release, "")):
        tag = str(PythonTag(minor, Variant.ALPINE, suite))
        found = look_up(tag)
        if not isinstance(found, str) and not found.newer and found.release is not None and _alpine_lives(found.release):
            return f"python:{tag}"
    return None


def _newest_python() -> str:
    """The newest Python that is more than a release candidate."""
    found = look_up("alpine")
    assert not isinstance(found, str)
    return ".".join(found.python.split(".")[:2])


def _minor(environment: Environment) -> str | None:
    return ".".join(environment.python.split(".")[:2]) if environment.python else None


def _python_lives(minor: str) -> bool:
    entry = data.images()["minors"].get(minor)
    eol = entry["eol"] if entry is not None else None
    return eol is None or eol >= as_of()


def _alpine_lives(release: str) -> bool:
    entry = data.alpine()["releases"].get(release)
    eol = entry.get("eol") if entry is not None else None
    return eol is None or eol >= as_of()
