"""The rules that plugins add."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lint_alpine.cli import main
from lint_alpine.registry import all_rules, built_in


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """What is installed is looked at once a process."""
    all_rules.cache_clear()
    yield
    all_rules.cache_clear()


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, module: str | None, value: str = "offered:RULE") -> None:
    """A distribution with one entry point, as it lies in site-packages."""
    information = folder / "plugin-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1\n")
    (information / "entry_points.txt").write_text(f"[lint_alpine.rules]\nadded = {value}\n")
    if module is not None:
        (folder / "offered.py").write_text(module)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "offered", raising=False)


RULE = """
from lint_alpine.rule import Rule, Severity
RULE = Rule({code!r}, {name!r}, Severity.INFO, lambda rule, facts: [])
"""


@pytest.mark.parametrize("more", ["", "RULE = [RULE]\n", "RULE = (RULE,)\n"])
def test_a_plugin_adds_rules(more: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, RULE.format(code="XY1", name="added-rule") + more)
    assert [rule.code for rule in all_rules()[len(built_in()) :]] == ["XY1"]


@pytest.mark.parametrize(
    ("module", "value", "message"),
    [
        (None, "no_such_module:RULE", "No module named 'no_such_module'"),
        ("", "offered:RULE", "has no attribute 'RULE'"),
        ("RULE = (", "offered:RULE", "was never closed"),
        ("raise RuntimeError('not today')", "offered:RULE", "not today"),
        ("RULE = 1", "offered:RULE", "it is not a Rule"),
        ("RULE = [1]", "offered:RULE", "it is not a Rule"),
        ("", ":::", "cannot be used"),
        (RULE.format(code="LA101", name="added-rule"), "offered:RULE", "LA101 (added-rule) has the code or name of"),
        (RULE.format(code="XY1", name="missing-rust"), "offered:RULE", "XY1 (missing-rust) has the code or name of"),
    ],
)
def test_a_plugin_that_cannot_be_used(
    module: str | None,
    value: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    install(tmp_path, monkeypatch, module, value)
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"lint-alpine: error: the plugin `added` (`{value}`) cannot be used: ")
    assert message in printed.err
