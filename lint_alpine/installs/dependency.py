"""What is asked to be installed, whoever asks: a requirement with its place, and how to choose."""

from enum import StrEnum
from typing import NamedTuple

from packaging.markers import Marker
from packaging.requirements import Requirement

from lint_alpine.source import Span
from lint_alpine.wheels.distribution import Distribution


class Installer(StrEnum):
    PIP = "pip"
    UV = "uv"
    POETRY = "poetry"
    PDM = "pdm"
    PIPENV = "pipenv"
    PIPX = "pipx"


class FileChoice(NamedTuple):
    """How pip was told to choose among files: `--no-binary` and `--only-binary` (normalised names, or `:all:`),
    `--prefer-binary`, `--pre`, `--require-hashes`, `--no-deps`; `--all-releases` (for `:all:` that is `pre`) and
    `--only-final` of pip 26; `--ignore-requires-python`; `--use-deprecated=legacy-resolver`."""

    no_binary: frozenset[str] = frozenset()
    only_binary: frozenset[str] = frozenset()
    prefer_binary: bool = False
    pre: bool = False
    require_hashes: bool = False
    no_deps: bool = False
    all_releases: frozenset[str] = frozenset()
    only_final: frozenset[str] = frozenset()
    any_python: bool = False
    legacy_resolver: bool = False

    def takes_prereleases(self, name: str) -> bool | None:
        """Whether pre-releases of a project are asked for (true) or refused; what names it wins over `:all:`."""
        if name in self.all_releases or name in self.only_final:
            return name in self.all_releases
        if self.pre or ":all:" in self.only_final:
            return self.pre
        return None

    def option_for(self, name: str) -> str | None:
        """The option that decides for a project: for pip one that names it wins over one for `:all:`."""
        for scope in (name, ":all:"):
            if scope in self.only_binary:
                return "only-binary"
            if scope in self.no_binary:
                return "no-binary"
        return None


class FormatOption(NamedTuple):
    """A `--no-binary` or `--only-binary` (`option`) for a project or `:all:`, and the place of that name. `words` is
    the option with its value, as written; None where it was set elsewhere: then the place is that of the command."""

    option: str
    project: str
    span: Span
    words: str | None = None


class IndexStrategy(StrEnum):
    """How several indexes go together: pip takes all files of all; the others are uv's (`--index-strategy`)."""

    ALL_FILES = "all-files"
    FIRST_INDEX = "first-index"
    FIRST_MATCH = "unsafe-first-match"
    BEST_MATCH = "unsafe-best-match"


class FindLinks(NamedTuple):
    """A folder of wheels (or a page of links) to look at beside the indexes, as written; None: not known.

    `beside` is the folder of the requirements file that names it: pip looks there first.
    """

    location: str | None
    beside: str | None = None


class Pin(NamedTuple):
    """Where uv takes a project from while the marker holds (an entry of `tool.uv.sources`): from the index at a URL
    alone, or for the reason `opaque` from none."""

    marker: Marker | None
    url: str | None = None
    opaque: str | None = None


class Locked(NamedTuple):
    """The release that a lock file fixes, with the files that it lists (empty where it lists none)."""

    version: str
    distributions: tuple[Distribution, ...]
    path: str


class Dependency(NamedTuple):
    """One requirement at the place where it is written.

    `hashes` are (algorithm, digest) of `--hash` options. `opaque` says why the files cannot be judged by name (a URL, a
    VCS reference, a local path), else None; `path` is that of a local archive, as the command sees it. `name` is
    normalised. Of the `pins` the first whose marker holds counts.
    """

    requirement: Requirement
    span: Span
    hashes: frozenset[tuple[str, str]] = frozenset()
    locked: Locked | None = None
    opaque: str | None = None
    pins: tuple[Pin, ...] = ()
    path: str | None = None

    @property
    def name(self) -> str:
        from packaging.utils import canonicalize_name

        return canonicalize_name(self.requirement.name)


class Unreadable(NamedTuple):
    """A file that is installed from and could not be read (or a line of it), at the word that names it."""

    span: Span
    message: str


class Requirements(NamedTuple):
    """All that requirements files, lock files, project files and words on a command line ask for together.

    `indexes` are the index and extra index locations that these files name (`--index-url` and the like), as written and
    in the order in which they are asked; `index_url` is the one of them that takes the place of the default one.
    `complete` is false where something could not be read, so that more may be installed than is listed. `formats` are
    the options behind `choice`, in the order in which they were read.
    """

    dependencies: tuple[Dependency, ...] = ()
    constraints: tuple[Dependency, ...] = ()
    choice: FileChoice = FileChoice()
    indexes: tuple[str, ...] = ()
    no_index: bool = False
    unreadable: tuple[Unreadable, ...] = ()
    complete: bool = True
    formats: tuple[FormatOption, ...] = ()
    index_url: str | None = None
    find_links: tuple[FindLinks, ...] = ()
    strategy: IndexStrategy = IndexStrategy.ALL_FILES
