"""What is told of a Dockerfile that is built for several platforms."""

from pathlib import Path

import pytest

from lint_alpine.context import BuildContext
from lint_alpine.examples import ExampleIndex
from lint_alpine.linter import FileResult, Settings, lint_source, report
from lint_alpine.registry import built_in
from lint_alpine.report import text
from lint_alpine.source import Source
from lint_alpine.wheels.sources import Sources

# `sketch` has no musllinux wheel at all, `amd` and `arm` each one for their own CPU.
INDEX = ExampleIndex("""
sketch-1.0.tar.gz
sketch-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
sketch-1.0-cp312-cp312-manylinux_2_28_aarch64.whl
amd-1.0.tar.gz
amd-1.0-cp312-cp312-musllinux_1_2_x86_64.whl
arm-1.0.tar.gz
arm-1.0-cp312-cp312-musllinux_1_2_aarch64.whl
cffi-1.15.0.tar.gz
cffi-1.15.0-cp312-cp312-musllinux_1_2_x86_64.whl
bcrypt-4.3.0.tar.gz
bcrypt-4.3.0-cp39-abi3-musllinux_1_2_x86_64.whl
""")
BOTH = ("linux/amd64", "linux/arm64")


def lint(lines: str, platforms: tuple[str, ...] = BOTH) -> FileResult:
    settings = Settings(tuple(built_in()), Sources([INDEX], [INDEX]), platforms)
    source = Source("Dockerfile", f"FROM python:3.12-alpine\n{lines}\n")
    return lint_source(source, BuildContext(Path("/nonexistent")), settings)


def told(lines: str, platforms: tuple[str, ...] = BOTH) -> list[tuple[str, str, str]]:
    """Code, word and message."""
    return [(each.code, each.span.text, each.message) for each in lint(lines, platforms).diagnostics]


NO_COMPILER = "is compiled here and no compiler is installed"


@pytest.mark.parametrize(
    ("packages", "platforms", "found"),
    [
        ("amd arm", BOTH, [("amd", f"`amd` {NO_COMPILER} (on linux/arm64)")]),
        ("arm amd", BOTH, [("arm", f"`arm` {NO_COMPILER} (on linux/amd64)")]),
        ("sketch arm", BOTH, [("sketch", f"`sketch` {NO_COMPILER}")]),
        ("amd arm", ("linux/arm64",), [("amd", f"`amd` {NO_COMPILER}")]),
        ("amd arm", ("linux/arm64", "linux/arm64"), [("amd", f"`amd` {NO_COMPILER}")]),
        ("amd", ("linux/amd64",), []),
    ],
)
def test_a_compiler_is_told_once_a_run(packages: str, platforms: tuple[str, ...], found: list[tuple[str, str]]) -> None:
    compilers = [each for each in told(f"RUN pip install --no-cache-dir {packages}", platforms) if each[0] == "LA201"]
    assert [(word, message) for _, word, message in compilers] == found


def test_another_platform_has_another_first_place() -> None:
    (found,) = (each for each in lint("RUN pip install --no-cache-dir amd arm").diagnostics if each.code == "LA201")
    assert [(each.span.text, each.message) for each in found.related] == [("arm", "on linux/amd64 this is the first")]


def test_two_commands_of_a_run_are_one_run() -> None:
    lines = "RUN pip install --no-cache-dir amd && pip install --no-cache-dir arm sketch"
    (found,) = (each for each in lint(lines, ("linux/s390x",)).diagnostics if each.code == "LA201")
    assert (found.span.text, found.related) == ("amd", ())


@pytest.mark.parametrize(
    ("install", "code", "message"),
    [
        ("cffi", "LA202", "compiling `cffi` fails without `libffi-dev` (on linux/arm64)"),
        ("bcrypt", "LA203", "`bcrypt` is compiled with Rust and no Rust is installed (on linux/arm64)"),
    ],
)
def test_other_lacks_name_the_platform(install: str, code: str, message: str) -> None:
    lines = f"RUN apk add --no-cache gcc musl-dev && pip install --no-cache-dir {install}"
    assert [each[2] for each in told(lines) if each[0] == code] == [message]


def test_a_message_that_names_the_cpu_needs_no_platform() -> None:
    messages = [message for code, _, message in told("RUN pip install --no-cache-dir sketch") if code == "LA101"]
    assert [message.partition(" on musl 1.2 ")[2] for message in messages] == ["x86_64", "aarch64"]


def test_each_platform_keeps_its_alternative() -> None:
    printed = text.render(report([lint("RUN pip install --no-cache-dir sketch")], (), 1))
    for cpu in ("x86_64", "aarch64"):
        assert f"help: `FROM python:3.12-slim` installs sketch-1.0-cp312-cp312-manylinux_2_28_{cpu}.whl" in printed
