"""Libraries that the image that ships lacks."""

import pytest

from tests.gathering import INDEX, facts_of


def missing(text: str, target: str | None = None) -> list[tuple[str, list[str], str]]:
    """The word, the libraries and the package that needs them."""
    found = facts_of(text, index=INDEX, target=target).missing_libraries
    return [(each.span.text, list(each.libraries), each.verdict.name) for each in found]


BUILDER = "FROM python:3.12-alpine AS b\nRUN apk add build-base libpq-dev\nRUN pip install --prefix /i psycopg2\n"
LIBPQ = [("/i", ["libpq"], "psycopg2")]


@pytest.mark.parametrize(
    ("runtime", "found"),
    [
        ("FROM python:3.12-alpine\nCOPY --from=b /i /usr/local", LIBPQ),
        ("FROM python:3.12-alpine\nCOPY --from=b /i /usr/local\nRUN apk add bash tzdata", LIBPQ),
        ("FROM python:3.12-alpine\nCOPY --from=b /i /usr/local\nRUN apk add libpq", []),
        ("FROM python:3.12-alpine\nCOPY --from=b /i /usr/local\nRUN apk add postgresql-dev", []),
        ("FROM python:3.12-alpine\nCOPY --from=b /i /usr/local\nRUN apk add postgresql-client", []),
        ("FROM python:3.12-alpine\nCOPY --from=b /i /usr/local\nRUN apk add nobody-knows", []),
        ("FROM python:3.12-alpine\nCOPY --from=b /i /usr/local\nRUN apk add $PACKAGES", []),
        ("FROM python:3.12-alpine\nCOPY --from=b /i /usr/local\nRUN make install", []),
        ("FROM python:3.12-alpine\nCOPY --from=b /i /usr/local\nRUN apk add libpq && apk del libpq", LIBPQ),
        ("FROM python:3.12-alpine\nCOPY --from=b /i /usr/local\nCOPY --from=b /usr/lib/libpq.so.5 /usr/lib/", []),
        ("FROM python:3.12-alpine\nCOPY --from=b /i /usr/local\nCOPY --from=b /usr/lib /usr/lib", []),
        ("FROM python:3.12-alpine\nCOPY --from=b /other /usr/local", []),
        ("FROM python:3.12-alpine AS r\nCOPY --from=b /i /usr/local\nFROM r\nRUN apk add libpq", []),
        ("FROM python:3.12-alpine AS r\nCOPY --from=b /i /usr/local\nFROM r\nRUN date", LIBPQ),
        (
            "FROM scratch AS r\nCOPY --from=b /i /i2\nFROM python:3.12-alpine\nCOPY --from=r /i2 /i",
            [("/i2", ["libpq"], "psycopg2")],
        ),
        ("FROM python:3.12-slim\nCOPY --from=b /i /usr/local", []),
        ("FROM nobody/knows\nCOPY --from=b /i /usr/local", []),
        ("FROM b", []),
    ],
)
def test_in_another_stage(runtime: str, found: list[tuple[str, list[str], str]]) -> None:
    assert missing(f"{BUILDER}{runtime}\n") == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (
            "RUN apk add -t .b build-base libpq-dev && pip install psycopg2 && apk del .b",
            [(".b", ["libpq"], "psycopg2")],
        ),
        (
            "RUN apk add build-base libpq-dev\nRUN pip install psycopg2\nRUN apk del build-base libpq-dev",
            [("libpq-dev", ["libpq"], "psycopg2")],
        ),
        ("RUN apk add -t .b build-base libpq-dev && pip install psycopg2 && apk add libpq && apk del .b", []),
        ("RUN apk add libpq && apk add -t .b build-base libpq-dev && pip install psycopg2 && apk del .b", []),
        ("RUN apk add -t .b build-base libpq-dev && pip install psycopg2 && apk del .b && apk add libpq", []),
        ("RUN apk add -t .b build-base libpq-dev && pip install psycopg2 && apk del build-base", []),
        ("RUN apk add -t .b build-base && pip install psycopg2 && apk del .b", []),
        ("RUN apk add -t .b build-base libpq-dev && pip install psycopg2 && if true; then apk del .b; fi", []),
        ("RUN apk add -t .b build-base && pip install pandas && apk del .b", [(".b", ["libstdc++"], "pandas")]),
        ("RUN apk add -t .b build-base && pip install pandas && apk del .b && apk add libstdc++", []),
        ("RUN apk add -t .b build-base && pip install reports && apk del .b", []),
        ("RUN apk add python3-dev build-base && pip install pandas && apk del build-base && apk add python3", []),
        ("RUN pip install pyzbar", [("pyzbar", ["zbar"], "pyzbar")]),
        ("RUN apk add zbar && pip install pyzbar", []),
        ("RUN pip install sketch", []),
    ],
)
def test_in_the_same_stage(lines: str, found: list[tuple[str, list[str], str]]) -> None:
    assert missing(f"FROM python:3.12-alpine\n{lines}\n") == found


def test_only_the_stage_that_ships_counts() -> None:
    text = f"{BUILDER}RUN apk del build-base libpq-dev\nFROM python:3.12-alpine\nRUN date\n"
    assert missing(text) == []
    assert missing(text, target="b") == [("libpq-dev", ["libpq"], "psycopg2")]


def test_a_library_is_told_once() -> None:
    text = f"{BUILDER}RUN pip install --prefix /i pandas sketch\nFROM python:3.12-alpine\nCOPY --from=b /i /j\n"
    index = f"{INDEX}\ngreenlet-3.0.0.tar.gz\ngreenlet-3.0.0-cp312-cp312-win_amd64.whl\n"
    found = facts_of(text.replace("sketch", "greenlet"), index=index).missing_libraries
    assert [(each.libraries, each.verdict.name) for each in found] == [
        (("libpq",), "psycopg2"),
        (("libstdc++",), "pandas"),
    ]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("RUN pip install psycopg", [("psycopg", ["libpq"], "psycopg")]),
        ("RUN pip install 'psycopg[pool]==3.2.3'", [("'psycopg[pool]==3.2.3'", ["libpq"], "psycopg")]),
        ("RUN pip install 'psycopg[binary]'", []),
        ("RUN pip install 'psycopg[binary,pool]'", []),
        ("RUN pip install 'psycopg[c]'", []),
        ("RUN pip install psycopg psycopg-binary", []),
        ("RUN pip install psycopg\nRUN pip install psycopg_binary", []),
        ("RUN apk add libpq && pip install psycopg", []),
        ("RUN apk add postgresql-client && pip install psycopg", []),
        ("RUN apk add $PACKAGES && pip install psycopg", []),
        ("RUN pip install -i https://index.example/simple psycopg", []),
        ("RUN pip install --find-links /wheels psycopg", []),
        ("RUN pip install psycopg $MORE", []),
        ("RUN pip install python-magic", [("python-magic", ["libmagic"], "python-magic")]),
        ("RUN apk add file && pip install python-magic", []),
        ("RUN pip install cairosvg", [("cairosvg", ["cairo"], "cairosvg")]),
        ("RUN pip install cairosvg cairocffi", [("cairosvg", ["cairo"], "cairosvg")]),
        (
            "RUN pip install weasyprint==62.3",
            [("weasyprint==62.3", ["pango", "glib", "harfbuzz", "fontconfig"], "weasyprint")],
        ),
        ("RUN apk add pango && pip install weasyprint==62.3", []),
        ("RUN apk add weasyprint && pip install weasyprint", []),
        # Wheels for musl bring these, or a program that is called now and then.
        ("RUN pip install rtree", []),
        ("RUN pip install pytesseract graphviz", []),
        ("RUN pip install nobody-knows", []),
    ],
)
def test_what_no_file_brings_needs_no_listing(lines: str, found: list[tuple[str, list[str], str]]) -> None:
    assert missing(f"FROM python:3.12-alpine\n{lines}\n") == found


def test_what_another_project_pulls_in_may_be_bundled() -> None:
    index = f"{INDEX}\nwrapper-1.0-py3-none-any.whl\nwrapper 1.0 needs psycopg\n"
    assert list(facts_of("FROM python:3.12-alpine\nRUN pip install wrapper\n", index=index).missing_libraries) == []
