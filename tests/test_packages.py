"""What apk has installed, and who installed it."""

from lint_alpine.packages import World
from lint_alpine.source import Source, Span

SOURCE = Source("Dockerfile", "gcc libpq-dev .build git gcc")


def word(text: str) -> tuple[str, Span]:
    begin = SOURCE.text.index(text)
    return text, SOURCE.span(begin, begin + len(text))


def world() -> World:
    return World("3.20", frozenset({"musl"}))


def test_packages_bring_others_along() -> None:
    state = world()
    state.add((word("gcc"),), None, 1)
    assert {"gcc", "musl"} <= state.present.packages
    assert state.present.lacks("gcc", "g++", "musl-dev") == ("g++", "musl-dev")


def test_nothing_is_lacking_where_more_may_be_there() -> None:
    state = world()
    state.complete = False
    assert state.present.lacks("gcc") == ()


def test_a_virtual_package_goes_with_what_it_brought() -> None:
    state = world()
    state.add((word("git"),), None, 1)
    state.add((word("gcc"), word("git")), ".build", 1)
    assert [package.name for package in state.build_packages] == ["gcc"]
    state.remove(".build", SOURCE.span(0, 3), 1)
    assert state.build_packages == ()
    assert "git" in state.present.packages
    assert state.removed_late == []


def test_what_is_asked_for_by_name_outlives_the_virtual_package() -> None:
    state = world()
    state.add((word("gcc"),), ".build", 1)
    state.add((word("gcc"),), None, 1)
    state.remove(".build", SOURCE.span(0, 3), 1)
    assert [package.name for package in state.build_packages] == ["gcc"]


def test_removing_in_a_later_layer_is_too_late() -> None:
    state = world()
    state.add((word("gcc"), word("git")), None, 1)
    state.remove("git", SOURCE.span(0, 3), 2)
    assert state.removed_late == []
    state.remove("gcc", SOURCE.span(0, 3), 2)
    assert [(removal.package.name, removal.package.layer) for removal in state.removed_late] == [("gcc", 1)]
    assert state.copy().removed_late == []
