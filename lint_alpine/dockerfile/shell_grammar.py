"""The grammar of a shell script: words -> simple commands in lists, pipes and compound commands."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from lint_alpine.dockerfile.shell import Assignment, Block, BlockKind, SimpleCommand, Unknown, Variable, Word
from lint_alpine.dockerfile.shell_nodes import BlockNode, CommandNode, Node, RedirectNode, finish
from lint_alpine.dockerfile.shell_text import MAXIMUM_DEPTH, HereDocument, assemble
from lint_alpine.dockerfile.shell_words import WordReader
from lint_alpine.source import Excerpt

# What Linux takes in one argument, which such a script is (MAX_ARG_STRLEN); real ones stay below 10,000 characters.
MAXIMUM_LENGTH = 1 << 17

# A body is read once to find its end and once more for its substitutions: nesting them has to end sooner.
_HERE_DOCUMENT_DEPTH = 10

_RESERVED = re.compile(
    r"""(?:if|then|elif|else|fi|for|while|until|select|do|done|case|esac|function|time|[{}!]|\[\[)
        (?=[ \t\n;&|<>()]|\\\n|\Z)
    |\(\((?=[^();\n]{0,200}(?:\([^();\n]{0,100}\)[^();\n]{0,100}){0,5}\)\))
    |;;&|;&|;;|&&|\|\||\|&|[;&|()]""",
    re.VERBOSE,
)
_CLOSERS = frozenset(
    ["then", "elif", "else", "fi", "do", "done", "esac", "}", ")", ";;", ";&", ";;&", ";", "&", "|", "|&", "&&", "||"]
)
_FUNCTION = re.compile(r"""[^ \t\n'"\\$`;&|<>(){}=]++[ \t]*+\([ \t]*+\)""")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\[(?:[^\[\]\s]|\[[^\[\]\s]*+\])*+\])?(\+?)=")
_REDIRECT = re.compile(r"&>>|&>|[0-9]*(?:<<<|<<-|<<|<&|<>|<(?!\()|>>|>&|>\||>(?!\())")
_IN = re.compile(r"in(?=[ \t\n;#]|\\\n|\Z)")
_TIME_OPTION = re.compile(r"-p(?=[ \t\n])")
_TEST_OPERATOR = re.compile(r"[;&|<>()]")


def read(excerpt: Excerpt, depth: int = 0) -> tuple[SimpleCommand | Block, ...]:
    """The script that the excerpt's text is, as dash, busybox ash or bash would read it (POSIX.1-2024, chapter 2, and
    what bash adds to it); `depth` is how deep it is nested in another one.

    Never raises: where no shell would accept it, reading goes on behind that. No more than MAXIMUM_LENGTH is read.
    """
    if len(excerpt.text) > MAXIMUM_LENGTH:
        excerpt = assemble(excerpt, [(0, MAXIMUM_LENGTH)])
    return finish(_Grammar(excerpt, depth).script())


class _Grammar(WordReader):
    """Reads statements; what it has read collects in `nodes`, the block that is open at the moment."""

    def __init__(self, excerpt: Excerpt, depth: int) -> None:
        super().__init__(excerpt, depth)
        self.nodes: list[Node] = []
        self.expected: list[frozenset[str]] = []
        self.holders: dict[HereDocument, list[Node]] = {}

    def script(self) -> list[Node]:
        self.statements(frozenset())
        return self.nodes

    @contextmanager
    def block(self, kind: BlockKind) -> Iterator[BlockNode]:
        outer, block = self.nodes, BlockNode(kind)
        outer.append(block)
        self.nodes = block.nodes
        yield block
        self.nodes = outer

    # What the word reader asks for

    def substitution(self) -> None:
        with self.block(BlockKind.SUBSTITUTION):
            self.until(")")

    def backquoted(self, script: Excerpt) -> None:
        with self.block(BlockKind.SUBSTITUTION) as block:
            block.nodes += _Grammar(script, self.depth).script()

    def here_document(self, document: HereDocument) -> None:
        body = document.body
        if body is None or document.quoted or self.depth + _HERE_DOCUMENT_DEPTH > MAXIMUM_DEPTH:
            return
        if "$(" in body.text or "`" in body.text:
            inner = _Grammar(body, self.depth + _HERE_DOCUMENT_DEPTH)
            inner.here_document_parts()
            self.holders[document] += inner.nodes

    # Statements

    def reserved(self) -> str:
        """The reserved word or operator at `position`, else nothing."""
        found = _RESERVED.match(self.text, self.position)
        return found[0] if found else ""

    def take(self, *tokens: str) -> bool:
        """Step over one of the tokens, if it comes next."""
        found = self.reserved()
        if found not in tokens:
            return False
        self.position += len(found)
        return True

    def until(self, *closers: str) -> str:
        """Read statements up to one of the closers, and it too; the one that was found."""
        found = self.statements(frozenset(closers))
        self.position += len(found)
        return found

    def statements(self, closers: frozenset[str]) -> str:
        """Read statements up to one of the closers, which it gives: nothing where the text or an outer list ends."""
        self.expected.append(closers)
        found = self._statements(closers)
        self.expected.pop()
        return found

    def _statements(self, closers: frozenset[str]) -> str:
        while True:
            self.line_breaks()
            found = self.reserved()
            if found in closers:
                return found
            if self.position >= self.end or any(found in outer for outer in self.expected):
                return ""
            if found in _CLOSERS:
                self.position += len(found)
                continue
            before = self.position
            self.and_or()
            self.position += self.position == before
            self.blanks()
            self.take(";", "&")

    def and_or(self) -> None:
        self.pipeline()
        while True:
            self.blanks()
            operator = self.reserved()
            if operator not in ("&&", "||"):
                return
            self.position += 2
            self.line_breaks()
            if operator == "||":
                with self.block(BlockKind.BRANCH):
                    self.pipeline()
            else:
                self.pipeline()

    def pipeline(self) -> None:
        while (found := self.reserved()) in ("!", "time"):
            self.position += len(found)
            self.blanks()
            self.skip(_TIME_OPTION)
            self.blanks()
        mark = len(self.nodes)
        self.command()
        self.blanks()
        count = 0
        while self.take("|", "|&"):
            if not count:
                first = BlockNode(BlockKind.SUBSHELL, self.nodes[mark:])
                self.nodes[mark:] = [first]
            count += 1
            self.line_breaks()
            with self.block(BlockKind.SUBSHELL) as part:
                part.piped = count
                self.command()
            self.blanks()

    # Commands

    def command(self) -> None:
        found = self.reserved()
        if found in ("if", "for", "select", "while", "until", "case", "{", "(", "((", "[[", "function"):
            if self.enter(len(found)):
                self._compound(found)
                self.depth -= 1
            self.blanks()
            # What a compound command is redirected to does not matter, but here-documents have to be stepped over.
            while self._redirect(self.nodes):
                self.blanks()
        elif not found or found in ("!", "time"):
            if name := _FUNCTION.match(self.text, self.position):
                self.position = name.end()
                if self.enter(0):
                    self._function_body()
                    self.depth -= 1
            else:
                self._simple()

    def _compound(self, opener: str) -> None:
        if opener != "((":
            self.position += len(opener)
        match opener:
            case "if":
                self._if()
            case "for" | "select":
                self._for(opener)
            case "while" | "until":
                self.until("do")
                with self.block(BlockKind.BRANCH):
                    self.until("done")
            case "case":
                self._case()
            case "{":
                self.until("}")
            case "(":
                with self.block(BlockKind.SUBSHELL):
                    self.until(")")
            case "((":
                self.arithmetic(2, quoted=False)
            case "[[":
                self._test()
            case _:
                self.blanks()
                self.word()
                self.blanks()
                if self.take("("):
                    self.blanks()
                    self.take(")")
                self._function_body()

    def _function_body(self) -> None:
        self.line_breaks()
        with self.block(BlockKind.BRANCH):
            self.command()

    def _if(self) -> None:
        found = self.until("then")
        while found in ("then", "else"):
            closers = ("elif", "else") if found == "then" else ()
            with self.block(BlockKind.BRANCH):
                found = self.until("fi", *closers)
            if found == "elif":
                with self.block(BlockKind.BRANCH):
                    found = self.until("then")

    def _for(self, keyword: str) -> None:
        self.blanks()
        variable: str | None = None
        items: tuple[Word, ...] | None = None
        if self.text.startswith("((", self.position):
            self.arithmetic(2, quoted=False)
            self.line_breaks()
        else:
            variable = self.word().raw
            self.line_breaks()
            if _IN.match(self.text, self.position):
                self.position += 2
                items = self._items()
        self.take(";")
        self.line_breaks()
        with self.block(BlockKind.LOOP) as loop:
            loop.variable = variable
            loop.items = items if keyword == "for" else None
            if self.take("do"):
                self.until("done")
            elif self.take("{"):
                self.until("}")

    def _items(self) -> tuple[Word, ...]:
        items: list[Word] = []
        while True:
            self.blanks()
            item = self.word()
            if not item.raw:
                return tuple(items)
            items.append(item)

    def _case(self) -> None:
        self.blanks()
        self.word()
        self.line_breaks()
        if not _IN.match(self.text, self.position):
            return
        self.position += 2
        while True:
            self.line_breaks()
            if self.take("esac"):
                return
            self.take("(")
            self._patterns()
            if not self.take(")"):
                return
            with self.block(BlockKind.BRANCH):
                found = self.until("esac", ";;", ";&", ";;&")
            if found in ("esac", ""):
                return

    def _patterns(self) -> None:
        while True:
            self.blanks()
            self.word()
            self.blanks()
            if not self.take("|"):
                return

    def _test(self) -> None:
        while True:
            self.line_breaks()
            if self.position >= self.end:
                return
            if _TEST_OPERATOR.match(self.text, self.position):
                self.position += 1
            elif self.word().raw == "]]":
                return

    def _simple(self) -> None:
        words: list[Word] = []
        assignments: list[Assignment] = []
        redirects: list[RedirectNode] = []
        inner: list[Node] = []
        start = end = self.position
        while True:
            at = self.position
            if redirect := self._redirect(inner):
                redirects.append(redirect)
            elif not words and (head := _ASSIGNMENT.match(self.text, at)):
                self.position = head.end()
                value = self._assigned(head)
                assignments.append(Assignment(head[1], value))
            elif not self.text.startswith("#", at) and (word := self.word()).raw:
                words.append(word)
            else:
                break
            end = self._significant(at)
            self.blanks()
        if end > start:
            self.nodes.append(CommandNode(words, assignments, redirects, inner, self.excerpt.span(start, end)))

    def _significant(self, start: int) -> int:
        """`position` without the joined line ends before it."""
        end = self.position
        while self.text.endswith("\\\n", start, end):
            end -= 2
        return end

    def _assigned(self, head: re.Match[str]) -> Word:
        value = self.value()
        index, plus = head[2], head[3]
        if index:
            return Word(value.raw, (Unknown(value.raw, False, head.end()),), value.span, value.script)
        if plus:
            before = Variable(head[1], "", (), True, head.start())
            return Word(value.raw, (before, *value.parts), value.span, value.script)
        return value

    def _redirect(self, inner: list[Node]) -> RedirectNode | None:
        found = _REDIRECT.match(self.text, self.position)
        if not found:
            return None
        operator = found[0]
        self.position = found.end()
        self.blanks()
        target = self.word()
        document = None
        if target.raw and operator.lstrip("0123456789") in ("<<", "<<-"):
            delimiter = re.sub(r"\\\n|['\"\\]", "", target.raw)
            document = HereDocument(delimiter, delimiter != target.raw, operator.endswith("-"))
            self.holders[document] = inner
            self.awaited.append(document)
        return operator, target, document
