"""Compares whether source distributions compile, as we tell without building them, with what building them showed.

    python -m tools.compare_native TRUTH

TRUTH is JSON: {"projects": {"NAME[==VERSION][@PYTHON]": {"result": RESULT}, ...}}, where RESULT is needs-compiler or
builds-without-compiler. Asks the package index of this machine for the source distributions (some 250 MB for 53
projects, once). Three answers are compared: by the source distribution alone, by the wheels and it, and with what the
shipped data knows as well. Prints each that differs; the exit code is 1 if one of the last kind does.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lint_alpine.wheels.build_packages import needs_of
from lint_alpine.wheels.cache import DiskCache, cache_folder
from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.evidence import Offer
from lint_alpine.wheels.index import PackageIndex
from lint_alpine.wheels.listing import releases_of
from lint_alpine.wheels.native import is_native
from lint_alpine.wheels.settings import find
from lint_alpine.wheels.transport import Bounds

PATIENT = Bounds(run=900, request=120, requests=4)


class Case(NamedTuple):
    label: str
    offer: Offer
    sdist: Distribution
    compiles: bool


def read_cases(truth: Path, index: PackageIndex) -> Iterator[Case]:
    results: Mapping[str, Mapping[str, str]] = json.loads(truth.read_text())["projects"]
    wanted = {label: Requirement(label.partition("@")[0]) for label in results}
    offers = index.offers({canonicalize_name(each.name) for each in wanted.values()})
    for label, requirement in wanted.items():
        offer = offers[canonicalize_name(requirement.name)]
        sdist = newest_sdist(offer, requirement) if isinstance(offer, Offer) else None
        if isinstance(offer, Offer) and sdist is not None:
            yield Case(label, offer, sdist, results[label]["result"] == "needs-compiler")
        else:
            print(f"{label}: the index has no such source distribution")


def newest_sdist(offer: Offer, requirement: Requirement) -> Distribution | None:
    fitting = (each for each in releases_of(offer.distributions) if each.version in requirement.specifier)
    return next((file for release in fitting for file in release.files if not file.is_wheel), None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    agreeing: Counter[str] = Counter()
    with PackageIndex(find(), DiskCache(cache_folder()), bounds=PATIENT) as index:
        cases = list(read_cases(parser.parse_args().truth, index))
        contents = index.sdist_contents([case.sdist for case in cases])
    for label, offer, sdist, compiles in cases:
        found = contents[sdist.filename]
        data = needs_of(offer.name, str(sdist.version))
        alone = is_native(offer._replace(distributions=()), sdist.version, None, found)
        told = {
            "source distribution alone": alone,
            "wheels and source distribution": is_native(offer, sdist.version, None, found),
            "all with the data": is_native(offer, sdist.version, data, found),
        }
        for what, answer in told.items():
            agreeing[what] += answer.native is compiles
            if answer.native is not compiles:
                print(f"{label} {'compiles' if compiles else 'builds without a compiler'}; {what}: {answer.reason}")
    for what, number in agreeing.items():
        print(f"{number} of {len(cases)} agree: {what}")
    return 0 if agreeing["all with the data"] == len(cases) else 1


if __name__ == "__main__":
    sys.exit(main())
