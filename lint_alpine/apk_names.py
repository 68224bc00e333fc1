"""Names of apk packages that an Alpine release does not have: gone by then, or not come yet."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine import data
from lint_alpine.alpine_releases import order
from lint_alpine.certain import must_succeed
from lint_alpine.installs.install import ApkPackage, ApkVerb
from lint_alpine.repositories import given_branches, may_add_names, replaces_repositories
from lint_alpine.source import Span
from lint_alpine.wheels.build_packages import apk_name

if TYPE_CHECKING:
    from lint_alpine.facts import ApkAddition, Facts, Run, StageFacts


class Absence(NamedTuple):
    """A name that a release does not have: `last` is the last release that had it, or `first` the first that will.

    `instead` is the name that the release has for the same thing, None where it has none. `python3` is set where not
    the name but Python 2, to which it belongs, is known to be gone: its name for Python 3, which may be there or not.
    """

    name: str
    release: str
    last: str | None
    first: str | None
    instead: str | None
    python3: str | None = None


class Absent(NamedTuple):
    """A package that `apk add` cannot find: its stage and RUN, the name in the word that asks for it, why it is not
    there, and the other branches from which the command takes packages: they do not have it either."""

    stage: "StageFacts"
    run: "Run"
    span: Span
    absence: Absence
    branches: tuple[str, ...] = ()


def absent_packages(facts: "Facts") -> Iterator[Absent]:
    """What the stages ask of apk and their Alpine releases do not have, as long as the repositories are the image's."""
    changed: list[bool] = []
    for stage in facts.stages:
        base = stage.stage.base.stage
        more = base is not None and changed[base]
        more = more or any(replaces_repositories(step.instruction) for step in stage.stage.steps)
        release = _release(stage)
        asked: dict[int, list[ApkAddition]] = {}
        for addition in stage.apk_additions:
            asked.setdefault(id(addition.run), []).append(addition)
        for run in stage.runs:
            more = more or not run.shell or may_add_names(run, release)
            for addition in () if more or release is None else asked.get(id(run), ()):
                if _is_asked(addition):
                    yield from _absent(stage, addition, release or "")
        changed.append(more)


def _release(stage: "StageFacts") -> str | None:
    """The Alpine release of an official image: who else builds one may have added repositories."""
    environment = stage.environment
    if environment is None or environment.distro != "alpine" or not environment.is_official:
        return None
    return environment.release


def _is_asked(addition: "ApkAddition") -> bool:
    install = addition.install
    # A list of repositories of the command's own.
    lists = any(
        argument.written.startswith(("--repositories", "--repository-")) for argument in install.command.arguments
    )
    return install.verb is ApkVerb.ADD and not lists and must_succeed(install.command)


def _absent(stage: "StageFacts", addition: "ApkAddition", release: str) -> Iterator[Absent]:
    branches = given_branches(addition.install)
    for package in addition.install.packages if branches is not None else ():
        if not (package.tag or package.conflict or package.file) and (why := absence(package.name, release)):
            others = tuple(branch for branch in branches or () if branch != release)
            if all(absence(package.name, branch) for branch in others):
                yield Absent(stage, addition.run, _name(package), why, others)


def _name(package: ApkPackage) -> Span:
    """The name alone: the version behind it stays as it is."""
    word = package.span
    at = word.text.find(package.name)
    return word if at < 0 else Span(word.source, word.begin + at, word.begin + at + len(package.name))


def absence(name: str, release: str) -> Absence | None:
    """None where the release has the package, or where nothing is known of it.

    Alpine's stable branches get no new names and lose none: what the recipes of main and community had on the day of
    release is what there is (data/apk.json).
    """
    entry = data.apk()["packages"].get(name)
    if entry is None:
        return _without_python2(name, release)
    last, first = _after(entry, release), _before(entry, release)
    if last is None and first is None:
        return None
    other = apk_name(name, release)
    there = other != name and absence(other, release) is None
    return Absence(name, release, last, first, other if there else None)


def _without_python2(name: str, release: str) -> Absence | None:
    """Of a package of Python 2, of which no more is known than its name: it needs a release with Python 2."""
    if not name.startswith(("py2-", "python2-")):
        return None
    last = max((each for each, entry in data.alpine()["releases"].items() if "python2" in entry), key=order)
    other = name.replace("2-", "3-", 1)
    there = other in data.apk()["packages"] and absence(other, release) is None
    return Absence(name, release, last, None, other if there else None, other) if order(release) > order(last) else None


def _after(entry: data.ApkPackage, release: str) -> str | None:
    """The last release with a package that has gone by then."""
    last = entry.get("last")
    return last if last is not None and order(release) > order(last) else None


def _before(entry: data.ApkPackage, release: str) -> str | None:
    """The first release after this one with a package that has not come yet, or is away for a while."""
    first = entry.get("first")
    if first is not None and order(release) < order(first):
        return first
    away = entry.get("missing_in", ())
    later = (each for each in data.alpine()["releases"] if order(each) > order(release) and each not in away)
    return next(later, None) if release in away else None
