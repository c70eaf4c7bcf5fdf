"""VXU: doses that another record tells, each recorded once; what is taken back is marked as an error.

RSP: what a registry answers is put before somebody, dose by dose; what it holds to be due is kept as it says it.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from throughcare.chart import actions as chart
from throughcare.exchange.documents import actions as documents
from throughcare.exchange.documents import answers
from throughcare.exchange.fhir.writing import sent
from throughcare.exchange.hl7v2 import datatypes, judging
from throughcare.exchange.hl7v2.charting import subject
from throughcare.exchange.hl7v2.datatypes import Reader
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.holding import Applied, Hold
from throughcare.exchange.hl7v2.parse import CONNECTICUT
from throughcare.exchange.hl7v2.rules import type_of
from throughcare.exchange.hl7v2.wire import Segment
from throughcare.exchange.incoming import keeping
from throughcare.exchange.models import Message
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived

USED = frozenset({"MSH", "PID", "ORC", "RXA", "RXR", "EVN", "MSA", "QAK", "QPD"})
NOTHING_GIVEN = answers.NOTHING_GIVEN
STATUS = {"": "completed", "CP": "completed", "PA": "completed", "RE": "not-done", "NA": "not-done"}


def apply(row: Message, said: Facts, actor: Actor) -> Applied:
    """Record every dose of the message; hold where the registry answers with more than one person."""
    if len(said.people) > 1:
        raise Hold("two_people", "The registry knows more than one such person. Ask it again with more details.")
    if not said.people and not said.vaccinations:
        return Applied(_without_person(said), left=subject.uncharted(said, USED))
    person = subject.found(row, said)
    row.person_id = person.id
    if type_of(said) == "RSP":
        return _answered(row, said, person.id, actor)
    done, skipped = 0, []
    for dose, route in _doses(said):
        given = _given(dose, route, said)
        if given is None:
            skipped.append(f"RXA {dose.row}: says no vaccine or no day")
        elif dose.part(21).upper() == "D":
            chart.withdraw_immunization(actor=actor, person_id=person.id, given=given)
            done += 1
        else:
            chart.record_immunization(actor=actor, person_id=person.id, given=given)
            done += 1
    return Applied(f"Vaccines recorded: {done}.", left=(*subject.uncharted(said, USED), *skipped))


# QAK-2 (table 0208) of an answer without a person; what else it may be is an error of the registry's or of our question.
WITHOUT = {
    "NF": "The registry knows nobody by these details.",
    "TM": "The registry knows too many such people to answer. Ask it again with more details.",
    "PD": "The registry keeps this person's record closed.",
}


def _without_person(said: Facts) -> str:
    status = next((one.part(2).upper() for one in said.segments if one.name == "QAK"), "")
    answer = next((one.part(1).upper() for one in said.segments if one.name == "MSA"), "")
    if status in WITHOUT:
        return WITHOUT[status]
    if {status, answer} & {"AE", "AR", "CE", "CR"}:
        return "The registry could not answer the question: its words are in the message. Nothing is known by this."
    return "An answer without a person: nothing to record."


ANSWER_USED = USED | {"OBX"}


def _answered(row: Message, said: Facts, person_id: UUID, actor: Actor) -> Applied:
    doses = sum(one.name == "RXA" and one.part(5) not in NOTHING_GIVEN for one in said.segments)
    due = answers.forecast(said)
    left = subject.uncharted(said, ANSWER_USED if due or not doses else USED)
    if due:
        id_ = derived("forecast", str(person_id), said.sender)
        body = answers.recommendation(said, person_id, id_)
        if body is not None:
            keeping.keep(body, person_id=person_id, data_class=sent.class_of(body), sender=said.sender)
    if not doses and not due:
        return Applied("An answer that tells no dose: nothing to read.", left=left)
    documents.receive_answer(actor=actor, raw=bytes(row.raw or b""), person_id=person_id)
    return Applied(f"Put before somebody: {doses} doses; {len(due)} vaccines of its forecast kept.", left=left)


def _doses(said: Facts) -> list[tuple[Segment, Segment | None]]:
    found: list[tuple[Segment, Segment | None]] = []
    for segment in said.segments:
        if segment.name == "RXA":
            found.append((segment, None))
        elif segment.name == "RXR" and found:
            found[-1] = (found[-1][0], segment)
    return found


def _given(rxa: Segment, rxr: Segment | None, said: Facts) -> chart.Vaccine | None:
    reader = Reader(CONNECTICUT)
    code, at = datatypes.code(rxa.first(5)), reader.stamp(rxa, 3)
    if code is None or at is None or code.code in NOTHING_GIVEN:
        return None
    system, value = judging.coded(code, said.sender)
    how: dict[str, Any] = {}
    if rxr is not None:
        route, site = datatypes.code(rxr.first(1)), datatypes.code(rxr.first(2))
        how = {"route": route.label[:60] if route else "", "site": site.label[:60] if site else ""}
    refused = datatypes.code(rxa.first(18))
    maker = datatypes.code(rxa.first(17))
    return chart.Vaccine(
        text=(code.label if len(at.text) >= 8 else f"{code.label} (day not said: {at.day_words})")[:200],
        given_at=at.at,
        code=value,
        system=system,
        status=STATUS.get(rxa.part(20).upper(), "completed"),
        primary=False,
        source=said.sender[:160],
        amount=_amount(rxa.part(6)),
        unit=rxa.part(7)[:20],
        lot=rxa.part(15)[:60],
        expires=_day(reader, rxa),
        manufacturer=maker.label[:120] if maker else "",
        why_not=refused.label[:200] if refused else "",
        **how,
    )


def _amount(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 < value < 999 else None  # 999 says that nobody knows


def _day(reader: Reader, rxa: Segment) -> date | None:
    stamp = reader.stamp(rxa, 16)
    return stamp.day if stamp else None
