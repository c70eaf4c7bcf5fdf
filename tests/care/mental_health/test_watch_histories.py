"""Random nights: checks, posts, changes of level, trips and late entries in any order; no gap over the limit goes unnoticed."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.care.mental_health.makers import (  # noqa: F401
    NIGHT,
    PLAN,
    assess,
    check,
    nurse,
    officer,
    place,
    psych,
    second,
    somebody,
    start,
)
from throughcare.care.mental_health import actions
from throughcare.care.mental_health.models import WatchFinding, WatchObserver
from throughcare.care.mental_health.rule_table import load_table
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused

pytestmark = pytest.mark.django_db
STEPS = st.lists(
    st.tuples(st.sampled_from(["check", "check", "post", "leave", "raise", "lower", "hand", "nothing"]), st.integers(20, 1500)),
    min_size=1,
    max_size=12,
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_every_stretch_in_which_nobody_looked_is_a_finding(nurse, psych, officer, second, place, steps) -> None:  # noqa: F811
    person, at, table = somebody(place), NIGHT, load_table()
    with clock.frozen(at):
        watch = start(nurse, person)
    level, since, standing, expected = "staggered", at, False, []
    one = {"person_id": person, "watch_id": watch.id}

    def settle() -> None:
        limit = table.in_place if level == "constant" else table.rounds.limit
        if not standing and at - since > limit:
            expected.append(since)

    for verb, seconds in steps:
        at += timedelta(seconds=seconds)
        with clock.frozen(at):
            if verb == "hand":
                settle()
                actions.look_at_watches(actor=Actor.system("hand"))
            elif verb == "check" and level == "staggered":
                settle()
                check(officer, watch)
                since = at
            elif verb == "post" and level == "constant" and not standing:
                settle()
                actions.take_post(actor=officer, **one)
                standing = True
            elif verb == "leave" and standing:
                actions.leave_post(actor=officer, **one)
                standing, since = False, at
            elif verb == "raise" and level == "staggered":
                settle()
                actions.raise_watch(actor=nurse, why="Worse.", **one)
                level, since = "constant", at
            elif verb == "lower" and level == "constant":
                settle()
                seen = at if standing else watch_seen(watch)
                watch.refresh_from_db()
                assess(psych, watch, "lower", why="Better.", plan=PLAN)
                level, standing, since = "staggered", False, seen
    found = set(WatchFinding.objects.filter(watch=watch, kind__in=["gap", "nobody"]).values_list("since", flat=True))
    assert found >= set(expected)
    assert WatchObserver.objects.filter(watch=watch, until=None).count() <= 1
    with pytest.raises(Refused):
        actions.take_post(actor=second, person_id=person, watch_id=somebody(place))


def watch_seen(watch):
    watch.refresh_from_db()
    return watch.last_seen_at
