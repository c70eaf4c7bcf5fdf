"""An outside programme's last dose, verified or contradicted; and a programme's own sealed record (42 CFR Part 2)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction

from tests.access.test_consents import give, release
from tests.care.medications.test_programme import sealed_order
from tests.care.substance_use.test_check_screens import become, posted
from tests.care.substance_use.test_monitoring import doctor, duty, nurse, person, place  # noqa: F401
from tests.duties.makers import staff
from tests.fixtures_lenses import lens_of
from throughcare.access.kinds import Agreement
from throughcare.care.intake.events import AnswerSignal
from throughcare.care.medications import treatment
from throughcare.care.medications.models import ProgrammeOrder
from throughcare.care.substance_use import actions, calling, programme_rules, reads
from throughcare.care.substance_use.actions import Call
from throughcare.care.substance_use.calling import Said
from throughcare.care.substance_use.models import Enrolment, OutsideCall
from throughcare.custody.models import OperationalAlert
from throughcare.duties import policy as duty_policy
from throughcare.duties import rulebook
from throughcare.duties.models import Duty
from throughcare.kernel import clock, db
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.events import drain, emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import verify

ZONE = ZoneInfo("America/New_York")
FRIDAY = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # 21:00 on Friday
SATURDAY = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def counsellor(place):  # noqa: F811
    return staff(Role.SUD, "Demo-Counsellor, Sol", place.id)


def a_call(outcome="answered", **more) -> Call:
    told = {"spoke_with": "Demo-Nurse, Kim", "dose": "80", "last_on": date(2026, 11, 19), "missed": 0}
    said = told if outcome == "answered" else {}
    return Call(**{"programme": "Demo-Programme", "number": "555-0100", "outcome": outcome, **said, **more})


def log(actor, person, call, at):  # noqa: F811
    with clock.frozen(at):
        return actions.log_outside_call(actor=actor, person_id=person, call=call)


def standing_of(person, at):  # noqa: F811
    with db.writing(staff(Role.SUD)):
        (found,) = treatment.treatments([person])
        return treatment.standing(found, [person], at)


# --- pure -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "at", "expected"),
    [
        ("answered", "2026-11-20 21:00", None),
        ("no-answer", "2026-11-20 21:00", "2026-11-20 22:00"),
        ("wrong-number", "2026-11-20 21:00", "2026-11-20 21:30"),
        ("would-not-say", "2026-11-20 21:00", "2026-11-21 01:00"),
        ("closed", "2026-11-20 21:00", "2026-11-21 06:00"),
        ("closed", "2026-11-20 05:59", "2026-11-20 06:00"),
        ("closed", "2026-11-20 06:00", "2026-11-21 06:00"),
        ("closed", "2026-10-31 21:00", "2026-11-01 06:00"),
    ],
)
def test_when_to_call_again(outcome, at, expected) -> None:
    found = calling.next_try(outcome, datetime.fromisoformat(at).replace(tzinfo=ZONE), ZONE)
    assert found == (datetime.fromisoformat(expected).replace(tzinfo=ZONE) if expected else None)


def test_a_named_opening_hour_wins_over_the_usual_one() -> None:
    opens = FRIDAY + DAY
    assert calling.next_try("closed", FRIDAY, ZONE, opens) == opens
    assert calling.next_try("closed", FRIDAY, ZONE, FRIDAY - DAY) > FRIDAY


@pytest.mark.parametrize(
    ("now", "before", "points"),
    [
        (Said(Decimal(80), date(2026, 11, 19), 0, "b"), Said(Decimal("80.0"), date(2026, 11, 19), 0, "a"), 0),
        (Said(Decimal(60), None, None, "b"), Said(Decimal(80), None, None, "a"), 1),
        (Said(Decimal(80), date(2026, 11, 16), None, "b"), Said(Decimal(80), date(2026, 11, 19), None, "a"), 1),
        (Said(Decimal(80), date(2026, 11, 20), None, "b"), Said(Decimal(80), date(2026, 11, 19), None, "a"), 0),
        (Said(Decimal(80), None, 4, "b"), Said(Decimal(80), None, 0, "a"), 1),
        (Said(None, None, None, "b"), Said(Decimal(80), date(2026, 11, 19), 0, "a"), 0),
    ],
)
def test_when_two_answers_do_not_agree(now, before, points) -> None:
    assert len(calling.differences(now, [before])) == points


@pytest.mark.parametrize(
    ("entries", "today", "late"),
    [
        ([], 0, set()),
        ([], 1, {"diagnosis", "dual_check"}),
        ([("diagnosis", 0), ("dual_check", 0)], 13, set()),
        ([("diagnosis", 0), ("dual_check", 0)], 14, {"exam"}),
        ([("diagnosis", 0), ("dual_check", 0), ("exam", 13)], 29, set()),
        ([("diagnosis", 0), ("dual_check", 0), ("exam", 13)], 30, {"plan", "counselling"}),
        (
            [("diagnosis", 0), ("dual_check", 0), ("exam", 5), ("plan", 9), ("counselling", 20), ("drug_test", 3)],
            48,
            set(),
        ),
        (
            [("diagnosis", 0), ("dual_check", 0), ("exam", 5), ("plan", 9), ("counselling", 20), ("drug_test", 3)],
            49,
            {"drug_test"},
        ),
    ],
)
def test_what_a_programmes_record_needs_and_by_when(entries, today, late) -> None:
    since = date(2026, 11, 1)
    days = [(kind, since + n * DAY) for kind, n in entries]
    found = programme_rules.needed(since, since + today * DAY, days, programme_rules.load())
    assert {n.kind for n in found if n.late} == late


def test_drug_tests_come_to_eight_a_year_at_least() -> None:
    assert 365 / int(str(programme_rules.load()["drug_test"]["each_days"])) >= 8


# --- an outside programme ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_closed_on_friday_and_another_dose_on_saturday(counsellor, doctor, person) -> None:  # noqa: F811
    with clock.frozen(FRIDAY), db.writing(counsellor):
        told = {"happened_at": FRIDAY, "person_id": person, "facility_id": counsellor.facility_id, "ref": uuid7()}
        emit(AnswerSignal(signal="medicine_reported", facts={"opioid_treatment": True}, **told))
        drain()
    assert duty(person, "MOU-06").due_at == FRIDAY + timedelta(hours=4)
    with clock.frozen(FRIDAY):
        order = sealed_order(counsellor, person, basis="three-day", days=3, continues=True)
    tried = log(counsellor, person, a_call("closed"), FRIDAY + timedelta(hours=1))
    assert tried.next_try_at == datetime(2026, 11, 21, 6, 0, tzinfo=ZONE)
    assert duty(person, "MOU-06").due_at == tried.next_try_at
    assert not standing_of(person, FRIDAY + timedelta(hours=2)).missed.blocks
    told = log(counsellor, person, a_call(dose="60", last_on=date(2026, 11, 16), missed=4), SATURDAY)
    assert told.differs, "eight tablets of ten milligrams are ordered here"
    assert duty(person, "MOU-06") is None
    assert duty(person, "MOU-07").owner_role == "provider"
    assert standing_of(person, SATURDAY).missed.blocks
    with db.writing(counsellor):
        assert ProgrammeOrder.objects.get(id=order).status == "active", "the order is not cancelled"
    assert not OperationalAlert.objects.filter(person_id=person).exists(), "officers are told nothing"
    with clock.frozen(SATURDAY + timedelta(hours=1)):
        new = sealed_order(counsellor, person, amount=Decimal(3))
    assert duty(person, "MOU-07") is None, "a prescriber decided: a new order"
    with db.writing(counsellor):
        fresh = treatment.of_programme(*_order(new))
        assert not treatment.standing(fresh, [person], SATURDAY + timedelta(hours=2)).missed.blocks
    assert verify.run().sound


def _order(id_):
    from throughcare.care.medications import sealed_orders

    row = ProgrammeOrder.objects.get(id=id_)
    return row, sealed_orders.programmed(row)


@pytest.mark.django_db
def test_an_answer_that_agrees_blocks_nothing(counsellor, person) -> None:  # noqa: F811
    with clock.frozen(FRIDAY):
        sealed_order(counsellor, person, continues=True)
    done = log(counsellor, person, a_call(), FRIDAY + timedelta(hours=1))
    assert done.differs == ()
    assert not standing_of(person, FRIDAY + timedelta(hours=2)).missed.blocks
    again = log(counsellor, person, a_call(dose="70"), SATURDAY)
    assert len(again.differs) == 1
    assert standing_of(person, SATURDAY).missed.blocks


@pytest.mark.django_db
def test_a_nurse_keeps_an_answer_only_by_consent_and_reads_it_only_so(nurse, person) -> None:  # noqa: F811
    with pytest.raises(NotAllowed, match="consent"):
        log(nurse, person, a_call(), FRIDAY)
    log(nurse, person, a_call("no-answer"), FRIDAY)
    assert reads.calls(lens_of(Role.RN), [person]) == []
    with clock.frozen(FRIDAY):
        give(person, release("part2_tpo", DataClass.PART2, to=Role.RN))
    log(nurse, person, a_call(), FRIDAY + timedelta(hours=1))
    assert [c.outcome for c in reads.calls(lens_of(Role.RN), [person])] == ["answered", "no-answer"]
    assert reads.calls(lens_of(Role.PROVIDER), [person]) == [], "the consent names nurses alone"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"programme": " "},
        {"number": ""},
        {"outcome": "perhaps"},
        {"dose": "eighty"},
        {"spoke_with": ""},
        {"last_on": None},
        {"last_on": date(2027, 1, 1)},
        {"missed": -1},
    ],
)
def test_a_call_says_who_when_and_what(counsellor, person, wrong) -> None:  # noqa: F811
    with pytest.raises(Invalid):
        log(counsellor, person, a_call(**wrong), FRIDAY)


# --- the programme's record --------------------------------------------------------------------------------------------------


def agreed(person) -> None:  # noqa: F811
    give(
        person,
        Agreement(
            kind="opioid_treatment",
            classes=(),
            roles=(),
            form_version="O-1",
            agreed=True,
            language="en",
            about="Demo-Programme",
        ),
    )


def enrolled(counsellor, person):  # noqa: F811
    return actions.enrol(
        actor=counsellor,
        person_id=person,
        programme="Demo-Programme",
        diagnosis="Opioid use disorder, severe; Demo-Doctor, Pat",
        dual_check="none",
        dual_where="Central registry",
    )


@pytest.mark.django_db
def test_a_programmes_deadlines_are_duties_of_its_own_staff(counsellor, person) -> None:  # noqa: F811
    """42 CFR 8.12: what the table of the record says and what the clock says is one thing; sealed from everybody else."""
    table = programme_rules.load()
    book = rulebook.at(clock.now())
    for rule_id, kind in (
        ("REC-EXAM", "exam"),
        ("REC-PLAN", "plan"),
        ("REC-COUNSEL", "counselling"),
        ("REC-TEST", "drug_test"),
    ):
        rule, row = book.rules[rule_id], table[kind]
        assert rule.limits[0].allowed.value == (row.get("within_days") or row["each_days"]), rule_id
        assert bool(rule.recurrences) == ("each_days" in row) and rule.data_class == "part2" and rule.owner == "sud"
    agreed(person)
    id_ = enrolled(counsellor, person)
    mine = Duty.objects.filter(person_id=person, closed_at=None, rule__startswith="REC-")
    with db.reading(lens_of(Role.SUD)):
        assert set(mine.values_list("rule", flat=True)) == {"REC-EXAM", "REC-PLAN", "REC-COUNSEL", "REC-TEST"}
        assert mine.get(rule="REC-EXAM").due_at - clock.now() <= 14 * DAY
    about = {"actor": counsellor, "person_id": person, "enrolment_id": id_}
    for kind in ("exam", "drug_test"):
        actions.add_to_enrolment(**about, kind=kind, on=clock.today(), words="By Demo-Doctor, Pat")
    with db.reading(lens_of(Role.SUD)):
        assert set(mine.values_list("rule", flat=True)) == {"REC-PLAN", "REC-COUNSEL", "REC-TEST"}, (
            "a test is due again"
        )
        assert mine.get(rule="REC-TEST").due_at > clock.now() + 44 * DAY
    actions.end_enrolment(**about, version=1, why="Moved to the community clinic")
    with db.reading(lens_of(Role.SUD)):
        assert not mine.exists()
    words = " ".join(book.rules[r].title for r in ("REC-EXAM", "REC-PLAN", "REC-COUNSEL", "REC-TEST")).lower()
    assert not {"programme", "opioid", "drug", "methadone"} & set(words.split()), "a title tells nobody of a programme"
    assert "part2" not in duty_policy.classes(lens_of(Role.CUSTODY))


@pytest.mark.django_db
def test_enrolment_needs_consent_and_its_own_staff(counsellor, doctor, person) -> None:  # noqa: F811
    with pytest.raises(Invalid, match="consent"):
        enrolled(counsellor, person)
    agreed(person)
    with pytest.raises(NotAllowed):
        enrolled(doctor, person)
    id_ = enrolled(counsellor, person)
    with pytest.raises(Stale):
        enrolled(counsellor, person)
    today = clock.local(clock.now(), "America/New_York").date()
    about = {"actor": counsellor, "person_id": person, "enrolment_id": id_}
    actions.add_to_enrolment(**about, kind="exam", on=today, words="By Demo-Doctor, Pat")
    with pytest.raises(Invalid):
        actions.add_to_enrolment(**about, kind="drug_test", on=today + 2 * DAY, words="Fentanyl")
    (record,) = reads.records(lens_of(Role.SUD), [person])
    assert {e.kind for e, _ in record.entries} == {"diagnosis", "dual_check", "exam"}
    assert record.said["programme"] == "Demo-Programme"
    actions.end_enrolment(**about, version=1, why="Moved to the community clinic")
    with pytest.raises(Stale):
        actions.add_to_enrolment(**about, kind="exam", on=today, words="Again")
    assert verify.run().sound


@pytest.mark.django_db
def test_it_is_sealed_for_everybody_else(counsellor, person) -> None:  # noqa: F811
    agreed(person)
    enrolled(counsellor, person)
    log(counsellor, person, a_call(), clock.now() + timedelta(seconds=1))
    assert reads.records(lens_of(Role.PROVIDER), [person]) == []
    for role in (Role.RN, Role.PROVIDER, Role.CUSTODY, Role.HSA):
        with db.reading(lens_of(role)):
            seen = Enrolment.objects.count() + OutsideCall.objects.count()
        assert seen == 0 or DataClass.PART2 in lens_of(role).sealed_classes("read"), role
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT count(*) FROM substance_use_enrolment")
        assert cursor.fetchone() == (0,), "without a lens the database shows nothing"
        cursor.execute("SELECT set_config('throughcare.sealed_read', 'part2', true)")
        cursor.execute("SELECT body FROM substance_use_enrolment UNION ALL SELECT body FROM substance_use_outsidecall")
        bodies = [bytes(body) for (body,) in cursor.fetchall()]
    assert len(bodies) == 2
    assert not any(b"Demo-Programme" in body for body in bodies)
    with pytest.raises(DatabaseError), transaction.atomic(), db.writing(counsellor):
        OutsideCall.objects.update(outcome="closed")


# --- pages ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_pages_of_the_programme_and_of_calls(client, counsellor, person, place) -> None:  # noqa: F811
    agreed(person)
    become(client, "sud", place)
    here = f"/people/{person}/programme/"
    assert "Not enrolled" in client.get(here).content.decode()
    fields = {"programme": "Demo-Programme", "diagnosis": "Severe", "dual_check": "none", "dual_where": "Registry"}
    assert client.post(here, posted("enrol", **{**fields, "diagnosis": ""})).status_code == 422
    assert client.post(here, posted("enrol", **fields)).status_code == 303
    page = client.get(here).content.decode()
    assert "Full examination" in page
    with db.writing(counsellor):
        enrolment = Enrolment.objects.get()
    today = clock.local(clock.now(), "America/New_York").date().isoformat()
    add = posted("add", enrolment=str(enrolment.id), kind="drug_test", on=today, words="Fentanyl: treatment goes on")
    assert client.post(here, add).status_code == 303
    outside = f"/people/{person}/outside-doses/"
    bad = client.post(
        outside, {"intent": str(uuid7()), "programme": "Demo-Programme", "outcome": "answered", "dose": "x"}
    )
    assert bad.status_code == 422
    assert 'value="Demo-Programme"' in bad.content.decode()
    call = {"intent": str(uuid7()), "programme": "Demo-Programme", "number": "555-0100", "outcome": "closed"}
    assert client.post(outside, call).status_code == 303
    assert "Call again" in client.get(outside).content.decode()
    become(client, "rn", place)
    seen = client.get(outside).content.decode()
    assert "own consent" in seen
    assert "Demo-Programme" not in seen
    assert client.get(here).status_code == 403
    for role in ("custody", "transport", "lpn", "parole", "planner"):
        become(client, role, place)
        assert client.get(outside).status_code in (403, 404)
        assert client.get(here).status_code in (403, 404)
