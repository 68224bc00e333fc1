"""Cache mounts that keep nothing from one build to the next."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.caches import APK_CACHE_FOLDERS, is_mounted
from lint_alpine.dockerfile.stages import Mount
from lint_alpine.installs.dependency import Installer
from lint_alpine.installs.install import ApkInstall, Verb
from lint_alpine.source import Span
from lint_alpine.unused import is_harmless
from lint_alpine.variable_places import last_set

if TYPE_CHECKING:
    from lint_alpine.facts import ApkAddition, Facts, PythonInstall, Run, StageFacts

_INDEX, _PACKAGES = APK_CACHE_FOLDERS
# With the variable that turns the cache off. Of Poetry, PDM and Pipenv it is not proven that nothing is kept: each has
# several caches.
_KEEP_NOTHING = {Installer.PIP: "PIP_NO_CACHE_DIR", Installer.UV: "UV_NO_CACHE"}


class UselessMount(NamedTuple):
    """A mount which `program` does not use, because of an option or a variable (at `option` and `variable`; neither: of
    its configuration), or in which apk keeps its package index alone (`index_alone`)."""

    mount: Mount
    program: str
    option: Span | None = None
    variable: Span | None = None
    index_alone: bool = False


def useless_mounts(facts: "Facts") -> Iterator[tuple["StageFacts", UselessMount]]:
    """Of the layers that ship, and only where nothing else in the RUN may use the mount."""
    linked = False
    for stage in facts.shipping_chain:
        linked = linked or _makes_package_cache(stage)
        for run in stage.runs if stage.on_musl else ():
            mounts = [mount for mount in run.step.mounts if mount.kind == "cache" and mount.target]
            if not mounts or not run.shell or run.step.brought_by or not _is_known(run, stage):
                continue
            additions = [addition for addition in stage.apk_additions if addition.run is run]
            installs = [install for install in stage.installs if install.run is run]
            for mount in mounts:
                found = _of_apk(mount, additions, linked=linked) or _of_installers(mount, installs, stage, facts)
                if found is not None:
                    yield stage, found


def _is_known(run: "Run", stage: "StageFacts") -> bool:
    """Whether all commands are known: a script may run pip or apk as well."""
    installing = {install.install.command.span for install in stage.installs}
    return all(is_harmless(command) or command.span in installing for command in run.commands)


def _makes_package_cache(stage: "StageFacts") -> bool:
    """Whether the folder in which apk keeps packages may be made here, most often as a link to where its index is."""
    copies = (step.instruction for step in stage.stage.steps if step.instruction.name in ("COPY", "ADD"))
    commands = (command for run in stage.runs for command in run.commands)
    return any("/etc" in copy.arguments.text for copy in copies) or any(
        command.name == "setup-apkcache" or any("apk/cache" in argument.written for argument in command.arguments)
        for command in commands
    )


def _of_apk(mount: Mount, additions: "Sequence[ApkAddition]", *, linked: bool) -> UselessMount | None:
    """apk keeps packages only where /etc/apk/cache can be opened, its index in /var/cache/apk without (`setup_cache` of
    apk-tools 3, `apk_db_cache_active` of 2.14, both in src/database.c), and with --no-cache neither."""
    if not additions or not any(is_mounted(folder, [mount]) for folder in APK_CACHE_FOLDERS):
        return None
    if all(addition.install.no_cache for addition in additions):
        return UselessMount(mount, "apk", additions[0].install.no_cache_option)
    elsewhere = any(_keeps_packages(addition.install) for addition in additions)
    if linked or elsewhere or is_mounted(_PACKAGES, additions[0].run.step.mounts):
        return None
    return UselessMount(mount, "apk", index_alone=True)


def _keeps_packages(install: ApkInstall) -> bool:
    """With a folder of its own, or with the option of apk-tools 3."""
    return install.cache_dir is not None or any(
        argument.text == "--cache-packages" for argument in install.command.arguments
    )


def _of_installers(
    mount: Mount, installs: "Sequence[PythonInstall]", stage: "StageFacts", facts: "Facts"
) -> UselessMount | None:
    if any(install.cache_folder is None for install in installs):
        return None
    served = [
        install
        for install in installs
        if install.install.verb is not Verb.ENSUREPIP and is_mounted(install.cache_folder or "", [mount])
    ]
    if not served or not all(
        install.install.no_cache is True and install.install.installer in _KEEP_NOTHING for install in served
    ):
        return None
    first = served[0]
    option = first.install.no_cache_option
    variable = None if option else last_set(_KEEP_NOTHING[first.install.installer], first, stage, facts)
    return UselessMount(mount, first.installer, option, variable)
