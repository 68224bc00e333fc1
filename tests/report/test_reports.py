"""Every report format over the same findings: exact output, and what must hold for all of them."""

import json
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from lint_alpine import __version__
from lint_alpine.diagnostic import (
    ApkPackages,
    Applicability,
    Confidence,
    Diagnostic,
    Edit,
    Fix,
    Related,
    Severity,
)
from lint_alpine.environment import Environment, Libc
from lint_alpine.installs.dependency import Dependency
from lint_alpine.report import checkstyle, github, gitlab, gnu, junit, rdjson, sarif, text
from lint_alpine.report import json as json_report
from lint_alpine.report.report import Failure, Report, StageVerdict
from lint_alpine.source import Source, Span
from lint_alpine.wheels.evidence import Evidence, Origin
from lint_alpine.wheels.verdict import Alternative, Outcome, WheelVerdict

PAGES = {"LA101": sarif.RulePage("A requirement is compiled.", "# LA101 compiles-from-source\n\nWhy.\n")}
FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text.render,
    "gnu": gnu.render,
    "json": json_report.render,
    "sarif": lambda report: sarif.render(report, PAGES),
    "github": github.render,
    "gitlab": gitlab.render,
    "checkstyle": checkstyle.render,
    "junit": junit.render,
    "rdjson": rdjson.render,
}
JSON_FORMATS = ("json", "sarif", "gitlab", "rdjson")
XML_FORMATS = ("checkstyle", "junit")
RULES = "https://github.com/lint-alpine/lint-alpine/blob/main/rules"

DOCKERFILE = Source(
    "Dockerfile", "FROM python:3.8-alpine\nRUN \\\n\tpip install -r requirements.txt\nRUN apk add gcc && \\\n    make\n"
)
REQUIREMENTS = Source("requirements.txt", "flask\n# été\npandas==1.0.0\n")


def at(source: Source, words: str) -> Span:
    begin = source.text.index(words)
    return source.span(begin, begin + len(words))


def finding(span: Span, message: str = "a message", severity: Severity = Severity.WARNING) -> Diagnostic:
    return Diagnostic("LA101", "compiles-from-source", severity, Confidence.HIGH, message, span)


def report_of(*diagnostics: Diagnostic) -> Report:
    return Report(diagnostics, files=1)


VERDICT = WheelVerdict(
    dependency=Dependency(Requirement("pandas==1.0.0"), at(REQUIREMENTS, "pandas==1.0.0")),
    name="pandas",
    version="1.0.0",
    via=(),
    environment=Environment(
        "python:3.8-alpine", "alpine", "3.20", Libc("musl", (1, 2)), "x86_64", python="3.8", pip="23.0.1"
    ),
    outcome=Outcome.COMPILE,
    file="pandas-1.0.0.tar.gz",
    reason="no wheel for musl",
    evidence=Evidence(Origin.SNAPSHOT, "2026-11-20", "5,000 projects"),
    alternative=Alternative("python:3.8-slim", Outcome.WHEEL, "pandas-1.0.0-cp38-cp38-manylinux1_x86_64.whl", "1.0.0"),
    packages=ApkPackages(("build-base",), ("libstdc++",)),
)
REPORT = Report(
    diagnostics=(
        Diagnostic(
            "LA301",
            "single-stage-build",
            Severity.INFO,
            Confidence.HIGH,
            "100%: a, b",
            at(DOCKERFILE, "apk add gcc && \\\n"),
        ),
        Diagnostic(
            code="LA101",
            rule="compiles-from-source",
            severity=Severity.WARNING,
            confidence=Confidence.MEDIUM,
            message="pip compiles `pandas==1.0.0` from source",
            span=at(REQUIREMENTS, "pandas==1.0.0"),
            help=("take slim:\n\nFROM python:3.8-slim",),
            evidence="5,000 projects, 2026-11-20",
            stage="builder",
            related=(Related(at(DOCKERFILE, "pip install -r requirements.txt"), "installed here"),),
            requirement="pandas==1.0.0",
            alternative="python:3.8-slim",
            packages=ApkPackages(("build-base",)),
            fix=Fix("Use 1.5.3", (Edit(at(REQUIREMENTS, "1.0.0"), "1.5.3"),), Applicability.SAFE),
        ),
        Diagnostic("LA202", "missing-headers", Severity.ERROR, Confidence.HIGH, "no é", at(REQUIREMENTS, "é\n")),
    ),
    verdicts=(StageVerdict("Dockerfile", "builder", VERDICT),),
    files=1,
    ignored=2,
    failures=(Failure("missing/Dockerfile", "there is no such file"),),
)

TEXTS = {
    "text": """\
Dockerfile:4:5: info LA301 100%: a, b
    RUN apk add gcc && \\
        ^^^^^^^^^^^^^^^^

requirements.txt:3:1: warning LA101 pip compiles `pandas==1.0.0` from source
    pandas==1.0.0
    ^^^^^^^^^^^^^
    evidence: 5,000 projects, 2026-11-20 (medium confidence)
    help: take slim:

          FROM python:3.8-slim
    note: Dockerfile:3:2: installed here

requirements.txt:2:5: error LA202 no é
    # été
        ^

Found 1 error, 1 warning, 1 info in 2 files. 1 can be fixed with `--fix`.
""",
    "gnu": """\
Dockerfile:4:5: info: 100%: a, b [LA301]
requirements.txt:3:1: warning: pip compiles `pandas==1.0.0` from source [LA101]
requirements.txt:2:5: error: no é [LA202]
""",
    "github": """\
::notice file=Dockerfile,line=4,endLine=5,title=LA301 single-stage-build::100%25: a, b
::warning file=requirements.txt,line=3,endLine=3,col=1,endColumn=14,title=LA101 compiles-from-source::\
pip compiles `pandas==1.0.0` from source%0Ahelp: take slim:%0A%0AFROM python:3.8-slim
::error file=requirements.txt,line=2,endLine=3,title=LA202 missing-headers::no é
""",
    "checkstyle": """\
<?xml version="1.0" encoding="UTF-8"?>
<checkstyle version="4.3">
  <file name="Dockerfile">
    <error line="4" column="5" severity="info" message="100%: a, b" source="lint-alpine.LA301" />
  </file>
  <file name="requirements.txt">
    <error line="3" column="1" severity="warning" message="pip compiles `pandas==1.0.0` from source"\
 source="lint-alpine.LA101" />
    <error line="2" column="5" severity="error" message="no &#233;" source="lint-alpine.LA202" />
  </file>
</checkstyle>
""",
    "junit": """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="lint-alpine" tests="4" failures="2" errors="1">
  <testsuite name="Dockerfile" tests="1" failures="0" errors="0">
    <testcase name="LA301 single-stage-build 4:5" classname="Dockerfile" file="Dockerfile" line="4">
      <system-out>Dockerfile:4:5: 100%: a, b</system-out>
    </testcase>
  </testsuite>
  <testsuite name="requirements.txt" tests="2" failures="2" errors="0">
    <testcase name="LA101 compiles-from-source 3:1" classname="requirements.txt" file="requirements.txt" line="3">
      <failure type="warning" message="pip compiles `pandas==1.0.0` from source">requirements.txt:3:1: \
pip compiles `pandas==1.0.0` from source
help: take slim:

FROM python:3.8-slim</failure>
    </testcase>
    <testcase name="LA202 missing-headers 2:5" classname="requirements.txt" file="requirements.txt" line="2">
      <failure type="error" message="no &#233;">requirements.txt:2:5: no &#233;</failure>
    </testcase>
  </testsuite>
  <testsuite name="could not run" tests="1" failures="0" errors="1">
    <testcase name="missing/Dockerfile" classname="missing/Dockerfile" file="missing/Dockerfile">
      <error type="failure" message="there is no such file" />
    </testcase>
  </testsuite>
</testsuites>
""",
}


@pytest.mark.parametrize("name", TEXTS)
def test_exact_text(name: str) -> None:
    assert FORMATS[name](REPORT) == TEXTS[name]


def span(line: int, column: int, end_line: int, end_column: int) -> object:
    return {"start": {"line": line, "column": column}, "end": {"line": end_line, "column": end_column}}


JSON_DOCUMENT = {
    "schema_version": 1,
    "tool": {"name": "lint-alpine", "version": __version__},
    "diagnostics": [
        {
            "path": "Dockerfile",
            "span": span(4, 5, 5, 1),
            "code": "LA301",
            "rule": "single-stage-build",
            "severity": "info",
            "confidence": "high",
            "message": "100%: a, b",
            "help": [],
            "url": f"{RULES}/single_stage_build/README.md",
            "stage": None,
            "related": [],
            "requirement": None,
            "alternative": None,
            "packages": None,
            "fix": None,
        },
        {
            "path": "requirements.txt",
            "span": span(3, 1, 3, 14),
            "code": "LA101",
            "rule": "compiles-from-source",
            "severity": "warning",
            "confidence": "medium",
            "message": "pip compiles `pandas==1.0.0` from source",
            "help": ["take slim:\n\nFROM python:3.8-slim"],
            "url": f"{RULES}/compiles_from_source/README.md",
            "stage": "builder",
            "related": [{"path": "Dockerfile", "span": span(3, 2, 3, 33), "message": "installed here"}],
            "requirement": "pandas==1.0.0",
            "alternative": "python:3.8-slim",
            "packages": {"build": ["build-base"], "runtime": []},
            "fix": {
                "title": "Use 1.5.3",
                "applicability": "safe",
                "edits": [{"path": "requirements.txt", "span": span(3, 9, 3, 14), "replacement": "1.5.3"}],
            },
        },
        {
            "path": "requirements.txt",
            "span": span(2, 5, 3, 1),
            "code": "LA202",
            "rule": "missing-headers",
            "severity": "error",
            "confidence": "high",
            "message": "no é",
            "help": [],
            "url": f"{RULES}/missing_headers/README.md",
            "stage": None,
            "related": [],
            "requirement": None,
            "alternative": None,
            "packages": None,
            "fix": None,
        },
    ],
    "verdicts": [
        {
            "path": "requirements.txt",
            "line": 3,
            "stage": "builder",
            "dockerfile": "Dockerfile",
            "requirement": "pandas==1.0.0",
            "name": "pandas",
            "version": "1.0.0",
            "via": [],
            "environment": {
                "image": "python:3.8-alpine",
                "distro": "alpine",
                "release": "3.20",
                "python": "3.8",
                "implementation": "cpython",
                "libc": "musl",
                "libc_version": "1.2",
                "arch": "x86_64",
                "python_full_version": None,
            },
            "outcome": "compile",
            "file": "pandas-1.0.0.tar.gz",
            "reason": "no wheel for musl",
            "evidence": {"origin": "snapshot", "as_of": "2026-11-20", "detail": "5,000 projects"},
            "alternative": {
                "image": "python:3.8-slim",
                "outcome": "wheel",
                "file": "pandas-1.0.0-cp38-cp38-manylinux1_x86_64.whl",
            },
            "packages": {"build": ["build-base"], "runtime": ["libstdc++"]},
        }
    ],
    "summary": {
        "files": 1,
        "diagnostics": {"error": 1, "warning": 1, "info": 1},
        "ignored": 2,
        "verdicts": {"wheel": 0, "pure-build": 0, "compile": 1, "unavailable": 0, "unknown": 0},
    },
}


def test_json_has_the_keys_of_the_contract_in_their_order() -> None:
    # Compared as text: dictionaries are equal in any order.
    assert json_report.render(REPORT) == json.dumps(JSON_DOCUMENT, indent=2) + "\n"


@pytest.mark.parametrize(("as_of", "told"), [("2026-11-20", "2026-11-20"), ("", None)])
def test_a_lock_file_is_of_no_day(as_of: str, told: str | None) -> None:
    verdict = VERDICT._replace(evidence=Evidence(Origin.LOCKFILE, as_of, "uv.lock"))
    report = Report(verdicts=(StageVerdict("Dockerfile", "0", verdict),))
    (found,) = json.loads(json_report.render(report))["verdicts"]
    assert found["evidence"] == {"origin": "lockfile", "as_of": told, "detail": "uv.lock"}


def test_gitlab() -> None:
    issues = json.loads(gitlab.render(REPORT))
    assert issues[1] | {"fingerprint": ""} == {
        "type": "issue",
        "check_name": "LA101",
        "description": "pip compiles `pandas==1.0.0` from source",
        "categories": ["Compatibility"],
        "fingerprint": "",
        "severity": "minor",
        "location": {"path": "requirements.txt", "lines": {"begin": 3, "end": 3}},
    }
    assert [issue["severity"] for issue in issues] == ["info", "minor", "major"]


def test_fingerprints_survive_moved_lines_and_are_never_shared() -> None:
    def fingerprints(source: Source, *messages: str) -> list[str]:
        issues = json.loads(gitlab.render(report_of(*(finding(at(source, "RUN a"), text) for text in messages))))
        return [issue["fingerprint"] for issue in issues]

    before = fingerprints(Source("Dockerfile", "FROM x\nRUN a\n"), "m", "m", "other")
    assert fingerprints(Source("Dockerfile", "FROM x\n\n\nRUN a\n"), "m", "m", "other") == before
    assert len({*before, *fingerprints(Source("other/Dockerfile", "RUN a\n"), "m", "m", "other")}) == 6


def test_rdjson_counts_bytes() -> None:
    assert json.loads(rdjson.render(REPORT)) == {
        "source": {"name": "lint-alpine", "url": "https://github.com/lint-alpine/lint-alpine"},
        "diagnostics": [
            {
                "message": "100%: a, b",
                "location": {"path": "Dockerfile", "range": span(4, 5, 5, 1)},
                "severity": "INFO",
                "code": {"value": "LA301", "url": f"{RULES}/single_stage_build/README.md"},
            },
            {
                "message": "pip compiles `pandas==1.0.0` from source\nhelp: take slim:\n\nFROM python:3.8-slim",
                "location": {"path": "requirements.txt", "range": span(3, 1, 3, 14)},
                "severity": "WARNING",
                "code": {"value": "LA101", "url": f"{RULES}/compiles_from_source/README.md"},
                "suggestions": [{"range": span(3, 9, 3, 14), "text": "1.5.3"}],
            },
            {
                "message": "no é",
                "location": {"path": "requirements.txt", "range": span(2, 6, 3, 1)},
                "severity": "ERROR",
                "code": {"value": "LA202", "url": f"{RULES}/missing_headers/README.md"},
            },
        ],
    }


def test_rdjson_counts_a_byte_that_is_no_utf_8_as_one() -> None:
    document = json.loads(rdjson.render(report_of(finding(at(Source("Dockerfile", "\udcff\udcfe x"), "x")))))
    assert document["diagnostics"][0]["location"]["range"] == span(1, 4, 1, 5)


def test_sarif() -> None:
    document = json.loads(sarif.render(REPORT, PAGES))
    (run,) = document["runs"]
    assert document["version"] == "2.1.0"
    assert run["columnKind"] == "unicodeCodePoints"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["LA101", "LA202", "LA301"]
    assert run["tool"]["driver"]["rules"][0] == {
        "id": "LA101",
        "name": "compiles-from-source",
        "helpUri": f"{RULES}/compiles_from_source/README.md",
        "shortDescription": {"text": "A requirement is compiled."},
        "help": {"text": PAGES["LA101"].page, "markdown": PAGES["LA101"].page},
    }
    assert run["invocations"] == [
        {
            "executionSuccessful": False,
            "toolExecutionNotifications": [
                {"level": "error", "message": {"text": "missing/Dockerfile: there is no such file"}}
            ],
        }
    ]
    requirement = {"uri": "requirements.txt", "uriBaseId": "%SRCROOT%"}
    region = {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 14}
    assert [result["level"] for result in run["results"]] == ["note", "warning", "error"]
    assert run["results"][1] == {
        "ruleId": "LA101",
        "ruleIndex": 0,
        "level": "warning",
        "message": {"text": "pip compiles `pandas==1.0.0` from source\nhelp: take slim:\n\nFROM python:3.8-slim"},
        "locations": [{"physicalLocation": {"artifactLocation": requirement, "region": region}}],
        "partialFingerprints": run["results"][1]["partialFingerprints"],
        "properties": {"confidence": "medium"},
        "relatedLocations": [
            {
                "id": 0,
                "physicalLocation": {
                    "artifactLocation": {"uri": "Dockerfile", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3, "startColumn": 2, "endLine": 3, "endColumn": 33},
                },
                "message": {"text": "installed here"},
            }
        ],
        "fixes": [
            {
                "description": {"text": "Use 1.5.3"},
                "artifactChanges": [
                    {
                        "artifactLocation": requirement,
                        "replacements": [
                            {"deletedRegion": region | {"startColumn": 9}, "insertedContent": {"text": "1.5.3"}}
                        ],
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a folder/Dockerfile", {"uri": "a%20folder/Dockerfile", "uriBaseId": "%SRCROOT%"}),
        ("a:b/Dockerfile", {"uri": "a%3Ab/Dockerfile", "uriBaseId": "%SRCROOT%"}),
        ("\udcff/Dockerfile", {"uri": "%FF/Dockerfile", "uriBaseId": "%SRCROOT%"}),
        ("/srv/é/Dockerfile", {"uri": "file:///srv/%C3%A9/Dockerfile"}),
        ("C:/x/Dockerfile", {"uri": "file:///C:/x/Dockerfile"}),
    ],
)
def test_sarif_locations_are_uris(path: str, uri: dict[str, str]) -> None:
    document = json.loads(sarif.render(report_of(finding(Source(path, "x").span(0, 1))), {}))
    assert document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == uri


@pytest.mark.parametrize("applicability", [Applicability.UNSAFE, Applicability.DISPLAY])
def test_what_is_only_displayed_is_no_machine_readable_fix(applicability: Applicability) -> None:
    edited = at(DOCKERFILE, "gcc")
    fix = Fix("t", (Edit(edited, "build-base"),), applicability)
    report = report_of(Diagnostic("LA1", "n", Severity.ERROR, Confidence.HIGH, "m", edited, fix=fix))
    offered = applicability is Applicability.UNSAFE
    assert ("suggestions" in json.loads(rdjson.render(report))["diagnostics"][0]) is offered
    assert ("fixes" in json.loads(sarif.render(report, {}))["runs"][0]["results"][0]) is offered
    assert "--fix" not in text.render(report)


def test_a_fix_elsewhere_or_of_several_edits_is_no_suggestion() -> None:
    for edits in ((at(REQUIREMENTS, "flask"),), (at(DOCKERFILE, "gcc"), at(DOCKERFILE, "make"))):
        fix = Fix("t", tuple(Edit(place, "") for place in edits), Applicability.SAFE)
        found = Diagnostic("LA1", "n", Severity.ERROR, Confidence.HIGH, "m", at(DOCKERFILE, "gcc"), fix=fix)
        assert "suggestions" not in rdjson.render(report_of(found))


EMPTY = {
    "text": "",
    "gnu": "",
    "github": "",
    "gitlab": "[]\n",
    "checkstyle": '<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3" />\n',
}


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_found(name: str) -> None:
    output = FORMATS[name](Report(files=3))
    assert output == EMPTY.get(name, output)
    if name in JSON_FORMATS:
        json.loads(output)
    if name in XML_FORMATS:
        ElementTree.fromstring(output.encode())


def test_junit_without_findings_has_a_passed_test() -> None:
    root = ElementTree.fromstring(junit.render(Report(files=3)))
    assert (root.get("tests"), root.get("failures"), len(list(root.iter("testcase")))) == ("1", "0", 1)


HOSTILE = Source(
    "Docker\x1b]0;x\x07file\udcff", 'RUN a\x9b31m \x1b[2J\u202egpj ]]>&<" \udc80 \ufffe \u2028 ::set-env\r\n'
)
SAFE_TO_PRINT = "\n"


@pytest.mark.parametrize("name", FORMATS)
def test_a_hostile_file_commands_no_terminal_and_breaks_no_document(name: str) -> None:
    message = HOSTILE.text + "\n::error::x,%0A ]]>\n"
    found = Diagnostic(
        "LA101",
        "compiles-from-source",
        Severity.ERROR,
        Confidence.LOW,
        message,
        HOSTILE.span(0, len(HOSTILE.text) - 2),
        help=(message,),
        evidence=message,
        stage=message,
        related=(Related(HOSTILE.span(4, 9), message),),
        fix=Fix(message, (Edit(HOSTILE.span(0, 3), message),), Applicability.SAFE),
    )
    output = FORMATS[name](Report((found,), files=1, failures=(Failure(HOSTILE.path, message),)))
    output.encode("utf-8")
    assert not {character for character in output if not character.isprintable()} - set(SAFE_TO_PRINT)
    if name in JSON_FORMATS:
        assert "\\\\xff" in output or name == "sarif"
        json.loads(output)
    if name in XML_FORMATS:
        ElementTree.fromstring(output.encode())
    if name == "gnu":
        assert output.count("\n") == 1
    if name == "github":
        assert output.count("\n") == 1
        assert output.startswith("::error file=Docker\\x1b]0;x\\x07file\\xff,line=1")


EXCERPTS = [
    pytest.param("RUN\tpip install x\n", "pip", "RUN    pip install x", "       ^^^", id="tab"),
    pytest.param("RUN \tx\ty\n", "x\ty", "RUN     x    y", "        ^^^^^^", id="tab in the span"),
    pytest.param("# 漢字 x\n", "x", "# 漢字 x", "       ^", id="wide characters"),
    pytest.param("# 漢字 x\n", "字", "# 漢字 x", "    ^^", id="wide span"),
    pytest.param("# e\u0301 x\n", "x", "# e\u0301 x", "    ^", id="combining character"),
    pytest.param("a\x1bb c\n", "c", "a\\x1bb c", "       ^", id="escape before"),
    pytest.param("ab \udcff d\n", "\udcff d", "ab \\xff d", "   ^^^^^^", id="byte that is no UTF-8"),
    pytest.param("RUN x\r\n", "x", "RUN x", "    ^", id="carriage return"),
    pytest.param("RUN a \\\n b\nEND", "a \\\n b", "RUN a \\", "    ^^^", id="several lines"),
    pytest.param("RUN a  \nb", "a  \nb", "RUN a", "    ^^^", id="blanks at the end"),
    pytest.param("FROM x", "", "FROM x", "^", id="empty span"),
    pytest.param("x" * 116, "x" * 116, "x" * 116, "^" * 116, id="just fits"),
    pytest.param("x" * 200, "x", "x" * 114 + "…", "^", id="long line, span at its start"),
    pytest.param("x" * 199 + "y", "y", "…" + "x" * 113 + "y", " " * 114 + "^", id="long line, span at its end"),
    pytest.param(
        "a" * 500 + "b" * 10 + "c" * 500,
        "b" * 10,
        "…" + "a" * 52 + "b" * 10 + "c" * 52 + "…",
        " " * 53 + "^" * 10,
        id="long line, span inside",
    ),
    pytest.param("a" * 50 + "b" * 500, "b" * 500, "…" + "b" * 114 + "…", " " + "^" * 114, id="span that does not fit"),
]


@pytest.mark.parametrize(("content", "words", "line", "carets"), EXCERPTS)
def test_excerpt(content: str, words: str, line: str, carets: str) -> None:
    found = finding(at(Source("Dockerfile", content), words))
    assert text.finding(found).split("\n")[1:] == [f"    {line}", f"    {carets}"]


@pytest.mark.parametrize("content", ["", "\n\n", " \t\nx"])
def test_a_blank_line_is_not_shown(content: str) -> None:
    found = finding(Source("Dockerfile", content).start)
    assert text.finding(found) == "Dockerfile:1:1: warning LA101 a message"


def test_one_of_each_is_singular() -> None:
    both = finding(at(DOCKERFILE, "gcc")), finding(at(DOCKERFILE, "make"))
    assert text.render(report_of(both[0])).endswith("\n\nFound 1 warning in 1 file.\n")
    assert text.render(report_of(*both)).endswith("\n\nFound 2 warnings in 1 file.\n")


def test_one_cure_of_many_is_told_once_a_file_and_stage() -> None:
    many = [
        finding(at(DOCKERFILE, words), words)._replace(help=(f"cure of {words}",), evidence="e", stage=stage, cure=cure)
        for words, stage, cure in (
            ("gcc", None, "slim"),
            ("make", None, "slim"),
            ("pip", None, "slim"),
            ("apk", "b", "slim"),
            ("add", None, "pip"),
            ("install", None, None),
            ("RUN", None, None),
        )
    ]
    report = report_of(*many, many[0]._replace(code="LA104"), many[1])
    headlines = [line for line in text.render(report).split("\n") if line.startswith("Dockerfile")]
    helps = [line.rpartition(" ")[2] for line in text.render(report).split("\n") if "help:" in line]
    assert len(headlines) == 9
    assert helps == ["gcc", "apk", "add", "install", "RUN", "gcc"]
    expected = """\
Dockerfile:4:13: warning LA101 gcc
    RUN apk add gcc && \\
                ^^^
    evidence: e
    help: cure of gcc

Dockerfile:5:5: warning LA101 make
Dockerfile:3:2: warning LA101 pip

Dockerfile:4:5: warning LA101 apk
    RUN apk add gcc && \\
        ^^^
    evidence: e
    help: cure of apk

Found 4 warnings in 1 file.
"""
    assert text.render(report_of(*many[:4])) == expected
    for name in ("json", "sarif", "github", "rdjson"):
        assert FORMATS[name](report_of(*many[:2])).count("cure of") == 2, name


def test_color_only_when_asked() -> None:
    plain, colored = text.render(REPORT), text.render(REPORT, color=True)
    assert "\x1b" not in plain
    assert "\x1b[1;31merror\x1b[0m" in colored
    assert "    \x1b[1;33m^^^^^^^^^^^^^\x1b[0m" in colored
    import re

    assert re.sub("\x1b\\[[0-9;]*m", "", colored) == plain


def test_a_very_long_line_costs_nothing() -> None:
    source = Source("Dockerfile", "RUN " + "x " * 2_000_000)
    lines = text.finding(finding(source.span(1_000_000, 3_000_000))).split("\n")
    assert max(map(len, lines)) <= 120


hostile_text = st.text(
    alphabet=st.one_of(st.sampled_from("a \t\r\n\x1b\x9b\udcff漢e\u0301…"), st.characters(exclude_categories=[])),
    max_size=300,
)


@settings(max_examples=200, deadline=None)
@given(content=hostile_text, message=hostile_text, begin=st.integers(0, 300), length=st.integers(0, 300))
def test_any_text_at_any_place_is_reported(content: str, message: str, begin: int, length: int) -> None:
    source = Source("Dockerfile", content)
    begin = min(begin, len(content))
    report = report_of(finding(source.span(begin, min(begin + length, len(content))), message))
    for name, render in FORMATS.items():
        output = render(report)
        output.encode("utf-8")
        assert output.endswith("\n")
        assert "\x1b" not in output
        assert "\x9b" not in output
        if name in JSON_FORMATS:
            json.loads(output)
        if name in XML_FORMATS:
            ElementTree.fromstring(output.encode())
