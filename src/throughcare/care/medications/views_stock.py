"""Stock as its pages draw it: chips, fields, what a scan found. No queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from throughcare.care.medications import formulary, labels, stock_places
from throughcare.care.medications.actions import Change, CountedLot, Received
from throughcare.care.medications.formulary import Product
from throughcare.care.medications.models import StockLot
from throughcare.care.medications.reads.stock import Shelf
from throughcare.care.medications.rules.counting import MEDICINE, MOVES_BY_KIND, Move
from throughcare.care.medications.rules.timing import Dose, dose_words
from throughcare.kernel.errors import Invalid
from throughcare.ui.jinja import quantity
from throughcare.ui.shapes import Chip, FieldShape, Option
from throughcare.ui.wording import t

SECRETS = ("second_secret",)
# A removal is said with its dose, so the page of a lot does not offer it.
MOVES = {kind: tuple(m.value for m in moves if m is not Move.REMOVE) for kind, moves in MOVES_BY_KIND.items()}


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan or a search found, to be filled into the form."""

    product: Product | None
    sentence: str
    candidates: Sequence[Product]
    ndc: str
    gtin: str
    lot: str
    expires: date | None


def chips(shelf: Shelf) -> list[Chip]:
    """Give what is to be seen of a lot at once, each with its word."""
    found = [
        (shelf.differs, "differs", "harm"),
        (shelf.expired, "expired", "harm"),
        (shelf.expiring, "expiring", "shift"),
    ]
    found += [(shelf.low, "low", "shift")]
    marks = [Chip(t(f"stock.{word}"), meaning) for is_so, word, meaning in found if is_so]  # type: ignore[arg-type]
    return [*marks, *([Chip(text, "accent")] if (text := counted_as(shelf.lot)) else [])]


def counted_as(lot: StockLot) -> str:
    """Give the word under which a lot is counted piece by piece: its schedule, sharp or key; empty where it is not."""
    return lot.schedule or (t(f"stock.thing.{lot.kind}") if lot.kind != MEDICINE else "")


def amount(value: Decimal, unit: str, language: str = "en") -> str:
    """Say how many there are of what is counted: 15 tablets."""
    return dose_words(Dose(value, unit), language) if unit.strip() else quantity(value)


def scanned(text: str) -> Scanned | None:
    """Give what a scanned code, or a piece of a name, stands for."""
    if not text.strip():
        return None
    book = formulary.load()
    scan = book.by_scan(text)
    if scan.product or scan.candidates:
        return Scanned(scan.product, scan.sentence, scan.candidates, scan.ndc, scan.gtin, scan.lot, scan.expires)
    found = book.find(text, 12)
    sentence = "" if found else scan.sentence
    return Scanned(None, sentence, found, "", scan.gtin, scan.lot, scan.expires)


def place_options() -> list[Option]:
    """Give the places to choose from."""
    return [Option(p.id, p.title) for p in stock_places.places()]


def _field(
    typed: Mapping[str, str], wrong: Mapping[str, str], name: str, kind: Any = "text", **more: Any
) -> FieldShape:
    value = typed.get(name, more.pop("value", ""))
    return FieldShape(
        name=name, label=t(f"stock.field.{name}"), kind=kind, value=value, error=wrong.get(name, ""), **more
    )


def receive_fields(typed: Mapping[str, str], wrong: Mapping[str, str], product: Product | None) -> list[FieldShape]:
    """Give the fields of a delivery; what the scan said stands in them already."""
    asked = []
    if product is None:
        schedules = [Option("", t("stock.not_controlled")), *(Option(s, s) for s in ("CII", "CIII", "CIV", "CV"))]
        asked += [
            _field(
                typed,
                wrong,
                "kind",
                "select",
                options=[Option(k, t(f"stock.thing.{k}")) for k in MOVES],
                required=True,
                value=MEDICINE,
            ),
            _field(typed, wrong, "text", required=True),
            _field(typed, wrong, "unit", width="s", required=True, value="tablet"),
            _field(typed, wrong, "schedule", "select", options=schedules),
        ]
    asked += [
        _field(typed, wrong, "quantity", "number", width="s", required=True, unit=product.unit if product else ""),
        _field(
            typed, wrong, "lot", width="s", required=True, max_length=20, hint="" if product else t("stock.hint.lot")
        ),
        _field(typed, wrong, "expires_on", "date"),
        _field(typed, wrong, "place", "select", options=place_options(), required=True, value="room"),
    ]
    if product is None or product.schedule == "CII":
        asked.append(_field(typed, wrong, "order_form", width="s", hint=t("stock.hint.order_form"), max_length=9))
    if not typed.get("scanned"):
        asked += [
            _field(typed, wrong, "ndc", width="s", hint=t("stock.hint.ndc"), max_length=13),
            _field(typed, wrong, "unscannable", hint=t("stock.hint.unscannable"), max_length=120),
        ]
    return asked


def received(typed: Mapping[str, str]) -> Received:
    """Read a delivery from its form; a number typed by hand says why it was not scanned."""
    wrong: dict[str, str] = {}
    quantity = number(typed.get("quantity", ""), "quantity", wrong)
    ndc, gtin = typed.get("ndc", "").strip(), typed.get("gtin", "").strip()
    if not typed.get("scanned"):
        ndc = _typed_ndc(ndc, wrong)
        medicine = (typed.get("kind") or MEDICINE) == MEDICINE
        if medicine and not typed.get("unscannable", "").strip():
            wrong["unscannable"] = "Say why the pack could not be scanned."
    expires = day(typed.get("expires_on", ""), "expires_on", wrong)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return Received(
        place=typed.get("place", ""),
        quantity=quantity or Decimal(0),
        lot=typed.get("lot", ""),
        product=typed.get("product", ""),
        text=typed.get("text", ""),
        unit=typed.get("unit", ""),
        ndc=ndc[:11],
        gtin=gtin[:14],
        expires_on=expires,
        schedule=typed.get("schedule", "") if not typed.get("product") else "",
        unscannable="" if typed.get("scanned") else typed.get("unscannable", ""),
        order_form=typed.get("order_form", ""),
        kind=typed.get("kind") or MEDICINE,
    )


def _typed_ndc(text: str, wrong: dict[str, str]) -> str:
    if not text:
        return ""
    scan = formulary.load().by_scan(text)
    digits = scan.ndc or text.replace("-", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (10, 11):
        wrong["ndc"] = "Write the number as it stands on the pack, such as 0093-1113-10."
    return digits


def second_fields(typed: Mapping[str, str], wrong: Mapping[str, str], *, always: bool = False) -> list[FieldShape]:
    """Give where the second person signs: badge, then PIN; `always` where nothing is kept without them."""
    return [
        _field(typed, wrong, "second", width="s", hint=t("stock.hint.second"), required=always),
        # A persona of the demonstration has no PIN: the field is asked for by the house, not by the browser.
        _field({}, wrong, "second_secret", "password", width="s", hint=t("stock.hint.second_secret")),
    ]


def change(typed: Mapping[str, str]) -> Change:
    """Read a move from its form."""
    wrong: dict[str, str] = {}
    quantity = number(typed.get("quantity", ""), "quantity", wrong)
    if wrong or quantity is None:
        raise Invalid("Enter an amount.", fields=wrong or {"quantity": "Enter an amount."})
    return Change(typed.get("move", ""), quantity, typed.get("reason", ""), typed.get("to_place", ""))


def counted(typed: Mapping[str, str]) -> list[CountedLot]:
    """Read a count, lot by lot; what was left empty is not counted yet."""
    wrong: dict[str, str] = {}
    found = []
    for name, text in typed.items():
        if name.startswith("lot-") and text.strip():
            value = number(text, name, wrong)
            try:
                found.append(CountedLot(UUID(name.removeprefix("lot-")), value or Decimal(0)))
            except ValueError:
                continue
    if wrong:
        raise Invalid("Write numbers, such as 12 or 0.5. What you typed is kept.", fields=wrong)
    return found


def codes(lot: StockLot) -> list[labels.Barcode]:
    """Give the barcodes of a lot's label: GS1 where its number is known, else its product's number and lot in words."""
    gtin = lot.gtin or labels.gtin_of(lot.ndc, _layout(lot.ndc))
    if gtin:
        return [labels.of_product(gtin, lot.expires_on, _plain(lot.lot))]
    return [labels.of_number(lot.ndc)] if lot.ndc else []


def _layout(ndc: str) -> str:
    possible = [layout for layout, place in (("a", 0), ("b", 5), ("c", 9)) if len(ndc) == 11 and ndc[place] == "0"]
    return possible[0] if len(possible) == 1 else ""


def _plain(text: str) -> str:
    return "".join(c if " " < c <= "~" else "-" for c in text)


def number(text: str, name: str, wrong: dict[str, str]) -> Decimal | None:
    """Read an amount; what can't be read is said at its field."""
    if not text.strip():
        return None
    try:
        value = Decimal(text.strip().replace(",", "."))
        if value.is_finite() and 0 <= value < 1_000_000 and value == round(value, 3):
            return value
    except InvalidOperation:
        pass
    wrong[name] = "Write a number, such as 12 or 0.5."
    return None


def day(text: str, name: str, wrong: dict[str, str]) -> date | None:
    """Read a day; what can't be read is said at its field."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        wrong[name] = "Write the day as year-month-day."
        return None
