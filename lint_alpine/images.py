"""Image reference -> what is known of that image, and of its slim counterpart."""

from typing import NamedTuple

from lint_alpine import data, image_rules
from lint_alpine.environment import Environment, minor_version
from lint_alpine.python_tags import PythonImage, Variant, assumed_release, look_up, slim_counterpart
from lint_alpine.references import ImageReference, UnknownImage, machine
from lint_alpine.releases import apk_python, glibc, musl, pair

__all__ = [
    "End",
    "ImageReference",
    "SlimAlternative",
    "UnknownImage",
    "apk_python",
    "bundled_pip",
    "ended",
    "environment",
    "onbuild",
    "slim_tag",
]

# How many images may stand on each other in the rules; they are few, and this ends any circle in the data.
_DEPTH = 4


class SlimAlternative(NamedTuple):
    """The glibc image that has the same Python, and what is known of it."""

    reference: str
    environment: Environment


def environment(reference: str, platform: str = "linux/amd64") -> Environment | UnknownImage:
    """What pip finds in an image, as it is before any instruction runs.

    The tag decides where there is a digest too; a digest alone tells nothing. A tag that is younger than the data is
    read by its own text, and `note` says so.
    """
    arch = machine(platform)
    if arch is None:
        return UnknownImage(reference, f"`{platform}` is no known Linux platform")
    try:
        image = ImageReference.parse(reference).tagged()
    except ValueError as error:
        return UnknownImage(reference, str(error))
    found = _environment(image, arch)
    return found._replace(prefix=image.prefix) if isinstance(found, Environment) else found


def _environment(image: ImageReference, arch: str, depth: int = _DEPTH) -> Environment | UnknownImage:
    arch = image.arch or arch
    if image.tag is None:
        return UnknownImage(image.repository, "a digest alone does not tell what is in it")
    if image.repository == "python":
        found = look_up(image.tag)
        return UnknownImage(str(image), found) if isinstance(found, str) else _python(str(image), found, arch)
    if not depth:
        return UnknownImage(str(image), "too many images stand on each other")
    return image_rules.describe(image, arch, lambda base, cpu: _environment(base, cpu, depth - 1))


def _python(name: str, image: PythonImage, arch: str) -> Environment:
    alpine = image.variant is Variant.ALPINE
    release = assumed_release(image)
    return Environment(
        image=name,
        distro="alpine" if alpine else "debian",
        release=image.release,
        libc=musl(release) if alpine else glibc("debian", release, arch),
        arch=arch,
        python=image.python,
        # Since September 2024 the official images have the one that Python brings.
        pip=image.facts.get("pip") or bundled_pip(image.python),
        python_prefix="/usr/local",
        externally_managed=False,
        packages=_alpine_packages(image, release) if alpine else _debian_packages(image.variant),
        note=f"`{name}` is newer than the data, which is as of {data.images()['as_of']}" if image.newer else None,
    )


def _alpine_packages(image: PythonImage, release: str | None) -> frozenset[str]:
    version = pair(image.python)
    base = data.alpine()["releases"].get(release or "")
    found = set(base["packages"] if base is not None else ())
    for package in data.images()["python_packages"]:
        since, before = package.get("since"), package.get("before")
        if (since is None or version >= pair(since)) and (before is None or version < pair(before)):
            found.add(package["name"])
    if image.facts.get("tzdata", image.newer):
        found.add("tzdata")
    return frozenset(found)


def _debian_packages(variant: Variant) -> frozenset[str]:
    known = data.images()
    return frozenset(known["slim_packages"] if variant is Variant.SLIM else known["full_packages"])


def slim_tag(present: Environment) -> SlimAlternative | None:
    """The image to use instead: the slim one with the same Python, pinned as far, from where the present one is; None
    where none is known to exist.

    An image without a Python of its own (`alpine:3.19`) has one once `apk_python` says which.
    """
    try:
        image = ImageReference.parse(present.image).tagged()
    except ValueError:
        return None
    candidate = _slim_of(image, present)
    if candidate is None or candidate == str(image) or present.arch is None:
        return None
    found = _environment(ImageReference.parse(candidate).tagged(), present.arch)
    if isinstance(found, UnknownImage) or found.libc is None or found.libc.family != "glibc":
        return None
    return SlimAlternative(present.prefix + candidate, found)


def _slim_of(image: ImageReference, present: Environment) -> str | None:
    if image.tag is None:
        return None
    if image.repository == "python":
        slim = slim_counterpart(image.tag)
        return f"python:{slim}" if slim else None
    matched = image_rules.match(image)
    if matched is not None and matched.slim:
        return matched.slim
    if present.python is None or present.distro != "alpine":
        return None
    return f"python:{'.'.join(present.python.split('.')[:2])}-slim"


def bundled_pip(python: str) -> str | None:
    """The pip that `python -m venv` and ensurepip install; of a minor version alone that of its newest release.

    Up to September 2024 the official images had a newer one of their own beside it.
    """
    wanted = tuple(map(int, python.split("."))) if python.replace(".", "").isdecimal() else ()
    known = data.images()["bundled_pip"].get(minor_version(python), {})
    found = [pip for since, pip in known.items() if len(wanted) < 3 or tuple(map(int, since.split("."))) <= wanted]
    return found[-1] if found else None


def onbuild(reference: str) -> tuple[str, ...]:
    """The instructions that a known `-onbuild` image runs in the build that starts from it."""
    try:
        image = ImageReference.parse(reference).tagged()
    except ValueError:
        return ()
    if image.repository == "python":
        found = look_up(image.tag or "")
        known = not isinstance(found, str) and found.variant is Variant.ONBUILD
        return tuple(data.images()["onbuild"]) if known else ()
    matched = image_rules.match(image)
    return tuple(matched.rule.get("onbuild", ())) if matched is not None else ()


class End(NamedTuple):
    """The day (ISO) on which an image stopped getting updates, and what takes its place, in a sentence; None where that
    is an official image."""

    day: str
    successor: str | None


def ended(reference: str) -> End | None:
    """The end of an image other than the official ones; None where it gets updates, as far as is known."""
    try:
        image = ImageReference.parse(reference).tagged()
    except ValueError:
        return None
    matched = image_rules.match(image)
    if matched is None or "ended" not in matched.rule:
        return None
    return End(matched.rule["ended"], matched.rule.get("successor"))
