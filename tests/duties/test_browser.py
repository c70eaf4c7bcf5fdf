"""The pages of duties in a real browser: axe finds nothing, j and Enter open a duty, nothing is cut off on a phone."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from playwright.sync_api import Page, sync_playwright

from tests.browser.desk import axe_says
from tests.duties.makers import person, tell, told
from throughcare.custody.models import Facility
from throughcare.duties import tick
from throughcare.duties.models import Duty
from throughcare.kernel import clock

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]


def arrivals() -> tuple[UUID, UUID]:
    """Let four people arrive, one of them forgotten; give the place and the late duty."""
    place = Facility.objects.filter(kind="jail", closed_on=None).order_by("code").values_list("id", flat=True)[0]
    found = []
    for n, name in enumerate(["Luis", "Maya", "Andre", "Kim"]):
        found.append(person(name))
        at = clock.now() - timedelta(minutes=20 * n + 3)
        tell(told("admitted", found[-1], at, facility=place, facility_kind="jail"))
    tick.run()
    return place, Duty.objects.get(person_id=found[-1], rule="INT-00").id


def become(page: Page, site: str, role: str, place: UUID) -> None:
    answer = page.request.post(f"{site}/demo/become", form={"role": role, "facility": str(place)})
    assert answer.ok


def test_pages_hold_in_a_browser(serve: Callable[..., str], database_copy: str) -> None:
    place, late = arrivals()
    connection.close()
    site = serve(database_copy)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for width in (1440, 390):
            page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
            become(page, site, "rn", place)
            for address in (
                "/work/",
                f"/work/duties/{late}/",
                "/work/cover/",
                "/work/handover/",
                "/work/handover/sheet/",
            ):
                page.goto(site + address)
                assert axe_says(page) == [], address
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} at {width}"
            page.goto(site + "/work/")
            page.keyboard.press("j")
            page.keyboard.press("Enter")
            page.wait_for_url("**/work/duties/**")
            assert "Sample-Ortiz, Kim" in page.content()
        browser.close()
