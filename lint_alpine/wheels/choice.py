"""Which file pip would take: its finder's order over the files of one project, and why nothing is left.

Follows the finder and the resolver of pip 26 (`index/package_finder.py`, `resolution/resolvelib/factory.py`), with the
milestones on the way there.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.tags import Tag
from packaging.version import Version

from lint_alpine.installs.dependency import FileChoice
from lint_alpine.wheels.distribution import BuildTag, Distribution
from lint_alpine.wheels.listing import Release, releases_of

# The pip that was the first to heed data-requires-python, and yanked files (PEP 592).
HEEDS_REQUIRES_PYTHON = Version("9.0")
HEEDS_YANKED = Version("19.2")
# The first that takes yanked files for a pin alone; before, they were the last resort of any specifier.
REFUSES_YANKED = Version("22.0")
# The first with packaging 26: where a specifier leaves only pre-releases, they are taken. Before, `>=1` took none.
FALLS_BACK_TO_PRERELEASES = Version("26.0")

ANY_FILE = FileChoice()
NO_HASHES: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Target:
    """What pip runs on: the wheel tags that it accepts, the most preferred first, its Python, and its own version.

    A Python without a third number stands for the newest of its line; a pip that is None for the newest pip.
    `any_python`: it was told --ignore-requires-python.
    """

    tags: tuple[Tag, ...]
    python: Version
    pip: Version | None = None
    any_python: bool = False

    @cached_property
    def preferences(self) -> dict[Tag, int]:
        """The rank of each tag; the least is the most preferred."""
        return {tag: rank for rank, tag in reversed(list(enumerate(self.tags)))}

    @cached_property
    def platforms(self) -> frozenset[str]:
        return frozenset(tag.platform for tag in self.tags)

    @cached_property
    def full_python(self) -> Version:
        """As pip compares it with requires-python: three numbers, never a pre-release."""
        release = self.python.release
        return Version(".".join(map(str, release[:3] if len(release) > 2 else (*release, 99))))

    @cached_property
    def _judged(self) -> dict[int, tuple[SpecifierSet, bool]]:
        return {}

    def allows(self, requires_python: SpecifierSet | None) -> bool:
        """Whether a requires-python admits this Python. Files share these objects: each is judged once."""
        if requires_python is None or self.any_python:
            return True
        found = self._judged.get(id(requires_python))
        if found is None:
            found = self._judged[id(requires_python)] = (requires_python, requires_python.contains(self.full_python))
        return found[1]

    def pip_is(self, milestone: Version) -> bool:
        return self.pip is None or self.pip >= milestone


class Obstacle(StrEnum):
    """Why pip finds nothing that it can install."""

    NO_RELEASE = "no release matches"
    OTHER_PYTHON = "what matches is for other Python versions"
    OTHER_PLATFORM = "what matches is for other platforms, and there is no source distribution"
    WHEEL_REFUSED = "only a wheel fits, and --no-binary refuses it"
    SDIST_REFUSED = "only a source distribution fits, and --only-binary refuses it"
    PRERELEASES = "only pre-releases match, and they are not asked for"
    YANKED = "what matches is yanked, and not pinned"
    HASHES = "no file that fits has one of the hashes that are allowed"
    HASHES_NOT_KNOWN = "the hashes of the files are not known"
    HASH_MISSING = "pip requires hashes here, and there is no hash of it"
    CONFLICT = "requirements contradict each other"
    BROKEN = "pip refuses the METADATA of what matches"


class Choice(NamedTuple):
    """The file that pip takes, or None and what stands in the way."""

    distribution: Distribution | None
    obstacle: Obstacle | None = None


def choose(
    distributions: Iterable[Distribution],
    specifier: SpecifierSet,
    target: Target,
    choice: FileChoice = ANY_FILE,
    hashes: frozenset[tuple[str, str]] = NO_HASHES,
) -> Choice:
    """The file of a project that pip would install; `hashes` are the (algorithm, digest) that `--hash` allows."""
    best = next(candidates(distributions, specifier, target, choice, hashes), None)
    if best is not None:
        return Choice(best)
    return Choice(None, _obstacle(distributions, specifier, target, choice, hashes))


def candidates(
    distributions: Iterable[Distribution],
    specifier: SpecifierSet,
    target: Target,
    choice: FileChoice = ANY_FILE,
    hashes: frozenset[tuple[str, str]] = NO_HASHES,
) -> Iterator[Distribution]:
    """All files that pip could install, the one that it prefers first. Reads no more releases than are asked for."""
    fitting = _fitting(distributions, specifier, target)
    files: Iterator[Distribution] = (file for file in fitting if _is_format_allowed(file, choice))
    if choice.only_final:
        files = (file for file in files if not _is_prerelease(file, choice, taken=False))
    if not (choice.pre or specifier.prereleases):
        allowed = len(specifier) == 0 or target.pip_is(FALLS_BACK_TO_PRERELEASES)
        files = _unless_needed(files, lambda file: _is_prerelease(file, choice, taken=None), allowed=allowed)
    if hashes and not _covers_every_file(hashes, distributions, specifier):
        files = (file for file in files if not hashes.isdisjoint(file.hashes))
    if target.pip_is(HEEDS_YANKED):
        allowed = _is_pinned(specifier) or not target.pip_is(REFUSES_YANKED)
        files = _unless_needed(files, lambda file: file.yanked, allowed=allowed)
    if choice.prefer_binary:
        files = _later(files, lambda file: not file.is_wheel)
    return files


def _fitting(distributions: Iterable[Distribution], specifier: SpecifierSet, target: Target) -> Iterator[Distribution]:
    for release in _matching(distributions, specifier):
        if target.pip_is(HEEDS_REQUIRES_PYTHON) and not any(map(target.allows, release.pythons)):
            continue
        ranked = sorted(
            ((rank, file.build, file) for file in release.files if (rank := _rank(file, target)) is not None),
            key=_preference,
        )
        # From the back: of files that rank alike pip's resolver takes the one that the index lists last.
        yield from (file for _, _, file in reversed(ranked))


def _matching(distributions: Iterable[Distribution], specifier: SpecifierSet) -> Iterator[Release]:
    return (release for release in releases_of(distributions) if specifier.contains(release.version, prereleases=True))


def _preference(ranked: tuple[int, BuildTag, Distribution]) -> tuple[int, BuildTag]:
    rank, build, _ = ranked
    return -rank, build


def _rank(file: Distribution, target: Target) -> int | None:
    """The place of a file among those of its release, 0 the most preferred, or None if it does not fit."""
    if target.pip_is(HEEDS_REQUIRES_PYTHON) and not target.allows(file.requires_python):
        return None
    if file.tags is None:
        return len(target.tags)
    return min((target.preferences[tag] for tag in file.tags if tag in target.preferences), default=None)


def _is_format_allowed(file: Distribution, choice: FileChoice) -> bool:
    option = choice.option_for(file.name)
    return option is None or file.is_wheel is (option == "only-binary")


def _is_prerelease(file: Distribution, choice: FileChoice, *, taken: bool | None) -> bool:
    """Whether it is one, and of a project of which they are refused (false), or not spoken of."""
    return file.version.is_prerelease and choice.takes_prereleases(file.name) is taken


def _is_pinned(specifier: SpecifierSet) -> bool:
    return any(one.operator == "===" or (one.operator == "==" and not one.version.endswith(".*")) for one in specifier)


def _covers_every_file(
    hashes: frozenset[tuple[str, str]], distributions: Iterable[Distribution], specifier: SpecifierSet
) -> bool:
    """Whether as many hashes are allowed as the release has files, of which the source knows no hash.

    Tools that lock list the hash of every file of the release, so then all are allowed.
    """
    if not _is_pinned(specifier):
        return False
    files = [file for release in _matching(distributions, specifier) for file in release.files]
    return len(hashes) >= len(files) and not any(file.hashes for file in files)


def _unless_needed(
    files: Iterable[Distribution], is_last_resort: Callable[[Distribution], bool], *, allowed: bool
) -> Iterator[Distribution]:
    """The files without the last resorts; with nothing but them, all of them, if that is allowed."""
    last_resorts = []
    found = False
    for file in files:
        if is_last_resort(file):
            last_resorts.append(file)
        else:
            found = True
            yield file
    if allowed and not found:
        yield from last_resorts


def _later(files: Iterable[Distribution], is_later: Callable[[Distribution], bool]) -> Iterator[Distribution]:
    later = []
    for file in files:
        if is_later(file):
            later.append(file)
        else:
            yield file
    yield from later


def _obstacle(
    distributions: Iterable[Distribution],
    specifier: SpecifierSet,
    target: Target,
    choice: FileChoice,
    hashes: frozenset[tuple[str, str]],
) -> Obstacle:
    matching = [file for release in _matching(distributions, specifier) for file in release.files]
    fitting = list(_fitting(distributions, specifier, target))
    accepted = [file for file in fitting if _is_format_allowed(file, choice)]
    if not matching:
        return Obstacle.NO_RELEASE
    if not fitting:
        here = any(file.tags is None or _is_for(file.tags, target.platforms) for file in matching)
        return Obstacle.OTHER_PYTHON if here else Obstacle.OTHER_PLATFORM
    if not accepted:
        return Obstacle.WHEEL_REFUSED if fitting[0].is_wheel else Obstacle.SDIST_REFUSED
    if next(candidates(accepted, specifier, target, choice), None) is None:
        return Obstacle.YANKED if any(file.yanked for file in accepted) else Obstacle.PRERELEASES
    algorithms = {algorithm for algorithm, _ in hashes}
    known = all(any(algorithm in algorithms for algorithm, _ in file.hashes) for file in accepted)
    return Obstacle.HASHES if known else Obstacle.HASHES_NOT_KNOWN


def _is_for(tags: frozenset[Tag], platforms: frozenset[str]) -> bool:
    return any(tag.platform in platforms for tag in tags)
