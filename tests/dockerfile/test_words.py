"""The words of arguments: how they are divided, and what they expand to. BuildKit's own lexer agrees with each row."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.dockerfile.instructions import Instruction, parse
from lint_alpine.dockerfile.lexer import Budget
from lint_alpine.dockerfile.words import arguments, expand, expand_or_none, name_values
from lint_alpine.source import Source


def only(text: str) -> Instruction:
    (instruction,) = parse(Source("Dockerfile", text)).instructions
    return instruction


PAIRS = [
    ("ENV a=b", [("a", "b")]),
    ("ENV a=b c='d e' f=\"g h\"", [("a", "b"), ("c", "'d e'"), ("f", '"g h"')]),
    ("ENV a=b\\ c d=", [("a", "b\\ c"), ("d", "")]),
    ("ENV a=b=c", [("a", "b=c")]),
    ("ENV a b  c 'd'", [("a", "b  c 'd'")]),
    ("ENV a\tb=c", [("a", "b=c")]),
    ("ENV a=b \\\n  # c\n  d=e", [("a", "b"), ("d", "e")]),
    ("ENV a='b\\' c=d", [("a", "'b\\'"), ("c", "d")]),
    ('ENV a="b\\" c=d" e=f', [("a", '"b\\" c=d"'), ("e", "f")]),
    ('ENV a="b c', [("a", '"b c')]),
    ("ENV a=${b:-c d} e=f", [("a", "${b:-c"), ("e", "f")]),
    ("ENV a=b\u00a0c=d", [("a", "b"), ("c", "d")]),
    ("ENV a=b\\\\\\", [("a", "b\\\\")]),
    ("# escape=`\nENV a=b` c d=e\\", [("a", "b` c"), ("d", "e\\")]),
    ("LABEL a=b 'c d'=e", [("a", "b"), ("'c d'", "e")]),
    ("LABEL a b", [("a", "b")]),
    ("ARG a", [("a", None)]),
    ("ARG a=b c d=", [("a", "b"), ("c", None), ("d", "")]),
    ('ARG a="b c" d', [("a", '"b c"'), ("d", None)]),
    ("ENV a", []),
    ("ENV", []),
    ("ENV a=b c d=e", [("a", "b"), ("d", "e")]),
    ("ENV =a b=c", [("b", "c")]),
    ("ARG =a b", [("b", None)]),
]


@pytest.mark.parametrize(("text", "expected"), PAIRS)
def test_name_values(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(pair.name, pair.value) for pair in name_values(only(text))] == expected


def test_places_of_names_and_values() -> None:
    first, second, third = name_values(only("ARG a='b c' \\\n  d \\\n  e="))
    assert (first.span.text, first.value_span and first.value_span.text) == ("a='b c'", "'b c'")
    assert (second.span.text, second.value_span) == ("d", None)
    assert (third.span.text, third.value_span and third.value_span.text) == ("e=", "")
    (old,) = name_values(only("ENV a  b c"))
    assert (old.span.text, old.value_span and old.value_span.text) == ("a  b c", "b c")


ARGUMENTS = [
    ("COPY --from=x a  b\t/c", ["a", "b", "/c"]),
    ("COPY 'a b' c", ["'a", "b'", "c"]),
    ("COPY a\u00a0b /c", ["a\u00a0b", "/c"]),
    ('COPY ["a b", "/c"]', ["a b", "/c"]),
    ("COPY <<EOF /c\nEOF", ["<<EOF", "/c"]),
    ("FROM a AS b", ["a", "AS", "b"]),
    ("FROM", []),
    ("EXPOSE 80 443/tcp", ["80", "443/tcp"]),
    ("VOLUME /a /b", ["/a", "/b"]),
    ("WORKDIR /a b", ["/a b"]),
    ("USER me", ["me"]),
    ('SHELL ["/bin/sh", "-c"]', ["/bin/sh", "-c"]),
    ("RUN a && b", ["a && b"]),
    ('RUN ["a", "b"]', ["a", "b"]),
    ("RUN", []),
    ("CMD []", []),
    ("ARG a b='c d'", ["a", "b='c d'"]),
    ("HEALTHCHECK NONE", ["NONE"]),
    ("HEALTHCHECK CMD a b", ["CMD", "a b"]),
    ('HEALTHCHECK CMD ["a", "b"]', ["CMD", "a", "b"]),
    ("ONBUILD RUN a", ["RUN a"]),
]


@pytest.mark.parametrize(("text", "expected"), ARGUMENTS)
def test_arguments(text: str, expected: list[str]) -> None:
    words = arguments(only(text))
    assert [word.text for word in words] == expected
    assert [word.span.text for word in words] == expected


def test_an_argument_over_two_lines() -> None:
    first, second = arguments(only("COPY a\\\nb \\\n # x\n c"))
    assert (first.text, first.span.text, second.span.text) == ("ab", "a\\\nb", "c")
    assert (second.span.start.line, second.span.start.column) == (4, 2)


VARIABLES = {"a": "1", "empty": "", "path": "foo/bar.tar.gz", "word": "abcab", "two": "a b", "star": "*"}
EXPANSIONS = [
    ("plain", "plain"),
    ("", ""),
    ("$a.$a", "1.1"),
    ("${a}b$ab", "1b"),
    ("$missing${missing}", ""),
    ("$", "$"),
    ("a$.b", "a$.b"),
    ("$1x ${12} $@ $$ $?", "x    "),
    ("'$a' \"$a\"", "$a 1"),
    ("\"'$a'\"", "'1'"),
    ("'\"a\"'", '"a"'),
    ("\\$a \\' \\\\ \\n", "$a ' \\ n"),
    ('"\\$a \\" \\\\ \\n"', '$a " \\ \\n'),
    ("a\\", "a"),
    ("${two}", "a b"),
    ("${a:-x} ${empty:-x} ${missing:-x}", "1 x x"),
    ("${a-x} ${empty-x} ${missing-x}", "1  x"),
    ("${a:+x} ${empty:+x} ${missing:+x}", "x  "),
    ("${a+x} ${empty+x} ${missing+x}", "x x "),
    ("${a:?x}${a?x}${empty?x}", "11"),
    ("${missing:-${a:-x}}", "1"),
    ('${missing:-"a b"}', "a b"),
    ("\"${missing:-'a b'}\"", "a b"),
    ("${missing:-\\}}", "}"),
    ("${missing:-a}}", "a}"),
    ("${missing:-$two}", "a b"),
    ("${path#*/} ${path#o} ${path#fo?}", "bar.tar.gz foo/bar.tar.gz /bar.tar.gz"),
    ("${path##*.} ${path##*}", "gz "),
    ("${path%.*} ${path%%.*}", "foo/bar.tar foo/bar"),
    ("${path%?gz} ${path%%*r*} ${path%x}", "foo/bar.tar  foo/bar.tar.gz"),
    ("${word#a*b} ${word##a*b} ${word%a*b} ${word%%a*b}", "cab  abc "),
    ("${word/b/x} ${word//b/x} ${word//b/}", "axcab axcax aca"),
    ("${word/b*a/x} ${word//?b/x} ${word/x/y}", "axb xcx abcab"),
    ("${path/\\//_} ${path//./-}", "foo_bar.tar.gz foo/bar-tar-gz"),
    ("${path#'*'} ${star#\\*} ${star#$star}", "foo/bar.tar.gz  *"),
    ("${empty#*} ${missing%x} ${missing/a/b}", "  "),
    ("${word//x*/y}${word//*/y}", "abcaby"),
    ("a < b << c", "a < b << c"),
    ("é$é", "é"),
]


@pytest.mark.parametrize(("raw", "expected"), EXPANSIONS)
def test_expand(raw: str, expected: str) -> None:
    assert expand(raw, VARIABLES, "\\") == expected


def test_expand_with_the_other_escape() -> None:
    assert expand('`$a \\$a "`$"', VARIABLES, "`") == "$a \\1 $"


def test_expand_the_body_of_a_here_document() -> None:
    assert expand('\'$a\' "$a" \\$a don\'t ${missing:-"x"}', VARIABLES, "\\", quotes=False) == '\'1\' "1" $a don\'t "x"'


BAD = [
    ("${}", "bad substitution"),
    ("${:-a}", "bad substitution"),
    ("${{a}}", "bad substitution"),
    ("${a", "unsupported modifier"),
    ("${", "missing '}'"),
    ("${a:-b", "missing '}'"),
    ("${a/b}", "missing '/'"),
    ("${a/b/c", "missing '}'"),
    ("${a^}", "unsupported modifier (^)"),
    ("${a:=b}", "unsupported modifier (:=)"),
    ("${a:b}", "unsupported modifier (:b)"),
    ("${a:#b}", "unsupported modifier (:#)"),
    ("${.}", "unsupported modifier (.)"),
    ("${missing?}", "missing: is not allowed to be unset"),
    ("${empty:?}", "empty: is not allowed to be empty"),
    ("${missing:?is $a}", "missing: is 1"),
    ("${a#\\x}", "invalid escape"),
    ("'a", "single-quote"),
    ('"a', "double-quote"),
    ('"a\\"', "double-quote"),
    ("${a:-" * 41 + "}" * 41, "nested more than 40 deep"),
    ("${a#" + "?" * 1025 + "}", "pattern of more than 1024 characters"),
]


@pytest.mark.parametrize(("raw", "message"), BAD)
def test_bad_substitutions(raw: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        expand(raw, VARIABLES, "\\")


UNKNOWN = [
    ("a$u", None),
    ("'$u'", "$u"),
    ('"$u"', None),
    ("${u}", None),
    ("${u:-x}", None),
    ("${u-x}", None),
    ("${u:+x}", None),
    ("${u+x}", "x"),
    ("${u:?x}", None),
    ("${u#x}", None),
    ("${u/a/b}", None),
    ("${a:-$u}", "1"),
    ("${missing:-$u}", None),
    ("${missing:-a${u+b}}", "ab"),
    ("${a:+$u}", None),
    ("${empty:+$u}", ""),
    ("${a#$u}", None),
    ("${a/$u/b}", None),
]


@pytest.mark.parametrize(("raw", "expected"), UNKNOWN)
def test_values_that_are_not_known(raw: str, expected: str | None) -> None:
    assert expand(raw, {**VARIABLES, "u": None}, "\\") == expected


def test_a_result_cannot_outgrow_the_memory() -> None:
    long = "x" * 100_000
    assert expand("$x", {"x": long}, "\\") == long
    for raw in ("$x$x", "${x//x/yyyyyyyy}"):
        with pytest.raises(ValueError, match="too many characters"):
            expand(raw, {"x": long}, "\\")


def test_words_share_what_they_may_expand_to() -> None:
    budget = Budget(250)
    results = [expand_or_none(raw, {"x": "y" * 100}, "\\", budget) for raw in ("$x.", "$x$x", ".", "$x", "$unset")]
    assert results == ["y" * 100 + ".", None, ".", None, ""]
    assert expand_or_none("${x", {}, "\\") is None


def test_stars_cost_no_power_of_the_length() -> None:
    value = "a" * 20_000
    assert expand("${x##" + "*a" * 200 + "*b}", {"x": value}, "\\") == value
    assert expand("${x//" + "a*" * 200 + "b/}", {"x": value}, "\\") == value


TOKENS = st.sampled_from(
    [
        "$",
        "${",
        "}",
        "a",
        "u",
        "word",
        ":-",
        "-",
        ":+",
        "+",
        ":?",
        "?",
        "#",
        "##",
        "%",
        "%%",
        "/",
        "//",
        "*",
        "\\",
        "'",
        '"',
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=50) | st.lists(TOKENS, max_size=15).map("".join), st.sampled_from("\\`"), st.booleans())
def test_any_word_expands_or_is_refused(raw: str, escape: str, quotes: bool) -> None:
    try:
        result = expand(raw, {**VARIABLES, "u": None}, escape, quotes=quotes)
    except ValueError:
        return
    if not set(raw) & {"$", "'", '"', escape}:
        assert result == raw.removeprefix("\ufeff")


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_characters="'\ufeff"), max_size=30))
def test_single_quotes_keep_everything(text: str) -> None:
    assert expand(f"'{text}'", VARIABLES, "\\") == text


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from("ab*?"), max_size=8).map("".join),
    st.text("ab", max_size=12),
    st.sampled_from(["#", "##", "%", "%%"]),
)
def test_trimming_agrees_with_every_way_to_cut(pattern: str, value: str, operator: str) -> None:
    from fnmatch import fnmatchcase

    prefix, longest = operator[0] == "#", len(operator) == 2
    cuts = sorted(range(len(value) + 1), key=lambda cut: len(value) - cut if longest == prefix else cut)
    fitting = [cut for cut in cuts if fnmatchcase(value[:cut] if prefix else value[cut:], pattern)]
    expected = value if not fitting else value[fitting[0] :] if prefix else value[: fitting[0]]
    assert expand(f"${{x{operator}{pattern}}}", {"x": value}, "\\") == expected
