"""Asks the package index once for what the shipped snapshot holds; writes the two inputs of tools/make_snapshot.py.

    python -m tools.gather_index --listing OLD-LISTING --requirements FILE --output FOLDER

The projects are those of OLD-LISTING (whose files are kept as they are) and of tools/snapshot_projects.txt (whose pages
are asked for). Needs are asked for the releases that pip takes today, for each Python from 3.6 on, on musl and glibc,
and for the releases that the requirements in FILE (one a line) lead to. At most eight requests are under way at once,
and what was answered is cached, so that a second run asks for nothing.
"""

import argparse
import gzip
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from lint_alpine.environment import Environment, Libc, supported_tags
from lint_alpine.wheels.cache import DiskCache, cache_folder
from lint_alpine.wheels.choice import Target, choose
from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.evidence import Needs, Offer
from lint_alpine.wheels.index import PackageIndex
from lint_alpine.wheels.listing import release_of
from lint_alpine.wheels.settings import find

PROJECTS = Path(__file__).with_name("snapshot_projects.txt")
PYTHONS = ["3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]
LIBCS = [Libc("musl", (1, 1)), Libc("musl", (1, 2)), Libc("glibc", (2, 36))]


def targets() -> Iterable[Target]:
    for python in PYTHONS:
        for libc in LIBCS:
            for arch in ("x86_64", "aarch64"):
                environment = Environment("", libc=libc, arch=arch, python=python)
                yield Target(supported_tags(environment, None), Version(python))


def releases(offer: Offer, specifiers: Iterable[SpecifierSet], all_targets: Iterable[Target]) -> set[Version]:
    """The releases that pip takes for one of the targets and specifiers."""
    found = set()
    for target in all_targets:
        for specifier in specifiers:
            chosen = choose(offer.distributions, specifier, target).distribution
            if chosen is not None:
                found.add(chosen.version)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listing", type=Path, required=True)
    parser.add_argument("--requirements", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    listing = json.loads(gzip.decompress(arguments.listing.read_bytes()))
    more = [name for name in PROJECTS.read_text().split() if name not in listing["projects"]]
    specifiers: dict[str, set[SpecifierSet]] = {}
    for line in arguments.requirements.read_text().splitlines():
        requirement = Requirement(line)
        specifiers.setdefault(canonicalize_name(requirement.name), set()).add(requirement.specifier)

    with PackageIndex(find(), DiskCache(cache_folder())) as index:
        offers = index.offers([*listing["projects"], *more])
        all_targets = tuple(targets())
        wanted: dict[tuple[str, Version], tuple[Distribution, ...]] = {}
        for name, offer in offers.items():
            if not isinstance(offer, Offer):
                print(f"{name}: {offer.reason}", file=sys.stderr)
                continue
            if name in more:
                listing["projects"][name] = [
                    [file.filename, str(file.requires_python) if file.requires_python else None, file.yanked]
                    for file in offer.distributions
                ]
            for version in releases(offer, {SpecifierSet(), *specifiers.get(name, ())}, all_targets):
                release = release_of(offer.distributions, version)
                if release:
                    wanted[name, version] = tuple(release)
        print(f"{len(wanted)} releases", file=sys.stderr)
        answers = index.needs(wanted)
        print(index.statistics, file=sys.stderr)

    needs: dict[str, dict[str, dict[str, list[str]]]] = {}
    for (name, version), answer in answers.items():
        if isinstance(answer, Needs):
            declared = {
                "requires_dist": [str(one) for one in answer.requirements],
                "provides_extra": sorted(answer.extras),
            }
            needs.setdefault(name, {})[str(version)] = declared
        else:
            print(f"{name} {version}: {answer.reason}", file=sys.stderr)
    arguments.output.mkdir(parents=True, exist_ok=True)
    listing["projects"] = dict(sorted(listing["projects"].items()))
    (arguments.output / "listing.json").write_text(json.dumps(listing), encoding="utf-8")
    told = {"as_of": time.strftime("%Y-%m-%d", time.gmtime()), "projects": needs}
    (arguments.output / "needs.json").write_text(json.dumps(told), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
