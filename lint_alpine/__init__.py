"""lint-alpine: a linter for Dockerfiles that put Python software on Alpine Linux."""

from pathlib import Path

__version__ = "0.1.0"

# In a checkout the rules stand beside this package, in an installed wheel inside it: `lint_alpine.rules` is both.
if not Path(__file__).with_name("rules").is_dir():
    __path__.append(str(Path(__file__).parents[1]))
