"""Observed treatment in the synthetic agency: enrolled, dosed, asked about outside, decided anew, written; sealed from all others."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace

import pytest

from tests.fixtures_lenses import lens_of
from throughcare.care.medications import actions as medications
from throughcare.care.medications import sealed_orders
from throughcare.care.medications.models import Dose, MedicationOrder, ProgrammeOrder
from throughcare.care.substance_use import actions as substance_use
from throughcare.care.substance_use.models import Enrolment, OutsideCall
from throughcare.care.substance_use.reads import records
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.duties.models import Duty
from throughcare.kernel import clock, content, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import formats, verify
from throughcare.ledger.models import SealedVersion
from throughcare.people.actions import Demographics, register
from throughcare.world import medicines as regimens
from throughcare.world import programme, recent
from throughcare.world.scenes import Stage
from throughcare.world.shares import shares

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 11, 17, 23, 0, tzinfo=UTC)
FEED = Actor.feed("custody")
TAKEN = ("given", "given-late", "given-early")


class Everyone:
    """Who works there: one of each role."""

    def at(self, facility_id, role, when, random):
        return SimpleNamespace(
            actor=Actor("staff", derived("test", str(role)), f"Demo-{role}, Sam", role, facility_id, source="world")
        )


@pytest.fixture
def stage():
    return Stage(shares(), Everyone(), Random(1))


@pytest.fixture
def place():
    return Facility.objects.get(code="hartford")


def somebody(place, n: int) -> SimpleNamespace:
    """Somebody who uses opioids and is in custody there."""
    with clock.frozen(EVENING - timedelta(days=2)):
        person = register(actor=FEED, demographics=Demographics(f"Sample-Line{n}", "Alex", sex="male", synthetic=True))
        custody.admit(actor=FEED, person_id=person, to=custody.Spot(place.id))
    return SimpleNamespace(id=person, problems=[{"id": "opioid-use"}])


def wanted(place, share: str, count: int) -> list[SimpleNamespace]:
    """People whose own dice say yes."""
    found, n = [], 0
    while len(found) < count:
        one = somebody(place, n)
        n += 1
        if programme._die(one.id, share):
            found.append(one)
    return found


def duties_of(person, *rules: str) -> dict[str, str]:
    with db.writing(FEED):
        return dict(Duty.objects.filter(person_id=person, rule__in=rules).values_list("rule", "outcome"))


def test_the_line_is_given_by_every_step_and_sealed(stage, place) -> None:
    people = wanted(place, "present", 4)
    lives = [SimpleNamespace(who=one, left=None) for one in people]
    lives.append(SimpleNamespace(who=SimpleNamespace(id=derived("nobody"), problems=[]), left=None))
    with clock.frozen(EVENING):
        assert programme.begin(stage, lives, EVENING) == 4
        assert programme.begin(stage, lives, EVENING) == 0, "nobody is enrolled, or ordered for, twice"
    first = Dose.objects.filter(programme_order_id__isnull=False).order_by("due_at").first()
    morning = first.due_at + timedelta(minutes=40)
    with clock.frozen(morning):
        assert programme.line(stage, morning) >= 4
        assert programme.line(stage, morning) == 0, "nobody is given twice"
    was = Counter(Dose.objects.filter(programme_order_id__isnull=False).values_list("status", flat=True))
    assert sum(was[s] for s in ("given", "given-late", "refused", "no-show", "not-available")) >= 4
    assert was["given"]
    with db.writing(FEED):
        assert Enrolment.objects.count() == 4
    for role in (Role.RN, Role.PROVIDER, Role.HSA, Role.CUSTODY):
        assert not any(records(lens_of(role), [one.id]) for one in people), role
    assert all(records(lens_of(Role.SUD), [one.id]) for one in people)
    assert verify.run().sound
    assert [str(fault) for fault in formats.check().faults] == [], "what is sealed is compared with what its order says"
    with db.writing(formats.CHECKER):
        kinds = set(SealedVersion.objects.values_list("type", flat=True))
    assert kinds <= set(formats._renderers), "each kind of sealed entry is rendered from its rows"
    assert {"ProgrammeEntry", "ProgrammeEnrolment"} <= kinds


def test_who_arrives_from_an_outside_programme_is_asked_about_decided_and_given(stage, place) -> None:
    """MOU-06, MOU-01: the programme outside is called until it answers; a contradiction is a prescriber's duty (MOU-07)."""
    people = wanted(place, "arriving", 12)
    at = EVENING
    with clock.frozen(at):
        for one in people:
            assert programme.report(stage, one, place.id, at)
            assert set(duties_of(one.id, "MOU-06", "MOU-01-DECIDE")) == {"MOU-06", "MOU-01-DECIDE"}
    for hours in range(1, 30, 2):
        at = EVENING + timedelta(hours=hours)
        with clock.frozen(at):
            programme.line(stage, at)
            owed = Duty.objects.filter(rule__in=programme.WORKED, closed_at=None, due_at__lt=at + timedelta(hours=12))
            for duty in owed.order_by("due_at", "id"):
                assert programme.work(stage, duty, at), duty.rule
    with db.writing(FEED):
        answered = OutsideCall.objects.filter(outcome="answered").values("person_id").distinct().count()
        calls = OutsideCall.objects.count()
        assert Enrolment.objects.count() == 12
    assert answered == 12
    assert calls > 12, "some did not answer at first"
    for one in people:
        assert duties_of(one.id, "MOU-01-DECIDE") == {"MOU-01-DECIDE": "done"}
        with db.writing(FEED):
            given = Dose.objects.filter(person_id=one.id, programme_order_id__isnull=False, status__in=TAKEN).exists()
        assert duties_of(one.id, "MOU-01-DOSE")["MOU-01-DOSE"] in (("done", "done_late") if given else ("", None))
    assert Dose.objects.filter(programme_order_id__isnull=False, status__in=("given", "given-late")).count() > 6
    assert not Duty.objects.filter(rule="MOU-06", closed_at=None).exists()
    assert verify.run().sound


@pytest.mark.parametrize(("days", "rule"), [(3, "MOU-02"), (5, "MOU-03")])
def test_days_missed_in_a_row_are_decided_anew_by_the_programme(stage, place, days, rule) -> None:
    """MOU-02, MOU-03: nobody came to the line; the old dose is blocked, and the world's staff decides as real ones must."""
    (one,) = wanted(place, "present", 1)
    with clock.frozen(EVENING):
        assert programme.begin(stage, [SimpleNamespace(who=one, left=None)], EVENING) == 1
    with db.writing(FEED):
        old = ProgrammeOrder.objects.get(person_id=one.id)
        before = sealed_orders.programmed(old).amount
    first = Dose.objects.filter(programme_order_id=old.id).order_by("due_at").first()
    with clock.frozen(first.due_at):
        other = stage.worker(place.id, Role.RN, first.due_at)
        seen = programme._observed(first.id, first.due_at, other, place.id)
        medications.give_observed_dose(
            actor=stage.worker(place.id, Role.LPN, first.due_at), person_id=one.id, observed=seen
        )
    for day in range(1, days + 2):
        late = first.due_at + timedelta(days=day)
        with clock.frozen(late):
            medications.lay_programme_doses(actor=medications.CLOCK)
            medications.tell_missed_treatment(actor=medications.CLOCK)
    with clock.frozen(late):
        (duty,) = Duty.objects.filter(person_id=one.id, rule=rule, closed_at=None)
        assert (duty.owner_role, duty.lane) == ("provider", "now")
        assert programme.work(stage, duty, late)
        assert duties_of(one.id, rule) == {rule: "done"}
    with db.writing(FEED):
        new = ProgrammeOrder.objects.get(person_id=one.id, status="active")
        assert new.id != old.id
        assert sealed_orders.programmed(new).amount == max(1, before / 2)


def test_two_answers_about_one_dose_are_decided_anew(stage, place) -> None:
    """MOU-07: outside they say another dose than was ordered; the programme's staff decides, and a new order takes its place."""
    (one,) = wanted(place, "present", 1)
    said = content.load(programme.PATH)
    with clock.frozen(EVENING):
        assert programme.begin(stage, [SimpleNamespace(who=one, left=None)], EVENING) == 1
        told = {
            "spoke_with": "Demo-Nurse, Kim",
            "dose": "7 mg",
            "last_on": clock.today() - timedelta(days=1),
            "missed": 0,
        }
        call = substance_use.Call(str(said["outside"]), str(said["outside_number"]), "answered", **told)
        substance_use.log_outside_call(actor=programme._staff(stage, place.id, EVENING), person_id=one.id, call=call)
        (duty,) = Duty.objects.filter(person_id=one.id, rule="MOU-07", closed_at=None)
        assert programme.work(stage, duty, EVENING)
        assert duties_of(one.id, "MOU-07") == {"MOU-07": "done"}
    with db.writing(FEED):
        orders = ProgrammeOrder.objects.filter(person_id=one.id).values_list("status", flat=True)
        assert sorted(orders) == ["active", "stopped"], "a new order took the old one's place"


def test_who_says_yes_to_treatment_is_started_by_a_prescriber(stage, place) -> None:
    """MOU-05: offered at a check and accepted; the prescriber orders, and the duty is done by the order."""
    one = somebody(place, 1)
    with clock.frozen(EVENING):
        nurse = stage.worker(place.id, Role.RN, EVENING)
        substance_use.offer_treatment(actor=nurse, person_id=one.id, answer="accepted")
        (duty,) = Duty.objects.filter(person_id=one.id, rule="MOU-05", closed_at=None)
        assert programme.work(stage, duty, EVENING)
        assert duties_of(one.id, "MOU-05") == {"MOU-05": "done"}
    order = MedicationOrder.objects.get(person_id=one.id, status="active")
    assert order.opioid_treatment
    assert Dose.objects.filter(order=order).exists()


def test_its_shares_give_about_as_many_as_the_source_counts() -> None:
    """Arrivals of a year with a programme outside: about the 845 whom the source counts, within a half."""
    body = content.load(programme.PATH)
    problem = next(p for p in shares().problems if p["id"] == "opioid-use")
    a_year = 22_084 * float(problem["share"]) * float(body["arriving"])
    assert 845 / 2 < a_year < 845 * 1.5
    assert set(programme.WORKED) <= set(recent.WORKED)
    assert any(r["id"] == "opioid-treatment" for r in content.rows(regimens.PATH, "regimen"))


def test_what_its_record_asks_for_is_written_by_its_staff(stage, place) -> None:
    (one,) = wanted(place, "present", 1)
    rules = tuple(programme.RECORD)
    with clock.frozen(EVENING):
        programme.begin(stage, [SimpleNamespace(who=one, left=None)], EVENING)
        assert set(duties_of(one.id, *rules)) == set(rules)
    later = EVENING + timedelta(days=13)
    with clock.frozen(later):
        assert programme.keep_record(stage, later) == 1
        assert duties_of(one.id, "REC-EXAM") == {"REC-EXAM": "done"}
