"""What a command line, variables and files ask for together, while they are read one after the other."""

import posixpath
from collections.abc import Collection, Iterable, Iterator

from packaging.utils import canonicalize_name

from lint_alpine.context import Missing
from lint_alpine.installs.dependency import (
    Dependency,
    FileChoice,
    FindLinks,
    FormatOption,
    IndexStrategy,
    Locked,
    Requirements,
    Unreadable,
)
from lint_alpine.installs.install import Files, Variables
from lint_alpine.installs.options import Given
from lint_alpine.installs.reference import Elsewhere, Folder, Invalid, Named, Nameless, Reference
from lint_alpine.source import Span

# More than any real project has; they bound what a hostile file can cost.
MOST_REQUIREMENTS = 20_000
MOST_FAULTS = 1_000
MOST_PLACES = 1_000


class Gathered:
    """The requirements of one command so far. pip's `--no-binary` and its kin depend on their order."""

    def __init__(self, files: Files, variables: Variables, *, complete: bool = True) -> None:
        self.files = files
        self.variables = variables
        self.complete = complete
        self.dependencies: list[Dependency] = []
        self.constraints: list[Dependency] = []
        self.unreadable: list[Unreadable] = []
        self.index_url: str | None = None
        self.indexes: list[str] = []
        self.find_links: list[FindLinks] = []
        self.strategy = IndexStrategy.ALL_FILES
        # The projects for which uv passes over `tool.uv.sources`; None: all of them, as all other installers do.
        self.unpinned: frozenset[str] | None = None
        self.projects: list[str] = []
        self.no_binary: set[str] = set()
        self.only_binary: set[str] = set()
        self.formats: list[FormatOption] = []
        self.no_index = False
        self.prefer_binary = False
        self.pre = False
        self.all_releases: set[str] = set()
        self.only_final: set[str] = set()
        self.any_python = False
        self.legacy_resolver = False
        self.no_deps = False
        self.require_hashes: bool | None = None

    @property
    def limit(self) -> str | None:
        """What there is too much of for more to be read."""
        if len(self.dependencies) + len(self.constraints) >= MOST_REQUIREMENTS:
            return f"{MOST_REQUIREMENTS} requirements"
        if len(self.unreadable) >= MOST_FAULTS:
            return f"{MOST_FAULTS} lines that cannot be read"
        places = len(self.indexes) + len(self.find_links) + len(self.projects)
        return f"{MOST_PLACES} indexes and folders" if places >= MOST_PLACES else None

    def fault(self, span: Span, message: str) -> None:
        """Something that is installed from could not be read: more may be installed than is known."""
        self.unreadable.append(Unreadable(span, message))
        self.complete = False

    def not_read(self, span: Span, path: str, found: object) -> None:
        """A file that is installed from is not there, or no text."""
        reason = found.reason if isinstance(found, Missing) else "it is not a file"
        self.fault(span, f"`{path}` cannot be read: {reason}")

    def add(
        self,
        reference: Reference,
        span: Span,
        *,
        hashes: frozenset[tuple[str, str]] = frozenset(),
        constraint: bool = False,
        editable: bool = False,
    ) -> None:
        """Adds what one word or line asks for. Constraints must be plain: pip refuses all others."""
        match reference:
            case Invalid(reason):
                self.fault(span, f"pip does not take `{_short(span.text)}`: {reason}")
            case _ if constraint and (editable or not isinstance(reference, Named | Elsewhere)):
                self.fault(span, f"pip does not take `{_short(span.text)}` as a constraint: it has no name")
            case Named(requirement) | Elsewhere(requirement) if constraint and requirement.extras:
                self.fault(span, f"pip does not take `{_short(span.text)}` as a constraint: it has extras")
            case Named(requirement):
                self._put(Dependency(requirement, span, hashes), constraint)
            case Elsewhere(requirement, what):
                locked = _release(reference, span)
                self._put(Dependency(requirement, span, hashes, locked, what, path=reference.path), constraint)
            case Nameless():
                self.complete = False
            case Folder(path, extras):
                self.add_project(path, span, extras=extras)

    def add_project(self, path: str, span: Span, *, extras: Collection[str] = ()) -> None:
        """Adds a folder's project: itself, and what its files say that it depends on."""
        from lint_alpine.installs.projects import read_project

        self.projects.append(path)
        project = read_project(path, self.files)
        if isinstance(project, Missing):
            self.fault(span, f"the project in `{path}` cannot be read: {project.reason}")
        elif not self.no_deps:
            self.join(project.requirements(extras))

    def join(self, requirements: Requirements) -> None:
        """Adds what another file or command is known to ask for."""
        self.dependencies += map(self._pinned, requirements.dependencies)
        self.constraints += requirements.constraints
        self.unreadable += requirements.unreadable
        self.indexes += (index for index in requirements.indexes if index != requirements.index_url)
        self.index_url = requirements.index_url or self.index_url
        self.find_links += requirements.find_links
        self.complete &= requirements.complete
        self.no_index |= requirements.no_index

    def join_lock(self, locked: Requirements) -> None:
        """Adds what a lock file that lists all files holds: nothing else is installed, whatever index there is."""
        self.join(locked)
        self.index_url = None
        self.indexes.clear()
        self.find_links.clear()
        self.no_deps = True

    def apply(self, options: Iterable[Given], file: str | None = None) -> None:
        """Applies the options by which pip chooses files, wherever they stand: on the command line, or in a file."""
        for option in options:
            match option.name:
                case "index-url":
                    self._set_index(option.value or option.span.text, in_file=file is not None)
                case "extra-index-url":
                    self.indexes.append(option.value or option.span.text)
                case "find-links":
                    beside = posixpath.dirname(file) if file is not None else None
                    self.find_links.append(FindLinks(option.value, beside))
                case "no-index":
                    self.no_index = True
                case "no-binary":
                    self._format(option, self.no_binary, self.only_binary)
                case "only-binary":
                    self._format(option, self.only_binary, self.no_binary)
                case "prefer-binary":
                    self.prefer_binary = True
                case "pre":
                    self.pre = True
                case "all-releases":
                    self._name(option, self.all_releases, self.only_final)
                case "only-final":
                    self._name(option, self.only_final, self.all_releases)
                case "ignore-requires-python":
                    self.any_python = True
                case "no-deps":
                    self.no_deps = True
                case "use-deprecated" if option.value == "legacy-resolver":
                    self.legacy_resolver = True
                case "require-hashes":
                    self.require_hashes = True
                case "no-require-hashes":
                    self.require_hashes = False

    def _set_index(self, url: str, *, in_file: bool) -> None:
        """The last --index-url counts, for uv the first; for pip one in a file also drops the extra indexes so far."""
        if self.strategy is not IndexStrategy.ALL_FILES:
            self.index_url = self.index_url or url
            return
        self.index_url = url
        if in_file:
            self.indexes.clear()

    def _format(self, option: Given, target: set[str], other: set[str]) -> None:
        if option.value is not None:
            self.formats += _named(option, [name.strip() for name in option.value.split(",")])
        self._name(option, target, other)

    def _name(self, option: Given, target: set[str], other: set[str]) -> None:
        """pip's FormatControl, and ReleaseControl of pip 26: names, `:all:`, `:none:`; of two options that exclude each
        other the later one wins for a name."""
        if option.value is None:
            self.fault(option.span, f"which packages `--{option.name}` names is only known when the command runs")
            return
        names = [name.strip() for name in option.value.split(",")]
        if ":all:" in names:
            other.clear()
            target.clear()
            target.add(":all:")
            names = names[len(names) - names[::-1].index(":all:") :]
            if ":none:" not in names:
                return
        for name in filter(None, names):
            if name == ":none:":
                target.clear()
            else:
                other.discard(canonicalize_name(name))
                target.add(canonicalize_name(name))

    def _pinned(self, dependency: Dependency) -> Dependency:
        if dependency.pins and (self.unpinned is None or dependency.name in self.unpinned):
            return dependency._replace(pins=())
        return dependency

    def _put(self, dependency: Dependency, constraint: bool) -> None:
        if self.limit is None:
            (self.constraints if constraint else self.dependencies).append(dependency)

    def requirements(self) -> Requirements:
        # One hash makes pip ask for a hash of everything, in constraints too; uv just compares those that there are.
        is_pip = self.strategy is IndexStrategy.ALL_FILES
        hashed = is_pip and any(dependency.hashes for dependency in (*self.dependencies, *self.constraints))
        choice = FileChoice(
            no_binary=frozenset(self.no_binary),
            only_binary=frozenset(self.only_binary),
            prefer_binary=self.prefer_binary,
            pre=self.pre or ":all:" in self.all_releases,
            require_hashes=hashed if self.require_hashes is None else self.require_hashes,
            no_deps=self.no_deps,
            all_releases=frozenset(self.all_releases - {":all:"}),
            only_final=frozenset(self.only_final),
            any_python=self.any_python,
            legacy_resolver=self.legacy_resolver,
        )
        return Requirements(
            dependencies=tuple(self.dependencies),
            constraints=tuple(self.constraints),
            choice=choice,
            indexes=self._ordered_indexes(),
            no_index=self.no_index,
            unreadable=tuple(self.unreadable),
            complete=self.complete,
            formats=tuple(self.formats),
            index_url=self.index_url,
            find_links=tuple(dict.fromkeys(self.find_links)),
            strategy=self.strategy,
        )

    def _ordered_indexes(self) -> tuple[str, ...]:
        """pip asks the main index first, uv last."""
        main = [] if self.index_url is None else [self.index_url]
        first, last = (main, self.indexes) if self.strategy is IndexStrategy.ALL_FILES else (self.indexes, main)
        return tuple(dict.fromkeys((*first, *last)))


def _release(reference: Reference, span: Span) -> Locked | None:
    """The one file of a wheel that is named by its URL or path."""
    from lint_alpine.wheels.distribution import parse

    match reference:
        case Elsewhere(requirement, _, str(filename)) if filename.endswith(".whl"):
            wheel = parse(filename, canonicalize_name(requirement.name), url=requirement.url)
            return Locked(str(wheel.version), (wheel,), span.source.path) if wheel else None
    return None


def _named(option: Given, names: Iterable[str]) -> Iterator[FormatOption]:
    """The names of a list, each with its own place in it."""
    span, at = option.place or option.span, 0
    joined = option.word is not None and option.span.end <= option.word.end
    words = option.word and (option.word.text if joined else f"{option.word.text} {span.text}")
    for name in names:
        begin = span.text.find(name, at) if name and (option.word or option.place) else -1
        place = span if begin < 0 else Span(span.source, span.begin + begin, span.begin + begin + len(name))
        at = max(at, begin + len(name))
        yield FormatOption(option.name, canonicalize_name(name), place, words or option.setting)


def _short(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:100]}..."
