"""What the installs of one Dockerfile are read from, and how much of it is read."""

from dataclasses import dataclass, field

from lint_alpine.context import Missing
from lint_alpine.installs.dependency import Requirements
from lint_alpine.installs.install import Files
from lint_alpine.source import Source

# Characters, of which all that is below is counted to be some: reading them takes seconds. The largest lock files in
# use have 10 million, and two commands may install from one.
MOST = 32_000_000
_OF_A_LINE = 60
_OF_A_REQUIREMENT = 500


@dataclass(slots=True)
class Reading:
    """The files that were read, by path, and what is left of the characters that may be, also if they are the same."""

    sources: dict[str, Source] = field(default_factory=dict)
    left: int = field(default_factory=lambda: MOST)

    def read(self, files: Files, path: str) -> Source | Requirements | Missing:
        if self.left <= 0:
            return Missing("too much is installed from files before it", expected=True)
        found = files.read(path)
        if isinstance(found, Source):
            self.sources[found.path] = found
            self.left -= len(found.text) + _OF_A_LINE * found.text.count("\n")
        return found

    def count(self, found: Requirements) -> None:
        """What a command asks for is judged, one by one."""
        self.left -= _OF_A_REQUIREMENT * sum(map(len, (found.dependencies, found.constraints, found.unreadable)))
