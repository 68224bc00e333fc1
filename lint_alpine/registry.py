"""Every folder of rules/ is a rule; entry points of the group `lint_alpine.rules` add others."""

import os
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import lint_alpine
from lint_alpine.errors import UserError
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
    """The built-in rules, then those of installed plugins.

    Raises UserError for a plugin that cannot be loaded or has the code or name of another rule.
    """
    rules = list(built_in())
    for plugin, rule in _plugins():
        if any(rule.code == known.code or rule.name == known.name for known in rules):
            problem = f"{rule.code} ({rule.name}) has the code or name of another rule"
            raise UserError(f"the plugin {plugin} cannot be used: {problem}")
        rules.append(rule)
    return tuple(rules)


def _plugins() -> list[tuple[str, Rule]]:
    """The rules of plugins, each with the name of its plugin."""
    # importlib.metadata costs 36 ms to import; looking for the group's name in the installed entry points costs 1 ms.
    if not any(_offers_rules(folder) for folder in sys.path):
        return []
    from importlib.metadata import entry_points

    found: list[tuple[str, Rule]] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        plugin = f"`{point.name}` (`{point.value}`)"
        try:
            loaded = point.load()
        except Exception as error:
            raise UserError(f"the plugin {plugin} cannot be used: {type(error).__name__}: {error}") from error
        # A rule is a tuple itself.
        several = isinstance(loaded, list | tuple) and not isinstance(loaded, Rule)
        for rule in loaded if several else [loaded]:
            if not isinstance(rule, Rule):
                raise UserError(f"the plugin {plugin} cannot be used: it is not a Rule, nor a list of them")
            found.append((plugin, rule))
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
