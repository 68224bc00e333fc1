"""Questions that are asked side by side: an answer may lead to further ones, and all of them end in time."""

from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from lint_alpine.wheels.archives import ArchiveError
from lint_alpine.wheels.evidence import Unavailable
from lint_alpine.wheels.metadata import MetadataError
from lint_alpine.wheels.transport import TransportError

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

Progress = Callable[[int, int], None]
"""Told how many answers are there, of how many."""

_Answer = TypeVar("_Answer")


class Question(NamedTuple):
    """`ask` is called in a thread, and returns what learns from the answer; so does `unanswered`, for a reason. What is
    learned is learned in the thread of whoever asks, and leads to the next questions."""

    ask: "Callable[[], Learn]"
    unanswered: "Callable[[str], Learn]"


Learn = Callable[[], Iterable[Question]]


def question(
    project: str,
    ask: Callable[[], _Answer | Unavailable],
    learn: Callable[[_Answer | Unavailable], Iterable[Question]],
) -> Question:
    """What fails fails for the project: then it is learned that the answer is `Unavailable`, and why."""

    def asked() -> Learn:
        answer = _answer(project, ask)
        return lambda: learn(answer)

    return Question(asked, lambda reason: lambda: learn(Unavailable(project, reason)))


def _answer(project: str, ask: Callable[[], _Answer | Unavailable]) -> _Answer | Unavailable:
    try:
        return ask()
    except (TransportError, ArchiveError) as error:
        return Unavailable(project, str(error))
    except MetadataError as error:
        return Unavailable(project, str(error), fault=error.fault)


class Inquiry:
    """The threads in which questions are asked, the first ones first."""

    def __init__(self, threads: int, on_progress: Progress | None) -> None:
        self._threads = threads
        self._on_progress = on_progress
        self._pool: ThreadPoolExecutor | None = None

    def ask(self, questions: Iterable[Question], seconds: float, over: str) -> None:
        """Until all is learned; for what is open after so many seconds, `over` is the reason."""
        answered: SimpleQueue[Future[Learn]] = SimpleQueue()
        under_way: dict[Future[Learn], Question] = {}
        end, count = monotonic() + seconds, 0

        def submit(further: Iterable[Question]) -> None:
            for each in further:
                future = self._started().submit(each.ask)
                under_way[future] = each
                future.add_done_callback(answered.put)

        try:
            submit(questions)
            while under_way:
                future = answered.get(timeout=max(0.0, end - monotonic()))
                del under_way[future]
                submit(future.result()())
                count += 1
                if self._on_progress is not None:
                    self._on_progress(count, count + len(under_way))
        except Empty:
            for each in under_way.values():
                each.unanswered(over)()
        finally:
            for future in under_way:
                future.cancel()

    def _started(self) -> "ThreadPoolExecutor":
        from concurrent.futures import ThreadPoolExecutor

        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, "package index")
        return self._pool

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = None
