"""Rounds on paper: the sheet as a file for a dead network, and what was written on it entered once, at its own times."""

from datetime import timedelta

import pytest

from tests.care.mental_health.makers import (  # noqa: F401
    MINUTE,
    NIGHT,
    nurse,
    officer,
    person,
    place,
    start,
)
from tests.care.mental_health.test_watch_screens import become, post
from throughcare.care.mental_health import actions
from throughcare.care.mental_health.models import WatchCheck, WatchFinding
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
MORNING = NIGHT + timedelta(hours=2)


def enter(by, watch, *minutes, seen_by="Demo-Night, Al"):
    lines = [actions.Written(NIGHT + m * MINUTE, "asleep") for m in minutes]
    return actions.enter_paper_rounds(
        actor=by, person_id=watch.person_id, watch_id=watch.id, seen_by=seen_by, lines=lines
    )


def test_a_sheet_is_entered_once_closes_what_it_explains_and_names_both(nurse, officer, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
    with clock.frozen(MORNING):
        actions.look_at_watches(actor=officer)
        assert enter(nurse, watch, 9, 21, 34, 47) == 4
        assert enter(nurse, watch, 9, 21, 34, 47, 58) == 1, "a line that stands is not entered twice"
        actions.look_at_watches(actor=officer)
    rows = WatchCheck.objects.filter(watch=watch).order_by("at")
    assert [r.at for r in rows] == [NIGHT + m * MINUTE for m in (9, 21, 34, 47, 58)]
    assert rows[0].observer == "Demo-Night, Al (on paper, entered by Demo-Nurse)" and rows[0].source == "paper"
    found = {f.kind: f for f in WatchFinding.objects.filter(watch=watch, state="open")}
    assert set(found) == {"gap", "block"}, "an administrator compares what was entered with the sheet"
    assert found["gap"].since == NIGHT + 58 * MINUTE, "only what nobody walked is left"
    assert verify.run().sound


def test_a_sheet_with_a_wrong_line_is_refused_whole(nurse, officer, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
    with clock.frozen(NIGHT + 30 * MINUTE):
        with pytest.raises(Invalid, match="Line 2 lies in the future"):
            enter(nurse, watch, 9, 31)
        with pytest.raises(Invalid, match="before the watch"):
            enter(nurse, watch, -3)
        with pytest.raises(Invalid, match="name stands"):
            enter(nurse, watch, 9, seen_by=" ")
        with pytest.raises(NotAllowed):
            enter(officer, watch, 9)
    assert not WatchCheck.objects.exists()


def test_the_page_reads_the_sheet_over_midnight_and_keeps_what_was_typed(client, nurse, person, place) -> None:  # noqa: F811
    with clock.frozen(NIGHT):  # 22:02 in Hartford
        watch = start(nurse, person)
    with clock.frozen(NIGHT + timedelta(hours=3)):
        become(client, "rn", place)
        page, address = f"/people/{person}/on-watch/", f"/people/{person}/on-watch/{watch.id}/paper/"
        assert "Enter rounds from paper" in client.get(page).content.decode()
        typed = {"seen_by": "Demo-Night, Al", "paper_day": "2026-11-19", "at-1": "23:50", "seen-1": "calm"}
        answer = post(client, address, **typed, **{"at-2": "late", "seen-2": "calm"})
        assert answer.status_code == 422 and "Line 2 has no readable time" in answer.content.decode()
        assert "23:50" in answer.content.decode()
        assert post(client, address, **typed, **{"at-2": "00:04", "seen-2": "asleep"}).status_code == 303
    first, then = WatchCheck.objects.order_by("at")
    assert then.at - first.at == 14 * MINUTE


def test_the_rounds_are_a_file_while_somebody_is_on_watch(nurse, person, place, tmp_path) -> None:  # noqa: F811
    from throughcare.app import downtime_files

    sheet = tmp_path / f"{place.code}-rounds.html"
    with clock.frozen(NIGHT):
        start(nurse, person)
        downtime_files.write(tmp_path)
        text = sheet.read_text()
        assert "Sample-Ortiz" in text and "Nurse:" in text and "can't go on" not in text
        assert sheet.stat().st_mode & 0o077 == 0
