"""Configuration files and flags -> Config."""

from pathlib import Path

import pytest

from lint_alpine.arguments import make_parser
from lint_alpine.config import Color, Config, ConfigError, FailOn, Format, given, load
from lint_alpine.diagnostic import Severity

TABLE = "[tool.lint-alpine]\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, at the root of a repository."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def fail(text: str, **flags: object) -> str:
    """The message about a configuration file with that text."""
    write(".lint-alpine.toml", text)
    with pytest.raises(ConfigError) as caught:
        load(Path(), flags)
    return str(caught.value)


def test_nothing_said() -> None:
    assert load(Path(), {}) == Config()
    assert Config().fail_on is FailOn.WARNING
    assert not Config().online


EVERYTHING = """
format = "sarif"
select = ["ALL"]
ignore = ["LA303", "floating-python-tag"]
severity = { LA101 = "error", LA4 = "off" }
fail-on = "never"
strict = true
fix = true
unsafe-fixes = true
diff = true
online = true
index-url = "https://index.example/simple"
extra-index-url = ["https://a.example", "https://b.example"]
platform = ["linux/amd64", "linux/arm/v7"]
build-arg = { VERSION = "3.12" }
context = "context"
target = "ships"
jobs = 2
color = "never"
{images}
"""
IMAGES = '[{0}images."registry.example/base:*"]\nlike = "python:3.12-alpine3.22"\n'
EXPECTED = Config(
    format=Format.SARIF,
    select=("ALL",),
    ignore=("LA303", "floating-python-tag"),
    severity={"LA101": Severity.ERROR, "LA4": Severity.OFF},
    fail_on=FailOn.NEVER,
    strict=True,
    fix=True,
    unsafe_fixes=True,
    diff=True,
    online=True,
    index_url="https://index.example/simple",
    extra_index_url=("https://a.example", "https://b.example"),
    platform=("linux/amd64", "linux/arm/v7"),
    build_arg={"VERSION": "3.12"},
    context=Path("sub/context"),
    target="ships",
    jobs=2,
    color=Color.NEVER,
    images={"registry.example/base:*": "python:3.12-alpine3.22"},
)


def test_every_key_in_both_files(here: Path) -> None:
    expected_context = here / "sub/context"
    write("sub/.lint-alpine.toml", EVERYTHING.replace("{images}", IMAGES.format("")))
    own = load(Path("sub/deeper"), {})
    assert own.context is not None
    assert own.context == expected_context
    assert own._replace(context=EXPECTED.context) == EXPECTED
    Path("sub/.lint-alpine.toml").unlink()
    write("sub/pyproject.toml", TABLE + EVERYTHING.replace("{images}", IMAGES.format("tool.lint-alpine.")))
    assert load(Path("sub"), {}) == own


def test_the_nearest_file_counts() -> None:
    write("pyproject.toml", TABLE + 'target = "far"\nstrict = true\n')
    write("a/pyproject.toml", TABLE + 'target = "near"\n')
    write("a/b/pyproject.toml", '[project]\nname = "without-our-table"\ndependencies = ["lint-alpine"]\n')
    assert load(Path("a/b/c"), {}) == Config(target="near")
    assert load(Path(), {}) == Config(target="far", strict=True)


def test_the_own_file_wins_over_pyproject_in_the_same_folder_only() -> None:
    write("a/.lint-alpine.toml", 'target = "own"\n')
    write("a/pyproject.toml", TABLE + 'target = "project"\n')
    write("a/b/pyproject.toml", TABLE + 'target = "nearer"\n')
    assert load(Path("a"), {}).target == "own"
    assert load(Path("a/b"), {}).target == "nearer"


def test_the_search_ends_at_the_root_of_the_repository(here: Path) -> None:
    write("a/.git", "gitdir: elsewhere\n")
    write(".lint-alpine.toml", 'target = "outside"\n')
    assert load(Path("a/b"), {}) == Config()
    assert load(Path(), {}).target == "outside"


def test_a_broken_pyproject_that_does_not_mention_us_is_not_ours_to_tell() -> None:
    write("pyproject.toml", "[tool\n")
    assert load(Path(), {}) == Config()
    write("pyproject.toml", "[tool.lint-alpine\n")
    with pytest.raises(ConfigError, match=r"^pyproject.toml is not valid TOML: .*line 1"):
        load(Path(), {})


def test_a_named_file_and_none_at_all() -> None:
    write(".lint-alpine.toml", 'target = "found"\n')
    write("other.toml", 'target = "named"\n')
    write("x/pyproject.toml", TABLE + 'target = "project"\n')
    assert load(Path(), {}, Path("other.toml")).target == "named"
    assert load(Path(), {}, Path("x/pyproject.toml")).target == "project"
    assert load(Path(), {}, isolated=True).target is None
    assert load(Path(), {"strict": True}, isolated=True) == Config(strict=True)


def test_a_named_file_must_be_there_and_ours() -> None:
    with pytest.raises(ConfigError, match=r"^none.toml: there is no such file$"):
        load(Path(), {}, Path("none.toml"))
    write("pyproject.toml", "[tool.other]\n")
    with pytest.raises(ConfigError, match=r"^pyproject.toml has no table `\[tool.lint-alpine\]`$"):
        load(Path(), {}, Path("pyproject.toml"))
    Path(".lint-alpine.toml").mkdir()
    with pytest.raises(ConfigError, match=r"^.lint-alpine.toml: it is a folder$"):
        load(Path(), {})


ERRORS = [
    ('selct = ["LA1"]', "unknown key `selct` in .lint-alpine.toml; did you mean `select`?"),
    ('fail_on = "error"', "unknown key `fail_on` in .lint-alpine.toml; did you mean `fail-on`?"),
    ("[tool.lint-alpine]", "unknown key `tool` in .lint-alpine.toml; did you mean `color`?"),
    ("isolated = true", "`isolated` in .lint-alpine.toml is an option of the command line only"),
    ('fail-on = "warn"', "`fail-on` in .lint-alpine.toml must be one of `error`, `warning`, `info`, `never`"),
    ("color = 1", "`color` in .lint-alpine.toml must be one of `auto`, `always`, `never`"),
    ('strict = "yes"', "`strict` in .lint-alpine.toml must be true or false"),
    ("strict = 1", "`strict` in .lint-alpine.toml must be true or false"),
    ("jobs = 0", "`jobs` in .lint-alpine.toml must be a whole number from 1"),
    ("jobs = true", "`jobs` in .lint-alpine.toml must be a whole number from 1"),
    ("jobs = 1.5", "`jobs` in .lint-alpine.toml must be a whole number from 1"),
    ("target = 3", "`target` in .lint-alpine.toml must be a string"),
    ("context = []", "`context` in .lint-alpine.toml must be a string"),
    ("select = 3", "`select` in .lint-alpine.toml must be a list of strings"),
    ("select = [3]", "`select` in .lint-alpine.toml must be a list of strings"),
    (
        'severity = { LA101 = "fatal" }',
        "`severity.LA101` in .lint-alpine.toml must be one of `error`, `warning`, `info`, `off`",
    ),
    ("severity = { LA101 = 1 }", "`severity.LA101` in .lint-alpine.toml must be a string"),
    ("severity = 1", "`severity` in .lint-alpine.toml must be a table of strings"),
    ("build-arg = { A = 1 }", "`build-arg.A` in .lint-alpine.toml must be a string"),
    ('build-arg = ["=x"]', "`build-arg` in .lint-alpine.toml must be NAME=VALUE"),
    ('platform = ["amd64"]', "`amd64` is no platform; one is written like `linux/arm64` or `linux/arm/v7`"),
    ('platform = "linux/"', "`linux/` is no platform; one is written like `linux/arm64` or `linux/arm/v7`"),
    ("online = true\noffline = true", "`online` in .lint-alpine.toml contradicts `offline`"),
    ("images = 1", "`images` in .lint-alpine.toml must be a table of tables"),
    (
        'images = { "b:*" = "x" }',
        '`images."b:*"` in .lint-alpine.toml must be a table such as `{ like = "python:3.12-alpine3.22" }`',
    ),
    ('[images."b:*"]\nlik = "x"', 'unknown key `images."b:*".lik` in .lint-alpine.toml; did you mean `like`?'),
    ('[images."b:*"]', '`images."b:*".like` in .lint-alpine.toml must be a string, the image that it is like'),
    (
        '[images."b:*"]\nlike = ["x"]',
        '`images."b:*".like` in .lint-alpine.toml must be a string, the image that it is like',
    ),
]


@pytest.mark.parametrize(("text", "message"), ERRORS)
def test_errors_name_the_key_the_file_and_what_is_allowed(text: str, message: str) -> None:
    assert fail(text) == message


def test_errors_of_flags_name_the_flag() -> None:
    assert fail("", jobs=0) == "`--jobs` must be a whole number from 1"
    assert fail("", severity=["LA101"]) == "`--severity LA101` must be one of `error`, `warning`, `info`, `off`"
    assert fail("", online=True, offline=True) == "`--online` contradicts `offline`"


def test_the_table_of_pyproject_must_be_one() -> None:
    write("pyproject.toml", "[tool]\nlint-alpine = 3\n")
    with pytest.raises(ConfigError, match=r"^`tool.lint-alpine` in pyproject.toml must be a table$"):
        load(Path(), {})


@pytest.mark.parametrize("data", [b"\xff", b"a = " + b"[" * 100_000, b"a = 1" + b"0" * 5_000, b"\0"])
def test_hostile_files_are_an_error(data: bytes) -> None:
    Path(".lint-alpine.toml").write_bytes(data)
    with pytest.raises(ConfigError, match=r"^.lint-alpine.toml is not valid TOML: "):
        load(Path(), {})


def test_a_byte_order_mark_is_no_error() -> None:
    Path(".lint-alpine.toml").write_bytes(b"\xef\xbb\xbfstrict = true\n")
    assert load(Path(), {}).strict


def test_flags_win() -> None:
    write(
        ".lint-alpine.toml",
        'select = ["LA1"]\nignore = ["LA101"]\nonline = true\nfail-on = "info"\ncontext = "x"\n'
        'severity = { LA1 = "info", LA2 = "info" }\nbuild-arg = ["A=1", "B=2"]\n',
    )
    flags = {
        "select": ["LA2,LA3", "LA4"],
        "offline": True,
        "fail-on": "error",
        "context": "y",
        "severity": ["LA2=error"],
        "build-arg": ["B=3", "C=4=5"],
    }
    assert load(Path(), flags) == Config(
        select=("LA2", "LA3", "LA4"),
        ignore=("LA101",),
        fail_on=FailOn.ERROR,
        context=Path("y"),
        severity={"LA1": Severity.INFO, "LA2": Severity.ERROR},
        build_arg={"A": "1", "B": "3", "C": "4=5"},
    )


ALL_OPTIONS = (
    "--format json --select A --ignore B --severity C=off --fail-on info --strict --fix --unsafe-fixes --diff --online"
    " --offline --index-url I --extra-index-url E --platform linux/arm64 --build-arg N=V --context C --target T"
    " --jobs 3 --color never --output O --stdin-filename S --config F --refresh --isolated -q"
)


def test_the_command_line_has_all_options_but_images() -> None:
    parse = make_parser().parse_args
    assert given(vars(parse(["check"]))) == {}
    found = given(vars(parse(["check", *ALL_OPTIONS.split()])))
    assert {name.replace("-", "_") for name in found} == {*Config._fields, "offline"} - {"images"}
    assert (found["unsafe-fixes"], found["select"], found["jobs"], found["target"]) == (True, ["A"], 3, "T")


def test_a_build_argument_without_value_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SET", "value")
    monkeypatch.delenv("UNSET", raising=False)
    assert load(Path(), {"build-arg": ["SET", "UNSET"]}).build_arg == {"SET": "value"}


@pytest.mark.parametrize("select", ['"LA1, LA2"', '["LA1", "LA2"]', '["LA1,LA2,"]'])
def test_words_may_be_written_with_commas(select: str) -> None:
    write(".lint-alpine.toml", f"select = {select}\n")
    assert load(Path(), {}).select == ("LA1", "LA2")


@pytest.mark.parametrize(
    ("fail_on", "severity", "expected"),
    [
        (FailOn.ERROR, Severity.WARNING, False),
        (FailOn.WARNING, Severity.WARNING, True),
        (FailOn.WARNING, Severity.ERROR, True),
        (FailOn.WARNING, Severity.INFO, False),
        (FailOn.INFO, Severity.INFO, True),
        (FailOn.NEVER, Severity.ERROR, False),
    ],
)
def test_fail_on(fail_on: FailOn, severity: Severity, expected: bool) -> None:
    assert fail_on.reached_by(severity) is expected
