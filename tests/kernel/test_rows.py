"""New rows by one statement: the same as Django's own, at once or gathered; what is undone goes with its part."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError

from throughcare.chart.actions import Measured, Part
from throughcare.chart.actions.observations import row_of
from throughcare.chart.models import Observation
from throughcare.kernel import clock, db, rows
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import uuid7
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db
FEED = Actor.feed("test")
ODD = 'a "quoted" \\ word, {braces}, \t\n and Ünï \U0001f9ea'


@pytest.fixture
def person():
    return register(actor=FEED, demographics=Demographics("Sample-Row", "Ana", date(1990, 2, 3), "female"))


def made(person, **changes):
    parts = (Part("http://loinc.org", "8480-6", Decimal("128.0"), "mm[Hg]"),)
    said = {
        "system": "http://loinc.org",
        "code": "1",
        "text": ODD,
        "value": Decimal("4.10"),
        "unit": "1",
        "parts": parts,
    }
    return row_of(FEED, person, Measured(**{**said, **changes}))


def stands(id):
    return Observation.objects.filter(id=id).values().get()


def test_a_row_reads_as_django_would_have_written_it(person):
    with db.writing(FEED):
        ours, theirs = made(person), made(person)
        rows.insert([ours])
        theirs.effective_at, theirs.recorded_at = ours.effective_at, ours.recorded_at
        theirs.save(force_insert=True)
    assert {**stands(ours.id), "id": None} == {**stands(theirs.id), "id": None}
    assert not ours._state.adding


def test_what_is_gathered_is_written_at_the_end_of_its_part_and_before_where_somebody_asks(person):
    with db.writing(FEED):
        some = [made(person) for _ in range(3)]
        with rows.together(Observation):
            rows.insert(some[:1])
            assert not Observation.objects.exists()
            rows.flush(Observation)
            assert Observation.objects.count() == 1
            with pytest.raises(ValueError, match="no"), db.apart():
                rows.insert(some[1:2])
                raise ValueError("no")
            rows.insert(some[2:])
        assert set(Observation.objects.values_list("id", flat=True)) == {some[0].id, some[2].id}


def test_many_are_as_one(person):
    with db.writing(FEED):
        many = [made(person, value=Decimal(n)) for n in range(rows.PORTION + 1)]
        rows.insert(many)
        for row in many:
            row.unit = "kg"
        rows.update(many, ["unit"])
    assert Observation.objects.filter(unit="kg").count() == rows.PORTION + 1
    assert stands(many[-1].id)["value"] == rows.PORTION


def test_constraints_hold(person):
    with pytest.raises(IntegrityError), db.writing(FEED):
        rows.insert([made(uuid7())])
    assert not Observation.objects.exists()


def test_what_was_asked_ahead_is_answered_in_its_part_only(person):
    with db.writing(FEED):
        with db.knowing({"how many": 7}):
            assert db.once("how many", lambda: 1) == 7
            assert db.known("other") is None
        assert db.once("how many", lambda: 1) == 1
    assert db.known("how many") is None
    assert clock.now()
