"""The pass: opened by a nurse, closed when every due dose has a status; what stays blank is somebody's within the hour."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from throughcare.care.medications import states
from throughcare.care.medications.dose_ids import due_at_of
from throughcare.care.medications.events import BlanksSettled, PassEndedWithBlanks
from throughcare.care.medications.models import Dose, MedicationPass
from throughcare.kernel import clock, statement
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotFound
from throughcare.kernel.events import emit

# Whether one of these doses was left blank by a pass that waits for it.
BLANK = "SELECT EXISTS (SELECT FROM medications_medicationpass WHERE settled_at IS NULL AND blanks && %s)"


@action("medications.open_pass")
def open_pass(
    *, actor: Actor, intent: UUID | None = None, facility_id: UUID, day: date, code: str, line: str = ""
) -> UUID:
    """Open a pass; the same pass is opened once, whoever comes second joins it."""
    row, _ = MedicationPass.objects.get_or_create(
        facility_id=facility_id,
        day=day,
        code=code,
        line=line,
        defaults={"opened_at": clock.now(), "opened_by": actor.label(), "opener_id": actor.id},
    )
    return row.id


@action("medications.close_pass")
def close_pass(*, actor: Actor, intent: UUID | None = None, pass_id: UUID, waiting: Sequence[UUID] = ()) -> int:
    """Close a pass. Doses of it that have no status become blanks with an owner (MED-04); gives how many."""
    row = MedicationPass.objects.select_for_update().filter(id=pass_id).first()
    if row is None:
        raise NotFound("There is no such pass.")
    blanks = _still_expected(waiting)
    owned = owned_blanks(row.facility_id, row.day, row.code, but=row.id)
    mine = [*row.blanks, *(d for d in blanks if d not in owned and d not in row.blanks)]
    row.bump(
        state=states.PASS.after(row.state, "close"),
        closed_at=clock.now(),
        closed_by=actor.label(),
        blanks=mine,
        settled_at=None if _still_expected(mine) else row.settled_at,
    )
    if len(mine) > 0 and row.settled_at is None:
        tell_blanks(row, len(mine), clock.now())
    return len(blanks)


def owned_blanks(facility_id: UUID, day: date, code: str, but: UUID | None = None) -> set[UUID]:
    """Give the blanks of one pass that somebody has already, whichever line or unit found them."""
    rows = MedicationPass.objects.filter(facility_id=facility_id, day=day, code=code)
    return {dose for row, blanks in rows.values_list("id", "blanks") if row != but for dose in blanks}


def tell_blanks(row: MedicationPass, blanks: int, at: datetime) -> None:
    """Tell the clock that a pass ended with blanks."""
    emit(PassEndedWithBlanks(happened_at=at, facility_id=row.facility_id, ref=row.id, blanks=blanks))


def settle_blanks(charted: Sequence[Dose]) -> None:
    """After late charting, close the duty of each pass that has no blank left."""
    ids = [d.id for d in charted]
    if not ids or not statement.run(BLANK, [ids])[0][0]:
        return
    for row in MedicationPass.objects.select_for_update().filter(settled_at__isnull=True, blanks__overlap=ids):
        if not _still_expected(row.blanks):
            row.bump(settled_at=clock.now())
            emit(BlanksSettled(happened_at=clock.now(), facility_id=row.facility_id, ref=row.id))


def _still_expected(ids: Sequence[UUID]) -> list[UUID]:
    rows = Dose.objects.filter(id__in=ids, due_at__in={due_at_of(i) for i in ids}, status=states.EXPECTED)
    return list(rows.values_list("id", flat=True))
