"""apk's command line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.installs.apk import read_apk, read_package
from lint_alpine.installs.install import ApkInstall, ApkRemove, ApkVerb
from lint_alpine.source import Source
from tests.installs.support import command


def add(text: str) -> ApkInstall:
    found = read_apk(command(text))
    assert isinstance(found, ApkInstall)
    return found


def packages(text: str) -> list[str]:
    return [package.span.text for package in add(text).packages]


PACKAGES = {
    "apk add gcc musl-dev": ["gcc", "musl-dev"],
    "apk --no-cache add gcc": ["gcc"],
    "/sbin/apk add gcc": ["gcc"],
    "apk add --no-cache --virtual .build gcc": ["gcc"],
    "apk add -t .build gcc": ["gcc"],
    "apk add -t.build gcc": ["gcc"],
    "apk add --virtual=.build gcc": ["gcc"],
    "apk add --virt .build gcc": ["gcc"],
    "apk add -Uuv gcc": ["gcc"],
    "apk add -Ut .build gcc": ["gcc"],
    "apk add -X https://index.example/edge gcc": ["gcc"],
    "apk add --repository https://index.example/edge --repositories-file /x --arch x86 gcc": ["gcc"],
    "apk -p / --keys-dir k --cache-dir c --cache-max-age 1 --wait 5 --progress-fd 1 --timeout 9 add gcc": ["gcc"],
    "apk add gcc -- -odd": ["gcc", "-odd"],
    "apk add 'gcc=1.2-r0' \"g++~=1\" 'make<4'": ["'gcc=1.2-r0'", '"g++~=1"', "'make<4'"],
    "apk add": [],
    "apk upgrade --no-cache -a": [],
    "apk fix gcc": ["gcc"],
}


@pytest.mark.parametrize(("text", "expected"), PACKAGES.items(), ids=PACKAGES)
def test_packages_stand_apart_from_options_and_their_values(text: str, expected: list[str]) -> None:
    found = add(text)
    assert [package.span.text for package in found.packages] == expected
    assert found.complete
    assert found.root == "/"


WORDS = {
    "gcc": ("gcc", None, None, False, False),
    "gcc=1.2-r0": ("gcc", "=1.2-r0", None, False, False),
    "gcc~=1.2": ("gcc", "~=1.2", None, False, False),
    "gcc<1": ("gcc", "<1", None, False, False),
    "gcc>=1": ("gcc", ">=1", None, False, False),
    "gcc@edge": ("gcc", None, "edge", False, False),
    "gcc@edge=1.2-r0": ("gcc", "=1.2-r0", "edge", False, False),
    "gcc=1.2-r0@edge": ("gcc", "=1.2-r0", "edge", False, False),
    "!pyc": ("pyc", None, None, True, False),
    "so:libpq.so.5": ("so:libpq.so.5", None, None, False, False),
    "cmd:gcc=1": ("cmd:gcc", "=1", None, False, False),
    "pc:libffi>=3": ("pc:libffi", ">=3", None, False, False),
    "./local.apk": ("./local.apk", None, None, False, True),
    "libstdc++": ("libstdc++", None, None, False, False),
    ".build-deps": (".build-deps", None, None, False, False),
}


@pytest.mark.parametrize(("text", "expected"), WORDS.items(), ids=WORDS)
def test_dependency_syntax(text: str, expected: tuple[str, str | None, str | None, bool, bool]) -> None:
    found = read_package(text, Source("f", text).start)
    assert found is not None
    assert (found.name, found.constraint, found.tag, found.conflict, found.file) == expected


def test_virtual_package_and_cache_options() -> None:
    found = add("apk -q add --no-cache --virtual .build-deps=20260101 -X https://a/x --repository=https://a/y gcc")
    assert found.virtual is not None
    assert (found.virtual.name, found.virtual.constraint) == (".build-deps", "=20260101")
    assert found.no_cache
    assert found.no_cache_option is not None
    assert found.no_cache_option.text == "--no-cache"
    assert found.repositories == ("https://a/x", "https://a/y")


@pytest.mark.parametrize("text", ["apk add -U gcc", "apk add --update gcc", "apk -U add gcc", "apk update"])
def test_what_fetches_the_package_index_anew(text: str) -> None:
    found = add(text)
    assert [package.name for package in found.packages] == (["gcc"] if "add" in text else [])
    assert found.complete
    assert not found.no_cache


def test_unknown_words_leave_the_list_incomplete() -> None:
    found = add("apk add gcc $PACKAGES")
    assert [package.name for package in found.packages] == ["gcc"]
    assert not found.complete
    assert not add("apk add --virtual $NAME gcc").complete
    assert add("apk add --repository https://$HOST/x --virtual=.a gcc").complete
    assert add('apk add --repository="https://$HOST/x" gcc').repositories == ('--repository="https://$HOST/x"',)


@pytest.mark.parametrize("word", ["pc:libpq", "cmd:gcc", "so:libpq.so.5", "pc:libffi=3"])
def test_what_is_asked_for_by_what_it_provides_has_a_name_that_is_not_known(word: str) -> None:
    found = add(f"apk add gcc {word}")
    assert len(found.packages) == 2
    assert not found.complete
    assert add(f"apk add gcc !{word}").complete


def test_without_the_network() -> None:
    assert add("apk add --no-network gcc").no_network
    assert add("apk --no-net add gcc").no_network
    assert not add("apk add gcc").no_network


def test_another_root_is_not_this_image() -> None:
    assert add("apk --root /target --initdb add gcc").root == "/target"
    assert add("apk add -p /target gcc").root == "/target"
    assert add("apk add --root=$TARGET gcc").root == "--root=$TARGET"


def test_remove() -> None:
    found = read_apk(command("apk del --no-network .build-deps gcc $MORE"))
    assert isinstance(found, ApkRemove)
    assert [package.name for package in found.packages] == [".build-deps", "gcc"]


def test_verbs() -> None:
    assert [add(f"apk {verb}").verb for verb in ApkVerb] == list(ApkVerb)


@pytest.mark.parametrize(
    "text",
    [
        "apk info -e gcc",
        "apk",
        "apk --version",
        "apk add --help",
        "apk $VERB gcc",
        "apt add gcc",
        "apk cache sync",
        "apk cache add",
    ],
)
def test_what_changes_nothing(text: str) -> None:
    assert read_apk(command(text)) is None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="-abXtpU=!@~.$/ \"'", min_size=1, max_size=6), max_size=6))
def test_any_words(words: list[str]) -> None:
    read_apk(command("apk add " + " ".join(words).replace('"', "").replace("'", "")))
