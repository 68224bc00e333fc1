"""The report with one line a finding, as compilers write it."""

from lint_alpine.report.characters import visible
from lint_alpine.report.report import Report


def render(report: Report) -> str:
    lines = []
    for found in report.diagnostics:
        start = found.span.start
        place = f"{visible(found.span.source.path)}:{start.line}:{start.column}"
        lines.append(f"{place}: {found.severity}: {visible(found.message)} [{found.code}]\n")
    return "".join(lines)
