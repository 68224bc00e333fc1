"""The comparison with pip's own choices tells agreement and difference."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RIGHT = {
    "requirement": "Pillow==9.5.0",
    "python": "3.8",
    "libc": "musl-1.2",
    "arch": "x86_64",
    "kind": "musllinux",
    "version": "9.5.0",
    "file": "Pillow-9.5.0-cp38-cp38-musllinux_1_1_x86_64.whl",
}
WRONG = RIGHT | {"libc": "glibc-2.36"}
NOTHING = RIGHT | {"requirement": "torch==2.4.0", "kind": "nothing", "version": None, "file": None}


@pytest.mark.parametrize(
    ("rows", "code", "last", "lines"),
    [
        ([RIGHT, NOTHING], 0, "2 of 2 rows agree", 2),
        ([RIGHT, WRONG], 1, "1 of 2 rows agree", 3),
    ],
)
def test_compare(
    tmp_path: Path, root: Path, rows: list[dict[str, str | None]], code: int, last: str, lines: int
) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"rows": rows}))
    command = [sys.executable, "-m", "tools.compare_with_pip", str(truth)]
    done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.splitlines()[-1] == last
    assert len(done.stdout.splitlines()) == lines
