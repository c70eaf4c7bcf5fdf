"""Whether a person may keep medicines: found by a nurse, ended by what happens, settled by a new check or at the line.

An end never changes an order by itself: somebody decides (clinical.md 2.3). A rescue inhaler always stays.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.care.medications import formulary, stock_fhir
from throughcare.care.medications.actions.keeping import order_of
from throughcare.care.medications.actions.ordering import as_prescription, change_order
from throughcare.care.medications.events import KeptFitnessChecked, KeptFitnessLapsed, KeptSettled
from throughcare.care.medications.models import KeptFitness, MedicationOrder
from throughcare.care.medications.policy import GIVERS, PRESCRIBERS
from throughcare.care.medications.rules import kop
from throughcare.care.medications.rules import traits as rule_traits
from throughcare.care.medications.rules.kop import COLLECT, Happened, Lapse
from throughcare.care.medications.rules.traits import Traits
from throughcare.care.medications.traits import traits_of
from throughcare.chart.actions.keeping import recorded
from throughcare.custody.models import OperationalAlert
from throughcare.kernel import clock, content
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import family

KOP = "medications/kop.toml"


@action("medications.check_fitness")
def check_fitness(*, actor: Actor, intent: UUID | None = None, person_id: UUID, fit: bool, words: str = "") -> UUID:
    """Find that a person may keep medicines, or may not; on watch nobody may."""
    if actor.role not in GIVERS:
        raise NotAllowed("A nurse or a prescriber finds whether somebody may keep medicines.")
    if fit and on_watch(person_id):
        raise Invalid("The person is on watch: nothing is kept on the person now.", fields={"fit": "On watch."})
    if not fit and not words.strip():
        raise Invalid("Say why not.", fields={"words": "Say why not."})
    row = KeptFitness(
        person_id=person_id,
        data_class=DataClass.MEDICATION.value,
        facility_id=actor.facility_id,
        fit=fit,
        words=words.strip()[:300],
        **recorded(actor),
    )
    row.save(force_insert=True)
    _keep(row)
    about: dict[str, Any] = {"happened_at": row.recorded_at, "person_id": person_id, "facility_id": actor.facility_id}
    emit(KeptFitnessChecked(ref=row.id, fit=fit, **about))
    if not fit and kept_orders(person_id):
        emit(KeptFitnessLapsed(ref=row.id, why="not_fit", collect=True, **about))
    return row.id


@action("medications.lapse_fitness")
def lapse_fitness(*, actor: Actor, person_id: UUID, why: str, at: datetime, facility_id: UUID | None = None) -> bool:
    """End the finding that a person may keep medicines; where something is kept, somebody must decide. Says if it stood."""
    lapse = Lapse(why)
    row = (
        KeptFitness.objects.select_for_update().filter(person_id__in=family(person_id)).order_by("-recorded_at").first()
    )
    if row is None or not row.fit or row.lapsed_at is not None or row.recorded_at > at:
        return False
    row.bump(lapsed_at=at, lapsed_why=lapse.value)
    _keep(row)
    if kept_orders(person_id):
        emit(
            KeptFitnessLapsed(
                happened_at=at,
                person_id=row.person_id,
                facility_id=facility_id or actor.facility_id or row.facility_id,
                ref=row.id,
                why=lapse.value,
                collect=lapse in COLLECT,
            )
        )
    return True


@action("medications.watch_instead")
def watch_instead(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, version: int, why: str
) -> UUID:
    """Give a kept medicine at the line from now on: the order is replaced by a watched one. A prescriber decides."""
    if actor.role not in PRESCRIBERS:
        raise NotAllowed("A prescriber changes how a medicine is given. Call the one on call; the duty stays open.")
    order = order_of(person_id, order_id, version)
    if order.mode != "KOP" or order.status != "active":
        raise Invalid("This order is not one that the person keeps.")
    if kept_traits(order).rescue:
        raise Invalid("A rescue inhaler always stays with the person.")
    changed = replace(
        as_prescription(order),
        mode="DOT",
        days=max(1, (order.ends_at - clock.now()).days),
        # What was answered when it was ordered stays answered: only the way of giving changes.
        reasons={f["key"]: why for f in order.findings if f.get("must_answer")},
        source="written",
    )
    new = change_order(
        actor=actor, person_id=person_id, order_id=order_id, version=version, asked=changed, why=f"Watched: {why}"
    )
    settle(actor, person_id)
    return new


def settle(actor: Actor, person_id: UUID) -> None:
    """Tell that nothing is left that needs fitness, where that is so."""
    if not kept_orders(person_id):
        emit(KeptSettled(happened_at=clock.now(), person_id=person_id, facility_id=actor.facility_id))


def kept_orders(person_id: UUID) -> list[MedicationOrder]:
    """Give the orders in force that the person keeps and that need fitness: all but rescue medicines."""
    rows = MedicationOrder.objects.filter(
        person_id__in=family(person_id), mode="KOP", status="active", ends_at__gt=clock.now()
    )
    return [row for row in rows if not kept_traits(row).rescue]


def kept_traits(order: MedicationOrder) -> Traits:
    """Give what the rules of keeping ask of an order's medicine: as the formulary has it, else as it was ordered."""
    product = formulary.load().product(order.code) if order.code else None
    return rule_traits.of_product(product) if product is not None else traits_of(order)


def eligible(order: MedicationOrder) -> kop.Eligibility:
    """Say whether the person may be handed this medicine to keep now, and why not."""
    row = KeptFitness.objects.filter(person_id__in=family(order.person_id)).order_by("-recorded_at").first()
    return judged(order, row)


def judged(order: MedicationOrder, row: KeptFitness | None) -> kop.Eligibility:
    """Judge an order by the last finding on the person."""
    if row is None or not row.fit:
        return kop.eligibility(kept_traits(order), None, ())
    happened = [Happened(Lapse(row.lapsed_why), row.lapsed_at)] if row.lapsed_at else []
    return kop.eligibility(kept_traits(order), row.recorded_at, happened)


def on_watch(person_id: UUID) -> bool:
    """Tell whether officers were told to watch this person, and still are."""
    standing = OperationalAlert.objects.filter(person_id__in=family(person_id), ended_at__isnull=True)
    return standing.filter(template__in=watch_alerts()).exclude(until__lte=clock.now()).exists()


def watch_alerts() -> list[str]:
    """Name the alerts that mean a watch."""
    return list(content.load(KOP)["watch_alerts"])


def _keep(row: KeptFitness) -> None:
    ledger.record(
        type="KeptFitness",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.MEDICATION,
        media="throughcare/kept-fitness",
        body=stock_fhir.fitness(row),
        happened_at=row.lapsed_at or row.recorded_at,
    )
