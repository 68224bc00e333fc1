"""A name for each finding that stays the same when lines move."""

from collections import Counter
from collections.abc import Sequence

from lint_alpine.diagnostic import Diagnostic


def fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """One for each finding, all different: of its path, code and message, and its number among those alike."""
    from hashlib import sha256

    seen: Counter[tuple[str, str, str]] = Counter()
    names = []
    for found in diagnostics:
        key = (found.span.source.path, found.code, found.message)
        text = "\0".join((*key, str(seen[key])))
        seen[key] += 1
        names.append(sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return names
