"""Stages: what each is built from, and the state of its steps."""

import pytest

from lint_alpine.dockerfile.instructions import parse
from lint_alpine.dockerfile.stages import DEFAULT_PATH, Stages, read_stages
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


def test_steps_share_their_variables_until_one_is_set() -> None:
    found = stages("FROM a AS b\nENV A=1\nRUN x\nUSER u\nRUN y\nARG B=2\nRUN z\nFROM b\nRUN x\nARG C=3\n")
    first, second = ([step.variables for step in stage.steps] for stage in found.stages)
    assert [variables is first[1] for variables in first] == [False, True, True, True, True, False]
    assert [dict(variables) for variables in second] == [{"PATH": DEFAULT_PATH, "A": "1"}] * 2
    assert second[0] is second[1]


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("ENV A0=1\n" * 1_000, None),
        ("".join(f"ENV A{number}=1\n" for number in range(10_000)), 1_002),
        ("ARG " + " ".join(f"A{number}" for number in range(600)) + "\nENV A=1 B=1 C=1" * 200 + "\n", 136),
        ("RUN --mount=target=/a --mount=target=/b x\n" * 100, None),
        ("RUN --mount=target=/a --mount=target=/b x\n" * 101, 102),
        ("ONBUILD RUN --mount=target=/a x\n" * 201, 202),
    ],
)
def test_more_than_any_image_has_is_not_read(lines: str, line: int | None) -> None:
    found = stages(f"FROM a\n{lines}RUN x\n")
    assert [fault.span.start.line for fault in found.faults] == ([line] if line is not None else [])
    assert (found.stages == (), found.final is None) == (line is not None, line is not None)


LONG = "v" * 60_000


@pytest.mark.parametrize("lines", ["ENV A{0}=$V.\n", "ARG A{0}=${{V/a/b}}\n", "WORKDIR ${{V}}{0}\n", "USER $V.\n"])
def test_a_file_expands_to_so_many_characters(lines: str) -> None:
    found = stages(f"FROM a\nENV V={LONG}\n" + "".join(lines.format(number) for number in range(500)))
    *_, last = found.stages[0].steps
    values = [value or "" for step in found.stages[0].steps for value in (step.user, step.workdir)]
    assert len(set(values)) < 20
    assert sum(len(value or "") for value in last.variables.values()) < 1_200_000
    assert last.expand("$V") is None
    assert last.expand("$PATH") == DEFAULT_PATH


def test_a_longer_folder_than_any_is_not_known() -> None:
    for folder, times in (("a" * 200, 30), ("a", 101)):
        found = stages("FROM a\n" + f"WORKDIR {folder}\n" * times + "RUN x\nWORKDIR /b\nRUN x\n")
        assert [step.workdir for step in found.stages[0].steps if step.instruction.name == "RUN"] == [None, "/b"]


@pytest.mark.parametrize(
    ("triggers", "children", "line"), [(1, 1_000, None), (1, 1_001, 1_003), (500, 3, 504), (2_000, 0, None)]
)
def test_more_triggers_than_any_file_has_are_not_run(triggers: int, children: int, line: int | None) -> None:
    found = stages("FROM a AS b\n" + "ONBUILD RUN x\n" * triggers + "FROM b\n" * children)
    assert [fault.span.start.line for fault in found.faults] == ([line] if line is not None else [])
    assert (found.stages == (), found.final is None) == (line is not None, line is not None)
