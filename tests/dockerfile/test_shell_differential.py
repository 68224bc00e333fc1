"""What the shell of this machine runs is what is read: generated scripts, with stubs in place of the programs."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lint_alpine.dockerfile.commands import read_commands
from lint_alpine.source import Excerpt, Source

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")

STUBS = ("apk", "pip", "python3")
# Real programs that run others; none of them touches a file.
WRAPPERS = ("sh", "env", "xargs", "nice", "nohup")
VARIABLES = {"A": "", "B": "x y", "C": " a  b ", "D": "1.2.3", "F": "gcc"}
TIMEOUT = 10

NAMES = st.sampled_from(sorted(VARIABLES))
PLAIN = st.text("abxy019.,:/=+@%_-#", min_size=1, max_size=4).filter(lambda text: text[0] != "#")
QUOTED = st.text('ab1 $`"\\*?[];&|<>(){}#~!=\n', max_size=5)


def unset_or(name: str, operator: str, word: str) -> str:
    return f"${{{name}{operator}{word}}}"


# The word of an expansion: what is not quoted there is divided into fields.
DEFAULTS = st.lists(
    st.one_of(PLAIN, st.just(" "), QUOTED.map(lambda text: f"'{text}'"), NAMES.map(lambda name: f"${{{name}}}")),
    max_size=3,
).map("".join)
PATTERNS = st.lists(st.sampled_from(["*", "?", ".", "1", "2", "x", "a", "'*'", "\\?", '"."', "${A}"]), max_size=3).map(
    "".join
)
EXPANSIONS = st.one_of(
    NAMES.map(lambda name: f"${{{name}}}"),
    st.builds(unset_or, NAMES, st.sampled_from([":-", "-", ":+", "+"]), DEFAULTS),
    # N is unset at first; what it is without an operator would not be known.
    st.builds(unset_or, st.just("N"), st.sampled_from([":-", "-", ":+", "+", ":=", "="]), DEFAULTS),
    st.builds(unset_or, NAMES, st.sampled_from(["#", "##", "%", "%%"]), PATTERNS),
)
INSIDE_DOUBLE_QUOTES = st.one_of(
    st.text("ab1 ';&|<>(){}#~!*\n", max_size=4),
    st.sampled_from(["\\\\", '\\"', "\\$", "\\`", "\\a", "$ "]),
    NAMES.map(lambda name: f"${{{name}}}"),
    st.builds(
        unset_or, st.sampled_from([*VARIABLES, "N"]), st.sampled_from([":-", "+", ":="]), st.text("ab ", max_size=3)
    ),
    st.builds(unset_or, NAMES, st.sampled_from(["#", "%%"]), PATTERNS),
)
PIECES = st.one_of(
    PLAIN,
    QUOTED.map(lambda text: f"'{text}'"),
    st.lists(INSIDE_DOUBLE_QUOTES, max_size=3).map(lambda texts: f'"{"".join(texts)}"'),
    st.sampled_from(["\\ ", "\\'", '\\"', "\\$", "\\\\", "\\#", "\\\n", "\\;"]),
    EXPANSIONS,
)
WORDS = st.one_of(st.lists(PIECES, min_size=1, max_size=3).map("".join), NAMES.map(lambda name: f"${name}"))
LINES = st.lists(WORDS, max_size=4).map(" ".join)

CALLS = st.builds("{} {}".format, st.sampled_from(STUBS), LINES)
LITERAL_CALLS = st.builds("{} {}".format, st.sampled_from(STUBS), st.lists(PLAIN.map(shlex.quote)).map(" ".join))
SIMPLE = st.one_of(
    CALLS,
    st.builds("{}={}".format, NAMES, WORDS),
    st.builds("{}={} {}".format, NAMES, WORDS, CALLS),
    st.builds(": {}".format, LINES),
    st.builds(
        "{} {}".format,
        st.sampled_from(["command", "env", "env X=1", "env -u F", "nice -n 1", "eval", "nohup"]),
        LITERAL_CALLS,
    ),
    LITERAL_CALLS.map(lambda call: f"sh -c {shlex.quote(call)}"),
    st.builds("{}; {}".format, LITERAL_CALLS, LITERAL_CALLS).map(lambda calls: f"eval {shlex.quote(calls)}"),
    st.lists(PLAIN.filter(lambda text: text[0] != "-"), min_size=1).map(
        lambda words: f"echo {' '.join(words)} | xargs pip install"
    ),
    st.lists(WORDS, max_size=3).map(lambda words: f'for I in {" ".join(words)}; do apk add $I "$I"; done'),
    st.builds("{} <<'E'\n{}\nE\n:".format, CALLS, QUOTED.map(lambda text: f"{text}.")),
)
SCRIPTS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds("{}{}{}".format, inner, st.sampled_from(["; ", "\n", " && ", " || ", " # x\n"]), inner),
        inner.map("{{ {}\n}}".format),
        inner.map("( {}\n)".format),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the stubs, and no other programs than those that run them."""
    folder = tmp_path_factory.mktemp("programs")
    for name in STUBS:
        stub = folder / name
        stub.write_text(f'#!/bin/sh\nprintf \'%s\\0\' "$#" {name} "$@" >>"$LOG"\n')
        stub.chmod(0o755)
    for name in WRAPPERS:
        program = shutil.which(name)
        assert program is not None
        (folder / name).symlink_to(program)
    return folder


def traced(script: str, programs: Path, empty: Path) -> list[list[str]]:
    """The programs that the shell has run, with their arguments."""
    log = programs.parent / "log"
    log.write_bytes(b"")
    environment = {**VARIABLES, "PATH": str(programs), "LOG": str(log)}
    run = subprocess.run(
        ["/bin/sh", "-c", script], env=environment, cwd=empty, capture_output=True, timeout=TIMEOUT, check=False
    )
    assert run.stderr == b""
    fields = log.read_text("utf-8", "surrogateescape").split("\0")[:-1]
    calls: list[list[str]] = []
    while fields:
        size = int(fields[0]) + 2
        calls.append(fields[1:size])
        fields = fields[size:]
    return calls


def listed(script: str) -> list[list[str | None]]:
    """The programs that must run, as they are read."""
    commands = read_commands(Excerpt.whole(Source("Dockerfile", script)), VARIABLES)
    return [
        [command.name, *(argument.text for argument in command.arguments)]
        for command in commands
        if command.name in STUBS and not command.conditional
    ]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=SCRIPTS)
def test_what_is_read_is_what_runs(script: str, programs: Path, tmp_path: Path) -> None:
    assert listed(script) == traced(script, programs, tmp_path)


def test_the_stubs_log(programs: Path, tmp_path: Path) -> None:
    assert traced("apk add 'a b' ''; pip", programs, tmp_path) == [["apk", "add", "a b", ""], ["pip"]]
