"""What is copied to an image in which it does not work."""

import pytest

from tests.gathering import INDEX, facts_of

BUILD = "RUN python -m venv /v && /v/bin/pip install"


def foreign(text: str) -> list[tuple[str, str, list[str]]]:
    return [
        (found.copied.span.text, f"{found.made_for} on {found.libc}", [verdict.name for verdict in found.verdicts])
        for _, found in facts_of(text, index=INDEX).foreign_builds
    ]


@pytest.mark.parametrize(
    ("builder", "runtime", "found"),
    [
        ("python:3.12-slim", "python:3.12-alpine", [("/v", "glibc on musl", ["sketch"])]),
        ("python:3.12", "python:3.12-alpine", [("/v", "glibc on musl", ["sketch"])]),
        ("python:3.12-alpine", "python:3.12-slim", [("/v", "musl on glibc", ["sketch"])]),
        ("python:3.12-alpine", "python:3.12-alpine", []),
        ("python:3.12-slim", "python:3.12", []),
        ("python:3.12-slim", "nobody/knows", []),
        ("nobody/knows", "python:3.12-alpine", []),
        ("python:3.12-slim", "alpine:3.20", []),
        ("python:3.12-slim", "alpine:3.20\nRUN apk add python3", [("/v", "glibc on musl", ["sketch"])]),
        ("python:3.12-slim", "scratch", []),
    ],
)
def test_c_libraries(builder: str, runtime: str, found: list[tuple[str, str, list[str]]]) -> None:
    assert foreign(f"FROM {builder} AS b\n{BUILD} sketch reports\nFROM {runtime}\nCOPY --from=b /v /v\n") == found


@pytest.mark.parametrize(
    ("install", "copy", "found"),
    [
        ("RUN pip install sketch", "/usr/local/lib/python3.12/site-packages /s", ["sketch"]),
        ("RUN pip install sketch", "/usr/local/lib /usr/local/lib", ["sketch"]),
        ("RUN pip install sketch", "/usr/local/lib/python3.12/site-packages/sketch /s/sketch", ["sketch"]),
        ("RUN pip install sketch reports", "/usr/local/lib/python3.12/site-packages/reports /s/reports", []),
        ("RUN pip install sketch", "/usr/local/share /s", []),
        ("RUN pip install sketch", "/usr/local/bin/tool /s", []),
        ("RUN pip install reports stable", "/usr/local/lib /s", ["stable"]),
        ("RUN pip install reports", "/usr/local/lib /s", []),
        ("RUN pip install -t /d sketch", "/d /d", ["sketch"]),
        ("RUN pip install -t /d sketch", "/e /d", []),
        ("RUN pip wheel -w /w sketch", "/w/*.whl /w/", ["sketch"]),
        ("RUN pip download -d /w sketch", "/w /w", ["sketch"]),
        ("RUN pip install --dry-run sketch", "/usr/local/lib /s", []),
        ("RUN pip install nobody-knows", "/usr/local/lib /s", []),
        ("RUN pip install sketch", "/ /", []),
    ],
)
def test_sources(install: str, copy: str, found: list[str]) -> None:
    text = f"FROM python:3.12-slim AS b\n{install}\nFROM python:3.12-alpine\nCOPY --from=b {copy}\n"
    assert [name for _, _, names in foreign(text) for name in names] == found


@pytest.mark.parametrize(
    ("copy", "found"),
    [
        ("COPY --from=python:3.12-slim /usr/local /usr/local", ["/usr/local"]),
        ("COPY --from=python:3.12-slim /usr/local/bin/python3.12 /usr/local/bin/", ["/usr/local/bin/python3.12"]),
        ("COPY --from=python:3.12-alpine /usr/local /usr/local", []),
        ("COPY --from=python:3.12-slim /etc/ssl /etc/ssl", []),
        ("COPY --from=python:3.12-slim / /", []),
        ("RUN --mount=type=bind,from=python:3.12-slim,target=/m cp /m/etc/motd /etc", []),
    ],
)
def test_interpreters(copy: str, found: list[str]) -> None:
    assert [word for word, _, _ in foreign(f"FROM alpine:3.20\n{copy}\n")] == found


def test_a_mount_brings_wheels_alone() -> None:
    builder = "FROM python:3.12-slim AS b\nRUN pip wheel -w /w sketch\nRUN pip install -t /d sketch\n"
    run = "FROM python:3.12-alpine\nRUN --mount=type=bind,from=b,source={0},target=/x cp -r /x /y\n"
    assert len(foreign(builder + run.format("/w"))) == 1
    assert foreign(builder + run.format("/d")) == []


def test_a_trigger_is_told_once() -> None:
    text = (
        "FROM python:3.12-slim AS b\nRUN pip install -t /d sketch\n"
        "FROM python:3.12-alpine AS base\nONBUILD COPY --from=b /d /d\nFROM base\n"
    )
    assert foreign(text) == [("/d", "glibc on musl", ["sketch"])]


def mismatches(text: str) -> list[tuple[str, bool]]:
    return [(found.made_for, found.unseen) for _, found in facts_of(text, index=INDEX).python_mismatches]


@pytest.mark.parametrize(
    ("builder", "install", "copy", "runtime", "found"),
    [
        ("3.13", f"{BUILD} reports", "/v /v", "python:3.14-alpine", [("3.13", True)]),
        ("3.13", f"{BUILD} reports", "/v /v", "python:3.13-alpine", []),
        ("3.13", f"{BUILD} reports", "/v /v", "alpine:3.20\nRUN apk add python3", [("3.13", True)]),
        ("3.12", f"{BUILD} reports", "/v /v", "alpine:3.20\nRUN apk add python3", []),
        ("3.12", f"{BUILD} reports", "/v /v", "alpine:3.20", []),
        ("3.13", f"{BUILD} reports", "/v /v", "python:3.14-slim", []),
        ("3.13", f"{BUILD} reports", "/v/bin /v/bin", "python:3.14-alpine", []),
        ("3.13", "RUN pip install -t /d reports stable", "/d /d", "python:3.14-alpine", []),
        ("3.13", "RUN pip install -t /d sketch", "/d /d", "python:3.14-alpine", [("3.13", False)]),
        ("3.13", "RUN pip install -t /d sketch", "/d /d", "python:3.13-alpine", []),
        ("3.13", "RUN pip wheel -w /w sketch", "/w /w", "python:3.14-alpine", [("3.13", False)]),
        (
            "3.13",
            "RUN pip install reports",
            "/usr/local/lib/python3.13/site-packages /usr/local/lib/python3.14/site-packages",
            "python:3.14-alpine",
            [],
        ),
        (
            "3.13",
            "RUN pip install sketch",
            "/usr/local/lib/python3.13/site-packages /usr/local/lib/python3.14/site-packages",
            "python:3.14-alpine",
            [("3.13", False)],
        ),
        (
            "3.13",
            "RUN ./install.sh",
            "/usr/local/lib/python3.13/site-packages/ /usr/local/lib/python3.14/site-packages/",
            "python:3.14-alpine",
            [("3.13", False)],
        ),
        (
            "3.14",
            "RUN ./install.sh",
            "/usr/local/lib/python3.14/site-packages /usr/local/lib/python3.14/site-packages",
            "python:3.14-alpine",
            [],
        ),
        ("3.13", "RUN ./x", "/usr/lib/python3.13/config /c", "python:3.14-alpine", []),
        ("3.13", "RUN pip install reports", "/usr/local /usr/local", "python:3.14-alpine", []),
        (
            "3.13",
            "RUN uv venv -p 3.12 /v && uv pip install -p /v/bin/python reports",
            "/v /v",
            "python:3.14-alpine",
            [],
        ),
    ],
)
def test_pythons(builder: str, install: str, copy: str, runtime: str, found: list[tuple[str, bool]]) -> None:
    text = f"FROM python:{builder}-alpine AS b\n{install}\nFROM {runtime}\nCOPY --from=b {copy}\n"
    assert mismatches(text) == found
