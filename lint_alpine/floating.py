"""Tags of the Python image that move on to the next minor version, and what is installed on them for this one alone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.python_tags import PythonTag, Variant
from lint_alpine.references import ImageReference
from lint_alpine.wheels.verdict import Outcome, WheelVerdict

if TYPE_CHECKING:
    from lint_alpine.facts import Facts, StageFacts


class Floating(NamedTuple):
    """`python:3-alpine`, today the same image as `pinned`, with the verdicts whose wheels are for its Python alone."""

    reference: str
    pinned: str
    verdicts: tuple[WheelVerdict, ...]


def floating_tags(facts: "Facts") -> Iterator[tuple["StageFacts", Floating]]:
    for stage in facts.stages:
        reference = stage.stage.base.reference
        pinned = _pinned(stage) if stage.stage.base.stage is None and stage.on_musl else None
        if reference is None or pinned is None:
            continue
        indexes = {stage.stage.index}
        verdicts: list[WheelVerdict] = []
        for other in facts.stages:
            if other is stage or other.stage.base.stage in indexes:
                indexes.add(other.stage.index)
                verdicts += (verdict for install in other.installs for verdict in install.verdicts if _moves(verdict, stage))
        if verdicts:
            yield stage, Floating(reference, pinned, tuple(verdicts))


def _pinned(stage: "StageFacts") -> str | None:
    """The reference with the minor version in it; None where it has one already, or a digest."""
    environment = stage.environment
    try:
        image = ImageReference.parse(stage.stage.base.reference or "")
    except ValueError:
        return None
    tag = PythonTag.parse(image.tag or "") if image.repository == "python" and image.digest is None else None
    if tag is None or tag.variant is not Variant.ALPINE or "." in tag.version or environment is None:
        return None
    if environment.python is None or not tag.version.isdecimal() and tag.version:
        return None
    minor = ".".join(environment.python.split(".")[:2])
    return f"python:{tag._replace(version=minor)}"


def _moves(verdict: WheelVerdict, stage: "StageFacts") -> bool:
    """A wheel for the Python of the image, and for no other minor version."""
    same = stage.environment is not None and verdict.environment.python == stage.environment.python
    return same and verdict.outcome is Outcome.WHEEL and verdict.is_bound_to_python
