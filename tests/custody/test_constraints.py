"""What the database refuses of custody, tried in SQL: every constraint has its own attempt."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from tests.custody.conftest import HARTFORD, OSBORN, UNIT_A, UNIT_B, bed
from throughcare.custody.actions import Spot, admit, cancel_transfer, raise_alert, schedule_event, send_out, transfer
from throughcare.custody.models import Move, Placement, Stay
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
People = Callable[..., UUID]


@pytest.fixture(autouse=True)
def later() -> Iterator[None]:
    with clock.frozen(T0 + timedelta(days=1)):
        yield


@pytest.fixture
def two(officer: Actor, person: People) -> tuple[UUID, UUID]:
    one, other = person(), person()
    admit(actor=officer, person_id=one, to=Spot(HARTFORD, UNIT_A, bed("A-101")), happened_at=T0)
    admit(actor=officer, person_id=other, to=Spot(HARTFORD, UNIT_A, bed("A-102")), happened_at=T0)
    return one, other


def refused(sql: str, values: list[Any], match: str) -> None:
    """Run SQL and have the database refuse it, at the statement or when constraints are checked."""
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def stay_of(person_id: UUID) -> UUID:
    return Stay.objects.get(person_id=person_id).id


def insert(table: str, **values: Any) -> tuple[str, list[Any]]:
    values = {"id": uuid7(), "version": 1, **values}
    marks = ", ".join(["%s"] * len(values))
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values())


def placement(person_id: UUID, **changes: Any) -> tuple[str, list[Any]]:
    row = {
        "person_id": person_id,
        "stay_id": stay_of(person_id),
        "facility_id": OSBORN,
        "bed_named": "",
        "confirmed": False,
        "since": T0 + timedelta(hours=1),
        "cancelled": False,
    }
    return insert("custody_placement", **{**row, **changes})


def test_nobody_is_in_two_places(two: tuple[UUID, UUID]) -> None:
    refused(*placement(two[0]), match="one_place_at_a_time")


def test_two_are_not_confirmed_in_one_bed(two: tuple[UUID, UUID]) -> None:
    refused("UPDATE custody_placement SET bed_id = %s WHERE person_id = %s", [bed("A-101"), two[1]], "one_in_a_bed")


def test_a_swap_passes_because_it_is_checked_at_the_end(two: tuple[UUID, UUID]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE custody_placement SET bed_id = %s WHERE person_id = %s", [bed("A-102"), two[0]])
        cursor.execute("UPDATE custody_placement SET bed_id = %s WHERE person_id = %s", [bed("A-101"), two[1]])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_nobody_has_two_open_stays(two: tuple[UUID, UUID]) -> None:
    row = {"person_id": two[0], "booking_number": "", "admitted_at": T0 + timedelta(hours=1), "state": "open"}
    refused(*insert("custody_stay", **row), match="one_at_a_time")


def test_one_persons_row_is_not_another_ones(two: tuple[UUID, UUID]) -> None:
    other = stay_of(two[1])
    for table in ("custody_placement", "custody_legalstatus"):
        refused(f"UPDATE {table} SET stay_id = %s WHERE person_id = %s", [other, two[0]], "same_person")
    move = Move.objects.get(person_id=two[1]).id
    for column in ("opened_by_id", "closed_by_id"):
        refused(f"UPDATE custody_placement SET {column} = %s WHERE person_id = %s", [move, two[0]], "same_person")


def test_a_unit_is_of_its_facility_and_a_bed_of_its_unit(two: tuple[UUID, UUID]) -> None:
    refused("UPDATE custody_placement SET facility_id = %s WHERE person_id = %s", [OSBORN, two[0]], "unit_id_within")
    refused("UPDATE custody_placement SET unit_id = %s WHERE person_id = %s", [UNIT_B, two[0]], "bed_id_within")
    refused("UPDATE custody_bed SET unit_id = %s WHERE id = %s", [UNIT_B, bed("A-120")], "within")


def test_a_confirmed_place_has_a_bed_and_a_bed_a_unit(two: tuple[UUID, UUID]) -> None:
    refused("UPDATE custody_placement SET bed_id = NULL WHERE person_id = %s", [two[0]], "confirmed_bed")
    refused("UPDATE custody_placement SET unit_id = NULL WHERE person_id = %s", [two[0]], "bed_in_unit")


def test_times_run_forward(two: tuple[UUID, UUID]) -> None:
    before = T0 - timedelta(hours=1)
    for table in ("custody_placement", "custody_legalstatus"):
        refused(f"UPDATE {table} SET until = %s WHERE person_id = %s", [before, two[0]], "period")
    refused("UPDATE custody_stay SET ended_at = %s, state = 'ended' WHERE person_id = %s", [before, two[0]], "ended")


def test_states_are_known_and_agree(two: tuple[UUID, UUID]) -> None:
    refused("UPDATE custody_stay SET state = 'gone' WHERE person_id = %s", [two[0]], "custody_stay")
    refused(
        "UPDATE custody_stay SET state = 'ended' WHERE person_id = %s", [two[0]], "custody_stay_ended|housed or out"
    )
    refused("UPDATE custody_facility SET kind = 'castle' WHERE id = %s", [HARTFORD], "facility_kind")
    refused("UPDATE custody_facility SET sex = 'men' WHERE id = %s", [HARTFORD], "facility_sex")
    refused("UPDATE custody_unit SET kind = 'tower' WHERE id = %s", [UNIT_A], "unit_kind")
    refused("UPDATE custody_bed SET bunk = 'sky' WHERE id = %s", [bed("A-101")], "bed_bunk")
    refused("UPDATE custody_legalstatus SET in_custody = false WHERE person_id = %s", [two[0]], "custody_sees")
    refused("UPDATE custody_facility SET closed_on = opened_on WHERE code = %s", ["osborn"], "facility_period")


def test_a_stay_that_has_ended_holds_nobody(two: tuple[UUID, UUID]) -> None:
    refused(
        "UPDATE custody_stay SET state = 'ended', ended_at = %s WHERE person_id = %s",
        [T0 + timedelta(hours=2), two[0]],
        "housed or out",
    )


def test_a_move_is_never_changed_only_cancelled_once(two: tuple[UUID, UUID], officer: Actor) -> None:
    refused("UPDATE custody_move SET kind = 'death' WHERE person_id = %s", [two[0]], "never changed")
    refused("UPDATE custody_move SET happened_at = now() WHERE person_id = %s", [two[0]], "never changed")
    refused("UPDATE custody_move SET cancelled_at = now() WHERE person_id = %s", [two[0]], "move_cancelled")
    transfer(actor=officer, person_id=two[0], to=Spot(OSBORN))
    cancel_transfer(actor=officer, person_id=two[0])
    refused("UPDATE custody_move SET cancel_why = 'x' WHERE cancelled_at IS NOT NULL", [], "never changed")
    refused("UPDATE custody_move SET n = 1 WHERE kind = 'transfer'", [], "never changed|move_order")


def test_trips_do_not_overlap_and_are_of_a_kind(two: tuple[UUID, UUID], officer: Actor) -> None:
    send_out(actor=officer, person_id=two[0], kind="court")
    row = {
        "person_id": two[0],
        "stay_id": stay_of(two[0]),
        "place": "",
        "since": T0 + timedelta(days=2),
        "cancelled": False,
    }
    refused(*insert("custody_away", kind="hospital", **row), match="one_trip_at_a_time")
    refused("UPDATE custody_away SET kind = 'picnic' WHERE person_id = %s", [two[0]], "away_kind")
    refused("UPDATE custody_away SET until = since - interval '1 hour' WHERE person_id = %s", [two[0]], "away_period")


def test_segments_do_not_overlap(two: tuple[UUID, UUID]) -> None:
    row = {"person_id": two[0], "stay_id": stay_of(two[0]), "since": T0 + timedelta(hours=2), "cancelled": False}
    refused(
        *insert("custody_legalstatus", kind="sentenced", in_custody=True, custody_sees=True, **row),
        match="one_at_a_time",
    )


def test_alerts_and_plans_hold_together(two: tuple[UUID, UUID], officer: Actor) -> None:
    raise_alert(actor=officer, person_id=two[0], template="bottom_bunk")
    refused("UPDATE custody_operationalalert SET until = raised_at", [], "operationalalert_period")
    refused("UPDATE custody_operationalalert SET ended_at = now()", [], "operationalalert_ended")
    schedule_event(actor=officer, person_id=two[0], kind="release", starts_at=T0 + timedelta(days=9))
    row = {
        "person_id": two[0],
        "kind": "release",
        "starts_at": T0,
        "place": "",
        "confidence": "fixed",
        "state": "planned",
        "source": "x",
        "source_ref": "",
    }
    refused(*insert("custody_scheduledevent", **row), match="one_expected_release")
    refused("UPDATE custody_scheduledevent SET confidence = 'sure'", [], "confidence")
    refused("UPDATE custody_scheduledevent SET kind = 'transfer'", [], "transfer_to")
    refused("UPDATE custody_scheduledevent SET kind = 'dance'", [], "scheduledevent_kind")
    refused("UPDATE custody_scheduledevent SET state = 'lost'", [], "scheduledevent_state")
    refused("UPDATE custody_scheduledevent SET ends_at = starts_at - interval '1 s'", [], "scheduledevent_period")


def test_a_place_is_locked_down_once(two: tuple[UUID, UUID]) -> None:
    row = {"facility_id": HARTFORD, "unit_id": UNIT_A, "started_at": T0, "started_by": "x", "ended_by": ""}
    with connection.cursor() as cursor:
        cursor.execute(*insert("custody_lockdown", **row))
    refused(*insert("custody_lockdown", **row), match="lockdown_once")
    refused("UPDATE custody_lockdown SET ended_at = now()", [], "lockdown_ended")
    refused(*insert("custody_lockdown", **{**row, "facility_id": OSBORN}), match="within")


def test_nothing_is_deleted(two: tuple[UUID, UUID]) -> None:
    for table in ("custody_stay", "custody_move", "custody_placement", "people_person"):
        refused(f"DELETE FROM {table}", [], "permission denied")
    assert Placement.objects.count() == 2
