"""The text of a shell script -> its words: quotes, escapes and expansions, each with its place."""

import re
from abc import abstractmethod
from collections.abc import Iterable
from typing import NamedTuple

from lint_alpine.dockerfile.shell import Literal, Part, Unknown, Variable, Word
from lint_alpine.dockerfile.shell_text import TextReader, assemble
from lint_alpine.source import Excerpt

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SPECIAL_PARAMETER = re.compile(r"[0-9@*#?$!-]")
_OPERATOR = re.compile(r":[-+?=]|[-+?=]|##?|%%?|//?")
_ARRAY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]]*\])?\+?=")
_BACKQUOTED = re.compile(r"((?:[^\\`]|\\.)*+)(`?)", re.DOTALL)
_ANSI_QUOTED = re.compile(r"((?:[^\\']|\\.)*+)('?)", re.DOTALL)
_ANSI_ESCAPE = re.compile(
    r"""[^\\]+
    |\\(?:x(?P<x>[0-9A-Fa-f]{1,2})|u(?P<u>[0-9A-Fa-f]{1,4})|U(?P<U>[0-9A-Fa-f]{1,8})|(?P<octal>[0-7]{1,3})|(?P<letter>.))
    """,
    re.DOTALL | re.VERBOSE,
)
_ANSI_LETTERS = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class _Context(NamedTuple):
    """Where parts stand: the text that means itself there, whether it is quoted, and what a backslash may quote."""

    plain: re.Pattern[str]
    quoted: bool = False
    escapable: str | None = None


_WORD = _Context(re.compile(r"""[^ \t\n;&|<>()\\'"$`]+"""))
_DOUBLE_QUOTES = _Context(re.compile(r'[^\\"$`]+'), quoted=True, escapable='$`"\\')
_BRACES = _Context(re.compile(r"""[^}\\'"$`]+"""))
_QUOTED_BRACES = _Context(re.compile(r'[^}\\"$`]+'), quoted=True, escapable='$`"\\}')
_PATTERN = _Context(re.compile(r"""[^()\\'"$`]+"""))
_ARITHMETIC = re.compile(r"(?:[^()$`\\]|\\.)*+", re.DOTALL)
_HERE_DOCUMENT = _Context(re.compile(r"[^\\$`]+"), quoted=True, escapable="$`\\")


class WordReader(TextReader):
    """Reads words; what stands in `$(...)` is read by the subclass."""

    @abstractmethod
    def substitution(self) -> None:
        """Read the commands from `position` to the closing parenthesis, and that too."""

    @abstractmethod
    def backquoted(self, script: Excerpt) -> None:
        """Read the commands of a script that stood between backquotes."""

    def word(self) -> Word:
        """The word at `position`; an empty one where none begins."""
        return self.finished(self.position, self.parts(_WORD))

    def value(self) -> Word:
        """What an assignment gives its variable: like a word, or an array in parentheses."""
        start = self.position
        array = self._array() if self.text.startswith("(", start) else ()
        return self.finished(start, [*array, *self.parts(_WORD)])

    def finished(self, start: int, parts: list[Part]) -> Word:
        end = self.position
        while self.text.endswith("\\\n", start, end):
            end -= 2
        return Word(self.text[start:end], tuple(parts), self.excerpt.span(start, end), self.excerpt)

    def here_document_parts(self) -> None:
        """Read the commands that a here-document's body holds."""
        self.parts(_HERE_DOCUMENT)

    def parts(self, context: _Context) -> list[Part]:
        """What stands from `position` to the first character that ends the context."""
        found: list[Part] = []
        while self.position < self.end:
            start = self.position
            if run := context.plain.match(self.text, start):
                self.position = run.end()
                found.append(Literal(run[0], context.quoted, start))
                continue
            match self.text[start]:
                case "\\":
                    found += self._escape(context)
                case "$":
                    found += self._dollar(context.quoted)
                case "`":
                    found.append(self._backquotes(context.quoted))
                case "'":
                    found.append(self._single_quotes())
                case '"' if context is not _DOUBLE_QUOTES:
                    found += self._double_quotes()
                case "<" | ">" if context is _WORD and self.text.startswith("(", start + 1):
                    found.append(self._substitution(2, quoted=False))
                case "(" if context is _PATTERN or (context is _WORD and _begins_pattern(found)):
                    found += self._pattern()
                case "(" if context is _WORD and _begins_array(found):
                    found += self._array()
                case _:
                    break
        return found

    def _step_over(self, closer: str) -> bool:
        """Whether the closing character is there, which is stepped over."""
        found = self.text.startswith(closer, self.position)
        self.position += found
        return found

    def _escape(self, context: _Context) -> list[Part]:
        start = self.position
        following = self.text[start + 1 : start + 2]
        if following == "\n":
            self.position += 2
            return []
        if following and (context.escapable is None or following in context.escapable):
            self.position += 2
            return [Literal(following, True, start + 1)]
        self.position += 1
        return [Literal("\\", context.quoted, start)]

    def _single_quotes(self) -> Part:
        start = self.position
        close = self.text.find("'", start + 1)
        if close < 0:
            close = self.end
        self.position = min(close + 1, self.end)
        return Literal(self.text[start + 1 : close], True, start + 1)

    def _double_quotes(self) -> list[Part]:
        self.position += 1
        inner = self.position
        found = self.parts(_DOUBLE_QUOTES)
        self._step_over('"')
        return found or [Literal("", True, inner)]

    def _dollar(self, quoted: bool) -> list[Part]:
        start = self.position
        match self.text[start + 1 : start + 2]:
            case "(" if self.text.startswith("((", start + 1):
                return [self.arithmetic(3, quoted)]
            case "(":
                return [self._substitution(2, quoted)]
            case "{":
                return [self._parameter(quoted)]
            case "'" if not quoted:
                return self._ansi_quotes()
            case '"' if not quoted:
                self.position += 1
                return self._double_quotes()
        if name := _NAME.match(self.text, start + 1):
            self.position = name.end()
            return [Variable(name[0], "", (), quoted, start, self.text[start : name.end()])]
        if _SPECIAL_PARAMETER.match(self.text, start + 1):
            self.position += 2
            return [Unknown(self.text[start : start + 2], quoted, start)]
        self.position += 1
        return [Literal("$", quoted, start)]

    def _substitution(self, opener: int, quoted: bool) -> Part:
        start = self.position
        # It takes twice the stack frames that a compound command takes.
        if self.enter(opener, 2):
            self.position += opener
            self.substitution()
            self.depth -= 2
        return Unknown(self.text[start : self.position], quoted, start)

    def _backquotes(self, quoted: bool) -> Part:
        start = self.position
        found = _BACKQUOTED.match(self.text, start + 1)
        if found is None or not found[2]:
            # The pattern stops early only before a backslash that ends the text.
            self.position = self.end
            return Unknown(self.text[start:], quoted, start)
        if self.enter(1):
            escapes = r'\\(?=[$`\\"])' if quoted else r"\\(?=[$`\\])"
            self.backquoted(assemble(self.excerpt, _kept(self.text, escapes, found.start(1), found.end(1))))
            self.depth -= 1
        self.position = found.end()
        return Unknown(self.text[start : self.position], quoted, start)

    def arithmetic(self, opener: int, quoted: bool) -> Part:
        """`$((...))` or `((...))`: not computed, but read for the substitutions inside."""
        start = self.position
        if not self.enter(opener):
            return Unknown(self.text[start : self.position], quoted, start)
        self.position += opener
        open_parentheses = 2
        while open_parentheses:
            self.skip(_ARITHMETIC)
            match self.text[self.position : self.position + 1]:
                case "(":
                    open_parentheses += 1
                    self.position += 1
                case ")":
                    open_parentheses -= 1
                    self.position += 1
                case "$":
                    self._dollar(True)
                case "`":
                    self._backquotes(True)
                case "\\":
                    self.position += 1
                case _:
                    break
        self.depth -= 1
        return Unknown(self.text[start : self.position], quoted, start)

    def _parameter(self, quoted: bool) -> Part:
        start = self.position
        if not self.enter(2):
            return Unknown("${", quoted, start)
        name = _NAME.match(self.text, start + 2)
        self.position = name.end() if name else start + 2
        operator = _OPERATOR.match(self.text, self.position) if name else None
        known = name is not None and (operator is not None or self.text.startswith("}", self.position))
        if operator:
            self.position = operator.end()
        # POSIX 2.6.2: inside double quotes the word of `:-` and its like is quoted, the pattern of `#` and `%` is not.
        plain = operator is not None and operator[0][0] in "#%/"
        argument = self.parts(_QUOTED_BRACES if quoted and not plain else _BRACES)
        self._step_over("}")
        self.depth -= 1
        raw = self.text[start : self.position]
        if name and known:
            return Variable(name[0], operator[0] if operator else "", tuple(argument), quoted, start, raw)
        return Unknown(raw, quoted, start)

    def _ansi_quotes(self) -> list[Part]:
        """`$'...'`: in bash, busybox ash and POSIX.1-2024; dash before 0.5.13 takes the dollar sign as text."""
        start = self.position
        found = _ANSI_QUOTED.match(self.text, start + 2)
        if found is None or not found[2]:
            self.position = self.end
            return [Literal(self.text[start + 2 :], True, start + 2)]
        self.position = found.end()
        if not found[1]:
            return [Literal("", True, start + 2)]
        pieces = _ANSI_ESCAPE.finditer(self.text, start + 2, found.end(1))
        return [Literal(_ansi_character(piece), True, piece.start()) for piece in pieces]

    def _pattern(self) -> list[Part]:
        """The parenthesis of a bash pattern such as `!(a|b)`."""
        start = self.position
        if not self.enter(1):
            return [Literal("(", False, start)]
        self.position += 1
        found: list[Part] = [Literal("(", False, start), *self.parts(_PATTERN)]
        if self._step_over(")"):
            found.append(Literal(")", False, self.position - 1))
        self.depth -= 1
        return found

    def _array(self) -> list[Part]:
        start = self.position
        if not self.enter(1):
            return [Unknown("(", False, start)]
        self.position += 1
        self.line_breaks()
        while self.position < self.end and not self.text.startswith(")", self.position):
            before = self.position
            self.parts(_WORD)
            self.line_breaks()
            self.position += self.position == before
        self._step_over(")")
        self.depth -= 1
        return [Unknown(self.text[start : self.position], False, start)]


def _begins_pattern(found: list[Part]) -> bool:
    match found:
        case [*_, Literal(text, False)]:
            return text[-1] in "?*+@!"
    return False


def _begins_array(found: list[Part]) -> bool:
    match found:
        case [Literal(text, False)]:
            return _ARRAY.fullmatch(text) is not None
    return False


def _kept(text: str, dropped: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """The ranges of text[start:end] that are left when a backslash before a character that it quotes is dropped."""
    at = start
    for escape in re.finditer(dropped + "(.)", text[start:end], re.DOTALL):
        yield at, start + escape.start()
        at = start + escape.start(1)
    yield at, end


def _ansi_character(piece: re.Match[str]) -> str:
    for group, base in (("x", 16), ("u", 16), ("U", 16), ("octal", 8)):
        if piece[group]:
            code = int(piece[group], base)
            # A lone surrogate or a number beyond Unicode could not be printed again.
            return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    letter = piece["letter"]
    if letter is None:
        return piece[0]
    return _ANSI_LETTERS.get(letter) or (letter if letter in "\\'\"?" else piece[0])
