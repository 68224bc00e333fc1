"""Times the online check beside `uv pip compile` and pip, on the same requirements and the same index, in one run.

    python -m benchmarks.against_uv --uv /path/to/uv [--rounds 3] [--pip] [SET ...]
    python -m benchmarks.against_uv --profile SET        where the time of a cold check goes

Cold: the tool's own cache is empty. Warm: it has just been filled. The runs alternate and the best of each counts, as
whole processes. uv resolves with --no-build, so that nothing is executed; what pip takes as a source distribution is
excluded for it, as it would stop there. pip gets wheels alone for the same reason, for the Python and the platform of
this machine; it downloads whole wheels, so it runs once.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from shutil import rmtree
from typing import TypeVar
from unittest.mock import patch

from lint_alpine.cli import main as lint_alpine
from lint_alpine.wheels.settings import find
from tools.compare_closures import SETS

T = TypeVar("T")
CHOSEN = ("jupyterlab", "web", "forty", "django", "airflow")
DOCKERFILE = (
    "FROM python:3.12-alpine3.22\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\n"
)
ROOT = Path(__file__).parents[1]


class Runner:
    """Runs the tools on one set, in a folder of its own with caches of their own."""

    def __init__(self, folder: Path, lines: Sequence[str], uv: str) -> None:
        self.folder = folder
        (folder / "Dockerfile").write_text(DOCKERFILE)
        (folder / "requirements.txt").write_text("\n".join(lines) + "\n")
        # Without what pip reads by itself: find-links and mirrors of this machine.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_FIND", "PYTHONDONT"))}
        index = find().urls[0]
        self.environment = kept | {
            "LINT_ALPINE_CACHE_DIR": str(folder / "lint-alpine-cache"),
            "UV_CACHE_DIR": str(folder / "uv-cache"),
            "PIP_CACHE_DIR": str(folder / "pip-cache"),
            "UV_DEFAULT_INDEX": index,
            "PIP_INDEX_URL": index,
            "UV_PYTHON_DOWNLOADS": "never",
            "PYTHONPATH": str(ROOT),
        }
        self.ours = [sys.executable, "-m", "lint_alpine", "check", "--online", "-v", "--format", "json", "Dockerfile"]
        self.uv = [uv, "pip", "compile", "requirements.txt", "--no-build", "--quiet", "--excludes", "excluded.txt"]
        self.uv += ["--python-platform", "x86_64-unknown-linux-musl", "--python-version", "3.12", "-o", "compiled.txt"]
        # Which would be looked for otherwise, and is not used.
        self.uv += ["--python", sys.executable]

    def run(self, command: Sequence[str]) -> tuple[float, subprocess.CompletedProcess[str]]:
        """Seconds, and what was printed; 0 and 1 are the exit codes of a check that ran."""
        start = time.perf_counter()
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        return time.perf_counter() - start, done

    def forget(self) -> None:
        for cache in self.folder.glob("*-cache"):
            rmtree(cache)
        (self.folder / "compiled.txt").unlink(missing_ok=True)


def compare(name: str, uv: str, rounds: int, with_pip: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(Path(folder), SETS[name], uv)
        # The first run also warms what stands between both tools and the index; it does not count.
        (runner.folder / "excluded.txt").write_text("")
        _, first = runner.run(runner.ours)
        outcomes = {verdict["name"]: verdict["outcome"] for verdict in json.loads(first.stdout)["verdicts"]}
        excluded = sorted(package for package, outcome in outcomes.items() if outcome != "wheel")
        (runner.folder / "excluded.txt").write_text("\n".join(excluded))
        times: dict[str, list[float]] = {"cold": [], "warm": [], "uv cold": [], "uv warm": []}
        for _ in range(rounds):
            runner.forget()
            for state in ("cold", "warm"):
                for tool, command in ((f"uv {state}", runner.uv), (state, runner.ours)):
                    seconds, done = runner.run(command)
                    times[tool].append(seconds)
                    if done.returncode > 1 or (done.returncode and "uv" in tool):
                        print(f"{name}: {tool} failed: {done.stderr[-300:]}")
        best = {tool: min(each) for tool, each in times.items()}
        row = f"{name:11} {len(outcomes):3} packages"
        for state in ("cold", "warm"):
            ours, theirs = best[state], best[f"uv {state}"]
            row += f" | {state} {ours:5.2f} s, uv {theirs:5.2f} s, {ours / theirs:4.2f} times"
        print(row, flush=True)
        told = next(line for line in first.stderr.splitlines() if "requests" in line)
        print(f"{'':11} {told.removeprefix('lint-alpine: ')}; without {', '.join(excluded) or 'nothing'} for uv")
        if with_pip:
            beside_pip(runner, best)


def beside_pip(runner: Runner, best: dict[str, float]) -> None:
    python = str(runner.folder / "venv" / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", str(runner.folder / "venv")], check=True)
    # Exclusions mean nothing to pip; with wheels alone it goes back to older releases or stops.
    command = [python, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--only-binary", ":all:", "--quiet"]
    for state in ("cold", "warm"):
        seconds, done = runner.run([*command, "-r", "requirements.txt"])
        outcome = "" if done.returncode == 0 else f" (stopped: {done.stderr.strip().splitlines()[-1][:100]})"
        print(
            f"{'':11} pip {state} {seconds:5.1f} s, {seconds / best[state]:.0f} times as long as we{outcome}",
            flush=True,
        )


class Clock:
    """Processor time by part; what a part spends in another counts for the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inside: list[str] = []
        self._since = time.process_time()

    def enter(self, part: str) -> None:
        self._count("the rest of the check")
        self._inside.append(part)

    def leave(self) -> None:
        self._count("the rest of the check")
        self._inside.pop()

    def _count(self, outside: str) -> None:
        now = time.process_time()
        self.seconds[self._inside[-1] if self._inside else outside] += now - self._since
        self._since = now

    def timed(self, part: str, function: Callable[..., object]) -> Callable[..., object]:
        def called(*arguments: object, **named: object) -> object:
            self.enter(part)
            try:
                return function(*arguments, **named)
            finally:
                self.leave()

        return called


class OneAtATime(Executor):
    """Does what it is given at once, in the thread that gives it."""

    def __init__(self, *_: object) -> None:
        pass

    def submit(self, function: Callable[..., T], /, *arguments: object, **named: object) -> Future[T]:
        done: Future[T] = Future()
        done.set_result(function(*arguments, **named))
        return done


PARTS = (
    ("HTTP and TLS", "lint_alpine.wheels.transport.Transport.get"),
    ("reading index pages", "lint_alpine.wheels.index.read_page"),
    ("the cache", "lint_alpine.wheels.index.PackageIndex._remember"),
    ("the cache", "lint_alpine.wheels.cache.DiskCache.read"),
    ("the cache", "lint_alpine.wheels.cache.DiskCache.write"),
    ("METADATA", "lint_alpine.wheels.releases.Releases.needs"),
    ("resolving", "lint_alpine.wheels.judge.resolve"),
)


def profile(name: str) -> None:
    """The processor time of a cold check by part, the questions asked one at a time; waiting takes none."""
    clock = Clock()
    clock.enter("imports")
    for module in ("linter", "wheels.index", "wheels.connections", "wheels.search"):
        import_module(f"lint_alpine.{module}")
    import_module("httpx")
    clock.leave()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as patches:
        runner = Runner(Path(folder), SETS[name], "")
        os.environ.update(runner.environment)
        patches.enter_context(patch("concurrent.futures.ThreadPoolExecutor", OneAtATime))
        for part, function in PARTS:
            patches.enter_context(patch(function, clock.timed(part, resolve_name(function))))
        lint_alpine(["check", "--online", "--output", os.devnull, str(runner.folder / "Dockerfile")])
    clock.enter("")
    for part, seconds in sorted(clock.seconds.items(), key=lambda each: -each[1]):
        print(f"{seconds:6.2f} s  {part}")
    print(f"{sum(clock.seconds.values()):6.2f} s  in all, beside the start of Python and of this script")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pip", action="store_true")
    parser.add_argument("--profile", choices=SETS)
    parser.add_argument("sets", nargs="*", choices=[*SETS, []])
    arguments = parser.parse_args()
    if arguments.profile:
        profile(arguments.profile)
    else:
        for name in arguments.sets or CHOSEN:
            compare(name, arguments.uv, arguments.rounds, arguments.pip)
    return 0


if __name__ == "__main__":
    sys.exit(main())
