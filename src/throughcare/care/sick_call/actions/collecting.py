"""Paper slips are collected every day, in all housing, by health staff alone (SCR-01)."""

from uuid import UUID

from throughcare import ledger
from throughcare.care.sick_call import fhir
from throughcare.care.sick_call.events import RequestsCollected
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import SubjectKind

COLLECTORS = frozenset({Role.RN, Role.LPN, Role.PROVIDER})
MOST = 2000


@action("sick_call.collect_requests")
def collect_requests(
    *, actor: Actor, intent: UUID | None = None, facility_id: UUID, slips: int, all_housing: bool
) -> UUID:
    """Record that the boxes of a facility were emptied today, in every unit; each slip is then taken down by itself."""
    if actor.kind == "staff" and actor.role not in COLLECTORS:
        raise NotAllowed("Written requests are collected by health staff alone. Nothing was recorded.")
    if not 0 <= slips <= MOST:
        raise Invalid("Write how many slips there were, 0 if none.", fields={"slips": "Write a number, 0 if none."})
    if not all_housing:
        raise Invalid(
            "The round is not complete: restrictive housing and infirmary too. Nothing was recorded; go there first.",
            fields={"all_housing": "Say that every unit was visited, restrictive housing too."},
        )
    now, round_id = clock.now(), uuid7()
    ledger.record(
        type="RequestRound",
        id=round_id,
        subject=(SubjectKind.PLACE, facility_id),
        data_class=DataClass.REQUEST,
        media="throughcare/RequestRound",
        body=fhir.collection(round_id, facility_id, slips, now),
        happened_at=now,
    )
    emit(RequestsCollected(happened_at=now, facility_id=facility_id, ref=round_id, slips=slips))
    return round_id
