"""Questions side by side: what leads to what, what fails, what never ends."""

import threading
from collections.abc import Iterator

import pytest

from lint_alpine.wheels.evidence import Fault, Unavailable
from lint_alpine.wheels.metadata import MetadataError
from lint_alpine.wheels.questions import Inquiry, Question, question
from lint_alpine.wheels.transport import TransportError

BELOW = {"a": "bc", "b": "d", "c": "", "d": "e", "e": ""}


def asked(first: str, threads: int = 2, seconds: float = 10) -> dict[str, str | Unavailable]:
    learned: dict[str, str | Unavailable] = {}

    def about(name: str) -> Question:
        def ask() -> str:
            match name:
                case "x":
                    raise TransportError("no answer")
                case "y":
                    raise MetadataError("invalid", Fault.INVALID)
            return BELOW[name]

        def learn(answer: str | Unavailable) -> Iterator[Question]:
            learned[name] = answer
            return map(about, answer if isinstance(answer, str) else "")

        return question(name, ask, learn)

    inquiry = Inquiry(threads, None)
    inquiry.ask(map(about, first), seconds, "it is over")
    inquiry.close()
    return learned


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_answers_lead_to_questions(threads: int) -> None:
    assert asked("a", threads) == BELOW


def test_what_fails_fails_for_its_project() -> None:
    found = asked("xcy")
    assert found["x"] == Unavailable("x", "no answer")
    assert found["y"] == Unavailable("y", "invalid", fault=Fault.INVALID)
    assert found["c"] == ""


def test_nothing_is_asked() -> None:
    assert asked("") == {}


def test_a_fault_of_ours_ends_it() -> None:
    with pytest.raises(KeyError, match="z"):
        asked("z")


def test_what_is_open_at_the_end_is_told_so() -> None:
    learned: dict[str, str | Unavailable] = {}
    ended = threading.Event()

    def waits() -> str:
        ended.wait(10)
        return "late"

    def about(name: str) -> Question:
        def learn(answer: str | Unavailable) -> tuple[()]:
            learned[name] = answer
            return ()

        return question(name, waits if name == "slow" else lambda: "there", learn)

    inquiry = Inquiry(2, None)
    inquiry.ask([about("slow"), about("quick")], 0.2, "it is over")
    ended.set()
    inquiry.close()
    assert learned == {"quick": "there", "slow": Unavailable("slow", "it is over")}


def test_progress_counts_what_is_known_to_be_asked() -> None:
    told: list[tuple[int, int]] = []
    inquiry = Inquiry(1, lambda done, total: told.append((done, total)))
    below = [question("b", lambda: "", lambda _: ()), question("c", lambda: "", lambda _: ())]
    inquiry.ask([question("a", lambda: "", lambda _: below)], 10, "")
    inquiry.close()
    assert told == [(1, 3), (2, 3), (3, 3)]
