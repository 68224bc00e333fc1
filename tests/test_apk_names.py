"""Which names an Alpine release does not have, and where that is told."""

import pytest

from lint_alpine import data
from lint_alpine.alpine_releases import newest, order, within
from lint_alpine.apk_names import Absence, absence
from tests.gathering import facts_of
from tests.steps import assert_linear


@pytest.mark.parametrize(
    ("name", "release", "expected"),
    [
        ("python-dev", "3.11", None),
        ("python-dev", "3.12", Absence("python-dev", "3.12", "3.11", None, "python3-dev")),
        ("python-dev", "edge", Absence("python-dev", "edge", "3.11", None, "python3-dev")),
        ("python-dev", "3.99", Absence("python-dev", "3.99", "3.11", None, "python3-dev")),
        ("libexecinfo-dev", "3.17", Absence("libexecinfo-dev", "3.17", "3.16", None, None)),
        ("libpq-dev", "3.14", Absence("libpq-dev", "3.14", None, "3.15", "postgresql-dev")),
        ("libpq-dev", "3.15", None),
        ("uv", "3.20", Absence("uv", "3.20", None, "3.21", None)),
        ("firefox", "3.8", Absence("firefox", "3.8", None, "3.12", None)),
        ("firefox", "3.3", None),
        # Names that answer through another package, or that a conditional line of the recipe gives.
        ("libc6-compat", "3.22", None),
        ("py-pip", "3.22", None),
        ("go", "3.12", None),
        ("go", "3.22", None),
        ("llvm-dev", "3.18", None),
        ("nobody-knows-this", "3.22", None),
        # Most packages of Python 2 went with 3.12, which only of some is known; none is left without Python 2.
        ("py2-pip", "3.11", None),
        ("py2-pip", "3.12", Absence("py2-pip", "3.12", "3.11", None, "py3-pip")),
        ("py2-cffi", "3.11", None),
        ("py2-cffi", "3.15", None),
        ("py2-cffi", "3.16", Absence("py2-cffi", "3.16", "3.15", None, None, "py3-cffi")),
        ("py2-setuptools", "edge", Absence("py2-setuptools", "edge", "3.15", None, "py3-setuptools", "py3-setuptools")),
        ("python2-tkinter", "3.22", Absence("python2-tkinter", "3.22", "3.15", None, None, "python3-tkinter")),
        # A name that the package for Python 3 still provides.
        ("py-cffi", "3.22", None),
    ],
)
def test_absence(name: str, release: str, expected: Absence | None) -> None:
    assert absence(name, release) == expected


def test_what_is_named_instead_is_there() -> None:
    for release in data.alpine()["releases"]:
        for name in data.apk()["packages"]:
            missing = absence(name, release)
            if missing is not None and missing.instead is not None:
                assert absence(missing.instead, release) is None, (name, release)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("RUN apk add python-dev", ["python-dev"]),
        ('RUN apk add "python-dev=2.7.18-r0" libpq', ["python-dev"]),
        ("RUN apk add -t .build python-dev && apk del .build", ["python-dev"]),
        ("RUN for p in python python-dev; do apk add $p; done", ["$p", "$p"]),
        ("RUN apk add !python-dev", []),
        ("RUN apk add python-dev@edge", []),
        ("RUN apk add ./python-dev.apk so:python-dev cmd:python-dev", []),
        ("RUN apk add -X https://mirror.example/alpine/v3.10/main python-dev", []),
        ("RUN apk add --repository=https://packages.example python-dev", []),
        # Alpine's other branches do not have it either.
        ("RUN apk add -X https://cdn.example/alpine/v3.11/main -X https://cdn.example/alpine/edge/main python", []),
        ("RUN apk add --repository https://cdn.example/alpine/edge/community python", ["python"]),
        ("RUN apk add --repository https://cdn.example/alpine/edge/testing python", []),
        ("RUN apk add --repository https://cdn.example/alpine/edge/main -X $MORE python", []),
        ("RUN apk add -X https://cdn.example/alpine/latest-stable/main libexecinfo-dev", ["libexecinfo-dev"]),
        ("RUN apk add -X https://cdn.example/alpine/edge/main libraqm", []),
        ("RUN apk add -X https://cdn.example/alpine/v3.19/main libraqm", ["libraqm"]),
        ("RUN apk add --repository-config=/repos python", []),
        ("RUN apk add --repositories-file=/repos python-dev", []),
        ("RUN apk add --simulate python-dev", []),
        ("RUN apk add -p /target python-dev", []),
        ("RUN apk add python-dev || true", []),
        ("RUN apk add python-dev \\ \n  # why\n  || true", []),
        ("RUN if [ -n $X ]; then apk add python-dev; fi", []),
        ("RUN apk info python-dev", []),
        # Other repositories may have it.
        ("RUN echo https://packages.example >> /etc/apk/repositories\nRUN apk add python-dev", []),
        ("RUN echo https://cdn.example/alpine/v3.11/main >> /etc/apk/repositories && apk add python-dev", []),
        ("RUN echo https://cdn.example/alpine/v3.22/testing >> /etc/apk/repositories && apk add python-dev", []),
        ("RUN sed -i s/v3.22/edge/ /etc/apk/repositories\nRUN apk add python-dev", []),
        ("RUN wget -O /etc/apk/repositories https://packages.example\nRUN apk add python-dev", []),
        ("RUN echo $URL | tee -a /etc/apk/repositories\nRUN apk add python-dev", []),
        ("COPY repositories /etc/apk/\nRUN apk add python-dev", []),
        ("COPY rootfs/ /\nRUN apk add python-dev", []),
        ("SHELL ['/bin/pwsh']\nRUN apk add python-dev", ["python-dev"]),
        ('SHELL ["/bin/pwsh"]\nRUN x\nSHELL ["/bin/sh"]\nRUN apk add python-dev', []),
        # These have nothing more.
        ("RUN sed -i s/cdn.example/mirror.example/ /etc/apk/repositories\nRUN apk add python-dev", ["python-dev"]),
        (
            "RUN sed -i 's|https\\?://[a-z.]*/|https://a.example/|g' /etc/apk/repositories\nRUN apk add python",
            ["python"],
        ),
        (
            "RUN echo https://cdn.example/alpine/v3.22/community >> /etc/apk/repositories\nRUN apk add python-dev",
            ["python-dev"],
        ),
        ("RUN cat /etc/apk/repositories && apk add python-dev", ["python-dev"]),
        ("COPY app/ /app/\nRUN apk add python-dev", ["python-dev"]),
    ],
)
def test_absent_packages(text: str, spans: list[str]) -> None:
    facts = facts_of(f"FROM alpine:3.22\n{text}\n")
    assert [absent.span.text for absent in facts.absent_packages] == spans


@pytest.mark.parametrize(
    ("image", "told"),
    [
        ("alpine:3.22", True),
        ("python:3.13-alpine3.22", True),
        ("node:22-alpine3.22", True),
        ("alpine:edge", True),
        ("alpine:3.11", False),
        ("redis:alpine", False),
        ("python:3.13-slim", False),
        # Who builds these may have added repositories.
        ("ghcr.io/linuxserver/baseimage-alpine:3.22", False),
        ("registry.example/base:1", False),
    ],
)
def test_only_official_images_have_the_repositories_of_their_release(image: str, told: bool) -> None:
    assert bool(list(facts_of(f"FROM {image}\nRUN apk add python-dev\n").absent_packages)) is told


def test_repositories_are_inherited() -> None:
    text = """
    FROM alpine:3.22 AS base
    RUN echo https://packages.example >> /etc/apk/repositories
    FROM base
    RUN apk add python-dev
    FROM alpine:3.22
    RUN apk add python-dev
    """
    (absent,) = facts_of(text).absent_packages
    assert absent.span.start.line == 7


def test_order() -> None:
    assert sorted(["edge", "3.9", "3.10", "3.3"], key=order) == ["3.3", "3.9", "3.10", "edge"]
    assert newest() in data.alpine()["releases"]
    assert [within(release, "3.10", "3.18") for release in ("3.9", "3.10", "3.17", "3.18", "edge")] == [
        False, True, True, False, False,
    ]  # fmt: skip


def test_steps_grow_with_the_runs() -> None:
    def find(count: int) -> None:
        facts = facts_of("FROM python:3.12-alpine3.20\n" + "RUN apk add python-dev\n" * count)
        assert len(facts.failing_runs) == len(facts.absent_packages) == count

    assert_linear(find, 60)


def test_what_several_rules_ask_is_found_once() -> None:
    facts = facts_of("FROM python:3.12-alpine3.20\nRUN apk add python-dev\n")
    assert facts.failing_runs is facts.failing_runs
    assert facts.absent_packages is facts.absent_packages
    assert facts.forbidden_installs is facts.forbidden_installs
