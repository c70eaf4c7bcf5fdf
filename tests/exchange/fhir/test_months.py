"""The ledger's months: a guess where a body lies changes no answer, and none opens the tables of all months."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from throughcare.exchange.fhir import months
from throughcare.kernel.ids import uuid7

NEVER = (datetime(1999, 1, 1, tzinfo=UTC), datetime(1999, 2, 1, tzinfo=UTC))


def made(at: datetime) -> UUID:
    return UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | 5)


def test_an_id_made_by_time_is_looked_for_in_its_month():
    now = datetime.now(UTC)
    begin, end = months.of_id(uuid7())
    assert begin <= now < end and begin.day == end.day == 1 and end - begin <= timedelta(days=31)
    last = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    assert months.of_id(made(last)) == (begin, end)
    assert months.of_id(made(last - timedelta(milliseconds=1)))[1] == begin


@pytest.mark.parametrize(
    "odd", [made(datetime(1971, 1, 1, tzinfo=UTC)), made(datetime(2999, 1, 1, tzinfo=UTC)), UUID(int=0)]
)
def test_an_id_that_tells_no_likely_time_is_looked_for_as_what_is_new(odd):
    assert months.of_id(odd) == months.of_id(uuid7())


def test_this_month_and_the_one_before_are_the_newest():
    begin, end = months.newest()
    assert months.of_id(made(end - timedelta(days=2) if end > datetime.now(UTC) else end))[1] <= end
    assert 58 < (end - begin).days < 63 and begin.day == end.day == 1


def test_what_was_written_in_other_months_is_answered_the_same(door_of, monkeypatch):
    from throughcare.ledger.models import Read

    door = door_of("provider")
    some = door.get("Observation", _count=5).resources
    paths = [
        f"Observation/{some[0]['id']}",
        "Observation?_count=5",
        f"Observation?patient={some[0]['subject']['reference']}",
        f"{some[0]['subject']['reference']}/$everything",
    ]
    before = [door.get(path) for path in paths]
    for name in ("of_id", "newest"):
        monkeypatch.setattr(months, name, lambda *_: NEVER)
    logged = Read.objects.count()
    for path, told in zip(paths, before, strict=True):
        again = door.get(path)
        assert (again.status, again.headers.get("ETag")) == (200, told.headers.get("ETag"))
        assert again.body == told.body if "?" not in path and "$" not in path else again.resources == told.resources
    assert Read.objects.count() == logged + len(paths), "each is logged once"


def test_a_plan_opens_no_month_but_those_guessed(door_of):
    """What a read by id opens does not grow with the months there are."""
    from django.db import connection

    from throughcare.exchange.fhir import store

    where = months.within(months.of_id(uuid7()))
    join = store.JOIN_WITHIN.format(within=where)
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN SELECT v.digest FROM ledger_current c {join} WHERE c.type = 'Patient' AND c.id = %s", [uuid7()]
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert len(set(re.findall(r"on (ledger_version\w*) x\b", plan))) == 1, plan
