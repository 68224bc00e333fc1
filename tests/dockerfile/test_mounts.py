"""Mounts of RUN: where they are, and what they tell the command."""

import pytest

from lint_alpine.dockerfile.instructions import parse
from lint_alpine.dockerfile.stages import Step, read_stages
from lint_alpine.source import Source


def last_step(lines: str) -> Step:
    return read_stages(parse(Source("Dockerfile", f"FROM x\n{lines}\n"))).stages[0].steps[-1]


@pytest.mark.parametrize(
    ("lines", "target"),
    [
        ("RUN --mount=type=cache,target=/c true", "/c"),
        ("RUN --mount=type=cache,dst=c true", "/c"),
        ("WORKDIR /a\nRUN --mount=type=cache,destination=b/c true", "/a/b/c"),
        ("WORKDIR /a\nRUN --mount=type=cache,target=~/c true", "/a/~/c"),
        ("ENV C=/c\nRUN --mount=type=cache,target=$C/d true", "/c/d"),
        ("WORKDIR $A\nARG A\nWORKDIR $A\nRUN --mount=type=cache,target=c true", ""),
        ("ARG C\nRUN --mount=type=cache,target=$C true", ""),
        ("RUN --mount=type=cache true", None),
    ],
)
def test_target(lines: str, target: str | None) -> None:
    (mount,) = last_step(lines).mounts
    assert mount.target == target


def test_a_secret_is_a_variable_of_this_run_alone() -> None:
    step = last_step("ENV A=1\nRUN --mount=type=secret,id=a,env=A --mount=type=secret,id=b,env=B true")
    assert (step.variables["A"], step.variables["B"]) == (None, None)
    step = last_step("ENV A=1\nRUN --mount=type=secret,id=a,env=A true\nRUN true")
    assert step.variables["A"] == "1"
