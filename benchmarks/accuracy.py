"""How many verdicts agree with real pip, and how many there are at all: by the shipped listing, and with the index.

    python -m benchmarks.accuracy TRUTH            offline
    python -m benchmarks.accuracy TRUTH --online   with the package index of this machine as well

TRUTH is as tools/compare_with_pip.py reads it: what pip's own finder takes from a listing of one day, `as_of`. The
shipped listing is of that day, so every row must agree. The index moves on: online a row may differ where a file was
uploaded since (PEP 700 tells when), or one is gone or yanked; then the file is named. The exit code is 1 if a row
differs for any other reason.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict, cast

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lint_alpine.wheels.cache import DiskCache, cache_folder
from lint_alpine.wheels.index import PackageIndex
from lint_alpine.wheels.settings import IndexSettings, find
from lint_alpine.wheels.snapshot import Snapshot
from lint_alpine.wheels.sources import Sources
from lint_alpine.wheels.transport import Bounds, Statistics, Transport
from lint_alpine.wheels.verdict import Outcome, WheelVerdict
from tools.compare_with_pip import OUTCOMES, Row, verdict_on

JSON = "application/vnd.pypi.simple.v1+json"


class Truth(TypedDict):
    as_of: str
    rows: list[Row]


def agrees(row: Row, verdict: WheelVerdict) -> bool:
    return verdict.outcome in OUTCOMES.get(row["kind"], {Outcome.WHEEL}) and verdict.file == row["file"]


def report(label: str, rows: Sequence[Row], verdicts: Sequence[WheelVerdict]) -> list[tuple[Row, WheelVerdict]]:
    """Prints the shares; returns the rows that differ."""
    answered = [(row, each) for row, each in zip(rows, verdicts, strict=True) if each.outcome is not Outcome.UNKNOWN]
    differing = [(row, verdict) for row, verdict in answered if not agrees(row, verdict)]
    same = len(answered) - len(differing)
    share = f"{len(answered)} of {len(rows)} answered ({100 * len(answered) / len(rows):.1f} %)"
    print(f"{label}: {share}, {same} of these agree with pip ({100 * same / max(1, len(answered)):.1f} %)")
    return differing


def explained(differing: Sequence[tuple[Row, WheelVerdict]], as_of: str, settings: IndexSettings) -> bool:
    """Whether the index has moved on, for every row that differs; prints the files, or the rows where it has not."""
    reasons: Counter[str] = Counter()
    for name in sorted({verdict.name for _, verdict in differing}):
        files = listed(name, settings)
        for row, verdict in differing:
            if verdict.name == name:
                why = why_moved(row, verdict, files, as_of)
                reasons[why or ""] += 1
                if why is None:
                    print(f"{json.dumps(row)}: we say {verdict.outcome}, {verdict.file or verdict.reason}")
    unexplained = reasons.pop("", 0)
    for why, number in sorted(reasons.items()):
        print(f"{number} of them differ because {why}")
    if differing and not unexplained:
        print(f"{len(differing)} rows differ, all because the index has moved on since the listing of {as_of}")
    return not unexplained


def why_moved(row: Row, verdict: WheelVerdict, files: Mapping[str, tuple[str, bool]], as_of: str) -> str | None:
    """`files` tells of each file when it was uploaded, and whether it is yanked."""
    uploaded, _ = files.get(verdict.file or "", ("", False))
    if uploaded >= as_of:
        return f"{verdict.file} was uploaded on {uploaded[:10]}, after the listing"
    former = row["file"]
    if former is not None and former not in files:
        return f"{former} is no longer listed"
    if former is not None and files[former][1]:
        return f"{former} is yanked, which it may not have been"
    return None


def listed(name: str, settings: IndexSettings) -> dict[str, tuple[str, bool]]:
    """What the main index says of each file; nothing where it does not speak JSON."""
    transport = Transport(settings, Bounds(), Statistics())
    try:
        head, content = transport.get_body(f"{settings.urls[0].rstrip('/')}/{name}/", {"Accept": JSON}, Bounds().page)
    finally:
        transport.close()
    if not head.headers.get("content-type", "").startswith(JSON):
        return {}
    found = cast("list[dict[str, object]]", json.loads(content)["files"])
    return {str(file["filename"]): (str(file.get("upload-time") or ""), bool(file.get("yanked"))) for file in found}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path, metavar="TRUTH")
    parser.add_argument("--online", action="store_true")
    arguments = parser.parse_args()
    truth = cast("Truth", json.loads(arguments.truth.read_bytes()))
    rows, snapshot = truth["rows"], Snapshot.shipped()
    offline = Sources([snapshot], [snapshot])
    agreed = not report("offline", rows, [verdict_on(row, offline) for row in rows])
    if arguments.online:
        with PackageIndex(find(), DiskCache(cache_folder()), bounds=Bounds(run=900)) as index:
            online = Sources([index, snapshot], [index, snapshot], [index])
            online.offers({canonicalize_name(Requirement(row["requirement"]).name) for row in rows})
            differing = report("online", rows, [verdict_on(row, online) for row in rows])
        agreed = explained(differing, truth["as_of"], find()) and agreed
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
