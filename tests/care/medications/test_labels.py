"""Barcodes of labels: the symbology's own arithmetic, and what a scanner reads back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.care.medications import labels
from throughcare.care.medications.rules import barcodes

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40)


def test_the_table_is_the_symbology() -> None:
    assert len(labels.WIDTHS) == len(set(labels.WIDTHS)) == 107
    assert all(sum(map(int, w)) == 11 and len(w) == 6 for w in labels.WIDTHS[:-1])
    assert all(sum(map(int, w[::2])) % 2 == 0 for w in labels.WIDTHS[:-1]), "bars of a symbol are even"


def read(found: list[int]) -> tuple[str, bool]:
    """Read symbols back as a scanner does."""
    assert (found[0] + sum(n * s for n, s in enumerate(found[1:-2], 1))) % 103 == found[-2]
    pairs, text, gs1 = found[0] == labels.START_C, "", False
    for at, symbol in enumerate(found[1:-2]):
        if symbol == labels.FNC1:
            gs1 = gs1 or at == 0
        elif pairs and symbol == labels.TO_B:
            pairs = False
        elif not pairs and symbol == labels.TO_C:
            pairs = True
        else:
            text += f"{symbol:02}" if pairs else chr(symbol + 32)
    return text, gs1


@given(PRINTABLE, st.booleans())
def test_what_is_drawn_is_read_back(text: str, gs1: bool) -> None:
    assert read(labels.symbols(text, gs1=gs1)) == (text, gs1)


def test_a_known_code() -> None:
    assert labels.symbols("PJJ123C") == [104, 48, 42, 42, 17, 18, 19, 35, 55, 106]


@pytest.mark.parametrize("text", ["", "é", "\n"])
def test_what_cannot_be_drawn_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        labels.symbols(text)


def test_the_label_of_a_lot_is_read_by_the_lines_own_reader() -> None:
    gtin = labels.gtin_of("00093111310", "a")
    assert gtin == "00300931113108"
    code = labels.of_product(gtin, date(2028, 1, 31), "LOT7")
    text, gs1 = read(labels.symbols("010030093111310817280131" + "10LOT7", gs1=True))
    assert gs1
    found = barcodes.read(text)
    assert isinstance(found, barcodes.Barcode)
    assert (found.lot, found.expires, found.gtin) == ("LOT7", date(2028, 1, 31), gtin)
    assert code.text == "(01)00300931113108(17)280131(10)LOT7"
    assert "00093111310" in {number for number, _ in found.numbers}


def test_an_unknown_layout_has_no_number() -> None:
    assert labels.gtin_of("00093111310", "") == ""
    assert labels.gtin_of("1", "a") == ""
