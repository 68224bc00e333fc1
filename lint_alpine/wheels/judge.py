"""What pip would do about all that one command installs: the closure, and a verdict for each package of it."""

from collections.abc import Mapping
from itertools import islice, takewhile

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from lint_alpine.diagnostic import ApkPackages
from lint_alpine.environment import Environment, markers
from lint_alpine.images import slim_tag
from lint_alpine.installs.dependency import FileChoice, Installer, Requirements
from lint_alpine.wheels.build_packages import needs_of
from lint_alpine.wheels.builds import compiled
from lint_alpine.wheels.choice import Obstacle
from lint_alpine.wheels.closure import Resolved, resolve
from lint_alpine.wheels.evidence import Offer, Origin
from lint_alpine.wheels.listing import Release, releases_of
from lint_alpine.wheels.native import Nativeness
from lint_alpine.wheels.precedence import Folders, settle
from lint_alpine.wheels.sources import Sources
from lint_alpine.wheels.verdict import Alternative, Outcome, Refusal, WheelVerdict

# The first pip with PEP 656 (musllinux); what an older one compiles, this one may install.
KNOWS_MUSLLINUX = Version("21.2")
# Python 3.5 and 2.7 stay with pip 20.3.4.
NEEDS_PYTHON = Version("3.6")
_WHICH_PIP = "it depends on which pip is there, which is not known"
_FAILS = frozenset({Outcome.COMPILE, Outcome.UNAVAILABLE})
_INSTALLS = frozenset({Outcome.WHEEL, Outcome.PURE_BUILD})


def judge(
    installer: Installer,
    requirements: Requirements,
    environment: Environment,
    sources: Sources,
    folders: Folders | None = None,
) -> tuple[tuple[WheelVerdict, ...], tuple[WheelVerdict, ...]]:
    """The verdicts, and those that a current pip would reach, where the image's own is too old to know musllinux."""
    found = _judge(installer, requirements, environment, sources, folders)
    if installer is not Installer.PIP or environment.newest_pip is None:
        return found
    newest = environment._replace(pip=environment.newest_pip or None, newest_pip=None)
    verdicts, cured = _judge(installer, requirements, newest, sources, folders)
    others = {each.name: each for each in verdicts}
    return tuple(_if_either_way(verdict, others.get(verdict.name)) for verdict in found[0]), cured


def _if_either_way(verdict: WheelVerdict, other: WheelVerdict | None) -> WheelVerdict:
    """The verdict of the oldest pip that may be there, where that of the newest is the same."""
    if other is not None and (verdict.outcome, verdict.file) == (other.outcome, other.file):
        return verdict
    return WheelVerdict(
        dependency=verdict.dependency,
        name=verdict.name,
        version=None,
        via=verdict.via,
        environment=verdict.environment,
        outcome=Outcome.UNKNOWN,
        file=None,
        reason=_WHICH_PIP,
        evidence=verdict.evidence,
        needs_unknown=_WHICH_PIP,
    )


def _judge(
    installer: Installer,
    requirements: Requirements,
    environment: Environment,
    sources: Sources,
    folders: Folders | None = None,
) -> tuple[tuple[WheelVerdict, ...], tuple[WheelVerdict, ...]]:
    pip = _pip(installer, environment)
    requirements, sources = settle(requirements, markers(environment), sources, folders)
    verdicts = _verdicts(requirements, environment, pip, sources)
    if environment.libc is None or environment.libc.family != "musl":
        return verdicts, ()
    fails = any(verdict.outcome in _FAILS for verdict in verdicts)
    if not fails and not any(_passes_over(verdict, requirements.choice, sources) for verdict in verdicts):
        return verdicts, ()
    verdicts = _with_alternatives(verdicts, requirements, environment, pip, sources)
    verdicts = _with_refusals(verdicts, requirements, environment, pip, sources)
    if pip is None or pip >= KNOWS_MUSLLINUX or Version(environment.python or "0") < NEEDS_PYTHON:
        return verdicts, ()
    newer = _verdicts(requirements, environment, None, sources)
    cured = {verdict.name for verdict in newer if verdict.outcome is Outcome.WHEEL}
    ignorant = f"pip {pip} does not know musllinux wheels"
    return tuple(
        verdict._replace(reason=ignorant) if verdict.outcome is Outcome.COMPILE and verdict.name in cured else verdict
        for verdict in verdicts
    ), newer


def _pip(installer: Installer, environment: Environment) -> Version | None:
    """The version of the pip that chooses; None for a current one, as other installers bring."""
    # pipx keeps a pip for all its environments, and upgrades that when it makes it (its shared_libs.py).
    if installer is not Installer.PIP or environment.pip is None:
        return None
    try:
        return Version(environment.pip)
    except InvalidVersion:
        return None


def describe(environment: Environment) -> str:
    """`CPython 3.8 on musl 1.2 x86_64`: what a wheel has to fit."""
    python = environment.minor or "?"
    name = {"cpython": "CPython", "pypy": "PyPy"}.get(environment.implementation, environment.implementation)
    libc = environment.libc
    if libc is None:
        return f"{name} {python} {environment.arch}"
    version = ".".join(map(str, libc.version)) if libc.version else "?"
    return f"{name} {python} on {libc.family} {version} {environment.arch}"


def _verdicts(
    requirements: Requirements, environment: Environment, pip: Version | None, sources: Sources
) -> tuple[WheelVerdict, ...]:
    closure = resolve(requirements, environment, pip, sources, sources, sources, sources.explorer)
    builds = compiled(closure, environment.release, sources)
    return tuple(_verdict(each, environment, builds.get(each.name)) for each in closure)


def _verdict(resolved: Resolved, environment: Environment, build: Nativeness | None) -> WheelVerdict:
    outcome, reason = _outcome(resolved, environment, build)
    file = resolved.distribution.filename if resolved.distribution else None
    return WheelVerdict(
        dependency=resolved.dependency,
        name=resolved.name,
        version=str(resolved.version) if resolved.version else None,
        via=resolved.via,
        environment=environment,
        outcome=outcome,
        file=file,
        reason=reason,
        evidence=resolved.evidence,
        packages=_packages(resolved, environment) if outcome is Outcome.COMPILE else None,
        needs_unknown=resolved.needs_unknown,
        compiled_because=build.reason if build is not None and outcome is Outcome.COMPILE else None,
        contested=resolved.contested,
    )


def _outcome(resolved: Resolved, environment: Environment, build: Nativeness | None) -> tuple[Outcome, str]:
    if not resolved.known:
        return Outcome.UNKNOWN, resolved.reason
    chosen = resolved.distribution
    target = describe(environment)
    if chosen is None:
        # A listing that was shipped some time ago cannot tell that a release does not exist.
        shipped = resolved.evidence is not None and resolved.evidence.origin is Origin.SNAPSHOT
        if shipped and resolved.obstacle is Obstacle.NO_RELEASE:
            return Outcome.UNKNOWN, "the listing that was shipped has no release that matches"
        if shipped and resolved.obstacle is Obstacle.CONFLICT:
            return Outcome.UNKNOWN, f"in the listing that was shipped {resolved.reason}"
        if resolved.obstacle in (None, Obstacle.HASHES_NOT_KNOWN, Obstacle.BROKEN):
            return Outcome.UNKNOWN, resolved.reason
        return Outcome.UNAVAILABLE, _why_unavailable(resolved, environment)
    if chosen.is_wheel:
        return Outcome.WHEEL, f"a wheel fits {target}"
    assert build is not None
    no_wheel = f"no wheel for {target}"
    match build.native:
        case True:
            return Outcome.COMPILE, no_wheel
        case False:
            return Outcome.PURE_BUILD, f"{no_wheel}, and its source distribution needs no compiler: {build.reason}"
        case None:
            unknown = f"{no_wheel}, and whether its source distribution is compiled is not known"
            return Outcome.UNKNOWN, f"{unknown}: {build.reason}"


def _why_unavailable(resolved: Resolved, environment: Environment) -> str:
    match resolved.obstacle:
        case Obstacle.OTHER_PLATFORM:
            return f"no wheel for {describe(environment)}, and no source distribution"
        case Obstacle.OTHER_PYTHON:
            return f"what matches is not for Python {environment.python}"
        case _:
            return resolved.reason


def _packages(resolved: Resolved, environment: Environment) -> ApkPackages | None:
    needs = needs_of(resolved.name, str(resolved.version) if resolved.version else None, environment.release)
    if needs is None:
        return None
    build = dict.fromkeys((*needs.compiler_packages, *needs.headers))
    return ApkPackages(tuple(build), needs.runtime)


def _with_alternatives(
    verdicts: tuple[WheelVerdict, ...],
    requirements: Requirements,
    environment: Environment,
    pip: Version | None,
    sources: Sources,
) -> tuple[WheelVerdict, ...]:
    """The verdicts; those that are worse than on the slim image of the same Python, with what they are there."""
    slim = slim_tag(environment)
    if slim is None:
        return verdicts
    # The one that slim brings, or a newer one to which this file upgrades: old pips miss manylinux wheels too.
    theirs = _pip(Installer.PIP, slim.environment) if pip is not None else None
    newest = max(pip, theirs) if pip is not None and theirs is not None else None
    others: Mapping[str, WheelVerdict] = {
        verdict.name: verdict for verdict in _verdicts(requirements, slim.environment, newest, sources)
    }
    return tuple(
        verdict._replace(alternative=Alternative(slim.reference, other.outcome, other.file, other.version))
        if (other := others.get(verdict.name)) and (verdict.outcome in _FAILS or _is_older(verdict, other))
        else verdict
        for verdict in verdicts
    )


def _is_older(verdict: WheelVerdict, other: WheelVerdict) -> bool:
    installs = (verdict.outcome, other.outcome)
    if verdict.version is None or other.version is None or not _INSTALLS.issuperset(installs):
        return False
    return Version(verdict.version) < Version(other.version)


def _passes_over(verdict: WheelVerdict, choice: FileChoice, sources: Sources) -> bool:
    """Whether a release that is newer than the chosen one has, as its file names tell, something for other images
    alone: then pip takes an older one here without a word."""
    if verdict.outcome not in _INSTALLS or verdict.version is None or verdict.dependency.locked is not None:
        return False
    offer = sources.offers([verdict.name])[verdict.name]
    if not isinstance(offer, Offer):
        return False
    chosen = Version(verdict.version)
    allowed = SpecifierSet() if verdict.via else verdict.dependency.requirement.specifier
    newer = takewhile(lambda release: release.version > chosen, releases_of(offer.distributions))
    # Reading the files of a release takes time: what pip looks at first tells.
    first = islice((release for release in newer if allowed.contains(release.version, prereleases=False)), 3)
    return any(_is_for_others(release, choice) for release in first)


def _is_for_others(release: Release, choice: FileChoice) -> bool:
    wheels_alone = bool(choice.only_binary) or choice.prefer_binary or all(file.is_wheel for file in release.files)
    return wheels_alone and any(
        tag.platform.startswith("manylinux") for file in release.files for tag in file.tags or ()
    )


def _with_refusals(
    verdicts: tuple[WheelVerdict, ...],
    requirements: Requirements,
    environment: Environment,
    pip: Version | None,
    sources: Sources,
) -> tuple[WheelVerdict, ...]:
    """The verdicts that --no-binary or --only-binary is to blame for, with what would be taken without it."""
    choice = requirements.choice
    if not choice.no_binary and not choice.only_binary:
        return verdicts
    free = choice._replace(no_binary=frozenset(), only_binary=frozenset())
    others = {each.name: each for each in _verdicts(requirements._replace(choice=free), environment, pip, sources)}
    return tuple(
        _with_refusal(verdict, free_of_it, choice) if (free_of_it := others.get(verdict.name)) else verdict
        for verdict in verdicts
    )


def _with_refusal(verdict: WheelVerdict, free: WheelVerdict, choice: FileChoice) -> WheelVerdict:
    option = choice.option_for(verdict.name)
    if verdict.outcome not in _FAILS or option is None or free.file is None:
        return verdict
    wheel = free.outcome is Outcome.WHEEL
    # Who refuses a pure wheel may want the extension that only the source distribution has.
    if (option == "no-binary") is not wheel or (wheel and not free.is_native):
        return verdict
    reason = f"`--no-binary` refuses {free.file}" if verdict.outcome is Outcome.COMPILE else verdict.reason
    return verdict._replace(refusal=Refusal(option, free.file), reason=reason)
