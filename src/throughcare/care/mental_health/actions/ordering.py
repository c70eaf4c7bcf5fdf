"""The order: begin, raise, make it one's own, change it; step down and end, which one profession alone may do (SUI-01 to SUI-03)."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from throughcare.care.mental_health import rules, states
from throughcare.care.mental_health.actions import doors, findings, posts
from throughcare.care.mental_health.actions.keeping import (
    Spot,
    a_clinician,
    a_professional,
    give_reason,
    keep,
    running,
    spot_of,
    tell_custody,
    the_watch,
)
from throughcare.care.mental_health.events import (
    ObserverLeft,
    WatchEnded,
    WatchLevelChanged,
    WatchOrdered,
    WatchRested,
    WatchResumed,
    WatchStarted,
)
from throughcare.care.mental_health.models import FollowUp, Watch
from throughcare.care.mental_health.rule_table import load_table
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7

# How old the assessment may be on which a watch is lowered or ended: it is made face to face, every day (SUI-03).
ONE_DAY = timedelta(hours=24)


@action("mental_health.start_watch")
def start_watch(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    level: str,
    why: str,
    alone: bool = False,
    property: Mapping[str, str] | None = None,
    room_safe: Sequence[str] = (),
    out_of_cell: str = "none",
    supplements: Sequence[str] = (),
) -> UUID:
    """Begin a watch at once; any of the clinical staff may. Where one runs already it is raised, never lowered."""
    a_clinician(actor)
    if not why.strip():
        raise Invalid("Write why. Nothing was changed.", fields={"why": "Write what you saw or heard."})
    if level not in states.LEVELS:
        raise Invalid("Choose constant or staggered.", fields={"level": "Choose the level."})
    row = running(person_id)
    if row is None:
        row = begin(actor, person_id, level, alone=alone, begun_by="staff")
        give_reason(actor, row, "started", why)
    elif rules.rises(row.level, level):
        change_level(actor, row, level, why="")
        give_reason(actor, row, "raised", why)
    else:
        raise Stale("This person is on watch already, at this level or a stricter one. Nothing was changed.")
    _lay_order(actor, row, alone or row.alone, property, room_safe, out_of_cell, supplements)
    return row.id


@action("mental_health.raise_watch")
def raise_watch(*, actor: Actor, intent: UUID | None = None, person_id: UUID, watch_id: UUID, why: str) -> UUID:
    """Make a staggered watch constant; any of the clinical staff may."""
    a_clinician(actor)
    if not why.strip():
        raise Invalid("Write why. Nothing was changed.", fields={"why": "Write what you saw or heard."})
    row = _running(watch_id, person_id)
    if row.level == "constant":
        raise Stale("This watch is constant already. Nothing was changed.")
    change_level(actor, row, "constant", why="")
    give_reason(actor, row, "raised", why)
    return row.id


@action("mental_health.order_watch")
def order_watch(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    watch_id: UUID,
    alone: bool = False,
    property: Mapping[str, str],
    room_safe: Sequence[str] = (),
    out_of_cell: str = "none",
    supplements: Sequence[str] = (),
    version: int | None = None,
) -> UUID:
    """Set the order item by item. A clinician may take something away; only a professional gives back, and makes it ordered."""
    a_clinician(actor)
    row = _running(watch_id, person_id, version)
    professional = actor.role is not None and actor.role.value == "psych"
    if not professional:
        _only_stricter(row, property, out_of_cell)
    _lay_order(actor, row, alone, property, room_safe, out_of_cell, supplements)
    if professional:
        _make_ordered(actor, row)
    return row.id


@action("mental_health.end_watch")
def end_watch(*, actor: Actor, intent: UUID | None = None, person_id: UUID, watch_id: UUID, why: str) -> UUID:
    """End a watch; only a mental health professional may, after an assessment of that day. Three visits follow (SUI-04)."""
    a_professional(actor)
    row = _running(watch_id, person_id)
    _seen_today(row)
    finish(actor, row, "stepped-off", why)
    return row.id


def _seen_today(row: Watch) -> None:
    last = row.assessments.order_by("-at").first()
    if last is None or clock.now() - last.at >= ONE_DAY:
        raise Invalid("Assess the person first, face to face. The watch goes on.", fields={"decision": "Assess first."})


# --- what the actions and the handlers share ---------------------------------------------------------------------------------


def begin(actor: Actor, person_id: UUID, level: str, *, alone: bool, begun_by: str) -> Watch:
    """Put a watch in force now, preliminary, with the order that its level begins with; officers are told in the same breath."""
    now, table, spot = clock.now(), load_table(), spot_of(person_id)
    kept_alone = alone or spot.alone
    held, why = rules.level(level, alone=kept_alone)
    row = Watch.objects.create(
        id=uuid7(),
        person_id=person_id,
        facility_id=spot.facility_id or actor.facility_id,
        state="preliminary",
        level=held,
        level_since=now,
        level_why=why,
        begun_by=begun_by,
        started_at=now,
        started_by=actor.label(),
        alone=kept_alone,
        property={key: item.begins_with(held) for key, item in table.items.items()},
        last_seen_at=now,
        next_check_at=next_check(now) if held == "staggered" else None,
        table_version=table.version,
    )
    keep(row)
    emit(WatchStarted(**about(row, now), level=held))
    doors.have_tag(spot)
    _rest_if_out(row, spot)
    tell_custody(actor, row)
    return row


def change_level(actor: Actor, row: Watch, level: str, *, why: str) -> None:
    """Change the level of a running watch: property as the stricter level begins, checks or an observer from now."""
    now, before, table = clock.now(), row.level, load_table()
    held, forced = rules.level(level, alone=row.alone)
    if held == before:
        return
    findings.settle_gap(row, now)
    posts.close_post(row, "level", now)
    stricter = (
        {key: item.begins_with(held) for key, item in table.items.items()} if held == "constant" else row.property
    )
    row.bump(
        level=held,
        level_since=now,
        level_why=why or forced,
        property=stricter,
        next_check_at=max(now, next_check(row.last_seen_at)) if held == "staggered" else None,
    )
    keep(row)
    emit(WatchLevelChanged(**about(row, now), level=held, before=before))
    tell_custody(actor, row)


def finish(actor: Actor, row: Watch, how: str, why: str = "") -> None:
    """End a watch: officers are told, the observer is free, and after a professional's word three visits are owed."""
    now = clock.now()
    findings.settle_gap(row, now)
    posts.close_post(row, "ended", now)
    row.bump(
        state=states.WATCH.after(row.state, "end"),
        ended_at=now,
        ended_by=actor.label(),
        ended_how=how,
        rests_since=None,
        rests_why="",
    )
    keep(row)
    give_reason(actor, row, "ended", why)
    if how == "stepped-off":
        _owe_visits(row, now)
        emit(WatchEnded(**about(row, now)))
    tell_custody(actor, row)


def rest(row: Watch, why: str) -> None:
    """Let the rounds rest while another house watches the person; nothing is owed here until they are back."""
    if row.rests_since is not None:
        return
    now = clock.now()
    findings.settle_gap(row, now)
    posts.close_post(row, "moved", now)
    row.bump(rests_since=now, rests_why=why)
    keep(row)
    emit(WatchRested(**about(row, now), level=row.level))


def resume(actor: Actor, row: Watch, facility_id: UUID | None) -> None:
    """Begin the rounds anew at the place where the person is now: a check or an observer is owed from this moment."""
    now, spot = clock.now(), spot_of(row.person_id)
    findings.settle_gap(row, now)
    posts.close_post(row, "moved", now)
    row.bump(
        facility_id=facility_id or spot.facility_id or row.facility_id,
        rests_since=None,
        rests_why="",
        last_seen_at=now,
        next_check_at=next_check(now) if row.level == "staggered" else None,
    )
    keep(row)
    # What stood at the other end is over, whatever it was; then it begins here.
    emit(WatchRested(**about(row, now), level=row.level))
    emit(WatchResumed(**about(row, now), level=row.level))
    doors.have_tag(spot)
    if spot.alone:
        isolate(actor, row)
    tell_custody(actor, row)


def isolate(actor: Actor, row: Watch) -> None:
    """Watch somebody who is kept alone without a break, whatever the level was (SUI-02)."""
    if not row.alone:
        change_level(actor, row, "constant", why="Kept alone: watched without a break (SUI-02).")
        row.bump(alone=True)
        keep(row)


def next_check(last: datetime) -> datetime:
    """Draw the next check so that nobody can tell it beforehand."""
    rounds = load_table().rounds
    return rules.propose(last, secrets.randbelow(rules.spread(rounds)), rounds)


def about(row: Watch, at: datetime) -> dict[str, Any]:
    """Give what every event of a watch says of it."""
    return {"happened_at": at, "person_id": row.person_id, "facility_id": row.facility_id, "ref": row.id}


def leave_unwatched(row: Watch, at: datetime) -> None:
    """Tell that a constant watch has no observer now: one is owed within minutes (SUI-01)."""
    emit(ObserverLeft(**about(row, at)))


def _rest_if_out(row: Watch, spot: Spot) -> None:
    if spot.out and load_table().out.get(spot.out) == "rests":
        rest(row, spot.out)


def _running(watch_id: UUID, person_id: UUID, version: int | None = None) -> Watch:
    row = the_watch(watch_id, person_id, version)
    if row.state not in states.RUNNING:
        raise Stale("This watch has ended. Nothing was changed.")
    return row


def _make_ordered(actor: Actor, row: Watch) -> None:
    row.bump(
        state=states.WATCH.after(row.state, "order"),
        ordered_at=row.ordered_at or clock.now(),
        ordered_by=row.ordered_by or actor.label(),
    )
    keep(row)
    emit(WatchOrdered(**about(row, clock.now())))


def make_ordered(actor: Actor, row: Watch) -> None:
    """Make a preliminary watch the professional's own order."""
    if row.state == "preliminary":
        _make_ordered(actor, row)


def _lay_order(
    actor: Actor,
    row: Watch,
    alone: bool,
    property: Mapping[str, str] | None,
    room_safe: Sequence[str],
    out_of_cell: str,
    supplements: Sequence[str],
) -> None:
    table, now = load_table(), clock.now()
    given = {**row.property, **{k: v for k, v in (property or {}).items() if k in table.items}}
    if any(v not in ("yes", "no", "watched") for v in given.values()):
        raise Invalid("Say for each thing: yes, no, or only while seen.", fields={"property": "Choose for each thing."})
    if out_of_cell not in table.out_of_cell:
        raise Invalid("Choose where the person may go.", fields={"out_of_cell": "Choose from the list."})
    looked = [key for key in table.room if key in room_safe]
    changes: dict[str, Any] = {
        "property": given,
        "out_of_cell": out_of_cell,
        "supplements": [key for key in table.supplements if key in supplements],
    }
    if looked and looked != row.room_safe:
        changes |= {"room_safe": looked, "room_checked_at": now, "room_checked_by": actor.label()}
    row.bump(**changes)
    if alone:
        isolate(actor, row)
    elif row.alone and actor.role is not None and actor.role.value == "psych":
        row.bump(alone=False)
    keep(row)
    tell_custody(actor, row)


def _only_stricter(row: Watch, property: Mapping[str, str], out_of_cell: str) -> None:
    order = {"no": 0, "watched": 1, "yes": 2}
    eased = [k for k, v in property.items() if order.get(v, 0) > order.get(row.property.get(k, "yes"), 2)]
    # A safety smock or blanket given is no easing: it is what stands in the place of what was taken.
    eased = [k for k in eased if load_table().items[k].begins_with("constant") != "yes"]
    wider = list(load_table().out_of_cell)
    if eased or wider.index(out_of_cell) > wider.index(row.out_of_cell):
        raise Invalid(
            "Only a mental health professional gives back what a watch took away. Take away, or ask the one on call.",
            fields={"property": "Only a mental health professional gives this back."},
        )


def _owe_visits(row: Watch, ended_at: datetime) -> None:
    for key, visit in load_table().visits.items():
        keep(
            FollowUp.objects.create(
                person_id=row.person_id,
                watch=row,
                visit=key,
                earliest_at=ended_at + visit.earliest,
                latest_at=ended_at + visit.latest,
            )
        )


def restore(actor: Actor, row: Watch) -> None:
    """Put a watch back in force that a release ended, where that release did not happen."""
    row.bump(
        state=states.WATCH.after(row.state, "restore") if row.ordered_at else "preliminary",
        ended_at=None,
        ended_by="",
        ended_how="",
    )
    keep(row)
    resume(actor, row, None)
