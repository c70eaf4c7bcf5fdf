"""The guard at every door: each time-critical dose in the shadow of a move is covered or somebody's work; no move is held up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughcare.care.medications.rules import covering, tables
from throughcare.care.medications.rules.covering import (
    Covered,
    Door,
    Handover,
    Lack,
    MoveWindow,
    Receiver,
    ShadowDose,
    Supply,
    Uncovered,
    Way,
)
from throughcare.care.medications.rules.traits import Traits

TABLE = tables.covering()
LEAVES = datetime(2026, 11, 23, 10, tzinfo=UTC)
KEPPRA = Traits(time_critical=True, critical=True, anticonvulsant=True, minimum=timedelta(hours=8))
METHADONE = Traits(opioid_treatment=True, opioid_line=True, schedule=2, minimum=timedelta(hours=18))
INSULIN = Traits(time_critical=True, insulin=True)
TRANSFER = MoveWindow(Door.TRANSFER, LEAVES, "hartford", "cheshire")
COURT = MoveWindow(Door.COURT, LEAVES, "hartford", back_at=LEAVES + timedelta(hours=9))
RELEASE = MoveWindow(Door.RELEASE, LEAVES, "hartford")
ALL = (Receiver("Nurse Sample-Rivera"),)


def dose(hours: float, traits: Traits = KEPPRA, order: str = "o1", last: float | None = -9) -> ShadowDose:
    given_at = None if last is None else LEAVES + timedelta(hours=last)
    return ShadowDose(f"{order}@{hours}", order, LEAVES + timedelta(hours=hours), traits, given_at)


def look(
    move: MoveWindow,
    *doses: ShadowDose,
    supply: int = 0,
    told: float | None = None,
    receivers: tuple[Receiver, ...] = (),
) -> list[Covered | Uncovered]:
    handovers = [] if told is None else [Handover("o1", LEAVES + timedelta(hours=told))]
    return covering.shadow(move, doses, [Supply("o1", supply)], handovers, receivers, TABLE)


def test_supply_time_and_receiver_cover_a_dose() -> None:
    (answer,) = look(TRANSFER, dose(2), supply=1, told=2, receivers=ALL)
    assert answer == Covered("o1@2", "o1", LEAVES + timedelta(hours=2), "Nurse Sample-Rivera")


@pytest.mark.parametrize(
    ("supply", "told", "receivers", "lacks"),
    [
        (0, 2, ALL, {Lack.SUPPLY}), (1, None, ALL, {Lack.NEXT_DOSE_TIME}), (1, 14, ALL, {Lack.NEXT_DOSE_TIME}), (1, 2, (), {Lack.RECEIVER}),
        (1, 2, (Receiver("  "),), {Lack.RECEIVER}), (1, 2, (Receiver("N", "other"),), {Lack.RECEIVER}), (0, None, (), set(Lack)),
    ],
)  # fmt: skip
def test_what_is_lacking_is_named(
    supply: int, told: float | None, receivers: tuple[Receiver, ...], lacks: set[Lack]
) -> None:
    (answer,) = look(TRANSFER, dose(2), supply=supply, told=told, receivers=receivers)
    assert isinstance(answer, Uncovered)
    assert set(answer.lacks) == lacks
    assert answer.ends == ("hartford", "cheshire")


def test_a_pack_of_one_covers_one_of_two_doses() -> None:
    first, second = look(TRANSFER, dose(2), dose(14), supply=1, told=2, receivers=ALL)
    assert isinstance(first, Covered)
    assert isinstance(second, Uncovered)
    assert second.lacks == (Lack.SUPPLY,)


def test_the_shadow_begins_with_the_leaving_and_ends_with_the_return_and_its_margin() -> None:
    hours = (-0.1, 0, 9, 9.9, 10)
    assert [a.dose for a in look(COURT, *(dose(h) for h in hours))] == ["o1@0", "o1@9", "o1@9.9"]
    assert [a.dose for a in look(TRANSFER, dose(23.9), dose(24))] == ["o1@23.9"]
    assert len(look(RELEASE, dose(71), dose(72))) == 1


def test_medicines_that_are_not_critical_are_left_to_others() -> None:
    assert look(TRANSFER, dose(2, Traits())) == []


def ways(move: MoveWindow, asked: ShadowDose) -> set[Way]:
    (answer,) = look(move, asked)
    assert isinstance(answer, Uncovered)
    assert answer.ways
    return set(answer.ways)


def test_ways_of_the_court_van() -> None:
    assert ways(COURT, dose(3)) == {Way.GIVE_EARLY, Way.SEND_WITH}
    assert ways(COURT, dose(3, last=-7.9)) == {Way.SEND_WITH}, "never before the minimum interval"
    assert Way.GIVE_EARLY in ways(COURT, dose(4)), "as the van leaves is early enough"
    assert ways(COURT, dose(4.1)) == {Way.SEND_WITH}, "never earlier than the table says"
    assert ways(COURT, dose(3, last=None)) == {Way.GIVE_EARLY, Way.SEND_WITH}
    assert ways(COURT, dose(9.5)) == {Way.SEND_WITH, Way.GIVE_ON_RETURN}
    assert ways(COURT, dose(3, METHADONE, last=-21)) == {Way.GIVE_EARLY}
    assert ways(COURT, dose(3, INSULIN)) == {Way.ASK_PRESCRIBER}, "no minimum interval known: never early"
    assert ways(replace(COURT, planned=False), dose(3)) == {Way.SEND_WITH}


def test_ways_of_other_doors() -> None:
    assert ways(TRANSFER, dose(3, METHADONE, last=-10)) == {Way.GIVE_THERE}
    assert ways(MoveWindow(Door.HOSPITAL, LEAVES, "hartford", planned=False), dose(3)) == {Way.GIVE_THERE}


def test_a_release_is_never_held_for_an_early_dose() -> None:
    assert ways(RELEASE, dose(1)) == {Way.PRESCRIBE, Way.SEND_WITH}
    assert ways(RELEASE, dose(1, METHADONE, last=-23)) == {Way.GIVE_THERE}


def test_when_an_early_dose_may_be_given() -> None:
    assert covering.early_from(dose(3), TABLE) == LEAVES - timedelta(hours=1)
    assert covering.early_from(dose(3, last=-8.5), TABLE) == LEAVES - timedelta(hours=0.5)
    assert covering.early_from(dose(3, INSULIN), TABLE) is None


def test_somebody_acts_before_a_planned_leaving_and_before_the_dose_of_a_sudden_one() -> None:
    (planned,) = covering.uncovered(look(TRANSFER, dose(2)))
    (sudden,) = covering.uncovered(look(replace(TRANSFER, planned=False), dose(2)))
    assert planned.act_by == LEAVES
    assert sudden.act_by == sudden.due_at


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(Door), st.booleans(), st.lists(st.tuples(st.floats(-5, 80), st.sampled_from([KEPPRA, METHADONE, INSULIN, Traits()]), st.sampled_from("abc")), max_size=8),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 4)), st.sampled_from([(), ALL]),
)  # fmt: skip
def test_every_critical_dose_in_the_shadow_is_answered_once_and_none_uncovered_is_without_a_way(
    door: Door,
    planned: bool,
    made: list[tuple[float, Traits, str]],
    packs: dict[str, int],
    receivers: tuple[Receiver, ...],
) -> None:
    move = MoveWindow(door, LEAVES, "hartford", "cheshire", planned=planned)
    doses = [replace(dose(h, traits, order), id=f"{n}") for n, (h, traits, order) in enumerate(made)]
    begins, ends = covering.shadow_window(move, TABLE)
    expected = {d.id for d in doses if d.traits != Traits() and begins <= d.due_at < ends}
    answer = covering.shadow(move, doses, [Supply(o, n) for o, n in packs.items()], [], receivers, TABLE)
    assert sorted(a.dose for a in answer) == sorted(expected)
    for one in covering.uncovered(answer):
        assert one.ways
        assert one.ends == ("hartford", "cheshire")
        assert one.early_from is None or (door is not Door.RELEASE and planned and one.early_from <= LEAVES)
