"""A sliding scale from the form to the mouth: ordered row by row, worked out by the house at the value measured, never guessed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.care.medications import line_makers as makers
from tests.care.medications.line_makers import MORNING, housed, ordered
from tests.care.medications.test_medication_screens import AnyReason
from tests.care.medications.test_ordering_and_giving import doctor, nurse, person, place  # noqa: F401
from tests.care.medications.test_pass import become as become_nurse
from tests.care.medications.test_pass import line, post
from tests.care.medications.test_sync import enrolled, event, sync
from tests.care.sick_call.test_screens import become
from throughcare.care.medications import actions, downtime
from throughcare.care.medications.actions import Charted
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.devices.models import DeviceEvent
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
LISPRO, PREDNISONE = "242120", "312617"
SCALE = {
    "kind": "sliding",
    "base": {"kind": "meals", "passes": ["breakfast", "lunch", "supper"], "minutes_before": 15},
    "scale": {
        "measure": "glucose", "unit": "units",
        "rows": [{"from": 70, "to": 149, "amount": "0"}, {"from": 150, "to": 199, "amount": "2"}, {"from": 200, "to": 299, "amount": "4"}],
    },
}  # fmt: skip
ABOVE = {**SCALE, "scale": {**SCALE["scale"], "above_amount": "8"}}


def insulin(timing=SCALE) -> Dose:
    found = ordered(
        housed(1), product=LISPRO, timing=timing, amount=None, route="subcutaneous", indication="Diabetes",
        at=MORNING, reasons=AnyReason(),
    )  # fmt: skip
    return Dose.objects.filter(order_id=found).order_by("due_at").first()


def given(dose: Dose, glucose: str, **more):
    said = Charted(dose.id, "given", at=dose.due_at, detail={"glucose": glucose}, **more)
    return actions.record_doses(actor=makers.nurse(), person_id=dose.person_id, charted=[said])


@pytest.mark.parametrize(
    ("glucose", "says"), [("150", "2"), ("199", "2"), ("200", "4"), ("299", "4")], ids=["low", "high", "next", "last"]
)
def test_the_house_works_out_how_much(glucose: str, says: str) -> None:
    dose = insulin()
    with clock.frozen(dose.due_at):
        given(dose, glucose)
    dose.refresh_from_db()
    assert (dose.status, dose.amount) == ("given", Decimal(says))


@pytest.mark.parametrize(
    ("glucose", "sentence"),
    [
        ("", "measure glucose"), ("high", "measure glucose"), ("12.5", "measure glucose"), ("٣٠٠", "measure glucose"),
        ("69", "call the prescriber"), ("300", "call the prescriber"), ("149", "nothing is given"), ("70", "nothing is given"),
    ],
)  # fmt: skip
def test_without_a_value_or_outside_the_scale_nothing_is_given(glucose: str, sentence: str) -> None:
    dose = insulin()
    with clock.frozen(dose.due_at), pytest.raises(Invalid, match=sentence):
        given(dose, glucose)
    dose.refresh_from_db()
    assert dose.status == "expected"


def test_another_amount_than_the_scale_says_is_refused() -> None:
    dose = insulin()
    with clock.frozen(dose.due_at), pytest.raises(Invalid, match="the scale says 2 units"):
        given(dose, "170", amount=Decimal(4))


def test_above_the_last_row_what_the_order_names_is_given() -> None:
    dose = insulin(ABOVE)
    with clock.frozen(dose.due_at):
        given(dose, "420")
    dose.refresh_from_db()
    assert dose.amount == 8


def test_the_pass_and_the_sheet_for_dead_networks_show_the_scale(client) -> None:
    dose = insulin()
    with clock.frozen(dose.due_at):
        become_nurse(client)
        shown = next(d for p in line(client)["people"] for d in p["doses"] if d["id"] == str(dose.id))
        assert shown["scale"]["rows"][1] == [150, 199, "2", "2 units"]
        assert [a["measure"] for a in shown["asks"]] == ["glucose"]
        sheet = downtime.text(MedicationOrder.objects.get().facility_id)
        assert "150–199: 2 units" in sheet and "below 70: call the prescriber" in sheet
        status, said = post(
            client, "chart", person=str(dose.person_id),
            doses=[{"dose": str(dose.id), "status": "given", "detail": {"glucose": "210"}, "amount": "4"}],
        )  # fmt: skip
    assert status == 200, said
    dose.refresh_from_db()
    assert dose.amount == 4


def test_what_a_tablet_gave_beside_the_scale_stands_and_somebody_looks() -> None:
    dose = insulin()
    with clock.frozen(dose.due_at + timedelta(hours=1)):
        device, bundle = enrolled()
        minutes = int((dose.due_at - MORNING).total_seconds() // 60)
        one = event(dose, minutes=minutes, detail={"glucose": "170"}, amount=Decimal(6))
        assert sync(device, bundle, one) == ["applied"]
    dose.refresh_from_db()
    assert dose.status == "given"
    row = DeviceEvent.objects.get()
    assert row.why == "incomplete" and "the scale says 2 units" in row.sentence


def _order(client, person, product, **fields):  # noqa: F811
    said = {
        "intent": str(uuid7()), "product": product, "indication": "As tested", "mode": "DOT", "priority": "routine",
        "days": "30", "route": "subcutaneous", **fields,
    }  # fmt: skip
    page = f"/people/{person}/medications/order/"
    first = client.post(page, said)
    if first.status_code == 422 and 'name="reason-' in (text := first.content.decode()):
        keys = {part.split('"')[0] for part in text.split('name="reason-')[1:]}
        said |= {f"reason-{key}": "Known and wanted" for key in keys} | {"intent": str(uuid7())}
        return client.post(page, said)
    return first


ROWS = {
    "scale_low_1": "70", "scale_high_1": "149", "scale_amount_1": "0", "scale_low_2": "150", "scale_high_2": "199", "scale_amount_2": "2",
}  # fmt: skip


def test_a_scale_is_ordered_row_by_row_on_its_form(client, person, place) -> None:  # noqa: F811
    become(client, "provider", place)
    done = _order(client, person, LISPRO, frequency="sliding_scale", **ROWS)
    assert done.status_code == 303, done.content.decode()
    scale = MedicationOrder.objects.get().timing["scale"]
    assert [(r["from"], r["to"], r["amount"]) for r in scale["rows"]] == [(70, 149, "0"), (150, 199, "2")]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"scale_high_2": "1 99"}, "whole number in each row"),
        ({"scale_low_2": ""}, "whole number in each row"),
        ({"scale_amount_2": ""}, "Say how much in each row"),
        ({"scale_low_2": "160"}, "says nothing for [150–159]"),
        ({"scale_low_2": "149"}, "stands in two rows"),
        ({"frequency": "morning", "amount": "2"}, "There are rows of a sliding scale"),
        ({"frequency": "taper"}, "There are rows of a sliding scale"),
    ],
)
def test_a_row_that_can_not_be_read_is_never_taken_for_another(client, person, place, changed, sentence) -> None:  # noqa: F811
    become(client, "provider", place)
    page = _order(client, person, LISPRO, **{"frequency": "sliding_scale", **ROWS, **changed})
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not MedicationOrder.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"step_days_1": "3 days"}, "whole number in each row"),
        ({"step_days_2": ""}, "whole number in each row"),
        ({"step_amount_1": ""}, "Say how much in each row"),
        ({"frequency": "morning", "amount": "1"}, "There are steps of a taper"),
        ({"days": "10 days"}, "Write how many days"),
    ],
)
def test_a_step_that_can_not_be_read_never_shortens_a_taper(client, person, place, changed, sentence) -> None:  # noqa: F811
    become(client, "provider", place)
    steps = {"step_days_1": "3", "step_amount_1": "2", "step_days_2": "10", "step_amount_2": "1"}
    page = _order(client, person, PREDNISONE, **{"frequency": "taper", "route": "oral", **steps, **changed})
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not MedicationOrder.objects.exists()


def test_a_long_taper_has_rows_enough(client, person, place) -> None:  # noqa: F811
    become(client, "provider", place)
    steps = {f"step_{name}_{n}": str(1) for n in range(1, 17) for name in ("days", "amount")}
    done = _order(client, person, PREDNISONE, frequency="taper", route="oral", **steps)
    assert done.status_code == 303, done.content.decode()
    assert len(MedicationOrder.objects.get().timing["steps"]) == 16


def test_days_that_can_not_be_read_renew_nothing(client, person, place, doctor) -> None:  # noqa: F811
    become(client, "provider", place)
    assert _order(client, person, PREDNISONE, frequency="morning", amount="1", route="oral").status_code == 303
    row = MedicationOrder.objects.get()
    page = f"/people/{person}/medications/{row.id}/change/"
    answer = client.post(
        page, {"intent": str(uuid7()), "verb": "renew", "version": str(row.version), "days": "two weeks"}
    )
    assert answer.status_code == 422
    assert "Write how many days" in answer.content.decode()
    row.refresh_from_db()
    assert row.status == "active" and MedicationOrder.objects.count() == 1
