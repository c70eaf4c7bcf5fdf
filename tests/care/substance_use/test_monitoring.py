"""Monitoring from the answer that opens it to the order that ends it: due times, what acts at once, who may do what."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.duties.makers import staff
from throughcare.care.intake import actions as intake
from throughcare.care.intake.models import Arrival
from throughcare.care.substance_use import actions
from throughcare.care.substance_use.measures import Taken, read
from throughcare.care.substance_use.models import Check, Episode, Offer
from throughcare.chart.models import Observation, Order
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility, OperationalAlert
from throughcare.duties.actions import RefusalForm
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify
from throughcare.ledger.models import Current
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FINE = {"systolic": "122", "diastolic": "78", "pulse": "84", "temperature": "98.4", "respiration": "16"}
COWS = (
    "pulse",
    "sweating",
    "restlessness",
    "pupils",
    "bone-joint",
    "nose-tears",
    "gi",
    "tremor",
    "yawning",
    "anxiety",
    "gooseflesh",
)
CIWA = (
    "nausea",
    "tremor",
    "sweats",
    "anxiety",
    "agitation",
    "tactile",
    "auditory",
    "visual",
    "headache",
    "orientation",
)


@pytest.fixture
def place():
    return Facility.objects.get(short_name__istartswith="Hartford")


@pytest.fixture
def nurse(place):
    return staff(Role.RN, "Demo-Nurse, Ada", place.id)


@pytest.fixture
def doctor(place):
    return Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, place.id)


@pytest.fixture
def person(place):
    feed = Actor.feed("custody")
    found = register(actor=feed, demographics=Demographics("Sample-Ortiz", "Luis", date(1990, 2, 3), "male"))
    with clock.frozen(NIGHT):
        custody.admit(actor=feed, person_id=found, to=custody.Spot(place.id))
    return found


def cows(**given: int) -> dict[str, list[str]]:
    return {f"cows-{name}": [str(given.get(name.replace("-", "_"), 0))] for name in COWS}


def ciwa(**given: int) -> dict[str, list[str]]:
    return {f"ciwa-{name}": [str(given.get(name, 0))] for name in CIWA}


def begun(nurse, person, substance="opioid", at=NIGHT) -> Episode:
    with clock.frozen(at):
        id_ = actions.open_monitoring(
            actor=nurse, person_id=person, substance=substance, because="Told at the door: daily use"
        )
    return Episode.objects.get(id=id_)


def checked(nurse, episode, posted, at, *, signs=(), typed=None):
    with clock.frozen(at):
        return actions.record_check(
            actor=nurse,
            person_id=episode.person_id,
            episode_id=episode.id,
            posted=posted,
            taken=read({**FINE, **(typed or {})}),
            signs=list(signs),
        )


def duty(person, rule) -> Duty | None:
    return Duty.objects.filter(person_id=person, rule=rule, closed_at=None).first()


def test_an_answer_at_intake_begins_it_before_anybody_signs(nurse, person) -> None:
    arrival = Arrival.objects.get(person_id=person)
    with clock.frozen(NIGHT + HOUR):
        intake.save_screening(
            actor=nurse, person_id=person, arrival_id=arrival.id, posted={"substances": ["opioids", "alcohol"]}
        )
        assert {e.substance for e in Episode.objects.filter(person_id=person)} == {"opioid"}
        intake.save_screening(actor=nurse, person_id=person, arrival_id=arrival.id, posted={"alcohol-often": ["daily"]})
    assert {e.substance for e in Episode.objects.filter(person_id=person)} == {"opioid", "alcohol"}
    due = duty(person, "WDR-01-OPIOID")
    assert due is not None
    assert due.due_at == NIGHT + 2 * HOUR, "the first check within the hour"
    told = OperationalAlert.objects.filter(person_id=person, ended_at=None, template="shaking_check")
    assert told.count() == 1, "one sentence for officers, however many reasons"


def test_from_the_first_check_to_the_order_that_ends_it(nurse, doctor, person) -> None:
    episode = begun(nurse, person)
    done = checked(nurse, episode, cows(pulse=1, sweating=2), NIGHT + HOUR)
    assert (done.score, done.level, done.next_at) == (3, "routine", NIGHT + 7 * HOUR)
    assert duty(person, "WDR-01-OPIOID").due_at == NIGHT + 7 * HOUR
    late = checked(nurse, episode, cows(sweating=1), NIGHT + 30 * HOUR)
    assert late.next_at == NIGHT + 38 * HOUR, "every eight hours from the second day"
    assert Check.objects.get(id=late.check_id).may_end, "twice below five"
    missed = Duty.objects.get(person_id=person, rule="WDR-01-OPIOID", due_at=NIGHT + 7 * HOUR)
    assert missed.closed_at == NIGHT + 30 * HOUR, "a missed check stays late for ever"
    with pytest.raises(NotAllowed):
        actions.end_monitoring(actor=nurse, person_id=person, episode_id=episode.id, why="Fine")
    with pytest.raises(Invalid):
        actions.end_monitoring(actor=doctor, person_id=person, episode_id=episode.id, why=" ")
    with clock.frozen(NIGHT + 31 * HOUR):
        actions.end_monitoring(actor=doctor, person_id=person, episode_id=episode.id, why="Two scores below five.")
    assert duty(person, "WDR-01-OPIOID") is None
    assert not OperationalAlert.objects.filter(person_id=person, template="shaking_check", ended_at=None).exists()
    with pytest.raises(Stale, match="ended"):
        checked(nurse, episode, cows(), NIGHT + 32 * HOUR)
    with pytest.raises(IntegrityError, match="not changed"), transaction.atomic():
        Episode.objects.filter(id=episode.id).update(ended_why="Other")
    assert verify.run().broken == []


def test_ending_one_substance_leaves_the_other_followed(nurse, doctor, person) -> None:
    opioid, alcohol = begun(nurse, person), begun(nurse, person, "alcohol")
    with clock.frozen(NIGHT + HOUR):
        actions.end_monitoring(actor=doctor, person_id=person, episode_id=opioid.id, why="Mistaken: never used.")
    assert duty(person, "WDR-01-OPIOID") is None
    assert duty(person, "WDR-01-ALCOHOL") is not None
    assert alcohol.state == "active"


def test_danger_is_a_decision_now_and_the_decision_answers_it(nurse, doctor, person) -> None:
    episode = begun(nurse, person, "alcohol")
    done = checked(
        nurse,
        episode,
        ciwa(tremor=7, sweats=7, anxiety=6),
        NIGHT + HOUR,
        signs=["hallucinates"],
        typed={"systolic": "182"},
    )
    assert done.level == "hospital"
    assert done.next_at == NIGHT + 2 * HOUR
    codes = {r["code"] for r in Check.objects.get(id=done.check_id).reasons}
    assert codes == {"score", "hallucinates", "systolic"}
    called = duty(person, "WDR-03")
    assert (called.owner_role, called.lane, called.due_at) == ("provider", "now", NIGHT + HOUR + timedelta(minutes=10))
    with clock.frozen(NIGHT + 2 * HOUR), pytest.raises(Invalid, match="decision"):
        actions.end_monitoring(actor=doctor, person_id=person, episode_id=episode.id, why="Enough")
    with clock.frozen(NIGHT + HOUR + timedelta(minutes=8)):
        actions.decide_care(
            actor=doctor, person_id=person, episode_id=episode.id, decision="hospital", words="Delirium; EMS called."
        )
    assert duty(person, "WDR-03") is None
    assert Order.objects.filter(person_id=person, code="emergency-department", priority="stat").exists()
    assert Episode.objects.get(id=episode.id).state == "active", "deciding does not end it"


def test_a_seizure_on_record_calls_before_the_first_check(nurse, person) -> None:
    from throughcare.chart import actions as chart

    chart.raise_flag(actor=nurse, person_id=person, code="withdrawal_seizure_or_dt", text="Seizure in withdrawal")
    begun(nurse, person, "alcohol")
    assert duty(person, "WDR-03") is not None


def test_the_score_is_the_forms_and_never_typed(nurse, person) -> None:
    episode = begun(nurse, person)
    done = checked(nurse, episode, cows(pulse=4, sweating=4, restlessness=5), NIGHT + HOUR)
    assert Check.objects.get(id=done.check_id).response.score["value"] == "13"
    assert duty(person, "WDR-04") is not None, "moderate: prescriber in this shift"
    with pytest.raises(Invalid):
        checked(nurse, episode, {k: v for k, v in cows().items() if k != "cows-gi"}, NIGHT + 2 * HOUR)
    with pytest.raises(DatabaseError), transaction.atomic():
        Check.objects.filter(id=done.check_id).update(score=2)


def test_what_could_not_be_asked_is_tried_again_within_the_hour(nurse, person) -> None:
    episode = begun(nurse, person)
    posted = {**cows(pulse=4, sweating=4, restlessness=5), "cows-gi": [""], "cows-gi~unable": ["refuses"]}
    done = checked(nurse, episode, posted, NIGHT + HOUR)
    assert done.score is None
    assert done.next_at == NIGHT + 2 * HOUR
    assert done.level == "provider_shift", "what is certain already acts"


def test_asleep_is_no_check_and_not_for_ever(nurse, person) -> None:
    episode = begun(nurse, person)
    checked(nurse, episode, cows(), NIGHT + HOUR)
    about = {"actor": nurse, "person_id": person, "episode_id": episode.id}
    with clock.frozen(NIGHT + 7 * HOUR):
        done = actions.record_asleep(**about, respiration=14)
    assert done.next_at == NIGHT + 9 * HOUR
    put_off = Duty.objects.get(person_id=person, rule="WDR-01-OPIOID", due_at=NIGHT + 7 * HOUR)
    assert put_off.outcome == "excused"
    with clock.frozen(NIGHT + 9 * HOUR), pytest.raises(Invalid, match="wake"):
        actions.record_asleep(**about, respiration=14)
    with clock.frozen(NIGHT + 8 * HOUR), pytest.raises(Invalid, match="code"):
        actions.record_asleep(**about, respiration=8)
    assert duty(person, "WDR-01-OPIOID").due_at == NIGHT + 9 * HOUR


def test_a_refusal_is_signed_and_offered_again(nurse, person) -> None:
    episode = begun(nurse, person)
    form = RefusalForm(
        risk_told="You could have a seizure", capacity="has", witness="Demo-Witness, Sam", signed_by_person=True
    )
    with clock.frozen(NIGHT + HOUR):
        actions.record_refusal(actor=nurse, person_id=person, episode_id=episode.id, form=form)
    assert Duty.objects.get(person_id=person, rule="WDR-01-OPIOID", outcome="refused").closed_at == NIGHT + HOUR
    assert duty(person, "WDR-01-OPIOID").due_at == NIGHT + 3 * HOUR
    assert Check.objects.get(episode=episode).kind == "refused"


def test_lost_fluid_must_be_measured_and_dehydration_calls_now(nurse, person) -> None:
    episode = begun(nurse, person)
    with pytest.raises(Invalid, match="weigh"):
        checked(nurse, episode, cows(gi=3), NIGHT + HOUR, signs=["vomiting"])
    dry = {"weight": "160", "standing_systolic": "98", "standing_diastolic": "60", "standing_pulse": "118"}
    done = checked(nurse, episode, cows(gi=3), NIGHT + HOUR, signs=["vomiting"], typed=dry)
    assert done.level == "provider_now"
    assert duty(person, "WDR-02").due_at == NIGHT + HOUR + timedelta(minutes=15)
    assert Observation.objects.filter(person_id=person, code="standing-blood-pressure").exists()


def test_one_scale_serves_alcohol_and_sedatives(nurse, person) -> None:
    alcohol, sedative = begun(nurse, person, "alcohol"), begun(nurse, person, "sedative")
    checked(nurse, alcohol, ciwa(), NIGHT + HOUR)
    assert {c.episode_id for c in Check.objects.all()} == {alcohol.id, sedative.id}
    assert duty(person, "WDR-01-SEDATIVE").due_at == NIGHT + 9 * HOUR
    assert duty(person, "WDR-01-ALCOHOL").due_at == NIGHT + 7 * HOUR


def test_words_of_dying_bring_a_watch_and_mental_health(nurse, person) -> None:
    episode = begun(nurse, person, "stimulant")
    checked(nurse, episode, {}, NIGHT + HOUR, signs=["suicidal"])
    assert OperationalAlert.objects.filter(person_id=person, template="watch_constant", ended_at=None).exists()
    assert Order.objects.filter(person_id=person, code="mental-health-now", status="active").exists()


def test_treatment_is_offered_at_any_score_and_again(nurse, person) -> None:
    episode = begun(nurse, person)
    checked(nurse, episode, cows(), NIGHT + HOUR)
    actions.offer_treatment(actor=nurse, person_id=person, answer="declined", words="Not now.")
    actions.offer_treatment(actor=nurse, person_id=person, answer="accepted", wish="buprenorphine", pregnant=True)
    assert list(Offer.objects.order_by("at").values_list("answer", flat=True)) == ["declined", "accepted"]
    assert Order.objects.filter(person_id=person, code="obstetric-today").count() == 1


def test_release_lets_go_and_a_cancelled_release_takes_it_back(nurse, person) -> None:
    begun(nurse, person)
    feed = Actor.feed("custody")
    with clock.frozen(NIGHT + 5 * HOUR):
        custody.release(actor=feed, person_id=person, destination="discharged")
    assert Episode.objects.get().state == "left"
    assert duty(person, "WDR-01-OPIOID") is None
    with clock.frozen(NIGHT + 6 * HOUR):
        custody.cancel_release(actor=feed, person_id=person)
    assert Episode.objects.get().state == "active"
    assert duty(person, "WDR-01-OPIOID") is not None


def test_what_is_kept_carries_its_labels(nurse, person) -> None:
    episode = begun(nurse, person)
    done = checked(nurse, episode, cows(), NIGHT + HOUR)
    from throughcare.access.labels import names_of

    for id_ in (episode.id, done.check_id):
        assert set(names_of(Current.objects.get(resource_id=id_).labels)) == {"SUD", "OPIOIDUD"}


def test_needed_vitals_or_a_reason() -> None:
    with pytest.raises(Invalid) as refused:
        read({"pulse": "80"})
    assert {"systolic", "temperature"} <= set(refused.value.fields)
    assert read({"untaken": "unsafe"}) == Taken((), "unsafe")
    assert Decimal(read({**FINE, "temperature": "101"}).values["temperature_c"]) >= Decimal("38.3")
