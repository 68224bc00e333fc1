"""Poetry's own tables of a pyproject.toml: its notation of dependencies -> PEP 508."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lint_alpine.installs.dependency import Dependency, Unreadable
from lint_alpine.installs.documents import Document, string, strings, table
from lint_alpine.installs.poetry_versions import alternatives, python_marker, specifiers
from lint_alpine.installs.reference import IS_FILE, IS_PATH, IS_URL, IS_VCS, Invalid, parse_requirement
from lint_alpine.source import Span

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
        why = (
            "joins versions in a way that PEP 440 cannot say"
            if alternatives(constraint)
            else "is not a version constraint"
        )
        return Invalid(f"`{constraint[:100]}` {why}")
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
