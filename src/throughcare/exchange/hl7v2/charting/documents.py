"""MDM: documents of other services. Each is charted as a report that somebody must read; a notice alone is kept."""

from throughcare.chart import actions as chart
from throughcare.exchange import classing
from throughcare.exchange.hl7v2 import datatypes, judging, panels
from throughcare.exchange.hl7v2.charting import results, subject
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.holding import Applied, Hold
from throughcare.exchange.hl7v2.rules import event_of
from throughcare.exchange.hl7v2.wire import Segment
from throughcare.exchange.models import Message
from throughcare.kernel.actor import Actor
from throughcare.kernel.vocabulary import DataClass

USED = frozenset({"MSH", "PID", "TXA", "OBX", "EVN", "PV1"})
WITH_CONTENT = frozenset({"T02", "T04", "T06", "T08", "T10"})
STATUS = {"T08": "corrected", "T10": "corrected", "T11": "cancelled"}
KINDS = {
    "AR": "Autopsy report", "CD": "Cardiodiagnostics", "CN": "Consultation", "DI": "Diagnostic imaging",
    "DS": "Discharge summary", "ED": "Emergency department report", "HP": "History and physical examination",
    "OP": "Operative report", "PC": "Psychiatric consultation", "PH": "Psychiatric history and physical examination",
    "PN": "Procedure note", "PR": "Progress note", "SP": "Surgical pathology", "TS": "Transfer summary",
}  # fmt: skip
PSYCHIATRIC = frozenset({"PC", "PH"})


def apply(row: Message, said: Facts, actor: Actor) -> Applied:
    """Chart the document's words and files as one report, in versions; hold what belongs to a sealed record."""
    person = subject.found(row, said)
    row.person_id = person.id
    txa = next(one for one in said.segments if one.name == "TXA")
    event = event_of(said)
    left = list(subject.uncharted(said, USED))
    if event not in WITH_CONTENT and event != "T11":
        return Applied("A notice of a document: kept; nothing to chart.", left=tuple(left))
    told_at = said.header.sent_at.at if said.header and said.header.sent_at else row.received_at
    found = panels.panels(said)
    title = KINDS.get(txa.part(2).upper()) or _label(txa) or "Document"
    lines = [one.observation for panel in found for one in panel.told if not one.documents]
    text = "\n".join(value.text for one in lines for value in one.values)
    told = chart.Told(
        source=said.sender[:160],
        filler=_number(txa, event)[:160],
        text=title[:160],
        status=STATUS.get(event, "final" if txa.part(17).upper() not in ("IP", "IN", "PA") else "preliminary"),
        words=text,
        judged=False,
        data_class=_class(txa, title),
        said_at=min(told_at, row.received_at),
        effective_at=min(told_at, row.received_at),
    )
    taken = chart.take_report(actor=actor, person_id=person.id, told=told)
    for panel in found:
        left += results.documents(actor, person.id, taken.report_id, panel, told.data_class)
    return Applied(f"Document: {results.WORDS[taken.outcome]}.", left=tuple(left))


def _number(txa: Segment, event: str) -> str:
    """Give the number of the document that this is a version of: of an edit, a replacement or a cancelling, its parent's."""
    own, parent = txa.part(12) or txa.first(12).whole(), txa.part(13) or txa.first(13).whole()
    return (parent or own) if event in ("T06", "T08", "T10", "T11") else own


def _label(txa: Segment) -> str:
    code = datatypes.code(txa.first(2))
    return code.label if code else ""


def _class(txa: Segment, title: str) -> DataClass:
    if txa.part(2).upper() in PSYCHIATRIC:
        return DataClass.MENTAL_HEALTH
    into = judging.class_of("", "", title)
    if classing.is_sealed(into):
        raise Hold("not_taken", "This belongs to a sealed record, which no message can write to.")
    return DataClass.CLINICAL if into is DataClass.RESULT else into
