"""Everything that requirements install in an image: what they ask for, what that pulls in, and along which chain."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from lint_alpine.environment import Environment, markers, supported_tags
from lint_alpine.installs.dependency import Dependency, Locked, Requirements
from lint_alpine.wheels.catalogue import Catalogue
from lint_alpine.wheels.choice import Obstacle, Target, choose
from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.evidence import (
    Evidence,
    Explorer,
    Needs,
    NeedsSource,
    Offer,
    Origin,
    SdistSource,
    Unavailable,
    WheelSource,
)
from lint_alpine.wheels.wanted import (
    BROUGHT_BY_IMAGES,
    NO_EXTRAS,
    Candidate,
    Identifier,
    Wanted,
    holds,
    wanted_by,
)

if TYPE_CHECKING:
    from lint_alpine.wheels.resolution import Resolution

# The first pip whose resolver goes back where requirements disagree.
BACKTRACKS = Version("20.3")
# No chain of real requirements has 30.
LONGEST_CHAIN = 100
TOO_MANY = "it leads to more projects than are looked at"
USER, CONSTRAINT = "the requirements", "a constraint"
GAVE_UP = "the search for releases that go together was given up"


class Resolved(NamedTuple):
    """One package of a closure.

    `dependency` is the user's requirement that brings it, the first one in the file's order; `via` are the names from
    that requirement down to the parent, empty for the requirement itself. `distribution` is the file that pip takes, or
    None for the `reason` given: an `obstacle` among the files or requirements that disagree; `contested`: what is
    there already may do in its place, or in that of what asks for it. `known` is false where
    there is no evidence at all. `needs_unknown` tells why it is not known what the package pulls in itself.
    """

    name: str
    version: Version | None
    distribution: Distribution | None
    dependency: Dependency
    via: tuple[str, ...] = ()
    reason: str = ""
    evidence: Evidence | None = None
    known: bool = True
    needs_unknown: str | None = None
    obstacle: Obstacle | None = None
    contested: bool = False


def resolve(
    requirements: Requirements,
    environment: Environment,
    pip: Version | None,
    offers: WheelSource,
    needs: NeedsSource,
    sdists: SdistSource | None = None,
    explorer: Explorer | None = None,
) -> tuple[Resolved, ...]:
    """What that pip (None: the newest) installs in that image, markers judged for the image: first what the user asks
    for, as it is written, then what is pulled in, by name.

    Follows pip's resolver (resolution/resolvelib of pip 26; before 20.3 the first release found stays). Nothing is
    built: a source distribution whose needs no source can tell is reported as such. What cannot be had or is not known
    is left out, and the rest resolved without it. A function of its arguments apart from what the sources answer, each
    asked once for a thing.
    """
    image, tags = markers(environment), supported_tags(environment, pip)
    if environment.python is None or not image or not tags:
        return tuple(_unjudged(requirements.dependencies, environment))
    asked = tuple(each for each in requirements.dependencies if holds(each.requirement.marker, image))
    catalogue = Catalogue(
        offers=offers,
        needs=needs,
        target=Target(tags, Version(environment.python), pip, requirements.choice.any_python),
        markers=image,
        choice=requirements.choice,
        constraints=_constraints(requirements.constraints, image),
        sdists=sdists,
        explorer=explorer,
    )
    catalogue.files_at = {(each.name, url): file for each in asked for url, file in _named_files(each)}
    locked = _locked_packages(asked, catalogue)
    free = tuple(each for each in asked if each.name not in locked)
    catalogue.fixed = {name: Candidate(name, each.version, each.distribution) for name, each in locked.items()}
    packages = {**locked, **(_free_packages(free, catalogue) if free else {})}
    asked_for = list(_first_of_each(asked))
    pulled_in = sorted(packages.keys() - set(asked_for))
    return tuple(packages[name] for name in (*asked_for, *pulled_in))


def _unjudged(dependencies: Iterable[Dependency], environment: Environment) -> Iterator[Resolved]:
    """Where the image is not known no marker can be judged and no file chosen."""
    unknown = "Python" if not markers(environment) else "C library" if environment.libc is None else "platform"
    for name, each in _first_of_each(dependencies).items():
        yield Resolved(name, None, None, each, reason=each.opaque or f"the image's {unknown} is not known", known=False)


def _first_of_each(dependencies: Iterable[Dependency]) -> dict[str, Dependency]:
    first: dict[str, Dependency] = {}
    for each in dependencies:
        first.setdefault(each.name, each)
    return first


def _constraints(dependencies: Iterable[Dependency], image: Mapping[str, str]) -> dict[str, tuple[Wanted, ...]]:
    constraints: dict[str, tuple[Wanted, ...]] = {}
    for each in dependencies:
        if holds(each.requirement.marker, image):
            base, *_ = wanted_by(each.requirement, each.hashes, each.opaque)
            constraints[each.name] = (*constraints.get(each.name, ()), base)
    return constraints


def _locked_packages(asked: Iterable[Dependency], catalogue: Catalogue) -> dict[str, Resolved]:
    """A lock file lists all that is installed, so nothing is resolved, and nobody asked what they need."""
    first = _first_of_each(each for each in asked if each.locked is not None and not any(_named_files(each)))
    locked = {name: (each, each.locked) for name, each in first.items() if each.locked is not None}
    unlisted = [name for name, (each, lock) in locked.items() if not lock.distributions and each.opaque is None]
    catalogue.ask_offers(unlisted)
    return {name: _locked_package(dependency, release, catalogue) for name, (dependency, release) in locked.items()}


def _place(dependency: Dependency) -> str | None:
    """What is not looked for in indexes is told apart by its URL or path."""
    path = dependency.path if dependency.locked is not None else None
    return dependency.requirement.url or path or dependency.opaque


def _named_files(dependency: Dependency) -> Iterator[tuple[str, Distribution]]:
    """The wheel that is asked for by its URL or path, if it is one: its release binds what else is installed."""
    place = _place(dependency)
    if dependency.opaque is not None and dependency.locked is not None and place is not None:
        yield from ((place, file) for file in dependency.locked.distributions[:1])


def _locked_package(dependency: Dependency, locked: Locked, catalogue: Catalogue) -> Resolved:
    package = Resolved(dependency.name, None, None, dependency, reason=dependency.opaque or "", known=False)
    if dependency.opaque is not None:
        return package._replace(needs_unknown=f"{dependency.opaque}, which is not fetched")
    try:
        package = package._replace(version=Version(locked.version))
        specifier = SpecifierSet(f"=={locked.version}")
    except (InvalidVersion, InvalidSpecifier):
        return package._replace(reason=f"`{locked.version}` is not a version (PEP 440)")
    listed: Sequence[Distribution] = locked.distributions
    evidence = Evidence(Origin.LOCKFILE, "", locked.path)
    if not listed:
        match catalogue.offer(dependency.name):
            case Offer() as offer:
                listed, evidence = offer.distributions, offer.evidence
            case Unavailable() as unavailable:
                return package._replace(reason=unavailable.reason)
    choice = choose(listed, specifier, catalogue.target, catalogue.choice, dependency.hashes)
    return package._replace(
        distribution=choice.distribution,
        reason=choice.obstacle or "",
        evidence=evidence,
        known=True,
        obstacle=choice.obstacle,
    )


def _free_packages(free: Sequence[Dependency], catalogue: Catalogue) -> dict[str, Resolved]:
    from lint_alpine.wheels import resolution

    roots = [(each, wanted_by(each.requirement, each.hashes, _place(each))) for each in free]
    together = [wanted for _, wanted in roots]
    backtracks = catalogue.target.pip_is(BACKTRACKS) and not catalogue.choice.legacy_resolver
    resolved = resolution.resolve(together, catalogue, backtracks=backtracks)
    reached = _reached(roots, resolved.candidates, catalogue)
    packages = {name: _package(each, catalogue, resolved) for name, each in reached.items()}
    for name in {reached[name].dependency.name for name in catalogue.cut_off & reached.keys()}:
        packages[name] = packages[name]._replace(needs_unknown=TOO_MANY)
    return packages


class _Reached(NamedTuple):
    """A project on the way down from the user's requirements; `wanted` is what is asked of it, and by whom."""

    candidate: Candidate
    dependency: Dependency
    via: tuple[str, ...]
    wanted: list[tuple[Wanted, str]]


def _reached(
    roots: Sequence[tuple[Dependency, tuple[Wanted, ...]]],
    candidates: Mapping[Identifier, Candidate],
    catalogue: Catalogue,
) -> dict[str, _Reached]:
    """What the user's requirements lead to, each searched breadth first, so that its chains are the shortest ones."""
    reached: dict[str, _Reached] = {}
    for dependency, _ in roots:
        reached.setdefault(dependency.name, _Reached(candidates[dependency.name, NO_EXTRAS], dependency, (), []))
    searched: set[Identifier] = set()
    for dependency, wanted in roots:
        queue: deque[tuple[Wanted, tuple[str, ...], str]] = deque((each, (), USER) for each in wanted)
        while queue:
            each, via, parent = queue.popleft()
            if each.name in catalogue.fixed:
                continue
            here = _Reached(candidates[each.name, NO_EXTRAS], dependency, via, [])
            reached.setdefault(each.name, here).wanted.append((each, parent))
            candidate = candidates.get(each.identifier)
            # Old versions of pip drop extras that are asked for later.
            if candidate is None or each.identifier in searched:
                continue
            searched.add(each.identifier)
            for needed in catalogue.dependencies(candidate):
                is_below = needed.name != each.name and len(via) < LONGEST_CHAIN
                below = (*via, each.name) if is_below else via
                queue.append((needed, below, f"`{each.name}=={candidate.version}`"))
    return reached


def _package(reached: _Reached, catalogue: Catalogue, resolution: "Resolution") -> Resolved:
    candidate, name = reached.candidate, reached.candidate.name
    package = Resolved(name, candidate.version, candidate.distribution, reached.dependency, reached.via)
    if name in resolution.doubles:
        twice = " and ".join(f"`{each.url or each.specifier or name}`" for each, who in reached.wanted if who == USER)
        reason = f"`{name}` is asked for twice, as {twice}, which this pip does not take"
        return package._replace(distribution=None, reason=reason, obstacle=Obstacle.CONFLICT)
    if candidate.url is not None:
        return _direct(package, catalogue.target)
    if any(each.url is not None for each, _ in reached.wanted):
        return _missing(package, reached.wanted, catalogue, resolution)
    offer = catalogue.offer(name)
    if isinstance(offer, Unavailable):
        return package._replace(reason=offer.reason, known=False)
    if resolution.gave_up and not any(_is_pin(each) for each, whose in reached.wanted if whose == USER):
        return package._replace(version=None, distribution=None, reason=GAVE_UP, known=False)
    package = package._replace(evidence=offer.evidence)
    if candidate.distribution is None:
        return _missing(package, reached.wanted, catalogue, resolution)
    if catalogue.fault(candidate) is not None:
        broken = _why_needs_unknown(candidate.distribution, catalogue.declared(candidate), catalogue)
        reason = f"pip refuses {candidate.distribution.filename}: {broken}"
        return package._replace(distribution=None, reason=reason, known=False)
    if catalogue.choice.require_hashes and not _has_hash(name, reached.wanted, catalogue):
        missing = Obstacle.HASH_MISSING
        is_pulled_in = all(whose != USER for _, whose in reached.wanted)
        return package._replace(distribution=None, reason=str(missing), obstacle=missing, contested=is_pulled_in)
    return package._replace(
        needs_unknown=_why_needs_unknown(candidate.distribution, catalogue.declared(candidate), catalogue)
    )


def _is_pin(wanted: Wanted) -> bool:
    return any(each.operator in ("==", "===") and "*" not in each.version for each in SpecifierSet(wanted.specifier))


def _has_hash(name: str, wanted: Sequence[tuple[Wanted, str]], catalogue: Catalogue) -> bool:
    every = (*(each for each, _ in wanted), *catalogue.constraints.get(name, ()))
    return name in BROUGHT_BY_IMAGES or any(each.hashes for each in every)


def _direct(package: Resolved, target: Target) -> Resolved:
    """A direct reference says by its file name what it is; what it needs only its content tells."""
    what = package.dependency.opaque if not package.via and package.dependency.opaque else "it is a direct reference"
    package = package._replace(needs_unknown=f"{what}, which is not fetched")
    file = package.distribution
    if file is None:
        return package._replace(reason=what, known=False)
    if package.dependency.locked is not None and not package.via:
        package = package._replace(evidence=Evidence(Origin.LOCKFILE, "", package.dependency.locked.path))
    obstacle = choose([file], SpecifierSet(), target).obstacle
    if obstacle is None:
        return package
    return package._replace(distribution=None, reason=str(obstacle), obstacle=obstacle)


def _missing(
    package: Resolved, wanted: Sequence[tuple[Wanted, str]], catalogue: Catalogue, resolution: "Resolution"
) -> Resolved:
    """Why nothing was taken of a project: no file of it fits, or the requirements on it disagree."""
    every = [*wanted, *((each, CONSTRAINT) for each in catalogue.constraints.get(package.name, ()))]
    asked = sorted(
        {f"`{each.url or each.specifier}` by {whose}" for each, whose in every if each.url or each.specifier}
    )
    # What the user asks for stays as it is, whatever else pip would find.
    contested = any(whose != USER for _, whose in wanted)
    obstacle = Obstacle.CONFLICT if resolution.proven or not contested else None
    conflict = package._replace(obstacle=obstacle, contested=contested)
    if any(each.url is not None for each, _ in every):
        return conflict._replace(reason=f"`{package.name}` is asked for as {', '.join(asked)}")
    obstacle = catalogue.obstacle(package.name, [each for each, _ in every])
    if obstacle is None:
        return package._replace(reason=f"no release of `{package.name}` goes with what else is required")
    alone = next(((each, whose) for each, whose in every if catalogue.obstacle(package.name, [each])), None)
    if alone is not None:
        reason = _why_none(package.name, obstacle, *alone, catalogue)
        return package._replace(reason=reason, obstacle=obstacle, contested=alone[1] not in (USER, CONSTRAINT))
    return conflict._replace(reason=f"no release of `{package.name}` meets all of {', '.join(asked)}")


def _why_none(name: str, obstacle: Obstacle, wanted: Wanted, whose: str, catalogue: Catalogue) -> str:
    offer = catalogue.offer(name)
    told = catalogue.broken(name) if obstacle is Obstacle.BROKEN else None
    told = told or (offer.why_none if isinstance(offer, Offer) else None)
    if told is None and obstacle is Obstacle.NO_RELEASE and whose != USER:
        return f"{obstacle} `{wanted.specifier}`, which {whose} asks for"
    return told or str(obstacle)


def _why_needs_unknown(file: Distribution, declared: Needs | Unavailable | None, catalogue: Catalogue) -> str | None:
    if isinstance(declared, Needs) or catalogue.choice.no_deps:
        return None
    reason = declared.reason if declared is not None else "too many releases were asked for"
    return reason if file.is_wheel else f"`{file.filename}` is a source distribution, which is not built here: {reason}"
