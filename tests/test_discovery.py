"""Paths of the command line -> the Dockerfiles that they stand for."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from lint_alpine.discovery import Discovered, Found, discover, is_dockerfile_name, is_installed_from


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def lay(*files: str) -> None:
    for file in files:
        path = Path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("FROM scratch\n")


def ignore(folder: str, *patterns: str) -> None:
    Path(folder, ".gitignore").write_text("\n".join(patterns) + "\n")


def paths(discovered: Discovered) -> list[str]:
    assert not discovered.failures
    assert not discovered.unread
    return [found.path for found in discovered.files]


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile",
        "dockerfile",
        "Dockerfile.alpine",
        "Dockerfile.j2",
        "Dockerfile-azure",
        "app.Dockerfile",
        "app.dockerfile",
        "Containerfile",
        "Containerfile.dev",
    ],
)
def test_names_of_dockerfiles(name: str) -> None:
    assert is_dockerfile_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile.dockerignore",
        "app.Dockerfile.dockerignore",
        "Containerfile.containerignore",
        "Dockerfile~",
        "Dockerfile.swp",
        ".Dockerfile.swp",
        "Dockerfile.orig",
        "Dockerfile.bak",
        "Dockerfiles",
        "MyDockerfile",
        ".dockerignore",
        "docker-compose.yml",
    ],
)
def test_names_of_other_files(name: str) -> None:
    assert not is_dockerfile_name(name)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("requirements.txt", True),
        ("a/requirements-dev.txt", True),
        ("dev-requirements.txt", True),
        ("requirements/base.txt", True),
        ("constraints.txt", True),
        ("pyproject.toml", True),
        ("setup.cfg", True),
        ("Pipfile", True),
        ("Pipfile.lock", True),
        ("uv.lock", True),
        ("poetry.lock", True),
        ("pdm.lock", True),
        ("pylock.toml", True),
        ("pylock.prod.toml", True),
        ("package-lock.json", False),
        ("notes.txt", False),
        ("requirements.py", False),
        ("Dockerfile", False),
    ],
)
def test_what_is_installed_from(path: str, expected: bool) -> None:
    assert is_installed_from(path) is expected


def test_a_folder_is_searched_in_a_fixed_order() -> None:
    lay("b/Dockerfile", "Dockerfile", "a/z/Containerfile", "a/x.dockerfile", "a/notes.txt", ".devcontainer/Dockerfile")
    expected = [".devcontainer/Dockerfile", "Dockerfile", "a/x.dockerfile", "a/z/Containerfile", "b/Dockerfile"]
    assert paths(discover(["."])) == expected
    assert paths(discover(["a", "b/", "./a"])) == ["a/x.dockerfile", "a/z/Containerfile", "b/Dockerfile"]


def test_paths_are_shown_as_they_are_named(here: Path) -> None:
    lay("a/Dockerfile", "a/b/c")
    assert paths(discover([str(here)])) == [f"{here.as_posix()}/a/Dockerfile"]
    assert paths(discover(["./a//Dockerfile"])) == ["a/Dockerfile"]
    assert paths(discover(["a/b/.."])) == ["a/b/../Dockerfile"]
    os.chdir("a/b")
    assert paths(discover([".."])) == ["../Dockerfile"]


def test_named_files_are_always_read() -> None:
    lay("build.txt", "out/Dockerfile")
    ignore(".", "out/")
    assert discover(["build.txt", "out/Dockerfile"]).files == (
        Found("build.txt", named=True),
        Found("out/Dockerfile", named=True),
    )


def test_standard_input_is_not_a_file_called_dash() -> None:
    lay("-")
    assert discover(["-"]).files == (Found("-", named=True),)
    assert discover(["./-", "-"]).files == (Found("-", named=True), Found("./-", named=True))


@pytest.mark.parametrize(
    "folder", [".git", ".hg", ".svn", "node_modules", "__pycache__", ".tox", ".mypy_cache", ".venv", "a/.venv"]
)
def test_folders_that_are_never_entered(folder: str) -> None:
    lay("Dockerfile", f"{folder}/Dockerfile")
    assert paths(discover(["."])) == ["Dockerfile"]


def test_a_virtual_environment_is_not_entered_whatever_its_name() -> None:
    lay("env/Dockerfile", "env/pyvenv.cfg", "venv/Dockerfile")
    assert paths(discover(["."])) == ["venv/Dockerfile"]
    assert paths(discover(["env"])) == ["env/Dockerfile"]


def test_gitignore_files_are_honoured() -> None:
    lay("Dockerfile", "Dockerfile.local", "out/Dockerfile", "a/out/Dockerfile", "a/b/Dockerfile", "a/b/keep.Dockerfile")
    ignore(".", "/out/", "*.local")
    ignore("a", "b/*", "!keep.Dockerfile")
    assert paths(discover(["."])) == ["Dockerfile", "a/b/keep.Dockerfile", "a/out/Dockerfile"]


def test_what_is_in_an_ignored_folder_cannot_come_back() -> None:
    lay("out/Dockerfile")
    ignore(".", "out/", "!out/Dockerfile")
    assert paths(discover(["."])) == []


def test_gitignore_files_above_the_searched_folder_count_up_to_the_repository(here: Path) -> None:
    lay("a/b/Dockerfile", "a/b/Dockerfile.local", "a/b/Dockerfile.own")
    ignore(".", "*.local", "b/Dockerfile")
    ignore("a", "/b/*.own")
    assert paths(discover(["a/b"])) == ["a/b/Dockerfile"]
    ignore(str(here.parent), "Dockerfile")
    try:
        assert paths(discover(["a/b"])) == ["a/b/Dockerfile"]
    finally:
        (here.parent / ".gitignore").unlink()


def test_a_named_folder_is_searched_though_it_is_ignored() -> None:
    lay("out/Dockerfile")
    ignore(".", "out/")
    assert paths(discover(["out"])) == ["out/Dockerfile"]


def test_exclude_file_of_the_repository() -> None:
    lay("Dockerfile", "a/Dockerfile", "b/Dockerfile")
    Path(".git/info").mkdir()
    Path(".git/info/exclude").write_text("/a\n/b\n")
    ignore(".", "!/b")
    assert paths(discover(["."])) == ["Dockerfile", "b/Dockerfile"]


def test_a_repository_inside_of_another_has_its_own_patterns() -> None:
    lay("module/Dockerfile", "module/.git", "module/Dockerfile.x")
    ignore(".", "Dockerfile")
    ignore("module", "*.x")
    assert paths(discover(["."])) == ["module/Dockerfile"]


def test_links_are_not_followed_out_of_the_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "Dockerfile").write_text("FROM scratch\n")
    lay("a/real.Dockerfile", "a/x.txt")
    Path("a/out.Dockerfile").symlink_to(outside / "Dockerfile")
    Path("a/folder").symlink_to(outside)
    Path("a/loop").symlink_to(".")
    Path("a/Dockerfile").symlink_to("real.Dockerfile")
    Path("a/linked.Dockerfile").symlink_to("x.txt")
    Path("a/gone.Dockerfile").symlink_to("nowhere")
    Path("a/self.Dockerfile").symlink_to("self.Dockerfile")
    assert paths(discover(["a"])) == ["a/linked.Dockerfile", "a/real.Dockerfile"]


def test_a_named_link_is_followed(tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "Dockerfile").write_text("FROM scratch\n")
    Path("folder").symlink_to(outside)
    assert paths(discover(["folder"])) == ["folder/Dockerfile"]
    assert paths(discover(["folder/Dockerfile"])) == ["folder/Dockerfile"]


def test_each_file_once_by_the_name_that_the_user_gave(here: Path) -> None:
    lay("Dockerfile")
    Path("other").symlink_to("Dockerfile")
    absolute = here.as_posix() + "/Dockerfile"
    assert discover([".", "Dockerfile", "./Dockerfile"]).files == (Found("Dockerfile", named=True),)
    assert discover([".", absolute]).files == (Found(absolute, named=True),)
    assert discover(["other", "Dockerfile"]).files == (Found("Dockerfile", named=True),)


def test_only_files_are_found() -> None:
    Path("Dockerfile").mkdir()
    os.mkfifo("pipe.Dockerfile")
    assert paths(discover(["."])) == []


def stands_for(*named: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(found.path, found.because_of) for found in discover(named).files]


def test_a_requirements_file_stands_for_dockerfiles_of_its_folder_and_parents() -> None:
    lay("Dockerfile", "a/Dockerfile", "a/Dockerfile.local", "a/b/requirements.txt", "a/c/Dockerfile", "uv.lock")
    ignore(".", "*.local")
    because = ("a/b/requirements.txt",)
    assert stands_for("a/b/requirements.txt") == [("Dockerfile", because), ("a/Dockerfile", because)]
    both = ("a/b/requirements.txt", "uv.lock")
    assert stands_for("uv.lock", "a/b/requirements.txt") == [("Dockerfile", both), ("a/Dockerfile", because)]
    assert stands_for("a/b/requirements.txt", "Dockerfile") == [("Dockerfile", ()), ("a/Dockerfile", because)]
    assert stands_for("a/b/requirements.txt", ".")[0] == ("Dockerfile", ())


def test_a_requirements_file_named_from_elsewhere(here: Path) -> None:
    lay("Dockerfile", "a/Dockerfile", "a/requirements.txt", "b/x")
    os.chdir("b")
    because = ("../a/requirements.txt",)
    assert stands_for("../a/requirements.txt") == [("../Dockerfile", because), ("../a/Dockerfile", because)]
    os.chdir("../a")
    assert stands_for("../a/requirements.txt")[1] == ("Dockerfile", ("requirements.txt",))
    absolute = f"{here.as_posix()}/a/"
    assert stands_for(f"{absolute}requirements.txt")[1] == (f"{absolute}Dockerfile", (f"{absolute}requirements.txt",))


def test_outside_of_a_repository_a_requirements_file_stands_for_its_own_folder(here: Path) -> None:
    lay("Dockerfile", "a/Dockerfile", "a/requirements.txt")
    (here / ".git").rmdir()
    assert [path for path, _ in stands_for("a/requirements.txt")] == ["a/Dockerfile"]


def failures(named: Iterable[str]) -> list[tuple[str, str]]:
    return [(failure.path, failure.message) for failure in discover(tuple(named)).failures]


def test_a_named_path_that_does_not_exist() -> None:
    lay("Dockerfile")
    Path("loop").symlink_to("loop")
    assert failures(["b", "Dockerfile", "a/requirements.txt"]) == [
        ("a/requirements.txt", "there is no such file or folder"),
        ("b", "there is no such file or folder"),
    ]
    assert failures(["Dockerfile/x"]) == [("Dockerfile/x", "not a directory")]
    assert failures(["loop"]) == [("loop", "too many levels of symbolic links")]
    assert failures(["a\0b"]) == [("a\0b", "embedded null byte")]
    assert failures(["x" * 300]) == [("x" * 300, "file name too long")]


def test_a_folder_that_cannot_be_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    # Permissions bind nobody who runs as root, as containers do.
    lay("a/Dockerfile", "b/Dockerfile")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("a"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    searched = discover(["."])
    assert [found.path for found in searched.files] == ["b/Dockerfile"]
    assert [(failure.path, failure.message) for failure in searched.unread] == [("a", "permission denied")]
    assert not searched.failures
    assert failures(["a"]) == [("a", "permission denied")]


def test_a_deep_tree_needs_no_recursion(here: Path) -> None:
    depth = 1500
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    Path("Dockerfile").write_text("FROM scratch\n")
    os.chdir(here)
    (found,) = discover(["."]).files
    assert found.path == "d/" * depth + "Dockerfile"
    # shutil.rmtree, with which pytest cleans up, recurses.
    os.chdir(os.path.dirname(found.path))
    Path("Dockerfile").unlink()
    for _ in range(depth):
        os.chdir("..")
        Path("d").rmdir()
