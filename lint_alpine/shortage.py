"""What a compile needs and the stage does not have at that point."""

from collections.abc import Sequence
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
# What each kind of compiler is called by apk; `build-base` is the shortest way to more than plain C.
_COMPILERS = frozenset({"gcc", "g++", "musl-dev", "gfortran", "cargo", "rust", "make"})
_COMPILER_PACKAGES = {"c": ("gcc", "musl-dev"), "c++": ("g++",), "fortran": ("gfortran",)}


def find_shortage(verdicts: Sequence[WheelVerdict], present: Present, environment: Environment) -> Shortage:
    """Nothing is claimed where more may be installed than is seen."""
    compiled = [verdict for verdict in verdicts if verdict.outcome is Outcome.COMPILE]
    if not compiled or not present.complete:
        return Shortage()
    needs = {verdict: _needs(verdict, environment) for verdict in compiled}
    rust = _rust(needs, present, environment)
    compiler = _compiler(needs, present, brought_by_rust=rust is not None)
    told: set[str] = set()
    headers = []
    for verdict, need in needs.items():
        wanted = (*_tools(need), *need.headers) if need else ()
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


def _tools(need: NativeNeeds) -> tuple[str, ...]:
    """The programs that the build calls beside the compilers: cmake, pkgconf, swig."""
    return tuple(name for name in need.compiler_packages if name not in _COMPILERS)


def _compiler(needs: dict[WheelVerdict, NativeNeeds | None], present: Present, *, brought_by_rust: bool) -> Lack | None:
    """The shortest list of compiler packages that serves all, at the first requirement that needs one of them."""
    lacking: dict[str, WheelVerdict] = {}
    for verdict, need in needs.items():
        languages = need.compilers if need else _C_ALONE
        # apk's rust depends on gcc and musl-dev: what needs no more than that is served by the cure for Rust.
        served = {"gcc", "musl-dev"} if brought_by_rust and "rust" in languages else set()
        wanted = [name for language in sorted(languages) for name in _COMPILER_PACKAGES.get(language, ())]
        if need and "make" in need.compiler_packages:
            wanted.append("make")
        for name in present.lacks(*wanted):
            if name not in served:
                lacking.setdefault(name, verdict)
    if not lacking:
        return None
    first = next(iter(lacking.values()))
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
