"""Tonight, equipment, an officer's code and a full worklist in a real browser: axe finds nothing, nothing is cut off."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from playwright.sync_api import sync_playwright

from tests.browser.desk import LOOKS, axe_says
from tests.care.mental_health.makers import somebody, staff, start
from tests.care.mental_health.test_watch_browser import become
from throughcare.access import actions as access
from throughcare.access.models import User
from throughcare.care.emergency import actions as emergency
from throughcare.custody.models import Facility
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.vocabulary import Role
from throughcare.workforce import actions as workforce
from throughcare.workforce import rules, staff_files

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]
HOUR = timedelta(hours=1)
PICTURES = os.environ.get("WORKFORCE_PICTURES", "")


def _with_a_file(boss: Actor, place: Facility) -> UUID:
    """Somebody with a licence that is over and a night at two sites."""
    user, now, today = User.objects.create(username="demo-float", name="Demo-Nurse, Rey"), clock.now(), clock.today()
    york = Facility.objects.get(code="york")
    for site in (place, york):
        access.post(actor=boss, user_id=user.id, role=Role.RN, facility_id=site.id, since=now - 90 * HOUR * 24)
    about = {"actor": boss, "user_id": user.id}
    staff_files.begin_file(**about, started_on=today - 60 * HOUR * 24)
    staff_files.record_done(**about, done=staff_files.Done("basic_orientation", today - 60 * HOUR * 24))
    staff_files.record_credential(**about, kind="licence", number="X 1", expires_on=today - 24 * HOUR)
    staff_files.record_credential(**about, kind="cpr", expires_on=today + 400 * 24 * HOUR)
    stops = [rules.Stop(place.id, now, now + 4 * HOUR), rules.Stop(york.id, now + 4 * HOUR, now + 8 * HOUR)]
    workforce.float_between(**about, role=Role.RN, stops=stops, phone="4712")
    return user.id


def test_pages_of_the_night_hold_in_every_size(serve: Callable[..., str], database_copy: str) -> None:
    place = Facility.objects.get(short_name__istartswith="Hartford")
    officer, nurse = staff("Officer", Role.CUSTODY, place), staff("Nurse", Role.RN, place)
    people = [somebody(place, f"Sample-{name}") for name in ("Ortiz", "Reyes", "King")]
    for person in people:
        start(nurse, person, "constant")
    called = emergency.call_code(actor=officer, facility_id=place.id, place="Day room", person_id=people[0])
    emergency.stamp(actor=nurse, code_id=called, kind="health_there")
    worker = _with_a_file(staff("Boss", Role.HSA, place), place)
    connection.close()
    site = serve(database_copy)
    seen = (
        ("rn", "/work/"),
        ("hsa", "/tonight/"),
        ("hsa", "/work/"),
        ("rn", "/equipment/"),
        ("hsa", "/staff/"),
        ("hsa", f"/staff/{worker}/"),
        ("hsa", "/floats/"),
        ("custody", "/custody/codes/"),
        ("custody", f"/custody/codes/{called}/"),
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        wrong = []
        for width, height, scheme in LOOKS:
            page = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,  # type: ignore[arg-type]
            ).new_page()
            for n, (role, address) in enumerate(seen):
                become(page, site, role, place)
                answer = page.goto(site + address)
                if answer is None or answer.status != 200:
                    wrong.append(f"{address}: {answer and answer.status}")
                if PICTURES:
                    page.screenshot(path=str(Path(PICTURES) / f"{n}-{width}-{scheme}.png"), full_page=True)
                wrong += [f"{address} at {width} {scheme}: {v['id']} {v['nodes']}" for v in axe_says(page)]
                if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                    wrong.append(f"{address} is wider than {width}")
        browser.close()
    assert wrong == []
