"""How much is read for the installs of one Dockerfile."""

from pathlib import Path

import pytest

from lint_alpine.installs import reading
from lint_alpine.installs.install import Install
from lint_alpine.installs.read import read_install
from lint_alpine.installs.reading import Reading
from lint_alpine.source import Source
from tests.gathering import facts_of
from tests.installs.support import FakeFiles, command, faults

TOO_MUCH = "too much is installed from files before it"


def installed(text: str, files: dict[str, str], state: Reading) -> Install:
    found = read_install(command(text), FakeFiles(files), {}, None, state)
    assert isinstance(found, Install)
    return found


@pytest.mark.parametrize(
    ("text", "files", "fault"),
    [
        ("pip install -r r.txt", {"r.txt": "# long\n" * 1000}, "r.txt: the requirements file `r.txt`"),
        ("pip install -r r.txt", {"r.txt": "a\n" * 30}, "r.txt: the requirements file `r.txt`"),
        ("pip install -r r.txt", {"r.txt": "a=1\n" * 30}, "r.txt: the requirements file `r.txt`"),
        (
            "pip install ./p",
            {"p/pyproject.toml": f"[project]\nname = 'p'\n#{'#' * 20_000}"},
            "./p: the project in `./p`",
        ),
        ("uv sync", {"pyproject.toml": "", "uv.lock": "version = 1\n" + "#\n" * 1000}, "uv: `pyproject.toml`"),
    ],
)
def test_what_is_read_again_and_again_is_read_no_further(text: str, files: dict[str, str], fault: str) -> None:
    state = Reading(left=15_000)
    first, *more = [installed(text, files, state) for _ in range(3)]
    assert TOO_MUCH not in str(faults(first.requirements))
    for each in more:
        assert faults(each.requirements) == [f"Dockerfile:1: {fault} cannot be read: {TOO_MUCH}"]
        assert not each.requirements.complete


def test_what_may_be_configured_then_is_not_known() -> None:
    files = {"/etc/pip.conf": "[install]\nindex-url = https://index.example/simple"}
    assert installed("pip install a", files, Reading()).requirements.index_url == "https://index.example/simple"
    assert installed("pip install a", {}, Reading(left=0)).requirements.indexes != ()


def test_the_words_of_a_here_document_are_no_file() -> None:
    state = Reading()
    installed("pip install -r /dev/stdin -r r.txt <<EOF\na\nEOF", {"r.txt": "b"}, state)
    assert state.sources == {"r.txt": Source("r.txt", "b")}


def test_all_stages_of_a_dockerfile_share_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST", 100_000)
    (tmp_path / "r.txt").write_text("".join(f"only-glibc-{number}\n" for number in range(50)))
    stage = "FROM python:3.12-alpine\nCOPY r.txt .\n" + "RUN pip install -r r.txt\n" * 5
    for text in (stage, stage * 4):
        found = [install for _, install in facts_of(text, tmp_path).installs]
        read = [len(each.verdicts) for each in found]
        told = [TOO_MUCH in str(each.unreadable) for each in found]
        assert read[:3] == [50, 50, 50]
        assert read[5:] == [0] * (len(found) - 5)
        assert told == [not number for number in read]
