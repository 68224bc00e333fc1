"""The words of an instruction's arguments: names and values of ENV, ARG and LABEL, paths of COPY; their expansion."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.dockerfile import splitting
from lint_alpine.dockerfile.lexer import Budget, Lexer
from lint_alpine.dockerfile.splitting import Piece
from lint_alpine.source import Excerpt, Span

if TYPE_CHECKING:
    from lint_alpine.dockerfile.instructions import Instruction

_FIELDS = frozenset({"ADD", "COPY", "EXPOSE", "FROM", "VOLUME"})
_WORDS = frozenset({"ARG", "ENV", "LABEL"})


class RawWord(NamedTuple):
    """One argument as written (a string of a JSON array: decoded); variables, quotes and escapes are still in it."""

    text: str
    span: Span


class NameValue(NamedTuple):
    """`name=value` of ENV, ARG or LABEL, both as written, quotes still there; `value` is None for `ARG name`."""

    name: str
    value: str | None
    span: Span
    value_span: Span | None


class BadWord(NamedTuple):
    """Why BuildKit refuses the words of ENV, ARG or LABEL, and the word."""

    message: str
    span: Span


def arguments(instruction: "Instruction") -> tuple[RawWord, ...]:
    """The arguments as BuildKit divides them.

    The strings of a JSON array; the words of ADD, COPY, EXPOSE, FROM, VOLUME, ARG, ENV and LABEL; CMD or NONE and the
    command of HEALTHCHECK; of all others (WORKDIR, USER, RUN in shell form...) the whole text as one argument.
    """
    text = instruction.arguments
    strings = tuple(RawWord(string, span) for string, span in instruction.exec_form or ())
    if instruction.name == "HEALTHCHECK":
        kind, rest = splitting.first_field(text.text)
        command = strings if instruction.exec_form is not None else _raw(text, _whole(text.text, rest))
        return (*_raw(text, (kind,)), *command) if kind.text else ()
    if instruction.exec_form is not None:
        return strings
    if instruction.name in _FIELDS:
        return _raw(text, tuple(splitting.fields(text.text)))
    if instruction.name in _WORDS:
        return _raw(text, tuple(splitting.words(text.text, instruction.escape)))
    return _raw(text, _whole(text.text, 0))


def name_values(instruction: "Instruction") -> tuple[NameValue, ...]:
    """The names and values of ENV, ARG and LABEL, also of the old `ENV name value`, as far as they can be read."""
    return tuple(pair for pair in read_pairs(instruction) if isinstance(pair, NameValue) and pair.name)


def read_pairs(instruction: "Instruction") -> tuple[NameValue | BadWord, ...]:
    """What each word of ENV, ARG or LABEL is."""
    text = instruction.arguments
    words = tuple(splitting.words(text.text, instruction.escape))
    if words and instruction.name != "ARG" and "=" not in words[0].text:
        return (_old_form(instruction),)
    return tuple(_pair(instruction, word) for word in words)


def _old_form(instruction: "Instruction") -> NameValue | BadWord:
    text = instruction.arguments
    name, at = splitting.first_field(text.text)
    end = len(text.text)
    if at == end:
        return BadWord(f"{instruction.name} must have two arguments", text.span(0, end))
    return NameValue(name.text, text.text[at:], text.span(0, end), text.span(at, end))


def _pair(instruction: "Instruction", word: Piece) -> NameValue | BadWord:
    text = instruction.arguments
    span = text.span(word.start, word.end)
    name, equals, value = word.text.partition("=")
    if equals:
        return NameValue(name, value, span, text.span(word.end - len(value), word.end))
    if instruction.name == "ARG":
        return NameValue(name, None, span, None)
    return BadWord(f"can't find = in `{word.text}`: must be of the form name=value", span)


def expand(
    raw: str,
    variables: Mapping[str, str | None],
    escape: str,
    budget: Budget | None = None,
    *,
    quotes: bool = True,
) -> str | None:
    """A word of ENV, ARG, FROM, COPY, WORKDIR... as BuildKit expands it: no quotes and escapes, variables filled in.

    A name that is missing is empty; one that maps to None has a value that is not known, and where the result takes it
    the result is None too. With `quotes=False` quotes stand for themselves, as in the body of a here-document of COPY
    (whose escape is always a backslash). Raises ValueError for a bad substitution, an unset name under `${name?}`,
    an open quote, substitutions nested more than 40 deep, and values of more than 131,072 characters in all or than
    the budget has left.
    """
    return Lexer(raw, escape, variables, budget, quotes=quotes).expand()


def expand_or_none(
    raw: str, variables: Mapping[str, str | None], escape: str, budget: Budget | None = None
) -> str | None:
    """The word as `expand` has it; None as well where that raises ValueError."""
    try:
        return expand(raw, variables, escape, budget)
    except ValueError:
        return None


def _whole(text: str, start: int) -> tuple[Piece, ...]:
    return (Piece(text[start:], start, len(text)),) if start < len(text) else ()


def _raw(text: Excerpt, pieces: tuple[Piece, ...]) -> tuple[RawWord, ...]:
    return tuple(RawWord(piece.text, text.span(piece.start, piece.end)) for piece in pieces)
