"""What pip takes, of made-up projects and of those in the shipped snapshot."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import compatible_tags, cpython_tags
from packaging.version import Version

from lint_alpine.installs.dependency import FileChoice
from lint_alpine.wheels.choice import ANY_FILE, NO_HASHES, Choice, Obstacle, Target, candidates, choose
from lint_alpine.wheels.distribution import Distribution, parse, parse_requires_python
from lint_alpine.wheels.evidence import Offer
from lint_alpine.wheels.listing import KnownRelease, Listing
from lint_alpine.wheels.snapshot import Snapshot


def target(python: str = "3.12.4", *platforms: str, pip: str | None = None) -> Target:
    accepted = platforms or ("musllinux_1_2_x86_64", "musllinux_1_1_x86_64", "linux_x86_64")
    major, minor = Version(python).release[:2]
    tags = (
        *cpython_tags((major, minor), platforms=accepted),
        *compatible_tags((major, minor), f"cp{major}{minor}", accepted),
    )
    return Target(tags, Version(python), Version(pip) if pip else None)


def listed(*lines: str) -> list[Distribution]:
    """Each line: a file name, then ` python=SPECIFIER`, ` yanked`, ` sha256=DIGEST` where they are known."""
    return list(_listed(lines))


def _listed(lines: tuple[str, ...]) -> Iterator[Distribution]:
    for line in lines:
        filename, *words = line.split()
        values = dict(word.split("=", 1) for word in words if "=" in word)
        file = parse(
            filename,
            "demo",
            requires_python=parse_requires_python(values.get("python")),
            yanked="yanked" in words,
            hashes=tuple((name, values[name]) for name in ("sha256", "md5") if name in values),
        )
        assert file is not None
        yield file


def chosen(
    files: list[Distribution],
    specifier: str = "",
    on: Target | None = None,
    choice: FileChoice = ANY_FILE,
    hashes: frozenset[tuple[str, str]] = NO_HASHES,
) -> str | Obstacle | None:
    made = choose(files, SpecifierSet(specifier), on or target(), choice, hashes)
    return made.distribution.filename if made.distribution else made.obstacle


WHEEL = "demo-1.0-cp312-cp312-musllinux_1_2_x86_64.whl"
GLIBC = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"
PURE = "demo-1.0-py3-none-any.whl"
SDIST = "demo-1.0.tar.gz"


@pytest.mark.parametrize(
    ("files", "specifier", "expected"),
    [
        # The newest release decides, even if only its source distribution fits.
        ((WHEEL, "demo-1.1.tar.gz"), "", "demo-1.1.tar.gz"),
        ((WHEEL, "demo-1.10.tar.gz", "demo-1.9.tar.gz"), "<1.10", "demo-1.9.tar.gz"),
        ((WHEEL, "demo-1.1-cp311-cp311-musllinux_1_2_x86_64.whl"), "", WHEEL),
        # Within a release: the most preferred tag, then the build tag; the source distribution last.
        ((SDIST, GLIBC, WHEEL), "", WHEEL),
        ((SDIST, GLIBC, PURE), "", PURE),
        ((SDIST, GLIBC), "", SDIST),
        ((PURE, WHEEL), "", WHEEL),
        ((WHEEL.replace("_1_2_", "_1_1_"), WHEEL), "", WHEEL),
        ((WHEEL.replace("cp312-cp312", "cp38-abi3"), WHEEL), "", WHEEL),
        ((WHEEL.replace("cp312-cp312", "cp38-abi3"), SDIST), "", WHEEL.replace("cp312-cp312", "cp38-abi3")),
        (("demo-1.0-9-py3-none-any.whl", "demo-1.0-10-py3-none-any.whl", PURE), "", "demo-1.0-10-py3-none-any.whl"),
        # Of files that rank alike, the last one listed.
        (("demo-1.0.zip", SDIST), "", SDIST),
        ((SDIST, "demo-1.0.zip"), "", "demo-1.0.zip"),
        # Pre-releases: asked for by the specifier, or nothing else fits.
        ((SDIST, "demo-2.0rc1.tar.gz"), "", SDIST),
        ((SDIST, "demo-2.0rc1.tar.gz"), ">=1.0rc1", "demo-2.0rc1.tar.gz"),
        ((SDIST, "demo-2.0rc1.tar.gz"), "==2.0rc1", "demo-2.0rc1.tar.gz"),
        ((SDIST, "demo-2.0.dev3.tar.gz"), ">1.0", "demo-2.0.dev3.tar.gz"),
        ((GLIBC, "demo-2.0rc1.tar.gz"), "", "demo-2.0rc1.tar.gz"),
        # A final release that is yanked still counts as one.
        ((f"{SDIST} yanked", "demo-2.0rc1.tar.gz"), "", Obstacle.YANKED),
        # Yanked (PEP 592): only where the pin leaves nothing else.
        ((SDIST, "demo-1.1.tar.gz yanked"), "", SDIST),
        ((SDIST, "demo-1.1.tar.gz yanked"), "==1.1", "demo-1.1.tar.gz"),
        ((SDIST, "demo-1.1.tar.gz yanked"), "===1.1", "demo-1.1.tar.gz"),
        ((SDIST, "demo-1.1.tar.gz yanked"), "==1.1.*", Obstacle.YANKED),
        ((SDIST, "demo-1.1.tar.gz yanked"), ">1.0", Obstacle.YANKED),
        ((f"{WHEEL} yanked", SDIST), "==1.0", SDIST),
        # Requires-Python of the file; what is not PEP 440 is ignored.
        ((SDIST, "demo-1.1.tar.gz python=>=3.13"), "", SDIST),
        ((SDIST, "demo-1.1.tar.gz python=>=3.12.4"), "", "demo-1.1.tar.gz"),
        ((SDIST, "demo-1.1.tar.gz python=>=3.12.5"), "", SDIST),
        ((SDIST, "demo-1.1.tar.gz python=>=3.13.*"), "", "demo-1.1.tar.gz"),
        # Why nothing is left.
        ((), "", Obstacle.NO_RELEASE),
        ((SDIST,), ">1.0", Obstacle.NO_RELEASE),
        ((GLIBC, "demo-1.0-cp312-cp312-win_amd64.whl"), "", Obstacle.OTHER_PLATFORM),
        ((WHEEL.replace("cp312-cp312", "cp311-cp311"), GLIBC), "", Obstacle.OTHER_PYTHON),
        ((f"{SDIST} python=<3.12", GLIBC), "", Obstacle.OTHER_PYTHON),
    ],
)
def test_the_file_that_pip_takes(files: tuple[str, ...], specifier: str, expected: str | Obstacle) -> None:
    assert chosen(listed(*files), specifier) == expected


ALL = frozenset({":all:"})
DEMO = frozenset({"demo"})


@pytest.mark.parametrize(
    ("files", "choice", "expected"),
    [
        ((WHEEL, SDIST), FileChoice(no_binary=ALL), SDIST),
        ((WHEEL, SDIST), FileChoice(no_binary=DEMO), SDIST),
        ((WHEEL, SDIST), FileChoice(no_binary=frozenset({"other"})), WHEEL),
        ((WHEEL,), FileChoice(no_binary=ALL), Obstacle.WHEEL_REFUSED),
        ((WHEEL, "demo-1.1.tar.gz"), FileChoice(only_binary=ALL), WHEEL),
        ((GLIBC, SDIST), FileChoice(only_binary=ALL), Obstacle.SDIST_REFUSED),
        ((GLIBC,), FileChoice(only_binary=ALL), Obstacle.OTHER_PLATFORM),
        # The project's own option wins over that for all.
        ((WHEEL, SDIST), FileChoice(no_binary=DEMO, only_binary=ALL), SDIST),
        ((WHEEL, SDIST), FileChoice(no_binary=ALL, only_binary=DEMO), WHEEL),
        # Any wheel before any source distribution, however old.
        ((WHEEL, "demo-1.1.tar.gz"), FileChoice(prefer_binary=True), WHEEL),
        ((GLIBC, SDIST, "demo-1.1.tar.gz"), FileChoice(prefer_binary=True), "demo-1.1.tar.gz"),
        ((SDIST, "demo-2.0rc1.tar.gz"), FileChoice(pre=True), "demo-2.0rc1.tar.gz"),
        # --all-releases and --only-final: what names the project wins over `:all:`.
        ((SDIST, "demo-2.0rc1.tar.gz"), FileChoice(all_releases=DEMO), "demo-2.0rc1.tar.gz"),
        ((SDIST, "demo-2.0rc1.tar.gz"), FileChoice(all_releases=DEMO, only_final=ALL), "demo-2.0rc1.tar.gz"),
        ((SDIST, "demo-2.0rc1.tar.gz"), FileChoice(all_releases=frozenset({"other"})), SDIST),
        ((SDIST, "demo-2.0rc1.tar.gz"), FileChoice(pre=True, only_final=DEMO), SDIST),
        ((SDIST, "demo-2.0rc1.tar.gz"), FileChoice(pre=True, only_final=frozenset({"other"})), "demo-2.0rc1.tar.gz"),
        (("demo-2.0rc1.tar.gz",), FileChoice(), "demo-2.0rc1.tar.gz"),
        (("demo-2.0rc1.tar.gz",), FileChoice(only_final=DEMO), Obstacle.PRERELEASES),
        (("demo-2.0rc1.tar.gz",), FileChoice(only_final=ALL), Obstacle.PRERELEASES),
    ],
)
def test_how_pip_was_told_to_choose(files: tuple[str, ...], choice: FileChoice, expected: str | Obstacle) -> None:
    assert chosen(listed(*files), "", choice=choice) == expected


@pytest.mark.parametrize(
    ("files", "specifier", "hashes", "expected"),
    [
        # Only another platform's file is allowed: pip fails.
        ((f"{WHEEL} sha256=aa", f"{GLIBC} sha256=bb"), "==1.0", {"bb"}, Obstacle.HASHES),
        # Only the source distribution is allowed: pip builds it although a wheel exists.
        ((f"{WHEEL} sha256=aa", f"{SDIST} sha256=bb"), "==1.0", {"bb"}, SDIST),
        ((f"{WHEEL} sha256=aa", f"{SDIST} sha256=bb"), "==1.0", {"aa", "bb"}, WHEEL),
        ((f"{WHEEL} sha256=aa", f"{SDIST} sha256=bb"), "==1.0", {"cc"}, Obstacle.HASHES),
        ((WHEEL, f"{SDIST} sha256=bb"), "==1.0", {"bb"}, SDIST),
        ((WHEEL, f"{SDIST} sha256=bb"), "==1.0", {"cc"}, Obstacle.HASHES_NOT_KNOWN),
        ((f"{SDIST} md5=bb",), "==1.0", {"bb"}, Obstacle.HASHES_NOT_KNOWN),
        ((WHEEL, SDIST), "==1.0", {"aa"}, Obstacle.HASHES_NOT_KNOWN),
        # As many hashes as files: the lock lists all of them.
        ((WHEEL, SDIST), "==1.0", {"aa", "bb"}, WHEEL),
        ((WHEEL, SDIST), ">=1.0", {"aa", "bb"}, Obstacle.HASHES_NOT_KNOWN),
        ((f"{WHEEL} yanked sha256=aa", f"{SDIST} sha256=bb"), "==1.0", {"aa"}, WHEEL),
    ],
)
def test_hashes(files: tuple[str, ...], specifier: str, hashes: set[str], expected: str | Obstacle) -> None:
    allowed = frozenset(("sha256", digest) for digest in hashes)
    assert chosen(listed(*files), specifier, hashes=allowed) == expected


@pytest.mark.parametrize(
    ("files", "specifier", "pip", "expected"),
    [
        ((SDIST, "demo-1.1.tar.gz python=<3"), "", "8.1.2", "demo-1.1.tar.gz"),
        ((SDIST, "demo-1.1.tar.gz python=<3"), "", "9.0.0", SDIST),
        ((SDIST, "demo-1.1.tar.gz yanked"), "", "19.1.1", "demo-1.1.tar.gz"),
        ((SDIST, "demo-1.1.tar.gz yanked"), "", "19.2", SDIST),
        # Up to pip 21.3 what is yanked is the last resort, since 22.0 only of a pin.
        ((SDIST, "demo-1.1.tar.gz yanked"), ">1.0", "21.3.1", "demo-1.1.tar.gz"),
        ((SDIST, "demo-1.1.tar.gz yanked"), ">1.0", "22.0", Obstacle.YANKED),
        ((f"{SDIST} yanked",), "", "19.2", SDIST),
        ((f"{SDIST} yanked",), "", "22.0.4", Obstacle.YANKED),
        ((f"{SDIST} yanked",), "==1.0", "22.0.4", SDIST),
        (("demo-2.0rc1.tar.gz",), ">=1.0", "25.3", Obstacle.PRERELEASES),
        (("demo-2.0rc1.tar.gz",), ">=1.0", "26.0", "demo-2.0rc1.tar.gz"),
        (("demo-2.0rc1.tar.gz",), "", "25.3", "demo-2.0rc1.tar.gz"),
    ],
)
def test_older_pips(files: tuple[str, ...], specifier: str, pip: str, expected: str | Obstacle) -> None:
    assert chosen(listed(*files), specifier, target(pip=pip)) == expected


def test_a_prerelease_that_the_specifier_names_is_refused_where_only_final_ones_are_asked_for() -> None:
    early = listed("demo-2.0rc1.tar.gz")
    assert chosen(early, ">=2.0rc1") == "demo-2.0rc1.tar.gz"
    assert chosen(early, ">=2.0rc1", choice=FileChoice(only_final=DEMO)) is Obstacle.PRERELEASES


def test_requires_python_may_be_ignored() -> None:
    files = listed(SDIST, "demo-1.1.tar.gz python=<3", "demo-1.2-cp39-cp39-musllinux_1_2_x86_64.whl")
    assert chosen(files) == SDIST
    assert chosen(files, on=replace(target(), any_python=True)) == "demo-1.1.tar.gz"


@pytest.mark.parametrize(
    ("python", "requires", "fits"),
    [
        ("3.12.4", ">=3.12.5", False),
        ("3.12", ">=3.12.5", True),
        ("3.12", "!=3.12.0", True),
        ("3.15.0rc2", ">=3.15", True),
        ("3.12.4", "<3.12", False),
    ],
)
def test_the_python_that_requires_python_is_held_against(python: str, requires: str, fits: bool) -> None:
    expected = SDIST if fits else Obstacle.OTHER_PYTHON
    assert chosen(listed(f"{SDIST} python={requires}"), "", target(python)) == expected


def test_all_candidates_come_in_the_order_in_which_pip_tries_them() -> None:
    files = listed(SDIST, PURE, "demo-2.0.tar.gz", "demo-3.0a1.tar.gz", "demo-1.5.tar.gz yanked", GLIBC)
    names = [file.filename for file in candidates(files, SpecifierSet(), target())]
    assert names == ["demo-2.0.tar.gz", PURE, SDIST]


class Unreadable:
    """A release whose files must not be asked for."""

    def __init__(self, version: str, python: str | None = None) -> None:
        self.version = Version(version)
        self.pythons = (SpecifierSet(python) if python else None,)

    @property
    def files(self) -> list[Distribution]:
        raise AssertionError("read without need")


def test_only_releases_that_may_be_chosen_are_read() -> None:
    chosen = KnownRelease(Version("1.0"), tuple(listed(SDIST)))
    behind, excluded, other = Unreadable("0.9"), Unreadable("0.8"), Unreadable("2.0", ">=99")
    assert choose(Listing([chosen, behind]), SpecifierSet(), target()) == Choice(chosen.files[0])
    assert choose(Listing([excluded, chosen]), SpecifierSet("!=0.8"), target()) == Choice(chosen.files[0])
    assert choose(Listing([other, chosen, behind]), SpecifierSet(), target()) == Choice(chosen.files[0])


MUSL = ("musllinux_1_2_{0}", "musllinux_1_1_{0}", "musllinux_1_0_{0}", "linux_{0}")
OLD_MUSL = ("musllinux_1_1_{0}", "musllinux_1_0_{0}", "linux_{0}")
PANDAS_ON_GLIBC = "pandas-2.0.3-cp38-cp38-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
GLIBC_2_17 = ("manylinux_2_17_{0}", "manylinux2014_{0}", "linux_{0}")


@pytest.mark.parametrize(
    ("requirement", "python", "platforms", "arch", "expected"),
    [
        ("pandas==2.0.3", "3.8.20", MUSL, "x86_64", "pandas-2.0.3.tar.gz"),
        ("pandas<=2.1", "3.8.20", MUSL, "x86_64", "pandas-2.0.3.tar.gz"),
        ("pandas==2.0.3", "3.8.20", GLIBC_2_17, "x86_64", PANDAS_ON_GLIBC),
        ("pandas==2.2.3", "3.12.13", MUSL, "x86_64", "pandas-2.2.3-cp312-cp312-musllinux_1_2_x86_64.whl"),
        ("pandas==2.2.3", "3.12.13", OLD_MUSL, "x86_64", "pandas-2.2.3.tar.gz"),
        ("matplotlib==3.9.0", "3.12.13", MUSL, "x86_64", "matplotlib-3.9.0-cp312-cp312-musllinux_1_1_x86_64.whl"),
        ("matplotlib==3.9.0", "3.12.13", MUSL, "aarch64", "matplotlib-3.9.0.tar.gz"),
        ("cryptography==43.0.0", "3.8.20", MUSL, "x86_64", "cryptography-43.0.0-cp37-abi3-musllinux_1_2_x86_64.whl"),
        ("torch==2.4.0", "3.12.13", MUSL, "x86_64", Obstacle.OTHER_PLATFORM),
        ("torch==2.4.0", "3.13.0", MUSL, "x86_64", Obstacle.OTHER_PLATFORM),
        ("polars==1.0.0", "3.12.13", MUSL, "x86_64", "polars-1.0.0.tar.gz"),
    ],
)
def test_notorious_projects(
    requirement: str, python: str, platforms: tuple[str, ...], arch: str, expected: str | Obstacle
) -> None:
    wanted = Requirement(requirement)
    offer = Snapshot.shipped().offers([wanted.name])[wanted.name]
    assert isinstance(offer, Offer)
    on = target(python, *(platform.format(arch) for platform in platforms))
    made = choose(offer.distributions, wanted.specifier, on)
    assert (made.distribution.filename if made.distribution else made.obstacle) == expected
