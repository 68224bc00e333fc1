"""Requirements and constraints files, read as pip's req_file reads them."""

import posixpath
import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from lint_alpine.context import Missing
from lint_alpine.dockerfile.commands import Argument
from lint_alpine.installs.dependency import Requirements
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.options import Options, Parsed, parse
from lint_alpine.installs.reference import read_editable, read_reference
from lint_alpine.installs.requirement_lines import LONGEST_LINE, expand_variables, logical_lines
from lint_alpine.source import Excerpt, Source, Span

# What bounds the cost of hostile files; pip has no limits.
MOST_LINES = 1_000_000
MOST_FILES = 1000
DEEPEST = 50
LONGEST_QUOTED = 50_000
MOST_EXPANDED = 10_000_000

# The options of a line. Those after the line break were taken by older pips and change nothing that matters here.
LINE_OPTIONS = Options.of(
    flags="--no-index --prefer-binary --require-hashes --no-require-hashes --pre"
    " -Z/--always-unzip --process-dependency-links --use-wheel --no-use-wheel --allow-all-external",
    valued="-i/--index-url/--pypi-url --extra-index-url -c/--constraint -r/--requirement -e/--editable -f/--find-links"
    " --no-binary --only-binary --all-releases --only-final --trusted-host --use-feature --hash -C/--config-settings"
    " --global-option --install-option --allow-external --allow-unverified",
    abbreviations=True,
)

_TOKEN = re.compile(r"[^ \t\r\n]+")
_SCHEME = re.compile(r"(https?|file):", re.IGNORECASE)
_HASHES = frozenset({"sha256", "sha384", "sha512"})


def read_requirements(path: str, named: Span, gathered: Gathered, *, constraint: bool = False) -> None:
    """Adds what a file and those that it includes ask for. `named` is the word that names the file."""
    _Reader(gathered).read(path, named, constraint, ())


class _File(NamedTuple):
    """A file that is being read: `chain` are the paths of those that include it, then its own."""

    source: Source
    path: str
    constraint: bool
    chain: tuple[str, ...]


class _Reader:
    def __init__(self, gathered: Gathered) -> None:
        self.gathered = gathered
        self.done: set[tuple[str, bool]] = set()
        self.expanded = 0

    def read(self, path: str, named: Span, constraint: bool, chain: tuple[str, ...]) -> None:
        located = _local_path(path, named, self.gathered)
        if located is None:
            return
        if located in chain:
            self.gathered.fault(named, f"`{chain[-1]}` includes `{located}`, which is being read: pip stops")
        elif len(chain) >= DEEPEST or len(self.done) >= MOST_FILES:
            self.gathered.fault(named, f"`{located}` is not read: too many files include one another")
        elif (located, constraint) not in self.done:
            self.done.add((located, constraint))
            match self.gathered.files.read(located):
                case Missing(reason):
                    kind = "constraints" if constraint else "requirements"
                    self.gathered.fault(named, f"the {kind} file `{located}` cannot be read: {reason}")
                case Requirements() as known:
                    self.gathered.join(known)
                case Source() as source:
                    self._lines(_File(source, located, constraint, (*chain, located)))

    def _lines(self, file: _File) -> None:
        for count, line in enumerate(logical_lines(file.source)):
            limit = self.gathered.limit or (f"{MOST_LINES} lines" if count >= MOST_LINES else None)
            if limit is not None:
                self.gathered.fault(line.span(0, 1), f"`{file.path}` is read no further: it has more than {limit}")
                return
            expanded = expand_variables(line, self.gathered.variables)
            if expanded is not None and expanded is not line:
                self.expanded += len(expanded.text)
            if self.expanded > MOST_EXPANDED:
                self.gathered.fault(_whole(line), f"`{file.path}` is read no further: its variables are too long")
                return
            if expanded is None:
                self.gathered.fault(_whole(line), "what this line says is only known when pip runs")
            elif len(expanded.text) > LONGEST_LINE:
                self.gathered.fault(_whole(line), "the line is too long to be read")
            else:
                self._line(expanded, file)

    def _line(self, line: Excerpt, file: _File) -> None:
        cut = 0 if line.text.startswith("-") else line.text.find(" -")
        cut = len(line.text) if cut < 0 else cut
        options = parse_line_options(line, cut)
        if isinstance(options, str):
            self.gathered.fault(_whole(line), options)
            return
        # pip hands the same two sets to every line, so these work beside a requirement or file too.
        self.gathered.apply(options.all("no-binary", "only-binary", "all-releases", "only-final"))
        written = line.text[:cut].rstrip()
        editable = next(iter(options.all("editable")), None)
        if not written and editable is None:
            self._options(options, file)
            return
        span = line.span(0, len(written)) if editable is None or written else editable.span
        if editable is None:
            reference, hashes = read_reference(written), _hashes(options)
        else:
            # Of `name -e folder` pip takes the name for the folder.
            reference, hashes = read_editable(written or editable.value or ""), frozenset()
        self.gathered.add(reference, span, hashes=hashes, constraint=file.constraint, editable=editable is not None)

    def _options(self, options: Parsed, file: _File) -> None:
        # Of several -r or -c on one line pip takes the first, and -r before -c.
        for name in ("requirement", "constraint"):
            for option in options.all(name)[:1]:
                path = _beside(option.value or "", file.path)
                self.read(path, option.span, name == "constraint", file.chain)
                return
        # Of several --find-links too. A line's --index-url comes before its --extra-index-url, wherever they stand.
        self.gathered.apply(options.all("find-links")[:1], file.path)
        self.gathered.apply(options.all("index-url")[-1:], file.path)
        self.gathered.apply(
            options.all("extra-index-url", "no-index", "prefer-binary", "pre", "require-hashes", "no-require-hashes")
        )


def parse_line_options(line: Excerpt, start: int) -> Parsed | str:
    """The options that begin at `start`, or why pip would stop there."""
    if start >= len(line.text):
        return Parsed()
    text = line.text[start:]
    if any(quote in text for quote in "\"'\\"):
        if len(text) > LONGEST_QUOTED:
            return "the line is too long to be read"
        try:
            words = shlex.split(text)
        except ValueError as error:
            return f"pip cannot split the options of this line: {str(error).lower()}"
        arguments = list(_located(words, line, start))
    else:
        arguments = [
            Argument(token[0], line.span(start + token.start(), start + token.end())) for token in _TOKEN.finditer(text)
        ]
    options = parse(arguments, LINE_OPTIONS)
    for strange in options.strange:
        return f"pip does not take `{strange.text}` here"
    for option in options.options:
        if option.name == "hash" and (option.value or "").partition(":")[0] not in _HASHES:
            return f"pip does not take the hash `{option.value}`"
        if option.name == "config-settings" and "=" not in (option.value or ""):
            return "pip wants `--config-settings KEY=VALUE`"
    return options


def _located(words: list[str], line: Excerpt, at: int) -> Iterator[Argument]:
    """Words that shlex took out of quotes, at their places as far as they stand there as such."""
    whole = line.span(at, len(line.text))
    for word in words:
        begin = line.text.find(word, at) if at >= 0 else -1
        at = begin + len(word) if begin >= 0 else -1
        yield Argument(word, line.span(begin, at) if begin >= 0 else whole)


def _hashes(options: Parsed) -> frozenset[tuple[str, str]]:
    pairs = ((option.value or "").partition(":") for option in options.all("hash"))
    return frozenset((algorithm, digest) for algorithm, _, digest in pairs)


def _beside(path: str, including: str) -> str:
    """pip takes a nested file from the folder of the file that names it."""
    return path if _SCHEME.match(path) else posixpath.join(posixpath.dirname(including), path)


def _local_path(path: str, named: Span, gathered: Gathered) -> str | None:
    if path[:5].lower() == "file:":
        path = unquote(path[5:].removeprefix("//").partition("#")[0])
    elif _SCHEME.match(path):
        gathered.fault(named, f"`{path}` is not fetched")
        return None
    return posixpath.normpath(path)


def _whole(line: Excerpt) -> Span:
    return line.span(0, len(line.text))
