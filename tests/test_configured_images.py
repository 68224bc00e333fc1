"""What some images tell pip and uv: those of Home Assistant have a pip.conf and an index of their own."""

from pathlib import Path

import pytest

from lint_alpine.facts import PythonInstall
from tests.gathering import facts_of

IMAGE = "ghcr.io/home-assistant/amd64-base-python:3.12-alpine3.19"
INDEX = "both-1.0-py3-none-any.whl\nboth-2.0.tar.gz\n"


def install(lines: str, folder: Path = Path("/nonexistent"), image: str = IMAGE) -> PythonInstall:
    *_, (_, found) = facts_of(f"FROM {image}\n{lines}\n", folder, INDEX).installs
    return found


@pytest.mark.parametrize(
    "image",
    [
        IMAGE,
        "ghcr.io/home-assistant/base-python:3.13-alpine3.22",
        "homeassistant/aarch64-base-python:3.11-alpine3.18",
        "ghcr.io/home-assistant/base:3.19",
    ],
)
def test_pip_keeps_no_cache_there_and_prefers_wheels(image: str) -> None:
    found = install("RUN apk add python3 && pip install both", image=image)
    assert not found.cache_kept
    assert found.install.requirements.choice.prefer_binary
    # From where it takes files is not known.
    assert [(verdict.outcome, verdict.file) for verdict in found.verdicts] == [("unknown", None)]


def test_without_the_index_of_the_image_the_wheel_is_taken() -> None:
    found = install("ENV PIP_EXTRA_INDEX_URL=\nRUN pip install both")
    assert [verdict.file for verdict in found.verdicts] == ["both-1.0-py3-none-any.whl"]


@pytest.mark.parametrize(
    ("lines", "kept", "prefers"),
    [
        ("RUN pip install both", False, True),
        ("COPY pip.conf /etc/pip.conf\nRUN pip install both", True, False),
        ("RUN printf '[global]\\nprefer-binary = true\\n' > /etc/pip.conf\nRUN pip install both", True, True),
        ("RUN uv pip install --system both", True, False),
    ],
)
def test_the_file_may_be_replaced(lines: str, kept: bool, prefers: bool, tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text("[global]\ntimeout = 60\n")
    found = install(lines, tmp_path)
    assert (found.cache_kept, found.install.requirements.choice.prefer_binary) == (kept, prefers)


@pytest.mark.parametrize("command", ["pip install both", "uv pip install --system both"])
def test_both_ask_the_index_of_the_image(command: str) -> None:
    found = install(f"RUN {command}")
    assert len(found.install.requirements.indexes) == 1
    assert [verdict.outcome for verdict in found.verdicts] == ["unknown"]


def test_other_images_tell_nothing() -> None:
    found = install("RUN pip install both", image="python:3.12-alpine")
    assert found.cache_kept
    assert [verdict.file for verdict in found.verdicts] == ["both-2.0.tar.gz"]


def test_a_cache_mount_is_of_no_use_there() -> None:
    facts = facts_of(f"FROM {IMAGE}\nRUN --mount=type=cache,target=/root/.cache/pip pip install both\n")
    assert [useless.program for _, useless in facts.useless_mounts] == ["pip"]
