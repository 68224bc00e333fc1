"""Image reference -> what is known of that image, and of its slim counterpart."""

import re
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from lint_alpine import data
from lint_alpine.environment import Environment, Libc
from lint_alpine.python_tags import PythonImage, Variant, assumed_release, look_up, slim_counterpart
from lint_alpine.references import ImageReference, machine

__all__ = [
    "ImageReference",
    "SlimAlternative",
    "UnknownImage",
    "apk_python",
    "ended",
    "environment",
    "onbuild",
    "slim_tag",
]

_DEPTH = 4


@dataclass(frozen=True, slots=True)
class UnknownImage:
    """Nothing can be said of what `image` holds, and why."""

    image: str
    reason: str


@dataclass(frozen=True, slots=True)
class SlimAlternative:
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
        parsed = ImageReference.parse(reference).tagged()
    except ValueError as error:
        return UnknownImage(reference, str(error))
    return _environment(parsed, parsed.arch or arch, _DEPTH)


def _environment(image: ImageReference, arch: str, depth: int) -> Environment | UnknownImage:
    if image.tag is None:
        return UnknownImage(image.repository, "a digest alone does not tell what is in it")
    if image.repository == "python":
        found = look_up(image.tag)
        return UnknownImage(str(image), found) if isinstance(found, str) else _python(str(image), found, arch)
    rule = _rule(image)
    if rule is None:
        return UnknownImage(str(image), f"nothing is known of `{image}`")
    return _other(image, *rule, arch, depth)


# python:*


def _python(name: str, image: PythonImage, arch: str) -> Environment:
    alpine = image.variant is Variant.ALPINE
    release = assumed_release(image)
    return Environment(
        image=name,
        distro="alpine" if alpine else "debian",
        release=image.release,
        libc=_musl(release) if alpine else _glibc("debian", release, arch),
        arch=arch,
        python=image.python,
        pip=image.facts.get("pip"),
        python_prefix="/usr/local",
        externally_managed=False,
        packages=_alpine_packages(image, release) if alpine else _debian_packages(image.variant),
        note=f"`{name}` is newer than the data, which is as of {data.images()['as_of']}" if image.newer else None,
    )


def _alpine_packages(image: PythonImage, release: str) -> frozenset[str]:
    version = _pair(image.python)
    found = set(data.alpine()["releases"][release]["packages"])
    for package in data.images()["python_packages"]:
        since, before = package.get("since"), package.get("before")
        if (since is None or version >= _pair(since)) and (before is None or version < _pair(before)):
            found.add(package["name"])
    if image.facts.get("tzdata", image.newer):
        found.add("tzdata")
    return frozenset(found)


def _debian_packages(variant: Variant) -> frozenset[str]:
    known = data.images()
    return frozenset(known["slim_packages"] if variant is Variant.SLIM else known["full_packages"])


# the other images


def _rule(image: ImageReference) -> tuple[data.ImageRule, dict[str, str | None]] | None:
    """The first rule that fits the tag, with what the tag says."""
    known = data.images()["images"]
    rules = known.get(image.repository)
    if rules is None:
        rules = next((known[name] for name in known if "*" in name and fnmatchcase(image.repository, name)), [])
    for rule in rules:
        if (match := re.fullmatch(rule["tag"], image.tag or "")) is not None:
            return rule, match.groupdict()
    return None


def _other(
    image: ImageReference, rule: data.ImageRule, said: dict[str, str | None], arch: str, depth: int
) -> Environment | UnknownImage:
    arch = rule.get("arch", arch)
    below = _base(image, rule, said, arch, depth) if depth else None
    if below is not None:
        return replace(
            below,
            image=str(image),
            pip=None if rule.get("pip_upgraded") else rule.get("pip", below.pip),
            packages=below.packages | frozenset(rule.get("packages", ())),
            note=rule.get("note", below.note),
        )
    distro = rule.get("distro")
    release = said.get("release") or rule.get("release") or _listed_release(image) or said.get("number")
    if distro == "debian" and release is not None:
        release = _codename(release)
    if distro == "ubuntu" and release is not None:
        release = data.images()["ubuntu"].get(release, release)
    libc = _libc(rule.get("libc"), distro, release, arch)
    if distro is None and libc is None:
        return UnknownImage(str(image), rule.get("note", f"nothing is known of `{image}`"))
    packages = frozenset(rule.get("packages", ()))
    if distro == "alpine" and release in data.alpine()["releases"]:
        packages |= frozenset(data.alpine()["releases"][release]["packages"])
    found = Environment(
        image=str(image),
        distro=distro,
        release=release,
        libc=libc,
        arch=arch,
        python=said.get("python") or rule.get("python"),
        implementation=rule.get("implementation", "cpython"),
        pip=rule.get("pip"),
        python_prefix=rule.get("prefix"),
        externally_managed=rule.get("externally_managed", False if rule.get("prefix") else None),
        packages=packages,
        note=rule.get("note"),
    )
    if not rule.get("apk_python"):
        return found
    found = apk_python(found)
    return replace(
        found,
        pip=None if rule.get("pip_upgraded") else found.pip,
        externally_managed=rule.get("externally_managed", found.externally_managed),
    )


def _base(
    image: ImageReference, rule: data.ImageRule, said: dict[str, str | None], arch: str, depth: int
) -> Environment | None:
    """What is known of the image that this one is made from; None where it is not known which one that is."""
    listed = data.images()["bases"] if image.repository.endswith("/uv") else {}
    key = (image.tag or "").removeprefix(f"{said.get('version')}-")
    template = rule.get("base")
    names = listed.get(key) or ([_fill(template, said)] if template else [])
    found = [_environment(ImageReference.parse(name).tagged(), arch, depth - 1) for name in names]
    known = [below for below in found if isinstance(below, Environment)]
    if not known:
        return None
    newest = known[-1]
    if said.get("version") and len({below.release for below in known}) > 1:
        # The tag names a version whose base is one of several: what they have in common is known.
        oldest = min((below.libc for below in known if below.libc), key=lambda libc: libc.version or (0, 0))
        return replace(newest, release=None, libc=oldest, packages=frozenset.intersection(*(b.packages for b in known)))
    return newest


def _fill(template: str, said: dict[str, str | None]) -> str:
    text = re.sub(r"\{(\w+)\}", lambda match: said.get(match[1]) or "", template)
    return re.sub(r":-", ":", text).rstrip(":-")


def _listed_release(image: ImageReference) -> str | None:
    """The Alpine release behind a tag that does not name it, from the lists of official images."""
    listed = data.images()["alpine_tags"].get(image.repository, {})
    tag = image.tag or ""
    return listed.get(tag) or listed.get(re.sub(r"^(\d+\.\d+)\.\d+", r"\1", tag))


# C libraries


def _libc(family: str | None, distro: str | None, release: str | None, arch: str) -> Libc | None:
    if family == "musl":
        return _musl(release) if release is not None else Libc("musl", None)
    if family == "glibc":
        return _glibc(distro, release, arch)
    return None


def _musl(release: str) -> Libc:
    """Major and minor version decide (PEP 656). A release after the newest known one is read as that."""
    releases = data.alpine()["releases"]
    entry = releases.get(release)
    if entry is None and re.fullmatch(r"\d+\.\d+", release):
        newest = list(releases)[-2]
        entry = releases[newest] if _minor(release) > _minor(newest) else None
    return Libc("musl", _pair(entry["musl"]) if entry is not None else None)


def _glibc(distro: str | None, release: str | None, arch: str) -> Libc:
    if distro == "debian" and release is not None:
        entry = data.debian()["releases"].get(_codename(release) or "", {"version": ""})
        version = entry.get("glibc_by_arch", {}).get(arch) or entry.get("glibc")
    else:
        version = data.debian()["others"].get(f"{distro} {release}")
    return Libc("glibc", _pair(version) if version else None)


def _codename(release: str) -> str | None:
    """Debian's releases go by name and by number: `12` and `bookworm`."""
    releases = data.debian()["releases"]
    if release in releases:
        return release
    return next((name for name, entry in releases.items() if entry["version"] == release), None)


def _pair(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


def _minor(release: str) -> tuple[int, int]:
    return _pair(release)


# what follows from an environment


def apk_python(present: Environment) -> Environment:
    """The same image once apk has installed Alpine's own python3; `pip` is the one that Alpine packages."""
    entry = data.alpine()["releases"].get(present.release or "")
    if entry is None:
        return replace(present, python_prefix="/usr")
    return replace(
        present,
        # A stable branch keeps the minor version; which patch it has by now is not in the data.
        python=".".join(entry["python3"].split(".")[:2]) if "python3" in entry else None,
        pip=entry["pip"]["version"] if "pip" in entry else None,
        python_prefix="/usr",
        externally_managed=entry.get("externally_managed", False),
    )


def slim_tag(present: Environment) -> SlimAlternative | None:
    """The image to use instead: the slim one with the same Python, pinned as far; None where none is known to exist.

    An image without a Python of its own (`alpine:3.19`) has one once `apk_python` says which.
    """
    try:
        image = ImageReference.parse(present.image).tagged()
    except ValueError:
        return None
    if image.tag is None or present.arch is None:
        return None
    if image.repository == "python":
        slim = slim_counterpart(image.tag)
        candidates = [f"python:{slim}"] if slim else []
    else:
        candidates = _slim_of_other(image)
        if not candidates and present.python and present.distro == "alpine":
            minor = ".".join(present.python.split(".")[:2])
            candidates = [f"python:{minor}-slim"]
    for candidate in candidates:
        if candidate == str(image):
            continue
        found = _environment(ImageReference.parse(candidate).tagged(), present.arch, _DEPTH)
        if isinstance(found, Environment) and found.libc is not None and found.libc.family == "glibc":
            return SlimAlternative(candidate, found)
    return None


def _slim_of_other(image: ImageReference) -> list[str]:
    rule = _rule(image)
    if rule is None or "slim" not in rule[0]:
        return []
    return [_fill(rule[0]["slim"], rule[1])]


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
    rule = _rule(image)
    return tuple(rule[0].get("onbuild", ())) if rule is not None else ()


def ended(reference: str) -> str | None:
    """The day (ISO) on which an image other than the official ones stopped getting updates."""
    try:
        image = ImageReference.parse(reference).tagged()
    except ValueError:
        return None
    rule = _rule(image)
    return rule[0].get("ended") if rule is not None else None
