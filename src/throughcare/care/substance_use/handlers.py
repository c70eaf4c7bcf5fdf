"""What this room does when others tell it something; wired in app/wiring.py."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from throughcare.care.substance_use import states
from throughcare.care.substance_use.actions import checking, opening
from throughcare.care.substance_use.actions.keeping import about, keep
from throughcare.care.substance_use.events import WithdrawalRiskFound
from throughcare.care.substance_use.models import Episode
from throughcare.care.substance_use.rule_table import load_table
from throughcare.chart.events import FormSigned
from throughcare.chart.models import FormResponse
from throughcare.custody.events import ReleaseCancelled, Released, TransferredIn
from throughcare.kernel import clock, db
from throughcare.kernel.events import Event, emit
from throughcare.people.events import PersonDied
from throughcare.people.family import family

LATELY = timedelta(days=3)  # a release that is cancelled later than this was one: monitoring begins anew
BY_ANSWER = "Told or seen at the receiving screening"


def risk_told(event: Event) -> None:
    """Begin monitoring the moment an answer at intake calls for it (ruling 2); the clock hears the same event."""
    if event.name != WithdrawalRiskFound.name or event.person_id is None:
        return
    substance = str(event.payload().get("substance", ""))
    opening.begin(db.unit().actor, event.person_id, substance, BY_ANSWER, facility_id=event.facility_id)


def scale_signed(event: FormSigned) -> None:
    """Take a scale that was signed elsewhere for a check; a positive one begins monitoring."""
    served = [s for s in load_table().substances.values() if s.scale == event.form]
    if not served or event.purpose == checking.PURPOSE or event.person_id is None:
        return
    row = _response(event, event.person_id)
    if row is None or row.score is None:
        return
    said = row.score.get("value")
    value = None if said is None else Decimal(said)
    scale = checking.scale_of(row.form, row.posted, row.id, value, event.band)
    kin = sorted(family(event.person_id))
    running = list(Episode.objects.select_for_update().filter(person_id__in=kin, state="active"))
    mine = [e for e in running if e.substance in {s.id for s in served}]
    if not mine and (first := served[0]).quiet_below <= (scale.score if scale.score is not None else scale.floor):
        episode, _ = opening.begin(
            db.unit().actor, event.person_id, first.id, "A scale was positive", facility_id=event.facility_id
        )
        emit(WithdrawalRiskFound(**about(episode), substance=first.id))
        mine = [episode]
    for each in mine:
        checking.enter_scored(db.unit().actor, each, scale, {}, frozenset())


def _response(event: FormSigned, person_id: UUID) -> FormResponse | None:
    rows = FormResponse.objects.filter(person_id=person_id, form=event.form).exclude(status="draft")
    return rows.filter(purpose=event.purpose).order_by("-signed_at").first()


def let_go(event: Released | PersonDied) -> None:
    """Let go of somebody who leaves: what is open becomes the discharge planner's by the clock table."""
    if event.person_id is None:
        return
    why = "Released" if isinstance(event, Released) else "Died"
    for row in _of(event, "active"):
        row.bump(
            state=states.EPISODE.after(row.state, "leave"),
            ended_at=max(event.happened_at, row.opened_at),
            ended_by=db.unit().actor.label(),
            ended_why=why,
        )
        keep(row)


def taken_back(event: ReleaseCancelled) -> None:
    """Go on with the monitoring that a release had ended which did not happen (ruling 5)."""
    for row in _of(event, "left"):
        if clock.now() - (row.ended_at or row.opened_at) < LATELY:
            row.bump(state=states.EPISODE.after(row.state, "come_back"), ended_at=None, ended_by="", ended_why="")
            keep(row)


def moved(event: TransferredIn) -> None:
    """Let monitoring go on where the person now is."""
    for row in _of(event, "active"):
        row.bump(facility_id=event.facility_id)
        keep(row)


def _of(event: Event, state: str) -> list[Episode]:
    if event.person_id is None:
        return []
    kin = sorted(family(event.person_id))
    return list(Episode.objects.select_for_update().filter(person_id__in=kin, state=state).order_by("id"))
