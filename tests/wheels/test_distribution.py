"""File names as pip reads them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from lint_alpine.wheels.distribution import LONGEST_NAME, parse, parse_requires_python
from tests.steps import counted


@pytest.mark.parametrize(
    ("filename", "name", "version", "build", "tags"),
    [
        ("pandas-2.0.3-cp38-cp38-musllinux_1_1_x86_64.whl", "pandas", "2.0.3", (), {"cp38-cp38-musllinux_1_1_x86_64"}),
        ("six-1.16.0-py2.py3-none-any.whl", "six", "1.16.0", (), {"py2-none-any", "py3-none-any"}),
        ("scikit_learn-1.3.0-cp38-cp38-win32.whl", "scikit-learn", "1.3.0", (), {"cp38-cp38-win32"}),
        ("RPi.GPIO-0.7.1-cp27-cp27mu-linux_armv6l.whl", "rpi-gpio", "0.7.1", (), {"cp27-cp27mu-linux_armv6l"}),
        ("demo-1.0-2abc-py3-none-any.whl", "demo", "1.0", (2, "abc"), {"py3-none-any"}),
        ("demo-4.21.0_rc_2-py3-none-any.whl", "demo", "4.21.0rc2", (), {"py3-none-any"}),
        ("demo-1!2.0+local.1-py3-none-any.whl", "demo", "1!2.0+local.1", (), {"py3-none-any"}),
    ],
)
def test_wheels(filename: str, name: str, version: str, build: tuple[()] | tuple[int, str], tags: set[str]) -> None:
    wheel = parse(filename, name)
    assert wheel is not None
    assert (wheel.version, wheel.build) == (Version(version), build)
    assert wheel.tags is not None
    assert {str(tag) for tag in wheel.tags} == tags


@pytest.mark.parametrize(
    ("filename", "name", "version"),
    [
        ("demo-1.0.tar.gz", "demo", "1.0"),
        ("demo-1.0.zip", "demo", "1.0"),
        ("demo-1.0.tar.bz2", "demo", "1.0"),
        ("demo-1.0.tgz", "demo", "1.0"),
        ("demo-1.0.tar", "demo", "1.0"),
        ("demo-1.0.tar.xz", "demo", "1.0"),
        ("demo-1.0.tar.lzma", "demo", "1.0"),
        ("PyYAML-3.10.tar.gz", "pyyaml", "3.10"),
        ("backports.zoneinfo-0.2.1.tar.gz", "backports-zoneinfo", "0.2.1"),
        ("foo__bar-1.0.tar.gz", "foo-bar", "1.0"),
        ("foo-bar-1.0-1.tar.gz", "foo-bar", "1.0.post1"),
    ],
)
def test_source_distributions(filename: str, name: str, version: str) -> None:
    sdist = parse(filename, name)
    assert sdist is not None
    assert (sdist.version, sdist.tags, sdist.is_wheel) == (Version(version), None, False)


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("numpy-1.0.1.dev3460.win32-py2.4.exe", "numpy"),
        ("lxml-2.2-py2.5-linux-x86_64.egg", "lxml"),
        ("lxml-2.2.src.rpm", "lxml"),
        ("lxml-2.2.dmg", "lxml"),
        ("demo-1.0.TAR.GZ", "demo"),
        ("demo-1.0-py2.7-macosx10.9.zip", "demo"),
        ("demo-1.0.macosx10.zip", "demo"),
        ("demo.tar.gz", "demo"),
        ("demo-.tar.gz", "demo"),
        ("demo-2013-02-16.tar.gz", "demo"),
        ("demo-extra-1.0.tar.gz", "demo"),
        ("other-1.0.tar.gz", "demo"),
        ("other-1.0-py3-none-any.whl", "demo"),
        ("pydantic-0.18-py36+-none-any.whl", "pydantic"),
        ("de__mo-1.0-py3-none-any.whl", "de-mo"),
        ("demo-1.0-x1-py3-none-any.whl", "demo"),
        ("demo-1.0-1-2-py3-none-any.whl", "demo"),
        ("demo-1.0-py3..py2-none-any.whl", "demo"),
        ("demo-nonsense-py3-none-any.whl", "demo"),
        ("py3-none-any.whl", "demo"),
        (".whl", "demo"),
        ("", "demo"),
    ],
)
def test_what_pip_does_not_take(filename: str, name: str) -> None:
    assert parse(filename, name) is None


def test_what_the_index_says_is_kept() -> None:
    hashes = (("sha256", "00"),)
    file = parse(
        "demo-1.0.tar.gz",
        "demo",
        requires_python=SpecifierSet(">=3.8"),
        yanked=True,
        size=7,
        hashes=hashes,
        url="https://index.example/demo-1.0.tar.gz",
        metadata=True,
    )
    assert file is not None
    assert (file.requires_python, file.yanked, file.size, file.hashes) == (SpecifierSet(">=3.8"), True, 7, hashes)
    assert (file.url, file.metadata) == ("https://index.example/demo-1.0.tar.gz", True)


@pytest.mark.parametrize(
    ("filename", "pure", "platform"),
    [
        ("demo-1.0-py3-none-any.whl", True, False),
        ("demo-1.0-cp38-none-any.whl", True, False),
        ("demo-1.0-cp38-abi3-any.whl", False, False),
        ("demo-1.0-py3-none-manylinux_2_17_x86_64.whl", False, True),
        ("demo-1.0-cp38-cp38-win32.whl", False, True),
        ("demo-1.0.tar.gz", False, False),
    ],
)
def test_kinds_of_wheels(filename: str, pure: bool, platform: bool) -> None:
    file = parse(filename, "demo")
    assert file is not None
    assert (file.is_pure_wheel, file.is_platform_wheel) == (pure, platform)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">=3.6, <4", SpecifierSet(">=3.6,<4")),
        (None, None),
        ("", None),
        (">=3.6.*", None),
        ("3.6", None),
        ("nonsense", None),
    ],
)
def test_requires_python(text: str | None, expected: SpecifierSet | None) -> None:
    assert parse_requires_python(text) == expected


def one_of(*texts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(texts)


WHEEL_NAMES = st.tuples(
    one_of("demo", "de_mo", "De.Mo", "de__mo", "é", "", "de mo"),
    one_of("-1.0", "-1.0rc1", "-v2", "-1_0", "-x", "-", "-1!2+a.b", ""),
    one_of("", "", "-1", "-2b", "-b2", "-"),
    one_of("-py3", "-py2.py3", "-cp38", "-py36+", "-", "-py3.", "-3"),
    one_of("-none", "-abi3", "-cp38", "-a.b", "-", ""),
    one_of("-any", "-win32", "-manylinux1_x86_64.manylinux_2_5_x86_64", "-.", "-any-any"),
    one_of(".whl"),
).map("".join)


@settings(max_examples=400, deadline=None)
@given(WHEEL_NAMES)
def test_wheels_are_read_as_packaging_reads_them(filename: str) -> None:
    try:
        name, version, build, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        assert parse(filename, "demo") is None
        assert parse(filename, "de-mo") is None
    else:
        wheel = parse(filename, name)
        assert wheel is not None
        assert (wheel.version, wheel.build, wheel.tags) == (version, build, tags)
        assert parse(filename, f"{name}-other") is None


@settings(max_examples=200, deadline=None)
@given(
    st.from_regex(r"[A-Za-z0-9]+([-_.]+[A-Za-z0-9]+){0,3}", fullmatch=True),
    st.sampled_from(["1.0", "2024.1.post1", "1!0.1rc2", "1.0-1"]),
    st.sampled_from([".tar.gz", ".zip", ".tgz", ".tar.bz2"]),
)
def test_a_source_distribution_is_read_whatever_the_spelling_of_its_name(name: str, version: str, ending: str) -> None:
    sdist = parse(f"{name}-{version}{ending}", canonicalize_name(name))
    assert sdist is not None
    assert sdist.version == Version(version)


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text())
def test_any_name_is_read_without_error(filename: str, name: str) -> None:
    for ending in ("", ".whl", ".tar.gz"):
        parse(filename + ending, name)


@pytest.mark.parametrize(
    "filename",
    [
        "-" * 500_000 + ".whl",
        "demo" + "-_." * 200_000 + ".tar.gz",
        f"demo-1.0-{'.'.join(['py3'] * 300)}-{'.'.join(['none'] * 300)}-{'.'.join(['any'] * 300)}.whl",
        f"demo-1.0-{'.'.join(map('p{}'.format, range(20)))}-{'.'.join('abcdefghijk')}-{'.'.join('abcdefghijk')}.whl",
    ],
)
def test_hostile_names_are_refused_at_once(filename: str) -> None:
    with counted(most=1_000):
        assert parse(filename, "demo") is None


def test_the_longest_name() -> None:
    stem = "demo-1." + "0" * (LONGEST_NAME - len("demo-1..zip"))
    assert parse(f"{stem}.zip", "demo") is not None
    assert parse(f"{stem}0.zip", "demo") is None
