"""The report as Checkstyle's XML, which many servers read."""

from itertools import groupby

from lint_alpine.report.characters import visible
from lint_alpine.report.document import xml_text
from lint_alpine.report.report import Report


def render(report: Report) -> str:
    from xml.etree.ElementTree import Element, SubElement

    # The schema's version, which readers expect; not ours.
    root = Element("checkstyle", version="4.3")
    for path, diagnostics in groupby(report.diagnostics, key=lambda found: found.span.source.path):
        file = SubElement(root, "file", name=visible(path))
        for found in diagnostics:
            start = found.span.start
            SubElement(
                file,
                "error",
                line=str(start.line),
                column=str(start.column),
                severity=found.severity,
                message=visible(found.message),
                source=f"lint-alpine.{found.code}",
            )
    return xml_text(root)
