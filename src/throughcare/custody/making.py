"""Making: the rows that a move brings about, and what the ledger keeps of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from throughcare import ledger
from throughcare.custody import events, fhir, legal
from throughcare.custody.models import Away, Facility, LegalStatus, Move, Placement
from throughcare.custody.standing import Said, Standing
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to be put: a facility at least. `bed_named` is what a feed calls a bed that we don't know."""

    facility_id: UUID
    unit_id: UUID | None = None
    bed_id: UUID | None = None
    bed_named: str = ""


class Places(Protocol):
    """What steps ask of places."""

    def checked(self, spot: Spot, at: datetime) -> Spot:
        """Give the spot with its unit filled in; refuse one that is not a place at that time."""

    def facility(self, facility_id: UUID) -> Facility:
        """Give a facility."""

    def taken(self, bed_id: UUID, person_id: UUID) -> bool:
        """Tell whether somebody else is confirmed in this bed; hold the bed until the action ends."""


def new_move(
    standing: Standing,
    at: Said,
    kind: str,
    *,
    to: Spot | None,
    place: str = "",
    destination: str = "",
    planned: bool = True,
) -> Move:
    """Write the next move of the stay down."""
    before = standing.placement
    standing.count += 1
    move = Move(
        person_id=standing.person_id,
        id=uuid7(),
        stay=standing.any_stay(),
        n=standing.count,
        kind=kind,
        from_facility_id=before.facility_id if before else None,
        from_unit_id=before.unit_id if before else None,
        from_bed_id=before.bed_id if before else None,
        to_facility_id=to.facility_id if to else None,
        to_unit_id=to.unit_id if to else None,
        to_bed_id=to.bed_id if to else None,
        bed_named=to.bed_named if to else "",
        place=place,
        destination=destination,
        planned=planned,
        happened_at=at.happened_at,
        received_at=at.received_at,
        source=at.actor.source,
        source_ref=at.ref,
        moved_by=at.actor.label(),
    )
    standing.add(move)
    standing.last = move
    return move


def house(standing: Standing, places: Places, move: Move, to: Spot) -> None:
    """Put the person where the move says. A bed that is taken or unknown stays unconfirmed, and never stops the move."""
    confirmed = to.bed_id is not None and not places.taken(to.bed_id, standing.person_id)
    set_down(standing, move, to, confirmed=confirmed)
    if not confirmed and (to.bed_id is not None or to.bed_named):
        standing.told.append(events.BedUnconfirmed(**about(standing, move, to.facility_id)))


def set_down(standing: Standing, move: Move, spot: Spot, *, confirmed: bool) -> None:
    """House the person there from the move on."""
    placement = Placement(
        person_id=standing.person_id,
        id=uuid7(),
        stay_id=move.stay_id,
        facility_id=spot.facility_id,
        unit_id=spot.unit_id,
        bed_id=spot.bed_id,
        bed_named=spot.bed_named,
        confirmed=confirmed,
        since=move.happened_at,
        opened_by=move,
    )
    standing.placement = placement
    standing.add(placement)


def leave(standing: Standing, move: Move, *, away: bool = True) -> None:
    """End where the person was housed, and by default also where they were out to."""
    if standing.placement is not None:
        close(standing, standing.placement, move)
        standing.placement = None
    if away and standing.away is not None:
        close(standing, standing.away, move)
        standing.away = None


def close(standing: Standing, row: Placement | Away | LegalStatus, move: Move) -> None:
    """Let a move end a dated fact."""
    standing.change(row, until=max(move.happened_at, row.since), closed_by=move)


def segment(standing: Standing, kind: str, since: datetime, move: Move | None = None) -> None:
    """Begin a segment of legal status."""
    status = legal.status(kind)
    begun = LegalStatus(
        person_id=standing.person_id,
        id=uuid7(),
        stay=standing.any_stay(),
        kind=kind,
        in_custody=status.in_custody,
        custody_sees=status.custody_sees,
        since=since,
        opened_by=move,
    )
    standing.segments.append(begun)
    standing.add(begun)


def about(standing: Standing, move: Move, facility_id: UUID | None) -> dict[str, Any]:
    """Give what every event of custody says of itself."""
    return {
        "happened_at": move.happened_at,
        "person_id": standing.person_id,
        "facility_id": facility_id,
        "ref": move.id,
        "stay_id": move.stay_id,
    }


def keep_stay(standing: Standing) -> None:
    """Keep the stay with its segments in the ledger."""
    stay = standing.any_stay()
    ledger.record(
        type="Stay",
        id=stay.id,
        person_id=stay.person_id,
        data_class=DataClass.DEMOGRAPHICS,
        media="throughcare/Stay",
        body=fhir.stay(stay, standing.segments),
        happened_at=stay.ended_at or stay.admitted_at,
    )


def keep_move(move: Move) -> None:
    """Keep the move in the ledger."""
    ledger.record(
        type="Move",
        id=move.id,
        person_id=move.person_id,
        data_class=DataClass.DEMOGRAPHICS,
        media="throughcare/Move",
        body=fhir.move(move),
        happened_at=move.happened_at,
    )
