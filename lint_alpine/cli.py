"""argv -> exit code; the only place that prints."""

import gc
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from lint_alpine.arguments import make_parser
from lint_alpine.errors import UserError

if TYPE_CHECKING:
    from argparse import Namespace

    from lint_alpine.config import Config
    from lint_alpine.examples import Page
    from lint_alpine.fixes import Fixed
    from lint_alpine.linter import Settings
    from lint_alpine.report.report import Report
    from lint_alpine.rule import Rule
    from lint_alpine.wheels.index import PackageIndex
    from lint_alpine.wheels.transport import Statistics

CLEAN, FOUND, COULD_NOT_RUN, INTERRUPTED = 0, 1, 2, 130


def run() -> NoReturn:
    """The program: `main`, then an end without taking the heap apart, which would be a fifth of a short run."""
    code = main()
    with suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 clean, 1 findings, 2 could not run."""
    # Little of what a run makes is ever garbage; looking for it all the time costs a tenth of a short run.
    gc.set_threshold(100_000, 20, 20)
    parser = make_parser()
    arguments = parser.parse_args(argv)
    try:
        match arguments.command:
            case "check":
                return _check(arguments)
            case "explain":
                return _explain(arguments.rules)
            case "cache":
                return _cache(arguments.action, quiet=arguments.quiet)
            case _:
                parser.print_help()
                return COULD_NOT_RUN
    except UserError as error:
        _say(f"lint-alpine: error: {error}")
        return COULD_NOT_RUN
    except BrokenPipeError:
        # The reader (head, less) went away. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        return INTERRUPTED


def _check(arguments: "Namespace") -> int:
    from lint_alpine.config import given, load
    from lint_alpine.context import is_folder
    from lint_alpine.options import ConfigError
    from lint_alpine.registry import all_rules
    from lint_alpine.selection import select

    paths: list[str] = arguments.paths or ["."]
    config = load(_configured_folder(paths), given(vars(arguments)), arguments.config, isolated=arguments.isolated)
    rules = all_rules()
    selection = select(config, rules)
    chosen = tuple(
        rule._replace(severity=selection.severity.get(rule.code, rule.severity))
        for rule in rules
        if rule.code in selection.codes
    )
    if config.context is not None and not is_folder(config.context):
        raise ConfigError(f"the build context `{config.context}` is not a folder")
    progress = _Progress(watched=sys.stderr.isatty() and not arguments.quiet)
    if arguments.refresh and not config.online:
        raise ConfigError("`--refresh` asks the package index again; it needs `--online`")
    index = _open_index(config, progress, arguments) if config.online else None
    try:
        make_settings = partial(_settings, config, chosen, index)
        report = _lint(paths, arguments.stdin_filename, config, make_settings)
        fixed = _fixed(report, config, make_settings) if config.fix or config.diff else ()
        if not config.diff and _write_fixed(fixed):
            report = _lint(paths, arguments.stdin_filename, config, make_settings)
    finally:
        if index is not None:
            index.close()
            progress.clear()
            _say_what_failed(index)
    if index is not None and arguments.verbose:
        _say(_told(index.statistics, len(report.verdicts)))
    for failure in report.failures:
        _say(f"lint-alpine: error: {failure.path}: {failure.message}")
    _write(_diff(fixed) if config.diff else _render(report, config, arguments.output), arguments.output)
    return _exit_code(report, config)


def _configured_folder(paths: Sequence[str]) -> Path:
    """Where the search for a configuration file starts: the folder of the first path."""
    from lint_alpine.context import is_folder

    first = Path(paths[0])
    return first if is_folder(first) else first.parent


def _settings(config: "Config", rules: "tuple[Rule, ...]", index: "PackageIndex | None") -> "Settings":
    from lint_alpine.linter import Settings
    from lint_alpine.wheels.snapshot import Snapshot
    from lint_alpine.wheels.sources import MainIndex, Sources

    snapshot = Snapshot.shipped()
    if index is None:
        sources = Sources([snapshot], [snapshot])
        sources.indexes = MainIndex(sources, config.index_url)
    else:
        from lint_alpine.wheels.chosen_indexes import AskedIndexes

        sources = Sources([index, snapshot], [index, snapshot], [index], explorer=index)
        sources.indexes = AskedIndexes(index, sources, [snapshot])
    return Settings(
        rules=rules,
        sources=sources,
        platforms=config.platform,
        build_args=config.build_arg,
        target=config.target,
        context=config.context,
        images=config.images,
    )


def _open_index(config: "Config", progress: "_Progress", arguments: "Namespace") -> "PackageIndex":
    from lint_alpine.wheels.cache import DiskCache, cache_folder
    from lint_alpine.wheels.index import PackageIndex
    from lint_alpine.wheels.settings import find

    # Answers are hundreds of thousands of objects that form no cycles; each look at 100,000 takes 20 ms.
    gc.set_threshold(500_000, 20, 100)
    settings = find(config.index_url, config.extra_index_url)
    for note in settings.notes if arguments.verbose else ():
        _say(f"lint-alpine: note: {note}")
    return PackageIndex(settings, DiskCache(cache_folder()), progress, refresh=arguments.refresh)


class _Progress:
    """Tells a person who is watching how far the index has answered, once that takes longer than half a second."""

    def __init__(self, *, watched: bool) -> None:
        self._watched = watched
        self._start = time.monotonic()
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        if self._watched and (self._shown or time.monotonic() - self._start > 0.5):
            self._shown = True
            print(f"\rasking the package index: {done} of {total} ", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _lint(
    paths: Sequence[str], stdin_filename: str, config: "Config", make_settings: "Callable[[], Settings]"
) -> "Report":
    from lint_alpine.context import Missing, read_dockerfile
    from lint_alpine.discovery import STANDARD_INPUT, discover
    from lint_alpine.jobs import lint_files, processes
    from lint_alpine.linter import FileResult, lint_buffer, report
    from lint_alpine.report.report import Failure

    found = discover(paths)
    failures = list(found.failures)
    for folder in found.unread:
        _say(f"lint-alpine: note: {folder.path}: {folder.message}")
    results: list[FileResult] = []
    if any(file.path == STANDARD_INPUT for file in found.files):
        text = read_dockerfile(sys.stdin.buffer)
        if isinstance(text, Missing):
            failures.append(Failure(stdin_filename, text.reason))
        else:
            results.append(lint_buffer(text, stdin_filename, make_settings()))
    files = [file for file in found.files if file.path != STANDARD_INPUT]
    # Only one process may ask the index: it is what remembers the answers.
    number = 1 if config.online else processes(len(files), config.jobs)
    for file, result in zip(files, lint_files(files, make_settings, number), strict=True):
        if isinstance(result, FileResult):
            if not file.because_of or result.read.intersection(file.because_of):
                results.append(result)
        elif result is not None:
            failures.append(result)
    return report(results, failures, len(results))


def _fixed(report: "Report", config: "Config", make_settings: "Callable[[], Settings]") -> "Sequence[Fixed]":
    from lint_alpine.fixes import fixed

    return fixed(
        report.diagnostics,
        lambda texts: _lint([*texts], "", config, partial(_with_texts, make_settings, dict(texts))).diagnostics,
        unsafe=config.unsafe_fixes,
    )


def _with_texts(make_settings: "Callable[[], Settings]", texts: Mapping[str, str]) -> "Settings":
    return make_settings()._replace(texts=texts)


def _write_fixed(files: "Sequence[Fixed]") -> int:
    """Writes the fixes; returns how many files changed."""
    from lint_alpine.context import rewrite

    changed = 0
    for file in files:
        refused = rewrite(Path(file.path), file.before, file.after)
        if refused is None:
            changed += 1
        else:
            _say(f"lint-alpine: note: {file.path} is not fixed: {refused.reason}")
    return changed


def _diff(files: "Sequence[Fixed]") -> str:
    from difflib import unified_diff
    from io import StringIO

    lines: list[str] = []
    for file in files:
        # Not splitlines: to `patch` a form feed or U+2028 ends no line.
        before, after = (list(StringIO(text, newline="\n")) for text in (file.before, file.after))
        # The tab tells `patch` where a name with blanks ends.
        name = f"{file.path}\t" if " " in file.path else file.path
        lines += unified_diff(before, after, name, name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _write(text: str, output: str | None) -> None:
    if output is not None:
        try:
            Path(output).write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
        except OSError as error:
            raise UserError(f"{output} cannot be written: {error.strerror}") from error
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.flush()


def _render(report: "Report", config: "Config", output: str | None) -> str:
    from lint_alpine.config import Format

    match config.format:
        case Format.TEXT:
            from lint_alpine.report import text

            return text.render(report, color=_wants_color(config, to_terminal=output is None and sys.stdout.isatty()))
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
    known = {word.lower(): (word, rule) for rule in rules for word in (rule.code, rule.name)}
    for word in wanted:
        if word.lower() not in known:
            raise ConfigError(f"unknown rule `{word}`; did you mean `{known[nearest(word.lower(), known)][0]}`?")
    chosen = {known[word.lower()][1].code for word in wanted}
    if chosen:
        print("\n\n".join(page.text.rstrip() for rule, page in _pages() if rule.code in chosen))
        return CLEAN
    width = max(len(rule.name) for rule in rules)
    for rule, page in _pages():
        print(f"{rule.code}  {rule.name:{width}}  {rule.severity:7}  {'' if rule.default else '(off) '}{page.summary}")
    return CLEAN


def _cache(action: str, *, quiet: bool) -> int:
    from lint_alpine.wheels.cache import DiskCache, cache_folder

    folder = cache_folder()
    if action == "clear":
        freed = DiskCache(folder).clear()
        if not quiet:
            _say(f"lint-alpine: freed {freed / 1_000_000:.1f} MB in {folder}")
    else:
        print(folder)
    return CLEAN


def _say_what_failed(index: "PackageIndex") -> None:
    projects: dict[str, list[str]] = {}
    for name, reason in sorted(index.failures.items()):
        projects.setdefault(reason, []).append(name)
    for reason, names in projects.items():
        some = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        _say(f"lint-alpine: warning: the package index tells nothing of {some}: {reason}")


def _told(statistics: "Statistics", verdicts: int) -> str:
    """What asking the index took."""
    total = f"{statistics.requests} requests to the package index, {_size(statistics.bytes_received)} received"
    told = f"lint-alpine: {total}, {statistics.cache_hits} answers from the cache"
    if not verdicts:
        return told
    each = f"{statistics.requests / verdicts:.1f} requests and {_size(statistics.bytes_received / verdicts)}"
    return f"{told}; for each of the {verdicts} packages judged {each}"


def _size(number: float) -> str:
    return f"{_short(number / 1000)} kB" if number < 1_000_000 else f"{_short(number / 1_000_000)} MB"


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _say(text: str) -> None:
    from lint_alpine.report.characters import visible

    print(visible(text), file=sys.stderr)
