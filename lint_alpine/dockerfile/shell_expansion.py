"""Shell words -> the fields that they expand to, as far as the variables are known."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from lint_alpine.dockerfile.lexer import Budget
from lint_alpine.dockerfile.patterns import Pattern
from lint_alpine.dockerfile.shell import Literal, Part, Unknown, Variable, Word
from lint_alpine.dockerfile.shell_text import assemble
from lint_alpine.source import Excerpt, Span

# Stands for what is not known in a script that a word makes (`sh -c "pip install $X"`).
UNKNOWN = "\N{OBJECT REPLACEMENT CHARACTER}"

# How many characters of variables one script may expand to: `A=$A$A` doubles with every word.
_MAXIMUM_EXPANSION = 1 << 18
# Every command carries these, so a script may not have any number of them.
_MAXIMUM_EXPORTED = 64

_ALTERING = frozenset(["#", "##", "%", "%%", "/", "//"])
_FIELD_SEPARATORS = re.compile(r"[ \t\n]+")


@dataclass(frozen=True, slots=True)
class Argument:
    """One field after expansion; `text` is None where it is not known. `span` is that of the word it comes from.

    `word` is that word as written.
    """

    text: str | None
    span: Span
    word: Word | None = field(default=None, repr=False, compare=False)

    @property
    def written(self) -> str:
        """The text, or where that is not known the word as it was written."""
        return self.text if self.text is not None else self.word.raw if self.word else ""


class _Unset:
    """The value of a variable that has none."""


_UNSET = _Unset()
_Value = str | None | _Unset


class Variables:
    """The variables of a shell while it runs. None: set, or maybe set, to a value that is not known."""

    def __init__(self, known: Mapping[str, str | None]) -> None:
        self._environment = known
        self._values: dict[str, str | None] = dict(known)
        self._changes: list[dict[str, _Value]] = []
        self._exported: dict[str, None] = {}

    def is_set(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str) -> str | None:
        return self._values.get(name)

    def set(self, name: str, value: str | None) -> None:
        self._store(name, value)
        if name in self._environment:
            self.export(name)

    def unset(self, name: str) -> None:
        # Programs take an empty variable for an unset one; that it was in the environment has to be overridden.
        if name in self._environment:
            self.set(name, "")
        else:
            self._store(name, _UNSET)

    def export(self, name: str) -> None:
        if len(self._exported) < _MAXIMUM_EXPORTED:
            self._exported[name] = None

    def exported(self) -> dict[str, str | None]:
        """What programs see that the script itself has set."""
        return {name: self._values[name] for name in self._exported if name in self._values}

    @contextmanager
    def subshell(self) -> Iterator[None]:
        """What is set inside is gone afterwards."""
        self._changes.append({})
        yield
        for name, value in self._changes.pop().items():
            self._put(name, value)

    @contextmanager
    def branch(self) -> Iterator[None]:
        """What is set inside may or may not be afterwards."""
        self._changes.append({})
        yield
        for name, before in self._changes.pop().items():
            now = self._values.get(name, _UNSET)
            self._put(name, before)
            if before != now:
                self._store(name, None)

    def _store(self, name: str, value: _Value) -> None:
        if self._changes:
            self._changes[-1].setdefault(name, self._values.get(name, _UNSET))
        self._put(name, value)

    def _put(self, name: str, value: _Value) -> None:
        if isinstance(value, _Unset):
            self._values.pop(name, None)
        else:
            self._values[name] = value


class _Chunk(NamedTuple):
    """A part's text, None where it is not known, and whether white space in it divides fields."""

    text: str | None
    divides: bool


class Expander:
    """Parameter expansion, field splitting and quote removal (POSIX.1-2024, 2.6), without pathname expansion."""

    def __init__(self, variables: Variables, budget: Budget | None) -> None:
        self.variables = variables
        self._budget = Budget(_MAXIMUM_EXPANSION, budget)

    def spend(self, size: int) -> bool:
        """Whether the script may expand to so many more characters."""
        return self._budget.spend(size)

    def arguments(self, words: Iterable[Word]) -> list[Argument]:
        return [argument for word in words for argument in self.fields(word)]

    def fields(self, word: Word) -> list[Argument]:
        """None where the word is an unquoted variable without value, several where the value has white space."""
        found: list[Argument] = []
        texts: list[str | None] = []
        begun = False
        for chunk in self._chunks(self._at_home(word.parts)):
            if chunk.text is None or not chunk.divides:
                texts.append(chunk.text)
                begun = True
                continue
            first, *others = _FIELD_SEPARATORS.split(chunk.text)
            texts.append(first)
            begun = begun or first != ""
            for text in others:
                if begun:
                    found.append(Argument(_joined(texts), word.span, word))
                texts = [text]
                begun = text != ""
        if begun:
            found.append(Argument(_joined(texts), word.span, word))
        return found

    def text(self, word: Word) -> str | None:
        """The word's text without field splitting, as in an assignment."""
        return self._text(self._at_home(word.parts))

    def script(self, arguments: Iterable[Argument]) -> Excerpt | None:
        """The script that the arguments make, joined by spaces, each character with the place that it comes from."""
        texts: list[str] = []
        pieces: list[tuple[int, int]] = []
        length = 0
        source = None
        for argument in arguments:
            source = argument.span.source
            parts = list(self._script_parts(argument))
            if texts:
                parts.insert(0, (" ", [(0, argument.span.begin)]))
            for text, places in parts:
                pieces += [(length + at, origin) for at, origin in places]
                texts.append(text)
                length += len(text)
        if source is None or not length or not self.spend(length):
            return None
        return Excerpt(source, "".join(texts), tuple(pieces))

    def _script_parts(self, argument: Argument) -> Iterator[tuple[str, Iterable[tuple[int, int]]]]:
        word = argument.word
        if word is None or word.script is None or (argument.text is not None and self.text(word) != argument.text):
            text = UNKNOWN if argument.text is None else argument.text
            yield text, [(at, argument.span.begin) for at in range(len(text))]
            return
        for part in word.parts:
            if isinstance(part, Literal):
                yield part.text, assemble(word.script, [(part.index, part.index + len(part.text))]).pieces
            else:
                value = self._text((part,))
                text = UNKNOWN if value is None else value
                origin = word.script.offset(part.index)
                # All of it comes from the whole expansion; a span can say so by its last character alone.
                last = word.script.offset(part.index + max(len(part.raw) - 1, 0))
                yield text, [(at, origin if at + 1 < len(text) or not at else last) for at in range(len(text))]

    def _at_home(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Tilde expansion (2.6.1), of the user's own home alone."""
        match parts:
            case (Literal(text, False, index), *others) if text.startswith("~/") or (text == "~" and not others):
                home = self.variables.get("HOME")
                if home and self.spend(len(home)):
                    return (Literal(home.rstrip("/") + text[1:], False, index), *others)
        return parts

    def _text(self, parts: tuple[Part, ...]) -> str | None:
        return _joined([chunk.text for chunk in self._chunks(parts)])

    def _chunks(self, parts: tuple[Part, ...], *, expanded: bool = False) -> Iterator[_Chunk]:
        """`expanded`: the parts are the word of an expansion such as `${x:-word}`, which is divided like a value."""
        for part in parts:
            match part:
                case Literal(text, quoted):
                    yield _Chunk(None if UNKNOWN in text else text, expanded and not quoted)
                case Variable():
                    yield from self._variable(part)
                case Unknown(_, quoted):
                    yield _Chunk(None, not quoted)

    def _variable(self, part: Variable) -> Iterator[_Chunk]:
        variables, name, operator = self.variables, part.name, part.operator
        value = variables.get(name)
        is_set = variables.is_set(name)
        given = bool(value) if operator.startswith(":") and value is not None else is_set
        match operator.lstrip(":"):
            # A name that nothing here sets has no value, as far as one who writes a default expects.
            case "-" if not given:
                yield from self._chunks(part.argument, expanded=True)
                return
            case "=" if not given:
                # Its quotes do not count: what is substituted is the variable's new value.
                value = self._text(part.argument)
                variables.set(name, value)
            case "+" if given and (value is not None or operator == "+"):
                yield from self._chunks(part.argument, expanded=True)
                return
            case "+":
                yield _Chunk(None if given else "", not part.quoted)
                return
        if value is not None and operator in _ALTERING:
            value = self._altered(value, operator, part.argument)
        if value is not None and not self.spend(len(value)):
            value = None
        divides = not part.quoted
        if divides and value and self.variables.is_set("IFS"):
            value = None
        yield _Chunk(value, divides)

    def _altered(self, value: str, operator: str, argument: tuple[Part, ...]) -> str | None:
        """`${x#pattern}`, `${x%pattern}` and `${x/pattern/replacement}`."""
        replacement: str | None = ""
        if operator[0] == "/":
            argument, rest = _divided(argument)
            replacement = self._text(rest)
        try:
            pattern = Pattern.parse("".join(self._pattern(argument)))
            if not self.spend(len(value)) or replacement is None:
                return None
            match operator:
                case "#" | "##":
                    return pattern.trim_prefix(value, longest=operator == "##")
                case "%" | "%%":
                    return pattern.trim_suffix(value, longest=operator == "%%")
                case "/":
                    return pattern.replace_first(value, replacement)
                case _:
                    return pattern.replace_all(value, replacement, self._budget.left)
        except ValueError:
            return None

    def _pattern(self, argument: tuple[Part, ...]) -> Iterator[str]:
        """Raises ValueError for what is no known pattern of `*` and `?`."""
        for part in argument:
            text = self._text((part,))
            if text is None or ("[" in text and not part.quoted):
                raise ValueError("not a known pattern")
            yield re.sub(r"([*?\\])", r"\\\1", text) if part.quoted else text


def _divided(argument: tuple[Part, ...]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The parts before and after the first `/` that is not quoted."""
    for index, part in enumerate(argument):
        if isinstance(part, Literal) and not part.quoted and "/" in part.text:
            before, _, after = part.text.partition("/")
            return (
                (*argument[:index], Literal(before, False, part.index)),
                (Literal(after, False, part.index + len(before) + 1), *argument[index + 1 :]),
            )
    return argument, ()


def _joined(texts: Iterable[str | None]) -> str | None:
    known: list[str] = []
    for text in texts:
        if text is None:
            return None
        known.append(text)
    return "".join(known)
