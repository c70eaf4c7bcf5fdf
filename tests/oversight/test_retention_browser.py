"""How long what is kept, and the legal holds, in a real browser: axe finds nothing, nothing is cut off."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import sync_playwright

from tests.browser.desk import LOOKS, axe_says
from tests.care.mental_health.makers import staff
from tests.care.mental_health.test_watch_browser import become
from tests.oversight.test_retention import AGO, left
from throughcare.access import actions
from throughcare.custody.models import Facility
from throughcare.kernel import clock
from throughcare.kernel.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]
PICTURES = os.environ.get("RETENTION_PICTURES", "")


def test_pages_hold_in_a_browser(serve: Callable[..., str], database_copy: str) -> None:
    place = Facility.objects.get(short_name__istartswith="Hartford")
    him = staff("him", Role.HIM, place)
    gone = clock.now() - AGO - timedelta(days=9)
    left(gone, name="Past")
    held = left(gone, name="Held")
    hold = actions.hold_record(actor=him, person_id=held, authority="Letter of 3 May", why="A claim of negligence")
    actions.hold_record(actor=him, person_id=held, authority="Docket 12-345", why="Discovery")
    actions.ask_end_of_hold(actor=him, hold_id=hold, person_id=held, why="The claim is settled")
    connection.close()
    site = serve(database_copy)
    pages = (
        ("him", "/retention/"),
        ("him", "/retention/chart/"),
        ("hsa", "/holds/"),
        ("him", f"/people/{held}/rights/"),
    )
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
