"""Which pip a Python environment has once a command has installed pip: the one that Python brings, or a release."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from lint_alpine import data, images
from lint_alpine.environment import Environment, markers
from lint_alpine.installs.install import Install
from lint_alpine.packages import Present
from lint_alpine.releases import pair
from lint_alpine.wheels.verdict import WheelVerdict
from lint_alpine.wheels.wanted import holds

# What stands for a release that is as new as any.
CURRENT = ""
_OLDEST = "0"
_RELEASE = re.compile(r"\d{1,3}\.\d{1,3}(\.\d{1,3})?(?!\d)")
# No requirements file says more than a few times which pip it wants.
_MOST_LIMITS = 50


class Pip(NamedTuple):
    """Its version, CURRENT for the newest. Where it is not known which one is there, `newest` is the newest that it may
    be, and `version` the oldest."""

    version: str
    newest: str | None = None

    def on(self, environment: Environment) -> Environment:
        """The environment with this pip."""
        return environment._replace(pip=self.version or None, newest_pip=self.newest)

    def meets(self, specifier: SpecifierSet) -> bool:
        versions = (self.version,) if self.newest is None else (self.version, self.newest)
        return all(specifier.contains(version or _newest_of_all(), prereleases=True) for version in versions)


def pip_of(environment: Environment) -> Pip:
    return Pip(environment.pip or CURRENT, environment.newest_pip)


def has_pip(environment: Environment, present: Present) -> bool:
    """Whether a Python has pip from the start: that of Alpine comes without since 3.12, unless the image adds it."""
    if environment.distro != "alpine" or environment.python_prefix != "/usr" or "python3" in environment.packages:
        return True
    entry = data.alpine()["releases"].get(environment.release or "")
    package = entry["pip"]["package"] if entry is not None and "pip" in entry else "python3"
    return len(present.lacks(package, "py-pip")) < 2


def brought_pip(environment: Environment) -> Pip:
    """The pip that the environment's Python brings for virtual environments and ensurepip.

    A stable branch of Alpine keeps the minor version that it had on the day of its release, and no older patch.
    """
    python = environment.python or ""
    newest = images.bundled_pip(python)
    if newest is None or environment.implementation != "cpython":
        last, known = list(data.images()["bundled_pip"].items())[-1]
        # A line that is younger than the data brings no older one.
        younger = python.count(".") > 0 and pair(python) > pair(last)
        first_brought = list(known.values())[-1] if younger else _OLDEST
        return Pip(first_brought, newest_release(SpecifierSet(), (python,) if python else ()))
    entry = data.alpine()["releases"].get(environment.release or "") if environment.python_prefix == "/usr" else None
    first = entry.get("python3", "") if entry is not None else ""
    oldest = images.bundled_pip(first if first.startswith(f"{python}.") else f"{python}.0")
    return Pip(newest) if python.count(".") > 1 or oldest in (newest, None) else Pip(oldest or "", newest)


def newest_release(specifier: SpecifierSet, pythons: Iterable[str]) -> str | None:
    """The newest release of pip that the specifier allows and all these Pythons can run; CURRENT for the newest of all.

    pip heeds requires-python since 9.0. A Python without a third number stands for the newest of its line.
    """
    releases = [match for python in pythons if (match := _RELEASE.match(python)) is not None]
    full = [match[0] if match[1] else f"{match[0]}.99" for match in releases]
    for requires, versions in reversed(data.images()["pip_releases"].items()):
        if all(SpecifierSet(requires).contains(python) for python in full):
            fitting = next((version for version in reversed(versions) if specifier.contains(version)), None)
            if fitting is not None:
                return CURRENT if fitting == _newest_of_all() else fitting
    return None


def _newest_of_all() -> str:
    *_, newest = data.images()["pip_releases"].values()
    return newest[-1]


def changed_pip(
    install: Install, environment: Environment, present: Pip | None, verdicts: Iterable[WheelVerdict]
) -> Pip | None:
    """The pip that is there once the command has run; `present` is the one before (None: none)."""
    change = install.changes_pip
    if change is None:
        return present
    if change.bundled:
        return _ensured(brought_pip(environment), present, upgrade=change.upgrade)
    asked = [each for each in install.requirements.dependencies if each.name == "pip"]
    if not asked:
        return _installed(change.specifier, environment, change.script_for)
    image = markers(environment)
    asked = [each for each in asked if holds(each.requirement.marker, image)]
    if not asked:
        return present
    limits = [each for each in install.requirements.constraints if each.name == "pip"]
    limits = [*asked, *(each for each in limits if holds(each.requirement.marker, image))][:_MOST_LIMITS]
    if any(each.opaque is not None and each.locked is None for each in limits):
        return Pip(_OLDEST, CURRENT)
    specifier = SpecifierSet(",".join(str(each.requirement.specifier) for each in limits))
    if present is None or not present.meets(specifier):
        present = None
    elif not change.upgrade:
        return present
    told = next((verdict.version for verdict in verdicts if verdict.name == "pip" and verdict.file is not None), None)
    found = Pip(told) if told is not None else _installed(specifier, environment, change.script_for)
    # An upgrade takes nothing that is older.
    return max(filter(None, (present, found)), key=_age)


def _ensured(brought: Pip, present: Pip | None, *, upgrade: bool) -> Pip:
    """ensurepip leaves the pip that is there, unless it is to upgrade one that is older than its own."""
    if present is None:
        return brought
    if not upgrade or present.version == CURRENT:
        return present
    return max(present, brought, key=_age)


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except ValueError:
        return False
    return True


def _age(pip: Pip) -> Version:
    return Version(pip.version or _newest_of_all())


def _installed(specifier: SpecifierSet, environment: Environment, script_for: str | None) -> Pip:
    pythons = tuple(filter(None, (environment.python, script_for)))
    found = newest_release(specifier, pythons)
    # A release that is younger than the data, or a pre-release.
    pins = [one.version for one in specifier if one.operator in ("==", "===") and _is_version(one.version)]
    return Pip(found if found is not None else next(iter(pins), CURRENT))
