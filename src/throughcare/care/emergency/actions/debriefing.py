"""A code, or a drill, is talked over: once, and shared."""

from uuid import UUID

from throughcare import ledger
from throughcare.care.emergency import fhir, rules, states
from throughcare.care.emergency.actions import keeping
from throughcare.care.emergency.events import CodeDebriefed, DrillDone
from throughcare.care.emergency.models import Debrief
from throughcare.duties.working_time import working_time
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import SubjectKind


@action("emergency.debrief_code")
def debrief_code(
    *,
    actor: Actor,
    intent: UUID | None = None,
    code_id: UUID,
    changes: str,
    preventable: str = "",
    preventable_why: str = "",
    present: str = "",
    equipment_checked: bool = False,
    video: str = "",
) -> UUID:
    """Keep what those who were there say; the times of the code stay as they are from now on.

    It stands with the place, never in the person's chart.
    """
    row = keeping.locked(code_id)
    decision = rules.may_debrief(preventable, preventable_why, changes, drill=bool(row.drill))
    if not decision.ok:
        raise Invalid(decision.sentence, fields={decision.field: decision.sentence})
    row.bump(state=states.CODE.after(row.state, "debrief"))
    now = clock.now()
    said = Debrief.objects.create(
        id=uuid7(),
        code=row,
        at=now,
        by=actor.label(),
        present=present.strip()[:400],
        changes=changes.strip(),
        preventable="" if row.drill else preventable,
        preventable_why="" if row.drill else preventable_why.strip()[:1000],
        equipment_checked=equipment_checked,
        video=video.strip()[:80],
    )
    keeping.keep(row)
    ledger.record(
        type="CodeDebrief",
        id=said.id,
        subject=(SubjectKind.PLACE, row.facility_id),
        data_class=DataClass.CLINICAL,
        media="throughcare/CodeDebrief",
        body=fhir.debrief(said),
        happened_at=now,
    )
    if row.drill:
        shift = working_time().shift_at(row.called_at).shift.id
        emit(DrillDone(happened_at=now, facility_id=row.facility_id, ref=row.id, kind=row.drill, shift=shift))
    else:
        emit(CodeDebriefed(happened_at=now, facility_id=row.facility_id, ref=row.id, preventable=preventable))
    return said.id
