"""ORM, OMG, OML: somebody outside asks for something. It is never ordered here by itself: a person decides (EXC-05)."""

import re
from dataclasses import replace
from uuid import UUID

from throughcare.exchange import classing
from throughcare.exchange.hl7v2 import datatypes, judging, panels
from throughcare.exchange.hl7v2.charting import subject
from throughcare.exchange.hl7v2.facts import Code, Order
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.holding import Applied, Hold
from throughcare.exchange.hl7v2.panels import Panel
from throughcare.exchange.hl7v2.wire import Segment
from throughcare.exchange.incoming import keeping
from throughcare.exchange.incoming.actions import Arrived, put_before_somebody
from throughcare.exchange.models import Incoming, Message
from throughcare.kernel.actor import Actor
from throughcare.kernel.fhir import Json, coding, concept, instant, reference, resource
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import family

USED = frozenset({"MSH", "PID", "ORC", "OBR", "NTE", "RXO", "TQ1"})
# What is asked for stands in one of these; with what precedes it from its ORC on, and what follows until the next.
ASKED = ("OBR", "RXO")
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
    arrived = [_arrived(panel, parts, said, person.id) for panel, parts in _requests(said)]
    put_before_somebody(actor=actor, arrived=arrived, sender=said.sender)
    return Applied(f"Requests put before a prescriber: {len(arrived)}.", left=left)


def _requests(said: Facts) -> list[tuple[Panel, list[Segment]]]:
    """Give each request with the segments that are its own: one's urgency, reason, asker and notes are not another's."""
    groups: list[list[Segment]] = []
    before: list[Segment] = []
    for segment in said.segments:
        if segment.name in ASKED:
            groups.append([*before, segment])
            before = []
        elif segment.name == "ORC" or before:
            before.append(segment)
        elif groups:
            groups[-1].append(segment)
    if not groups:
        orc = _common(before)
        return [(Panel(control=orc.part(1) if orc else ""), before)]
    return [(_medicine(parts) if _asks_for_medicine(parts) else _panel(said, parts), parts) for parts in groups]


def _asks_for_medicine(parts: list[Segment]) -> bool:
    return any(one.name == "RXO" for one in parts)


def _panel(said: Facts, parts: list[Segment]) -> Panel:
    """Read the OBR of a request by its own segments alone; what stands between its ORC and it is about it all the same."""
    own = sorted(parts, key=lambda one: one.name not in ("ORC", "OBR"))
    return panels.panels(replace(said, segments=tuple(own), observations=()))[0]


def _medicine(parts: list[Segment]) -> Panel:
    """Read a medicine that is asked for (RXO): what, how much, and what stands beside it."""
    rxo, orc = next(one for one in parts if one.name == "RXO"), _common(parts)
    amount = " ".join(part for part in (rxo.part(2), rxo.part(4, 2) or rxo.part(4)) if part)
    notes = [amount] if amount else []
    notes += [text for one in parts if one.name == "RXR" and (text := one.part(1, 1) or one.part(1, 2))]
    notes += [one.first(3).whole() for one in parts if one.name == "NTE" and one.first(3).whole()]
    order = Order(datatypes.code(rxo.first(1)) or Code(), orc.part(2) if orc else "", orc.part(3) if orc else "")
    return Panel(order=order, control=orc.part(1) if orc else "", notes=notes)


def _arrived(panel: Panel, parts: list[Segment], said: Facts, person_id: UUID) -> Arrived:
    service = panel.order.service
    into = judging.class_of(*judging.coded(service, said.sender), judging.names(service))
    if classing.is_sealed(into):
        raise Hold("not_taken", "This belongs to a sealed record, which no message can write to.")
    into = DataClass.CLINICAL if into is DataClass.RESULT else into
    body = _resource(panel, parts, said, person_id)
    taken_back = panel.control.upper() in TAKEN_BACK
    if taken_back and (earlier := _waiting(body, person_id, said.sender)):
        body = {**earlier, "status": body["status"]}
    id_ = keeping.keep(body, person_id=person_id, data_class=into, sender=_plain(said.sender))
    urgent = "urgent" if body.get("priority") else "routine"
    title = f"Taken back: {service.label}" if taken_back else service.label
    return Arrived("request", person_id, "ServiceRequest", id_, into, title, urgent)


def _waiting(body: Json, person_id: UUID, sender: str) -> Json | None:
    """Give the request of this number that still waits for somebody: what is taken back is that one, and not a second."""
    if not body.get("identifier"):
        return None
    rows = Incoming.objects.filter(
        person_id__in=family(person_id), kind="request", sender=sender[:160], state="waiting"
    )
    for one in rows.order_by("-received_at"):
        told = keeping.told("ServiceRequest", one.about_id)
        if told is not None and all(told.get(name) == body[name] for name in ("identifier", "code")):
            return told
    return None


def _resource(panel: Panel, parts: list[Segment], said: Facts, person_id: UUID) -> Json:
    service, orc = panel.order.service, _common(parts)
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
        priority=_priority(parts),
        code=concept(*coded, text=service.label or "Request"),
        subject=reference("Patient", person_id),
        authoredOn=instant(said.header.sent_at.at) if said.header and said.header.sent_at else None,
        requester={"display": _name(orc, 12)} if orc is not None and _name(orc, 12) else None,
        reasonCode=[concept(text=one) for one in _reasons(parts)] or None,
        note=[{"text": one} for one in panel.notes] or None,
    )


def _common(parts: list[Segment]) -> Segment | None:
    return next((one for one in parts if one.name == "ORC"), None)


def _priority(parts: list[Segment]) -> str | None:
    """Give how urgent it is called: stat, asap, urgent; nothing for routine."""
    for segment in parts:
        letter = {"OBR": segment.part(27, 6), "ORC": segment.part(7, 6), "TQ1": segment.part(9)}.get(segment.name, "")
        if letter.upper()[:1] in URGENCY:
            return URGENCY[letter.upper()[:1]]
    return None


def _reasons(parts: list[Segment]) -> list[str]:
    """Give what it is asked for: the coded reasons (OBR-31) and the words beside them (OBR-13), each once."""
    found = [
        code.label for obr in parts if obr.name == "OBR" for one in obr.repetitions(31) if (code := datatypes.code(one))
    ]
    found += [obr.first(13).whole() for obr in parts if obr.name == "OBR"]
    return list(dict.fromkeys(one for one in found if one))


def _name(segment: Segment, number: int) -> str:
    one = segment.first(number)
    return " ".join(part for part in (one.part(3), one.part(2)) if part)[:120]


def _plain(sender: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", sender.lower()).strip("-") or "unnamed"
