"""The report as workflow commands, which GitHub Actions shows beside the lines."""

from lint_alpine.diagnostic import Diagnostic, Severity
from lint_alpine.report.characters import visible, visible_lines
from lint_alpine.report.report import Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> str:
    return "".join(_command(found) for found in report.diagnostics)


def _command(found: Diagnostic) -> str:
    start, stop = found.span.start, found.span.stop
    properties = {"file": visible(found.span.source.path), "line": str(start.line), "endLine": str(stop.line)}
    if start.line == stop.line:
        # GitHub takes columns only where both ends are on one line.
        properties |= {"col": str(start.column), "endColumn": str(stop.column)}
    properties["title"] = f"{found.code} {found.rule}"
    texts = [found.message, *(f"help: {text}" for text in found.help)]
    message = "\n".join(line for text in texts for line in visible_lines(text))
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[found.severity]} {listed}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
