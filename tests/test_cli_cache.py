"""The command line: `cache dir` and `cache clear`."""

from pathlib import Path

import pytest

from lint_alpine.cli import main
from lint_alpine.wheels.cache import DiskCache, Entry


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINT_ALPINE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_dir(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", "dir"]) == 0
    assert capsys.readouterr() == (f"{folder}\n", "")
    assert not folder.exists()


def test_clear(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache = DiskCache(folder)
    cache.write("pages", "a", Entry(b"x" * 1_000_000, 1.0, None))
    (folder / "index-0" / "pages").mkdir(parents=True)
    (folder / "index-0" / "pages" / "old.json").write_text("{}")
    (folder / "mine" / "pages").mkdir(parents=True)
    (folder / "mine" / "pages" / "kept.json").write_text("{}")
    assert main(["cache", "clear"]) == 0
    assert capsys.readouterr() == ("", f"lint-alpine: freed 1.0 MB in {folder}\n")
    assert cache.read("pages", "a") is None
    # What an older version left goes as well; what is not ours stays.
    assert [path.name for path in folder.rglob("*.json")] == ["kept.json"]


def test_clear_of_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", "clear"]) == 0
    assert capsys.readouterr().err == f"lint-alpine: freed 0.0 MB in {folder}\n"


def test_quiet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", "-q", "clear"]) == 0
    assert main(["cache", "-q", "dir"]) == 0
    assert capsys.readouterr() == (f"{folder}\n", "")


@pytest.mark.parametrize("arguments", [["cache"], ["cache", "drop"]])
def test_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "cache" in capsys.readouterr().err
