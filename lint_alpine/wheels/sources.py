"""Who is asked which files exist: one source or several in turn, each thing once a run."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.version import Version

from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.evidence import (
    Needs,
    NeedsSource,
    Offer,
    SdistContents,
    SdistSource,
    Unavailable,
    WheelSource,
)

Release = tuple[str, Version]


@dataclass
class Sources:
    """Answers from the first source that knows, and remembers them.

    `asked` are the index URLs that these sources stand for: what a linted file names beyond them is not asked.
    """

    wheels: Sequence[WheelSource]
    needs_of: Sequence[NeedsSource]
    asked: frozenset[str] = frozenset()
    sdists: Sequence[SdistSource] = ()
    _offers: dict[str, Offer | Unavailable] = field(default_factory=dict)
    _needs: dict[Release, Needs | Unavailable] = field(default_factory=dict)
    _contents: dict[str, SdistContents | Unavailable] = field(default_factory=dict)

    def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]:
        missing = [name for name in names if name not in self._offers]
        for source in self.wheels:
            if missing:
                answers = source.offers(missing)
                # Where no source knows a project, what the first one said is what people can act on.
                self._offers |= {
                    name: answer
                    for name, answer in answers.items()
                    if isinstance(answer, Offer) or name not in self._offers
                }
                missing = [name for name in missing if not isinstance(self._offers[name], Offer)]
        return {name: self._offers.get(name) or Unavailable(name, "no index is asked") for name in names}

    def needs(self, wanted: Mapping[Release, tuple[Distribution, ...]]) -> Mapping[Release, Needs | Unavailable]:
        missing = {key: files for key, files in wanted.items() if key not in self._needs}
        for source in self.needs_of:
            asked = {key: files for key, files in missing.items() if not isinstance(self._needs.get(key), Needs)}
            if asked:
                self._needs |= source.needs(asked)
        return {key: self._needs.get(key) or Unavailable(key[0], "no index is asked") for key in wanted}

    def sdist_contents(self, files: Collection[Distribution]) -> Mapping[str, SdistContents | Unavailable]:
        missing = [file for file in files if file.filename not in self._contents]
        for source in self.sdists:
            asked = [file for file in missing if not isinstance(self._contents.get(file.filename), SdistContents)]
            if asked:
                self._contents |= source.sdist_contents(asked)
        nobody = {file.filename: Unavailable(file.name, "no index is asked") for file in files}
        return {name: self._contents.get(name, unknown) for name, unknown in nobody.items()}
