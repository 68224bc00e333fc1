"""Where pip's search ends before its time: at a source distribution for which what builds it cannot be installed."""

from packaging.version import Version

from lint_alpine.wheels.catalogue import Catalogue
from lint_alpine.wheels.evidence import SdistContents
from lint_alpine.wheels.metadata import MetadataError, read_requirements
from lint_alpine.wheels.wanted import Candidate, holds, wanted_by

# The first pip that ends there (pypa/pip issue 10655); before, it went on to an older release.
ENDS_AT_BUILDS = Version("22.0")
# How many source distributions of one project are read for it, and how large (bytes): none with a build file that is
# worth the wait has more.
MOST_READ = 3
LARGEST_READ = 16 * 1024 * 1024


class DeadEnds:
    """Knows at which candidates pip ends: to learn what a source distribution needs it has to prepare its build."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[Candidate, bool] = {}
        self._read: dict[str, int] = {}

    def __contains__(self, candidate: Candidate) -> bool:
        if candidate not in self._known:
            self._known[candidate] = self._is_dead_end(candidate)
        return self._known[candidate]

    def _is_dead_end(self, candidate: Candidate) -> bool:
        catalogue, file = self._catalogue, candidate.distribution
        if file is None or file.is_wheel or catalogue.sdists is None or not catalogue.target.pip_is(ENDS_AT_BUILDS):
            return False
        read = self._read[file.name] = self._read.get(file.name, 0) + 1
        if read > MOST_READ or (file.size or 0) > LARGEST_READ:
            return False
        contents = catalogue.sdists.sdist_contents((file,))[file.filename]
        if not isinstance(contents, SdistContents):
            return False
        try:
            requires = read_requirements(contents.requires)
        except MetadataError:
            return True
        # Most of it is needed at run time too, so it is known; nothing else is asked about.
        wanted = (part for each in requires if holds(each.marker, catalogue.markers) for part in wanted_by(each))
        return any(map(catalogue.lacks, wanted))
