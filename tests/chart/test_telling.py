"""Forms whose signature moves a clock: emergency injections, not eating, pregnancy (clinical.md 1.1 EPM-01, HSR-01, PRG-01)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import F
from django.urls import reverse

from tests.chart.chart_makers import DOCTOR, NURSE, hartford, housed
from tests.pages import flat
from throughcare.chart import actions, asking, forms, telling
from throughcare.chart.models import Flag, FormResponse, Observation, Order
from throughcare.custody import actions as custody
from throughcare.duties import inert, rulebook
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import verify

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # a Friday, 09:00 at Hartford
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
COUNSELLOR = Actor("staff", derived("test", "counsellor"), "Demo-Counsellor, Ann", Role.PSYCH)
VITALS = {"respiration": "16", "oxygen": "97", "pulse": "84", "bp-systolic": "124", "bp-diastolic": "78"}


def vitals(prefix: str, *names: str) -> dict[str, list[str]]:
    known = VITALS | {"weight": "150", "height": "68", "temperature": "98.2"}
    return {f"{prefix}-{name}": [known[name]] for name in (*names, "bp-systolic", "bp-diastolic")}


def injected(at: str = "09:00") -> dict[str, list[str]]:
    return {
        "ei-at~date": ["2026-11-20"], "ei-at~time": [at], "ei-medicine": ["Made-up medicine 5 mg in the muscle"],
        "ei-ordered": ["Dr. Demo-Doctor, at the side"], "ei-danger": ["Struck at people with a chair."],
        "ei-tried": ["talk", "mouth"], "ei-told": ["yes"],
    }  # fmt: skip


def looked(*, stable: str = "no", awake: str = "calm") -> dict[str, list[str]]:
    said = {"ec-awake": [awake], "ec-effects": ["nothing"], "ec-stable": [stable]}
    more = {"ec-effects-done": ["Code called; Dr. Demo-Doctor told."]} if awake == "hard" else {}
    return {**said, **more, **vitals("ec", "respiration", "oxygen", "pulse")}


REVIEWED = {
    "er-needed": ["yes"],
    "er-why": ["Danger."],
    "er-person": ["Calm, sore arm."],
    "er-plan": ["Talk tomorrow."],
}
EXAMINED = {
    "hx-found": ["Dry lips."], "hx-capacity": ["yes"], "hx-capacity-words": ["Tells the risks."], "hx-labs": ["drawn"],
    "hx-refeeding": ["Slowly."], "hx-wishes": ["No tube."], **vitals("hx", "weight", "height", "pulse", "temperature"),
}  # fmt: skip


def refusing(reached: str = "nine", since: str = "08:00") -> dict[str, list[str]]:
    when = {"hs-since~date": ["2026-11-20"], "hs-since~time": [since]} if reached != "not-yet" else {}
    return {
        "hs-reached": [reached], **when, "hs-last~date": ["2026-11-17"], "hs-last~time": ["07:00"], "hs-drinks": ["yes"],
        "hs-why": ["A letter was not answered."], "hs-told": ["All of it."],
    }  # fmt: skip


def weighed(*, eats: str = "no", labs: str = "no") -> dict[str, list[str]]:
    called = {"hc-called": ["Dr. Demo-Doctor"]} if eats == "yes" else {}
    said = {"hc-drinks": ["yes"], "hc-labs": [labs], "hc-seen": ["Tired."], "hc-eats": [eats], **called}
    return {**said, **vitals("hc", "weight", "pulse", "temperature")}


def seen_prenatal(weeks: str = "20", visit: str = "first", **more: list[str]) -> dict[str, list[str]]:
    week = {"pv-weeks": [weeks]} if weeks else {"pv-weeks~unable": ["other"], "pv-weeks~note": ["No dates."]}
    said = {"pv-visit": [visit], **week, "pv-found": ["Moves."], "pv-plan": ["Vitamins."]}
    return {**said, **vitals("pv", "weight"), **more}


def ended(how: str = "birth") -> dict[str, list[str]]:
    at = {"pe-at~date": ["2026-11-19"], "pe-at~time": ["10:00"]}
    return {"pe-how": [how], **at, "pe-where": ["Demo Hospital"], "pe-words": ["Rest."]}


def after_birth(screen: str) -> dict[str, list[str]]:
    said = {"pp-found": ["Well."], "pp-screen": [screen], "pp-contraception": ["Thinks of it."], "pp-plan": ["None."]}
    return {**said, **vitals("pp")}


@pytest.mark.parametrize("name", [f for f in forms.names() if telling.of(f)])
def test_each_form_that_tells_can_be_asked_and_all_it_tells_moves_a_clock(name: str) -> None:
    roles = telling.of(name).roles
    assert roles and all(name in {f.name for f in asking.offered(role)} for role in roles)
    assert name not in {f.name for f in asking.offered(Role.DENTAL)}
    assert all(rulebook.at(NOW).heeds(event) for event in telling.signals(name))


def test_no_row_of_these_three_waits_for_a_room_any_more() -> None:
    waiting = {rule.row for rule in inert.rules()}
    assert not waiting & {"EPM-01", "HSR-01", "PRG-01"}


@pytest.mark.parametrize(
    ("form", "posted", "told"),
    [
        ("emergency-injection", injected(), {"emergency_psychotropic_given": {}}),
        ("emergency-injection-check", looked(), {"emergency_psychotropic_checked": {}}),
        (
            "emergency-injection-check",
            looked(stable="yes"),
            {"emergency_psychotropic_checked": {}, "emergency_psychotropic_stable": {}},
        ),
        ("emergency-injection-check", looked(stable="yes", awake="hard"), {"emergency_psychotropic_checked": {}}),
        ("hunger-strike-start", refusing("not-yet"), {}),
        ("hunger-strike-start", refusing("hours"), {"hunger_strike_started": {}}),
        (
            "prenatal-visit",
            seen_prenatal("28"),
            {"prenatal_visit_done": {"visit": "first", "gestation_weeks": 28, "next_visit_at": None}},
        ),
        (
            "prenatal-visit",
            seen_prenatal("", "later"),
            {"prenatal_visit_done": {"visit": "later", "gestation_weeks": None, "next_visit_at": None}},
        ),
        ("pregnancy-ended", ended("loss"), {"pregnancy_ended": {"outcome": "loss"}}),
        ("postpartum-visit", after_birth("not-yet"), {"postpartum_visit_done": {"screen": "not-yet"}}),
        ("prenatal-visit", {"form~unable": ["refuses"]}, {}),
    ],
)
def test_what_a_signature_tells(form: str, posted: dict[str, list[str]], told: dict[str, dict[str, object]]) -> None:
    answers = forms.parse(forms.load(form), posted, zone=UTC, now=NOW + timedelta(days=1))
    assert answers.ok and not forms.missing(forms.load(form), answers), (answers.errors, form)
    found = telling.told(form, answers, zone=UTC)
    assert {one.event: dict(one.facts) for one in found} == told


def test_a_day_that_is_named_counts_as_its_end() -> None:
    answers = forms.parse(forms.load("prenatal-visit"), seen_prenatal(**{"pv-next": ["2026-11-24"]}), zone=UTC, now=NOW)
    (one,) = telling.told("prenatal-visit", answers, zone=UTC)
    assert one.facts["next_visit_at"] == datetime(2026, 11, 25, tzinfo=UTC)


class _Clock:
    """One person whose forms are signed, and her duties."""

    def __init__(self) -> None:
        self.person = housed("Sample-Marsh", "Ana")

    def sign(self, form: str, posted: dict[str, list[str]], by: Actor = NURSE, at: datetime = NOW) -> FormResponse:
        with clock.frozen(at):
            kept = telling.data_class(form)
            draft = actions.start_form(actor=by, person_id=self.person, form=form, data_class=kept)
            actions.sign_form(actor=by, person_id=self.person, response_id=draft, posted=posted, sex="female")
        return FormResponse.objects.get(id=draft)

    def wrong(self, form: FormResponse, at: datetime = NOW) -> None:
        with clock.frozen(at):
            actions.mark_error(
                actor=NURSE, person_id=self.person, kind="QuestionnaireResponse", id=form.id, version=form.version,
                why="Another person's chart.",
            )  # fmt: skip

    def open(self, rule: str) -> Duty | None:
        return Duty.objects.filter(person_id=self.person, rule=rule, closed_at=None).first()

    def outcomes(self, rule: str) -> list[str]:
        rows = Duty.objects.filter(person_id=self.person, rule=rule).exclude(closed_at=None)
        return [d.outcome for d in rows.order_by("opened_at", "due_at", "closed_at")]


@pytest.fixture
def ana(db):
    with clock.frozen(NOW):
        return _Clock()


def test_an_injection_is_checked_each_quarter_for_an_hour_then_each_half_until_stable(ana) -> None:
    ana.sign("emergency-injection", injected("08:58"))
    given = NOW - 2 * MINUTE
    assert (ana.open("EPM-01-MONITOR").due_at, ana.open("EPM-01-REVIEW").due_at) == (
        given + 15 * MINUTE,
        given + 24 * HOUR,
    )
    at = given
    for wait, next_ in [(15, 15), (14, 15), (20, 15), (15, 30), (30, 30)]:
        at += wait * MINUTE
        ana.sign("emergency-injection-check", looked(), at=at)
        assert ana.open("EPM-01-MONITOR").due_at == at + next_ * MINUTE, (wait, next_)
    late = Duty.objects.filter(person_id=ana.person, rule="EPM-01-MONITOR", closed_at__gt=F("due_at"))
    assert late.count() == 1  # the third came after twenty minutes
    ana.sign("emergency-injection-check", looked(stable="yes"), at=at + 20 * MINUTE)
    assert ana.open("EPM-01-MONITOR") is None
    ana.sign("emergency-injection-review", REVIEWED, by=DOCTOR, at=at + HOUR)
    assert ana.open("EPM-01-REVIEW") is None and ana.outcomes("EPM-01-REVIEW") == ["done"]


def test_another_injection_begins_the_hour_anew(ana) -> None:
    ana.sign("emergency-injection", injected())
    for n in range(1, 6):
        ana.sign("emergency-injection-check", looked(), at=NOW + n * 15 * MINUTE)
    again = NOW + 90 * MINUTE
    ana.sign("emergency-injection", injected("10:30"), at=again)
    assert ana.open("EPM-01-MONITOR").due_at == again + 15 * MINUTE
    ana.sign("emergency-injection-check", looked(), at=again + 15 * MINUTE)
    assert ana.open("EPM-01-MONITOR").due_at == again + 30 * MINUTE


def test_an_injection_on_the_wrong_chart_leaves_nothing_owed_and_a_wrong_check_is_owed_again(ana) -> None:
    given = ana.sign("emergency-injection", injected())
    checked = ana.sign("emergency-injection-check", looked(), at=NOW + 10 * MINUTE)
    assert ana.open("EPM-01-MONITOR").due_at == NOW + 25 * MINUTE
    assert Observation.objects.filter(response_id=checked.id, status="final").exists()
    ana.wrong(checked, at=NOW + 12 * MINUTE)
    assert ana.open("EPM-01-MONITOR").due_at == NOW + 15 * MINUTE  # since when it was owed
    assert set(Observation.objects.filter(response_id=checked.id).values_list("status", flat=True)) == {
        "entered-in-error"
    }
    ana.wrong(given, at=NOW + 13 * MINUTE)
    assert ana.open("EPM-01-MONITOR") is None and ana.open("EPM-01-REVIEW") is None
    assert set(ana.outcomes("EPM-01-REVIEW")) == {"void"}
    assert verify.run().broken == []


def test_not_eating_is_examined_in_a_day_then_weighed_daily_until_the_person_eats(ana) -> None:
    ana.sign("hunger-strike-start", refusing("not-yet"))
    assert ana.open("HSR-01-BASELINE") is None
    ana.sign("hunger-strike-start", refusing())
    assert ana.open("HSR-01-BASELINE").due_at == NOW - HOUR + 24 * HOUR  # from the ninth meal, not from the form
    ana.sign("hunger-strike-exam", EXAMINED, by=DOCTOR, at=NOW + 2 * HOUR)
    assert ana.open("HSR-01-BASELINE") is None
    assert ana.open("HSR-01-DAILY").due_at == NOW + 26 * HOUR
    assert ana.open("HSR-01-LABS").due_at == NOW + 74 * HOUR
    ana.sign("hunger-strike-check", weighed(labs="yes"), at=NOW + 24 * HOUR)
    assert ana.open("HSR-01-LABS").due_at == NOW + 96 * HOUR
    assert ana.open("HSR-01-DAILY").due_at == datetime(2026, 11, 23, 5, tzinfo=UTC)  # the end of the day after
    last = ana.sign("hunger-strike-check", weighed(eats="yes"), at=NOW + 40 * HOUR)
    assert ana.open("HSR-01-DAILY") is None and ana.open("HSR-01-LABS") is None
    ana.wrong(last, at=NOW + 41 * HOUR)
    assert ana.open("HSR-01-DAILY") and ana.open("HSR-01-LABS")


def test_a_death_and_a_release_end_what_a_strike_owed(ana) -> None:
    ana.sign("hunger-strike-start", refusing())
    with clock.frozen(NOW + HOUR):
        custody.release(actor=Actor.feed("custody"), person_id=ana.person)
    assert ana.open("HSR-01-BASELINE") is None and ana.outcomes("HSR-01-BASELINE") == ["converted"]


@pytest.mark.parametrize(("weeks", "days"), [("27", 28), ("28", 14), ("35", 14), ("36", 7), ("", 7)])
def test_prenatal_visits_come_closer_as_the_birth_does(ana, weeks: str, days: int) -> None:
    ana.sign("prenatal-visit", seen_prenatal("8"))
    ana.sign("prenatal-visit", seen_prenatal(weeks, "later"), at=NOW + 24 * HOUR)
    owed = ana.open("PRG-01-SCHEDULE")
    assert owed.due_at.date() == date(2026, 11, 22) + timedelta(days=days) and owed.data_class == "reproductive"


def test_a_sooner_visit_that_was_ordered_binds_and_a_later_one_does_not(ana) -> None:
    ana.sign("prenatal-visit", seen_prenatal("20", **{"pv-next": ["2026-11-23"]}))
    assert ana.open("PRG-01-SCHEDULE").due_at == datetime(2026, 11, 24, 5, tzinfo=UTC)
    ana.sign("prenatal-visit", seen_prenatal("20", "later", **{"pv-next": ["2027-03-01"]}), at=NOW + HOUR)
    assert ana.open("PRG-01-SCHEDULE").due_at.date() == date(2026, 12, 19)
    ana.sign("prenatal-visit", seen_prenatal("20", "later", **{"pv-next": ["2026-11-25"]}), at=NOW + 2 * HOUR)
    assert ana.open("PRG-01-SCHEDULE").due_at == datetime(2026, 11, 26, 5, tzinfo=UTC)


def test_a_birth_ends_the_schedule_and_asks_for_a_visit_with_the_depression_screen(ana) -> None:
    order = actions.place_order(
        actor=DOCTOR, person_id=ana.person, kind="referral", text="Prenatal visit", system="urn:throughcare:code",
        code="prenatal-visit", due_at=NOW,
    )  # fmt: skip
    actions.raise_flag(
        actor=NURSE,
        person_id=ana.person,
        code="pregnant",
        text="Pregnant",
        since=NOW,
        data_class=DataClass.REPRODUCTIVE,
    )
    visit = ana.sign("prenatal-visit", seen_prenatal("38"))
    assert (visit.data_class, Order.objects.get(id=order).status) == ("reproductive", "completed")
    over = ana.sign("pregnancy-ended", ended(), at=NOW + HOUR)
    assert ana.open("PRG-01-SCHEDULE") is None
    assert Flag.objects.get(person_id=ana.person, code="pregnant").until is not None
    owed = ana.open("PRG-01-POSTPARTUM")
    assert owed.due_at.date() == date(2026, 12, 10)  # three weeks from the birth, not from the form
    ana.sign("postpartum-visit", after_birth("not-yet"), at=NOW + 24 * HOUR)
    assert ana.open("PRG-01-POSTPARTUM") is not None
    seen = ana.sign("postpartum-visit", after_birth("declined"), at=NOW + 48 * HOUR)
    assert ana.open("PRG-01-POSTPARTUM") is None
    ana.wrong(seen, at=NOW + 49 * HOUR)
    assert ana.open("PRG-01-POSTPARTUM").due_at == owed.due_at
    ana.wrong(over, at=NOW + 50 * HOUR)
    assert ana.open("PRG-01-POSTPARTUM") is None and ana.open("PRG-01-SCHEDULE") is not None


def test_a_loss_owes_no_postpartum_visit(ana) -> None:
    ana.sign("prenatal-visit", seen_prenatal("9"))
    ana.sign("pregnancy-ended", ended("loss"))
    assert ana.open("PRG-01-SCHEDULE") is None and ana.open("PRG-01-POSTPARTUM") is None


def test_a_first_visit_in_error_leaves_the_later_one_and_its_schedule(ana) -> None:
    first = ana.sign("prenatal-visit", seen_prenatal("8"))
    ana.sign("prenatal-visit", seen_prenatal("12", "later"), at=NOW + 24 * HOUR)
    ana.wrong(first, at=NOW + 25 * HOUR)
    assert ana.open("PRG-01-SCHEDULE") is not None


def test_a_note_in_error_owes_again_what_it_had_closed(ana) -> None:
    owed = ana.open("IHA-01")
    with clock.frozen(NOW):
        note = actions.draft_note(
            actor=NURSE, person_id=ana.person, kind="initial_health_assessment", title="First", text="Well."
        )
        actions.sign_note(actor=NURSE, person_id=ana.person, note_id=note)
        assert ana.open("IHA-01") is None and ana.open("IHA-04") is not None
        actions.mark_error(
            actor=NURSE, person_id=ana.person, kind="Composition", id=note, version=2, why="Another person's chart."
        )
    assert ana.open("IHA-01").due_at == owed.due_at and ana.open("IHA-04") is None


def test_another_profession_keeps_a_draft_and_signs_nothing(ana) -> None:
    with pytest.raises(NotAllowed, match="another profession"):
        ana.sign("emergency-injection-review", REVIEWED, by=NURSE)
    with pytest.raises(NotAllowed):
        ana.sign("hunger-strike-exam", EXAMINED, by=COUNSELLOR)
    assert not FormResponse.objects.filter(person_id=ana.person).exclude(status="draft").exists()


def test_a_form_that_a_room_asked_is_not_marked_here(ana) -> None:
    draft = actions.start_form(actor=NURSE, person_id=ana.person, form="pain", purpose="room")
    with pytest.raises(Invalid, match="room of its own"):
        actions.mark_error(
            actor=NURSE, person_id=ana.person, kind="QuestionnaireResponse", id=draft, version=1, why="Wrong one."
        )


def test_one_click_from_the_duty_to_its_form_and_back_by_an_error(ana, client) -> None:
    with clock.frozen(NOW):
        ana.sign("emergency-injection", injected())
        duty = ana.open("EPM-01-MONITOR")
        answer = client.post("/demo/become", {"role": "rn", "facility": str(hartford().id)})
        assert answer.status_code == 302
        where = reverse("chart_form", kwargs={"person_id": ana.person, "form": "emergency-injection-check"})
        assert where in client.get(reverse("duty", kwargs={"duty_id": duty.id})).content.decode()
        assert "How awake is the person?" in flat(client.get(where).content.decode())
        assert "/forms/hunger-strike-exam/" not in client.get(f"/people/{ana.person}/forms/").content.decode()
        signed = ana.sign("emergency-injection-check", looked())
        page = reverse("chart_response", kwargs={"person_id": ana.person, "response_id": signed.id})
        assert "Mark as an error" in flat(client.get(page).content.decode())
        ids = {"person_id": ana.person, "kind": "QuestionnaireResponse", "id": signed.id}
        sent = {"intent": str(uuid7()), "version": str(signed.version), "why": "Another person's chart."}
        assert client.post(reverse("chart_mark_error", kwargs=ids), sent).status_code == 303
        assert "entered in error" in flat(client.get(page).content.decode())
    assert FormResponse.objects.get(id=signed.id).status == "entered-in-error"
