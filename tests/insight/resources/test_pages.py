"""Pages of demand and capacity over a made agency: who sees which facility, sums that agree, constant queries."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.test.utils import CaptureQueriesContext

from bench import made_warehouse
from tests.fixtures_lenses import lens_of
from throughcare.duties import clock_table
from throughcare.insight.resources import reads, views
from throughcare.kernel.errors import NotAllowed, NotFound
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role

HARTFORD, YORK = (derived("facility", c) for c in ("hartford", "york"))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("resources") / "warehouse"
    rules = list(clock_table.rules(date(2026, 11, 1)))[:2]
    made_warehouse.make(folder, people=60, months=made_warehouse.months("2026-09", 3), rules=rules)
    return folder


@pytest.fixture
def here(db, warehouse: Path, settings) -> Iterator[None]:
    settings.WAREHOUSE = warehouse
    yield


def test_the_longest_wait_stands_first_and_a_sentence_says_it(here) -> None:
    found = reads.overview(lens_of(Role.HSA))
    hours = [w.hours for w in found.waits]
    assert hours == sorted(hours, reverse=True) and hours[0] > 0
    assert found.waits[0].place in views.said(found)
    assert {w.queue for w in found.waits} >= {"triage", "visit"}


def test_a_facility_is_its_part_of_the_whole(here) -> None:
    whole, one = reads.overview(lens_of(Role.HSA)), reads.facility(lens_of(Role.HSA), HARTFORD)
    assert [w for w in whole.waits if w.facility == str(HARTFORD)] == one.waits
    site = next(s for s in whole.sites if s.facility == str(HARTFORD))
    assert sum(week[1] for week in one.weeks) == site.asked
    assert site.asked >= site.given + site.not_given
    assert sum(sum(h.here.values()) for h in one.hours) / 24 == pytest.approx(site.here, abs=1e-6)
    assert sum(h.waiting for h in one.hours) * reads.DAYS == pytest.approx(sum(w.hours for w in one.waits), abs=0.1)


def test_a_reader_with_places_sees_those_alone(here) -> None:
    mine = replace(lens_of(Role.HSA), facilities=frozenset({HARTFORD}))
    assert {s.facility for s in reads.overview(mine).sites} == {str(HARTFORD)}
    with pytest.raises(NotFound):
        reads.facility(mine, YORK)
    with pytest.raises(NotAllowed):
        reads.overview(lens_of(Role.CUSTODY))


def test_every_chart_says_what_it_shows(here) -> None:
    page = reads.facility(lens_of(Role.HSA), HARTFORD)
    for says, drawings in (views.waiting(page), views.coming(page), views.staffed(page)):
        assert len(drawings) == 2 and all(d.says == says for d in drawings)


def test_few_queries(here) -> None:
    from django.db import connection

    with CaptureQueriesContext(connection) as counted:
        reads.overview(lens_of(Role.HSA))
    assert len(counted) <= 4
