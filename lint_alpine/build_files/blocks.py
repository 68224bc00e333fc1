"""Block-style YAML, as much of it as Compose files need: mappings, lists of scalars, scalars of one line.

A YAML library would take longer to import than all else takes that is done. What is not understood is marked where it
stands, so that the rest can be used; what could change the meaning of other lines raises NotUnderstoodError.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lint_alpine.build_files.build import NotUnderstoodError

_QUOTED = re.compile(r"""(?:"([^"\\]*)"|'((?:[^']|'')*)')\s*(?:#.*)?""")
_COMMENT = re.compile(r"(?:^|\s)#")
_NUMBER = re.compile(r"[-+]?\.?\d[\da-fA-F._xXoO:+-]*")
_VERSION = re.compile(r"\d+(?:\.\d+){2,}")
# What a plain scalar or a key of one cannot begin with.
_INDICATORS = frozenset("\"'&*!|>%@`{}[],?#\t")


@dataclass(slots=True)
class Node:
    """A key's value: `keys` where it is a mapping, `items` where it is a list in blocks, else `text`, as written (None:
    nothing). `plain` is false where it goes on in a way that is not read."""

    text: str | None = None
    keys: dict[str, "Node"] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)
    plain: bool = True
    indent: int | None = None

    @property
    def is_empty(self) -> bool:
        return self.text is None and not self.keys and not self.items

    @property
    def scalar(self) -> str | None:
        """The text without quotes and comment; None where it is no scalar that is understood."""
        return read_scalar(self.text) if self.plain and self.text is not None else None

    @property
    def scalars(self) -> tuple[str | None, ...] | None:
        """What a list holds, in blocks or in brackets; None where it is none."""
        if not self.plain or self.keys:
            return None
        if self.text is None:
            return tuple(map(read_scalar, self.items))
        inside = re.fullmatch(r"\[([^\[\]{}]*)\]\s*(?:#.*)?", self.text)
        return tuple(read_scalar(item.strip()) for item in inside[1].split(",") if item.strip()) if inside else None


def read_scalar(text: str) -> str | None:
    """A scalar without its quotes and comment; None where YAML makes something else of it than this text."""
    if (quoted := _QUOTED.fullmatch(text)) is not None:
        return quoted[1] if quoted[1] is not None else quoted[2].replace("''", "'")
    plain = _COMMENT.split(text, maxsplit=1)[0].strip()
    if not plain or plain[0] in _INDICATORS or plain.lower() in ("~", "null"):
        return None
    return plain if not _NUMBER.fullmatch(plain) or _is_printed_so(plain) else None


def _is_printed_so(number: str) -> bool:
    """Whether a number is written as it is printed: `3.10` is 3.1, but 3.10.2 is text."""
    try:
        value = float(number)
        return number in (str(value), str(int(value)))
    except (ValueError, OverflowError):
        return _VERSION.fullmatch(number) is not None


def read_blocks(text: str) -> Node:
    """The mapping that the document is. Raises NotUnderstoodError."""
    root = Node()
    # The keys without a value on their line, each with its indentation, from the outermost in.
    stack: list[tuple[int, Node]] = [(-1, root)]
    # The last value on one line, or list, and its indentation: what is deeper belongs to it.
    last, below = root, -1
    for indent, content in _lines(text):
        if below >= 0 and (indent > below or not content.strip("]}, ")):
            last.plain = False
            continue
        is_item = content.startswith("- ") or content == "-"
        while indent <= stack[-1][0] and not (is_item and indent == stack[-1][0] and not stack[-1][1].keys):
            stack.pop()
        parent = stack[-1][1]
        if is_item:
            if parent.keys:
                raise NotUnderstoodError("a list stands where a mapping does")
            parent.items.append(content[1:].strip())
            last, below = parent, indent
            continue
        key = _split(content)
        if key is None and parent.is_empty and parent is not root:
            # A scalar that begins on the line below its key.
            parent.plain = False
            last, below = parent, stack[-1][0]
            continue
        if key is None or parent.items or parent.indent not in (None, indent):
            raise NotUnderstoodError(f"`{content[:80]}` is not understood")
        name, value = key
        parent.indent = indent
        node = parent.keys[name] = Node(text=value or None)
        last, below = node, indent
        if not value:
            stack.append((indent, node))
            below = -1
    return root


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The indentation and the content of each line that has some."""
    begun = False
    for line in text.split("\n"):
        content = line.strip()
        is_anchor = content.startswith("&") and " " not in content
        if content and content[0] != "#" and not is_anchor and (begun or (content != "---" and content[0] != "%")):
            begun = True
            yield len(line) - len(line.lstrip(" ")), line.strip(" \r")


def _split(content: str) -> tuple[str, str] | None:
    """The key and the value of a line, without the value's anchor or tag; None where it has no key."""
    if content[0] in "\"'":
        end = content.find(content[0], 1)
        name, rest = content[1:end], content[end + 1 :].lstrip(" ")
        is_key = end > 0 and (rest == ":" or rest.startswith(": "))
    else:
        at = content.find(": ") if ": " in content else len(content) - 1
        name, rest = content[:at], content[at:]
        is_key = rest.startswith(":") and content[0] not in _INDICATORS and not _COMMENT.search(name)
    if not is_key:
        return None
    value = rest[1:].strip()
    if value.startswith(("&", "!")):
        value = value.partition(" ")[2].strip()
    return name.rstrip(), "" if value.startswith("#") else value
