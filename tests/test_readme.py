"""What the documents show is what happens.

`LINT_ALPINE_UPDATE=1 pytest tests/test_readme.py` rewrites the README's output after a deliberate change.
"""

import os
import re
from pathlib import Path

import pytest

from lint_alpine.cli import main
from tests.conftest import ROOT
from tools.make_rules_index import table

OUTPUT = re.compile(r"(\$ lint-alpine (check \S+)\n```\n\n```text\n)(.*?)(```)", re.DOTALL)


def test_the_output_in_the_readme_is_real(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    readme = Path("README.md")
    text = readme.read_text(encoding="utf-8")
    shown = OUTPUT.search(text)
    assert shown is not None
    assert main(shown[2].split()) == 1
    printed = capsys.readouterr().out
    if os.environ.get("LINT_ALPINE_UPDATE"):
        readme.write_text(text[: shown.start(3)] + printed + text[shown.end(3) :], encoding="utf-8")
        return
    assert shown[3] == printed


def test_the_table_of_rules_is_current() -> None:
    assert (ROOT / "rules" / "README.md").read_text(encoding="utf-8") == table()


@pytest.mark.parametrize("folder", sorted(path.name for path in (ROOT / "examples").iterdir()))
def test_an_example_says_in_its_first_line_what_it_shows(folder: str) -> None:
    for path in (ROOT / "examples" / folder).glob("Dockerfile*"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# ")
        assert first.endswith(".")


@pytest.mark.parametrize(
    ("folder", "codes"),
    [
        ("modern", set()),
        ("multi-stage", set()),
        ("onbuild", {"LA101", "LA202", "LA404", "LA504"}),
        ("psycopg2", {"LA201", "LA202"}),
        ("seeds-2020", {"LA101", "LA201", "LA202", "LA301", "LA303", "LA304", "LA503"}),
    ],
)
def test_what_the_examples_show(
    folder: str, codes: set[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    main(["check", "--format", "gnu", f"examples/{folder}"])
    assert set(re.findall(r"\[(LA\d+)\]", capsys.readouterr().out)) == codes
