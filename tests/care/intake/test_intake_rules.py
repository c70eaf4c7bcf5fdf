"""What answers at intake do at once, and when a screening may be signed."""

from dataclasses import fields
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughcare.care.intake import rules
from throughcare.care.intake.rule_table import load_table
from throughcare.care.intake.rules import Consequence, History, Response
from throughcare.chart import forms
from throughcare.chart.forms import Answers, Score
from throughcare.kernel import content

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 21, 22, tzinfo=UTC)
TABLE = load_table()
LOOK = forms.load("intake-quick-look")
SCREEN = forms.load("intake-receiving-screening")

WELL_LOOK = {
    "awake": "alert", "breathing": "easy", "bleeding": "none", "intoxication": "none", "suicidal-remark": "no", "last-opioid": "never",
    "last-alcohol": "never", "dose-due": ["none"],
}  # fmt: skip
WELL = {
    "can-be-pregnant": "no", "under-18": "no", "interpreter": "not-needed", "out-of-hearing": "yes", "officer-report": ["none"], "illness": ["none"],
    "infection-history": ["none"], "dental-pain": "no", "symptoms": ["none"], "mind": ["none"], "substances": ["none"], "takes-medicines": "no",
    "has-allergies": "no", "injury": ["none"], "needs": ["none"], "looks": ["none"], "skin": ["none"], "bp-systolic": "118", "bp-diastolic": "76",
    "pulse": "72", "respiration": "14", "temperature": "98.6", "oxygen": "98", "weight": "170", "height": "69", "disposition": "general",
}  # fmt: skip
DONE = frozenset({"c-ssrs-screener", "phq-2"})


def look(**change: object) -> rules.LaneDecision:
    posted = WELL_LOOK | {k.replace("__", "~").replace("_", "-"): v for k, v in change.items()}
    return rules.lane(LOOK, forms.parse(LOOK, posted, zone=ZONE, now=NOW), TABLE)  # type: ignore[arg-type]


def screen(**change: object) -> Answers:
    posted = WELL | {k.replace("__", "~").replace("_", "-"): v for k, v in change.items()}
    found = forms.parse(SCREEN, posted, zone=ZONE, now=NOW)  # type: ignore[arg-type]
    assert found.ok, found.errors
    return found


def cssrs(*yes: str, unable: bool = False) -> Score:
    form = forms.load("c-ssrs-screener")
    ids = [i.link_id for i in form.walk() if i.kind.asks]
    posted = {i: "LA33-6" if i in yes else "LA32-8" for i in ids} if not unable else {"form~unable": "intoxicated"}
    found = forms.score(form, forms.parse(form, posted, zone=ZONE))
    assert found
    return found


def after(
    answers: Answers, scores: dict[str, Score] | None = None, history: History | None = None, sex: str = "male"
) -> tuple[Consequence, ...]:
    return rules.consequences(SCREEN, answers, scores or {}, history or History(), TABLE, sex=sex)


def autos(found: tuple[Consequence, ...]) -> set[str]:
    return {c.key for c in found if c.auto}


# --- the quick look -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "lane"),
    [
        ({}, "shift"), ({"awake": "drowsy"}, "now"), ({"awake": "hard-to-rouse"}, "send_out"), ({"breathing": "hard"}, "send_out"),
        ({"bleeding": "minor"}, "now"), ({"bleeding": "heavy"}, "send_out"), ({"intoxication": "some"}, "now"),
        ({"intoxication": "severe"}, "send_out"), ({"suicidal_remark": "remark"}, "now"), ({"suicidal_remark": "act"}, "now"),
        ({"last_opioid": "week"}, "now"), ({"last_opioid": "day"}, "now"), ({"last_alcohol": "week"}, "now"), ({"last_alcohol": "day"}, "now"),
        ({"dose_due": ["insulin"]}, "now"), ({"dose_due": ["seizure"]}, "now"), ({"dose_due": ["other"]}, "now"),
        ({"can_be_pregnant": "yes", "pregnancy": "no"}, "shift"), ({"can_be_pregnant": "yes", "pregnancy": "possible"}, "shift"),
        ({"can_be_pregnant": "yes", "pregnancy": "yes"}, "now"), ({"suicidal_remark": "act", "awake": "hard-to-rouse"}, "send_out"),
    ],
)  # fmt: skip
def test_lane(change: dict[str, object], lane: str) -> None:
    found = look(**change)
    assert found.lane == lane
    assert bool(found.reasons) == (lane != "shift" or change.get("pregnancy") == "possible")


@pytest.mark.parametrize("item", ["last_opioid", "last_alcohol", "dose_due", "suicidal_remark"])
def test_what_cannot_be_asked_is_now(item: str) -> None:
    found = look(**{item: "", f"{item}__unable": "intoxicated"})
    assert found.lane == "now"
    retry = [c for c in found.consequences if c.key == "INT-02-RETRY"]
    assert [(c.due, c.event) for c in retry] == [("PT4H", "screening_item_unable")]


def test_an_unfinished_quick_look_is_now() -> None:
    assert rules.lane(LOOK, forms.parse(LOOK, {}, zone=ZONE), TABLE).lane == "now"
    assert look(awake="").lane == "now"


def test_a_suicidal_remark_brings_constant_observation_at_once() -> None:
    assert "watch_constant" in autos(look(suicidal_remark="remark").consequences)
    assert "watch_constant" in autos(look(suicidal_remark="", suicidal_remark__unable="refuses").consequences)


# --- every positive has a way to be answered ------------------------------------------------------------------------------


def every_positive() -> list[tuple[str, str, str]]:
    rows = []
    for form in (SCREEN, LOOK):
        for item in form.walk():
            if item.positive is None:
                continue
            codes = [o.code for o in item.options if item.positive.holds_for_code(o.code, o.weight, o.exclusive)]
            rows += [(form.name, item.link_id, code) for code in codes or [""]]
    return rows


@pytest.mark.parametrize(("form", "link_id", "code"), every_positive())
def test_each_positive_answer_has_its_row(form: str, link_id: str, code: str) -> None:
    key = f"{link_id}={code}" if code else link_id
    reaction = TABLE.on_quick_look(key) if form == LOOK.name else TABLE.on_positive(key)
    assert reaction is not None and (reaction.auto or reaction.offer)


def test_no_row_is_without_its_answer() -> None:
    known = {f"{link}={code}" if code else link for name, link, code in every_positive() if name == SCREEN.name}
    record = {f"record={f.name}" for f in fields(History)}
    for key in TABLE.positive:
        assert key in known or (key.endswith("=*") and any(k.startswith(key[:-1]) for k in known)), key
    for reaction in TABLE.combination:
        for part in [*reaction.every, reaction.of]:
            assert part <= known | record | {"can-be-pregnant"}, reaction.key
    for reaction in TABLE.history:
        assert reaction.needs <= known | record, reaction.key
    askable = {i.link_id for f in (SCREEN, LOOK) for i in f.walk() if i.unable} | set(forms.names())
    assert set(TABLE.unable) <= askable


def test_what_custody_is_told_and_which_clocks_start_exist() -> None:
    rows = content.rows("forms/intake-rules.toml", "action")
    sentences = {row["id"] for row in content.rows("custody/alerts.toml", "alert")}
    assert {row["id"] for row in rows if row["kind"] in ("alert", "watch")} <= sentences
    opens = {
        o["event"]
        for path in content.names("clocks")
        for rule in content.load(path).get("rule", ())
        for o in rule.get("opens", ())
    }
    assert {row["event"] for row in rows if row["kind"] == "duty"} | {"screening_item_unable"} <= opens
    assert {row["id"] for row in rows if row["kind"] == "instrument"} <= set(forms.names()) | {"mental-health-screen"}
    for name in forms.names():
        scale = forms.load(name).scale
        told = [a for band in (scale.bands if scale else ()) for a in band.actions if a.kind in ("alert", "watch")]
        assert {action.key for action in told} <= sentences, name


def test_dispositions_are_those_of_the_form() -> None:
    assert {d.key for d in TABLE.dispositions} == {o.code for o in SCREEN.item("disposition").options}


# --- consequences ---------------------------------------------------------------------------------------------------------


def test_a_healthy_person() -> None:
    assert autos(after(screen())) == {"c-ssrs-screener", "phq-2", "opt-out-tests"}


def test_who_can_be_pregnant_is_offered_a_test() -> None:
    found = after(screen(can_be_pregnant="yes", pregnancy=["none"]), sex="female")
    assert "pregnancy-test" in autos(found)


ACTS = [
    ({"officer_report": ["suicidal"]}, {"watch_constant", "mental-health-now"}),
    ({"illness": ["seizures"]}, {"shaking_first_aid"}),
    ({"illness": ["asthma"]}, {"allow_inhaler", "no_oc_spray"}),
    ({"symptoms": ["cough"]}, {"mask_single_cell", "chest-x-ray", "tb-symptoms"}),
    ({"symptoms": ["fever", "weakness"]}, {"mask_single_cell"}),
    ({"mind": ["attempt-custody"]}, {"watch_staggered", "mental-health-today"}),
    ({"mind": ["treatment"]}, {"bjmhs"}),
    ({"substances": ["opioids"], "opioid_last": "2026-11-21 08:00", "opioid_often": "daily", "withdrawal_history": ["none"]}, {"rods", "cows", "WDR-01-OPIOID", "shaking_check", "moud-offer"}),
    ({"substances": ["alcohol"], "alcohol_last": "2026-11-21 08:00", "alcohol_often": "daily", "withdrawal_history": ["none"]}, {"audit-c", "ciwa-ar", "WDR-01-ALCOHOL", "thiamine"}),
    ({"substances": ["alcohol"], "alcohol_last": "2026-11-21", "alcohol_often": "less", "withdrawal_history": ["dt"]}, {"hospital-decision"}),
    ({"injury": ["head"], "looks": ["intoxicated"]}, {"neuro-checks", "emergency-department"}),
    ({"needs": ["wheelchair"]}, {"walking_aid", "no_stairs", "bottom_bunk"}),
    ({"bp_systolic": "180"}, {"provider-now"}),
    ({"bp_systolic": "89"}, {"provider-now"}),
    ({"oxygen": "91"}, {"oxygen-now"}),
    ({"temperature": "100.4"}, {"tb-symptoms"}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), ACTS)
def test_answers_act_at_once(change: dict[str, object], expected: set[str]) -> None:
    assert expected <= autos(after(screen(**change)))


@pytest.mark.parametrize(
    "change",
    [{"bp_systolic": "179"}, {"bp_systolic": "90"}, {"bp_diastolic": "119"}, {"pulse": "119"}, {"pulse": "50"}, {"respiration": "24"},
     {"respiration": "10"}, {"temperature": "100.3"}, {"temperature": "95"}, {"oxygen": "92"}, {"symptoms": ["none"]}],
)  # fmt: skip
def test_just_inside_the_limits_nothing_acts(change: dict[str, object]) -> None:
    assert autos(after(screen(**change))) == autos(after(screen()))


@pytest.mark.parametrize(
    "change",
    [
        {"bp_diastolic": "120"},
        {"pulse": "120"},
        {"pulse": "49"},
        {"respiration": "25"},
        {"respiration": "9"},
        {"temperature": "94.9"},
    ],
)
def test_just_outside_the_limits_something_acts(change: dict[str, object]) -> None:
    assert autos(after(screen(**change))) > autos(after(screen()))


def test_one_fever_alone_does_not_isolate() -> None:
    assert "mask_single_cell" not in autos(after(screen(symptoms=["fever"])))


def test_opioids_and_possible_pregnancy_are_obstetric_today() -> None:
    change: dict[str, object] = {
        "can_be_pregnant": "yes", "pregnancy": ["possible"], "substances": ["opioids"], "opioid_last": "2026-11-21", "opioid_often": "less",
        "withdrawal_history": ["none"],
    }  # fmt: skip
    found = after(screen(**change), sex="female")
    assert {"obstetric-today", "pregnancy-test-now"} <= autos(found)


def test_medicines_open_the_duties_of_the_clock_table() -> None:
    posted = WELL | {"takes-medicines": "yes", "medicine.drug:0": "Sample-insulin", "medicine.dose:0": "10 units", "medicine.last:0": "2026-11-21 07:00", "medicine.often:0": "twice", "medicine.critical:0": "insulin", "medicine.verified:0": "not-yet"}  # fmt: skip
    found = after(forms.parse(SCREEN, posted, zone=ZONE, now=NOW))
    events = {c.key: (c.event, dict(c.facts)) for c in found if c.kind == "duty"}
    assert events["INT-04-DOSE"] == ("medicine_reported", {"opioid_treatment": False, "critical": True})
    assert events["INT-04-DECIDE"][0] == "medicine_reported"
    assert next(c for c in found if c.key == "INT-04-DOSE").because == ("medicine.critical:0=insulin",)


@pytest.mark.parametrize(("sex", "name"), [("female", "cmhs-w"), ("male", "bjmhs"), ("unknown", "bjmhs")])
def test_the_mental_health_screen_fits_the_person(sex: str, name: str) -> None:
    assert name in autos(after(screen(mind=["voices"]), sex=sex))


@pytest.mark.parametrize(
    ("yes", "history", "watch"),
    [
        ((), History(), None), (("cssrs-1",), History(), None), ((), History(attempt_in_custody=True), "watch_staggered"),
        (("cssrs-1",), History(attempt_in_custody=True), "watch_staggered"), (("cssrs-2", "cssrs-3"), History(), "watch_staggered"),
        (("cssrs-2", "cssrs-4"), History(), "watch_constant"), (("cssrs-2", "cssrs-4"), History(attempt_in_custody=True), "watch_constant"),
        (("cssrs-6",), History(), "watch_staggered"), (("cssrs-6", "cssrs-6b"), History(), "watch_constant"),
    ],
)  # fmt: skip
def test_a_low_screen_with_an_attempt_in_custody_is_moderate(
    yes: tuple[str, ...], history: History, watch: str | None
) -> None:
    found = after(screen(), {"c-ssrs-screener": cssrs(*yes)}, history)
    assert [c.key for c in found if c.kind == "watch" and c.auto] == ([watch] if watch else [])


def test_a_withdrawal_seizure_on_record_counts_only_with_alcohol_or_sedatives() -> None:
    history = History(withdrawal_seizure_or_dt=True)
    assert "hospital-decision" not in autos(after(screen(), {}, history))
    drinks = screen(
        substances=["alcohol"], alcohol_last="2026-11-21", alcohol_often="less", withdrawal_history=["none"]
    )
    assert "hospital-decision" in autos(after(drinks, {}, history))


UNABLE = [
    ("mind", "watch_staggered"), ("substances", "shaking_check"), ("illness", "bottom_bunk"), ("symptoms", "mask_single_cell"),
    ("takes_medicines", "medicine-lookup"), ("has_allergies", "allergy-unknown"), ("injury", "neuro-checks"),
]  # fmt: skip


@pytest.mark.parametrize(("item", "precaution"), UNABLE)
@pytest.mark.parametrize("reason", ["intoxicated", "refuses", "no_interpreter", "other"])
def test_unable_brings_the_precaution_and_asks_again_within_four_hours(item: str, precaution: str, reason: str) -> None:
    found = after(screen(**{item: "", f"{item}__unable": reason}))
    assert precaution in autos(found)
    retry = next(c for c in found if c.key == "INT-02-RETRY")
    assert (retry.due, retry.owner_role, retry.because) == ("PT4H", "rn", (f"unable:{item.replace('_', '-')}",))


def test_a_suicide_screen_that_could_not_be_asked_is_watched() -> None:
    found = after(screen(), {"c-ssrs-screener": cssrs(unable=True)})
    assert "watch_constant" in autos(found)
    assert "unable:c-ssrs-screener" in next(c for c in found if c.key == "INT-02-RETRY").because


# --- signing ----------------------------------------------------------------------------------------------------------------


def sign(
    answers: Answers,
    responses: tuple[Response, ...] = (),
    finished: frozenset[str] = DONE,
    cleared: bool = True,
    scores: dict[str, Score] | None = None,
) -> rules.Decision:
    return rules.may_sign(SCREEN, answers, after(answers, scores), responses, TABLE, finished=finished, cleared=cleared)


def test_a_healthy_screening_may_be_signed() -> None:
    assert sign(screen()).ok


@pytest.mark.parametrize("field", sorted(set(WELL) - {"can-be-pregnant", "under-18"}))
def test_a_missing_answer_refuses_the_signature(field: str) -> None:
    decision = sign(screen(**{field.replace("-", "_"): ""}))
    assert not decision.ok
    assert field in [reason.where for reason in decision.reasons]


def test_an_unmapped_positive_refuses_the_signature() -> None:
    answers = screen(illness=["pressure"])
    decision = sign(answers)
    assert [r.where for r in decision.reasons] == ["illness=pressure"]
    assert sign(answers, (Response("illness=pressure", "referral", "chronic-enrolment"),)).ok
    assert sign(answers, (Response("illness=pressure", "no_action", reason="Controlled, seen yesterday"),)).ok
    assert not sign(answers, (Response("illness=pressure", "no_action", reason="  "),)).ok
    assert not sign(answers, (Response("illness=pressure", "referral"),)).ok
    assert not sign(answers, (Response("illness=heart", "referral", "provider-now"),)).ok


def test_each_ticked_option_needs_its_own_answer() -> None:
    answers = screen(illness=["pressure", "heart"], disposition="general-urgent")
    assert [r.where for r in sign(answers, (Response("illness=heart", "referral", "provider-urgent"),)).reasons] == [
        "illness=pressure"
    ]


def test_what_is_only_proposed_for_another_reason_does_not_map() -> None:
    answers = screen(illness=["seizures", "heart"], disposition="general-urgent")
    assert [r.where for r in sign(answers).reasons] == ["illness=heart"]


def test_an_accepted_proposal_counts_for_the_place() -> None:
    answers = screen(illness=["heart"])
    chosen = (Response("illness=heart", "referral", "provider-now"),)
    assert [r.where for r in sign(answers, chosen).reasons] == ["disposition"]
    assert sign(screen(illness=["heart"], disposition="general-urgent"), chosen).ok


def test_of_a_ladder_only_the_strongest_step_acts_for_all_reasons() -> None:
    found = after(screen(mind=["treatment", "hospital", "voices"], officer_report=["suicidal"]))
    mental = [c for c in found if c.auto and c.key.startswith("mental-health-")]
    assert [c.key for c in mental] == ["mental-health-now"]
    assert {"mind=treatment", "mind=hospital", "mind=voices", "officer-report=suicidal"} <= set(mental[0].because)


def test_the_shortest_limit_wins() -> None:
    form = forms.load("cows")
    answers = forms.parse(form, {i.link_id: i.options[0].code for i in form.walk()}, zone=ZONE)
    scored = forms.score(form, answers)
    assert scored
    drinks = screen(substances=["opioids"], opioid_last="2026-11-21", opioid_often="less", withdrawal_history=["none"])
    duty = next(c for c in after(drinks, {"cows": scored}) if c.key == "WDR-01-OPIOID")
    assert (duty.due, duty.event, dict(duty.facts)) == ("PT4H", "withdrawal_risk_found", {"substance": "opioid"})
    assert duty.because == ("substances=opioids", "score:cows=none")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_is_answered(data: st.DataObject) -> None:
    """Nothing crashes; no signature with a positive unmapped; every precaution has a reason; ladders hold."""
    posted: dict[str, object] = dict(WELL)
    lists = [i for i in SCREEN.walk() if i.options and i.repeats] + [i for i in SCREEN.walk() if i.kind == "boolean"]
    for item in data.draw(st.lists(st.sampled_from(lists), max_size=6, unique_by=lambda i: i.link_id)):
        if item.unable and data.draw(st.integers(0, 3)) == 0:
            posted.pop(item.link_id, None)
            posted[f"{item.link_id}~unable"] = "intoxicated"
        elif item.options:
            codes = [o.code for o in item.options if not o.exclusive]
            posted[item.link_id] = data.draw(st.lists(st.sampled_from(codes), min_size=1, max_size=3, unique=True))
        else:
            posted[item.link_id] = data.draw(st.sampled_from(["yes", "no"]))
    answers = forms.parse(SCREEN, posted, zone=ZONE, now=NOW)  # type: ignore[arg-type]
    found = after(answers)
    assert all(c.because and c.sentence.es for c in found)
    assert len({(c.kind, c.key, c.auto) for c in found}) == len(found)
    for ladder in TABLE.ladders:
        assert sum(c.auto and c.key in ladder for c in found) <= 1
    positive = rules.positives(SCREEN, answers)
    decision = sign(answers)
    if decision.ok:
        assert not rules.unmapped(positive, rules.responses_of(found))
    reasoned = tuple(Response(p.key, "no_action", reason="Seen") for p in positive)
    assert not rules.unmapped(positive, reasoned)
    wheres = {r.where for r in sign(answers, reasoned).reasons}
    assert not wheres & {p.key for p in positive if "=" in p.key}


def test_instruments_called_for_must_be_done() -> None:
    assert [r.where for r in sign(screen(), finished=frozenset({"phq-2"})).reasons] == ["c-ssrs-screener"]


def test_sent_out_needs_clearance() -> None:
    assert [r.where for r in sign(screen(), cleared=False).reasons] == ["clearance"]


@pytest.mark.parametrize(
    ("change", "least"),
    [
        ({}, "general"), ({"illness": ["seizures"]}, "general-urgent"), ({"skin": ["lice"]}, "isolation-contact"),
        ({"symptoms": ["cough"]}, "isolation-airborne"), ({"mind": ["attempt-custody"]}, "watch-staggered"),
        ({"officer_report": ["suicidal"]}, "watch-constant"), ({"injury": ["head"], "looks": ["confused"]}, "ed-before-acceptance"),
    ],
)  # fmt: skip
def test_the_place_protects_enough(change: dict[str, object], least: str) -> None:
    order = [d.key for d in sorted(TABLE.dispositions, key=lambda d: d.rank)]
    assert rules.least_disposition(after(screen(**change)), TABLE) == least
    for place in order:
        wheres = [r.where for r in sign(screen(**change, disposition=place)).reasons]
        assert ("disposition" in wheres) == (order.index(place) < order.index(least)), place
    reasoned = sign(screen(**change, disposition="general", disposition_reason="Provider decided by telephone"))
    assert "disposition" not in [r.where for r in reasoned.reasons]


# --- the tired nurse --------------------------------------------------------------------------------------------------------


def keystrokes(form_name: str, posted: dict[str, object], given: frozenset[str]) -> int:
    """One key per choice; a number its characters, and one more to move on unless its box is full; `given` is filled from the record."""
    form = forms.load(form_name)
    view = forms.render(form, forms.parse(form, posted, zone=ZONE))  # type: ignore[arg-type]
    total = 0
    for row in (r for section in view.sections for r in section.rows):
        if row.field in given or not row.typed:
            continue
        if row.options or row.kind == "boolean":
            total += len(row.typed)
        else:
            total += len(row.typed[0]) + (len(row.typed[0]) != row.max_length)
    return total


@pytest.mark.parametrize("sex", ["male", "female"])
def test_a_healthy_person_takes_at_most_45_keystrokes(sex: str) -> None:
    posted: dict[str, object] = dict(WELL)
    if sex == "female":
        posted |= {"can-be-pregnant": "yes", "pregnancy": ["none"]}
    given = frozenset({"can-be-pregnant", "under-18", "interpreter"})
    no = "LA32-8"
    total = keystrokes(SCREEN.name, posted, given)
    total += keystrokes("c-ssrs-screener", {"cssrs-1": no, "cssrs-2": no, "cssrs-6": no}, frozenset())
    total += keystrokes("phq-2", {"phq-1": "0", "phq-2": "0"}, frozenset())
    print(f"keystrokes, {sex}: {total}")
    assert total <= 45


def test_the_quick_look_is_nine_keys() -> None:
    assert keystrokes(LOOK.name, dict(WELL_LOOK), frozenset()) <= 9


def test_nothing_answers_more_than_one_question() -> None:
    for item in SCREEN.walk():
        assert not ({"all-no", "all_no", "no-to-all"} & {o.code for o in item.options})
        assert sum(o.exclusive for o in item.options) <= 1


@pytest.mark.parametrize("doing", sorted({c.key for c in after(screen(officer_report=["suicidal"]))}))
def test_sentences_are_in_both_languages(doing: str) -> None:
    found = next(c for c in after(screen(officer_report=["suicidal"])) if c.key == doing)
    assert found.sentence.en and found.sentence.es and found.source
