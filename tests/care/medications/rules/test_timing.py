"""Timings: strict JSON, clear words, and every dose at its moment, over clock changes and month ends."""

import collections
import itertools
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughcare.care.medications import formulary
from throughcare.care.medications.rules import timing as t
from throughcare.care.medications.rules.timing.wording import UNIT_NAMES

ZONE = ZoneInfo("America/New_York")
PASSES = {
    "morning": time(8), "noon": time(12), "evening": time(16), "bedtime": time(20),
    "breakfast": time(7), "lunch": time(11, 30), "supper": time(16, 30), "small_hours": time(2, 30), "one": time(1, 30),
}  # fmt: skip
MG40 = {"value": "40", "unit": "mg"}
MG20 = {"value": "20", "unit": "mg"}
SCALE = {
    "measure": "glucose", "unit": "units", "above_amount": "12",
    "rows": [{"from": 70, "to": 150, "amount": "0"}, {"from": 151, "to": 200, "amount": "2"}, {"from": 201, "to": 400, "amount": "6"}],
}  # fmt: skip
BODIES: dict[str, dict[str, Any]] = {
    "daily": {"kind": "passes", "passes": ["morning"]},
    "twice": {"kind": "passes", "passes": ["morning", "evening"]},
    "uneven": {"kind": "passes", "passes": ["morning", "bedtime"], "doses": [MG40, MG20]},
    "q8h": {"kind": "interval", "hours": 8},
    "mondays": {"kind": "week_days", "days": ["mon"]},
    "mon_thu": {"kind": "week_days", "days": ["mon", "thu"], "passes": ["morning"]},
    "q28d": {"kind": "every", "every": 28, "unit": "days"},
    "monthly": {"kind": "every", "every": 1, "unit": "months", "passes": ["morning"]},
    "fortnight": {"kind": "every", "every": 2, "unit": "weeks", "passes": ["noon"]},
    "once": {"kind": "once"},
    "once_evening": {"kind": "once", "passes": ["evening"]},
    "stat": {"kind": "stat"},
    "prn": {"kind": "prn", "min_interval_minutes": 360, "max_in_24h": 4},
    "meals": {"kind": "meals", "passes": ["breakfast", "supper"], "minutes_before": 15},
    "taper": {"kind": "stepped", "steps": [
        {"days": 2, "dose": MG40, "timing": {"kind": "passes", "passes": ["morning", "evening"]}},
        {"days": 3, "dose": MG20, "timing": {"kind": "passes", "passes": ["morning"]}},
    ]},
    "open_taper": {"kind": "stepped", "steps": [
        {"days": 1, "dose": MG40, "timing": {"kind": "interval", "hours": 6}},
        {"days": None, "dose": MG20, "timing": {"kind": "interval", "hours": 12}},
    ]},
    "sliding": {"kind": "sliding", "base": {"kind": "meals", "passes": ["breakfast"], "minutes_before": 0}, "scale": SCALE},
}  # fmt: skip
TIMINGS = {name: t.from_json(body) for name, body in BODIES.items()}
WORDS = [
    ("daily", "once a day: morning", "una vez al día: mañana"),
    ("twice", "twice a day: morning and evening", "dos veces al día: mañana y fin de la tarde"),
    ("uneven", "twice a day: morning 40 mg and bedtime 20 mg", "dos veces al día: mañana 40 mg y al acostarse 20 mg"),
    ("q8h", "every 8 hours", "cada 8 horas"),
    ("mondays", "Mondays", "los lunes"),
    ("mon_thu", "Mondays and Thursdays: morning", "los lunes y jueves: mañana"),
    ("q28d", "every 28 days", "cada 28 días"),
    ("monthly", "every month: morning", "cada mes: mañana"),
    ("fortnight", "every 2 weeks: noon", "cada 2 semanas: mediodía"),
    ("once", "once", "una sola vez"),
    ("stat", "once, now", "una sola vez, ahora"),
    ("prn", "as needed, at least 6 h apart, at most 4 in 24 h", "si hace falta, con al menos 6 h entre dosis y como máximo 4 en 24 h"),
    ("meals", "15 minutes before breakfast and supper", "15 minutos antes del desayuno y la cena"),
    ("taper", "40 mg twice a day: morning and evening, for 2 days; then 20 mg once a day: morning, for 3 days; then stop",
     "40 mg dos veces al día: mañana y fin de la tarde, por 2 días; después 20 mg una vez al día: mañana, por 3 días; después se termina"),
    ("open_taper", "40 mg every 6 hours, for 1 day; then 20 mg every 12 hours, and so on", "40 mg cada 6 horas, por 1 día; después 20 mg cada 12 horas, y así sigue"),
    ("sliding", "with breakfast, by glucose: below 70: call the prescriber; 70–150: 0 units; 151–200: 2 units; 201–400: 6 units; above 400: 12 units, call the prescriber",
     "con el desayuno, según la glucosa: menos de 70: llame a quien receta; 70–150: 0 unidades; 151–200: 2 unidades; 201–400: 6 unidades; más de 400: 12 unidades, llame a quien receta"),
]  # fmt: skip


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def due(name: str | t.Timing, start: str, days: float = 3, end: str | None = None) -> list[t.Occurrence]:
    begins = local(start)
    return t.occurrences(
        TIMINGS[name] if isinstance(name, str) else name, start=begins, end=local(end) if end else None, pass_times=PASSES,
        zone=ZONE, window_from=begins - timedelta(days=1), window_to=begins + timedelta(days=days),
    )  # fmt: skip


def walls(found: list[t.Occurrence]) -> list[str]:
    return [o.due_at.astimezone(ZONE).strftime("%m-%d %H:%M") for o in found]


@pytest.mark.parametrize("name", BODIES)
def test_json_comes_back_as_it_was(name: str) -> None:
    assert t.to_json(TIMINGS[name]) == BODIES[name]
    assert t.from_json(t.to_json(TIMINGS[name])) == TIMINGS[name]


@pytest.mark.parametrize(("name", "english", "spanish"), WORDS)
def test_words(name: str, english: str, spanish: str) -> None:
    assert t.words(TIMINGS[name]) == english
    assert t.words(TIMINGS[name], "es") == spanish


BAD = [
    ("text", "must be a table"),
    ({"kind": "hourly"}, "no kind of timing"),
    ({"kind": "passes"}, "[passes] is missing"),
    ({"kind": "passes", "passes": []}, "No pass is named"),
    ({"kind": "passes", "passes": "morning"}, "must be a list"),
    ({"kind": "passes", "passes": ["morning", "morning"]}, "named twice"),
    ({"kind": "passes", "passes": ["morning"], "hours": 4}, "[hours] is not known here"),
    ({"kind": "passes", "passes": ["morning", "noon"], "doses": [MG40]}, "[1] doses for [2] passes"),
    ({"kind": "interval", "hours": 0}, "Every [0] hours"),
    ({"kind": "interval", "hours": "8"}, "no whole number"),
    ({"kind": "interval", "hours": True}, "no whole number"),
    ({"kind": "week_days", "days": ["monday"]}, "[monday] is no day"),
    ({"kind": "week_days", "days": ["thu", "mon"]}, "Monday first"),
    ({"kind": "every", "every": 2, "unit": "years"}, "no unit of time"),
    ({"kind": "every", "every": 0, "unit": "days"}, "Every [0] days"),
    ({"kind": "once", "passes": ["morning", "noon"]}, "one pass at most"),
    ({"kind": "prn", "min_interval_minutes": 0, "max_in_24h": 4}, "least time between"),
    ({"kind": "prn", "min_interval_minutes": 60, "max_in_24h": 0}, "most doses in 24"),
    ({"kind": "meals", "passes": ["lunch"], "minutes_before": 121}, "[121] minutes"),
    ({"kind": "stepped", "steps": []}, "no steps"),
    ({"kind": "stepped", "steps": [{"days": 1, "dose": MG40}]}, "[timing] is missing"),
    ({"kind": "stepped", "steps": [{"days": 1, "dose": {"value": 0.5, "unit": "mg"}, "timing": BODIES["daily"]}]}, "as text"),
    ({"kind": "stepped", "steps": [{"days": 1, "dose": {"value": "-1", "unit": "mg"}, "timing": BODIES["daily"]}]}, "can't be [-1]"),
    ({"kind": "stepped", "steps": [{"days": 1, "dose": {"value": "NaN", "unit": "mg"}, "timing": BODIES["daily"]}]}, "no amount"),
    ({"kind": "stepped", "steps": [{"days": 0, "dose": MG40, "timing": BODIES["daily"]}]}, "lasts [0] days"),
    ({"kind": "stepped", "steps": [{"days": None, "dose": MG40, "timing": BODIES["daily"]}] * 2}, "Step [1] has no days"),
    ({"kind": "stepped", "steps": [{"days": 1, "dose": MG40, "timing": BODIES["prn"]}]}, "can't be [prn]"),
    ({"kind": "stepped", "steps": [{"days": 1, "dose": MG40, "timing": BODIES["q28d"]}]}, "at which pass"),
    ({"kind": "stepped", "steps": [{"days": 1, "dose": MG40, "timing": BODIES[n]} for n in ("q8h", "daily")]}, "mix hours with passes"),
    ({"kind": "sliding", "base": BODIES["stat"], "scale": SCALE}, "can't be [stat]"),
    ({"kind": "sliding", "base": BODIES["prn"], "scale": SCALE}, "can't be as needed: say when to measure"),
    ({"kind": "sliding", "base": BODIES["daily"], "scale": {**SCALE, "rows": []}}, "no rows"),
    ({"kind": "sliding", "base": BODIES["daily"], "scale": {**SCALE, "rows": [SCALE["rows"][0], SCALE["rows"][2]]}}, "nothing for [151–200]"),
    ({"kind": "sliding", "base": BODIES["daily"], "scale": {**SCALE, "rows": [SCALE["rows"][0], {"from": 150, "to": 200, "amount": 1}]}}, "[150] stands in two rows"),
    ({"kind": "sliding", "base": BODIES["daily"], "scale": {**SCALE, "rows": [{"from": 9, "to": 7, "amount": 1}]}}, "ends before it begins"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "sentence"), BAD, ids=[str(n) for n in range(len(BAD))])
def test_what_cannot_be_followed_is_refused_with_a_sentence(body: object, sentence: str) -> None:
    with pytest.raises(t.TimingError, match=r"^timing") as refused:
        t.from_json(body)
    assert sentence in str(refused.value)


def test_a_field_of_another_kind_is_refused() -> None:
    with pytest.raises(t.TimingError, match="no place"):
        t.Timing(t.Kind.STAT, hours=4)


TABLE = [
    ("daily", "2026-11-20T09:00", ["11-21 08:00", "11-22 08:00", "11-23 08:00"]),
    ("daily", "2026-11-20T08:00", ["11-20 08:00", "11-21 08:00", "11-22 08:00"]),
    ("twice", "2026-11-20T09:00", ["11-20 16:00", "11-21 08:00", "11-21 16:00", "11-22 08:00", "11-22 16:00", "11-23 08:00"]),
    ("meals", "2026-11-20T09:00", ["11-20 16:15", "11-21 06:45", "11-21 16:15", "11-22 06:45", "11-22 16:15", "11-23 06:45"]),
    ("mondays", "2026-11-21T09:00", ["11-23 09:00"]),
    ("mon_thu", "2026-11-20T09:00", ["11-23 08:00"]),
    ("q28d", "2026-11-20T09:30", ["11-20 09:30"]),
    ("once", "2026-11-20T09:30", ["11-20 09:30"]),
    ("once_evening", "2026-11-20T16:01", ["11-21 16:00"]),
    ("stat", "2026-11-20T09:30", ["11-20 09:30"]),
    ("prn", "2026-11-20T09:30", []),
    ("sliding", "2026-11-20T09:30", ["11-21 07:00", "11-22 07:00", "11-23 07:00"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "start", "expected"), TABLE)
def test_doses_of_three_days(name: str, start: str, expected: list[str]) -> None:
    found = due(name, start)
    assert walls(found) == expected
    assert [o.ordinal for o in found] == list(range(1, len(found) + 1))


def test_a_weekly_dose_ordered_after_its_pass_starts_tomorrow_not_in_a_week() -> None:
    weekly = t.from_json({"kind": "every", "every": 1, "unit": "weeks", "passes": ["morning"]})
    assert walls(due(weekly, "2026-11-20T14:00", days=16)) == ["11-21 08:00", "11-28 08:00", "12-05 08:00"]


def test_months_end_where_they_end() -> None:
    found = walls(due("monthly", "2027-01-31T07:00", days=120))
    assert found == ["01-31 08:00", "02-28 08:00", "03-31 08:00", "04-30 08:00"]


def test_the_order_ends_before_its_end() -> None:
    assert walls(due("daily", "2026-11-20T07:00", end="2026-11-22T08:00")) == ["11-20 08:00", "11-21 08:00"]


def test_passes_keep_the_wall_clock_and_intervals_their_hours_when_clocks_change() -> None:
    for start, changes in (("2026-03-07T08:00", "forward"), ("2026-10-31T08:00", "back")):
        assert {w[-5:] for w in walls(due("daily", start, days=4))} == {"08:00"}, changes
        moments = [o.due_at for o in due("q8h", start, days=4)]
        assert {b - a for a, b in itertools.pairwise(moments)} == {timedelta(hours=8)}


def test_a_skipped_time_moves_forward_and_a_doubled_one_is_the_first() -> None:
    small = t.from_json({"kind": "passes", "passes": ["small_hours"]})
    assert walls(due(small, "2026-03-07T12:00", days=2)) == ["03-08 03:30", "03-09 02:30"]
    one = due(t.from_json({"kind": "passes", "passes": ["one"]}), "2026-10-31T12:00", days=1)
    assert [o.due_at for o in one] == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC)]


def test_an_order_started_in_the_doubled_hour_has_its_dose_at_its_start() -> None:
    start = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    found = t.occurrences(
        TIMINGS["q28d"], start=start, end=None, pass_times={}, zone=ZONE, window_from=start, window_to=start + timedelta(days=30)
    )  # fmt: skip
    assert next((o.due_at, o.ordinal) for o in found) == (start, 1)
    assert walls(found)[1] == "11-29 01:30"


def test_a_taper_goes_down_step_by_step_and_stops() -> None:
    found = due("taper", "2026-11-20T07:00", days=30)
    assert [(w, str(o.dose), o.step) for w, o in zip(walls(found), found, strict=True)] == [
        ("11-20 08:00", "40 mg", 1), ("11-20 16:00", "40 mg", 1), ("11-21 08:00", "40 mg", 1), ("11-21 16:00", "40 mg", 1),
        ("11-22 08:00", "20 mg", 2), ("11-23 08:00", "20 mg", 2), ("11-24 08:00", "20 mg", 2),
    ]  # fmt: skip
    assert [o.ordinal for o in found] == list(range(1, 8))
    assert t.days_covered(TIMINGS["taper"]) == 5
    assert t.days_covered(TIMINGS["open_taper"]) is None


def test_a_taper_ordered_after_its_last_pass_loses_no_day() -> None:
    assert len(due("taper", "2026-11-20T19:00", days=30)) == 7


def test_a_taper_by_hours_keeps_whole_days() -> None:
    found = due("open_taper", "2026-11-20T10:00", days=2)
    assert [(o.step, o.due_at.astimezone(ZONE).hour) for o in found] == [
        (1, 10),
        (1, 16),
        (1, 22),
        (1, 4),
        (2, 10),
        (2, 22),
    ]


def test_an_uneven_order_carries_its_doses() -> None:
    assert [str(o.dose) for o in due("uneven", "2026-11-20T07:00", days=1)] == ["40 mg", "20 mg"]


def test_an_unknown_pass_is_refused() -> None:
    with pytest.raises(t.TimingError, match=r"no pass \[dawn\]"):
        due(t.from_json({"kind": "passes", "passes": ["dawn"]}), "2026-11-20T07:00")


@pytest.mark.parametrize(
    ("value", "amount", "call"),
    [
        (69, None, True),
        (70, 0, False),
        (150, 0, False),
        (151, 2, False),
        (200, 2, False),
        (400, 6, False),
        (401, 12, True),
    ],
)
def test_sliding_scale_at_its_edges(value: int, amount: int | None, call: bool) -> None:
    scale = TIMINGS["sliding"].scale
    assert scale is not None
    answer = t.scale_dose(scale, value)
    assert answer.call_prescriber is call
    assert (answer.dose.value if answer.dose else None) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("name", "times"),
    [("daily", 1), ("twice", 2), ("q8h", 3), ("mon_thu", 1), ("prn", 0), ("taper", 2), ("sliding", 1), ("stat", 1)],
)
def test_doses_per_day(name: str, times: float) -> None:
    assert t.doses_per_day(TIMINGS[name]) == times


starts = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)).map(
    lambda d: d.replace(microsecond=0)
)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(TIMINGS)), starts, st.integers(0, 60), st.integers(1, 72))
def test_any_window_shows_the_same_doses_with_the_same_numbers(
    name: str, start: datetime, skip: int, hours: int
) -> None:
    def of(low: datetime, high: datetime) -> list[t.Occurrence]:
        return t.occurrences(
            TIMINGS[name], start=start, end=None, pass_times=PASSES, zone=ZONE, window_from=low, window_to=high
        )

    whole = of(start - timedelta(days=2), start + timedelta(days=70))
    low = start + timedelta(days=skip)
    high = low + timedelta(hours=hours)
    assert of(low, high) == [o for o in whole if low <= o.due_at < high]
    assert [o.ordinal for o in whole] == list(range(1, len(whole) + 1))
    assert all(o.due_at >= start and o.due_at.tzinfo is UTC for o in whole)
    assert whole == sorted(whole, key=lambda o: o.due_at)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(PASSES)), min_size=1, max_size=5, unique=True), starts)
def test_daily_passes_miss_no_day_even_when_clocks_change(passes: list[str], start: datetime) -> None:
    timing = t.Timing(t.Kind.PASSES, passes=tuple(passes))
    found = t.occurrences(
        timing, start=start, end=None, pass_times=PASSES, zone=ZONE, window_from=start, window_to=start + timedelta(days=400)
    )  # fmt: skip
    days = [o.due_at.astimezone(ZONE).date() for o in found if o.pass_code == passes[0]]
    assert {b - a for a, b in itertools.pairwise(days)} == {timedelta(days=1)}
    assert sorted(o.ordinal for o in found) == list(range(1, len(found) + 1))


# The days around which the clocks go forward and back, in Connecticut.
TURNS = [
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2027, 3, 14, 7, tzinfo=UTC),
]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(TURNS), st.integers(-9 * 24 * 60, 60), st.integers(1, 9),
    st.lists(st.sampled_from(sorted(set(PASSES) - {"small_hours", "one"})), min_size=1, max_size=4, unique=True),
)  # fmt: skip
def test_so_many_days_bring_so_many_doses_over_both_changes_of_the_clocks(turn, before, days, passes) -> None:
    start = turn + timedelta(minutes=before)
    timing = t.Timing(t.Kind.PASSES, passes=tuple(passes))
    end = t.lasting(timing, start, days, ZONE)
    found = t.occurrences(
        timing, start=start, end=end, pass_times=PASSES, zone=ZONE, window_from=start, window_to=start + timedelta(days=30)
    )  # fmt: skip
    assert collections.Counter(o.pass_code for o in found) == dict.fromkeys(passes, days)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(TURNS), st.integers(-12 * 24 * 60, 60), st.lists(st.integers(1, 4), min_size=1, max_size=4),
    st.sampled_from(["morning", "evening", "bedtime"]),
)  # fmt: skip
def test_a_taper_over_the_changes_of_the_clocks_loses_no_dose_and_repeats_none(turn, before, days, code) -> None:
    start = turn + timedelta(minutes=before)
    steps = tuple(
        t.Step(n, t.Dose(Decimal(9 - i), "tablet"), t.Timing(t.Kind.PASSES, passes=(code,))) for i, n in enumerate(days)
    )
    taper = t.Timing(t.Kind.STEPPED, steps=steps)
    end = t.lasting(taper, start, t.days_covered(taper) or 0, ZONE)
    found = t.occurrences(
        taper, start=start, end=end, pass_times=PASSES, zone=ZONE, window_from=start, window_to=start + timedelta(days=60)
    )  # fmt: skip
    assert [o.step for o in found] == [i for i, n in enumerate(days, 1) for _ in range(n)]
    assert len({o.due_at.astimezone(ZONE).date() for o in found}) == sum(days)


def test_doses_by_hours_keep_their_number_over_the_changes_of_the_clocks() -> None:
    by_scale = t.from_json({"kind": "sliding", "base": BODIES["q8h"], "scale": SCALE})
    for turn in TURNS:
        for timing in (TIMINGS["q8h"], by_scale):
            start = turn - timedelta(days=1)
            end = t.lasting(timing, start, 3, ZONE)
            assert end - start == timedelta(days=3)


@pytest.mark.parametrize(
    ("value", "unit", "english", "spanish"),
    [
        ("1", "tablet", "1 tablet", "1 tableta"), ("2.0", "tablet", "2 tablets", "2 tabletas"), ("0.5", "tablet", "0.5 tablet", "0.5 tableta"),
        ("1.5", "tablet", "1.5 tablets", "1.5 tabletas"), ("0", "units", "0 units", "0 unidades"), ("100", "mg", "100 mg", "100 mg"),
        ("2", "patch", "2 patches", "2 parches"), ("10", "cm", "10 cm", "10 cm"),
        ("100", "piece", "100 pieces", "100 piezas"),
        ("1", "key", "1 key", "1 llave"),
    ],
)  # fmt: skip
def test_doses_in_words(value: str, unit: str, english: str, spanish: str) -> None:
    dose = t.Dose(Decimal(value), unit)
    assert (t.dose_words(dose), t.dose_words(dose, "es")) == (english, spanish)


def test_every_counted_unit_of_the_formulary_has_its_words() -> None:
    units = {product.unit for product in formulary.load().products}
    assert units - set(UNIT_NAMES) == {"mg", "mL"}
