"""ORM, OMG, OML: somebody outside asks for something. It is never ordered here by itself: a person decides (EXC-05)."""

import re
from uuid import UUID

from throughcare.exchange import classing
from throughcare.exchange.hl7v2 import datatypes, judging, panels
from throughcare.exchange.hl7v2.charting import subject
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.holding import Applied, Hold
from throughcare.exchange.hl7v2.panels import Panel
from throughcare.exchange.hl7v2.wire import Segment
from throughcare.exchange.incoming import keeping
from throughcare.exchange.incoming.actions import Arrived, put_before_somebody
from throughcare.exchange.models import Message
from throughcare.kernel.actor import Actor
from throughcare.kernel.fhir import Json, coding, concept, instant, reference, resource
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass

USED = frozenset({"MSH", "PID", "ORC", "OBR", "NTE"})
# ORC-1 (table 0119): what asks, and what takes back; the rest tells of an order of ours
ASKING = frozenset({"", "NW", "RP", "XO"})
TAKEN_BACK = frozenset({"CA", "DC"})
URGENCY = {"S": "stat", "A": "asap", "P": "asap", "T": "urgent"}  # OBR-27.6, TQ1-9 (table 0485)


def apply(row: Message, said: Facts, actor: Actor) -> Applied:
    """Keep each request as a resource of the record and put it before a prescriber; news of an order of ours is kept alone."""
    person = subject.found(row, said)
    row.person_id = person.id
    left = subject.uncharted(said, USED)
    controls = {one.part(1).upper() for one in said.segments if one.name == "ORC"} or {""}
    if not controls & (ASKING | TAKEN_BACK):
        return Applied("News of an order: kept.", left=left)
    arrived = [_arrived(one, said, person.id) for one in panels.panels(said) or [Panel()]]
    put_before_somebody(actor=actor, arrived=arrived, sender=said.sender)
    return Applied(f"Requests put before a prescriber: {len(arrived)}.", left=left)


def _arrived(panel: Panel, said: Facts, person_id: UUID) -> Arrived:
    service = panel.order.service
    into = judging.class_of(*judging.coded(service, said.sender), judging.names(service))
    if classing.is_sealed(into):
        raise Hold("not_taken", "This belongs to a sealed record, which no message can write to.")
    into = DataClass.CLINICAL if into is DataClass.RESULT else into
    body = _resource(panel, said, person_id)
    id_ = keeping.keep(body, person_id=person_id, data_class=into, sender=_plain(said.sender))
    urgent = "urgent" if body.get("priority") else "routine"
    taken_back = panel.control.upper() in TAKEN_BACK
    title = f"Taken back: {service.label}" if taken_back else service.label
    return Arrived("request", person_id, "ServiceRequest", id_, into, title, urgent)


def _resource(panel: Panel, said: Facts, person_id: UUID) -> Json:
    service, orc = panel.order.service, _common(said)
    system, value = judging.coded(service, said.sender)
    coded = [coding(system, value, service.label)] if value else []
    return resource(
        "ServiceRequest",
        uuid7(),
        identifier=[{"system": f"urn:throughcare:placer:{_plain(said.sender)}", "value": panel.order.placer}]
        if panel.order.placer
        else None,
        status="revoked" if panel.control.upper() in TAKEN_BACK else "active",
        intent="order",
        priority=_priority(said),
        code=concept(*coded, text=service.label or "Request"),
        subject=reference("Patient", person_id),
        authoredOn=instant(said.header.sent_at.at) if said.header and said.header.sent_at else None,
        requester={"display": _name(orc, 12)} if orc is not None and _name(orc, 12) else None,
        reasonCode=[concept(text=one) for one in _reasons(said)] or None,
        note=[{"text": one} for one in panel.notes] or None,
    )


def _common(said: Facts) -> Segment | None:
    return next((one for one in said.segments if one.name == "ORC"), None)


def _priority(said: Facts) -> str | None:
    """Give how urgent it is called: stat, asap, urgent; nothing for routine."""
    for segment in said.segments:
        letter = segment.part(27, 6) if segment.name == "OBR" else segment.part(9) if segment.name == "TQ1" else ""
        if letter.upper()[:1] in URGENCY:
            return URGENCY[letter.upper()[:1]]
    return None


def _reasons(said: Facts) -> list[str]:
    codes = [datatypes.code(one.first(31)) for one in said.segments if one.name == "OBR"]
    return [one.label for one in codes if one and one.label]


def _name(segment: Segment, number: int) -> str:
    one = segment.first(number)
    return " ".join(part for part in (one.part(3), one.part(2)) if part)[:120]


def _plain(sender: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", sender.lower()).strip("-") or "unnamed"
