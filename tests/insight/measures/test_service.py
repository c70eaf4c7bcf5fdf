"""Measures of access, medicines, safety and going home on made histories, at every edge of their definitions."""

from datetime import date

import pytest

from tests.insight.measures.warehouse import at, opened, put, released, stayed, utc, year
from throughcare.insight.measures import definitions, running


@pytest.fixture(scope="module")
def engine():
    with opened() as con:
        yield con


@pytest.fixture
def con(engine):
    engine.begin()
    yield engine
    engine.rollback()


def whole(con, name, period=None):
    """Give numerator, denominator and excluded of a measure."""
    number = running.run(con, definitions.find(name), period or year(), strata=False)[0]
    return number.numerator, round(number.denominator, 6), number.excluded


def duty(con, due="2026-03-01 14:00", closed=None, outcome=None, rule="IHA-01", **more):
    return put(
        con,
        "duty",
        rule=rule,
        person_id="p1",
        facility="hartford",
        opened_at=at("2026-01-01 00:00"),
        due_at=at(due),
        closed_at=at(closed) if closed else None,
        outcome=outcome,
        **more,
    )


@pytest.mark.parametrize(
    ("closed", "outcome", "expected"),
    [
        ("2026-03-01 14:00", "done", (1, 1, 0)),
        ("2026-03-01 14:01", "done", (0, 1, 0)),
        (None, None, (0, 1, 0)),
        ("2026-03-01 13:00", "refused", (0, 1, 0)),
        ("2026-03-01 13:00", "void", (0, 0, 1)),
        ("2026-03-01 15:00", "excused", (0, 0, 1)),
        ("2026-03-01 13:00", "converted", (0, 0, 1)),
        ("2026-03-01 14:01", "converted", (0, 1, 0)),
    ],
)
def test_a_duty_counts_by_its_outcome_and_its_due_time(con, closed, outcome, expected):
    duty(con, closed=closed, outcome=outcome)
    assert whole(con, "A-IHA") == expected


@pytest.mark.parametrize(
    ("due", "counts"),
    [
        ("2025-12-31 23:59", 0),
        ("2026-01-01 00:00", 1),
        ("2026-12-31 23:59", 1),
        ("2027-01-01 00:00", 0),
    ],
)
def test_a_duty_belongs_to_the_local_day_it_was_due(con, due, counts):
    duty(con, due=due)
    assert whole(con, "A-IHA")[1] == counts


def test_what_is_not_due_yet_does_not_count(con):
    duty(con, due="2026-03-01 14:00")
    assert whole(con, "A-IHA", year(now=utc("2026-03-01 13:59")))[1] == 0
    assert whole(con, "A-IHA", year(now=utc("2026-03-01 14:00")))[1] == 1


def test_only_the_measures_own_rules_count_and_each_miss_has_its_cause(con):
    duty(con, rule="INT-03")
    duty(con, closed="2026-03-01 13:00", outcome="refused")
    duty(con, closed="2026-03-01 13:00", outcome="done")
    duty(con)
    assert whole(con, "A-IHA") == (1, 3, 0)
    assert [row["cause"] for row in running.evidence(con)] == ["person", "", "service"]


def dose(con, outcome, status="completed", due="2026-03-01 08:00", **more):
    return put(
        con,
        "dose",
        **{
            "kind": "administration",
            "person_id": "p1",
            "facility": "hartford",
            "status": status,
            "outcome": outcome,
            "due_at": at(due),
            "not_done": status != "completed",
            **more,
        },
    )


def test_doses_are_given_or_missed_for_somebodys_reason(con):
    dose(con, "given")
    dose(con, "given-late")
    dose(con, "refused", "not-done")
    dose(con, "no-show", "not-done")
    dose(con, "not-available", "not-done")
    dose(con, "held", "not-done")
    dose(con, "away", "not-done")
    dose(con, None, kind="dispense")
    dose(con, "given", due="2027-01-01 00:00")
    missed = running.run(con, definitions.find("M-MISS"), year())[0]
    assert (missed.numerator, missed.denominator) == (1, 5)
    assert missed.estimate.value == pytest.approx(200)


def test_deaths_are_per_time_in_custody(con):
    stayed(con, "p1", "2025-12-31", "2026-12-31")
    stayed(con, "p2", "2026-07-01", "2027-01-05")
    for _ in range(2):
        put(
            con,
            "move",
            person_id="p2",
            stay_id="s",
            kind="death",
            from_facility="hartford",
            happened_at=at("2026-12-31 23:00"),
        )
    put(con, "move", person_id="p1", stay_id="s", kind="death", happened_at=at("2026-05-05 10:00"), cancelled=True)
    days = 365 + 184
    assert whole(con, "S-DEATH") == (1, pytest.approx(days / 365.25), 0)


@pytest.mark.parametrize(("again", "hit"), [("2026-04-09 23:59", 1), ("2026-04-10 00:00", 0), ("2026-03-10 10:00", 1)])
def test_a_second_trip_within_30_days_of_the_return(con, again, hit):
    put(con, "incident", kind="trip", person_id="p1", start_at=at("2026-03-09 10:00"), end_at=at("2026-03-10 10:00"))
    put(con, "incident", kind="trip", person_id="p1", start_at=at(again))
    put(con, "incident", kind="trip", person_id="p2", start_at=at("2026-03-11 10:00"))
    assert whole(con, "S-ED30")[:2] == (hit, 1)


def test_a_trip_ending_within_the_last_30_days_does_not_count_yet(con):
    put(con, "incident", kind="trip", person_id="p1", start_at=at("2026-03-09 10:00"), end_at=at("2026-03-10 10:00"))
    assert whole(con, "S-ED30", year(now=utc("2026-04-09 23:59")))[1] == 0


def test_visits_not_kept_by_whose_reason(con):
    for hour, side, status in ((9, "custody", "noshow"), (10, "person", "noshow"), (11, None, "fulfilled")):
        start = at(f"2026-03-01 {hour:02}:00")
        put(con, "appointment", person_id="p1", facility="hartford", start_at=start, status=status, source="schedule")
        if side:
            put(con, "incident", kind="visit-missed", person_id="p1", detail=f"{side}:lockdown", start_at=start)
    put(con, "appointment", person_id="p1", start_at=at("2026-03-01 12:00"), status="cancelled", source="schedule")
    assert whole(con, "A-NOSHOW-C") == (1, 3, 1)
    assert whole(con, "A-NOSHOW-P") == (1, 3, 1)
    assert whole(con, "A-NOSHOW-H") == (0, 3, 1)


@pytest.mark.parametrize(
    ("when", "counts"), [("2025-12-31 23:59", 0), ("2026-01-01 00:00", 1), ("2027-01-01 00:00", 0)]
)
def test_a_release_belongs_to_the_local_day_it_happened(con, when, counts):
    released(con, "p1", when)
    assert whole(con, "R-RTC6")[1] == counts


def test_a_cancelled_release_or_a_transfer_is_none(con):
    released(con, "p1", "2026-03-01 10:00", cancelled=True)
    released(con, "p2", "2026-03-01 10:00", kind="transfer")
    assert whole(con, "R-RTC6") == (0, 0, 0)


@pytest.mark.parametrize(
    ("finished", "planned", "admitted", "expected"),
    [
        ("2026-01-30 23:59", True, "2025-01-01 10:00", (1, 1, 0)),
        ("2026-01-31 00:00", True, "2025-01-01 10:00", (0, 1, 0)),
        ("2026-01-30 10:00", False, "2025-01-01 10:00", (0, 0, 0)),
        ("2026-02-20 10:00", True, "2026-02-15 10:00", (0, 0, 1)),
    ],
)
def test_a_plan_is_done_30_days_before_a_planned_release(con, finished, planned, admitted, expected):
    released(con, "p1", "2026-03-01 10:00", admitted, planned=planned)
    put(con, "release_step", kind="plan", person_id="p1", start_at=at(admitted), end_at=at(finished))
    assert whole(con, "R-PLAN") == expected


@pytest.mark.parametrize(
    ("planned", "days", "hit"), [(True, 30, 1), (True, 29, 0), (False, 7, 1), (False, 6, 0), (True, None, 0)]
)
def test_medicines_in_hand_for_30_days_or_7(con, planned, days, hit):
    released(con, "p1", "2026-03-01 10:00", planned=planned)
    order = {"kind": "order", "intent": "order", "status": "active", "authored_at": at("2026-02-01 10:00")}
    put(con, "medication_order", person_id="p1", **order)
    if days:
        put(con, "release_step", kind="bridge", person_id="p1", start_at=at("2026-02-27 10:00"), supply_days=days)
    assert whole(con, "R-MED") == (hit, 1, 0)


def test_who_left_without_a_medicine_on_order_is_not_asked(con):
    released(con, "p1", "2026-03-01 10:00")
    put(con, "medication_order", person_id="p1", kind="statement", status="active", authored_at=at("2026-02-01 10:00"))
    ended = {"kind": "order", "intent": "order", "status": "completed", "authored_at": at("2026-02-01 10:00")}
    put(con, "medication_order", person_id="p1", end_at=at("2026-02-20 10:00"), **ended)
    assert whole(con, "R-MED")[1] == 0


@pytest.mark.parametrize(
    ("contact", "reached", "seven", "thirty"),
    [
        ("2026-03-08 23:59", True, 1, 1),
        ("2026-03-09 00:00", True, 0, 1),
        ("2026-03-31 23:59", True, 0, 1),
        ("2026-04-01 00:00", True, 0, 0),
        ("2026-03-02 10:00", False, 0, 0),
        ("2026-02-28 10:00", True, 0, 0),
    ],
)
def test_reached_within_7_and_30_days_of_release(con, contact, reached, seven, thirty):
    released(con, "p1", "2026-03-01 10:00")
    put(con, "release_step", kind="contact", person_id="p1", start_at=at(contact), reached=reached)
    assert (whole(con, "R-F7")[0], whole(con, "R-F30")[0]) == (seven, thirty)


def test_who_is_back_in_custody_before_a_contact_is_left_out(con):
    released(con, "p1", "2026-03-01 10:00")
    put(con, "stay", person_id="p1", status="open", admitted_at=at("2026-03-05 10:00"))
    assert whole(con, "R-F7") == (0, 0, 1)
    put(con, "release_step", kind="contact", person_id="p1", start_at=at("2026-03-02 10:00"), reached=True)
    assert whole(con, "R-F7") == (1, 1, 0)


@pytest.mark.parametrize(
    ("back", "six", "twelve"), [("2026-09-01 23:59", 1, 1), ("2026-09-02 00:00", 0, 1), ("2027-03-02 00:00", 0, 0)]
)
def test_a_return_to_custody_is_another_stay_within_the_months(con, back, six, twelve):
    released(con, "p1", "2026-03-01 10:00")
    put(con, "stay", person_id="p1", status="open", admitted_at=at(back))
    put(con, "stay", person_id="p1", status="cancelled", admitted_at=at("2026-03-02 10:00"))
    assert (whole(con, "R-RTC6")[0], whole(con, "R-RTC12")[0]) == (six, twelve)
    assert whole(con, "R-RTC36")[1] == 1
    assert whole(con, "R-RTC36", year(now=utc("2029-03-01 23:59")))[1] == 0


def test_who_died_after_release_is_left_out_of_returns(con):
    released(con, "p1", "2026-03-01 10:00")
    put(con, "person", id="p1", deceased_at=at("2026-05-01 10:00"))
    assert whole(con, "R-RTC6") == (0, 0, 1)


def test_strata_are_of_the_person_the_place_and_the_moment(con):
    put(con, "person", id="p1", sex="female", birth_date=date(2001, 3, 2), language="es")
    put(con, "legal_status", person_id="p1", stay_id="s", number=1, kind="accused", since=at("2026-01-01 00:00"))
    put(con, "legal_status", person_id="p1", stay_id="s", number=2, kind="sentenced", since=at("2026-03-01 15:00"))
    duty(con, due="2026-03-01 14:00")
    duty(con, due="2026-03-02 14:00")
    found = running.run(con, definitions.find("A-IHA"), year())
    strata = {(n.stratifier, n.stratum): n.denominator for n in found}
    assert strata[("sex", "female")] == 2
    assert strata[("age_band", "18-24")] == strata[("age_band", "25-34")] == 1
    assert strata[("legal_status", "accused")] == strata[("legal_status", "sentenced")] == 1
    assert strata[("race_ethnicity", "not said")] == 2
    assert strata[("facility", "hartford")] == 2


def test_a_small_base_is_said(con):
    duty(con)
    assert running.run(con, definitions.find("A-IHA"), year())[0].small
    for _ in range(29):
        duty(con)
    assert not running.run(con, definitions.find("A-IHA"), year())[0].small


def test_minutes_are_of_what_was_done(con):
    duty(con, closed="2026-01-01 01:00", outcome="done")
    duty(con, closed="2026-01-01 03:00", outcome="done")
    duty(con, closed="2026-01-01 09:00", outcome="refused")
    number = running.run(con, definitions.find("A-IHA"), year())[0]
    assert (number.median_minutes, number.longest_minutes) == (120, 180)


def test_an_empty_warehouse_gives_nothing_and_breaks_nothing(con):
    for definition in definitions.every():
        if definition.waits_for:
            with pytest.raises(running.Waiting, match=definition.id):
                running.query(definition)
        else:
            number = running.run(con, definition, year(), strata=False)[0]
            assert (number.numerator, number.denominator, number.estimate) == (0, 0, None), definition.id
