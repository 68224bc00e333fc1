"""What a compile needs and the stage does not have at that point."""

import posixpath
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from lint_alpine import data
from lint_alpine.environment import Environment
from lint_alpine.packages import Present
from lint_alpine.wheels.build_packages import NativeNeeds, needs_of
from lint_alpine.wheels.verdict import Outcome, WheelVerdict


class Lack(NamedTuple):
    """What is not there (`what`, as a clause), told at the first requirement that needs it, and the apk packages that
    would bring it (none: apk of this Alpine release has no cure)."""

    verdict: WheelVerdict
    what: str
    packages: tuple[str, ...]


class Shortage(NamedTuple):
    """What is missing for all that one command compiles: a compiler; Rust; the headers of each requirement, each header
    once."""

    compiler: Lack | None = None
    rust: Lack | None = None
    headers: tuple[tuple[WheelVerdict, tuple[str, ...]], ...] = ()

    @property
    def packages(self) -> tuple[str, ...]:
        """All that `apk add` has to bring before the command can succeed."""
        lacks = [lack.packages for lack in (self.compiler, self.rust) if lack]
        return tuple(dict.fromkeys(name for names in (*lacks, *(each for _, each in self.headers)) for name in names))


# Without data about a project its extension is taken for C: a Rust one needs the C compiler as well, as the linker.
_C_ALONE = frozenset({"c"})
# Rust calls gcc to link, and a Rust that is not apk's brings none.
_COMPILER_PACKAGES = {"c": ("gcc", "musl-dev"), "c++": ("g++",), "fortran": ("gfortran",), "rust": ("gcc", "musl-dev")}
# The variables that name another compiler than the one that Python was built with, and what they make dispensable.
_CHOICES = {"CC": ("gcc", "g++"), "CXX": ("g++",)}
_GNU = frozenset({"", "cc", "gcc", "c++", "g++"})


def find_shortage(
    verdicts: Sequence[WheelVerdict],
    present: Present,
    environment: Environment,
    variables: Mapping[str, str | None] | None = None,
) -> Shortage:
    """Nothing is claimed where more may be installed than is seen.

    `variables` are those of the command (None as a value: not known): `CC=clang` does without gcc.
    """
    compiled = [verdict for verdict in verdicts if verdict.outcome is Outcome.COMPILE]
    if not compiled or not present.complete:
        return Shortage()
    needs = {verdict: _needs(verdict, environment) for verdict in compiled}
    rust = _rust(needs, present, environment)
    brought_by_rust = rust is not None and bool(rust.packages)
    variables = variables or {}
    makes = {verdict for verdict, need in needs.items() if need and _calls_make(need, variables)}
    compiler = _compiler(needs, makes, present, brought_by_rust=brought_by_rust, replaced=_replaced(variables))
    told: set[str] = set()
    headers = []
    for verdict, need in needs.items():
        wanted = need.headers if need else ()
        if environment.python_prefix == "/usr":
            wanted = (*wanted, "python3-dev")
        lacking = tuple(
            name for name in present.lacks(*wanted) if name not in told and not (compiler and name in compiler.packages)
        )
        told.update(lacking)
        if lacking:
            headers.append((verdict, lacking))
    return Shortage(compiler, rust, tuple(headers))


def _needs(verdict: WheelVerdict, environment: Environment) -> NativeNeeds | None:
    return needs_of(verdict.name, verdict.version, environment.release)


def _calls_make(need: NativeNeeds, variables: Mapping[str, str | None]) -> bool:
    """Whether the project's own setup.py stops without make. What the recipes of distributions list may do without."""
    return "make" in need.tools and need.verified == "project" and need.spared_by not in variables


def _replaced(variables: Mapping[str, str | None]) -> frozenset[str]:
    """The compilers of GCC in whose place a variable names another program, or may."""
    return frozenset(
        package
        for variable, packages in _CHOICES.items()
        if variable in variables and _program(variables[variable]) not in _GNU
        for package in packages
    )


def _program(command: str | None) -> str | None:
    """`gcc` of `/usr/bin/gcc -pthread`."""
    return command if command is None else posixpath.basename((command.split() or [""])[0])


def _compiler(
    needs: Mapping[WheelVerdict, NativeNeeds | None],
    makes: Collection[WheelVerdict],
    present: Present,
    *,
    brought_by_rust: bool,
    replaced: frozenset[str],
) -> Lack | None:
    """The shortest list of compiler packages that serves all, at the first requirement that needs one of them."""
    lacking: dict[str, WheelVerdict] = {}
    for verdict, need in needs.items():
        languages = need.compilers if need else _C_ALONE
        # apk's rust depends on gcc and musl-dev: what needs no more than that is served by the cure for Rust.
        served = {"gcc", "musl-dev"} if brought_by_rust and "rust" in languages else set()
        wanted = [name for language in sorted(languages) for name in _COMPILER_PACKAGES.get(language, ())]
        if verdict in makes:
            wanted.append("make")
        for name in present.lacks(*wanted):
            if name not in served and name not in replaced:
                lacking.setdefault(name, verdict)
    if not lacking:
        return None
    first = next(iter(lacking.values()))
    if "gcc" in lacking and "clang" in present.packages:
        names = tuple(sorted(lacking.keys() - ({"gcc"} if "g++" in lacking else set())))
        return Lack(first, "`gcc`, which Python calls unless `CC` names another, is not installed", names)
    if "gcc" not in lacking:
        names = tuple(sorted(lacking))
        return Lack(
            first,
            f"{' and '.join(f'`{name}`' for name in names)} {'is' if len(names) == 1 else 'are'} not installed",
            names,
        )
    others = sorted(lacking.keys() - {"gcc", "g++", "make", "musl-dev"})
    return Lack(first, "no compiler is installed", ("build-base", *others))


def _rust(needs: dict[WheelVerdict, NativeNeeds | None], present: Present, environment: Environment) -> Lack | None:
    for verdict, need in needs.items():
        if need is None or "rust" not in need.compilers:
            continue
        available = _alpine_rust(environment.release)
        too_old = bool(available and need.minimum_rust and _version(available) < _version(need.minimum_rust))
        if present.lacks("cargo"):
            what = "no Rust is installed"
            if too_old:
                what += f", and that of Alpine {environment.release}, {available}, is older than {need.minimum_rust}"
            return Lack(verdict, what, () if too_old else ("cargo",))
        if too_old:
            what = f"the Rust of Alpine {environment.release}, {available}, is older than {need.minimum_rust}"
            return Lack(verdict, what, ())
    return None


def _alpine_rust(release: str | None) -> str | None:
    """The Rust of an Alpine release at the day it came out."""
    known = data.alpine()["releases"].get(release or "")
    return known.get("rust") if known else None


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())
