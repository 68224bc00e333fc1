"""BuildKit's word lexer: quotes, escapes and `$` in a Dockerfile's words (its package frontend/dockerfile/shell)."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from lint_alpine.dockerfile.patterns import Pattern
from lint_alpine.dockerfile.splitting import SPACE

_DEEPEST = 40
_LONGEST = 131_072
_NAME = re.compile(r"\d+|[@*#?$!-]|\w+")
_SPACES_OR_NOT = re.compile(rf"[{SPACE}]+|[^{SPACE}]+")
_HEREDOC = re.compile(r"<<?")
_HEREDOC_SPACES = re.compile(r"[\t\r ]*")


@cache
def _plain(special: str) -> re.Pattern[str]:
    return re.compile(f"[^{re.escape(special)}]+")


class LexedWord(NamedTuple):
    """A word as the lexer hands it on, and from where to where its characters stand in the text."""

    text: str
    start: int
    end: int


class Budget:
    """How many characters expansions may still come to; `outer` is what more of them share."""

    __slots__ = ("left", "outer")

    def __init__(self, left: int, outer: "Budget | None" = None) -> None:
        self.left = left
        self.outer = outer

    def spend(self, size: int) -> bool:
        """Whether there may be so many more characters."""
        if size > self.left or not (self.outer is None or self.outer.spend(size)):
            return False
        self.left -= size
        return True


class Lexer:
    """One pass over one text.

    Without `variables` no name is known and every expansion stays as written, as BuildKit looks for here-documents.
    """

    def __init__(
        self,
        text: str,
        escape: str,
        variables: Mapping[str, str | None] | None = None,
        budget: Budget | None = None,
        *,
        quotes: bool = True,
        keep_quotes: bool = False,
        keep_escapes: bool = False,
    ) -> None:
        self._text = text
        self._escape = escape
        self._variables = variables
        self._quotes = "'\"" if quotes else ""
        self._keep_quotes = keep_quotes
        self._keep_escapes = keep_escapes
        self._at = int(text.startswith("\ufeff"))  # the scanner of Go drops a byte order mark
        self._depth = 0
        self._nested = 0
        self._budget = Budget(_LONGEST, budget)

    def expand(self) -> str | None:
        """The text without its quotes, escapes and expansions; None if that takes a value that is not known.

        Raises ValueError for what BuildKit refuses, for values of more than 131,072 characters in all (the most that
        Linux passes in one string) or than the budget has left, and for substitutions nested more than 40 deep.
        """
        return self._until("", keep_escapes=self._keep_escapes)

    def words(self) -> Iterator[LexedWord]:
        """The text split at white space outside quotes. Raises ValueError as `expand` does."""
        parts: list[str] = []
        start = end = 0
        nested = 0
        for begin, text, splits in self._pieces("", keep_escapes=self._keep_escapes):
            if nested != self._nested:
                nested = self._nested
                parts.clear()  # BuildKit's nested substitution overwrites the word that it stands in
            for run, first, last in self._runs(begin, text or "", splits=splits):
                if run:
                    start = start if parts else first
                    end = last
                    parts.append(run)
                elif parts:
                    yield LexedWord("".join(parts), start, end)
                    parts.clear()
        if parts:
            yield LexedWord("".join(parts), start, end)

    def _runs(self, begin: int, text: str, *, splits: bool) -> Iterator[tuple[str, int, int]]:
        """A piece divided at white space, which is given as an empty text, each with start and end."""
        if not splits:
            yield from ((text, begin, self._at),) if text else ()
            return
        as_written = self._text.startswith(text, begin)
        for run in _SPACES_OR_NOT.finditer(text):
            place = (begin + run.start(), begin + run.end()) if as_written else (begin, self._at)
            yield "" if run[0][0] in SPACE else run[0], *place

    def _until(self, stop: str, *, keep_escapes: bool) -> str | None:
        return _joined([text for _, text, _ in self._pieces(stop, keep_escapes=keep_escapes)])

    def _pieces(self, stop: str, *, keep_escapes: bool) -> Iterator[tuple[int, str | None, bool]]:
        """Start, text and whether white space in it splits words, of each piece up to `stop`, which is passed over."""
        outer, self._keep_escapes = self._keep_escapes, keep_escapes
        plain = _plain(f"$<{self._quotes}{self._escape}{stop}")
        while self._at < len(self._text):
            start = self._at
            character = self._text[start]
            if run := plain.match(self._text, start):
                self._at = run.end()
                yield start, run[0], True
            elif character == stop:
                self._at += 1
                self._keep_escapes = outer
                return
            elif character == "$":
                yield start, self._dollar(), True
            elif character == "<":
                yield start, self._less_than(), False
            elif character == self._escape:
                # an escape that ends the text is dropped
                self._at += 2
                yield start, self._text[start if keep_escapes else start + 1 : self._at], False
            elif character == '"':
                yield start, self._double_quoted(), False
            else:
                yield start, self._single_quoted(), False
        if stop:
            raise ValueError(f"syntax error: missing '{stop}'")

    def _less_than(self) -> str:
        start = self._at
        found = _HEREDOC.match(self._text, start)
        if found and found[0] == "<<":  # BuildKit keeps `<< NAME` together
            found = _HEREDOC_SPACES.match(self._text, found.end())
        self._at = found.end() if found else start + 1
        return self._text[start : self._at]

    def _single_quoted(self) -> str:
        start = self._at
        end = self._text.find("'", start + 1)
        if end < 0:
            raise ValueError("unexpected end of statement while looking for matching single-quote")
        self._at = end + 1
        return self._text[start : end + 1] if self._keep_quotes else self._text[start + 1 : end]

    def _double_quoted(self) -> str | None:
        plain = _plain(f'"${self._escape}')
        quote = '"' if self._keep_quotes else ""
        parts: list[str | None] = [quote]
        self._at += 1
        while self._at < len(self._text):
            character = self._text[self._at]
            if run := plain.match(self._text, self._at):
                self._at = run.end()
                parts.append(run[0])
            elif character == '"':
                self._at += 1
                return _joined([*parts, quote])
            elif character == "$":
                parts.append(self._dollar())
            else:
                self._at += 1
                following = self._text[self._at : self._at + 1]
                parts.append(self._escape if self._keep_escapes else "")
                escapes = following in ('"', "$", self._escape)
                parts.append(following if escapes else self._escape)
                self._at += escapes
        raise ValueError("unexpected end of statement while looking for matching double-quote")

    def _dollar(self) -> str | None:
        self._at += 1
        if not self._text.startswith("{", self._at):
            name = self._name()
            return self._value(name, f"${name}") if name else "$"
        self._at += 1
        following = self._text[self._at : self._at + 1]
        if not following:
            raise ValueError("syntax error: missing '}'")
        if following in "{}:":
            raise ValueError("syntax error: bad substitution")
        name = self._name()
        if self._text.startswith("}", self._at):
            self._at += 1
            return self._value(name, f"${{{name}}}")
        if self._depth == _DEEPEST:
            raise ValueError(f"substitutions nested more than {_DEEPEST} deep")
        self._depth += 1
        self._nested += 1
        value = self._replaced(name) if self._text.startswith("/", self._at) else self._modified(name)
        self._depth -= 1
        return value

    def _name(self) -> str:
        found = _NAME.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return found[0] if found else ""

    def _value(self, name: str, written: str) -> str | None:
        if self._variables is None:
            return written
        value = self._variables.get(name, "")
        self._spend(len(value or ""))
        return value

    def _spend(self, size: int) -> None:
        if not self._budget.spend(size):
            raise ValueError("expands to too many characters")

    def _modified(self, name: str) -> str | None:
        """`${name` and one of `:- - :+ + :? ? # ## % %%`, the word, and `}`."""
        colon = ":" if self._text.startswith(":", self._at) else ""
        operator = self._text[self._at + len(colon) : self._at + len(colon) + 1]
        unsupported = ValueError(f"unsupported modifier ({colon}{operator}) in substitution")
        if not operator or (not colon and operator not in "+-?#%") or (colon and operator in "#%"):
            raise unsupported
        self._at += len(colon) + 1
        word = self._until("}", keep_escapes=operator in "#%")
        if self._variables is None:
            return f"${{{name}{colon}{operator}{word}}}"
        value = self._value(name, "")
        missing = name not in self._variables or (bool(colon) and value == "")
        unsure = bool(colon) and value is None
        match operator:
            case "-":
                return word if missing else value
            case "+":
                return "" if missing else None if unsure else word
            case "?" if missing:
                kind = "empty" if name in self._variables else "unset"
                raise ValueError(f"{name}: {word or f'is not allowed to be {kind}'}")
            case "?":
                return value
            case "#" | "%":
                return _trimmed(operator, word, value)
        raise unsupported

    def _replaced(self, name: str) -> str | None:
        """`${name/pattern/replacement}`, and `//` for every match."""
        every = self._text.startswith("//", self._at)
        self._at += 1 + every
        pattern = self._until("/", keep_escapes=True)
        replacement = self._until("}", keep_escapes=True)
        if self._variables is None:
            return f"${{{name}/{pattern}/{replacement}}}"
        value = self._value(name, "")
        if value is None or pattern is None or replacement is None:
            return None
        parsed = Pattern.parse(pattern)
        if every:
            result = parsed.replace_all(value, replacement, self._budget.left)
        else:
            result = parsed.replace_first(value, replacement)
        self._spend(max(0, len(result) - len(value)))
        return result


def _trimmed(operator: str, pattern: str | None, value: str | None) -> str | None:
    if value is None or pattern is None:
        return None
    longest = pattern.startswith(operator)
    parsed = Pattern.parse(pattern[longest:])
    trim = parsed.trim_prefix if operator == "#" else parsed.trim_suffix
    return trim(value, longest=longest)


def _joined(parts: list[str | None]) -> str | None:
    known = [part for part in parts if part is not None]
    return "".join(known) if len(known) == len(parts) else None
