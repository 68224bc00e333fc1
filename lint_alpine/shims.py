"""Packages that let programs for glibc run on musl, of which someone may expect that pip takes wheels for glibc."""

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lint_alpine.installs.install import ApkPackage, ApkVerb
from lint_alpine.wheels.verdict import Outcome, WheelVerdict

if TYPE_CHECKING:
    from lint_alpine.facts import Facts, PythonInstall, StageFacts

_SHIMS = frozenset({"gcompat", "libc6-compat", "glibc"})


class UselessShim(NamedTuple):
    """A package that does nothing for the packages of `verdicts`, which have a wheel for glibc and none for musl."""

    package: ApkPackage
    verdicts: tuple[WheelVerdict, ...]


def useless_shims(facts: "Facts") -> Iterator[tuple["StageFacts", UselessShim]]:
    """The first shim on which an install that lacks a wheel stands, in its own stage or in one below.

    None where the file speaks of manylinux: old pips took such wheels where a module `_manylinux` allowed it (PEP 513).
    """
    if "manylinux" in facts.dockerfile.source.text:
        return
    shims: list[tuple[StageFacts, ApkPackage] | None] = []
    lacking: dict[int, list[WheelVerdict]] = {}
    for stage in facts.stages:
        below = shims[stage.stage.base.stage] if stage.stage.base.stage is not None else None
        own = next((package for package in _packages(stage) if _is_shim(package)), None)
        shims.append(below or ((stage, own) if own is not None and stage.on_musl else None))
        if (found := shims[-1]) is not None:
            verdicts = lacking.setdefault(found[0].stage.index, [])
            verdicts += (verdict for install in stage.installs for verdict in _lack_wheels(install))
    for stage, shim in zip(facts.stages, shims, strict=True):
        if shim is not None and shim[0] is stage and (verdicts := lacking[stage.stage.index]):
            yield stage, UselessShim(shim[1], tuple(verdicts))


def _packages(stage: "StageFacts") -> Iterator[ApkPackage]:
    for addition in stage.apk_additions:
        if addition.install.verb is ApkVerb.ADD:
            yield from addition.install.packages


def _is_shim(package: ApkPackage) -> bool:
    """Alpine's own, or the packages that bring glibc itself: `glibc-2.35-r1.apk`."""
    name = posixpath.basename(package.name)
    return not package.conflict and (name in _SHIMS or name.startswith("glibc-"))


def _lack_wheels(install: "PythonInstall") -> tuple[WheelVerdict, ...]:
    compiled = install.compiled_for_want_of_wheels
    unavailable = (each for each in install.verdicts if each.outcome is Outcome.UNAVAILABLE and each.refusal is None)
    return tuple(
        verdict
        for verdict in (*compiled, *unavailable)
        if verdict.alternative is not None and verdict.alternative.outcome is Outcome.WHEEL
    )
