"""Which findings ignore comments silence, and which comments silence nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lint_alpine.context import BuildContext
from lint_alpine.diagnostic import Diagnostic, Severity
from lint_alpine.dockerfile.ignores import read_ignores
from lint_alpine.dockerfile.instructions import parse
from lint_alpine.facts import Facts
from lint_alpine.linter import Settings, lint_source
from lint_alpine.registry import all_rules
from lint_alpine.rule import Rule
from lint_alpine.silencing import silence
from lint_alpine.source import Source
from lint_alpine.wheels.sources import Sources
from tests.steps import assert_linear

KEPT = "RUN apk add x\n"


def lint(text: str, select: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """The code and the word of each finding; `select` are the codes of the rules that run, none: those by default."""
    rules = tuple(rule for rule in all_rules() if (rule.code in select if select else rule.default))
    result = lint_source(
        Source("Dockerfile", f"FROM python:3.12-alpine\n{text}"),
        BuildContext(Path("/nonexistent")),
        Settings(rules, Sources([], [])),
    )
    return [(found.code, found.span.text) for found in result.diagnostics]


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("# lint-alpine: ignore[LA303]", []),
        ("# lint-alpine: ignore[la303]", []),
        ("# lint-alpine: ignore[LA3]", []),
        ("# lint-alpine: ignore[apk-cache-kept]", []),
        ("# lint-alpine: ignore[DL3019]", []),
        ("# lint-alpine: ignore", []),
        ("# lint-alpine: ignore-file", []),
        ("# hadolint ignore=DL3019", []),
        ("# hadolint ignore=DL3018", [("LA303", "add")]),
        ("# hadolint ignore=LA303", [("LA303", "add")]),
        ("# lint-alpine: ignore[LA304]", [("LA903", "LA304"), ("LA303", "add")]),
        ("# lint-alpine: ignore[LA304, LA303]", [("LA903", "LA304")]),
        ("# lint-alpine: ignore[LA39]", [("LA903", "LA39"), ("LA303", "add")]),
        ("# lint-alpine: ignore[LA4]", [("LA903", "LA4"), ("LA303", "add")]),
        ("# lint-alpine: ignore[LA407]", [("LA303", "add")]),
        ("# lint-alpine: ignore-file[LA304, LA303, LA903]", []),
        ("# lint-alpine: ignore[LA903, LA303]", []),
    ],
)
def test_comments(comment: str, found: list[tuple[str, str]]) -> None:
    assert lint(f"{comment}\n{KEPT}") == found


@pytest.mark.parametrize(
    ("comment", "select", "found"),
    [
        ("# lint-alpine: ignore[LA304]", ("LA303", "LA903"), ["LA303"]),
        ("# lint-alpine: ignore[LA3]", ("LA305", "LA903"), []),
        ("# lint-alpine: ignore", ("LA305", "LA903"), []),
        ("# lint-alpine: ignore[LA304]", ("LA304", "LA903"), ["LA903"]),
        ("# lint-alpine: ignore[LA999]", ("LA305", "LA903"), ["LA903"]),
        ("# lint-alpine: ignore[LA407]", ("LA407", "LA903"), ["LA407", "LA903"]),
        ("# lint-alpine: ignore[LA304]", ("LA304",), []),
    ],
)
def test_only_rules_that_run_can_be_unused(comment: str, select: tuple[str, ...], found: list[str]) -> None:
    assert [code for code, _ in lint(f"{comment}\n{KEPT}", select)] == found


def test_what_stands_behind_a_fault_is_not_judged() -> None:
    assert [code for code, _ in lint("# lint-alpine: ignore[LA304]\nRUNN apk add x\n")] == ["LA901"]


def test_a_crashed_rule_may_have_had_something_to_say() -> None:
    def crash(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
        raise RuntimeError

    rules = (*(rule for rule in all_rules() if rule.last), Rule("LA304", "crash", Severity.ERROR, crash))
    text = "FROM x\n# lint-alpine: ignore[LA304]\nRUN y\n"
    result = lint_source(Source("Dockerfile", text), BuildContext(Path()), Settings(rules, Sources([], [])))
    assert (result.diagnostics, len(result.failures)) == ((), 1)


@pytest.mark.parametrize("code", ["LA903", "LA101", "x"])
def test_steps_grow_with_the_comments(code: str) -> None:
    """Of an instruction with a comment and a finding on each of its lines, all are silenced or none."""
    rule = next(rule for rule in all_rules() if rule.code == "LA903")

    def run(count: int) -> None:
        text = "FROM x\nRUN y \\\n" + f"# lint-alpine: ignore[{code}]\n z \\\n" * count + "\n"
        dockerfile = parse(Source("Dockerfile", text))
        spans = [dockerfile.source.line_span(number + 3) for number in range(count)]
        found = silence([rule.at(span, "z") for span in spans], read_ignores(dockerfile), [rule])
        is_silent = code == "LA903"
        assert (len(found.kept), len(found.used)) == ((0, count) if is_silent else (count, 0))

    assert_linear(run, 100)
