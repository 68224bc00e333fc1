"""Bytes of files as pip decodes them."""

import codecs

import pytest

from lint_alpine.decoding import decode_as_pip

DECODED = {
    "UTF-8": "é".encode(),
    "UTF-8 with mark": codecs.BOM_UTF8 + "é".encode(),
    "UTF-16": "é".encode("utf-16"),
    "UTF-16-BE": codecs.BOM_UTF16_BE + "é".encode("utf-16-be"),
    "UTF-32": "é".encode("utf-32"),
    "UTF-32-BE": codecs.BOM_UTF32_BE + "é".encode("utf-32-be"),
}


@pytest.mark.parametrize("data", DECODED.values(), ids=DECODED)
def test_byte_order_marks(data: bytes) -> None:
    assert decode_as_pip(data) == "é"


def test_declared_encodings() -> None:
    assert decode_as_pip(b"x\n# -*- coding: latin-1 -*-\n\xe9") == "x\n# -*- coding: latin-1 -*-\né"
    assert decode_as_pip(b"#\xc3\xa9\nx\n# coding: latin-1") == "#é\nx\n# coding: latin-1"


@pytest.mark.parametrize(
    "data",
    [b"\xe9", b"# coding: nonsense\nx", b"# coding: punycode\nx", b"# coding: zlib\n", codecs.BOM_UTF16_LE + b"a"],
)
def test_what_cannot_be_decoded(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_as_pip(data)
