"""What pip is told outside of its command line: its configuration files and the PIP_ variables."""

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from lint_alpine.context import Missing
from lint_alpine.dockerfile.commands import Command
from lint_alpine.installs.install import Files, Variables
from lint_alpine.installs.options import Given, Option, Options, parse
from lint_alpine.installs.programs import TRUE, read_program
from lint_alpine.source import Source, Span

# pip's _internal.configuration: system, user and environment, each after the other; the later wins.
_SYSTEM_FILES = ("/etc/xdg/pip/pip.conf", "/etc/pip.conf")
_USER_FILES = (".pip/pip.conf", ".config/pip/pip.conf")

# The options that may be given several times: a setting holds all values, separated by blanks.
_REPEATED = frozenset(
    {"constraint", "editable", "extra-index-url", "find-links", "platform", "requirement", "trusted-host", "abi"}
)
# What a file that cannot be read may say, of all settings those that change most.
_DECISIVE = ("extra-index-url", "no-cache-dir")
_FALSE = frozenset({"n", "no", "f", "false", "off", "0"})

# Characters of a configuration file.
LONGEST_FILE = 1024 * 1024


def read_settings(
    verb: str, options: Options, files: Files, variables: Variables, environment: str | None, span: Span
) -> tuple[Given, ...]:
    """The options that are set before the command line is read. `environment` is the prefix of pip's Python."""
    configured: dict[str, list[_Setting]] = {"global": [], verb: []}
    for path in _configuration_files(variables, environment):
        match files.read(path):
            case Source() as source:
                # What commands have put together has no place in a file.
                seen = source if source.path != path else None
                for section, key, text in _configuration(source):
                    configured.get(section, []).append(_Setting(key, text, path, seen))
            case Missing(expected=True):
                configured["global"] += (_Setting(key, None) for key in _DECISIVE)
    # An empty variable is none. `PIP_CONFIG_FILE` and the like name no option.
    exported = [
        _Setting(name[4:], value) for name, value in variables.items() if name.startswith("PIP_") and value != ""
    ]
    settings = {}
    for setting in (*configured["global"], *configured[verb], *exported):
        name = setting.key.lower().replace("_", "-")
        option = options.spellings.get(f"--{name}")
        if option is not None:
            settings[option.name] = tuple(_given(option, setting, span))
    return tuple(given for found in settings.values() for given in found)


class _Setting(NamedTuple):
    """One option as a variable, or the configuration file at `path`, sets it; its place is in `source`."""

    key: str
    value: str | None
    path: str | None = None
    source: Source | None = None

    @property
    def words(self) -> str | None:
        """As the file has it; it is named where its place cannot be shown."""
        if self.path is None:
            return None
        return f"{self.key} = {self.value}" if self.source is not None else f"{self.key} = {self.value} in {self.path}"

    @property
    def place(self) -> Span | None:
        """The last line of that key and value."""
        if self.source is None or not self.value:
            return None
        line = rf"(?im)^[ \t]*{re.escape(self.key)}[ \t]*[=:][ \t]*({re.escape(self.value)})[ \t\r]*$"
        found = list(re.finditer(line, self.source.text))
        return self.source.span(*found[-1].span(1)) if found else None


def _given(option: Option, setting: _Setting, span: Span) -> Iterator[Given]:
    name, takes_value, value = option.name, option.takes_value, setting.value
    if value is None:
        yield Given(name, None, span, known=False)
    elif not takes_value:
        # `PIP_NO_CACHE_DIR=off` turns the cache off too: pip has kept that since it first did it.
        wanted = TRUE | _FALSE if name == "no-cache-dir" else TRUE
        if value.strip().lower() in wanted:
            yield Given(name, None, span)
    else:
        words, place = setting.words, setting.place
        for part in value.split() if name in _REPEATED else (value.strip(),):
            yield Given(name, part, span, setting=words, place=place)


def _configuration_files(variables: Variables, environment: str | None) -> Iterator[str]:
    chosen = variables.get("PIP_CONFIG_FILE")
    if chosen == "/dev/null":
        return
    yield from _SYSTEM_FILES
    home = variables.get("HOME", "/root")
    if home:
        yield from (posixpath.join(home, path) for path in _USER_FILES)
    if environment:
        yield posixpath.join(environment, "pip.conf")
    if chosen:
        yield chosen


def _configuration(source: Source) -> Iterator[tuple[str, str, str]]:
    import configparser

    parser = configparser.RawConfigParser()
    if len(source.text) > LONGEST_FILE:
        return
    try:
        parser.read_string(source.text)
    except configparser.Error:
        return
    for section in parser.sections():
        for key, value in parser.items(section):
            yield section, key, value or ""


_CONFIG = Options.of(flags="--global --user --site -q/--quiet -v/--verbose", valued="--editor", abbreviations=True)


def read_pip_setting(command: Command) -> tuple[str, str | None] | None:
    """`pip config set global.name value`, as the variable that means the same to later commands; None for all else.

    The value is None where it is not known.
    """
    program = read_program(command)
    words = parse(program.arguments, _CONFIG).words if program.name == "pip" else ()
    if len(words) != 4 or [word.text for word in words[:2]] != ["config", "set"]:
        return None
    section, dot, name = (words[2].text or "").partition(".")
    if not dot or section not in ("global", "install"):
        return None
    return f"PIP_{name.upper().replace('-', '_')}", words[3].text
