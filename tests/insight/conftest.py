"""A short made history in a database of its own: people who come, move, are measured and leave, in three chapters."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tests.conftest import WORKER, copy_of

NOW = datetime(2026, 11, 18, 15, 20, tzinfo=UTC)
DAY = timedelta(days=1)


@contextmanager
def using(name: str) -> Iterator[None]:
    """Let Django work on a database of that name for a while."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


@pytest.fixture(scope="module")
def lived(template: str, django_db_blocker) -> Iterator[str]:
    """Let this module's tests work, and commit, in a database of their own."""
    name = f"lived_{os.getpid()}_{WORKER}"
    with copy_of(template, name), django_db_blocker.unblock(), using(name):
        yield name


@dataclass
class Story:
    """Four people at two facilities."""

    people: list[UUID] = field(default_factory=list)
    seen: dict[str, UUID] = field(default_factory=dict)

    def first(self) -> None:
        """Three people are booked in October; two are measured; one is moved and out at court."""
        from throughcare.custody import actions as custody
        from throughcare.custody.actions import Spot
        from throughcare.kernel.ids import derived

        self.hartford, self.osborn = (derived("facility", c) for c in ("hartford", "osborn"))
        for n in range(3):
            self.people.append(self.person(n))
            at = NOW - (30 - n) * DAY
            custody.admit(actor=FEED, person_id=self.people[n], to=Spot(self.hartford), happened_at=at)
        a, b, _ = self.people
        self.seen["weight"] = self.measure(a, NOW - 25 * DAY, "29463-7", "81.5")
        self.seen["later"] = self.measure(a, NOW - 3 * DAY, "29463-7", "80.0")
        custody.send_out(actor=FEED, person_id=b, kind="court", happened_at=NOW - 5 * DAY)
        custody.return_in(actor=FEED, person_id=b, happened_at=NOW - 4 * DAY)
        custody.transfer(actor=FEED, person_id=b, to=Spot(self.osborn), happened_at=NOW - 2 * DAY)

    def second(self) -> None:
        """A measurement is taken back; a transfer of ten days ago comes late; a fourth is booked; somebody is measured."""
        from throughcare.chart import actions as chart
        from throughcare.custody import actions as custody
        from throughcare.custody.actions import Spot

        a, b, c = self.people
        chart.mark_error(
            actor=NURSE, person_id=a, kind="Observation", id=self.seen["later"], version=1, why="another person"
        )
        self.measure(c, NOW - 10 * DAY, "8867-4", "72")
        self.measure(b, NOW - 20 * DAY, "8867-4", "70")
        custody.transfer(actor=FEED, person_id=a, to=Spot(self.osborn), happened_at=NOW - 26 * DAY)
        self.people.append(self.person(3))
        custody.admit(actor=FEED, person_id=self.people[3], to=Spot(self.osborn), happened_at=NOW - DAY / 2)

    def third(self) -> None:
        """One goes home; one's last transfer is taken back."""
        from throughcare.custody import actions as custody

        custody.release(actor=FEED, person_id=self.people[2], happened_at=NOW + DAY / 4)
        custody.cancel_transfer(actor=FEED, person_id=self.people[1], why="a mistake")

    def person(self, n: int) -> UUID:
        """Register somebody."""
        from throughcare.people.actions import Demographics, Number, register

        known = Demographics(
            family=f"Sample-Person{n}", given="Pat", birth_date=date(1980 + n, 1, 2), sex="male", synthetic=True
        )
        return register(actor=FEED, demographics=known, numbers=[Number("urn:throughcare:person", f"T{n:07d}")])

    def measure(self, person: UUID, at: datetime, code: str, value: str) -> UUID:
        """Measure somebody."""
        from throughcare.chart import actions as chart

        one = chart.Measured("http://loinc.org", code, code, value=Decimal(value), unit="kg", effective_at=at)
        return chart.observe(actor=NURSE, person_id=person, measured=[one])[0]


from throughcare.kernel.actor import Actor  # noqa: E402

FEED, NURSE = Actor.feed("custody feed"), Actor.system("test nurse")
