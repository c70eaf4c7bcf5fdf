"""SIU: visits at another place. The person's record has them; their dates reach neither custody nor the person."""

from datetime import datetime, timedelta

from throughcare import ledger
from throughcare.exchange import fhir_rows
from throughcare.exchange.hl7v2 import datatypes
from throughcare.exchange.hl7v2.charting import subject
from throughcare.exchange.hl7v2.datatypes import Reader
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.facts import Stamp
from throughcare.exchange.hl7v2.holding import Applied
from throughcare.exchange.hl7v2.parse import CONNECTICUT
from throughcare.exchange.hl7v2.rules import event_of
from throughcare.exchange.hl7v2.wire import Segment
from throughcare.exchange.incoming.actions import Arrived, put_before_somebody
from throughcare.exchange.incoming.kinds import PAST, WANTS
from throughcare.exchange.models import Message, VisitOutside
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass

USED = frozenset({"MSH", "PID", "SCH", "TQ1", "AIL", "AIS", "AIP", "RGS", "PV1", "EVN"})
BY_EVENT = {"S15": "cancelled", "S16": "cancelled", "S17": "cancelled", "S26": "noshow"}
BY_WORD = {
    "BOOKED": "booked", "PENDING": "pending", "WAITLIST": "proposed", "COMPLETE": "fulfilled", "STARTED": "arrived",
    "CANCELLED": "cancelled", "DELETED": "cancelled", "DC": "cancelled", "NOSHOW": "noshow",
}  # fmt: skip


def apply(row: Message, said: Facts, actor: Actor) -> Applied:
    """Keep the visit as it is told last; an older message changes nothing."""
    person = subject.found(row, said)
    row.person_id = person.id
    sch = next(one for one in said.segments if one.name == "SCH")
    told_at = said.header.sent_at.at if said.header and said.header.sent_at else row.received_at
    number = (sch.part(2) or sch.part(1) or str(row.id))[:160]
    known = VisitOutside.objects.select_for_update().filter(source=said.sender[:160], number=number).first()
    if known is not None and known.told_at > told_at:
        return Applied("An older word of this visit; nothing was changed.", left=subject.uncharted(said, USED))
    facts = _facts(sch, said, told_at)
    if known is None:
        facts["place"] = facts["place"] or said.sender[:200]
        known = VisitOutside.objects.create(
            id=uuid7(), person_id=person.id, source=said.sender[:160], number=number, **facts
        )
    else:
        # What a later message does not say again (most that take a visit back say only its number) stands as it was.
        known.bump(**{name: value for name, value in facts.items() if value not in (None, "")})
    ledger.record(
        type="Appointment",
        id=known.id,
        person_id=known.person_id,
        data_class=DataClass.APPOINTMENT,
        body=fhir_rows.visit(known),
        happened_at=told_at,
    )
    if known.status in WANTS["appointment"] and not _is_over(known):
        one = Arrived("appointment", known.person_id, "Appointment", known.id, DataClass.APPOINTMENT)
        put_before_somebody(actor=actor, arrived=[one], sender=said.sender)
    return Applied("Visit outside: recorded.", left=subject.uncharted(said, USED))


def _is_over(visit: VisitOutside) -> bool:
    return visit.starts_at is not None and visit.starts_at < clock.now() - PAST


def _facts(sch: Segment, said: Facts, told_at: datetime) -> dict[str, object]:
    reader = Reader(CONNECTICUT)
    start, minutes = _when(sch, said, reader)
    place = next((one.first(3).whole() for one in said.segments if one.name == "AIL"), "")
    return {
        "status": BY_EVENT.get(event_of(said)) or BY_WORD.get(sch.part(25).upper().replace(" ", ""), "booked"),
        "starts_at": start.at if start else None,
        "minutes": minutes,
        "place": " ".join(place.replace("^", " ").replace("&", " ").split())[:200],
        "reason": _reason(sch, said)[:240],
        "told_at": told_at,
    }


def _reason(sch: Segment, said: Facts) -> str:
    """Give what the visit is for: its reason, what brought the message about (not why it is taken back), the services booked."""
    fields = [sch.first(7)]
    if event_of(said) not in BY_EVENT:
        fields += [sch.first(6), *(one.first(3) for one in said.segments if one.name == "AIS")]
    labels = [code.label for one in fields if (code := datatypes.code(one)) is not None and code.label]
    return "; ".join(dict.fromkeys(labels))


def _when(sch: Segment, said: Facts, reader: Reader) -> tuple[Stamp | None, int | None]:
    """Give the start, from wherever this version of the standard says it, and the length in minutes."""
    start, end = reader.stamp(sch, 11, 4), reader.stamp(sch, 11, 5)
    for name, number in (("TQ1", 7), ("AIS", 4), ("AIL", 6), ("AIP", 6)):
        for segment in (one for one in said.segments if one.name == name):
            start = start or reader.stamp(segment, number)
            end = end or (reader.stamp(segment, 8) if name == "TQ1" else None)
    length, unit = sch.part(9), sch.part(10).lower()
    minutes = int(float(length)) if length.replace(".", "", 1).isdigit() and float(length) < 100_000 else None
    if (
        minutes is None
        and start is not None
        and end is not None
        and timedelta() < end.at - start.at < timedelta(days=2)
    ):
        return start, int((end.at - start.at).total_seconds()) // 60
    by = {"s": 1 / 60, "sec": 1 / 60, "h": 60, "hr": 60, "hour": 60, "hours": 60}.get(unit, 1)
    return start, None if minutes is None else int(minutes * by)
