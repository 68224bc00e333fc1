"""Poetry's own tables of a pyproject.toml: its notation of versions and dependencies -> PEP 508."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from lint_alpine.installs.dependency import Dependency, Unreadable
from lint_alpine.installs.documents import Document, string, strings, table
from lint_alpine.installs.reference import IS_FILE, IS_PATH, IS_URL, IS_VCS, LONGEST, Invalid, parse_requirement
from lint_alpine.source import Span

_PART = re.compile(r"(\^|~=|~|>=|<=|===|==|!=|>|<|=)?\s*([^\s,<>=!~^|]+)")
_SOURCES = {
    "git": IS_VCS,
    "url": IS_URL,
    "path": IS_PATH,
    "file": IS_FILE,
}

Entry = Dependency | Unreadable


class PoetryTables(NamedTuple):
    """What `[tool.poetry]` declares: `dependencies` without the optional ones, which `extras` bring."""

    dependencies: tuple[Entry, ...]
    extras: Mapping[str, tuple[Entry, ...]]
    groups: Mapping[str, tuple[Entry, ...]]
    optional_groups: frozenset[str]


def read_poetry(document: Document) -> PoetryTables:
    at = ("tool", "poetry")
    poetry = table(table(document.data.get("tool")).get("poetry"))
    main: dict[str, tuple[Entry, ...]] = {
        canonicalize_name(name): tuple(read_dependency(name, value, document.entry(*at, "dependencies", name)))
        for name, value in table(poetry.get("dependencies")).items()
        if name.lower() != "python"
    }
    optional = {
        canonicalize_name(name)
        for name, value in table(poetry.get("dependencies")).items()
        if table(value).get("optional") is True
    }
    extras: dict[str, tuple[Entry, ...]] = {
        canonicalize_name(extra): tuple(
            entry for name in strings(names) for entry in main.get(canonicalize_name(name.partition("[")[0]), ())
        )
        for extra, names in table(poetry.get("extras")).items()
    }
    named = table(poetry.get("group"))
    groups: dict[str, tuple[Entry, ...]] = {
        canonicalize_name(name): _group(document, (*at, "group", name), group) for name, group in named.items()
    }
    if "dev-dependencies" in poetry:
        legacy = {"dependencies": poetry["dev-dependencies"]}
        groups["dev"] = (*groups.get("dev", ()), *_group(document, at, legacy, "dev-dependencies"))
    return PoetryTables(
        tuple(entry for name, entries in main.items() if name not in optional for entry in entries),
        extras,
        groups,
        frozenset(canonicalize_name(name) for name, group in named.items() if table(group).get("optional") is True),
    )


def _group(
    document: Document, at: tuple[str, ...], group: object, dependencies: str = "dependencies"
) -> tuple[Entry, ...]:
    return tuple(
        entry
        for name, value in table(table(group).get("dependencies")).items()
        for entry in read_dependency(name, value, document.entry(*at, dependencies, name))
    )


def specifiers(constraint: str) -> SpecifierSet | None:
    """The versions that a constraint such as `^1.2`, `~1.2`, `1.2.*` or `>=1,<2` allows; None where it is not one.

    Of alternatives (`^1 || ^2`) the last, which is what the newest releases match.
    """
    return _specifiers(constraint.rsplit("|", 1)[-1])


def python_marker(constraint: str) -> str | None:
    """The marker for a `python = "^3.8"` beside a dependency; None where it says nothing, or is not understood."""
    alternatives = []
    for alternative in re.split(r"\|\|?", constraint[:LONGEST]):
        allowed = _specifiers(alternative)
        if not allowed:
            return None
        conditions = sorted(f'python_full_version {one.operator} "{one.version}"' for one in allowed)
        alternatives.append(" and ".join(conditions))
    return " or ".join(f"({alternative})" for alternative in alternatives)


def read_dependency(name: str, value: object, span: Span) -> Iterator[Dependency | Unreadable]:
    """What one entry asks for: a constraint, a table, or a list of tables for different environments."""
    for entry in value if isinstance(value, list) else (value,):
        requirement = _requirement(name, entry)
        if isinstance(requirement, Invalid):
            yield Unreadable(span, f"the dependency `{name}` is not understood: {requirement.reason}")
        else:
            source = next((source for source in _SOURCES if source in table(entry)), None)
            yield Dependency(requirement, span, opaque=_SOURCES[source] if source else None)


def _requirement(name: str, entry: object) -> Requirement | Invalid:
    requirement = parse_requirement(name)
    if isinstance(requirement, Invalid):
        return requirement
    details = table(entry)
    constraint = string(entry) or string(details.get("version")) or "*"
    allowed = specifiers(constraint)
    if allowed is None:
        return Invalid(f"`{constraint[:100]}` is not a version constraint")
    requirement.specifier = allowed
    requirement.extras = set(strings(details.get("extras")))
    conditions = [
        string(details.get("markers")),
        python_marker(string(details.get("python")) or "*"),
        f'sys_platform == "{platform}"' if (platform := string(details.get("platform"))) else None,
    ]
    text = " and ".join(f"({condition})" for condition in conditions if condition)
    try:
        requirement.marker = Marker(text) if text else None
    except (InvalidMarker, RecursionError):
        return Invalid("its marker is not valid")
    return requirement


def _specifiers(constraint: str) -> SpecifierSet | None:
    if len(constraint) > LONGEST:
        return None
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
    above = ".".join(map(str, (*release[:fixed], release[fixed] + 1)))
    return f">={version},<{above}"
