"""Rounds that were written on paper, entered afterwards: each look at its own time, by the name on the sheet, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from throughcare.care.mental_health.actions import rounds
from throughcare.care.mental_health.actions.keeping import a_clinician, the_watch
from throughcare.care.mental_health.models import WatchCheck
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import derived

ON_ONE_SHEET = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Written:
    """One line of a sheet."""

    at: datetime
    behaviour: str
    note: str = ""


@action("mental_health.enter_paper_rounds")
def enter_paper_rounds(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    watch_id: UUID,
    seen_by: str,
    lines: Sequence[Written],
) -> int:
    """Enter a sheet's lines for one observer, all or none; a line that was entered before stands once. Gives how many are new."""
    a_clinician(actor)
    row, now = the_watch(watch_id, person_id), clock.now()
    if not seen_by.strip():
        raise Invalid(
            "Write whose name stands on the sheet.", fields={"seen_by": "Write whose name stands on the sheet."}
        )
    if not lines:
        raise Invalid("Enter at least one line. Nothing was recorded.", fields={"at-1": "Enter the first time."})
    for n, line in enumerate(lines, 1):
        if line.at > now:
            raise _wrong(n, "lies in the future")
        if line.at < max(row.started_at, now - ON_ONE_SHEET):
            raise _wrong(n, "lies before the watch, or more than a day back")
        if row.ended_at and line.at > row.ended_at:
            raise _wrong(n, "lies after the watch ended")
    by, new = " ".join(seen_by.split())[:120], 0
    for line in sorted(lines, key=lambda one: one.at):
        number = derived("paper round", str(watch_id), line.at.isoformat(), by.casefold())
        if WatchCheck.objects.filter(id=number).exists():
            continue
        new += 1
        rounds.record_round(
            actor=actor,
            id=number,
            watch_id=watch_id,
            behaviour=line.behaviour,
            note=line.note,
            happened_at=line.at,
            source="paper",
            seen_by=by,
        )
    return new


def _wrong(n: int, words: str) -> Invalid:
    return Invalid(f"Line {n} {words}. Nothing of the sheet was recorded.", fields={f"at-{n}": f"This time {words}."})
