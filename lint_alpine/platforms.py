"""Findings on several platforms: on which of them one holds, and what is told once for all of them."""

from collections.abc import Collection, Sequence

from lint_alpine.diagnostic import Diagnostic, Related
from lint_alpine.references import machine
from lint_alpine.source import Span


def across(found: Sequence[Diagnostic], platforms: Collection[str]) -> tuple[Diagnostic, ...]:
    """The findings of all platforms, sorted by place: those that hold on some of them alone say on which.

    What a rule tells once it tells at the first place; where another platform has it at another one, that is a related
    place.
    """
    told: dict[tuple[str, Span], int] = {}
    kept: list[Diagnostic] = []
    for each in found:
        first = told.setdefault((each.code, each.once), len(kept)) if each.once is not None else len(kept)
        if first == len(kept):
            kept.append(_named(each, platforms))
            continue
        kept[first] = _together(kept[first], each)
    return tuple(kept)


def _together(first: Diagnostic, other: Diagnostic) -> Diagnostic:
    platforms = tuple(platform for platform in other.platforms if platform not in first.platforms)
    related = (Related(other.span, f"on {_listed(platforms)} this is the first"),) if platforms else ()
    return first._replace(
        help=tuple(dict.fromkeys((*first.help, *other.help))),
        related=(*first.related, *related),
        platforms=(*first.platforms, *platforms),
    )


def _named(found: Diagnostic, platforms: Collection[str]) -> Diagnostic:
    """With the platforms, where it does not hold on all of them and its message names no CPU."""
    cpus = filter(None, map(machine, found.platforms))
    if not found.platforms or len(found.platforms) == len(platforms) or any(cpu in found.message for cpu in cpus):
        return found
    return found._replace(message=f"{found.message} (on {_listed(found.platforms)})")


def _listed(platforms: Collection[str]) -> str:
    return " and ".join(platforms)
