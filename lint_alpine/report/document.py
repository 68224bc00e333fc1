"""JSON and XML documents as text that is ASCII, so that no terminal and no encoding can spoil them."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lint_alpine.report.characters import visible

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def json_text(document: Json) -> str:
    """Bytes that were no UTF-8 are shown as `\\xNN`: strict readers refuse lone surrogates."""
    import json

    return json.dumps(_encodable(document), indent=2) + "\n"


def _encodable(value: Json) -> Json:
    match value:
        case str():
            return _LONE_SURROGATE.sub(lambda match: visible(match[0]), value)
        case Mapping():
            return {key: _encodable(item) for key, item in value.items()}
        case Sequence():
            return [_encodable(item) for item in value]
        case _:
            return value


def xml_text(root: "Element") -> str:
    from xml.etree.ElementTree import indent, tostring

    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root).decode("ascii")}\n'
