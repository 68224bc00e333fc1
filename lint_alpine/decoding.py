"""Bytes of a project's file -> its text."""

import codecs
import re

# In pip's order: the mark of UTF-16-LE is how that of UTF-32-LE begins.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
# Host name codecs take quadratic time, and no file is written in them.
_NO_CODECS = frozenset({"idna", "punycode", "undefined", "mbcs", "oem"})


def decode_as_pip(data: bytes) -> str:
    """The text of a file as pip decodes it: by its byte order mark, a PEP 263 comment in its first two lines, or UTF-8.

    Raises ValueError where that fails. (pip's last resort, the locale's encoding, is UTF-8 in images.)
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding)
    for line in data.split(b"\n", 2)[:2]:
        if line.startswith(b"#") and (coding := _CODING.search(line[:1000])):
            return _decode(data, coding[1].decode("ascii", "replace"))
    return data.decode("utf-8")


def _decode(data: bytes, encoding: str) -> str:
    try:
        if codecs.lookup(encoding).name not in _NO_CODECS:
            return data.decode(encoding)
    except LookupError:
        pass
    raise ValueError(f"the encoding `{encoding}` that it declares is not known")
