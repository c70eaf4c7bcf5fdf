"""Who is kept apart in the synthetic agency: some are moved to the unit for it and back, some stay where they live."""

from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace

import pytest

from tests.world.test_programme import Everyone, place, somebody, stage  # noqa: F401
from throughcare.care.restriction.models import Confinement
from throughcare.custody.homes import home_now
from throughcare.custody.models import Unit
from throughcare.duties.models import OPEN, Duty
from throughcare.kernel import clock
from throughcare.world import apart, population
from throughcare.world.recent import Playing

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 17, 23, 0, tzinfo=UTC)


def test_every_site_has_a_unit_for_it_whose_name_says_nothing() -> None:
    rows = list(Unit.objects.filter(kind="restricted").select_related("facility"))
    assert {u.facility.code for u in rows} == set(population.sites())
    assert all(u.name == f"Unit {u.code}" and u.code.isalpha() and len(u.code) <= 2 for u in rows)


def test_the_move_begins_it_and_the_way_back_ends_it(stage, place) -> None:  # noqa: F811
    people = [somebody(place, n) for n in range(6)]
    crowd = population.now(population.sites(), Random(1))
    playing = Playing(stage, crowd, SimpleNamespace(), SimpleNamespace(people=6))  # type: ignore[arg-type]
    with clock.frozen(NIGHT):
        for _ in range(12):
            apart.place(playing, NIGHT)
        kinds = {one.id: home_now([one.id]).unit_kind for one in people}
    moved = [p for p, kind in kinds.items() if kind == "restricted"]
    rows = {r.person_id: r for r in Confinement.objects.all()}
    assert moved
    assert set(moved) < set(rows), "some stay where they live"
    assert {rows[p].origin for p in moved} == {"unit"}
    assert {rows[p].origin for p in set(rows) - set(moved)} == {"told"}
    assert all(r.state == "running" for r in rows.values())
    assert Duty.objects.filter(OPEN, person_id__in=rows, rule="RHU-01").count() == len(rows), (
        "the record is read for each"
    )
    playing.play(NIGHT + timedelta(days=13))
    assert {home_now([p]).unit_kind for p in moved} == {"housing"}
    assert not Confinement.objects.exclude(state="ended").exists()
    assert not Duty.objects.filter(OPEN, person_id__in=rows, rule__startswith="RHU").exists()
