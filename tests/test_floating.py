"""Tags that move to the next Python."""

import pytest

from tests.gathering import facts_of

INDEX = """
bound-1-cp314-cp314-musllinux_1_2_x86_64.whl
stable-1-cp37-abi3-musllinux_1_2_x86_64.whl
pure-1-py3-none-any.whl
compiled-1.tar.gz
compiled-1-cp314-cp314-win_amd64.whl
"""


@pytest.mark.parametrize(
    ("reference", "pinned"),
    [
        ("python:alpine", "python:3.14-alpine"),
        ("python:3-alpine", "python:3.14-alpine"),
        ("python:3-alpine3.22", "python:3.14-alpine3.22"),
        ("docker.io/library/python:alpine", "docker.io/library/python:3.14-alpine"),
        ("python:3.14-alpine", None),
        ("python:3.14.0-alpine", None),
        ("python:3-slim", None),
        ("python:3", None),
        ("python", None),
        ("python:rc-alpine", None),
        ("alpine", None),
        (f"python:3-alpine@sha256:{'0' * 64}", None),
    ],
)
def test_tags(reference: str, pinned: str | None) -> None:
    found = list(facts_of(f"FROM {reference}\nRUN pip install bound\n", index=INDEX).floating_tags)
    assert [(each.reference, each.pinned) for _, each in found] == ([(reference, pinned)] if pinned else [])


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("RUN pip install bound stable pure compiled", ["bound"]),
        ("RUN pip install stable pure compiled", []),
        ("RUN date", []),
        ("AS b\nFROM b\nRUN pip install bound", ["bound"]),
        ("AS b\nFROM python:3.14-alpine\nRUN pip install bound", []),
        ("AS b\nRUN pip install pure\nFROM b AS c\nFROM c\nRUN pip install bound", ["bound"]),
    ],
)
def test_what_is_bound_to_this_python(lines: str, names: list[str]) -> None:
    separator = " " if lines.startswith("AS") else "\n"
    found = facts_of(f"FROM python:3-alpine{separator}{lines}\n", index=INDEX).floating_tags
    assert [verdict.name for _, each in found for verdict in each.verdicts] == names
