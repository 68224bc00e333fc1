"""What is installed where it is not known for what: verdicts that say so, and no findings."""

import json
from pathlib import Path

import pytest

from lint_alpine.cli import main

FILE = "pandas==2.0.0\nnumpy\nnumpy>=1\n"
READ = "COPY r.txt .\nRUN pip install --no-cache-dir -r r.txt\n"


@pytest.mark.parametrize(
    ("dockerfile", "image", "reason"),
    [
        (f"FROM python:3.12-alpine3.12\n{READ}", "python:3.12-alpine3.12", "`3.12-alpine3.12` is no known tag"),
        (f"FROM registry.example/base:1\n{READ}", "registry.example/base:1", "nothing is known of `registry.example/"),
        (f"FROM registry.example/base:1 AS a\nFROM a\n{READ}", "registry.example/base:1", "nothing is known of `reg"),
        (f"ARG BASE\nFROM $BASE\n{READ}", "$BASE", "the base image `$BASE` depends on a value that is not known"),
        (f"FROM debian:bookworm\n{READ}", "debian:bookworm", "the Python that it installs for is not known"),
        (
            f"FROM python:3.12-alpine\n{READ.replace('-r', '--platform=any --only-binary=:all: -t x -r')}",
            "python:3.12-alpine",
            "`--platform` names what it is for",
        ),
    ],
)
def test_verdicts(
    dockerfile: str,
    image: str,
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Dockerfile").write_text(dockerfile)
    Path("r.txt").write_text(FILE)
    assert main(["check", "--isolated", "--format", "json", "--fail-on", "never"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["diagnostics"] == []
    assert [(each["path"], each["line"], each["requirement"]) for each in report["verdicts"]] == [
        ("r.txt", 1, "pandas==2.0.0"),
        ("r.txt", 2, "numpy"),
    ]
    for verdict in report["verdicts"]:
        assert (verdict["outcome"], verdict["file"], verdict["evidence"]) == ("unknown", None, None)
        assert verdict["reason"].startswith(reason)
        assert verdict["environment"]["image"] == image
    assert report["summary"]["verdicts"]["unknown"] == 2
    assert main(["check", "--isolated", "--fail-on", "never", "--strict"]) == 1
    assert capsys.readouterr().out == ""
