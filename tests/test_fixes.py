"""Edits and the texts that they make."""

import pytest

from lint_alpine.diagnostic import Applicability, Confidence, Diagnostic, Edit, Fix, Severity
from lint_alpine.fixes import apply, chosen_edits
from lint_alpine.source import Source

SOURCE = Source("Dockerfile", "0123456789")


def found(*edits: tuple[int, int, str], applicability: Applicability = Applicability.SAFE) -> Diagnostic:
    fix = Fix("", tuple(Edit(SOURCE.span(begin, end), text) for begin, end, text in edits), applicability)
    return Diagnostic("LA000", "x", Severity.INFO, Confidence.HIGH, "", SOURCE.start, fix=fix)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], "0123456789"),
        ([found((3, 3, "x"))], "012x3456789"),
        ([found((8, 9, "")), found((0, 2, "ab"))], "ab2345679"),
        ([found((2, 5, "x")), found((4, 6, "y"))], "01x56789"),
        ([found((2, 5, "x")), found((5, 6, "y"))], "01xy6789"),
        ([found((3, 3, "x")), found((3, 3, "y"))], "012x3456789"),
        ([found((2, 5, "x")), found((4, 6, "y"), (8, 9, "z"))], "01x56789"),
        ([found((1, 2, "x"), applicability=Applicability.UNSAFE)], "0123456789"),
        ([found((1, 2, "x"), applicability=Applicability.DISPLAY)], "0123456789"),
    ],
)
def test_apply(findings: list[Diagnostic], expected: str) -> None:
    edits = chosen_edits(findings).get(SOURCE, [])
    assert apply(SOURCE.text, edits) == expected


def test_unsafe_fixes_are_made_when_asked_for() -> None:
    unsafe = found((1, 2, "x"), applicability=Applicability.UNSAFE)
    assert apply(SOURCE.text, chosen_edits([unsafe], unsafe=True)[SOURCE]) == "0x23456789"
