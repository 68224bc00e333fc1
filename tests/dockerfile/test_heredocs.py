"""Here-documents: which words announce one, where it ends, and where its text stands."""

import pytest

from lint_alpine.dockerfile.heredocs import read_redirect, redirects
from lint_alpine.dockerfile.instructions import Heredoc, Instruction, parse
from lint_alpine.source import Source


def read(text: str) -> tuple[Instruction, ...]:
    dockerfile = parse(Source("Dockerfile", text))
    assert [fault.message for fault in dockerfile.faults] == []
    return dockerfile.instructions


def bodies(text: str) -> list[tuple[str, str]]:
    return [(heredoc.name, heredoc.body.text) for instruction in read(text) for heredoc in instruction.heredocs]


BODIES = [
    ("RUN <<EOF\na\n  b\nEOF\n", [("EOF", "a\n  b\n")]),
    ("RUN <<EOF\nEOF", [("EOF", "")]),
    ("RUN python <<EOF /x\na\nEOF", [("EOF", "a\n")]),
    ("RUN --mount=type=cache,target=/c <<EOF\na\nEOF", [("EOF", "a\n")]),
    ("RUN a \\\n # c\n <<EOF b\nc \\\nEOF", [("EOF", "c \\\n")]),
    ("run <\\\n<EOF\na\nEOF", [("EOF", "a\n")]),
    ("RUN <<EOF\r\na\r\nEOF\r\n", [("EOF", "a\r\n")]),
    ("RUN <<EOF\nEOF \n EOF\nEOFF\nEOF", [("EOF", "EOF \n EOF\nEOFF\n")]),
    ("RUN <<EOF\n\tEOF\nEOF", [("EOF", "\tEOF\n")]),
    ("RUN <<-EOF\n\ta\n\t\tb \tc\n d\n\n\t\n\t\tEOF\n", [("EOF", "a\nb \tc\n d\n\n\n")]),
    ("RUN <<EOF\n# a\n\nRUN b\nFROM c \\\nEOF", [("EOF", "# a\n\nRUN b\nFROM c \\\n")]),
    ("COPY <<a.txt <<b.txt /c\nb.txt\na.txt\na.txt\nb.txt", [("a.txt", "b.txt\n"), ("b.txt", "a.txt\n")]),
    ("ADD --chown=1 <<EOF /c\na\nEOF", [("EOF", "a\n")]),
    ("ONBUILD RUN <<EOF\na\nEOF", [("EOF", "a\n")]),
    ("# escape=`\nRUN <<EOF `\n a\nb `\nEOF", [("EOF", "b `\n")]),
    ("RUN <<'one two'\na\none two", [("one two", "a\n")]),
    ("RUN << EOF && b\na\nEOF", [("EOF", "a\n")]),
    ("RUN a && 3<<EOF\nb\nEOF", [("EOF", "b\n")]),
    ("RUN <<$x\na\n$x", [("$x", "a\n")]),
    ("RUN <<${x}\na\n${x}", [("${x}", "a\n")]),
    ("RUN <<eo'f' <<e\\'f\na\neof\nb\ne'f", [("eof", "a\n"), ("e'f", "b\n")]),
    ("RUN <<EOF>a\nb\nEOF>a", [("EOF>a", "b\n")]),
    ('RUN ["a", "<<EOF"]\n', []),
    ('RUN ["a", <<EOF]\na\nEOF]\n', [("EOF]", "a\n")]),
    ("RUN a<<EOF\n", []),
    ("RUN \"<<EOF\" '<<EOF' \\<<EOF\n", []),
    ("RUN <<<EOF\n", []),
    ("RUN << \n", []),
    ("RUN <<- EOF\n", []),
    ("RUN <<''\n", []),
    ("RUN a $((1<<2))\n", []),
    ("RUN don't <<EOF\n", []),
    ("RUN ${x^} <<EOF\n", []),
    ("RUN ${x:-y <<EOF\n", []),
    ("RUN <<EOF${x:-}\n", []),
    ("RUN $(a) <<EOF\nb\nEOF", [("EOF", "b\n")]),
    ("CMD <<EOF\n", []),
    ("USER <<EOF\n", []),
    ("ENV a=<<EOF\n", []),
    ("HEALTHCHECK CMD <<EOF\n", []),
]


@pytest.mark.parametrize(("text", "expected"), BODIES)
def test_bodies(text: str, expected: list[tuple[str, str]]) -> None:
    assert bodies(text) == expected


@pytest.mark.parametrize("following", ["COPY a b", "# c\nCOPY a b", "\nCOPY a b", "RUN <<EOF\nEOF\nCOPY a b"])
@pytest.mark.parametrize("body", ["", "a\n", "a \\\n", "# a\n", "RUN b\n", "'\n"])
def test_what_stands_directly_after_the_end(following: str, body: str) -> None:
    instructions = read(f"RUN <<EOF\n{body}EOF\n{following}\n")
    assert instructions[0].heredocs[0].body.text == body
    assert (instructions[-1].name, instructions[-1].arguments.text) == ("COPY", "a b")


WORDS = [
    ("<<EOF", "EOF", True, False),
    ("<<-EOF", "EOF", True, True),
    ("<<'EOF'", "EOF", False, False),
    ('<<-"EOF"', "EOF", False, True),
    ('<<E"O"F', "EOF", False, False),
    ("12<<EOF", "EOF", True, False),
    ("<< \tEOF", "EOF", True, False),
    ("<<\\'EOF", "'EOF", True, False),
    ("<<E\\ F", "E F", True, False),
    ("<<$E", "$E", True, False),
    ("<<-", None, False, False),
    ("<<", None, False, False),
    ("<EOF", None, False, False),
    ("<<<EOF", None, False, False),
    ("<<A<<B", None, False, False),
    ("<<EOF sh", None, False, False),
    ("<<''", None, False, False),
    ("<<'EOF", None, False, False),
    ("a<<EOF", None, False, False),
    ("²<<EOF", None, False, False),
]


@pytest.mark.parametrize(("word", "name", "expand", "strip_tabs"), WORDS)
def test_words(word: str, name: str | None, expand: bool, strip_tabs: bool) -> None:
    found = read_redirect(word)
    assert (found and (found.name, found.expand, found.strip_tabs)) == (name and (name, expand, strip_tabs))


def test_places_of_words() -> None:
    text = "COPY a$x '<<N' ${y:-1 2}<<A 3<<'B C' <<  D <<-E /f"
    assert [text[found.start : found.end] for found in redirects(text)] == ["3<<'B C'", "<<  D", "<<-E"]


def test_a_default_value_hides_what_stands_before_it() -> None:
    # BuildKit's lexer uses one buffer for a word and for the default value in it
    assert [found.name for found in redirects("RUN 3<<A${x:-b}")] == []
    assert [found.name for found in redirects("RUN ${x:-b <<A} c")] == ["A}"]
    assert [found.name for found in redirects("RUN ${x:-b} <<A")] == ["A"]


def heredoc(text: str) -> Heredoc:
    (found,) = read(text)[0].heredocs
    return found


def test_places() -> None:
    text = "RUN <<EOF \\\r\n  sh\r\npip  a\nEOF\n"
    found = heredoc(text)
    assert found.redirect.text == "<<EOF"
    place = found.body.span(0, 3)
    assert (place.text, place.start.line, place.start.column) == ("pip", 3, 1)
    assert read(text)[0].span.text == text.rstrip("\n")


def test_places_of_a_body_without_its_tabs() -> None:
    found = heredoc("RUN <<-EOF\n\t\tif a\n\t\t\tpip b\n\tEOF\n")
    assert found.body.text == "if a\npip b\n"
    place = found.body.span(5, 8)
    assert (place.text, place.start.line, place.start.column) == ("pip", 3, 4)


def test_place_of_an_empty_body() -> None:
    found = heredoc("RUN <<-EOF\nEOF\n")
    assert (found.body.text, found.body.span(0, 0).start.line) == ("", 2)


def test_both_onbuild_and_its_trigger_have_them() -> None:
    (outer,) = read("ONBUILD COPY <<A /b\nc\nA\n")
    assert outer.trigger is not None
    assert outer.heredocs == outer.trigger.heredocs
    assert outer.span.stop.line == outer.trigger.span.stop.line == 3


def test_hundreds_of_nested_defaults_are_no_here_document() -> None:
    assert [instruction.name for instruction in read("RUN <<A " + "${x:-" * 500 + "}" * 500 + "\nUSER b")] == [
        "RUN",
        "USER",
    ]
