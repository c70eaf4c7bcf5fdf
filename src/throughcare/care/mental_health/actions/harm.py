"""An act seen or told: what happens at once, its class by a mental health professional, and what is reviewed after it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from throughcare.care.mental_health.actions import ordering
from throughcare.care.mental_health.actions.keeping import a_clinician, a_professional, keep, running, spot_of
from throughcare.care.mental_health.events import SelfHarmClassed, SelfHarmRecorded
from throughcare.care.mental_health.models import SelfHarmEvent, Watch, WatchCheck
from throughcare.care.mental_health.rule_table import load_table
from throughcare.chart.actions import keeping
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7


@action("mental_health.record_self_harm")
def record_self_harm(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    words: str,
    steps: Sequence[str] = (),
    happened_at: datetime | None = None,
) -> UUID:
    """Record an act, on watch or not: constant watch from this moment, and a professional gives it its class."""
    a_clinician(actor)
    if not words.strip():
        raise Invalid("Write what happened.", fields={"words": "Write what happened."})
    row = running(person_id)
    if row is None:
        row = ordering.begin(actor, person_id, "constant", alone=False, begun_by="staff")
    else:
        ordering.change_level(actor, row, "constant", why="")
    return _record(actor, person_id, row, words, steps, min(happened_at or clock.now(), clock.now()))


@action("mental_health.class_self_harm")
def class_self_harm(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    event_id: UUID,
    kind: str,
    steps: Sequence[str] = (),
    review: str = "",
    version: int | None = None,
) -> UUID:
    """Give an act its class (C-SSRS), and say what was done after it."""
    a_professional(actor)
    table = load_table()
    if kind not in table.event_classes:
        raise Invalid("Choose a class.", fields={"kind": "Choose a class."})
    row = keeping.mine(SelfHarmEvent, event_id, person_id, version, what="event")
    row.bump(
        kind=kind,
        steps=[s for s in table.event_steps if s in steps or s in row.steps],
        review=review.strip()[:4000],
        classed_at=clock.now(),
        classed_by=actor.label(),
    )
    keep(row)
    emit(
        SelfHarmClassed(
            happened_at=clock.now(), person_id=person_id, facility_id=row.facility_id, ref=row.id, kind=row.kind
        )
    )
    return row.id


def act_at_once(actor: Actor, row: Watch, check: WatchCheck) -> None:
    """Make the watch constant because an observer saw an act, whoever they are, and have it classed."""
    ordering.change_level(actor, row, "constant", why="")
    _record(actor, row.person_id, row, check.note, (), check.at)


def _record(actor: Actor, person_id: UUID, row: Watch, words: str, steps: Sequence[str], at: datetime) -> UUID:
    known = load_table().event_steps
    event = SelfHarmEvent.objects.create(
        id=uuid7(),
        person_id=person_id,
        watch=row if row.person_id == person_id else None,
        facility_id=spot_of(person_id).facility_id,
        happened_at=at,
        seen_by=actor.label(),
        words=words.strip()[:4000],
        steps=[s for s in known if s in steps],
    )
    keep(event)
    emit(SelfHarmRecorded(happened_at=at, person_id=person_id, facility_id=event.facility_id, ref=event.id))
    return event.id
