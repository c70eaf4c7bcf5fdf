"""Labels for packs: a Code 128 barcode as one SVG path, without a style attribute; GS1 where the product's number is known.

Our own few lines: the table of the symbology is fixed by ISO/IEC 15417, and a library would draw with inline styles.
"""

from dataclasses import dataclass
from datetime import date

from throughcare.care.medications.rules.barcodes import check_digit

# Widths of bars and spaces of each symbol 0-105, and of the stop.
WIDTHS = (
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213",
    "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132",
    "221231", "213212", "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211",
    "212123", "212321", "232121", "111323", "131123", "131321", "112313", "132113", "132311", "211313",
    "231113", "231311", "112133", "112331", "132131", "113123", "113321", "133121", "313121", "211331",
    "231131", "213113", "213311", "213131", "311123", "311321", "331121", "312113", "312311", "332111",
    "314111", "221411", "431111", "111224", "111422", "121124", "121421", "141122", "141221", "112214",
    "112412", "122114", "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111",
    "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311", "113141",
    "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
)  # fmt: skip
TO_C, TO_B, FNC1, START_B, START_C, STOP = 99, 100, 102, 104, 105, 106
QUIET = 10
SEPARATOR = "\x1d"


@dataclass(frozen=True, slots=True)
class Barcode:
    """A code as it is drawn: how many modules wide, the path of its bars, and the words under it."""

    width: int
    path: str
    text: str


def of_number(number: str) -> Barcode:
    """Give the code of a pack's own number."""
    return _drawn(symbols(number), number)


def of_product(gtin: str, expires_on: date | None, lot: str) -> Barcode:
    """Give the GS1-128 code of a lot: product, expiry, lot, as a scanner at the line reads them."""
    parts = [("01", gtin), *([("17", f"{expires_on:%y%m%d}")] if expires_on else []), ("10", lot)]
    return _drawn(
        symbols("".join(key + value for key, value in parts), gs1=True), "".join(f"({k}){v}" for k, v in parts)
    )


def gtin_of(ndc: str, layout: str) -> str:
    """Give the GTIN-14 of an eleven-digit NDC whose layout is known; empty where it is not."""
    drop = {"a": 0, "b": 5, "c": 9}.get(layout)
    if drop is None or len(ndc) != 11 or ndc[drop] != "0":
        return ""
    body = f"003{ndc[:drop]}{ndc[drop + 1 :]}"
    return body + check_digit(body)


def symbols(text: str, *, gs1: bool = False) -> list[int]:
    """Give the symbols of a text, check symbol and stop included; pairs of digits take one symbol."""
    if not text or any(not " " <= c <= "~" for c in text):
        raise ValueError("a label takes plain printable characters")
    pairs = _digits(text, 0) >= 4
    found = [START_C if pairs else START_B, *([FNC1] if gs1 else [])]
    at = 0
    while at < len(text):
        run = _digits(text, at)
        if pairs and run >= 2:
            found.append(int(text[at : at + 2]))
            at += 2
            continue
        if pairs:
            found.append(TO_B)
        elif run >= 4 and run % 2 == 0:
            found.append(TO_C)
        if pairs or not (run >= 4 and run % 2 == 0):
            found.append(ord(text[at]) - 32)
            at += 1
            pairs = False
        else:
            pairs = True
    check = (found[0] + sum(place * symbol for place, symbol in enumerate(found[1:], 1))) % 103
    return [*found, check, STOP]


def _digits(text: str, at: int) -> int:
    end = at
    while end < len(text) and text[end].isascii() and text[end].isdigit():
        end += 1
    return end - at


def _drawn(found: list[int], text: str) -> Barcode:
    parts, x = [], QUIET
    for symbol in found:
        for place, width in enumerate(WIDTHS[symbol]):
            if place % 2 == 0:
                parts.append(f"M{x} 0h{width}v1h-{width}z")
            x += int(width)
    return Barcode(x + QUIET, "".join(parts), text)
