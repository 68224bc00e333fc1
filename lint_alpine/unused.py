"""Build packages that nothing needs: proven only where all that a stage does is known."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lint_alpine.dockerfile.commands import Command
from lint_alpine.packages import BUILD_ROLES, COMPILER_ROLES, BuildPackage, role
from lint_alpine.wheels.build_packages import needs_of
from lint_alpine.wheels.verdict import Outcome

if TYPE_CHECKING:
    from lint_alpine.facts import ApkAddition, PythonInstall, Run

# Commands that compile nothing. Any other may be what the compiler is there for.
_HARMLESS = frozenset(
    [
        "[",
        "adduser",
        "addgroup",
        "apk",
        "cat",
        "cd",
        "chmod",
        "chown",
        "cp",
        "cut",
        "date",
        "deluser",
        "delgroup",
        "echo",
        "exit",
        "export",
        "find",
        "grep",
        "head",
        "ln",
        "ls",
        "mkdir",
        "mv",
        "printf",
        "pwd",
        "rm",
        "sed",
        "set",
        "sleep",
        "sort",
        "tail",
        "tar",
        "test",
        "touch",
        "tr",
        "true",
        "umask",
        "uname",
        "unzip",
        "update-ca-certificates",
        "usermod",
        "wget",
        "curl",
        "which",
        ".",
        "source",
        ":",
        "pip",
        "pip3",
        "pipx",
        "uv",
    ]
)
_HARMLESS_MODULES = frozenset({"pip", "venv", "ensurepip", "compileall", "virtualenv"})


def unused_build_packages(
    runs: "Sequence[Run]", additions: "Sequence[ApkAddition]", installs: "Sequence[PythonInstall]"
) -> tuple[BuildPackage, ...]:
    """The compilers, headers and build tools of a stage in which every requirement is proven to have a wheel."""
    if not installs or not all(_is_proven(install) for install in installs):
        return ()
    if not all(run.shell and all(is_harmless(command) for command in run.commands) for run in runs):
        return ()
    needed = {
        name
        for install in installs
        for verdict in install.verdicts
        if (needs := needs_of(verdict.name, verdict.version, install.environment.release))
        for name in needs.runtime_even_with_wheel
    }
    packages = tuple(
        BuildPackage(package.name, kind, package.span, layer)
        for layer, addition in enumerate(additions)
        # What is added on a condition may be for another CPU than the one that is judged.
        if addition.install.verb == "add" and addition.install.root == "/" and not addition.install.command.conditional
        for package in addition.install.packages
        if (kind := role(package.name)) in BUILD_ROLES and package.name not in needed and not package.conflict
    )
    return packages if any(package.role in COMPILER_ROLES for package in packages) else ()


def _is_proven(install: "PythonInstall") -> bool:
    requirements = install.install.requirements
    return (
        bool(install.verdicts)
        and requirements.complete
        and not requirements.indexes
        and not requirements.find_links
        and not install.install.projects
        and not install.unreadable
        and all(verdict.outcome is Outcome.WHEEL and verdict.needs_unknown is None for verdict in install.verdicts)
    )


def is_harmless(command: Command) -> bool:
    """Whether it is known of the command that it compiles nothing, nor runs other programs."""
    if command.name.startswith("python"):
        words = [argument.text for argument in command.arguments]
        return len(words) > 1 and words[0] == "-m" and words[1] in _HARMLESS_MODULES
    if command.name.startswith("pip"):
        return not any(argument.text == "wheel" for argument in command.arguments[:1])
    return command.name in _HARMLESS
