"""Packages that give programs for glibc a place to run on musl, where someone may expect them to bring glibc's wheels."""

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
    """The first shim of each stage, if an install in it, or in one that is FROM it, lacks a wheel.

    None where the file speaks of manylinux: old pips took such wheels where a module `_manylinux` allowed it (PEP 513).
    """
    if "manylinux" in facts.dockerfile.source.text:
        return
    for stage in facts.stages:
        shim = next((package for package in _packages(stage) if _is_shim(package)), None)
        if shim is None or not stage.on_musl:
            continue
        verdicts = [verdict for install in facts.installs_on(stage) for verdict in _lack_wheels(install)]
        if verdicts:
            yield stage, UselessShim(shim, tuple(verdicts))


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
