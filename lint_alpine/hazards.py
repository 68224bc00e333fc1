"""What a program meets on musl that glibc does otherwise, by the Alpine release of the image (data/hazards.json)."""

from lint_alpine import data
from lint_alpine.alpine_releases import within
from lint_alpine.environment import Environment
from lint_alpine.python_tags import PythonImage, look_up
from lint_alpine.references import ImageReference

_MEBIBYTE = 1 << 20


def hazards(environment: Environment) -> frozenset[str]:
    """The hazards that the image's release has, by their names in the data; none where the release is not known."""
    release, libc = environment.release, environment.libc
    if environment.distro != "alpine" or libc is None or libc.family != "musl" or release is None:
        return frozenset()
    known = data.hazards()["hazards"]
    found = {name for name, entry in known.items() if within(release, entry.get("since"), entry.get("before"))}
    return frozenset(found - {"pgo-off"} if not _lacks_pgo(environment) else found)


def thread_stack(environment: Environment) -> int | None:
    """The stack of a thread that Python starts, in bytes; 0 where it is left to musl, as `threading.stack_size` says;
    None where it is not known.

    The official images and Alpine's own python3 set it when they compile Python.
    """
    if environment.python_prefix == "/usr":
        entry = data.alpine()["releases"].get(environment.release or "")
        return entry.get("thread_stack", 0) if environment.distro == "alpine" and entry is not None else None
    image = _official(environment)
    return None if image is None else 0 if image.facts.get("small_stack") else _MEBIBYTE


def _lacks_pgo(environment: Environment) -> bool:
    """Whether the Python of an official image is known to be built without profile-guided optimisation."""
    image = _official(environment)
    return image is not None and not image.newer and not image.facts.get("pgo")


def _official(environment: Environment) -> PythonImage | None:
    reference = ImageReference.parse(environment.image)
    found = look_up(reference.tag or "latest") if reference.repository == "python" else ""
    return None if isinstance(found, str) else found
