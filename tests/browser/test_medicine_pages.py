"""Medicines' newer pages in a real browser, light and dark, desk and phone: how they were taken, a dose, a sealed move, a lot."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

from tests.browser.test_pass import next_morning, shoot, sound
from tests.care.medications import line_makers as makers
from tests.care.medications.test_adherence import GATES, REFUSED
from tests.care.medications.test_programme import wanted
from tests.care.medications.test_sync import enrolled, event, sync
from tests.care.medications.test_unjudged import TOO_MUCH
from throughcare.care.medications import actions
from throughcare.care.medications.actions import Charted, Received
from throughcare.care.medications.models import Dose
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.database_copy]
LOOKS = {"desk": (1440, 900, "light"), "phone": (390, 844, "dark")}
NIGHT = {"desk-dark": (1440, 900, "dark"), "phone-light": (390, 844, "light")}


def make_history(at: datetime) -> tuple[str, str]:
    """Make one person with nine days of doses, a habit, a programme's order, a move tonight and two lots; a dose from paper."""
    due, days = at - timedelta(minutes=5), 9
    person = makers.housed(1, at=at)
    first = due - timedelta(days=days)
    row = makers.ordered(person, at=first, product="349545", gates=GATES, days=60, indication="Voices")
    prn = {"kind": "prn", "min_interval_minutes": 360, "max_in_24h": 3}
    asked = makers.ordered(person, at=first, product="198440", timing=prn, as_needed_for="Pain", indication="Pain")
    about = {"actor": makers.nurse(), "person_id": person}
    for n, fate in enumerate("grrgnggg-"):
        with clock.frozen(first + timedelta(days=n, minutes=3)):
            actions.lay_doses(actor=actions.CLOCK)
            dose = Dose.objects.filter(order_id=row).order_by("due_at")[n]
            said = {"g": {"status": "given"}, "r": REFUSED, "n": {"status": "not-available", "reason": "out-of-stock"}}
            if fate != "-":
                actions.record_doses(**about, charted=[Charted(dose.id, **said[fate])])
            if n > 3:
                actions.give_as_needed(**about, order_id=asked, reason="Back pain", before="6")
    with clock.frozen(at - timedelta(minutes=2)):
        waste = makers.ordered(person, at=due, product="835603", days=3, indication="Pain")
        wasted = Dose.objects.filter(order_id=waste).order_by("due_at").first()
        paper = Charted(wasted.id, "wasted", reason="dropped", at=due, detail={"witness": "Demo-Second, Bo"})
        actions.enter_from_paper(**about, charted=[paper])
        for lot, left in (("A12", 400), ("B7", 40)):
            received = Received("room", Decimal(30), lot, product="349545", expires_on=at.date() + timedelta(days=left))
            actions.receive_stock(actor=makers.nurse(), facility_id=makers.hartford().id, received=received)
        tablet_keeps(person, due)
        programme = Actor("staff", derived("test", "sud"), "Demo-Counsellor, Sol", Role.SUD, makers.hartford().id)
        actions.place_programme_order(actor=programme, person_id=person, asked=wanted(continues=True))
        there = Facility.objects.exclude(id=makers.hartford().id).filter(kind="prison").first()
        van = at + timedelta(hours=20)
        feed = Actor.feed("custody")
        custody.schedule_event(actor=feed, person_id=person, kind="transfer", starts_at=van, to_facility_id=there.id)
    return str(person), str(wasted.id)


def tablet_keeps(person: UUID, due: datetime) -> None:
    """Let a tablet send two doses that can't stand by themselves: one that is due, and one that was asked for."""
    timing = {"kind": "prn", "min_interval_minutes": 360, "max_in_24h": 2}
    asked = makers.ordered(person, at=due, product="197806", timing=timing, as_needed_for="Pain", indication="Pain")
    of = makers.ordered(person, at=due, indication="High blood pressure")
    row = Dose.objects.filter(order_id=of).order_by("due_at").first()
    device, bundle = enrolled("Cart 1")
    about = {"at": due + timedelta(minutes=2), "amount": TOO_MUCH}
    said = [event(row, 1, **about), event(row, 2, **about, dose_id=None, order_id=asked, reason="Back pain")]
    assert sync(device, bundle, *said) == ["kept", "kept"]


@pytest.fixture
def served(database_copy: str, serve, tmp_path: Path) -> Iterator[tuple[BrowserContext, str, str, str, str]]:
    at = next_morning()
    with clock.frozen(at):
        person, dose = make_history(at)
    (tmp_path / "clock-offset").write_text(f"{(at - datetime.now(UTC)).total_seconds()}\n")
    address = serve(
        database_copy, THROUGHCARE_HOME=str(tmp_path), THROUGHCARE_KEYS=f"{os.environ['THROUGHCARE_HOME']}/keys"
    )
    place, system = str(makers.hartford().id), Path("/usr/bin/chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(system) if system.exists() else None, args=["--no-sandbox"]
        )
        context = chromium.new_context()
        yield context, address, place, person, dose
        chromium.close()


def test_the_pages_stand_light_and_dark_at_a_desk_and_on_a_phone(served) -> None:
    context, address, place, person, dose = served
    base = f"{address}/people/{person}"
    seen = {
        "rn": {"adherence": "medications/adherence/", "dose": f"medications/doses/{dose}/", "kept": "medications/"},
        "provider": {"review": "medications/adherence/", "order": "medications/order/?product=314077"},
        "sud": {"sealed-move": "observed-doses/"},
    }
    for role, paths in seen.items():
        assert context.request.post(f"{address}/demo/become", form={"role": role, "facility": place}).ok
        for look, (width, height, scheme) in (LOOKS | (NIGHT if role == "rn" else {})).items():
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            for name, path in paths.items():
                answer = page.goto(f"{base}/{path}")
                assert answer is not None and answer.status == 200, (role, path)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, look)
                sound(page, f"{name} {look}")
                shoot(page, f"{name}-{look}")
                if name == "kept":
                    assert page.locator("form[action*='/entries/']").count() == 2
            page.close()
    assert context.request.post(f"{address}/demo/become", form={"role": "rn", "facility": place}).ok
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{address}/pass/")
    page.click(".pass-row")
    told = page.locator(".pass-hold").all_inner_texts()
    assert len(told) == 2 and all("may be swallowed" in one for one in told), told
    sound(page, "a kept dose on the pass")
    shoot(page, "kept-pass-phone")
    lot = page.locator(".pass-lot").first
    assert "B7" in lot.inner_text()
    lot.click()
    assert "A12" in page.locator(".pass-lot").first.inner_text()
    sound(page, "lot on the pass")
    shoot(page, "lot-phone")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    page.goto(f"{base}/medications/")
    for found in ("He says so", "She saw the cup"):
        page.keyboard.press("Tab")
        page.locator("form[action*='/entries/'] input[type=radio]").first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Tab")
        page.keyboard.type(found)
        page.keyboard.press("Enter")
        page.locator(".toast, .notice, [role=status]").first.wait_for()
    assert page.locator("form[action*='/entries/']").count() == 0, "judged one by one, by keys alone"
