"""Constant watch: somebody in place within minutes, relieved in time, handed over without a gap (SUI-01)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare.care.mental_health import states
from throughcare.care.mental_health.actions import doors, findings
from throughcare.care.mental_health.actions.keeping import keep, spot_of, the_watch
from throughcare.care.mental_health.events import ObserverInPlace, ObserverLeft, ObserverRelieved
from throughcare.care.mental_health.models import Watch, WatchObserver
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7


@action("mental_health.take_post")
def take_post(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    watch_id: UUID,
    door: str = "",
    told: str = "",
    happened_at: datetime | None = None,
) -> UUID:
    """Take over a constant watch: the one before is relieved at the very moment at which this one begins; what was told is kept.

    With `happened_at` it was taken without a network; where somebody took the post later and we knew, it is refused.
    """
    row = the_watch(watch_id, person_id)
    if row.state not in states.RUNNING:
        raise Stale("This watch has ended. Nobody needs to stand here; nothing was changed.")
    if row.level != "constant":
        raise Stale("This person is checked at random times now. Record checks instead; nothing was changed.")
    now = clock.now()
    before = standing_post(row)
    at = min(happened_at or now, now)
    if happened_at is not None:
        at = _after_the_last(row, before, at)
    if before is not None:
        if before.observer_id == actor.id:
            raise Stale("You are in place here already. Nothing was changed.")
        at = max(at, before.since)
        if not told.strip():
            raise Invalid(
                "Write what the one before you told. You are not in place yet.",
                fields={"told": "Write what was handed over; “nothing new” is an answer."},
            )
        _close(before, "relieved", at)
    else:
        findings.settle_gap(row, at)
        findings.end_gaps(row, at)
    proof, _ = doors.proof(door, spot_of(row.person_id))
    post = WatchObserver.objects.create(
        id=uuid7(),
        person_id=row.person_id,
        watch=row,
        facility_id=row.facility_id,
        observer=actor.label(),
        observer_id=actor.id,
        since=at,
        proof=proof,
        told=told.strip()[:240],
    )
    keep(post)
    row.bump(last_seen_at=max(row.last_seen_at, at))
    keep(row)
    emit(ObserverRelieved(**_about(row, at)) if before else ObserverInPlace(**_about(row, at)))
    return post.id


@action("mental_health.leave_post")
def leave_post(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    watch_id: UUID,
    happened_at: datetime | None = None,
) -> UUID:
    """Leave a constant watch with nobody to take over: one is owed within minutes, and the gap is recorded."""
    row = the_watch(watch_id, person_id)
    post = standing_post(row)
    if post is None or post.observer_id != actor.id:
        raise Stale("You are not in place here. Nothing was changed.")
    now = clock.now()
    at = max(min(happened_at or now, now), post.since)
    close_post(row, "left", at)
    emit(ObserverLeft(**_about(row, at)))
    return post.id


def _after_the_last(row: Watch, before: WatchObserver | None, at: datetime) -> datetime:
    """Say from when a post that reaches us late may count: never before what we knew of the one before it ended."""
    last = WatchObserver.objects.filter(watch=row).order_by("-since").first()
    if last is None:
        return at
    if last.since > at:
        raise Stale(
            f"{last.observer} is recorded in place since {clock.local(last.since):%H:%M}, after this. What the device said is kept."
        )
    return at if before is not None or last.until is None else max(at, last.until)


def standing_post(row: Watch) -> WatchObserver | None:
    """Give who has the person in sight now."""
    return WatchObserver.objects.select_for_update().filter(watch=row, until=None).first()


def close_post(row: Watch, how: str, at: datetime) -> None:
    """End the present observer's stretch, if there is one; the person was last seen then."""
    post = standing_post(row)
    if post is not None:
        _close(post, how, at)
        row.last_seen_at = max(row.last_seen_at, at)
        row.bump(last_seen_at=row.last_seen_at)


def _close(post: WatchObserver, how: str, at: datetime) -> None:
    post.bump(until=max(at, post.since), ended_how=how)
    keep(post)


def _about(row: Watch, at: datetime) -> dict[str, Any]:
    return {"happened_at": at, "person_id": row.person_id, "facility_id": row.facility_id, "ref": row.id}
