"""Taking a document in: kept as it came, given to the person whom its numbers name, or held for somebody to say."""

import hashlib
import re
from dataclasses import dataclass, replace
from uuid import UUID

from throughcare import ledger
from throughcare.access import labels
from throughcare.custody.models import Placement
from throughcare.exchange.documents import answers, messages, reading, whose
from throughcare.exchange.documents.ccda.found import Code, Document, Item, NotADocument, item_of
from throughcare.exchange.documents.ccda.read import read
from throughcare.exchange.documents.models import Received, Said
from throughcare.exchange.events import DocumentHeld, DocumentReceived, DocumentSettled
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.events import Event, emit
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import family
from throughcare.people.models import Person

CLASSES = {
    "medicine": DataClass.MEDICATION,
    "immunization": DataClass.MEDICATION,
    "result": DataClass.RESULT,
}
_NOTICE = re.compile(r"(?i)42\s*C\.?F\.?R\.?,?\s*(?:part|§|pt\.?)?\s*2\b|confidentiality rules \(42")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a document: its row, its state, why it waits, and whether it had come before."""

    id: UUID
    state: str
    hold: str = ""
    again: bool = False


@action("exchange.receive_document")
def receive(
    *,
    actor: Actor,
    intent: UUID | None = None,
    raw: bytes,
    name: str = "",
    door: str = "file",
    person_id: UUID | None = None,
    sure: bool = False,
) -> Receipt:
    """Keep a document and propose what it says; for the person named by hand, else for whom its numbers name.

    The same bytes are kept once. Where neither name nor birth date is that of the person named by hand, it is refused
    unless they are `sure`.
    """
    if (known := _known(raw)) is not None:
        return known
    try:
        document = read(raw)
    except NotADocument as refused:
        raise Invalid(str(refused), fields={"file": str(refused)}) from None
    if person_id is not None:
        person: Person | None = _person(person_id)
        hold = ""
        if person is not None and whose.against(document.who, person)[0] and not sure:
            raise Invalid(
                "Neither name nor birth date in the document is this person's. Nothing was kept; "
                "choose the file again and say that it is theirs, if it is.",
                fields={"sure": "Say that it is this person's, or open the right chart."},
            )
    else:
        found = whose.find(document.who)
        person, hold = found.person, found.hold
    return _kept(actor, document, raw, name, door, person, hold)


@action("exchange.receive_answer")
def receive_answer(*, actor: Actor, raw: bytes, person_id: UUID) -> Receipt:
    """Keep a registry's answer about a person and propose each dose; none is charted before somebody decides."""
    if (known := _known(raw)) is not None:
        return known
    document = reading.read(raw)
    earlier = Received.objects.filter(
        person_id=person_id, kind=answers.KIND, sender=document.sender, state="open"
    ).order_by("-received_at")
    document = replace(document, replaces=next((one.number for one in earlier[:1]), ""))
    return _kept(actor, document, raw, "", "hl7v2", _person(person_id), "")


def _known(raw: bytes) -> Receipt | None:
    known = Received.objects.filter(digest=hashlib.sha256(raw).digest()).first()
    return None if known is None else Receipt(known.id, known.state, known.hold, again=True)


@action("exchange.receive_said_beside")
def receive_said_beside(*, actor: Actor, raw: bytes, document: Document, person_id: UUID) -> int:
    """Propose what a message says beside its errand; what the same sender has said before is not asked again.

    Gives how many items wait for a decision; with none nothing is kept here (the message itself is).
    """
    if _known(raw) is not None:
        return 0
    person = _person(person_id)
    earlier = Said.objects.filter(
        person_id__in=family(person.id), document__kind=messages.KIND, document__sender=document.sender
    )
    known = {_same(item(row)) for row in earlier}
    fresh = {_same(one): one for one in document.items if _same(one) not in known}
    if not fresh:
        return 0
    _kept(actor, replace(document, items=tuple(fresh.values())), raw, "", "hl7v2", person, "")
    return len(fresh)


def _same(one: Item) -> tuple[str, str, str, bool]:
    """Give what makes two items one: a sender repeats a person's list with each message."""
    return one.kind, one.code.system, one.code.code or one.code.text.casefold(), one.negated


def _kept(
    actor: Actor,
    document: Document,
    raw: bytes,
    name: str,
    door: str,
    person: Person | None,
    hold: str,
) -> Receipt:
    row = Received(
        id=uuid7(),
        digest=hashlib.sha256(raw).digest(),
        raw=raw,
        name=name[:200],
        door=door,
        received_at=clock.now(),
        received_by=actor.label()[:160],
        kind=document.kind,
        title=document.title,
        number=document.number,
        replaces=document.replaces,
        written=document.written,
        sender=document.sender,
        said=whose.kept(document.who),
        counted=document.counted,
        odd=list(document.odd),
        protected=document.confidentiality == "V" or any(_NOTICE.search(w) for s in document.sections for w in s.lines),
        hold=hold,
    )
    if person is not None:
        row.person, row.state, row.facility_id = person, "open", _where(person.id)
    row.save(force_insert=True)
    if person is not None:
        _propose(row, person, document)
    record(row)
    _tell(row)
    return Receipt(row.id, row.state, row.hold)


def _where(person_id: UUID) -> UUID | None:
    placed = Placement.objects.filter(person_id__in=family(person_id), cancelled=False)
    here = placed.filter(until=None).order_by("-since").values_list("facility_id", flat=True).first()
    return here or placed.order_by("-since").values_list("facility_id", flat=True).first()


def _propose(row: Received, person: Person, document: Document) -> None:
    Said.objects.bulk_create(
        [
            Said(
                id=uuid7(),
                document=row,
                person_id=person.id,
                n=n,
                kind=item.kind,
                item=item.kept(),
                data_class=_class_of(item).value,
                labels=_labels_of(item),
            )
            for n, item in enumerate(document.items, 1)
        ]
    )
    if not document.items:
        row.bump(state="done")


def _codes(item: Item) -> list[tuple[str, str]]:
    coded: list[Code] = [item.code, item.value_code, *item.also]
    return [(labels.SYSTEMS.get(one.system, one.system), one.code) for one in coded if one.code]


def _class_of(item: Item) -> DataClass:
    return labels.class_of(_codes(item), CLASSES.get(item.kind, DataClass.CLINICAL))


def _labels_of(item: Item) -> int:
    return labels.by_codes(_codes(item)).bits


def _person(person_id: UUID) -> Person:
    found = Person.objects.filter(id=person_id).select_related("survivor").first()
    if found is None:
        raise NotFound("There is no such person here.")
    return found.survivor or found


def _tell(row: Received) -> None:
    kinds: dict[str, type[Event]] = {"waiting": DocumentHeld, "open": DocumentReceived}
    if (kind := kinds.get(row.state)) is not None:
        emit(kind(happened_at=row.received_at, person_id=row.person_id, facility_id=row.facility_id, ref=row.id))


def record(row: Received) -> None:
    """Keep in the ledger what is known of a document and what became of it; its bytes stand in the row, frozen."""
    ledger.record(
        type="OutsideDocument",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.CLINICAL if row.person_id else DataClass.DEMOGRAPHICS,
        subject=None if row.person_id else (ledger.SubjectKind.AGENCY, derived("agency")),
        media="throughcare/OutsideDocument",
        body={
            "resourceType": "OutsideDocument",
            "digest": bytes(row.digest).hex(),
            "kind": row.kind,
            "number": row.number,
            "sender": row.sender,
            "written": row.written,
            "door": row.door,
            "state": row.state,
            **({"why": row.why} if row.why else {}),
        },
        happened_at=row.received_at,
    )


def waiting(document_id: UUID) -> Received:
    """Fetch a document that waits for a person, to change it."""
    row = Received.objects.select_for_update().filter(id=document_id).first()
    if row is None:
        raise NotFound("There is no such document.")
    if row.state != "waiting":
        raise Stale("Somebody has settled this document already. Nothing was changed.")
    return row


@action("exchange.assign_document")
def assign(*, actor: Actor, intent: UUID | None = None, document_id: UUID, person_id: UUID) -> Receipt:
    """Say whose a document is: a person decides, and what it says is proposed in their chart."""
    row = waiting(document_id)
    person = _person(person_id)
    row.bump(
        person=person,
        facility_id=_where(person.id),
        state="open",
        hold="",
        settled_at=clock.now(),
        settled_by=actor.label()[:160],
    )
    _propose(row, person, reading.read(bytes(row.raw)))
    record(row)
    emit(DocumentSettled(happened_at=clock.now(), person_id=row.person_id, facility_id=row.facility_id, ref=row.id))
    _tell(row)
    return Receipt(row.id, row.state)


@action("exchange.set_document_aside")
def set_aside(*, actor: Actor, intent: UUID | None = None, document_id: UUID, why: str) -> None:
    """Take a document off the board that is nobody's here, with the reason; it stays kept."""
    if len(why.strip()) < 3:
        raise Invalid("Say why, in a few words.", fields={"why": "Say why it is set aside."})
    row = waiting(document_id)
    row.bump(state="set_aside", settled_at=clock.now(), settled_by=actor.label()[:160], why=why.strip()[:400])
    record(row)
    emit(DocumentSettled(happened_at=clock.now(), ref=row.id))


def item(row: Said) -> Item:
    """Give what a row holds."""
    return item_of(row.item)
