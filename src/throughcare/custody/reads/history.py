"""A person's stays: segments of legal status and every move, those taken back too."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughcare.custody import legal
from throughcare.custody.models import Bed, Facility, LegalStatus, Move, Stay, Unit
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people

WORDS = {
    "admit": "Admitted",
    "transfer": "Transferred",
    "internal": "Moved within",
    "court_out": "To court",
    "hospital_out": "To hospital",
    "furlough": "On furlough",
    "return": "Returned",
    "release": "Released",
    "death": "Died",
    "escape": "Escaped",
}


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One move as a page shows it."""

    id: UUID
    words: str
    at: datetime
    origin: str
    destination: str
    received_at: datetime
    source: str
    cancelled_at: datetime | None
    cancelled_by: str


@dataclass(frozen=True, slots=True)
class StayRow:
    """One stay with its segments and moves."""

    id: UUID
    booking_number: str
    admitted_at: datetime
    ended_at: datetime | None
    state: str
    segments: list[tuple[str, datetime, datetime | None]]
    moves: list[MoveRow]


def stays(lens: Lens, person_id: UUID) -> list[StayRow]:
    """Give one person's stays, newest first. Five queries, however many moves."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS, person_id=person_id)
    rows = list(Stay.objects.filter(person_id__in=people.family(lens, person_id)).order_by("-admitted_at"))
    segments: dict[UUID, list[tuple[str, datetime, datetime | None]]] = {r.id: [] for r in rows}
    titles = legal.statuses()
    for s in LegalStatus.objects.filter(stay__in=rows, cancelled=False).order_by("since"):
        segments[s.stay_id].append((titles[s.kind].title if s.kind in titles else s.kind, s.since, s.until))
    moves: dict[UUID, list[MoveRow]] = {r.id: [] for r in rows}
    places = ("from_facility", "from_unit", "from_bed__cell", "to_facility", "to_unit", "to_bed__cell")
    for m in Move.objects.filter(stay__in=rows).select_related(*places).order_by("-n"):
        moves[m.stay_id].append(_move(m))
    return [
        StayRow(r.id, r.booking_number, r.admitted_at, r.ended_at, r.state, segments[r.id], moves[r.id]) for r in rows
    ]


def _move(m: Move) -> MoveRow:
    origin = _spot(m.from_facility, m.from_unit, m.from_bed)
    target = _spot(m.to_facility, m.to_unit, m.to_bed) or m.place or m.destination.replace("_", " ")
    return MoveRow(
        m.id, WORDS[m.kind], m.happened_at, origin, target, m.received_at, m.source, m.cancelled_at, m.cancelled_by
    )


def _spot(facility: Facility | None, unit: Unit | None, bed: Bed | None) -> str:
    spot = bed.cell.code if bed else unit.name if unit else ""
    return " · ".join(part for part in (facility.short_name if facility else "", spot) if part)
