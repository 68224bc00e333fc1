from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.version import Version

from lint_alpine.wheels import metadata
from lint_alpine.wheels.metadata import (
    MetadataError,
    is_metadata,
    is_top_level,
    read_metadata,
    read_requirements,
)
from tests.steps import counted

HEAD = "Metadata-Version: 2.1\nName: Thing.One\nVersion: 1.0\n"


def read(text: str | bytes, static: bool = False) -> tuple[list[str], set[str]]:
    content = text if isinstance(text, bytes) else text.encode()
    needs = read_metadata(content, "thing-one", Version("1"), static=static)
    return [str(requirement) for requirement in needs.requirements], set(needs.extras)


BOTH = (['a>=1; extra == "x"', "b"], {"x-y"})
FIELDS = "Requires-Dist: a>=1; extra == 'x'\nProvides-Extra: X_y\nRequires-Dist: b\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD, ([], set())),
        (HEAD + FIELDS, BOTH),
        ((HEAD + FIELDS).replace("\n", "\r\n"), BOTH),
        ((HEAD + FIELDS).replace("\n", "\r"), BOTH),
        ("\ufeff" + HEAD + FIELDS, BOTH),
        (HEAD.replace("1.0\n", "1\n") + FIELDS.lower() + "\nRequires-Dist: from-the-description", BOTH),
        (HEAD + "Requires-Dist:\n   a>=1\n", (["a>=1"], set())),
        (HEAD + "Summary: one\n  Requires-Dist: two\n" + FIELDS, BOTH),
        (HEAD + "Requires-Dist: b\nno header\nRequires-Dist: c", (["b"], set())),
        (HEAD + "Requires-Dist: b (>=1,<2)\n", (["b<2,>=1"], set())),
        (HEAD + "Requires-Dist: b @ https://files.example/b.whl\n", (["b @ https://files.example/b.whl"], set())),
        (HEAD + "Author: ü\n" + FIELDS, BOTH),
    ],
)
def test_metadata(text: str, expected: tuple[list[str], set[str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", None),
        ("Requires-Python: >=3.8\n", ">=3.8"),
        ("requires-python:>= 3.8,<4\n", "<4,>=3.8"),
        ("Requires-Python: x\n", None),
    ],
)
def test_requires_python(line: str, expected: str | None) -> None:
    found = read_metadata((HEAD + line).encode(), "thing-one", Version("1")).requires_python
    assert (str(found) if found is not None else None) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "another release"),
        (HEAD.replace("Thing", "Other"), "another release"),
        (HEAD.replace("1.0", "2.0"), "another release"),
        (HEAD.replace("1.0", "none"), "another release"),
        (HEAD + "Name: Other\n", "another release"),
        (HEAD + "Requires-Dist: b\nRequires-Dist: a >= \n", "invalid requirement `a >=`"),
        (HEAD + "Requires-Dist: a>=1.0.*\n", "invalid requirement"),
        (HEAD + "Requires-Dist: a; " + "(" * 5000 + "\n", "nested too deeply"),
        (HEAD + "Requires-Dist: a" + "x" * 20_000 + "\n", "too long"),
        (HEAD + "Requires-Dist: a\n" * 20_000, "too many"),
        (HEAD + "Summary: x\n" * 200_000, "too large"),
    ],
    ids=range(11),
)
def test_metadata_that_pip_refuses(text: str, reason: str) -> None:
    with pytest.raises(MetadataError, match=reason):
        read(text)


def test_all_metadata_together_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "MOST_REQUIREMENTS", 5)
    allowance = metadata.Allowance()
    needs = read_metadata((HEAD + FIELDS).encode(), "thing-one", Version("1"))
    assert allowance.take(needs) is needs
    assert allowance.take(needs) is needs
    with pytest.raises(MetadataError, match="too many requirements"):
        allowance.take(needs)
    none = read_metadata(HEAD.encode(), "thing-one", Version("1"))
    assert allowance.take(none) is none


def test_metadata_that_is_not_utf8() -> None:
    assert read(HEAD.encode() + b"Summary: \xff\nRequires-Dist: b\n") == (["b"], set())
    with pytest.raises(MetadataError, match="UTF-8"):
        read(HEAD.encode() + b"Requires-Dist: \xff\n")


@pytest.mark.parametrize(
    ("version", "dynamic", "binding"),
    [
        ("2.1", "", False),
        ("2.2", "", True),
        ("2.4", "Dynamic: license-file\n", True),
        ("2.10", "", True),
        ("2.2", "Dynamic: Requires-Dist\n", False),
        ("2.2", "Dynamic: classifier\nDynamic: REQUIRES-DIST\n", False),
        ("3.0", "", True),
        ("1.2", "", False),
        ("x", "", False),
    ],
)
def test_source_distribution_counts_where_it_is_static(version: str, dynamic: str, binding: bool) -> None:
    text = HEAD.replace("2.1", version) + dynamic + "Requires-Dist: b\n"
    if binding:
        assert read(text, static=True) == (["b"], set())
    else:
        with pytest.raises(MetadataError, match="known only by building it"):
            read(text, static=True)
    assert read(text)[0] == ["b"]


@pytest.mark.parametrize(
    "body",
    [
        b"".join(b"X%d: b\n" % number for number in range(100_000)),
        b"X: " + b"a" * 1_000_000,
        b"Summary: " + b"\xff" * 900_000,
        "Requires-Dist: é\n".encode() * 9_900,
        "Name: é\n".encode() * 9_900,
        b"Requires-Dist: b" + " é\n".encode() * 9_900,
        b"Requires-Dist: " + b"=?utf-8?q?=C3?=\xc3\xa9" * 40_000,
        b":" * 1_000_000,
        b"\n " * 500_000,
        b"Requires-Dist: a" + b"[" + b"b," * 4_900,
        b"Requires-Dist: a; os_name=='a'" + b" and os_name=='a'" * 500,
    ],
    ids=range(11),
)
def test_hostile_metadata_is_read_or_refused_soon(body: bytes) -> None:
    with counted(most=100 * len(body)), suppress(MetadataError):
        read(HEAD.encode() + body)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes(body: bytes) -> None:
    for content in (body, HEAD.encode() + body, HEAD.encode() + b"Requires-Dist: " + body):
        with suppress(MetadataError):
            read(content)


def test_requirements_come_back_from_their_text() -> None:
    lines = ["a[x,y]>=1,!=2; python_version < '3.9' and extra == 'z'", "b", "c @ https://files.example/c.whl"]
    parsed = read_requirements(lines)
    assert parsed == tuple(map(Requirement, lines))
    assert read_requirements(map(str, parsed)) == parsed


@pytest.mark.parametrize(
    ("path", "yes"),
    [
        ("thing_one-1.0.dist-info/METADATA", True),
        ("Thing.One-1.0.dist-info/METADATA", True),
        ("thing_one-1.0.dist-info/metadata", False),
        ("other-1.0.dist-info/METADATA", False),
        ("vendored/thing_one-1.0.dist-info/METADATA", False),
        ("thing_one-1.0.dist-info/x/METADATA", False),
    ],
)
def test_where_a_wheel_has_its_metadata(path: str, yes: bool) -> None:
    assert is_metadata(path, "thing-one") is yes


@pytest.mark.parametrize(
    ("path", "yes"),
    [("thing-1/PKG-INFO", True), ("./thing-1/PKG-INFO", True), ("PKG-INFO", False), ("t/t.egg-info/PKG-INFO", False)],
)
def test_where_a_source_distribution_has_its_metadata(path: str, yes: bool) -> None:
    assert is_top_level(path, "PKG-INFO") is yes
