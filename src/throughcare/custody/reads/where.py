"""Where people are now: for a banner, a list, or the roster of a facility. One statement for one person as for all."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from throughcare.custody.policy import OFFICERS, housed_now
from throughcare.kernel import clock, statement
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people

AWAY_WORDS = {"court": "at court", "hospital": "in hospital", "furlough": "on furlough", "escape": "escaped"}
PLAN_WORDS = {"court": "Court", "transfer": "Transfer", "release": "Release", "visit": "Visit"}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where one person is: housed, out, and what comes next. In the order of the columns of `NOW`."""

    person_id: UUID
    stay_id: UUID
    facility_id: UUID | None
    facility: str
    unit_id: UUID | None
    unit: str
    cell: str
    bed: str
    confirmed: bool
    since: datetime | None
    zone: str
    away: str = ""
    away_place: str = ""
    away_since: datetime | None = None
    expected_back: datetime | None = None
    next_kind: str = ""
    next_at: datetime | None = None
    next_place: str = ""
    nurse_phone: str = ""

    @property
    def place(self) -> str:
        """Say where, in a few words: the cell, else the unit, else the facility."""
        spot = self.cell or self.unit
        return f"{self.facility} · {spot}" if spot and self.facility else self.facility or AWAY_WORDS.get(self.away, "")

    @property
    def words(self) -> str:
        """Say where, and that they are out where they are."""
        out = AWAY_WORDS.get(self.away, "")
        return f"{self.place}, {out}" if out and self.facility else self.place

    @property
    def going_to(self) -> str:
        """Say what comes next."""
        if not self.next_kind:
            return ""
        return f"{PLAN_WORDS[self.next_kind]}, {self.next_place}" if self.next_place else PLAN_WORDS[self.next_kind]


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of a roster."""

    who: people.Card
    where: Whereabouts


# Every page about a person asks this. A plan is the next one; a release that is uncertain is none for a banner.
NOW = """
SELECT asked.id, coalesce(h.stay_id, a.stay_id), h.facility_id, coalesce(f.short_name, ''), h.unit_id,
  coalesce(u.name, ''), CASE WHEN h.confirmed THEN c.code ELSE '' END, coalesce(b.code, h.bed_named, ''),
  coalesce(h.confirmed, false), h.since, coalesce(f.zone, 'America/New_York'),
  coalesce(a.kind, ''), coalesce(a.place, ''), a.since, a.expected_back,
  coalesce(n.kind, ''), n.starts_at, coalesce(n.place, ''), coalesce(f.nurse_phone, '')
FROM unnest(%s::uuid[], %s::boolean[]) AS asked (id, shown)
LEFT JOIN custody_placement h ON h.person_id = asked.id AND h.until IS NULL AND NOT h.cancelled AND asked.shown
LEFT JOIN custody_facility f ON f.id = h.facility_id
LEFT JOIN custody_unit u ON u.id = h.unit_id
LEFT JOIN custody_bed b ON b.id = h.bed_id
LEFT JOIN custody_cell c ON c.id = b.cell_id
LEFT JOIN custody_away a ON a.person_id = asked.id AND a.until IS NULL AND NOT a.cancelled AND asked.shown
LEFT JOIN LATERAL (
  SELECT p.kind, p.starts_at, coalesce(t.short_name, p.place) AS place
  FROM custody_scheduledevent p LEFT JOIN custody_facility t ON t.id = p.to_facility_id
  WHERE p.person_id = asked.id AND p.state = 'planned' AND p.starts_at >= %s
    AND NOT (p.kind = 'release' AND p.confidence = 'uncertain')
  ORDER BY p.starts_at LIMIT 1
) n ON true
"""


def whereabouts(lens: Lens, person_ids: Iterable[UUID]) -> dict[UUID, Whereabouts]:
    """Say for each id where that person is now; whoever is nowhere, or hidden from this reader, is absent. Two queries."""
    families = people.families(lens, people.known_to(lens, person_ids))
    now = _now(lens, {own for family in families.values() for own in family})
    found: dict[UUID, Whereabouts] = {}
    for own, family in families.items():
        held = next((now[c] for c in (own, *family) if _is_somewhere(now[c])), None)
        if held is not None:
            plan = next((now[c] for c in family if now[c].next_kind), held)
            found[own] = replace(
                held, person_id=own, next_kind=plan.next_kind, next_at=plan.next_at, next_place=plan.next_place
            )
    return found


def present(lens: Lens, facility_id: UUID, unit_id: UUID | None = None, *, in_order: bool = True) -> list[RosterRow]:
    """List who is housed at a facility, or in one of its units, by cell. Constant in queries.

    Whoever puts them in an order of their own needs none here (`in_order`): it takes joins over all beds.
    """
    ids = housed(lens, facility_id, unit_id, in_order=in_order)
    cards, now = people.cards(lens, ids), _look(ids, ids)
    return [RosterRow(cards[own], now[own]) for own in ids]


def housed(lens: Lens, facility_id: UUID, unit_id: UUID | None = None, *, in_order: bool = True) -> list[UUID]:
    """Give the charts of the same people alone, for who asks something else of them."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS)
    rows = housed_now(lens).filter(facility_id=facility_id)
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    if in_order:
        rows = rows.order_by("unit__code", "bed__cell__code", "bed__code", "person__family")
    return list(rows.values_list("person_id", flat=True))


def unsettled_beds(lens: Lens, facility_id: UUID) -> list[RosterRow]:
    """List whose bed custody named but nobody confirmed."""
    return [r for r in present(lens, facility_id) if not r.where.confirmed and r.where.bed]


def _now(lens: Lens, charts: Collection[UUID]) -> dict[UUID, Whereabouts]:
    if lens.role not in OFFICERS:
        return _look(charts, charts)
    return _look(charts, set(housed_now(lens).filter(person_id__in=charts).values_list("person_id", flat=True)))


def _look(charts: Collection[UUID], shown: Collection[UUID]) -> dict[UUID, Whereabouts]:
    """Give what holds of each chart; of those not `shown`, no place."""
    if not charts:
        return {}
    shown = frozenset(shown)
    rows = statement.run(NOW, [[*charts], [c in shown for c in charts], clock.now()])
    return {row[0]: Whereabouts(*row) for row in rows}


def _is_somewhere(where: Whereabouts) -> bool:
    return where.facility_id is not None or bool(where.away)
