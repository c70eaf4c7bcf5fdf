"""The rules of a code, without a database: what stands, how fast help came, what is due next."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.care.emergency import rules
from throughcare.care.emergency.rule_table import load_table
from throughcare.care.emergency.rules import Stamped

CALL = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
TABLE = load_table()


def at(minutes: float) -> datetime:
    return CALL + timedelta(minutes=minutes)


def stamp(n: int, kind: str, minutes: float, **more) -> Stamped:
    return Stamped(UUID(int=n), kind, at(minutes), **more)


@pytest.mark.parametrize(("minutes", "late"), [(0, False), (3.99, False), (4, False), (4.01, True), (11, True)])
def test_four_minutes(minutes: float, late: bool) -> None:
    found = rules.response(CALL, [stamp(1, "health_there", minutes)], at(30), TABLE)
    assert found.late is late
    assert found.source == "EMR-02"


def test_silence_is_late_after_four_minutes() -> None:
    assert rules.response(CALL, [], at(5), TABLE).late
    assert not rules.response(CALL, [], at(3), TABLE).late


def test_hands_on_counts_as_being_there_and_an_officers_hand_does_not() -> None:
    assert rules.response(CALL, [stamp(1, "cpr", 2)], at(9), TABLE).reached_at == at(2)
    assert rules.response(CALL, [stamp(1, "cpr", 2, health=False)], at(9), TABLE).reached_at is None
    assert rules.response(CALL, [stamp(1, "ems_called", 2)], at(9), TABLE).reached_at is None


def test_resuscitation_before_the_call_is_zero_and_never_less() -> None:
    assert rules.response(CALL, [stamp(1, "cpr", -3)], at(9), TABLE).begun_after == timedelta(0)


def naloxone(n: int, minutes: float) -> Stamped:
    return stamp(n, "drug", minutes, detail={"drug": "naloxone"})


def due(held: list[Stamped]) -> dict[str, tuple[datetime, datetime]]:
    return {p.kind: (p.since, p.due_at) for p in rules.prompts(CALL, held, TABLE)}


def test_naloxone_again_after_two_to_three_minutes() -> None:
    assert due([naloxone(1, 3)])["naloxone"] == (at(5), at(6))
    better = stamp(2, "naloxone_response", 4, detail={"response": "breathing_better"})
    assert due([naloxone(1, 3), better])["naloxone"] == (at(5), at(6))
    awake = stamp(3, "naloxone_response", 5, detail={"response": "breathing_awake"})
    assert "naloxone" not in due([naloxone(1, 3), awake])
    assert due([naloxone(1, 3), awake, naloxone(4, 8)])["naloxone"] == (at(10), at(11)), "it came back: begin again"
    assert "naloxone" not in due([naloxone(1, 3), stamp(5, "left_gate", 9)])


def test_vital_signs_every_five_minutes() -> None:
    assert "vitals" not in due([])
    assert due([stamp(1, "health_there", 2)])["vitals"] == (at(2), at(7))
    assert due([stamp(1, "health_there", 2), stamp(2, "vitals", 6)])["vitals"] == (at(6), at(11))


def test_help_is_the_first_thing_due() -> None:
    assert due([]) == {"reach": (CALL, at(4))}
    assert "reach" not in due([stamp(1, "health_there", 2)])


@given(st.permutations(range(6)))
def test_the_order_in_which_phones_report_changes_nothing(order: list[int]) -> None:
    made = [
        stamp(1, "cpr", 2), stamp(2, "cpr", 2), stamp(3, "aed_on", 4), stamp(4, "cpr", 1, corrects=UUID(int=1)),
        stamp(5, "aed_on", 4, corrects=UUID(int=3), void=True), stamp(6, "vitals", 5),
    ]  # fmt: skip
    held = rules.standing([made[i] for i in order])
    assert [s.id.int for s in held] == [4, 2, 6]


def test_nobody_leaves_unknown() -> None:
    assert not rules.may_end("sent_out", TABLE, known=False, drill=False).ok
    assert rules.may_end("sent_out", TABLE, known=False, drill=True).ok
    assert rules.may_end("false_alarm", TABLE, known=False, drill=False).ok
    assert not rules.may_end("nowhere", TABLE, known=True, drill=False).ok


@pytest.mark.parametrize(
    ("ending", "left", "drill", "may"),
    [
        ("sent_out", True, False, True),
        ("died", True, False, True),
        ("false_alarm", True, False, False),
        ("stays", True, False, False),
        ("infirmary", True, False, False),
        ("false_alarm", False, False, True),
        ("stays", True, True, True),
    ],
)
def test_who_left_by_ambulance_is_not_said_to_be_here(ending: str, left: bool, drill: bool, may: bool) -> None:
    assert rules.may_end(ending, TABLE, known=True, drill=drill, left=left).ok is may


def test_every_stamp_of_a_group_is_on_the_page() -> None:
    assert {k.group for k in TABLE.stamps.values()} == {"first", "care", "value", "way"}
    letters = [k.letter for k in TABLE.stamps.values() if k.letter]
    assert len(letters) == len(set(letters))
