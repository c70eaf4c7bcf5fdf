"""A pass as its page and its device draw it: plain values in JSON. No queries, no HTTP."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from throughcare.care.medications import stock_places, views
from throughcare.care.medications.actions.giving import Charted
from throughcare.care.medications.facility_passes import window_at
from throughcare.care.medications.formulary import Formulary
from throughcare.care.medications.models import StockLot
from throughcare.care.medications.reads.pass_rows import DoseRow, OrderRow
from throughcare.care.medications.reads.passes import AsNeeded, Line, PassPerson
from throughcare.care.medications.rules import holding, passes, statuses, tables, windows
from throughcare.care.medications.rules.statuses import Status
from throughcare.care.medications.rules.timing import from_json
from throughcare.care.medications.rules.timing.model import Dose as Amount
from throughcare.care.medications.rules.timing.wording import dose_words, scale_words, words
from throughcare.care.medications.traits import Kept, double_kills, is_observed, kept_of, traits_kept
from throughcare.kernel import clock, content
from throughcare.kernel.errors import Invalid
from throughcare.ui.avatar import Portrait, portrait
from throughcare.ui.forms import id_or_none

# What is offered on the pass, in the order of how often it happens; the rest is charted on the dose's own page.
EXCEPTIONS = (
    Status.NO_SHOW, Status.REFUSED, Status.HELD, Status.NOT_AVAILABLE, Status.AWAY, Status.PARTIAL, Status.VOMITED,
    Status.DIVERTED, Status.WASTED, Status.SELF,
)  # fmt: skip
DETAIL = (
    "value",
    "witness",
    "capacity",
    "supply",
    "incident",
    "site",
    "glucose",
    "identified",
    "scan",
    "second",
    "stock",
)


def line(found: Line) -> dict[str, Any]:
    """Give a pass: what it is, its people in the order of the cells, and what may be charted."""
    span, names = found.span, tables.passes().names()
    return {
        "as_of": clock.now().isoformat(),
        "zone": found.facility.zone,
        "facility": found.facility.short_name,
        "code": span.code,
        "name": names[span.code].en,
        "day": span.day.isoformat(),
        "at": span.at.isoformat(),
        "passes": [
            {
                "code": s.code,
                "name": names[s.code].en,
                "at": s.at.isoformat(),
                "opens": s.opens.isoformat(),
                "closes": s.closes.isoformat(),
            }
            for s in found.spans
        ],
        "unit": str(found.unit.id) if found.unit else "",
        "units": [{"id": str(u.id), "name": u.name, "people": u.people} for u in found.units if u.people],
        "lockdown": bool(found.lockdowns),
        "state": found.passed.state if found.passed else "",
        "pass_id": str(found.passed.id) if found.passed else "",
        "closed_by": found.passed.closed_by if found.passed else "",
        "seconds": {"dose": tables.passes().seconds_per_dose, "cell": tables.passes().seconds_per_cell},
        "people": [person(p) for p in found.people],
    }


def person(found: PassPerson) -> dict[str, Any]:
    """Give one person with everything that is looked at before a dose is handed over."""
    who, where = found.who, found.where
    return {
        "id": str(who.person_id),
        "family": who.family_name,
        "given": who.used_name or who.given,
        "number": who.number,
        "born": who.birth_date.isoformat() if who.birth_date else "",
        "age": who.age,
        "language": who.speaks,
        "face": _face(who.seed),
        "unit": where.unit if where else "",
        "cell": (where.cell or where.bed or where.unit) if where else "",
        "away": where.away if where else "",
        "away_place": where.away_place if where else "",
        "back": _iso(where.expected_back) if where else "",
        "next": where.going_to if where else "",
        "next_at": _iso(where.next_at) if where else "",
        "coming": found.coming,
        "coming_at": _iso(found.coming_at),
        "crossing": str(found.crossing) if found.crossing else "",
        "allergies": list(found.allergies),
        "allergies_asked": found.allergies_asked,
        "doses": _doses(found.doses, found.unjudged),
        "as_needed": [{**as_needed(a), "unjudged": a.order.id in found.unjudged} for a in found.as_needed],
    }


def _face(seed: str) -> dict[str, Any]:
    drawn = portrait(seed)
    return {part: getattr(drawn, part) for part in Portrait.__slots__}


def _doses(rows: Sequence[DoseRow], unjudged: frozenset[UUID]) -> list[dict[str, Any]]:
    stamp = content.stamp()
    return [{**dose(row, stamp), "unjudged": row.id in unjudged} for row in rows]


def dose(row: DoseRow, stamp: tuple[str, int]) -> dict[str, Any]:
    """Give one dose in plain words, with its window and what must be measured before it, by the content of that stamp."""
    order = row.order
    due, opens, late = _window(row.due_at, order.window_class, order.facility_id, stamp)
    return {
        "id": str(row.id),
        "person": str(row.person_id),
        "order": str(order.id),
        "order_version": order.version,
        "text": order.text,
        "code": order.code,
        "amount": amount_words(row.amount, order.unit),
        "route": order.route,
        "sig": order.sig,
        "prepare": order.prepare,
        "for": order.indication,
        "mode": order.mode,
        "due": due,
        "opens": opens,
        "late": late,
        "critical": row.critical,
        "schedule": order.schedule,
        "high_alert": order.high_alert,
        "leased": double_kills(order),
        "rank": _rank(kept_of(order), stamp),
        "asks": asks(order),
        "scale": _scale(order),
        "holds": [str(h) for h in order.holds if isinstance(h, str)],
        "think": any(isinstance(h, str) and not holding.understood(h) for h in order.holds),
        "own_line": is_observed(order),
        "held": order.status == "on-hold",
        "stopped": order.ended_at is not None,
        **standing(row),
    }


@lru_cache(maxsize=4096)
def _rank(kept: Kept, stamp: tuple[str, int]) -> int:
    return passes.criticality(traits_kept(kept, stamp))


@lru_cache(maxsize=4096)
def _window(due_at: datetime, key: str, facility_id: UUID | None, _: tuple[str, int]) -> tuple[str, str, str]:
    """Say when a dose is due and its window's ends: most doses of a pass are due at one moment."""
    window = window_at(windows.WindowClass(key), facility_id)
    opens, late = windows.opens_at(due_at, window), windows.blank_after(due_at, window)
    return due_at.isoformat(), opens.isoformat(), late.isoformat()


def standing(row: DoseRow) -> dict[str, Any]:
    """Give how a dose stands now."""
    return {
        "status": row.status,
        "version": row.version,
        "happened": _iso(row.happened_at),
        "by": (row.by or "").split(",")[0] if row.by else "",
        "reason": row.reason or "",
        "event": (row.detail or {}).get("event", ""),
    }


def as_needed(found: AsNeeded) -> dict[str, Any]:
    """Give what may be asked for, with when it may be given next."""
    order, timing = found.order, from_json(found.order.timing)
    return {
        "id": str(order.id),
        "order": str(order.id),
        "order_version": order.version,
        "person": str(order.person_id),
        "text": order.text,
        "code": order.code,
        "amount": amount_words(order.amount, order.unit),
        "for": order.as_needed_for or order.indication,
        "words": words(timing),
        "route": order.route,
        "holds": [h if isinstance(h, str) else holding.words(holding.of_order([h])) for h in order.holds],
        "asks": asks(order),
        "given": [at.isoformat() for at in found.given],
        "earliest": _iso(windows.free_from(found.given, timing)),
        "minimum_minutes": timing.min_interval_minutes,
        "most": timing.max_in_24h,
        "leased": double_kills(order),
    }


def asks(order: OrderRow) -> list[dict[str, Any]]:
    """Name what is measured before a dose of this order, with the limits at which it is held, where they can be read."""
    sugar = order.critical == "insulin" or order.timing.get("kind") == "sliding"
    if not order.holds and not sugar:
        return []
    found = {
        p.measure: {"measure": p.measure, "below": _limit(p.below), "above": _limit(p.above)}
        for p in holding.of_order(order.holds)
    }
    if sugar and "glucose" not in found:
        found["glucose"] = {"measure": "glucose", "below": None, "above": None}
    return list(found.values())


def _limit(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _scale(order: OrderRow) -> dict[str, Any] | None:
    """Give a sliding scale as the pass reads it: rows of from, to, how much and its words; what is given above the last."""
    if order.timing.get("kind") != "sliding" or (scale := from_json(order.timing).scale) is None:
        return None
    above = scale.above_amount
    return {
        "measure": scale.measure,
        "rows": [[r.low, r.high, f"{r.amount:f}", dose_words(Amount(r.amount, scale.unit))] for r in scale.rows],
        "above": [f"{above:f}", dose_words(Amount(above, scale.unit))] if above is not None else None,
        "words": list(scale_words(scale)),
    }


@lru_cache(maxsize=4096)
def amount_words(amount: Decimal | None, unit: str) -> str:
    """Say an amount: 2 tablets."""
    return dose_words(Amount(amount, unit)) if amount is not None and unit.strip() else ""


def exceptions() -> list[dict[str, Any]]:
    """Give the statuses that a nurse may chart on a pass, each with its reasons and what must stand beside it."""
    table = tables.reasons()
    found = []
    for status in EXCEPTIONS:
        reasons = [r for r in table.of(status) if "nurse" in r.attested_by]
        found.append(
            {
                "status": status.value,
                "words": views.status_words(status.value),
                "needs": sorted(n.value for n in statuses.NEEDS[status]),
                "reasons": [
                    {"key": r.key, "words": r.text.en, "needs": sorted(n.value for n in r.needs)} for r in reasons
                ],
            }
        )
    return found


def early_reasons() -> list[dict[str, Any]]:
    """Give the reasons for which a dose may be given before its window."""
    return [{"key": r.key, "words": r.text.en} for r in tables.reasons().of(Status.GIVEN_EARLY)]


def scanned(formulary: Formulary, barcode: str, today: date) -> dict[str, Any]:
    """Say what a scanned pack is."""
    scan = formulary.by_scan(barcode)
    over = bool(scan.candidates) and scan.expired(today)
    return {
        "code": scan.product.rxcui if scan.product and not over else "",
        "name": scan.product.name if scan.product else "",
        # Of an expired pack nothing may be compared by eye and given after all.
        "maybe": [] if over else [p.rxcui for p in scan.candidates],
        "sentence": f"This pack expired on {scan.expires}. Take another one." if over else scan.sentence,
        "lot": scan.lot,
    }


def charted(rows: Any) -> list[Charted]:
    """Read what became of doses from a page's JSON; what can't be read is said in one sentence."""
    if not isinstance(rows, list) or not rows or len(rows) > 60:
        raise Invalid("Choose at least one dose. Nothing was charted.")
    return [_charted(r) for r in rows]


def lots(found: Mapping[str, Sequence[StockLot]]) -> dict[str, list[dict[str, str]]]:
    """Give the lots that doses may be taken from, by product: the first to expire first, with what the book has of each."""
    titles = {p.id: p.title for p in stock_places.places()}
    return {
        code: [
            {
                "id": str(lot.id),
                "lot": lot.lot,
                "expires": f"{lot.expires_on:%m/%y}" if lot.expires_on else "",
                "place": titles.get(lot.place, ""),
                "left": f"{lot.balance.normalize():f}",
            }
            for lot in rows[:6]
        ]
        for code, rows in found.items()
    }


def _charted(row: Any) -> Charted:
    if not isinstance(row, dict):
        raise Invalid("This page sent something that can't be read. Open it again; nothing was charted.")
    dose_id = id_or_none(str(row.get("dose", "")))
    if dose_id is None:
        raise Invalid("Choose the dose. Nothing was charted.")
    return Charted(
        dose_id=dose_id,
        status=str(row.get("status", "")),
        at=moment(row.get("at")),
        reason=str(row.get("reason", ""))[:60],
        amount=number(row.get("amount")),
        detail=beside(row.get("detail")),
    )


def beside(said: Any) -> dict[str, str]:
    """Read what stands beside a dose: of what a page sent, what a dose keeps."""
    return {k: str(said[k])[:120] for k in DETAIL if said.get(k)} if isinstance(said, dict) else {}


def moment(text: Any) -> datetime | None:
    """Read a moment that a page sent; without a zone it can't be one."""
    if not text:
        return None
    unread = Invalid("The time on this device can't be read. Nothing was charted.")
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise unread from None
    if at.tzinfo is None:
        raise unread
    return at


def number(text: Any) -> Decimal | None:
    """Read an amount that a page sent."""
    wrong: dict[str, str] = {}
    value = views.decimal_of(str(text or ""), "amount", wrong)
    if wrong:
        raise Invalid(wrong["amount"], fields=wrong)
    return value


def packs(formulary: Formulary, codes: set[str]) -> list[list[str]]:
    """Give the pack numbers of these products, for scanning without a network."""
    return [list(row) for row in formulary.packs_of(codes)]


def blanks(rows: Sequence[tuple[str, DoseRow]]) -> list[dict[str, Any]]:
    """Give the doses that closing a pass would leave without a status."""
    return [{"dose": str(d.id), "name": name, "text": d.order.text, "due": d.due_at.isoformat()} for name, d in rows]


def outcomes(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Give how charted doses stand now."""
    return [{"dose": str(o.dose_id), "status": o.status, "version": o.version} for o in rows]


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
