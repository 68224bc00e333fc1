"""Phrases that findings share, so that the same thing has the same words everywhere."""

from collections.abc import Iterable, Sequence

from lint_alpine.diagnostic import Edit, Related
from lint_alpine.facts import ApkAddition, PythonInstall
from lint_alpine.source import Span
from lint_alpine.wheels.build_packages import needs_of
from lint_alpine.wheels.verdict import Alternative, Outcome, WheelVerdict

# More names than that make a message that nobody reads.
_FEW = 5


def quoted(names: Iterable[str]) -> str:
    """`` `a`, `b` and `c` ``"""
    words = [f"`{name}`" for name in names]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def some(names: Sequence[str]) -> str:
    """`` `a`, `b`, `c`, `d` and 4 more``"""
    names = tuple(dict.fromkeys(names))
    if len(names) <= _FEW:
        return quoted(names)
    return f"{', '.join(f'`{name}`' for name in names[: _FEW - 1])} and {len(names) - _FEW + 1} more"


def pulled_in(verdict: WheelVerdict) -> str:
    """How a package that the user did not ask for gets there; nothing for one that they did."""
    if not verdict.via:
        return ""
    chain = " -> ".join((*verdict.via, verdict.name))
    return f" (pulled in: {chain})"


def where_installed(install: PythonInstall, verdict: WheelVerdict) -> tuple[Related, ...]:
    """The command that installs a requirement which stands in another file, or elsewhere in this one."""
    command = install.install.command.span
    span = verdict.dependency.span
    if span.source.path == command.source.path and command.begin <= span.begin < command.end:
        return ()
    return (Related(command, "installed here"),)


def help_with_alternative(other: Alternative) -> str:
    return f"`FROM {other.image}` installs {other.file}"


def help_with_newer_pip(wheel: WheelVerdict) -> str:
    return f"`pip install --upgrade pip` before this: pip 21.2 and newer install {wheel.file}"


def apk_add(packages: Iterable[str]) -> str:
    return f"`apk add --no-cache {' '.join(packages)}` before this"


def elsewhere(places: Iterable[Span], message: str) -> tuple[Related, ...]:
    """The places after the first that are not on its line, where the reader sees them anyway."""
    first, *others = dict.fromkeys(places)
    return tuple(Related(place, message) for place in others if place.start.line != first.start.line)


def sibling(verdict: WheelVerdict, release: str | None) -> tuple[str, ...]:
    """The project with wheels that stands in for one that has none on any Linux."""
    needs = needs_of(verdict.name, verdict.version, release)
    no_cure = verdict.alternative is None or verdict.alternative.outcome is not Outcome.WHEEL
    if needs is None or needs.alternative is None or " " in needs.alternative or not no_cure:
        return ()
    return (f"slim would compile it too; `{needs.alternative}` takes its place and has wheels",)


def optional_features(verdict: WheelVerdict, release: str | None) -> tuple[str, ...]:
    """What may be added for features that the compile can do without."""
    needs = needs_of(verdict.name, verdict.version, release)
    return (f"for optional features: {' '.join(needs.optional_headers)}",) if needs and needs.optional_headers else ()


def with_option(call: ApkAddition | PythonInstall, option: str) -> Edit | None:
    """An edit that puts an option behind the verb of a command, as a string of its own in the exec form; None where
    the verb is not written out."""
    verb = call.verb
    if verb.text != call.install.verb:
        return None
    end, text = (verb.end + len('"'), f', "{option}"') if call.run.is_string(verb) else (verb.end, f" {option}")
    return Edit(Span(verb.source, end, end), text)
