"""What custody's system reports of an arrival acts before anybody looks, and nobody unticks it (rulings 1 and 2)."""

import pytest

from tests.care.intake.test_thread import HEALTHY_LOOK, answer_instruments, arrival, hartford, healthy, nurse  # noqa: F401
from tests.exchange.messages import Arrival as Told
from tests.exchange.messages import message
from throughcare.care.intake import actions
from throughcare.care.intake.models import Arrival, Effect
from throughcare.chart import forms
from throughcare.custody.models import OperationalAlert
from throughcare.duties.models import Duty
from throughcare.exchange.hl7v2 import actions as exchange
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid

pytestmark = pytest.mark.django_db


def send(flags: str, control_id: str = "C1", event: str = "A01") -> bytes:
    told = message(event, Told(), control_id=control_id)
    with clock.frozen(Told().at):
        _, ack = exchange.receive(told.replace(b"ZCU|accused", f"ZCU|accused|||||{flags}".encode()), "mllp")
    return ack


def alerts(person) -> list[str]:
    return list(OperationalAlert.objects.filter(person_id=person, ended_at=None).values_list("template", flat=True))


def test_a_flag_begins_a_watch_before_anybody_looks_and_a_repeat_begins_none(client) -> None:
    assert b"MSA|AA" in send("SUICIDAL REMARK~swore at the desk")
    assert b"MSA|AA" in send("SUICIDAL REMARK~swore at the desk"), "the same message once more"
    coming = Arrival.objects.get()
    assert coming.officer_flags == ["suicidal", "swore at the desk"]
    assert "watch_constant" in alerts(coming.person_id)
    assert Duty.objects.filter(person_id=coming.person_id, rule="INT-03", closed_at=None).exists()
    effects = Effect.objects.filter(arrival=coming).count()
    assert b"MSA|AA" in send("SUICIDE", "C2", "A08")
    assert Effect.objects.filter(arrival=coming).count() == effects

    client.post("/demo/become", {"role": "rn", "facility": str(coming.facility_id)})
    for page in ("/intake/", f"/people/{coming.person_id}/intake/{coming.id}/look/"):
        shown = client.get(page).content.decode()
        assert "Suicidal remark or act" in shown
        assert "swore at the desk" in shown


def test_a_flag_stays_whatever_is_ticked_and_asks_for_an_answer_before_the_signature(nurse, arrival) -> None:  # noqa: F811
    one = {"actor": nurse, "person_id": arrival.person_id, "arrival_id": arrival.id}
    actions.finish_quick_look(**one, posted=HEALTHY_LOOK)
    actions.report_by_officer(actor=Actor.feed("custody"), person_id=arrival.person_id, flags=["fall"])
    actions.save_screening(**one, posted=healthy())
    arrival.refresh_from_db()
    assert arrival.screening.posted["officer-report"] == ["fall"]
    assert Effect.objects.get(arrival=arrival, key="neuro-checks").state == "acted"


def test_a_flag_after_the_signature_acts_as_well(nurse, arrival) -> None:  # noqa: F811
    one = {"actor": nurse, "person_id": arrival.person_id, "arrival_id": arrival.id}
    actions.finish_quick_look(**one, posted=HEALTHY_LOOK)
    actions.save_screening(**one, posted=healthy())
    answer_instruments(nurse, arrival)
    actions.sign_screening(**one)
    for _ in range(2):
        actions.report_by_officer(actor=nurse, person_id=arrival.person_id, flags=["swallowed"])
    assert Effect.objects.filter(arrival=arrival, key="provider-now").count() == 1
    with pytest.raises(Invalid, match="A nurse must read it"):
        actions.report_by_officer(actor=nurse, person_id=arrival.person_id, flags=["swore at the desk"])
    assert Duty.objects.filter(person_id=arrival.person_id, rule="INT-03", closed_at=None).exists()


@pytest.mark.parametrize(
    "code", [o.code for o in forms.load("intake-receiving-screening").item("officer-report").options]
)
def test_every_flag_is_taken_or_is_words(nurse, arrival, code) -> None:  # noqa: F811
    assert actions.report_by_officer(actor=nurse, person_id=arrival.person_id, flags=[code]) == (code,)


def test_a_report_of_somebody_who_is_not_expected_is_refused(nurse, arrival) -> None:  # noqa: F811
    actions.leave_arrival(actor=nurse, stay_id=arrival.stay_id)
    with pytest.raises(Invalid, match="no arrival"):
        actions.report_by_officer(actor=nurse, person_id=arrival.person_id, flags=["fall"])
