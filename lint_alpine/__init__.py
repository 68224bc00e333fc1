"""lint-alpine: a linter for Dockerfiles that put Python software on Alpine Linux."""

__version__ = "0.1.0"
