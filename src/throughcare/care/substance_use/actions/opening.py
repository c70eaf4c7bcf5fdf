"""Monitoring opens: by an answer at intake the moment it is given, by a scale, or by a clinician (ruling 2, INT-08)."""

from datetime import datetime
from uuid import UUID

from throughcare.care.substance_use.actions.keeping import CHECKERS, about, keep, require
from throughcare.care.substance_use.events import WithdrawalEscalated, WithdrawalRiskFound, WithdrawalScreenDone
from throughcare.care.substance_use.models import Episode
from throughcare.care.substance_use.models.monitoring import SUBSTANCES
from throughcare.care.substance_use.rule_table import load_table
from throughcare.chart.models import Flag
from throughcare.custody import actions as custody
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.people.family import family

PRIOR = "withdrawal_seizure_or_dt"
ALERT = "shaking_check"


@action("substance_use.open_monitoring")
def open_monitoring(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    substance: str,
    because: str,
    prior_severe: bool = False,
) -> UUID:
    """Begin to follow one substance's withdrawal; where it is followed already, that goes on. Gives the episode."""
    require(actor, CHECKERS, "A nurse or a prescriber begins monitoring. Call the nurse.")
    row, new = begin(actor, person_id, substance, because, facility_id=actor.facility_id, prior=prior_severe)
    if new:
        emit(WithdrawalRiskFound(**about(row), substance=substance))
    return row.id


@action("substance_use.screen_again")
def screen_again(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, substances: list[str], words: str = ""
) -> list[UUID]:
    """Record the daily look of the first three days (INT-08): nothing found, or monitoring begins. Gives the episodes."""
    require(actor, CHECKERS, "A nurse or a prescriber looks again. Call the nurse.")
    now = clock.now()
    emit(WithdrawalScreenDone(happened_at=now, person_id=person_id, facility_id=actor.facility_id, ref=person_id))
    because = words.strip()[:200] or "Found when looked at again"
    return [open_monitoring(actor=actor, person_id=person_id, substance=s, because=because) for s in substances]


def begin(
    actor: Actor,
    person_id: UUID,
    substance: str,
    because: str,
    *,
    facility_id: UUID | None,
    prior: bool = False,
    at: datetime | None = None,
) -> tuple[Episode, bool]:
    """Begin an episode inside an action, or give the one that runs; tells whether it is new."""
    if substance not in SUBSTANCES:
        raise Invalid("Choose the substance.", fields={"substance": "Choose the substance."})
    if not because.strip():
        raise Invalid("Say why monitoring begins.", fields={"because": "Say why."})
    kin = sorted(family(person_id))
    known = Episode.objects.select_for_update().filter(person_id__in=kin, substance=substance, state="active").first()
    if known is not None:
        return known, False
    severe = prior or Flag.objects.filter(person_id__in=kin, code=PRIOR, until=None).exists()
    row = Episode.objects.create(
        id=uuid7(),
        person_id=person_id,
        facility_id=facility_id,
        substance=substance,
        because=because.strip()[:240],
        opened_at=at or clock.now(),
        opened_by=actor.label(),
        prior_severe=severe,
        table_version=load_table().version,
    )
    keep(row)
    custody.raise_alert(actor=actor, person_id=person_id, template=ALERT, reason_ref=row.id)
    if severe and "prior" in load_table().substances[substance].hospital:
        emit(WithdrawalEscalated(**about(row), level="hospital", substance=substance))
    return row, True
