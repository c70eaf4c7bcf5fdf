"""What a clinician decides of each item of a document: into the chart, known already, or left out with the reason."""

from uuid import UUID

from throughcare import ledger
from throughcare.exchange.documents import charting
from throughcare.exchange.documents.ccda.found import item_of
from throughcare.exchange.documents.models import Received, Said
from throughcare.exchange.events import DocumentReconciled, DocumentReopened
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import DataClass

REASONS = ("not_theirs", "not_so", "no_longer", "not_needed", "elsewhere", "other")


@action("exchange.accept_said")
def accept(*, actor: Actor, intent: UUID | None = None, person_id: UUID, said_id: UUID, version: int) -> str:
    """Put an item into the chart; gives `accepted`, or `known` where the chart had it already."""
    row = _mine(person_id, said_id, version)
    item = item_of(row.item)
    kind, made, new = charting.chart_item(actor, row, item, row.document)
    if new and row.document.protected:
        charting.protect(kind, made)
    state = "accepted" if new else "known"
    _decide(actor, row, state, "", kind, made)
    return state


@action("exchange.known_said")
def is_known(*, actor: Actor, intent: UUID | None = None, person_id: UUID, said_id: UUID, version: int) -> None:
    """Say that the chart holds this already, or that it was read and nothing is to be charted of it."""
    _decide(actor, _mine(person_id, said_id, version), "known", "", "", None)


@action("exchange.reject_said")
def reject(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, said_id: UUID, version: int, why: str, words: str = ""
) -> None:
    """Leave an item out, with the reason; it stays with the document."""
    if why not in REASONS:
        raise Invalid("Say why it is left out.", fields={"why": "Choose a reason."})
    if why == "other" and len(words.strip()) < 3:
        raise Invalid("Say why it is left out.", fields={"words": "Say why, in a few words."})
    _decide(
        actor, _mine(person_id, said_id, version), "rejected", f"{why}: {words.strip()}".rstrip(": ")[:200], "", None
    )


@action("exchange.reopen_said")
def reopen(*, actor: Actor, intent: UUID | None = None, person_id: UUID, said_id: UUID, version: int) -> None:
    """Take a decision back: what it put into the chart is taken back with it, while that can be done."""
    row = _row(person_id, said_id)
    if row.state == "open" or row.version != version:
        raise Stale("Somebody changed this since you opened the page. Nothing was changed.")
    if row.state == "accepted":
        charting.take_back(actor, row, item_of(row.item), row.document)
    row.bump(state="open", decided_at=None, decided_by="", decider_id=None, why="", charted_as="", charted_id=None)
    _keep(row)
    document = row.document
    if document.state == "done":
        document.bump(state="open", settled_at=None, settled_by="")
        emit(
            DocumentReopened(
                happened_at=clock.now(), person_id=row.person_id, facility_id=document.facility_id, ref=document.id
            )
        )


def _decide(actor: Actor, row: Said, state: str, why: str, kind: str, made: UUID | None) -> None:
    row.bump(
        state=state,
        decided_at=clock.now(),
        decided_by=actor.label()[:160],
        decider_id=actor.id,
        why=why,
        charted_as=kind,
        charted_id=made,
    )
    _keep(row)
    document = Received.objects.select_for_update().get(id=row.document_id)
    if document.state == "open" and not document.items.filter(state="open").exists():
        document.bump(state="done", settled_at=clock.now(), settled_by=actor.label()[:160])
        emit(
            DocumentReconciled(
                happened_at=clock.now(), person_id=row.person_id, facility_id=document.facility_id, ref=document.id
            )
        )


def _keep(row: Said) -> None:
    charted = {"charted": f"{row.charted_as}/{row.charted_id}"} if row.charted_id else {}
    ledger.record(
        type="Reconciliation",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass(row.data_class),
        labels=row.labels,
        media="throughcare/Reconciliation",
        body={
            "resourceType": "Reconciliation",
            "document": str(row.document_id),
            "item": row.item,
            "state": row.state,
            **({"why": row.why} if row.why else {}),
            **charted,
        },
        happened_at=row.decided_at,
    )


def _mine(person_id: UUID, said_id: UUID, version: int) -> Said:
    row = _row(person_id, said_id)
    if row.version != version or row.state != "open":
        raise Stale("Somebody decided on this since you opened the page. Nothing was changed.")
    return row


def _row(person_id: UUID, said_id: UUID) -> Said:
    row = Said.objects.select_for_update(of=("self",)).select_related("document").filter(id=said_id).first()
    if row is None:
        raise NotFound("There is no such item here.")
    if row.person_id != person_id:
        raise Stale("This item belongs to another person than the page you sent. Nothing was changed.")
    return row
