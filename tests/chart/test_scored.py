"""What a score signed in the chart calls for begins at once, with an owner and its own time (clinical.md 3.1, ruling 2)."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.chart.chart_makers import NURSE, housed
from throughcare.care.mental_health.models import Watch
from throughcare.chart import actions
from throughcare.chart.models import FormResponse, Order
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility, OperationalAlert
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # a Friday, 09:00 at Hartford
YES, NO = ["LA33-6"], ["LA32-8"]
CALM = {"cssrs-1": NO, "cssrs-2": NO, "cssrs-6": NO}


@pytest.fixture(autouse=True)
def _friday():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def person():
    return housed()


def sign(person, form: str, *, purpose: str = "", **posted: list[str]):
    draft = actions.start_form(actor=NURSE, person_id=person, form=form, purpose=purpose)
    return actions.sign_form(actor=NURSE, person_id=person, response_id=draft, posted=posted, sex="male")


def low_mood(total: int, *, death: int = 0) -> dict[str, list[str]]:
    """Answer the PHQ-9 with this total; the last item says thoughts of death."""
    left, posted = total - death, {"phq-9": [str(death)]}
    for n in range(1, 9):
        posted[f"phq-{n}"] = [str(min(3, left))]
        left -= min(3, left)
    return posted


def duty(person, rule: str) -> Duty:
    return Duty.objects.get(person_id=person, rule=rule, closed_at=None)


def has(person, rule: str) -> bool:
    return Duty.objects.filter(person_id=person, rule=rule, closed_at=None).exists()


def test_thoughts_of_death_call_for_the_suicide_questions_whatever_the_total(person) -> None:
    sign(person, "phq-9", **low_mood(1, death=1))
    asked = duty(person, "INT-03-ASK")
    assert (asked.due_at - NOW, asked.lane) == (timedelta(minutes=15), "now")
    assert FormResponse.objects.get(person_id=person, form="c-ssrs-screener").id == asked.about
    sign(person, "c-ssrs-screener", **CALM)
    assert Duty.objects.get(id=asked.id).outcome == "done"
    assert not has(person, "INT-03-ASK")


@pytest.mark.parametrize(
    ("total", "rule", "due"),
    [
        (9, None, None),
        (10, "MHS-02", datetime(2026, 12, 4, 5, tzinfo=UTC)),  # the end of the fourteenth local day
        (19, "MHS-02", datetime(2026, 12, 4, 5, tzinfo=UTC)),
        (20, "MHS-02-URGENT", NOW + timedelta(hours=72)),
    ],
)
def test_a_low_mood_is_evaluated_by_its_band(person, total: int, rule: str | None, due: datetime | None) -> None:
    sign(person, "phq-9", **low_mood(total))
    assert {r for r in ("MHS-02", "MHS-02-URGENT") if has(person, r)} == ({rule} if rule else set())
    if rule:
        assert (duty(person, rule).due_at, duty(person, rule).owner_role) == (due, "psych")


def test_high_suicide_risk_is_watched_now_and_evaluated_now(person) -> None:
    """An evaluation that was due in two weeks must not swallow the one that is due now."""
    sign(person, "phq-9", **low_mood(12))
    sign(person, "c-ssrs-screener", **{**CALM, "cssrs-2": YES, "cssrs-3": NO, "cssrs-4": YES, "cssrs-5": NO})
    assert OperationalAlert.objects.filter(person_id=person, template="watch_constant", ended_at=None).exists()
    assert Watch.objects.get(person_id=person).level == "constant"
    assert Order.objects.get(person_id=person, code="mental-health-now").priority == "stat"
    assert duty(person, "MHS-02-URGENT").due_at == NOW + timedelta(minutes=15)
    assert duty(person, "INT-03").due_at == NOW + timedelta(minutes=15)
    assert has(person, "SUI-01"), "the observer is owed"


def test_a_moderate_risk_is_checked_at_random_until_seen_today(person) -> None:
    sign(person, "c-ssrs-screener", **{**CALM, "cssrs-6": YES, "cssrs-6b": NO})
    assert Watch.objects.get(person_id=person).level == "staggered"
    assert duty(person, "MHS-02-URGENT").due_at == NOW + timedelta(hours=12)


@pytest.mark.parametrize(("facility", "hours"), [("Hartford", 72), ("Osborn", None)])
def test_a_low_risk_is_seen_in_three_days_in_a_jail_and_two_weeks_in_a_prison(person, facility, hours) -> None:
    place = Facility.objects.get(short_name__istartswith=facility)
    nurse = Actor("staff", NURSE.id, NURSE.name, NURSE.role, place.id)
    if facility != "Hartford":
        custody.transfer(actor=Actor.feed("custody"), person_id=person, to=custody.Spot(place.id))
    draft = actions.start_form(actor=nurse, person_id=person, form="c-ssrs-screener")
    actions.sign_form(actor=nurse, person_id=person, response_id=draft, posted={**CALM, "cssrs-1": YES})
    due = duty(person, "MHS-02").due_at
    assert due == (NOW + timedelta(hours=hours) if hours else datetime(2026, 12, 4, 5, tzinfo=UTC))
    assert not Watch.objects.filter(person_id=person).exists()


def test_what_could_not_be_asked_brings_the_safest_precaution(person) -> None:
    unable = {f"{name}~unable": ["intoxicated"] for name in ("cssrs-1", "cssrs-2", "cssrs-6")}
    sign(person, "c-ssrs-screener", **unable)
    assert Watch.objects.get(person_id=person).level == "constant"
    assert duty(person, "MHS-02-URGENT").due_at == NOW + timedelta(minutes=15)


def test_what_can_wait_has_its_owner_and_its_time_and_ends_with_its_order(person) -> None:
    sign(person, "audit-c", **{"audit-1": ["2"], "audit-2": ["1"], "audit-3": ["1"]})
    owed = duty(person, "INT-03-LATER")
    assert (owed.owner_role, owed.due_at) == ("rn", datetime(2026, 12, 4, 5, tzinfo=UTC))
    actions.end_order(actor=NURSE, person_id=person, order_id=owed.about, verb="complete")
    assert Duty.objects.get(id=owed.id).outcome == "done"
    sign(person, "pain", pain=["7"])
    asked = duty(person, "INT-03-LATER")
    assert (asked.owner_role, asked.due_at - NOW) == ("rn", timedelta(minutes=60))
    actions.end_order(actor=NURSE, person_id=person, order_id=asked.about, verb="revoke", why="Entered for another.")
    assert Duty.objects.get(id=asked.id).outcome == "excused"


def test_a_room_that_asks_for_its_own_purpose_acts_itself(person) -> None:
    sign(person, "c-ssrs-screener", purpose="intake", **{**CALM, "cssrs-1": YES})
    assert not Order.objects.filter(person_id=person).exists()
    assert not has(person, "MHS-02")


def test_the_signed_form_says_what_it_called_for(person) -> None:
    done = sign(person, "phq-9", **low_mood(20, death=1))
    kept = FormResponse.objects.get(id=done.response_id)
    assert [c["kind"] for c in kept.score["called"]] == ["referral", "instrument"]
    assert "72 hours" in kept.score["called"][0]["en"]
