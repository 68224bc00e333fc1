"""Writes rules/README.md, the table of the rules, from their rooms.

python -m tools.make_rules_index
"""

import sys
from pathlib import Path

from lint_alpine.examples import read_page
from lint_alpine.registry import built_in

RULES = Path(__file__).parents[1] / "rules"


def table() -> str:
    lines = [
        "# The rules",
        "",
        "Each folder is a rule: its page, which is its tests, and its check. This table is written by",
        "`python -m tools.make_rules_index`.",
        "",
        "| code | name | severity | on | finds |",
        "|---|---|---|---|---|",
    ]
    for rule in built_in():
        folder = rule.name.replace("-", "_")
        summary = read_page(RULES / folder / "README.md").summary
        on = "yes" if rule.default else ""
        lines.append(f"| {rule.code} | [{rule.name}]({folder}/README.md) | {rule.severity} | {on} | {summary} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (RULES / "README.md").write_text(table(), encoding="utf-8")
    sys.exit(0)
