"""Tags of the Python image that move on to the next minor version, and what is installed on them for this one alone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine import data
from lint_alpine.python_tags import PythonTag, Variant
from lint_alpine.references import ImageReference
from lint_alpine.wheels.verdict import Outcome, WheelVerdict

if TYPE_CHECKING:
    from lint_alpine.facts import Facts, StageFacts


class Floating(NamedTuple):
    """`python:3-alpine`, on the day `as_of` (ISO) the same image as `pinned`, with the verdicts whose wheels are for
    its Python alone."""

    reference: str
    pinned: str
    as_of: str
    verdicts: tuple[WheelVerdict, ...]


def floating_tags(facts: "Facts") -> Iterator[tuple["StageFacts", Floating]]:
    """With what is installed in the stage itself and in those that stand on it."""
    bound: dict[int, list[WheelVerdict]] = {}
    roots: list[StageFacts] = []
    for stage in facts.stages:
        roots.append(stage if stage.stage.base.stage is None else roots[stage.stage.base.stage])
        verdicts = (verdict for install in stage.installs for verdict in install.verdicts)
        bound.setdefault(roots[-1].stage.index, []).extend(each for each in verdicts if _is_bound(each, roots[-1]))
    for stage in facts.stages:
        verdicts_here = bound.get(stage.stage.index)
        pinned = _pinned(stage) if verdicts_here and stage.on_musl else None
        if pinned is not None and verdicts_here:
            yield stage, Floating(stage.image, pinned, data.images()["as_of"], tuple(verdicts_here))


def _pinned(stage: "StageFacts") -> str | None:
    """The reference with the minor version in it; None where it has one already, or a digest."""
    minor = stage.environment.minor if stage.environment is not None else None
    reference = stage.stage.base.reference or ""
    try:
        image = ImageReference.parse(reference)
    except ValueError:
        return None
    tag = PythonTag.parse(image.tag or "") if image.repository == "python" and image.digest is None else None
    if minor is None or tag is None or tag.variant is not Variant.ALPINE or tag.version not in ("", "3"):
        return None
    return f"{reference.rpartition(':')[0]}:{tag._replace(version=minor)}"


def _is_bound(verdict: WheelVerdict, stage: "StageFacts") -> bool:
    """A wheel for the Python of the image, and for no other minor version."""
    same = stage.environment is not None and verdict.environment.python == stage.environment.python
    return same and verdict.outcome is Outcome.WHEEL and verdict.is_bound_to_python
