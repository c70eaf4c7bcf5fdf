"""When suicide is asked about again (clinical.md 3.2), and what a death by one's own hand still asks of the house (DTH-03, DTH-05)."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.chart.chart_makers import DOCTOR, NURSE, housed
from tests.fixtures_lenses import lens_of
from throughcare.care.mental_health import actions as mental_health
from throughcare.care.mental_health.models import SelfHarmEvent
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.duties import tick
from throughcare.duties.models import Duty
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people import actions as people
from throughcare.people.events import federal_report_due_at

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
FEED = Actor.feed("custody")
PSYCH = Actor("staff", derived("test", "psych"), "Demo-Mind, Cy", Role.PSYCH)
CALM = {"cssrs-1": ["LA32-8"], "cssrs-2": ["LA32-8"], "cssrs-6": ["LA32-8"]}


@pytest.fixture
def person():
    with clock.frozen(NOW - timedelta(days=30)):
        return housed()


def open_(person) -> dict[str, Duty]:
    """Give what is open; reviews of a death are sealed, and shown to who answers for care."""
    with db.reading(lens_of(Role.HSA)):
        return _open(person)


def _open(person) -> dict[str, Duty]:
    return {d.rule: d for d in Duty.objects.filter(person_id=person, closed_at=None)}


def ask(person) -> None:
    draft = chart.start_form(actor=NURSE, person_id=person, form="c-ssrs-screener")
    chart.sign_form(actor=NURSE, person_id=person, response_id=draft, posted=CALM)


def visit(person, kind: str = "mental_health_visit") -> None:
    note = chart.draft_note(
        actor=PSYCH, person_id=person, kind=kind, title="Visit", text="Slept badly.", data_class=DataClass.MENTAL_HEALTH
    )
    chart.sign_note(actor=PSYCH, person_id=person, note_id=note)


def test_a_move_to_another_facility_asks_again_within_twelve_hours(person) -> None:
    with clock.frozen(NOW):
        osborn = Facility.objects.get(short_name__istartswith="Osborn")
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(osborn.id))
        owed = open_(person)["SUI-07-MOVE"]
        assert (owed.due_at - NOW, owed.owner_role) == (timedelta(hours=12), "rn")
        ask(person)
    assert "SUI-07-MOVE" not in open_(person)


def test_back_from_court_asks_in_that_shift_and_back_from_hospital_does_not(person) -> None:
    with clock.frozen(NOW):
        custody.send_out(actor=FEED, person_id=person, kind="hospital")
        custody.return_in(actor=FEED, person_id=person)
        assert "SUI-07-COURT" not in open_(person)
        custody.send_out(actor=FEED, person_id=person, kind="court")
        custody.return_in(actor=FEED, person_id=person)
        assert open_(person)["SUI-07-COURT"].due_at == datetime(2026, 11, 20, 20, 0, tzinfo=UTC)  # 15:00 there


def test_two_weeks_before_a_release_it_is_asked_once_for_each_plan(person) -> None:
    with clock.frozen(NOW):
        custody.schedule_event(
            actor=FEED, person_id=person, kind="release", starts_at=NOW + timedelta(days=20), confidence="fixed"
        )
        tick.run(NOW)
        assert "SUI-07-RELEASE" not in open_(person)
    tick.run(NOW + timedelta(days=7))
    owed = open_(person)["SUI-07-RELEASE"]
    assert (owed.opened_at, owed.owner_role) == (NOW + timedelta(days=6), "psych")
    with clock.frozen(NOW + timedelta(days=7)):
        ask(person)
    tick.run(NOW + timedelta(days=8))
    assert "SUI-07-RELEASE" not in open_(person), "answered, it is not asked again each morning"


def test_a_visit_without_the_questions_owes_them_and_one_with_them_does_not(person) -> None:
    with clock.frozen(NOW):
        ask(person)
        visit(person)
        assert "SUI-07-CONTACT" not in open_(person)
    with clock.frozen(NOW + timedelta(hours=13)):
        visit(person)
        assert open_(person)["SUI-07-CONTACT"].owner_role == "psych"
        ask(person)
    assert "SUI-07-CONTACT" not in open_(person)


def test_an_act_that_somebody_died_of_is_still_classed_and_asks_for_the_autopsy(person) -> None:
    with clock.frozen(NOW):
        event = mental_health.record_self_harm(actor=NURSE, person_id=person, words="Found hanging.")
        people.record_death(actor=FEED, person_id=person, at=NOW)
        assert {"SUI-06", "DTH-01", "DTH-02", "DTH-05"} <= set(open_(person))
        assert "DTH-03" not in open_(person)
        assert open_(person)["DTH-05"].due_at == datetime(2027, 1, 21, 5, tzinfo=UTC), "20 January, its end"
        row = SelfHarmEvent.objects.get(person_id=person)
        assert event == row.id
        mental_health.class_self_harm(actor=PSYCH, person_id=person, event_id=row.id, kind="death")
    owed = open_(person)
    assert "SUI-06" not in owed
    assert owed["DTH-03"].owner_role == "psych"


@pytest.mark.parametrize(
    ("died", "due"),
    [
        ("2026-01-01T05:00", "2026-04-21T04:00"),
        ("2026-04-01T03:59", "2026-04-21T04:00"),  # still March there
        ("2026-04-01T04:00", "2026-07-21T04:00"),
        ("2026-09-30T12:00", "2026-10-21T04:00"),
        ("2026-12-31T23:00", "2027-01-21T05:00"),
    ],
)
def test_the_federal_report_is_due_on_the_twentieth_after_the_quarter(died: str, due: str) -> None:
    assert federal_report_due_at(datetime.fromisoformat(died + "+00:00")) == datetime.fromisoformat(due + "+00:00")


def test_the_next_assessment_of_a_young_and_well_person_is_due_in_three_years(person) -> None:
    def assessed(at: datetime) -> datetime:
        with clock.frozen(at):
            note = chart.draft_note(
                actor=DOCTOR, person_id=person, kind="initial_health_assessment", title="Assessment", text="Well."
            )
            chart.sign_note(actor=DOCTOR, person_id=person, note_id=note)
        return Duty.objects.get(person_id=person, rule="IHA-04", closed_at=None).due_at

    assert assessed(NOW).year == 2029
    Duty.objects.filter(person_id=person, rule="IHA-04").update(closed_at=NOW, outcome="done")
    chart.add_condition(actor=DOCTOR, person_id=person, text="Asthma", system="urn:test", code="J45")
    assert assessed(NOW + timedelta(days=1)).year == 2027
