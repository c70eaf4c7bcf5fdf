"""Demand and capacity on made rows: every edge of an hour, overlaps, what the record does not know yet, clocks that change."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.insight.made import at
from tests.insight.made import tables as empty_tables
from throughcare.insight.resources.tables import QUERIES, prepare
from throughcare.insight.schema import BY_NAME

ids = count()
KNOWN = at("2026-11-01 00:00")


def tables(**some: list[dict]):
    """Made tables whose record ends with October."""
    con = empty_tables(**some)
    prepare(con, KNOWN.replace(tzinfo=UTC))
    return con


def rows(con, name: str) -> list[dict]:
    found = con.execute(QUERIES[name])
    names = [d[0] for d in found.description]
    assert set(names) == set(BY_NAME[name].names)
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def made(**tables_: list[dict]):
    filled = {
        name: [{"id": f"x{next(ids)}", "person_id": "p1", "facility": "f1", "data_class": "clinical"} | r for r in some]
        for name, some in tables_.items()
    }
    filled = {n: [{k: v for k, v in r.items() if k in BY_NAME[n].names} for r in some] for n, some in filled.items()}
    return tables(**filled)


def arrival(came: str, signed: str | None = None, **more) -> dict:
    return {"arrived_at": at(came), "signed_at": at(signed) if signed else None, "status": "signed"} | more


def test_every_table_can_be_made_of_nothing() -> None:
    con = made()
    assert all(rows(con, name) == [] for name in QUERIES)


def test_who_comes_is_counted_in_the_hour_of_the_wall() -> None:
    con = made(
        arrival=[arrival("2026-10-05 00:00"), arrival("2026-10-05 00:59"), arrival("2026-10-05 01:00")],
        incident=[{"kind": "code", "drill": True, "start_at": at("2026-10-05 00:10")}],
    )
    found = {(str(r["day"]), r["hour"], r["kind"]): r["came"] for r in rows(con, "demand_hour")}
    assert found == {("2026-10-05", 0, "arrival"): 2, ("2026-10-05", 1, "arrival"): 1}


def test_doses_due_are_counted_by_the_hour_and_nothing_else_that_was_charted() -> None:
    doses = [{"kind": "administration", "due_at": at(f"2026-10-05 08:{m:02}")} for m in (0, 30, 59)]
    doses += [{"kind": "administration", "due_at": at("2026-10-05 09:00"), "facility": None}]
    doses += [{"kind": "dispense", "due_at": at("2026-10-05 08:10")}]
    doses += [{"kind": "administration", "due_at": KNOWN}]  # due when the record ends
    found = {(r["facility"], r["hour"], r["kind"]): r["came"] for r in rows(made(dose=doses), "demand_hour")}
    assert found == {("f1", 8, "dose_due"): 3, ("unknown", 9, "dose_due"): 1}


def test_what_comes_after_the_record_ends_is_not_counted() -> None:
    after = (KNOWN + timedelta(minutes=1)).isoformat(sep=" ")
    con = made(arrival=[arrival("2026-10-05 00:00") | {"arrived_at": datetime.fromisoformat(after)}])
    assert rows(con, "demand_hour") == rows(con, "waiting_hour") == []


def test_where_clocks_go_back_one_hour_comes_twice() -> None:
    """1 November 2026: 01:30 in daylight time, and an hour later 01:30 again. The record of these tests ends there."""
    con = made(
        shift=[{"role": "rn", "on_call": False, "start_at": at("2026-03-08 00:00"), "end_at": at("2026-03-08 04:00")}]
    )
    assert [(r["hour"], r["here"]) for r in sorted(rows(con, "staff_hour"), key=lambda r: r["hour_at"])] == [
        (0, 1),
        (1, 1),
        (3, 1),
    ]


def test_a_shift_is_cut_into_hours_and_on_call_is_apart() -> None:
    con = made(
        shift=[
            {"role": "rn", "on_call": False, "start_at": at("2026-10-05 07:00"), "end_at": at("2026-10-05 08:30")},
            {"role": "rn", "on_call": False, "start_at": at("2026-10-05 07:30"), "end_at": at("2026-10-05 08:00")},
            {"role": "rn", "on_call": True, "start_at": at("2026-10-05 08:00"), "end_at": at("2026-10-05 09:00")},
        ]
    )
    found = {r["hour"]: (r["here"], r["on_call"]) for r in rows(con, "staff_hour")}
    assert found == {7: (1.5, 0), 8: (0.5, 1)}


def test_two_lockdowns_at_once_lock_once() -> None:
    con = made(
        lockdown=[
            {"unit": None, "start_at": at("2026-10-05 07:00"), "end_at": at("2026-10-05 07:40")},
            {"unit": None, "start_at": at("2026-10-05 07:30"), "end_at": at("2026-10-05 08:10")},
            {"unit": None, "start_at": at("2026-10-05 08:10"), "end_at": at("2026-10-05 08:20")},
            {"unit": "u1", "start_at": at("2026-10-05 07:00"), "end_at": at("2026-10-05 07:05")},
        ]
    )
    found = {(r["unit"], r["hour"]): r["minutes"] for r in rows(con, "lockdown_hour")}
    assert found == {("", 7): 60, ("", 8): 20, ("u1", 7): 5}


def test_a_lockdown_that_goes_on_lasts_until_the_record_ends() -> None:
    con = made(lockdown=[{"unit": None, "start_at": at("2026-10-31 20:00"), "end_at": None}])
    assert (
        sum(r["minutes"] for r in rows(con, "lockdown_hour")) == (KNOWN - at("2026-10-31 20:00")).total_seconds() / 60
    )


def test_a_queue_hour_by_hour() -> None:
    """Three wait for screening: one for half an hour, one over the hour, one still."""
    con = made(
        arrival=[
            arrival("2026-10-31 22:00", "2026-10-31 22:30"),
            arrival("2026-10-31 22:45", "2026-10-31 23:15"),
            arrival("2026-10-31 23:30"),
        ]
    )
    found = {r["hour"]: r for r in rows(con, "waiting_hour") if r["queue"] == "screening"}
    assert set(found) == {22, 23}
    assert [found[22][k] for k in ("joined", "served", "waited_minutes", "at_end")] == [2, 1, 45, 1]
    assert found[22]["longest_minutes"] == 15
    assert [found[23][k] for k in ("joined", "served", "waited_minutes", "at_end")] == [1, 1, 45, 1]
    assert found[23]["longest_minutes"] == 30


def test_served_on_the_stroke_is_served_in_the_hour_before() -> None:
    con = made(arrival=[arrival("2026-10-05 22:00", "2026-10-05 23:00")])
    found = rows(con, "waiting_hour")
    assert [(r["hour"], r["joined"], r["served"], r["at_end"]) for r in found] == [(22, 1, 1, 0)]


def test_how_long_a_service_takes_is_a_spread() -> None:
    con = made(
        arrival=[arrival("2026-10-05 10:00", f"2026-10-05 10:{m:02}") for m in (10, 20, 30, 40, 50)]
        + [arrival("2026-10-06 10:00")]
    )
    (found,) = rows(con, "service_time")
    assert (found["kind"], found["month"], found["services"]) == ("screening", "2026-10", 5)
    assert (found["mean_minutes"], found["p50_minutes"], found["p90_minutes"], found["longest_minutes"]) == (
        30,
        30,
        46,
        50,
    )


def visit(when: str, reason: str | None = None) -> tuple[str, dict]:
    if reason is None:
        seen = {"state": "closed", "received_at": at("2026-10-01 00:00"), "seen_at": at(when)}
        return "communication", seen
    return "incident", {"kind": "visit-missed", "detail": reason, "start_at": at(when)}


@pytest.mark.parametrize(
    ("reasons", "given", "not_given", "refused", "other"),
    [
        ([None], 1, 0, 0, 0),
        (["custody:not-brought"], 0, 1, 0, 0),
        (["health:lockdown"], 0, 1, 0, 0),
        (["health:refused-in-person"], 0, 0, 1, 0),
        (["health:refused-in-person", "patient:not-brought"], 0, 1, 0, 0),  # two words on one visit: the failure stands
        (["health:court"], 0, 0, 0, 1),
    ],
)
def test_visits_asked_and_given(reasons, given, not_given, refused, other) -> None:
    found: dict[str, list[dict]] = {}
    for reason in reasons:
        table, row = visit("2026-10-05 10:00", reason)
        found.setdefault(table, []).append(row)
    (row,) = rows(made(**found), "escort_day")
    assert (row["kind"], row["asked"]) == ("clinic", 1)
    assert (row["held"], row["not_brought"], row["refused"], row["other"], row["unknown"]) == (
        given,
        not_given,
        refused,
        other,
        0,
    )


def test_a_visit_outside_counts_while_in_custody_and_may_have_no_word() -> None:
    placement = {"since": at("2026-10-01 00:00"), "until": at("2026-10-10 00:00"), "stay_id": "s", "away": False}
    appointments = [
        {"source": "appointment", "status": status, "start_at": at(f"2026-10-{day:02} 10:00")}
        for status, day in (("booked", 5), ("fulfilled", 6), ("cancelled", 7), ("booked", 12))
    ]
    found = rows(made(appointment=appointments, placement=[placement]), "escort_day")
    assert sorted((str(r["day"]), r["asked"], r["held"], r["unknown"]) for r in found) == [
        ("2026-10-05", 1, 0, 1),
        ("2026-10-06", 1, 1, 0),
    ]


SPANS = st.lists(st.tuples(st.integers(0, 600), st.one_of(st.none(), st.integers(1, 400))), max_size=8)
EMPTY = tables()


@settings(max_examples=20)
@given(SPANS)
def test_nobody_is_lost_in_a_queue(drawn) -> None:
    """Joined is served or still there, hour by hour; the minutes are those of the waits."""
    EMPTY.execute("DELETE FROM arrival")
    start, minutes, waits = at("2026-10-05 00:00"), 0.0, []
    for came, took in drawn:
        ends = start + timedelta(minutes=came + took) if took else None
        row = dict.fromkeys(BY_NAME["arrival"].names) | {"id": f"a{next(ids)}", "person_id": "p", "facility": "f1"}
        row |= {
            "data_class": "clinical",
            "status": "signed",
            "arrived_at": start + timedelta(minutes=came),
            "signed_at": ends,
        }
        EMPTY.execute(f"INSERT INTO arrival VALUES ({', '.join('?' * len(row))})", list(row.values()))
        minutes += took if took else (KNOWN - row["arrived_at"]).total_seconds() / 60
        waits.append((row["arrived_at"], ends or KNOWN + timedelta(days=1)))
    found = sorted((r for r in rows(EMPTY, "waiting_hour") if r["queue"] == "screening"), key=lambda r: r["hour_at"])
    assert sum(r["waited_minutes"] for r in found) == pytest.approx(minutes, abs=0.01 * (len(found) + 1))
    there = 0
    for r in found:
        there += r["joined"] - r["served"]
        assert r["at_end"] == there
        over = r["hour_at"] + timedelta(hours=1)
        left = [over - since for since, until in waits if since < over < until]
        assert (len(left), r["longest_minutes"]) == (there, max(left).total_seconds() / 60 if left else None)
