"""The commands that install something -> what they install (a stand-in until all installers are here)."""

from lint_alpine.dockerfile.commands import Command
from lint_alpine.installs.apk import read_apk
from lint_alpine.installs.install import Export, Files, Install, Variables
from lint_alpine.installs.pip import read_pip

__all__ = ["read_apk", "read_install"]


def read_install(command: Command, files: Files, variables: Variables) -> Install | Export | None:
    return read_pip(command, files, variables)
