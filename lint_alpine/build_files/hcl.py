"""HCL, as much of it as Bake files need: blocks, and attributes that are texts, lists and mappings of them."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lint_alpine.build_files.build import NotUnderstoodError

# A text may hold `${...}`; one with another text or with braces inside of that is not understood.
_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r]+|(?:\#|//)[^\n]*|/\*.*?\*/)|(?P<end>\n)"""
    r"""|(?P<text>"(?:[^"\\$\n]|\\.|\$(?!\{)|\$\{[^{}"\n]*\})*")"""
    r"""|(?P<name>[A-Za-z_][\w.-]*)|(?P<number>\d[\d.]*)|(?P<strange>"|/\*|<<)|(?P<sign>.)""",
    re.DOTALL,
)
_DEEPEST = 20


class Reference(NamedTuple):
    """The name of a variable where a value could stand."""

    name: str


Value = str | bool | Reference | tuple["Value", ...] | Mapping[str, "Value"] | None
"""None: nothing, or an expression that is not understood."""


class Block(NamedTuple):
    """`kind "label" { name = value }`; blocks inside of it are left out."""

    kind: str
    labels: tuple[str, ...]
    attributes: Mapping[str, Value]


class _Token(NamedTuple):
    kind: str
    text: str


_END = _Token("end", "")


def read_hcl(text: str) -> Iterator[Block]:
    """The blocks of a file. Raises NotUnderstoodError."""
    reader = _Reader(list(_tokens(text)))
    while reader.skips_lines():
        if (block := reader.block()) is not None:
            yield block


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        match match.lastgroup:
            case "strange":
                raise NotUnderstoodError(f"`{match[0]}` begins what is not understood")
            case "blank" | None:
                continue
            case kind:
                yield _Token(kind, match[0])


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _take(self) -> _Token:
        token = self._next
        self._at += 1
        return token

    def _takes(self, text: str) -> bool:
        found = self._next.text == text
        self._at += found
        return found

    def skips_lines(self) -> bool:
        """Whether more comes behind the line ends."""
        while self._next.text == "\n":
            self._at += 1
        return self._at < len(self._tokens)

    def block(self) -> Block | None:
        """The block that begins here; None where an attribute stands here, or what is no block of the file."""
        kind, labels = self._take(), []
        while self._next.kind in ("text", "name"):
            labels.append(self._take().text.strip('"'))
        if kind.kind == "name" and not labels and self._takes("="):
            self._expression()
            return None
        if kind.kind != "name" or not self._takes("{"):
            raise NotUnderstoodError(f"`{kind.text}` is not understood")
        attributes: dict[str, Value] = {}
        while self.skips_lines() and not self._takes("}"):
            before = self._at
            name = self._take()
            if name.kind == "name" and self._takes("="):
                attributes[name.text] = _read(self._expression())
            else:
                self._at = before
                self._expression()
        return Block(kind.text, tuple(labels), attributes)

    def _expression(self) -> list[_Token]:
        """What stands up to the end of the line, brackets closed, or up to the end of the block."""
        found: list[_Token] = []
        depth = 0
        while self._at < len(self._tokens):
            text = self._next.text
            if depth == 0 and text in ("\n", "}"):
                break
            depth += (text in ("[", "{", "(")) - (text in ("]", "}", ")"))
            if depth < 0:
                raise NotUnderstoodError(f"`{text}` closes nothing")
            found.append(self._take())
        return found


def _read(tokens: list[_Token]) -> Value:
    """The value of an expression, None where it is more than a text, a name, or a list or mapping of them."""
    values = _Values([token for token in tokens if token.kind != "end"])
    try:
        return values.whole()
    except ValueError:
        return None


class _Values:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = [*tokens, _END]
        self._at = 0

    def whole(self) -> Value:
        value = self._value(0)
        if self._tokens[self._at] is not _END:
            raise ValueError
        return value

    def _take(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _takes(self, text: str) -> bool:
        found = self._tokens[self._at].text == text
        self._at += found
        return found

    def _value(self, depth: int) -> Value:
        token = self._take()
        match token:
            case _Token("text", text) if "\\" not in text:
                return text[1:-1]
            case _Token("number", text):
                return text
            case _Token("name", "true" | "false" | "null" as word):
                return {"true": True, "false": False}.get(word)
            case _Token("name", name) if self._tokens[self._at].text != "(":
                return Reference(name)
            case _Token("sign", "[") if depth < _DEEPEST:
                return tuple(self._items(depth + 1))
            case _Token("sign", "{") if depth < _DEEPEST:
                return dict(self._pairs(depth + 1))
        raise ValueError

    def _items(self, depth: int) -> Iterator[Value]:
        while not self._takes("]"):
            yield self._value(depth)
            if not self._takes(",") and self._tokens[self._at].text != "]":
                raise ValueError

    def _pairs(self, depth: int) -> Iterator[tuple[str, Value]]:
        # Between the lines of a mapping no comma has to stand.
        while not self._takes("}"):
            name = self._take()
            if name.kind not in ("text", "name") or not (self._takes("=") or self._takes(":")):
                raise ValueError
            yield name.text.strip('"'), self._value(depth)
            self._takes(",")
