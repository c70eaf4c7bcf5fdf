"""A stay that is over, told after a newer one: it is laid in its place, and nothing of today changes by it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from throughcare.custody import steps
from throughcare.custody.actions.stays import Moved
from throughcare.custody.making import Spot
from throughcare.custody.models import LegalStatus, Placement, Stay
from throughcare.custody.places import PlacesNow
from throughcare.custody.refusals import Overlaps
from throughcare.custody.rules import DISCHARGED
from throughcare.custody.standing import Standing, locked_family, said
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Station:
    """Where somebody was from a time on, and by which message we know."""

    spot: Spot
    at: datetime
    source_ref: str = ""


@action("custody.record_past_stay")
def record_past_stay(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    stations: Sequence[Station],
    ended_at: datetime,
    ended_ref: str = "",
    legal_status: str = "accused",
    booking_number: str = "",
    received_at: datetime | None = None,
) -> Moved:
    """Lay a stay that is over among the others; refuses Overlaps where it does not fit.

    It tells nobody: what it called for was owed then. A bed of the past is named, never confirmed.
    """
    if not stations or ended_at < stations[-1].at:
        raise Invalid("A stay needs a place, and ends after it began. Nothing was changed.")
    root, charts, sex = locked_family(person_id)
    _fits(charts, stations[0].at, ended_at)
    standing, places = Standing(person_id=root, sex=sex), PlacesNow()
    first = stations[0]
    steps.admit(
        standing,
        places,
        said(actor, first.at, received_at, first.source_ref),
        to=_unconfirmed(first.spot),
        legal_status=legal_status,
        booking_number=booking_number,
    )
    for one in stations[1:]:
        at = said(actor, one.at, received_at, one.source_ref)
        steps.transfer(standing, places, at, to=_unconfirmed(one.spot))
    last = steps.release(
        standing, places, said(actor, ended_at, received_at, ended_ref), planned=True, destination=DISCHARGED
    )
    standing.write(tell=False)
    return Moved(last.stay_id, last.id, last.person_id)


def _fits(charts: list[UUID], since: datetime, until: datetime) -> None:
    over = Stay.objects.filter(person_id__in=charts, admitted_at__lt=until).exclude(state="cancelled")
    running = Q(until=None) | Q(until__gt=since)
    dated = (
        model.objects.filter(running, person_id__in=charts, since__lt=until, cancelled=False).exists()
        for model in (LegalStatus, Placement)
    )
    if over.filter(Q(ended_at=None) | Q(ended_at__gt=since)).exists() or any(dated):
        raise Overlaps(
            "This stay would lie over another one of the same person. Nothing was changed; say which is right."
        )


def _unconfirmed(spot: Spot) -> Spot:
    return replace(spot, bed_id=None)
