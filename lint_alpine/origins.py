"""Where Python packages and interpreters were put, and what COPY --from brings of them to another stage."""

import posixpath
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from packaging.utils import canonicalize_name

from lint_alpine.environment import Environment
from lint_alpine.installs.install import Install, Verb
from lint_alpine.packages import Present
from lint_alpine.releases import apk_python
from lint_alpine.source import Span
from lint_alpine.wheels.verdict import WheelVerdict

if TYPE_CHECKING:
    from lint_alpine.facts import PythonInstall


class Interpreter(NamedTuple):
    """A Python: the folder of its program, its minor version and C library (None: not known), and the words of COPY
    that brought it."""

    folder: str
    minor: str | None
    libc: str | None
    copied: tuple[Span, ...] = ()


class Placement(NamedTuple):
    """What one command put into a folder: a site-packages, or the folder of --target or --wheel-dir.

    `minor` is the Python that it is for, None where that is not known; `verdicts` are those of what is there; `copied`
    are the words of COPY that brought it from one stage to the next. `virtual`: it is that of a virtual environment.
    """

    folder: str
    install: "PythonInstall"
    minor: str | None
    verdicts: tuple[WheelVerdict, ...]
    copied: tuple[Span, ...] = ()
    virtual: bool = False

    @property
    def native(self) -> tuple[WheelVerdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.is_native)

    @property
    def is_wheelhouse(self) -> bool:
        return self.install.install.verb in (Verb.WHEEL, Verb.DOWNLOAD)


class Copied(NamedTuple):
    """One source of a COPY --from, or a mount from another stage: the word, both paths (absolute), and what of Python
    it brings, at its new place. `origin` is the stage or image, as it is called there."""

    span: Span
    origin: str
    source: str
    destination: str
    placements: tuple[Placement, ...] = ()
    interpreters: tuple[Interpreter, ...] = ()


def interpreters_of(environment: Environment | None, present: Present) -> Iterator[Interpreter]:
    """The Pythons of an image: its own, and the one that apk has installed."""
    if environment is None:
        return
    libc = environment.libc.family if environment.libc is not None else None
    if environment.python is not None and environment.python_prefix is not None:
        yield Interpreter(f"{environment.python_prefix}/bin", environment.minor, libc)
    if environment.distro == "alpine" and environment.python_prefix != "/usr" and "python3" in present.packages:
        yield Interpreter("/usr/bin", apk_python(environment).minor, libc)


def folder_of(install: Install, environment: Environment, prefix: str | None, user_base: str | None) -> str | None:
    """The folder that receives what a command installs, None where it is not known.

    `prefix` is that of its Python environment; `user_base` the folder of packages for the user alone, where they go
    there. Paths may be relative to where the command runs.
    """
    target = install.target
    if install.dry_run or install.verb is Verb.ENSUREPIP or (target.own and target.environment is None):
        return None
    if target.directory is not None:
        return target.directory
    base = target.prefix or user_base or prefix
    minor = environment.minor
    if base is None or minor is None:
        return None
    folder = f"{base.rstrip('/')}/lib/python{minor}/site-packages"
    return posixpath.join(target.root, folder.lstrip("/")) if target.root else folder


def bring(
    source: str,
    destination: str,
    span: Span,
    placements: Iterable[Placement],
    interpreters: Iterable[Interpreter],
    *,
    parents: bool = False,
) -> tuple[tuple[Placement, ...], tuple[Interpreter, ...]]:
    """What a COPY of `source` to `destination` (both absolute) brings of what is in the origin, at its new place."""
    # Who copies all brings the C library and the interpreter along.
    if source == "/":
        return (), ()
    return (
        tuple(_placements(source, destination, span, placements, parents=parents)),
        tuple(_interpreters(source, destination, span, interpreters, parents=parents)),
    )


def _placements(
    source: str, destination: str, span: Span, placements: Iterable[Placement], *, parents: bool
) -> Iterator[Placement]:
    for placement in placements:
        folder = moved(placement.folder, source, destination, parents=parents)
        verdicts = placement.verdicts
        if folder is None and source.startswith(f"{placement.folder}/"):
            # A part of the folder: the package of that name.
            part = canonicalize_name(source[len(placement.folder) + 1 :].partition("/")[0].partition("-")[0])
            verdicts = tuple(verdict for verdict in verdicts if verdict.name == part)
            folder = _folder_above(destination, posixpath.basename(source)) if verdicts else None
        if folder is not None:
            yield placement._replace(folder=folder, verdicts=verdicts, copied=(*placement.copied, span))


def _interpreters(
    source: str, destination: str, span: Span, interpreters: Iterable[Interpreter], *, parents: bool
) -> Iterator[Interpreter]:
    for python in interpreters:
        folder = moved(python.folder, source, destination, parents=parents)
        if folder is None and fnmatchcase(f"{python.folder}/python{python.minor}", source):
            folder = _folder_above(destination, "python*")
        if folder is not None:
            yield python._replace(folder=folder, copied=(*python.copied, span))


def _matches(name: str, pattern: str) -> bool:
    return name == pattern or (("*" in pattern or "?" in pattern or "[" in pattern) and fnmatchcase(name, pattern))


def _folder_above(destination: str, name: str) -> str:
    """The folder that receives a file or folder of that name, which COPY may name or leave to the destination."""
    folder, last = posixpath.split(destination)
    return folder if fnmatchcase(last, name) else destination


def moved(folder: str, source: str, destination: str, *, parents: bool = False) -> str | None:
    """Where a folder ends up when `source` is copied, None where it is not part of that.

    COPY puts what is in a folder, not the folder itself, into the destination; its patterns are those of a shell, and
    `/wheels/*` is all that is in there.
    """
    wanted, given = source.strip("/").split("/"), folder.strip("/").split("/")
    inside = len(wanted) == len(given) + 1 and wanted[-1] in ("*", "*.whl", "*whl")
    if inside:
        wanted = wanted[:-1]
    if len(wanted) > len(given) or not all(map(_matches, given, wanted)):
        return None
    return posixpath.normpath(posixpath.join(destination, *(given if parents else given[len(wanted) :])))
