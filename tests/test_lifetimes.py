"""Which images no longer get updates, and what to take in their place."""

import pytest

from lint_alpine import data, images
from lint_alpine.environment import Environment
from lint_alpine.lifetimes import Lifetime, lifetime


def of(reference: str) -> Lifetime:
    found = images.environment(reference)
    return lifetime(reference, found if isinstance(found, Environment) else None)


@pytest.mark.parametrize(
    ("reference", "ended", "instead"),
    [
        ("python:3.12-alpine3.18", ["Alpine 3.18"], "python:3.12-alpine3.24"),
        ("python:3.8-alpine3.20", ["Python 3.8", "Alpine 3.20"], "python:3.14-alpine3.24"),
        ("python:3.8-alpine", ["Python 3.8", "Alpine 3.20"], "python:3.14-alpine"),
        ("python:3.9-alpine3.22", ["Python 3.9"], "python:3.14-alpine3.24"),
        ("python:2-alpine", ["Python 2.7", "Alpine 3.11"], "python:3.14-alpine"),
        ("python:3.12.4-alpine3.20", ["Alpine 3.20"], "python:3.12-alpine3.24"),
        ("alpine:3.12.1", ["Alpine 3.12"], "alpine:3.24"),
        # Older than the data.
        ("alpine:3.1", ["Alpine 3.1"], "alpine:3.24"),
        ("node:20-alpine3.19", ["Alpine 3.19"], None),
        # From the registry, and for the CPU, that the file names.
        ("arm64v8/python:3.11-alpine3.18", ["Alpine 3.18"], "arm64v8/python:3.11-alpine3.24"),
        ("mirror.gcr.io/library/alpine:3.12", ["Alpine 3.12"], "mirror.gcr.io/library/alpine:3.24"),
        # Ends between the newest source of their dates and the day on which all was gathered.
        ("python:3.10-alpine3.21", ["Python 3.10", "Alpine 3.21"], "python:3.14-alpine3.24"),
        ("python:3.10-alpine3.22", ["Python 3.10"], "python:3.14-alpine3.24"),
        ("alpine:3.21", ["Alpine 3.21"], "alpine:3.24"),
        ("python:3.15-rc-alpine3.21", ["Alpine 3.21"], "python:3.15-rc-alpine3.24"),
        # An end that is still to come on that day, none at all, or not known.
        ("python:3.11-alpine3.22", [], None),
        ("python:3.13-alpine", [], None),
        ("python:alpine", [], None),
        ("alpine:edge", [], None),
        ("alpine:3.99", [], None),
        ("redis:alpine", [], None),
        ("registry.example/base:1", [], None),
        # Not on Alpine.
        ("python:3.8-slim", [], None),
    ],
)
def test_end_of_life(reference: str, ended: list[str], instead: str | None) -> None:
    found = of(reference)
    assert [part.name for part in found.ended] == ended
    assert found.instead == instead
    assert found.unmaintained is None


@pytest.mark.parametrize(
    ("reference", "day", "instead"),
    [
        ("jfloff/alpine-python:3.8", "2020-03-28", "python:3.14-alpine"),
        ("docker.io/jfloff/alpine-python:2.7-onbuild", "2020-03-28", "python:3.14-alpine"),
        ("gliderlabs/alpine:3.9", "2020-02-27", "alpine:3.24"),
        ("frolvlad/alpine-python2", "2021-07-11", "python:3.14-alpine"),
    ],
)
def test_unmaintained(reference: str, day: str, instead: str) -> None:
    assert of(reference) == Lifetime((), day, instead)


@pytest.mark.parametrize(
    ("reference", "day", "takes_its_place"),
    [
        ("continuumio/miniconda3:4.10.3-alpine", "2023-08-24", "`FROM continuumio/miniconda3`"),
        ("tiangolo/uvicorn-gunicorn-fastapi:python3.8-alpine3.10", "2024-03-17", "`uvicorn --workers`"),
        ("tiangolo/uwsgi-nginx:python3.8-alpine", "2024-03-17", "a server such as Gunicorn"),
        ("lsiobase/alpine.python3:3.12", "2022-01-19", "`FROM ghcr.io/linuxserver/baseimage-alpine`"),
    ],
)
def test_an_image_that_is_more_than_python_has_no_official_one_in_its_place(
    reference: str, day: str, takes_its_place: str
) -> None:
    found = of(reference)
    assert (found.unmaintained, found.instead) == (day, None)
    assert takes_its_place in (found.successor or "")


def test_nothing_takes_the_place_of_what_still_gets_updates() -> None:
    assert of("continuumio/miniconda3") == of("tiangolo/uvicorn-gunicorn:python3.11") == Lifetime()
    ended = [rule for rules in data.images()["images"].values() for rule in rules if "ended" in rule]
    assert all(
        "successor" not in rule for rules in data.images()["images"].values() for rule in rules if rule not in ended
    )


def test_no_reference() -> None:
    assert lifetime(None, None) == Lifetime()


def test_alpine_keeps_its_own_python_alive() -> None:
    own = Environment("base:1", distro="alpine", release="3.22", python="3.8", python_prefix="/usr")
    assert lifetime("base:1", own).ended == ()
    assert [part.name for part in lifetime("base:1", own._replace(python_prefix="/opt")).ended] == ["Python 3.8"]


def test_what_is_named_instead_gets_updates() -> None:
    tags = [tag for tag, (_, variant, _) in data.images()["tags"].items() if variant == "alpine"]
    for reference in (
        *(f"python:{tag}" for tag in tags),
        *(f"alpine:{release}" for release in data.alpine()["releases"]),
    ):
        instead = of(reference).instead
        assert instead is None or of(instead) == Lifetime(), reference
        assert (instead is None) == (not of(reference).ended), reference


def test_the_day_of_the_data_decides() -> None:
    day = data.alpine()["gathered"]
    assert day == max(document["as_of"] for document in (data.alpine(), data.images(), data.native(), data.apk()))
    for release, entry in data.alpine()["releases"].items():
        assert bool(of(f"alpine:{release}").ended) == ("eol" in entry and entry["eol"] < day)
    for minor, python in data.images()["minors"].items():
        image = Environment("base:1", distro="alpine", python=f"{minor}.0")
        assert bool(lifetime("base:1", image).ended) == (python["eol"] is not None and python["eol"] < day)
