"""Bytes of strangers read as letters, where nothing surer says how they were written. Pure, and raises on nothing."""

import codecs

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read(raw: bytes) -> str:
    """Read UTF-8, else the letters of western Europe as Windows writes them."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
