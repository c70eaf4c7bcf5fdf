"""ORU: results to the chart, each to the order that it answers; what answers none stands in the chart and on the board."""

import hashlib
from uuid import UUID

from throughcare.chart import actions as chart
from throughcare.chart.actions.attachments import CAP, MAGIC
from throughcare.chart.models import Attachment, Order, Report
from throughcare.exchange.hl7v2 import laboratory, panels
from throughcare.exchange.hl7v2.charting import subject
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.holding import Applied, Hold
from throughcare.exchange.models import Message
from throughcare.kernel.actor import Actor
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import family

USED = frozenset({"MSH", "PID", "ORC", "OBR", "OBX", "NTE", "SPM", "EVN"})
WORDS = {"new": "charted", "changed": "changed", "same": "known already", "older": "older than the chart"}


def apply(row: Message, said: Facts, actor: Actor) -> Applied:
    """Chart every report of the message; raise Hold where its person can't be said, or an order is another person's."""
    person = subject.found(row, said)
    row.person_id = person.id
    received = row.received_at
    header_time = said.header.sent_at.at if said.header and said.header.sent_at else received
    left = list(subject.uncharted(said, USED))
    outcomes, unordered, named_late = [], False, False
    for number, panel in enumerate(panels.panels(said), 1):
        order_id = order_of(person.id, panel)
        told = laboratory.told_of(panel, said.sender, min(header_time, received), order_id, number)
        if told is None:
            left.append(f"Report {number}: says nothing yet")
            continue
        taken = chart.take_report(actor=actor, person_id=person.id, told=told)
        outcomes.append(WORDS[taken.outcome])
        unordered |= taken.outcome == "new" and order_id is None
        named_late |= taken.outcome == "changed" and order_id is not None
        left += documents(actor, person.id, taken.report_id, panel, told.data_class)
    asks = "order" if unordered and laboratory.needs_order(said.header) else ""
    sentence = f"Results: {', '.join(outcomes)}." if outcomes else "Nothing in it to chart yet; it is kept."
    return Applied(sentence, also=_asking(row, person.id) if named_late else (), left=tuple(left), asks=asks)


def _asking(row: Message, person_id: UUID) -> tuple[UUID, ...]:
    """Give the messages of this sender that ask which order they answer: it may have been named now."""
    asking = Message.objects.filter(person_id__in=family(person_id), sender=row.sender, asks="order")
    return tuple(asking.exclude(id=row.id).values_list("id", flat=True))


def order_of(person_id: UUID, panel: panels.Panel) -> UUID | None:
    """Give the order of ours that a panel names; a number of another person's order is never believed."""
    placer = panel.order.placer.strip()
    try:
        wanted = UUID(placer)
    except ValueError:
        return None
    order = Order.objects.filter(id=wanted).only("id", "person_id").first()
    if order is None:
        return None
    if order.person_id not in family(person_id):
        raise Hold(
            "other_person", "The order that it names is another person's. Ask the laboratory whose specimen it was."
        )
    return order.id


def documents(actor: Actor, person_id: UUID, report_id: UUID, panel: panels.Panel, into: DataClass) -> list[str]:
    """Keep the documents of a report with it, once; name those that can't be shown."""
    left = []
    for file in (one for told in panel.told for one in told.documents):
        content = file.content
        if content is None or len(content) > CAP or not content.startswith(tuple(MAGIC)):
            left.append(f"A document that can't be shown here ({file.kind or 'no kind said'})")
            continue
        if Attachment.objects.filter(report_id=report_id, blob_id=_digest(content)).exists():
            continue
        chart.attach(
            actor=actor,
            person_id=person_id,
            content=content,
            kind="outside_record",
            title=panel.order.service.label[:160] or "Report",
            data_class=into,
            report_id=report_id,
        )
    return left


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def reports_of(person_id: UUID, said: Facts) -> list[Report]:
    """Give the reports of a person's chart that a message told."""
    fillers = {panels.filler_of(panel) for panel in panels.panels(said)} - {""}
    source = said.sender[:160]
    return list(
        Report.objects.filter(person_id__in=family(person_id), source=source, filler__in=fillers).order_by("id")
    )
