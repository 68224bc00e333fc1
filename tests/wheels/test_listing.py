"""Files by release, read when they are asked for."""

from packaging.version import Version

from lint_alpine.wheels.distribution import Distribution, parse
from lint_alpine.wheels.listing import Listing, release_of, releases_of


def files(*names: str) -> tuple[Distribution, ...]:
    parsed = [parse(name, "demo") for name in names]
    return tuple(file for file in parsed if file is not None)


FILES = files("demo-1.0.zip", "demo-1.10.tar.gz", "demo-1.9.tar.gz", "demo-1.0.0.tar.gz", "demo-2.0rc1.tar.gz")


def test_releases_come_newest_first_with_their_files_in_order() -> None:
    releases = releases_of(FILES)
    assert [str(release.version) for release in releases] == ["2.0rc1", "1.10", "1.9", "1.0"]
    assert releases[-1].files == files("demo-1.0.zip", "demo-1.0.0.tar.gz")


def test_a_release_that_is_not_listed_has_no_files() -> None:
    assert release_of(FILES, Version("1.0.0")) == files("demo-1.0.zip", "demo-1.0.0.tar.gz")
    assert release_of(FILES, Version("3")) == ()


class Counted:
    version = Version("1.0")

    def __init__(self) -> None:
        self.asked = 0

    @property
    def files(self) -> tuple[Distribution, ...]:
        self.asked += 1
        return FILES[:1]

    @property
    def pythons(self) -> tuple[None, ...]:
        return (None,)


def test_a_listing_is_read_as_a_whole_only_where_all_is_asked_for() -> None:
    release = Counted()
    listing = Listing([release])
    assert releases_of(listing) == [release]
    assert release.asked == 0
    assert list(listing) == [*FILES[:1]]
    assert (len(listing), listing[0], listing[:]) == (1, FILES[0], FILES[:1])
    assert release.asked == 1
