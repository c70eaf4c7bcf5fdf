"""Whoever takes psychotropic medicine is seen by a prescriber: 30 days after a start or a change, then each 90 (MHC-01)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from throughcare.care.medications import actions
from throughcare.care.medications.actions import Prescription
from throughcare.care.medications.models import MedicationOrder
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.duties import inert
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)  # 08:00 at Hartford
SERTRALINE_50, SERTRALINE_100, MIRTAZAPINE, LISINOPRIL = "312941", "312938", "311725", "314076"
DAILY = {"kind": "passes", "passes": ["morning"]}
LAWFUL = {"history_taken": "yes", "medicines_reviewed": "yes", "diagnosis": "Depression", "consent": "given"}
DAY = timedelta(days=1)


class _Person:
    """One person, who is ordered medicines and seen."""

    def __init__(self) -> None:
        place = Facility.objects.get(short_name__istartswith="Hartford")
        self.doctor = Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, place.id)
        self.psychiatrist = Actor("staff", derived("test", "mind"), "Demo-Mind, Max", Role.PSYCH, place.id)
        self.feed = Actor.feed("custody")
        self.id = register(actor=self.feed, demographics=Demographics("Sample-Ortiz", "Luis", date(1990, 2, 3), "male"))
        with clock.frozen(NOW - DAY):
            custody.admit(actor=self.feed, person_id=self.id, to=custody.Spot(place.id))
            chart.no_known_allergies(actor=self.doctor, person_id=self.id)

    def asked(self, product: str, **more) -> Prescription:
        fields = {"timing": DAILY, "indication": "Depression", "amount": Decimal(1), "days": 30, "gates": LAWFUL}
        return Prescription(product=product, **{**fields, **more})

    def order(self, product: str, **more) -> MedicationOrder:
        placed = actions.place_order(actor=self.doctor, person_id=self.id, asked=self.asked(product, **more))
        return MedicationOrder.objects.get(id=placed)

    def on(self, row: MedicationOrder) -> dict[str, object]:
        row.refresh_from_db()
        return {"actor": self.doctor, "person_id": self.id, "order_id": row.id, "version": row.version}

    def seen(self) -> None:
        note = chart.draft_note(
            actor=self.psychiatrist, person_id=self.id, kind="psychiatric_visit", title="Visit", text="Sleeps better.",
            data_class=DataClass.MENTAL_HEALTH,
        )  # fmt: skip
        chart.sign_note(actor=self.psychiatrist, person_id=self.id, note_id=note)

    def due(self, rule: str = "MHC-01-PRESCRIBER") -> date | None:
        """Give the last local day on which the visit is in time."""
        row = Duty.objects.filter(person_id=self.id, rule=rule, closed_at=None).first()
        return row and (row.due_at - timedelta(hours=6)).date()

    def outcomes(self, rule: str) -> list[str]:
        return list(
            Duty.objects.filter(person_id=self.id, rule=rule).exclude(closed_at=None).values_list("outcome", flat=True)
        )


@pytest.fixture
def luis():
    with clock.frozen(NOW):
        return _Person()


def test_a_start_is_seen_within_thirty_days_then_every_ninety(luis) -> None:
    with clock.frozen(NOW):
        luis.order(LISINOPRIL)
        assert luis.due() is None
        luis.order(SERTRALINE_50)
        assert luis.due() == date(2026, 12, 19)  # day one is today
        assert luis.due("MHC-01-CHANGED") is None
    with clock.frozen(NOW + 10 * DAY):
        luis.seen()
        assert luis.due() == date(2027, 2, 28)
    assert "MHC-01-PRESCRIBER" not in {rule.id for rule in inert.rules()}


def test_a_change_brings_a_visit_of_its_own_nearer_than_the_next(luis) -> None:
    with clock.frozen(NOW):
        row = luis.order(SERTRALINE_50)
    with clock.frozen(NOW + DAY):
        luis.seen()
    with clock.frozen(NOW + 5 * DAY):
        actions.change_order(**luis.on(row), asked=luis.asked(SERTRALINE_100), why="More is needed.")
        assert (luis.due(), luis.due("MHC-01-CHANGED")) == (date(2027, 2, 19), date(2026, 12, 24))
    with clock.frozen(NOW + 6 * DAY):
        luis.seen()
        assert luis.due("MHC-01-CHANGED") is None and luis.due() == date(2027, 2, 24)
        second = luis.order(MIRTAZAPINE)
        assert luis.due("MHC-01-CHANGED") == date(2026, 12, 25)
        actions.stop_order(**luis.on(second), why="Too sleepy.")
        assert luis.due() is not None  # the other goes on


def test_a_renewal_is_no_change_and_a_single_dose_no_course(luis) -> None:
    with clock.frozen(NOW):
        row = luis.order(SERTRALINE_50)
        luis.seen()
        actions.renew_order(**luis.on(row), days=30)
        assert luis.due("MHC-01-CHANGED") is None and luis.due() == date(2027, 2, 18)
        luis.order(MIRTAZAPINE, timing={"kind": "stat"})
        assert luis.due("MHC-01-CHANGED") is None


def test_it_ends_with_the_last_medicine_by_word_by_time_or_by_one_of_another_kind(luis) -> None:
    with clock.frozen(NOW):
        actions.stop_order(**luis.on(luis.order(SERTRALINE_50)), why="Not wanted.")
        assert luis.due() is None and luis.outcomes("MHC-01-PRESCRIBER") == ["void"]
        luis.order(SERTRALINE_50, days=2)
        assert luis.due() is not None
    with clock.frozen(NOW + 4 * DAY):
        actions.end_orders(actor=Actor.system("clock"))
        assert luis.due() is None
        row = luis.order(SERTRALINE_50)
        actions.change_order(**luis.on(row), asked=luis.asked(LISINOPRIL, indication="High pressure"), why="Only this.")
        assert luis.due() is None


def test_a_hold_leaves_the_visit_and_a_release_undone_brings_it_back(luis) -> None:
    with clock.frozen(NOW):
        row = luis.order(SERTRALINE_50)
        actions.hold_order(**luis.on(row), why="Blood test first.")
        planned = luis.due()
        assert planned is not None
    with clock.frozen(NOW + DAY):
        custody.release(actor=luis.feed, person_id=luis.id)
        assert luis.due() is None and luis.outcomes("MHC-01-PRESCRIBER") == ["converted"]
    with clock.frozen(NOW + 3 * DAY):
        custody.cancel_release(actor=luis.feed, person_id=luis.id, why="Detainer")
        assert luis.due() == planned
        actions.resume_order(**luis.on(row))
        assert luis.due() == planned, "what goes on where a visit is planned plans no other"
