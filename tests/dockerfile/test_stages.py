"""Stages: what each is built from, and the state of its steps."""

import pytest

from lint_alpine.dockerfile.instructions import parse
from lint_alpine.dockerfile.stages import Stages, read_stages
from lint_alpine.source import Source


def stages(text: str, **options: object) -> Stages:
    return read_stages(parse(Source("Dockerfile", text)), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("FROM python:3.12-alpine", "python:3.12-alpine"),
        ("FROM  python:3.12-alpine  AS x", "python:3.12-alpine"),
        ("ARG V=3.12\nFROM python:$V-alpine", "python:3.12-alpine"),
        ("ARG V=3.12\nFROM python:${V}-alpine", "python:3.12-alpine"),
        ("FROM python:${V:-3.12}-alpine", "python:3.12-alpine"),
        ("ARG A=1\nARG A=2\nFROM python:3.$A", "python:3.2"),
        ("ARG A=12\nARG B=3.$A\nFROM python:$B", "python:3.12"),
        ('ARG V="3.12"\nFROM python:$V', "python:3.12"),
        ("ARG REG\nFROM ${REG:+$REG/}python:3", "python:3"),
        ("FROM localhost:5000/name:tag", "localhost:5000/name:tag"),
        ("FROM --platform=$BUILDPLATFORM python:3", "python:3"),
    ],
)
def test_base(text: str, reference: str) -> None:
    (stage,) = stages(text).stages
    assert stage.base.reference == reference


def test_build_arguments_win_and_unset_ones_are_empty() -> None:
    assert stages("ARG V=3.12\nFROM python:$V", build_args={"V": "3.9"}).stages[0].base.reference == "python:3.9"
    assert stages("ARG TAG\nFROM python:$TAG").stages[0].base.reference == "python:"


def test_from_a_stage() -> None:
    found = stages("FROM a AS One\nENV X=1\nWORKDIR /w\nFROM one\nRUN true\nFROM 0\nFROM b\n")
    assert [stage.base.stage for stage in found.stages] == [None, 0, None, None]
    step = found.stages[1].steps[0]
    assert (step.variables["X"], step.workdir) == ("1", "/w")
    assert found.shipping() == {3}
    assert found.find("ONE") is found.stages[0]
    assert found.find("2") is found.stages[2]


def test_target_decides_what_ships() -> None:
    found = stages("FROM a AS base\nFROM base AS app\nFROM app AS test", target="app")
    assert found.shipping() == {0, 1}


@pytest.mark.parametrize(
    ("lines", "name", "value"),
    [
        ("ENV A=1", "A", "1"),
        ("ENV A 1 2", "A", "1 2"),
        ("ENV A=1 B=$A", "B", ""),
        ("ENV A=1\nENV B=x$A", "B", "x1"),
        ("ARG A=1\nENV B=$A", "B", "1"),
        ("ARG A=1\nENV A=2", "A", "2"),
        ("ARG A", "A", None),
        ("ARG OUTER", "OUTER", "7"),
        ("ARG TARGETARCH", "TARGETARCH", "amd64"),
        ("ENV PATH=/venv/bin:$PATH", "PATH", "/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    ],
)
def test_variables(lines: str, name: str, value: str | None) -> None:
    found = stages(f"ARG OUTER=7\nFROM a\n{lines}\nRUN true")
    assert found.stages[0].steps[-1].variables[name] == value


@pytest.mark.parametrize(
    ("lines", "workdir"),
    [
        ("", "/"),
        ("WORKDIR /a\nWORKDIR b", "/a/b"),
        ("WORKDIR /a\nWORKDIR ../c", "/c"),
        ("ENV D=/x\nWORKDIR $D/y", "/x/y"),
        ("ARG D\nWORKDIR $D", None),
    ],
)
def test_workdir(lines: str, workdir: str | None) -> None:
    assert stages(f"FROM a\n{lines}\nRUN true").stages[0].steps[-1].workdir == workdir


def test_user_shell_onbuild_and_mounts() -> None:
    found = stages(
        'FROM a\nUSER app:app\nSHELL ["/bin/bash", "-c"]\nONBUILD RUN b\n'
        "RUN --mount=type=cache,target=/c,id=x --mount=target=/s,src=. true"
    )
    *_, trigger, run = found.stages[0].steps
    assert trigger.onbuild
    assert trigger.instruction.name == "RUN"
    assert (run.user, run.shell) == ("app", ("/bin/bash", "-c"))
    assert [(mount.kind, mount.target, mount.source) for mount in run.mounts] == [
        ("cache", "/c", "."),
        ("bind", "/s", "."),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("RUN true\nFROM a", 1, 1), ("ARG A=1\n", 1, 1), ("FROM a AS b\nENV X=1\n\nFROM a b c d", 4, 1)],
)
def test_faults(text: str, line: int, column: int) -> None:
    dockerfile = parse(Source("Dockerfile", text))
    faults = (*dockerfile.faults, *read_stages(dockerfile).faults)
    assert [(fault.span.start.line, fault.span.start.column) for fault in faults] == [(line, column)]
