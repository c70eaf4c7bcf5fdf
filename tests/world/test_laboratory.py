"""What laboratories find and what is given in the synthetic agency: the same for the same seed, in range or out of it as laid out."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from throughcare.chart import catalogue, resulting
from throughcare.kernel import content
from throughcare.world import laboratory, vaccines
from throughcare.world.cast import Casting
from throughcare.world.shares import shares

NOW = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def people():
    casting = Casting(shares(), 1, NOW.date())
    return [casting.draw(arriving=False) for _ in range(400)]


def test_the_past_is_the_same_twice_and_as_frequent_as_the_content_says(people):
    since = NOW - timedelta(days=200)
    found = {one.id: laboratory.past(one, since, NOW) for one in people}
    assert found == {one.id: laboratory.past(one, since, NOW) for one in people}
    tested = sum(any(r.code == catalogue.item("hcv-test").code for r in rows) for rows in found.values())
    assert 0.33 < tested / len(people) < 0.49  # 9,000 of 22,084 arrivals: 41 %
    for rows in found.values():
        for row in rows:
            assert since < row.at < NOW
            assert all(line.interpretation not in resulting.CRITICAL for line in row.lines)


def test_who_has_the_problem_is_found_to_have_it(people):
    hcv = catalogue.item("hcv-test").code
    for one in people:
        has = "hepatitis-c" in {p["id"] for p in one.problems}
        for row in laboratory.past(one, NOW - timedelta(days=100), NOW):
            if row.code == hcv:
                assert (row.lines[0].value_text == "reactive") is has


@pytest.mark.parametrize(("site", "key", "ago", "analyte", "over"), laboratory.WAITING)
def test_what_waits_is_as_urgent_as_it_is_laid_out(site, key, ago, analyte, over):
    for n in range(30):
        lines = laboratory._plain(key, Random(n))
        assert resulting.urgency_of(line.interpretation for line in lines) == "normal"
        code = laboratory._code(key, analyte)
        made = [laboratory._over(key, line, over) if line.code == code else line for line in lines]
        expected = {"panic": "critical", "high": "abnormal", "": "normal"}[over]
        assert resulting.urgency_of(line.interpretation for line in made) == expected


def test_vaccines_are_the_same_twice_in_season_and_for_who_is_old_enough(people):
    since = NOW - timedelta(days=400)
    found = {one.id: vaccines.past(one, since, NOW) for one in people}
    assert found == {one.id: vaccines.past(one, since, NOW) for one in people}
    flu = [v for rows in found.values() for v in rows if v.code == "140"]
    assert flu and all(vaccines.in_season(v.given_at) for v in flu)
    months = set(content.load(vaccines.PATH)["months"])
    assert {v.given_at.month for v in flu} <= months | {4}
    by_id = {one.id: one for one in people}
    for id_, rows in found.items():
        for v in rows:
            assert v.given_at < NOW
            assert v.status == "completed" or v.why_not
            if v.code in ("216", "187"):
                assert (v.given_at.date() - by_id[id_].birth_date).days >= 50 * 365


def test_somebody_who_came_yesterday_has_no_history_here(people):
    for one in people:
        assert laboratory.past(one, NOW - timedelta(days=1), NOW) == []
        assert all(not v.primary for v in vaccines.past(one, NOW - timedelta(hours=12), NOW))
