"""What apk has installed, and who installed it."""

import pytest

from lint_alpine.packages import World
from lint_alpine.source import Source, Span
from tests.gathering import facts_of

SOURCE = Source("Dockerfile", "gcc libpq-dev .build git gcc")


def word(text: str) -> tuple[str, Span]:
    begin = SOURCE.text.index(text)
    return text, SOURCE.span(begin, begin + len(text))


def world() -> World:
    return World("3.20", frozenset({"musl"}))


def test_packages_bring_others_along() -> None:
    state = world()
    state.add((word("gcc"),), None, 1)
    assert {"gcc", "musl"} <= state.present.packages
    assert state.present.lacks("gcc", "g++", "musl-dev") == ("g++", "musl-dev")


def test_nothing_is_lacking_where_more_may_be_there() -> None:
    state = world()
    state.complete = False
    assert state.present.lacks("gcc") == ()


def test_a_virtual_package_goes_with_what_it_brought() -> None:
    state = world()
    state.add((word("git"),), None, 1)
    state.add((word("gcc"), word("git")), ".build", 1)
    assert [package.name for package in state.build_packages] == ["gcc"]
    state.remove(".build", SOURCE.span(0, 3), 1)
    assert state.build_packages == ()
    assert "git" in state.present.packages
    assert state.removed_late == []


def test_what_is_asked_for_by_name_outlives_the_virtual_package() -> None:
    state = world()
    state.add((word("gcc"),), ".build", 1)
    state.add((word("gcc"),), None, 1)
    state.remove(".build", SOURCE.span(0, 3), 1)
    assert [package.name for package in state.build_packages] == ["gcc"]


def test_removing_in_a_later_layer_is_too_late() -> None:
    state = world()
    state.add((word("gcc"), word("git")), None, 1)
    state.remove("git", SOURCE.span(0, 3), 2)
    assert state.removed_late == []
    state.remove("gcc", SOURCE.span(0, 3), 2)
    assert [(removal.package.name, removal.package.layer) for removal in state.removed_late] == [("gcc", 1)]
    assert state.copy().removed_late == []


SQUASHED = "\nFROM scratch\nCOPY --from=b / /\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FROM python:3.12-alpine\nRUN apk add gcc", ["gcc"]),
        ("FROM python:3.12-alpine\nRUN apk add git make", []),
        ("FROM python:3.12-alpine\nRUN apk add gcc && apk del gcc", []),
        ("FROM python:3.12-alpine AS base\nRUN apk add gcc\nFROM base", ["gcc"]),
        ("FROM python:3.12-alpine AS other\nRUN apk add gcc\nFROM python:3.12-alpine", []),
        ("FROM alpine:3.22\nRUN apk add python3 gcc", ["gcc"]),
        ("FROM alpine:3.22\nRUN apk add gcc\nCOPY --from=python:3.12-alpine /usr/local /usr/local", ["gcc"]),
        ("FROM alpine:3.22\nRUN apk add gcc", []),
        ("FROM alpine:3.22\nRUN apk add nodejs npm python3 gcc", []),
        ("FROM alpine:3.22\nRUN apk add nodejs python3 py3-pip gcc\nRUN pip install awscli", ["gcc"]),
        ("FROM node:22-alpine\nRUN apk add python3 gcc", []),
        ("FROM golang:1.25-alpine\nRUN apk add gcc", []),
        (f"FROM python:3.12-alpine AS b\nRUN apk add gcc{SQUASHED}", ["gcc"]),
        (f"FROM python:3.12-alpine AS b\nRUN apk add gcc{SQUASHED}RUN apk del gcc", []),
        (f"FROM node:22-alpine AS b\nRUN apk add python3 gcc{SQUASHED}", []),
        ("FROM python:3.12-alpine AS b\nRUN apk add gcc\nFROM scratch\nCOPY --from=b /app /", []),
    ],
)
def test_compilers_in_an_image_of_python(text: str, found: list[str]) -> None:
    assert [package.name for package in facts_of(f"{text}\n").compilers_left] == found


def test_what_comes_with_all_of_a_stage_is_removed_too_late() -> None:
    *_, last = facts_of(f"FROM python:3.12-alpine AS b\nRUN apk add gcc{SQUASHED}RUN apk del gcc\n").stages
    assert [removal.package.name for removal in last.removed_late] == ["gcc"]
