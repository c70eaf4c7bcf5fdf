"""Two transactions for one person at once: the later waits, finds what the first opened, and nothing fails."""

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import connection

from tests.duties.makers import FEED, HARTFORD, MONDAY, person, staff, told
from throughcare.duties import actions, audit
from throughcare.duties.actions import hear
from throughcare.duties.models import Duty, Escalation
from throughcare.kernel import clock, db, events
from throughcare.kernel.errors import Stale
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.database_copy


def together(*works: Callable[[Callable[[], None]], None]) -> list[BaseException]:
    """Run each work on a connection of its own; each calls what it is given when it has begun, and all begin before any ends."""
    begun, failures = threading.Barrier(len(works)), []

    def meet() -> None:
        with suppress(threading.BrokenBarrierError):  # the other one waits for this one's end: that is the point
            begun.wait(1.5)

    def run(work: Callable[[Callable[[], None]], None]) -> None:
        try:
            work(meet)
        except BaseException as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return failures


def hearing(event) -> Callable[[Callable[[], None]], None]:
    def work(meet: Callable[[], None]) -> None:
        with clock.frozen(event.happened_at), db.writing(FEED) as unit:
            unit.action = "test.tell"
            hear([event])
            events.drain()
            meet()

    return work


def rows(**by: object) -> list[Duty]:
    with db.writing(FEED):
        return list(Duty.objects.filter(**by))


def test_two_first_events_for_one_person_both_stand_and_open_once() -> None:
    luis = person()
    first, second = told("admitted", luis, MONDAY, facility_kind="jail"), told("transferred_in", luis, MONDAY)
    assert together(hearing(first), hearing(second)) == []
    opened = rows(person_id=luis, closed_at=None)
    assert len([d for d in opened if d.rule == "INT-07"]) == 1, "both open it; the first to come stands"
    assert {"INT-02", "TRN-01"} <= {d.rule for d in opened}
    assert audit.run().sound


def test_the_same_event_on_two_connections_opens_once() -> None:
    luis = person()
    event = told("admitted", luis, MONDAY, facility_kind="jail")
    assert together(hearing(event), hearing(event), hearing(event)) == []
    opened = rows(person_id=luis)
    assert len(opened) == len({d.rule for d in opened}) > 5
    assert audit.run().sound


def test_an_empty_role_is_told_upwards_once_though_two_people_arrive_at_once() -> None:
    one, two = person("A"), person("B")
    arrivals = [told("admitted", who, MONDAY, facility_kind="jail") for who in (one, two)]
    assert together(*(hearing(a) for a in arrivals)) == []
    told_up = [(e.facility_id, e.role) for e in Escalation.objects.filter(kind="uncovered", cleared_at=None)]
    assert len(told_up) == len(set(told_up)) > 0


def test_a_nurse_who_closes_while_the_clock_hears_waits_for_her_turn() -> None:
    luis = person()
    assert together(hearing(told("admitted", luis, MONDAY, facility_kind="jail"))) == []
    nurse = staff(Role.RN, facility=HARTFORD)
    (rescreen,) = rows(person_id=luis, rule="INT-08-RESCREEN")

    def close(meet: Callable[[], None]) -> None:
        with clock.frozen(MONDAY):
            meet()
            with suppress(Stale):  # the clock was first: she is told so
                actions.close_duty(actor=nurse, duty_id=rescreen.id)

    assert together(hearing(told("withdrawal_screen_done", luis, MONDAY)), close) == []
    assert len(rows(person_id=luis, rule="INT-08-RESCREEN", closed_at=None)) == 1
    assert audit.run().sound
