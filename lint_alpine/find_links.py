"""The folders that --find-links names, as far as the build context shows what is in them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lint_alpine.context import ContextFile, Missing
from lint_alpine.image_files import ImageFiles
from lint_alpine.image_folders import files_in
from lint_alpine.installs.dependency import FindLinks, Installer
from lint_alpine.installs.install import Install
from lint_alpine.installs.reference import ARCHIVES
from lint_alpine.wheels.precedence import ELSEWHERE, Folders

if TYPE_CHECKING:
    from lint_alpine.wheels.folders import Folder

# Of all folders together; the largest houses of wheels have some hundred.
_MOST_FILES = 30_000

_URL = re.compile(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]*://", re.IGNORECASE)
_PAGE = re.compile(r"\.html?$", re.IGNORECASE)


def folders_of(install: Install, files: ImageFiles, made: Mapping[str, str], *, installed: bool) -> Folders | None:
    """What the command finds beside the indexes, None where it looks nowhere else.

    `files` are those that it sees; `made` are folders (absolute) into which the build puts wheels, with the reason;
    `installed`: there may be packages already that are not known.
    """
    requirements = install.requirements
    # pip stops where two files of one project are named.
    counts = Counter(each.name for each in requirements.dependencies if each.path is not None)
    named = {each.name: each.path for each in requirements.dependencies if each.path and counts[each.name] == 1}
    if not requirements.find_links and not requirements.no_index and not named:
        return None
    from lint_alpine.wheels import folders

    every = (*requirements.dependencies, *requirements.constraints)
    algorithms = {algorithm for each in every for algorithm, _ in each.hashes}
    seen = _Seen(files, made)
    own = {name: folder for name, path in named.items() if (folder := seen.single(path)) is not None}
    own_files = folders.Folders(list(own.values()), algorithms)
    found: list[Folder] = []
    for link in requirements.find_links:
        linked = _folder(link, seen, pages=install.installer is not Installer.UV)
        if isinstance(linked, str):
            return Folders(None, linked, own_files, frozenset(own))
        found.append(linked)
        if sum(len(folder.files) for folder in found) > _MOST_FILES:
            return Folders(
                None, f"the folders that it may come from have more than {_MOST_FILES} files", own_files, frozenset(own)
            )
    beside = folders.Folders(found, algorithms, installed=installed) if found or requirements.no_index else None
    return Folders(beside, None, own_files, frozenset(own))


def paths_of(link: FindLinks) -> Iterator[str]:
    """The paths that may be meant, in pip's order."""
    if link.location is not None and not _URL.match(link.location):
        path = re.sub(r"^file:(//(?:localhost(?=/))?)?", "", link.location, flags=re.IGNORECASE)
        if link.beside is not None and not path.startswith("/"):
            yield f"{link.beside or '.'}/{path}"
        yield path


def _folder(link: FindLinks, seen: "_Seen", *, pages: bool) -> "Folder | str":
    """What is in it, or why that is not known."""
    if link.location is None:
        return "it may come from a folder or page whose place is only known when the command runs"
    reason = ELSEWHERE
    for path in paths_of(link):
        there = seen.files(path)
        if not isinstance(there, Missing):
            page = next((name for name in there if _PAGE.search(name)), None) if pages else None
            if page is not None:
                return f"it may come from `{link.location}`: `{page}` in it may list other files"
            return _shown(there, link.location)
        reason = f"it may come from `{link.location}`: {there.reason}"
    return reason


def _shown(there: Mapping[str, ContextFile], path: str) -> "Folder":
    """The folder, by its path in the build context where there is something in it."""
    from lint_alpine.wheels.folders import Folder

    shown = next((file.folder for file in there.values()), path)
    return Folder(f"{shown.rstrip('/')}/", there)


class _Seen:
    """The folders that were looked into, each once."""

    def __init__(self, files: ImageFiles, made: Mapping[str, str]) -> None:
        self._files = files
        self._made = made
        self._known: dict[str, Mapping[str, ContextFile] | Missing] = {}

    def files(self, path: str) -> Mapping[str, ContextFile] | Missing:
        """What stands in a folder; pip takes a single file as well."""
        folder, _, name = path.rpartition("/")
        if not name.lower().endswith(ARCHIVES):
            return self._in(path)
        there = self._in(folder or ("/" if path.startswith("/") else "."))
        if isinstance(there, Missing):
            return there
        return {name: there[name]} if name in there else {}

    def single(self, path: str) -> "Folder | None":
        """The one file that a requirement names, if it is seen."""
        there = self.files(path)
        return None if isinstance(there, Missing) or not there else _shown(there, path)

    def _in(self, folder: str) -> Mapping[str, ContextFile] | Missing:
        absolute = self._files.absolute(folder) or folder
        if absolute in self._made:
            return Missing(self._made[absolute])
        if absolute not in self._known:
            self._known[absolute] = files_in(self._files, folder)
        return self._known[absolute]
