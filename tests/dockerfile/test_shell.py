"""What dash, busybox ash and bash read in a script, and where it stands."""

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.dockerfile.shell import Block, BlockKind, Literal, SimpleCommand, Unknown, Variable
from lint_alpine.dockerfile.shell_grammar import MAXIMUM_LENGTH, read
from lint_alpine.source import Excerpt, Source
from tests.steps import assert_linear


def commands(text: str) -> list[SimpleCommand]:
    return [command for command, _ in in_blocks(read(Excerpt.whole(Source("Dockerfile", text))))]


def in_blocks(
    body: Iterable[SimpleCommand | Block], kinds: frozenset[BlockKind] = frozenset()
) -> Iterator[tuple[SimpleCommand, frozenset[BlockKind]]]:
    """The simple commands in the order of the text, with the kinds of the blocks around them."""
    for node in body:
        if isinstance(node, SimpleCommand):
            yield node, kinds
        else:
            yield from in_blocks(node.body, kinds | {node.kind})


def listed(found: Iterable[SimpleCommand]) -> list[list[str]]:
    """Each command as its assignments and words, as written."""
    return [
        [f"{item.name}={item.value.raw}" for item in command.assignments] + [word.raw for word in command.words]
        for command in found
    ]


BODIES: list[tuple[str, list[list[str]]]] = [
    ("", []),
    ("   ", []),
    ("# nothing", []),
    ("apk add gcc", [["apk", "add", "gcc"]]),
    ("set -eux; a", [["set", "-eux"], ["a"]]),
    ("a; b & c && d || e | f |& g\nh", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["g"], ["h"]]),
    ("a &&\n\n# comment\n b", [["a"], ["b"]]),
    ("a # b; c\nd", [["a"], ["d"]]),
    ("a b#c '#' \\#", [["a", "b#c", "'#'", "\\#"]]),
    ("! a; ! b | c", [["a"], ["b"], ["c"]]),
    ("time -p a b; time c", [["a", "b"], ["c"]]),
    ("a | time b", [["a"], ["time", "b"]]),
    ("{ a; b; }; { c\n}", [["a"], ["b"], ["c"]]),
    ("(a; b) && ( (c) )", [["a"], ["b"], ["c"]]),
    ("if a; then b; elif c; then d; else e; fi; f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
    ("if a; then b; fi | c > d", [["a"], ["b"], ["c"]]),
    ("for x in 1 2; do a $x; done; b", [["a", "$x"], ["b"]]),
    ("for x\ndo a; done", [["a"]]),
    ("for ((i = 0; i < 3; i++)); do a; done", [["a"]]),
    ("while a; do b; done; until c; do d; done", [["a"], ["b"], ["c"], ["d"]]),
    ("select x in a b; do c; done", [["c"]]),
    ("case $x in a|b) c;; (d) e ;& *) f; esac; g", [["c"], ["e"], ["f"], ["g"]]),
    ("case $(a) in *) ;; esac", [["a"]]),
    ("case x in\n# comment\nesac\na", [["a"]]),
    ("f() { a; }; f", [["a"], ["f"]]),
    ("f ( )\n(a)\nf", [["a"], ["f"]]),
    ("function f { a; }; function g () { b; }", [["a"], ["b"]]),
    ("[[ -f x && ( $a == b* || c =~ ^(d|e)$ ) ]] && f", [["f"]]),
    ("[ a ] && b", [["[", "a", "]"], ["b"]]),
    ("((i++)); (( (1 + 2) * 3 )) && a", [["a"]]),
    ("((a); (b))", [["a"], ["b"]]),
    ("a=1 b=$c d e=f", [["a=1", "b=$c", "d", "e=f"]]),
    ("a=1; b= c; d+=e", [["a=1"], ["b=", "c"], ["d=e"]]),
    ("a=(1 2 # x\n 3) b; declare -a c=(4 5)", [["a=(1 2 # x\n 3)", "b"], ["declare", "-a", "c=(4 5)"]]),
    ("a[0]=1 b; a[${#a[@]}]=x", [["a=1", "b"], ["a=x"]]),
    ("a $(b $(c) d) e", [["c"], ["b", "$(c)", "d"], ["a", "$(b $(c) d)", "e"]]),
    ('a "$(b "c d")" "e"', [["b", '"c d"'], ["a", '"$(b "c d")"', '"e"']]),
    ("a `b c` d", [["b", "c"], ["a", "`b c`", "d"]]),
    ("a `b \\`c\\``", [["c"], ["b", "`c`"], ["a", "`b \\`c\\``"]]),
    ("x=$(a) y=`b`", [["a"], ["b"], ["x=$(a)", "y=`b`"]]),
    ("a $((1 + $(b) * (2)))", [["b"], ["a", "$((1 + $(b) * (2)))"]]),
    ("a ${x:-$(b)} ${y%.*} \"${z:+'c'}\"", [["b"], ["a", "${x:-$(b)}", "${y%.*}", "\"${z:+'c'}\""]]),
    ("a <(b) >(c d)", [["b"], ["c", "d"], ["a", "<(b)", ">(c d)"]]),
    ("rm -rf !(a|b) @(c|@(d)) && e", [["rm", "-rf", "!(a|b)", "@(c|@(d))"], ["e"]]),
    ("a {b,c} ~/d * ?[e]", [["a", "{b,c}", "~/d", "*", "?[e]"]]),
    ("a >b 2>&1 </c >>d &>e 3<>f <<<g h", [["a", "h"]]),
    (">a b; c 2>d", [["b"], ["c"]]),
    ("a <<E b\nc $(d)\nE\ne", [["d"], ["a", "b"], ["e"]]),
    ("a <<'E'\n$(b)\nE\nc", [["a"], ["c"]]),
    ("a <<E <<-F && b\nc\nE\n\td\n\tF\ne", [["a"], ["b"], ["e"]]),
    ("a $(b <<E\nc)\nE\n) d", [["b"], ["a", "$(b <<E\nc)\nE\n)", "d"]]),
    ("while a; do b; done <<E\nc\nE\nd", [["a"], ["b"], ["d"]]),
    ("a <<E\nb\\\nE\nE\nc", [["a"], ["c"]]),
    ("a 'b c' \"d $e\" f\\ g $'h\\'i' $\"j\"", [["a", "'b c'", '"d $e"', "f\\ g", "$'h\\'i'", '$"j"']]),
    ("a \\\n  b\\\nc \\\n", [["a", "b\\\nc"]]),
    ("echo if then fi do done { } ! in", [["echo", "if", "then", "fi", "do", "done", "{", "}", "!", "in"]]),
    ("a;b&c", [["a"], ["b"], ["c"]]),
    ("apk add --no-cache --virtual .b gcc  && pip install x==1.0;", [
        ["apk", "add", "--no-cache", "--virtual", ".b", "gcc"],
        ["pip", "install", "x==1.0"],
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_commands(body: str, expected: list[list[str]]) -> None:
    assert listed(commands(body)) == expected


@pytest.mark.parametrize("body", [body for body, _ in BODIES])
def test_places(body: str) -> None:
    escaped = "`" in body and "\\" in body  # the words inside such backquotes have lost their backslashes
    for command in commands(body):
        targets = [redirect.target for redirect in command.redirects if redirect.target]
        inside = [*command.words, *(item.value for item in command.assignments), *targets]
        assert all(word.span.text == word.raw for word in inside) or escaped
        assert command.span.end == max(word.span.end for word in inside)
        first = min(inside, key=lambda word: word.span.begin)
        if first in command.words:
            assert command.span.begin == first.span.begin
        else:
            operator = command.span.text[: first.span.begin - command.span.begin]
            assert operator.endswith("=") or operator.strip().endswith((">", "<", "&"))


KINDS = [
    ("a; b && c", {}),
    ("a || b && c", {"b": "branch"}),
    ("a || { b; c; }", {"b": "branch", "c": "branch"}),
    ("if a; then b; elif c; then d; else e; fi; f", dict.fromkeys("bcde", "branch")),
    ("while a; do b; done; until c; do d; done", {"b": "branch", "d": "branch"}),
    ("for x in 1; do a; done", {"a": "loop"}),
    ("case x in x) a;; esac; b", {"a": "branch"}),
    ("f() { a; }; b", {"a": "branch"}),
    ("(a; b); c", {"a": "subshell", "b": "subshell"}),
    ("a | b; c", {"a": "subshell", "b": "subshell"}),
    ("a $(b; c)", {"b": "substitution", "c": "substitution"}),
    ("a || b `c`", {"b": "branch", "c": "branch substitution"}),
    ("a $(b | c)", {"b": "subshell substitution", "c": "subshell substitution"}),
    ("a <<E\n$(b)\nE", {"b": "substitution"}),
    ("a & b", {}),
]


@pytest.mark.parametrize(("body", "expected"), KINDS)
def test_kinds(body: str, expected: dict[str, str]) -> None:
    found = {
        command.words[0].raw: " ".join(sorted(kind.value for kind in kinds))
        for command, kinds in in_blocks(read(Excerpt.whole(Source("Dockerfile", body))))
    }
    assert found == dict.fromkeys(found, "") | expected


def test_pipes() -> None:
    def upstream(body: str) -> dict[str, str | None]:
        return {
            command.words[0].raw: command.piped_from.words[0].raw if command.piped_from else None
            for command in commands(body)
        }

    assert upstream("a | b | c; d") == {"a": None, "b": "a", "c": "b", "d": None}
    assert upstream("{ a; b; } | while c; do d; done") == {"a": None, "b": None, "c": "b", "d": "b"}
    assert upstream("a $(x) | b $(y | z)") == {"x": None, "a": None, "y": None, "z": "y", "b": "a"}
    assert upstream("a; ((1)) | b") == {"a": None, "b": None}
    first, second = commands("a | b")
    assert second.piped_from is first


PARTS = [
    ("gcc", [Literal("gcc", False)]),
    ("'a b'", [Literal("a b", True)]),
    ("''", [Literal("", True)]),
    ('""', [Literal("", True)]),
    ("a\\ b", [Literal("a", False), Literal(" ", True), Literal("b", False)]),
    ('"a\\"\\$\\b"', [*(Literal(text, True) for text in ("a", '"', "$", "\\", "b"))]),
    ("$x", [Variable("x", "", (), False)]),
    ("${x}y", [Variable("x", "", (), False), Literal("y", False)]),
    ('"$x"', [Variable("x", "", (), True)]),
    ("${x:-a b}", [Variable("x", ":-", (Literal("a b", False),), False)]),
    ('"${x:-"a" \'b\'}"', [Variable("x", ":-", (Literal("a", True), Literal(" 'b'", True)), True)]),
    ("${x-}", [Variable("x", "-", (), False)]),
    ('"${x%.*}"', [Variable("x", "%", (Literal(".*", False),), True)]),
    ("${x##*'/'}", [Variable("x", "##", (Literal("*", False), Literal("/", True)), False)]),
    ("${x//a/b}", [Variable("x", "//", (Literal("a/b", False),), False)]),
    ("${x:=${y}}", [Variable("x", ":=", (Variable("y", "", (), False),), False)]),
    ("${#x}", [Unknown("${#x}", False)]),
    ("${x:0:2}", [Unknown("${x:0:2}", False)]),
    ("${!x}", [Unknown("${!x}", False)]),
    ("$1", [Unknown("$1", False)]),
    ('"$@"', [Unknown("$@", True)]),
    ("$(a b)", [Unknown("$(a b)", False)]),
    ('"`a`"', [Unknown("`a`", True)]),
    ("$((1+1))", [Unknown("$((1+1))", False)]),
    ("$", [Literal("$", False)]),
    ("a$'\\x41\\n\\'\\101\\q'", [Literal("a", False), *(Literal(text, True) for text in ("A", "\n", "'", "A", "\\q"))]),
    ("$'\\ud800'", [Literal("\ufffd", True)]),
    ('$"a"', [Literal("a", True)]),
    ("a\\\nb", [Literal("a", False), Literal("b", False)]),
    ("a=b", [Literal("a=b", False)]),
]


@pytest.mark.parametrize(("text", "parts"), PARTS)
def test_parts(text: str, parts: list[Literal | Variable | Unknown]) -> None:
    *_, command = commands(f"x {text}")
    assert list(command.words[1].parts) == parts


def test_appended_value_starts_with_the_variable() -> None:
    (command,) = commands("a+=b")
    assert command.assignments[0].value.parts == (Variable("a", "", (), True), Literal("b", False))


REDIRECTS = [
    ("a > b", [(">", "b", None)]),
    ("a 2>&1 >>'b c' <d", [("2>&", "1", None), (">>", "'b c'", None), ("<", "d", None)]),
    ("a <<E\nb\nc\nE\n", [("<<", "E", "b\nc\n")]),
    ("a <<-'E' >b\n\tc\n\t\td\n\tE\n", [("<<-", "'E'", "c\nd\n"), (">", "b", None)]),
    ("a <<E\nE\n", [("<<", "E", "")]),
    ('a <<< "b"', [("<<<", '"b"', None)]),
]


@pytest.mark.parametrize(("body", "expected"), REDIRECTS)
def test_redirects(body: str, expected: list[tuple[str, str, str | None]]) -> None:
    (command,) = commands(body)
    assert [
        (redirect.operator, redirect.target and redirect.target.raw, redirect.body and redirect.body.text)
        for redirect in command.redirects
    ] == expected


BROKEN = [
    ("a 'b", ["a"]),
    ('a "b', ["a"]),
    ("a `b", ["a"]),
    ("a $(b", ["b", "a"]),
    ("a ${b", ["a"]),
    ("a $((b", ["a"]),
    ("a &&", ["a"]),
    ("a | ; b", ["a", "b"]),
    ("if a; then b", ["a", "b"]),
    ("if a; then b; ); c", ["a", "b", "c"]),
    ("a; fi; b", ["a", "b"]),
    ("a ;; b", ["a", "b"]),
    ("for x in a; b; c", ["b", "c"]),
    ("for x in 1\n2; do a; done", ["2", "a"]),
    ("{a; }", ["{a"]),
    ("for 1 in a; do b; done", ["b"]),
    ("case a; b", ["b"]),
    ("case a in b; c", ["c"]),
    ("a >", ["a"]),
    ("a <<E\nb", ["a"]),
    ("a <<E", ["a"]),
    ("[[ a", []),
    ("a=(b", [""]),
    ("a (b)", ["a", "b"]),
    ("(" * 70 + "a" + ")" * 70 + "; b", ["a", "b"]),
]


@pytest.mark.parametrize(("body", "names"), BROKEN)
def test_what_no_shell_accepts_is_read_as_far_as_it_goes(body: str, names: list[str]) -> None:
    assert [command.words[0].raw if command.words else "" for command in commands(body)] == names


def test_a_list_that_is_not_closed_ends_with_the_outer_one() -> None:
    assert listed(commands("$(if a; then b) c; d")) == [["a"], ["b"], ["$(if a; then b)", "c"], ["d"]]


def test_a_script_is_read_up_to_a_length() -> None:
    assert len(commands("apk;" * 40_000)) == MAXIMUM_LENGTH // 4


def test_places_through_joined_lines() -> None:
    source = Source("Dockerfile", "RUN apk add \\\n    gcc \\\n# comment\n    musl-\\\ndev && \\\n    pip 'a \\\nb'\n")
    text = "apk add     gcc     musl-dev &&     pip 'a b'"
    starts = [
        (text.index(piece), source.text.index(origin))
        for piece, origin in (("apk", "apk"), ("    gcc", "    gcc"), ("    musl", "    musl"), ("dev", "dev"))
    ]
    starts += [(text.index("    pip"), source.text.index("    pip")), (text.index("b'"), source.text.index("b'"))]
    (first, _), (second, _) = in_blocks(read(Excerpt(source, text, tuple(starts))))
    assert [word.span.text for word in first.words] == ["apk", "add", "gcc", "musl-\\\ndev"]
    assert [word.raw for word in first.words] == ["apk", "add", "gcc", "musl-dev"]
    assert (first.span.start.line, first.span.stop.line) == (1, 5)
    assert [word.span.text for word in second.words] == ["pip", "'a \\\nb'"]
    assert second.words[1].span.start.line == 6


def test_places_inside_backquotes() -> None:
    d, b, _ = commands('a "`b \\"c\\" \\`d\\``"')
    assert d.words[0].span.text == "d"
    assert [word.raw for word in b.words] == ["b", '"c"', "`d`"]
    assert [word.span.text for word in b.words] == ["b", '"c\\"', "`d\\`"]


def test_blocks() -> None:
    loop, left, right = read(Excerpt.whole(Source("Dockerfile", "for x in 1 '2'; do a; done; b | (c)")))
    assert not isinstance(loop, SimpleCommand)
    assert (loop.kind.value, loop.variable, [word.raw for word in loop.items or ()]) == ("loop", "x", ["1", "'2'"])
    assert [not isinstance(node, SimpleCommand) and node.kind.value for node in (left, right)] == ["subshell"] * 2


# What the grammar is made of, for texts that come near to a script.
FRAGMENTS = st.sampled_from(
    (
        *"ab;&|(){}!=#$`'\"\\\n\t<>\x00\u00e9",
        *("&&", "||", ";;", "((", "))", "[[", "]]", "<(", "!(", "f()", "<<E", "<<-E", "<<<", "E", "2>&1", "a=", "a=("),
        *(
            "$x",
            "${x",
            "${x:-",
            "${x%",
            "$(",
            "$((",
            "$'",
            '$"',
            "\\`",
            "\\\n",
            "if",
            "then",
            "elif",
            "else",
            "fi",
            "for",
        ),
        *("in", "do", "done", "while", "case", "esac", "select", "function", "time"),
    )
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(max_size=60), st.lists(FRAGMENTS, max_size=40).map(" ".join), st.lists(FRAGMENTS).map("".join))
)
def test_any_text_is_read(text: str) -> None:
    found = dict(in_blocks(read(Excerpt.whole(Source("Dockerfile", text)))))
    for command, kinds in found.items():
        for word in (*command.words, *(item.value for item in command.assignments)):
            assert 0 <= word.span.begin <= word.span.end <= len(text)
            # The words of a script between backquotes, or of a here-document without its tabs, have lost characters.
            assert word.span.text == word.raw or "`" in text or "<<" in text
        assert command.span.begin <= command.span.end <= len(text)
        assert command.words or command.assignments or command.redirects
        if command.piped_from is not None:
            assert BlockKind.SUBSHELL in kinds
            assert command.piped_from in found


@settings(max_examples=100, deadline=None)
@given(st.lists(FRAGMENTS, max_size=30).map(" ".join), st.data())
def test_places_are_those_of_the_pieces(text: str, data: st.DataObject) -> None:
    """Cut into pieces that stand apart in the source, the same text has the same words in the places of the pieces."""
    cuts = sorted(data.draw(st.sets(st.integers(1, max(len(text) - 1, 1)), max_size=4)))
    pieces, source = [(0, 0)], text
    for number, cut in enumerate(cuts, 1):
        at = cut + 3 * (number - 1)
        source = source[:at] + "@@@" + source[at:]
        pieces.append((cut, cut + 3 * number))
    joined = [command for command, _ in in_blocks(read(Excerpt(Source("Dockerfile", source), text, tuple(pieces))))]
    plain = commands(text)
    assert listed(joined) == listed(plain)
    for command, other in zip(joined, plain, strict=True):
        for word, twin in zip(command.words, other.words, strict=True):
            assert word.span.text.replace("@@@", "") == twin.span.text


HOSTILE = [
    *(
        "$(",
        "((",
        "$((",
        "`",
        "<<E",
        "<<E\n",
        "$(<<E\n",
        '"$(',
        '"${x:-',
        "( ",
        "{ ",
        "if ",
        "a|",
        "a||",
        "f() ",
        "x=(",
    ),
    *("!(", "[[ ", "'", "\\", "a;", ";", ")", "$((')a) ", "\\\n", "for x in a; do ", "case x in a) ", "${x/"),
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_is_linear(unit: str) -> None:
    assert_linear(lambda length: commands(unit * (length // len(unit))), 1 << 12)
