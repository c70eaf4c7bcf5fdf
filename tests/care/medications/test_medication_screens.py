"""Medicines' pages over HTTP: the list, ordering with its alerts, one order, one dose, what was brought from outside."""

from datetime import timedelta

import pytest

from tests.care.medications.test_ordering_and_giving import (  # noqa: F401
    LISINOPRIL,
    MORNING,
    doctor,
    nurse,
    order,
    person,
    place,
)
from tests.care.medications.test_programme import counsellor, sealed_order  # noqa: F401
from tests.care.sick_call.test_screens import become
from tests.pages import flat
from throughcare.access.models import User
from throughcare.care.medications.models import Dose, MedicationOrder, OrderOverride
from throughcare.chart import actions as chart
from throughcare.duties.models import RosterShift
from throughcare.kernel import clock
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
PREDNISONE = "312617"


class AnyReason(dict):
    """Answers every alert: for tests that are not about alerts."""

    def get(self, key, default=""):
        return "Known and wanted"


ANY_REASON = AnyReason()


def post(client, path, **fields):
    return client.post(path, {"intent": str(uuid7()), **fields})


def test_a_prescriber_finds_orders_and_reads(client, person, place) -> None:  # noqa: F811
    become(client, "provider", place)
    base = f"/people/{person}/medications/"
    assert "Nothing is ordered" in client.get(base).content.decode()
    assert "lisinopril" in client.get(base + "order/", {"q": "lisin"}).content.decode()
    assert client.get(base + "order/", {"product": LISINOPRIL}).status_code == 200
    empty = post(client, base + "order/", product=LISINOPRIL)
    assert empty.status_code == 422
    fields = {"product": LISINOPRIL, "amount": "1", "frequency": "morning", "indication": "High blood pressure"}
    done = post(client, base + "order/", **fields, mode="DOT", priority="routine", days="30")
    assert done.status_code == 303, done.content.decode()
    row = MedicationOrder.objects.get()
    page = client.get(base).content.decode()
    assert row.text in page
    assert client.get(f"{base}{row.id}/").status_code == 200
    stopped = post(client, f"{base}{row.id}/change/", verb="stop", version="1", why="Cough")
    assert stopped.status_code == 303
    assert "Cough" in client.get(base).content.decode()


def test_what_is_not_listed_yet_leads_on(client, person, place) -> None:  # noqa: F811
    # The duty begins with "takes medicines"; until the nurse lists which ones, a prescriber's click must not end at nothing.
    become(client, "provider", place)
    answer = client.get(f"/people/{person}/medications/brought/{uuid7()}/")
    page = answer.content.decode()
    assert answer.status_code == 404, "there is no such medicine"
    assert "which ones is not listed yet" in page
    assert f'href="/people/{person}/medications/order/"' in page


def test_a_verbal_order_names_a_prescriber_who_is_on_duty(client, person, place, doctor) -> None:  # noqa: F811
    become(client, "provider", place)
    become(client, "rn", place)
    asked = User.objects.get(username__startswith="demo-provider")
    now = clock.now()
    RosterShift.objects.create(
        user=asked, role="provider", facility_id=place.id, starts=now - timedelta(hours=1), ends=now + timedelta(hours=8),
        on_call=True, phone="555-0100",
    )  # fmt: skip
    page = f"/people/{person}/medications/order/"
    shown = client.get(page, {"product": LISINOPRIL}).content.decode()
    assert f"{asked.name}, on call, 555-0100" in shown
    fields = {
        "product": LISINOPRIL, "amount": "1", "frequency": "morning", "indication": "High blood pressure", "mode": "DOT",
        "priority": "routine", "days": "3", "source": "verbal",
    }  # fmt: skip
    gone = post(client, page, **fields, prescriber_id=str(uuid7()))
    assert gone.status_code == 422 and "not on duty any more" in gone.content.decode()
    assert post(client, page, **fields, prescriber_id=str(asked.id)).status_code == 303
    row = MedicationOrder.objects.get()
    assert (row.prescriber, row.prescriber_id, row.signed_at) == (asked.name, asked.id, None)


def test_a_taper_is_ordered_row_by_row(client, person, place) -> None:  # noqa: F811
    become(client, "provider", place)
    page = f"/people/{person}/medications/order/"
    fields = {
        "product": PREDNISONE, "frequency": "taper", "indication": "Asthma", "mode": "DOT", "priority": "routine", "days": "5",
        "step_days_1": "3", "step_amount_1": "2", "step_days_2": "2", "step_amount_2": "x",
    }  # fmt: skip
    wrong = post(client, page, **fields)
    assert wrong.status_code == 422
    said = flat(wrong.content.decode())
    assert 'name="step_amount_2" inputmode="decimal" size="5" maxlength="8" value="x" aria-invalid="true"' in said
    done = post(client, page, **fields | {"step_amount_2": "1"})
    assert done.status_code == 303, done.content.decode()
    assert [s["days"] for s in MedicationOrder.objects.get().timing["steps"]] == [3, 2]


def test_a_programme_s_order_stands_on_the_list_for_who_may_see_it(client, counsellor, person, place) -> None:  # noqa: F811
    sealed_order(counsellor, person)
    for role, sees in (("rn", False), ("lpn", True), ("sud", True), ("scheduler", False)):
        become(client, role, place)
        page = client.get(f"/people/{person}/medications/").content.decode()
        assert ("ethadone" in page, "Demo-Programme" in page) == (sees, role == "sud"), role


def test_an_allergy_stops_the_order_until_a_reason_is_given(client, person, place, nurse) -> None:  # noqa: F811
    chart.add_allergy(actor=nurse, person_id=person, text="lisinopril", reaction="angioedema")
    become(client, "provider", place)
    base = f"/people/{person}/medications/order/"
    fields = {"product": LISINOPRIL, "amount": "1", "frequency": "morning", "indication": "High blood pressure"}
    refused = post(client, base, **fields)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "High blood pressure" in page, "what was typed is kept"
    key = page.split('name="reason-')[1].split('"')[0]
    assert (
        post(client, base, **fields, **{f"reason-{key}": "Wrong entry: was enalapril, no reaction"}).status_code == 303
    )
    assert OrderOverride.objects.get().reason.startswith("Wrong entry")
    heard = client.get("/medicines/alerts/").content.decode()
    assert "One order in 1 was interrupted" in heard and "More than one in 25" in heard
    assert "Wrong entry: was enalapril, no reaction" in heard


def test_what_a_sealed_medicine_made_the_checks_say_counts_nowhere(client, counsellor, doctor, person, place) -> None:  # noqa: F811
    sealed_order(counsellor, person)
    become(client, "provider", place)
    row = order(doctor, person, product="310431", indication="Nerve pain", reasons=ANY_REASON)
    assert [f["rule"] for f in row.findings] == ["SEALED"]
    heard = client.get("/medicines/alerts/").content.decode()
    assert "No order was interrupted" in heard and "SEALED" not in heard


def test_who_may_order_and_who_may_only_see(client, person, place, doctor) -> None:  # noqa: F811
    row = order(doctor, person)
    base = f"/people/{person}/medications/"
    for role, status in (("lpn", 200), ("pharmacy", 200), ("planner", 200), ("custody", 403), ("transport", 403)):
        become(client, role, place)
        assert client.get(base).status_code == status, role
    become(client, "lpn", place)
    assert client.get(base + "order/").status_code == 403
    assert post(client, f"{base}{row.id}/sign/", version="1").status_code == 403


def test_one_dose_is_charted_and_corrected(client, person, place, doctor) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = order(doctor, person)
    dose = Dose.objects.filter(order=row).order_by("due_at").first()
    with clock.frozen(MORNING):
        become(client, "rn", place)
        base = f"/people/{person}/medications/doses/{dose.id}/"
        assert client.get(base).status_code == 200
        assert post(client, base, status="refused").status_code == 422
        assert post(client, base, status="given").status_code == 303
        assert "given" in client.get(f"/people/{person}/medications/").content.decode()
        assert post(client, base, verb="error", why="Wrong person", version="2").status_code == 303
    dose.refresh_from_db()
    assert dose.status == "expected"


def test_what_was_brought_is_decided(client, person, place, nurse) -> None:  # noqa: F811
    home = chart.report_medicine(actor=nurse, person_id=person, text="lisinopril 10 mg", critical=True)
    become(client, "provider", place)
    base = f"/people/{person}/medications/brought/{home}/"
    assert "lisinopril" in client.get(base).content.decode()
    assert post(client, base).status_code == 422
    assert post(client, base, why="Not taken for a year").status_code == 303


def test_the_list_of_orders_to_sign(client, person, place, nurse) -> None:  # noqa: F811
    order(nurse, person, source="telephone", prescriber="Demo-Doctor, Eve", days=2)
    become(client, "provider", place)
    assert "lisinopril" in client.get("/medications/to-sign/").content.decode()
    row = MedicationOrder.objects.get()
    assert post(client, f"/people/{person}/medications/{row.id}/sign/", version="1").status_code == 303
    assert "Nothing waits" in client.get("/medications/to-sign/").content.decode()


def test_queries_do_not_grow_with_orders(client, person, place, doctor, django_assert_max_num_queries) -> None:  # noqa: F811
    become(client, "rn", place)
    path = f"/people/{person}/medications/"
    client.get(path)
    with clock.frozen(MORNING):
        order(doctor, person)
        with django_assert_max_num_queries(60) as few:
            client.get(path)
        for product in ("197361", "314077"):
            order(doctor, person, product=product, indication="Pressure", reasons=ANY_REASON)
        with django_assert_max_num_queries(len(few)):
            client.get(path)


def test_the_list_shows_what_the_person_keeps(client, person, place, doctor) -> None:  # noqa: F811
    order(doctor, person, mode="KOP")
    become(client, "provider", place)
    page = client.get(f"/people/{person}/medications/")
    assert page.status_code == 200
    assert "with the person" in page.content.decode()
