"""Compares closures with those of other resolvers, package by package, over the package index of this machine.

    python -m tools.compare_closures --truth closures.json     sets as found on the day of the file
    python -m tools.compare_closures --uv /path/to/uv [SET]    the sets below, resolved by uv now

uv runs with --no-build, so that it executes nothing of what it judges; but then it takes wheels alone. So the packages
that pip takes as source distributions are excluded on both sides, as if nothing required them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from lint_alpine.environment import Environment, Libc
from lint_alpine.installs.dependency import Dependency, Requirements
from lint_alpine.source import Source
from lint_alpine.wheels.cache import DiskCache, cache_folder
from lint_alpine.wheels.closure import Resolved, resolve
from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.evidence import Needs, Unavailable
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


@dataclass
class Without:
    """The needs that an index tells, without requirements on the excluded projects."""

    index: PackageIndex
    excluded: frozenset[str]

    def needs(
        self, wanted: Mapping[tuple[str, Version], tuple[Distribution, ...]]
    ) -> Mapping[tuple[str, Version], Needs | Unavailable]:
        return {
            key: Needs(tuple(filter(self.keeps, told.requirements)), told.extras) if isinstance(told, Needs) else told
            for key, told in self.index.needs(wanted).items()
        }

    def keeps(self, requirement: Requirement) -> bool:
        return canonicalize_name(requirement.name) not in self.excluded


def closure(
    lines: Sequence[str], python: str, arch: str, index: PackageIndex, excluded: frozenset[str] = frozenset()
) -> tuple[Resolved, ...]:
    source = Source("requirements.txt", "\n".join(lines))
    needs = Without(index, excluded)
    dependencies = tuple(
        Dependency(Requirement(line), source.line_span(number))
        for number, line in enumerate(lines, 1)
        if line and not line.startswith("#") and needs.keeps(Requirement(line))
    )
    environment = Environment("alpine", libc=Libc("musl", (1, 2)), arch=arch, python=python)
    return resolve(Requirements(dependencies), environment, None, index, needs)


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
        # uv takes the Python 3.8 that it was asked for as 3.8.0, where an image has the newest release of it.
        found = closure(each["requirements"], f"{each['py']}.0", each["arch"], index)
        ours = {p.name: p.distribution.filename if p.distribution else p.reason for p in found}
        theirs = {p["name"]: p["file"] or "nothing" for p in each["packages"]}
        equal.append(report(f"{each['py']} {each['arch']} {' '.join(each['requirements'])}", ours, theirs))
    print(f"{sum(equal)} of {len(equal)} sets are equal")
    return all(equal)


def uv_versions(uv: str, lines: Sequence[str], excluded: Iterable[str]) -> dict[str, str] | str:
    command = [uv, "pip", "compile", "-", "--no-build", "--no-header", "--no-annotate", "--quiet"]
    command += [
        "--python-version",
        PYTHON,
        "--python-platform",
        "x86_64-unknown-linux-musl",
        "--python",
        sys.executable,
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as excludes:
        excludes.write("\n".join(excluded))
        excludes.flush()
        done = subprocess.run(
            [*command, "--excludes", excludes.name],
            input="\n".join(lines),
            capture_output=True,
            text=True,
            env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
            check=False,
        )
    if done.returncode:
        return done.stderr
    pins = (Requirement(line) for line in done.stdout.splitlines() if line and not line.startswith("#"))
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}


def with_uv(uv: str, names: Sequence[str], index: PackageIndex) -> bool:
    equal = []
    for name in names:
        start = time.monotonic()
        packages = closure(SETS[name], PYTHON, "x86_64", index)
        middle = time.monotonic()
        excluded = frozenset(p.name for p in packages if p.distribution is None or not p.distribution.is_wheel)
        theirs = uv_versions(uv, SETS[name], sorted(excluded))
        end = time.monotonic()
        if isinstance(theirs, str):
            equal.append(False)
            print(f"uv fails on {name}: {theirs}")
            continue
        notes = f", {middle - start:.1f} s here, {end - middle:.1f} s there"
        if excluded:
            notes += f"; {len(packages)} with the excluded {', '.join(sorted(excluded))}"
            packages = closure(SETS[name], PYTHON, "x86_64", index, excluded)
        ours = {each.name: str(each.version) for each in packages}
        equal.append(report(name, ours, theirs, notes))
    print(f"{sum(equal)} of {len(equal)} sets are equal")
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
