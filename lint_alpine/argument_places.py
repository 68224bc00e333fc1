"""Findings that hold for the value of a build argument: where a Compose or Bake file gives it."""

import re
from collections.abc import Iterable, Mapping

from lint_alpine.diagnostic import Diagnostic, Related
from lint_alpine.dockerfile.instructions import Dockerfile
from lint_alpine.dockerfile.words import name_values
from lint_alpine.facts import StageFacts
from lint_alpine.source import Span

_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")


def with_places(
    diagnostics: Iterable[Diagnostic], dockerfile: Dockerfile, stages: Iterable[StageFacts], places: Mapping[str, Span]
) -> tuple[Diagnostic, ...]:
    """The findings, each with the places of the arguments that its words name; what is said of a requirement depends on
    the image as well."""
    images = {stage.stage.name: stage.stage.base.span.text for stage in stages}
    defaults: dict[str, set[str]] = {}
    for instruction in dockerfile.instructions:
        for pair in name_values(instruction) if instruction.name in ("ARG", "ENV") else ():
            defaults.setdefault(pair.name, set()).update(_VARIABLE.findall(pair.value or ""))
    found = []
    for each in diagnostics:
        words = each.span.text if each.span.source.path == dockerfile.source.path else ""
        image = images.get(each.stage or "", "") if each.requirement else ""
        given = [places[name] for name in _named(f"{words} {image}", defaults, places)]
        related = tuple(Related(place, "the value is given here") for place in dict.fromkeys(given))
        found.append(each._replace(related=(*each.related, *related)))
    return tuple(found)


def _named(text: str, defaults: Mapping[str, set[str]], places: Mapping[str, Span]) -> list[str]:
    """The arguments with a place that the text names, by itself or by a variable that is made of them."""
    seen: set[str] = set()
    left = _VARIABLE.findall(text)
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += defaults.get(name, ()) if name not in places else ()
    return [name for name in places if name in seen]
