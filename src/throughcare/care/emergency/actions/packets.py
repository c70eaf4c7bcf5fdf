"""The packet that goes with a person: made by itself, handed over as it was made, a programme's dose only as the law allows."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.access import actions as access
from throughcare.access import lenses
from throughcare.access.actions.glass import Emergency
from throughcare.care.emergency import packing, rules
from throughcare.care.emergency.actions import keeping
from throughcare.care.emergency.models import Packet
from throughcare.care.emergency.ports import MEDICINES
from throughcare.chart.actions import keeping as chart
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.fhir import encode, filled, instant, reference
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Purpose
from throughcare.ledger import reads as ledger_reads
from throughcare.people.family import family


@action("emergency.make_packet")
def make_packet(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, facility_id: UUID, code_id: UUID | None = None
) -> UUID:
    """Make the packet as the record stands now. Nothing of a sealed programme is in it."""
    body = packing.body(person_id, facility_id, code_id)
    row = Packet.objects.create(
        id=uuid7(),
        person_id=person_id,
        code_id=code_id,
        facility_id=facility_id,
        made_at=clock.now(),
        made_by=actor.label(),
        body=body,
        digest=hashlib.sha256(encode(body)).hexdigest(),
    )
    keeping.keep_own(row, row.made_at)
    return row.id


@action("emergency.hand_packet")
def hand_packet(*, actor: Actor, intent: UUID | None = None, person_id: UUID, packet_id: UUID, to: str) -> None:
    """Say to whom the packet was given: a disclosure, logged, and kept as it was sent."""
    row = chart.mine(Packet, packet_id, person_id, what="packet")
    if len(to.strip()) < 3:
        raise Invalid("Say who took it: the crew, the hospital.", fields={"to": "Say who took it."})
    if row.handed_at is not None:
        raise Stale("This packet was handed over already. Make it anew for another.")
    now = clock.now()
    row.bump(handed_at=now, handed_by=actor.label(), handed_to=to.strip()[:160])
    keeping.keep_own(row, now)
    _log(actor, person_id, "emergency.packet", [DataClass.CLINICAL, DataClass.MEDICATION, DataClass.RESULT], to)


@action("emergency.disclose_programme")
def disclose_programme(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    packet_id: UUID,
    recipient: str,
    affiliation: str,
    nature: str,
) -> int:
    """Add a programme's dose in a medical emergency (42 CFR 2.51), with all that must be written; gives how many lines.

    It opens the programme's record to this person for an hour, tells the programme at once, and keeps word for word what
    went out, sealed as the record itself is.
    """
    chart.mine(Packet, packet_id, person_id, what="packet")
    decision = rules.may_disclose_programme(recipient, affiliation, nature)
    if not decision.ok:
        raise Invalid(decision.sentence, fields={decision.field: decision.sentence})
    if actor.role is None:
        raise NotAllowed("Only somebody with a role opens a programme's record.")
    access.break_glass(
        actor=actor,
        person_id=person_id,
        code="send_out",
        text=f"Sent to an emergency department: {nature.strip()}",
        emergency=Emergency(recipient, affiliation, nature),
    )
    charts = family(person_id)
    lens = lenses.make(
        actor.id, actor.name, actor.role, facilities=None, emergencies=frozenset(charts), purpose=Purpose.ETREAT
    )
    lines = MEDICINES().programme(lens, sorted(charts))
    now = clock.now()
    ledger.record(
        type="ProgrammeDisclosure",
        id=uuid7(),
        person_id=person_id,
        data_class=DataClass.PART2,
        media="throughcare/ProgrammeDisclosure",
        body=_disclosed(person_id, packet_id, actor, recipient, affiliation, nature, [vars_of(m) for m in lines]),
        happened_at=now,
    )
    _log(actor, person_id, "emergency.programme", [DataClass.PART2], f"{recipient.strip()}, {affiliation.strip()}")
    return len(lines)


def vars_of(line: Any) -> Mapping[str, str]:
    """Give a line word for word."""
    return {"text": line.text, "directions": line.directions, "last": line.last_given, "next": line.next_due}


def _disclosed(
    person_id: UUID,
    packet_id: UUID,
    actor: Actor,
    recipient: str,
    affiliation: str,
    nature: str,
    lines: list[Mapping[str, str]],
) -> dict[str, Any]:
    return filled(
        resourceType="ProgrammeDisclosure",
        subject=reference("Patient", person_id),
        packet=str(packet_id),
        basis="42 CFR 2.51",
        recipient=recipient.strip(),
        affiliation=affiliation.strip(),
        discloser=actor.label(),
        at=instant(clock.now()),
        nature=nature.strip(),
        lines=lines,
    )


def _log(actor: Actor, person_id: UUID, route: str, classes: list[DataClass], note: str) -> None:
    if actor.role is None:
        return
    lens = lenses.make(actor.id, actor.name, actor.role, facilities=None, purpose=Purpose.ETREAT)
    ledger_reads.log_read(
        lens, route=route, people=[person_id], classes=classes, kind="disclosure", note=note.strip()[:160]
    )
