"""What an ignore file keeps out of a build."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lint_alpine.context import BuildContext, Missing
from lint_alpine.dockerignore import excludes, parse
from lint_alpine.source import Source
from tests.steps import counted


@pytest.mark.parametrize(
    ("lines", "path", "excluded"),
    [
        ("secret.txt", "secret.txt", True),
        ("secret.txt", "app/secret.txt", False),
        ("/secret.txt", "secret.txt", True),
        ("//secret.txt", "secret.txt", True),
        ("./app/../secret.txt", "secret.txt", True),
        ("app/", "app/a/b.txt", True),
        ("app", "apple/b.txt", False),
        ("*.txt", "a.txt", True),
        ("*.txt", "app/a.txt", False),
        ("*/a.txt", "app/a.txt", True),
        ("*/a.txt", "app/sub/a.txt", False),
        ("*", "app/sub/a.txt", True),
        ("**/*.txt", "a.txt", True),
        ("**/*.txt", "app/sub/a.txt", True),
        ("app/**/a.txt", "app/a.txt", True),
        ("app/**/a.txt", "app/x/y/a.txt", True),
        ("app/**/a.txt", "a.txt", False),
        ("app/**", "app/x/y", True),
        ("app/**", "app", False),
        ("**", "anything/at/all", True),
        ("**.txt", "app/a.txt", True),
        ("**/a.txt", "app/aa.txt", False),
        ("**a.txt", "app/aa.txt", True),
        # As soon as anything else is wild, `**` in front ends at a `/`.
        ("**a.tx?", "app/aa.txt", False),
        ("x**/a.txt", "xa.txt", True),
        ("x**/a.txt", "x/y/a.txt", True),
        ("?.txt", "a.txt", True),
        ("?.txt", "/.txt", False),
        ("[a-c].txt", "b.txt", True),
        ("[^a-c].txt", "b.txt", False),
        ("[^a-c].txt", "d.txt", True),
        (r"\*.txt", "*.txt", True),
        (r"\*.txt", "a.txt", False),
        (r"[\]-a].txt", "].txt", True),
        ("a.(txt|md)+{1}$", "a.(txt|md)+{1}$", True),
        ("a.txt", "abtxt", False),
        ("# a.txt", "# a.txt", False),
        (" # a.txt", "# a.txt", True),
        ("  a.txt \r", "a.txt", True),
        ("\n\n", "a.txt", False),
        ("/", "a.txt", False),
        (".", "a.txt", False),
        ("!", "a.txt", False),
        ("app/../..", "a.txt", False),
        # In order; the last one that matches decides.
        ("*\n!requirements.txt", "requirements.txt", False),
        ("*\n!requirements.txt", "a.txt", True),
        ("!requirements.txt\n*", "requirements.txt", True),
        ("*\n!app", "app/sub/a.txt", False),
        ("*\n! /app/ ", "app/sub/a.txt", False),
        ("*\n!app\napp/sub", "app/sub/a.txt", True),
        ("**\n!**/*.txt\nb*", "app/b.txt", False),
        ("**\n!**/*.txt\n**/b*", "app/b.txt", True),
        # What Go's filepath.Match refuses.
        ("[\na[]a]\nb[-a]\nc\\\nd[z", "a]a", False),
        ("[a\na.txt", "a.txt", True),
        ("é*\n", "é.txt", True),
    ],
)
def test_patterns(lines: str, path: str, excluded: bool) -> None:
    assert excludes(parse(lines), path) is excluded


def as_regular_expression(pattern: str) -> str:
    """The translation that the matcher of BuildKit makes; it is not for patterns that begin with `**`."""
    translated = ""
    index = 0
    while index < len(pattern):
        if pattern.startswith("**", index):
            index += 2 + pattern.startswith("/", index + 2)
            translated += ".*" if index == len(pattern) else "(.*/)?"
            continue
        translated += {"*": "[^/]*", "?": "[^/]"}.get(pattern[index]) or re.escape(pattern[index])
        index += 1
    return translated


@settings(max_examples=400, deadline=None)
@given(
    st.text("ab*?/", min_size=1, max_size=9).map(lambda text: "x" + text),
    st.lists(st.text("abx", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join),
)
@example("x**/*/b", "x/a/b")
@example("x***b", "x/ab")
def test_as_the_regular_expression_has_it(pattern: str, path: str) -> None:
    (parsed,) = parse(pattern) or (None,)
    assert parsed is not None
    expression = re.compile(as_regular_expression(parsed.text))
    folders = path.split("/")
    above = ["/".join(folders[: count + 1]) for count in range(len(folders))]
    assert parsed.matches(path) is any(expression.fullmatch(folder) is not None for folder in above)


@settings(max_examples=200, deadline=None)
@given(st.text("a!*?[]\\-^/. #\n\r\t\0é", max_size=30), st.text("a*[]/é", max_size=10))
def test_takes_any_text(text: str, path: str) -> None:
    excludes(parse(text), path)


@pytest.mark.parametrize("pattern", ["*a" * 1500 + "b", "**/" * 1300 + "b", "**a" * 1300 + "b", "[^a]*" * 800])
def test_takes_linear_time(pattern: str) -> None:
    parsed = parse(pattern)
    with counted(most=500_000):
        excludes(parsed, "a" * 2000)
        excludes(parsed, "a/" * 1000)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    for name in ("requirements.txt", "app/requirements.txt", "Dockerfile", "web.Dockerfile"):
        (tmp_path / name).write_text(f"# {name}\n")
    return tmp_path


def read(project: Path, path: str, dockerfile: str = "Dockerfile") -> str:
    found = BuildContext(project, dockerfile=project / dockerfile).read(path)
    return found.text if isinstance(found, Source) else found.reason


def test_excluded_files_are_not_there(project: Path) -> None:
    (project / ".dockerignore").write_bytes(b"\xef\xbb\xbf*.txt\n")
    assert read(project, "/requirements.txt") == "`.dockerignore` excludes it"
    assert read(project, "app/../requirements.txt") == "`.dockerignore` excludes it"
    assert read(project, "app/requirements.txt") == "# app/requirements.txt\n"
    assert read(project, "absent.txt") == "there is no such file"


def test_the_dockerfile_s_own_ignore_file_wins(project: Path) -> None:
    (project / ".dockerignore").write_text("*\n")
    (project / "web.Dockerfile.dockerignore").write_text("app\n")
    assert read(project, "requirements.txt") == "`.dockerignore` excludes it"
    assert read(project, "requirements.txt", "web.Dockerfile") == "# requirements.txt\n"
    assert read(project, "app/requirements.txt", "web.Dockerfile") == "`web.Dockerfile.dockerignore` excludes it"


def test_an_ignore_file_cannot_lead_out_of_the_context(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "ignore"
    outside.write_text("*\n")
    (project / ".dockerignore").symlink_to(outside)
    assert read(project, "requirements.txt") == "# requirements.txt\n"


def test_a_context_without_a_dockerfile_has_its_own_ignore_file(project: Path) -> None:
    (project / ".dockerignore").write_text("app")
    assert isinstance(BuildContext(project).read("app/requirements.txt"), Missing)
