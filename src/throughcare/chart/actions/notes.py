"""Notes: drafted, signed, co-signed, addended; never edited once signed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare.chart import models as m
from throughcare.chart import states
from throughcare.chart.actions.keeping import keep, mine, recorded
from throughcare.chart.events import NoteCosigned, NoteSigned
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import family
from throughcare.people.models import Person


@action("chart.draft_note")
def draft_note(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    kind: str,
    title: str,
    text: str,
    note_id: UUID | None = None,
    version: int | None = None,
    encounter_id: UUID | None = None,
    addends_id: UUID | None = None,
    data_class: DataClass = DataClass.CLINICAL,
    happened_at: datetime | None = None,
) -> UUID:
    """Keep a draft, new or changed. A draft is its author's; it enters the ledger when it is signed."""
    if note_id is not None:
        row = mine(m.Note, note_id, person_id, version)
        if row.recorder_id != actor.id:
            raise NotAllowed("A draft is changed by its author only.")
        if row.status != "draft":
            raise Invalid("This note is signed. Add to it instead; the signed words stay as they are.")
        row.bump(title=title, text=text)
        return row.id
    row = m.Note.objects.create(
        id=uuid7(),
        person_id=person_id,
        kind=kind,
        title=title,
        text=text,
        encounter_id=encounter_id,
        addends_id=addends_id,
        data_class=data_class.value,
        happened_at=happened_at or clock.now(),
        facility_id=actor.facility_id,
        **recorded(actor),
    )
    return row.id


@action("chart.sign_note")
def sign_note(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    note_id: UUID,
    version: int | None = None,
    ask_cosign: bool = False,
) -> None:
    """Sign a draft: from now on it stays as it is. Its author may ask for a second signature."""
    row = mine(m.Note, note_id, person_id, version)
    if row.recorder_id != actor.id:
        raise NotAllowed("A note is signed by its author.")
    if not row.text.strip():
        raise Invalid("An empty note can't be signed.", fields={"text": "Write the note first."})
    row.bump(status=states.NOTE.after(row.status, "sign"), signed_at=clock.now(), cosign_asked=ask_cosign)
    keep(row, row.happened_at)
    if row.addends_id is None:  # words added later do not do again what the note's kind says was done
        emit(
            NoteSigned(
                happened_at=clock.now(),
                person_id=person_id,
                facility_id=row.facility_id,
                ref=row.id,
                kind=row.kind,
                cosign_asked=ask_cosign,
                **_of_assessment(row),
            )
        )


ASSESSMENTS = frozenset({"initial_health_assessment", "periodic_health_assessment"})


def _of_assessment(row: m.Note) -> dict[str, Any]:
    """Give what decides when the next assessment is due: age, and whether anything on the problem list goes on (IHA-04)."""
    if row.kind not in ASSESSMENTS:
        return {}
    kin = family(row.person_id)
    born = Person.objects.filter(id=row.person_id).values_list("birth_date", flat=True).first()
    today = clock.today()
    age = None if born is None else today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return {"age": age, "chronic": m.Condition.objects.filter(person_id__in=kin, status="active").exists()}


@action("chart.cosign_note")
def cosign_note(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, note_id: UUID, version: int | None = None
) -> None:
    """Co-sign another's note."""
    row = mine(m.Note, note_id, person_id, version)
    if row.recorder_id == actor.id:
        raise NotAllowed("A co-signature is another person's.")
    row.bump(status=states.NOTE.after(row.status, "cosign"), cosigned_at=clock.now(), cosigned_by=actor.label())
    keep(row)
    emit(
        NoteCosigned(
            happened_at=clock.now(), person_id=person_id, facility_id=row.facility_id, ref=row.id, kind=row.kind
        )
    )


@action("chart.addend_note")
def addend_note(*, actor: Actor, intent: UUID | None = None, person_id: UUID, note_id: UUID, text: str) -> UUID:
    """Add signed words to a signed note."""
    original = mine(m.Note, note_id, person_id)
    if original.status == "draft":
        raise Invalid("This note is still a draft: change it instead.")
    added = draft_note(
        actor=actor,
        person_id=person_id,
        kind=original.kind,
        title=f"Addendum: {original.title}"[:160],
        text=text,
        addends_id=original.id,
        data_class=DataClass(original.data_class),
    )
    sign_note(actor=actor, person_id=person_id, note_id=added)
    return added
