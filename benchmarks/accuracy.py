"""How many verdicts agree with real pip, and how many there are at all: by the shipped listing, and with the index.

    python -m benchmarks.accuracy TRUTH            offline
    python -m benchmarks.accuracy TRUTH --online   with the package index of this machine as well

TRUTH is as tools/compare_with_pip.py reads it: what pip's own finder takes from a listing of one day. The shipped
listing is of that day, so every row must agree. The index has moved on since: online the share that is answered counts,
and what differs is told by its number only.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lint_alpine.wheels.cache import DiskCache, cache_folder
from lint_alpine.wheels.index import PackageIndex
from lint_alpine.wheels.settings import find
from lint_alpine.wheels.snapshot import Snapshot
from lint_alpine.wheels.sources import Sources
from lint_alpine.wheels.transport import Bounds
from lint_alpine.wheels.verdict import Outcome, WheelVerdict
from tools.compare_with_pip import OUTCOMES, Row, verdict_on


def agrees(row: Row, verdict: WheelVerdict) -> bool:
    return verdict.outcome in OUTCOMES.get(row["kind"], {Outcome.WHEEL}) and verdict.file == row["file"]


def report(label: str, rows: Sequence[Row], verdicts: Sequence[WheelVerdict]) -> bool:
    answered = [(row, each) for row, each in zip(rows, verdicts, strict=True) if each.outcome is not Outcome.UNKNOWN]
    same = sum(agrees(row, verdict) for row, verdict in answered)
    share = f"{len(answered)} of {len(rows)} answered ({100 * len(answered) / len(rows):.1f} %)"
    print(f"{label}: {share}, {same} of these agree with pip ({100 * same / max(1, len(answered)):.1f} %)")
    return same == len(answered)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path, metavar="TRUTH")
    parser.add_argument("--online", action="store_true")
    arguments = parser.parse_args()
    rows = cast("list[Row]", json.loads(arguments.truth.read_bytes())["rows"])
    snapshot = Snapshot.shipped()
    offline = Sources([snapshot], [snapshot])
    agreed = report("offline", rows, [verdict_on(row, offline) for row in rows])
    if arguments.online:
        with PackageIndex(find(), DiskCache(cache_folder()), bounds=Bounds(run=900)) as index:
            online = Sources([index, snapshot], [index, snapshot], [index])
            online.offers({canonicalize_name(Requirement(row["requirement"]).name) for row in rows})
            report("online", rows, [verdict_on(row, online) for row in rows])
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
