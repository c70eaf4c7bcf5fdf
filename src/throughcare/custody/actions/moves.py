"""People are moved: to sister facilities, between units and beds, out for a while and back."""

from datetime import datetime
from uuid import UUID

from throughcare.custody import events, steps
from throughcare.custody.actions.stays import Moved, finish
from throughcare.custody.away import rule
from throughcare.custody.making import Spot
from throughcare.custody.models import Bed
from throughcare.custody.places import PlacesNow
from throughcare.custody.refusals import BedTaken
from throughcare.custody.standing import load, lock_in_order, said
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid


@action("custody.transfer")
def transfer(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    to: Spot,
    happened_at: datetime | None = None,
    received_at: datetime | None = None,
    source_ref: str = "",
) -> Moved:
    """Move somebody to another facility; within the same one it is an internal move."""
    standing = load(person_id)
    steps.transfer(standing, PlacesNow(), said(actor, happened_at, received_at, source_ref), to=to)
    return finish(standing)


@action("custody.move_within")
def move_within(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    unit_id: UUID | None = None,
    bed_id: UUID | None = None,
    bed_named: str = "",
    happened_at: datetime | None = None,
    received_at: datetime | None = None,
    source_ref: str = "",
) -> Moved:
    """Move somebody to another unit or bed of the facility where they are."""
    standing = load(person_id)
    to = Spot(standing.housed().facility_id, unit_id, bed_id, bed_named)
    steps.move_within(standing, PlacesNow(), said(actor, happened_at, received_at, source_ref), to=to)
    return finish(standing)


@action("custody.swap_beds")
def swap_beds(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    other_id: UUID,
    happened_at: datetime | None = None,
) -> list[UUID]:
    """Let two people exchange their beds in one go. Gives the two moves."""
    lock_in_order((person_id, other_id))
    one, two = load(person_id), load(other_id)
    here, there = one.housed(), two.housed()
    if here.facility_id != there.facility_id or not (here.confirmed and there.confirmed) or here.id == there.id:
        raise Invalid("Two people swap beds within one facility, and each is confirmed in one. Nothing was changed.")
    places = _Swapping({bed for bed in (here.bed_id, there.bed_id) if bed})
    at = said(actor, happened_at, None, "")
    a, b = Spot(here.facility_id, here.unit_id, here.bed_id), Spot(there.facility_id, there.unit_id, there.bed_id)
    moves = [steps.move_within(one, places, at, to=b).id, steps.move_within(two, places, at, to=a).id]
    one.write()
    two.write()
    return moves


@action("custody.send_out")
def send_out(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    kind: str,
    place: str = "",
    expected_back: datetime | None = None,
    happened_at: datetime | None = None,
    received_at: datetime | None = None,
    source_ref: str = "",
) -> Moved:
    """Let somebody leave for court, a hospital or a furlough; content says what becomes of the bed."""
    if kind == "escape":
        raise Invalid("An escape is recorded as one. Nothing was changed.")
    standing = load(person_id)
    at = said(actor, happened_at, received_at, source_ref)
    steps.send_out(standing, at, rule=rule(kind), place=place[:80], expected_back=expected_back)
    return finish(standing)


@action("custody.return_in")
def return_in(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    to: Spot | None = None,
    legal_status: str = "",
    happened_at: datetime | None = None,
    received_at: datetime | None = None,
    source_ref: str = "",
) -> Moved:
    """Take somebody back who was out, to the same bed or to the place named."""
    standing = load(person_id)
    at = said(actor, happened_at, received_at, source_ref)
    steps.return_in(standing, PlacesNow(), at, to=to, legal_status=legal_status)
    return finish(standing)


@action("custody.record_escape")
def record_escape(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    happened_at: datetime | None = None,
    received_at: datetime | None = None,
    source_ref: str = "",
) -> Moved:
    """Record that somebody escaped; the stay goes on."""
    standing = load(person_id)
    at = said(actor, happened_at, received_at, source_ref)
    if standing.away is not None:
        standing.in_time(at)
        standing.change(standing.away, until=at.happened_at)
        standing.away = None
    steps.send_out(standing, at, rule=rule("escape"))
    return finish(standing)


@action("custody.confirm_bed")
def confirm_bed(*, actor: Actor, intent: UUID | None = None, person_id: UUID, bed_id: UUID | None = None) -> Moved:
    """Settle in which bed somebody is: the one that was named, or another; refuses BedTaken."""
    standing, places = load(person_id), PlacesNow()
    here = standing.housed()
    wanted = bed_id or here.bed_id
    if wanted is None:
        raise Invalid("Say which bed. Nothing was changed.")
    if places.taken(wanted, here.person_id):
        raise BedTaken(
            "Somebody else is confirmed in that bed. Nothing was changed; choose another, or move them first."
        )
    unit_id = Bed.objects.filter(id=wanted).values_list("unit_id", flat=True).first()
    at = said(actor, None, None, "")
    move = steps.move_within(standing, places, at, to=Spot(here.facility_id, unit_id, wanted))
    standing.told.append(
        events.BedConfirmed(
            happened_at=move.happened_at,
            person_id=move.person_id,
            facility_id=here.facility_id,
            ref=here.opened_by_id,
            stay_id=move.stay_id,
        )
    )
    return finish(standing)


class _Swapping(PlacesNow):
    """Places for two who exchange beds: each leaves the bed that the other takes."""

    def __init__(self, beds: set[UUID]) -> None:
        super().__init__()
        for bed in sorted(beds):
            Bed.objects.select_for_update(no_key=True).filter(id=bed).first()
        self.swapped = beds

    def taken(self, bed_id: UUID, person_id: UUID) -> bool:
        """Tell that neither bed will be taken once both have moved."""
        return False if bed_id in self.swapped else super().taken(bed_id, person_id)
