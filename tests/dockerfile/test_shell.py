"""What dash, busybox ash and bash read in a script, and where it stands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.dockerfile.shell import Literal, Script, SimpleCommand, Unknown, Variable, parse
from lint_alpine.source import Excerpt, Source
from tests.steps import assert_linear


def read(text: str) -> Script:
    return parse(Excerpt.whole(Source("Dockerfile", text)))


def listed(script: Script) -> list[list[str]]:
    """Each command as its assignments and words, as written."""
    return [
        [item.span.text for item in command.assignments] + [word.raw for word in command.words]
        for command in script.commands
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
    ("a=1; b= c; d+=e", [["a=1"], ["b=", "c"], ["d+=e"]]),
    ("a=(1 2 # x\n 3) b; declare -a c=(4 5)", [["a=(1 2 # x\n 3)", "b"], ["declare", "-a", "c=(4 5)"]]),
    ("a[0]=1 b; a[${#a[@]}]=x", [["a[0]=1", "b"], ["a[${#a[@]}]=x"]]),
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
    script = read(body)
    assert (listed(script), script.faults) == (expected, ())


@pytest.mark.parametrize("body", [body for body, _ in BODIES])
def test_places(body: str) -> None:
    escaped = "`" in body and "\\" in body  # the words inside such backquotes have lost their backslashes
    for command in read(body).commands:
        inside = [*command.words, *(item.value for item in command.assignments)]
        assert all(word.span.text == word.raw for word in inside) or escaped
        places = [place.span for group in (command.words, command.assignments, command.redirects) for place in group]
        assert command.span.begin == min(place.begin for place in places)
        assert command.span.end == max(place.end for place in places)


FLAGS = [
    ("a; b && c", {}),
    ("a || b && c", {"b": "conditional"}),
    ("a || { b; c; }", {"b": "conditional", "c": "conditional"}),
    ("if a; then b; elif c; then d; else e; fi; f", dict.fromkeys("bcde", "conditional")),
    ("while a; do b; done; until c; do d; done", {"b": "conditional", "d": "conditional"}),
    ("for x in 1; do a; done", {"a": "conditional"}),
    ("case x in x) a;; esac; b", {"a": "conditional"}),
    ("f() { a; }; b", {"a": "conditional"}),
    ("(a; b); c", {"a": "subshell", "b": "subshell"}),
    ("a | b; c", {"a": "subshell", "b": "subshell"}),
    ("a $(b; c)", {"b": "substitution", "c": "substitution"}),
    ("a || b `c`", {"b": "conditional", "c": "conditional substitution"}),
    ("a $(b | c)", {"b": "substitution subshell", "c": "substitution subshell"}),
    ("a <<E\n$(b)\nE", {"b": "substitution"}),
    ("a & b", {}),
]


@pytest.mark.parametrize(("body", "expected"), FLAGS)
def test_flags(body: str, expected: dict[str, str]) -> None:
    found = {
        command.words[0].raw: " ".join(
            name for name in ("conditional", "substitution", "subshell") if getattr(command, name)
        )
        for command in read(body).commands
    }
    assert found == dict.fromkeys(found, "") | expected


def test_pipes() -> None:
    def upstream(body: str) -> dict[str, str | None]:
        return {
            command.words[0].raw: command.piped_from.words[0].raw if command.piped_from else None
            for command in read(body).commands
        }

    assert upstream("a | b | c; d") == {"a": None, "b": "a", "c": "b", "d": None}
    assert upstream("{ a; b; } | while c; do d; done") == {"a": None, "b": None, "c": "b", "d": "b"}
    assert upstream("a $(x) | b $(y | z)") == {"x": None, "a": None, "y": None, "z": "y", "b": "a"}
    assert upstream("a; ((1)) | b") == {"a": None, "b": None}
    commands = read("a | b").commands
    assert commands[1].piped_from is commands[0]


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
    (command,) = [command for command in read(f"x {text}").commands if not command.substitution]
    assert list(command.words[1].parts) == parts


def test_appended_value_starts_with_the_variable() -> None:
    (command,) = read("a+=b").commands
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
    (command,) = read(body).commands
    assert [
        (redirect.operator, redirect.target and redirect.target.raw, redirect.body and redirect.body.text)
        for redirect in command.redirects
    ] == expected


FAULTS = [
    ("a 'b", "no closing `'`", "'", ["a"]),
    ('a "b', 'no closing `"`', '"', ["a"]),
    ("a `b", "no closing backquote", "`", ["a"]),
    ("a $(b", "no matching `)`", "$", ["b", "a"]),
    ("a ${b", "no closing `}`", "${", ["a"]),
    ("a $((b", "no closing `))`", "$((", ["a"]),
    ("a &&", "no command after `&&`", "&&", ["a"]),
    ("a | ; b", "no command after `|`", "|", ["a", "b"]),
    ("if a; then b", "no matching `fi`", "i", ["a", "b"]),
    ("if a; then b; ); c", "`)` is not expected here", ")", ["a", "b", "c"]),
    ("a; fi; b", "`fi` is not expected here", "fi", ["a", "b"]),
    ("a ;; b", "`;;` is not expected here", ";;", ["a", "b"]),
    ("for x in a; b; c", "`for` has no `do`", "for", ["b", "c"]),
    ("for x in 1\n2; do a; done", "`for` has no `do`", "for", ["2", "a"]),
    ("{a; }", "`}` is not expected here", "}", ["{a"]),
    ("for 1 in a; do b; done", "`for` needs the name of a variable", "1", ["b"]),
    ("case a; b", "`case` has no `in`", "case", ["b"]),
    ("case a in b; c", "no matching `esac`", "case", ["c"]),
    ("a >", "`>` has no target", ">", ["a"]),
    ("a <<E\nb", "the here-document has no closing `E`", "E", ["a"]),
    ("a <<E", "the here-document has no closing `E`", "E", ["a"]),
    ("[[ a", "no closing `]]`", "[[", []),
    ("a=(b", "no closing `)`", "(", [""]),
    ("a (b)", "", "", ["a", "b"]),
    ("(" * 70 + "a" + ")" * 70 + "; b", "nested more than 60 levels deep", "(", ["a", "b"]),
]


@pytest.mark.parametrize(("body", "message", "place", "names"), FAULTS)
def test_faults(body: str, message: str, place: str, names: list[str]) -> None:
    script = read(body)
    if message:
        assert (message, place) in [(text, span.text) for text, span in script.faults]
    assert [command.words[0].raw if command.words else "" for command in script.commands] == names


def test_a_list_that_is_not_closed_ends_with_the_outer_one() -> None:
    script = read("$(if a; then b) c; d")
    assert listed(script) == [["a"], ["b"], ["$(if a; then b)", "c"], ["d"]]
    assert [message for message, _ in script.faults] == ["no matching `fi`"]


def test_a_script_is_read_up_to_a_length() -> None:
    script = read("apk;" * 40_000)
    assert len(script.commands) == (1 << 17) // 4
    assert [message for message, _ in script.faults] == ["longer than 131072 characters"]


def test_places_through_joined_lines() -> None:
    source = Source("Dockerfile", "RUN apk add \\\n    gcc \\\n# comment\n    musl-\\\ndev && \\\n    pip 'a \\\nb'\n")
    text = "apk add     gcc     musl-dev &&     pip 'a b'"
    starts = [
        (text.index(piece), source.text.index(origin))
        for piece, origin in (("apk", "apk"), ("    gcc", "    gcc"), ("    musl", "    musl"), ("dev", "dev"))
    ]
    starts += [(text.index("    pip"), source.text.index("    pip")), (text.index("b'"), source.text.index("b'"))]
    first, second = parse(Excerpt(source, text, tuple(starts))).commands
    assert [word.span.text for word in first.words] == ["apk", "add", "gcc", "musl-\\\ndev"]
    assert [word.raw for word in first.words] == ["apk", "add", "gcc", "musl-dev"]
    assert (first.span.start.line, first.span.stop.line) == (1, 5)
    assert [word.span.text for word in second.words] == ["pip", "'a \\\nb'"]
    assert second.words[1].span.start.line == 6


def test_places_inside_backquotes() -> None:
    script = read('a "`b \\"c\\" \\`d\\``"')
    d, b, _ = script.commands
    assert d.words[0].span.text == "d"
    assert [word.raw for word in b.words] == ["b", '"c"', "`d`"]
    assert [word.span.text for word in b.words] == ["b", '"c\\"', "`d\\`"]


def test_blocks() -> None:
    script = read("for x in 1 '2'; do a; done; b | (c)")
    loop, left, right = script.body
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
    script = read(text)
    for command in script.commands:
        for word in (*command.words, *(item.value for item in command.assignments)):
            assert 0 <= word.span.begin <= word.span.end <= len(text)
            # The words of a script between backquotes, or of a here-document without its tabs, have lost characters.
            assert word.span.text == word.raw or "`" in text or "<<" in text
        assert command.span.begin <= command.span.end <= len(text)
        assert command.words or command.assignments or command.redirects
        if command.piped_from is not None:
            assert command.subshell
            assert any(command.piped_from is other for other in script.commands)
    for message, span in script.faults:
        assert message
        assert span.end <= len(text)


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
    joined = parse(Excerpt(Source("Dockerfile", source), text, tuple(pieces)))
    plain = read(text)
    assert listed_raw(joined) == listed_raw(plain)
    for command, other in zip(joined.commands, plain.commands, strict=True):
        for word, twin in zip(command.words, other.words, strict=True):
            assert word.span.text.replace("@@@", "") == twin.span.text


def listed_raw(script: Script) -> list[list[str]]:
    return [[word.raw for word in command.words] for command in script.commands]


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
    assert_linear(lambda length: read(unit * (length // len(unit))), 1 << 12)
