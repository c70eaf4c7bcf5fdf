"""Clocks whose trigger was never told: each is opened and closed by what people do at the house's own doors."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.care.intake.test_thread import HEALTHY_LOOK
from tests.exchange.messages import Arrival, message
from throughcare.care.intake import actions as intake
from throughcare.care.intake.models import Arrival as Coming
from throughcare.care.intake.models import Effect
from throughcare.care.mental_health import actions as mental_health
from throughcare.care.mental_health.models import Watch
from throughcare.chart import actions as chart
from throughcare.chart import forms
from throughcare.chart.forms.questionnaire import Kind
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility, OperationalAlert
from throughcare.duties import tick
from throughcare.duties.models import Duty
from throughcare.exchange.hl7v2 import actions as exchange
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import merge, propose_merge, unmerge

pytestmark = pytest.mark.django_db


@pytest.fixture
def hartford() -> Facility:
    return Facility.objects.get(short_name__istartswith="Hartford")


@pytest.fixture
def coming(hartford) -> Coming:
    with clock.frozen(Arrival().at + timedelta(minutes=1)):
        _, ack = exchange.receive(message("A01", Arrival(), control_id="C1"), "mllp")
    assert b"MSA|AA" in ack
    return Coming.objects.get()


def become(client, role: str, place: Facility, person: UUID | str = "") -> None:
    answer = client.post("/demo/become", {"role": role, "facility": str(place.id), "person": str(person)})
    assert answer.status_code == 302


def post(client, address: str, **fields: str) -> None:
    answer = client.post(address, {"intent": str(uuid7()), **fields})
    assert answer.status_code in (302, 303), answer.content.decode()[-3000:]


def duties(person: UUID | None, rule: str) -> list[Duty]:
    return list(Duty.objects.filter(person_id=person, rule=rule).order_by("opened_at"))


def open_(person: UUID, rule: str) -> bool:
    return any(d.closed_at is None for d in duties(person, rule))


def test_an_urgent_finding_is_open_until_its_referral_is_acted_on(client, coming, hartford) -> None:
    person = coming.person_id
    become(client, "rn", hartford)
    post(client, f"/people/{person}/intake/{coming.id}/look/", **{**_flat(HEALTHY_LOOK), "suicidal-remark": "act"})
    (referral,) = Effect.objects.filter(kind="referral", key="mental-health-now", state="acted")
    (found,) = [d for d in duties(person, "INT-03") if d.about == referral.id]
    assert (found.closed_at, found.lane) == (None, "now")
    assert open_(person, "MHS-02-URGENT"), "a finding of mental health brings its evaluation"
    psych = Actor("staff", derived("test", "psych"), "Demo-Mind, Cy", Role.PSYCH, hartford.id)
    chart.end_order(actor=psych, person_id=person, order_id=referral.act_id, verb="complete")
    (found,) = [d for d in duties(person, "INT-03") if d.about == referral.id]
    assert found.outcome == "done"


def _flat(look: dict[str, list[str]]) -> dict[str, str]:
    return {name: values[0] for name, values in look.items()}


def test_the_boxes_are_emptied_by_health_staff_once_a_day(client, hartford) -> None:
    tick.run()
    with clock.frozen(clock.now().replace(hour=18)):
        tick.run()
    waits = Duty.objects.get(rule="SCR-01", subject_id=hartford.id, closed_at=None)
    become(client, "custody", hartford)
    assert client.post("/sick-call/collected/", {"intent": str(uuid7()), "slips": "3"}).status_code in (403, 404)
    become(client, "rn", hartford)
    assert "not yet collected" in client.get("/sick-call/").content.decode()
    refused = client.post("/sick-call/collected/", {"intent": str(uuid7()), "slips": "3"})
    assert refused.status_code == 422
    assert "restrictive housing" in refused.content.decode()
    post(client, "/sick-call/collected/", slips="3", all_housing="yes")
    assert Duty.objects.get(id=waits.id).outcome == "done"
    assert "last collected" in client.get("/sick-call/").content.decode()


def test_two_stays_after_a_link_are_a_duty_until_one_is_left(coming, hartford) -> None:
    clerk = Actor("staff", derived("test", "him"), "Demo-Clerk, Di", Role.HIM, hartford.id)
    with clock.frozen(Arrival().at + timedelta(minutes=5)):
        exchange.receive(message("A01", Arrival(number="T0000002", family="Sample-Reyes"), control_id="C2"), "mllp")
    other = Coming.objects.exclude(id=coming.id).get().person_id
    proposal = propose_merge(actor=clerk, a=coming.person_id, b=other, reasons=["alike"], source="test")
    assert proposal is not None
    merge(actor=clerk, proposal_id=proposal, survivor_id=coming.person_id, why="same fingerprints")
    settle = [d for d in duties(coming.person_id, "PPL-02") if d.trigger == "stay_conflict"]
    assert [d.closed_at for d in settle] == [None]
    unmerge(actor=clerk, loser_id=other, why="another man")
    assert Duty.objects.get(id=settle[0].id).outcome == "done"


def test_who_leaves_with_care_unfinished_is_followed_up_and_a_cancelled_release_undoes_it(
    client, coming, hartford
) -> None:
    person, luis = coming.person_id, Arrival()
    become(client, "rn", hartford)
    post(client, f"/people/{person}/medicines/", text="metformin 500 mg")
    gone = luis.moved("HARTFORD CC", "A", hours=4)
    with clock.frozen(gone.at):
        exchange.receive(message("A03", gone, control_id="C3"), "mllp")
    for rule in ("REL-CONTACT-1", "REL-CONTACT-7", "REL-CONTACT-30"):
        assert open_(person, rule)
    assert not duties(person, "REL-INFECTION")
    back = gone.moved("HARTFORD CC", "A", hours=0.5)
    with clock.frozen(back.at):
        exchange.receive(message("A13", back, control_id="C4"), "mllp")
    assert [d.outcome for d in duties(person, "REL-CONTACT-1")] == ["void"]


def test_a_release_with_nothing_open_calls_for_no_contact(coming) -> None:
    gone = Arrival().moved("HARTFORD CC", "A", hours=4)
    with clock.frozen(gone.at):
        exchange.receive(message("A03", gone, control_id="C3"), "mllp")
    assert not duties(coming.person_id, "REL-CONTACT-1")


def test_red_flag_words_send_an_officer_until_a_nurse_is_there(client, coming, hartford) -> None:
    person = coming.person_id
    become(client, "patient", hartford, person)
    asked = {"type": "sick", "since": "days", "worse": "same", "asked-before": "no", "language": "en", "help": "no"}
    answer = client.post("/kiosk/ask/", {"intent": str(uuid7()), "words": "Chest pain since an hour", **asked})
    assert answer.status_code in (302, 303)
    assert open_(person, "CUS-02")
    request = Duty.objects.get(person_id=person, rule="SCR-00").ref
    become(client, "rn", hartford)
    post(client, f"/people/{person}/sick-call/{request}/red-flag/")
    assert [d.outcome for d in duties(person, "CUS-02")] == ["done"]
    assert not OperationalAlert.objects.filter(person_id=person, template="check_now", ended_at=None).exists()


def test_a_watch_is_assessed_while_it_lasts_and_followed_up_after(coming, hartford) -> None:
    person = coming.person_id
    psych = Actor("staff", derived("test", "psych"), "Demo-Mind, Cy", Role.PSYCH, hartford.id)
    custody.raise_alert(actor=psych, person_id=person, template="watch_constant")
    assert open_(person, "SUI-01")
    assert open_(person, "SUI-03"), "in force before any signature"
    watch = Watch.objects.get(person_id=person)
    found = mental_health.Found({"1": True, "2": False, "6": False}, "Calmer; the court date is the stressor.")
    one = {"actor": psych, "person_id": person, "watch_id": watch.id, "found": found, "plan": {"people": "My sister"}}
    mental_health.assess_watch(decision="lower", why="Speaks of his children, eats.", **one)
    assert open_(person, "SUI-02")
    assert open_(person, "SUI-03"), "a step down is no end"
    assert not duties(person, "SUI-04-72H")
    mental_health.assess_watch(decision="end", why="No wish to die since yesterday.", **one)
    assert not open_(person, "SUI-03")
    assert all(open_(person, rule) for rule in ("SUI-04-72H", "SUI-04-10D", "SUI-04-24D"))


def test_a_note_of_a_kind_settles_the_duty_that_waits_for_it_and_a_provider_signs_too(client, coming, hartford) -> None:
    person = coming.person_id
    become(client, "lpn", hartford)
    page = client.get(f"/people/{person}/notes/").content.decode()
    assert 'value="initial_health_assessment"' not in page, "who may write a kind is the kind's to say"
    become(client, "rn", hartford)
    assert 'value="initial_health_assessment"' in client.get(f"/people/{person}/notes/").content.decode()
    begun = client.post(f"/people/{person}/notes/", {"intent": str(uuid7()), "kind": "initial_health_assessment"})
    words = {"title": "Initial health assessment", "text": "Murmur, new.", "version": "1", "ask_cosign": "yes"}
    post(client, f"{begun.headers['Location']}sign/", **words)
    assert [d.outcome for d in duties(person, "IHA-01")] == ["done"]
    assert open_(person, "IHA-01-COSIGN")
    become(client, "provider", hartford)
    shown = client.get(begun.headers["Location"]).content.decode()
    assert "waits for a second signature" in shown
    version = shown.partition('name="version" value="')[2].partition('"')[0]
    post(client, f"{begun.headers['Location']}cosign/", version=version)
    assert [d.outcome for d in duties(person, "IHA-01-COSIGN")] == ["done"]


def answered() -> dict[str, list[str]]:
    """Answer each question of the sexual safety screen with no."""
    form = forms.load("prea-risk")
    asked = [i.link_id for i in form.walk() if i.kind is Kind.BOOLEAN]
    return {name: ["no"] for name in asked} | {"determination": ["none"], "reason": ["As counted."]}


def test_a_second_sexual_safety_screen_in_a_stay_is_the_reassessment(coming, hartford) -> None:
    person = coming.person_id
    prea = Actor("staff", derived("test", "prea"), "Demo-Safe, Pat", Role.PREA, hartford.id)
    with clock.frozen(coming.arrived_at + timedelta(hours=5)):
        intake.sign_sexual_safety(actor=prea, person_id=person, posted=answered())
    with db.writing(prea):
        assert [d.outcome for d in duties(person, "INT-09")] == ["done"]
        again = Duty.objects.get(person_id=person, rule="INT-09-REASSESS")
    assert again.due_at > coming.arrived_at + timedelta(days=28), "counted from the arrival, not at once"
    with clock.frozen(coming.arrived_at + timedelta(days=20)):
        intake.sign_sexual_safety(actor=prea, person_id=person, posted=answered())
    with db.writing(prea):
        assert [d.outcome for d in duties(person, "INT-09-REASSESS")] == ["done"]


def test_who_refuses_the_sexual_safety_screen_is_offered_it_again_and_nothing_is_called_done(coming, hartford) -> None:
    person = coming.person_id
    prea = Actor("staff", derived("test", "prea"), "Demo-Safe, Pat", Role.PREA, hartford.id)
    could_not = {"form~unable": ["no_interpreter"]}
    with clock.frozen(coming.arrived_at + timedelta(hours=4)):
        intake.sign_sexual_safety(actor=prea, person_id=person, posted=could_not)
    with db.writing(prea):
        assert [d.outcome for d in duties(person, "INT-09")] == [""], "nobody asked: it is still owed"
    with clock.frozen(coming.arrived_at + timedelta(hours=5)):
        intake.sign_sexual_safety(actor=prea, person_id=person, posted={"form~unable": ["refuses"]})
    with db.writing(prea):
        assert [d.outcome for d in duties(person, "INT-09")] == ["refused"]
        again = Duty.objects.get(person_id=person, rule="INT-09-REASSESS")
        assert again.closed_at is None and again.due_at > coming.arrived_at + timedelta(days=28)
    with clock.frozen(coming.arrived_at + timedelta(days=20)):
        intake.sign_sexual_safety(actor=prea, person_id=person, posted={"form~unable": ["refuses"]})
    with db.writing(prea):
        assert [d.outcome for d in duties(person, "INT-09-REASSESS")] == ["refused", ""]
    with clock.frozen(coming.arrived_at + timedelta(days=40)):
        intake.sign_sexual_safety(actor=prea, person_id=person, posted=answered())
    with db.writing(prea):
        assert [d.outcome for d in duties(person, "INT-09-REASSESS")] == ["refused", "done"]


def test_after_a_transfer_a_refused_screen_is_offered_again_once(coming, hartford) -> None:
    person = coming.person_id
    prea = Actor("staff", derived("test", "prea"), "Demo-Safe, Pat", Role.PREA, hartford.id)
    other = Facility.objects.exclude(id=hartford.id).filter(closed_on=None).first()
    with clock.frozen(coming.arrived_at + timedelta(hours=5)):
        intake.sign_sexual_safety(actor=prea, person_id=person, posted=answered())
    with clock.frozen(coming.arrived_at + timedelta(days=3)):
        custody.transfer(actor=Actor.feed("custody"), person_id=person, to=custody.Spot(other.id))
    with clock.frozen(coming.arrived_at + timedelta(days=4)):
        intake.sign_sexual_safety(actor=prea, person_id=person, posted={"form~unable": ["refuses"]})
    with db.writing(prea):
        assert [d.outcome for d in duties(person, "INT-09")] == ["done", "refused"]
        standing = [d.outcome for d in duties(person, "INT-09-REASSESS")]
    assert standing == [""], "the one of the arrival stands; a second is not offered beside it"
