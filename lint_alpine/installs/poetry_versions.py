"""Poetry's notation of versions -> PEP 440: `^1.2`, `~1.2`, `1.2.*`, and alternatives such as `^1 || ^2`."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from lint_alpine.installs.reference import LONGEST

_PART = re.compile(r"(\^|~=|~|>=|<=|===|==|!=|>|<|=)?\s*([^\s,<>=!~^|]+)")

# A constraint with more alternatives, or with wider gaps between them, is none that people write.
_MOST_ALTERNATIVES = 20
_MOST_EXCLUSIONS = 50


def specifiers(constraint: str) -> SpecifierSet | None:
    """The versions that a constraint allows; None where it is not one, and where PEP 440, which knows no `or`, cannot
    say it: alternatives are one range, with the versions between them excluded by their common beginnings."""
    found = alternatives(constraint)
    if len(found) < 2:
        return found[0] if found else None
    ranges = [_range(each) for each in found]
    known = sorted((each for each in ranges if each is not None), key=lambda one: one[0])
    return _joined(known) if len(known) == len(found) else None


def alternatives(constraint: str) -> tuple[SpecifierSet, ...]:
    """What a constraint allows, one set of versions or another; none where it is not a constraint."""
    parts = re.split(r"\|\|?", constraint, maxsplit=_MOST_ALTERNATIVES) if len(constraint) <= LONGEST else ()
    found = [_specifiers(part) for part in parts]
    return tuple(each for each in found if each is not None) if None not in found else ()


def python_marker(constraint: str) -> str | None:
    """The marker for a `python = "^3.8"` beside a dependency; None where it says nothing, or is not understood."""
    found = alternatives(constraint)
    if not found or not all(found):
        return None
    conditions = (
        " and ".join(sorted(f'python_full_version {one.operator} "{one.version}"' for one in each)) for each in found
    )
    return " or ".join(f"({condition})" for condition in conditions)


def _specifiers(constraint: str) -> SpecifierSet | None:
    parts = []
    for operator, version in _PART.findall(constraint.replace("(", " ").replace(")", " ")):
        part = _part(operator, version)
        if part is None:
            return None
        parts.append(part)
    try:
        return SpecifierSet(",".join(filter(None, parts))) if parts else None
    except InvalidSpecifier:
        return None


def _part(operator: str, version: str) -> str | None:
    if version in ("*", "x", "X") and operator in ("", "=", "=="):
        return ""
    if operator not in ("^", "~"):
        # A bare version is that version; `1.2.*` and `1.2.x` are a prefix.
        return f"{'==' if operator in ('', '=') else operator}{re.sub('[.][xX*]$', '.*', version)}"
    try:
        release = Version(version).release
    except InvalidVersion:
        return None
    if operator == "^":
        fixed = next((index for index, number in enumerate(release) if number), len(release) - 1)
    else:
        fixed = min(1, len(release) - 1)
    return f">={version},<{_number((*release[:fixed], release[fixed] + 1))}"


# Alternatives as one range

_Range = tuple[Version, Version | None]
"""From the first version on, up to the second one (None: without end)."""


def _range(allowed: SpecifierSet) -> _Range | None:
    """The range that an alternative is, if it is one whose bounds are `>=` and `<`."""
    lowest, highest = Version("0.dev0"), None
    for one in allowed:
        lower, upper = None, None
        match one.operator:
            case ">=":
                lower = Version(one.version)
            case "<":
                upper = Version(one.version)
            case "==" if one.version.endswith(".*"):
                lower = Version(one.version[:-2])
                upper = _next(lower.release)
            case "~=":
                lower = Version(one.version)
                upper = _next(lower.release[:-1])
            case _:
                return None
        lowest = max(lowest, lower) if lower is not None else lowest
        highest = min(filter(None, (highest, upper)), default=None)
    return lowest, highest


def _joined(ranges: Sequence[_Range]) -> SpecifierSet | None:
    merged = [ranges[0]]
    for lower, upper in ranges[1:]:
        last = merged[-1]
        if last[1] is not None and last[1] < lower:
            merged.append((lower, upper))
        else:
            ends = (last[1], upper)
            merged[-1] = (last[0], None if None in ends else max(filter(None, ends)))
    parts = [f">={merged[0][0]}"] if merged[0][0] > Version("0.dev0") else []
    parts += [f"<{merged[-1][1]}"] if merged[-1][1] is not None else []
    for (_, below), (above, _) in pairwise(merged):
        between = _prefixes(below, above) if below is not None else None
        if between is None:
            return None
        parts += [f"!={prefix}.*" for prefix in between]
    return SpecifierSet(",".join(parts))


def _prefixes(lower: Version, upper: Version) -> list[str] | None:
    """What the versions from one up to another begin with; None where that is no short list."""
    length = max(len(lower.release), len(upper.release))
    low, high = ((*each.release, *[0] * (length - len(each.release))) for each in (lower, upper))
    first = next(place for place in range(length) if low[place] != high[place]) if low < high else length
    plain = all(str(each) == _number(each.release) for each in (lower, upper))
    wide = sum(high[first:]) - sum(low[first:]) > _MOST_EXCLUSIONS
    if not plain or wide or first == length or any(low[first + 1 :]):
        return None
    return [_number(prefix) for prefix in _steps(low[first], high, first)]


def _steps(start: int, high: tuple[int, ...], first: int) -> Iterator[tuple[int, ...]]:
    for place in range(first, len(high)):
        for number in range(start if place == first else 0, high[place]):
            yield (*high[:place], number)


def _next(release: tuple[int, ...]) -> Version:
    return Version(_number((*release[:-1], release[-1] + 1)))


def _number(release: tuple[int, ...]) -> str:
    return ".".join(map(str, release))
