"""Stays begin, end, change their legal status, and are taken back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughcare.custody import cancelling, events, making, steps
from throughcare.custody.actions.schedule import fulfil
from throughcare.custody.making import Spot
from throughcare.custody.models import Move
from throughcare.custody.places import PlacesNow
from throughcare.custody.refusals import NotIn
from throughcare.custody.rules import DISCHARGED
from throughcare.custody.standing import Standing, load, said
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move came to: its stay, the move, and whether the bed is confirmed (None: no bed was named)."""

    stay_id: UUID
    move_id: UUID
    person_id: UUID
    bed_confirmed: bool | None = None


@action("custody.admit")
def admit(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    to: Spot,
    legal_status: str = "accused",
    booking_number: str = "",
    happened_at: datetime | None = None,
    received_at: datetime | None = None,
    source_ref: str = "",
) -> Moved:
    """Begin a stay; refuses AlreadyIn where one is open, OutOfOrder where something later is recorded."""
    standing = load(person_id)
    at = said(actor, happened_at, received_at, source_ref)
    steps.admit(standing, PlacesNow(), at, to=to, legal_status=legal_status, booking_number=booking_number)
    return finish(standing)


@action("custody.release")
def release(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    planned: bool = True,
    destination: str = DISCHARGED,
    to: Spot | None = None,
    happened_at: datetime | None = None,
    received_at: datetime | None = None,
    source_ref: str = "",
) -> Moved:
    """Let somebody go, to liberty or to a segment of legal status outside the walls; never refused for paperwork."""
    standing = load(person_id)
    at = said(actor, happened_at, received_at, source_ref)
    steps.release(standing, PlacesNow(), at, planned=planned, destination=destination, to=to)
    return finish(standing)


@action("custody.change_legal_status")
def change_legal_status(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    kind: str,
    happened_at: datetime | None = None,
    received_at: datetime | None = None,
    source_ref: str = "",
) -> UUID:
    """End the segment of legal status that runs and begin another. Gives the stay's id."""
    standing = load(person_id)
    steps.change_legal_status(standing, said(actor, happened_at, received_at, source_ref), kind=kind)
    standing.write()
    return standing.any_stay().id


@action("custody.cancel_admission")
def cancel_admission(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, why: str = "", source_ref: str = ""
) -> Moved:
    """Take an admission back while nothing was built upon it."""
    standing, move, _ = _cancel(actor, person_id, frozenset({"admit"}), why, source_ref)
    _tell(standing, move, events.AdmissionCancelled, move.to_facility_id)
    return finish(standing, move)


@action("custody.cancel_transfer")
def cancel_transfer(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, why: str = "", source_ref: str = ""
) -> Moved:
    """Take the last transfer, internal move, trip or return back while nothing was built upon it."""
    standing, move, unsettled = _cancel(actor, person_id, cancelling.UNDONE_BY_TRANSFER_CANCEL, why, source_ref)
    standing.told.append(
        events.TransferCancelled(
            happened_at=move.happened_at,
            person_id=move.person_id,
            facility_id=move.from_facility_id,
            ref=move.id,
            stay_id=move.stay_id,
            from_facility_id=move.from_facility_id,
            to_facility_id=move.to_facility_id,
        )
    )
    if unsettled:
        _tell(standing, move, events.BedUnconfirmed, move.from_facility_id)
    return finish(standing, move)


@action("custody.cancel_release")
def cancel_release(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, why: str = "", source_ref: str = ""
) -> Moved:
    """Take a release back: the stay runs as if nothing had been, and duties return with their times (ruling 5)."""
    standing, move, unsettled = _cancel(actor, person_id, frozenset({"release"}), why, source_ref)
    _tell(standing, move, events.ReleaseCancelled, move.from_facility_id)
    if unsettled:
        _tell(standing, move, events.BedUnconfirmed, move.from_facility_id)
    return finish(standing, move)


def finish(standing: Standing, move: Move | None = None) -> Moved:
    """Write, tell, and say what it came to."""
    announced = {"transfer": "transfer", "court_out": "court", "release": "release"}
    if move is None and standing.last is not None and standing.last.kind in announced:
        fulfil(standing.person_id, announced[standing.last.kind], standing.last.happened_at)
    standing.write()
    last, place = move or standing.last, standing.placement
    if last is None:
        raise NotIn("There is nothing recorded of this person. Nothing was changed.")
    named = place is not None and (place.bed_id is not None or bool(place.bed_named))
    return Moved(last.stay_id, last.id, last.person_id, place.confirmed if place and named else None)


def _cancel(
    actor: Actor, person_id: UUID, kinds: frozenset[str], why: str, source_ref: str
) -> tuple[Standing, Move, bool]:
    standing = load(person_id, ended=True)
    move = cancelling.last_of(standing, kinds)
    unsettled = cancelling.undo(standing, PlacesNow(), said(actor, None, None, source_ref), move, why)
    making.keep_move(move)
    if move.kind in ("admit", "release", "return"):
        making.keep_stay(standing)
    return standing, move, unsettled


def _tell(standing: Standing, move: Move, event: type[events.CustodyEvent], facility_id: UUID | None) -> None:
    standing.told.append(
        event(
            happened_at=move.happened_at,
            person_id=move.person_id,
            facility_id=facility_id,
            ref=move.id,
            stay_id=move.stay_id,
        )
    )
