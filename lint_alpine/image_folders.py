"""What stands in a folder of a stage's file system: the files of the context that COPY, ADD and mounts put there."""

import posixpath
from collections.abc import Callable, Iterator, Mapping

from lint_alpine.context import BuildContext, ContextFile, Missing, is_pattern
from lint_alpine.image_files import (
    LONGEST_CHAIN,
    NOTHING_COPIES_IT,
    TOO_MANY_COPIES,
    FromContext,
    FromElsewhere,
    FromFiles,
    FromText,
    ImageFiles,
    Placed,
    WithParents,
    below,
    matches,
)
from lint_alpine.installs.reference import ARCHIVES
from lint_alpine.written_files import FromParts

Files = Mapping[str, ContextFile]
_NOT_SEEN = Missing("it is copied from another stage, in which nothing is known of it")


def files_in(files: ImageFiles, folder: str) -> Files | Missing:
    """The archives and pages of a folder by their names, if all of them are known: nothing is opened.

    What commands may have done somewhere is passed over, as long as they are not known to have done it in the folder.
    """
    path = files.absolute(folder)
    if path is None:
        return Missing("the working directory is not known")
    for suspected, reason in files.suspected.items():
        if suspected != "/" and _is_in(path, suspected):
            return Missing(reason)
    found: dict[str, ContextFile] = {}
    absent = None
    known = False
    for placed in files.placed:
        match _put_there(placed, path):
            case Missing(final=False) as missing:
                absent = absent or missing
            case Missing() as missing:
                return missing
            case Mapping() as there:
                found |= there
                known = True
    if known:
        return {name: file for name, file in found.items() if _matters(name)}
    return absent or (Missing(files.suspected["/"]) if "/" in files.suspected else NOTHING_COPIES_IT)


def _is_in(path: str, folder: str) -> bool:
    return path == folder or below(path, folder) is not None


def _matters(name: str) -> bool:
    """Whether pip looks at a file of that name: it takes the links in pages too."""
    return name.lower().endswith((*ARCHIVES, ".html", ".htm"))


def _put_there(placed: Placed, folder: str) -> Files | Missing | None:
    """What it put into the folder, None where that is nothing; not final where it may as well be nothing."""
    match placed:
        case FromContext():
            return _from_context(placed, folder)
        case FromFiles():
            return _from_files(placed, folder)
        case WithParents():
            return _with_parents(placed, folder)
        case FromElsewhere(destination, reason):
            if destination == folder or (posixpath.dirname(destination) == folder and _matters(destination)):
                return Missing(reason)
            return Missing(reason, final=False) if below(folder, destination) is not None else None
        case FromText(path=path) | FromParts(path=path):
            beside = posixpath.dirname(path) == folder and _matters(path)
            return Missing(f"commands write `{posixpath.basename(path)}` into it") if beside else None
    return None


def _from_context(placed: FromContext, folder: str) -> Files | Missing | None:
    found: dict[str, ContextFile] = {}
    absent = None
    known = False
    for source in placed.sources:
        brought = placed.context.find(source)
        if isinstance(brought, Missing):
            return brought
        if not brought and not is_pattern(source) and _is_in(folder, placed.destination):
            absent = Missing(f"there is no `{source}` in the build context", final=False)
        for path in brought:
            match _brought(placed, path, folder):
                case Missing() as missing:
                    return missing
                case Mapping() as there:
                    found |= there
                    known = True
    return found if known else absent


def _brought(placed: FromContext, path: str, folder: str) -> Files | Missing | None:
    """What one path of the context puts into the folder, as a file or as a folder."""
    context, relative = placed.context, _relative(folder, placed.destination)
    if context.is_folder(path):
        inner = posixpath.join(path, relative) if relative is not None else ""
        if relative is None or not context.is_folder(inner):
            return None
        inside = context.files(posixpath.normpath(inner))
        if isinstance(inside, Missing):
            return inside
        kept = (file for file in inside if not placed.leaves_out(posixpath.join(relative, file.name)))
        return {file.name: file for file in kept}
    if relative is not None and isinstance(size := context.size(path), Missing):
        return size
    name = posixpath.basename(path) if relative == "" else posixpath.basename(placed.destination)
    there = relative == "" or (posixpath.dirname(placed.destination) == folder and not placed.into)
    return {name: ContextFile(context, path)} if there and not context.excludes(path) else None


def _only(files: Files | Missing, wanted: Callable[[str], bool]) -> Files | Missing:
    return files if isinstance(files, Missing) else {name: file for name, file in files.items() if wanted(name)}


def _relative(folder: str, destination: str) -> str | None:
    """A folder relative to one that it is in, empty for itself; None where it is not in it."""
    return "" if folder == destination else below(folder, destination)


def _with_parents(placed: WithParents, folder: str) -> Files | Missing | None:
    from lint_alpine.dockerignore import parse_pattern

    relative = _relative(folder, placed.destination)
    if relative is None:
        return None
    if not isinstance(placed.origin, BuildContext):
        return _NOT_SEEN
    base, pivot, rest = placed.source.partition("/./")
    pattern = parse_pattern(rest if pivot else placed.source)
    inner = posixpath.normpath(posixpath.join(base if pivot else "", relative))
    if not placed.origin.is_folder(inner):
        return None
    inside = placed.origin.files(inner)
    if isinstance(inside, Missing):
        return inside
    kept = {
        file.name: file for file in inside if pattern is None or pattern.matches(posixpath.join(relative, file.name))
    }
    return kept or None


def _from_files(placed: FromFiles, folder: str) -> Files | Missing | None:
    """What COPY --from takes of another stage's folders."""
    effort = placed.files.effort
    if effort.depth >= LONGEST_CHAIN or effort.left <= 0:
        return TOO_MANY_COPIES
    effort.depth += 1
    found: dict[str, ContextFile] = {}
    known = False
    try:
        for source in placed.sources:
            for there in _taken(placed, posixpath.normpath(posixpath.join("/", source)), folder):
                effort.left -= 1
                if isinstance(there, Missing):
                    return _NOT_SEEN if there is NOTHING_COPIES_IT else there._replace(final=True)
                found |= there
                known = True
    finally:
        effort.depth -= 1
    return found if known else None


def _taken(placed: FromFiles, origin: str, folder: str) -> Iterator[Files | Missing]:
    relative = _relative(folder, placed.destination)
    parent, name = posixpath.split(origin)
    if is_pattern(name):
        if relative == "":
            yield _only(files_in(placed.files, parent), lambda each: matches(origin, posixpath.join(parent, each)))
        elif relative is not None:
            yield Missing(f"what `{origin}` takes from another stage is not known")
    elif name.lower().endswith(ARCHIVES):
        into = relative == ""
        if into or posixpath.dirname(placed.destination) == folder:
            there = _only(files_in(placed.files, parent), lambda each: each == name)
            renamed = name if into else posixpath.basename(placed.destination)
            yield there if isinstance(there, Missing) else dict(zip([renamed], there.values(), strict=False))
    elif relative is not None:
        yield files_in(placed.files, posixpath.join(origin, relative) if relative else origin)
