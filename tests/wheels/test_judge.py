"""What pip would do about a set of requirements: older releases, refused wheels, a newer pip."""

import pytest
from packaging.requirements import Requirement

from lint_alpine.environment import Environment, Libc
from lint_alpine.examples import ExampleIndex
from lint_alpine.images import environment
from lint_alpine.installs.dependency import Dependency, FileChoice, Installer, Requirements
from lint_alpine.source import Source
from lint_alpine.wheels.judge import judge
from lint_alpine.wheels.sources import Sources
from lint_alpine.wheels.verdict import Outcome, WheelVerdict

NOWHERE = Source("requirements.txt", "").start
ANY = FileChoice()
OLD = environment("python:3.9.5-alpine")
NEW = environment("python:3.12-alpine")


def verdicts(
    wanted: str, index: str, choice: FileChoice = ANY, image: object = NEW, installer: Installer = Installer.PIP
) -> tuple[tuple[WheelVerdict, ...], tuple[WheelVerdict, ...]]:
    """Of requirements, one a word, with an index of files, one a line (or with `;`)."""
    assert isinstance(image, Environment)
    listed = ExampleIndex(index.replace(";", "\n"))
    dependencies = tuple(Dependency(Requirement(word), NOWHERE) for word in wanted.split())
    return judge(installer, Requirements(dependencies, choice=choice), image, Sources([listed], [listed]))


MUSL_1 = "a-1-cp312-cp312-musllinux_1_2_x86_64.whl; a-1-cp312-cp312-manylinux_2_28_x86_64.whl"
GLIBC_2 = "a-2-cp312-cp312-manylinux_2_28_x86_64.whl"


@pytest.mark.parametrize(
    ("wanted", "index", "choice", "newer"),
    [
        ("a", f"{MUSL_1}; {GLIBC_2}", ANY, "2"),
        ("a", f"a-1-py3-none-any.whl; {GLIBC_2}", ANY, "2"),
        ("a", f"a-1.tar.gz; a-1-py3-none-any.whl; {GLIBC_2}", FileChoice(no_binary=frozenset({"b"})), "2"),
        ("a<2", f"{MUSL_1}; {GLIBC_2}", ANY, None),
        ("a==1", f"{MUSL_1}; {GLIBC_2}", ANY, None),
        ("a", f"{MUSL_1}; {GLIBC_2} requires-python >=3.13", ANY, None),
        ("a", f"{MUSL_1}; {GLIBC_2} yanked", ANY, None),
        ("a", f"{MUSL_1}; a-2a1-cp312-cp312-manylinux_2_28_x86_64.whl", ANY, None),
        ("a", f"{MUSL_1}; a-2-cp313-cp313-manylinux_2_28_x86_64.whl", ANY, None),
        ("a", f"{MUSL_1}; a-2-cp312-cp312-win_amd64.whl", ANY, None),
        ("a", f"{MUSL_1}; a-2.tar.gz; {GLIBC_2}", FileChoice(prefer_binary=True), "2"),
        ("a", f"{MUSL_1}; a-2.tar.gz; {GLIBC_2}", FileChoice(only_binary=frozenset({":all:"})), "2"),
        ("b", f"b-1-py3-none-any.whl; b 1 needs a; {MUSL_1}; {GLIBC_2}", ANY, "2"),
        ("b", f"b-1-py3-none-any.whl; b 1 needs a<2; {MUSL_1}; {GLIBC_2}", ANY, None),
        ("a", f"{MUSL_1}; a-4.tar.gz requires-python >=3.13; a-3-py3-none-win32.whl; {GLIBC_2}", ANY, "2"),
    ],
)
def test_falls_back(wanted: str, index: str, choice: FileChoice, newer: str | None) -> None:
    *_, verdict = verdicts(wanted, index, choice)[0]
    assert (verdict.name, verdict.version) == ("a", "1")
    assert verdict.falls_back is (newer is not None)
    assert (verdict.alternative.version if verdict.alternative else None) == newer


def test_nothing_falls_back_on_glibc() -> None:
    (verdict,), _ = verdicts(
        "a", f"{MUSL_1}; a-2-cp312-cp312-musllinux_1_2_x86_64.whl", image=environment("python:3.12-slim")
    )
    assert (verdict.version, verdict.alternative) == ("1", None)


def refusing(option: str, *names: str) -> FileChoice:
    refused = frozenset(names)
    return FileChoice(no_binary=refused) if option == "no-binary" else FileChoice(only_binary=refused)


@pytest.mark.parametrize(
    ("index", "choice", "outcome", "refusal"),
    [
        (f"{MUSL_1}; a-1.tar.gz", ANY, Outcome.WHEEL, None),
        (f"{MUSL_1}; a-1.tar.gz", refusing("no-binary", ":all:"), Outcome.COMPILE, ("no-binary", "musl")),
        (f"{MUSL_1}; a-1.tar.gz", refusing("no-binary", "a"), Outcome.COMPILE, ("no-binary", "musl")),
        (f"{MUSL_1}; a-1.tar.gz", refusing("no-binary", "b"), Outcome.WHEEL, None),
        (MUSL_1, refusing("no-binary", ":all:"), Outcome.UNAVAILABLE, ("no-binary", "musl")),
        (
            "a-1.tar.gz; a-1-cp312-cp312-manylinux_2_28_x86_64.whl",
            refusing("no-binary", ":all:"),
            Outcome.COMPILE,
            None,
        ),
        ("a-1.tar.gz; a-1-py3-none-any.whl", refusing("no-binary", ":all:"), Outcome.PURE_BUILD, None),
        (
            "a-1.tar.gz; a-1-cp312-cp312-manylinux_2_28_x86_64.whl",
            refusing("only-binary", ":all:"),
            Outcome.UNAVAILABLE,
            ("only-binary", ".tar.gz"),
        ),
        ("a-1-cp312-cp312-manylinux_2_28_x86_64.whl", refusing("only-binary", ":all:"), Outcome.UNAVAILABLE, None),
        (
            "a-1.tar.gz; a-1-cp312-cp312-win_amd64.whl",
            FileChoice(no_binary=frozenset({":all:"}), only_binary=frozenset({"a"})),
            Outcome.UNAVAILABLE,
            ("only-binary", ".tar.gz"),
        ),
    ],
)
def test_refusals(index: str, choice: FileChoice, outcome: Outcome, refusal: tuple[str, str] | None) -> None:
    (verdict,), _ = verdicts("a", index, choice)
    assert verdict.outcome is outcome
    if refusal is None:
        assert verdict.refusal is None
    else:
        assert verdict.refusal is not None
        assert verdict.refusal.option == refusal[0]
        assert refusal[1] in verdict.refusal.file


OLD_MUSL = "a-1.tar.gz; a-1-cp39-cp39-musllinux_1_1_x86_64.whl"


@pytest.mark.parametrize(
    ("image", "installer", "index", "newer"),
    [
        (OLD, Installer.PIP, OLD_MUSL, ["wheel"]),
        (OLD, Installer.UV, OLD_MUSL, []),
        (OLD, Installer.PIP, "a-1.tar.gz; a-1-py3-none-any.whl", []),
        (OLD, Installer.PIP, "a-1.tar.gz; a-1-cp39-cp39-manylinux_2_28_x86_64.whl", ["compile"]),
        (NEW, Installer.PIP, "a-1.tar.gz; a-1-cp312-cp312-manylinux_2_28_x86_64.whl", []),
        # No pip for Python 3.5 knows musllinux.
        (environment("python:3.5-alpine"), Installer.PIP, "a-1.tar.gz; a-1-cp35-abi3-musllinux_1_1_x86_64.whl", []),
    ],
)
def test_with_a_newer_pip(image: Environment, installer: Installer, index: str, newer: list[str]) -> None:
    _, found = verdicts("a", index, image=image, installer=installer)
    assert [verdict.outcome.value for verdict in found] == newer


@pytest.mark.parametrize(
    ("file", "native", "bound"),
    [
        ("a-1-py3-none-any.whl", False, False),
        ("a-1-cp312-cp312-musllinux_1_2_x86_64.whl", True, True),
        ("a-1-cp37-abi3-musllinux_1_2_x86_64.whl", True, False),
        ("a-1-py3-none-musllinux_1_2_x86_64.whl", True, False),
        ("a-1-cp312-cp312-musllinux_1_1_x86_64.musllinux_1_2_x86_64.whl", True, True),
    ],
)
def test_what_a_wheel_holds(file: str, native: bool, bound: bool) -> None:
    (verdict,), _ = verdicts("a", file)
    assert (verdict.outcome, verdict.is_native, verdict.is_bound_to_python) == (Outcome.WHEEL, native, bound)


def test_musl_is_not_known_without_an_image() -> None:
    (verdict,), newer = verdicts("a", MUSL_1, image=Environment("x", libc=Libc("musl", None)))
    assert (verdict.outcome, newer) == (Outcome.UNKNOWN, ())


@pytest.mark.parametrize(
    ("image", "pip", "wheel"),
    [
        # Before pip 19.3 nobody reads manylinux2014, before 20.3 nobody reads PEP 600: slim compiles as well.
        ("python:3.8.0rc1-alpine3.10", "19.2.3", None),
        ("python:3.8.0rc1-alpine3.10", "26.0", "a-1-cp38-cp38-manylinux2014_x86_64.whl"),
        ("python:3.8.3-alpine3.12", "20.1.1", "a-1-cp38-cp38-manylinux2014_x86_64.whl"),
        ("python:3.8-alpine3.11", "20.0.2", "a-1-cp38-cp38-manylinux2014_x86_64.whl"),
    ],
)
def test_what_slim_installs_depends_on_its_pip(image: str, pip: str, wheel: str | None) -> None:
    present = environment(image)
    assert isinstance(present, Environment)
    index = "a-1.tar.gz; a-1-cp38-cp38-manylinux2014_x86_64.whl"
    (verdict,), _ = verdicts("a", index, image=present._replace(pip=pip))
    assert verdict.outcome is Outcome.COMPILE
    offered = verdict.alternative
    assert (offered.file if offered and offered.outcome is Outcome.WHEEL else None) == wheel
