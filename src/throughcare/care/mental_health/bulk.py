"""One call for the synthetic agency: whoever is on shift keeps every watch of a facility that is due now."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from throughcare.care.mental_health import actions, states
from throughcare.care.mental_health.actions.keeping import spot_of
from throughcare.care.mental_health.models import DoorTag, Watch, WatchObserver
from throughcare.care.mental_health.rule_table import load_table
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import uuid7

BEFORE_RELIEF = timedelta(minutes=10)


def keep_watches(
    walker: Actor,
    observers: Callable[[Watch], Actor],
    facility_id: UUID,
    behaviour: Callable[[Watch], str] = lambda _: "asleep",
) -> int:
    """Walk every check that is due, put an observer in place where nobody is, relieve who stood long; gives how many acts.

    Call it each minute or two: `walker` scans doors; `observers` names for a constant watch another one than stands there.
    """
    now, table, done = clock.now(), load_table(), 0
    rows = Watch.objects.filter(facility_id=facility_id, state__in=states.RUNNING, rests_since=None)
    for row in rows.order_by("next_check_at", "id"):
        if row.level == "staggered" and row.next_check_at and row.next_check_at <= now:
            actions.record_round(actor=walker, id=uuid7(), watch_id=row.id, behaviour=behaviour(row), door=_door(row))
            done += 1
        elif row.level == "constant":
            post = WatchObserver.objects.filter(watch=row, until=None).first()
            by = observers(row)
            if post is not None and (now - post.since < table.relief - BEFORE_RELIEF or post.observer_id == by.id):
                continue
            told = "Nothing new." if post else ""
            actions.take_post(actor=by, person_id=row.person_id, watch_id=row.id, door=_door(row), told=told)
            done += 1
    return done


def _door(row: Watch) -> str:
    place = spot_of(row.person_id).place_id
    tags = DoorTag.objects.filter(place_id=place, ended_at=None) if place else DoorTag.objects.none()
    return tags.values_list("code", flat=True).first() or ""
