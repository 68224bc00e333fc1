"""Which of the source distributions that pip picks compile, and what the verdict says of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from lint_alpine.environment import Environment, Libc
from lint_alpine.installs.dependency import Dependency, Installer, Locked, Requirements
from lint_alpine.source import Source
from lint_alpine.wheels.distribution import Distribution, parse
from lint_alpine.wheels.evidence import Evidence, Needs, Offer, Origin, SdistContents, Unavailable
from lint_alpine.wheels.judge import judge
from lint_alpine.wheels.sources import Sources
from lint_alpine.wheels.verdict import Outcome, WheelVerdict

EVIDENCE = Evidence(Origin.INDEX, "2026-11-20", "https://index.example/simple")
IMAGE = Environment("demo:1", libc=Libc("musl", (1, 2)), arch="x86_64", python="3.12.4")
COMPILES = SdistContents("setuptools.build_meta", (), (("C", 1),), True, False)
IS_PURE = COMPILES._replace(sources=(), extension=False)
UNTOLD = COMPILES._replace(extension=False)
LEFT_OUT = COMPILES._replace(optional=True)


@dataclass
class Index:
    """An index with these files, and what it is asked about their insides."""

    files: Mapping[str, tuple[str, ...]]
    contents: Mapping[str, SdistContents]
    no_needs: bool = False
    asked: list[list[str]] = field(default_factory=list)

    def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]:
        return {name: self._offer(name) for name in names}

    def _offer(self, name: str) -> Offer | Unavailable:
        if name not in self.files:
            return Unavailable(name, "the index does not list it")
        return Offer(name, tuple(file for each in self.files[name] if (file := parse(each, name))), EVIDENCE)

    def needs(
        self, wanted: Mapping[tuple[str, Version], tuple[Distribution, ...]]
    ) -> Mapping[tuple[str, Version], Needs | Unavailable]:
        nothing = Needs((), frozenset())
        return {key: Unavailable(key[0], "known only by building it") if self.no_needs else nothing for key in wanted}

    def sdist_contents(self, files: Collection[Distribution]) -> Mapping[str, SdistContents | Unavailable]:
        self.asked.append(sorted(file.filename for file in files))
        return {f.filename: self.contents.get(f.filename) or Unavailable(f.name, "no time left") for f in files}


def verdicts(index: Index, *requirements: str, online: bool = True, locked: Locked | None = None) -> list[WheelVerdict]:
    source = Source("requirements.txt", "\n".join(requirements))
    dependencies = tuple(Dependency(Requirement(each), source.start, locked=locked) for each in requirements)
    sources = Sources([index], [index], sdists=[index] if online else [])
    found, _ = judge(Installer.PIP, Requirements(dependencies), IMAGE, sources)
    return list(found)


NO_WHEEL = "no wheel for CPython 3.12 on musl 1.2 x86_64"
NO_COMPILER = f"{NO_WHEEL}, and its source distribution needs no compiler: "
NOT_KNOWN = f"{NO_WHEEL}, and whether its source distribution is compiled is not known: neither wheels nor data tell "
NOT_KNOWN += "whether demo-one 1.0 is compiled, nor does its source distribution: "


@pytest.mark.parametrize(
    ("contents", "outcome", "reason"),
    [
        (COMPILES, Outcome.COMPILE, f"{NO_WHEEL}; its build files declare an extension of C"),
        (IS_PURE, Outcome.PURE_BUILD, f"{NO_COMPILER}it has no sources that are compiled"),
        (
            UNTOLD,
            Outcome.UNKNOWN,
            f"{NOT_KNOWN}its build files declare nothing that is compiled, though it has C sources",
        ),
        (None, Outcome.UNKNOWN, f"{NOT_KNOWN}no time left"),
    ],
)
def test_the_verdict_says_what_tells(contents: SdistContents | None, outcome: Outcome, reason: str) -> None:
    name = "demo_one-1.0.tar.gz"
    index = Index({"demo-one": (name,)}, {name: contents} if contents else {})
    (verdict,) = verdicts(index, "demo-one")
    assert (verdict.outcome, verdict.file, verdict.whole_reason) == (outcome, name, reason)


def test_all_that_is_open_is_asked_in_one_question_and_once() -> None:
    index = Index(
        {
            "demo-one": ("demo_one-1.0.tar.gz",),
            "demo-two": ("demo-two-1.0.zip", "demo_two-1.0-cp312-cp312-win_amd64.whl"),
            "demo-pure": ("demo-pure-1.0.tar.gz", "demo_pure-0.9-py3-none-any.whl"),
            "demo-wheel": ("demo-wheel-1.0.tar.gz", "demo_wheel-1.0-py3-none-any.whl"),
        },
        {"demo_one-1.0.tar.gz": COMPILES, "demo-two-1.0.zip": LEFT_OUT},
    )
    found = verdicts(index, "demo-one", "demo-two", "demo-pure", "demo-wheel", "absent")
    assert [verdict.outcome for verdict in found] == [
        Outcome.COMPILE,
        Outcome.PURE_BUILD,
        Outcome.PURE_BUILD,
        Outcome.WHEEL,
        Outcome.UNKNOWN,
    ]
    # The same files on the slim image are not asked about again.
    assert index.asked == [["demo-two-1.0.zip", "demo_one-1.0.tar.gz"]]


@pytest.mark.parametrize("contents", [COMPILES, IS_PURE])
def test_the_general_kind_of_a_project_counts_only_where_nobody_can_be_asked(contents: SdistContents) -> None:
    """uwsgi has no wheels; the data knows that its releases are compiled."""
    index = Index({"uwsgi": ("uwsgi-99.tar.gz",)}, {"uwsgi-99.tar.gz": contents})
    (online,) = verdicts(index, "uwsgi")
    (offline,) = verdicts(index, "uwsgi", online=False)
    assert offline.outcome is Outcome.COMPILE
    assert online.outcome is (Outcome.COMPILE if contents is COMPILES else Outcome.PURE_BUILD)
    assert offline.compiled_because == "uwsgi is known to build an extension"


def test_a_locked_source_distribution_is_told_by_its_lock_file() -> None:
    files = ("demo-one-1.0.tar.gz", "demo_one-1.0-cp312-cp312-win_amd64.whl")
    locked = Locked("1.0", tuple(file for name in files if (file := parse(name, "demo-one"))), "uv.lock")
    (verdict,) = verdicts(Index({}, {}), "demo-one", online=False, locked=locked)
    assert (verdict.outcome, verdict.compiled_because) == (
        Outcome.COMPILE,
        "the wheels of demo-one 1.0 are compiled",
    )


def test_unknown_dependencies_are_in_the_reason() -> None:
    name = "demo_one-1.0-py3-none-any.whl"
    (verdict,) = verdicts(Index({"demo-one": (name,)}, {}, no_needs=True), "demo-one")
    assert verdict.outcome is Outcome.WHEEL
    assert verdict.whole_reason == (
        "a wheel fits CPython 3.12 on musl 1.2 x86_64; what it pulls in is not known: known only by building it"
    )
