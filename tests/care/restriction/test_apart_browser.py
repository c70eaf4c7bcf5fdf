"""The pages of who is kept apart and who is in restraints, in a real browser: axe finds nothing, nothing is cut off."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import sync_playwright

from tests.browser.desk import LOOKS, axe_says
from tests.care.mental_health.makers import somebody, staff
from tests.care.mental_health.test_watch_browser import become
from throughcare.care.restriction import actions
from throughcare.custody.models import Facility
from throughcare.kernel import clock
from throughcare.kernel.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]
PICTURES = os.environ.get("APART_PICTURES", "")


def test_pages_hold_in_a_browser(serve: Callable[..., str], database_copy: str) -> None:
    place = Facility.objects.get(short_name__istartswith="Hartford")
    nurse, officer, psych = (staff(r.value, r, place) for r in (Role.RN, Role.CUSTODY, Role.PSYCH))
    one, two = somebody(place, "Sample-Ortiz"), somebody(place, "Sample-Reyes")
    with clock.frozen(clock.now() - timedelta(hours=5)):
        row = actions.tell_placement(actor=officer, person_id=one, tier="extreme", isolated=True)
        about = {"person_id": one, "confinement_id": row}
        actions.review_placement(actor=nurse, **about, words="Nothing speaks against it.")
        actions.record_visit(actor=psych, **about, kind="check_in", items=["well"], words="Calm.")
        actions.record_out_of_cell(actor=officer, **about, minutes=45)
    with clock.frozen(clock.now() - timedelta(minutes=10)):
        actions.apply_restraint(actor=psych, person_id=two, device="wrists", why="Strikes the wall.", tried="Talked.")
    connection.close()
    site = serve(database_copy)
    pages = (("custody", "/apart/"), ("rn", f"/people/{one}/apart/"), ("rn", f"/people/{two}/apart/"))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for width, height, scheme in LOOKS:
            page = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()
            for n, (role, address) in enumerate(pages):
                become(page, site, role, place)
                page.goto(site + address)
                assert axe_says(page) == []
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
                if PICTURES:
                    page.screenshot(path=str(Path(PICTURES) / f"{n}-{width}.png"), full_page=True)
        browser.close()
