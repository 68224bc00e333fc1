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
        # A virtual environment that ships is there to be run.
        ("python:3.12-slim", "alpine:3.20", [("/v", "glibc on musl", ["sketch"])]),
        ("python:3.12-alpine", "debian:bookworm-slim", [("/v", "musl on glibc", ["sketch"])]),
        ("python:3.12-slim", "alpine:3.20\nRUN apk add python3", [("/v", "glibc on musl", ["sketch"])]),
        ("python:3.12-slim", "scratch", []),
    ],
)
def test_c_libraries(builder: str, runtime: str, found: list[tuple[str, str, list[str]]]) -> None:
    assert foreign(f"FROM {builder} AS b\n{BUILD} sketch reports\nFROM {runtime}\nCOPY --from=b /v /v\n") == found


def test_a_virtual_environment_may_be_passed_on() -> None:
    text = f"FROM python:3.12-alpine AS b\n{BUILD} sketch\nFROM debian:12 AS packer\nCOPY --from=b /v /v\n"
    assert foreign(text) == [("/v", "musl on glibc", ["sketch"])]
    assert foreign(f"{text}FROM python:3.12-alpine\nCOPY --from=packer /v.tar /\n") == []


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
    "install",
    [
        "\nENV PATH=/v/bin:$PATH\nRUN pip install sketch",
        " && export PATH=/v/bin:$PATH && pip install sketch",
        ' && export PATH="/v/bin:$PATH" && pip install -U pip && pip install sketch',
        " && PATH=/v/bin:$PATH pip install sketch",
        " && env PATH=/v/bin:$PATH pip install sketch",
        "\nENV PATH=/w/bin:$PATH\nRUN PATH=/v/bin:$PATH pip install sketch",
        " && . /v/bin/activate && pip install sketch",
    ],
)
def test_the_virtual_environment_that_is_first_on_path(install: str) -> None:
    text = f"FROM python:3.12-slim AS b\nRUN python -m venv /v{install}\nFROM python:3.12-alpine\n"
    assert foreign(f"{text}COPY --from=b /v /v\n") == [("/v", "glibc on musl", ["sketch"])]
    assert foreign(f"{text}COPY --from=b /usr/local/lib /usr/local/lib\n") == []


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


@pytest.mark.parametrize(
    ("source", "command", "found"),
    [
        ("/w", "pip install /x/*", ["/w"]),
        ("/w", "ls /x", ["/w"]),
        ("/d", "pip install /x/*", []),
        ("/d", "cp -r /x /y", ["/x"]),
        ("/d", "cp -a /x/. /y", ["/x/."]),
        ("/", "cp -r /x/d /y", ["/x/d"]),
        ("/", "cp -r /x/e /y", []),
        ("/d", "cd /x && cp -r . /y", ["."]),
        ("/d", "cp -r /z /y", []),
        ("/d", "cp /x/tool /y", []),
        ("/d", "ls -r /x /y", []),
    ],
)
def test_a_mount_brings_wheels_and_what_is_copied(source: str, command: str, found: list[str]) -> None:
    builder = "FROM python:3.12-slim AS b\nRUN pip wheel -w /w sketch\nRUN pip install -t /d sketch\n"
    run = f"FROM python:3.12-alpine\nRUN --mount=type=bind,from=b,source={source},target=/x {command}\n"
    words = [word for word, _, _ in foreign(builder + run)]
    assert [word.partition("source=")[2].partition(",")[0] or word for word in words] == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends python3", ["/d"]),
        ("FROM ubuntu:24.04\nRUN apt install -y python3.12-venv", ["/d"]),
        ("FROM fedora:43\nRUN dnf -y install python3-pip", ["/d"]),
        ("FROM debian:12\nRUN apt-get install -y curl pythonesque", []),
        ("FROM debian:12\nRUN apt-get remove -y python3", []),
        ("FROM debian:12", []),
    ],
)
def test_packages_for_the_python_of_a_distribution(lines: str, found: list[str]) -> None:
    builder = "FROM python:3.12-alpine AS b\nRUN pip install -t /d sketch\n"
    assert [word for word, _, _ in foreign(f"{builder}{lines}\nCOPY --from=b /d /d\n")] == found


@pytest.mark.parametrize(
    ("install", "copy", "found"),
    [
        ("RUN uv venv && uv pip install sketch", "/app/.venv", ["sketch"]),
        ("RUN uv venv\nRUN uv pip install sketch", "/app", ["sketch"]),
        ("RUN uv venv\nRUN cd src && uv pip install sketch", "/app/.venv", ["sketch"]),
        ("RUN uv venv && uv pip install --target /d sketch", "/app/.venv", []),
        ("RUN uv venv && uv pip install --system sketch", "/app/.venv", []),
        ("RUN uv venv /v && VIRTUAL_ENV=/v uv pip install sketch", "/v", ["sketch"]),
        ("ENV VIRTUAL_ENV=/v\nRUN uv venv /v && uv venv && uv pip install sketch", "/app/.venv", []),
        ("RUN uv venv && pip install sketch", "/app/.venv", []),
        ("RUN uv venv && uv pip install reports", "/app/.venv", []),
    ],
)
def test_the_virtual_environment_that_uv_finds(install: str, copy: str, found: list[str]) -> None:
    text = f"FROM python:3.12-alpine AS b\nWORKDIR /app\n{install}\nFROM python:3.12-slim\nCOPY --from=b {copy} /x\n"
    assert [name for _, _, names in foreign(text) for name in names] == found


@pytest.mark.parametrize(
    ("builder", "install", "copy", "found"),
    [
        ("debian:12", "RUN uv python install 3.12 --install-dir /python", "/python", ["/python"]),
        ("debian:12", "RUN uv python install -i /python cpython@3.12.4 3.13", "/python/", ["/python/"]),
        ("debian:12", "ENV UV_PYTHON_INSTALL_DIR=/p\nRUN uv python install", "/p", ["/p"]),
        ("debian:12", "RUN uv python install 3.12", "/root/.local", ["/root/.local"]),
        ("debian:12", "RUN uv python install 3.12", "/root/.cache", []),
        ("debian:12", "RUN uv python list --install-dir /python", "/python", []),
        ("alpine:3.22", "RUN uv python install 3.12 --install-dir /python", "/python", []),
    ],
)
def test_pythons_that_uv_downloads(builder: str, install: str, copy: str, found: list[str]) -> None:
    text = f"FROM {builder} AS b\n{install}\nFROM alpine:3.22\nCOPY --from=b {copy} /x\n"
    assert [word for word, _, _ in foreign(text)] == found


def test_uv_makes_a_virtual_environment_of_the_python_that_is_asked_for() -> None:
    builder = "FROM debian:12 AS b\nRUN uv venv --python 3.12 /v && uv pip install --python /v sketch\n"
    assert foreign(f"{builder}FROM alpine:3.22\nCOPY --from=b /v /v\n") == [("/v", "glibc on musl", ["sketch"])]


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


@pytest.mark.parametrize(("stages", "is_read"), [(5, True), (60, False)])
def test_stages_that_copy_twice_from_each_other(stages: int, is_read: bool) -> None:
    text = "FROM python:3.12-slim AS s0\nRUN pip wheel -w /w sketch\n"
    for number in range(1, stages):
        text += f"FROM python:3.12-slim AS s{number}\n" + f"COPY --from=s{number - 1} /w /w\n" * 4
    facts = facts_of(f"{text}FROM python:3.12-alpine\nCOPY --from=s{stages - 1} /w /w\n", index=INDEX)
    assert [fault.message for fault in facts.faults] == (
        [] if is_read else ["not read: too much is passed on from stage to stage"]
    )
    assert bool(list(facts.foreign_builds)) is is_read
    assert bool(facts.stages) is is_read
