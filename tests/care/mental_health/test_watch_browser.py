"""The watch's pages in a real browser: axe finds nothing, nothing is cut off, targets at the door are a thumb wide."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page, sync_playwright

from tests.browser.desk import LOOKS, axe_says
from tests.care.mental_health.makers import PLAN, assess, check, door_of, somebody, staff, start
from throughcare.care.mental_health import actions
from throughcare.care.mental_health.models import WatchCheck
from throughcare.custody.models import Facility, Unit
from throughcare.kernel import clock
from throughcare.kernel.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]
PICTURES = os.environ.get("WATCH_PICTURES", "")


def night() -> tuple[Facility, str, str, str]:
    """Let three people be on watch, one constantly; give the place, two people and a door's code."""
    place = Facility.objects.get(short_name__istartswith="Hartford")
    nurse, psych, officer = (
        staff(r, role, place) for r, role in (("Nurse", Role.RN), ("Psych", Role.PSYCH), ("Officer", Role.CUSTODY))
    )
    units = list(Unit.objects.filter(facility=place).order_by("code")[:3])
    now = clock.now()
    one, two, three = (
        somebody(place, f"Sample-{n}", u.id) for n, u in zip(("Ortiz", "Reyes", "King"), units, strict=True)
    )
    with clock.frozen(now - timedelta(hours=3)):
        watch = start(nurse, one)
        other = start(nurse, two, "constant")
        actions.take_post(actor=officer, person_id=two, watch_id=other.id)
        third = start(nurse, three)
        assess(psych, third, plan=PLAN)
    door = door_of(watch)
    for n, minutes in enumerate((172, 161, 148, 139, 120, 109, 97, 86, 72, 60, 51, 40, 27, 12)):
        with clock.frozen(now - timedelta(minutes=minutes, seconds=7 * n)):
            check(officer, watch, ("asleep", "calm", "pacing")[n % 3], door=door)
    for minutes in (170, 150, 130, 112, 95, 80, 66, 50, 35, 21, 8):
        with clock.frozen(now - timedelta(minutes=minutes)):
            check(officer, third, "asleep", door=door_of(third))
    with clock.frozen(now - timedelta(minutes=70)):
        actions.take_post(actor=nurse, person_id=two, watch_id=other.id, told="Quiet, took water.")
    return place, str(one), str(three), door


def become(page: Page, site: str, role: str, place: Facility) -> None:
    assert page.request.post(f"{site}/demo/become", form={"role": role, "facility": str(place.id)}).ok


def test_pages_hold_in_a_browser(serve: Callable[..., str], database_copy: str) -> None:
    place, one, three, door = night()
    connection.close()
    site = serve(database_copy)
    seen = (
        ("custody", "/rounds/"),
        ("custody", f"/rounds/?code={door}"),
        ("custody", "/custody/board/"),
        ("rn", "/watch/"),
        ("rn", f"/people/{one}/on-watch/"),
        ("psych", f"/people/{three}/on-watch/"),
        ("psych", "/watch/owed/"),
        ("hsa", "/watch/findings/"),
        ("rn", "/watch/downtime/"),
        ("rn", "/watch/doors/?unit=A"),
        ("rn", f"/people/{one}/on-watch/print/"),
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for width, _, scheme in LOOKS:
            page = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme).new_page()
            for n, (role, address) in enumerate(seen):
                become(page, site, role, place)
                page.goto(site + address)
                if PICTURES:
                    name = f"{n:02}-{width}-{scheme}.png"
                    page.screenshot(path=str(Path(PICTURES) / name), full_page=True)
                assert axe_says(page) == [], address
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} at {width}"
        page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        page.clock.install()
        become(page, site, "custody", place)
        page.goto(f"{site}/rounds/")
        page.clock.run_for(2_000)
        sounding = page.locator(".rounds-people .is-alarm")
        assert sounding.count() == 1, "thirteen minutes after the last check, two before the limit"
        page.clock.run_for(6 * 60_000)
        assert sounding.count() == 2, "the second is due within the limit by now; the constant post has none"
        page.fill("#f-code", door)
        page.press("#f-code", "Enter")
        page.wait_for_selector(".rounds-one")
        for button in page.locator(".rounds-seen button, .rounds-target, .rounds-people a").all():
            box = button.bounding_box()
            assert box and box["height"] >= 46, "a thumb needs 12 mm"
        page.click("text=Asleep, breathing seen")
        page.wait_for_selector(".rounds-done")
        assert page.url == f"{site}/rounds/", "no page is loaded between two people"
        browser.close()


SECRET = "40718253"


def test_the_round_goes_on_without_a_network_and_arrives_once(serve: Callable[..., str], database_copy: str) -> None:
    place, _, _, door = night()
    before = WatchCheck.objects.count()
    connection.close()
    site = serve(database_copy)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 390, "height": 844})
        page = context.new_page()
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        become(page, site, "custody", place)
        page.goto(f"{site}/rounds/")
        page.locator("[data-take]").click()
        page.locator("dialog input[type=text]").fill("Phone 1")
        for n in range(2):
            page.locator("dialog .tablet-secret").nth(n).fill(SECRET)
        page.locator("dialog button", has_text="Take along").click()
        page.locator(".toast", has_text="Taken along until").wait_for(timeout=30_000)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        for _ in range(100):
            if page.evaluate(
                "caches.open('throughcare-tablet-1').then((c) => c.match('/rounds/shell/')).then((x) => Boolean(x))"
            ):
                break
            page.wait_for_timeout(100)
        context.set_offline(True)
        page.reload()
        page.locator("dialog.tablet-locked").wait_for()
        assert "Luis" not in page.content(), "nobody's name stands on a locked phone"
        page.locator("dialog.tablet-locked .tablet-secret").fill(SECRET)
        page.locator("dialog.tablet-locked button", has_text="Open").click()
        page.locator("#along-code").fill(f"TCDOOR:{door}")
        page.press("#along-code", "Enter")
        page.locator(".rounds-along .rounds-seen").wait_for()
        assert axe_says(page) == []
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / "20-offline.png"), full_page=True)
        page.click("text=Asleep, breathing seen")
        page.locator(".toast", has_text="kept").wait_for()
        page.locator(".rounds-along .rounds-row", has_text="in place").first.click()
        told = page.locator("#along-told")
        if told.count():
            told.fill("nothing new")
        page.locator(".rounds-along .rounds-post button").click()
        page.locator(".rounds-along .rounds-row", has_text="You are in place").wait_for()
        context.set_offline(False)
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.locator("#rounds-people").wait_for(timeout=30_000)
        page.wait_for_function("!document.querySelector('[data-net]').textContent.includes('wait')", timeout=30_000)
        page.wait_for_timeout(2_000)
        browser.close()
    row = WatchCheck.objects.order_by("-received_at")[0]
    assert WatchCheck.objects.count() == before + 1
    assert (row.source, row.proof, row.behaviour) == ("device", "badge", "asleep")
    assert said == []
    connection.close()
