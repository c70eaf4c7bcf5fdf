"""Legal holds: who keeps the records places one at once; its end is asked by that office and given by another (clinical.md 7.4)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from throughcare.access.actions import record as keep
from throughcare.access.actions.record import in_force
from throughcare.access.events import HoldEndAsked, HoldEnded, HoldKept
from throughcare.access.models import Hold
from throughcare.access.ports import NAMES, PLACES
from throughcare.kernel import clock, db
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Refused, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import Role


@action("access.hold_record")
def hold_record(*, actor: Actor, intent: UUID | None = None, person_id: UUID, authority: str, why: str) -> UUID:
    """Hold a person's record: nothing of it is destroyed, by order or by age, until the hold is ended by two."""
    _keeper(actor)
    wrong = {}
    if len(authority.strip()) < 3:
        wrong["authority"] = "Name the case, the letter or the statute."
    if len(why.strip()) < 3:
        wrong["hold_why"] = "Say why, in a few words."
    if wrong:
        raise Invalid("The record is not held.", fields=wrong)
    if not NAMES().of([person_id]):
        raise NotFound("There is no such record here.")
    row = Hold.objects.create(
        person_id=person_id,
        authority=authority.strip()[:200],
        why=why.strip(),
        by=actor.label(),
        since=clock.now(),
    )
    keep.hold(row)
    return row.id


@action("access.ask_end_of_hold")
def ask_end_of_hold(*, actor: Actor, intent: UUID | None = None, hold_id: UUID, person_id: UUID, why: str) -> None:
    """Ask that a hold ends, with the reason; it stands until an administrator ends it (HLD-01)."""
    _keeper(actor)
    row = _standing(hold_id, person_id)
    if row.asked_at is not None:
        raise Stale("Its end was asked for already. The hold stands until an administrator answers.")
    if len(why.strip()) < 3:
        raise Invalid(
            "The hold stands.", fields={"end_why": "Say why it ends: the case is closed, the letter withdrawn."}
        )
    row.bump(asked_at=clock.now(), asked_by=actor.label(), asked_by_id=actor.id, asked_why=why.strip()[:200])
    keep.hold(row)
    emit(HoldEndAsked(**_about(row)))


@action("access.end_hold")
def end_hold(*, actor: Actor, intent: UUID | None = None, hold_id: UUID, version: int | None) -> None:
    """End a hold whose end was asked for; for an administrator, who is somebody else than who asked."""
    row = _asked(actor, hold_id, version)
    end = max(clock.now(), row.since + timedelta(microseconds=1))
    row.bump(until=end, ended_by=actor.label(), ended_by_id=actor.id, ended_why=row.asked_why)
    keep.hold(row)
    emit(HoldEnded(**_about(row)))


@action("access.keep_hold")
def keep_hold(*, actor: Actor, intent: UUID | None = None, hold_id: UUID, version: int | None, why: str) -> None:
    """Let a hold stand whose end was asked for, with the reason; it may be asked for again."""
    row = _asked(actor, hold_id, version)
    if len(why.strip()) < 3:
        raise Invalid("Nothing was changed.", fields={"why": "Say why it stands, in a few words."})
    db.unit().reason = why.strip()[:200]
    row.bump(asked_at=None, asked_by="", asked_by_id=None, asked_why="")
    keep.hold(row)
    emit(HoldKept(**_about(row)))


def held(people: frozenset[UUID]) -> bool:
    """Tell whether a legal hold stands on any of these charts."""
    return Hold.objects.filter(in_force(), person_id__in=people).exists()


def _asked(actor: Actor, hold_id: UUID, version: int | None) -> Hold:
    if actor.role is not Role.HSA:
        raise NotAllowed("An administrator ends a hold or lets it stand. Nothing was changed.")
    row = _standing(hold_id)
    if row.asked_at is None or row.version != version:
        raise Stale("This was answered or changed meanwhile. Open the holds again.")
    if row.asked_by_id == actor.id:
        raise Refused("You asked for this end yourself: somebody else answers. The hold stands.")
    return row


def _standing(hold_id: UUID, person_id: UUID | None = None) -> Hold:
    rows = Hold.objects.select_for_update().filter(id=hold_id)
    row = (rows if person_id is None else rows.filter(person_id=person_id)).first()
    if row is None:
        raise NotFound("There is no such hold here.")
    if row.until is not None:
        raise Stale("This hold has ended already. Nothing was changed.")
    return row


def _about(row: Hold) -> dict[str, Any]:
    place = PLACES().of_person(row.person_id)
    return {"happened_at": clock.now(), "person_id": row.person_id, "facility_id": place, "ref": row.id}


def _keeper(actor: Actor) -> None:
    if actor.role is not Role.HIM:
        raise NotAllowed("Only who keeps the records holds one. Nothing was changed.")
