"""What the command line takes: commands, options and their help."""

import argparse
import os
from pathlib import Path

from lint_alpine import __version__


def _formatter(prog: str) -> argparse.HelpFormatter:
    """As argparse's own, which imports shutil and with it the compressors to learn how wide the terminal is."""
    try:
        width = os.get_terminal_size().columns
    except OSError:
        width = 80
    return argparse.HelpFormatter(prog, width=width - 2)


def make_parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False, formatter_class=_formatter)
    volume = common.add_mutually_exclusive_group()
    volume.add_argument("-q", "--quiet", action="store_true", help="say nothing on standard error but what went wrong")
    volume.add_argument("-v", "--verbose", action="store_true", help="with --online: say what asking the index took")
    parser = argparse.ArgumentParser(
        prog="lint-alpine",
        formatter_class=_formatter,
        description="A linter for Dockerfiles that put Python software on Alpine Linux.",
    )
    parser.add_argument("--version", action="version", version=f"lint-alpine {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_check_options(
        commands.add_parser("check", parents=[common], formatter_class=_formatter, help="lint Dockerfiles")
    )
    explain = commands.add_parser(
        "explain",
        parents=[common],
        formatter_class=_formatter,
        help="the page of a rule; without RULE the table of rules",
    )
    explain.add_argument("rules", nargs="*", metavar="RULE", help="code or name")
    cache = commands.add_parser(
        "cache", parents=[common], formatter_class=_formatter, help="what the package index said, kept on disk"
    )
    cache.add_argument("action", choices=["dir", "clear"], help="print the folder, or empty it")
    return parser


def _add_check_options(parser: argparse.ArgumentParser) -> None:
    """The options carry the names and the values that a configuration file has; those not given are not there."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="a file, a folder, or - for standard input (default: .)"
    )
    only_flags = parser.add_argument_group("this run")
    only_flags.add_argument("--output", metavar="FILE", help="write the report there instead of standard output")
    only_flags.add_argument("--stdin-filename", metavar="PATH", default="Dockerfile", help="the name of standard input")
    only_flags.add_argument("--config", metavar="FILE", type=Path, help="the configuration file")
    only_flags.add_argument("--refresh", action="store_true", help="with --online: ask again even what is known")
    only_flags.add_argument("--isolated", action="store_true", help="read no configuration file")
    options = parser.add_argument_group("options, also in the configuration file")

    def add(name: str, text: str, metavar: str | None = None, *, repeat: bool = False, switch: bool = False) -> None:
        if switch:
            options.add_argument(name, action="store_true", default=argparse.SUPPRESS, help=text)
        else:
            action = "append" if repeat else "store"
            options.add_argument(name, action=action, metavar=metavar, default=argparse.SUPPRESS, help=text)

    add("--format", "text, gnu, json, sarif, github, gitlab, checkstyle, junit or rdjson", "NAME")
    add("--select", "rules by code, prefix or name; ALL for all", "CODES", repeat=True)
    add("--ignore", "rules by code, prefix or name", "CODES", repeat=True)
    add("--severity", "error, warning, info or off for a rule", "CODE=LEVEL", repeat=True)
    add("--fail-on", "the lowest severity that fails: error, warning (default), info or never", "LEVEL")
    add("--strict", "a requirement whose wheels cannot be judged also fails", switch=True)
    add("--fix", "apply the safe fixes", switch=True)
    add("--unsafe-fixes", "with --fix or --diff: the unsafe ones as well", switch=True)
    add("--diff", "print what --fix would change, and change nothing", switch=True)
    add("--online", "ask the package index", switch=True)
    add("--offline", "ask no network (default)", switch=True)
    add("--index-url", "the index to ask (default: pip's own setting)", "URL")
    add("--extra-index-url", "another index to ask", "URL", repeat=True)
    add("--platform", "the platform to build for; repeatable (default: linux/amd64)", "OS/ARCH", repeat=True)
    add("--build-arg", "as of docker build", "NAME=VALUE", repeat=True)
    add("--context", "the build context", "DIR")
    add("--target", "the stage that ships (default: the last)", "STAGE")
    options.add_argument("--jobs", type=int, metavar="N", default=argparse.SUPPRESS, help="processes")
    add("--color", "auto, always or never", "WHEN")
