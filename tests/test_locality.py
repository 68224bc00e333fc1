"""Time zones without data, and locales that musl does not know."""

import pytest

from tests.gathering import facts_of

ALPINE = "FROM alpine:3.22\nRUN apk add python3\n"


def zone(text: str) -> tuple[str, str] | None:
    """The zone that is asked for, and the place."""
    found = facts_of(text).missing_time_zone
    return (found.value, found.span.text) if found else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ENV TZ=Europe/Berlin", ("Europe/Berlin", "Europe/Berlin")),
        ("ENV TZ Europe/Berlin", ("Europe/Berlin", "Europe/Berlin")),
        ("ENV TZ='Europe/Berlin' X=1", ("Europe/Berlin", "Europe/Berlin")),
        ('ENV X=1 TZ=":America/Argentina/Buenos_Aires"', (":America/Argentina/Buenos_Aires",) * 2),
        ("ENV TZ=/usr/share/zoneinfo/Asia/Tokyo", ("/usr/share/zoneinfo/Asia/Tokyo",) * 2),
        ("ARG ZONE=Asia/Tokyo\nENV TZ=${ZONE}", ("Asia/Tokyo", "${ZONE}")),
        ("ENV TZ=Japan", ("Japan", "Japan")),
        ("ENV TZ=Etc/GMT+3", ("Etc/GMT+3", "Etc/GMT+3")),
        ("ENV TZ=UTC\nENV TZ=Asia/Tokyo", ("Asia/Tokyo", "Asia/Tokyo")),
        ("ENV TZ=Asia/Tokyo\nRUN apk add tzdata && apk del tzdata", ("Asia/Tokyo", "Asia/Tokyo")),
        (
            "ENV TZ=Asia/Tokyo\nRUN apk add -t .z tzdata && cp /usr/share/zoneinfo/$TZ /etc/localtime && apk del .z",
            ("Asia/Tokyo", "Asia/Tokyo"),
        ),
        ("RUN ln -sf /usr/share/zoneinfo/Asia/Tokyo /etc/localtime", ("Asia/Tokyo", "/usr/share/zoneinfo/Asia/Tokyo")),
        (
            "ARG TZ=Asia/Tokyo\nRUN cp /usr/share/zoneinfo/${TZ} /etc/localtime",
            ("Asia/Tokyo", "/usr/share/zoneinfo/${TZ}"),
        ),
        ("RUN TZ=Asia/Tokyo python3 stamp.py", ("Asia/Tokyo", "Asia/Tokyo")),
        ("RUN export TZ=Asia/Tokyo && python3 stamp.py", ("Asia/Tokyo", "TZ=Asia/Tokyo")),
        # Nothing is missing.
        ("ENV TZ=Europe/Berlin\nRUN apk add tzdata", None),
        ("RUN apk add tzdata\nENV TZ=Europe/Berlin", None),
        ("RUN apk add tzdata && cp /usr/share/zoneinfo/Asia/Tokyo /etc/localtime && apk del tzdata", None),
        ("ENV TZ=UTC", None),
        ("ENV TZ=Etc/UTC", None),
        ("ENV TZ=Etc/GMT", None),
        ("ENV TZ=CET-1CEST", None),
        ("ENV TZ=EST5EDT", None),
        ("ENV TZ=", None),
        ("ENV TZ=your/zone", None),
        ("ENV TZ=Asia/Tokyo\nENV TZ=UTC", None),
        ("ARG TZ=Asia/Tokyo", None),
        ("RUN ln -sf /usr/share/zoneinfo/UTC /etc/localtime", None),
        ("RUN ln -sf /usr/share/zoneinfo/Asia/Tokyo /etc/localtime || true", None),
        # What is there is not known, or the zones come from elsewhere.
        ("ARG ZONE\nENV TZ=$ZONE", None),
        ("ENV TZ=Asia/Tokyo\nRUN ./setup.sh", None),
        ("ENV TZ=Asia/Tokyo\nRUN apk add $PACKAGES", None),
        ("ENV TZ=Asia/Tokyo\nCOPY --from=debian:12 /usr/share/zoneinfo /usr/share/zoneinfo", None),
        ("ENV TZ=Asia/Tokyo\nRUN apk add tzdata && cp -r /usr/share/zoneinfo /z && apk del tzdata", None),
        ("ONBUILD ENV TZ=Asia/Tokyo", None),
    ],
)
def test_time_zone(text: str, expected: tuple[str, str] | None) -> None:
    assert zone(f"{ALPINE}{text}\n") == expected


@pytest.mark.parametrize(
    ("image", "missing"),
    [
        ("python:3.13-alpine", False),
        ("python:3.9.0-alpine3.12", False),
        ("python:3.8.5-alpine3.12", True),
        ("python:2.7-alpine", True),
        ("python:3.13-slim", False),
        # No Python ships, or the image's packages are not all known.
        ("alpine:3.22", False),
        ("nginx:alpine", False),
        ("jfloff/alpine-python:3.8-slim", False),
        ("registry.example/base:1", False),
    ],
)
def test_time_zone_of_images(image: str, missing: bool) -> None:
    assert (zone(f"FROM {image}\nENV TZ=Asia/Tokyo\n") is not None) is missing


def test_only_what_ships_asks_for_a_time_zone() -> None:
    builder = "FROM alpine:3.22 AS builder\nENV TZ=Asia/Tokyo\nRUN apk add python3\n"
    assert zone(f"{builder}FROM alpine:3.22\nRUN apk add python3\n") is None
    assert zone(f"{builder}FROM builder\n") == ("Asia/Tokyo", "Asia/Tokyo")
    assert zone(f"{builder}FROM builder\nENV TZ=UTC\n") is None
    assert zone(f"{builder}FROM builder\nRUN apk add tzdata\n") is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ENV LANG=de_DE.UTF-8", ["de_DE.UTF-8"]),
        ("ENV LANG de_DE", ["de_DE"]),
        ("ENV LANG='zh_CN.UTF-8' LC_ALL=zh_CN.UTF-8", ["zh_CN.UTF-8", "zh_CN.UTF-8"]),
        ("ENV LC_TIME=fr_FR@euro", ["fr_FR@euro"]),
        ("ENV LANG=en_US.UTF-8 LC_NUMERIC=de_DE.UTF-8", ["de_DE.UTF-8"]),
        ("ARG L=pt_BR\nENV LANG=${L}.UTF-8", ["${L}.UTF-8"]),
        ("ENV LANG=C.UTF-8", []),
        ("ENV LANG=POSIX LC_ALL=C", []),
        ("ENV LANG=en_US.UTF-8 LC_ALL=en_GB.UTF-8", []),
        ("ENV LANGUAGE=de_DE LC_MESSAGES=de_DE", []),
        ("ENV LANG=de_DE.UTF-8\nENV LANG=C.UTF-8", []),
        ("ENV LANG=de_DE.UTF-8\nRUN apk add musl-locales", []),
        ("ARG LANG=de_DE.UTF-8", []),
    ],
)
def test_locale(text: str, values: list[str]) -> None:
    found = facts_of(f"FROM python:3.13-alpine\n{text}\n").missing_locale
    assert [span.text for span in (found.span, *found.others)] == values if found else values == []


@pytest.mark.parametrize("image", ["python:3.13-slim", "alpine:3.22", "registry.example/base:1"])
def test_locale_of_images(image: str) -> None:
    assert facts_of(f"FROM {image}\nENV LANG=de_DE.UTF-8\n").missing_locale is None
