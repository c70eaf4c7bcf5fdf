"""Notes that their author alone reads: drafted, signed, added to; never edited, co-signed, taken over or handed on.

They emit no event: no duty closes by them and no list counts them, for that would tell that there is one.
"""

from datetime import date
from uuid import UUID

from throughcare import ledger
from throughcare.access import labels
from throughcare.chart import models as m
from throughcare.chart import own_notes, states
from throughcare.chart.actions.keeping import mine
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import uuid7

WHAT = "note of yours"


@action("chart.draft_own_note")
def draft_own_note(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    text: str,
    on: date | None = None,
    note_id: UUID | None = None,
    version: int | None = None,
) -> UUID:
    """Keep a draft, new or changed. It enters the ledger when it is signed."""
    kind = own_notes.kind_of(actor.role)
    if note_id is None:
        return _begin(actor, kind, person_id, on or clock.today(), text).id
    row = mine(m.OwnNote, note_id, person_id, version, what=WHAT)
    _refuse_signed(row)
    row.bump(body=own_notes.sealed(row.id, on or own_notes.opened(row)[0], _short_enough(text)))
    return row.id


@action("chart.sign_own_note")
def sign_own_note(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, note_id: UUID, version: int | None = None
) -> None:
    """Sign a draft: from now on it stays as it is."""
    kind = own_notes.kind_of(actor.role)
    row = mine(m.OwnNote, note_id, person_id, version, what=WHAT)
    _refuse_signed(row)
    on, text = own_notes.opened(row)
    wrong = {}
    if not text.strip():
        wrong["text"] = "An empty note can't be signed. Write it first."
    if on > clock.today():
        wrong["on"] = "This day has not come yet."
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    _sign(row, kind)


@action("chart.add_to_own_note")
def add_to_own_note(*, actor: Actor, intent: UUID | None = None, person_id: UUID, note_id: UUID, text: str) -> UUID:
    """Add signed words to one's own signed note."""
    kind = own_notes.kind_of(actor.role)
    first = mine(m.OwnNote, note_id, person_id, what=WHAT)
    if first.status == "draft" or first.addends_id is not None:
        raise Stale("Words are added to a signed note. Open the page again; what you typed is still on it.")
    if not text.strip():
        raise Invalid("Nothing was added yet.", fields={"addendum": "Write what you want to add."})
    row = _begin(actor, kind, person_id, clock.today(), text, addends_id=first.id)
    _sign(row, kind)
    return row.id


def _begin(
    actor: Actor, kind: own_notes.Kind, person_id: UUID, on: date, text: str, addends_id: UUID | None = None
) -> m.OwnNote:
    id_ = uuid7()
    row = m.OwnNote(
        id=id_,
        person_id=person_id,
        data_class=kind.data_class.value,
        author_id=actor.id,
        begun_at=clock.now(),
        addends_id=addends_id,
        body=own_notes.sealed(id_, on, _short_enough(text)),
    )
    row.save(force_insert=True)
    return row


def _sign(row: m.OwnNote, kind: own_notes.Kind) -> None:
    row.bump(status=states.OWN_NOTE.after(row.status, "sign"), signed_at=clock.now())
    ledger.record(
        type="Composition",
        id=row.id,
        person_id=row.person_id,
        data_class=kind.data_class,
        body=own_notes.rendered(row, kind),
        happened_at=row.signed_at,
        labels=labels.by_codes([("note", kind.id)]).bits,
    )


def _refuse_signed(row: m.OwnNote) -> None:
    if row.status != "draft":
        raise Stale("This note is signed. Add to it instead; the signed words stay as they are.")


def _short_enough(text: str) -> str:
    if len(text) > own_notes.LONGEST:
        raise Invalid("This is too long for one note.", fields={"text": "Shorten it, or write a second note."})
    return text
