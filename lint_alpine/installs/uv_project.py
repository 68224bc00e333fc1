"""uv's verbs that act on a project: `uv sync`, `uv run`, `uv add`, `uv export`."""

import posixpath
from collections.abc import Collection
from dataclasses import dataclass, replace

from lint_alpine.context import Missing
from lint_alpine.installs.dependency import Dependency, Requirements
from lint_alpine.installs.documents import array, string, strings, table
from lint_alpine.installs.gathered import Gathered
from lint_alpine.installs.install import Export, Install, LocalProject, Verb
from lint_alpine.installs.pip import add_word, read_file
from lint_alpine.installs.programs import is_true
from lint_alpine.installs.projects import Project, read_pyproject
from lint_alpine.installs.reference import read_editable, read_reference
from lint_alpine.installs.uv_call import UvCall
from lint_alpine.installs.uv_lock import Selection, uv_lock
from lint_alpine.source import Source

# How many folders above the project a workspace's lock file is looked for.
_FOLDERS_ABOVE = 3


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
    return Export(call.command, gathered.requirements(), call.path(output) if output else written_to(call.command))
