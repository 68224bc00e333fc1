"""Patterns of .gitignore files, by gitignore(5) and against git itself."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine import gitignore
from lint_alpine.gitignore import Ignores, parse
from tests.steps import counted


def ignores(text: str, path: str) -> bool:
    """Whether the patterns leave out a path (a folder if it ends in `/`) of the folder they stand in."""
    return Ignores("/repository", parse(text)).ignores(f"/repository/{path.removesuffix('/')}", path.endswith("/"))


TABLE = [
    ("build", "build", True),
    ("build", "a/build", True),
    ("build/", "build/", True),
    ("build/", "build", False),
    ("/build", "build", True),
    ("/build", "a/build", False),
    ("a/b", "a/b", True),
    ("a/b", "c/a/b", False),
    ("*.old", "x.old", True),
    ("*.old", "a/.old", True),
    ("*.old", "x.older", False),
    ("a*c", "abbc", True),
    ("a*c", "ac", True),
    ("a*/c", "ab/c", True),
    ("a*c", "a/c", False),
    ("/a*c", "a/c", False),
    ("*", "x", True),
    ("?", "é", True),
    ("a?", "a", False),
    ("**/x", "x", True),
    ("**/x", "a/b/x", True),
    ("**/a/b", "c/a/b", True),
    ("a/**", "a/b/c", True),
    ("a/**", "a/", False),
    ("a/**/b", "a/b", True),
    ("a/**/b", "a/x/y/b", True),
    ("a/**/b", "a/x/y/c", False),
    ("**/a/**/b", "x/a/y/b", True),
    ("**", "x", True),
    ("a**b", "axxb", True),
    ("[ab]", "b", True),
    ("[!ab]", "b", False),
    ("[^ab]", "c", True),
    ("[a-c]x", "bx", True),
    ("[]-]", "]", True),
    ("[]-]", "-", True),
    ("[a-]", "-", True),
    ("[\\]]", "]", True),
    ("[[:digit:]]x", "5x", True),
    ("[[:digit:]]x", "ax", False),
    ("[[:nonsense:]]", "n", False),
    ("[a", "[a", False),
    ("a/[/]b", "a//b", False),
    ("\\*", "*", True),
    ("\\*", "x", False),
    ("\\#a", "#a", True),
    ("#a", "#a", False),
    ("\\!a", "!a", True),
    ("a\\", "a\\", False),
    ("a\\/b", "a/b", True),
    ("a  ", "a", True),
    ("a\\ ", "a ", True),
    ("a\\  ", "a ", True),
    ("a\r\nb\r", "a", True),
    ("\ufeffa", "a", True),
    ("", "a", False),
    ("/", "a/", False),
    ("!", "a", False),
    ("*.x\n!keep.x", "keep.x", False),
    ("!keep.x\n*.x", "keep.x", True),
    ("/*\n!/a/", "a/", False),
    ("caf\udce9", "caf\udce9", True),
]


@pytest.mark.parametrize(("text", "path", "expected"), TABLE)
def test_patterns(text: str, path: str, expected: bool) -> None:
    assert ignores(text, path) is expected


def test_a_deeper_file_wins_over_one_above() -> None:
    above = Ignores("/r", parse("*.x\n/a/only"))
    deeper = Ignores("/r/a", parse("!keep.x\n/y"), above)
    paths = ("/r/a/keep.x", "/r/a/b/keep.x", "/r/a/other.x", "/r/a/only", "/r/a/y", "/r/a/b/y")
    assert [deeper.ignores(path, is_folder=False) for path in paths] == [False, False, True, True, True, False]


def test_read(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbfcaf\xe9\n# nothing\n")
    read = gitignore.read(str(tmp_path), ".gitignore", None)
    assert read is not None
    assert read.ignores(str(tmp_path / "caf\udce9"), is_folder=False)
    assert gitignore.read(str(tmp_path), "missing", read) is read


# Git drops the part before the first wildcard and takes `**` at the start of the rest for a name of its own, contrary
# to its manual: so here `**` stands between slashes only.
pieces = st.sampled_from(
    ["a", "b", "*", "?", "[ab]", "[!a]", "[a-c]", "\\a", "\\*", ".", "-", " ", "!", "#", "[", "]", "\\"]
)
segments = st.one_of(st.just("**"), st.lists(pieces, min_size=1, max_size=4).map("".join))
lines = st.builds(
    lambda start, parts, end: start + "/".join(parts) + end,
    st.sampled_from(["", "/", "!", "!/"]),
    st.lists(segments.filter(lambda part: part == "**" or "**" not in part), min_size=1, max_size=3),
    st.sampled_from(["", "/", " "]),
)
names = st.text(alphabet="ab*.- c]", min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))
trees = st.lists(st.lists(names, min_size=1, max_size=3).map("/".join), min_size=1, max_size=20, unique=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


@settings(max_examples=200, deadline=None)
@given(patterns=st.lists(lines, min_size=1, max_size=3), paths=trees)
def test_git_agrees(repository: Path, patterns: list[str], paths: list[str]) -> None:
    text = "\n".join(patterns) + "\n"
    (repository / ".gitignore").write_text(text)
    command = ["git", "-C", str(repository), "-c", "core.excludesFile=", "check-ignore", "--no-index", "-z", "--stdin"]
    answer = subprocess.run(command, input="\0".join(paths) + "\0", capture_output=True, text=True, check=False)
    assert answer.returncode in (0, 1), answer.stderr

    def left_out(path: str) -> bool:
        parts = path.split("/")
        parents = ["/".join(parts[:depth]) + "/" for depth in range(1, len(parts))]
        return any(ignores(text, each) for each in (*parents, path))

    assert {path for path in paths if left_out(path)} == set(filter(None, answer.stdout.split("\0")))


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 20 + "*b", "a" * 250),
        ("**/a/" * 20 + "b", "a/" * 200 + "c"),
        ("[[:" * 300 + "]", "a"),
        ("*" * 100_000 + "b", "a" * 250),
        ("*" * 4000 + "b", "a" * 250),
        ("a/" * 2000, "a"),
    ],
)
def test_hostile_patterns_take_no_time(pattern: str, path: str) -> None:
    with counted(most=500_000):
        assert not ignores(pattern, path)
