"""The perpetual count of controlled stock (clinical.md 2.3, ruling 11): what should be there, who may count, what a difference
holds up. It holds up the closing of a shift; it never holds up a dose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from throughcare.care.medications.rules.finding import Finding
from throughcare.chart.forms.text import Text


class Move(StrEnum):
    """What changes a stock of one lot at one place."""

    RECEIVE = "receive"
    REMOVE = "remove_for_dose"
    RETURN = "return_to_stock"
    WASTE = "waste"
    WASTE_REMOVED = "waste_of_removed"
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    SEND_BACK = "send_back"
    DESTROY = "destroy"
    USE = "use"
    CORRECT = "correction"


SIGN = {
    Move.RECEIVE: 1,
    Move.RETURN: 1,
    Move.TRANSFER_IN: 1,
    Move.CORRECT: 1,
    Move.WASTE_REMOVED: 0,
    Move.REMOVE: -1,
    Move.WASTE: -1,
    Move.TRANSFER_OUT: -1,
    Move.SEND_BACK: -1,
    Move.DESTROY: -1,
    Move.USE: -1,
}
"""How each move changes the stock; a correction carries its own sign, what was removed before is out already."""
WITNESSED = frozenset({Move.WASTE, Move.WASTE_REMOVED, Move.DESTROY, Move.CORRECT, Move.RETURN})

# What is counted piece by piece beside controlled medicines: needles and blades, and the keys of the cabinets.
MEDICINE, SHARP, KEY = "medicine", "sharp", "key"
MOVES_BY_KIND = {
    MEDICINE: (
        Move.REMOVE,
        Move.WASTE,
        Move.WASTE_REMOVED,
        Move.RETURN,
        Move.TRANSFER_OUT,
        Move.SEND_BACK,
        Move.DESTROY,
    ),
    SHARP: (Move.USE, Move.TRANSFER_OUT, Move.SEND_BACK, Move.DESTROY),
    KEY: (Move.TRANSFER_OUT, Move.SEND_BACK, Move.DESTROY),
}
"""What may be said by hand of each kind of thing that is counted; a sharp is used up, a key only changes its place."""
# Nine characters: the number printed on the paper form, or year, X and six characters of an electronic order (21 CFR 1305.21).
ORDER_FORM = re.compile(r"[0-9]{9}|[0-9]{2}X[A-Z0-9]{6}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One move of stock."""

    id: str
    move: Move
    quantity: Decimal
    by: str
    witness: str = ""
    order: str = ""
    person: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CountTable:
    """Who counts and from when a loss is significant, as an agency set them."""

    version: str
    licensed: frozenset[str]
    single_nurse_second: frozenset[str]
    significant_units: Decimal
    open_reports: int
    form_106_days: int
    notice_business_days: int


@dataclass(frozen=True, slots=True)
class Counter:
    """One of the people who counted."""

    id: str
    role: str


@dataclass(frozen=True, slots=True)
class Count:
    """A count as it was made: how much, by whom, at what kind of site."""

    stock: str
    counted: Decimal
    counters: tuple[Counter, ...]
    single_nurse: bool = False


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A count that differs from what should be there; negative is missing."""

    stock: str
    expected: Decimal
    counted: Decimal
    reported: bool = False
    explained: bool = False
    found_at: datetime | None = None
    kind: str = MEDICINE

    @property
    def apart(self) -> Decimal:
        """Counted less expected."""
        return self.counted - self.expected


@dataclass(frozen=True, slots=True)
class LossReport:
    """Who must be told of differences and losses, and which federal steps follow."""

    tell: tuple[str, ...]
    form_106: bool
    findings: tuple[Finding, ...]


def order_form_problem(schedule: str, number: str) -> Finding | None:
    """Say what is wrong with the order form under which a delivery came: schedule II comes under one, nothing else does."""
    if schedule == "CII" and not number:
        return _finding(
            "order_form",
            "Schedule II: write the number of the order form, on paper or electronic.",
            "Lista II: escriba el número del formulario de pedido, en papel o electrónico.",
            "21 CFR 1305",
        )
    if number and not ORDER_FORM.fullmatch(number):
        return _finding(
            "order_form",
            "An order form has nine digits; an electronic order has two digits, X and six characters.",
            "El formulario tiene nueve cifras; el pedido electrónico, dos cifras, X y seis caracteres.",
            "21 CFR 1305",
        )
    return None


def expected(opening: Decimal, entries: Iterable[Entry]) -> Decimal:
    """Say how much should be there after all moves, in whatever order they are read."""
    return opening + sum((SIGN[e.move] * e.quantity for e in entries), Decimal(0))


def problems(entry: Entry, stock: Decimal) -> tuple[Finding, ...]:
    """List what keeps a move from standing: its amount, its witness, and for a dose its order, person and nurse."""
    found = []
    if entry.quantity == 0 or (entry.quantity < 0 and entry.move is not Move.CORRECT):
        found.append(_finding("quantity", "Enter an amount above 0.", "Escriba una cantidad mayor que 0."))
    if entry.move in WITNESSED and (not entry.witness or entry.witness == entry.by):
        found.append(_finding("witness", "A second person must witness this.", "Otra persona debe ser testigo."))
    if entry.move is Move.REMOVE and not (entry.order and entry.person and entry.by):
        found.append(
            _finding(
                "tied", "Tie the removal to an order, a person and a nurse.", "Indique orden, persona y enfermera."
            )
        )
    if entry.move is Move.CORRECT and not entry.reason.strip():
        found.append(_finding("reason", "Say why the count is corrected.", "Diga por qué se corrige el conteo."))
    if stock + SIGN[entry.move] * entry.quantity < 0:
        # The book may be wrong and the pack in the hand right: the move stands and the count will ask.
        found.append(
            _finding("below_zero", "The book says there is less. Count now.", "Según el libro hay menos. Cuente ahora.")
        )
    return tuple(found)


def stops(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep only what stops a move; a book below zero never stops a dose (ruling 11)."""
    return tuple(f for f in found if f.code != "below_zero")


def compare(count: Count, should: Decimal, found_at: datetime | None = None) -> Discrepancy | None:
    """Return the difference between a count and what should be there, if there is one."""
    return None if count.counted == should else Discrepancy(count.stock, should, count.counted, found_at=found_at)


def count_problems(count: Count, table: CountTable) -> tuple[Finding, ...]:
    """Say whether the right people counted: two licensed ones, or at a single-nurse site one and whom the agency allows."""
    found = []
    people = {c.id: c for c in count.counters}
    licensed = [c for c in people.values() if c.role in table.licensed]
    seconds = [c for c in people.values() if c.role in table.single_nurse_second]
    if count.counted < 0:
        found.append(_finding("quantity", "Enter an amount of 0 or more.", "Escriba una cantidad de 0 o más."))
    enough = len(licensed) >= 2 or (count.single_nurse and len(licensed) == 1 and bool(seconds))
    if not enough:
        found.append(
            _finding(
                "counters", "Two licensed people must count together.", "Deben contar juntas dos personas con licencia."
            )
        )
    return tuple(found)


def may_close_shift(due: Iterable[str], counted: Iterable[str], open_: Iterable[Discrepancy]) -> tuple[Finding, ...]:
    """List what keeps a shift from closing: stocks not counted and differences not reported. A dose is never kept."""
    missing = sorted(set(due) - set(counted))
    found = [_finding("uncounted", f"Not counted: {name}.", f"Sin contar: {name}.") for name in missing]
    unreported = sorted(d.stock for d in open_ if not d.reported)
    found += [
        _finding("unreported", f"Report the difference: {n}.", f"Informe la diferencia: {n}.") for n in unreported
    ]
    return tuple(found)


def loss_report(open_: Sequence[Discrepancy], table: CountTable, *, theft: bool = False) -> LossReport:
    """Say who is told: pharmacist and administrator for more than one open difference or any significant loss, the federal
    drug agency for theft or a significant loss. A sharp or a key that is missing is told at once, whatever the number.
    """
    unexplained = [d for d in open_ if not d.explained]
    significant = [d for d in unexplained if d.kind == MEDICINE and -d.apart >= table.significant_units]
    theft = theft and any(d.kind == MEDICINE for d in unexplained)
    found = []
    if theft or significant:
        days, notice = table.form_106_days, table.notice_business_days
        en = f"Theft or significant loss: notice within {notice} business day, Form 106 within {days} days."
        es = f"Robo o pérdida importante: aviso en {notice} día hábil, formulario 106 en {days} días."
        found.append(_finding("form_106", en, es, "21 CFR 1301.76(b)"))
    if any(d.kind != MEDICINE and d.apart < 0 for d in unexplained):
        en = "A sharp or a key is missing: tell the shift commander now."
        es = "Falta un objeto punzante o una llave: avise ahora al jefe de turno."
        found.append(_finding("missing_thing", en, es))
    if len(unexplained) > table.open_reports:
        found.append(
            _finding(
                "several", f"{len(unexplained)} differences are open.", f"Hay {len(unexplained)} diferencias abiertas."
            )
        )
    return LossReport(("pharmacy", "hsa") if found else (), bool(theft or significant), tuple(found))


def _finding(code: str, en: str, es: str, source: str = "clinical 2.3") -> Finding:
    return Finding(code, Text(en, es), source)
