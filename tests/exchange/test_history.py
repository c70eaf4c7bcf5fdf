"""The history that messages tell: the same for every order of arrival, and with what waits said."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.exchange.hl7v2.history import Effect, Happening, Spot, fold

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
PLACES = [Spot(UUID(int=n)) for n in range(1, 6)]


def event(kind, hour, place=None, booking="", status=""):
    spot = PLACES[place] if place is not None else None
    return Happening(UUID(int=hour * 100 + int(kind[1:])), kind, START + timedelta(hours=hour), booking, spot, status)


def told(*happenings):
    history = fold(happenings)
    return history, [history.effects[one.message_id].value for one in happenings]


def test_arrival_move_release():
    history, effects = told(event("A01", 0, 0), event("A02", 1, 1), event("A03", 2))
    assert effects == ["told"] * 3
    assert history.last().here.spot == PLACES[1]
    assert not history.last().is_open


@pytest.mark.parametrize("kind", ["A02", "A03", "A11", "A12", "A13"])
def test_what_has_nothing_to_act_on_waits(kind):
    assert told(event(kind, 1, 1))[1] == ["waiting"]


def test_a_cancelled_move_leaves_the_person_where_they_were():
    history, effects = told(event("A01", 0, 0), event("A02", 1, 1), event("A02", 2, 2), event("A12", 3))
    assert history.last().here.spot == PLACES[1]
    assert effects == ["told", "told", "cancelled", "told"]


def test_a_cancelled_release_opens_the_stay_again_where_the_message_says():
    history, _ = told(event("A01", 0, 0), event("A03", 1), event("A13", 2, 3))
    assert history.last().is_open
    assert history.last().here.spot == PLACES[3]


def test_a_cancelled_arrival_is_no_stay():
    history, effects = told(event("A01", 0, 0), event("A11", 1))
    assert history.last() is None
    assert effects == ["cancelled", "told"]


def test_an_arrival_while_another_stay_runs_waits_for_the_release():
    assert told(event("A01", 0, 0, "V1"), event("A01", 5, 1, "V2"))[1] == ["told", "waiting"]
    assert told(event("A01", 0, 0, "V1"), event("A03", 4, booking="V1"), event("A01", 5, 1, "V2"))[1] == ["told"] * 3


def test_the_same_arrival_told_twice_is_one_stay():
    history, effects = told(event("A01", 0, 0, "V1"), event("A01", 1, 0, "V1"))
    assert (len(history.stays), effects) == (1, ["told", "told"])


def test_a_release_of_another_booking_waits():
    assert told(event("A01", 0, 0, "V1"), event("A03", 1, booking="V2"))[1] == ["told", "waiting"]


def test_the_latest_legal_status_stands():
    history, _ = told(event("A01", 0, 0, status="pretrial"), event("A08", 2, status="sentenced"))
    assert (history.last().status, history.last().status_at) == ("sentenced", START + timedelta(hours=2))


KINDS = st.sampled_from(["A01", "A02", "A03", "A08", "A11", "A12", "A13"])


@given(st.lists(st.tuples(KINDS, st.integers(0, 4)), max_size=14), st.randoms())
def test_every_order_of_arrival_tells_the_same_history(kinds, random):
    happenings = [event(kind, hour, place) for hour, (kind, place) in enumerate(kinds)]
    shuffled = happenings[:]
    random.shuffle(shuffled)
    assert fold(happenings) == fold(shuffled)


@given(st.lists(st.tuples(KINDS, st.integers(0, 4)), max_size=14))
def test_stays_do_not_overlap_and_every_message_has_an_effect(kinds):
    happenings = [event(kind, hour, place) for hour, (kind, place) in enumerate(kinds)]
    history = fold(happenings)
    assert set(history.effects) == {one.message_id for one in happenings}
    assert set(history.effects.values()) <= set(Effect)
    ends = [stay.released.at if stay.released else None for stay in history.stays if stay.cancelled is None]
    assert None not in ends[:-1]
    starts = [stay.arrival.at for stay in history.stays if stay.cancelled is None]
    assert all(end <= start for end, start in zip(ends[:-1], starts[1:], strict=True))
