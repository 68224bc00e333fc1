"""Command-line options: which words of a command are options, their values, or neither."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Self

from lint_alpine.dockerfile.commands import Argument
from lint_alpine.source import Span

# The options, of any installer, by which it installs more or less.
_DECISIVE = frozenset(
    {
        "categories", "constraint", "directory", "editable", "extra", "extras", "from", "group", "lockfile", "no-extra",
        "no-group", "only", "only-group", "package", "preinstall", "project", "requirement", "requirements", "spec",
        "with", "with-editable", "with-executables-from", "with-requirements", "without",
    }
)  # fmt: skip


class Given(NamedTuple):
    """One option that was given. `value` is None for a flag, and where `known` is false: the value is not known.

    `span` is the value's place, or the flag's own; `word` that of the word which names the option, if there is one.
    `setting` is the line of a configuration file that sets it, and `place` that of the value there, if it has one.
    """

    name: str
    value: str | None
    span: Span
    known: bool = True
    word: Span | None = None
    setting: str | None = None
    place: Span | None = None

    @property
    def words(self) -> Span | None:
        """The option with its value, as it stands on the command line; None where it was set elsewhere."""
        if self.word is None:
            return None
        return self.word.to(self.span) if self.span.end > self.word.end else self.word


class Parsed(NamedTuple):
    """The words of a command line: options by their long name, the other words, and options that no table has.

    A word behind an option that no table has is counted to it: it may be its value.
    """

    options: tuple[Given, ...] = ()
    words: tuple[Argument, ...] = ()
    strange: tuple[Argument, ...] = ()

    def all(self, *names: str) -> tuple[Given, ...]:
        return tuple(option for option in self.options if option.name in names)

    def last(self, *names: str) -> Given | None:
        return next((option for option in reversed(self.options) if option.name in names), None)

    @property
    def clear(self) -> bool:
        """Whether everything is understood and known that says what is installed."""
        return not self.strange and all(option.known or option.name not in _DECISIVE for option in self.options)

    def has(self, *names: str) -> bool:
        return any(option.name in names for option in self.options)

    def value(self, *names: str) -> str | None:
        """What the last of these options says; None where none is given, or its value is not known."""
        option = self.last(*names)
        return option.value if option else None

    def before(self, earlier: Sequence[Given]) -> Self:
        """The same words after options that were set elsewhere (a variable, a configuration file)."""
        return type(self)((*earlier, *self.options), self.words, self.strange)


class Option(NamedTuple):
    """`name` is its first long spelling without the dashes (the letter, where it has none)."""

    name: str
    takes_value: bool


class Options(NamedTuple):
    """All options of a command by spelling (`-r`, `--requirement`).

    `abbreviations`: a prefix that fits one long spelling alone stands for it, as optparse, argparse and getopt_long
    have it; click, clap and cleo do not.
    """

    spellings: Mapping[str, Option]
    abbreviations: bool = False

    @classmethod
    def of(cls, *, flags: str = "", valued: str = "", abbreviations: bool = False) -> Self:
        """From spellings in words: `-r/--requirement -c/--constraint`; the first long one is the option's name."""
        return cls({**_spellings(flags, takes_value=False), **_spellings(valued, takes_value=True)}, abbreviations)

    def extended(self, *, flags: str = "", valued: str = "") -> Self:
        more = {**_spellings(flags, takes_value=False), **_spellings(valued, takes_value=True)}
        return type(self)({**self.spellings, **more}, self.abbreviations)

    def long(self, spelling: str) -> Option | None:
        """The option that `--name` means, if exactly one."""
        exact = self.spellings.get(spelling)
        if exact is not None or not self.abbreviations:
            return exact
        fitting = [option for name, option in self.spellings.items() if name.startswith(spelling)]
        return fitting[0] if len(fitting) == 1 else None


def _spellings(text: str, *, takes_value: bool) -> dict[str, Option]:
    spellings = {}
    for word in text.split():
        names = word.split("/")
        first = next((name for name in names if name.startswith("--")), names[0])
        option = Option(first.lstrip("-"), takes_value)
        spellings.update(dict.fromkeys(names, option))
    return spellings


def parse(arguments: Sequence[Argument], options: Options, *, stop: bool = False) -> Parsed:
    """Reads a command line as getopt_long and its kin do; `stop` ends options at the first other word."""
    return _Reader(options, stop).read(arguments)


def parse_verb(
    arguments: Sequence[Argument], general: Options, verbs: Mapping[str, Options], *, stop: Collection[str] = ()
) -> tuple[str, Parsed] | None:
    """One of these verbs with its options, behind the `general` ones in front of it; None for any other, and where only
    help is asked for. `stop` are the verbs whose options end at the first other word."""
    start = parse(arguments, general, stop=True)
    verb = start.words[0].text if start.words else None
    if verb is None or verb not in verbs or start.has("help", "version"):
        return None
    found = parse(start.words[1:], verbs[verb], stop=verb in stop).before(start.options)
    return None if found.has("help") else (verb, found)


class _Reader:
    def __init__(self, options: Options, stop: bool) -> None:
        self.table = options
        self.stop = stop
        self.options: list[Given] = []
        self.words: list[Argument] = []
        self.strange: list[Argument] = []

    def read(self, arguments: Sequence[Argument]) -> Parsed:
        index = 0
        doubtful = -1
        while index < len(arguments):
            argument = arguments[index]
            text = _start(argument)
            index += 1
            if text == "--" and argument.text is not None:
                self.words += arguments[index:]
                break
            if text.startswith("--"):
                index += self._long(argument, text, arguments, index)
            elif text.startswith("-") and text != "-":
                index += self._short(argument, text, arguments, index)
            elif doubtful == index - 1:
                self.strange.append(argument)
            else:
                self.words.append(argument)
                if self.stop:
                    self.words += arguments[index:]
                    break
            if self.strange and self.strange[-1] is argument and text.startswith("-") and "=" not in text:
                doubtful = index
        return Parsed(tuple(self.options), tuple(self.words), tuple(self.strange))

    def _long(self, argument: Argument, text: str, arguments: Sequence[Argument], following: int) -> int:
        """Reads `--name`, `--name=value` or `--name value`; gives how many more words it took."""
        name, equals, value = text.partition("=")
        option = self.table.long(name)
        if option is None or (equals and not option.takes_value):
            self.strange.append(argument)
        elif equals:
            self._add(option, value, argument, joined=True)
        elif option.takes_value and argument.text is not None:
            return self._next(option, argument, arguments, following)
        else:
            self._add(option, None, argument)
        return 0

    def _short(self, argument: Argument, text: str, arguments: Sequence[Argument], following: int) -> int:
        """Reads `-abc`, where a letter that takes a value takes the rest of the word, else the next word."""
        for at, letter in enumerate(text[1:], start=2):
            option = self.table.spellings.get(f"-{letter}")
            if option is None:
                self.strange.append(argument)
                return 0
            if not option.takes_value:
                self._add(option, None, argument)
            elif at < len(text) or argument.text is None:
                # `-p=3.12` is `3.12` for clap, `=3.12` for optparse and getopt.
                value = text[at:] if self.table.abbreviations else text[at:].removeprefix("=")
                self._add(option, value, argument, joined=True)
                return 0
            else:
                return self._next(option, argument, arguments, following)
        return 0

    def _next(self, option: Option, argument: Argument, arguments: Sequence[Argument], following: int) -> int:
        if following >= len(arguments):
            self.strange.append(argument)
            return 0
        holder = arguments[following]
        self.options.append(Given(option.name, holder.text, holder.span, holder.text is not None, argument.span))
        return 1

    def _add(self, option: Option, value: str | None, argument: Argument, *, joined: bool = False) -> None:
        known = argument.text is not None or not option.takes_value
        if not joined or not known or value is None:
            self.options.append(Given(option.name, None, argument.span, known, argument.span))
            return
        self.options.append(Given(option.name, value, _tail(argument.span, value), word=argument.span))


def _start(argument: Argument) -> str:
    """The word's text; where it is not known, what stands in front of its first expansion tells what kind it is."""
    if argument.text is not None:
        return argument.text
    return argument.written.replace('"', "").replace("'", "").partition("$")[0].partition("`")[0]


def _tail(span: Span, value: str) -> Span:
    """The place of a value at the end of its word (`--index-url=value`), quotes left aside."""
    text = span.text
    end = len(text) - (text[-1:] in ("'", '"'))
    if value and text[:end].endswith(value):
        return Span(span.source, span.begin + end - len(value), span.begin + end)
    return span
