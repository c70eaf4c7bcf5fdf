"""The first thread: custody books somebody, the nurse looks, asks and signs; what answers call for is there at once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from throughcare.care.intake import actions, answering, reads
from throughcare.care.intake.models import Arrival, Effect
from throughcare.care.medications import actions as medications
from throughcare.care.medications import brought
from throughcare.care.medications.actions import Prescription
from throughcare.chart import actions as chart
from throughcare.chart import forms
from throughcare.chart.models import Allergy, HomeMedicine, Order
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility, OperationalAlert
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def hartford():
    return Facility.objects.get(short_name__istartswith="Hartford")


@pytest.fixture
def nurse(hartford):
    return Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, hartford.id)


@pytest.fixture
def arrival(hartford):
    feed = Actor.feed("custody")
    person = register(actor=feed, demographics=Demographics("Sample-Ortiz", "Luis", date(1990, 2, 3), "male"))
    custody.admit(actor=feed, person_id=person, to=custody.Spot(hartford.id))
    return Arrival.objects.get(person_id=person)


HEALTHY_LOOK = {
    "can-be-pregnant": ["no"],
    "awake": ["alert"],
    "breathing": ["easy"],
    "bleeding": ["none"],
    "intoxication": ["none"],
    "suicidal-remark": ["no"],
    "last-opioid": ["never"],
    "last-alcohol": ["never"],
    "dose-due": ["none"],
    "pregnancy": ["no"],
}


def healthy(**changes: list[str]) -> dict[str, list[str]]:
    """Answer everything that is asked as a healthy man would."""
    form = forms.load(answering.SCREENING)
    posted: dict[str, list[str]] = {
        "can-be-pregnant": ["no"],
        "under-18": ["no"],
        "disposition": ["general"],
        "interpreter": ["not-needed"],
    }
    numbers = {
        "bp-systolic": "122",
        "bp-diastolic": "78",
        "pulse": "70",
        "respiration": "14",
        "temperature": "98.2",
        "oxygen": "98",
        "weight": "177",
        "height": "70",
    }
    posted |= {name: [value] for name, value in numbers.items()}
    for item in form.walk():
        codes = [o.code for o in item.options]
        if item.link_id not in posted and "." not in item.link_id and item.required and "none" in codes:
            posted[item.link_id] = ["none"]
    posted |= {"out-of-hearing": ["yes"], "dental-pain": ["no"], "takes-medicines": ["no"], "has-allergies": ["no"]}
    posted |= changes
    for _ in range(3):
        answers = answering.typed(form, posted)
        for field in forms.missing(form, answers):
            item = form.item(field.split(":")[0])
            posted[field] = ["no"] if item.kind.value == "boolean" else ["none"]
    return posted


def answer_instruments(nurse, arrival) -> None:
    """Sign every instrument that was fired, each with its least worrying answers."""
    for _ in range(4):
        for name, response in reads_instruments(arrival).items():
            if response.status != "draft":
                continue
            form = forms.load(name)
            posted = {}
            for item in form.walk():
                if item.kind.value == "boolean":
                    posted[item.link_id] = ["no"]
                elif item.options:
                    least = min(item.options, key=lambda o: o.weight if o.weight is not None else 0)
                    posted[item.link_id] = [least.code]
                elif item.kind.value in ("integer", "decimal", "quantity"):
                    posted[item.link_id] = ["0"]
            actions.sign_instrument(
                actor=nurse, person_id=arrival.person_id, arrival_id=arrival.id, form=name, posted=posted
            )


def reads_instruments(arrival):
    return dict(answering.of_screening(Arrival.objects.get(id=arrival.id), sex="male").instruments)


def open_rules(person) -> set[str]:
    return set(Duty.objects.filter(person_id=person, closed_at=None).values_list("rule", flat=True))


def test_from_the_van_to_the_signature(nurse, arrival, rn_lens) -> None:
    person = arrival.person_id
    assert {"INT-00", "INT-02", "INT-05-TEST"} <= open_rules(person)
    assert [w.person_id for w in reads.queue(rn_lens)] == [person]
    lane = actions.finish_quick_look(actor=nurse, person_id=person, arrival_id=arrival.id, posted=HEALTHY_LOOK)
    assert lane == "shift"
    assert "INT-00" not in open_rules(person)
    actions.save_screening(actor=nurse, person_id=person, arrival_id=arrival.id, posted=healthy())
    answer_instruments(nurse, arrival)
    try:
        actions.sign_screening(actor=nurse, person_id=person, arrival_id=arrival.id)
    except Invalid as e:
        raise AssertionError(e.fields) from e
    signed = Arrival.objects.get(id=arrival.id)
    assert (signed.state, signed.disposition) == ("signed", "general")
    assert Duty.objects.get(person_id=person, rule="INT-02").outcome == "done"
    assert not {"INT-02", "INT-08"} & open_rules(person)
    assert Allergy.objects.get(person_id=person).none_known
    assert reads.queue(rn_lens) == []
    assert verify.run().broken == []
    with pytest.raises(Stale):
        actions.save_screening(actor=nurse, person_id=person, arrival_id=arrival.id, posted={})
    with pytest.raises(IntegrityError, match="not changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE intake_arrival SET disposition = 'x' WHERE id = %s", [arrival.id])


def test_answers_act_before_the_signature_and_are_taken_back_when_corrected(nurse, arrival) -> None:
    person = arrival.person_id
    save = {"actor": nurse, "person_id": person, "arrival_id": arrival.id}
    actions.save_screening(**save, posted=healthy(needs=["stairs"], symptoms=["cough", "blood"]))
    alerts = set(OperationalAlert.objects.filter(person_id=person, ended_at=None).values_list("template", flat=True))
    assert "mask_single_cell" in alerts
    orders = Order.objects.filter(person_id=person, status="active").count()
    assert orders > 1
    actions.save_screening(**save, posted=healthy(needs=["none"], symptoms=["none"]))
    assert not OperationalAlert.objects.filter(person_id=person, ended_at=None, template="mask_single_cell").exists()
    assert Order.objects.filter(person_id=person, status="revoked").exists()
    actions.save_screening(**save, posted=healthy(symptoms=["cough", "blood"]))
    assert OperationalAlert.objects.filter(person_id=person, ended_at=None, template="mask_single_cell").exists()
    assert Effect.objects.filter(arrival=arrival, key="mask_single_cell").count() == 1


def test_a_suicidal_remark_puts_a_watch_on_the_board_at_once_and_no_answer_takes_it_back(nurse, arrival) -> None:
    person = arrival.person_id
    actions.finish_quick_look(
        actor=nurse,
        person_id=person,
        arrival_id=arrival.id,
        posted={**HEALTHY_LOOK, "suicidal-remark": ["act"]},
    )
    assert OperationalAlert.objects.filter(person_id=person, ended_at=None, template="watch_constant").exists()
    actions.save_screening(actor=nurse, person_id=person, arrival_id=arrival.id, posted=healthy())
    assert OperationalAlert.objects.filter(person_id=person, ended_at=None, template="watch_constant").exists()


def test_an_unmapped_positive_refuses_the_signature(nurse, arrival) -> None:
    person = arrival.person_id
    posted = healthy(illness=["surgery"])
    panel = actions.save_screening(actor=nurse, person_id=person, arrival_id=arrival.id, posted=posted)
    answer_instruments(nurse, arrival)
    if panel.open_positives:
        with pytest.raises(Invalid) as refusal:
            actions.sign_screening(actor=nurse, person_id=person, arrival_id=arrival.id)
        for positive in refusal.value.fields:
            actions.answer_positive(
                actor=nurse,
                person_id=person,
                arrival_id=arrival.id,
                positive=positive,
                reason="Healed ten years ago, no complaint.",
            )
    actions.sign_screening(actor=nurse, person_id=person, arrival_id=arrival.id)


def test_insulin_starts_its_clocks_before_anybody_signs(nurse, arrival) -> None:
    person = arrival.person_id
    posted = healthy(
        **{
            "takes-medicines": ["yes"],
            "medicine.drug:0": ["Insulin glargine"],
            "medicine.critical:0": ["insulin"],
            "medicine.verified:0": ["not-yet"],
        }
    )
    actions.save_screening(actor=nurse, person_id=person, arrival_id=arrival.id, posted=posted)
    assert {"INT-04-DECIDE", "INT-04-DOSE"} <= open_rules(person)
    before = Duty.objects.filter(person_id=person, rule="INT-04-DECIDE").count()
    answer_instruments(nurse, arrival)
    actions.save_screening(actor=nurse, person_id=person, arrival_id=arrival.id, posted=posted)
    assert Duty.objects.filter(person_id=person, rule="INT-04-DECIDE").count() == before
    assert HomeMedicine.objects.filter(person_id=person).count() == 0


def test_each_medicine_named_has_its_own_clock_since_the_answer(nurse, arrival, hartford) -> None:
    person = arrival.person_id
    about = {"actor": nurse, "person_id": person, "arrival_id": arrival.id}
    posted = healthy(
        **{
            "takes-medicines": ["yes"],
            "medicine.drug:0": ["Insulin glargine"],
            "medicine.critical:0": ["insulin"],
            "medicine.verified:0": ["not-yet"],
            "medicine.last:0": ["2026-11-19"],
            "medicine.last:1": ["2026-11-19"],
            "medicine.often:0": ["daily"],
            "medicine.often:1": ["daily"],
            "medicine.drug:1": ["lisinopril 10 mg"],
            "medicine.critical:1": ["none"],
            "medicine.verified:1": ["bottle"],
        }
    )
    told = clock.now() - timedelta(hours=3)
    with clock.frozen(told):
        actions.save_screening(**about, posted=posted)
    begun = set(Duty.objects.filter(person_id=person, rule__startswith="INT-04").values_list("id", flat=True))
    answer_instruments(nurse, arrival)
    actions.sign_screening(**about)
    assert set(Duty.objects.filter(id__in=begun).values_list("outcome", "reason")) == {("excused", "medicines listed")}
    homes = {m.text: m.id for m in HomeMedicine.objects.filter(person_id=person)}
    duties = Duty.objects.filter(person_id=person, rule__startswith="INT-04", closed_at=None)
    assert set(duties.values_list("rule", "about")) == {
        ("INT-04-DECIDE", homes["Insulin glargine"]),
        ("INT-04-DOSE", homes["Insulin glargine"]),
        ("INT-04-DECIDE", homes["lisinopril 10 mg"]),
    }
    assert set(duties.filter(rule="INT-04-DECIDE").values_list("opened_at", "due_at")) == {
        (told, told + timedelta(hours=12))
    }, "the clock runs since the answer"
    doctor = Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, hartford.id)
    decided = {"actor": doctor, "person_id": person}
    daily = Prescription(
        product="314076",
        timing={"kind": "passes", "passes": ["morning"]},
        indication="High blood pressure",
        amount=Decimal(1),
        home_medicine_id=homes["lisinopril 10 mg"],
    )
    medications.place_order(**decided, asked=daily)
    medications.decide_medicine(
        **decided, medicine_id=homes["Insulin glargine"], decision="stop", why="Not taken since 2019"
    )
    assert not duties.exists()
    assert not brought.undecided([person]).exists()
    feed = Actor.feed("custody")
    custody.release(actor=feed, person_id=person, planned=False)
    custody.admit(actor=feed, person_id=person, to=custody.Spot(hartford.id))
    asked_anew = set(brought.undecided([person]).values_list("text", flat=True))
    assert asked_anew == {"lisinopril 10 mg"}, "an order of an earlier stay decides nothing in this one"


def test_the_empty_screening_cannot_be_signed(nurse, arrival) -> None:
    with pytest.raises(Invalid):
        actions.sign_screening(actor=nurse, person_id=arrival.person_id, arrival_id=arrival.id)
    actions.save_screening(actor=nurse, person_id=arrival.person_id, arrival_id=arrival.id, posted={})
    with pytest.raises(Invalid) as refusal:
        actions.sign_screening(actor=nurse, person_id=arrival.person_id, arrival_id=arrival.id)
    assert len(refusal.value.fields) > 10


def test_who_is_gone_leaves_the_queue(arrival, rn_lens) -> None:
    custody.release(actor=Actor.feed("custody"), person_id=arrival.person_id, planned=False)
    assert reads.queue(rn_lens) == []
    assert Arrival.objects.get(id=arrival.id).state == "left"


def test_what_a_screening_finds_and_can_wait_has_an_owner_and_its_own_time(nurse, arrival) -> None:
    """A referral without a clock is lost: the dentist's week and the evaluation within three days are duties."""
    person = arrival.person_id
    save = {"actor": nurse, "person_id": person, "arrival_id": arrival.id}
    actions.save_screening(**save, posted=healthy(**{"dental-pain": ["yes"], "mind": ["treatment"]}))
    tooth = Duty.objects.get(person_id=person, rule="INT-03-LATER", owner_role="dental")
    assert (tooth.due_at - tooth.opened_at).days in (6, 7)
    assert Duty.objects.get(person_id=person, rule="MHS-02").owner_role == "psych"
    posted = {f"bjmhs-{n}": ["yes" if n < 3 else "no"] for n in range(1, 9)} | {"officer-concern": ["no"]}
    actions.sign_instrument(**save, form="bjmhs", posted=posted)
    urgent = Duty.objects.get(person_id=person, rule="MHS-02-URGENT", closed_at=None)
    assert urgent.due_at - urgent.opened_at == timedelta(hours=72)
    dentist = Effect.objects.get(arrival=arrival, key="dental-urgent")
    chart.end_order(actor=nurse, person_id=person, order_id=dentist.act_id, verb="complete")
    assert Duty.objects.get(id=tooth.id).outcome == "done"


def test_an_order_that_the_specification_times_has_a_clock_and_it_ends_with_the_order(nurse, arrival) -> None:
    """A chest X-ray for a cough is for this shift (clinical.md 3.1), looking after stimulants is withdrawal's (3.3)."""
    person = arrival.person_id
    save = {"actor": nurse, "person_id": person, "arrival_id": arrival.id}
    stimulants = {"substances": ["stimulants"], "stimulant-often": ["daily"], "stimulant-last": ["2026-01-01T08:00"]}
    actions.save_screening(**save, posted=healthy(symptoms=["cough"], **stimulants))
    x_ray = Effect.objects.get(arrival=arrival, key="chest-x-ray")
    owed = Duty.objects.get(person_id=person, rule="INT-03", about=x_ray.id)
    assert (owed.outcome, owed.facts["urgency"]) == ("", "urgent")
    assert "WDR-01-STIMULANT" in open_rules(person)
    chart.end_order(actor=nurse, person_id=person, order_id=x_ray.act_id, verb="complete")
    owed.refresh_from_db()
    assert owed.outcome == "done"
    told = Effect.objects.filter(arrival=arrival, kind="order", key="stimulant-watch").values_list("id", flat=True)
    assert not Duty.objects.filter(about__in=list(told)).exists(), "what has no clock of its own opens none"
