"""uv's verbs that act on a project: `uv sync`, `uv run`, `uv add`, `uv export`."""

import posixpath
import re
from collections.abc import Collection
from typing import NamedTuple

from packaging.utils import canonicalize_name

from lint_alpine.installs.documents import read_toml, strings, table
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.install import Export, Install, Verb
from lint_alpine.installs.pip import add_word, read_file
from lint_alpine.installs.programs import is_true, written_to
from lint_alpine.installs.projects import Project, read_pyproject
from lint_alpine.installs.reference import read_editable, read_reference
from lint_alpine.installs.uv_call import UvCall
from lint_alpine.installs.uv_configuration import folders_up
from lint_alpine.installs.uv_lock import Selection, uv_lock
from lint_alpine.source import Source


def read_sync(call: UvCall) -> Install | None:
    """`uv sync` installs what the lock fixes; without a lock it makes one from the project's file first."""
    if call.found.has("help"):
        return None
    gathered = call.gathered()
    lock = _synced(call, gathered)
    return call.install(Verb.SYNC, gathered, call.project_target(), lock)


def read_run(call: UvCall) -> Install | None:
    """`uv run` syncs the project, if there is one, before it runs the command."""
    found = call.found
    if found.has("help"):
        return None
    gathered = call.gathered()
    extra = found.all("with", "with-editable", "with-requirements")
    skipped = found.has("no-sync", "no-project", "script") or is_true(call.variables, "UV_NO_SYNC")
    there = not skipped and _find(call, "pyproject.toml") is not None
    if not there and not extra:
        return None
    lock = _synced(call, gathered) if there else None
    for option in found.all("with"):
        for text in filter(str.strip, (option.value or "").split(",")):
            gathered.no_deps = False
            gathered.add(read_reference(text), option.span)
    for option in found.all("with-requirements"):
        read_file(option, gathered)
    return call.install(Verb.RUN, gathered, call.project_target(), lock)


def read_add(call: UvCall) -> Install | None:
    """`uv add` installs the project with the requirements that it adds."""
    found = call.found
    if found.has("help", "no-sync", "frozen", "script") or is_true(call.variables, "UV_FROZEN"):
        return None
    gathered = call.gathered()
    lock = _synced(call, gathered)
    gathered.no_deps = False
    for word in found.words:
        if found.has("editable") and word.text is not None:
            gathered.add(read_editable(word.text), word.span, editable=True)
        else:
            add_word(word, gathered)
    for option in found.all("requirement"):
        read_file(option, gathered)
    return call.install(Verb.INSTALL, gathered, call.project_target(), lock)


def read_export(call: UvCall) -> Export | None:
    """`uv export` writes what `uv sync` would install."""
    if call.found.has("help"):
        return None
    gathered = call.gathered()
    _synced(call, gathered)
    output = call.found.value("output-file")
    return Export(gathered.requirements(), call.path(output) if output else written_to(call.command))


def _synced(call: UvCall, gathered: Gathered) -> str | None:
    """Adds what a sync of the project installs; gives the path of the lock file that says so, if one does."""
    manifest = _find(call, "pyproject.toml")
    lock = _lock(call, manifest)
    project = read_pyproject(manifest.source, posixpath.dirname(manifest.path), call.files) if manifest else None
    selection = _selection(call, project)
    if lock is not None:
        if selection.project is None and project is not None and manifest is not None and manifest.above < lock.above:
            # A member of a workspace, whose lock stands above it.
            selection = selection._replace(project=project.name)
        locked = uv_lock(lock.source, selection)
        left_out = set(map(canonicalize_name, call.values("no-install-package")))
        kept = tuple(dependency for dependency in locked.dependencies if dependency.name not in left_out)
        gathered.join_lock(locked._replace(dependencies=kept))
    elif project is None:
        _fault(call, gathered, "pyproject.toml")
    elif (
        call.found.has("frozen", "locked")
        or is_true(call.variables, "UV_FROZEN")
        or is_true(call.variables, "UV_LOCKED")
    ):
        _fault(call, gathered, "uv.lock")
    else:
        extras = tuple(project.extras) if selection.extras is None else selection.extras
        groups = set(project.groups if selection.groups is None else selection.groups) - set(selection.without_groups)
        gathered.join(project.requirements(extras, sorted(groups), main=selection.main))
    # Without a build system uv installs a project's dependencies, not the project.
    if project is not None and project.backend and selection.main and not _leaves_out_project(call):
        gathered.projects.append(call.folder)
    return lock.source.path if lock else None


class _Found(NamedTuple):
    """A file, and how many folders above the project it stands."""

    source: Source
    path: str
    above: int


def _find(call: UvCall, name: str) -> _Found | None:
    for above, folder in enumerate(folders_up(call.folder)):
        path = posixpath.normpath(posixpath.join(folder, name))
        source = call.files.read(path)
        if isinstance(source, Source):
            return _Found(source, path, above)
    return None


def _lock(call: UvCall, manifest: _Found | None) -> _Found | None:
    """The lock file of the project; one above it is that of a workspace, if the project there says that it is one."""
    lock = _find(call, "uv.lock")
    if lock is None or manifest is None or lock.above <= manifest.above:
        return lock
    root = call.files.read(posixpath.join(posixpath.dirname(lock.path), "pyproject.toml"))
    document = read_toml(root) if isinstance(root, Source) else ""
    if isinstance(document, str):
        return lock
    return lock if "workspace" in table(table(document.data.get("tool")).get("uv")) else None


def _fault(call: UvCall, gathered: Gathered, name: str) -> None:
    path = posixpath.normpath(posixpath.join(call.folder, name))
    gathered.not_read(call.command.program, path, call.files.read(path))


def _selection(call: UvCall, project: Project | None) -> Selection:
    found, variables = call.found, call.variables
    only = [*_names(call, "only-group"), *(["dev"] if found.has("only-dev") else [])]
    without = [*_names(call, "no-group"), *(variables.get("UV_NO_GROUP") or "").split()]
    if found.has("no-dev") or is_true(variables, "UV_NO_DEV"):
        without.append("dev")
    groups: Collection[str] | None = only
    if not only:
        defaults = (
            [] if found.has("no-default-groups") or is_true(variables, "UV_NO_DEFAULT_GROUPS") else _defaults(project)
        )
        dev = ["dev"] if found.has("dev") else []
        groups = None if found.has("all-groups") or defaults is None else [*defaults, *dev, *_names(call, "group")]
    return Selection(
        project=found.value("package"),
        extras=None if found.has("all-extras") else _names(call, "extra"),
        groups=groups,
        without_groups=without,
        without_extras=_names(call, "no-extra"),
        main=not only,
        all_members=found.has("all-packages"),
    )


def _names(call: UvCall, option: str) -> list[str]:
    return [canonicalize_name(name) for value in call.values(option) for name in re.split(r"[\s,]+", value) if name]


def _defaults(project: Project | None) -> list[str] | None:
    """The groups that are installed unasked: `dev`, or what `tool.uv.default-groups` says (None: all)."""
    uv = table(table(project.document.data.get("tool")).get("uv")) if project and project.document else {}
    written = uv.get("default-groups")
    if written == "all":
        return None
    return ["dev"] if written is None else list(map(canonicalize_name, strings(written)))


def _leaves_out_project(call: UvCall) -> bool:
    names = ("no-install-project", "no-install-workspace", "no-install-local")
    return call.found.has(*names) or any(
        is_true(call.variables, f"UV_{name.upper().replace('-', '_')}") for name in names
    )
