"""The command line: what is printed where, and the exit codes."""

import io
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lint_alpine import __version__, context, linter
from lint_alpine.cli import main

CLEAN = "FROM python:3.13-alpine\nRUN pip install --no-cache-dir pandas\n"
WARNED = "FROM python:3.13-alpine\nRUN apk add libpq\n"
BROKEN = "FROM python:3.13-alpine\nINSTALL x\n"
TOO_LONG = "x" * 5000
UNKNOWN_IMAGE = "FROM registry.example/base:1\nRUN pip install --no-cache-dir pandas\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("text", "options", "code", "findings"),
    [
        (CLEAN, [], 0, 0),
        (WARNED, [], 1, 1),
        (BROKEN, [], 1, 1),
        (WARNED, ["--fail-on", "error"], 0, 1),
        (WARNED, ["--fail-on", "never"], 0, 1),
        (BROKEN, ["--fail-on", "error"], 1, 1),
        (WARNED, ["--ignore", "LA303"], 0, 0),
        (WARNED, ["--ignore", "LA3"], 0, 0),
        (WARNED, ["--ignore", "apk-cache-kept"], 0, 0),
        (WARNED, ["--select", "LA1"], 0, 0),
        (WARNED, ["--severity", "LA303=error", "--fail-on", "error"], 1, 1),
        (WARNED, ["--severity", "LA303=off"], 0, 0),
        (CLEAN.replace("pandas", "no-such-project-at-all"), [], 0, 0),
        (CLEAN.replace("pandas", "no-such-project-at-all"), ["--strict"], 1, 0),
        (UNKNOWN_IMAGE, [], 0, 0),
        (UNKNOWN_IMAGE, ["--strict"], 1, 0),
        (UNKNOWN_IMAGE.partition("RUN")[0], ["--strict"], 0, 0),
    ],
)
def test_exit_code(
    folder: Path, text: str, options: list[str], code: int, findings: int, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, "Dockerfile", text)
    assert main(["check", *options]) == code
    printed = capsys.readouterr()
    assert printed.err == ""
    assert sum(" LA" in line for line in printed.out.splitlines()) == findings


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "absent"], "absent: there is no such file or folder"),
        (["check", "--select", "LA999"], "unknown rule `LA999`"),
        (["check", "--format", "yaml"], "`--format` must be one of `text`"),
        (["check", "--online", "--offline"], "`--online` contradicts `offline`"),
        (["check", "--config", "absent.toml"], "absent.toml: there is no such file"),
        (["check", "--platform", "amd64"], "`amd64` is no platform"),
        (["explain", "LA999"], "unknown rule `LA999`; did you mean `LA"),
        (["explain", "lA101x"], "unknown rule `lA101x`; did you mean `LA101`?"),
        (["explain", "Apk-cache-keep"], "did you mean `apk-cache-kept`?"),
        (["check", "--online", "--index-url", "file:///x"], "is not an http or https URL"),
    ],
)
def test_could_not_run(folder: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "Dockerfile", CLEAN)
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""


def test_usage_errors_exit_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["check", "--no-such-option"])
    assert stopped.value.code == 2
    assert "--no-such-option" in capsys.readouterr().err


def test_the_rest_is_linted_where_one_file_cannot_be_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "Dockerfile", WARNED)
    assert main(["check", "absent", "Dockerfile"]) == 2
    printed = capsys.readouterr()
    assert "absent: there is no such file or folder" in printed.err
    assert "LA303" in printed.out


@pytest.mark.parametrize(
    ("name", "content", "code", "expected"),
    [
        ("Dockerfile", b"\x7fELF\x00\x01\x02", 1, "Dockerfile:1:1: error LA901 "),
        ("Dockerfile", b"", 1, "Dockerfile:1:1: error LA901 "),
        ("Dockerfile", b"ARG A=1\n", 1, "Dockerfile:1:1: error LA901 "),
        ("Dockerfile", b"FROM python:3.13-alpine\nRUN apk add \xff\n", 1, "Dockerfile:2:9: warning LA303 "),
        (
            "Dockerfile",
            b"\xef\xbb\xbfFROM python:3.13-alpine\r\nRUN apk add x\r\n",
            1,
            "Dockerfile:2:9: warning LA303 ",
        ),
    ],
)
def test_bad_bytes(
    folder: Path, name: str, content: bytes, code: int, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).write_bytes(content)
    assert main(["check", name]) == code
    assert capsys.readouterr().out.startswith(expected)


def test_found_files_that_are_no_dockerfiles_are_skipped(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "Dockerfile.png").write_bytes(b"\x89PNG\x00")
    (folder / "Dockerfile.md").write_text("About our images\n")
    assert main(["check"]) == 0
    assert capsys.readouterr().out == ""


def test_a_named_requirements_file_stands_for_the_dockerfiles_that_install_from_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, ".git/HEAD", "")
    write(folder, "requirements.txt", "pandas==1.0.0\n")
    write(folder, "docs/requirements.txt", "sphinx\n")
    write(
        folder,
        "Dockerfile",
        "FROM python:3.8-alpine\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\n",
    )
    assert main(["check", "docs/requirements.txt"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["check", "requirements.txt"]) == 1
    assert "requirements.txt:1:1: warning LA101" in capsys.readouterr().out


def test_standard_input_shows_everything_in_the_buffer(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "app/requirements.txt", "pandas==1.0.0\n")
    text = "FROM python:3.8-alpine\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(["check", "--stdin-filename", "app/Dockerfile", "--select", "LA101", "--format", "json", "-"]) == 1
    first, *_ = json.loads(capsys.readouterr().out)["diagnostics"]
    assert (first["path"], first["span"]["start"]) == ("app/Dockerfile", {"line": 3, "column": 5})
    assert [related["path"] for related in first["related"]] == ["app/requirements.txt"]


def test_standard_input_has_the_limit_of_a_file(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "MAX_DOCKERFILE_BYTES", 1024 * 1024)
    monkeypatch.setattr(linter, "MAX_DOCKERFILE_BYTES", 1024 * 1024)
    text = WARNED.ljust(1024 * 1024, "\n").encode()
    for data, code, findings in ((text, 1, 1), (text + b"\n", 2, 0)):
        (folder / "Dockerfile").write_bytes(data)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        printed = []
        for path in ("Dockerfile", "-"):
            assert main(["check", path]) == code
            printed.append(capsys.readouterr())
        assert printed[0] == printed[1]
        assert printed[0].out.count("LA303") == findings
        assert printed[0].err == ("" if findings else "lint-alpine: error: Dockerfile: it is larger than 1 MiB\n")


def test_json_has_the_verdicts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "Dockerfile", "FROM python:3.8-alpine AS build\nRUN pip install --no-cache-dir pandas==1.0.0 six\n")
    assert main(["check", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    pandas = report["verdicts"][0]
    assert pandas["requirement"] == "pandas==1.0.0"
    assert (pandas["path"], pandas["line"], pandas["stage"]) == ("Dockerfile", 2, "build")
    assert (pandas["outcome"], pandas["file"]) == ("compile", "pandas-1.0.0.tar.gz")
    assert pandas["alternative"] == {
        "image": "python:3.8-slim",
        "outcome": "wheel",
        "file": "pandas-1.0.0-cp38-cp38-manylinux1_x86_64.whl",
    }
    assert pandas["environment"] == {
        "image": "python:3.8-alpine",
        "distro": "alpine",
        "release": "3.20",
        "python": "3.8",
        "implementation": "cpython",
        "libc": "musl",
        "libc_version": "1.2",
        "arch": "x86_64",
        "python_full_version": "3.8.20",
    }
    assert pandas["evidence"]["origin"] == "snapshot"
    assert report["verdicts"][1]["outcome"] == "unknown"
    assert report["summary"]["verdicts"]["compile"] >= 1


def test_output_file_and_formats(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "Dockerfile", WARNED)
    for name in ("text", "gnu", "json", "sarif", "github", "gitlab", "checkstyle", "junit", "rdjson"):
        assert main(["check", "--format", name, "--output", f"{name}.out"]) == 1
        assert (folder / f"{name}.out").stat().st_size > 0
    assert capsys.readouterr().out == ""
    assert (folder / "gnu.out").read_text() == (
        "Dockerfile:2:9: warning: `apk add` leaves its package index in the layer [LA303]\n"
    )


@pytest.mark.parametrize(
    ("platforms", "architectures"),
    [
        (["linux/arm64/v8", "linux/arm64"], ["aarch64"]),
        (["linux/x86_64,linux/amd64", "linux/arm"], ["x86_64", "armv7l"]),
    ],
)
def test_a_platform_under_two_names_is_judged_once(
    folder: Path, platforms: list[str], architectures: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, "Dockerfile", CLEAN)
    options = [word for platform in platforms for word in ("--platform", platform)]
    main(["check", "--format", "json", *options])
    verdicts = json.loads(capsys.readouterr().out)["verdicts"]
    assert [each["environment"]["arch"] for each in verdicts if each["name"] == "pandas"] == architectures


def test_several_platforms_tell_the_same_finding_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "Dockerfile", WARNED)
    assert main(["check", "--platform", "linux/amd64", "--platform", "linux/arm64"]) == 1
    assert capsys.readouterr().out.count("LA303") == 1


def test_an_ignore_comment_silences_the_next_instruction(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for comment in ("# lint-alpine: ignore[LA303] wanted", "# lint-alpine: ignore[LA3]", "# hadolint ignore=DL3019"):
        write(folder, "Dockerfile", WARNED.replace("RUN", f"{comment}\nRUN"))
        assert main(["check"]) == 0, comment
    write(folder, "Dockerfile", WARNED.replace("RUN", "# lint-alpine: ignore[LA301]\nRUN"))
    assert main(["check"]) == 1
    write(folder, "Dockerfile", f"# lint-alpine: ignore-file[LA303] all\n{WARNED}")
    assert main(["check"]) == 0
    capsys.readouterr()


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    table = capsys.readouterr().out
    assert "LA101  compiles-from-source" in table
    assert main(["explain", "la101", "apk-cache-kept"]) == 0
    pages = capsys.readouterr().out
    assert "# LA101 compiles-from-source" in pages
    assert "# LA303 apk-cache-kept" in pages


def test_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lint_alpine", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"lint-alpine {__version__}\n"


def test_the_same_input_gives_the_same_bytes(root: Path) -> None:
    command = [sys.executable, "-m", "lint_alpine", "check", "--format", "json", "examples"]
    first, second = (subprocess.run(command, cwd=root, capture_output=True, check=False).stdout for _ in range(2))
    assert first == second
    assert first


def test_fixes_are_shown_and_made(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    content = b"\xef\xbb\xbfFROM python:3.13-alpine\r\nRUN apk add libpq # \xff\r\nRUN pip install six"
    (folder / "Dockerfile").write_bytes(content)
    assert main(["check", "--diff"]) == 1
    diff = capsysbinary.readouterr().out
    assert b"-RUN apk add libpq # \xff\r\n" in diff
    assert b"+RUN apk add --no-cache libpq # \xff\r\n" in diff
    assert (folder / "Dockerfile").read_bytes() == content
    assert main(["check", "--fix"]) == 0
    assert capsysbinary.readouterr().out == b""
    fixed = content.replace(b"apk add", b"apk add --no-cache").replace(b"pip install", b"pip install --no-cache-dir")
    assert (folder / "Dockerfile").read_bytes() == fixed
    assert [path.name for path in folder.iterdir()] == ["Dockerfile"]


def test_a_fix_follows_no_link_that_lies_in_wait(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "victim.txt", "mine")
    write(folder, "project/Dockerfile", WARNED)
    victim, file, link = (
        folder / "victim.txt",
        folder / "project/Dockerfile",
        folder / "project/.Dockerfile.lint-alpine",
    )
    link.symlink_to("../victim.txt")
    victim.chmod(0o600)
    file.chmod(0o640)
    assert main(["check", "--fix", "project/Dockerfile"]) == 0
    assert (victim.read_text(), stat.filemode(victim.lstat().st_mode)) == ("mine", "-rw-------")
    assert (file.read_text(), stat.filemode(file.lstat().st_mode)) == (
        WARNED.replace("add", "add --no-cache"),
        "-rw-r-----",
    )
    assert sorted((folder / "project").iterdir()) == [link, file]


def test_a_diff_cuts_lines_where_patch_does(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    odd = "FROM python:3.13-alpine\n# a\fb\u2028c\x0bd\re\r\nRUN apk add libpq\n# \x85f\x1c"
    (folder / "Dockerfile").write_bytes(odd.encode())
    assert main(["check", "--diff"]) == 1
    assert capsysbinary.readouterr().out.decode() == (
        "--- Dockerfile\n+++ Dockerfile\n@@ -1,4 +1,4 @@\n FROM python:3.13-alpine\n"
        " # a\fb\u2028c\x0bd\re\r\n-RUN apk add libpq\n+RUN apk add --no-cache libpq\n"
        " # \x85f\x1c\n\\ No newline at end of file\n"
    )


def test_a_diff_tells_where_a_name_ends(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "a b/Dockerfile", WARNED)
    assert main(["check", "--diff"]) == 1
    assert capsys.readouterr().out.startswith("--- a b/Dockerfile\t\n+++ a b/Dockerfile\t\n")


def test_one_run_makes_all_fixes_and_shows_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # That the RUN fails hides what it would leave in its layer.
    text = "FROM alpine:3.22\nRUN apk add --no-cache python3 py3-pip\nRUN apk add git && pip install six\n"
    last = "RUN apk add --no-cache git && pip install --no-cache-dir --break-system-packages six\n"
    for number in range(3):
        write(folder, f"{number}/Dockerfile", text)
    assert main(["check", "--diff", "--unsafe-fixes", "--jobs", "2"]) == 1
    assert capsys.readouterr().out.count(f"+{last}") == 3
    assert main(["check", "--fix", "--unsafe-fixes"]) == 0
    assert capsys.readouterr().out == ""
    for number in range(3):
        assert (folder / f"{number}/Dockerfile").read_text().endswith(last)


def test_several_processes_say_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(6):
        write(folder, f"{number}/Dockerfile", WARNED if number % 2 else BROKEN)
    printed = []
    for jobs in ("1", "3"):
        assert main(["check", "--jobs", jobs]) == 1
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    assert printed[0].count("LA303") == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--output", "absent/report.txt"], "absent/report.txt cannot be written"),
        (["--context", "absent"], "the build context `absent` is not a folder"),
        (["--context", TOO_LONG], "is not a folder"),
        (["--config", TOO_LONG], "file name too long"),
        (["--output", TOO_LONG], "cannot be written: File name too long"),
        ([TOO_LONG], "file name too long"),
        (["x/" * 3000], "file name too long"),
    ],
)
def test_paths_that_cannot_be_used(
    folder: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, "Dockerfile", WARNED)
    assert main(["check", *options]) == 2
    assert message in capsys.readouterr().err
