"""ORM, OMG, OML: somebody outside asks for something. It is never ordered here by itself: a person decides (EXC-05)."""

import re
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from throughcare.chart import actions as chart
from throughcare.exchange import classing
from throughcare.exchange.hl7v2 import datatypes, judging, laboratory, panels
from throughcare.exchange.hl7v2.charting import results, subject
from throughcare.exchange.hl7v2.datatypes import Reader
from throughcare.exchange.hl7v2.facts import Code, Order
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.holding import Applied, Hold
from throughcare.exchange.hl7v2.panels import Panel
from throughcare.exchange.hl7v2.parse import CONNECTICUT
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
# What another service says of an order of ours that it will not do: unable to accept, cancelled, discontinued by itself.
NOT_DONE = frozenset({"UA", "OC", "OD"})
UNNAMED = concept(text="Request")
MOST = 200  # of the requests of one sender for one person, among which a number is looked for
NEWS = "News of an order: kept."
URGENCY = {"S": "stat", "A": "asap", "P": "asap", "T": "urgent"}  # OBR-27.6, TQ1-9 (table 0485)


def apply(row: Message, said: Facts, actor: Actor) -> Applied:
    """Keep each request as a resource of the record and put it before a prescriber.

    Of an order of ours, what says that it will not be done reaches whoever reviews results; other news is kept alone.
    """
    person = subject.found(row, said)
    row.person_id = person.id
    left = subject.uncharted(said, USED)
    controls = {one.part(1).upper() for one in said.segments if one.name == "ORC"} or {""}
    if controls & NOT_DONE:
        return Applied(_not_done(row, said, actor, person.id), left=left)
    if not controls & (ASKING | TAKEN_BACK):
        return Applied(NEWS, left=left)
    arrived = [one for panel, parts in _requests(said) for one in _arrived(panel, parts, row, said, person.id)]
    put_before_somebody(actor=actor, arrived=arrived, sender=said.sender)
    if not arrived:
        return Applied("Known already, or said otherwise since: nothing was changed.", left=left)
    return Applied(f"Requests put before a prescriber: {len(arrived)}.", left=left)


def _not_done(row: Message, said: Facts, actor: Actor, person_id: UUID) -> str:
    """Chart that an order of ours will not be done as a result that was cancelled: somebody must order again."""
    told_at = _said_at(row, said)
    count = 0
    for number, (panel, parts) in enumerate(_requests(said), 1):
        order_id = results.order_of(person_id, panel) if panel.control.upper() in NOT_DONE else None
        if order_id is None:
            continue
        orc = _common(parts)
        why = datatypes.code(orc.first(16)) if orc else None
        panel.order = replace(panel.order, status="X")
        panel.notes += [why.label] if why else []
        told = laboratory.told_of(panel, said.sender, told_at, order_id, number)
        if told is not None:
            chart.take_report(actor=actor, person_id=person_id, told=told)
            count += 1
    return f"Not done by another service: {count} of our orders, put before whoever reviews." if count else NEWS


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
        number = Order(Code(), orc.part(2), orc.part(3)) if orc else Order(Code())
        return [(Panel(order=number, control=orc.part(1) if orc else ""), before)]
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


def _arrived(panel: Panel, parts: list[Segment], row: Message, said: Facts, person_id: UUID) -> list[Arrived]:
    """Keep what a request asks for, or takes back, and give what somebody must see of it; nothing where that is known.

    A number is one request, in whatever order its messages come: what was said last of it stands.
    """
    service = panel.order.service
    into = judging.class_of(*judging.coded(service, said.sender), judging.names(service))
    if classing.is_sealed(into):
        raise Hold("not_taken", "This belongs to a sealed record, which no message can write to.")
    into = DataClass.CLINICAL if into is DataClass.RESULT else into
    said_at, body = _said_at(row, said), _resource(panel, parts, said, person_id)
    known = _known(body, person_id, said.sender, named=bool(service.label))
    found: list[Arrived] = []
    for earlier, at, was in known or [({}, said_at, into)]:
        now = _now(body, said_at, earlier, at)
        if now is None:
            continue
        stands_at = max(at, said_at)
        id_ = keeping.keep(
            now,
            person_id=person_id,
            data_class=was,
            sender=_plain(said.sender),
            said_at=min(stands_at, row.received_at),
        )
        label = str(now["code"].get("text", ""))
        title = f"Taken back: {label}" if now["status"] == "revoked" else label
        if earlier and said_at < at and not Incoming.objects.filter(about_id=id_, state="waiting").exists():
            continue  # what took it back was answered: the request that came after it asks for nothing more
        urgent = "urgent" if now.get("priority") else "routine"
        found.append(Arrived("request", person_id, "ServiceRequest", id_, was, title, urgent))
    return found


def _now(body: Json, said_at: datetime, earlier: Json, at: datetime) -> Json | None:
    """Give what a request says with this word of it; None where nothing of it is new. Pure."""
    if not earlier:
        return body
    back, was_back = body["status"] == "revoked", earlier["status"] == "revoked"
    if back:
        return None if was_back or said_at < at else {**earlier, "status": "revoked"}
    if said_at < at or (was_back and said_at == at):
        # It was taken back before it came: what it asked for is kept with that. What was said later of it otherwise stands.
        now = {**body, "id": earlier["id"], "status": "revoked"}
        return now if was_back and _content(now) != _content(earlier) else None
    return {**body, "id": earlier["id"]} if _content(body) != _content(earlier) else None


def _content(body: Json) -> Json:
    return {name: value for name, value in body.items() if name not in ("id", "meta", "authoredOn")}


def _known(body: Json, person_id: UUID, sender: str, *, named: bool) -> list[tuple[Json, datetime, DataClass]]:
    """Give the requests that this number names, as they stand, with when that was said; one that names no service means all.

    What was taken back without a name before it came is the request that comes.
    """
    if not body.get("identifier"):
        return []
    rows = Incoming.objects.filter(person_id__in=family(person_id), kind="request", sender=sender[:160])
    found: dict[str, tuple[Json, datetime, DataClass]] = {}
    for one in rows.order_by("-received_at")[:MOST]:
        told = keeping.told_when("ServiceRequest", one.about_id)
        if told is None or told[0].get("identifier") != body["identifier"] or str(one.about_id) in found:
            continue
        if not named or told[0]["code"] in (body["code"], UNNAMED):
            found[str(one.about_id)] = (*told, DataClass(one.data_class))
    return list(found.values())


def _said_at(row: Message, said: Facts) -> datetime:
    """When it was said: the hour of the order's own word (ORC-9), else the message's, never after it came."""
    reader = Reader(CONNECTICUT)
    words = [reader.stamp(one, 9) for one in said.segments if one.name == "ORC"]
    words = [one for one in words if one is not None and one.is_exact]
    sent = said.header.sent_at if said.header else None
    at = words[0].at if words and words[0] is not None else sent.at if sent is not None else row.received_at
    return min(at, row.received_at)


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
        code=concept(*coded, text=service.label) if service.label else UNNAMED,
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
