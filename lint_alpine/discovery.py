"""Paths as they are named -> the Dockerfiles that they stand for."""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.context import folders_up_to_repository, is_repository
from lint_alpine.report.report import Failure

if TYPE_CHECKING:
    from lint_alpine.gitignore import Ignores

STANDARD_INPUT = "-"

# `dockerfile` is what `docker build` takes where there is no `Dockerfile`.
_NAMES = ("Dockerfile", "dockerfile")
_BEGINNINGS = ("Dockerfile.", "Dockerfile-", "Containerfile")
_ENDINGS = (".Dockerfile", ".dockerfile")
# A Dockerfile may have an ignore file of its own beside it (BuildKit); the rest are what editors and patch leave.
_COMPANIONS = (".dockerignore", ".containerignore", "~", ".swp", ".swo", ".bak", ".orig", ".rej", ".tmp")
_LOCKS_AND_PROJECTS = frozenset(
    {
        "Pipfile",
        "Pipfile.lock",
        "pdm.lock",
        "poetry.lock",
        "pylock.toml",
        "pyproject.toml",
        "setup.cfg",
        "uv.lock",
    }
)
_LISTS = ("requirements", "constraints")
_NEVER_ENTERED = frozenset(
    {
        ".bzr",
        ".git",
        ".hg",
        ".jj",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "node_modules",
    }
)


class Found(NamedTuple):
    """A Dockerfile by the path under which it is reported, `-` for standard input.

    `named`: the user said this very path, so it has to be a Dockerfile. `because_of`: the named requirements files that
    it stands for, as reports show them: it is meant only if it installs from one of them. Empty: it is meant anyway.
    """

    path: str
    named: bool = False
    because_of: tuple[str, ...] = ()


class Discovered(NamedTuple):
    """Sorted by path, each file once. `failures`: named paths that cannot be read. `unread`: folders found in a named
    one that cannot be listed."""

    files: tuple[Found, ...]
    failures: tuple[Failure, ...] = ()
    unread: tuple[Failure, ...] = ()


def discover(paths: Sequence[str]) -> Discovered:
    """What the paths of a command line stand for.

    A folder stands for the Dockerfiles in it that git does not ignore; a requirements, project or lock file for those
    of its folder and of the parents up to the repository's root; any other file for itself.
    """
    found: list[Found] = []
    failures: list[Failure] = []
    unread: list[Failure] = []
    for path in dict.fromkeys(paths):
        status = None if path == STANDARD_INPUT else _status(path)
        if isinstance(status, Failure):
            failures.append(status)
        elif status is None:
            found.append(Found(path, named=True))
        elif stat.S_ISDIR(status.st_mode):
            searched = _search(path)
            found += searched.files
            failures += searched.failures
            unread += searched.unread
        elif is_installed_from(path) and not is_dockerfile_name(Path(path).name):
            found += _dockerfiles_for(path)
        else:
            found.append(Found(_shown(path), named=True))
    return Discovered(_once(found), tuple(sorted(failures, key=_path)), tuple(sorted(unread, key=_path)))


def is_dockerfile_name(name: str) -> bool:
    """Whether a file of that name is taken for a Dockerfile when a folder is searched."""
    fits = name in _NAMES or name.startswith(_BEGINNINGS) or name.endswith(_ENDINGS)
    return fits and not name.endswith(_COMPANIONS)


def is_installed_from(path: str) -> bool:
    """Whether a file is one that requirements are installed from, as its name tells."""
    name, folder = Path(path).name, Path(path).parent.name
    if name.endswith(".txt"):
        return folder in _LISTS or any(word in name for word in _LISTS)
    return name in _LOCKS_AND_PROJECTS or (name.startswith("pylock.") and name.endswith(".toml"))


def _search(top: str) -> Discovered:
    root = _absolute(top)
    links: list[str] = []
    found: list[str] = []
    unread: list[Failure] = []
    folders: list[tuple[str, Ignores | None]] = [(root, _ignores_above(root))]
    while folders:
        folder, above = folders.pop()
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
        except OSError as error:
            failure = Failure(_below(top, root, folder), _reason(error))
            if folder == root:
                return Discovered((), failures=(failure,))
            unread.append(failure)
            continue
        if folder != root and any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        ignores = _ignores_of(folder, above)
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if entry.name in _NEVER_ENTERED if is_folder else not is_dockerfile_name(entry.name):
                continue
            if ignores is not None and ignores.ignores(entry.path, is_folder):
                continue
            if is_folder:
                folders.append((entry.path, ignores))
            elif entry.is_symlink():
                links.append(entry.path)
            elif entry.is_file(follow_symlinks=False):
                found.append(entry.path)
    found += _links_inside(root, links)
    return Discovered(tuple(Found(_below(top, root, path)) for path in found), unread=tuple(unread))


def _links_inside(root: str, links: Iterable[str]) -> Iterator[str]:
    """The symbolic links that lead to a file in the folder: others would show files that nobody asked to read."""
    inside = Path(os.path.realpath(root))
    for link in links:
        target = Path(os.path.realpath(link))
        status = _status(str(target))
        if target.is_relative_to(inside) and not isinstance(status, Failure) and stat.S_ISREG(status.st_mode):
            yield link


def _dockerfiles_for(path: str) -> Iterator[Found]:
    """The Dockerfiles of a file's folder and its parents up to the repository's root; without one, of its folder."""
    file = _absolute(path)
    as_named = str if Path(path).is_absolute() else os.path.relpath
    for folder in map(str, folders_up_to_repository(Path(file).parent)):
        try:
            with os.scandir(folder) as listing:
                entries = [entry for entry in listing if is_dockerfile_name(entry.name)]
        except OSError:
            continue
        if not entries:
            continue
        ignores = _ignores_of(folder, _ignores_above(folder))
        for entry in entries:
            is_file = entry.is_file(follow_symlinks=False)
            if is_file and (ignores is None or not ignores.ignores(entry.path, is_folder=False)):
                yield Found(_shown(as_named(entry.path)), because_of=(_shown(as_named(file)),))


def _ignores_above(folder: str) -> "Ignores | None":
    """What the folders above say, from the repository's root down."""
    ignores = None
    for parent in reversed(folders_up_to_repository(Path(folder))[1:]):
        ignores = _ignores_of(str(parent), ignores)
    return ignores


def _ignores_of(folder: str, above: "Ignores | None") -> "Ignores | None":
    """What holds in a folder. A repository inside of another one has its own patterns alone."""
    if is_repository(Path(folder)):
        above = None
    for file in (".git/info/exclude", ".gitignore"):
        if os.path.lexists(f"{folder}/{file}"):
            from lint_alpine.gitignore import read

            above = read(folder, file, above)
    return above


def _absolute(path: str) -> str:
    # Not resolved: what a link shows is reported under the link's name.
    return os.path.normpath(Path(path).absolute())


def _status(path: str) -> os.stat_result | Failure:
    try:
        return Path(path).stat()
    except FileNotFoundError:
        return Failure(_shown(path), "there is no such file or folder")
    except OSError as error:
        return Failure(_shown(path), _reason(error))
    except ValueError as error:  # a NUL character
        return Failure(_shown(path), str(error))


def _reason(error: OSError) -> str:
    return (error.strerror or "it cannot be read").lower()


def _below(top: str, root: str, path: str) -> str:
    """The path of something in a searched folder, as the folder was named."""
    return _shown(str(Path(top, path[len(root) :].lstrip(os.sep))))


def _shown(path: str) -> str:
    """With `/` on every system: the same tree gives the same report. A file called `-` is not standard input."""
    shown = Path(path).as_posix()
    return f"./{shown}" if shown == STANDARD_INPUT else shown


def _path(item: Found | Failure) -> str:
    return item.path


def _once(found: Iterable[Found]) -> tuple[Found, ...]:
    """Each file once: by the name that the user gave if there is one, else not by a link."""
    kept: dict[str, Found] = {}
    for item in sorted(found, key=lambda item: (not item.named, Path(item.path).is_symlink(), item.path)):
        key = item.path if item.path == STANDARD_INPUT else os.path.realpath(item.path)
        first = kept.get(key)
        if first is None:
            kept[key] = item
        elif not first.because_of or not item.because_of:
            kept[key] = first._replace(because_of=())
        else:
            kept[key] = first._replace(because_of=tuple(sorted({*first.because_of, *item.because_of})))
    return tuple(sorted(kept.values(), key=_path))
