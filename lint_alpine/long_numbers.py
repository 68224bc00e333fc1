"""Numbers that are too long to be one of a version: Python refuses to read them."""

import re

# int() reads 4,300 digits, and PYTHONINTMAXSTRDIGITS can lower that to 640. No version has 20.
MOST_DIGITS = 100

_DIGITS = re.compile(r"\d++")


def has_long_number(text: str) -> bool:
    """Whether packaging, which reads some numbers only when versions are compared, would raise a plain ValueError."""
    return len(text) > MOST_DIGITS and any(len(digits) > MOST_DIGITS for digits in _DIGITS.findall(text))
