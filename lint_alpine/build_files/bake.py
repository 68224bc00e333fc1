"""Bake files: what their targets say about how images are built."""

import json
import re
from collections.abc import Iterator, Mapping

from lint_alpine.build_files.build import Build, NotUnderstoodError, is_local, known_platforms
from lint_alpine.build_files.hcl import Reference, Value, read_hcl

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_DEEPEST = 50
# Of what is inherited and of characters in paths and in values with variables; the largest files in use come to some
# ten thousand.
_MOST = 500_000

Target = Mapping[str, Value]


def read(text: str, *, hcl: bool) -> tuple[Build, ...]:
    """The builds of all targets whose Dockerfile is known. Raises NotUnderstoodError."""
    file = _read_hcl(text) if hcl else _read_json(text)
    # What others inherit from is a part of them, and is seldom built for itself.
    parts = {parent for target in file.targets.values() for parent in _parents(target)}
    return tuple(build for name in file.targets if name not in parts for build in file.builds(file.whole(name)))


class _File:
    """The targets, and the defaults of the variables; the environment may give these other values."""

    def __init__(self, targets: Mapping[str, Target], variables: Mapping[str, Value]) -> None:
        self.targets = targets
        self._variables = variables
        self._known: dict[str, Target] = {}
        self._spent = 0

    def _spend(self, amount: int) -> None:
        self._spent += amount
        if self._spent > _MOST:
            raise NotUnderstoodError("its targets hold too much")

    def whole(self, name: str, depth: int = 0) -> Target:
        """A target with what it inherits: the later wins, arguments are put together."""
        if depth > _DEEPEST:
            raise NotUnderstoodError("targets inherit from one another")
        if name not in self._known:
            own = self.targets.get(name, {})
            merged: dict[str, Value] = {}
            arguments: dict[str, Value] = {}
            for layer in (*(self.whole(parent, depth + 1) for parent in _parents(own)), own):
                added = _mapping(layer.get("args"))
                self._spend(len(layer) + len(added))
                merged.update(layer)
                arguments.update(added)
            self._known[name] = {**merged, "args": arguments}
        return self._known[name]

    def builds(self, target: Target) -> Iterator[Build]:
        context = self._text(target.get("context", "."))
        dockerfile = self._text(target.get("dockerfile", "Dockerfile"))
        if context is None or dockerfile is None or not is_local(context) or not is_local(dockerfile):
            return
        if "dockerfile-inline" in target:
            return
        arguments = {name: self._text(value) for name, value in _mapping(target.get("args")).items()}
        platforms = target.get("platforms")
        platforms = platforms if isinstance(platforms, tuple) else ()
        self._spend(len(context) + len(dockerfile) + len(platforms))
        yield Build(
            context=context,
            dockerfile=dockerfile,
            target=self._text(target.get("target")),
            args={name: text for name, text in arguments.items() if text is not None},
            platforms=known_platforms(tuple(map(self._text, platforms))),
        )

    def _text(self, value: Value) -> str | None:
        """A value with the defaults of its variables; None where it is not known."""
        if isinstance(value, Reference):
            return _plain(self._variables.get(value.name))
        if not isinstance(value, str) or "${" not in value:
            return _plain(value)
        names = _VARIABLE.findall(value)
        texts = {name: self._text(Reference(name.strip())) for name in names}
        self._spend(len(value) + sum(len(texts[name] or "") for name in names))
        return _plain(_VARIABLE.sub(lambda match: texts[match[1]] or "", value)) if all(texts.values()) else None


def _plain(value: Value) -> str | None:
    match value:
        case bool():
            return str(value).lower()
        case str() if "${" not in value and "\0" not in value:
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
    targets: dict[str, dict[str, Value]] = {}
    variables: dict[str, Value] = {}
    for block in read_hcl(text):
        match block.kind, block.labels:
            case "target", (name,):
                targets.setdefault(name, {}).update(block.attributes)
            case "variable", (name,):
                variables[name] = block.attributes.get("default")
    return _File(targets, variables)


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
    """What JSON holds, as HCL has it. Raises ValueError for half of a surrogate pair, which no path can hold."""
    match found:
        case str():
            found.encode("utf-8", "surrogateescape")
            return found
        case bool():
            return found
        case int() | float():
            return str(found)
        case list():
            return tuple(map(_value, found))
        case dict():
            return {str(_value(name)): _value(value) for name, value in found.items()}
    return None
