"""A code is called, somebody says who it is, it ends and is written into the chart."""

from datetime import datetime
from uuid import UUID

from throughcare.care.emergency import charting, rules, states
from throughcare.care.emergency.actions import keeping, ways
from throughcare.care.emergency.events import CodeCalled, CodeEnded
from throughcare.care.emergency.models import Code
from throughcare.care.emergency.rule_table import load_table
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7

SUMMARY = ("situation", "background", "assessment", "recommendation")


@action("emergency.call_code")
def call_code(
    *,
    actor: Actor,
    intent: UUID | None = None,
    facility_id: UUID,
    place: str,
    unit_id: UUID | None = None,
    person_id: UUID | None = None,
    complaint: str = "",
    called_at: datetime | None = None,
    drill: str = "",
) -> UUID:
    """Call a code: only where is needed. The clock of EMR-02 runs from here, or from the time named."""
    table, now = load_table(), clock.now()
    at = called_at or now
    if not place.strip():
        raise Invalid("No code was called yet: say where.", fields={"place": "Say where: a cell, a unit, a yard."})
    if complaint and complaint not in table.complaints:
        raise Invalid("Choose what it looks like, or leave it open.", fields={"complaint": "Choose from the list."})
    if drill and drill not in table.drills:
        raise Invalid("Choose which drill this is.", fields={"drill": "Choose from the list."})
    if at > now or at < now - table.before_call:
        raise Invalid("A call was made within the last hour. Check the time.", fields={"at": "Check the time."})
    row = Code.objects.create(
        id=uuid7(),
        facility_id=facility_id,
        unit_id=unit_id,
        place=place.strip()[:80],
        person_id=None if drill else person_id,
        complaint=complaint,
        drill=drill,
        called_at=at,
        called_by=actor.label(),
        caller_id=actor.id,
        recorded_at=now,
        table_version=table.version,
    )
    keeping.keep(row)
    if not drill:
        emit(CodeCalled(happened_at=at, person_id=row.person_id, facility_id=facility_id, ref=row.id))
    return row.id


@action("emergency.attach_person")
def attach_person(
    *, actor: Actor, intent: UUID | None = None, code_id: UUID, person_id: UUID, version: int | None = None
) -> None:
    """Say who it is. While the code runs this can be put right; once it is in a chart it can't."""
    row = keeping.locked(code_id, version)
    if row.drill:
        raise Stale("A drill is about nobody. Nothing was changed.")
    if row.person_id == person_id:
        return
    if row.person_id is not None and row.state != "open":
        raise Stale("This code stands in a chart already. Call health information management if it is the wrong one.")
    row.bump(person_id=person_id)
    keeping.keep(row)
    ways.catch_up(actor, row, person_id)
    if row.state != "open":
        _chart(actor, row)


@action("emergency.keep_summary")
def keep_summary(
    *,
    actor: Actor,
    intent: UUID | None = None,
    code_id: UUID,
    situation: str = "",
    background: str = "",
    assessment: str = "",
    recommendation: str = "",
    version: int | None = None,
) -> None:
    """Keep the four parts of the summary that is said at hand-over (SBAR)."""
    row = keeping.locked(code_id, version)
    if row.state == "debriefed":
        raise Stale("This code was talked over and closed. Write a note in the chart instead.")
    said = dict(zip(SUMMARY, (situation, background, assessment, recommendation), strict=True))
    row.bump(**{name: words.strip()[:1000] for name, words in said.items()})
    keeping.keep(row)


@action("emergency.end_code")
def end_code(
    *,
    actor: Actor,
    intent: UUID | None = None,
    code_id: UUID,
    ending: str,
    plan: str = "",
    ended_at: datetime | None = None,
) -> None:
    """End a code; its times, vital signs and medicines go into the chart of the person."""
    row = keeping.locked(code_id)
    table = load_table()
    held = rules.standing(keeping.all_stamps(row.id))
    left = rules.first(held, frozenset({"left_gate"})) is not None
    decision = rules.may_end(ending, table, known=row.person_id is not None, drill=bool(row.drill), left=left)
    if not decision.ok:
        raise Invalid(decision.sentence, fields={decision.field: decision.sentence})
    if ending in ("stays", "refused") and not row.drill and not plan.strip():
        raise Invalid("Write the plan: what is watched, by whom, until when.", fields={"plan": "Write the plan."})
    at = ended_at or clock.now()
    decision = rules.may_be_at(at, row.called_at, clock.now(), table)
    if not decision.ok or at < row.called_at:
        raise Invalid("A code ends after it was called. Check the time.", fields={"at": "Check the time."})
    row.bump(
        state=states.CODE.after(row.state, "end"),
        ending=ending,
        plan=plan.strip()[:1000],
        ended_at=at,
        ended_by=actor.label(),
    )
    keeping.keep(row)
    if row.person_id is not None:
        _chart(actor, row)
    if not row.drill:
        emit(CodeEnded(happened_at=at, person_id=row.person_id, facility_id=row.facility_id, ref=row.id, ending=ending))


def _chart(actor: Actor, row: Code) -> None:
    if row.charted_at is None and row.person_id is not None and not row.drill:
        charting.write(actor, row, row.person_id, rules.standing(keeping.all_stamps(row.id)))
        row.bump(charted_at=clock.now())
