"""The pass goes without a network in a real browser: taken along, locked, reloaded, charted, and handed over once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from playwright.sync_api import BrowserContext, Page, Route, expect

from bench.line import COUNTING
from tests.browser.test_pass import ask_for, next_morning, pass_page, scan, shoot, sound  # noqa: F401
from tests.care.medications import line_makers as makers
from throughcare.care.medications import actions
from throughcare.care.medications.models import MedicationOrder
from throughcare.devices.models import DeviceEvent
from throughcare.kernel import clock
from throughcare.people.models import Identifier

pytestmark = [pytest.mark.browser, pytest.mark.database_copy]
SECRET = "40718253"


def take_along(page: Page, base: str) -> None:
    """Take the line along, as the nurse does at the start of the shift."""
    page.goto(f"{base}/pass/")
    page.locator(".pass-row").nth(11).wait_for()
    page.locator("[data-device]").tap()
    page.locator("dialog input[type=text]").fill("Cart 1")
    for n in range(2):
        page.locator("dialog .tablet-secret").nth(n).fill(SECRET)
    sound(page, "taking along")
    shoot(page, "offline-take")
    page.locator("dialog button", has_text="Take along").tap()
    page.locator(".toast", has_text="Taken along until").wait_for(timeout=30_000)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for _ in range(100):
        if page.evaluate("caches.open('throughcare-tablet-1').then((c) => c.keys()).then((k) => k.length > 14)"):
            break
        page.wait_for_timeout(100)


def stop_lisinopril_of(number: str) -> None:
    """Let a prescriber stop an order at the server, while the tablet has no network."""
    person = Identifier.objects.get(value=number).person_id
    order = MedicationOrder.objects.get(person_id=person, code=makers.MEDICINES[0])
    about = {"person_id": person, "order_id": order.id, "version": order.version, "why": "Cough"}
    with clock.frozen(next_morning()):
        actions.stop_order(actor=makers.doctor(), **about)
    connection.close()


def unlock(page: Page, secret: str) -> None:
    """Type the secret into the lock."""
    page.locator("dialog.tablet-locked .tablet-secret").fill(secret)
    page.locator("dialog.tablet-locked button", has_text="Open").tap()


def lines(context: BrowserContext, base: str) -> dict[str, list[str]]:
    """Give the statuses of everybody's doses, as the server has them."""
    people = context.request.get(f"{base}/pass/list/").json()["people"]
    return {p["number"]: [d["status"] for d in p["doses"]] for p in people}


def asked_for(context: BrowserContext, base: str, number: str) -> list[dict[str, object]]:
    """Give what somebody may ask for, as the server has it."""
    people = context.request.get(f"{base}/pass/list/").json()["people"]
    return next(p["as_needed"] for p in people if p["number"] == number)


def test_a_pass_goes_on_without_a_network_and_arrives_once(pass_page: tuple[BrowserContext, str]) -> None:  # noqa: F811
    context, base = pass_page
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    take_along(page, base)
    stored = page.evaluate(
        """() => new Promise((done) => { const asked = indexedDB.open('throughcare-tablet', 1);
        asked.onsuccess = () => { const all = asked.result.transaction('bundle').objectStore('bundle').get('own');
        all.onsuccess = () => done(JSON.stringify(Object.keys(all.result)) + new TextDecoder().decode(all.result.data.data)); }; })"""
    )
    assert "Sample-" not in stored and "lisinopril" not in stored

    context.set_offline(True)
    scan(page, "T9000001")
    page.locator(".pass-give", has_text="Given, 2 of 2").tap()
    page.locator("[data-state]", has_text="to be sent: 2").wait_for()
    sound(page, "offline")
    shoot(page, "offline-charted")

    page.reload()
    page.locator("dialog.tablet-locked").wait_for()
    assert page.locator(".pass-row").count() == 0
    assert "Sample-Reyes" not in page.content()
    sound(page, "locked")
    shoot(page, "offline-locked")
    unlock(page, "11111111")
    page.locator("dialog [role=alert]", has_text="not the secret").wait_for()
    unlock(page, SECRET)
    page.locator(".pass-row").nth(11).wait_for()
    assert "1 of 12" in page.locator("[data-state]").inner_text()
    scan(page, "T9000003")
    page.locator(".pass-except").tap()
    page.locator("dialog.pass-sheet button", has_text="Asleep, was called").tap()
    page.locator("[data-state]", has_text="to be sent: 5").wait_for()
    page.locator(".pass-dose.is-over button").first.tap()
    page.locator("[data-state]", has_text="to be sent: 6").wait_for()

    # By keys alone, still without a network: one key to the next person, one to give what is due.
    page.evaluate(COUNTING)
    for nth in (1, 2):
        page.keyboard.press("ArrowDown")
        page.locator(".pass-give:enabled").wait_for()
        page.keyboard.press("Control+Enter")
        page.locator("[data-state]", has_text=f"{1 + nth} of 12").wait_for()
    assert page.evaluate("window.touches") == 4, "two keys a person"

    ask_for(page, "T9000004")

    with ThreadPoolExecutor(1) as elsewhere:  # Django refuses to work where Playwright waits
        elsewhere.submit(stop_lisinopril_of, "T9000007").result()

    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    meanwhile = page.locator("dialog .pass-blanks li")
    meanwhile.first.wait_for(timeout=30_000)
    assert len(meanwhile.all()) == 1 and "lisinopril" in meanwhile.first.inner_text(), (
        "what changed meanwhile is listed"
    )
    sound(page, "changed meanwhile")
    shoot(page, "offline-meanwhile")
    page.locator("dialog button", has_text="Seen").tap()
    page.locator("[data-state]", has_text="Online").wait_for()
    expect(page.locator("[data-state]")).not_to_contain_text("to be sent", timeout=30_000)
    now = lines(context, base)
    assert now["T9000001"] == ["given", "given"]
    assert sorted(now["T9000003"]) == ["expected", "no-show", "no-show"]
    (asked,) = asked_for(context, base, "T9000004")
    assert len(asked["given"]) == 1 and asked["earliest"], "charted without a network, and it counts"
    shoot(page, "offline-back")
    assert said == []


FULL = """(room) => { const put = IDBObjectStore.prototype.put; window.left = room;
IDBObjectStore.prototype.put = function (...row) {
  if (this.name === 'queue' && window.left-- <= 0) throw new DOMException('full', 'QuotaExceededError');
  return put.apply(this, row); }; }"""


def test_a_full_tablet_charts_a_dose_whole_or_not_and_one_page_alone_has_it_open(
    pass_page: tuple[BrowserContext, str],  # noqa: F811
) -> None:
    context, base = pass_page
    page = context.new_page()
    take_along(page, base)
    context.set_offline(True)
    page.evaluate(FULL, 1)
    scan(page, "T9000001")
    page.locator(".pass-give", has_text="Given, 2 of 2").tap()
    page.locator("[data-state]", has_text="to be sent: 1").wait_for()
    page.locator(".pass-give", has_text="Given").wait_for()
    assert page.locator(".pass-dose.is-over").count() == 1, "one is kept, the other is still open"
    page.evaluate("window.left = 99")

    other = context.new_page()
    other.goto(f"{base}/pass/")
    unlock(other, SECRET)
    other.locator(".pass-row").nth(11).wait_for()
    page.locator("dialog.tablet-locked").wait_for()
    assert page.locator(".pass-row").count() == 0, "the first page is locked"
    scan(other, "T9000001")
    assert other.locator(".pass-dose.is-over").count() == 1, "what the first page charted is known"
    other.locator(".pass-give", has_text="Given").tap()
    other.locator("[data-state]", has_text="to be sent: 2").wait_for()
    context.set_offline(False)
    other.evaluate("window.dispatchEvent(new Event('online'))")
    expect(other.locator("[data-state]")).not_to_contain_text("to be sent", timeout=30_000)
    assert lines(context, base)["T9000001"] == ["given", "given"]
    with ThreadPoolExecutor(1) as elsewhere:
        assert elsewhere.submit(outcomes).result() == ["applied", "applied"], "none of them twice"


def outcomes() -> list[str]:
    """Give what became of what tablets sent."""
    found = list(DeviceEvent.objects.order_by("sequence").values_list("outcome", flat=True))
    connection.close()
    return found


def test_without_a_secure_context_it_says_so_and_stays_online(pass_page: tuple[BrowserContext, str]) -> None:  # noqa: F811
    context, base = pass_page
    page = context.new_page()
    # What a browser says of plain http at any address but its own machine's.
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { get: () => false });")
    page.goto(f"{base}/pass/")
    page.locator(".pass-row").nth(11).wait_for()
    expect(page.locator("[data-notices]")).to_contain_text("not encrypted (https)")
    expect(page.locator("[data-device]")).to_be_hidden()
    scan(page, "T9000001")
    page.locator(".pass-give", has_text="Given, 2 of 2").tap()
    page.locator(".toast", has_text="given").wait_for()
    assert lines(context, base)["T9000001"] == ["given", "given"]


def test_what_somebody_changed_on_its_way_is_not_taken_along(pass_page: tuple[BrowserContext, str]) -> None:  # noqa: F811
    context, base = pass_page
    page = context.new_page()

    def changed(route: Route) -> None:
        answer = route.fetch()
        signed = answer.json()
        assert "lisinopril 10 mg" in signed["body"]
        route.fulfill(
            response=answer, json=signed | {"body": signed["body"].replace("lisinopril 10 mg", "lisinopril 40 mg")}
        )

    context.route("**/devices/bundle/", changed)
    page.goto(f"{base}/pass/")
    page.locator(".pass-row").nth(11).wait_for()
    page.locator("[data-device]").tap()
    page.locator("dialog input[type=text]").fill("Cart 1")
    for n in range(2):
        page.locator("dialog .tablet-secret").nth(n).fill(SECRET)
    with page.expect_response("**/devices/bundle/"):
        page.locator("dialog button", has_text="Take along").tap()
    page.locator(".toast").first.wait_for()
    assert "Taken along" not in page.locator(".toast").first.inner_text()
    held = page.evaluate(
        """() => new Promise((done) => { const asked = indexedDB.open('throughcare-tablet', 1);
        asked.onsuccess = () => { const all = asked.result.transaction('bundle').objectStore('bundle').getAll();
        all.onsuccess = () => done(all.result.length); }; })"""
    )
    assert held == 0, "the server's signature does not fit: nothing is kept"


def test_ten_wrong_secrets_wipe_what_was_taken_along_and_never_what_was_charted(
    pass_page: tuple[BrowserContext, str],  # noqa: F811
) -> None:
    context, base = pass_page
    page = context.new_page()
    take_along(page, base)
    context.set_offline(True)
    scan(page, "T9000001")
    page.locator(".pass-give", has_text="Given, 2 of 2").tap()
    page.locator("[data-state]", has_text="to be sent: 2").wait_for()
    page.reload()
    for n in range(10):
        page.locator("dialog.tablet-locked").wait_for()
        unlock(page, f"9999999{n}")
        said = page.locator("dialog [role=alert]", has_text="wiped")
        said.or_(page.locator(".toast", has_text="gone")).first.wait_for()
        page.wait_for_timeout(1_500)
    page.locator(".toast", has_text="gone from this tablet").wait_for()
    assert page.locator(".pass-row").count() == 0
    context.set_offline(False)
    page.reload()
    page.locator(".pass-row").nth(11).wait_for()
    expect(page.locator("[data-state]")).not_to_contain_text("to be sent", timeout=30_000)
    assert lines(context, base)["T9000001"] == ["given", "given"]
