"""Courses laid in bulk are the same rows and entries as ordering and charting one by one."""

from dataclasses import replace
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
from tests.fixtures_lenses import lens_of
from throughcare.care.medications import actions
from throughcare.care.medications.actions import Charted
from throughcare.care.medications.bulk import Became, Course, lay_courses
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.kernel import clock
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import reads, verify

pytestmark = pytest.mark.django_db
APART = {"id", "order_id", "order", "_state", "_django_version", "_person_cache", "check_edition", "doses_until"}


def plain(row) -> dict:
    return {k: v for k, v in vars(row).items() if k not in APART and not k.startswith("_")}


def kept(order: MedicationOrder) -> list[tuple[int, str]]:
    found = reads.history(lens_of(Role.PROVIDER), "MedicationRequest", order.id)
    return sorted((one.version, one.body["status"]) for one in found)


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


def test_what_was_stopped_or_is_over_has_ended_as_one_by_one(doctor, nurse, person, place) -> None:  # noqa: F811
    start, again = MORNING - timedelta(days=4), MORNING - timedelta(hours=30)
    two_days = replace(asked(), days=2)
    with clock.frozen(start):
        over = actions.place_order(actor=doctor, person_id=person, asked=two_days)
    with clock.frozen(again):
        actions.end_orders(actor=doctor)
        cut = actions.place_order(actor=doctor, person_id=person, asked=asked())
    with clock.frozen(MORNING - timedelta(days=1)):
        actions.stop_order(actor=doctor, person_id=person, order_id=cut, version=1, why="Renewed.")
    single = {row.id: row for row in MedicationOrder.objects.all()}
    with clock.frozen(MORNING):
        lay_courses(
            actor=doctor,
            nurse=nurse,
            courses=[
                Course(person, place.id, two_days, start),
                Course(person, place.id, asked(), again, single[cut].ended_at, "Renewed."),
            ],
            doses_from=start,
            until=MORNING,
            fate=lambda course, due_at: None,
        )
    bulk = {row.ended_why: row for row in MedicationOrder.objects.exclude(id__in=single)}
    for one in (single[over], single[cut]):
        twin = bulk[one.ended_why]
        assert (twin.status, twin.version, twin.ended_at) == (one.status, 2, one.ended_at)
        assert kept(twin) == kept(one) == [(1, "active"), (2, one.status)]
    assert not Dose.objects.filter(order_id=bulk["Renewed."].id, due_at__gt=single[cut].ended_at).exists()
    assert verify.run().sound


def test_an_order_that_lasts_over_a_change_of_the_clocks_ends_as_one_by_one(doctor, nurse, person, place) -> None:  # noqa: F811
    start = MORNING.replace(year=2026, month=10, day=20)
    with clock.frozen(start):
        actions.make_months(since=start)
        single = MedicationOrder.objects.get(id=actions.place_order(actor=doctor, person_id=person, asked=asked()))
        lay_courses(
            actor=doctor,
            nurse=nurse,
            courses=[Course(person, place.id, asked(), start)],
            doses_from=start,
            until=start,
            fate=lambda course, due_at: None,
        )
    bulk = MedicationOrder.objects.exclude(id=single.id).get()
    assert bulk.ends_at == single.ends_at == start + timedelta(days=asked().days, hours=1)


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


def test_words_that_copy_would_take_for_its_own_arrive_as_they_were(doctor, nurse, person, place) -> None:  # noqa: F811
    odd = "tab\tline\nback\\slash\r\\N"
    with clock.frozen(MORNING + timedelta(hours=1)):
        lay_courses(
            actor=doctor,
            nurse=replace(nurse, name=odd),
            courses=[Course(person, place.id, asked(), MORNING - timedelta(hours=1))],
            doses_from=MORNING - timedelta(hours=1),
            until=MORNING + timedelta(hours=1),
            fate=lambda course, due_at: Became("refused", due_at, odd, {"capacity": odd}),
        )
    row = Dose.objects.get()
    assert (row.reason, row.detail) == (odd, {"capacity": odd})
    assert odd in row.by
    assert verify.run().sound
