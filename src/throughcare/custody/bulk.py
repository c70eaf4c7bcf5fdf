"""Many stays at once, for the synthetic agency and for taking over an older system. It takes the same steps as the
actions, in the order of time over all people, and gives the same rows and ledger entries; a test holds that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from throughcare.custody import steps
from throughcare.custody.away import rule
from throughcare.custody.making import Spot
from throughcare.custody.models import Away, LegalStatus, Move, Placement, Stay
from throughcare.custody.places import PlacesInMemory
from throughcare.custody.refusals import AlreadyIn
from throughcare.custody.rules import DISCHARGED
from throughcare.custody.standing import Said, Standing
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit
from throughcare.kernel.models import Row

Kind = Literal["admit", "transfer", "move_within", "send_out", "return_in", "release", "legal_status"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing custody did, as the action of the same name takes it. `word` is a legal status, a trip or a destination."""

    kind: Kind
    at: datetime
    to: Spot | None = None
    word: str = ""
    place: str = ""
    planned: bool = True
    booking_number: str = ""
    expected_back: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What custody did with one person, in the order of time; the person has no stay yet."""

    person_id: UUID
    sex: str
    steps: Sequence[Step] = field(default_factory=tuple)


@action("custody.lay_stays")
def lay_stays(*, actor: Actor, histories: Sequence[History], tell: bool = False) -> int:
    """Write many people's stays. Tells the others only where asked. Gives the number of moves.

    Beds are given in the order of time among the people of one call, so one call holds everybody of its period.
    """
    _check(histories)
    places = PlacesInMemory()
    standings = {h.person_id: Standing(h.person_id, h.sex) for h in histories}
    ordered = sorted((s.at, n, h.person_id, s) for h in histories for n, s in enumerate(h.steps))
    for at, _, person_id, step in ordered:
        standing = standings[person_id]
        before = standing.placement
        _take(standing, places, Said(actor, at, at, at), step)
        places.moved(before, standing.placement)
    rows = [row for standing in standings.values() for row in standing.added]
    for model in (Stay, Move, LegalStatus, Placement, Away):
        of_it: list[Row] = [row for row in rows if isinstance(row, model)]
        model._default_manager.bulk_create(of_it, batch_size=2000)  # type: ignore[arg-type]
    if tell:
        for event in sorted((e for s in standings.values() for e in s.told), key=lambda e: e.happened_at):
            emit(event)
    return sum(isinstance(row, Move) for row in rows)


def _take(standing: Standing, places: PlacesInMemory, at: Said, step: Step) -> None:
    if step.kind == "send_out":
        steps.send_out(standing, at, rule=rule(step.word), place=step.place[:80], expected_back=step.expected_back)
    elif step.kind == "return_in":
        steps.return_in(standing, places, at, to=step.to, legal_status=step.word)
    elif step.kind == "release":
        steps.release(standing, places, at, planned=step.planned, destination=step.word or DISCHARGED, to=step.to)
        if standing.stay is not None and standing.stay.state == "ended":
            standing.placement = None
    elif step.kind == "legal_status":
        steps.change_legal_status(standing, at, kind=step.word)
    elif step.to is None:
        raise Invalid(f"The step [{step.kind}] needs a place. Nothing was written.")
    elif step.kind == "admit":
        steps.admit(
            standing,
            places,
            at,
            to=step.to,
            legal_status=step.word or "accused",
            booking_number=step.booking_number,
        )
    elif step.kind == "transfer":
        steps.transfer(standing, places, at, to=step.to)
    else:
        steps.move_within(standing, places, at, to=step.to)


def _check(histories: Sequence[History]) -> None:
    ids = [h.person_id for h in histories]
    if len(set(ids)) != len(ids):
        raise Invalid("One person has two histories. Nothing was written.")
    if Stay.objects.filter(person_id__in=ids).exists():
        raise AlreadyIn("Somebody of these has a stay already. Nothing was written.")
