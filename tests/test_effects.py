"""What the commands of a RUN do to files and to what is installed."""

from pathlib import Path

import pytest

from lint_alpine.context import BuildContext
from lint_alpine.facts import PythonInstall
from tests.gathering import INDEX, facts_of

COPIED = ["requirements.txt:1:1: flask==1.0", "requirements.txt:3:1: redis"]


@pytest.fixture
def context(tmp_path: Path) -> BuildContext:
    (tmp_path / "requirements.txt").write_text("flask==1.0\n# and\nredis\n")
    (tmp_path / "base.txt").write_text("-r other.txt\ngunicorn\n")
    return BuildContext(tmp_path)


def last_install(text: str, context: BuildContext) -> PythonInstall:
    *_, (_, install) = facts_of(text, context.root).installs
    return install


def places(install: PythonInstall) -> list[str]:
    """Each requirement as `file:line:column: text`."""
    return [
        f"{each.span.source.path}:{each.span.start.line}:{each.span.start.column}: {each.span.text}"
        for each in install.install.requirements.dependencies
    ]


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("cp requirements.txt r.txt", COPIED),
        ("cp -a ./requirements.txt /r.txt", COPIED),
        ("mv requirements.txt r.txt", COPIED),
        (
            "cp requirements.txt a; cp a b && mv b r.txt",
            COPIED,
        ),
        ("cat requirements.txt > r.txt", COPIED),
        ("cat < requirements.txt > r.txt", COPIED),
        ("echo flask==1.0 > r.txt", ["Dockerfile:3:10: flask==1.0"]),
        ('echo "flask==1.0  # why" > r.txt', ["Dockerfile:3:11: flask==1.0  # why"]),
        ("echo -e 'flask\\nredis' > r.txt", ["Dockerfile:3:14: flask", "Dockerfile:3:21: redis"]),
        ("printf 'flask==1.0\\nredis\\n' > r.txt", ["Dockerfile:3:13: flask==1.0", "Dockerfile:3:25: redis"]),
        ("printf '%s\\n' flask==1.0 'redis' > r.txt", ["Dockerfile:3:19: flask==1.0", "Dockerfile:3:31: redis"]),
        ("V=1.0; echo flask==$V > r.txt", ["Dockerfile:3:17: flask==$V"]),
        (
            "echo flask > r.txt && \\\n    echo redis >> \\\n r.txt",
            ["Dockerfile:3:10: flask", "Dockerfile:4:10: redis"],
        ),
        ("echo flask >> r.txt; echo redis > r.txt", ["Dockerfile:3:31: redis"]),
        (
            "cp requirements.txt r.txt && echo lxml >> r.txt",
            [*COPIED, "Dockerfile:3:39: lxml"],
        ),
        ("cat > r.txt <<EOF\nflask==1.0\n  redis\nEOF", ["Dockerfile:4:1: flask==1.0", "Dockerfile:5:3: redis"]),
        ("cat <<-'EOF' > r.txt\n\tflask==1.0\n\tEOF", ["Dockerfile:4:2: flask==1.0"]),
        ("echo lxml > r.txt\nRUN cat >> r.txt <<EOF\nflask\nEOF", ["Dockerfile:3:10: lxml", "Dockerfile:5:1: flask"]),
        ("cd /tmp; echo flask > r.txt; cp r.txt /", ["Dockerfile:3:19: flask"]),
        ("echo flask > r.txt; sed s/flask/django/ r.txt", ["Dockerfile:3:10: flask"]),
        ("echo flask > r.txt; echo x > /dev/null; ls /r.txt > list.txt", ["Dockerfile:3:10: flask"]),
    ],
)
def test_written_files_are_read_with_their_places(context: BuildContext, run: str, expected: list[str]) -> None:
    install = last_install(f"FROM python:3.12-alpine\nCOPY . .\nRUN {run}\nRUN pip install -r /r.txt", context)
    assert places(install) == expected
    assert not install.unreadable


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        ("pip freeze > r.txt", "`pip` writes it during the build"),
        ("grep -v redis requirements.txt > r.txt", "`grep` writes it during the build"),
        ("cat requirements.txt base.txt > r.txt", "`cat` writes it during the build"),
        ("cat absent.txt > r.txt", "`cat` writes it during the build"),
        ("cat > r.txt <<EOF\nflask==$V\nEOF", "`cat` writes it during the build"),
        ("echo flask==$V > r.txt", "`echo` writes it during the build"),
        ("printf 'flask==%s' 1.0 > r.txt", "`printf` writes it during the build"),
        ("echo flask | tee r.txt", "`tee` writes it during the build"),
        ("cp requirements.txt r.txt; sed -i 's/flask/django/' r.txt", "`sed` changes it during the build"),
        ("cp requirements.txt r.txt; sed --in-place=x -e 's/a/b/' r.txt", "`sed` changes it during the build"),
        ("cp requirements.txt r.txt; mv r.txt s.txt", "`mv` moves it away during the build"),
        ("cp $FILE r.txt", "`cp` may write it during the build"),
        ("cp /unknown/r.txt /", "`cp` may write it during the build"),
        ("cp -r $(ls) /unknown/ /somewhere", "`cp` may write it during the build"),
        ("git clone https://index.example/x /", "`git` may write it during the build"),
        ("cd $X; echo flask > r.txt", "there is no `r.txt` in the build context"),
        ("echo -r base.txt > r.txt", "an option that a command writes to the file is not followed"),
        ("cp base.txt r.txt; echo flask >> r.txt", "what a file includes is not followed where commands add to it"),
        ("git clone x; echo flask >> r.txt", "`echo` writes it during the build"),
        ("echo 'not a requirement' > r.txt", "pip does not take `not a requirement`"),
    ],
)
def test_what_is_not_known_says_why(context: BuildContext, run: str, reason: str) -> None:
    install = last_install(f"FROM python:3.12-alpine\nCOPY . .\nRUN {run}\nRUN pip install -r /r.txt", context)
    assert reason in install.unreadable[0].message
    assert not install.install.requirements.complete


def test_an_exported_lock_is_read_through_a_redirection(context: BuildContext) -> None:
    (context.root / "uv.lock").write_text(
        'version = 1\n[[package]]\nname = "flask"\nversion = "1.0"\nsource = { registry = "x" }\n'
        '[[package]]\nname = "app"\nsource = { virtual = "." }\ndependencies = [{ name = "flask" }]\n'
    )
    (context.root / "pyproject.toml").write_text('[project]\nname = "app"\ndependencies = ["flask"]\n')
    text = "FROM python:3.12-alpine\nCOPY . .\nRUN uv export > r.txt\nRUN mv r.txt s.txt && pip install -r s.txt"
    install = last_install(text, context)
    assert [each.name for each in install.install.requirements.dependencies] == ["flask"]


def test_many_commands_on_one_file_end(context: BuildContext) -> None:
    lines = "\n".join(f"echo a{n} >> r.txt\ncp r.txt r{n}.txt" for n in range(1500))
    install = last_install(f"FROM python:3.12-alpine\nRUN <<EOF\n{lines}\nEOF\nRUN pip install -r r.txt", context)
    assert "`echo` writes it during the build" in install.unreadable[0].message


@pytest.mark.parametrize(
    ("made", "brought", "installed", "judged"),
    [
        ("pip wheel -w /wheels psycopg2 sketch", "", "pip install --no-index --find-links=/wheels psycopg2 sketch", []),
        ("pip wheel -w /wheels psycopg2", "", "pip install --no-index -f /wheels psycopg2 lxml", ["lxml unknown"]),
        ("cd / && pip wheel -w wheels psycopg2", "", "cd / && pip install --find-links ./wheels psycopg2", []),
        ("pip wheel -w /wheels psycopg2", "", "pip install --no-index -f file:///wheels psycopg2", []),
        # What is only downloaded may still be a source distribution.
        (
            "pip download -d /wheels psycopg2",
            "/wheels /w",
            "pip install --no-index -f /w psycopg2",
            ["psycopg2 unknown"],
        ),
        # Between two stages.
        ("pip wheel -w /wheels psycopg2", "/wheels /w", "pip install --no-index --find-links=/w psycopg2", []),
        ("pip wheel -w /wheels psycopg2", "/wheels/*.whl /w/", "pip install --no-index --find-links=/w psycopg2", []),
        ("pip wheel -w /wheels psycopg2", "/wheels /wheels", "pip install /wheels/*", []),
        ("pip wheel -w /wheels psycopg2", "/wheels /wheels", "pip install --no-index /wheels/*.whl", []),
        (
            "pip wheel -w /wheels psycopg2",
            "/wheels /w",
            "PIP_FIND_LINKS=/w PIP_NO_INDEX=1 pip install psycopg2",
            [],
        ),
        # Of another folder it is not known what is in it.
        ("pip wheel -w /wheels psycopg2", "/wheels /w", "pip install -f /other psycopg2", ["psycopg2 unknown"]),
        ("pip install psycopg2", "/wheels /w", "pip install --no-index -f /w psycopg2", ["psycopg2 unknown"]),
        ("pip wheel -w /wheels psycopg2", "/wheels /w", "pip install psycopg2", ["psycopg2 compile"]),
    ],
)
def test_wheels_that_the_build_makes_are_judged_once(
    context: BuildContext, made: str, brought: str, installed: str, judged: list[str]
) -> None:
    stages = f"FROM python:3.12-alpine\nCOPY --from=builder {brought}\n" if brought else ""
    text = f"FROM python:3.12-alpine AS builder\nRUN {made}\n{stages}RUN {installed}"
    (_, builder), (_, install) = facts_of(text, context.root, INDEX).installs
    assert {verdict.name: verdict.outcome for verdict in builder.verdicts}["psycopg2"] == "compile"
    assert [f"{verdict.name} {verdict.outcome}" for verdict in install.verdicts] == judged


def test_wheels_of_a_mount_are_judged_once(context: BuildContext) -> None:
    text = (
        "FROM python:3.12-alpine AS builder\nRUN pip wheel -w /wheels psycopg2\nFROM python:3.12-alpine\n"
        "RUN --mount=type=bind,from=builder,source=/wheels,target=/w pip install --no-index -f /w psycopg2"
    )
    (_, _), (_, install) = facts_of(text, context.root, INDEX).installs
    assert install.verdicts == ()


@pytest.mark.parametrize(
    ("run", "is_read"),
    [
        ("true && \\\n " * 10_000 + "true", True),
        ("true && \\\n " * 20_000 + "true", False),
        ("<<EOF\n" + "true\n" * 30_000 + "EOF", False),
        ("<<EOF\n#!/usr/bin/env python3\n" + "x = 1\n" * 30_000 + "EOF", None),
    ],
)
def test_a_longer_script_than_any_is_told_and_not_read(run: str, is_read: bool | None) -> None:
    facts = facts_of(f"FROM python:3.12-alpine\nRUN {run}\nRUN true\n")
    assert [fault.span.start.line for fault in facts.faults] == ([2] if is_read is False else [])
    first, second = facts.stages[0].runs
    assert (first.shell, bool(first.commands), second.shell) == (bool(is_read), bool(is_read), True)
    assert facts.stages[0].present.complete is bool(is_read)


@pytest.mark.parametrize(("names", "stages", "is_read"), [(100, 100, True), (5_000, 200, False), (5_000, 20, True)])
def test_stages_that_have_very_much_from_each_other(names: int, stages: int, is_read: bool) -> None:
    packages = " \\\n ".join(f"p{number}" for number in range(names))
    facts = facts_of(f"FROM alpine:3.22 AS a\nRUN apk add {packages}\n" + "FROM a\nRUN apk add gcc\n" * stages)
    assert bool(facts.stages) is is_read
    assert [fault.message for fault in facts.faults] == (
        [] if is_read else ["not read: too much is passed on from stage to stage"]
    )
