"""Stock and kept medicines in a real browser: axe finds nothing, nothing scrolls sideways, the count goes by keyboard alone."""

import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.desk import axe_says
from tests.chart.chart_makers import hartford, housed
from throughcare.care.medications import actions
from throughcare.care.medications.actions import Change, CountedLot, Issue, Received, Second
from throughcare.chart import actions as chart
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.database_copy]
SHOTS = os.environ.get("STOCK_SHOTS", "")
SECOND = Second(derived("test", "second"), "Demo-Nurse, Eve", "lpn")


def laid() -> dict[str, str]:
    """Have stock with a difference, and a person who keeps a pack; gives the pages."""
    site = hartford().id
    nurse = Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, site)
    doctor = Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, site)

    def receive(product: str, place: str, lot: str, n: int, days: int, ndc: str = "", form: str = "") -> object:
        expires = clock.now().date() + timedelta(days=days)
        came = Received(place, Decimal(n), lot, product=product, expires_on=expires, ndc=ndc, order_form=form)
        return actions.receive_stock(actor=nurse, facility_id=site, received=came)

    first = receive("197527", "controlled", "C14", 30, 400)
    second = receive("892582", "controlled", "M02", 20, 500, form="000000001")
    receive("314076", "room", "A77", 600, 300, "00093111310")
    receive("745679", "cart", "R1", 12, 40)
    actions.change_stock(actor=nurse, stock_id=first, change=Change("waste", Decimal(1), "Dropped"), second=SECOND)
    said = [CountedLot(first, Decimal(27)), CountedLot(second, Decimal(20))]
    actions.count_stock(actor=nurse, facility_id=site, place="controlled", counted=said, second=SECOND)
    person = housed()
    chart.no_known_allergies(actor=nurse, person_id=person)
    asked = actions.Prescription(
        "314076",
        {"kind": "passes", "passes": ["morning"]},
        "High blood pressure",
        amount=Decimal(1),
        mode="KOP",
        days=180,
        emergency=False,
    )
    order = actions.place_order(actor=doctor, person_id=person, asked=asked)
    actions.check_fitness(actor=nurse, person_id=person, fit=True, words="Knows it well.")
    pack = actions.issue_pack(
        actor=nurse, person_id=person, order_id=order, issue=Issue(Decimal(30), "P1", date(2029, 1, 1), "paper")
    )
    actions.count_pack(actor=nurse, person_id=person, pack_id=pack, counted=Decimal(20))
    actions.ask_refill(actor=nurse, person_id=person, order_id=order)
    kept = f"/people/{person}/medications/"
    return {
        "stock": "/stock/",
        "receive": "/stock/receive/?scan=lisin",
        "delivery": "/stock/receive/?scan=0093-1113-10",
        "lot": f"/stock/lots/{first}/",
        "labels": f"/stock/lots/{first}/labels/?n=4",
        "count": "/stock/count/",
        "differences": "/stock/differences/",
        "kept": f"{kept}kept/",
        "issue": f"{kept}{order}/issue/",
        "label": f"{kept}kept/packs/{pack}/label/",
        "card": f"{kept}kept/card/",
        "handover": "/work/handover/",
    }


def test_stock_stands_up_to_axe_and_to_a_phone(database_copy: str, serve) -> None:
    pages, place = laid(), str(hartford().id)
    address = serve(database_copy)
    system = Path("/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(system) if system.exists() else None, args=["--no-sandbox"]
        )
        wrong = []
        for width, height, scheme in ((1440, 900, "light"), (390, 844, "dark")):
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            context.request.post(f"{address}/demo/become", form={"role": "rn", "facility": place})
            page = context.new_page()
            for name, path in pages.items():
                answer = page.goto(address + path)
                assert answer is not None
                assert answer.status == 200, f"{name}: {answer.status}"
                if SHOTS:
                    page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
                wrong += [f"{name} {width}: {v['id']} {v['nodes'][0]['html'][:160]}" for v in axe_says(page)]
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    wrong.append(f"{name} is cut off at {width}")
        assert not wrong, "\n".join(wrong)
        page.goto(f"{address}/stock/count/")
        page.wait_for_function("document.activeElement?.name?.startsWith('lot-')")
        page.keyboard.type("27")
        page.keyboard.press("Tab")
        page.keyboard.type("20")
        page.keyboard.press("Enter")
        assert "second person signs here" in page.inner_text("main")
        assert page.input_value("input[name^=lot-]") == "27", "what was typed is kept"
        browser.close()
