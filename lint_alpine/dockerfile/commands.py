"""What a shell script really runs: programs with their arguments, variables expanded and wrappers taken away."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from lint_alpine.dockerfile.lexer import Budget
from lint_alpine.dockerfile.run_forms import exec_words, run_script
from lint_alpine.dockerfile.shell import Block, BlockKind, Literal, Redirect, SimpleCommand, Word
from lint_alpine.dockerfile.shell_expansion import Argument, Expander, Variables
from lint_alpine.dockerfile.shell_grammar import MAXIMUM_LENGTH, read
from lint_alpine.dockerfile.shell_input import Input, read_input
from lint_alpine.dockerfile.shell_text import MAXIMUM_DEPTH
from lint_alpine.dockerfile.shell_wrappers import (
    ASSIGNED,
    SHELLS,
    read_xargs,
    reads_script,
    shell_script,
    su_user,
    unwrap,
)
from lint_alpine.source import Excerpt, Span

__all__ = ["Argument", "Command", "exec_form_command", "read_commands", "run_script"]

_MAXIMUM_ITEMS = 20
# Characters that all loops of a script together may repeat, and for how many a word counts beside its own.
_MAXIMUM_REPEATED = 1 << 18
_WORD = 10
_MAXIMUM_WRAPPERS = 20
# How much of the nesting that a parser allows a script inside a script takes.
_SCRIPT_DEPTH = 5
_MAXIMUM_DIRECTORY = 255

_DECLARATIONS = frozenset(["declare", "export", "local", "readonly", "typeset"])
_OUTPUT = re.compile(r"1?>[>|]?|&>>?")
# No name of a variable: the working directory is kept with them, since subshells and branches treat it alike.
_DIRECTORY = "working directory"


class Command(NamedTuple):
    """One program as it is run.

    `name` is the last part of the program's path, empty where it is not known; `path` is the program as written, if it
    has a slash. `variables` are those that stand before the command, that `env` sets, or that the script has exported;
    None: not known, empty: unset. `span` is the whole simple command, `program` the word that names the program.
    `directory` is where it runs, relative to where the script began (None: not known).
    `stdin_file` and `stdin_text` are what it reads on standard input, where that is a file or a here-document.
    `more_arguments`: xargs gives it further arguments, read from `stdin_file` if that is known.
    `writes` are the files that its standard output goes to; `piped` is the command (its words) whose output it reads.
    `user` is the one to whom sudo, su or their kin change, empty where they do not, None where that is not known.
    """

    name: str
    path: str | None
    arguments: tuple[Argument, ...]
    variables: Mapping[str, str | None]
    span: Span
    program: Span
    conditional: bool
    substitution: bool
    directory: str | None = ""
    stdin_file: Argument | None = None
    stdin_text: Excerpt | None = None
    more_arguments: bool = False
    writes: tuple[Argument, ...] = ()
    piped: tuple[Argument, ...] = ()
    user: str | None = ""


def read_commands(
    excerpt: Excerpt, variables: Mapping[str, str | None], budget: Budget | None = None
) -> tuple[Command, ...]:
    """What the script that the excerpt holds runs, in the order of the text.

    `variables` are those that it starts with (None: set to what is not known). One that is neither there nor set by the
    script counts as not known, since the image may set it, except to the operators that ask whether it is set. What
    more than the `budget` has left is not known either.
    """
    walker = _Walker(variables, budget)
    walker.walk(read(excerpt))
    return tuple(walker.found)


def exec_form_command(
    words: tuple[tuple[str, Span], ...], variables: Mapping[str, str | None], budget: Budget | None = None
) -> tuple[Command, ...]:
    """What `RUN ["program", "argument"]` runs; no shell reads it, unless it is the program."""
    if not words:
        return ()
    span = words[0][1].to(words[-1][1])
    walker = _Walker(variables, budget)
    walker.walk((SimpleCommand(exec_words(words), (), (), span, None),))
    return tuple(walker.found)


class _Walker:
    """Goes through a script as a shell does, with the variables as they are at each command."""

    def __init__(self, variables: Mapping[str, str | None], budget: Budget | None) -> None:
        self.found: list[Command] = []
        self._variables = Variables(variables)
        self._variables.set(_DIRECTORY, "")
        self._expander = Expander(self._variables, budget)
        self._conditional = False
        self._substitution = False
        self._depth = 0
        self._user: str | None = ""
        self._repeatable = _MAXIMUM_REPEATED

    def walk(self, body: Sequence[SimpleCommand | Block]) -> None:
        self._depth += 1
        for node in body:
            if isinstance(node, SimpleCommand):
                self._simple(node)
            else:
                self._block(node)
        self._depth -= 1

    def _block(self, block: Block) -> None:
        match block.kind:
            case BlockKind.BRANCH:
                with self._branch():
                    self.walk(block.body)
            case BlockKind.SUBSHELL:
                with self._variables.subshell():
                    self.walk(block.body)
            case BlockKind.SUBSTITUTION:
                outer, self._substitution = self._substitution, True
                with self._variables.subshell():
                    self.walk(block.body)
                self._substitution = outer
            case BlockKind.LOOP:
                self._loop(block)

    @contextmanager
    def _branch(self) -> Iterator[None]:
        outer, self._conditional = self._conditional, True
        with self._variables.branch():
            yield
        self._conditional = outer

    def _loop(self, block: Block) -> None:
        variable = block.variable
        items = self._items(variable, block) if variable else None
        if variable is None or items is None:
            with self._branch():
                if variable:
                    self._variables.set(variable, None)
                self.walk(block.body)
            return
        for item in items:
            self._variables.set(variable, item)
            self.walk(block.body)

    def _items(self, variable: str, block: Block) -> Sequence[str | None] | None:
        """What the loop's variable is in turn, where that is known and the body depends on it."""
        if block.items is None or any(_is_pattern(word) for word in block.items):
            return None
        items = [argument.text for argument in self._expander.arguments(block.items)]
        if None in items or len(items) > _MAXIMUM_ITEMS:
            return None
        uses = re.compile(rf"\$\{{?{re.escape(variable)}(?![A-Za-z0-9_])")
        texts = list(_texts(block.body))
        if not any(map(uses.search, texts)):
            return items[-1:]
        self._repeatable -= sum(len(text) + _WORD for text in texts) * len(items)
        return items if self._repeatable >= 0 else None

    def _simple(self, node: SimpleCommand) -> None:
        if node.words and node.words[0].raw in _DECLARATIONS:
            arguments = [argument for word in node.words for argument in self._declared(word)]
        else:
            arguments = self._expander.arguments(node.words)
        if arguments:
            before = {assignment.name: self._expander.text(assignment.value) for assignment in node.assignments}
            self._run(tuple(arguments), before, node)
            return
        for assignment in node.assignments:
            self._variables.set(assignment.name, self._expander.text(assignment.value))

    def _declared(self, word: Word) -> list[Argument]:
        """POSIX.1-2024, 2.9.1.1: what looks like an assignment is expanded like one, without field splitting."""
        if ASSIGNED.match(word.raw):
            return [Argument(self._expander.text(word), word.span, word)]
        return self._expander.fields(word)

    def _run(self, arguments: tuple[Argument, ...], variables: dict[str, str | None], node: SimpleCommand) -> None:
        given = read_input(node, self._expander)
        clean = more = False
        user = self._user
        for _ in range(_MAXIMUM_WRAPPERS):
            name, _ = _program(arguments[0])
            if wrapped := unwrap(name, arguments[1:]):
                arguments = wrapped.arguments
                variables = wrapped.variables if wrapped.clean else {**variables, **wrapped.variables}
                clean = clean or wrapped.clean
                user = user if wrapped.user == "" else wrapped.user
            elif name == "xargs" and (xargs := read_xargs(arguments[1:])):
                if xargs.file:
                    given = Input(file=xargs.file)
                arguments = xargs.with_arguments(given.words or ())
                more = given.words is None
                given = Input(file=given.file, writer=given.writer)
            else:
                break
        name, path = _program(arguments[0])
        if name == "su":
            user = su_user(arguments[1:])
        outer, self._user = self._user, user
        is_script = self._script(name, arguments[1:], variables, given)
        self._user = outer
        if is_script:
            return
        self.found.append(
            Command(
                name,
                path,
                arguments[1:],
                variables if clean else {**self._exported(user), **variables},
                node.span,
                arguments[0].span,
                self._conditional,
                self._substitution,
                self._variables.get(_DIRECTORY),
                given.file,
                given.text,
                more,
                tuple(self._writes(node.redirects)),
                given.writer,
                user,
            )
        )
        self._effect(name, arguments[1:])

    def _exported(self, user: str | None) -> dict[str, str | None]:
        """sudo, su and their kin set HOME to that of the user, which the script does not tell."""
        exported = self._variables.exported()
        if user != "":
            exported.pop("HOME", None)
        return exported

    def _script(
        self, name: str, arguments: Sequence[Argument], variables: Mapping[str, str | None], given: Input
    ) -> bool:
        """Go through the script that the program is given in place of the program, if there is one to be read."""
        script: Excerpt | None = None
        if name == "eval":
            script = self._expander.script(arguments)
        elif name in SHELLS or name == "su":
            if argument := shell_script(name, arguments):
                script = self._expander.script([argument])
            elif given.text and reads_script(name, arguments) and self._expander.spend(len(given.text.text)):
                script = given.text
        if script is None or len(script.text) > MAXIMUM_LENGTH or self._depth > MAXIMUM_DEPTH:
            return False
        self._depth += _SCRIPT_DEPTH
        body = read(script, self._depth)
        if name == "eval":
            self.walk(body)
        else:
            with self._variables.subshell():
                if self._user != "":
                    self._variables.set("HOME", None)
                for variable, value in variables.items():
                    self._variables.set(variable, value)
                    self._variables.export(variable)
                self.walk(body)
        self._depth -= _SCRIPT_DEPTH
        return True

    def _effect(self, name: str, arguments: Sequence[Argument]) -> None:
        """What a builtin changes for the commands behind it."""
        match name:
            case "export" | "readonly" | "local" | "declare" | "typeset":
                for argument in arguments:
                    if assigned := ASSIGNED.match(argument.written):
                        text = argument.text
                        self._variables.set(assigned[1], None if text is None else text[assigned.end() :])
                    if name == "export" and (exported := assigned[1] if assigned else argument.text):
                        self._variables.export(exported)
            case "unset":
                for argument in arguments:
                    if argument.text:
                        self._variables.unset(argument.text)
            case "read":
                for argument in arguments:
                    if argument.text:
                        self._variables.set(argument.text, None)
            case "cd" | "pushd":
                self._variables.set(_DIRECTORY, self._changed_directory(arguments))
            case "popd":
                self._variables.set(_DIRECTORY, None)

    def _changed_directory(self, arguments: Sequence[Argument]) -> str | None:
        before = self._variables.get(_DIRECTORY)
        operands = [argument.text for argument in arguments if argument.text not in ("-L", "-P", "-e", "--")]
        target = operands[0] if len(operands) == 1 else None
        # Without operand it is the home directory, which the script does not tell.
        if target is None or target[:1] in ("", "-", "~") or (before is None and not target.startswith("/")):
            return None
        directory = posixpath.normpath(posixpath.join(before or "", target))
        return None if len(directory) > _MAXIMUM_DIRECTORY else "" if directory == "." else directory

    def _writes(self, redirects: Sequence[Redirect]) -> Iterator[Argument]:
        for redirect in redirects:
            if redirect.target and _OUTPUT.fullmatch(redirect.operator):
                yield Argument(self._expander.text(redirect.target), redirect.target.span, redirect.target)


def _program(argument: Argument) -> tuple[str, str | None]:
    """The name and, if it has a slash, the path; of `$VENV/bin/pip` the name is known even if the variable is not."""
    text = argument.text
    if text is None:
        match argument.word:
            case Word(raw, (*_, Literal(text=end))) if "/" in end:
                return posixpath.basename(end), raw
        return "", None
    return posixpath.basename(text), text if "/" in text else None


def _texts(body: Sequence[SimpleCommand | Block]) -> Iterator[str]:
    """The words as written, and the here-documents."""
    for node in body:
        if isinstance(node, Block):
            yield from _texts(node.body)
            yield from (word.raw for word in node.items or ())
        else:
            yield from (word.raw for word in node.words)
            yield from (assignment.value.raw for assignment in node.assignments)
            yield from (redirect.target.raw for redirect in node.redirects if redirect.target)
            yield from (redirect.body.text for redirect in node.redirects if redirect.body)


def _is_pattern(word: Word) -> bool:
    """Whether a shell makes other words of it that only the file system or bash can tell: `*.txt`, `{a,b}`."""
    return any(
        isinstance(part, Literal) and not part.quoted and re.search(r"[*?\[{]", part.text) for part in word.parts
    )
