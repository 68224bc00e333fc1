"""Which rules run, and with which severity."""

from dataclasses import dataclass

import pytest

from lint_alpine.config import Config, ConfigError
from lint_alpine.diagnostic import Severity
from lint_alpine.selection import select


@dataclass(frozen=True)
class Known:
    code: str
    name: str
    default: bool = True


KNOWN = (
    Known("LA101", "compiles-from-source"),
    Known("LA301", "single-stage-build"),
    Known("LA303", "apk-cache-kept"),
    Known("LA304", "pip-cache-kept"),
    Known("LA407", "small-thread-stack", default=False),
)
DEFAULT = {"LA101", "LA301", "LA303", "LA304"}
EVERY = DEFAULT | {"LA407"}


@pytest.mark.parametrize(
    ("selected", "ignored", "expected"),
    [
        (None, (), DEFAULT),
        (("ALL",), (), EVERY),
        (("all",), (), EVERY),
        ((), (), set()),
        (("LA3",), (), {"LA301", "LA303", "LA304"}),
        (("LA",), (), EVERY),
        (("la30",), (), {"LA301", "LA303", "LA304"}),
        (("LA407",), (), {"LA407"}),
        (("LA4",), (), {"LA407"}),
        (("apk-cache-kept", "LA1"), (), {"LA101", "LA303"}),
        (None, ("LA3",), {"LA101"}),
        (None, ("ALL",), set()),
        (None, ("apk-cache-kept",), DEFAULT - {"LA303"}),
        (("LA3",), ("LA303",), {"LA301", "LA304"}),
        (("LA303",), ("LA3",), {"LA303"}),
        (("LA303", "ALL"), ("LA3",), {"LA101", "LA303", "LA407"}),
        (("LA303",), ("apk-cache-kept",), set()),
        (("ALL",), ("LA407",), DEFAULT),
    ],
)
def test_selection(selected: tuple[str, ...] | None, ignored: tuple[str, ...], expected: set[str]) -> None:
    assert select(Config(select=selected, ignore=ignored), KNOWN).codes == expected


@pytest.mark.parametrize(
    ("given", "on", "severity"),
    [
        ({"LA101": Severity.ERROR}, DEFAULT, {"LA101": Severity.ERROR}),
        ({"LA303": Severity.OFF}, DEFAULT - {"LA303"}, {}),
        (
            {"LA3": Severity.INFO, "LA303": Severity.ERROR},
            DEFAULT,
            {"LA301": Severity.INFO, "LA303": Severity.ERROR, "LA304": Severity.INFO},
        ),
        (
            {"apk-cache-kept": Severity.ERROR, "LA3": Severity.OFF},
            {"LA101", "LA303"},
            {"LA303": Severity.ERROR},
        ),
        ({"LA407": Severity.ERROR}, DEFAULT, {"LA407": Severity.ERROR}),
    ],
)
def test_severity(given: dict[str, Severity], on: set[str], severity: dict[str, Severity]) -> None:
    selection = select(Config(severity=given), KNOWN)
    assert selection.codes == on
    assert selection.severity == severity


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("LA399", "LA301"),
        ("LA405", "LA407"),
        ("apk-cache-keep", "apk-cache-kept"),
        ("", "LA101"),
        ("x" * 100_000, "single-stage-build"),
    ],
)
def test_an_unknown_rule_is_an_error_that_names_the_nearest(word: str, nearest: str) -> None:
    configs = (Config(select=(word,)), Config(ignore=("LA101", word)), Config(severity={word: Severity.INFO}))
    for config in configs:
        with pytest.raises(ConfigError) as caught:
            select(config, KNOWN)
        assert str(caught.value).startswith(f"unknown rule `{word}`; did you mean `")
        if len(word) < 100:
            assert str(caught.value).endswith(f"`{nearest}`?")
