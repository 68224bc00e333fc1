"""Input that is wrong or endless, through the whole command: bounded time and memory, and the rest is still judged."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lint_alpine.cli import main
from tests.conftest import ROOT
from tests.steps import assert_linear

IMAGE = "FROM python:3.8-alpine\n"
GOOD = "RUN pip install --no-cache-dir pandas==1.0.0\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def verdicts(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, str], list[str]]:
    """The outcome of each package, and the messages of the findings about files that cannot be read."""
    main(["check", "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    outcomes = {verdict["name"]: verdict["outcome"] for verdict in report["verdicts"]}
    return outcomes, [found["message"] for found in report["diagnostics"] if found["code"] == "LA902"]


PYPROJECT = '[project]\nname = "demo"\nversion = "1"\ndependencies = ["numpy==1.18.0"]\n'
POETRY = '[tool.poetry]\nname = "demo"\nversion = "1"\n[tool.poetry.dependencies]\npython = "^3.8"\nnumpy = "1.18.0"\n'
PIPFILE = '[packages]\nnumpy = "*"\n'
LOCKS = {
    "uv.lock": ("version = 99\n", "uv sync --no-cache", PYPROJECT),
    "poetry.lock": ('[metadata]\nlock-version = "99.0"\n', "poetry install --no-cache", POETRY),
    "pdm.lock": ('[metadata]\nlock_version = "99.0"\n', "pdm sync", PYPROJECT),
    "Pipfile.lock": ('{"_meta": {"pipfile-spec": 99}, "default": {"numpy": {}}}', "pipenv sync", PIPFILE),
    "pylock.toml": ('lock-version = "99.0"\ncreated-by = "x"\npackages = []\n', "pip install -r pylock.toml", ""),
}
DAMAGED = ["", "{", "\0", "[[package]]\nname = 1\n", '{"default": [1]}', "a = " + "[" * 50_000]


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize("text", [None, *DAMAGED])
def test_a_lock_file_that_is_not_understood(name: str, text: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    of_another_version, command, project = LOCKS[name]
    Path(name).write_text(of_another_version if text is None else text)
    Path("Pipfile" if name == "Pipfile.lock" else "pyproject.toml").write_text(project)
    Path("Dockerfile").write_text(f"{IMAGE}WORKDIR /app\nCOPY . .\n{GOOD}RUN {command}\n")
    outcomes, unreadable = verdicts(capsys)
    # What another command installs is judged, and nothing is claimed of the lock file's packages.
    assert outcomes["pandas"] == "compile"
    assert outcomes.get("demo") is None
    if text is None:
        assert len(unreadable) == 1
        assert name in unreadable[0]
        assert "99" in unreadable[0]


RUN_IN_BOUNDS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000, 1_000_000_000))
from lint_alpine.cli import main
sys.exit(main(["check", "--format", "gnu"]))
"""


LINES = [
    "package{0}==1.{0}\n",
    "same\n",
    "-r more{0}.txt\n",
    "-r requirements.txt\n",
    "--extra-index-url https://index.example/{0}\n",
    "package{0} @ https://index.example/package{0}-1.0.tar.gz\n",
    "./folder{0}\n",
    "!!! {0}\n",
    "package{0} \\\n",
]


def write(line: str, count: int) -> None:
    Path("requirements.txt").write_text("".join(line.format(number) for number in range(count)))
    Path("Dockerfile").write_text(f"{IMAGE}{GOOD}COPY . .\nRUN pip install --no-cache-dir -r requirements.txt\n")


@pytest.mark.parametrize("line", LINES)
def test_steps_grow_with_the_requirements(line: str) -> None:
    def check(count: int) -> None:
        write(line, count)
        main(["check", "--format", "gnu"])

    # More than the names whose patterns are remembered.
    assert_linear(check, 1_200)


@pytest.mark.parametrize("line", LINES)
def test_a_requirements_file_of_a_million_lines(line: str) -> None:
    """Of which no more is read than the limits allow."""
    write(line, 1_000_000)
    command = [sys.executable, "-c", RUN_IN_BOUNDS]
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 1, done.stderr
    assert "warning: pip compiles `pandas==1.0.0` from source" in done.stdout
    assert "requirements.txt:" in done.stdout
