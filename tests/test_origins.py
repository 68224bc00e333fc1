"""What COPY --from brings of what was installed elsewhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.origins import moved
from tests.gathering import INDEX, facts_of

SITE = "/usr/local/lib/python3.12/site-packages"


@pytest.mark.parametrize(
    ("folder", "source", "destination", "found"),
    [
        ("/venv/lib", "/venv", "/venv", "/venv/lib"),
        ("/venv/lib", "/venv/", "/opt/v/", "/opt/v/lib"),
        ("/venv/lib", "/venv/lib", "/x", "/x"),
        ("/venv/lib", "/venv/lib/a", "/x", None),
        ("/venv/lib", "/venv2", "/x", None),
        ("/venv/lib", "/ven", "/x", None),
        ("/venv/lib", "/v*", "/x", "/x/lib"),
        ("/wheels", "/wheels/*", "/w", "/w"),
        ("/wheels", "/wheels/*.whl", "/w", "/w"),
        ("/wheels", "/wheels/a*.whl", "/w", None),
        ("/a/python3.12/b", "/a/python3.*/b", "/x", "/x"),
    ],
)
def test_moved(folder: str, source: str, destination: str, found: str | None) -> None:
    assert moved(folder, source, destination) == found


def test_parents_keeps_the_path() -> None:
    assert moved("/venv/lib", "/venv", "/x", parents=True) == "/x/venv/lib"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "*", "[", "..", "python3.12"]), min_size=1, max_size=5), st.data())
def test_a_folder_moves_with_each_that_holds_it(parts: list[str], data: st.DataObject) -> None:
    folder = "/" + "/".join(part for part in parts if part not in ("*", "[", ".."))
    if folder != "/":
        depth = data.draw(st.integers(1, folder.count("/")))
        source = "/".join(folder.split("/")[: depth + 1])
        assert moved(folder, source, source) == folder


@pytest.mark.parametrize(
    ("lines", "folders"),
    [
        ("RUN pip install sketch", [SITE]),
        ("RUN pip install sketch reports\nRUN pip install stable", [SITE, SITE]),
        ("RUN pip install --target /deps sketch", ["/deps"]),
        ("WORKDIR /w\nRUN pip install -t deps sketch", ["/w/deps"]),
        ("RUN cd /w && pip wheel -w out sketch", ["/w/out"]),
        ("WORKDIR /w\nRUN pip wheel sketch", ["/w"]),
        ("RUN pip install --prefix=/install sketch", ["/install/lib/python3.12/site-packages"]),
        ("RUN pip install --root /r sketch", [f"/r{SITE}"]),
        ("RUN pip install --user sketch", ["/root/.local/lib/python3.12/site-packages"]),
        ("USER app\nRUN pip install sketch", ["/home/app/.local/lib/python3.12/site-packages"]),
        ("USER 1000\nRUN pip install sketch", []),
        ("ENV PYTHONUSERBASE=/u\nRUN pip install --user sketch", ["/u/lib/python3.12/site-packages"]),
        ("RUN python -m venv /v && /v/bin/pip install sketch", ["/v/lib/python3.12/site-packages"]),
        ("USER app\nRUN python -m venv /v && /v/bin/pip install sketch", ["/v/lib/python3.12/site-packages"]),
        ("WORKDIR /w\nRUN python -m venv v && v/bin/pip install sketch", ["/w/v/lib/python3.12/site-packages"]),
        ("RUN python -m venv /v && . /v/bin/activate && pip install sketch", ["/v/lib/python3.12/site-packages"]),
        ("ENV PATH=/v/bin:$PATH\nRUN python -m venv /v\nRUN pip install sketch", ["/v/lib/python3.12/site-packages"]),
        ("ENV PATH=/root/.local/bin:$PATH\nRUN pip install sketch", [SITE]),
        ("RUN uv venv /v && uv pip install --python /v/bin/python sketch", ["/v/lib/python3.12/site-packages"]),
        ("RUN pip install nothing-is-known-of-this", [SITE]),
        ("RUN pip install --dry-run sketch", []),
    ],
)
def test_where_a_command_installs(lines: str, folders: list[str]) -> None:
    (stage,) = facts_of(f"FROM python:3.12-alpine\n{lines}\n", index=INDEX).stages
    assert [placement.folder for placement in stage.placements] == folders


@pytest.mark.parametrize(
    ("base", "lines", "pythons"),
    [
        ("python:3.12-alpine", "", [("/usr/local/bin", "3.12", "musl")]),
        ("python:3.12-slim", "", [("/usr/local/bin", "3.12", "glibc")]),
        ("alpine:3.20", "", []),
        ("alpine:3.20", "RUN apk add python3", [("/usr/bin", "3.12", "musl")]),
        (
            "python:3.14-alpine3.22",
            "RUN apk add python3",
            [("/usr/local/bin", "3.14", "musl"), ("/usr/bin", "3.12", "musl")],
        ),
        ("alpine:3.20", "COPY --from=python:3.11-alpine /usr/local /opt", [("/opt/bin", "3.11", "musl")]),
        ("alpine:3.20", "COPY --from=python:3.11-slim /usr/local/bin/python3* /b/", [("/b", "3.11", "glibc")]),
        ("alpine:3.20", "COPY --from=python:3.11-slim /usr/local/lib /lib", []),
        ("nobody/knows", "", []),
    ],
)
def test_interpreters(base: str, lines: str, pythons: list[tuple[str, str, str]]) -> None:
    (stage,) = facts_of(f"FROM {base}\n{lines}\n", index=INDEX).stages
    assert [(each.folder, each.minor, each.libc) for each in stage.interpreters] == pythons


def test_what_is_copied_on_is_still_known() -> None:
    text = "\n".join(
        [
            "FROM python:3.12-alpine AS a",
            "RUN pip install -t /deps sketch reports",
            "FROM scratch AS b",
            "COPY --from=a /deps /d",
            "FROM b AS c",
            "FROM python:3.12-alpine",
            "COPY --from=c /d/sketch /e/sketch",
        ]
    )
    *_, last = facts_of(text, index=INDEX).stages
    (placement,) = last.placements
    assert (placement.folder, [verdict.name for verdict in placement.verdicts]) == ("/e", ["sketch"])
    assert [span.text for span in placement.copied] == ["/deps", "/d/sketch"]


def test_stages_that_copy_twice_from_each_other_end() -> None:
    lines = ["FROM python:3.12-alpine AS s0", "RUN pip install -t /d/d sketch"]
    for number in range(40):
        source = f"COPY --from=s{number} /d /d"
        lines += [f"FROM python:3.12-alpine AS s{number + 1}", f"{source}/a", f"{source}/b"]
    *_, last = facts_of("\n".join(lines), index=INDEX).stages
    assert len(last.placements) <= 200
