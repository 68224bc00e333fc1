"""The facts of a Dockerfile, for the tests of what they tell."""

from pathlib import Path

from lint_alpine.context import BuildContext
from lint_alpine.dockerfile.instructions import parse
from lint_alpine.examples import ExampleIndex
from lint_alpine.facts import Facts
from lint_alpine.gather import gather
from lint_alpine.source import Source
from lint_alpine.wheels.sources import Sources

# `sketch` is native with wheels for both C libraries, `reports` pure Python, `stable` for the stable ABI, `only-glibc`
# and `psycopg2` are compiled on musl.
INDEX = """
sketch-1.0.tar.gz
sketch-1.0-cp311-cp311-musllinux_1_2_x86_64.whl
sketch-1.0-cp311-cp311-manylinux_2_28_x86_64.whl
sketch-1.0-cp312-cp312-musllinux_1_2_x86_64.whl
sketch-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
sketch-1.0-cp313-cp313-musllinux_1_2_x86_64.whl
sketch-1.0-cp314-cp314-musllinux_1_2_x86_64.whl
reports-3.1.tar.gz
reports-3.1-py3-none-any.whl
stable-2.0-cp37-abi3-musllinux_1_2_x86_64.whl
stable-2.0-cp37-abi3-manylinux_2_28_x86_64.whl
only_glibc-1.0.tar.gz
only_glibc-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
psycopg2-2.9.9.tar.gz
psycopg2-2.9.9-cp312-cp312-win_amd64.whl
pandas-2.0.0.tar.gz
pandas-2.0.0-cp312-cp312-win_amd64.whl
pyzbar-0.1.9-py2.py3-none-any.whl
"""


def facts_of(
    text: str, folder: Path = Path("/nonexistent"), index: str | None = None, target: str | None = None
) -> Facts:
    """Of a Dockerfile that is built in a folder, by default one without files; `index` lists what an example's does."""
    listed = [ExampleIndex(index)] if index is not None else []
    return gather(parse(Source("Dockerfile", text)), BuildContext(folder), Sources(listed, listed), target=target)
