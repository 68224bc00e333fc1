"""Compares closures with those of other resolvers, package by package, over the package index of this machine.

    python -m tools.compare_closures --truth closures.json     sets as found on the day of the file
    python -m tools.compare_closures --uv /path/to/uv [SET]    the sets below, resolved by uv now

uv runs with --no-build, so that it executes nothing of what it judges; it then takes wheels alone, as pip does with
`--only-binary :all:`. The sets are compared under that option, and what pip takes without it is told beside them.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lint_alpine.environment import Environment, Libc
from lint_alpine.installs.dependency import Dependency, FileChoice, Requirements
from lint_alpine.source import Source
from lint_alpine.wheels.cache import DiskCache, cache_folder
from lint_alpine.wheels.closure import Closure, resolve
from lint_alpine.wheels.index import PackageIndex
from lint_alpine.wheels.settings import find

ROOT = Path(__file__).parents[1]
SETS = {
    "airflow": ["apache-airflow==2.9.3"],
    "jupyterlab": ["jupyterlab"],
    "web": ["fastapi[standard]", "sqlalchemy[asyncio]", "psycopg[binary]"],
    "forty": (ROOT / "benchmarks" / "requirements-40.txt").read_text().splitlines(),
    "django": ["django", "celery[redis]"],
    "bounded": ["flask<2.3", "requests<2.30", "urllib3<2", "botocore<1.32"],
    "scientific": ["scipy", "scikit-learn", "seaborn", "statsmodels", "xarray"],
    "tools": ["black[d]", "mypy", "pytest-xdist", "pre-commit", "tox", "sphinx"],
    "backtracking": ["boto3", "aiobotocore", "s3fs"],
    "cloud": ["azure-identity", "google-cloud-storage", "kubernetes", "ansible-core"],
}
PYTHON = "3.12.12"
MUSL = Libc("musl", (1, 2))
# uv's name of the platform, and what it stands for. Where a set has no wheels for the first, the second is compared.
PLATFORMS = [("x86_64-unknown-linux-musl", MUSL), ("x86_64-manylinux_2_28", Libc("glibc", (2, 28)))]
WHEELS_ONLY = FileChoice(only_binary=frozenset({":all:"}))


def closure(
    lines: Sequence[str],
    environment: Environment,
    index: PackageIndex,
    choice: FileChoice | None = None,
) -> Closure:
    source = Source("requirements.txt", "\n".join(lines))
    dependencies = tuple(
        Dependency(Requirement(line), source.line_span(number))
        for number, line in enumerate(lines, 1)
        if line and not line.startswith("#")
    )
    return resolve(Requirements(dependencies, choice=choice or FileChoice()), environment, None, index, index)


def versions(found: Closure) -> dict[str, str]:
    return {each.name: str(each.version) for each in found.packages}


def differences(ours: dict[str, str], theirs: dict[str, str]) -> Iterator[str]:
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            yield f"    {name}: {ours.get(name, 'absent')} here, {theirs.get(name, 'absent')} there"


def report(label: str, ours: dict[str, str], theirs: dict[str, str], notes: str = "") -> bool:
    different = list(differences(ours, theirs))
    print(f"{'different' if different else 'equal':9} {label}: {len(ours)} packages{notes}")
    print("".join(f"{line}\n" for line in different), end="")
    return not different


def with_truth(path: Path, index: PackageIndex) -> bool:
    equal = []
    for each in json.loads(path.read_text())["closures"]:
        environment = Environment("alpine", libc=MUSL, arch=each["arch"], python=each["py"])
        found = closure(each["requirements"], environment, index)
        ours = {p.name: p.distribution.filename if p.distribution else p.reason for p in found.packages}
        theirs = {p["name"]: p["file"] or "nothing" for p in each["packages"]}
        equal.append(report(f"{each['py']} {each['arch']} {' '.join(each['requirements'])}", ours, theirs))
    print(f"{sum(equal)} of {len(equal)} sets are equal")
    return all(equal)


def uv_versions(uv: str, lines: Sequence[str], platform: str) -> dict[str, str] | str:
    command = [uv, "pip", "compile", "-", "--no-build", "--no-header", "--no-annotate", "--quiet"]
    command += ["--python-version", PYTHON, "--python-platform", platform]
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(
        [*command, "--python", sys.executable],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode:
        return done.stderr
    pins = (Requirement(line) for line in done.stdout.splitlines() if line and not line.startswith("#"))
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}


def with_uv(uv: str, names: Sequence[str], index: PackageIndex) -> bool:
    equal = []
    for name in names:
        for platform, libc in PLATFORMS:
            environment = Environment("alpine", libc=libc, arch="x86_64", python=PYTHON)
            start = time.monotonic()
            wheels = versions(closure(SETS[name], environment, index, WHEELS_ONLY))
            middle = time.monotonic()
            theirs = uv_versions(uv, SETS[name], platform)
            notes = f", {middle - start:.1f} s here, {time.monotonic() - middle:.1f} s there"
            if isinstance(theirs, str):
                print(f"no wheels {name} on {platform}: {theirs}")
                continue
            equal.append(report(f"{name} on {platform}", wheels, theirs, notes))
            every = versions(closure(SETS[name], environment, index))
            print("".join(f"{line} with wheels alone\n" for line in differences(every, wheels)), end="")
            break
    return all(equal)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--uv")
    parser.add_argument("sets", nargs="*", choices=[*SETS, []])
    arguments = parser.parse_args()
    with PackageIndex(find(), DiskCache(cache_folder())) as index:
        equal = [with_truth(arguments.truth, index)] if arguments.truth else []
        if arguments.uv:
            equal.append(with_uv(arguments.uv, arguments.sets or list(SETS), index))
    return 0 if all(equal) else 1


if __name__ == "__main__":
    sys.exit(main())
