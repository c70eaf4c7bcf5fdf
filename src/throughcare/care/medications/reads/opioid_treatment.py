"""Observed treatment through a lens: orders of the programme and of the agency, the last dose, days missed, who is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from throughcare.access.conditions import bench_of
from throughcare.care.medications import formulary, sealed_orders, treatment
from throughcare.care.medications.dose_ids import due_at_of
from throughcare.care.medications.models import Dose, ProgrammeEntry, ProgrammeOrder
from throughcare.care.medications.rules import missed_opioid as rules
from throughcare.care.medications.rules import tables
from throughcare.care.medications.rules.windows import WindowClass
from throughcare.care.medications.treatment import Standing, Treatment
from throughcare.chart.models import HomeMedicine
from throughcare.custody import reads as custody
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people

HALF_DAY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """A sealed order as this reader may see it: who gives doses sees what, how much and when; the rest stays empty."""

    id: UUID
    person_id: UUID
    version: int
    text: str
    amount: str
    sig: str
    starts_at: datetime
    ends_at: datetime
    status: str
    whole: bool
    basis: str = ""
    programme: str = ""
    prescriber: str = ""


def programme_orders(lens: Lens, persons: Sequence[UUID], *, over: bool = False) -> list[ProgrammeLine]:
    """Give the sealed orders of these people that the reader may see, each cut to what its class gives the role."""
    seen = [p for p in persons if lens.may(Verb.SUMMARY, DataClass.PART2, person_id=p)]
    with db.reading(lens):
        rows = ProgrammeOrder.objects.filter(person_id__in=seen).order_by("-starts_at")
        if not over:
            rows = rows.filter(status="active", ends_at__gt=clock.now())
        return [_line(lens, row) for row in rows]


def brought(lens: Lens, persons: Sequence[UUID]) -> list[HomeMedicine]:
    """Give the medicines from outside of these people that an observed treatment may answer: those of the line, by their names."""
    line = [p for p in formulary.load().products if p.window == WindowClass.OPIOID_LINE]
    names = {name.casefold() for p in line for name in (p.ingredient_names[0], *p.brands)}
    seen = [p for p in persons if lens.may(Verb.SUMMARY, DataClass.MEDICATION, person_id=p)]
    with db.reading(lens):
        rows = list(HomeMedicine.objects.filter(person_id__in=seen, status="active").order_by("-recorded_at")[:40])
    return [r for r in rows if any(name in r.text.casefold() for name in names)]


def _line(lens: Lens, row: ProgrammeOrder) -> ProgrammeLine:
    said = sealed_orders.programmed(row)
    whole = lens.may(Verb.READ, DataClass.PART2, person_id=row.person_id)
    return ProgrammeLine(
        id=row.id,
        person_id=row.person_id,
        version=row.version,
        text=said.text,
        amount=f"{said.amount.normalize():f} {said.unit}",
        sig=said.sig,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=row.status,
        whole=whole,
        basis=said.basis if whole else "",
        programme=said.programme if whole else "",
        prescriber=said.prescriber if whole else "",
    )


@dataclass(frozen=True, slots=True)
class DueDose:
    """One observed dose of the day with its treatment, and whether its watch still runs."""

    id: UUID
    person_id: UUID
    due_at: datetime
    status: str
    happened_at: datetime | None
    watch: str
    treatment: Treatment
    version: int = 1


@dataclass(frozen=True, slots=True)
class OneTreatment:
    """One treatment with where it stands, and what was done in it as far as the reader may know."""

    treatment: Treatment
    standing: Standing
    whole: bool
    entries: list[tuple[str, datetime, str, dict[str, str]]]
    take_home: int


def line(lens: Lens, facility_id: UUID) -> list[DueDose]:
    """Give the observed doses around now of the people housed here, by cell; only what the reader may see."""
    lens.require(Verb.SUMMARY, DataClass.MEDICATION)
    with db.reading(lens):
        housed = custody.housed(lens, facility_id)
        kin = people.families(lens, housed)
        place = {chart: n for n, one in enumerate(housed) for chart in kin.get(one, ())}
        found = _due(lens, list(place), HALF_DAY)
    return sorted(found, key=lambda d: (place.get(d.person_id, len(place)), d.due_at))


def dose(lens: Lens, persons: Sequence[UUID], dose_id: UUID) -> tuple[DueDose, OneTreatment]:
    """Give one observed dose with where its treatment stands."""
    with db.reading(lens):
        row = (
            Dose.objects.select_related("order")
            .filter(id=dose_id, due_at=due_at_of(dose_id), person_id__in=persons)
            .first()
        )
        found = treatment.of_dose(row) if row else None
        if row is None or found is None or not _visible(lens, found):
            raise NotFound("This dose is not due any more: its order was stopped or changed.")
        return _dose(row, found, _watches([row])), _one(lens, found, persons)


def treatments_of(lens: Lens, persons: Sequence[UUID]) -> list[OneTreatment]:
    """Give a person's observed treatments in force, each with where it stands."""
    with db.reading(lens):
        return [_one(lens, t, persons) for t in treatment.treatments(persons) if _visible(lens, t)]


def treatments_told(lens: Lens, persons: Sequence[UUID]) -> list[OneTreatment]:
    """Give what another clinic is told of: a person's treatments in force, or those they had as they left.

    Of those each stands as it stood then: a day outside is no day missed that we know of.
    """
    with db.reading(lens):
        found = [*treatment.treatments(persons), *treatment.treatments_left(persons)]
        return [_one(lens, t, persons) for t in found if _visible(lens, t)]


def doses_of_person(lens: Lens, persons: Sequence[UUID]) -> list[DueDose]:
    """Give a person's observed doses of the last two weeks and the next day."""
    with db.reading(lens):
        return sorted(_due(lens, persons, timedelta(days=14)), key=lambda d: d.due_at, reverse=True)


def _visible(lens: Lens, found: Treatment) -> bool:
    if found.sealed is not None:
        return lens.may(Verb.SUMMARY, DataClass.PART2, person_id=found.person_id)
    return lens.may(Verb.READ, DataClass.MEDICATION, person_id=found.person_id)


def _due(lens: Lens, persons: Sequence[UUID], back: timedelta) -> list[DueDose]:
    found = treatment.treatments(persons)
    sealed = [t.person_id for t in found if t.sealed is not None]
    bench_of(lens).learn_consents(lens, people.families(lens, sealed))
    seen = {t.id: t for t in found if _visible(lens, t)}
    now = clock.now()
    rows = list(
        Dose.objects.filter(
            Q(order_id__among=seen) | Q(programme_order_id__among=seen),
            due_at__gte=now - back,
            due_at__lt=now + HALF_DAY,
        ).exclude(status="cancelled")
    )
    watches = _watches(rows)
    return [_dose(r, seen[r.order_id or r.programme_order_id or r.id], watches) for r in rows]


def _dose(row: Dose, found: Treatment, watches: dict[UUID, str]) -> DueDose:
    watch = watches.get(row.id) or (row.detail or {}).get("watch", "")
    return DueDose(row.id, row.person_id, row.due_at, row.status, row.happened_at, watch, found, row.version)


def _watches(rows: Sequence[Dose]) -> dict[UUID, str]:
    """Give how the watch after each sealed dose stands, by its last entry."""
    ids = [r.id for r in rows if r.programme_order_id]
    entries = ProgrammeEntry.objects.filter(dose_id__among=ids, kind="dose").order_by("happened_at") if ids else []
    return {e.dose_id: sealed_orders.opened(e).get("watch", "") for e in entries if e.dose_id}


def _one(lens: Lens, found: Treatment, persons: Sequence[UUID]) -> OneTreatment:
    now = min(clock.now(), found.ended_at or clock.now())
    knows = all(lens.may(Verb.SUMMARY, DataClass.PART2, person_id=p) for p in persons)
    whole = found.sealed is None or lens.may(Verb.READ, DataClass.PART2, person_id=found.person_id)
    entries = []
    if found.sealed is not None and whole:
        rows = ProgrammeEntry.objects.filter(person_id__in=persons).exclude(kind="dose").order_by("-happened_at")[:30]
        entries = [(e.kind, e.happened_at, e.recorded_by, sealed_orders.opened(e)) for e in rows]
    return OneTreatment(
        found,
        treatment.standing(found, persons, now, sealed=knows),
        whole,
        entries,
        rules.take_home_limit(max(0, (now - found.starts_at).days), tables.opioid_treatment()),
    )
