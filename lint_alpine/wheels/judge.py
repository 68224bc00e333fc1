"""What pip would do about all that one command installs: the closure, and a verdict for each package of it."""

from collections.abc import Mapping

from packaging.version import InvalidVersion, Version

from lint_alpine.diagnostic import ApkPackages
from lint_alpine.environment import Environment
from lint_alpine.images import slim_tag
from lint_alpine.installs.dependency import Installer, Requirements
from lint_alpine.wheels.build_packages import needs_of
from lint_alpine.wheels.choice import Obstacle
from lint_alpine.wheels.closure import Resolved, resolve
from lint_alpine.wheels.evidence import Offer, Origin
from lint_alpine.wheels.native import is_native
from lint_alpine.wheels.sources import Sources
from lint_alpine.wheels.verdict import Alternative, Outcome, WheelVerdict

# The first pip with PEP 656 (musllinux); what an older one compiles, this one may install.
KNOWS_MUSLLINUX = Version("21.2")


def judge(
    installer: Installer, requirements: Requirements, environment: Environment, sources: Sources
) -> tuple[tuple[WheelVerdict, ...], tuple[WheelVerdict, ...]]:
    """The verdicts, and those that a current pip would reach, where the image's own is too old to know musllinux."""
    pip = _pip(installer, environment)
    verdicts = _verdicts(requirements, environment, pip, sources)
    on_musl = environment.libc is not None and environment.libc.family == "musl"
    if not on_musl or all(verdict.outcome not in (Outcome.COMPILE, Outcome.UNAVAILABLE) for verdict in verdicts):
        return verdicts, ()
    verdicts = _with_alternatives(verdicts, requirements, environment, sources)
    if pip is None or pip >= KNOWS_MUSLLINUX:
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
    if installer not in (Installer.PIP, Installer.PIPX) or environment.pip is None:
        return None
    try:
        return Version(environment.pip)
    except InvalidVersion:
        return None


def describe(environment: Environment) -> str:
    """`CPython 3.8 on musl 1.2 x86_64`: what a wheel has to fit."""
    python = ".".join((environment.python or "?").split(".")[:2])
    name = {"cpython": "CPython", "pypy": "PyPy"}.get(environment.implementation, environment.implementation)
    libc = environment.libc
    if libc is None:
        return f"{name} {python} {environment.arch}"
    version = ".".join(map(str, libc.version)) if libc.version else "?"
    return f"{name} {python} on {libc.family} {version} {environment.arch}"


def _verdicts(
    requirements: Requirements, environment: Environment, pip: Version | None, sources: Sources
) -> tuple[WheelVerdict, ...]:
    closure = resolve(requirements, environment, pip, sources, sources)
    elsewhere = [url for url in requirements.indexes if url not in sources.asked]
    return tuple(_verdict(resolved, environment, sources, elsewhere) for resolved in closure.packages)


def _verdict(resolved: Resolved, environment: Environment, sources: Sources, elsewhere: list[str]) -> WheelVerdict:
    outcome, reason = _outcome(resolved, environment, sources)
    if elsewhere and outcome not in (Outcome.WHEEL, Outcome.UNKNOWN):
        outcome, reason = (
            Outcome.UNKNOWN,
            "it may come from an index that only the linted files name, which is not asked",
        )
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
    )


def _outcome(resolved: Resolved, environment: Environment, sources: Sources) -> tuple[Outcome, str]:
    if not resolved.known:
        return Outcome.UNKNOWN, resolved.reason
    chosen = resolved.distribution
    target = describe(environment)
    if chosen is None:
        # A listing that was shipped some time ago cannot tell that a release does not exist.
        shipped = resolved.evidence is not None and resolved.evidence.origin is Origin.SNAPSHOT
        if shipped and resolved.obstacle is Obstacle.NO_RELEASE:
            return Outcome.UNKNOWN, "the listing that was shipped has no release that matches"
        # Requirements that contradict each other are nobody's wheels' fault, and no reason to speak of this image.
        if resolved.obstacle is None or resolved.obstacle is Obstacle.HASHES_NOT_KNOWN:
            return Outcome.UNKNOWN, resolved.reason
        return Outcome.UNAVAILABLE, _why_unavailable(resolved, environment)
    if chosen.is_wheel:
        return Outcome.WHEEL, f"a wheel fits {target}"
    native, why = _is_native(resolved, environment, sources)
    no_wheel = f"no wheel for {target}"
    match native:
        case True:
            return Outcome.COMPILE, no_wheel
        case False:
            return Outcome.PURE_BUILD, f"{no_wheel}, and its source distribution needs no compiler: {why}"
        case None:
            return Outcome.UNKNOWN, f"{no_wheel}, and whether its source distribution is compiled is not known"


def _why_unavailable(resolved: Resolved, environment: Environment) -> str:
    match resolved.obstacle:
        case Obstacle.OTHER_PLATFORM:
            return f"no wheel for {describe(environment)}, and no source distribution"
        case Obstacle.OTHER_PYTHON:
            return f"what matches is not for Python {environment.python}"
        case _:
            return resolved.reason


def _is_native(resolved: Resolved, environment: Environment, sources: Sources) -> tuple[bool | None, str]:
    assert resolved.version is not None
    offer = sources.offers([resolved.name])[resolved.name]
    if not isinstance(offer, Offer):
        # A lock file's own list of files.
        locked = resolved.dependency.locked
        if locked is None or resolved.evidence is None:
            return None, "nothing tells"
        offer = Offer(resolved.name, locked.distributions, resolved.evidence)
    return is_native(offer, resolved.version, needs_of(resolved.name, str(resolved.version), environment.release))


def _packages(resolved: Resolved, environment: Environment) -> ApkPackages | None:
    needs = needs_of(resolved.name, str(resolved.version) if resolved.version else None, environment.release)
    if needs is None:
        return None
    build = dict.fromkeys((*needs.compiler_packages, *needs.headers))
    return ApkPackages(tuple(build), needs.runtime)


def _with_alternatives(
    verdicts: tuple[WheelVerdict, ...], requirements: Requirements, environment: Environment, sources: Sources
) -> tuple[WheelVerdict, ...]:
    """Each verdict that is no wheel, with what the same requirement gets on the slim image of the same Python."""
    slim = slim_tag(environment)
    if slim is None:
        return verdicts
    others: Mapping[str, WheelVerdict] = {
        verdict.name: verdict for verdict in _verdicts(requirements, slim.environment, None, sources)
    }
    return tuple(
        verdict._replace(alternative=Alternative(slim.reference, other.outcome, other.file, other.version))
        if verdict.outcome in (Outcome.COMPILE, Outcome.UNAVAILABLE) and (other := others.get(verdict.name))
        else verdict
        for verdict in verdicts
    )
