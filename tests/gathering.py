"""The facts of a Dockerfile, for the tests of what they tell."""

from pathlib import Path

from lint_alpine.context import BuildContext
from lint_alpine.dockerfile.instructions import parse
from lint_alpine.facts import Facts
from lint_alpine.gather import gather
from lint_alpine.source import Source
from lint_alpine.wheels.sources import Sources


def facts_of(text: str, folder: Path = Path("/nonexistent")) -> Facts:
    """Of a Dockerfile that is built in a folder, by default one without files."""
    return gather(parse(Source("Dockerfile", text)), BuildContext(folder), Sources([], []))
