"""What all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in every run: a failure is news about the change, not about the dice.
settings.register_profile("fixed", derandomize=True)
settings.load_profile("fixed")

ROOT = Path(__file__).parents[1]


@pytest.fixture
def root() -> Path:
    return ROOT
