"""conda: the pip section of an environment file."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.installs.conda import OWN_PYTHON, pip_section
from lint_alpine.installs.read import read_install
from tests.gathering import INDEX, facts_of
from tests.installs.support import FakeFiles, command, faults, install, names, places

ENVIRONMENT = """name: x
channels: [conda-forge]
dependencies:
  - python=3.11
  - pip
  - numpy  # not pip's
  - pip:  # these are
    - flask==3.0.0
    # a comment
    - "requests>=2"  # another one

    - 'six; python_version > "3"'
    - -r more.txt
    - git+https://h/own.git#egg=own
  - scipy
variables:
  A: b
"""
FILES = {"environment.yml": ENVIRONMENT, "sub/e.yaml": ENVIRONMENT, "more.txt": "a\n", "sub/more.txt": "b\n"}
OWN = "own @ git+https://h/own.git#egg=own"
CALLS = {
    "conda env create": "a",
    "conda env create -f environment.yml": "a",
    "conda env update -n base --file=environment.yml --prune": "a",
    "mamba env create -qyf sub/e.yaml": "b",
    "micromamba install -y -n base -f sub/e.yaml": "b",
    "/opt/conda/bin/conda create --yes -p /env --file sub/e.yaml": "b",
}


@pytest.mark.parametrize(("text", "more"), CALLS.items(), ids=CALLS)
def test_conda(text: str, more: str) -> None:
    found = install(text, FILES).requirements
    assert names(found.dependencies) == ["flask==3.0.0", "requests>=2", 'six; python_version > "3"', more, OWN]
    assert [each.opaque for each in found.dependencies] == [OWN_PYTHON] * 4 + ["it is a VCS reference"]
    assert places(found.dependencies)[:2] == [
        f"{found.dependencies[0].span.source.path}:8: flask==3.0.0",
        f"{found.dependencies[0].span.source.path}:10: requests>=2",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "conda install numpy",
        "conda install --file requirements.txt",
        "conda env list",
        "conda env create --help",
        "conda clean -afy",
        "conda run pip install x",
        "conda",
        "micromamba shell init",
    ],
)
def test_what_installs_nothing_by_pip(text: str) -> None:
    assert read_install(command(text), FakeFiles(FILES), {}) is None


def test_what_cannot_be_read() -> None:
    assert faults(install("conda env create").requirements) == [
        "Dockerfile:1: env: the requirements file `environment.yml` cannot be read: there is no such file"
    ]
    assert not install("conda env create -f $FILE").requirements.complete
    bad = {"e.yml": "dependencies:\n- pip:\n  - a b\n  - c\n"}
    assert faults(install("conda env create -f e.yml", bad).requirements)[0].startswith("e.yml:3: a b: ")


# What is left of each text, its lines without the blanks at their ends.
SECTIONS = {
    "- pip:\n  - a\n": ["", "    a", ""],
    "dependencies:\n- pip:\n  - a\n- b\n  - c\n": ["", "", "    a", "", "", ""],
    "- pip\n  - a\n": ["", "", ""],
    "- pip:\n- a\n": ["", "", ""],
    "- pip:\n  - {a: b}\n  - a#b\n  - >-\n": ["", "    {a: b}", "    a#b", "    >-", ""],
    "- pip:\r\n  - a \r\n": ["", "    a", ""],
    # In brackets.
    "- pip: [a]\n": ["        a", ""],
    "dependencies: [ {pip: [ \"a==1\", '-r b.txt', c>2 ]}, d ]": [" " * 25 + "a==1", "   -r b.txt", "  c>2"],
    "{dependencies: [x, {\"pip\": [a,\n 'b[c]' # d]\n , e]}]}": [" " * 28 + "a", "  b[c]", "   e"],
    "- pip: [a @ https://h/a.zip#egg=a, b  c # d\n, e]": ["        a @ https://h/a.zip#egg=a", " b  c", "  e"],
    "- pip: []\n": ["", ""],
    "- pip: [a, [b], c]\n": ["        a", ""],
    "- pip: [a[b], c]\n": ["", ""],
    "# pip: [a]\n- pip : [b]  # pip: [c]\n": ["", "         b", ""],
    "- notpip: [a]\n- pip-x: [b]\n": ["", "", ""],
}


@pytest.mark.parametrize(("text", "section"), SECTIONS.items(), ids=range(len(SECTIONS)))
def test_pip_section(text: str, section: list[str]) -> None:
    assert len(pip_section(text)) == len(text)
    assert [line.rstrip() for line in pip_section(text).split("\n")] == section


BLANKS = " " * 1_000_000
HOSTILE = {
    "blanks in a scalar": (f"- pip:\n  - a{BLANKS}b\n  - c # d\n", [f"a{BLANKS}b", "c"]),
    "blanks behind a scalar": (f"- pip:\n  - a{BLANKS}\n  - 'c'{BLANKS}#\n", ["a", "c"]),
    "blanks before a comment": (f"- pip:\n  - a{BLANKS}#b\n", ["a"]),
    "hash signs": (f"- pip:\n  - a{'#' * 1_000_000} #\n", ["a" + "#" * 1_000_000]),
    "blanks in brackets": (f"- pip: [a{BLANKS}b, c{BLANKS}, d{BLANKS}#\n]", [f"a{BLANKS}b", "c", "d"]),
    "quotes": ("- pip:\n  - " + "'" * 1_000_001, []),
}


@pytest.mark.parametrize(("text", "items"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_scalars(text: str, items: list[str]) -> None:
    assert [line.strip() for line in pip_section(text).split("\n") if line.strip()] == items


def test_brackets_keep_their_places() -> None:
    found = install("conda env create", {**FILES, "environment.yml": "dependencies: [pip: [ 'a>1', '-r more.txt' ]]"})
    assert names(found.requirements.dependencies) == ["a>1", "a"]
    first, second = (each.span for each in found.requirements.dependencies)
    assert (first.text, first.start.line, first.start.column) == ("a>1", 1, 24)
    assert (second.source.path, second.text) == ("more.txt", "a")


@pytest.mark.parametrize("image", ["continuumio/miniconda3:4.10.3-alpine", "frolvlad/alpine-miniconda3", "alpine:3.22"])
def test_nothing_is_claimed_of_what_goes_into_its_python(image: str, tmp_path: Path) -> None:
    (tmp_path / "environment.yml").write_text("dependencies: [ {pip: [ 'only-glibc==1.0', reports ]} ]\n")
    text = f"FROM {image}\nRUN apk add python3\nCOPY environment.yml .\nRUN conda env update -f environment.yml\n"
    ((_, found),) = facts_of(text, tmp_path, INDEX).installs
    verdicts = (*found.verdicts, *found.unjudged)
    assert [(each.name, each.outcome, each.reason) for each in verdicts] == [
        ("only-glibc", "unknown", OWN_PYTHON),
        ("reports", "unknown", OWN_PYTHON),
    ]
    assert not found.compiled


@given(st.text(alphabet="-pip: ab#'\"\n\r\t[]{},", max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_keeps_its_places(text: str) -> None:
    kept = pip_section(text)
    assert len(kept) == len(text)
    assert all(char.isspace() or char == text[at] for at, char in enumerate(kept))
