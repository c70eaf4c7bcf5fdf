"""Whatever happens in whatever order, however often it is told: opened = closed + open-with-an-owner, no due time
changes, nothing doubles. Histories are generated from the clock table itself, with a seed that a failure names.
"""

import random
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.duties.makers import FEED, HARTFORD, MONDAY, YORK, Told, person, staff, tell, told
from throughcare.duties import actions, audit, rulebook
from throughcare.duties.models import OUTCOMES, Duty
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
BOOK = rulebook.at(MONDAY)
NAMES = sorted({*BOOK.opening, *BOOK.closing, *BOOK.ending})
MOVES = ["admitted", "transferred_in", "released", "release_cancelled", "transfer_cancelled", "returned_in", "died"]
FACTS = {
    "facility_kind": ["jail", "prison"],
    "urgency": ["critical", "abnormal", "normal", "emergent", "urgent", "routine"],
    "priority": ["emergent", "urgent", "routine"],
    "level": ["constant", "staggered"],
    "control": ["poor", "fair", "good"],
    "substance": ["opioid", "alcohol", "sedative"],
    "planned": [True, False],
    "follow_up_needed": [True, False],
    "symptom": [True, False],
    "red_flag": [True, False],
    "critical": [True, False],
    "opioid_treatment": [True, False],
    "days": [1, 3, 5],
    "day": [1, 7, 30],
}


class World:
    """Some people, things they have results and requests about, and what the table said when a duty opened."""

    def __init__(self, seed: int, people: int) -> None:
        self.chance = random.Random(seed)
        self.people = [person(f"P{n}") for n in range(people)]
        self.things = [uuid7() for _ in range(people * 3)]
        self.nurse: Actor = staff()
        self.now: datetime = MONDAY
        self.past: list[Told] = []
        self.times: dict[UUID, tuple] = {}

    def step(self) -> None:
        """Let one thing happen: something new, something told again, or a person at the list."""
        self.now += timedelta(minutes=self.chance.choice([0, 1, 7, 45, 300, 1500]))
        what = self.chance.random()
        if what < 0.12 and self.past:
            tell(self.chance.choice(self.past[-20:]))
        elif what < 0.25:
            self.at_the_list()
        else:
            event = self.happening()
            self.past.append(event)
            tell(event)

    def happening(self) -> Told:
        name = self.chance.choice(MOVES if self.chance.random() < 0.3 else NAMES)
        facts = {k: self.chance.choice(v) for k, v in FACTS.items() if self.chance.random() < 0.7}
        ref = self.chance.choice(self.things) if self.chance.random() < 0.7 else uuid7()
        place = self.chance.choice([HARTFORD, YORK])
        return told(name, self.chance.choice(self.people), self.now, facility=place, ref=ref, **facts)

    def at_the_list(self) -> None:
        with db.writing(FEED):
            rows = list(Duty.objects.order_by("id"))
        if not rows:
            return
        row = self.chance.choice(rows)
        deed = self.chance.choice(["close", "excuse", "void", "reopen", "assign"])
        with clock.frozen(self.now):
            try:
                if deed == "close":
                    actions.close_duty(actor=self.nurse, duty_id=row.id)
                elif deed == "excuse":
                    actions.excuse_duty(actor=self.nurse, duty_id=row.id, reason="fell away")
                elif deed == "void":
                    actions.void_duty(actor=self.nurse, duty_id=row.id, reason="wrong person")
                elif deed == "reopen":
                    actions.reopen_duty(actor=self.nurse, duty_id=row.id, reason="closed too early")
                else:
                    actions.assign_duty(actor=self.nurse, duty_id=row.id, to=None)
            except Refused:
                pass

    def hold(self) -> None:
        """Hold the laws."""
        with db.writing(FEED):
            rows = list(Duty.objects.all())
        for row in rows:
            times = (row.opened_at, row.due_at, row.soon_at, row.person_id, row.rule)
            assert self.times.setdefault(row.id, times) == times
            assert row.owner_role and row.due_at >= row.opened_at
            assert (row.closed_at is None) == (row.outcome == "") and row.outcome in ("", *OUTCOMES)
        assert set(self.times) == {row.id for row in rows}, "a duty left the list"
        doubled = Counter((r.rule, r.subject_id, r.about) for r in rows if r.closed_at is None)
        assert all(n == 1 for n in doubled.values())
        assert len({r.cause for r in rows}) == len(rows)


def live(seed: int, steps: int, people: int) -> World:
    world = World(seed, people)
    for n in range(steps):
        world.step()
        if n % 25 == 0:
            world.hold()
    world.hold()
    report = audit.run()
    assert report.sound, report.lines()
    return world


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(seed=st.integers(0, 2**32))
def test_it_always_adds_up(seed: int) -> None:
    live(seed, steps=80, people=3)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_it_adds_up_over_thousands_of_events(seed: int) -> None:
    world = live(seed, steps=1000, people=10)
    assert len(world.times) > 200
