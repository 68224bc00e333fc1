"""Work counted in steps, which do not depend on how busy the machine is."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from types import FrameType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _typeshed import TraceFunction


@dataclass
class Steps:
    taken: int = 0


@contextmanager
def counted(most: float = inf) -> Iterator[Steps]:
    """How many lines and calls of Python run; the test fails as soon as there are more than `most`.

    What C does in one call (a match, a slice, a sort) is part of the line that calls it, however long it takes.
    """
    steps = Steps()

    def step(frame: FrameType, event: str, argument: object) -> "TraceFunction":
        steps.taken += 1
        if steps.taken > most:
            pytest.fail(f"it takes more than {most:,} steps")
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        yield steps
    finally:
        sys.settrace(before)


def assert_linear(work: Callable[[int], object], size: int) -> None:
    """Four times the size takes about four times the steps, not sixteen."""
    work(size)  # imports, and what is remembered
    with counted() as few:
        work(size)
    with counted(most=6 * few.taken):
        work(4 * size)
