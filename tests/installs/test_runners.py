"""`poetry run` and its kin: what the command behind them installs, and with whose pip."""

from pathlib import Path

import pytest

from lint_alpine.installs.runners import read_poetry_setting, read_runner
from tests.gathering import INDEX, facts_of
from tests.installs.support import command

RUNS = {
    "poetry run pip install a": ("pip install a", True),
    "poetry -C app run -q -- pip install -q a": ("pip install -q a", True),
    "python3 -m poetry run python -m pip install a": ("python -m pip install a", True),
    "pipenv --python 3.12 run pip install a": ("pip install a", True),
    "hatch run pip install a": ("pip install a", True),
    "hatch -e test run test:pip install a": ("pip install a", True),
    "uv run --no-sync --with b pip install a": ("pip install a", False),
    "pdm run -p app pip3 install a": ("pip3 install a", False),
    "poetry run /opt/bin/pip install a": ("/opt/bin/pip install a", True),
    "POETRY_VIRTUALENVS_CREATE=false poetry run pip install a": ("pip install a", False),
    # Their virtual environments have no pip of their own.
    "uv run python -m pip install a": None,
    "pdm run build": None,
    "poetry run": None,
    "poetry install": None,
    "poetry run $COMMAND": None,
    "uv pip install a": None,
    "docker run pip install a": None,
}


@pytest.mark.parametrize(("text", "expected"), RUNS.items(), ids=RUNS)
def test_what_is_run(text: str, expected: tuple[str, bool] | None) -> None:
    outer = command(text)
    found = read_runner(outer, outer.variables)
    inner = found and " ".join(
        (found.command.path or found.command.name, *(word.written for word in found.command.arguments))
    )
    assert (found and (inner, found.own)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("poetry config virtualenvs.create false", ("POETRY_VIRTUALENVS_CREATE", "false")),
        ("poetry config --local virtualenvs.in-project true", ("POETRY_VIRTUALENVS_IN_PROJECT", "true")),
        ("poetry config virtualenvs.create $X", ("POETRY_VIRTUALENVS_CREATE", None)),
        ("poetry config virtualenvs.create", None),
        ("poetry config --unset virtualenvs.create", None),
        ("pip config set global.index-url x", None),
    ],
)
def test_what_poetry_is_told(text: str, expected: tuple[str, str | None] | None) -> None:
    assert read_poetry_setting(command(text)) == expected


INSTALLS = {
    # (installer and verb, its pip, what becomes of it)
    "poetry run pip install only-glibc": [("pip install", "25.0.1", "only-glibc compile")],
    "poetry config virtualenvs.create false && poetry run pip install sketch": [
        ("pip install", "21.1.3", "sketch unknown")
    ],
    "uv run pip install sketch": [("pip install", "21.1.3", "sketch unknown")],
    "uv run --with reports pip install only-glibc": [
        ("uv run", "21.1.3", "reports wheel"),
        ("pip install", "21.1.3", "only-glibc compile"),
    ],
    "pdm run pip install sketch": [("pip install", "21.1.3", "sketch unknown")],
    "pip-sync": [("pip sync", "21.1.3", "only-glibc compile")],
    "pip-sync --pip-args '--no-cache-dir --no-deps' more.txt requirements.txt": [
        ("pip sync", "21.1.3", "reports wheel, only-glibc compile")
    ],
    "python -m piptools sync more.txt -q": [("pip sync", "21.1.3", "reports wheel")],
    "python -m piptools compile more.in": [],
    "poetry run pytest": [],
    # What is there in Poetry's environment is not there in the image's.
    "poetry run pip install reports && pip install reports": [
        ("pip install", "25.0.1", "reports wheel"),
        ("pip install", "21.1.3", "reports wheel"),
    ],
}


@pytest.mark.parametrize(("run", "expected"), INSTALLS.items(), ids=INSTALLS)
def test_what_is_installed(run: str, expected: list[tuple[str, str, str]], tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("only-glibc\n")
    (tmp_path / "more.txt").write_text("reports\n")
    index = INDEX.replace("sketch-", "other-").replace("cp312", "cp38")
    facts = facts_of(f"FROM python:3.8.10-alpine\nCOPY . .\nRUN {run}\n", tmp_path, index)
    found = [
        (
            f"{install.installer} {install.install.verb}",
            install.pip,
            ", ".join(f"{verdict.name} {verdict.outcome}" for verdict in install.verdicts),
        )
        for _, install in facts.installs
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("run", "kept"),
    [
        ("pip-sync", True),
        ("pip-sync --pip-args --no-cache-dir", False),
        ("poetry run pip install reports", True),
        ("poetry run pip install --no-cache-dir reports", False),
    ],
)
def test_its_cache(run: str, kept: bool, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("reports\n")
    facts = facts_of(f"FROM python:3.12-alpine\nCOPY . .\nRUN {run}\n", tmp_path, INDEX)
    ((_, install),) = facts.installs
    assert install.cache_kept is kept
    assert (install.no_cache_option is not None) is ("pip-sync" not in run)
