"""Many files at once: the same linter in several processes, its results in the order of the files."""

import os
from collections.abc import Callable, Iterator, Sequence

from lint_alpine.discovery import Found
from lint_alpine.linter import FileResult, Settings, lint_file
from lint_alpine.report.report import Failure

# Starting a process costs as much as linting some thirty files.
FILES_FOR_A_PROCESS = 32

_settings: list[Settings] = []


def processes(files: int, wanted: int | None) -> int:
    """How many processes to use: as wanted, else by cores and files."""
    most = wanted if wanted is not None else min(os.cpu_count() or 1, files // FILES_FOR_A_PROCESS)
    return max(1, min(most, files))


def lint_files(
    files: Sequence[Found], make_settings: Callable[[], Settings], number: int
) -> Iterator[FileResult | Failure | None]:
    """What linting each file gives; `make_settings` is called once in each process, so it must be picklable."""
    if number == 1:
        settings = make_settings()
        for file in files:
            yield lint_file(file.path, settings, named=file.named)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(number, initializer=_start, initargs=(make_settings,)) as pool:
        yield from pool.map(_lint, files, chunksize=max(1, min(16, len(files) // number)))


def _start(make_settings: Callable[[], Settings]) -> None:
    _settings[:] = [make_settings()]


def _lint(file: Found) -> FileResult | Failure | None:
    return lint_file(file.path, _settings[0], named=file.named)
