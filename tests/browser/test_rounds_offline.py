"""The watch rounds without a network in a real browser: taken along by an officer, walked, handed over, each look once."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import desk
from tests.care.mental_health.test_watch_browser import night
from throughcare.care.mental_health.models import WatchCheck, WatchFinding
from throughcare.devices.models import DeviceEvent
from throughcare.kernel import clock
from throughcare.ledger import verify

pytestmark = [pytest.mark.browser, pytest.mark.database_copy]
SECRET = "40718253"
SHOTS = os.environ.get("ROOM_SHOTS", "")


def looked_at(page: Page, name: str) -> None:
    """Have axe look at the page in both lights; nothing may be wider than the phone."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found] == [], f"{name} {theme}"
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{SHOTS}/{name}-{theme}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def unlock(page: Page) -> None:
    """Type the secret into the lock."""
    page.locator("dialog.tablet-locked .tablet-secret").fill(SECRET)
    page.locator("dialog.tablet-locked button", has_text="Open").tap()


def test_a_round_goes_on_without_a_network_and_each_look_arrives_once(
    serve: Callable[..., str], database_copy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, _, _, door = night()
    before, began = WatchCheck.objects.count(), clock.now()
    with desk.chromium(monkeypatch) as browser:
        base = serve(database_copy)
        context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
        desk.become(context, base, "custody", place.id)
        page, said = desk.watched(context)
        page.goto(f"{base}/rounds/along/")
        page.locator("[data-device]", has_text="Take along").tap()
        page.locator("dialog input[type=text]").fill("Phone 3")
        for n in range(2):
            page.locator("dialog .tablet-secret").nth(n).fill(SECRET)
        looked_at(page, "rounds-take")
        page.locator("dialog button", has_text="Take along").tap()
        page.locator(".toast", has_text="Taken along until").wait_for(timeout=30_000)
        page.locator(".rounds-line").nth(2).wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        for _ in range(100):
            if page.evaluate(
                "caches.open('throughcare-tablet-1').then((c) => c.match('/rounds/along/shell/').then(Boolean))"
            ):
                break
            page.wait_for_timeout(100)
        looked_at(page, "rounds-along")
        words = page.locator("main").inner_text().lower()
        assert not [w for w in ("suicid", "risk", "medic", "diagnos") if w in words]

        context.set_offline(True)
        page.reload()
        page.locator("dialog.tablet-locked").wait_for()
        assert page.locator(".rounds-line").count() == 0
        unlock(page)
        page.locator(".rounds-line").nth(2).wait_for()
        page.keyboard.type(door)
        page.keyboard.press("Enter")
        page.locator(".rounds-one", has_text="Door code read").wait_for()
        for button in page.locator(".rounds-seen button, .rounds-target:visible, .rounds-line").all():
            box = button.bounding_box()
            assert box and box["height"] >= 46, "a thumb needs 12 mm"
        looked_at(page, "rounds-door")
        page.locator(".rounds-seen button", has_text="Asleep").tap()
        page.locator("[data-state]", has_text="1 wait to be sent").wait_for()
        page.locator(".rounds-line", has_not_text="in place").filter(has_not_text="seen").first.tap()
        page.locator(".rounds-one input[name=note]").fill("Talks calmly now.")
        page.locator(".rounds-seen button", has_text="Awake, calm").tap()
        page.locator("[data-state]", has_text="2 wait to be sent").wait_for()
        looked_at(page, "rounds-walked")

        context.set_offline(False)
        page.evaluate("window.dispatchEvent(new Event('online'))")
        for _ in range(300):
            if "wait" not in page.locator("[data-state]").inner_text():
                break
            page.wait_for_timeout(100)
        assert "wait" not in page.locator("[data-state]").inner_text()
        assert said == []
    assert (
        list(DeviceEvent.objects.order_by("sequence").values_list("kind", "outcome", "why"))
        == [("round", "applied", "")] * 2
    )
    first, second = WatchCheck.objects.filter(source="device").order_by("sequence")
    assert WatchCheck.objects.count() == before + 2
    assert (first.behaviour, first.proof, second.note) == ("asleep", "code", "Talks calmly now.")
    assert began < first.at < second.at < second.received_at
    assert WatchFinding.objects.filter(kind="no-scan", watch=second.watch, state="open").exists()
    assert not WatchFinding.objects.filter(kind="no-scan", watch=first.watch, since=first.at).exists()
    assert verify.run().sound
