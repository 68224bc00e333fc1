"""What a run is asked to do: Config from pyproject.toml or .lint-alpine.toml, and from flags."""

import os
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from lint_alpine.context import Missing, folders_upward, read_bytes
from lint_alpine.diagnostic import Severity
from lint_alpine.options import ConfigError, Layer, Reader, nearest, shown

__all__ = ["Color", "Config", "ConfigError", "FailOn", "Format", "given", "load"]

TABLE = "lint-alpine"
OWN_FILE = ".lint-alpine.toml"
PROJECT_FILE = "pyproject.toml"
MAX_BYTES = 4 * 1024 * 1024


class Format(StrEnum):
    TEXT = "text"
    GNU = "gnu"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    CHECKSTYLE = "checkstyle"
    JUNIT = "junit"
    RDJSON = "rdjson"


class FailOn(StrEnum):
    """The lowest severity that makes a run fail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"

    def reached_by(self, severity: Severity) -> bool:
        return self is not FailOn.NEVER and severity.rank >= Severity(self.value).rank


class Color(StrEnum):
    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Config(NamedTuple):
    """The options of `check` that a project can set; None where nothing was said.

    `select` and `ignore` hold codes, prefixes and names of rules, `severity` is by these; `images` says what a private
    base is like, by pattern of its reference.
    """

    format: Format = Format.TEXT
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = MappingProxyType({})
    fail_on: FailOn = FailOn.WARNING
    strict: bool = False
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    online: bool = False
    index_url: str | None = None
    extra_index_url: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    build_arg: Mapping[str, str] = MappingProxyType({})
    context: Path | None = None
    target: str | None = None
    jobs: int | None = None
    color: Color = Color.AUTO
    images: Mapping[str, str] = MappingProxyType({})


# `[tool.lint-alpine]`, or a table `tool` that may hold it; the name alone may be that of a dependency or a script.
_MAY_HAVE_TABLE = re.compile(rb"""(?m)\btool["'\s]*\.["'\s]*lint-alpine|^\s*\[?\s*["']?tool["']?\s*[\]=]""")
_KEYS = frozenset(name.replace("_", "-") for name in Config._fields) | {"offline"}
# What concerns one run and no project.
_ONLY_FLAGS = frozenset({"config", "isolated", "output", "refresh", "stdin-filename"})


def given(arguments: Mapping[str, object]) -> dict[str, object]:
    """Of the arguments of the command line those that are options of a project too, by the names that a file has."""
    named = {name.replace("_", "-"): value for name, value in arguments.items()}
    return {name: value for name, value in named.items() if name in _KEYS}


def load(start: Path, flags: Mapping[str, object], file: Path | None = None, *, isolated: bool = False) -> Config:
    """The configuration for what stands in the folder `start`: of `file`, else of the nearest file upward; flags win.

    `flags` are those given, by kebab-case name, with the values that the file would have. Raises ConfigError.
    """
    layer = _read_named(file) if file is not None else None if isolated else _find(start)
    layers = [Layer(flags)] if layer is None else [layer, Layer(flags)]
    for given in layers:
        _check_keys(given)
    read = Reader(layers)
    return Config(
        format=read.choice("format", Format, Format.TEXT),
        select=read.words("select"),
        ignore=read.words("ignore") or (),
        severity=read.severities("severity"),
        fail_on=read.choice("fail-on", FailOn, FailOn.WARNING),
        strict=read.switch("strict"),
        fix=read.switch("fix"),
        unsafe_fixes=read.switch("unsafe-fixes"),
        diff=read.switch("diff"),
        online=read.online(),
        index_url=read.text("index-url"),
        extra_index_url=read.texts("extra-index-url") or (),
        platform=read.platforms("platform"),
        build_arg=read.build_arguments("build-arg"),
        context=read.folder("context"),
        target=read.text("target"),
        jobs=read.count("jobs"),
        color=read.choice("color", Color, Color.AUTO),
        images=read.images("images"),
    )


def _find(start: Path) -> Layer | None:
    """The nearest configuration, from a folder up to the root of its repository or of the file system."""
    for parent in folders_upward(start):
        own, project = parent / OWN_FILE, parent / PROJECT_FILE
        if os.path.lexists(own):
            return Layer(_toml(own, _read(own)), own)
        data = read_bytes(project, MAX_BYTES)
        # Most projects have no such table: importing tomllib for them costs 10 ms, and what is not ours may be broken.
        if isinstance(data, bytes) and _MAY_HAVE_TABLE.search(data):
            table = _project_table(project, data)
            if table is not None:
                return Layer(table, project)
    return None


def _read_named(file: Path) -> Layer:
    data = _read(file)
    if file.name != PROJECT_FILE:
        return Layer(_toml(file, data), file)
    table = _project_table(file, data)
    if table is None:
        raise ConfigError(f"{shown(file)} has no table `[tool.{TABLE}]`")
    return Layer(table, file)


def _read(file: Path) -> bytes:
    data = read_bytes(file, MAX_BYTES)
    if isinstance(data, Missing):
        raise ConfigError(f"{shown(file)}: {data.reason}")
    return data


def _toml(file: Path, data: bytes) -> Mapping[str, object]:
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{shown(file)} is not valid TOML: {error}") from error


def _project_table(file: Path, data: bytes) -> Mapping[str, object] | None:
    tools = _toml(file, data).get("tool")
    if not isinstance(tools, dict) or TABLE not in tools:
        return None
    table: object = tools[TABLE]
    if not isinstance(table, dict):
        raise ConfigError(f"`tool.{TABLE}` in {shown(file)} must be a table")
    return table


def _check_keys(layer: Layer) -> None:
    for key in layer.options:
        if key in _ONLY_FLAGS:
            raise ConfigError(f"{layer.name(key)} is an option of the command line only")
        if key not in _KEYS:
            raise ConfigError(f"unknown key {layer.name(key)}; did you mean `{nearest(key, _KEYS)}`?")
