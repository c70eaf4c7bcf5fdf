"""Medicines' pages in a real browser: axe finds nothing in light and dark, on a phone and a desk; an order by keyboard."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tests.browser.desk import become, chromium, sound, watched
from throughcare.care.medications import actions
from throughcare.care.medications.actions import Charted, Prescription
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import Demographics, register

pytestmark = [pytest.mark.browser, pytest.mark.database_copy]


@pytest.fixture
def taking(database_copy: str) -> tuple[UUID, UUID]:
    """Make somebody who takes two medicines, brought a third and is allergic to a fourth; gives them and one order."""
    place = Facility.objects.get(short_name__istartswith="Hartford")
    nurse = Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, place.id)
    doctor = Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, place.id)
    feed, now = Actor.feed("custody"), clock.now()
    person = register(actor=feed, demographics=Demographics("Sample-Ortiz", "Luis", date(1970, 2, 3), "male"))
    with clock.frozen(now - timedelta(days=5)):
        custody.admit(actor=feed, person_id=person, to=custody.Spot(place.id))
        chart.add_allergy(actor=nurse, person_id=person, text="Penicillin", reaction="hives")
        chart.report_medicine(actor=nurse, person_id=person, text="Levetiracetam", dose="500 mg", critical=True)
        order = _order(doctor, person, "314076", "High blood pressure")
        _order(doctor, person, "197361", "High blood pressure")
    for day in (4, 3, 2, 1):
        _give(nurse, person, order, now - timedelta(days=day), refused=day == 3)
    return person, order


def _order(doctor: Actor, person: UUID, product: str, indication: str) -> UUID:
    asked = Prescription(
        product=product,
        timing={"kind": "passes", "passes": ["morning"]},
        indication=indication,
        amount=Decimal(1),
        reasons={"could-not-run:interaction": "Levetiracetam was compared by eye."},
    )
    return actions.place_order(actor=doctor, person_id=person, asked=asked)


def _give(nurse: Actor, person: UUID, order: UUID, at: datetime, *, refused: bool) -> None:
    with clock.frozen(at):
        actions.lay_doses(actor=actions.CLOCK)
        for dose in Dose.objects.filter(order_id=order, status="expected", due_at__lt=at):
            said = Charted(dose.id, "refused", reason="side-effects", detail={"capacity": "yes"})
            actions.record_doses(
                actor=nurse, person_id=person, charted=[said if refused else Charted(dose.id, "given", dose.due_at)]
            )


def test_medicines_stand_up_to_axe_and_a_phone(taking, database_copy, serve, monkeypatch) -> None:
    person, order = taking
    place = Facility.objects.get(short_name__istartswith="Hartford").id
    dose = Dose.objects.filter(order_id=order).order_by("due_at").first()
    with chromium(monkeypatch) as browser:
        site = serve(database_copy)
        context = browser.new_context()
        become(context, site, "provider", place)
        page, said = watched(context)
        base = f"{site}/people/{person}/medications/"
        pages = {
            "list": "",
            "find": "order/?q=metfor",
            "order": "order/?product=860975",
            "off": "order/?off=yes",
            "one": f"{order}/",
            "dose": f"doses/{dose.id}/",
        }
        for name, path in pages.items():
            page.goto(base + path)
            sound(page, f"medications-{name}")
        page.goto(f"{site}/medications/to-sign/")
        sound(page, "medications-to-sign")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(base)
        page.keyboard.press("o")
        page.get_by_label("Find a medicine").fill("metformin")
        page.get_by_role("link", name="metformin hydrochloride 500 mg tablet").first.click()
        page.get_by_role("button", name="1 tablet").first.click()
        assert page.get_by_label("How much each time").input_value() == "1"
        page.get_by_label("How often").select_option("twice")
        page.get_by_label("What it is for").fill("Type 2 diabetes")
        page.get_by_role("button", name="Order", exact=True).click()
        page.wait_for_load_state()
        if page.get_by_label("Why the order stands all the same").count():
            sound(page, "medications-alerts")
            page.set_viewport_size({"width": 1440, "height": 900})
            for field in page.get_by_label("Why the order stands all the same").all():
                field.fill("Known, wanted, watched.")
            page.get_by_role("button", name="Order", exact=True).click()
        page.get_by_text("Its doses are laid out").wait_for()
        assert said == []
    assert MedicationOrder.objects.filter(person_id=person).count() == 3
