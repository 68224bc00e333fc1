"""Which commands must succeed for the build to go on."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.certain import must_succeed, stops_script
from lint_alpine.dockerfile.commands import read_commands
from lint_alpine.source import Excerpt, Source


def certain(script: str) -> list[str]:
    """The first words of the commands that must succeed."""
    found = read_commands(Excerpt.whole(Source("Dockerfile", script)), {})
    return [command.name for command in found if must_succeed(command)]


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("a && b", ["a", "b"]),
        ("a; b", ["a", "b"]),
        ("a || b", []),
        ("a \\\n  || b", []),
        ("a x y && b || c", []),
        ("a; b || c", ["a"]),
        ("a\nb || c", ["a"]),
        ("a &&\nb || c", []),
        ("(a && b) || c", []),
        ("{ a && b; } || c", []),
        ("a && (b || c) && d", ["a", "d"]),
        ("if a; then b; fi; c", ["c"]),
        ("if a; then :; elif b; then :; fi; c", ["c"]),
        ("if ! a; then b; fi; c", ["c"]),
        ("until a; do sleep 1; done", []),
        ("! a && b", ["b"]),
        ("if \\\n  a; then b; fi", []),
        ("x-if a; ifx a; b", ["x-if", "ifx", "b"]),
        ("for x in $Y; do a; done", []),
        ("echo $(a)", ["echo"]),
    ],
)
def test_must_succeed(script: str, names: list[str]) -> None:
    assert certain(script) == names


SCRIPTS = {
    # Only `&&` behind it.
    "apk": True,
    "apk && b": True,
    "a; apk && b": True,
    "apk &&\\\n  # why\n  b && c -d $(e && f)": True,
    "(apk && b) && c": True,
    "(a; apk) && b": True,
    "apk && b | c && d": True,
    "apk && ! b": True,
    "apk;": True,
    "apk\n": True,
    "a && apk $(b; c)": True,
    # The script goes on, and its last command tells.
    "apk; b": False,
    "apk\nb": False,
    "apk && b; c": False,
    "apk; A=1": False,
    "apk & b": False,
    "apk &": False,
    "apk | b": False,
    "(apk); b": False,
    # Unless it ends at the first that fails.
    "set -e; apk; b": True,
    "set -ex\napk\nb": True,
    "set -eu; set +e; apk; b": False,
    "set -o errexit && apk; b": True,
    "set -x; apk; b": False,
    "set -e; apk && b; c": False,
    "set -e; apk && b": True,
    "set -e; apk | b": False,
    "set -e; apk & b": False,
    "set -eo pipefail; apk | b": True,
    "set -o pipefail; apk | b": True,
    "set -o pipefail; apk | b; c": False,
}


@pytest.mark.parametrize(("script", "stops"), SCRIPTS.items(), ids=SCRIPTS)
def test_a_failure_that_stops_the_script(script: str, stops: bool) -> None:
    found = read_commands(Excerpt.whole(Source("Dockerfile", script)), {})
    command = next(each for each in found if each.name == "apk")
    assert stops_script(command, found, len(script)) is stops
    shell = shutil.which("bash")
    assert shell is not None
    # A shell says the same, with a program that fails in the place of apk.
    functions = "apk() { return 3; }; a() { :; }; " + "".join(f"{name}() {{ :; }}; " for name in "bcdef")
    assert (subprocess.run([shell, "-c", f"{functions}\n{script}"], check=False).returncode != 0) is stops


@pytest.mark.parametrize("script", ["{ apk; } && b", "if a; then set -e; fi; apk; b", "apk && if a; then b; fi"])
def test_what_is_not_proven_to_stop_the_script(script: str) -> None:
    found = read_commands(Excerpt.whole(Source("Dockerfile", script)), {})
    assert not any(stops_script(each, found, len(script)) for each in found if each.name == "apk")


@pytest.mark.parametrize(
    ("shell", "stops"),
    [((), False), (("/bin/sh", "-c"), False), (("/bin/ash", "-eo", "pipefail", "-c"), True), (("sh", "-ec"), True)],
)
def test_the_shell_may_stop_at_the_first_failure(shell: tuple[str, ...], stops: bool) -> None:
    found = read_commands(Excerpt.whole(Source("Dockerfile", "apk; b")), {})
    assert stops_script(found[0], found, 6, shell) is stops


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab|&;(){}\\\n '\"$#", max_size=60))
def test_any_script_is_answered(script: str) -> None:
    certain(script)
    found = read_commands(Excerpt.whole(Source("Dockerfile", script)), {})
    for command in found:
        stops_script(command, found, len(script))


def test_a_very_long_list_takes_no_time() -> None:
    assert len(certain("a && " * 5_000 + "b")) == 5_001
