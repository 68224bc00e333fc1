"""Time zones and locales that an image asks for and does not have."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.certain import must_succeed
from lint_alpine.dockerfile.commands import Command
from lint_alpine.dockerfile.words import name_values
from lint_alpine.source import Span

if TYPE_CHECKING:
    from lint_alpine.facts import Facts, StageFacts

_ZONES = "/usr/share/zoneinfo/"
_AREA = (
    r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)"
    r"(?:/[A-Za-z0-9_+-]+){1,2}"
)
# musl reads `UTC`, `GMT` and what has an offset (`CET-1CEST`) without data; other single words are file names to it.
_SINGLE = (
    "CET|EET|MET|WET|EST|MST|HST|Cuba|Egypt|Eire|GB|Hongkong|Iceland|Iran|Israel|Jamaica|Japan|Libya|NZ|Poland|Portugal"
    "|PRC|ROC|ROK|Singapore|Turkey"
)
_UTC = r"(?:Etc/)?(?:UTC|UCT|GMT|GMT[+-]?0|Universal|Zulu|Greenwich)"
_LOCALE = r"[a-z]{2,3}_[A-Z]{2}(?:[.@][\w.@-]+)?"
_LOCALE_VARIABLES = ("LANG", "LC_ALL", "LC_COLLATE", "LC_MONETARY", "LC_NUMERIC", "LC_TIME")


class Asked(NamedTuple):
    """A value that a variable of the image (or a command) asks for, at its place. `others` are further places that ask
    for the same."""

    variable: str
    value: str
    span: Span
    others: tuple[Span, ...] = ()


def missing_time_zone(facts: "Facts") -> Asked | None:
    """The time zone that the image that ships asks for without the data of time zones: TZ, else `/etc/localtime`.

    Told only where all apk packages are known, which they are of images made from the official `python` and `alpine`.
    """
    base, chain = facts.python_base, facts.shipping_chain
    if base is None or not _is_known(base) or not chain[-1].present.lacks("tzdata"):
        return None
    commands = [command for stage in chain for run in stage.runs for command in run.commands]
    if _has_own_zones(chain, commands):
        return None
    wanted = _variables(chain, ("TZ",)).get("TZ")
    if wanted is not None:
        return wanted if _needs_data(wanted.value) else None
    additions = (addition.install for stage in chain for addition in stage.apk_additions)
    if any(package.name == "tzdata" for install in additions for package in install.packages):
        return None
    return next((asked for command in commands if (asked := _linked(command) or _of_command(command))), None)


def missing_locale(facts: "Facts") -> Asked | None:
    """The locale of a language that the image that ships asks for. English is what musl speaks in any case."""
    base, chain = facts.python_base, facts.shipping_chain
    if base is None or "locale-c-only" not in base.hazards or "musl-locales" in chain[-1].present.packages:
        return None
    asked = [each for each in _variables(chain, _LOCALE_VARIABLES).values() if re.fullmatch(_LOCALE, each.value)]
    foreign = [each for each in asked if not each.value.startswith("en_")]
    return foreign[0]._replace(others=tuple(each.span for each in foreign[1:])) if foreign else None


def _variables(chain: Sequence["StageFacts"], names: Iterable[str]) -> dict[str, Asked]:
    """What ENV leaves in these variables, as far as it is known."""
    found: dict[str, Asked] = {}
    for stage in chain:
        for step in stage.stage.steps:
            for pair in name_values(step.instruction) if step.instruction.name == "ENV" and not step.onbuild else ():
                if pair.name in names and pair.value is not None and pair.value_span is not None:
                    found.pop(pair.name, None)
                    value = step.expand(pair.value)
                    if value is not None:
                        found[pair.name] = Asked(pair.name, value, _unquoted(pair.value_span))
    return found


def _unquoted(span: Span) -> Span:
    text = span.text
    quoted = len(text) > 2 and text[0] in "'\"" and text[-1] == text[0]
    return Span(span.source, span.begin + 1, span.end - 1) if quoted else span


def _is_known(stage: "StageFacts") -> bool:
    return stage.on_musl and stage.environment is not None and stage.environment.is_bare


def _has_own_zones(chain: Sequence["StageFacts"], commands: Iterable[Command]) -> bool:
    """Zone files that come from elsewhere, or are put aside before apk removes them."""
    steps = (step.instruction for stage in chain for step in stage.stage.steps)
    if any("zoneinfo" in step.arguments.text for step in steps if step.name in ("COPY", "ADD")):
        return True
    return any(
        "zoneinfo" in argument.written
        for command in commands
        if command.name not in ("ls", "test", "[", "[[", "echo") and not _sets_localtime(command)
        for argument in command.arguments
    )


def _sets_localtime(command: Command) -> bool:
    words = command.arguments
    return command.name in ("cp", "ln", "install") and bool(words) and words[-1].text in ("/etc/localtime", "/etc/")


def _needs_data(value: str) -> bool:
    """Whether musl takes the value for the name of a file, and not for UTC (do_tzset in src/time/__tz.c)."""
    zone = value.removeprefix(":").removeprefix(_ZONES)
    named = re.fullmatch(_AREA, zone) or re.fullmatch(_SINGLE, zone)
    return named is not None and not re.fullmatch(_UTC, zone)


def _linked(command: Command) -> Asked | None:
    """`ln -s /usr/share/zoneinfo/Europe/Berlin /etc/localtime`"""
    if not _sets_localtime(command) or not must_succeed(command):
        return None
    for argument in command.arguments[:-1]:
        if argument.text is not None and argument.text.startswith(_ZONES) and _needs_data(argument.text):
            return Asked("/etc/localtime", argument.text.removeprefix(_ZONES), argument.span)
    return None


def _of_command(command: Command) -> Asked | None:
    """`TZ=Europe/Berlin command`, or `export TZ=Europe/Berlin`."""
    if command.name == "export":
        for argument in command.arguments:
            name, _, value = (argument.text or "").partition("=")
            if name == "TZ" and _needs_data(value):
                return Asked("TZ", value, argument.span)
    value = command.variables.get("TZ") or ""
    if not command.span.text.startswith(f"TZ={value}") or not _needs_data(value):
        return None
    begin = command.span.begin + len("TZ=")
    return Asked("TZ", value, Span(command.span.source, begin, begin + len(value)))
