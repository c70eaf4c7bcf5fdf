"""Reads what a scanner sends from a medicine's pack: NDC-10, NDC-11, UPC, GTIN-14 and GS1 element strings."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

SEPARATOR = "\x1d"  # what a scanner sends for GS1's FNC1
SYMBOLOGIES = ("]C1", "]d2", "]D2", "]e0", "]Q3", "]J1")
FIXED = {"00": 18, "01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2}
VARIABLE = {"10": 20, "21": 20, "22": 20, "30": 8, "37": 8, "240": 30, "241": 30, "710": 20, "712": 20, "714": 20}
LAYOUTS = {"a": (4, 4, 2), "b": (5, 3, 2), "c": (5, 4, 1)}


@dataclass(frozen=True, slots=True)
class Barcode:
    """What a pack's barcode says: NDC-11 numbers it may stand for, with the layout each needs, and lot and expiry."""

    numbers: tuple[tuple[str, str], ...]
    gtin: str = ""
    expires: date | None = None
    lot: str = ""
    serial: str = ""
    outer: bool = False


def read(scanned: str) -> Barcode | str:
    """Give what the scan says, or one sentence why it can't be read; nothing is guessed."""
    text = scanned.strip().strip(SEPARATOR)
    if not text:
        return "Nothing was scanned. Scan the pack again."
    if len(text) > 200 or not text.isascii():
        return "This is no pack's barcode. Scan the pack's own code."
    for mark in SYMBOLOGIES:
        if text.startswith(mark):
            return _elements(text.removeprefix(mark).strip(SEPARATOR))
    if re.fullmatch(r"\d{4,5}-\d{3,4}-\d{1,2}", text):
        return _hyphenated(text)
    if text.startswith("(") or SEPARATOR in text or not text.isdigit():
        return _elements(text)
    if len(text) in PLAIN:
        return PLAIN[len(text)](text)
    return _elements(text)


def check_digit(digits: str) -> str:
    """Give the GS1 check digit that belongs after these digits."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def eleven(ten: str, layout: str) -> str:
    """Give the 5-4-2 form of ten digits in this layout."""
    labeler, product, _ = LAYOUTS[layout]
    parts = ten[:labeler], ten[labeler : labeler + product], ten[labeler + product :]
    return parts[0].zfill(5) + parts[1].zfill(4) + parts[2].zfill(2)


def _hyphenated(text: str) -> Barcode | str:
    parts = text.split("-")
    shape = (len(parts[0]), len(parts[1]), len(parts[2]))
    if shape == (5, 4, 2):
        return Barcode((("".join(parts), ""),))
    layout = next((key for key, wanted in LAYOUTS.items() if wanted == shape), "")
    if not layout:
        return "The number on the pack has an unknown form. Compare it with the label, or search the name."
    return Barcode(((eleven("".join(parts), layout), layout),))


def _ten(text: str) -> Barcode:
    return Barcode(tuple((eleven(text, layout), layout) for layout in LAYOUTS))


def _eleven(text: str) -> Barcode:
    return Barcode(((text, ""),))


def _gtin(text: str) -> Barcode | str:
    if check_digit(text[:-1]) != text[-1]:
        return "The code was read wrongly (its check digit doesn't fit). Scan it again."
    full = text.zfill(14)
    if full[1:3] != "03":
        return "This code is no United States medicine number. Compare the label, or search the name."
    if full[0] == "9":
        return "This code is for goods of varying amount. Scan the pack itself."
    return Barcode(_ten(full[3:13]).numbers, gtin=full, outer=full[0] != "0")


PLAIN = {10: _ten, 11: _eleven, 12: _gtin, 13: _gtin, 14: _gtin}


def _elements(text: str) -> Barcode | str:
    """Read (01)…(17)…(10)…(21)…, with or without brackets; a variable part ends at FNC1 or at the end."""
    found = _bracketed(text) if text.startswith("(") else _plain(text)
    if isinstance(found, str):
        return found
    if "01" not in found:
        return "The code doesn't say which product it is. Scan the pack's other code, or search the name."
    product = _gtin(found["01"]) if found["01"].isdigit() and len(found["01"]) == 14 else "The code is damaged."
    if isinstance(product, str):
        return product
    expires = _day(found["17"]) if "17" in found else None
    if "17" in found and expires is None:
        return "The expiry date in the code makes no sense. Read it from the pack, and search the name."
    lot, serial = found.get("10", ""), found.get("21", "")
    return Barcode(product.numbers, product.gtin, expires, lot, serial, product.outer)


def _bracketed(text: str) -> dict[str, str] | str:
    pairs = re.findall(r"\((\d{2,4})\)([^(]*)", text)
    if "".join(f"({key}){value}" for key, value in pairs) != text:
        return "The code is damaged. Scan it again, or search the name."
    found = {key: value.strip(SEPARATOR) for key, value in pairs}
    if any(key in FIXED and len(value) != FIXED[key] for key, value in found.items()) or len(found) != len(pairs):
        return "The code is damaged. Scan it again, or search the name."
    return found


def _plain(text: str) -> dict[str, str] | str:
    found: dict[str, str] = {}
    rest = text
    while rest := rest.lstrip(SEPARATOR):
        key = next((rest[:size] for size in (2, 3) if rest[:size] in FIXED or rest[:size] in VARIABLE), "")
        if not key or key in found:
            return "This is no pack's barcode that can be read here. Search the name, or report the pack."
        rest = rest[len(key) :]
        if key in FIXED:
            value, rest = rest[: FIXED[key]], rest[FIXED[key] :]
            if len(value) < FIXED[key] or not value.isdigit():
                return "The code is damaged. Scan it again, or search the name."
        else:
            value, _, rest = rest.partition(SEPARATOR)
            if not value or len(value) > VARIABLE[key]:
                return "The code is damaged. Scan it again, or search the name."
        found[key] = value
    return found


def _day(text: str) -> date | None:
    if not re.fullmatch(r"\d{6}", text):
        return None
    year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:])
    if not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    return date(year, month, day or last) if day <= last else None
