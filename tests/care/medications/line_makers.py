"""A line of people with orders, as the tests of the pass need it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from throughcare.care.medications import actions
from throughcare.care.medications.actions import Prescription
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.custody.models import Bed, Facility
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import Demographics, Number, register

# 08:00 in Connecticut, when the morning pass is due.
MORNING = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
DAILY = {"kind": "passes", "passes": ["morning"]}
EVERY_PASS = {"kind": "passes", "passes": ["morning", "noon", "evening", "bedtime"]}
NAMES = ("Ortiz", "Reyes", "King", "Baker", "Stone", "Rivers", "Hill", "Marsh", "Field", "Woods")
MEDICINES = ("314076", "861007", "617310", "312961")


def hartford() -> Facility:
    """Give the site of these tests."""
    return Facility.objects.get(short_name__istartswith="Hartford")


def nurse() -> Actor:
    """Give the nurse of the line."""
    return Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, hartford().id)


def doctor() -> Actor:
    """Give the prescriber."""
    return Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, hartford().id)


def housed(n: int, *, at: datetime = MORNING, bed: Bed | None = None) -> UUID:
    """House somebody, ninety days before the pass."""
    feed, site = Actor.feed("custody"), hartford()
    name = Demographics(
        f"Sample-{NAMES[n % len(NAMES)]}", f"Alex{n}", date(1980, 1 + n % 12, 1 + n % 28), "male", synthetic=True
    )
    found = register(actor=feed, demographics=name, numbers=[Number("urn:throughcare:person", f"T{9_000_000 + n}")])
    spot = custody.Spot(site.id, bed.unit_id, bed.id) if bed else custody.Spot(site.id)
    with clock.frozen(at - timedelta(days=90)):
        custody.admit(actor=feed, person_id=found, to=spot)
        chart.no_known_allergies(actor=nurse(), person_id=found)
    return found


def ordered(person_id: UUID, *, at: datetime = MORNING, product: str = MEDICINES[0], **more) -> UUID:
    """Order a medicine an hour before the pass."""
    fields = {"product": product, "timing": DAILY, "indication": "As tested", "amount": Decimal(1)}
    with clock.frozen(at - timedelta(hours=1)):
        return actions.place_order(actor=doctor(), person_id=person_id, asked=Prescription(**{**fields, **more}))
