"""Which source distributions of a closure compile: by what is known, and else all are asked about in one question."""

from collections.abc import Iterable, Mapping

from lint_alpine.wheels.build_packages import needs_of
from lint_alpine.wheels.closure import Resolved
from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.evidence import Offer, SdistContents, Unavailable
from lint_alpine.wheels.native import Nativeness, is_native
from lint_alpine.wheels.sources import Sources


def compiled(packages: Iterable[Resolved], release: str | None, sources: Sources) -> Mapping[str, Nativeness]:
    """Whether what pip builds of each project (by its name) is compiled, on that Alpine release."""
    built = {each.name: each for each in packages if each.distribution is not None and not each.distribution.is_wheel}
    told = {name: _told(each, release, sources, None) for name, each in built.items()}
    open_files = {name: _file(built[name]) for name, each in told.items() if not each.settled}
    contents = sources.sdist_contents(tuple(open_files.values()))
    more = {name: _told(built[name], release, sources, contents[file.filename]) for name, file in open_files.items()}
    return {**told, **more}


def _file(resolved: Resolved) -> Distribution:
    assert resolved.distribution is not None
    return resolved.distribution


def _told(
    resolved: Resolved, release: str | None, sources: Sources, contents: SdistContents | Unavailable | None
) -> Nativeness:
    assert resolved.version is not None
    offer = sources.offers([resolved.name])[resolved.name]
    locked = resolved.dependency.locked if not resolved.via else None
    if locked is not None and not isinstance(offer, Offer) and resolved.evidence is not None:
        offer = Offer(resolved.name, locked.distributions, resolved.evidence)
    if not isinstance(offer, Offer):
        return Nativeness(None, f"nothing is known of {resolved.name}: {offer.reason}")
    return is_native(offer, resolved.version, needs_of(resolved.name, str(resolved.version), release), contents)
