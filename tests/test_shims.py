"""Packages that someone may expect to bring wheels for glibc."""

import pytest

from tests.gathering import INDEX, facts_of


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("RUN apk add gcompat\nRUN pip install only-glibc", [("gcompat", ["only-glibc"])]),
        ("RUN pip install only-glibc\nRUN apk add bash libc6-compat gcompat", [("libc6-compat", ["only-glibc"])]),
        (
            "RUN apk add glibc-2.34-r0.apk glibc-bin-2.34-r0.apk && pip install only-glibc",
            [("glibc-2.34-r0.apk", ["only-glibc"])],
        ),
        ("RUN apk add /tmp/glibc-2.34-r0.apk && pip install only-glibc", [("/tmp/glibc-2.34-r0.apk", ["only-glibc"])]),
        ("RUN apk add gcompat\nRUN pip install sketch", []),
        ("RUN apk add gcompat\nRUN pip install psycopg2", []),
        ("RUN apk add gcompat\nRUN pip install --no-binary :all: sketch", []),
        ("RUN apk add glib gcompat-doc\nRUN pip install only-glibc", []),
        ("RUN apk del gcompat\nRUN pip install only-glibc", []),
        ("RUN apk add !gcompat\nRUN pip install only-glibc", []),
        ("RUN pip install only-glibc", []),
        ("RUN apk add gcompat && echo 'manylinux1_compatible = True' >_manylinux.py\nRUN pip install only-glibc", []),
    ],
)
def test_shims(lines: str, found: list[tuple[str, list[str]]]) -> None:
    shims = facts_of(f"FROM python:3.12-alpine\n{lines}\n", index=INDEX).useless_shims
    assert [(each.package.span.text, [verdict.name for verdict in each.verdicts]) for _, each in shims] == found


def test_what_is_installed_in_a_later_stage() -> None:
    text = "FROM python:3.12-alpine AS b\nRUN apk add gcompat\nFROM {0}\nRUN pip install only-glibc\n"
    assert len(list(facts_of(text.format("b"), index=INDEX).useless_shims)) == 1
    assert list(facts_of(text.format("python:3.12-alpine"), index=INDEX).useless_shims) == []
