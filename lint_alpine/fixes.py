"""Edits -> new text, never overlapping."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from lint_alpine.diagnostic import Applicability, Diagnostic, Edit
from lint_alpine.source import Source

# A fix may bring out what another finding hid. Two rounds are what is known to be needed.
_MOST_ROUNDS = 10


class Fixed(NamedTuple):
    """A file, by its path, whose text `before` the fixes change to the one `after`."""

    path: str
    before: str
    after: str


def fixed(
    diagnostics: Iterable[Diagnostic],
    lint: Callable[[Mapping[str, str]], Iterable[Diagnostic]],
    *,
    unsafe: bool = False,
) -> tuple[Fixed, ...]:
    """The files that the fixes change. `lint` gives the findings once files, by path, have other texts; it is asked
    until there is nothing more to fix."""
    files: dict[str, Fixed] = {}
    for _ in range(_MOST_ROUNDS):
        changed: dict[str, str] = {}
        for source, edits in chosen_edits(diagnostics, unsafe=unsafe).items():
            known = files.get(source.path, Fixed(source.path, source.text, source.text))
            # What was linted with an older text is not edited again.
            if known.after == source.text:
                changed[source.path] = apply(source.text, edits)
                files[source.path] = known._replace(after=changed[source.path])
        if not changed:
            break
        diagnostics = lint(changed)
    return tuple(files.values())


def chosen_edits(diagnostics: Iterable[Diagnostic], *, unsafe: bool = False) -> dict[Source, list[Edit]]:
    """The edits to apply, by file, from the first place to the last. A fix is applied whole or not at all: one that
    touches what an earlier one changes is left out. What is inserted at one place stands in the order of the findings.
    """
    wanted = {Applicability.SAFE, Applicability.UNSAFE} if unsafe else {Applicability.SAFE}
    chosen: dict[Source, list[Edit]] = {}
    for found in diagnostics:
        if found.fix is None or found.fix.applicability not in wanted:
            continue
        edits = [edit for edit in found.fix.edits if edit not in chosen.get(edit.span.source, [])]
        if not any(_touches(edit, other) for edit in edits for other in chosen.get(edit.span.source, [])):
            for edit in edits:
                chosen.setdefault(edit.span.source, []).append(edit)
    return {source: sorted(edits, key=lambda edit: edit.span.begin) for source, edits in chosen.items()}


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made; they do not overlap and are in the order of their places."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += [text[at : edit.span.begin], edit.replacement]
        at = edit.span.end
    return "".join((*parts, text[at:]))


def _touches(one: Edit, other: Edit) -> bool:
    if one.span.begin == other.span.begin:
        return one.span.end > one.span.begin or other.span.end > other.span.begin
    return one.span.begin < other.span.end and other.span.begin < one.span.end
