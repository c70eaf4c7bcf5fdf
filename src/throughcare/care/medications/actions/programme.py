"""Orders of a programme under 42 CFR Part 2: sealed, checked like all others, with doses that name nothing in the open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from throughcare import ledger
from throughcare.care.medications import checking, formulary, programme_fhir, sealed_orders
from throughcare.care.medications.actions.laying import AHEAD, BATCH, REFILL
from throughcare.care.medications.dose_ids import dose_id
from throughcare.care.medications.events import MedicineDecided, OpioidTreatmentOrdered
from throughcare.care.medications.facility_passes import facility_passes
from throughcare.care.medications.formulary import Product
from throughcare.care.medications.models import ProgrammeOrder
from throughcare.care.medications.rules import tables
from throughcare.care.medications.rules import timing as timings
from throughcare.care.medications.rules.missed_opioid import LegalBasis, bases_open
from throughcare.care.medications.rules.windows import WindowClass
from throughcare.care.medications.sealed_orders import Programmed
from throughcare.chart.actions.keeping import mine
from throughcare.chart.models import HomeMedicine
from throughcare.custody.homes import WayOut, facilities_now, way_out
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people.family import family

INSERT = """
INSERT INTO medications_dose (id, due_at, person_id, programme_order_id, pass_code, critical, controlled)
SELECT i, d, %s, %s, p, true, true FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[]) AS n(i, d, p)
ON CONFLICT (id, due_at) DO NOTHING
"""
DAILY: Mapping[str, Any] = {"kind": "passes", "passes": ["morning"]}


@dataclass(frozen=True, slots=True)
class ProgrammePrescription:
    """What a programme asks for: `amount` counts units of the product; `documented` is the reason to pass first-day limits."""

    product: str
    amount: Decimal
    programme: str
    basis: str
    prescriber: str
    timing: Mapping[str, Any] = field(default_factory=lambda: dict(DAILY))
    starts_at: datetime | None = None
    days: int = 30
    documented: str = ""
    minimum_hours: int = 0
    continues: bool = False
    reasons: Mapping[str, str] = field(default_factory=dict)
    home_medicine_id: UUID | None = None


@action("medications.place_programme_order")
def place_programme_order(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, asked: ProgrammePrescription
) -> UUID:
    """Write down a programme's order: checked against everything known, sealed, its doses laid out. Gives the order."""
    return place(actor, person_id, asked, None).id


def place(
    actor: Actor, person_id: UUID, asked: ProgrammePrescription, replaces: ProgrammeOrder | None
) -> ProgrammeOrder:
    """Place a sealed order inside an action."""
    require_programme(actor)
    if asked.home_medicine_id is not None:
        mine(HomeMedicine, asked.home_medicine_id, person_id, what="medicine")
    product, timing = _readable(asked)
    found = checking.check(person_id, _wanted(asked, product, timing, replaces))
    unanswered = [a for a in found.must_answer if not asked.reasons.get(a.key, "").strip()]
    if unanswered:
        raise Invalid(unanswered[0].sentence, fields={f"reason-{a.key}": a.sentence for a in unanswered})
    now = clock.now()
    starts, id_ = asked.starts_at or now, uuid7()
    said = Programmed(
        product=product.rxcui,
        text=product.name,
        amount=asked.amount,
        unit=product.unit,
        route=product.route,
        timing=timings.to_json(timing),
        sig=f"{timings.dose_words(timings.Dose(asked.amount, product.unit))}, {timings.words(timing)}",
        basis=asked.basis,
        programme=asked.programme.strip()[:160],
        prescriber=asked.prescriber.strip()[:160],
        prescriber_id=str(actor.id),
        documented=asked.documented.strip()[:300],
        minimum_hours=asked.minimum_hours,
        continues=asked.continues,
        check_edition=found.edition,
        findings=tuple(a.as_json() for a in found.alerts),
        reasons={k: v.strip()[:300] for k, v in asked.reasons.items() if v.strip()},
    )
    row = ProgrammeOrder(
        id=id_,
        person_id=person_id,
        facility_id=actor.facility_id,
        recorded_at=now,
        recorded_by=actor.label(),
        recorder_id=actor.id,
        starts_at=starts,
        ends_at=timings.lasting(timing, starts, asked.days, facility_passes(actor.facility_id).zone),
        replaces=replaces,
        body=sealed_orders.order_body(id_, said),
    )
    row.save(force_insert=True)
    keep_programme_order(row, said)
    lay_programme(row, said, now + AHEAD)
    emit(OpioidTreatmentOrdered(happened_at=now, person_id=person_id, facility_id=actor.facility_id, ref=id_))
    if asked.home_medicine_id is not None:
        emit(
            MedicineDecided(
                happened_at=now,
                person_id=person_id,
                facility_id=actor.facility_id,
                ref=asked.home_medicine_id,
                decision="continue",
            )
        )
    return row


def require_programme(actor: Actor) -> None:
    """Refuse whoever is not of the programme's staff: what is sealed is written by them alone (7.3)."""
    if actor.role is not Role.SUD and actor.kind != "system":
        raise NotAllowed("Only the programme's own staff writes its orders. Call the programme.")


def _readable(asked: ProgrammePrescription) -> tuple[Product, timings.Timing]:
    product = formulary.load().product(asked.product)
    wrong: dict[str, str] = {}
    if product is None or product.window != WindowClass.OPIOID_LINE:
        wrong["product"] = "Choose the programme's medicine."
    if asked.amount <= 0:
        wrong["amount"] = "Say how much."
    if asked.basis not in {b.value for b in bases_open(tables.opioid_treatment(), three_day_used=False)}:
        wrong["basis"] = "Name the legal basis."
    if not asked.programme.strip():
        wrong["programme"] = "Name the programme: it is a legal entity of its own."
    if not asked.prescriber.strip():
        wrong["prescriber"] = "Name the prescriber."
    if not 1 <= asked.days <= 366:
        wrong["days"] = "An order lasts 1 to 366 days."
    if asked.basis == LegalBasis.THREE_DAY and asked.days > 3:
        wrong["days"] = "The three-day rule gives three days, and can't be renewed (21 CFR 1306.07(b))."
    try:
        timing = timings.from_json(dict(asked.timing))
    except timings.TimingError as bad:
        raise Invalid(str(bad), fields={"frequency": str(bad)}) from bad
    if wrong or product is None:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return product, timing


def _wanted(
    asked: ProgrammePrescription, product: Product, timing: timings.Timing, replaces: ProgrammeOrder | None
) -> checking.Wanted:
    return checking.Wanted(
        product=product.rxcui,
        text=product.name,
        timing=timing,
        amount=asked.amount,
        instead_of=replaces.id if replaces else None,
        home_medicine_id=asked.home_medicine_id,
    )


@action("medications.stop_programme_order")
def stop_programme_order(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, version: int, why: str
) -> None:
    """Stop a sealed order with its reason; doses not yet due are taken back."""
    require_programme(actor)
    if not why.strip():
        raise Invalid("Say why it stops.", fields={"why": "Say why it stops."})
    end(programme_order(person_id, order_id, version), why.strip())


def end(row: ProgrammeOrder, why: str) -> None:
    """End a sealed order inside an action."""
    if row.status != "active":
        raise Stale("This order is over already.")
    now = clock.now()
    said = sealed_orders.opened(row) | {"ended_why": why[:200]}
    row.bump(status="stopped", ended_at=now)
    keep_programme_order(row, sealed_orders.programmed(row), said["ended_why"])
    take_back_sealed([row.id], now)


def take_back_sealed(order_ids: Sequence[UUID], since: datetime) -> None:
    """Take back doses of sealed orders from a moment on; what was charted, or was due before, stays."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT medications_take_back_programme(%s::uuid[], %s)", [list(order_ids), since])
    ProgrammeOrder.objects.filter(id__in=order_ids).update(doses_until=since)


def leave(people: Sequence[UUID], out: WayOut, why: str) -> list[UUID]:
    """Stop the sealed orders of somebody who left, as actions/leaving.py does with all others; gives them."""
    found = _of_people(people, status="active")
    for row in found:
        row.bump(status="stopped", ended_at=max(out.since, row.recorded_at), left_by=out.id)
        keep_programme_order(row, sealed_orders.programmed(row), why)
    return [row.id for row in found]


def bring_back(people: Sequence[UUID], way: UUID, back_to: datetime) -> None:
    """Let go on the sealed orders that a way out had stopped, with what fell due since then."""
    now = clock.now()
    for row in _of_people(people, left_by=way, status="stopped"):
        row.bump(status="active", ended_at=None, left_by=None, doses_until=max(back_to, row.doses_until or now))
        said = sealed_orders.programmed(row)
        keep_programme_order(row, said)
        lay_programme(row, said, now + AHEAD)


def lay_anew(people: Sequence[UUID], since: datetime) -> None:
    """Lay the doses of what a programme ordered while the person was not here."""
    now = clock.now()
    for row in _of_people(people, status="active", recorded_at__gte=since, ends_at__gt=now):
        row.doses_until = max(row.starts_at, now)
        lay_programme(row, sealed_orders.programmed(row), now + AHEAD)


def _of_people(people: Sequence[UUID], **which: object) -> list[ProgrammeOrder]:
    rows = ProgrammeOrder.objects.select_for_update(no_key=True).filter(person_id__in=people, **which)
    return list(rows.order_by("id"))


def programme_order(person_id: UUID, order_id: UUID, version: int | None = None) -> ProgrammeOrder:
    """Fetch one person's sealed order to change it; a stale page or another person's order is refused."""
    return mine(ProgrammeOrder, order_id, person_id, version, what="order")


def keep_programme_order(row: ProgrammeOrder, said: Programmed, why: str = "") -> None:
    """Keep the order's present state in the ledger's sealed part."""
    ledger.record(
        type="MedicationRequest",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.PART2,
        body=programme_fhir.programme_order(row, said, why),
    )


@action("medications.lay_programme_doses")
def lay_programme_doses(*, actor: Actor) -> int:
    """Lay out doses for every sealed order in force that runs short of them, and complete those whose time is over."""
    now = clock.now()
    for row in _due(Q(ends_at__lte=now)):
        row.bump(status="completed", ended_at=row.ends_at)
        keep_programme_order(row, sealed_orders.programmed(row))
    short = Q(doses_until__isnull=True) | Q(doses_until__lt=now + REFILL) & Q(doses_until__lt=F("ends_at"))
    rows = _due(short & Q(starts_at__lt=now + AHEAD))
    for row in rows:
        lay_programme(row, sealed_orders.programmed(row), now + AHEAD)
    return len(rows)


def _due(which: Q) -> Sequence[ProgrammeOrder]:
    rows = ProgrammeOrder.objects.filter(which, status="active").select_for_update(skip_locked=True)
    return list(rows.order_by("id")[:BATCH])


def lay_programme(row: ProgrammeOrder, said: Programmed, until: datetime) -> None:
    """Lay out the doses of a sealed order up to a time: rows that say when, and nothing of what; none while the person is gone."""
    home = facilities_now([row.person_id]).get(row.person_id)
    gone = home is None and way_out(family(row.person_id)) is not None
    due = [] if gone else list(_occurrences(row, said, row.doses_until or row.starts_at, until, home))
    if due:
        with connection.cursor() as cursor:
            cursor.execute(
                INSERT,
                [
                    row.person_id,
                    row.id,
                    [dose_id(row.id, at) for at, _ in due],
                    [d[0] for d in due],
                    [d[1] for d in due],
                ],
            )
    row.doses_until = until
    ProgrammeOrder.objects.filter(id=row.id).update(doses_until=until)


def _occurrences(
    row: ProgrammeOrder, said: Programmed, since: datetime, until: datetime, home: UUID | None
) -> Iterable[tuple[datetime, str]]:
    table = facility_passes(home or row.facility_id)
    for one in timings.occurrences(
        timings.from_json(dict(said.timing)),
        start=row.starts_at,
        end=row.ends_at,
        pass_times=table.times,
        zone=table.zone,
        window_from=since,
        window_to=until,
    ):
        yield one.due_at, one.pass_code


def again(said: Programmed) -> ProgrammePrescription:
    """Give what would have to be asked for to get this order again."""
    return replace(
        ProgrammePrescription(said.product, said.amount, said.programme, said.basis, said.prescriber),
        timing=dict(said.timing),
        minimum_hours=said.minimum_hours,
        reasons=dict(said.reasons),
    )
