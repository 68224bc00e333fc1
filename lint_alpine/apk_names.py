"""Names of apk packages that an Alpine release does not have: gone by then, or not come yet."""

from typing import NamedTuple

from lint_alpine import data
from lint_alpine.alpine_releases import order
from lint_alpine.wheels.build_packages import apk_name


class Absence(NamedTuple):
    """A name that a release does not have. `reason` says since or until when (a clause); `instead` is the name that
    the release has for the same thing, None where it has none."""

    name: str
    release: str
    reason: str
    instead: str | None


def absence(name: str, release: str) -> Absence | None:
    """None where the release has the package, or where nothing is known of it.

    Alpine's stable branches get no new names and lose none: what the recipes of main and community had on the day of
    release is what there is (data/apk.json).
    """
    entry = data.apk()["packages"].get(name)
    if entry is None:
        return None
    reason = _reason(entry, release)
    if reason is None:
        return None
    other = apk_name(name, release)
    return Absence(name, release, reason, other if other != name else None)


def _reason(entry: data.ApkPackage, release: str) -> str | None:
    first, last = entry.get("first"), entry.get("last")
    if last is not None and order(release) > order(last):
        return f"the last release with it is {last}"
    if first is not None and order(release) < order(first):
        return f"the first release with it is {first}"
    later = [each for each in entry.get("missing_in", ()) if order(each) >= order(release)]
    if release not in later:
        return None
    return f"the next release with it comes after {max(later, key=order)}"
