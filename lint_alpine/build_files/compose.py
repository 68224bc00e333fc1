"""Compose files: what their services say about how images are built."""

import re
from collections.abc import Iterator

from lint_alpine.build_files.blocks import Node, read_blocks
from lint_alpine.build_files.build import Build, NotUnderstoodError, is_local, known_platforms

_VARIABLE = re.compile(r"\$(?:(\$)|\{\w+:?-([^${}]*)\}|)")
_UNKNOWN = "\0"


def read(text: str) -> tuple[Build, ...]:
    """The builds of all services whose Dockerfile is known. Raises NotUnderstoodError."""
    services = read_blocks(text).keys.get("services", Node())
    if services.text is not None or not services.plain or "<<" in services.keys:
        raise NotUnderstoodError("the services are not understood")
    return tuple(build for service in services.keys.values() for build in _of_service(service))


def _of_service(service: Node) -> Iterator[Build]:
    build = service.keys.get("build")
    # Another service or an anchor may bring a build, or more of it.
    made = "extends" in service.keys or ("<<" in service.keys and build is None)
    if service.text is not None or not service.plain or made:
        raise NotUnderstoodError("a service is made from another one")
    if build is None or (build.is_empty and build.plain):
        return
    if not build.plain or build.items or "<<" in build.keys or (build.text is not None and build.scalar is None):
        raise NotUnderstoodError("a build is not understood")
    said = build.keys or {"context": build}
    context = _text(said.get("context"), ".")
    dockerfile = _text(said.get("dockerfile"), "Dockerfile")
    if context is None or dockerfile is None or "dockerfile_inline" in said or not is_local(context):
        return
    platforms = said["platforms"].scalars if "platforms" in said else (_text(service.keys.get("platform"), None),)
    yield Build(
        context=context,
        dockerfile=dockerfile,
        target=_text(said.get("target"), None),
        args={name: value for name, value in _arguments(said.get("args", Node())) if value is not None},
        platforms=known_platforms(tuple(map(_expanded, platforms or ()))),
    )


def _arguments(node: Node) -> Iterator[tuple[str, str | None]]:
    """A mapping, or a list of NAME=VALUE; one without a value takes it from where Compose runs."""
    for name, value in node.keys.items():
        yield name, _text(value, None)
    for item in node.scalars or ():
        name, equals, text = (item or "").partition("=")
        yield name, _expanded(text) if equals else None


def _text(node: Node | None, default: str | None) -> str | None:
    """A scalar with its variables; None where it is not known."""
    return default if node is None or node.is_empty else _expanded(node.scalar)


def _expanded(text: str | None) -> str | None:
    """The text with the defaults of its variables; None where one has none: then the environment decides."""
    if text is None:
        return None
    expanded = _VARIABLE.sub(_value, text)
    return None if _UNKNOWN in expanded else expanded


def _value(match: re.Match[str]) -> str:
    return match[1] or (_UNKNOWN if match[2] is None else match[2])
