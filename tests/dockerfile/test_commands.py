"""Which programs a RUN body runs, with which arguments, and where these are written."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.dockerfile.commands import Argument, Command, exec_form_command, read_commands, run_script
from lint_alpine.dockerfile.instructions import parse
from lint_alpine.dockerfile.lexer import Budget
from lint_alpine.source import Excerpt, Source, Span
from tests.steps import counted

KNOWN = {
    "P": "gcc musl-dev",
    "V": "1.2.3",
    "E": "",
    "S": " a  b ",
    "Q": "x y",
    "PIP": "pip3",
    "CMD": "apk add g++",
    "U": None,
}


def run(body: str, variables: Mapping[str, str | None] = KNOWN) -> tuple[Command, ...]:
    return read_commands(Excerpt.whole(Source("Dockerfile", body)), variables)


def listed(commands: tuple[Command, ...]) -> list[list[str | None]]:
    return [[command.name, *(argument.text for argument in command.arguments)] for command in commands]


def installs(*packages: str | None) -> list[list[str | None]]:
    return [["apk", "add", *packages]]


TABLE: list[tuple[str, list[list[str | None]]]] = [
    # words
    ("apk add gcc", installs("gcc")),
    ("apk add 'a b' \"c\" d\\ e ''", installs("a b", "c", "d e", "")),
    ("apk add *.apk ~/x {a,b}", installs("*.apk", "~/x", "{a,b}")),
    ("HOME=/h; apk add ~ ~/x ~/'y' '~/z' \\~/z ~a/x x~/y ~'/x'",
     installs("/h", "/h/x", "/h/y", "~/z", "~/z", "~a/x", "x~/y", "~/x")),
    ("HOME=/h/; N=~/x; apk add $N ${HOME}x", installs("/h/x", "/h/x")),
    ("apk add $P", installs("gcc", "musl-dev")),
    ("apk add \"$P\" ${P}", installs("gcc musl-dev", "gcc", "musl-dev")),
    ("apk add x${P}y", installs("xgcc", "musl-devy")),
    ("apk add x${S}y $S", installs("x", "a", "b", "y", "a", "b")),
    ("apk add $E \"$E\" x$E", installs("", "x")),
    ("apk add $U \"$U\" a$U", installs(None, None, None)),
    ("apk add $NEVER ${NEVER}", installs(None, None)),
    ("apk add $(x) `y` $((1)) \"$@\" $1", [["x"], ["y"], *installs(None, None, None, None, None)]),
    # expansions
    ("apk add ${P:-x} ${E:-a b} \"${E:-a b}\" ${E-x}", installs("gcc", "musl-dev", "a", "b", "a b")),
    ("apk add ${NEVER:-x} ${NEVER-'a b'} ${NEVER:-$P}", installs("x", "a b", "gcc", "musl-dev")),
    ("apk add ${U:-x} ${U-x} ${U+x} ${U:+x}", installs(None, None, "x", None)),
    ("apk add ${P:+x} ${E:+x} ${E+x} ${NEVER:+x} ${NEVER+x}", installs("x", "x")),
    ("apk add ${P:?} ${NEVER:?no}", installs("gcc", "musl-dev", None)),
    ("apk add ${N:=a}; apk add $N ${N:=b}", [*installs("a"), *installs("a", "a")]),
    ("apk add a~$V ${V%.*} ${V%%.*} ${V#*.} ${V##*.}", installs("a~1.2.3", "1.2", "1", "2.3", "3")),
    ("apk add ${V%'.*'} ${V%.?} ${V#[0-9]} ${U%x}", installs("1.2.3", "1.2", None, None)),
    ("apk add ${V/./-} ${V//./-} ${V/x/y} ${V//.}", installs("1-2.3", "1-2-3", "1.2.3", "123")),
    ("apk add ${V:0:1} ${#V}", installs(None, None)),
    # variables of the script
    ("N=a; apk add $N", installs("a")),
    ("N='a b' && apk add $N", installs("a", "b")),
    ("N=a; N=$N$N; N+=c; apk add $N", installs("aac")),
    ("N=$(x); apk add $N", [["x"], *installs(None)]),
    ("N=a true; apk add $N", [["true"], *installs(None)]),
    ("x || N=a; apk add $N", [["x"], *installs(None)]),
    ("N=a; x || N=a; apk add $N", [["x"], *installs("a")]),
    ("N=a; if x; then N=b; apk add $N; fi; apk add $N", [["x"], *installs("b"), *installs(None)]),
    ("N=a; (N=b; apk add $N); apk add $N", [*installs("b"), *installs("a")]),
    ("N=a; x | N=b; y $(N=c); apk add $N", [["x"], ["y", None], *installs("a")]),
    ("N=a; read N; apk add $N", [["read", "N"], *installs(None)]),
    ("N=a; unset N; apk add ${N:-b}", [["unset", "N"], *installs("b")]),
    ("V=9; apk add $V", installs("9")),
    ("unset V; apk add ${V:-b}", [["unset", "V"], *installs("b")]),
    ("export N='a b'; apk add $N", [["export", "N=a b"], *installs("a", "b")]),
    ("export N=$P; apk add $N", [["export", "N=gcc musl-dev"], *installs("gcc", "musl-dev")]),
    ("set -- a b; apk add \"$@\"", [["set", "--", "a", "b"], *installs(None)]),
    ("IFS=,; apk add $P \"$P\"", installs(None, "gcc musl-dev")),
    ("f() { N=b; }; N=a; f; apk add $N", [["f"], *installs("a")]),
    # loops
    ("for p in gcc musl-dev; do apk add $p; done", [*installs("gcc"), *installs("musl-dev")]),
    ("for p in $P g++; do apk add $p-x; done", [*installs("gcc-x"), *installs("musl-dev-x"), *installs("g++-x")]),
    ("for a in 1 2; do for b in 3 4; do x $a$b; done; done", [["x", "13"], ["x", "14"], ["x", "23"], ["x", "24"]]),
    ("for p in a b; do apk add $p; done; x $p", [*installs("a"), *installs("b"), ["x", "b"]]),
    ("for p in a $U; do apk add $p; done", installs(None)),
    ("for p in *.txt; do apk add $p; done", installs(None)),
    ("for p; do apk add $p; done", installs(None)),
    ("for p in a b; do apk add c; done", installs("c")),
    ("for p in $E; do apk add c; done; x", [["x"]]),
    ("for p in $(seq 3); do apk add a; done", [["seq", "3"], *installs("a")]),
    (f"for p in {'a ' * 21}; do apk add $p; done", installs(None)),
    ("while read p; do apk add $p; done", [["read", "p"], *installs(None)]),
    # programs
    ("/sbin/apk add a", installs("a")),
    ("$PIP install a", [["pip3", "install", "a"]]),
    ("$CMD a", [["apk", "add", "g++", "a"]]),
    ("$HOME/bin/pip install a", [["pip", "install", "a"]]),
    ("$U install a; $NEVER", [["", "install", "a"], [""]]),
    ("$E apk add a", installs("a")),
    # wrappers
    ("env apk add a; env -i X=1 apk add a; env -u X - apk add a", installs("a") * 3),
    ("sudo -E -H -u me apk add a; sudo -nu me -- apk add a", installs("a") * 2),
    ("sudo --user me apk add a; sudo --user=me apk add a; doas -u me apk add a", installs("a") * 3),
    ("su-exec me apk add a; gosu me apk add a; exec apk add a; command apk add a", installs("a") * 4),
    ("time apk add a; \\time -p apk add a; nice -n 5 apk add a; nohup apk add a", installs("a") * 4),
    ("timeout 9 apk add a; timeout -k 5 -s KILL 9 apk add a; busybox apk add a", installs("a") * 3),
    ("stdbuf -oL apk add a; exec -a x env nice sudo apk add a", installs("a") * 2),
    ("command -v apk; env; exec >x; sudo -l", [["command", "-v", "apk"], ["env"], ["exec"], ["sudo", "-l"]]),
    ("chroot /mnt apk add a", [["chroot", "/mnt", "apk", "add", "a"]]),
    (". venv/bin/activate; source x", [[".", "venv/bin/activate"], ["source", "x"]]),
    # scripts in scripts
    ("sh -c 'apk add a && apk add b'", [*installs("a"), *installs("b")]),
    ("/bin/bash -euxo pipefail -c \"apk add $P 'c d'\"", installs("gcc", "musl-dev", "c d")),
    ("ash -ec 'apk add e'; dash -o errexit -c -- 'apk add e'", installs("e") * 2),
    ("bash -lc 'apk add $N' x; sh -c \"apk add $U ${U}x\"", [*installs(None), *installs(None, None)]),
    ("N=a; sh -c 'N=b; apk add $N'; apk add $N", [*installs("b"), *installs("a")]),
    ("N=a sh -c 'apk add $N'; apk add $N", [*installs("a"), *installs(None)]),
    ("su -c 'apk add a' me; su - me -s /bin/sh -c 'apk add a'; su me", [*installs("a") * 2, ["su", "me"]]),
    ("eval 'N=a; apk add $N'; apk add $N; eval apk add \"$P\"", [*installs("a") * 2, *installs("gcc", "musl-dev")]),
    ("eval \"$(x)\"", [["x"], [""]]),
    ("sh -c \"sh -c 'apk add a'\"", installs("a")),
    ("sh x.sh -c y; sh", [["sh", "x.sh", "-c", "y"], ["sh"]]),
    ("sh <<E\napk add a\nE", installs("a")),
    ("bash -s <<'E'\napk add a\nE", installs("a")),
    # xargs
    ("echo a $P | xargs apk add", [["echo", "a", "gcc", "musl-dev"], *installs("a", "gcc", "musl-dev")]),
    ("printf '%s\\n' a b | xargs -r -n 1 apk add", [["printf", "%s\\n", "a", "b"], *installs("a", "b")]),
    ("printf 'a\\nb' | xargs apk add", [["printf", "a\\nb"], *installs("a", "b")]),
    ("cat <<E | xargs apk add\na\nb\nE", [["cat"], *installs("a", "b")]),
    ("xargs apk add <<< 'a b'", installs("a", "b")),
    ("echo a b | xargs -I{} apk add {} x{}", [["echo", "a", "b"], *installs("a", "b", None)]),
    ("cat f | xargs apk add; xargs -a f apk add; xargs apk add <f", [["cat", "f"], *installs() * 3]),
    ("echo \"'a'\" | xargs apk add; find . | xargs", [["echo", "'a'"], *installs(), ["find", "."], ["xargs"]]),
    # several
    ("apk add a || true; false && apk add b", [*installs("a"), ["true"], ["false"], *installs("b")]),
    ("! apk add a & apk add b", [*installs("a"), *installs("b")]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), TABLE)
def test_commands(body: str, expected: list[list[str | None]]) -> None:
    assert listed(run(body)) == expected


CONDITIONAL = [
    ("a; b && c", ""),
    ("a || b", "b"),
    ("if a; then b; else c; fi", "bc"),
    ("for x in 1 2; do a $x; done", ""),
    ("for x in $U; do a $x; done", "a"),
    ("while a; do b; done", "b"),
    ("f() { a; }; f", "a"),
    ("a || sh -c 'b'", "b"),
    ("case x in x) a;; esac; b", "a"),
]


@pytest.mark.parametrize(("body", "names"), CONDITIONAL)
def test_conditional(body: str, names: str) -> None:
    assert "".join(dict.fromkeys(command.name for command in run(body) if command.conditional)) == names


def test_substitution() -> None:
    assert [(command.name, command.substitution) for command in run("a $(b | c) `sh -c d`; e")] == [
        ("b", True),
        ("c", True),
        ("d", True),
        ("a", False),
        ("e", False),
    ]


VARIABLES: list[tuple[str, dict[str, str | None]]] = [
    ("X=1 Y=$P pip", {"X": "1", "Y": "gcc musl-dev"}),
    ("X=$U pip", {"X": None}),
    ("env X=1 -u pip; pip", {}),
    ("env X='a b' Y=$U pip", {"X": "a b", "Y": None}),
    ("env -u X --unset=Y pip", {"X": "", "Y": ""}),
    ("X=1 env Y=2 sudo Z=3 pip", {"X": "1", "Y": "2", "Z": "3"}),
    ("X=1 env -i Y=2 pip", {"Y": "2"}),
    ("export X=1 Y; Z=2; pip", {"X": "1"}),
    ("X=1; export X; X=2; pip", {"X": "2"}),
    ("export X=1; X=3 pip", {"X": "3"}),
    ("(export X=1); pip", {}),
    ("[ a ] && export X=1; pip", {"X": "1"}),
    ("[ a ] || export X=1; pip", {"X": None}),
    ("V=9; pip", {"V": "9"}),
    ("unset V; pip", {"V": ""}),
    ("X=1 sh -c 'pip'", {"X": "1"}),
]


@pytest.mark.parametrize(("body", "expected"), VARIABLES)
def test_variables(body: str, expected: dict[str, str | None]) -> None:
    assert run(body)[-1].variables == expected


DIRECTORIES = [
    ("pip", ""),
    ("cd a && pip", "a"),
    ("cd a; cd ../b; pip", "b"),
    ("cd a; cd ..; pip", ""),
    ("cd a; cd /b/c; pip", "/b/c"),
    ("cd a; cd; pip", None),
    ("cd $U; cd b; pip", None),
    ("cd $U; cd /b; pip", "/b"),
    ("cd -; pip", None),
    ("cd ~/x; pip", None),
    ("(cd a; x); pip", ""),
    ("(cd a; pip)", "a"),
    ("x || cd a; pip", None),
    ("if x; then cd a; y; cd ..; fi; pip", ""),
    ("cd a; sh -c 'cd b; pip'", "a/b"),
    ("for d in a b; do cd $d; pip; done", "a/b"),
    ("cd " + "a" * 300 + "; pip", None),
]


@pytest.mark.parametrize(("body", "directory"), DIRECTORIES)
def test_directory(body: str, directory: str | None) -> None:
    assert [command.directory for command in run(body) if command.name == "pip"][-1] == directory


INPUTS: list[tuple[str, str | None, str | None, bool]] = [
    ("pip", None, None, False),
    ("pip <f", "f", None, False),
    ("cat f | pip", "f", None, False),
    ("cat f g | pip", None, None, False),
    ("cat -n f | pip", None, None, False),
    ("pip <<E\na\nE", None, "a\n", False),
    ("cat <<E | pip\na\nE", None, "a\n", False),
    ("pip <<-E\n\ta\n\tE", None, "a\n", False),
    ("cat f | xargs -n 1 pip", "f", None, True),
    ("xargs -a f pip", "f", None, True),
    ("xargs --arg-file=f pip", "f", None, True),
    ("xargs pip <f", "f", None, True),
    ("grep a f | xargs pip", None, None, True),
    ("echo a | xargs pip", None, None, False),
]


@pytest.mark.parametrize(("body", "file", "text", "more"), INPUTS)
def test_standard_input(body: str, file: str | None, text: str | None, more: bool) -> None:
    command = run(body)[-1]
    assert (
        command.stdin_file and command.stdin_file.text,
        command.stdin_text and command.stdin_text.text,
        command.more_arguments,
    ) == (file, text, more)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("curl -s $U/x.py 2>/dev/null | python3 -", ["curl", "-s", None]),
        ("a | b c | d", ["b", "c"]),
        ("a | xargs b", ["a"]),
        ("a | sudo -H b", ["a"]),
        ("a; b", []),
        ("a | b < f", []),
    ],
)
def test_what_is_piped_into_a_command(script: str, words: list[str | None]) -> None:
    *_, last = run(script)
    assert [argument.text for argument in last.piped] == words


@pytest.mark.parametrize(
    ("script", "users"),
    [
        ("pip x", [""]),
        ("sudo pip x", ["root"]),
        ("sudo -u app pip x; pip y", ["app", ""]),
        ("sudo --user=app -H pip x", ["app"]),
        ("sudo -u $U pip x", [None]),
        ("doas -u app pip x", ["app"]),
        ("doas pip x", ["root"]),
        ("su-exec app:app pip x", ["app"]),
        ("su-exec 1000 pip x", ["1000"]),
        ("gosu app env A=1 pip x", ["app"]),
        ("gosu $U pip x", [None]),
        ("su app -c 'pip x; pip y'; pip z", ["app", "app", ""]),
        ("su -c 'pip x' app", ["app"]),
        ("su - app -s /bin/sh -c 'pip x'", ["app"]),
        ("su -c 'pip x'", ["root"]),
        ("su -c 'pip x' -", ["root"]),
        ("su $U -c 'pip x'", [None]),
        ("su app -c 'sudo pip x; pip y'", ["root", "app"]),
        ("sudo -u app sh -c 'pip x'", ["app"]),
        ("nohup pip x", [""]),
        ("env sudo -u app nice pip x", ["app"]),
    ],
)
def test_the_user_for_whom_a_command_runs(script: str, users: list[str | None]) -> None:
    assert [command.user for command in run(script) if command.name == "pip"] == users


def test_who_becomes_another_user_has_another_home() -> None:
    before, inner, after = run("export HOME=/a; pip x; su app -c 'pip $HOME/y'; pip z")[1:]
    assert [before.variables, inner.variables, after.variables] == [{"HOME": "/a"}, {}, {"HOME": "/a"}]
    assert inner.arguments[0].text is None


def test_writes() -> None:
    command = run("echo a >b 1>>c 2>d >&2 &>e >$U <f")[0]
    assert [argument.text for argument in command.writes] == ["b", "c", "e", None]


PLACES = [
    ("apk add $P 'x y'", ["add", "$P", "$P", "'x y'"]),
    ("sh -c 'apk add \"a b\" c'", ["add", '"a b"', "c"]),
    ('sh -c "apk add \\"a b\\" $P-x c"', ["add", '"a b\\"', "$", "$P-x", "c"]),
    ("eval apk 'add a' b", ["add", "a", "b"]),
    ("echo a b | xargs apk add", ["add", "a", "b"]),
    ("cat <<E | xargs apk add\na b\nE", ["add", "a", "b"]),
    ("sh <<-E\n\tapk add a\n\tE", ["add", "a"]),
    ("for p in a b; do apk add $p; done", ["add", "$p"]),
    ("su -c 'apk add a' me", ["add", "a"]),
]


@pytest.mark.parametrize(("body", "places"), PLACES)
def test_places(body: str, places: list[str]) -> None:
    command = run(body)[-1]
    assert [argument.span.text for argument in command.arguments] == places


def test_program_and_path() -> None:
    command = run("X=1 sudo -u me '/usr/bin/pip3' install 'a' >b")[0]
    assert (command.name, command.path, command.program.text) == ("pip3", "/usr/bin/pip3", "'/usr/bin/pip3'")
    assert command.span.text == "X=1 sudo -u me '/usr/bin/pip3' install 'a' >b"
    command = run('"$U/bin/pip" install')[0]
    assert (command.name, command.path) == ("pip", '"$U/bin/pip"')
    assert run("pip x")[0].path is None


def test_a_partly_known_word_keeps_what_is_written() -> None:
    (argument,) = run("pip pandas==$U")[0].arguments
    assert (argument.text, argument.written) == (None, "pandas==$U")
    assert run("pip 'a b'")[0].arguments[0].written == "a b"


def of(text: str) -> tuple[Source, tuple[Command, ...]]:
    source = Source("Dockerfile", f"FROM alpine\n{text}")
    instruction = parse(source).instructions[1]
    if instruction.exec_form is not None:
        return source, exec_form_command(instruction.exec_form, KNOWN)
    return source, read_commands(run_script(instruction), KNOWN)


DOCKERFILES: list[tuple[str, list[list[str | None]]]] = [
    ("RUN apk add \\\n  gcc \\\n# comment\n  g++\n", installs("gcc", "g++")),
    ("RUN <<E\napk add a\napk add b\nE\n", [*installs("a"), *installs("b")]),
    ("RUN <<-E\n\tapk add \\\n\ta\n\tE\n", installs("a")),
    ("RUN bash -e <<E\napk add a\nE\n", installs("a")),
    ("RUN cat <<E | xargs apk add && apk add c\na\nb\nE\n", [["cat"], *installs("a", "b"), *installs("c")]),
    ("RUN cat <<E <<F && apk add c\na\nE\nb\nF\n", [["cat"], *installs("c")]),
    ("RUN cat <<E1 >x && sh <<E2\nno\nE1\napk add a\nE2\n", [["cat"], *installs("a")]),
    ('RUN ["apk", "add", "a b", "$P"]\n', installs("a b", "$P")),
    ('RUN ["sh", "-c", "apk add $P \\"c d\\""]\n', installs("gcc", "musl-dev", "c d")),
    ('RUN ["/usr/bin/env", "X=1", "apk", "add"]\n', installs()),
    ('RUN ["sh", "-c", "apk add \\\n  a"]\n', installs("a")),
]


@pytest.mark.parametrize(("text", "expected"), DOCKERFILES)
def test_forms_of_run(text: str, expected: list[list[str | None]]) -> None:
    _, commands = of(text)
    assert listed(commands) == expected


def test_places_in_forms_of_run() -> None:
    source, (command,) = of('RUN ["sh", "-c", "apk add \\"a b\\" \\u0063"]\n')
    assert [argument.span.text for argument in command.arguments] == ["add", '\\"a b\\', "\\"]
    source, (command,) = of("RUN <<-E\n\tapk \\\n\tadd a\n\tE\n")
    assert [argument.span.start.line for argument in command.arguments] == [4, 4]
    source, commands = of("RUN cat <<E | xargs apk add\na\nE\n")
    assert commands[1].arguments[1].span == Span(source, source.text.index("\na\n") + 1, source.text.index("\na\n") + 2)
    assert exec_form_command((), {}) == ()


WORDS = st.sampled_from(
    (
        *("a", "$P", '"$U"', "${V%.*}", "${N:=$P}", "'x y'", "$(a)", "`b`", "a=b", "N=$N$N", "export", "unset", "read"),
        *(
            "eval",
            "'eval $N'",
            "sh",
            "-c",
            "'sh -c \"$N\"'",
            '"$N"',
            "env",
            "sudo",
            "xargs",
            "timeout",
            "cd",
            "su",
            "-u",
        ),
        *(
            ";",
            "&&",
            "||",
            "|",
            "(",
            ")",
            "{",
            "}",
            "\n",
            "for p in a b; do",
            "done",
            "if",
            "then",
            "fi",
            "<<E",
            "E",
            ">",
        ),
    )
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=40).map(" ".join)))
def test_any_script_is_read(body: str) -> None:
    for command in run(body):
        assert command.program.end <= len(body)
        for argument in command.arguments:
            assert isinstance(argument, Argument)
            assert 0 <= argument.span.begin <= argument.span.end <= len(body)


HOSTILE = [
    "A='eval $A; eval $A'; eval $A",
    'A=\'sh -c "$A"; x \'; sh -c "$A"',
    "A=aaaaaaaa; " + "A=$A$A; " * 60 + "x $A " * 500,
    "A='a b c d'; " + 'A="$A $A"; ' * 60 + "x $A " * 500,
    "for i in 1 2 3 4 5 6 7 8 9; do " * 40 + "x $i; " + "done; " * 40,
    "for i in 1 2 3 4 5 6 7 8 9; do sh -c '" * 2 + "x $i;" * 1000,
    "".join(f"export A{i}=1; x; " for i in range(1500)),
    "".join(f"A{i}=1; (A{i}=2); " for i in range(1500)),
    "x ${A:=" * 60 + "}" * 60,
    "cd " + "a" * 200 + "; " + "cd .; " * 3000,
    "env " * 5000 + "x",
    "env " + "A=1 " * 9000 + "x",
    "su " + "a " * 9000,
    "sh -c '" * 2000,
    "A=" + "a" * 9000 + "; " + "x ${A##*a*a*a*b}; " * 1000,
    "echo " + "a " * 5000 + "| xargs x" * 500,
    "cat" + "|cat" * 3000 + "|xargs x",
]


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_scripts_end(body: str) -> None:
    with counted(most=30_000_000):
        commands = run(body)
    assert sum(len(command.arguments) for command in commands) < 300_000


def test_scripts_share_what_they_may_expand_to() -> None:
    budget = Budget(250)
    script = Excerpt.whole(Source("Dockerfile", "x $A; x $A"))
    for expected in (["y" * 100, "y" * 100], [None, None]):
        commands = read_commands(script, {"A": "y" * 100}, budget)
        assert [argument.text for command in commands for argument in command.arguments] == expected
    (command,) = exec_form_command(
        (("sh", script.span(0, 1)), ("-c", script.span(0, 1)), ("x $A", script.span(0, 4))), {"A": "y" * 100}, budget
    )
    assert [argument.text for argument in command.arguments] == [None]


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize(
    "body", [f"'{'$' * 60_000}'", f"<<E\n{'$ ' * 30_000}\nE\n", f"&& : <<'E'\n{'$' * 60_000}\nE\n"]
)
def test_loops_repeat_no_more_than_so_many_characters(depth: int, body: str) -> None:
    heads = "".join(f"for {name} in 0 1 2 3 4 5 6 7 8 9; do " for name in "abc"[:depth])
    commands = run(f"{heads} echo $a$b$c {body}; {'done; ' * depth}")
    assert len(commands) <= 2
    assert commands[0].arguments[0].text is None
    assert commands[0].conditional
