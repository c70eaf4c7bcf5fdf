"""Custody's and identity's pages in a real browser: axe finds nothing, nothing is cut off on a phone, the board comes anew."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from playwright.sync_api import Page, sync_playwright

from tests.browser.desk import LOOKS, axe_says
from tests.custody.conftest import HARTFORD, UNIT_A, bed
from throughcare.custody.actions import Spot, admit, raise_alert, schedule_event, send_out, start_lockdown
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.people.actions import Demographics, Number, register
from throughcare.people.models import MergeProposal

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]
FEED = Actor.feed("custody feed")


def people() -> list[UUID]:
    """Have three people at Hartford: one watched, one for court, one in hospital; and one of them twice."""
    ids = []
    now = clock.now()
    for n, name in enumerate(("Luis", "Maya", "Andre")):
        details = Demographics("Sample-Ortiz", name, date(1990, 2, n + 1), "male", synthetic=True, used_name="Jo")
        ids.append(register(actor=FEED, demographics=details, numbers=[Number("urn:throughcare:person", f"T{n:07d}")]))
        spot = Spot(HARTFORD, UNIT_A, bed(f"A-10{n + 1}"))
        admit(actor=FEED, person_id=ids[-1], to=spot, happened_at=now - timedelta(days=9))
    register(actor=FEED, demographics=Demographics("Ortiz", "Luis", date(1990, 2, 1), "male", synthetic=True))
    raise_alert(actor=FEED, person_id=ids[0], template="watch_constant")
    raise_alert(actor=FEED, person_id=ids[0], template="bottom_bunk")
    schedule_event(actor=FEED, person_id=ids[1], kind="court", starts_at=now + timedelta(hours=3), place="GA 14")
    send_out(actor=FEED, person_id=ids[2], kind="hospital", place="St Francis")
    start_lockdown(actor=FEED, facility_id=HARTFORD, unit_id=UNIT_A)
    return ids


def looked_at(page: Page, site: str, address: str, width: int) -> None:
    answer = page.goto(site + address)
    assert answer is not None and answer.status == 200, address
    assert axe_says(page) == [], address
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} is cut off at {width}"


def test_pages_hold_in_a_browser(serve: Callable[..., str], database_copy: str) -> None:
    ids, pair = people(), MergeProposal.objects.get()
    pages = {
        "custody": [
            "/custody/board/",
            "/custody/board/?unit=A",
            f"/custody/wall/{HARTFORD}/",
            "/custody/movements/",
            "/custody/roster/?unit=A",
            "/custody/schedule/",
            "/find/?q=ortiz",
            f"/people/{ids[0]}/custody/",
        ],
        "rn": [f"/people/{ids[0]}/alerts/"],
        "him": [
            "/people/doubles/",
            f"/people/doubles/{pair.id}/",
            f"/people/{ids[0]}/details/",
            f"/people/{ids[0]}/link/",
        ],
        "hsa": ["/custody/places/", f"/custody/places/{HARTFORD}/"],
    }
    connection.close()
    site = serve(database_copy)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for width, _, scheme in LOOKS:
            shape: dict[str, Any] = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
            for role, addresses in pages.items():
                page = browser.new_context(**shape).new_page()
                assert page.request.post(f"{site}/demo/become", form={"role": role, "facility": "hartford"}).ok
                for address in addresses:
                    looked_at(page, site, address, width)
        browser.close()
