"""Requirements files, against examples and against pip's own reader."""

import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lint_alpine.installs.dependency import FindLinks, Requirements
from lint_alpine.installs.gathered import MOST_REQUIREMENTS, Gathered
from lint_alpine.installs.reference import Reference, read_editable, read_reference
from lint_alpine.installs.requirements import read_requirements
from lint_alpine.source import Source
from tests.installs.support import FakeFiles, faults, names, places
from tests.steps import counted


def read(
    text: str, variables: dict[str, str | None] | None = None, *, constraint: bool = False, **others: str
) -> Requirements:
    files = FakeFiles({"r.txt": text, **{name.replace("__", "/") + ".txt": other for name, other in others.items()}})
    gathered = Gathered(files, variables or {})
    read_requirements("r.txt", Source("Dockerfile", "r.txt").span(0, 5), gathered, constraint=constraint)
    return gathered.requirements()


PLACES = {
    "name": ("flask", ["r.txt:1: flask"]),
    "specifier, extras and marker": (
        'flask[async] >=2,<3 ; python_version < "3.9"  # why',
        ['r.txt:1: flask[async] >=2,<3 ; python_version < "3.9"'],
    ),
    "indented, with comment and blank lines": ("# head\n\n   flask  # tail\n#x", ["r.txt:3: flask"]),
    "a hash sign without a blank is no comment": (
        "x @ https://h/x.zip#sha1=aa",
        ["r.txt:1: x @ https://h/x.zip#sha1=aa"],
    ),
    "options are not part of it": ("flask==1  --hash=sha256:aa", ["r.txt:1: flask==1"]),
    "continued options": ("a==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nx", ["r.txt:1: a==1", "r.txt:4: x"]),
    "a continued requirement": ("fla\\\nsk\nx", ["r.txt:1: fla\\\nsk", "r.txt:3: x"]),
    "backslashes at both ends go": ("fla\\\\\n\\sk\\\n==1", ["r.txt:1: fla\\\\\n\\sk\\\n==1"]),
    "a comment line ends a continuation": ("flask \\\n# c \\\nx", ["r.txt:1: flask", "r.txt:3: x"]),
    "a comment at the end of a continued line eats the rest": ("flask # c \\\nx\ny", ["r.txt:1: flask", "r.txt:3: y"]),
    "a continuation into the end": ("flask \\", ["r.txt:1: flask"]),
    "CRLF": ("flask\r\nx\r\n", ["r.txt:1: flask", "r.txt:2: x"]),
    "every line end of Python": ("a\fb\x1cc\u2028d\re", [f"r.txt:1: {name}" for name in "abcde"]),
    "VCS": ("git+https://h/o/name.git@v1#egg=name", ["r.txt:1: git+https://h/o/name.git@v1#egg=name"]),
    "editable VCS": ("-e git+https://h/o/r#egg=name", ["r.txt:1: git+https://h/o/r#egg=name"]),
    "a tab is no blank before options": ("flask\t--pre", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PLACES.values(), ids=PLACES)
def test_places_of_requirements(text: str, expected: list[str]) -> None:
    assert places(read(text).dependencies) == expected


def test_hashes_are_read_and_imply_that_all_are_required() -> None:
    found = read("a==1 --hash=sha256:AA --hash sha512:bb\nb==2")
    assert [dependency.hashes for dependency in found.dependencies] == [
        {("sha256", "AA"), ("sha512", "bb")},
        frozenset(),
    ]
    assert found.choice.require_hashes
    assert not read("--no-require-hashes\na==1 --hash=sha256:aa").choice.require_hashes
    assert read("--require-hashes\na").choice.require_hashes


def test_options_of_lines() -> None:
    found = read(
        "--index-url https://index.example/a\n--extra-index-url=https://index.example/b\n-f wheels\n"
        "--no-binary Foo_Bar,baz\n--only-binary=baz --pre\n--prefer-b\n"
    )
    assert found.indexes == ("https://index.example/a", "https://index.example/b")
    assert found.index_url == "https://index.example/a"
    assert found.find_links == (FindLinks("wheels", ""),)
    assert (found.choice.no_binary, found.choice.only_binary) == (frozenset({"foo-bar"}), frozenset({"baz"}))
    assert found.choice.pre
    assert found.choice.prefer_binary
    assert found.complete
    assert read("--no-index").no_index


FORMATS = {
    "--no-binary :all:\n--only-binary a": ({":all:"}, {"a"}),
    "--no-binary a\n--only-binary :all:": (set(), {":all:"}),
    "--no-binary a\n--no-binary :none:": (set(), set()),
    "--no-binary :all:,:none:,a": ({"a"}, set()),
    "--no-binary :all:,a": ({":all:"}, set()),
    "x --no-binary x": ({"x"}, set()),
}


@pytest.mark.parametrize(("text", "expected"), FORMATS.items(), ids=FORMATS)
def test_later_format_options_win(text: str, expected: tuple[set[str], set[str]]) -> None:
    choice = read(text).choice
    assert (set(choice.no_binary), set(choice.only_binary)) == expected


def test_nested_files_stand_beside_the_file_that_names_them() -> None:
    found = read("-r sub/b.txt\nroot", sub__b="-c c.txt\n--requirement ../d.txt\nb", sub__c="c<2", d="d")
    assert places(found.dependencies) == ["d.txt:1: d", "sub/b.txt:3: b", "r.txt:2: root"]
    assert places(found.constraints) == ["sub/c.txt:1: c<2"]
    assert found.complete


def test_requirements_inside_constraints_are_requirements() -> None:
    assert names(read("-c b.txt", b="-r d.txt\nb", d="d").dependencies) == ["d"]


def test_a_cycle_names_both_files_where_it_closes() -> None:
    found = read("-r sub/b.txt\nx", sub__b="b\n-r ../r.txt")
    assert names(found.dependencies) == ["b", "x"]
    assert faults(found) == [
        "sub/b.txt:2: ../r.txt: `sub/b.txt` includes `r.txt`, which is being read: pip stops",
    ]
    assert not found.complete


def test_a_file_that_is_named_twice_is_read_once() -> None:
    assert names(read("-r b.txt\n-r b.txt\n-c b.txt", b="b").dependencies) == ["b"]


def test_a_known_file_stands_in_for_its_text() -> None:
    files = FakeFiles({"r.txt": "-r known.txt", "known.txt": read("x==1")})
    gathered = Gathered(files, {})
    read_requirements("r.txt", Source("Dockerfile", "r.txt").span(0, 5), gathered)
    assert names(gathered.requirements().dependencies) == ["x==1"]


FAULTS = {
    "missing": ("a\n-r no.txt\nb", ["a", "b"], "r.txt:2: no.txt: the requirements file `no.txt` cannot be read"),
    "missing constraints": ("-c no.txt", [], "r.txt:1: no.txt: the constraints file `no.txt` cannot be read"),
    "URL": ("-r https://index.example/r.txt", [], "r.txt:1: https://index.example/r.txt: `https://index"),
    "one equals sign": ("a\nb=1\nc", ["a", "c"], "r.txt:2: b=1: pip does not take `b=1`: expected"),
    "unknown option": ("--nonsense\na", ["a"], "r.txt:1: --nonsense: pip does not take `--nonsense` here"),
    "option without its value": ("--index-url\na", ["a"], "r.txt:1: --index-url: pip does not take"),
    "flag with a value": ("--pre=1", [], "r.txt:1: --pre=1: pip does not take `--pre=1` here"),
    "weak hash": ("a --hash=md5:aa", [], "r.txt:1: a --hash=md5:aa: pip does not take the hash `md5:aa`"),
    "open quote": ("a --config-settings 'x", [], "r.txt:1: a --config-settings 'x: pip cannot split the options"),
    "editable URL": ("-e https://h/x.zip", [], "r.txt:1: https://h/x.zip: pip does not take"),
    "address without its end": (
        "file://[x\na",
        ["a"],
        "r.txt:1: file://[x: pip does not take `file://[x`: it is no URL",
    ),
    "archive there": ("https://[x/a-1.0.tar.gz", [], "r.txt:1: https://[x/a-1.0.tar.gz: pip does not take"),
    "name there": ("a @ file://[x/a-1.0.tar.gz", [], "r.txt:1: a @ file://[x/a-1.0.tar.gz: pip does not take"),
    "editable there": ("-e git+https://[x/a", [], "r.txt:1: git+https://[x/a: pip does not take"),
    "folder without a project": ("./lib", [], "r.txt:1: ./lib: the project in `./lib` cannot be read"),
}


@pytest.mark.parametrize(("text", "kept", "fault"), FAULTS.values(), ids=FAULTS)
def test_what_pip_stops_at_is_told_and_the_rest_is_read(text: str, kept: list[str], fault: str) -> None:
    found = read(text)
    assert names(found.dependencies) == kept
    assert len(faults(found)) == 1
    assert faults(found)[0].startswith(fault)
    assert not found.complete


@pytest.mark.parametrize("line", ["a[x]", "./a", "-e git+https://h/a#egg=a", "-e ."])
def test_constraints_must_be_plain(line: str) -> None:
    found = read(line, constraint=True)
    assert found.constraints == ()
    assert len(found.unreadable) == 1


OPAQUE = {
    "https://h/a-1.0.tar.gz": ("a@ https://h/a-1.0.tar.gz", "it is a URL"),
    "a @ https://h/x": ("a@ https://h/x", "it is a URL"),
    "git+ssh://git@h/o/name.git@main": ("name@ git+ssh://git@h/o/name.git@main", "it is a VCS reference"),
    "https://h/o/name/archive/main.zip": ("name@ https://h/o/name/archive/main.zip", "it is a URL"),
    "./a-1.0.tar.gz": ("a==1.0", "it is a local file"),
}


@pytest.mark.parametrize(("text", "expected"), OPAQUE.items(), ids=OPAQUE)
def test_what_no_index_serves(text: str, expected: tuple[str, str]) -> None:
    (found,) = read(text).dependencies
    assert (str(found.requirement).replace(" @ ", "@ "), found.opaque) == expected


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["", "a @ "]),
    st.sampled_from(["file:", "https:", "git+ssh:", "git:", "./", ""]),
    st.text(st.sampled_from("/[]:@#&=;.%a1-\u2100")),
)
def test_any_reference_is_read(name: str, scheme: str, rest: str) -> None:
    for reader in (read_reference, read_editable):
        assert isinstance(reader(f"{name}{scheme}{rest}"), Reference)


def test_a_repository_that_tells_no_name_leaves_the_list_incomplete() -> None:
    found = read("https://h/download?id=3")
    assert (found.dependencies, found.unreadable, found.complete) == ((), (), False)


def test_variables() -> None:
    text = "a==${VERSION}  # x\n${NAME}[z]\nb==${UNSET}\n--index-url https://${TOKEN}@h\nc ; ${MARKER}\n$VERSION"
    found = read(text, {"VERSION": "1.25", "NAME": "longer-than-its-variable", "TOKEN": None, "MARKER": "os_name=='x'"})
    assert places(found.dependencies) == ["r.txt:1: a==${VERSION}", "r.txt:2: ${NAME}[z]", "r.txt:5: c ; ${MARKER}"]
    assert names(found.dependencies)[:2] == ["a==1.25", "longer-than-its-variable[z]"]
    assert [fault.span.start.line for fault in found.unreadable] == [3, 4, 6]


HOSTILE = {
    "many comments": "# a\n" * 200_000,
    "blanks": "a" + " " * 200_000 + "b",
    "hash signs": "a#" * 200_000,
    "one long name": "a" * 500_000,
    "continuations": "\\\n" * 200_000,
    "one long line of options": "a" + " --hash=sha256:aa" * 20_000,
    "open quotes": "--config-settings " + "'\"" * 100_000,
    "parentheses": "a;" + "(" * 3000,
    "variables": "${A}" * 30_000,
    "long variables": "${B}\n" * 10_000,
    "empty comment lines": "#\n" * 300_000,
    "files that include one another": "-r d.txt\n" * 50_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_take_bounded_time(text: str) -> None:
    with counted(most=100_000_000):
        found = read(text, {"A": "${A}", "B": "b" * 60_000}, d="-r r.txt\n" * 100)
    assert len(found.dependencies) <= MOST_REQUIREMENTS


def test_a_file_with_too_many_requirements_says_so() -> None:
    limit = MOST_REQUIREMENTS
    found = read("a\n" * (limit + 5))
    assert len(found.dependencies) == limit
    assert faults(found) == [f"r.txt:{limit + 1}: a: `r.txt` is read no further: it has more than {limit} requirements"]


# Against pip itself.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    before = Path.cwd()
    path = tmp_path_factory.mktemp("requirements")
    os.chdir(path)
    logging.disable(logging.CRITICAL)
    yield path
    logging.disable(logging.NOTSET)
    os.chdir(before)


Entry = tuple[bool, str, bool, tuple[str, ...]]


def pip_reads(path: str) -> tuple[list[Entry], frozenset[str], frozenset[str], tuple[list[str], list[str]]] | None:
    """What pip's reader makes of a file: (constraint, requirement, editable, hashes); None where it stops."""
    from pip._internal.commands import create_command
    from pip._internal.exceptions import PipError
    from pip._internal.network.session import PipSession
    from pip._internal.req.constructors import parse_editable, parse_req_from_line
    from pip._internal.req.req_file import parse_requirements

    command = create_command("install")
    options, _ = command.parse_args(["x"])
    session = PipSession()
    options.find_links, options.extra_index_urls, options.index_url = [], [], "default"
    finder = command._build_package_finder(options, session)  # type: ignore[attr-defined]
    entries: list[Entry] = []
    try:
        for found in parse_requirements(path, session, finder=finder, options=options):
            hashes = sorted(
                f"{name}:{digest}"
                for name, digests in (found.options or {}).get("hashes", {}).items()
                for digest in digests
            )
            text = found.requirement.strip()
            if found.is_editable and "#egg=" not in text:
                parse_editable(text)
            elif not found.is_editable:
                parse_req_from_line(text, None)
            entries.append((found.constraint, text, found.is_editable, tuple(sorted(set(hashes)))))
    except (PipError, ValueError):  # pip itself falls over `[=]`
        return None
    control = finder.format_control
    places = (finder.find_links, [url for url in finder.index_urls if url != "default"])
    return entries, frozenset(control.no_binary), frozenset(control.only_binary), places


NAME = st.sampled_from(["alpha", "beta_b", "Gamma.G", "d1"])
SPECIFIER = st.sampled_from(
    ["", "==1.0", " >= 2, <3", "[x,y]", "[x]~=1.4.2", " ; python_version < '3'", " (==1)", "===1"]
)
BLANK = st.sampled_from(["", " ", "  ", "\t"])
COMMENT = st.sampled_from(["", "", " # why", "#no", "  #", "\t# tab \\"])
HASH = st.sampled_from(["", "", " --hash=sha256:ab", "  --hash sha512:cd", ' --hash "sha384:e"', " --hash=md5:x"])
END = st.sampled_from(["\n", "\n", "\r\n", " \\\n", "\\\n", "\\\\\n", "\f", "\r", "\u2028", ""])
WHOLE = st.sampled_from(["\n", "\r\n", " \\\n"])
OPTION = st.sampled_from(
    [
        "--pre", "--no-binary alpha", "--only-binary=beta-b,d1", "--no-binary :all:", "--only-binary :none:",
        "-f links", "--find-l links", "-r other.txt", "-rother.txt", "-c other.txt", "--requirement=other.txt",
        "--constraint no.txt", "-e git+https://h/r#egg=e", "--editable=git+https://h/r#egg=f", "--no-index",
        "--bogus", "--pre=1", "-q", "--trusted-host h", "--require-hashes", "--config-settings a=b", "-C x",
        "--no-bin alpha", "'-r' other.txt", "--", "-i https://i", "--extra-index-url https://e",
        "--extra-index-url=https://f --index-url https://j", "-f one -i https://k --find-links two",
    ]
)  # fmt: skip
PIECE = st.one_of(
    st.builds("{}{}{}{}{}{}".format, BLANK, NAME, SPECIFIER, HASH, COMMENT, END),
    st.builds("{}{}{}{}".format, BLANK, OPTION, COMMENT, WHOLE),
    st.builds("{}{} {}{}".format, NAME, SPECIFIER, OPTION, WHOLE),
    st.builds("{}{}{}".format, BLANK, COMMENT, END),
    st.text(alphabet=" \\#-'\"=a1\n\t[;$]", max_size=8),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECE, max_size=8))
def test_as_pip_reads_it(folder: Path, pieces: list[str]) -> None:
    text = "".join(pieces)
    other = "inner==1\n--no-binary inner\n"
    (folder / "r.txt").write_bytes(text.encode())
    (folder / "other.txt").write_text(other)
    expected = pip_reads("r.txt")
    found = read(text, other=other)
    if expected is None:
        assert found.unreadable
        return
    entries, no_binary, only_binary, (links, indexes) = expected
    assert faults(found) == []
    for constraint, dependencies in ((False, found.dependencies), (True, found.constraints)):
        # A file that is named twice is read once here.
        wanted = list(dict.fromkeys(entry[1:] for entry in entries if entry[0] is constraint))
        assert wanted == list(
            dict.fromkeys(
                (
                    re.sub(r"\\*\r?\n\\*", "", dependency.span.text),
                    dependency.opaque is not None,
                    tuple(sorted(":".join(pair) for pair in dependency.hashes)),
                )
                for dependency in dependencies
            )
        )
    if text.count("other") < 2:
        assert (found.choice.no_binary, found.choice.only_binary) == (no_binary, only_binary)
    assert [link.location for link in found.find_links] == list(dict.fromkeys(links))
    if not found.no_index:
        assert list(found.indexes) == list(dict.fromkeys(indexes))
