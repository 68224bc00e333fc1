import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine import data
from lint_alpine.environment import Environment, Libc
from lint_alpine.images import (
    End,
    ImageReference,
    UnknownImage,
    apk_python,
    ended,
    environment,
    onbuild,
    slim_tag,
)
from lint_alpine.python_tags import PythonTag, Variant, assumed_release, look_up, slim_counterpart
from lint_alpine.references import machine, normalised

UV, NODE = "ghcr.io/astral-sh/uv", "nikolaik/python-nodejs"
DIGEST = "sha256:" + "a" * 64


def known(reference: str, platform: str = "linux/amd64") -> Environment:
    found = environment(reference, platform)
    assert isinstance(found, Environment), found
    return found


@pytest.mark.parametrize(
    ("text", "repository", "tag", "digest", "arch", "prefix"),
    [
        ("python", "python", None, None, None, ""),
        ("python:3.8-alpine", "python", "3.8-alpine", None, None, ""),
        ("docker.io/library/python:3.8", "python", "3.8", None, None, "docker.io/library/"),
        ("index.docker.io/library/python:3.8", "python", "3.8", None, None, "index.docker.io/library/"),
        ("library/python:3.8", "python", "3.8", None, None, "library/"),
        ("docker.io/python:3.8", "python", "3.8", None, None, "docker.io/"),
        ("public.ecr.aws/docker/library/python:3.8", "python", "3.8", None, None, "public.ecr.aws/docker/library/"),
        ("mirror.gcr.io/library/alpine:3.20", "alpine", "3.20", None, None, "mirror.gcr.io/library/"),
        ("arm64v8/python:3.9-alpine", "python", "3.9-alpine", None, "aarch64", "arm64v8/"),
        ("docker.io/i386/alpine:3.20", "alpine", "3.20", None, "i686", "docker.io/i386/"),
        ("docker.io/a/b:1", "a/b", "1", None, None, "docker.io/"),
        ("localhost:5000/name:tag", "localhost:5000/name", "tag", None, None, ""),
        ("localhost:5000/name", "localhost:5000/name", None, None, None, ""),
        ("registry.example/library/python:3.8", "registry.example/library/python", "3.8", None, None, ""),
        ("registry.example:443/a/b_c/d-e:1.0@" + DIGEST, "registry.example:443/a/b_c/d-e", "1.0", DIGEST, None, ""),
        (f"python@{DIGEST}", "python", None, DIGEST, None, ""),
        ("arm64v8/some/python:1", "arm64v8/some/python", "1", None, None, ""),
    ],
)
def test_parse_reference(
    text: str, repository: str, tag: str | None, digest: str | None, arch: str | None, prefix: str
) -> None:
    assert ImageReference.parse(text) == ImageReference(repository, tag, digest, arch, prefix)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":tag",
        "Python",
        "python:",
        "python:a b",
        "python@sha256:xyz",
        "python@",
        "/python",
        "a//b",
        "py thon",
        "-a",
        "$X",
    ],
)
def test_parse_rejects(text: str) -> None:
    with pytest.raises(ValueError, match="is no "):
        ImageReference.parse(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.from_regex(r"[a-z0-9.:/@_-]{0,80}", fullmatch=True))
def test_any_reference_is_answered(text: str) -> None:
    found = environment(text)
    assert isinstance(found, Environment | UnknownImage)
    onbuild(text)
    ended(text)


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux/amd64", "linux/amd64"),
        ("linux/x86_64", "linux/amd64"),
        ("linux/amd64/v1", "linux/amd64"),
        ("linux/amd64/v2", "linux/amd64/v2"),
        ("Linux/ARM64/V8", "linux/arm64"),
        ("linux/aarch64", "linux/arm64"),
        ("linux/arm64/v9", "linux/arm64/v9"),
        ("linux/arm", "linux/arm/v7"),
        ("linux/arm/7", "linux/arm/v7"),
        ("linux/armhf", "linux/arm/v7"),
        ("linux/armel", "linux/arm/v6"),
        ("linux/i386", "linux/386"),
        ("arm64", "linux/arm64"),
        ("linux", "linux"),
        ("windows/amd64", "windows/amd64"),
        ("", ""),
    ],
)
def test_platforms_have_one_name(platform: str, expected: str) -> None:
    assert normalised(platform) == expected
    assert normalised(expected) == expected


@pytest.mark.parametrize(
    ("platform", "arch"),
    [
        ("linux/amd64", "x86_64"),
        ("linux/amd64/v3", "x86_64"),
        ("linux/arm64", "aarch64"),
        ("linux/arm64/v8", "aarch64"),
        ("linux/arm/v7", "armv7l"),
        ("linux/arm", "armv7l"),
        ("linux/arm/v6", "armv6l"),
        ("linux/arm/6", "armv6l"),
        ("linux/arm/v9", None),
        ("linux/armhf", "armv7l"),
        ("linux/x86_64", "x86_64"),
        ("linux/arm64/8", "aarch64"),
        ("linux/arm64/v8/x", None),
        ("linux/386", "i686"),
        ("linux/ppc64le", "ppc64le"),
        ("linux/s390x", "s390x"),
        ("linux/riscv64", "riscv64"),
        ("arm64", "aarch64"),
        ("LINUX/AMD64", "x86_64"),
        ("windows/amd64", None),
        ("darwin/arm64", None),
        ("linux", None),
        ("linux/vax", None),
        ("", None),
    ],
)
def test_machine(platform: str, arch: str | None) -> None:
    assert machine(platform) == arch


@pytest.mark.parametrize(
    ("reference", "distro", "release", "libc", "python", "pip"),
    [
        ("python:3.8-alpine", "alpine", "3.20", Libc("musl", (1, 2)), "3.8.20", "23.0.1"),
        ("python:3.8.20-alpine3.19", "alpine", "3.19", Libc("musl", (1, 2)), "3.8.20", "23.0.1"),
        ("python:3.6-alpine3.11", "alpine", "3.11", Libc("musl", (1, 1)), "3.6.12", "21.0.1"),
        ("python:3.9.5-alpine", "alpine", "3.14", Libc("musl", (1, 2)), "3.9.5", "21.1.3"),
        ("python:2.7-alpine", "alpine", "3.11", Libc("musl", (1, 1)), "2.7.18", "20.0.2"),
        ("python:3.12.4-alpine3.20", "alpine", "3.20", Libc("musl", (1, 2)), "3.12.4", "24.0"),
        ("python:3.8-slim", "debian", "bookworm", Libc("glibc", (2, 36)), "3.8.20", "23.0.1"),
        ("python:3.8-slim-bullseye", "debian", "bullseye", Libc("glibc", (2, 31)), "3.8.20", "23.0.1"),
        ("python:3.7", "debian", "bookworm", Libc("glibc", (2, 36)), "3.7.17", "23.0.1"),
        ("python:2.7.18-buster", "debian", "buster", Libc("glibc", (2, 28)), "2.7.18", "20.0.2"),
        (f"python:3.8-alpine@{DIGEST}", "alpine", "3.20", Libc("musl", (1, 2)), "3.8.20", "23.0.1"),
        ("python:3.2-onbuild", "debian", None, Libc("glibc", None), "3.2.6", "7.1.2"),
        ("alpine:3.19", "alpine", "3.19", Libc("musl", (1, 2)), None, None),
        ("alpine:3.12.1", "alpine", "3.12", Libc("musl", (1, 1)), None, None),
        ("alpine:edge", "alpine", "edge", Libc("musl", (1, 2)), None, None),
        ("alpine:20240923", "alpine", "edge", Libc("musl", (1, 2)), None, None),
        ("alpine:3.25", "alpine", "3.25", Libc("musl", (1, 2)), None, None),
        ("node:10.10.0-alpine", "alpine", "3.8", Libc("musl", (1, 1)), None, None),
        ("docker:20.10", "alpine", "3.18", Libc("musl", (1, 2)), None, None),
        ("docker:18.09.5", "alpine", None, Libc("musl", None), None, None),
        ("nginx:1.21.3-alpine", "alpine", None, Libc("musl", None), None, None),
        ("node:20-alpine3.19", "alpine", "3.19", Libc("musl", (1, 2)), None, None),
        ("node:20-bookworm-slim", "debian", "bookworm", Libc("glibc", (2, 36)), None, None),
        ("golang:1.22-alpine3.19", "alpine", "3.19", Libc("musl", (1, 2)), None, None),
        ("redis:alpine", "alpine", None, Libc("musl", None), None, None),
        ("jfloff/alpine-python:3.8", "alpine", "3.11", Libc("musl", (1, 1)), "3.8.2", "19.2.3"),
        ("jfloff/alpine-python:3.8-slim", "alpine", "3.11", Libc("musl", (1, 1)), "3.8.2", "19.2.3"),
        ("tiangolo/uvicorn-gunicorn:python3.8-alpine3.10", "alpine", "3.10", Libc("musl", (1, 1)), "3.8.3", "20.1.1"),
        ("frolvlad/alpine-python3", "alpine", "3.21", Libc("musl", (1, 2)), "3.12", None),
        ("ghcr.io/astral-sh/uv:python3.8-alpine", "alpine", "3.20", Libc("musl", (1, 2)), "3.8.20", "23.0.1"),
        ("ghcr.io/astral-sh/uv:0.8.1-python3.12-alpine", "alpine", None, Libc("musl", (1, 2)), "3.12.14", "24.3.1"),
        (
            "ghcr.io/astral-sh/uv:python3.12-bookworm-slim",
            "debian",
            "bookworm",
            Libc("glibc", (2, 36)),
            "3.12.14",
            "24.3.1",
        ),
        ("debian:12-slim", "debian", "bookworm", Libc("glibc", (2, 36)), None, None),
        ("debian:bullseye-20240101", "debian", "bullseye", Libc("glibc", (2, 31)), None, None),
        ("ubuntu:noble", "ubuntu", "24.04", Libc("glibc", (2, 39)), None, None),
        ("ubuntu:22.04", "ubuntu", "22.04", Libc("glibc", (2, 35)), None, None),
        ("amazonlinux:2023.1", "amazonlinux", "2023", Libc("glibc", (2, 34)), None, None),
        ("frolvlad/alpine-miniconda3", "alpine", "3.21", Libc("glibc", None), "3.12", None),
        ("scratch", "scratch", None, None, None, None),
    ],
)
def test_environment(
    reference: str, distro: str, release: str | None, libc: Libc | None, python: str | None, pip: str | None
) -> None:
    found = known(reference)
    assert (found.distro, found.release, found.libc, found.python, found.pip) == (distro, release, libc, python, pip)
    assert found.arch == "x86_64"
    assert found.note is None


@pytest.mark.parametrize(
    ("reference", "release", "python", "libc"),
    [
        ("python:3.16-alpine3.25", "3.25", "3.16", Libc("musl", (1, 2))),
        ("python:3.16-alpine", None, "3.16", Libc("musl", (1, 2))),
        ("python:3.15-alpine", None, "3.15", Libc("musl", (1, 2))),
        ("python:3.15.0-alpine3.24", "3.24", "3.15.0", Libc("musl", (1, 2))),
        ("python:3.14-alpine3.25", "3.25", "3.14", Libc("musl", (1, 2))),
        ("python:3.14.99-slim", None, "3.14.99", Libc("glibc", (2, 41))),
    ],
)
def test_tag_newer_than_the_data(reference: str, release: str | None, python: str, libc: Libc) -> None:
    found = known(reference)
    assert (found.release, found.python, found.libc) == (release, python, libc)
    assert found.note == f"`{reference}` is newer than the data, which is as of {data.images()['as_of']}"


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("python:3.8-alpine3.99", "left the image with 3.8.20"),
        ("python:3.8.99-alpine", "left the image with 3.8.20"),
        ("python:3.12.4-alpine3.24", "no known tag"),
        ("python:3.1-alpine", "never had"),
        ("python:foo", "no known tag"),
        ("python:3.8-alpine-slim", "no known tag"),
        ("python:3.12-windowsservercore", "Windows"),
        (f"python@{DIGEST}", "digest alone"),
        ("localhost:5000/name:tag", "nothing is known"),
        ("registry.example/library/python:3.8-alpine", "nothing is known"),
        ("golang:1.22", "nothing is known"),
        ("mcr.microsoft.com/azure-cli", "Alpine or Azure Linux"),
        ("Python:3.8", "is no image name"),
    ],
)
def test_unknown_image(reference: str, reason: str) -> None:
    found = environment(reference)
    assert isinstance(found, UnknownImage)
    assert reason in found.reason


def test_platform_and_namespace_fix_the_cpu() -> None:
    assert known("python:3.8-alpine", "linux/arm64").arch == "aarch64"
    assert known("arm32v7/python:3.8-alpine", "linux/amd64").arch == "armv7l"
    assert known("homeassistant/aarch64-base-python:3.12-alpine3.20").arch == "aarch64"
    assert isinstance(environment("python:3.8-alpine", "windows/amd64"), UnknownImage)
    assert known("ghcr.io/linuxserver/baseimage-alpine:arm64v8-3.22").arch == "aarch64"
    assert known("ghcr.io/linuxserver/baseimage-alpine-nginx:3.22", "linux/arm64").arch == "aarch64"


@pytest.mark.parametrize(
    ("reference", "there", "absent"),
    [
        (
            "python:3.8-alpine",
            {"libffi", "zlib", "libssl3", "tzdata", "ca-certificates"},
            {"gcc", "libstdc++", "libpq"},
        ),
        ("python:3.8.12-alpine3.15", {"tzdata", "libssl1.1"}, {"libssl3"}),
        ("python:3.8.11-alpine", {"libffi"}, {"tzdata"}),
        ("python:3.6-alpine", {"libffi"}, {"tzdata", "libuuid"}),
        ("python:3.14-alpine", {"zstd-libs"}, set()),
        ("python:3.13-alpine", set(), {"zstd-libs"}),
        ("alpine:3.20", {"musl", "zlib"}, {"tzdata", "libffi"}),
        ("jfloff/alpine-python:3.8", {"build-base", "git", "libressl-dev", "zlib"}, {"cargo"}),
        ("python:3.12-slim", {"tzdata"}, {"gcc"}),
        ("python:3.12", {"gcc", "libpq-dev"}, {"cargo"}),
        ("frolvlad/alpine-python3", {"python3"}, {"gcc"}),
    ],
)
def test_packages(reference: str, there: set[str], absent: set[str]) -> None:
    packages = known(reference).packages
    assert there <= packages
    assert not absent & packages


@pytest.mark.parametrize(
    ("reference", "slim", "release"),
    [
        ("python:3.8-alpine", "python:3.8-slim", "bookworm"),
        ("python:3.8-alpine3.20", "python:3.8-slim-bookworm", "bookworm"),
        ("python:3.12.4-alpine3.20", "python:3.12.4-slim-bookworm", "bookworm"),
        ("python:3.12.4-alpine", "python:3.12.4-slim", "bookworm"),
        ("python:alpine", "python:slim", "trixie"),
        ("python:alpine3.22", "python:slim-trixie", "trixie"),
        ("python:3-alpine", "python:3-slim", "trixie"),
        ("python:2-alpine", "python:2-slim", "buster"),
        ("python:3.15-rc-alpine", "python:3.15-rc-slim", "trixie"),
        ("python:3.6-alpine3.15", "python:3.6-slim-bullseye", "bullseye"),
        ("python:3.12", "python:3.12-slim", "trixie"),
        ("arm64v8/python:3.9-alpine", "arm64v8/python:3.9-slim", "trixie"),
        ("docker.io/library/python:3.9-alpine", "docker.io/library/python:3.9-slim", "trixie"),
        (
            "public.ecr.aws/docker/library/python:3.8.20-alpine3.20",
            "public.ecr.aws/docker/library/python:3.8.20-slim-bookworm",
            "bookworm",
        ),
        ("jfloff/alpine-python:2.7-slim", "python:2.7-slim", "buster"),
        ("ghcr.io/astral-sh/uv:python3.12-alpine", "ghcr.io/astral-sh/uv:python3.12-trixie-slim", "trixie"),
        ("ghcr.io/astral-sh/uv:python3.8-alpine", "ghcr.io/astral-sh/uv:python3.8-bookworm-slim", "bookworm"),
        (
            "ghcr.io/astral-sh/uv:0.5.1-python3.12-alpine",
            "ghcr.io/astral-sh/uv:0.5.1-python3.12-bookworm-slim",
            "bookworm",
        ),
        ("ghcr.io/astral-sh/uv:0.9-python3.12-alpine3.22", "ghcr.io/astral-sh/uv:0.9-python3.12-trixie-slim", "trixie"),
        (
            "nikolaik/python-nodejs:python3.12-nodejs20-alpine",
            "nikolaik/python-nodejs:python3.12-nodejs20-slim",
            "trixie",
        ),
        ("tiangolo/uvicorn-gunicorn:python3.8-alpine3.10", "python:3.8-slim", "bookworm"),
    ],
)
def test_slim_tag(reference: str, slim: str, release: str) -> None:
    present = known(reference)
    found = slim_tag(present)
    assert found is not None
    assert (found.reference, found.environment.release) == (slim, release)
    assert found.environment.arch == present.arch
    assert found.environment.python is not None
    assert found.environment.python.split(".")[:2] == (present.python or "").split(".")[:2]


@pytest.mark.parametrize("reference", ["alpine:3.19", "python:3.8-slim", "debian:12", "node:20-alpine", "redis:alpine"])
def test_no_slim_tag(reference: str) -> None:
    assert slim_tag(known(reference)) is None


def test_every_python_alpine_tag_has_a_slim_one_that_exists() -> None:
    tags = data.images()["tags"]
    for tag, (python, variant, _) in tags.items():
        found = slim_tag(known(f"python:{tag}")) if variant == "alpine" else None
        if variant == "alpine" and not tag.startswith("rc"):
            assert found is not None, tag
            assert found.reference.removeprefix("python:") in tags or python in found.reference, tag


@pytest.mark.parametrize(
    ("reference", "python", "pip", "managed", "slim"),
    [
        ("alpine:3.19", "3.11", "23.3.1", True, "python:3.11-slim"),
        ("alpine:3.18", "3.11", "23.1.2", False, "python:3.11-slim"),
        ("alpine:3.11", "3.8", "19.2.3", False, "python:3.8-slim"),
        ("alpine:3.3", "3.5", None, False, "python:3.5-slim"),
        ("node:20-alpine3.20", "3.12", "24.0", True, "python:3.12-slim"),
    ],
)
def test_apk_python(reference: str, python: str, pip: str | None, managed: bool, slim: str) -> None:
    found = apk_python(known(reference))
    assert (found.python, found.pip, found.externally_managed) == (python, pip, managed)
    assert found.python_prefix == "/usr"
    other = slim_tag(found)
    assert other is not None
    assert other.reference == slim


def test_apk_python_of_an_unknown_release_is_unknown() -> None:
    assert apk_python(known("alpine:3.19")._replace(release=None)).python is None


@pytest.mark.parametrize(
    ("reference", "first"),
    [
        ("python:2.7-onbuild", "COPY requirements.txt /usr/src/app/"),
        ("python:onbuild", "COPY requirements.txt /usr/src/app/"),
        ("jfloff/alpine-python:3.8-onbuild", "COPY requirements.txt /tmp/requirements.txt"),
        ("jfloff/alpine-python:latest-onbuild", "COPY requirements.txt /tmp/requirements.txt"),
        ("python:3.8-alpine", None),
        ("unknown/image", None),
        ("not an image", None),
    ],
)
def test_onbuild(reference: str, first: str | None) -> None:
    lines = onbuild(reference)
    assert lines[:1] == ((first,) if first else ())
    assert bool(lines) == any(line.startswith("RUN pip install") for line in lines)


def test_ended() -> None:
    assert ended("jfloff/alpine-python:3.8-slim") == End("2020-03-28", None)
    found = ended("tiangolo/uwsgi-nginx-flask:python3.8-alpine")
    assert found is not None
    assert found.day == "2024-03-17"
    assert (found.successor or "").startswith("`python` takes its place")
    assert ended("tiangolo/uwsgi-nginx-flask:python3.12") is None
    assert ended("python:3.8-alpine") is None


@pytest.mark.parametrize("tag", sorted(data.images()["tags"]))
def test_listed_tags_are_read_as_they_are_written(tag: str) -> None:
    parts = PythonTag.parse(tag)
    assert parts is not None
    assert str(parts) == tag or tag in ("latest", "onbuild") or parts.variant is Variant.ONBUILD
    found = look_up(tag)
    assert not isinstance(found, str)
    assert found.variant is parts.variant
    assert parts.release in ("", found.release)


@pytest.mark.parametrize(
    "tag",
    [
        "3.13-alpineedge",
        "3.99-alpineedge",
        "alpinebookworm",
        "3.99-slimbookworm",
        "3.14a1-alpine",
        "3.99rc1",
        "3-alpine3",
    ],
)
def test_tags_that_the_image_cannot_have(tag: str) -> None:
    found = look_up(tag)
    assert isinstance(found, str)
    assert found.startswith(f"`{tag}` is no known tag of the Python image")


@settings(max_examples=300, deadline=None)
@given(
    st.from_regex(
        r"(?:\d(?:\.\d{1,2}){0,2}(?:(?:a|b|rc)\d|-rc)?-?)?(?:alpine|slim)?-?(?:[a-z]{0,8}|\d\.\d+)", fullmatch=True
    )
)
def test_any_tag_is_one_of_the_image_or_not(tag: str) -> None:
    found = look_up(tag)
    if not isinstance(found, str):
        assert found.release != ""
        assumed_release(found)
    slim_counterpart(tag)
