"""The second person at a dose proves themselves; what was named without a network is marked until they do."""

from datetime import timedelta

import pytest

from tests.care.medications.line_makers import MORNING, hartford, housed, nurse, ordered
from tests.care.medications.test_pass import become, post
from throughcare.access.models import User
from throughcare.care.medications import actions
from throughcare.care.medications.actions import Charted, Second
from throughcare.care.medications.models import Dose
from throughcare.devices import actions as devices
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import derived, uuid7

pytestmark = pytest.mark.django_db
AT = MORNING + timedelta(minutes=5)
TRAMADOL = "835603"
BO = Second(derived("test", "second"), "Demo-Second, Bo", "rn")
WASTED = {"status": "wasted", "reason": "dropped"}


@pytest.fixture
def dose() -> Dose:
    made = ordered(housed(1), product=TRAMADOL, days=3)
    return Dose.objects.filter(order_id=made).order_by("due_at").first()


def test_waste_of_a_controlled_medicine_wants_a_witness_who_proved_it(dose) -> None:
    about = {"actor": nurse(), "person_id": dose.person_id}
    with clock.frozen(AT):
        typed = Charted(dose.id, **WASTED, detail={"witness": "Demo-Second, Bo"})
        with pytest.raises(Invalid, match="second person"):
            actions.record_doses(**about, charted=[typed])
        me = Second(nurse().id, nurse().name, "rn")
        with pytest.raises(Invalid, match="own witness"):
            actions.record_doses(**about, charted=[Charted(dose.id, **WASTED, second=me)])
        actions.record_doses(**about, charted=[Charted(dose.id, **WASTED, second=BO)])
    dose.refresh_from_db()
    assert dose.detail["second"] == "Demo-Second, Bo (nurse)"
    assert dose.detail["second_id"] == str(BO.id)


def test_a_leased_dose_is_given_here_by_two_who_are_signed(dose) -> None:
    about = {"actor": nurse(), "person_id": dose.person_id}
    with clock.frozen(AT):
        device = devices.enrol_device(actor=nurse(), device_id=uuid7(), facility_id=hartford().id, name="Cart 1")
        devices.take_bundle(actor=nurse(), device_id=device, people=1, own={"dose": [dose.order_id]})
        with pytest.raises(Invalid, match="Two people"):
            actions.record_doses(
                **about, charted=[Charted(dose.id, "given", detail={"second": "Demo-Second, Bo", "second_id": "x"})]
            )
        (done,) = actions.record_doses(**about, charted=[Charted(dose.id, "given", second=BO)])
    assert done.status == "given"


def test_on_the_pass_the_second_person_types_their_own_pin(client, dose) -> None:
    person = str(dose.person_id)
    with clock.frozen(AT):
        become(client, "lpn")
        become(client, "rn")
        said = {"person": person, "doses": [{"dose": str(dose.id), **WASTED}]}
        assert post(client, "chart", **said)[0] == 422
        status, body = post(client, "chart", **said, second="nobody", second_secret="1234")
        assert (status, body["fields"].keys()) == (422, {"second_secret"})
        lpn = User.objects.get(username__startswith="demo-lpn").username
        assert post(client, "chart", **said, second=lpn)[0] == 200
    dose.refresh_from_db()
    assert dose.detail["second"].endswith("(practical nurse)")


def test_a_name_from_paper_is_marked_until_its_owner_signs(client, dose) -> None:
    with clock.frozen(AT):
        paper = Charted(dose.id, **WASTED, at=MORNING, detail={"witness": "Demo-Second, Bo"})
        actions.enter_from_paper(actor=nurse(), person_id=dose.person_id, charted=[paper])
        become(client, "lpn")
        become(client, "rn")
        page = f"/people/{dose.person_id}/medications/doses/{dose.id}/"
        shown = client.get(page).content.decode()
        assert "has not proved it yet" in shown
        lpn = User.objects.get(username__startswith="demo-lpn").username
        dose.refresh_from_db()
        said = {"intent": str(uuid7()), "verb": "second", "version": str(dose.version)}
        assert client.post(page, {**said, "second": ""}).status_code == 422
        assert client.post(page, {**said, "intent": str(uuid7()), "second": lpn}).status_code == 303
        assert "has not proved it yet" not in client.get(page).content.decode()
    dose.refresh_from_db()
    assert dose.detail["witness_typed"] == "Demo-Second, Bo"
