"""Edits and the texts that they make."""

from pathlib import Path

import pytest

from lint_alpine.context import BuildContext
from lint_alpine.diagnostic import Applicability, Confidence, Diagnostic, Edit, Fix, Severity
from lint_alpine.dockerfile.instructions import parse
from lint_alpine.fixes import Fixed, apply, chosen_edits, fixed
from lint_alpine.linter import Settings, lint_source
from lint_alpine.registry import built_in
from lint_alpine.source import Source
from lint_alpine.wheels.snapshot import Snapshot
from lint_alpine.wheels.sources import Sources

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
        ([found((3, 3, "x")), found((3, 3, "y"))], "012xy3456789"),
        ([found((3, 3, "y")), found((3, 3, "x"))], "012yx3456789"),
        ([found((3, 3, "x")), found((3, 3, "x"))], "012x3456789"),
        ([found((3, 3, "x")), found((3, 3, "x"), (6, 7, ""))], "012x345789"),
        ([found((3, 3, "x")), found((3, 5, "y"))], "012x3456789"),
        ([found((3, 5, "y")), found((3, 3, "x"))], "012y56789"),
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


def linted(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    sources = Sources([Snapshot.shipped()], [Snapshot.shipped()])
    settings = Settings(rules=built_in(), sources=sources)
    return lint_source(Source("Dockerfile", text), BuildContext(folder), settings).diagnostics


def mended(folder: Path, text: str, *, unsafe: bool = True) -> str:
    """The text with its fixes, as `--fix` makes them."""
    made = fixed(linted(folder, text), lambda texts: linted(folder, texts["Dockerfile"]), unsafe=unsafe)
    return made[0].after if made else text


ALPINE = "FROM alpine:3.22\nRUN apk add --no-cache python3 py3-pip\n"
PYTHON = "FROM python:3.13-alpine\n"
UV = "FROM ghcr.io/astral-sh/uv:python3.13-alpine\n"


@pytest.mark.parametrize(
    ("image", "before", "after"),
    [
        # In the exec form what stands between two quotes is one argument.
        (PYTHON, 'RUN ["apk", "add", "git"]', 'RUN ["apk", "add", "--no-cache", "git"]'),
        (PYTHON, 'RUN [ "apk", "--update", "add" , "git" ]', 'RUN [ "apk", "--update", "add", "--no-cache" , "git" ]'),
        (PYTHON, 'RUN ["env", "A=1", "apk", "upgrade"]', 'RUN ["env", "A=1", "apk", "upgrade", "--no-cache"]'),
        (PYTHON, 'ONBUILD RUN ["apk", "add", "git"]', 'ONBUILD RUN ["apk", "add", "--no-cache", "git"]'),
        (PYTHON, 'RUN ["pip", "install", "six"]', 'RUN ["pip", "install", "--no-cache-dir", "six"]'),
        (
            PYTHON,
            'RUN ["python3", "-m", "pip", "install", \\\n  "six"]',
            'RUN ["python3", "-m", "pip", "install", "--no-cache-dir", \\\n  "six"]',
        ),
        (UV, 'RUN ["uv", "pip", "install", "six"]', 'RUN ["uv", "pip", "install", "--no-cache", "six"]'),
        # A script of the exec form is for a shell.
        (PYTHON, 'RUN ["sh", "-c", "apk add git"]', 'RUN ["sh", "-c", "apk add --no-cache git"]'),
        (PYTHON, 'RUN ["sh", "-c", "apk add"]', 'RUN ["sh", "-c", "apk add --no-cache"]'),
        (PYTHON, 'RUN ["sh", "-c", "apk update && apk add a"]', 'RUN ["sh", "-c", "apk add --no-cache a"]'),
        (PYTHON, 'RUN sh -c "apk add git"', 'RUN sh -c "apk add --no-cache git"'),
        # Where the verb is not written out there is no place for an option.
        (PYTHON, "RUN V=add; apk $V git", None),
        (PYTHON, 'RUN C="apk add git"; sh -c "$C"', None),
        (PYTHON, 'RUN ["apk", "\\u0061dd", "git"]', None),
        (ALPINE, "RUN wget https://index.example/get-pip.py && python3 get-pip.py", None),
        # What is not mended whole is left.
        (PYTHON, "RUN apk update && apk search x && apk add git", None),
        # pip takes the last of these options.
        (PYTHON, "RUN pip install six --cache-dir=/c", "RUN pip install six --no-cache-dir"),
        (PYTHON, "RUN pip install --cache-dir /c six", "RUN pip install --no-cache-dir six"),
        (PYTHON, 'RUN pip --cache-dir "/c" install six', "RUN pip --no-cache-dir install six"),
        (
            PYTHON,
            'RUN ["pip", "install", "--cache-dir", "/c", "six"]',
            'RUN ["pip", "install", "--no-cache-dir", "six"]',
        ),
        (PYTHON, 'RUN ["pip", "install", "--cache-dir=/c", "x"]', 'RUN ["pip", "install", "--no-cache-dir", "x"]'),
        (PYTHON, "RUN PIP_CACHE_DIR=/c pip install six", "RUN PIP_CACHE_DIR=/c pip install --no-cache-dir six"),
        # Nothing keeps Poetry from keeping what it downloads.
        (PYTHON, "RUN poetry install --no-cache", None),
        # One fix brings out what another finding hid.
        (
            ALPINE,
            "RUN apk add git && pip install six",
            "RUN apk add --no-cache git && pip install --no-cache-dir --break-system-packages six",
        ),
        (
            ALPINE,
            'RUN ["pip", "install", "six"]',
            'RUN ["pip", "install", "--no-cache-dir", "--break-system-packages", "six"]',
        ),
        (ALPINE, 'RUN ["apk", "add", "python-dev"]', 'RUN ["apk", "add", "--no-cache", "python3-dev"]'),
    ],
)
def test_the_fixed_file_is_right_and_has_nothing_more_to_fix(
    image: str, before: str, after: str | None, tmp_path: Path
) -> None:
    text = mended(tmp_path, f"{image}{before}\n")
    assert text == f"{image}{after or before}\n"
    assert parse(Source("Dockerfile", text)).faults == ()
    assert [found for found in linted(tmp_path, text) if found.fix] == []
    if after is not None:
        assert not {"LA205", "LA303", "LA304", "LA502"} & {found.code for found in linted(tmp_path, text)}


def test_a_file_whose_findings_do_not_change_is_not_edited_for_ever() -> None:
    same = found((3, 3, "x"))
    assert fixed([same], lambda texts: [same]) == (Fixed(SOURCE.path, SOURCE.text, "012x3456789"),)
    (growing,) = fixed([same], lambda texts: [at_the_start_of(Source(SOURCE.path, texts[SOURCE.path]))])
    assert growing.after.lstrip("x") == "012x3456789"


def at_the_start_of(source: Source) -> Diagnostic:
    edit = Edit(source.span(0, 0), "x")
    fix = Fix("", (edit,), Applicability.SAFE)
    return Diagnostic("LA000", "x", Severity.INFO, Confidence.HIGH, "", source.start, fix=fix)
