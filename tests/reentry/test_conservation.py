"""Random moves and releases: no critical dose and no open result is ever without an owner, and conversion conserves duties."""

import random
from datetime import date, datetime, timedelta

import pytest

from tests.care.medications.test_doors import BIKTARVY, LEVETIRACETAM
from tests.care.medications.test_medication_screens import ANY_REASON
from tests.care.medications.test_ordering_and_giving import DAILY, MORNING, TWICE, doctor, nurse, order, place  # noqa: F401
from throughcare.care.medications import actions as medications
from throughcare.care.medications.models import Crossing, CrossingLine, MedicationOrder
from throughcare.care.medications.states import CROSSING_OPEN
from throughcare.chart import actions as chart
from throughcare.chart.models import Report
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility, Stay
from throughcare.duties import audit
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused
from throughcare.people.actions import Demographics, register
from throughcare.reentry import actions
from throughcare.reentry.models import Bridge

pytestmark = pytest.mark.django_db
FEED = Actor.feed("custody")
OF_RESULTS = ("LAB", "REL-RESULT")
OF_DOSES = ("DOOR", "TRN", "REL-MED", "REL-MOUD", "REL-02", "REL-CONTACT")
FATES = (
    "transfer", "transfer", "court", "back", "sudden", "planned", "parole", "plan", "cancel", "admit", "result", "bridge",
    "watch",
)  # fmt: skip


class Life:
    """One invented person, moved at random by the same actions as everybody."""

    def __init__(self, chance: random.Random, n: int, doctor: Actor, places: list[Facility]) -> None:  # noqa: F811
        self.chance, self.doctor, self.places = chance, doctor, places
        self.at: datetime = MORNING - timedelta(days=20)
        self.moves = 0
        self.id = register(actor=FEED, demographics=Demographics(f"Sample-Moved{n}", "Al", date(1990, 1, 1), "male"))
        with clock.frozen(self.at):
            custody.admit(actor=FEED, person_id=self.id, to=custody.Spot(places[0].id))
            chart.no_known_allergies(actor=doctor, person_id=self.id)
            chart.add_condition(actor=doctor, person_id=self.id, text="Epilepsy")
            taken = {"product": LEVETIRACETAM, "timing": TWICE, "indication": "Seizures", "reasons": ANY_REASON}
            order(doctor, self.id, **taken)
            if chance.random() < 0.4:
                taken = {"product": BIKTARVY, "timing": DAILY, "indication": "Virus", "reasons": ANY_REASON}
                order(doctor, self.id, **taken)

    def step(self) -> None:
        """Let one thing happen; what custody's rules refuse did not happen."""
        self.at += timedelta(minutes=self.chance.randint(20, 2000))
        with clock.frozen(self.at):
            try:
                self._do(self.chance.choice(FATES))
                self.moves += 1
            except Refused:
                return

    def _do(self, fate: str) -> None:
        about = {"actor": FEED, "person_id": self.id}
        elsewhere = custody.Spot(self.chance.choice(self.places).id)
        if fate == "transfer":
            custody.transfer(**about, to=elsewhere)
        elif fate == "court":
            custody.send_out(**about, kind="court", place="Sample Court")
        elif fate == "back":
            custody.return_in(**about)
        elif fate in ("sudden", "planned"):
            custody.release(**about, planned=fate == "planned", destination="discharged")
        elif fate == "parole":
            custody.release(**about, planned=True, destination="parole")
        elif fate == "plan":
            starts = self.at + timedelta(hours=self.chance.randint(1, 90))
            custody.schedule_event(**about, kind="release", starts_at=starts)
        elif fate == "cancel":
            custody.cancel_release(**about, why="The wrong person.")
        elif fate == "admit":
            custody.admit(**about, to=elsewhere)
        elif fate == "result":
            urgency = self.chance.choice(["normal", "abnormal", "critical"])
            chart.receive_report(actor=self.doctor, person_id=self.id, text="Sample test", urgency=urgency)
        elif fate == "bridge":
            for row in Bridge.objects.filter(person_id=self.id, state="proposed"):
                actions.send_bridge(
                    actor=self.doctor,
                    person_id=self.id,
                    bridge_id=row.id,
                    version=row.version,
                    pharmacy="Sample Pharmacy",
                )
        else:
            medications.watch_doors(actor=FEED, person_id=self.id)

    def owned(self) -> None:
        """Nothing that this person needs is without an owner."""
        open_ = list(Duty.objects.filter(person_id=self.id, closed_at=None))
        assert all(d.owner_role for d in open_)
        rules = {d.rule for d in open_}
        live = Crossing.objects.filter(person_id=self.id, state__in=CROSSING_OPEN)
        for line in CrossingLine.objects.filter(crossing__in=live, critical=True).exclude(lacks=[]):
            assert any(r.startswith(OF_DOSES) for r in rules), (line.text, line.crossing.door, rules)
        again = MedicationOrder.objects.filter(person_id=self.id, left_by__isnull=False).exists()
        if again and Stay.objects.filter(person_id=self.id, state="open").exists() and not live.exists():
            assert any(r.startswith("INT") for r in rules), "in custody again: intake asks for the medicines anew"
        things = {d.about for d in open_ if d.rule.startswith(OF_RESULTS)}
        for report in Report.objects.filter(person_id=self.id, told_at=None, reviewed_at=None, outside=False):
            assert report.id in things, (report.urgency, rules)
        for duty in Duty.objects.filter(person_id=self.id, outcome="converted").select_related("successor"):
            assert duty.successor is not None
            assert duty.successor.person_id == self.id


def live(lives: int, steps: int, seed: int, doctor: Actor) -> int:  # noqa: F811
    """Move people at random and hold the law after each step; gives how many moves took place."""
    chance, moves = random.Random(seed), 0
    places = list(Facility.objects.filter(sex__in=("any", "male", "men"), closed_on=None)[:5])
    for n in range(lives):
        one = Life(chance, n, doctor, places)
        for _ in range(steps):
            one.step()
            one.owned()
        moves += one.moves
    found = audit.run()
    assert found.sound, "\n".join(found.lines())
    return moves


@pytest.mark.slow
def test_random_moves_and_releases_leave_nothing_without_an_owner(doctor) -> None:  # noqa: F811
    assert live(10, 30, 20, doctor) >= 150


@pytest.mark.long
def test_ten_thousand_random_moves_leave_nothing_without_an_owner(doctor) -> None:  # noqa: F811
    assert live(500, 40, 21, doctor) >= 10_000
