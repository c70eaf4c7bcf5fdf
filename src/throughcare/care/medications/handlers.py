"""What medicines do when custody tells them something; wired in app/wiring.py."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from throughcare.care.medications.actions.counting import obstacles
from throughcare.care.medications.actions.kept_fitness import KOP, lapse_fitness, watch_alerts
from throughcare.care.medications.rules.kop import Lapse
from throughcare.custody.events import AlertRaised, MovedWithin, TransferredIn
from throughcare.custody.models import Unit
from throughcare.kernel import content, db
from throughcare.kernel.events import Event


def fitness_ends_by_transfer(event: TransferredIn) -> None:
    """After a transfer somebody at the new facility checks anew; packs and doses go on until then."""
    _lapse(event, Lapse.TRANSFER)


def fitness_ends_by_watch(event: AlertRaised) -> None:
    """On watch nothing is kept on the person."""
    if event.template in watch_alerts():
        _lapse(event, Lapse.WATCH)


def fitness_ends_by_restriction(event: MovedWithin) -> None:
    """In restrictive housing fitness is checked anew."""
    unit = Unit.objects.filter(id=event.to_unit_id).first() if event.to_unit_id else None
    if unit is not None and unit.kind in content.load(KOP)["restricted_units"]:
        _lapse(event, Lapse.RESTRICTIVE)


def fitness_ends_by_overdose(event: Event) -> None:
    """After naloxone nothing is kept on the person until somebody has checked (clinical.md 2.3: recent overdose)."""
    _lapse(event, Lapse.OVERDOSE)


def _lapse(event: Event, why: Lapse) -> None:
    if event.person_id is not None:
        lapse_fitness(
            actor=db.unit().actor,
            person_id=event.person_id,
            why=why.value,
            at=event.happened_at,
            facility_id=event.facility_id,
        )


class CountBeforeHandover:
    """What the book of controlled medicines asks before a shift closes (duties/ports.py)."""

    def obstacles(self, facility_id: UUID, role: str, at: datetime) -> Sequence[str]:
        """Give in sentences what is not counted or not reported."""
        return obstacles(facility_id, role, at)
