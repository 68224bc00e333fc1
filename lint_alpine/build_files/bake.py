"""Bake files: what their targets say about how images are built."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lint_alpine.build_files.build import Build, NotUnderstoodError, is_local, known_platforms
from lint_alpine.build_files.hcl import Reference, Value, read_hcl

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_UNKNOWN = "\0"
_DEEPEST = 50

Target = Mapping[str, Value]


def read(text: str, *, hcl: bool) -> tuple[Build, ...]:
    """The builds of all targets whose Dockerfile is known. Raises NotUnderstoodError."""
    file = _read_hcl(text) if hcl else _read_json(text)
    known: dict[str, Target] = {}
    # What others inherit from is a part of them, and is seldom built for itself.
    parts = {parent for target in file.targets.values() for parent in _parents(target)}
    whole = [file.with_inherited(name, known) for name in file.targets if name not in parts]
    return tuple(build for target in whole for build in file.builds(target))


class _File(NamedTuple):
    """The targets, and the defaults of the variables; the environment may give these other values."""

    targets: dict[str, Target]
    variables: dict[str, Value]

    def with_inherited(self, name: str, known: dict[str, Target], depth: int = 0) -> Target:
        """A target with what it inherits: the later wins, arguments are put together."""
        if depth > _DEEPEST:
            raise NotUnderstoodError("targets inherit from one another")
        if name not in known:
            own = self.targets.get(name, {})
            merged: dict[str, Value] = {}
            for layer in (*(self.with_inherited(parent, known, depth + 1) for parent in _parents(own)), own):
                arguments = {**_mapping(merged.get("args")), **_mapping(layer.get("args"))}
                merged = {**merged, **layer, "args": arguments}
            known[name] = merged
        return known[name]

    def builds(self, target: Target) -> Iterator[Build]:
        context = self._text(target.get("context", "."))
        dockerfile = self._text(target.get("dockerfile", "Dockerfile"))
        if context is None or dockerfile is None or not is_local(context) or not is_local(dockerfile):
            return
        if "dockerfile-inline" in target:
            return
        arguments = {name: self._text(value) for name, value in _mapping(target.get("args")).items()}
        platforms = target.get("platforms")
        yield Build(
            context=context,
            dockerfile=dockerfile,
            target=self._text(target.get("target")),
            args={name: text for name, text in arguments.items() if text is not None},
            platforms=known_platforms(tuple(map(self._text, platforms if isinstance(platforms, tuple) else ()))),
        )

    def _text(self, value: Value) -> str | None:
        """A value with the defaults of its variables; None where it is not known."""
        if isinstance(value, Reference):
            default = self.variables.get(value.name)
            return None if isinstance(default, Reference) else _plain(default)
        if not isinstance(value, str):
            return _plain(value)
        expanded = _VARIABLE.sub(lambda match: self._text(Reference(match[1].strip())) or _UNKNOWN, value)
        return None if _UNKNOWN in expanded else expanded


def _plain(value: Value) -> str | None:
    match value:
        case bool():
            return str(value).lower()
        case str() if "${" not in value:
            return value
    return None


def _parents(target: Target) -> tuple[str, ...]:
    parents = target.get("inherits", ())
    names = parents if isinstance(parents, tuple) else (None,)
    if isinstance(parents, Reference) or any(not isinstance(name, str) or "${" in name for name in names):
        raise NotUnderstoodError("what a target inherits is not understood")
    return tuple(name for name in names if isinstance(name, str))


def _mapping(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, Mapping) else {}


def _read_hcl(text: str) -> _File:
    file = _File({}, {})
    for block in read_hcl(text):
        match block.kind, block.labels:
            case "target", (name,):
                file.targets[name] = {**file.targets.get(name, {}), **block.attributes}
            case "variable", (name,):
                file.variables[name] = block.attributes.get("default")
    return file


def _read_json(text: str) -> _File:
    try:
        document = _mapping(_value(json.loads(text)))
    except (ValueError, RecursionError) as error:
        raise NotUnderstoodError(f"it is no JSON that is understood: {error}") from error
    targets, variables = _mapping(document.get("target")), _mapping(document.get("variable"))
    return _File(
        {name: _mapping(target) for name, target in targets.items()},
        {name: _mapping(variable).get("default") for name, variable in variables.items()},
    )


def _value(found: object) -> Value:
    """What JSON holds, as HCL has it."""
    match found:
        case str() | bool():
            return found
        case int() | float():
            return str(found)
        case list():
            return tuple(map(_value, found))
        case dict():
            return {str(name): _value(value) for name, value in found.items()}
    return None
