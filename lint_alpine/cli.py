"""argv -> exit code; the only place that prints."""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lint_alpine import __version__

if TYPE_CHECKING:
    from lint_alpine.config import Config
    from lint_alpine.examples import Page
    from lint_alpine.linter import Settings
    from lint_alpine.report.report import Report
    from lint_alpine.rule import Rule
    from lint_alpine.wheels.index import PackageIndex

CLEAN, FOUND, COULD_NOT_RUN, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 clean, 1 findings, 2 could not run."""
    from lint_alpine.options import ConfigError
    from lint_alpine.wheels.settings import IndexSettingsError
    from lint_alpine.wheels.snapshot import SnapshotError

    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        match arguments.command:
            case "check":
                return _check(arguments)
            case "explain":
                return _explain(arguments.rules)
            case _:
                parser.print_help()
                return COULD_NOT_RUN
    except (ConfigError, IndexSettingsError, SnapshotError) as error:
        _say(f"lint-alpine: error: {error}")
        return COULD_NOT_RUN
    except BrokenPipeError:
        # The reader (head, less) went away. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    volume = common.add_mutually_exclusive_group()
    volume.add_argument("-q", "--quiet", action="store_true", help="say nothing on standard error but what went wrong")
    volume.add_argument("-v", "--verbose", action="store_true", help="say on standard error what is done")
    parser = argparse.ArgumentParser(prog="lint-alpine", description="A linter for Dockerfiles that put Python software on Alpine Linux.")
    parser.add_argument("--version", action="version", version=f"lint-alpine {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_check_options(commands.add_parser("check", parents=[common], help="lint Dockerfiles"))
    explain = commands.add_parser("explain", parents=[common], help="the page of a rule; without RULE the table of rules")
    explain.add_argument("rules", nargs="*", metavar="RULE", help="code or name")
    return parser


def _add_check_options(parser: argparse.ArgumentParser) -> None:
    """The options carry the names and the values that a configuration file has; those not given are not there."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file, a folder, or - for standard input (default: .)")
    parser.set_defaults(command="check")
    only_flags = parser.add_argument_group("this run")
    only_flags.add_argument("--output", metavar="FILE", help="write the report there instead of standard output")
    only_flags.add_argument("--stdin-filename", metavar="PATH", default="Dockerfile", help="the name of standard input")
    only_flags.add_argument("--config", metavar="FILE", type=Path, help="the configuration file")
    only_flags.add_argument("--isolated", action="store_true", help="read no configuration file")
    options = parser.add_argument_group("options, also in the configuration file")

    def add(name: str, help: str, metavar: str | None = None, *, repeat: bool = False, switch: bool = False) -> None:
        if switch:
            options.add_argument(name, action="store_true", default=argparse.SUPPRESS, help=help)
        else:
            action = "append" if repeat else "store"
            options.add_argument(name, action=action, metavar=metavar, default=argparse.SUPPRESS, help=help)

    add("--format", "text, gnu, json, sarif, github, gitlab, checkstyle, junit or rdjson", "NAME")
    add("--select", "rules by code, prefix or name; ALL for all", "CODES", repeat=True)
    add("--ignore", "rules by code, prefix or name", "CODES", repeat=True)
    add("--severity", "error, warning, info or off for a rule", "CODE=LEVEL", repeat=True)
    add("--fail-on", "the lowest severity that fails: error, warning (default), info or never", "LEVEL")
    add("--strict", "a requirement whose wheels cannot be judged also fails", switch=True)
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


_FLAG_NAMES = (
    "format select ignore severity fail-on strict online offline index-url extra-index-url platform build-arg context"
    " target jobs color"
).split()


def _check(arguments: argparse.Namespace) -> int:
    from lint_alpine.config import load
    from lint_alpine.registry import all_rules
    from lint_alpine.selection import select

    flags = {name: value for name in _FLAG_NAMES if (value := getattr(arguments, name.replace("-", "_"), None)) is not None}
    paths: list[str] = arguments.paths or ["."]
    config = load(_configured_folder(paths), flags, arguments.config, isolated=arguments.isolated)
    rules = all_rules()
    selection = select(config, rules)
    chosen = tuple(
        rule._replace(severity=selection.severity.get(rule.code, rule.severity))
        for rule in rules
        if rule.code in selection.codes
    )
    index = _open_index(config) if config.online else None
    try:
        report = _lint(paths, arguments.stdin_filename, _settings(config, chosen, index))
    finally:
        if index is not None:
            index.close()
            if arguments.verbose:
                _say(f"lint-alpine: {index.statistics}")
    _print(report, config, arguments.output)
    return _exit_code(report, config)


def _configured_folder(paths: Sequence[str]) -> Path:
    """Where the search for a configuration file starts: the folder of the first path."""
    first = Path(paths[0])
    return first if first.is_dir() else first.parent


def _settings(config: "Config", rules: "tuple[Rule, ...]", index: "PackageIndex | None") -> "Settings":
    from lint_alpine.linter import Settings
    from lint_alpine.wheels.snapshot import Snapshot
    from lint_alpine.wheels.sources import Sources

    snapshot = Snapshot.shipped()
    asked = frozenset(url for url in (config.index_url, *config.extra_index_url) if url)
    known: list[PackageIndex | Snapshot] = [snapshot] if index is None else [index, snapshot]
    return Settings(
        rules=rules,
        sources=Sources(known, known, asked),
        platforms=config.platform,
        build_args=config.build_arg,
        target=config.target,
        context=config.context,
        images=config.images,
    )


def _open_index(config: "Config") -> "PackageIndex":
    from lint_alpine.wheels.cache import DiskCache, cache_folder
    from lint_alpine.wheels.index import PackageIndex
    from lint_alpine.wheels.settings import find

    settings = find(config.index_url, config.extra_index_url)
    for note in settings.notes:
        _say(f"lint-alpine: note: {note}")
    return PackageIndex(settings, DiskCache(cache_folder()), _Progress())


class _Progress:
    """Tells a person who is watching how far the index has answered, once that takes longer than half a second."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        if sys.stderr.isatty() and (self._shown or time.monotonic() - self._start > 0.5):
            self._shown = True
            print(f"\rasking the package index: {done} of {total} ", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _lint(paths: Sequence[str], stdin_filename: str, settings: "Settings") -> "Report":
    from lint_alpine.discovery import STANDARD_INPUT, discover
    from lint_alpine.context import decode
    from lint_alpine.linter import FileResult, lint_buffer, lint_file, report

    found = discover(paths)
    failures = list(found.failures)
    for folder in found.unread:
        _say(f"lint-alpine: note: {folder.path}: {folder.message}")
    results: list[FileResult] = []
    for file in found.files:
        if file.path == STANDARD_INPUT:
            results.append(lint_buffer(decode(sys.stdin.buffer.read()), stdin_filename, settings))
            continue
        result = lint_file(file.path, settings, named=file.named)
        if isinstance(result, FileResult):
            if not file.because_of or result.read.intersection(file.because_of):
                results.append(result)
        elif result is not None:
            failures.append(result)
    return report(results, failures, len(results))


def _print(report: "Report", config: "Config", output: str | None) -> None:
    for failure in report.failures:
        _say(f"lint-alpine: error: {failure.path}: {failure.message}")
    text = _render(report, config, to_terminal=output is None and sys.stdout.isatty())
    if output is not None:
        Path(output).write_text(text, encoding="utf-8")
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.flush()


def _render(report: "Report", config: "Config", *, to_terminal: bool) -> str:
    from lint_alpine.config import Format

    match config.format:
        case Format.TEXT:
            from lint_alpine.report import text

            return text.render(report, color=_wants_color(config, to_terminal=to_terminal))
        case Format.SARIF:
            from lint_alpine.report import sarif

            return sarif.render(report, {rule.code: sarif.RulePage(page.summary, page.text) for rule, page in _pages()})
        case Format.GNU:
            from lint_alpine.report.gnu import render
        case Format.JSON:
            from lint_alpine.report.json import render
        case Format.GITHUB:
            from lint_alpine.report.github import render
        case Format.GITLAB:
            from lint_alpine.report.gitlab import render
        case Format.CHECKSTYLE:
            from lint_alpine.report.checkstyle import render
        case Format.JUNIT:
            from lint_alpine.report.junit import render
        case Format.RDJSON:
            from lint_alpine.report.rdjson import render
    return render(report)


def _wants_color(config: "Config", *, to_terminal: bool) -> bool:
    """As asked; else https://no-color.org, then FORCE_COLOR, then whether a terminal shows it."""
    from lint_alpine.config import Color

    if config.color is not Color.AUTO:
        return config.color is Color.ALWAYS
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return to_terminal and os.environ.get("TERM") != "dumb"


def _exit_code(report: "Report", config: "Config") -> int:
    from lint_alpine.wheels.verdict import Outcome

    if report.failures:
        return COULD_NOT_RUN
    if any(config.fail_on.reached_by(found.severity) for found in report.diagnostics):
        return FOUND
    if config.strict and any(each.verdict.outcome is Outcome.UNKNOWN for each in report.verdicts):
        return FOUND
    return CLEAN


def _pages() -> "Iterable[tuple[Rule, Page]]":
    from lint_alpine.examples import read_page
    from lint_alpine.registry import built_in, rules_folder

    for rule in built_in():
        yield rule, read_page(rules_folder() / rule.name.replace("-", "_") / "README.md")


def _explain(wanted: Sequence[str]) -> int:
    from lint_alpine.options import ConfigError, nearest
    from lint_alpine.registry import built_in

    rules = built_in()
    known = {word.lower(): rule for rule in rules for word in (rule.code, rule.name)}
    for word in wanted:
        if word.lower() not in known:
            raise ConfigError(f"unknown rule `{word}`; did you mean `{nearest(word, [*known])}`?")
    chosen = {known[word.lower()].code for word in wanted}
    if chosen:
        print("\n\n".join(page.text.rstrip() for rule, page in _pages() if rule.code in chosen))
        return CLEAN
    width = max(len(rule.name) for rule in rules)
    for rule, page in _pages():
        print(f"{rule.code}  {rule.name:{width}}  {rule.severity:7}  {'' if rule.default else '(off) '}{page.summary}")
    return CLEAN


def _say(text: str) -> None:
    from lint_alpine.report.characters import visible

    print(visible(text), file=sys.stderr)
