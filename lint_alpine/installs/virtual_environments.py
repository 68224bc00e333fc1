"""Commands that make a virtual environment -> where, and with which pip."""

from enum import StrEnum
from typing import NamedTuple

from lint_alpine.dockerfile.commands import Command
from lint_alpine.installs.options import Options, parse
from lint_alpine.installs.programs import read_program


class VenvPip(StrEnum):
    """BUNDLED is the one that Python brings (ensurepip), which may be older than the image's own."""

    BUNDLED = "bundled"
    NEWEST = "newest"
    NONE = "none"


class VirtualEnvironment(NamedTuple):
    """`path` is None where it is not known; `interpreter` is the Python that it is made of, as it is named."""

    path: str | None
    interpreter: str | None
    pip: VenvPip


# Python 3.14's venv, virtualenv 21, uv 0.13.
_VENV = Options.of(
    flags="-h/--help --system-site-packages --symlinks --copies --clear --upgrade --without-pip --upgrade-deps"
    " --without-scm-ignore-files",
    valued="--prompt",
    abbreviations=True,
)
_VIRTUALENV = Options.of(
    flags="-h/--help --version --system-site-packages --symlinks --copies --always-copy --clear --no-pip"
    " --no-setuptools --no-wheel --no-vcs-ignore --download --no-download --never-download --no-periodic-update"
    " --no-site-packages -q/--quiet -v/--verbose",
    valued="-p/--python --prompt --pip --setuptools --wheel --creator --seeder --activators --app-data"
    " --extra-search-dir --discovery --try-first-with",
    abbreviations=True,
)
_UV = Options.of(
    flags="-h/--help --seed --system-site-packages --relocatable --clear -c --allow-existing --no-project --system"
    " -q/--quiet -v/--verbose -n/--no-cache --offline --no-config --managed-python --no-managed-python"
    " --no-python-downloads --no-index --native-tls --system-certs",
    valued="-p/--python --prompt --index-url -i --default-index --index --extra-index-url -f/--find-links --link-mode"
    " --cache-dir --directory --project --config-file --python-preference --color --exclude-newer --index-strategy"
    " --keyring-provider --allow-insecure-host",
)


def read_virtual_environment(command: Command) -> VirtualEnvironment | None:
    """`python -m venv`, `virtualenv` and `uv venv`; None for all other commands."""
    program = read_program(command)
    interpreter, arguments = program.target.interpreter, program.arguments
    match program.name:
        case "venv":
            found = parse(arguments, _VENV)
            pip = VenvPip.NEWEST if found.has("upgrade-deps") else VenvPip.BUNDLED
            pip = VenvPip.NONE if found.has("without-pip") else pip
        case "virtualenv":
            found = parse(arguments, _VIRTUALENV)
            # virtualenv carries a pip of its own, about as new as itself.
            pip = VenvPip.NONE if found.has("no-pip") else VenvPip.NEWEST
            interpreter = found.value("python")
        case "uv":
            found = parse(arguments, _UV)
            if not found.words or found.words[0].text != "venv":
                return None
            found = found._replace(words=found.words[1:])
            pip = VenvPip.NEWEST if found.has("seed") else VenvPip.NONE
            interpreter = found.value("python")
        case _:
            return None
    if found.has("help", "version") or (not found.words and program.name != "uv"):
        return None
    path = found.words[0].text if found.words else ".venv"
    return VirtualEnvironment(path, interpreter, pip)
