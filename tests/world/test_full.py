"""The whole agency, at its own size: minutes, not seconds."""

from datetime import UTC, datetime

import pytest

from throughcare.custody.models import Facility, Placement
from throughcare.kernel import clock
from throughcare.people.models import Person
from throughcare.world import build
from throughcare.world.cast import Casting
from throughcare.world.past import DAY, ZONE, Period, house, lives
from throughcare.world.population import sites
from throughcare.world.shares import about, shares

NOW = datetime(2026, 11, 18, 15, 20, tzinfo=UTC)


def quiet(part: float, what: str = "") -> None:
    """Say nothing of progress."""


@pytest.mark.django_db
@pytest.mark.slow
def test_shares_of_the_whole_agency() -> None:
    """Sample all 11,000 without writing them: the published shares come out."""
    from random import Random

    sampled, random = shares(), Random(3)
    period = Period(11_000, 60, NOW - DAY)
    everybody = lives(sampled, Casting(sampled, 3, NOW.date()), period, random)
    house(everybody, sites(), random)
    here = [life for life in everybody if life.left is None]
    assert 10_900 <= len(here) <= 11_100
    flow = [life for life in everybody if life.admitted >= period.begins]
    assert 3300 <= len(flow) <= 4300, "about 22,000 a year"
    women = sum(life.who.sex == "female" for life in here) / len(here)
    assert 0.05 < women < 0.12
    accused = sum(life.accused for life in here) / len(here)
    assert 0.27 < accused < 0.42
    unplanned = [life for life in everybody if life.left and not life.planned]
    assert 0.28 < len(unplanned) / sum(life.left is not None for life in everybody) < 0.38
    spanish = sum(life.who.language == "es" for life in here) / len(here)
    assert 0.07 < spanish < 0.11
    assert all(life.who.sex == "female" for life in here if life.site == "york")
    assert not any(life.who.sex == "female" for life in here if life.site != "york")
    weekend = sum(life.admitted.astimezone(ZONE).weekday() > 4 for life in flow) / len(flow)
    assert weekend < 0.05, "admissions follow the courts"
    now_in = [s.bed_id for life in here if (s := life.spots[life.site]).bed_id]
    assert len(now_in) == len(set(now_in)) > 10_500, "a bed for each"


@pytest.mark.long
@pytest.mark.database_copy
def test_the_whole_agency_is_built(database_copy) -> None:
    with clock.frozen(NOW):
        build.run(people=11_000, days=30, seed=1, progress=quiet)
    assert Placement.objects.filter(until=None, cancelled=False).count() > 10_500
    assert Person.objects.filter(synthetic=False).count() == 0
    open_sites = Facility.objects.filter(closed_on=None, kind__in=("jail", "prison", "both"))
    assert set(open_sites.values_list("id", flat=True)) <= set(
        Placement.objects.filter(until=None).values_list("facility_id", flat=True)
    )


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("risk_assessments", 54, 58), ("hospital_trips", 5.8, 6.8), ("requests", 580, 615)],
)
def test_a_day_of_the_whole_agency_has_what_was_counted(name: str, low: float, high: float) -> None:
    """Clinical specification 0: 56 suicide-risk assessments, six trips to a hospital, 597 contacts a day."""
    from random import Random

    random, mean = Random(7), shares().a_day(name, 11_000)
    days = [about(random, mean) for _ in range(600)]
    assert low <= sum(days) / len(days) <= high
    assert shares().a_day(name, 1_100) == pytest.approx(mean / 10)
