"""Who is asked which files exist: one source or several in turn, each thing once a run."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

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


def _for_none(url: str) -> bool:  # noqa: ARG001
    return False


@dataclass
class Sources:
    """Answers from the first source that knows, and remembers them.

    `stands_for` tells whether what they say holds for an index URL that a linted file names: others are not asked.
    `for_uv` are the sources in its stead for uv, where it chooses among several indexes otherwise than pip.
    """

    wheels: Sequence[WheelSource]
    needs_of: Sequence[NeedsSource]
    sdists: Sequence[SdistSource] = ()
    stands_for: Callable[[str], bool] = _for_none
    for_uv: "Sources | None" = None
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
                missing = [name for name in missing if _is_open(self._offers[name])]
        return {name: self._offers.get(name) or Unavailable(name, "no index is asked") for name in names}

    def with_wheels(self, wheels: Sequence[WheelSource]) -> "Sources":
        """The same with other sources of what exists."""
        return replace(self, wheels=wheels, _offers={})

    def needs(self, wanted: Mapping[Release, tuple[Distribution, ...]]) -> Mapping[Release, Needs | Unavailable]:
        missing = {key: files for key, files in wanted.items() if key not in self._needs}
        for source in self.needs_of:
            asked = {key: files for key, files in missing.items() if not isinstance(self._needs.get(key), Needs)}
            if asked:
                answers = source.needs(asked)
                self._needs |= {
                    key: answer
                    for key, answer in answers.items()
                    if isinstance(answer, Needs) or key not in self._needs
                }
        return {key: self._needs.get(key) or Unavailable(key[0], "no index is asked") for key in wanted}

    def sdist_contents(self, files: Collection[Distribution]) -> Mapping[str, SdistContents | Unavailable]:
        missing = [file for file in files if file.filename not in self._contents]
        for source in self.sdists:
            asked = [file for file in missing if not isinstance(self._contents.get(file.filename), SdistContents)]
            if asked:
                self._contents |= source.sdist_contents(asked)
        nobody = {file.filename: Unavailable(file.name, "no index is asked") for file in files}
        return {name: self._contents.get(name, unknown) for name, unknown in nobody.items()}


def _is_open(answer: Offer | Unavailable) -> bool:
    """Whether another source may be asked: not about a project that the index does not have."""
    return isinstance(answer, Unavailable) and not answer.absent
