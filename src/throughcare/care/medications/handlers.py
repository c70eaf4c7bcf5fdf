"""What medicines do when custody tells them something; wired in app/wiring.py."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from throughcare.care.medications.actions.counting import obstacles
from throughcare.care.medications.actions.kept_fitness import KOP, lapse_fitness, watch_alerts
from throughcare.care.medications.actions.looking_again import look_again
from throughcare.care.medications.checking import BY_FACTS
from throughcare.care.medications.measured import checks_by_codes
from throughcare.care.medications.rules.check_facts import Check
from throughcare.care.medications.rules.kop import Lapse
from throughcare.chart.events import FactChanged
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


KNOWN_BY: dict[str, frozenset[Check]] = {
    "allergy": frozenset({Check.ALLERGY}),
    "problem": frozenset({Check.CONDITION, Check.PREGNANCY}),
}


def fact_changed(event: FactChanged) -> None:
    """What the chart says of a person may interrupt what is ordered: orders in force are checked anew."""
    about = KNOWN_BY.get(event.kind) or checks_by_codes(event.codes)
    if event.person_id is not None and about:
        look_again(event.person_id, about, event.ref)


def order_goes_on(event: Event) -> None:
    """A held order goes on: what was found meanwhile is decided now."""
    if event.person_id is not None:
        look_again(event.person_id, BY_FACTS, event.ref, resumed=event.ref)


def charts_linked(event: Event) -> None:
    """Two charts are one person's: what one knows is compared with what the other orders."""
    if event.person_id is not None:
        look_again(event.person_id, BY_FACTS, event.ref)


class CountBeforeHandover:
    """What the book of controlled medicines asks before a shift closes (duties/ports.py)."""

    def obstacles(self, facility_id: UUID, role: str, at: datetime) -> Sequence[str]:
        """Give in sentences what is not counted or not reported."""
        return obstacles(facility_id, role, at)
