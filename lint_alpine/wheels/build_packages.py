"""The apk packages that a source build needs, and what an installed apk package brings along."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from lint_alpine import data
from lint_alpine.alpine_releases import order, within

_COMPILERS = ("c", "c++", "rust", "fortran")


class NativeNeeds(NamedTuple):
    """What it takes to compile one release of a project on Alpine, and to run it afterwards.

    `kind` is `extension`, `pure`, `runtime-only` (loads or calls native software) or `binary-only` (has no source
    distribution). `compilers` are languages, `compiler_packages` the apk packages for them; `tools` those
    of the other programs that the build calls (make, cmake, pkgconf), which `spared_by` tells not to, if that variable
    is set. The build fails without `headers`; with `optional_headers` it
    gains a feature, or links a system library in place of its own copy, or nobody has checked. `optional_extension`: it
    installs without a compiler too, slower at run time. `runtime` must stay once it was compiled,
    `runtime_even_with_wheel` in any case; with `pure_wheels` no file for Linux brings these along. `minimum_rust` is
    the oldest rust that compiles it, as far as it is known. `verified` tells where the list of headers comes from:
    `measured`, `project`, `aports`, `debian`, `index`, or `unverified`.
    """

    kind: str = "extension"
    compilers: frozenset[str] = frozenset()
    compiler_packages: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    optional_headers: tuple[str, ...] = ()
    runtime: tuple[str, ...] = ()
    runtime_even_with_wheel: tuple[str, ...] = ()
    pure_wheels: bool = False
    optional_extension: bool = False
    alternative: str | None = None
    minimum_rust: str | None = None
    verified: str = "unverified"
    spared_by: str | None = None


def needs_of(name: str, version: str | None = None, release: str | None = None) -> NativeNeeds | None:
    """The needs of a project (normalised name), or None where nothing is known of it.

    Without a version those of its newest releases. The apk names are those of the Alpine release, or without one
    those of the newest.
    """
    forms = data.native()["packages"].get(name)
    if forms is None:
        return None
    form = _form(forms, version)
    words = form.get("toolchain", [])
    languages = [word for word in words if word in _COMPILERS]
    return NativeNeeds(
        kind=form.get("kind", "extension"),
        compilers=frozenset(languages),
        compiler_packages=_named(_packages(languages), release),
        tools=_named(_packages(word for word in words if word not in _COMPILERS), release),
        headers=_named(form.get("build", ()), release),
        optional_headers=_named(form.get("optional", ()), release),
        runtime=_named(form.get("runtime", ()), release),
        runtime_even_with_wheel=_named(form.get("runtime_even_with_wheel", ()), release),
        pure_wheels=form.get("pure_wheels", False),
        optional_extension=form.get("optional_extension", False),
        alternative=form.get("alternative"),
        minimum_rust=form.get("rust"),
        verified=form.get("verified", "unverified"),
        spared_by=form.get("spared_by"),
    )


def _form(forms: list[data.NativeForm], version: str | None) -> data.NativeForm:
    if version is None or len(forms) == 1:
        return forms[-1]
    from packaging.version import Version

    wanted = Version(version)
    return next((form for form in forms if "before" not in form or wanted < Version(form["before"])), forms[-1])


def _packages(words: Iterable[str]) -> list[str]:
    """The apk packages behind words such as `c++` and `autotools`."""
    return [package for word in words for package in data.native()["toolchain"][word]]


def _named(packages: Iterable[str], release: str | None) -> tuple[str, ...]:
    """The names under which a release has these packages, each once."""
    return tuple(dict.fromkeys(apk_name(package, release) for package in packages))


def apk_name(package: str, release: str | None) -> str:
    """The name that an Alpine release has for a package: `libpq-dev` was part of `postgresql-dev` before 3.15."""
    entry = data.apk()["packages"].get(package, {})
    substitute = entry.get("substitute")
    if substitute is not None and release is not None and order(release) < order(substitute["before"]):
        return apk_name(substitute["use"], release)
    successor = entry.get("successor", {})
    after, use = successor.get("after"), successor.get("use")
    if after is not None and use and (release is None or order(release) > order(after)):
        return use
    return package


@cache
def provides(package: str, release: str | None = None) -> frozenset[str]:
    """An apk package and all that its installation brings along, as far as the data knows.

    `build-base` brings gcc, g++, make and musl-dev; `cargo` brings rust and with it gcc; a `-dev` package brings its
    library and, for its pkg-config file, pkgconf. Names that mean the same (`libc-dev`, `musl-dev`) are all there.
    """
    found: set[str] = set()
    waiting = [package]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            brought = _brought(name, release)
            # The names that this release has for them as well: libssl3 is libssl1.1 up to 3.16.
            waiting += [*brought, *(apk_name(other, release) for other in brought)]
    return frozenset(found)


def _brought(name: str, release: str | None) -> list[str]:
    entry = data.apk()["packages"].get(name)
    if entry is None:
        return ["pkgconf"] if name.endswith("-dev") else ["python3"] if name.startswith("py3-") else []
    ranged = [
        each
        for each in entry.get("contains_in", ())
        if within(release or "edge", each.get("since"), each.get("before"))
    ]
    later = [package for each in ranged for package in each["packages"]]
    return [*entry.get("contains", ()), *entry.get("runtime", ()), *later]
