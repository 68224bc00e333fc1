"""What Compose and Bake files say of how a Dockerfile is built."""

import json
import os
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_alpine.build_files import bake, compose
from lint_alpine.build_files.blocks import read_scalar
from lint_alpine.build_files.build import Build, NotUnderstoodError
from lint_alpine.build_files.described import Described, describe
from lint_alpine.context import decode
from lint_alpine.linter import FileResult, Settings, as_built, lint_file
from lint_alpine.registry import built_in
from lint_alpine.source import Source
from lint_alpine.wheels.snapshot import Snapshot
from lint_alpine.wheels.sources import Sources
from tests.steps import counted


def service(build: str, more: str = "") -> str:
    return f"services:\n  web:\n    {build}\n{more}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (service("build: ."), Build()),
        (service("build: ./app  # here"), Build("./app")),
        (service('build: "my app"'), Build("my app")),
        (service("build: 'it''s'"), Build("it's")),
        (service("build:\n      context: .."), Build("..")),
        (service("build:\n      dockerfile: web.Dockerfile"), Build(dockerfile="web.Dockerfile")),
        (service("build:\n      context: .\n      target: dev"), Build(target="dev")),
        (service('"build":\n      "target": dev'), Build(target="dev")),
        (service("build: !reset\n      target: dev"), Build(target="dev")),
        (service("build: &it\n      target: dev"), Build(target="dev")),
        (service("build:\n      args:\n        A: 1\n        B: x y # z"), Build(args={"A": "1", "B": "x y"})),
        (service("build:\n      args:\n      - A=1\n      - B=x=y\n      - C"), Build(args={"A": "1", "B": "x=y"})),
        (service("build:\n      args:\n        - A=${B:-c}d$$e"), Build(args={"A": "cd$e"})),
        (service("build:\n      args: {A: 1}"), Build()),
        # YAML makes 3.1 of 3.10, and nothing at all stands for a value from the environment.
        (service("build:\n      args:\n        A: 3.10\n        B:\n        C: 3.12"), Build(args={"C": "3.12"})),
        (
            service('build:\n      args:\n        A: "3.10"\n        B: 3.10.2'),
            Build(args={"A": "3.10", "B": "3.10.2"}),
        ),
        (service("build:\n      args:\n        A: ${B}\n        C: ${D:?no}\n        E: $F"), Build()),
        (service("build:\n      context: ${DIR:-src}"), Build("src")),
        (
            service("build:\n      platforms:\n        - linux/amd64\n        - linux/arm64/v8"),
            Build(platforms=("linux/amd64", "linux/arm64/v8")),
        ),
        (
            service('build:\n      platforms: ["linux/amd64", linux/arm64]'),
            Build(platforms=("linux/amd64", "linux/arm64")),
        ),
        (service("build:\n      platforms:\n      - linux/amd64\n      - windows/amd64"), Build()),
        (service("platform: linux/arm64\n    build: ."), Build(platforms=("linux/arm64",))),
        # What else may stand in such a file.
        ("# x\n---\nversion: '3'\nx-a: &a\n  b: c\n" + service("build: .\r", "volumes:\n  v: {}\n"), Build()),
        (service("command: |\n      build: no\n     services:\n    build: ."), Build()),
        (service("command: >-\n\n      build: no\n    # build: no\n    build: ."), Build()),
        (service("command:\n      --listen :80\n      --more\n    build: ."), Build()),
        (service('command: ["a: b",\n      "build: no"\n    ]\n    build: .'), Build()),
        (service('command: "two\n      build: no"\n    build: .'), Build()),
        (service("ports:\n      - 80:80\n      - target: 80\n        build: no\n    build: ."), Build()),
        (service("ports:\n    - 80:80\n    build: ."), Build()),
        (service("labels:\n      a.b/c: d\n      'e: f': g\n    build: ."), Build()),
    ],
)
def test_compose(text: str, expected: Build) -> None:
    assert compose.read(text) == (expected,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "services:\n",
        "version: '2'\nnetworks:\n  a:\n",
        service("image: nginx"),
        service("build:"),
        service("build: https://index.example/x.git#main"),
        service("build: git@index.example:x/y"),
        service("build: ${DIR}"),
        service("build:\n      dockerfile: ${FILE}"),
        service("build:\n      dockerfile_inline: |\n        FROM alpine"),
        # The first version, which had no services.
        "web:\n  build: .\n",
        "- services\n",
    ],
)
def test_compose_without_a_build_of_a_file(text: str) -> None:
    assert compose.read(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        service("build: *base"),
        service("<<: *base"),
        service("extends: other"),
        service("build:\n      <<: *base"),
        service("build: {context: .}"),
        service('build: "a\\tb"'),
        service("build:\n      - ."),
        service("build: two\n      lines"),
        service("build:\n      two\n      lines"),
        service("\tbuild: ."),
        service("build: .\n   image: x"),
        service("? build\n    : ."),
        service("{% if x %}\n    build: ."),
        service("build: .\n---\nservices:\n  x: y"),
        "services:\n  - web\n  web:\n    build: .\n",
        "services: *all\n",
        "services:\n  <<: *all\n  web:\n    build: .\n",
        "services:\n  web: *web\n",
        "services:\n  web\n",
        "]",
    ],
)
def test_compose_that_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        compose.read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b", "a b"),
        ("a #b", "a"),
        ("a#b", "a#b"),
        ('"a #b"  # c', "a #b"),
        ("true", "true"),
        ("10", "10"),
        ("010", None),
        ("0x1f", None),
        ("1e3", None),
        ("1_000", None),
        ("1.0.0", "1.0.0"),
        ("1.0-alpine", "1.0-alpine"),
        ("v1.0", "v1.0"),
        ("../x", "../x"),
        ("~", None),
        ("null", None),
        ("", None),
        ("# x", None),
        ('"a', None),
        ("'a' b", None),
        ("@a", None),
        ("1" * 5000, None),
    ],
)
def test_scalars(text: str, expected: str | None) -> None:
    assert read_scalar(text) == expected


NAMES = st.text("abc-_.", min_size=1, max_size=4).map(lambda text: f"k{text}x")
VALUES = st.text("ab c:/.-#$", max_size=6)


def _emit(value: object, indent: int, dash: int) -> str:
    blank = " " * indent
    match value:
        case dict():
            lines = (f"{blank}{name}:{_emit(inner, indent + 2, dash)}" for name, inner in value.items())
            return "\n" + "\n".join(lines)
        case list():
            return "\n" + "\n".join(f"{' ' * (indent - 2 + dash)}- {json.dumps(item)}" for item in value)
    return f" {json.dumps(value)}"


BUILDS = st.fixed_dictionaries(
    {"context": st.text("ab c/.-#$", max_size=6), "args": st.dictionaries(NAMES, VALUES, min_size=1, max_size=3)}
)
SERVICES = st.fixed_dictionaries(
    {"build": BUILDS},
    optional={
        "environment": st.dictionaries(NAMES, VALUES, min_size=1, max_size=3),
        "ports": st.lists(VALUES, min_size=1, max_size=3),
        "image": VALUES,
        "deploy": st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=2), min_size=1, max_size=2),
    },
)


@settings(max_examples=200, deadline=None)
@given(st.lists(SERVICES, min_size=1, max_size=3), st.sampled_from([0, 2]))
def test_reads_back_what_is_written(services: list[dict[str, object]], dash: int) -> None:
    document = {"services": {f"s{number}": service for number, service in enumerate(services)}}
    builds = compose.read(_emit(document, 0, dash).lstrip("\n").replace("$", "$$"))
    assert [{"context": build.context, "args": build.args} for build in builds] == [each["build"] for each in services]


def read_each_way(text: str) -> None:
    for read in (compose.read, partial(bake.read, hcl=True), partial(bake.read, hcl=False)):
        with suppress(NotUnderstoodError):
            read(text)


@settings(max_examples=300, deadline=None)
@given(st.text("services:\n  web build.-{}[]'\"#&*!|>\t\\$", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    read_each_way(text)


AB = {"A": "3", "B": "3-3"}
ABC = {"A": "1", "B": "true", "C": "3"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('target "a" {}', Build()),
        ('target a { context = "./src" }', Build("./src")),
        ('target "a" {\n  dockerfile = "b" # x\n  target = "dev" // y\n}\n', Build(".", "b", "dev")),
        ('target "a" { args = { A = "1", "B" : true\n C = 3\n D = null } }', Build(args=ABC)),
        ('target "a" { platforms = ["linux/386",\n"linux/arm64",] }', Build(platforms=("linux/386", "linux/arm64"))),
        ('target "a" { platforms = concat(x, ["linux/amd64"]) }', Build()),
        ('variable "V" { default = "3" }\ntarget "a" { args = { A = V, B = "${V}-${ V }" } }', Build(args=AB)),
        ('variable "V" {}\ntarget "a" { args = { A = V, B = "${V}", C = W } }', Build()),
        ('target "a" { target = upper("x")\n args = { A = "b" } }', Build(args={"A": "b"})),
        ('target "a" { target = x ? "b" : "c" }', Build()),
        ('target "a" { args = { A = "a\\"b" } }', Build()),
        ('target "a" {\n matrix = {\n  x = ["1", "2"]\n }\n name = "a-${x}"\n args = { X = x }\n}', Build()),
        ('group "default" { targets = ["a"] }\nx = [for y in z : y]\ntarget "a" { secret { id = "}" } }', Build()),
        ('/* target "b" {} */ target "a" { tags = ["x:${V}"] }', Build()),
        ('target "b" { target = "x"\n args = { A = "3" } }\ntarget "a" { inherits = ["b"]\n args = { B = "3-3" } }',
         Build(target="x", args=AB)),
        ('target "a" { target = "x" }\ntarget "a" { context = "y" }', Build("y", target="x")),
        ('target "a" { inherits = ["elsewhere"] }', Build()),
        ('target "a" {', Build()),
    ],
)  # fmt: skip
def test_bake_in_hcl(text: str, expected: Build) -> None:
    assert bake.read(text, hcl=True) == (expected,)


@pytest.mark.parametrize(
    "text",
    [
        'target "a" { context = "https://index.example/x.git" }',
        'target "a" { context = "target:b" }',
        'target "a" { context = "${X}" }',
        'target "a" { context = f("x") }',
        'target "a" { dockerfile = "cwd://Dockerfile" }',
        'target "a" { dockerfile-inline = "FROM alpine" }',
        "",
        'group "x" {}',
    ],
)
def test_bake_without_a_build_of_a_file(text: str) -> None:
    assert bake.read(text, hcl=True) == ()


@pytest.mark.parametrize(
    "text",
    [
        'target "a" { x = "y }',
        'target "a" { x = <<EOF\nEOF\n}',
        'target "a" { x = "${f("y")}" }',
        'target "a" { x = ) }',
        "/* ",
        "{}",
        "target",
        'target "a" { inherits = b }',
        'target "a" { inherits = ["${b}"] }',
        'target "a" { inherits = ["a"] }\ntarget "b" { inherits = ["a"] }',
    ],
)
def test_bake_that_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        bake.read(text, hcl=True)


def test_bake_in_json() -> None:
    text = json.dumps(
        {
            "variable": {"V": {"default": "3.12"}},
            "group": {"default": {"targets": ["a"]}},
            "target": {
                "base": {"args": {"P": "${V}"}},
                "a": {
                    "inherits": ["base"],
                    "context": "src",
                    "target": "dev",
                    "args": {"N": 1, "X": "${NO}", "Y": None},
                },
            },
        }
    )
    assert bake.read(text, hcl=False) == (Build("src", target="dev", args={"P": "3.12", "N": "1"}),)


def test_bytes_in_json_that_are_no_text() -> None:
    (found,) = bake.read(decode(b'{"target": {"a": {"context": "caf\xe9", "target": "\\ud83d\\ude00"}}}'), hcl=False)
    assert found == Build("caf\udce9", target="\U0001f600")


HALF_A_PAIR = (r'{"target": {"a": {"context": "\ud800"}}}', r'{"target": {"a": {"args": {"\udfff": "1"}}}}')


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"target": {"a": {"inherits": "b"}}}', *HALF_A_PAIR])
def test_bake_in_json_that_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        bake.read(text, hcl=False)


@pytest.mark.parametrize("text", ["[]", "3", '{"target": []}', '{"group": {}}'])
def test_bake_in_json_without_targets(text: str) -> None:
    assert bake.read(text, hcl=False) == ()


@pytest.mark.parametrize(
    "text",
    [
        "services:\n" + "".join(f"{' ' * n}k:\n" for n in range(1, 2000)),
        "services:\n  a:\n    build: " + "'" * 200_000,
        "services:\n  a:\n    build:" + " " * 200_000 + "x",
        "a: " + "[" * 200_000,
        "- " * 100_000,
        'target "a" { x = ' + "[" * 60_000 + "]" * 60_000 + " }",
        "/*" * 100_000,
        '"${' * 80_000,
        "\n".join(f'target "a{n}" {{ inherits = ["a{n + 1}", "a{n + 1}"] }}' for n in range(40)),
    ],
)
def test_hostile_files_end(text: str) -> None:
    with counted(most=100 * len(text)):
        read_each_way(text)


def in_json(targets: dict[str, object], variables: dict[str, str] | None = None) -> str:
    return json.dumps({"target": targets, "variable": {n: {"default": v} for n, v in (variables or {}).items()}})


ARGS = {f"N{number}": "x" for number in range(3000)}
LONG = {"V": "v" * 100_000}
TOO_MUCH = {
    "arguments of many": in_json({"a": {"args": ARGS}, **{f"b{n}": {"inherits": ["a"]} for n in range(3000)}}),
    "arguments many times": in_json({"a": {"args": ARGS}, "b": {"inherits": ["a"] * 3000}}),
    "platforms of many": in_json(
        {"a": {"platforms": ["p"] * 3000}, **{f"b{n}": {"inherits": ["a"]} for n in range(3000)}}
    ),
    "a long path of many": in_json(
        {"a": {"context": "a/" * 2000}, **{f"b{n}": {"inherits": ["a"], "dockerfile": f"{n}"} for n in range(3000)}}
    ),
    "one variable many times": in_json({"a": {"args": {"A": "${V}" * 3000}}}, LONG),
    "a variable of many": in_json({f"a{n}": {"context": f"{n}${{V}}"} for n in range(3000)}, LONG),
}


@pytest.mark.parametrize("text", TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_inherits_or_holds_too_much_is_not_understood(text: str) -> None:
    with counted(most=100 * len(text)), pytest.raises(NotUnderstoodError):
        bake.read(text, hcl=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "app" / "docker").mkdir(parents=True)
    for name in ("Dockerfile", "app/Dockerfile", "app/docker/Dockerfile"):
        (root / name).write_text("FROM python:3.12-alpine\n")
    return root


def test_the_nearest_folder_that_names_it(repository: Path) -> None:
    (repository / "compose.yaml").write_text(
        "services:\n  a:\n    build: .\n  b:\n    build:\n      context: app\n      dockerfile: docker/Dockerfile\n"
        "      target: dev\n      args:\n        V: '1'\n      platforms: [linux/arm64]\n"
    )
    assert describe(repository / "Dockerfile") == Described(repository)
    assert describe(repository / "app/Dockerfile") == Described()
    found = describe(repository / "app/docker/Dockerfile")
    assert found._replace(places={}) == Described(repository / "app", "dev", {"V": "1"}, ("linux/arm64",))
    (repository / "app" / "docker-bake.hcl").write_text('target "x" { context = "docker" }')
    assert describe(repository / "app/docker/Dockerfile") == Described(repository / "app/docker")


def test_compose_takes_one_of_its_files(repository: Path) -> None:
    (repository / "docker-compose.yml").write_text("services:\n  a:\n    build:\n      target: old\n")
    assert describe(repository / "Dockerfile").target == "old"
    (repository / "compose.yaml").write_text("services:\n  a:\n    build:\n      target: new\n")
    assert describe(repository / "Dockerfile").target == "new"


def test_what_builds_do_not_agree_on_is_left_out(repository: Path) -> None:
    (repository / "compose.yml").write_text(
        "services:\n  a:\n    build:\n      target: x\n      args: [A=1, B=2, C=3]\n"
        "  b:\n    build:\n      context: ./app/..\n      target: y\n      args: [A=1, B=3]\n"
    )
    assert describe(repository / "Dockerfile")._replace(places={}) == Described(repository, None, {"A": "1"})
    (repository / "docker-bake.json").write_text('{"target": {"a": {"platforms": ["linux/arm64"]}}}')
    assert describe(repository / "Dockerfile") == Described(repository)


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  a:\n    build:\n      context: ..\n      dockerfile: repository/Dockerfile\n",
        "services:\n  a:\n    build:\n      context: outside\n      dockerfile: repository/Dockerfile\n",
        "services:\n  a:\n    build:\n      context: absent\n      dockerfile: ../Dockerfile\n",
        "services:\n  a:\n    build: *x\n",
        "\0",
        'services:\n  a:\n    build: "a\0b"\n',
        "x" * 300_000,
    ],
)
def test_a_context_outside_of_the_repository_does_not_count(repository: Path, text: str) -> None:
    (repository / "outside").symlink_to(repository.parent)
    (repository / "compose.yaml").write_text(text)
    assert describe(repository / "Dockerfile") == Described()


def test_a_file_that_leads_out_of_the_repository_is_not_read(repository: Path) -> None:
    (repository.parent / "compose.yaml").write_text("services:\n  a:\n    build:\n      target: x\n")
    (repository / "compose.yaml").symlink_to("../compose.yaml")
    assert describe(repository / "Dockerfile") == Described()


def test_without_a_repository_only_the_folder_counts(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile").write_text("FROM alpine\n")
    (tmp_path / "compose.yaml").write_text("services:\n  a:\n    build:\n      context: app\n      target: x\n")
    assert describe(tmp_path / "app" / "Dockerfile") == Described()


def test_what_is_asked_for_wins(repository: Path) -> None:
    (repository / "compose.yaml").write_text(
        "services:\n  a:\n    build:\n      target: x\n      args: [A=1, B=2]\n      platforms: [linux/arm64]\n"
    )
    none = Settings((), Sources([], []))
    file = repository / "Dockerfile"
    built = as_built(file, none)
    assert list(built.places) == ["A", "B"]
    assert built._replace(places={}) == none._replace(
        target="x", build_args={"A": "1", "B": "2"}, platforms=("linux/arm64",), context=repository, places={}
    )
    asked = Settings((), Sources([], []), ("linux/386",), build_args={"A": "9"}, target="z", context=repository / "app")
    built = as_built(file, asked)
    assert list(built.places) == ["B"]
    assert built._replace(places={}) == asked._replace(build_args={"A": "9", "B": "2"}, places={})


def test_a_dockerfile_is_linted_as_it_is_built(repository: Path) -> None:
    (repository / "app" / "requirements.txt").write_text("flask\n")
    (repository / "app" / "docker" / "Dockerfile").write_text(
        "ARG V=3.8\nFROM python:${V}-alpine\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
    )
    (repository / "app" / "compose.yaml").write_text(
        "services:\n  a:\n    build:\n      context: .\n      dockerfile: docker/Dockerfile\n"
        "      args:\n        V: '3.12'\n      platforms:\n        - linux/amd64\n        - linux/arm64\n"
    )
    result = lint_file(str(repository / "app/docker/Dockerfile"), Settings((), Sources([], [])))
    assert isinstance(result, FileResult)
    assert result.read == {str(repository / "app/requirements.txt")}
    environments = [verdict.verdict.environment for verdict in result.verdicts]
    assert [(each.image, each.arch) for each in environments] == [
        ("python:3.12-alpine", "x86_64"),
        ("python:3.12-alpine", "aarch64"),
    ]


PLACES = {
    "compose.yaml": {
        "services:\n  a:\n    environment:\n      V: '3.8'\n    build:\n      args:\n        V: '3.8'\n": (
            "V: '3.8'",
            7,
        ),
        "services:\n  a:\n    build:\n      args:\n        # V: 3.8\n        - V=3.8\n": ("V=3.8", 6),
        "services:\n  a:\n    build:\n      args:\n        W: 3.8\n        V: ${X:-3.8}\n": ("V:", 6),
        "services:\n  a:\n    build:\n      args:\n        V: ''\n        W: 1\n": ("V: ''", 5),
    },
    "docker-bake.hcl": {
        'variable "V" { default = "3.8" }\ntarget "a" {\n  args = { V = "3.8" }\n}\n': ('V = "3.8"', 3),
        'variable "X" { default = "3.8" }\ntarget "a" {\n  args = {\n    // V\n    V = X\n  }\n}\n': ("V =", 5),
        'target "a" {\n  args = {\n    V = "3.81"\n    V = "3.8"\n  }\n}\n': ('V = "3.8"', 4),
    },
    "docker-bake.json": {'{"target": {"a": {"args": {"W": "1",\n"V": "3.8"}}}}': ('V": "3.8"', 2)},
}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [(name, text, place) for name, found in PLACES.items() for text, place in found.items()],
)
def test_where_an_argument_is_given(repository: Path, name: str, text: str, expected: tuple[str, int]) -> None:
    (repository / name).write_text(text)
    place = describe(repository / "Dockerfile").places["V"]
    assert place.source.path == str(repository / name)
    assert (place.text, place.start.line) == expected


def test_places_take_one_look_at_each_file(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    targets = {"a": {"args": {"N": "x"}}, **{f"b{number}": {"inherits": ["a"]} for number in range(50)}}
    (repository / "docker-bake.json").write_text(in_json(targets).replace('"N"', '"\\u004e"'))
    looked: list[str] = []

    def source(path: str, text: str) -> Source:
        looked.append(path)
        return Source(path, text)

    monkeypatch.setattr("lint_alpine.build_files.described.Source", source)
    found = describe(repository / "Dockerfile")
    assert (found.args, found.places) == ({"N": "x"}, {})
    assert looked == [str(repository / "docker-bake.json")]


def test_a_folder_is_resolved_once(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services = "".join(f"  a{number}:\n    build: .\n" for number in range(50))
    (repository / "compose.yaml").write_text(f"services:\n{services}")
    seen: list[str] = []

    def realpath(path: str | Path) -> str:
        seen.append(str(path))
        return resolve(path)

    resolve = os.path.realpath
    monkeypatch.setattr("os.path.realpath", realpath)
    assert describe(repository / "Dockerfile").context == repository
    assert len(seen) < 20


def test_the_path_of_the_file_is_told_as_that_of_the_dockerfile(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "compose.yaml").write_text(
        "services:\n  a:\n    build:\n      context: app\n      args:\n        V: a\n"
    )
    monkeypatch.chdir(repository / "app")
    assert describe(Path("Dockerfile")).places["V"].source.path == "../compose.yaml"
    monkeypatch.chdir(repository)
    assert describe(Path("app/Dockerfile")).places["V"].source.path == "compose.yaml"


@pytest.mark.parametrize(
    ("dockerfile", "related"),
    [
        ("ARG PY=3.13\nFROM python:${PY}-alpine\n", {"LA503": ["PY = "]}),
        ("ARG PY\nARG BASE=python:$PY-alpine\nFROM $BASE\n", {"LA503": ["PY = "]}),
        (
            "ARG PY\nFROM python:$PY-alpine\nRUN apk add x && pip install pandas==1.0.0\n",
            {"LA101": ["PY = "], "LA201": ["PY = "], "LA303": [], "LA304": [], "LA503": ["PY = "]},
        ),
        ("FROM python:3.8-alpine\nARG PY\n", {"LA503": []}),
        ("ARG PY=3.13\nARG BASE=python:3.8-alpine\nFROM ${BASE}\n", {"LA503": []}),
        (
            "FROM python:3.13-alpine\nARG VERSION\nRUN pip install --no-cache-dir duckdb==$VERSION\n",
            {"LA101": ["VERSION = "], "LA201": ["VERSION = "]},
        ),
    ],
)
def test_a_finding_tells_where_its_value_is_given(
    repository: Path, dockerfile: str, related: dict[str, list[str]]
) -> None:
    (repository / "Dockerfile").write_text(dockerfile)
    (repository / "docker-bake.hcl").write_text(
        'target "default" {\n  args = {\n    PY = "3.8"\n    VERSION = "1.4.0"\n  }\n}\n'
    )
    snapshot = Snapshot.shipped()
    result = lint_file(str(repository / "Dockerfile"), Settings(built_in(), Sources([snapshot], [snapshot])))
    assert isinstance(result, FileResult)
    found: dict[str, list[str]] = {}
    for each in result.diagnostics:
        if each.code in related:
            places = [other.span.text for other in each.related if other.span.source.path.endswith(".hcl")]
            found[each.code] = [text.partition('"')[0] for text in places]
    assert found == related
