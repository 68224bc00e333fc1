import packaging._manylinux as manylinux
import packaging._musllinux as musllinux
import pytest
from packaging.markers import Marker
from packaging.tags import Tag
from packaging.version import Version

from lint_alpine import images
from lint_alpine.environment import Environment, Libc, markers, supported_tags

MUSL_1_2, MUSL_1_1 = Libc("musl", (1, 2)), Libc("musl", (1, 1))
GLIBC_2_36 = Libc("glibc", (2, 36))


def image(python: str | None = "3.8.20", libc: Libc | None = MUSL_1_2, arch: str | None = "x86_64") -> Environment:
    return Environment("python:test", "alpine", "3.20", libc, arch, python)


def platforms(environment: Environment, pip: str | None = None) -> list[str]:
    tags = supported_tags(environment, Version(pip) if pip else None)
    return list(dict.fromkeys(tag.platform for tag in tags if tag.platform != "any"))


@pytest.mark.parametrize(
    ("reference", "official", "bare"),
    [
        ("python:3.12-alpine", True, True),
        ("python", True, True),
        ("docker.io/library/alpine:3.20", True, True),
        ("arm64v8/python:3.12-alpine3.20", True, True),
        ("node:22-alpine3.22", True, False),
        ("ghcr.io/linuxserver/baseimage-alpine:3.22", False, False),
    ],
)
def test_who_builds_it(reference: str, official: bool, bare: bool) -> None:
    found = images.environment(reference)
    assert isinstance(found, Environment)
    assert (found.is_official, found.is_bare) == (official, bare)


def test_order_on_musl() -> None:
    tags = [str(tag) for tag in supported_tags(image())]
    assert tags[:5] == [
        "cp38-cp38-musllinux_1_2_x86_64",
        "cp38-cp38-musllinux_1_1_x86_64",
        "cp38-cp38-musllinux_1_0_x86_64",
        "cp38-cp38-linux_x86_64",
        "cp38-abi3-musllinux_1_2_x86_64",
    ]
    assert tags.index("cp38-none-linux_x86_64") < tags.index("cp37-abi3-musllinux_1_2_x86_64")
    assert tags.index("py3-none-linux_x86_64") < tags.index("cp38-none-any") < tags.index("py3-none-any")
    assert tags[-1] == "py30-none-any"
    assert not any("manylinux" in tag for tag in tags)
    assert len(tags) == len(set(tags))


@pytest.fixture
def glibc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manylinux, "_get_glibc_version", lambda: (2, 36))
    monkeypatch.setattr(manylinux, "_have_compatible_abi", lambda *_: True)
    monkeypatch.setattr(manylinux, "_is_compatible", lambda *_: True)


@pytest.mark.usefixtures("glibc")
@pytest.mark.parametrize("arch", ["x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64"])
def test_manylinux_order_is_that_of_packaging(arch: str) -> None:
    assert platforms(image(libc=GLIBC_2_36, arch=arch)) == [*manylinux.platform_tags([arch]), f"linux_{arch}"]


@pytest.mark.parametrize("libc", [MUSL_1_1, MUSL_1_2])
def test_musllinux_order_is_that_of_packaging(monkeypatch: pytest.MonkeyPatch, libc: Libc) -> None:
    assert libc.version is not None
    major, minor = libc.version
    monkeypatch.setattr(musllinux, "_get_musl_version", lambda _: musllinux._MuslVersion(major, minor))
    for arch in ("x86_64", "armv6l"):
        assert platforms(image(libc=libc, arch=arch)) == [*musllinux.platform_tags([arch]), f"linux_{arch}"]


@pytest.mark.parametrize(
    ("arch", "newest_legacy"), [("x86_64", "manylinux1"), ("i686", "manylinux1"), ("aarch64", "manylinux2014")]
)
def test_oldest_manylinux(arch: str, newest_legacy: str) -> None:
    assert platforms(image(libc=GLIBC_2_36, arch=arch))[-2] == f"{newest_legacy}_{arch}"


def test_no_manylinux_on_armv6() -> None:
    assert platforms(image(libc=GLIBC_2_36, arch="armv6l")) == ["linux_armv6l"]


@pytest.mark.parametrize(
    ("libc", "pip", "expected"),
    [
        (MUSL_1_2, "21.2", ["musllinux_1_2", "musllinux_1_1", "musllinux_1_0", "linux"]),
        (MUSL_1_1, "24.0", ["musllinux_1_1", "musllinux_1_0", "linux"]),
        (MUSL_1_2, "21.1.3", ["linux"]),
        (MUSL_1_2, "9.0.1", ["linux"]),
        (Libc("glibc", (2, 18)), "20.3", ["manylinux_2_18", "manylinux_2_17", "manylinux2014"]),
        (Libc("glibc", (2, 36)), "20.2.4", ["manylinux2014", "manylinux2010", "manylinux1", "linux"]),
        (Libc("glibc", (2, 36)), "19.2.3", ["manylinux2010", "manylinux1", "linux"]),
        (Libc("glibc", (2, 36)), "18.1", ["manylinux1", "linux"]),
        (Libc("glibc", (2, 36)), "8.0.3", ["linux"]),
    ],
)
def test_old_pip_knows_fewer_tags(libc: Libc, pip: str, expected: list[str]) -> None:
    found = [platform.removesuffix("_x86_64") for platform in platforms(image(libc=libc), pip)]
    assert found[: len(expected)] == expected
    if expected[-1] == "linux":
        assert len(found) == len(expected)


@pytest.mark.parametrize(
    ("python", "first"),
    [
        ("3.14", "cp314-cp314"),
        ("3.8.2", "cp38-cp38"),
        ("3.7", "cp37-cp37m"),
        ("3.3", "cp33-cp33m"),
        ("2.7.18", "cp27-cp27mu"),
    ],
)
def test_abi_is_that_of_the_image(python: str, first: str) -> None:
    assert str(supported_tags(image(python))[0]) == f"{first}-musllinux_1_2_x86_64"


def test_stable_abi() -> None:
    assert Tag("cp36", "abi3", "musllinux_1_1_x86_64") in supported_tags(image("3.12"))
    assert Tag("cp36", "abi3", "musllinux_1_1_x86_64") not in supported_tags(image("3.5"))
    assert not any(tag.abi == "abi3" for tag in supported_tags(image("2.7")))


def test_pypy() -> None:
    tags = supported_tags(Environment("pypy", libc=GLIBC_2_36, arch="x86_64", python="3.10", implementation="pypy"))
    assert str(tags[0]) == "pp310-pypy310_pp73-manylinux_2_36_x86_64"
    assert not any(tag.interpreter.startswith("cp") for tag in tags)
    assert Tag("py3", "none", "any") in tags


@pytest.mark.parametrize(
    "unknown",
    [image(python=None), image(libc=None), image(libc=Libc("musl", None)), image(arch=None), image(python="3")],
)
def test_unknown_has_no_tags(unknown: Environment) -> None:
    assert supported_tags(unknown) == ()


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("python_version == '3.8'", True),
        ("python_full_version >= '3.8.20'", True),
        ("python_full_version < '3.8.20'", False),
        ("sys_platform == 'linux' and os_name == 'posix'", True),
        ("platform_machine == 'aarch64'", True),
        ("platform_system == 'Linux'", True),
        ("platform_python_implementation == 'CPython' and implementation_name == 'cpython'", True),
        ("sys_platform == 'win32' or platform_system == 'Darwin'", False),
        ("platform_release == ''", True),
    ],
)
def test_markers(marker: str, expected: bool) -> None:
    assert Marker(marker).evaluate({**markers(image(arch="aarch64"))}) is expected


@pytest.mark.parametrize(
    ("python", "full"),
    [
        ("3.8", "3.8.20"),
        ("3.8.2", "3.8.2"),
        ("2.7", "2.7.18"),
        ("3.15", "3.15.0"),
        ("3.16", "3.16.0"),
        ("3.15.0rc1", "3.15.0rc1"),
    ],
)
def test_full_version(python: str, full: str) -> None:
    found = markers(image(python))
    assert found["python_full_version"] == full
    assert found["python_version"] == ".".join(full.split(".")[:2])


def test_python_2_has_another_platform_name() -> None:
    assert markers(image("2.7"))["sys_platform"] == "linux2"


@pytest.mark.parametrize("python", [None, "abc", "3.12.x", "1" * 200])
def test_unknown_python_has_no_markers(python: str | None) -> None:
    assert markers(image(python=python)) == {}
    assert supported_tags(image(python=python)) == ()
