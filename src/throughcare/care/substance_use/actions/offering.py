"""Medication for opioid use is offered as treatment, at any score, never as a taper; the answer stands, and it may be offered again."""

from uuid import UUID

from throughcare import ledger
from throughcare.care.substance_use import fhir, states
from throughcare.care.substance_use.actions.keeping import CHECKERS, require
from throughcare.care.substance_use.events import OpioidTreatmentOffered
from throughcare.care.substance_use.models import Episode, Offer
from throughcare.care.substance_use.ports import TREATMENT
from throughcare.chart import actions as chart
from throughcare.chart.models import Order
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit
from throughcare.kernel.fhir import LOCAL
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people.family import family

WISHES = ("", "methadone", "buprenorphine", "naltrexone", "undecided")
REFERRAL = "moud-offer"


@action("substance_use.offer_treatment")
def offer_treatment(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    answer: str,
    wish: str = "",
    words: str = "",
    pregnant: bool = False,
    language: str = "en",
    interpreter: str = "",
) -> UUID:
    """Record that treatment was offered and what the person answered; in pregnancy, obstetric advice the same day."""
    require(actor, CHECKERS | {Role.SUD}, "Health staff offer treatment. Call the nurse.")
    if answer not in states.ANSWERS or wish not in WISHES:
        raise Invalid("Write down the person's answer.", fields={"answer": "Choose one."})
    now = clock.now()
    kin = sorted(family(person_id))
    row = Offer.objects.create(
        id=uuid7(),
        person_id=person_id,
        episode=Episode.objects.filter(person_id=person_id, substance="opioid", state="active").first(),
        facility_id=actor.facility_id,
        at=now,
        by=actor.label(),
        by_id=actor.id,
        answer=answer,
        wish=wish,
        words=words.strip()[:400],
        pregnant=pregnant,
        language=language,
        interpreter=interpreter.strip()[:80],
    )
    ledger.record(
        type="TreatmentOffer",
        id=row.id,
        person_id=person_id,
        data_class=DataClass.CLINICAL,
        media="throughcare/TreatmentOffer",
        body=fhir.offer(row),
        happened_at=now,
    )
    for order in Order.objects.filter(person_id__in=kin, code=REFERRAL, status="active"):
        chart.end_order(
            actor=actor, person_id=order.person_id, order_id=order.id, verb="complete", why="Offered and answered."
        )
    if pregnant:
        _obstetric_advice(actor, person_id)
    emit(
        OpioidTreatmentOffered(
            happened_at=now,
            person_id=person_id,
            facility_id=actor.facility_id,
            ref=row.id,
            answer=answer,
            pregnant=pregnant,
            in_treatment=TREATMENT().in_force(kin),
        )
    )
    return row.id


def _obstetric_advice(actor: Actor, person_id: UUID) -> None:
    if Order.objects.filter(person_id=person_id, code="obstetric-today", status="active").exists():
        return
    chart.place_order(
        actor=actor,
        person_id=person_id,
        kind="referral",
        code="obstetric-today",
        system=LOCAL,
        text="Obstetric advice today.",
        priority="urgent",
        due_at=clock.now(),
    )
