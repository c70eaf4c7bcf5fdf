"""Where people are now: for a banner, a list, or the roster of a facility. As many queries for one person as for all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from throughcare.custody.models import Away, Placement, ScheduledEvent
from throughcare.custody.policy import OFFICERS, housed_now
from throughcare.kernel import clock
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people

AWAY_WORDS = {"court": "at court", "hospital": "in hospital", "furlough": "on furlough", "escape": "escaped"}
PLAN_WORDS = {"court": "Court", "transfer": "Transfer", "release": "Release", "visit": "Visit"}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where one person is: housed, out, and what comes next."""

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


def whereabouts(lens: Lens, person_ids: Iterable[UUID]) -> dict[UUID, Whereabouts]:
    """Say for each id where that person is now; whoever is nowhere, or hidden from this reader, is absent. Five queries."""
    families = people.families(lens, people.known_to(lens, person_ids))
    everybody = {own for family in families.values() for own in family}
    rows = housed_now(lens) if lens.role in OFFICERS else _housed()
    placements = {p.person_id: p for p in _with_names(rows.filter(person_id__in=everybody))}
    aways = {a.person_id: a for a in Away.objects.filter(person_id__in=everybody, until=None, cancelled=False)}
    if lens.role in OFFICERS:
        aways = {own: a for own, a in aways.items() if own in placements}
    coming = _next(everybody)
    found: dict[UUID, Whereabouts] = {}
    for own, family in families.items():
        chart = next((c for c in (own, *family) if c in placements or c in aways), None)
        if chart is not None:
            plan = next((coming[c] for c in family if c in coming), None)
            found[own] = _where(own, placements.get(chart), aways.get(chart), plan)
    return found


def present(lens: Lens, facility_id: UUID, unit_id: UUID | None = None) -> list[RosterRow]:
    """List who is housed at a facility, or in one of its units, by cell. Constant in queries."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS)
    rows = housed_now(lens).filter(facility_id=facility_id)
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    placements = list(_with_names(rows).order_by("unit__code", "bed__cell__code", "bed__code", "person__family"))
    ids = [p.person_id for p in placements]
    cards = people.cards(lens, ids)
    aways = {a.person_id: a for a in Away.objects.filter(person_id__in=ids, until=None, cancelled=False)}
    coming = _next(ids)
    return [
        RosterRow(
            cards[p.person_id],
            _where(p.person_id, p, aways.get(p.person_id), coming.get(p.person_id)),
        )
        for p in placements
    ]


def unsettled_beds(lens: Lens, facility_id: UUID) -> list[RosterRow]:
    """List whose bed custody named but nobody confirmed."""
    return [r for r in present(lens, facility_id) if not r.where.confirmed and r.where.bed]


def _housed() -> QuerySet[Placement]:
    return Placement.objects.filter(until=None, cancelled=False)


def _with_names(rows: QuerySet[Placement]) -> QuerySet[Placement]:
    return rows.select_related("facility", "unit", "bed__cell")


def _next(person_ids: Iterable[UUID]) -> dict[UUID, ScheduledEvent]:
    """Give each person's next plan; an expected release that is uncertain or far off is not one for a banner."""
    now = clock.now()
    rows = ScheduledEvent.objects.filter(person_id__in=list(person_ids), state="planned", starts_at__gte=now)
    rows = rows.exclude(kind="release", confidence="uncertain").select_related("to_facility")
    return {r.person_id: r for r in rows.order_by("person_id", "starts_at").distinct("person_id")}


def _where(own: UUID, placed: Placement | None, away: Away | None, plan: ScheduledEvent | None) -> Whereabouts:
    held = placed or away
    if held is None:
        raise ValueError("nobody is nowhere")
    bed, unit, site = (placed.bed, placed.unit, placed.facility) if placed else (None, None, None)
    return Whereabouts(
        person_id=own,
        stay_id=held.stay_id,
        facility_id=site.id if site else None,
        facility=site.short_name if site else "",
        unit_id=unit.id if unit else None,
        unit=unit.name if unit else "",
        cell=bed.cell.code if bed and placed and placed.confirmed else "",
        bed=bed.code if bed else placed.bed_named if placed else "",
        confirmed=placed.confirmed if placed else False,
        since=placed.since if placed else None,
        zone=site.zone if site else "America/New_York",
        away=away.kind if away else "",
        away_place=away.place if away else "",
        away_since=away.since if away else None,
        expected_back=away.expected_back if away else None,
        next_kind=plan.kind if plan else "",
        next_at=plan.starts_at if plan else None,
        next_place=(plan.to_facility.short_name if plan.to_facility else plan.place) if plan else "",
        nurse_phone=site.nurse_phone if site else "",
    )
