"""Passes: every dose belongs to exactly one, cells in walking order, a rank for lockdown."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughcare.care.medications.rules import passes, tables
from throughcare.care.medications.rules.traits import Traits
from throughcare.kernel import content

TABLE = tables.passes()
ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 21, 13, tzinfo=UTC)


def test_the_day() -> None:
    assert TABLE.lines() == (("morning", time(8)), ("noon", time(12)), ("evening", time(16)), ("bedtime", time(20)))
    assert TABLE.times()["breakfast"] == time(6, 30)
    assert all(name.en and name.es for name in TABLE.names().values())
    assert [at for _, at in TABLE.lines()] == content.load("calendar/connecticut.toml")["passes"]


def test_a_facility_may_set_its_own_times() -> None:
    own = replace(TABLE, facilities={"york": {"bedtime": time(21)}})
    assert own.times("york")["bedtime"] == time(21)
    assert own.times("osborn")["bedtime"] == time(20)


@pytest.mark.parametrize(
    ("local", "code", "day"),
    [
        ("2026-11-21T08:00", "morning", 21), ("2026-11-21T09:59", "morning", 21), ("2026-11-21T10:00", "noon", 21),
        ("2026-11-21T01:59", "bedtime", 20), ("2026-11-21T02:00", "morning", 21), ("2026-11-21T23:00", "bedtime", 21),
    ],
)  # fmt: skip
def test_a_dose_is_on_the_nearest_pass(local: str, code: str, day: int) -> None:
    span = passes.pass_of(datetime.fromisoformat(local).replace(tzinfo=ZONE), TABLE, ZONE)
    assert span
    assert (span.code, span.day.day) == (code, day)


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2025, 1, 1), date(2028, 1, 1)))
def test_spans_meet_without_gap_or_overlap_over_clock_changes(day: date) -> None:
    days = [s for n in range(3) for s in passes.spans(day + timedelta(days=n), TABLE, ZONE)]
    assert all(one.closes == two.opens for one, two in pairwise(days))
    assert all(s.opens <= s.at < s.closes for s in days)


def test_no_lines_no_spans() -> None:
    assert passes.spans(date(2026, 1, 1), replace(TABLE, passes=()), ZONE) == ()
    assert passes.pass_of(NOW, replace(TABLE, passes=()), ZONE) is None


def test_cells_in_walking_order() -> None:
    walked = ["A-1", "A-2", "A-10", "a-10 lower", "B-1", "B-1-2", "C 3"]
    assert sorted(sorted(walked), key=passes.cell_order) == walked
    assert sorted(sorted(walked, reverse=True), key=passes.cell_order) == walked


def test_what_kills_comes_first_under_lockdown() -> None:
    ranks = [
        (Traits(insulin=True), 0), (Traits(anticoagulant=True), 0), (Traits(anticonvulsant=True), 0), (Traits(opioid_treatment=True), 0),
        (Traits(time_critical=True), 1), (Traits(critical=True), 1), (Traits(psychotropic=True), 2), (Traits(hiv=True), 2), (Traits(), 3),
    ]  # fmt: skip
    assert [passes.criticality(traits) for traits, _ in ranks] == [rank for _, rank in ranks]
