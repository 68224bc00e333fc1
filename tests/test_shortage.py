"""What a compile lacks at that point of its stage."""

import pytest

from lint_alpine.shortage import Shortage
from tests.gathering import facts_of

INDEX = """
only_glibc-1.0.tar.gz
only_glibc-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
greenlet-3.0.0.tar.gz
greenlet-3.0.0-cp312-cp312-musllinux_1_2_x86_64.whl
cryptography-45.0.0.tar.gz
cryptography-45.0.0-cp311-abi3-musllinux_1_2_x86_64.whl
cryptography-45.0.0-cp311-abi3-manylinux_2_28_x86_64.whl
bcrypt-4.0.1.tar.gz
bcrypt-4.0.1-cp36-abi3-manylinux_2_28_x86_64.whl
uvloop-0.17.0.tar.gz
uvloop-0.17.0-cp311-cp311-musllinux_1_1_x86_64.whl
pynacl-1.5.0.tar.gz
pynacl-1.5.0-cp36-abi3-manylinux_2_17_x86_64.whl
gevent-1.5.0.tar.gz
gevent-1.5.0-cp38-cp38-manylinux2010_x86_64.whl
"""


def shortage(text: str) -> Shortage:
    ((_, install),) = facts_of(text, index=INDEX).installs
    return install.shortage


def lacking(text: str) -> tuple[str, ...]:
    """The packages that would bring a compiler."""
    lack = shortage(text).compiler
    return lack.packages if lack is not None else ()


@pytest.mark.parametrize(
    ("release", "packages", "found"),
    [
        ("3.24", "git", ("build-base",)),
        ("3.24", "gcc", ("musl-dev",)),
        ("3.24", "gcc musl-dev", ()),
        ("3.24", "build-base", ()),
        # clang depends on gcc for its libgcc.a, until that is a package of its own.
        ("3.23", "clang", ()),
        ("3.22", "clang17", ()),
        ("3.22", "clang-dev", ()),
        ("3.22", "postgresql16-dev", ()),
        ("3.18", "clang", ("musl-dev",)),
        ("3.24", "clang", ("gcc",)),
        ("3.24", "clang21", ("build-base",)),
        ("3.24", "go", ()),
        ("3.10", "go", ("musl-dev",)),
        ("3.24", "cargo", ()),
        ("3.24", "py3-setuptools-rust", ()),
        ("3.23", "ghc", ("musl-dev",)),
        ("3.24", "libtool automake py3-cffi", ("build-base",)),
        ("3.24", "$PACKAGES", ()),
    ],
)
def test_compilers(release: str, packages: str, found: tuple[str, ...]) -> None:
    text = f"FROM alpine:{release}\nRUN apk add python3-dev {packages}\nRUN uv pip install -p 3.12 only-glibc\n"
    assert lacking(text) == found


@pytest.mark.parametrize(
    ("packages", "command", "found"),
    [
        ("gcc musl-dev", "pip install uvloop", ("make",)),
        ("gcc", "pip install uvloop", ("make", "musl-dev")),
        ("git", "pip install uvloop", ("build-base",)),
        ("gcc musl-dev make", "pip install uvloop", ()),
        ("build-base", "pip install uvloop", ()),
        ("gcc musl-dev", "pip install pynacl", ("make",)),
        ("gcc musl-dev", "SODIUM_INSTALL=system pip install pynacl", ()),
        # Its own configure is called, but no make.
        ("gcc musl-dev", "pip install gevent", ()),
    ],
)
def test_make(packages: str, command: str, found: tuple[str, ...]) -> None:
    assert lacking(f"FROM python:3.12-alpine3.22\nRUN apk add {packages}\nRUN {command}\n") == found


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("pip install only-glibc", ("gcc",)),
        ("CC=clang pip install only-glibc", ()),
        ("export CC=clang && pip install only-glibc", ()),
        ('CC="ccache clang" pip install only-glibc', ()),
        ("CC=$COMPILER pip install only-glibc", ()),
        ("CC=gcc pip install only-glibc", ("gcc",)),
        ("CC='/usr/bin/gcc -pthread' pip install only-glibc", ("gcc",)),
        ("CXX=clang++ pip install only-glibc", ("gcc",)),
        ("pip install --no-binary :all: greenlet", ("g++",)),
        ("CC=clang CXX=clang++ pip install --no-binary :all: greenlet", ()),
    ],
)
def test_another_compiler_takes_its_place(command: str, found: tuple[str, ...]) -> None:
    assert lacking(f"FROM python:3.12-alpine3.24\nRUN apk add clang\nRUN {command}\n") == found


def test_a_variable_of_the_image_names_it_too() -> None:
    assert lacking("FROM python:3.12-alpine\nENV CC=clang\nRUN apk add clang && pip install only-glibc\n") == ()


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("RUN pip install greenlet", ()),
        ("RUN pip install --no-binary greenlet greenlet", ("build-base",)),
        ("ENV PIP_NO_BINARY=:all:\nRUN pip install greenlet", ("build-base",)),
        ("RUN apk add g++ && pip install --no-binary greenlet greenlet", ()),
        ("RUN pip install --only-binary :all: greenlet", ()),
        ("RUN pip install --only-binary :all: only-glibc", ()),
    ],
)
def test_who_refuses_wheels_needs_a_compiler(lines: str, found: tuple[str, ...]) -> None:
    assert lacking(f"FROM python:3.12-alpine\n{lines}\n") == found


@pytest.mark.parametrize(
    ("image", "lines", "compiler", "rust"),
    [
        # cargo depends on rust, and that on gcc and musl-dev: who adds it has a compiler.
        ("3.12-alpine3.23", "RUN pip install bcrypt", (), ("cargo",)),
        ("3.12-alpine3.23", "RUN apk add cargo && pip install bcrypt", (), None),
        # A Rust from elsewhere links with the gcc that is there.
        ("3.8-alpine3.12", "RUN pip install bcrypt", ("build-base",), ()),
        ("3.12-alpine3.19", "RUN apk add cargo openssl-dev\nRUN pip install --no-binary :all: cryptography", (), ()),
    ],
)
def test_rust(image: str, lines: str, compiler: tuple[str, ...], rust: tuple[str, ...] | None) -> None:
    found = shortage(f"FROM python:{image}\n{lines}\n")
    assert (found.compiler.packages if found.compiler else ()) == compiler
    assert (found.rust.packages if found.rust else None) == rust


def test_a_compiler_is_told_at_the_first_requirement_that_needs_one() -> None:
    found = shortage("FROM python:3.8-alpine3.12\nRUN pip install bcrypt only-glibc\n")
    assert found.compiler is not None
    assert found.compiler.verdict.name == "bcrypt"
