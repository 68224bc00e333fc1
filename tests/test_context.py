"""The build context: what may be read, what may not, and which folder it is."""

import os
from pathlib import Path

import pytest

from lint_alpine.context import (
    TOO_MANY_NAMES,
    BuildContext,
    Missing,
    choose_context,
    decode,
    folders_up_to_repository,
    folders_upward,
    read_bytes,
)
from lint_alpine.source import Source
from tests.steps import counted


def reason(found: Source | Missing | bytes) -> str:
    assert isinstance(found, Missing)
    return found.reason


@pytest.fixture
def context(tmp_path: Path) -> BuildContext:
    root = tmp_path / "project"
    (root / "app").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (root / "requirements.txt").write_text("flask\n")
    (root / "app" / "dev.txt").write_text("pytest\n")
    (root / "link.txt").symlink_to("requirements.txt")
    (root / "out.txt").symlink_to(tmp_path / "secret.txt")
    (root / "outside").symlink_to(tmp_path)
    os.mkfifo(root / "pipe.txt")
    return BuildContext(root, "shown")


@pytest.mark.parametrize(
    "path", ["requirements.txt", "/requirements.txt", "./requirements.txt", "app/../requirements.txt", "link.txt"]
)
def test_reads_what_is_inside(context: BuildContext, path: str) -> None:
    found = context.read(path)
    assert isinstance(found, Source)
    assert found.text == "flask\n"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("absent.txt", "there is no such file"),
        ("requirements.txt/x", "there is no such file"),
        ("app", "it is a folder"),
        ("../secret.txt", "the path leaves the build context"),
        ("app/../../secret.txt", "the path leaves the build context"),
        ("out.txt", "a symbolic link leaves the build context"),
        ("outside/secret.txt", "a symbolic link leaves the build context"),
        ("pipe.txt", "it is not a regular file"),
        ("a\0b", "the path has a NUL character"),
        ("x" * 5000, "file name too long"),
    ],
)
def test_says_why_it_does_not_read(context: BuildContext, path: str, expected: str) -> None:
    assert reason(context.read(path)) == expected


def test_paths_are_shown_as_the_user_named_the_folder(context: BuildContext) -> None:
    assert context.show("./app/dev.txt") == "shown/app/dev.txt"
    assert BuildContext(context.root).show("/a/../b") == "b"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("requirements.txt", ("requirements.txt",)),
        ("*.txt", ("link.txt", "out.txt", "pipe.txt", "requirements.txt")),
        ("re?uirements.txt", ("requirements.txt",)),
        ("app/*.txt", ("app/dev.txt",)),
        ("*/dev.txt", ("app/dev.txt",)),
        ("[a-q]*/dev.txt", ("app/dev.txt",)),
        ("[^a-q]*.txt", ("requirements.txt",)),
        ("[!r]*.txt", ("requirements.txt",)),
        (r"app/dev\.txt", ("app/dev.txt",)),
        ("[", ()),
        ("absent*", ()),
        ("absent", ()),
        ("../*", ()),
    ],
)
def test_patterns(context: BuildContext, pattern: str, expected: tuple[str, ...]) -> None:
    assert context.find(pattern) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("linked/*.txt", ("linked/dev.txt",)),
        ("l*", ("link.txt", "linked")),
        ("l*/dev.txt", ()),
        ("*/*.txt", ("app/dev.txt",)),
        ("*/linked/dev.txt", ()),
        ("app/../*.txt", ("link.txt", "out.txt", "pipe.txt", "requirements.txt")),
        ("*/..", (".",)),
        ("outside/*", ()),
    ],
)
def test_patterns_enter_no_link_behind_a_wildcard(
    context: BuildContext, pattern: str, expected: tuple[str, ...]
) -> None:
    (context.root / "linked").symlink_to("app")
    (context.root / "app" / "linked").symlink_to(".")
    assert context.find(pattern) == expected


def test_patterns_in_a_circle_of_links(context: BuildContext) -> None:
    for number in range(10):
        (context.root / f"l{number}").symlink_to(".")
    with counted(most=200_000):
        assert context.find("*/" * 60 + "requirements.txt") == ()


def test_names_are_compared_within_limits(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"{number}.txt").touch()
    context = BuildContext(tmp_path, comparable=1_000)
    found = [context.find(f"{number}*.txt") for number in range(20)]
    assert found[0] == ("0.txt",)
    assert {each for each in found if isinstance(each, Missing)} == {TOO_MANY_NAMES}
    assert found.count(TOO_MANY_NAMES) == 11
    assert context.find("0*.txt") == ("0.txt",)
    assert BuildContext(tmp_path, comparable=50).find("*.txt") == TOO_MANY_NAMES
    assert BuildContext(tmp_path, comparable=50).files(".") == TOO_MANY_NAMES
    assert BuildContext(tmp_path, comparable=5_000).find("[a-z]" * 500 + "*") == TOO_MANY_NAMES


def test_large_files_and_devices_are_refused(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(b"x" * (1024 * 1024 + 1))
    assert reason(read_bytes(large, 1024 * 1024)) == "it is larger than 1 MiB"
    assert reason(read_bytes(Path("/dev/zero"), 1024)) == "it is not a regular file"


def test_decode_keeps_bytes_that_are_not_utf8() -> None:
    assert decode(b"\xef\xbb\xbfFROM a\xff").encode("utf-8", "surrogateescape") == b"FROM a\xff"


def test_the_context_is_the_nearest_folder_that_has_what_is_copied(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "docker" / "web").mkdir(parents=True)
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "docker" / "web" / "start.sh").touch()
    dockerfile = tmp_path / "docker" / "web" / "Dockerfile"
    assert choose_context(dockerfile, []) == dockerfile.parent
    assert choose_context(dockerfile, ["start.sh"]) == dockerfile.parent
    assert choose_context(dockerfile, ["requirements.txt"]) == tmp_path
    assert choose_context(dockerfile, ["requirements.txt", "docker/web/start.sh"]) == tmp_path
    assert choose_context(dockerfile, ["absent"]) == dockerfile.parent


def test_what_cannot_be_looked_at_is_no_folder(context: BuildContext) -> None:
    for path in ("x" * 5000, "x/" * 5000, "a\0b"):
        assert not context.is_folder(path)
        assert not context.has_file(path)
        assert context.find(path) == ()


def test_the_folders_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    assert folders_up_to_repository(folder) == [folder]
    assert [*folders_upward(folder)] == [folder, *folder.parents]
    # As in a worktree whose repository has moved.
    (tmp_path / ".git").symlink_to("absent")
    assert folders_up_to_repository(folder / ".." / "b") == [folder, tmp_path / "a", tmp_path]
    assert [*folders_upward(folder)] == [folder, tmp_path / "a", tmp_path]
