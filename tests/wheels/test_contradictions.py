"""Builds that must fail for what they ask for: contradictions, and hashes that are required and missing."""

from collections.abc import Collection, Mapping

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from lint_alpine.environment import Environment, Libc
from lint_alpine.examples import ExampleIndex
from lint_alpine.installs.dependency import Dependency, FileChoice, Installer, Requirements
from lint_alpine.source import Source
from lint_alpine.wheels.closure import resolve
from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.evidence import Evidence, Needs, Offer, Origin, Unavailable
from lint_alpine.wheels.judge import judge
from lint_alpine.wheels.sources import Sources
from lint_alpine.wheels.verdict import WheelVerdict

NOWHERE = Source("requirements.txt", "").start
HASH = frozenset({("sha256", "0" * 64)})
INDEX = """
zz-1.0-py3-none-any.whl
zz-2.0-py3-none-any.whl
bt-1.0-py3-none-any.whl
bt-2.0-py3-none-any.whl
bt 1.0 needs zz>=1
bt 2.0 needs zz>=2
st-1.0.tar.gz
st-2.0-py3-none-any.whl
st 2.0 needs zz>=2
ex-1.0-py3-none-any.whl
ex 1.0 needs zz; extra == "x"
"""


class Index(ExampleIndex):
    """One whose releases provide the extra `x`, and whose source distributions do not tell what they need."""

    def needs(
        self, wanted: Mapping[tuple[str, Version], tuple[Distribution, ...]]
    ) -> Mapping[tuple[str, Version], Needs | Unavailable]:
        return {
            key: each._replace(extras=frozenset({"x"}))
            if isinstance(each, Needs) and wanted[key][0].is_wheel
            else Unavailable(key[0], "it is not built here")
            for key, each in super().needs(wanted).items()
        }


def image(pip: str | None) -> Environment:
    return Environment("alpine", "alpine", "3.22", Libc("musl", (1, 2)), "x86_64", "3.8.20", pip=pip)


def wanted(text: str, hashes: bool = False) -> tuple[Dependency, ...]:
    """Of requirements, one a word; those that end in `#` have a hash."""
    words = text.split()
    return tuple(
        Dependency(Requirement(word.rstrip("#")), NOWHERE, HASH if hashes or word.endswith("#") else frozenset())
        for word in words
    )


def verdicts(
    asked: str, constraints: str = "", pip: str | None = None, choice: FileChoice | None = None
) -> dict[str, WheelVerdict]:
    listed = Index(INDEX)
    requirements = Requirements(wanted(asked), wanted(constraints), choice or FileChoice())
    found, _ = judge(Installer.PIP, requirements, image(pip), Sources([listed], [listed]))
    return {each.name: each for each in found}


@pytest.mark.parametrize(
    ("asked", "constraints", "name", "reason"),
    [
        ("zz==1.0 zz==2.0", "", "zz", "no release of `zz` meets all of `==1.0` by the requirements, `==2.0` by the"),
        ("zz<2 zz>1", "", "zz", "no release of `zz` meets all of"),
        ("zz==2.0", "zz==1.0", "zz", "`==1.0` by a constraint, `==2.0` by the requirements"),
        ("bt==2.0 zz==1.0", "", "zz", "`==1.0` by the requirements, `>=2` by `bt==2.0`"),
        ("bt>1", "zz<2", "zz", "`<2` by a constraint, `>=2` by `bt==2.0`"),
        ("zz", "zz<1", "zz", "no release matches `<1`, which a constraint asks for"),
        ("bt==2.0", "zz<1", "zz", "no release matches `<1`, which a constraint asks for"),
        ("zz>=3", "", "zz", "no release matches"),
    ],
)
def test_requirements_that_contradict_each_other(asked: str, constraints: str, name: str, reason: str) -> None:
    found = verdicts(asked, constraints)
    assert {each.name for each in found.values() if each.outcome == "unavailable"} == {name}
    assert reason in found[name].reason
    assert found[name].contested is ("by `bt" in reason)


@pytest.mark.parametrize("asked", ["bt zz<2", "zz==1.0 zz", "zz==1.0 zz<2", "ex[x] zz==1.0"])
def test_requirements_that_go_together(asked: str) -> None:
    assert {each.outcome.value for each in verdicts(asked).values()} == {"wheel"}


def test_what_is_not_known_may_go_together() -> None:
    """An old source distribution may need anything: pip would build it to see."""
    found = verdicts("st zz==1.0")
    assert {each.outcome.value for each in found.values() if each.name == "zz"} == {"unknown"}
    assert verdicts("st==2.0 zz==1.0")["zz"].outcome == "unavailable"


def test_a_shipped_listing_does_not_prove_it() -> None:
    class Shipped(Index):
        def offers(self, names: Collection[str]) -> Mapping[str, Offer | Unavailable]:
            return {name: self._old(offer) for name, offer in super().offers(names).items()}

        def _old(self, offer: Offer | Unavailable) -> Offer | Unavailable:
            evidence = Evidence(Origin.SNAPSHOT, "2026-01-01", "shipped")
            return offer._replace(evidence=evidence) if isinstance(offer, Offer) else offer

    listed = Shipped(INDEX)
    requirements = Requirements(wanted("zz>2 bt==2.0 zz<2"))
    found, _ = judge(Installer.PIP, requirements, image(None), Sources([listed], [listed]))
    assert {each.outcome.value for each in found if each.name == "zz"} == {"unknown"}


# As pip 20.2.4 and 19.1.1 do.
@pytest.mark.parametrize(
    ("asked", "constraints", "expected"),
    [
        ("zz==1.0 zz", "", {"zz": None}),
        ("zz zz==1.0", "", {"zz": None}),
        ("zz==1.0 zz==2.0", "", {"zz": None}),
        ("zz zz", "", {"zz": "2.0"}),
        ("zz==1.0 zz==1.0", "", {"zz": "1.0"}),
        ("ex ex[x]", "", {"ex": "1.0"}),
        ("ex[x] ex", "", {"ex": "1.0", "zz": "2.0"}),
        ("ex[x]==1.0 ex==1.0", "", {"ex": "1.0", "zz": "2.0"}),
        ("ex ex[x]==1.0", "", {"ex": "1.0"}),
        ("ex[x]>=1", "", {"ex": "1.0", "zz": "2.0"}),
        ("zz==2.0", "zz==1.0", {"zz": "1.0"}),
        ("bt", "zz==1.0", {"bt": "2.0", "zz": "1.0"}),
        ("zz==1.0 bt", "", {"zz": "1.0", "bt": "2.0"}),
        ("bt zz==1.0", "", {"zz": "1.0", "bt": "2.0"}),
        ("zz==2.0 zz", "zz==1.0", {"zz": "1.0"}),
        ("ex[x]", "ex==1.0", {"ex": "1.0", "zz": "2.0"}),
    ],
)
def test_before_there_was_a_resolver(asked: str, constraints: str, expected: dict[str, str | None]) -> None:
    found = verdicts(asked, constraints, "20.2.4")
    assert {each.name: each.version if each.outcome == "wheel" else None for each in found.values()} == expected
    for each in found.values():
        assert each.outcome == ("unavailable" if expected[each.name] is None else "wheel")
        assert each.outcome == "wheel" or "is asked for twice, as" in each.reason


def test_the_resolver_of_old_may_be_asked_for() -> None:
    found = verdicts("bt==2.0 zz==1.0", choice=FileChoice(legacy_resolver=True))
    assert {each.name: each.version for each in found.values() if each.outcome == "wheel"} == {"bt": "2.0", "zz": "1.0"}


@pytest.mark.parametrize("pip", [None, "22.3.1", "20.2.4"])
@pytest.mark.parametrize(
    ("asked", "constraints", "missing"),
    [
        ("bt==2.0#", "", ["zz"]),
        ("bt==2.0# zz==2.0#", "", []),
        ("zz==2.0# bt==2.0#", "", []),
        ("bt==2.0# zz==2.0", "", ["zz"]),
        ("ex[x]==1.0#", "", ["zz"]),
        ("ex==1.0#", "", []),
        ("zz==2.0", "", ["zz"]),
    ],
)
def test_hashes_that_are_missing(asked: str, constraints: str, missing: list[str], pip: str | None) -> None:
    found = verdicts(asked, constraints, pip, FileChoice(require_hashes=True))
    assert [each.name for each in found.values() if each.outcome == "unavailable"] == missing
    for name in missing:
        assert found[name].reason == "pip requires hashes here, and there is no hash of it"
        assert found[name].contested is bool(found[name].via)


def test_hash_of_a_constraint() -> None:
    listed = Index(INDEX)
    requirements = Requirements(wanted("bt==2.0#"), wanted("zz==2.0#"), FileChoice(require_hashes=True))
    closure = resolve(requirements, image(None), Version("26.3"), listed, listed)
    assert all(each.obstacle is None for each in closure)
