"""setup.cfg and setup.py: what setuptools would take from them, without running anything."""

import ast
import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packaging.utils import canonicalize_name

from lint_alpine.context import Missing
from lint_alpine.installs.dependency import Requirements, Unreadable
from lint_alpine.installs.install import Files
from lint_alpine.installs.projects import Entries, Entry, Project, pep508
from lint_alpine.source import Source, Span

# Characters; the largest setup.py of well-known projects have about 100,000.
LONGEST_FILE = 1024 * 1024


def read_setuptools(folder: str, files: Files) -> Project | None:
    """The project that setup.py and setup.cfg describe; None where neither can be read."""
    script = files.read(posixpath.join(folder, "setup.py"))
    configuration = files.read(posixpath.join(folder, "setup.cfg"))
    declared = read_setup_cfg(configuration, folder, files) if isinstance(configuration, Source) else None
    if not isinstance(script, Source):
        return declared
    called = read_setup_py(script)
    if declared is None:
        return called
    # What setup.py passes wins; setup.cfg fills what it leaves out.
    return Project(
        called.name or declared.name,
        None,
        called.dependencies or declared.dependencies,
        {**declared.extras, **called.extras},
    )


def read_list(path: str, named: Span, files: Files) -> Iterator[Entry]:
    """A file with one requirement a line, as setuptools reads those of `file:`."""
    from lint_alpine.installs.requirement_lines import logical_lines

    match files.read(path):
        case Source() as source:
            for line in logical_lines(source):
                yield pep508(line.text, line.span(0, len(line.text)))
        case Requirements() as known:
            yield from known.dependencies
        case Missing(reason):
            yield Unreadable(named, f"`{path}` cannot be read: {reason}")


def read_setup_cfg(source: Source, folder: str, files: Files) -> Project:
    """`install_requires` and `extras_require` of a setup.cfg, where it has them."""
    import configparser

    if len(source.text) > LONGEST_FILE:
        return Project(None, None, (Unreadable(source.start, f"`{source.path}` is too long to be read"),))
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(source.text)
    except configparser.Error as error:
        reason = str(error).partition("\n")[0]
        return Project(None, None, (Unreadable(source.start, f"`{source.path}` cannot be read: {reason}"),))
    name = parser.get("metadata", "name", fallback="").strip()
    requires = parser.get("options", "install_requires", fallback="")
    extras = dict(parser.items("options.extras_require")) if parser.has_section("options.extras_require") else {}
    reader = _CfgReader(source, folder, files, _keys(source.text))
    return Project(
        canonicalize_name(name) if name and not name.startswith(("attr:", "file:")) else None,
        None,
        reader.read("install_requires", requires),
        {canonicalize_name(extra): reader.read(extra, value) for extra, value in extras.items()},
    )


class _CfgReader(NamedTuple):
    source: Source
    folder: str
    files: Files
    keys: Mapping[str, int]

    def read(self, key: str, value: str) -> Entries:
        """A value of setup.cfg: `file:` with names, else requirements by line, or by `;` on one line."""
        entries: list[Entry] = []
        at = self.keys.get(key.lower(), 0)
        if value.strip().startswith("file:"):
            for name in value.strip().removeprefix("file:").split(","):
                entries += read_list(
                    posixpath.join(self.folder, name.strip()), self._span(name.strip(), at), self.files
                )
            return tuple(entries)
        for line in value.splitlines() if "\n" in value else value.split(";"):
            text = line.strip()
            if text and not text.startswith("#"):
                span = self._span(text, at)
                at = max(at, span.end)
                entries.append(pep508(text.partition(" #")[0].rstrip(), span))
        return tuple(entries)

    def _span(self, text: str, at: int) -> Span:
        begin = self.source.text.find(text, at)
        return self.source.span(begin, begin + len(text)) if begin >= 0 else self.source.start


def _keys(text: str) -> dict[str, int]:
    """Where the values of a configuration file begin, by key."""
    keys: dict[str, int] = {}
    at = 0
    for line in text.split("\n"):
        key = line.partition("=")[0].partition(":")[0]
        if line[:1].strip() and len(key) < len(line):
            keys.setdefault(key.strip().lower(), at + len(key) + 1)
        at += len(line) + 1
    return keys


def read_setup_py(source: Source) -> Project:
    """The literal arguments of the setup() call; what is computed is not known."""
    if len(source.text) > LONGEST_FILE:
        return Project(None, None, (Unreadable(source.start, f"`{source.path}` is too long to be read"),))
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Project(None, None, (Unreadable(source.start, f"`{source.path}` is no Python"),))
    return _SetupReader(source, tree).read()


class _SetupReader:
    def __init__(self, source: Source, tree: ast.Module) -> None:
        self.source = source
        self.tree = tree
        # As Python's own tokenizer ends lines; columns count UTF-8 bytes.
        self.lines = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", source.text))]
        self.constants = self._constants()

    def read(self) -> Project:
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call) and _called(node) == "setup"]
        if len(calls) != 1:
            return Project(None, None, (self._unknown(self.source.start),))
        keywords = {keyword.arg: keyword.value for keyword in calls[0].keywords}
        name = self._text(keywords["name"]) if "name" in keywords else None
        dependencies: Entries = ()
        if "install_requires" in keywords:
            dependencies = self._list(keywords["install_requires"])
        elif None in keywords:
            dependencies = (self._unknown(self._span(keywords[None])),)
        return Project(
            canonicalize_name(name) if name else None, None, dependencies, self._extras(keywords.get("extras_require"))
        )

    def _constants(self) -> Mapping[str, ast.expr]:
        """Module-level names that are assigned once and touched by nothing else than being read."""
        stored = Counter(
            node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
        )
        changed = {
            node.value.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.value, ast.Name)
        }
        constants = {}
        for statement in self.tree.body:
            match statement:
                case ast.Assign([ast.Name(name)], value) if stored[name] == 1 and name not in changed:
                    constants[name] = value
        return constants

    def _resolved(self, node: ast.expr) -> ast.expr:
        return self.constants.get(node.id, node) if isinstance(node, ast.Name) else node

    def _text(self, node: ast.expr) -> str | None:
        node = self._resolved(node)
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None

    def _list(self, node: ast.expr) -> Entries:
        resolved = self._resolved(node)
        match resolved:
            case ast.List(elts) | ast.Tuple(elts):
                return tuple(self._item(item) for item in elts)
            case ast.Constant(str(text)):
                lines = [line.strip() for line in text.splitlines()]
                return tuple(pep508(line, self._span(resolved)) for line in lines if line)
        return (self._unknown(self._span(node)),)

    def _item(self, node: ast.expr) -> Entry:
        text = self._text(node)
        return self._unknown(self._span(node)) if text is None else pep508(text, self._span(node))

    def _extras(self, node: ast.expr | None) -> dict[str, Entries]:
        match self._resolved(node) if node else None:
            case ast.Dict(keys, values):
                named = [(self._text(key), value) for key, value in zip(keys, values, strict=True) if key]
                return {canonicalize_name(name): self._list(value) for name, value in named if name}
        return {}

    def _unknown(self, span: Span) -> Unreadable:
        return Unreadable(span, "the project's dependencies are only known when its setup.py runs")

    def _span(self, node: ast.expr) -> Span:
        begin = self._offset(node.lineno, node.col_offset)
        end = self._offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        text = self.source.text[begin:end]
        if len(text) >= 2 and text[0] in "'\"" and text[0] == text[-1] and text[:3] not in ("'''", '"""'):
            return self.source.span(begin + 1, end - 1)
        return self.source.span(begin, end)

    def _offset(self, line: int, column: int) -> int:
        start = self.lines[line - 1] if line <= len(self.lines) else len(self.source.text)
        characters = self.source.text[start : start + column].encode("utf-8", "surrogateescape")[:column]
        return start + len(characters.decode("utf-8", "surrogateescape"))


def _called(node: ast.Call) -> str | None:
    match node.func:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
    return None
