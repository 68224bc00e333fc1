"""The images other than `python`: what their tags tell, by the rules of data/images.json."""

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import NamedTuple

from lint_alpine import data
from lint_alpine.environment import Environment
from lint_alpine.references import ImageReference, UnknownImage
from lint_alpine.releases import apk_python, canonical, libc_of

# Images whose lines of two numbers last for weeks: all their tags of three numbers are on the same Alpine. Those of
# Docker and nginx last for a year and more, over several Alpines, and the lists only know the last one.
_SHORT_LINES = ("node",)

Resolve = Callable[[ImageReference, str], Environment | UnknownImage]


class Matched(NamedTuple):
    """A rule that fits a tag, and what the tag says by its groups."""

    rule: data.ImageRule
    said: dict[str, str]

    def fill(self, template: str) -> str:
        """A reference with the groups put in; what the tag does not say is left out with its separator."""
        text = re.sub(r"\{(\w+)\}", lambda match: self.said.get(match[1], ""), template)
        return text.replace(":-", ":").rstrip(":-")

    @property
    def slim(self) -> str | None:
        return self.fill(self.rule["slim"]) if "slim" in self.rule else None


def match(image: ImageReference) -> Matched | None:
    """The first rule that fits."""
    known = data.images()["images"]
    rules = known.get(image.repository)
    if rules is None:
        rules = next((known[name] for name in known if "*" in name and fnmatchcase(image.repository, name)), [])
    for rule in rules:
        if (found := re.fullmatch(rule["tag"], image.tag or "")) is not None:
            return Matched(rule, {name: text for name, text in found.groupdict().items() if text is not None})
    return None


def describe(image: ImageReference, arch: str, resolve: Resolve) -> Environment | UnknownImage:
    """What is known of the image; `resolve` tells it of the image that this one is made from."""
    matched = match(image)
    if matched is None:
        return UnknownImage(str(image), f"nothing is known of `{image}`")
    rule = matched.rule
    arch = rule.get("arch", arch)
    below = _base(image, matched, arch, resolve)
    if below is None:
        return _alone(image, matched, arch)
    return below._replace(
        image=str(image),
        pip=None if rule.get("pip_upgraded") else rule.get("pip", below.pip),
        packages=below.packages | frozenset(rule.get("packages", ())),
        variables=(*below.variables, *rule.get("variables", {}).items()),
        pip_conf=rule.get("pip_conf", below.pip_conf),
    )


def _base(image: ImageReference, matched: Matched, arch: str, resolve: Resolve) -> Environment | None:
    """The image that this one is made from; None where it is not known which one that is."""
    key = (image.tag or "").removeprefix(f"{matched.said.get('version')}-")
    names = data.images()["bases"].get(key) if image.repository.endswith("/uv") else None
    if names is None:
        names = [matched.fill(matched.rule["base"])] if "base" in matched.rule else []
    found = [resolve(ImageReference.parse(name).tagged(), arch) for name in names]
    known = [below for below in found if isinstance(below, Environment)]
    if not known:
        return None
    if "version" in matched.said and len({below.release for below in known}) > 1:
        # The tag names a version whose base is one of several: what they have in common is known.
        oldest = min((below.libc for below in known if below.libc), key=lambda libc: libc.version or (0, 0))
        shared = frozenset.intersection(*(below.packages for below in known))
        return known[-1]._replace(release=None, libc=oldest, packages=shared)
    return known[-1]


def _alone(image: ImageReference, matched: Matched, arch: str) -> Environment | UnknownImage:
    rule, said = matched.rule, matched.said
    distro = rule.get("distro")
    release = canonical(distro, said.get("release") or rule.get("release") or _listed(image) or said.get("number"))
    libc = libc_of(rule.get("libc"), distro, release, arch)
    if distro is None and libc is None:
        return UnknownImage(str(image), rule.get("note", f"nothing is known of `{image}`"))
    brought = data.alpine()["releases"].get(release or "") if distro == "alpine" else None
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
        externally_managed=rule.get("externally_managed", False if "prefix" in rule else None),
        packages=frozenset((*rule.get("packages", ()), *(brought["packages"] if brought else ()))),
        variables=tuple(rule.get("variables", {}).items()),
        pip_conf=rule.get("pip_conf", ""),
    )
    if not rule.get("apk_python"):
        return found
    found = apk_python(found)
    return found._replace(
        pip=None if rule.get("pip_upgraded") else found.pip,
        externally_managed=rule.get("externally_managed", found.externally_managed),
        packages=found.packages | {"python3"},
    )


def _listed(image: ImageReference) -> str | None:
    """The Alpine release behind a tag that does not name it, from the lists of official images."""
    listed = data.images()["alpine_tags"].get(image.repository, {})
    tag = image.tag or ""
    if tag in listed or image.repository not in _SHORT_LINES:
        return listed.get(tag)
    return listed.get(re.sub(r"^(\d+\.\d+)\.\d+", r"\1", tag))
