"""Stamps: one tap, the server's time; put right by another stamp, with the first one kept."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from throughcare.care.emergency import policy, rules
from throughcare.care.emergency.actions import keeping, ways
from throughcare.care.emergency.events import CodeReached
from throughcare.care.emergency.models import Code, Stamp
from throughcare.care.emergency.rule_table import load_table
from throughcare.chart import measuring
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7


@action("emergency.stamp")
def stamp(
    *,
    actor: Actor,
    intent: UUID | None = None,
    code_id: UUID,
    kind: str,
    at: datetime | None = None,
    detail: Mapping[str, str] | None = None,
) -> UUID:
    """Keep one moment of a code. Takes no lock: several hands stamp at once, and each stamp stands."""
    table, now = load_table(), clock.now()
    said = {k: v.strip()[:400] for k, v in (detail or {}).items() if v.strip()}
    code = Code.objects.filter(id=code_id).first()
    if code is None:
        raise NotFound("There is no such code here.")
    if code.state == "debriefed":
        raise Stale("This code was talked over and closed. Write a note in the chart instead.")
    health = actor.role not in policy.OFFICERS
    when = at or now
    for decision in (
        rules.may_stamp(kind, said, table, officer=not health),
        rules.may_be_at(when, code.called_at, now, table),
    ):
        if not decision.ok:
            raise Invalid(decision.sentence, fields={decision.field: decision.sentence})
    _measured(kind, said)
    row = _write(actor, code, kind, when, said, health=health)
    if health and table.stamps[kind].hands_on and not code.drill:
        emit(CodeReached(happened_at=when, person_id=code.person_id, facility_id=code.facility_id, ref=code.id))
    if code.person_id is not None and not code.drill:
        ways.follow(actor, code, code.person_id, kind, when, said)
    return row.id


@action("emergency.correct_stamp")
def correct_stamp(
    *,
    actor: Actor,
    intent: UUID | None = None,
    code_id: UUID,
    stamp_id: UUID,
    why: str,
    at: datetime | None = None,
    void: bool = False,
) -> UUID:
    """Put a stamp's time right, or take it back. What was first stamped is kept and shown beside it."""
    table, now = load_table(), clock.now()
    if not why.strip():
        raise Invalid("Say why, in a word or two. Nothing was changed.", fields={"why": "Say why."})
    if at is None and not void:
        raise Invalid("Write the right time, or take it back.", fields={"at": "Write the right time."})
    code = Code.objects.filter(id=code_id).first()
    former = Stamp.objects.filter(id=stamp_id, code_id=code_id).first()
    if code is None or former is None:
        raise NotFound("There is no such stamp here.")
    if code.state == "debriefed":
        raise Stale("This code was talked over and closed. Its times stay as they are.")
    if actor.role in policy.OFFICERS and former.by_id != actor.id:
        raise Stale("Only who stamped this, or health staff, puts it right.")
    if Stamp.objects.filter(corrects_id=stamp_id).exists():
        raise Stale("Somebody has put this right already. Open the page again to see how it stands.")
    when = former.at if void else (at or former.at)
    decision = rules.may_be_at(when, code.called_at, now, table)
    if not decision.ok:
        raise Invalid(decision.sentence, fields={decision.field: decision.sentence})
    row = _write(
        actor, code, former.kind, when, former.detail, health=former.health, corrects=former.id, void=void, why=why
    )
    return row.id


def _measured(kind: str, said: Mapping[str, str]) -> None:
    if kind == "glucose" and not said.get("glucose"):
        raise Invalid("Write the glucose.", fields={"glucose": "Write the glucose."})
    if kind not in ("vitals", "glucose") or (set(said) == {"awake"}):
        return
    measuring.read({k: v for k, v in said.items() if k != "awake"})


def _write(
    actor: Actor,
    code: Code,
    kind: str,
    at: datetime,
    said: Mapping[str, str],
    *,
    health: bool,
    corrects: UUID | None = None,
    void: bool = False,
    why: str = "",
) -> Stamp:
    row = Stamp.objects.create(
        id=uuid7(),
        code=code,
        kind=kind,
        at=at,
        by=actor.label(),
        by_id=actor.id,
        health=health,
        detail=dict(said),
        recorded_at=clock.now(),
        corrects_id=corrects,
        void=void,
        why=why.strip()[:240],
    )
    keeping.keep_stamp(row, code)
    return row
