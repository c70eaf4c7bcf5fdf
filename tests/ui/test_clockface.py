"""The signature reads right at every moment of its life."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.conftest import NIGHT
from throughcare.ui.clockface import GATE, face, soon_from
from throughcare.ui.jinja import clock_face, clock_text, moment
from throughcare.ui.shapes import ClockShape
from throughcare.ui.wording import t


def shape(opened: int, due: int, closed: int | None = None, outcome: str = "") -> ClockShape:
    """Give a clock by minutes from now."""
    at = [None if m is None else NIGHT + timedelta(minutes=m) for m in (opened, due, closed)]
    return ClockShape(at[0], at[1], at[2], outcome)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("clock", "state", "words"),
    [
        (shape(-10, 230), "open", "due in 3:50"),
        (shape(-198, 42), "soon", "due in 0:42"),
        (shape(-240, 0), "late", "due now"),
        (shape(-310, -70), "late", "late 1:10"),
        (shape(-18, -3), "late", "late 0:03"),
        (shape(-60, 60 * 24 * 3 + 5), "open", "due in 3 d"),
        (shape(-60 * 24 * 9, -60 * 24 * 2), "late", "late 2 d"),
        (shape(-240, 0, -8), "done", "done 22:06, 8 min early"),
        (shape(-240, -8, -8), "done", "done 22:06, on time"),
        (shape(-240, -78, -8), "done_late", "done 22:06, 1:10 late"),
        (shape(-240, 60, -8, "done"), "done", "done 22:06, 1:08 early"),
        (shape(-240, 60, -8, "refused"), "ended", "refused 22:06"),
        (shape(-240, 60, -8, "converted"), "ended", "handed on 22:06"),
        (shape(-240, 60, -8, "something new"), "ended", "closed 22:06"),
    ],
)
def test_words_and_state(clock: ClockShape, state: str, words: str) -> None:
    got = clock_face(clock)
    assert (got.state, got.words) == (state, words)


def test_a_yearly_clock_is_not_soon_for_months() -> None:
    yearly = shape(-60 * 24 * 300, 60 * 24 * 65)
    assert clock_face(yearly).state == "open"
    assert yearly.due_at - soon_from(yearly) == timedelta(hours=12)


def test_a_rule_may_say_when_soon_is() -> None:
    early = ClockShape(NIGHT - timedelta(minutes=1), NIGHT + timedelta(days=9), soon_at=NIGHT - timedelta(seconds=1))
    assert clock_face(early).state == "soon"


def test_text_of_a_due_time_alone() -> None:
    assert clock_text(NIGHT + timedelta(minutes=42)) == "due in 0:42"


@given(
    allowed=st.integers(0, 60 * 24 * 400),
    gone=st.integers(-60, 60 * 24 * 500),
    closed=st.none() | st.integers(0, 60 * 24 * 500),
)
def test_the_bar_never_leaves_its_frame(allowed: int, gone: int, closed: int | None) -> None:
    opened = NIGHT - timedelta(minutes=gone)
    at: datetime | None = None if closed is None else opened + timedelta(minutes=closed)
    got = face(ClockShape(opened, opened + timedelta(minutes=allowed), at), NIGHT, t, moment)
    assert 0 <= got.fill <= GATE
    assert 0 <= got.over <= 100 - GATE
    assert got.words
    assert (got.over > 0) <= (got.state in {"late", "done_late"})
