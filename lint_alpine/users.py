"""The home folders of the users that a build makes."""

from lint_alpine.dockerfile.commands import Command
from lint_alpine.installs.options import Options, parse

# adduser of busybox and of Debian, useradd of shadow.
_OPTIONS = {
    "adduser": Options.of(
        flags="-D/--disabled-password -S/--system -H/--no-create-home --empty-password --disabled-login --quiet",
        valued="-h/--home -g/--gecos/--comment -s/--shell -G/--ingroup -u/--uid -k/--skel --gid",
    ),
    "useradd": Options.of(
        flags="-m/--create-home -M/--no-create-home -N/--no-user-group -U/--user-group -r/--system -l/--no-log-init"
        " -o/--non-unique",
        valued="-b/--base-dir -c/--comment -d/--home/--home-dir -e/--expiredate -f/--inactive -g/--gid -G/--groups"
        " -k/--skel -K/--key -p/--password -s/--shell -u/--uid",
    ),
}


def read_home(command: Command) -> tuple[str, str | None] | None:
    """The user that a command makes with the home folder that it makes; None in its place: none, or not known which."""
    options = _OPTIONS.get(command.name)
    found = parse(command.arguments, options) if options else None
    user = found.words[0].text if found and found.words else None
    if found is None or not user:
        return None
    # `adduser USER GROUP` is of a user that is there.
    if command.name == "adduser" and len(found.words) > 1 and not found.options:
        return None
    made = found.has("create-home") or command.name == "adduser"
    if not made or command.conditional or found.strange or found.has("no-create-home", "base-dir"):
        return user, None
    return user, found.value("home") if found.has("home") else f"/home/{user}"
