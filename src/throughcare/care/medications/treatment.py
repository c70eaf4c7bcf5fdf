"""An observed treatment, whichever table its order stands in: its medicine, its last dose, its missed days, its legal basis.

Call it in a transaction that may open what it needs; a sealed order that stays closed is not there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from throughcare.care.medications import formulary, sealed_orders, states
from throughcare.care.medications.facility_passes import facility_passes
from throughcare.care.medications.models import Dose, MedicationOrder, ProgrammeEntry, ProgrammeOrder
from throughcare.care.medications.rules import missed_opioid as rules
from throughcare.care.medications.rules import statuses, tables
from throughcare.care.medications.rules.missed_opioid import LegalBasis, MissedDays, OpioidTable, ThreeDays
from throughcare.care.medications.rules.timing import from_json, occurrences
from throughcare.care.medications.rules.windows import WindowClass
from throughcare.care.medications.sealed_orders import Programmed
from throughcare.care.medications.taken_along import taken_along
from throughcare.kernel import clock

METHADONE = "6813"
# The record is looked through this far back for a last dose, and for the start of the three-day rule.
LOOK_BACK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Treatment:
    """One order of an observed treatment: of the agency itself (`ordered`), or sealed, of a programme (`sealed`)."""

    id: UUID
    person_id: UUID
    version: int
    code: str
    text: str
    sig: str
    amount: Decimal | None
    unit: str
    starts_at: datetime
    facility_id: UUID | None
    continues: bool
    renewed: bool
    ordered: MedicationOrder | None = None
    sealed: ProgrammeOrder | None = None
    said: Programmed | None = None

    @property
    def methadone(self) -> bool:
        """Tell whether it is methadone: its law and its swallow differ."""
        return METHADONE in formulary.load().contents(self.code)

    @property
    def milligrams(self) -> Decimal:
        """Give the dose in milligrams where the product tells it, else nothing."""
        product = formulary.load().product(self.code)
        if product is None or self.amount is None or not product.strengths:
            return Decimal(0)
        found = product.amount(product.strengths[0].ingredient, self.amount)
        return found[0] if found else Decimal(0)

    @property
    def minimum(self) -> timedelta | None:
        """Give the order's own least time between doses, if it names one."""
        hours = self.said.minimum_hours if self.said else 0
        return timedelta(hours=hours) if hours else None

    @property
    def ended_at(self) -> datetime | None:
        """Give when its order ended; none while it runs."""
        row = self.ordered or self.sealed
        return row.ended_at if row is not None else None

    @property
    def zone(self) -> ZoneInfo:
        """Give the zone in which its days are counted."""
        return facility_passes(self.facility_id).zone


@dataclass(frozen=True, slots=True)
class LastDose:
    """The last dose that was taken: when, how much, where and who gave it."""

    at: datetime
    amount: str
    facility_id: UUID | None
    by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a treatment stands now: its last dose, days missed, the three-day rule, what was given today."""

    last: LastDose | None
    missed: MissedDays
    three_days: ThreeDays | None
    first_day: bool
    today_mg: Decimal
    bases: tuple[LegalBasis, ...]


def treatments(people: Sequence[UUID]) -> list[Treatment]:
    """Give the observed treatments in force of these people."""
    observed = Q(opioid_treatment=True, window_class=WindowClass.OPIOID_LINE, status__in=states.LIVE)
    rows = MedicationOrder.objects.filter(observed, person_id__among=people, ends_at__gt=clock.now()).order_by("id")
    return [*(of_order(r) for r in rows), *(of_programme(r, s) for r, s in sealed_orders.in_force(people))]


def treatments_left(people: Sequence[UUID]) -> list[Treatment]:
    """Give the observed treatments that these people had as they left, for as long as they are gone (2.7, release)."""
    along = taken_along(people)
    rows = MedicationOrder.objects.filter(
        along, opioid_treatment=True, window_class=WindowClass.OPIOID_LINE, held_why=""
    ).order_by("id")
    sealed = [of_programme(r, sealed_orders.programmed(r)) for r in ProgrammeOrder.objects.filter(along).order_by("id")]
    return [*(of_order(r) for r in rows), *sealed]


def of_dose(row: Dose) -> Treatment | None:
    """Give the treatment that a dose belongs to; none where it is another medicine, or stays closed."""
    if row.order is not None:
        observed = row.order.opioid_treatment and row.order.window_class == WindowClass.OPIOID_LINE
        return of_order(row.order) if observed else None
    found = ProgrammeOrder.objects.filter(id=row.programme_order_id).first() if row.programme_order_id else None
    return of_programme(found, sealed_orders.programmed(found)) if found else None


def of_order(row: MedicationOrder) -> Treatment:
    """Read a treatment from the agency's own order."""
    reassessed = row.gates.get("reassessed") == "yes"
    return Treatment(
        row.id, row.person_id, row.version, row.code, row.text, row.sig, row.amount, row.unit, row.starts_at, row.facility_id,
        continues=row.home_medicine_id is not None, renewed=row.replaces_id is not None and not reassessed, ordered=row,
    )  # fmt: skip


def of_programme(row: ProgrammeOrder, said: Programmed) -> Treatment:
    """Read a treatment from a programme's order."""
    return Treatment(
        row.id, row.person_id, row.version, said.product, said.text, said.sig, said.amount, said.unit, row.starts_at,
        row.facility_id, continues=said.continues, renewed=False, sealed=row, said=said,
    )  # fmt: skip


def standing(treatment: Treatment, people: Sequence[UUID], now: datetime, *, sealed: bool = True) -> Standing:
    """Say where a treatment stands at a moment; not `sealed`, without what a programme gave: the reader may not know."""
    table = tables.opioid_treatment()
    taken = [d for d in _taken(people, now) if sealed or d.programme_order_id is None]
    last = taken[-1] if taken else None
    three = _three_days(people, taken, now, table)
    today = now.astimezone(treatment.zone).date()
    given_today = [d for d in taken if d.happened_at and d.happened_at.astimezone(treatment.zone).date() == today]
    missed = rules.missed_days(
        _counted_from(treatment, last),
        today,
        table,
        today_missed=not given_today and _missed_today(treatment, today),
        off_days=_off_days(treatment, now),
    )
    if sealed and (otherwise := _reported_otherwise(treatment, people)) is not None:
        missed = rules.reported_otherwise(missed, otherwise, table)
    return Standing(
        last=_told(last, treatment) if last else None,
        missed=missed,
        three_days=three,
        first_day=not treatment.continues and not _recent(last, now, table),
        today_mg=treatment.milligrams * len(given_today),
        bases=rules.bases_open(table, three_day_used=three is not None and three.over(now)),
    )


def _reported_otherwise(treatment: Treatment, people: Sequence[UUID]) -> int | None:
    """Give the days missed by a report from outside that contradicts the record since a prescriber last decided; none: no report."""
    since = ProgrammeEntry.objects.filter(person_id__in=people, kind="outside_report")
    row = since.filter(happened_at__gte=treatment.starts_at).order_by("-happened_at").first()
    said = sealed_orders.opened(row) if row else {}
    return int(said.get("missed") or 0) if said.get("contradicts") == "yes" else None


def _recent(last: Dose | None, now: datetime, table: OpioidTable) -> bool:
    return last is not None and last.happened_at is not None and (now - last.happened_at).days < table.restart_days


def _taken(people: Sequence[UUID], now: datetime) -> list[Dose]:
    own = MedicationOrder.objects.filter(
        person_id__in=people, opioid_treatment=True, window_class=WindowClass.OPIOID_LINE
    ).values_list("id", flat=True)
    rows = Dose.objects.select_related("order").filter(
        Q(order_id__in=list(own)) | Q(programme_order_id__isnull=False),
        person_id__in=people,
        due_at__gte=now - LOOK_BACK,
        due_at__lt=now + timedelta(days=1),
        status__in=sorted(statuses.TAKEN),
    )
    return sorted(rows, key=lambda d: d.happened_at or d.due_at)


def _told(row: Dose, treatment: Treatment) -> LastDose:
    amount = f"{treatment.amount.normalize():f} {treatment.unit}" if treatment.amount is not None else ""
    if row.order is not None and row.order.amount is not None:
        amount = f"{row.order.amount.normalize():f} {row.order.unit}"
    elif row.programme_order_id not in (None, treatment.id):
        found = ProgrammeOrder.objects.filter(id=row.programme_order_id).first()
        said = sealed_orders.programmed(found) if found else None
        amount = f"{said.amount.normalize():f} {said.unit}" if said else ""
    return LastDose(row.happened_at or row.due_at, amount, row.facility_id, row.by or "")


def _counted_from(treatment: Treatment, last: Dose | None) -> date | None:
    """Give the day from which missed days count: the last dose, or the eve of the day a prescriber decided to begin anew."""
    last_on = last.happened_at.astimezone(treatment.zone).date() if last and last.happened_at else None
    if treatment.renewed:
        return last_on
    eve = treatment.starts_at.astimezone(treatment.zone).date() - timedelta(days=1)
    return max(last_on, eve) if last_on else eve


def _missed_today(treatment: Treatment, today: date) -> bool:
    """Tell whether today is missed for good: each of its doses was charted, and none was taken; what went along is not missed."""
    which = {"order_id": treatment.id} if treatment.ordered else {"programme_order_id": treatment.id}
    begins = datetime.combine(today, datetime.min.time(), tzinfo=treatment.zone)
    ends = datetime.combine(today + timedelta(days=1), datetime.min.time(), tzinfo=treatment.zone)
    found = set(Dose.objects.filter(**which, due_at__gte=begins, due_at__lt=ends).values_list("status", flat=True))
    return bool(found - {"cancelled"}) and not found & {states.EXPECTED, "away", *(s.value for s in statuses.TAKEN)}


def _off_days(treatment: Treatment, now: datetime) -> Collection[date]:
    """Give the days on which the order asks for no dose, by its timing.

    Not by the doses laid: while an order was on hold, or its person gone, none was laid, and those days were missed all the same.
    """
    timing = treatment.said.timing if treatment.said else treatment.ordered.timing if treatment.ordered else {}
    zone, since = treatment.zone, max(treatment.starts_at, now - timedelta(days=31))
    asked = occurrences(
        from_json(dict(timing)),
        start=treatment.starts_at,
        end=now + timedelta(days=1),
        pass_times=facility_passes(treatment.facility_id).times,
        zone=zone,
        window_from=since,
        window_to=now + timedelta(days=1),
    )
    with_dose = {one.due_at.astimezone(zone).date() for one in asked}
    if not with_dose:
        return ()
    first, today = min(with_dose), now.astimezone(zone).date()
    every = {first + timedelta(days=n) for n in range((today - first).days + 1)}
    return every - with_dose


def _three_days(people: Sequence[UUID], taken: Sequence[Dose], now: datetime, table: OpioidTable) -> ThreeDays | None:
    begun = [d.happened_at for d in taken if d.happened_at and (d.detail or {}).get("basis") == LegalBasis.THREE_DAY]
    begun += ProgrammeEntry.objects.filter(
        person_id__in=people, kind="three_day", happened_at__gte=now - LOOK_BACK
    ).values_list("happened_at", flat=True)
    return rules.start_three_days(min(begun), table) if begun else None
