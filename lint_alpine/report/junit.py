"""The report as JUnit's XML: a finding is a failed test, a file that could not be checked is a test with an error."""

from itertools import groupby
from typing import TYPE_CHECKING

from lint_alpine.diagnostic import Diagnostic, Severity
from lint_alpine.report.characters import visible, visible_lines
from lint_alpine.report.document import xml_text
from lint_alpine.report.report import Failure, Report

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def render(report: Report) -> str:
    """Information is a passed test with output. Without findings there is one passed test: servers refuse a report
    without any."""
    from xml.etree.ElementTree import Element, SubElement

    root = Element("testsuites", name="lint-alpine")
    for path, diagnostics in groupby(report.diagnostics, key=lambda found: found.span.source.path):
        suite = SubElement(root, "testsuite", name=visible(path))
        for found in diagnostics:
            _add_finding(suite, found)
    if report.failures:
        suite = SubElement(root, "testsuite", name="could not run")
        for failure in report.failures:
            _add_failure(suite, failure)
    if not len(root):
        SubElement(SubElement(root, "testsuite", name="lint-alpine"), "testcase", name="no findings", classname="all")
    for suite in (*root, root):
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            suite.set(name, str(sum(1 for _ in suite.iter(tag))))
    return xml_text(root)


def _add_finding(suite: "Element", found: Diagnostic) -> None:
    from xml.etree.ElementTree import SubElement

    path, start = visible(found.span.source.path), found.span.start
    name = f"{found.code} {found.rule} {start.line}:{start.column}"
    case = SubElement(suite, "testcase", name=name, classname=path, file=path, line=str(start.line))
    texts = [f"{found.span.source.path}:{start.line}:{start.column}: {found.message}"]
    texts += [f"help: {text}" for text in found.help]
    text = "\n".join(line for text in texts for line in visible_lines(text))
    if found.severity is Severity.INFO:
        SubElement(case, "system-out").text = text
    else:
        SubElement(case, "failure", type=found.severity, message=visible(found.message)).text = text


def _add_failure(suite: "Element", failure: Failure) -> None:
    from xml.etree.ElementTree import SubElement

    path = visible(failure.path)
    case = SubElement(suite, "testcase", name=path, classname=path, file=path)
    SubElement(case, "error", type="failure", message=visible(failure.message))
