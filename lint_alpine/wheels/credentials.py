"""The user's keyring: credentials of an index that refuses, as pip looks them up."""

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

_PATIENCE = 10.0
"""Seconds: a keyring may want to be unlocked by someone who is not there."""


class KeyringProvider(StrEnum):
    """pip's --keyring-provider: the module of the running Python, the program on PATH; `auto` is the module, if it can
    be imported."""

    AUTO = "auto"
    DISABLED = "disabled"
    IMPORT = "import"
    SUBPROCESS = "subprocess"


def from_keyring(provider: KeyringProvider, services: Sequence[str], user: str | None) -> tuple[str, str] | None:
    """User and password of the first service that the keyring knows; None where it knows none, or fails.

    It runs in a process of its own, which is ended where it takes too long.
    """
    import subprocess

    command = _command(provider)
    if command is None:
        return None
    words = [] if user is None else [user]
    asked = ([*command, "--mode=creds", "--output=json", "get", service, *words] for service in services)
    try:
        return next(filter(None, map(_ask, asked)), None)
    except subprocess.TimeoutExpired:
        return None


def _command(provider: KeyringProvider) -> list[str] | None:
    import shutil

    match provider:
        case KeyringProvider.DISABLED:
            return None
        case KeyringProvider.SUBPROCESS:
            program = shutil.which("keyring")
            # A relative one may be part of the project that is linted.
            return [program] if program is not None and Path(program).is_absolute() else None
        case _:
            # -P: never from the current folder, for the same reason.
            return [sys.executable, "-P", "-m", "keyring"]


def _ask(command: Sequence[str]) -> tuple[str, str] | None:
    import json
    import subprocess

    try:
        told = subprocess.run(  # noqa: S603  (the words are the user's own settings)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            check=True,
        )
        answer: object = json.loads(told.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError, RecursionError):
        return None
    match answer:
        case {"username": str() as user, "password": str() as password}:
            return user, password
        case _:
            return None
