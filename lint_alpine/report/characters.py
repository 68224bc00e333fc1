"""What of a judged file may be printed: its text must not command a terminal, nor break the document it stands in."""

import re

# Control characters (C1 too: 0x9B starts an escape sequence), what reverses or breaks lines (CVE-2021-42574), and what
# cannot be encoded: bytes that were no UTF-8 are lone surrogates here (PEP 383). XML has no U+FFFE and U+FFFF.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_NAMES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """The text on one line, with what is not safe to print written as an escape."""
    return _UNSAFE.sub(lambda match: _escape(match[0]), text)


def visible_lines(text: str) -> list[str]:
    """The lines of a text, each as `visible` gives it; tabs are four blanks."""
    return [visible(line) for line in text.expandtabs(4).split("\n")]


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return _NAMES.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
