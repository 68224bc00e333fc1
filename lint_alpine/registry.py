"""Every folder of rules/ is a rule; entry points of the group `lint_alpine.rules` add others."""

import os
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import lint_alpine
from lint_alpine.rule import Rule

GROUP = "lint_alpine.rules"


@cache
def rules_folder() -> Path:
    """Where the rooms are: inside the installed package, or beside it in a checkout."""
    return next(path for folder in lint_alpine.__path__ if (path := Path(folder, "rules")).is_dir())


@cache
def built_in() -> tuple[Rule, ...]:
    """The rules of this project, by code."""
    names = sorted(entry.name for entry in os.scandir(rules_folder()) if Path(entry.path, "__init__.py").is_file())
    rules: list[Rule] = [import_module(f"lint_alpine.rules.{name}").RULE for name in names]
    return tuple(sorted(rules, key=lambda rule: rule.code))


@cache
def all_rules() -> tuple[Rule, ...]:
    """The built-in rules, then those of installed plugins, which may not take a code or a name that exists."""
    rules = list(built_in())
    for rule in _plugins():
        if any(rule.code == known.code or rule.name == known.name for known in rules):
            raise ValueError(f"the plugin rule {rule.code} ({rule.name}) has the code or name of another rule")
        rules.append(rule)
    return tuple(rules)


def _plugins() -> list[Rule]:
    # importlib.metadata costs 36 ms to import; looking for the group's name in the installed entry points costs 1 ms.
    if not any(_offers_rules(folder) for folder in sys.path):
        return []
    from importlib.metadata import entry_points

    found: list[Rule] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        loaded = point.load()
        candidates = loaded if isinstance(loaded, list | tuple) else [loaded]
        for rule in candidates:
            if not isinstance(rule, Rule):
                raise TypeError(f"the entry point {point.name} of {GROUP} is not a Rule")
            found.append(rule)
    return found


def _offers_rules(folder: str) -> bool:
    try:
        entries = [entry.path for entry in os.scandir(folder or ".") if entry.name.endswith(".dist-info")]
    except OSError:
        return False
    for path in entries:
        try:
            text = Path(path, "entry_points.txt").read_bytes()
        except OSError:
            continue
        if f"[{GROUP}]".encode() in text:
            return True
    return False
