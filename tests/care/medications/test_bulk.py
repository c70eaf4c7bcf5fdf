"""Courses laid in bulk are the same rows and entries as ordering and charting one by one."""

from datetime import timedelta

import pytest

from tests.care.medications.test_ordering_and_giving import (  # noqa: F401
    MORNING,
    asked,
    doctor,
    doses,
    nurse,
    person,
    place,
)
from throughcare.care.medications import actions
from throughcare.care.medications.actions import Charted
from throughcare.care.medications.bulk import Became, Course, lay_courses
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.kernel import clock
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
APART = {"id", "order_id", "order", "_state", "_django_version", "_person_cache", "check_edition", "doses_until"}


def plain(row) -> dict:
    return {k: v for k, v in vars(row).items() if k not in APART and not k.startswith("_")}


def test_bulk_and_single_give_the_same_rows(doctor, nurse, person, place) -> None:  # noqa: F811
    start = MORNING - timedelta(hours=1)
    with clock.frozen(start):
        single = MedicationOrder.objects.get(id=actions.place_order(actor=doctor, person_id=person, asked=asked()))
    given_at = MORNING + timedelta(minutes=5)
    with clock.frozen(given_at):
        actions.record_doses(actor=nurse, person_id=person, charted=[Charted(doses(single)[0].id, "given")])
        actions.stop_order(actor=doctor, person_id=person, order_id=single.id, version=1, why="For the test")
    one = doses(single)
    with clock.frozen(given_at):
        charted = lay_courses(
            actor=doctor,
            nurse=nurse,
            courses=[Course(person, place.id, asked(), start)],
            doses_from=start,
            until=given_at,
            fate=lambda course, due_at: Became("given", given_at),
        )
    assert charted == 1
    bulk = MedicationOrder.objects.exclude(id=single.id).get()
    (two,) = doses(bulk)
    assert plain(two) == plain(one[0])
    ended = {"version", "status", "ended_at", "ended_why"}
    left, right = plain(bulk), plain(MedicationOrder.objects.get(id=single.id))
    assert {k: v for k, v in left.items() if k not in ended} == {k: v for k, v in right.items() if k not in ended}
    assert verify.run().sound


def test_what_fate_leaves_open_is_expected(doctor, nurse, person, place) -> None:  # noqa: F811
    start = MORNING - timedelta(days=2)
    with clock.frozen(MORNING):
        lay_courses(
            actor=doctor,
            nurse=nurse,
            courses=[Course(person, place.id, asked(), start)],
            doses_from=start,
            until=MORNING + timedelta(hours=1),
            fate=lambda course, due_at: None,
        )
    assert set(Dose.objects.values_list("status", flat=True)) == {"expected"}
    assert Dose.objects.count() == 3
