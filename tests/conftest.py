"""What all tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.loopback import Server, serving

# The same examples in every run: a failure is news about the change, not about the dice.
settings.register_profile("fixed", derandomize=True)
settings.load_profile("fixed")

ROOT = Path(__file__).parents[1]


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def unconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variables that tell pip, uv and their HTTP libraries where and how to ask."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("PIP_", "UV_", "SSL_CERT_")) or "_CA_BUNDLE" in name:
            monkeypatch.delenv(name)


@pytest.fixture
def server(unconfigured: None) -> Iterator[Server]:
    yield from serving()


@pytest.fixture
def other(unconfigured: None) -> Iterator[Server]:
    yield from serving()
