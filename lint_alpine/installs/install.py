"""What a command installs, whichever installer or package manager it calls: the types that all of them share."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

from packaging.specifiers import SpecifierSet

from lint_alpine.context import Missing
from lint_alpine.dockerfile.commands import Command
from lint_alpine.installs.dependency import Installer, Requirements
from lint_alpine.source import Source, Span

Variables = Mapping[str, str | None]


class Files(Protocol):
    """The files that a command can read; paths are absolute in the image or relative to the working directory.

    `Requirements` in place of a text: another command wrote the file (`poetry export`), and what it holds is known.
    `find` gives the paths that match a shell pattern.
    """

    def read(self, path: str) -> Source | Requirements | Missing: ...

    def find(self, pattern: str) -> tuple[str, ...]: ...


class Verb(StrEnum):
    INSTALL = "install"
    WHEEL = "wheel"
    DOWNLOAD = "download"
    SYNC = "sync"
    RUN = "run"
    TOOL = "tool"
    ENSUREPIP = "ensurepip"


class Target(NamedTuple):
    """The Python environment that receives the packages; nothing set: that of the program which is found on PATH.

    `interpreter` is a Python as it was named (`python3.11`, `3.12`, `/opt/bin/python`); `environment` is the prefix of
    the program or virtual environment (`/usr`, `/venv`); `directory` is where --target, --wheel-dir or --dest put the
    files; `own` is true where the installer makes a virtual environment of its own. `platforms` and `python_version`
    are those of --platform and --python-version, where files for another system are taken.
    """

    interpreter: str | None = None
    environment: str | None = None
    directory: str | None = None
    prefix: str | None = None
    root: str | None = None
    user: bool = False
    system: bool = False
    own: bool = False
    platforms: tuple[str, ...] = ()
    python_version: str | None = None


class PipChange(NamedTuple):
    """The command installs pip itself: a version that `specifier` allows (empty: any). `upgrade`: the newest of them,
    even if the present one would do. `bundled`: the one that comes with Python (`python -m ensurepip`). `script_for`: a
    get-pip.py for an older Python, which installs nothing that this one cannot run."""

    specifier: SpecifierSet
    upgrade: bool
    span: Span
    bundled: bool = False
    script_for: str | None = None


class Install(NamedTuple):
    """One command that installs Python packages.

    `no_cache`: the installer keeps no cache, by option or variable (None: not known), with the place of the option in
    `no_cache_option`. `cache_dir` is where it keeps one, if that is said, and `cache_dir_option` the words of the
    command line that say it. `upgrade`: what is installed already is replaced by the newest that fits. `projects` are
    the folders, as written, of projects that are installed; what they depend on is among the requirements. `lock` is
    the lock file that decided the releases, as reports show it.
    """

    installer: Installer
    verb: Verb
    command: Command
    requirements: Requirements
    target: Target = Target()
    no_cache: bool | None = False
    no_cache_option: Span | None = None
    cache_dir: str | None = None
    cache_dir_option: Span | None = None
    break_system_packages: bool = False
    upgrade: bool = False
    dry_run: bool = False
    changes_pip: PipChange | None = None
    projects: tuple[str, ...] = ()
    lock: str | None = None


class Export(NamedTuple):
    """A command that writes what a lock file fixes as a requirements file: to `output`, None for standard output."""

    requirements: Requirements
    output: str | None


class ApkVerb(StrEnum):
    ADD = "add"
    UPDATE = "update"
    UPGRADE = "upgrade"
    FIX = "fix"


class ApkPackage(NamedTuple):
    """One package as apk's dependency syntax names it: `constraint` is the operator and version (`=1.2-r0`, `~1.2`),
    `tag` that of the repository (`@edge`). `conflict`: it must not be there (`!name`). `file`: it is a local .apk."""

    name: str
    constraint: str | None
    tag: str | None
    span: Span
    conflict: bool = False
    file: bool = False


class ApkInstall(NamedTuple):
    """`apk add`, or a verb that fetches the package index as it does (see `verb`).

    `complete` is false where a word is not known, so that more packages may be added than are listed. `root` is the
    folder that holds the system: `/`, or another one that is not this image. `no_cache_option` is the flag's place.
    `no_network`: nothing is fetched, what is there must do.
    """

    verb: ApkVerb
    packages: tuple[ApkPackage, ...]
    command: Command
    virtual: ApkPackage | None = None
    no_cache: bool = False
    no_cache_option: Span | None = None
    cache_dir: str | None = None
    repositories: tuple[str, ...] = ()
    simulate: bool = False
    no_network: bool = False
    root: str = "/"
    complete: bool = True


class ApkRemove(NamedTuple):
    """`apk del` of packages or of what a virtual package holds."""

    packages: tuple[ApkPackage, ...]
    command: Command
    simulate: bool = False
    root: str = "/"


Apk = ApkInstall | ApkRemove
