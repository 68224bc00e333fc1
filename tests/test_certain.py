"""Which commands must succeed for the build to go on."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.certain import must_succeed
from lint_alpine.dockerfile.commands import read_commands
from lint_alpine.source import Excerpt, Source


def certain(script: str) -> list[str]:
    """The first words of the commands that must succeed."""
    found = read_commands(Excerpt.whole(Source("Dockerfile", script)), {})
    return [command.name for command in found if must_succeed(command)]


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("a && b", ["a", "b"]),
        ("a; b", ["a", "b"]),
        ("a || b", []),
        ("a \\\n  || b", []),
        ("a x y && b || c", []),
        ("a; b || c", ["a"]),
        ("a\nb || c", ["a"]),
        ("a &&\nb || c", []),
        ("(a && b) || c", []),
        ("{ a && b; } || c", []),
        ("a && (b || c) && d", ["a", "d"]),
        ("if a; then b; fi; c", ["c"]),
        ("if a; then :; elif b; then :; fi; c", ["c"]),
        ("if ! a; then b; fi; c", ["c"]),
        ("until a; do sleep 1; done", []),
        ("! a && b", ["b"]),
        ("if \\\n  a; then b; fi", []),
        ("x-if a; ifx a; b", ["x-if", "ifx", "b"]),
        ("for x in $Y; do a; done", []),
        ("echo $(a)", ["echo"]),
    ],
)
def test_must_succeed(script: str, names: list[str]) -> None:
    assert certain(script) == names


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab|&;(){}\\\n '\"$#", max_size=60))
def test_any_script_is_answered(script: str) -> None:
    certain(script)


def test_a_very_long_list_takes_no_time() -> None:
    assert len(certain("a && " * 5_000 + "b")) == 5_001
