"""What an image meets on musl, by its Alpine release."""

import pytest

from lint_alpine import images
from lint_alpine.environment import Environment
from lint_alpine.hazards import hazards, thread_stack
from tests.gathering import facts_of


def environment(reference: str) -> Environment:
    found = images.environment(reference)
    assert isinstance(found, Environment)
    return found


@pytest.mark.parametrize(
    ("reference", "has", "has_not"),
    [
        ("alpine:3.9", {"thread-stack-80k", "dns-no-tcp", "malloc-old"}, {"thread-stack-128k", "malloc-ng-lock"}),
        ("alpine:3.10", {"thread-stack-128k", "malloc-old"}, {"thread-stack-80k"}),
        ("alpine:3.17", {"dns-no-tcp", "malloc-ng-lock"}, {"malloc-old"}),
        ("alpine:3.18", {"malloc-ng-lock", "locale-c-only"}, {"dns-no-tcp"}),
        ("alpine:edge", {"malloc-ng-lock", "locale-c-only"}, {"dns-no-tcp", "pgo-off"}),
        ("python:3.12.6-alpine3.20", set(), {"pgo-off"}),
        ("python:3.12.7-alpine3.20", {"pgo-off"}, set()),
        ("python:3.14-alpine", {"pgo-off"}, set()),
        ("python:3.14.99-alpine3.24", {"malloc-ng-lock"}, {"pgo-off"}),
        ("node:22-alpine3.22", {"malloc-ng-lock"}, {"pgo-off"}),
    ],
)
def test_hazards(reference: str, has: set[str], has_not: set[str]) -> None:
    found = hazards(environment(reference))
    assert has <= found
    assert not has_not & found


@pytest.mark.parametrize("reference", ["python:3.14-slim", "debian:12", "redis:alpine"])
def test_nothing_is_claimed_without_musl_of_a_known_release(reference: str) -> None:
    assert hazards(environment(reference)) == frozenset()


@pytest.mark.parametrize(
    ("reference", "size"),
    [
        ("python:3.14-alpine", 1 << 20),
        ("python:3.6.3-alpine3.6", 1 << 20),
        ("python:3.6.2-alpine3.6", 0),
        ("alpine:3.22", None),
        ("ghcr.io/astral-sh/uv:python3.13-alpine", None),
        ("gcr.io/distroless/python3-debian12", None),
    ],
)
def test_thread_stack_of_images(reference: str, size: int | None) -> None:
    assert thread_stack(environment(reference)) == size


@pytest.mark.parametrize(("release", "size"), [("3.6", 0), ("3.7", 1 << 20), ("3.17", 1 << 20), ("3.18", 2 << 20)])
def test_thread_stack_of_alpines_own_python(release: str, size: int | None) -> None:
    assert thread_stack(images.apk_python(environment(f"alpine:{release}"))) == size


@pytest.mark.parametrize(
    ("lines", "size"),
    [
        ("FROM alpine:3.22\nRUN apk add python3", 2 << 20),
        ("FROM alpine:3.17 AS base\nFROM base\nRUN apk add py3-pip", 1 << 20),
        ("FROM python:3.13-alpine\nRUN apk add python3", 1 << 20),
        ("FROM alpine:3.22", None),
        ("FROM alpine:3.22\nRUN apk add python3\nCOPY --from=python:3.13-alpine /usr/local /usr/local", None),
    ],
)
def test_the_python_that_runs_decides(lines: str, size: int | None) -> None:
    assert facts_of(f"{lines}\n").thread_stack == size
