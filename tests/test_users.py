"""Whose home folder a command makes, and where."""

import pytest

from lint_alpine.dockerfile.commands import read_commands
from lint_alpine.source import Excerpt, Source
from lint_alpine.users import read_home

COMMANDS = {
    "adduser -D app": ("app", "/home/app"),
    "adduser -h /srv/app -D -G app -u 1000 app": ("app", "/srv/app"),
    "adduser --home /srv/app --disabled-password --gecos '' app": ("app", "/srv/app"),
    "adduser -S -D -H -h /srv app": ("app", None),
    "adduser -D -h $HOME_OF_APP app": ("app", None),
    "adduser -DHu 1000 app": ("app", None),
    "adduser -D app app": ("app", "/home/app"),
    "adduser app www-data": None,
    "id app || adduser -D app": ("app", None),
    "adduser -D --strange 1 app": ("app", None),
    "useradd -m -u 1000 app": ("app", "/home/app"),
    "useradd --create-home --home-dir=/srv/app app": ("app", "/srv/app"),
    "useradd -md /srv/app app": ("app", "/srv/app"),
    "useradd app": ("app", None),
    "useradd -m -b /srv app": ("app", None),
    "adduser -D $USER": None,
    "addgroup app": None,
    "echo adduser app": None,
}


@pytest.mark.parametrize(("text", "expected"), COMMANDS.items(), ids=COMMANDS)
def test_home(text: str, expected: tuple[str, str | None] | None) -> None:
    script = Excerpt.whole(Source("Dockerfile", text))
    assert read_home(read_commands(script, {})[-1]) == expected
