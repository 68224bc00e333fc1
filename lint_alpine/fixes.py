"""Edits -> new text, never overlapping."""

from collections.abc import Iterable

from lint_alpine.diagnostic import Applicability, Diagnostic, Edit
from lint_alpine.source import Source


def chosen_edits(diagnostics: Iterable[Diagnostic], *, unsafe: bool = False) -> dict[Source, list[Edit]]:
    """The edits to apply, by file, from the first place to the last. A fix is applied whole or not at all: one that
    touches what an earlier one changes waits for the next run."""
    wanted = {Applicability.SAFE, Applicability.UNSAFE} if unsafe else {Applicability.SAFE}
    chosen: dict[Source, list[Edit]] = {}
    for found in diagnostics:
        if found.fix is None or found.fix.applicability not in wanted:
            continue
        edits = found.fix.edits
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
        return True
    return one.span.begin < other.span.end and other.span.begin < one.span.end
