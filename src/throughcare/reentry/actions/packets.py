"""The hand-over at the gate: what was given is kept word for word; a refusal is kept; nobody waits for any of it."""

from uuid import UUID

from throughcare import ledger
from throughcare.custody.homes import facilities_now
from throughcare.duties import actions as duties
from throughcare.duties.actions import RefusalForm
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import family
from throughcare.reentry import fhir, states
from throughcare.reentry import models as m
from throughcare.reentry.actions import keeping
from throughcare.reentry.events import ReleasePacketHandedOver
from throughcare.reentry.reads.labels import bits_of_parts
from throughcare.reentry.sections import PacketNow


@action("reentry.hand_over_packet")
def hand_over_packet(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    packet: PacketNow,
    signed: bool = False,
    witness: str = "",
    sent_to: str = "",
    printed: str = "",
) -> UUID:
    """Keep what was handed over, or sent after, as its reader saw it (REL-02). `printed` is the digest of the paper."""
    outcome = "sent" if sent_to.strip() else "handed"
    if outcome == "handed" and not signed and not witness.strip():
        raise Invalid(
            "Nothing was kept: the person signs, or somebody saw that they have it.",
            fields={"witness": "Name who saw it, if the person does not sign."},
        )
    row = _row(actor, person_id, packet, outcome, signed=signed, witness=witness, sent_to=sent_to, printed=printed)
    _keep_words(actor, row, packet)
    _tell(row)
    return row.id


@action("reentry.refuse_packet")
def refuse_packet(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, packet: PacketNow, form: RefusalForm
) -> UUID:
    """Keep that the person did not take the packet: it waits for them, and the planner calls the next day (REL-02)."""
    duty = Duty.objects.filter(rule="REL-02", person_id__in=family(person_id), closed_at=None).first()
    if not form.witness.strip():
        raise Invalid("Nothing was kept: name who was there.", fields={"witness": "Name who was there."})
    if duty is not None:
        duties.refuse_duty(actor=actor, duty_id=duty.id, form=form)
    row = _row(actor, person_id, packet, "refused", witness=form.witness, why=form.said)
    _keep_words(actor, row, packet)
    return row.id


def _row(
    actor: Actor,
    person_id: UUID,
    packet: PacketNow,
    outcome: str,
    *,
    signed: bool = False,
    witness: str = "",
    sent_to: str = "",
    why: str = "",
    printed: str = "",
) -> m.Packet:
    now = clock.now()
    plan = m.ReleasePlan.objects.filter(person_id=person_id).exclude(state="cancelled").order_by("-begun_at").first()
    row = m.Packet.objects.create(
        id=uuid7(),
        person_id=person_id,
        facility_id=facilities_now([person_id]).get(person_id) or actor.facility_id,
        plan=plan,
        lang=packet.lang,
        outcome=outcome,
        at=now,
        by=actor.label(),
        by_role=actor.role or "",
        signed=signed and outcome == "handed",
        witness=witness.strip()[:160],
        refused_why=why.strip()[:240],
        sent_to=sent_to.strip()[:160],
        digest=packet.digest,
        differs=bool(printed) and printed != packet.digest,
        sealed=any(s.sealed for s in packet.sections),
    )
    keeping.keep_packet(row)
    if plan is not None and plan.state in states.LIVE and outcome != "sent":
        m.PlanStep.objects.get_or_create(
            plan=plan,
            step="hand_over",
            defaults={
                "person_id": person_id,
                "outcome": "refused" if outcome == "refused" else "done",
                "at": now,
                "by": actor.label(),
            },
        )
        keeping.keep_plan(plan)
    return row


def _keep_words(actor: Actor, row: m.Packet, packet: PacketNow) -> None:
    """Keep the words as sent: a programme's part by itself, sealed; the rest under the labels of what it was made of."""
    bits = bits_of_parts(family(row.person_id))
    for sealed in (False, True):
        part = [s for s in packet.sections if s.sealed is sealed]
        if not part:
            continue
        composition_id = fhir.sealed_part(row.id) if sealed else row.id
        ledger.record(
            type="Composition",
            id=composition_id,
            person_id=row.person_id,
            data_class=DataClass.PART2 if sealed else DataClass.CLINICAL,
            body=fhir.composition(row, packet, part, id=composition_id, by=actor.id),
            happened_at=row.at,
            labels=0 if sealed else bits,
        )


def _tell(row: m.Packet) -> None:
    emit(ReleasePacketHandedOver(happened_at=row.at, person_id=row.person_id, facility_id=row.facility_id, ref=row.id))
