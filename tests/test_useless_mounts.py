"""Cache mounts that keep nothing."""

import pytest

from tests.gathering import facts_of

APK = "--mount=type=cache,target=/var/cache/apk"
PIP = "--mount=type=cache,target=/root/.cache/pip"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (f"RUN {APK} apk add x", [("apk", True)]),
        (f"RUN {APK} apk update && apk add x", [("apk", True)]),
        ("RUN --mount=type=cache,target=/var/cache/apk/,sharing=locked apk add -U x", [("apk", True)]),
        ("RUN --mount=type=cache,target=/var/cache apk add x", [("apk", True)]),
        (f"RUN {APK} apk add --no-cache x", [("apk", False)]),
        ("RUN --mount=type=cache,target=/etc/apk/cache apk add --no-cache x", [("apk", False)]),
        ("RUN --mount=type=cache,target=/etc/apk/cache apk add x", []),
        (f"RUN {APK} --mount=type=cache,target=/etc/apk/cache apk add x", []),
        (f"RUN {APK} apk add --no-cache x && apk add y", [("apk", True)]),
        (f"RUN ln -s /var/cache/apk /etc/apk/cache\nRUN {APK} apk add x", []),
        (f"RUN {APK} ln -vs /var/cache/apk /etc/apk/cache && apk add x", []),
        (f"RUN {APK} setup-apkcache /var/cache/apk && apk add x", []),
        (f"COPY root/etc /etc/\nRUN {APK} apk add x", []),
        (f"RUN {APK} apk add --cache-dir /var/cache/apk x", []),
        (f"RUN {APK} apk add --cache-packages x", []),
        (f"RUN {APK} ./install.sh && apk add --no-cache x", []),
        (f"RUN {APK} date", []),
        ("RUN --mount=type=tmpfs,target=/var/cache/apk apk add x", []),
        (f"RUN {PIP} pip install --no-cache-dir x", [("pip", False)]),
        (f"RUN {PIP} pip install x", []),
        (f"RUN {PIP} pip install --no-cache-dir x && pip install y", []),
        (f"RUN {PIP} pip install --no-cache-dir x && make", []),
        (f"ENV PIP_NO_CACHE_DIR=1\nRUN {PIP} pip install x", [("pip", False)]),
        (f"ARG PIP_NO_CACHE_DIR\nRUN {PIP} pip install x", []),
        ("RUN --mount=type=cache,target=/root/.cache pip install --no-cache-dir x", [("pip", False)]),
        (f"USER app\nRUN {PIP} pip install --no-cache-dir x", []),
        (f"ENV PIP_CACHE_DIR=/c\nRUN {PIP} pip install --no-cache-dir x", []),
        ("RUN --mount=type=cache,target=/c pip --no-cache-dir install --cache-dir /c x", []),
        ("RUN --mount=type=cache,target=/root/.cache/uv uv pip install --system -n x", [("uv", False)]),
        ("ENV UV_NO_CACHE=1\nRUN --mount=type=cache,target=/root/.cache/uv uv pip install --system x", [("uv", False)]),
        ("RUN --mount=type=cache,target=/root/.cache/uv uv pip install --system x", []),
        ("RUN --mount=type=cache,target=/root/.cache/pypoetry poetry install --no-cache", []),
    ],
)
def test_mounts(lines: str, found: list[tuple[str, bool]]) -> None:
    mounts = facts_of(f"FROM python:3.12-alpine\n{lines}\n").useless_mounts
    assert [(each.program, each.index_alone) for _, each in mounts] == found


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (f"ENV A=1 PIP_NO_CACHE_DIR=1\nRUN {PIP} pip install x", ("PIP_NO_CACHE_DIR", 2)),
        (f"ENV PIP_NO_CACHE_DIR=1\nARG PIP_NO_CACHE_DIR=off\nRUN {PIP} pip install x", ("PIP_NO_CACHE_DIR", 3)),
        (f"RUN {PIP} A=1 PIP_NO_CACHE_DIR=1 pip install x", ("PIP_NO_CACHE_DIR", 2)),
        (f"RUN {PIP} export PIP_NO_CACHE_DIR=1 && pip install x", ("PIP_NO_CACHE_DIR", 2)),
        ("ENV UV_NO_CACHE=1\nRUN --mount=type=cache,target=/root/.cache/uv uv sync", ("UV_NO_CACHE", 2)),
        (f"RUN pip config set global.no-cache-dir true\nRUN {PIP} pip install x", None),
    ],
)
def test_the_variable_that_turns_a_cache_off(lines: str, place: tuple[str, int] | None) -> None:
    ((_, useless),) = facts_of(f"FROM python:3.12-alpine\n{lines}\n").useless_mounts
    found = useless.variable
    assert useless.option is None
    assert (found and (found.text, found.start.line)) == place


def test_a_variable_of_the_stage_that_it_stands_on() -> None:
    text = f"FROM python:3.12-alpine AS b\nENV PIP_NO_CACHE_DIR=1\nFROM b\nRUN {PIP} pip install x\n"
    ((_, useless),) = facts_of(text).useless_mounts
    assert useless.variable is not None
    assert useless.variable.start.line == 2


@pytest.mark.parametrize("line", [f"RUN {APK} apk add x", f"RUN {PIP} pip install --no-cache-dir x"])
def test_only_layers_that_ship_and_musl(line: str) -> None:
    assert len(list(facts_of(f"FROM python:3.12-alpine AS b\n{line}\nFROM b\n").useless_mounts)) == 1
    assert list(facts_of(f"FROM python:3.12-alpine AS b\n{line}\nFROM scratch\n").useless_mounts) == []
    assert list(facts_of(f"FROM python:3.12-slim\n{line}\n").useless_mounts) == []
