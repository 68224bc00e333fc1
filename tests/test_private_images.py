"""What the configuration says of private images, and how a finding tells that an image is newer than the data."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from lint_alpine import data
from lint_alpine.cli import main
from lint_alpine.context import BuildContext
from lint_alpine.dockerfile.instructions import parse
from lint_alpine.examples import ExampleIndex
from lint_alpine.facts import Facts
from lint_alpine.gather import gather
from lint_alpine.source import Source
from lint_alpine.wheels.sources import Sources

LIKE = {
    "registry.example/base:old": "python:3.8-alpine3.20",
    "registry.example/base*": "python:3.12-alpine3.22",
    "registry.example/arm/*": "arm64v8/python:3.12-alpine3.22",
}


def read(text: str, platform: str = "linux/amd64", images: Mapping[str, str] = LIKE) -> Facts:
    context = BuildContext(Path("/nonexistent"))
    return gather(parse(Source("D", text)), context, Sources([], []), platform=platform, images_like=images)


@pytest.mark.parametrize(
    ("line", "platform", "expected"),
    [
        ("FROM registry.example/base:1", "linux/amd64", ("3.12", "3.22", "x86_64")),
        ("FROM registry.example/base:1", "linux/arm64", ("3.12", "3.22", "aarch64")),
        ("FROM registry.example/base:1", "linux/arm/v7", ("3.12", "3.22", "armv7l")),
        ("FROM registry.example/base@sha256:" + "0" * 64, "linux/amd64", ("3.12", "3.22", "x86_64")),
        ("FROM --platform=linux/arm64 registry.example/base:1", "linux/amd64", ("3.12", "3.22", "aarch64")),
        ("ARG T=old\nFROM registry.example/base:$T", "linux/arm64", ("3.8", "3.20", "aarch64")),
        ("FROM registry.example/arm/x:1", "linux/amd64", ("3.12", "3.22", "aarch64")),
    ],
)
def test_private_images(line: str, platform: str, expected: tuple[str, str, str]) -> None:
    environment = read(line, platform).stages[0].environment
    assert environment is not None
    assert ((environment.python or "")[: len(expected[0])], environment.release, environment.arch) == expected


@pytest.mark.parametrize(
    ("image", "command", "outcome"),
    [
        ("python:3.12-alpine3.22", "pip install a b==1", "unavailable"),
        ("docker.io/library/python:3.12-alpine3.22", "pip install a b==1", "unavailable"),
        ("registry.example/base:1", "pip install a b==1", "unknown"),
        ("python:3.12-alpine3.22", "pip install $TOOLS && pip install a b==1", "unknown"),
        ("python:3.12-alpine3.22", "pip install $OPTIONS a b==1", "unknown"),
        ("python:3.12-alpine3.22", "uv pip install a b==1", "unknown"),
    ],
)
def test_what_is_not_known_may_settle_a_contradiction(image: str, command: str, outcome: str) -> None:
    """`a` may be there, in a release that needs another `b`; uv may be told to override what it needs."""
    index = ExampleIndex("a-1-py3-none-any.whl\na 1 needs b>=2\nb-1-py3-none-any.whl\nb-2-py3-none-any.whl")
    text = f"FROM {image}\nRUN {command}"
    context = BuildContext(Path("/nonexistent"))
    facts = gather(parse(Source("D", text)), context, Sources([index], [index]), images_like=LIKE)
    *_, (_, install) = facts.installs
    assert {each.name: each.outcome.value for each in install.verdicts} == {"a": "wheel", "b": outcome}


def test_other_private_images_are_not_known() -> None:
    (stage,) = read("FROM registry.example/other:1\nRUN pip install x").stages
    assert stage.environment is None
    (unjudged,) = stage.installs[0].unjudged
    assert unjudged.reason == "nothing is known of `registry.example/other:1`"


def test_the_triggers_of_the_image_that_it_is_like() -> None:
    facts = read("FROM registry.example/old:1", images={"registry.example/*": "python:3.5-onbuild"})
    assert [install.installer for _, install in facts.installs] == ["pip"]


def test_a_platform_and_a_private_image_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".lint-alpine.toml").write_text('[images."registry.example/*"]\nlike = "python:3.12-alpine3.22"\n')
    Path("Dockerfile").write_text("FROM registry.example/base:1\nRUN pip install --no-cache-dir psycopg2==2.9.9\n")
    assert main(["check", "--platform", "linux/arm64", "--format", "json"]) == 1
    assert '"arch": "aarch64"' in capsys.readouterr().out


def test_that_an_image_is_newer_than_the_data_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    newer = max(int(minor.split(".")[1]) for minor in data.images()["minors"]) + 1
    Path("Dockerfile").write_text(f"FROM python:3.{newer}-alpine\nRUN pip install --no-cache-dir psycopg2==2.9.9\n")
    assert main(["check", "--select", "LA201"]) == 1
    told = f"`python:3.{newer}-alpine` is newer than the data, which is as of {data.images()['as_of']} (low confidence)"
    assert told in capsys.readouterr().out
