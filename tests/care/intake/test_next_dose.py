"""When the next dose of what somebody arrived with is due, told in one key a medicine (INT-04-DOSE, MOU-01-DOSE, ruling 3)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.care.intake.test_thread import answer_instruments, arrival, hartford, healthy, nurse  # noqa: F401
from throughcare.care.intake import actions
from throughcare.care.intake.next_dose import load_intervals, of_medicine, of_programme
from throughcare.chart.models import HomeMedicine
from throughcare.duties.models import Duty
from throughcare.kernel import clock

ZONE = ZoneInfo("America/New_York")
LAST = datetime(2026, 11, 20, 8, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("often", "critical", "due", "not_before"),
    [
        ("daily", ["hiv"], "2026-11-21 08:00", "2026-11-21 06:00"),
        ("daily", ["insulin"], "2026-11-21 08:00", "2026-11-21 07:30"),  # bound to the half-hour (2.3)
        ("twice", ["anticoagulant"], "2026-11-20 20:00", "2026-11-20 19:00"),
        ("twice", ["anticonvulsant", "benzodiazepine"], "2026-11-20 20:00", "2026-11-20 19:30"),
        ("three", [], "2026-11-20 16:00", "2026-11-20 15:00"),
        ("four", ["steroid"], "2026-11-20 14:00", "2026-11-20 13:00"),
        ("weekly", [], "2026-11-27 08:00", "2026-11-27 06:00"),
    ],
)
def test_the_next_dose_is_one_interval_after_the_last(often: str, critical, due: str, not_before: str) -> None:
    found = of_medicine(LAST, often, critical, load_intervals())
    assert found is not None
    assert [f"{m.astimezone(ZONE):%Y-%m-%d %H:%M}" for m in (found.due_at, found.not_before)] == [due, not_before]


@pytest.mark.parametrize(("last", "often"), [(None, "daily"), (LAST, "needed"), (LAST, "unknown"), (LAST, "")])
def test_what_is_not_known_leaves_the_next_pass(last, often: str) -> None:
    assert of_medicine(last, often, ["insulin"], load_intervals()) is None


@pytest.mark.parametrize(
    ("medicine", "known"),
    [("methadone", True), ("buprenorphine", True), ("buprenorphine-xr", False), ("naltrexone", False)],
)
def test_an_observed_daily_dose_has_a_minimum_interval(medicine: str, known: bool) -> None:
    found = of_programme(LAST, medicine, load_intervals())
    assert (found is not None) is known
    if found is not None:
        assert (found.due_at - LAST, found.not_before - LAST) == (timedelta(hours=24), timedelta(hours=18))
    assert of_programme(None, medicine, load_intervals()) is None


def test_a_morning_stays_a_morning_when_the_clocks_change_and_hours_pass_as_hours() -> None:
    eve = datetime(2026, 10, 31, 20, 0, tzinfo=ZONE)  # clocks go back at two in the night
    daily, twice = (of_medicine(eve, often, [], load_intervals()) for often in ("daily", "twice"))
    assert daily is not None and twice is not None
    assert f"{daily.due_at.astimezone(ZONE):%H:%M}" == "20:00"
    assert twice.due_at.astimezone(UTC) - eve.astimezone(UTC) == timedelta(hours=12)


def stamp(at: datetime) -> list[str]:
    return [f"{at.astimezone(clock.zone()):%Y-%m-%dT%H:%M}"]


@pytest.mark.django_db
def test_the_clock_of_a_dose_binds_at_the_time_that_was_told(nurse, arrival) -> None:  # noqa: F811
    person = arrival.person_id
    last = clock.now().replace(second=0, microsecond=0) - timedelta(hours=5)
    about = {"actor": nurse, "person_id": person, "arrival_id": arrival.id}
    told = {
        "takes-medicines": ["yes"],
        "medicine.drug:0": ["Apixaban"],
        "medicine.dose:0": ["5 mg"],
        "medicine.often:0": ["twice"],
        "medicine.last:0": stamp(last),
        "medicine.critical:0": ["anticoagulant"],
        "medicine.verified:0": ["not-yet"],
        "substances": ["treatment"],
        "programme-medicine": ["methadone"],
        "programme-clinic": ["Sample Clinic, Hartford"],
        "programme-dose": ["80 mg"],
        "programme-last": stamp(last),
        "disposition": ["withdrawal-unit"],
    }
    actions.save_screening(**about, posted=healthy(**told))
    observed = Duty.objects.get(person_id=person, rule="MOU-01-DOSE")
    answer_instruments(nurse, arrival)
    actions.sign_screening(**about)
    home = HomeMedicine.objects.get(person_id=person, text="Apixaban")
    assert home.dose == "5 mg, twice a day"
    dose = Duty.objects.get(person_id=person, rule="INT-04-DOSE", about=home.id)
    assert (dose.due_at - last, dose.not_before - last) == (timedelta(hours=12), timedelta(hours=11))
    observed.refresh_from_db()
    assert (observed.outcome, observed.reason) == ("excused", "programme dose told")
    again = Duty.objects.get(person_id=person, rule="MOU-01-DOSE", closed_at=None)
    assert (again.about, again.due_at - last) == (observed.about, timedelta(hours=24))
    assert again.not_before - last == timedelta(hours=18)
