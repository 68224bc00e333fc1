import json
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.wheels.cache import DiskCache, Entry, cache_folder, lifetime

ENTRY = Entry(data=b"one\ntwo\xff", stored=1000.0, expires=1600.0, etag='"x"', last_modified="Thu")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_entry_comes_back(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path)
    assert cache.read("pages", "https://index.example/simple/a/") is None
    cache.write("pages", "https://index.example/simple/a/", ENTRY)
    assert DiskCache(tmp_path).read("pages", "https://index.example/simple/a/") == ENTRY
    assert cache.read("pages", "https://index.example/simple/b/") is None
    assert cache.read("needs", "https://index.example/simple/a/") is None


@pytest.mark.parametrize(
    ("now", "expires", "fresh"),
    [
        (1000.0, 1600.0, True),
        (1599.0, 1600.0, True),
        (1600.0, 1600.0, False),
        (1e10, None, True),
        (900.0, 1600.0, False),
    ],
)
def test_freshness(tmp_path: Path, now: float, expires: float | None, fresh: bool) -> None:
    assert DiskCache(tmp_path, clock=lambda: now).is_fresh(Entry(b"", 1000.0, expires)) is fresh


def test_date() -> None:
    assert Entry(b"", 86400.0 * 365, None).as_of == "1971-01-01"


@given(
    st.binary(max_size=200) | st.recursive(st.integers() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
@settings(max_examples=100, deadline=None)
def test_what_is_corrupt_is_absent_and_replaced(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("cache")
    cache = DiskCache(folder)
    cache.write("pages", "key", ENTRY)
    (path,) = files(folder)
    path.write_bytes(content)
    assert cache.read("pages", "key") is None
    cache.write("pages", "key", ENTRY)
    assert cache.read("pages", "key") == ENTRY


@pytest.mark.parametrize(
    "change",
    [
        {"key": "other"},
        {"stored": "1"},
        {"stored": float("nan")},
        {"expires": []},
        {"etag": 1},
        {"stored": -1},
        {"stored": 1e30},
        {"checksum": 0},
    ],
)
def test_what_is_malformed_is_absent(tmp_path: Path, change: dict[str, object]) -> None:
    cache = DiskCache(tmp_path)
    cache.write("pages", "key", ENTRY)
    (path,) = files(tmp_path)
    header, _, data = path.read_bytes().partition(b"\n")
    path.write_bytes(json.dumps(json.loads(header) | change).encode() + b"\n" + data)
    assert cache.read("pages", "key") is None


def test_truncated_entry_is_absent(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path)
    cache.write("pages", "key", ENTRY)
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    assert cache.read("pages", "key") is None


def test_clear_and_prune(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, limit=10_000)
    for number in range(20):
        cache.write("pages", str(number), Entry(b"x" * 900, 1.0, None))
        path = max(files(tmp_path), key=lambda file: file.stat().st_ctime_ns)
        import os

        os.utime(path, (number + 1, number + 1))
    (tmp_path / "unrelated").write_text("stays")
    cache.prune()
    left = [number for number in range(20) if cache.read("pages", str(number))]
    assert left == list(range(left[0], 20))
    assert 4 <= len(left) <= 9
    cache.clear()
    assert files(tmp_path) == [tmp_path / "unrelated"]


def test_too_large_entry_is_not_kept(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, limit=1000)
    cache.write("pages", "key", Entry(b"x" * 2000, 1.0, None))
    assert files(tmp_path) == []


def test_unusable_folder_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = DiskCache(tmp_path / "file")
    cache.write("pages", "key", ENTRY)
    assert cache.read("pages", "key") is None
    cache.prune()
    cache.clear()


def test_processes_write_at_once(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from lint_alpine.wheels.cache import DiskCache, Entry\n"
        "cache = DiskCache(Path(sys.argv[1]))\n"
        "for n in range(150):\n"
        "    cache.write('pages', 'key', Entry(sys.argv[2].encode() * 50_000, 1.0, None))\n"
        "    found = cache.read('pages', 'key')\n"
        "    assert found is not None and len(set(found.data)) == 1\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path), str(n)]) for n in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert len(files(tmp_path)) == 1


def use_while_others_do(folder: Path, number: int) -> list[str]:
    """Writes and reads entries in a small cache, prunes and clears it; what goes wrong."""
    cache = DiskCache(folder, limit=200_000)
    wrong: list[str] = []
    for turn in range(200):
        key = str(turn % 7)
        cache.write("pages", key, Entry(bytes([turn % 7, number]) * 15_000, 1.0, None))
        asked = (turn + 3) % 7
        found = cache.read("pages", str(asked))
        if found is not None and bytes(found.data) != bytes([asked, found.data[1]]) * 15_000:
            wrong.append(f"{turn}: {bytes(found.data[:20])!r}")
        if turn % 10 == number:
            cache.prune()
        if turn % 50 == number:
            cache.clear()
    cache.prune()
    return wrong


def test_processes_prune_and_clear_at_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(use_while_others_do, [tmp_path] * 4, range(4)))
    assert found == [[], [], [], []]
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 200_000
    assert not [path for path in files(tmp_path) if path.suffix != ".json"]


@pytest.mark.parametrize(
    ("cache_control", "age", "seconds"),
    [
        (None, None, 600.0),
        ("", "5", 600.0),
        ("public", None, 600.0),
        ("max-age=60, public", None, 60.0),
        ('Max-Age="60"', "20", 40.0),
        ("max-age=60", "100", 0.0),
        ("max-age=-1", None, 0.0),
        ("max-age=x", None, 0.0),
        ("max-age=" + "9" * 5000, None, 0.0),
        ("max-age=999999999", None, 7 * 86400.0),
        ("no-cache", None, 0.0),
        ("no-store, max-age=60", None, None),
    ],
)
def test_lifetime(cache_control: str | None, age: str | None, seconds: float | None) -> None:
    assert lifetime(cache_control, age) == seconds


def test_folder(tmp_path: Path) -> None:
    assert cache_folder({"LINT_ALPINE_CACHE_DIR": str(tmp_path)}) == tmp_path
    home = cache_folder({})
    assert home.name == "lint-alpine"
    assert home.is_absolute()
    if sys.platform not in {"win32", "darwin"}:
        assert cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "lint-alpine"
        assert cache_folder({"XDG_CACHE_HOME": "relative"}) == home
