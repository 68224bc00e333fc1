"""Instructions: what BuildKit sees in a Dockerfile, and where it stands. Its own parser agrees with each row."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.dockerfile.instructions import Dockerfile, Instruction, parse
from lint_alpine.source import Excerpt, Source
from tests.steps import assert_linear


def read(text: str) -> Dockerfile:
    return parse(Source("Dockerfile", text))


def shape(text: str) -> list[tuple[str, str]]:
    dockerfile = read(text)
    assert [fault.message for fault in dockerfile.faults] == []
    return [(instruction.name, instruction.arguments.text) for instruction in dockerfile.instructions]


def only(text: str) -> Instruction:
    dockerfile = read(text)
    assert [fault.message for fault in dockerfile.faults] == []
    (instruction,) = dockerfile.instructions
    return instruction


def faults(text: str) -> list[tuple[str, str]]:
    return [(fault.message, fault.span.text) for fault in read(text).faults]


LINES = [
    ("one instruction", "FROM alpine\n", [("FROM", "alpine")]),
    ("no line end", "FROM alpine", [("FROM", "alpine")]),
    ("lower case", "from alpine", [("FROM", "alpine")]),
    ("indented, tabs between", " \tFROM\t alpine \t\n", [("FROM", "alpine")]),
    ("CRLF", "FROM alpine\r\nRUN a \\\r\n  b\r\n", [("FROM", "alpine"), ("RUN", "a   b")]),
    ("byte order mark", "\ufeffFROM alpine", [("FROM", "alpine")]),
    ("blank line at the top", "\n \nFROM alpine", [("FROM", "alpine")]),
    ("continuation", "RUN a \\\n && b", [("RUN", "a  && b")]),
    ("no blank is added", "RUN a\\\nb", [("RUN", "ab")]),
    ("blanks behind the continuation", "RUN a \\ \t\n b", [("RUN", "a  b")]),
    ("other space behind it", "RUN a \\\u00a0\nUSER b", [("RUN", "a \\"), ("USER", "b")]),
    ("blank line inside", "RUN a \\\n\n b\nUSER c", [("RUN", "a  b"), ("USER", "c")]),
    ("whitespace-only lines inside", "RUN a \\\n \t\n\u00a0\n b", [("RUN", "a  b")]),
    ("comments inside", "RUN a \\\n# one\n  # two\n b", [("RUN", "a  b")]),
    ("a comment does not continue", "RUN a \\\n# one \\\n b\nUSER c", [("RUN", "a  b"), ("USER", "c")]),
    ("a comment after the last line", "RUN a\n# one\nUSER c", [("RUN", "a"), ("USER", "c")]),
    ("a # in a line", "RUN a # b \\\n c", [("RUN", "a # b  c")]),
    ("two escapes do not continue", "RUN a \\\\\nUSER b", [("RUN", "a \\\\"), ("USER", "b")]),
    ("nor do three", "RUN a \\\\\\\nUSER b", [("RUN", "a \\\\\\"), ("USER", "b")]),
    ("an escape alone in its line", "RUN a \\\n\\\n b", [("RUN", "a  b")]),
    ("an escape alone at first", "\\\nRUN a", [("RUN", "a")]),
    ("continuation into the end", "RUN a \\", [("RUN", "a")]),
    ("continuation into blank lines", "RUN a \\\n\n\n", [("RUN", "a")]),
    ("keyword in two lines", "RU\\\nN a", [("RUN", "a")]),
    ("arguments on the next line", "ENV \\\n  a=b", [("ENV", "a=b")]),
    ("keyword alone", "RUN", [("RUN", "")]),
    ("keyword alone, then another", "CMD\nRUN a", [("CMD", ""), ("RUN", "a")]),
    ("non-breaking space is no space", "COPY a\u00a0b /c", [("COPY", "a\u00a0b /c")]),
    ("but trimmed at the ends", "\u00a0RUN \u00a0a\u00a0", [("RUN", "a")]),
    ("other line ends are none", "RUN a\u2028b\u0085c\x0cd\x1ce\rf", [("RUN", "a\u2028b\u0085c\x0cd\x1ce\rf")]),
    ("NUL", "RUN a\0b", [("RUN", "a\0b")]),
    ("no UTF-8", "RUN a\udcff", [("RUN", "a\udcff")]),
    ("a file of another size than its characters", "RUN é\nUSER ü", [("RUN", "é"), ("USER", "ü")]),
    ("an instruction called COMMENT in a RUN", "RUN \\\nCOMMENT a", [("RUN", "COMMENT a")]),
    ("registry with a port", "FROM localhost:5000/name:tag", [("FROM", "localhost:5000/name:tag")]),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in LINES], ids=[row[0] for row in LINES])
def test_lines(text: str, expected: list[tuple[str, str]]) -> None:
    assert shape(text) == expected


DIRECTIVES = [
    ("# escape=`\nRUN a `\n b \\\nUSER c", "`"),
    ("# syntax=docker/dockerfile:1\n# escape=`\nRUN a `\n b \\\nUSER c", "`"),
    ("#check=skip=all\n#\tEscape\t=\t` \nRUN a `\n b \\\nUSER c", "`"),
    ("\ufeff# escape=`\nRUN a `\n b \\\nUSER c", "`"),
    (" # escape=`\r\nRUN a `\r\n b \\\r\nUSER c", "`"),
    ("# escape=\\\nRUN a `\nRUN b \\\n c", "\\"),
    ("# a comment\n# escape=`\nRUN a `\nRUN b \\\n c", "\\"),
    ("\n# escape=`\nRUN a `\nRUN b \\\n c", "\\"),
    ("#!/bin/build\n# escape=`\nRUN a `\nRUN b \\\n c", "\\"),
    ("# other=x\n# escape=`\nRUN a `\nRUN b \\\n c", "\\"),
    ("# escape=\n# escape=`\nRUN a `\nRUN b \\\n c", "\\"),
]


@pytest.mark.parametrize(("text", "escape"), DIRECTIVES)
def test_directives(text: str, escape: str) -> None:
    expected = [("RUN", "a  b \\"), ("USER", "c")] if escape == "`" else [("RUN", "a `"), ("RUN", "b  c")]
    assert shape(text) == expected
    assert read(text).escape == escape
    assert {instruction.escape for instruction in read(text).instructions} == {escape}


def test_directives_are_no_comments() -> None:
    dockerfile = read(
        "# syntax=a\n# escape=`\n# escape=x\nUSER a # b\n  #c\r\nRUN a `\n# d\n b\n#\nRUN <<E\n# e\nE\n# f"
    )
    assert [(fault.message, fault.span.text) for fault in dockerfile.faults] == [
        ("only one escape parser directive can be used", "# escape=x")
    ]
    assert [(comment.text, comment.line) for comment in dockerfile.comments] == [
        ("c", 5),
        (" d", 7),
        ("", 9),
        (" f", 13),
    ]
    assert all(comment.span.text == f"#{comment.text}" for comment in dockerfile.comments)


FLAGS = [
    ("COPY --from=a b c", [("from", "a")], "b c"),
    (
        "RUN --mount=type=cache,target=/c --network=none a --b",
        [("mount", "type=cache,target=/c"), ("network", "none")],
        "a --b",
    ),
    ("RUN --mount= a", [("mount", "")], "a"),
    ("COPY --link --unknown a b", [("link", None), ("unknown", None)], "a b"),
    ("FROM --platform=$BUILDPLATFORM a AS b", [("platform", "$BUILDPLATFORM")], "a AS b"),
    (
        "RUN --mount=type=cache \\\n # c\n\n --mount=type=secret \\\n a",
        [("mount", "type=cache"), ("mount", "type=secret")],
        "a",
    ),
    ('RUN --mount="type=bind,source=a b" c', [("mount", "type=bind,source=a b")], "c"),
    ("RUN --mount='a\"b' c", [("mount", 'a"b')], "c"),
    ('RUN --a="b\\"c" d', [("a", 'b"c')], "d"),
    ("RUN --a=b\\ c d", [("a", "b c")], "d"),
    ("RUN --a='b\\'c' d", [("a", "b'c")], "d"),
    ('RUN --a="b c', [("a", "b c")], ""),
    ("RUN --a=b", [("a", "b")], ""),
    ("COPY -- --a b", [], "--a b"),
    ("COPY --a -- --b c", [("a", None)], "--b c"),
    ("RUN -a", [], "-a"),
    ("RUN --a\u00a0b", [("a", None)], "b"),
    ("RUN \u00a0--a b", [], "--a b"),
    ("HEALTHCHECK --interval=5m --start-interval=1s CMD a", [("interval", "5m"), ("start-interval", "1s")], "CMD a"),
    ("# escape=`\nRUN --a=b` c d", [("a", "b c")], "d"),
    ("ONBUILD RUN --mount=type=cache a", [], "RUN --mount=type=cache a"),
]


@pytest.mark.parametrize(("text", "flags", "arguments"), FLAGS)
def test_flags(text: str, flags: list[tuple[str, str | None]], arguments: str) -> None:
    instruction = only(text)
    assert [(flag.name, flag.value) for flag in instruction.flags] == flags
    assert instruction.arguments.text == arguments


def test_places_of_flags_are_as_written() -> None:
    instruction = only("RUN --mount='a b' \\\n  --x c\n")
    assert [flag.span.text for flag in instruction.flags] == ["--mount='a b'", "--x"]
    assert instruction.flag("x") == instruction.flags[1]
    assert instruction.flag("y") is None


JSON = [
    ('RUN ["a", "b c"]', ["a", "b c"]),
    ('CMD  [ "a" , "b" ]  ', ["a", "b"]),
    ("CMD []", []),
    ('CMD [""]', [""]),
    ('COPY ["a b", "/c"]', ["a b", "/c"]),
    ('RUN ["a", \\\n # c\n "b"]', ["a", "b"]),
    (r'RUN ["\" \\ \/ \b \f \n \r \t \u00e9 \u0000", "♥"]', ['" \\ / \b \f \n \r \t é \0', "♥"]),
    (r'RUN ["\ud83d\ude00 \ud83d"]', ["😀 \ufffd"]),
    ('HEALTHCHECK CMD ["a", "b"]', ["a", "b"]),
    ('HEALTHCHECK --retries=3 CMD  ["a"]', ["a"]),
    ("RUN ['a']", None),
    ('RUN ["a"', None),
    ('RUN ["a",]', None),
    ('RUN ["a"] b', None),
    ('RUN ["a\tb"]', None),
    ("RUN [ -f a ] && b", None),
    ("RUN [NaN]", None),
    ("RUN [1e999]", None),
    ("RUN [-Infinity]", None),
    ('SHELL ["/bin/ash", "-c"]', ["/bin/ash", "-c"]),
    ("COPY [a] b", None),
    ('USER ["a"]', None),
]


@pytest.mark.parametrize(("text", "expected"), JSON)
def test_json_form(text: str, expected: list[str] | None) -> None:
    form = only(text).exec_form
    assert (None if form is None else [string for string, _ in form]) == expected


def test_places_of_json_strings_are_between_the_quotes() -> None:
    form = only('ENTRYPOINT ["py\\u0074hon", \\\n  "", "ü"]').exec_form
    assert form is not None
    assert [(string, span.text) for string, span in form] == [("python", "py\\u0074hon"), ("", ""), ("ü", "ü")]


def test_trigger() -> None:
    outer = only("  ONBUILD  COPY --chown=1 \\\n  a b\n")
    inner = outer.trigger
    assert inner is not None
    assert (outer.name, outer.arguments.text) == ("ONBUILD", "COPY --chown=1   a b")
    assert (inner.name, inner.keyword.text, inner.arguments.text) == ("COPY", "COPY", "a b")
    assert [flag.value for flag in inner.flags] == ["1"]
    assert inner.span.text == "COPY --chown=1 \\\n  a b"
    assert outer.span.text == "ONBUILD  COPY --chown=1 \\\n  a b"
    assert only("ONBUILD new thing").trigger is not None  # BuildKit leaves it to the build that runs it
    assert inner.trigger is None


FAULTS = [
    ("", [("file with no instructions", "")]),
    ("\n \n", [("file with no instructions", "")]),
    ("# a\n# b", [("file with no instructions", "")]),
    ("\ufeff", [("file with no instructions", "")]),
    ("# escape=x\nRUN a", [("invalid escape token 'x' does not match ` or \\", "# escape=x")]),
    ("# escape=  \nRUN a", [("invalid escape token ' ' does not match ` or \\", "# escape=")]),
    ("FROM a\nFOO b \\\n c\nRUN d", [("unknown instruction: FOO", "FOO")]),
    ("FROM a\nRUN\u00a0b", [("unknown instruction: RUN\ufffdb", "RUN\u00a0b")]),
    ("FROM a\nCOMMENT b", [("unknown instruction: COMMENT", "COMMENT")]),
    ("FROM a\nRUN\\ b", [("unknown instruction: RUN\\", "RUN\\")]),
    ("\x1b[31m a", [("unknown instruction: \ufffd[31m", "\x1b[31m")]),
    ("\ufeffFROM a\n\ufeffRUN b", [("unknown instruction: \ufffdRUN", "\ufeffRUN")]),
    ("ENV a", [("ENV must have two arguments", "a")]),
    ("LABEL a", [("LABEL must have two arguments", "a")]),
    ("ENV a=b c", [("can't find = in `c`: must be of the form name=value", "c")]),
    ("ENV", [("ENV requires at least one argument", "ENV")]),
    ("ENV a=b =c", [("ENV names can not be blank", "=c")]),
    ("ARG a =b", [("ARG names can not be blank", "=b")]),
    ("ARG", [("ARG requires at least one argument", "ARG")]),
    ('CMD ["a", 1]', [("a JSON array of arguments must hold strings only", '["a", 1]')]),
    ('COPY ["a", ["b"]]', [("a JSON array of arguments must hold strings only", '["a", ["b"]]')]),
    ("HEALTHCHECK CMD [null]", [("a JSON array of arguments must hold strings only", "[null]")]),
    ("FROM", [("FROM requires either one or three arguments", "FROM")]),
    ("FROM a as", [("FROM requires either one or three arguments", "FROM a as")]),
    ("FROM a is b", [("FROM requires either one or three arguments", "FROM a is b")]),
    ("FROM a AS 1b", [("invalid name for build stage: `1b`", "1b")]),
    ("COPY a", [("COPY requires at least two arguments", "COPY a")]),
    ("COPY a <<EOF\nEOF", [("COPY cannot accept a heredoc as a destination", "<<EOF")]),
    ("WORKDIR", [("WORKDIR requires exactly one argument", "WORKDIR")]),
    ("SHELL a", [("SHELL requires the arguments to be in JSON form", "a")]),
    ("SHELL []", [("SHELL requires at least one argument", "SHELL")]),
    ('VOLUME ["a", " "]', [("VOLUME can not be an empty string", " ")]),
    ("HEALTHCHECK", [("HEALTHCHECK requires at least one argument", "HEALTHCHECK")]),
    ("HEALTHCHECK NONE a", [("HEALTHCHECK NONE takes no arguments", "a")]),
    ("HEALTHCHECK CMD", [("missing command after HEALTHCHECK CMD", "CMD")]),
    ("HEALTHCHECK a", [("unknown type `a` in HEALTHCHECK (try CMD)", "a")]),
    ("ONBUILD", [("ONBUILD requires at least one argument", "ONBUILD")]),
    ("ONBUILD ONBUILD RUN a", [("chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", "ONBUILD")]),
    ("ONBUILD FROM a", [("FROM isn't allowed as an ONBUILD trigger", "FROM")]),
    ("ONBUILD ENV a", [("ENV must have two arguments", "a")]),
    ("RUN <<EOF\na", [("unterminated heredoc: no line `EOF`", "<<EOF")]),
    ("RUN a <<A \\\n 3<<-'B'\nA\n", [("unterminated heredoc: no line `B`", "3<<-'B'")]),
    (
        "FOO\nENV a\nBAR",
        [
            ("unknown instruction: FOO", "FOO"),
            ("ENV must have two arguments", "a"),
            ("unknown instruction: BAR", "BAR"),
        ],
    ),
    ("{% if a %}\nFROM b\n{% endif %}", [("this is a template (`{%`), not a Dockerfile", "{% if a %}")]),
    ("FROM {{ a }}\nBAR", [("this is a template (`{{`), not a Dockerfile", "FROM {{ a }}")]),
    ("%%HEAD%%\nRUN a\n%%TAIL%%", [("this is a template (`%%HEAD%%`), not a Dockerfile", "%%HEAD%%")]),
    ("\x7fELF\0a\nb\n", [("this is a binary file, not a Dockerfile", "\x7fELF\0a")]),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_faults(text: str, expected: list[tuple[str, str]]) -> None:
    assert faults(text) == expected


def test_the_rest_is_read_all_the_same() -> None:
    names = [instruction.name for instruction in read("FROM a\nFOO b \\\n c\nENV x\nRUN d\n").instructions]
    assert names == ["FROM", "ENV", "RUN"]
    names = [instruction.name for instruction in read("{{ a }}\nFROM b\nRUN c").instructions]
    assert names == ["FROM", "RUN"]
    assert [instruction.name for instruction in read("FROM a\nRUN <<E\nRUN b\n").instructions] == ["FROM"]


def test_templates_that_are_accepted() -> None:
    assert shape("RUN echo '{{.Name}}' {% %}\nENV a={{b}}") == [("RUN", "echo '{{.Name}}' {% %}"), ("ENV", "a={{b}}")]
    assert faults("RUN a {{ b }}\nFOO") == [("unknown instruction: FOO", "FOO")]


@pytest.mark.parametrize(("character", "width"), [("a", 1), ("é", 2), ("😀", 4), ("\udcff", 1)])
def test_longest_line(character: str, width: int) -> None:
    most = "RUN " + "x" * ((65_535 - 4) % width) + character * ((65_535 - 4) // width)
    assert faults(f"FROM a\n{most}\nRUN b") == []
    assert faults(f"FROM a\n{most}") == []
    assert faults(f"FROM a\n{most}\r\nRUN b") == [("dockerfile line greater than max allowed size of 65535", most)]
    assert [instruction.name for instruction in read(f"FROM a\n{most}x\nUSER b").instructions] == [
        "FROM",
        "RUN",
        "USER",
    ]


def test_messages_are_short_and_readable() -> None:
    ((message, _),) = faults("FROM a\n" + "\x07" * 5_000)
    assert len(message) < 150
    assert message.isprintable()


def test_very_many_faults() -> None:
    assert len(read("x\n" * 5_000).faults) == 100


def test_line_numbers() -> None:
    text = "# c\n\nFROM a\n\nRUN b \\\n\n  # c\n  d \\\n  e\n# c\nCOPY <<A <<B /c\n\nA\nB\nUSER d\n"
    spans = [instruction.span for instruction in read(text).instructions]
    assert [(span.start.line, span.stop.line) for span in spans] == [(3, 3), (5, 9), (11, 14), (15, 15)]
    assert spans[1].text == "RUN b \\\n\n  # c\n  d \\\n  e"
    assert spans[2].text == "COPY <<A <<B /c\n\nA\nB"


def test_columns() -> None:
    instruction = read("FROM a\n  RUN é \\\r\n\tpip\n").instructions[1]
    text = instruction.arguments
    assert (instruction.keyword.start.line, instruction.keyword.start.column) == (2, 3)
    assert text.text == "é \tpip"
    word = text.span(3, 6)
    assert (word.text, word.start.line, word.start.column) == ("pip", 3, 2)


# --- properties

TOKENS = st.one_of(
    st.sampled_from(
        [" ", "\t", "a", "a=b", "=", "$x", "${x:-", "}", "\\", "`", '"', "'", "#", "[", "]", ",", '"a"', "{{"]
    ),
    st.sampled_from(
        ["\n", "\r\n", "\\\n", "`\n", "# c\n", "# escape=`\n", "<<", "<<EOF", "<<-'E F'", "\nEOF\n", "\n\tE F\n"]
    ),
    st.sampled_from(
        ["\nFROM ", "\nRUN ", "\nCOPY ", "\nENV ", "\nONBUILD ", "\nHEALTHCHECK CMD ", "--from=a", "--", "ADD "]
    ),
    st.sampled_from(["\ufeff", "\0", "\u00a0", "\u0085", "\u2028", "\x1c", "\udcff", "é", "😀"]),
)
ANYTHING = st.text(max_size=200) | st.lists(TOKENS, max_size=40).map("".join)
COMPLETE = st.lists(
    st.sampled_from(
        [
            "FROM a\n",
            "# c\n",
            "\n",
            "RUN a \\\n\n # c\n b\n",
            "RUN <<EOF\nRUN \\\nEOF\n",
            "COPY --from=x <<-'A' <<B /c\n\ta\n\tA\nB\n",
            'CMD ["a", "b"]\r\n',
            "ENV a=b \\\n c='d e'\n",
            "ONBUILD RUN <<E\nE\n",
            "RUN a \\\\\n",
            "\tUSER é\n",
            "NOTHING a\n",
        ]
    ),
    max_size=8,
).map("".join)


def excerpts(instruction: Instruction) -> list[Excerpt]:
    inner = excerpts(instruction.trigger) if instruction.trigger else []
    return [instruction.arguments, *(heredoc.body for heredoc in instruction.heredocs), *inner]


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_any_text_is_read_and_every_place_is_right(text: str) -> None:
    dockerfile = read(text)
    for fault in dockerfile.faults:
        assert 0 <= fault.span.begin <= fault.span.end <= len(text)
        assert fault.message.isprintable()
    assert [fault.span.begin for fault in dockerfile.faults] == sorted(fault.span.begin for fault in dockerfile.faults)
    for comment in dockerfile.comments:
        assert comment.span.text == f"#{comment.text}"
        assert comment.span.start.line == comment.line
    end = 0
    for instruction in dockerfile.instructions:
        assert end <= instruction.span.begin < instruction.span.end
        end = instruction.span.end
        assert instruction.keyword.begin >= instruction.span.begin
        for excerpt in excerpts(instruction):
            places = [excerpt.offset(index) for index in range(len(excerpt.text))]
            assert "".join(text[place] for place in places) == excerpt.text
            assert all(instruction.span.begin < place <= end for place in places)
            assert places == sorted(set(places))
        for flag in instruction.flags:
            assert flag.span.text.startswith("-")


@settings(max_examples=200, deadline=None)
@given(COMPLETE, st.sampled_from(["FROM z\n", "RUN z", "RUN <<Z\nZ\n", "WHAT\n", "# z\n", "RUN z \\"]))
def test_what_follows_changes_nothing_before_it(text: str, more: str) -> None:
    before, after = read(text), read(text + more)

    def told(dockerfile: Dockerfile) -> list[tuple[str, str, int, int, list[str]]]:
        return [
            (
                instruction.name,
                instruction.arguments.text,
                instruction.span.begin,
                instruction.span.end,
                [heredoc.body.text for heredoc in instruction.heredocs],
            )
            for instruction in dockerfile.instructions
        ]

    assert told(after)[: len(told(before))] == told(before)
    assert len(told(after)) - len(told(before)) == (more[0] in "FR")
    assert [comment.line for comment in after.comments][: len(before.comments)] == [c.line for c in before.comments]


GROWING = [
    ("RUN a\n", "", ""),
    ("x \\\n", "RUN ", ""),
    ("# c\n", "RUN a \\\n", "b"),
    ("\n", "RUN a \\\n", "b"),
    (" ", "RUN", "\\"),
    ("\\ ", "RUN ", "\\"),
    ("<<E ", "RUN ", "\nE\n"),
    ("${x:-", "RUN <<E ", "\nE\n"),
    ('"\\', "ENV a=", ""),
    ("--a='\\'", "RUN ", ""),
    ("[", "RUN ", ""),
    ('"a",', "RUN [", '"b"]'),
    ("\tx\n", "RUN <<-E\n", "E\n"),
    ("ONBUILD ", "", ""),
    ("\0\n", "", ""),
    ("%%a", "", ""),
]


@pytest.mark.parametrize(("unit", "head", "tail"), GROWING)
def test_time_grows_with_the_length(unit: str, head: str, tail: str) -> None:
    assert_linear(lambda length: read(head + unit * (length // len(unit)) + tail), 10_000)
