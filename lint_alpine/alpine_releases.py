"""Alpine's releases in their order: which is the newest, and which lies in a range."""

from lint_alpine import data


def order(release: str) -> tuple[int, ...]:
    """A key that puts the releases in order, `edge` last."""
    return tuple(int(part) for part in release.split(".")) if release[:1].isdigit() else (99,)


def within(release: str, since: str | None, before: str | None) -> bool:
    """Whether a release lies between the one and before the other (None: no end)."""
    return (since is None or order(release) >= order(since)) and (before is None or order(release) < order(before))


def newest() -> str:
    """The newest stable release that the data knows."""
    return max((release for release in data.alpine()["releases"] if release != "edge"), key=order)
