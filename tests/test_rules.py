"""Every example of every room: a Bad one prints exactly its block, a Good one nothing, with every rule on.

"Every rule" are those that are on by default, and the room's own.

`LINT_ALPINE_UPDATE=1 pytest tests/test_rules.py` rewrites the blocks after a deliberate change: read the difference.
"""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from lint_alpine.diagnostic import Diagnostic
from lint_alpine.examples import Example, lint_example, read_page, report_example
from lint_alpine.fixes import fixed
from lint_alpine.registry import built_in, rules_folder
from lint_alpine.rule import Rule
from tests.conftest import ROOT

PAGES = {rule: ROOT / "rules" / rule.name.replace("-", "_") / "README.md" for rule in built_in()}
EXAMPLES = [(rule, path, example) for rule, path in PAGES.items() for example in read_page(path).examples]


@pytest.mark.parametrize(
    ("rule", "path", "example"),
    EXAMPLES,
    ids=[f"{rule.code}-{'bad' if example.bad else 'good'}-{example.title}" for rule, _, example in EXAMPLES],
)
def test_example(rule: Rule, path: Path, example: Example, tmp_path: Path) -> None:
    printed = lint_example(example, tmp_path, [other for other in built_in() if other.default or other is rule])
    if os.environ.get("LINT_ALPINE_UPDATE") and example.bad and printed != example.expected:
        _rewrite(path, example, printed)
        return
    assert printed == example.expected
    assert (f" {rule.code} " in printed) == example.bad


def _rewrite(path: Path, example: Example, printed: str) -> None:
    text = path.read_text(encoding="utf-8")
    begin = text.index(f"## Bad: {example.title}\n")
    end = text.find("\n## ", begin + 1) % (len(text) + 1)
    section = re.sub(r"```text\n.*?```", lambda _: f"```text\n{printed}```", text[begin:end], count=1, flags=re.DOTALL)
    path.write_text(text[:begin] + section + text[end:], encoding="utf-8")


BAD = [pytest.param(rule, example, id=f"{rule.code}-{example.title}") for rule, _, example in EXAMPLES if example.bad]


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_the_fixes_of_an_example_end_what_they_are_for(rule: Rule, example: Example, tmp_path: Path) -> None:
    def findings(text: str) -> tuple[Diagnostic, ...]:
        rules = [other for other in built_in() if other.default or other is rule]
        return report_example(replace(example, dockerfile=text), tmp_path, rules).diagnostics

    before = findings(example.dockerfile)
    made = fixed(before, lambda texts: findings(texts["Dockerfile"]), unsafe=True)
    after = findings(made[0].after if made else example.dockerfile)
    assert [found for found in after if found.fix] == []
    for code in (rule.code, "LA901"):
        left = [found for found in before if found.code == code and found.fix is None]
        assert sum(found.code == code for found in after) == len(left)


@pytest.mark.parametrize("rule", built_in(), ids=lambda rule: rule.code)
def test_room(rule: Rule) -> None:
    page = read_page(PAGES[rule])
    assert page.text.startswith(f"# {rule.code} {rule.name}\n")
    assert page.summary.endswith(".")
    assert sum(example.bad for example in page.examples) >= 2
    assert sum(not example.bad for example in page.examples) >= 2
    source = (rules_folder() / rule.name.replace("-", "_") / "__init__.py").read_text(encoding="utf-8")
    imports = re.findall(r"^(?:from|import) (\S+)", source, re.MULTILINE)
    assert set(imports) <= {"collections.abc", "itertools", "lint_alpine.rule"}


def test_codes_and_names_are_unique() -> None:
    rules = built_in()
    assert len({rule.code for rule in rules}) == len({rule.name for rule in rules}) == len(rules)
