"""The clock table is whole, says what the specification says, and refuses what it can't understand."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.duties.rule_makers import WORKING, local
from throughcare.care.intake.rule_table import Doing, load_table
from throughcare.chart import forms
from throughcare.chart.forms.scale import within
from throughcare.duties import clock_table
from throughcare.duties.clock_table import at_facility, every_version, rule, rules
from throughcare.duties.rule import matches
from throughcare.duties.rules import due_at, on_move
from throughcare.kernel import content
from throughcare.kernel.content import ContentError
from throughcare.kernel.vocabulary import DataClass, Role

TODAY = date(2026, 11, 21)

# Every row id of clinical.md 1.1, typed in its order.
ROWS = """
INT-01 INT-02 INT-03 INT-04 INT-05 INT-06 INT-07 INT-08 INT-09 INT-10 IHA-01 IHA-02 IHA-03 IHA-04 MHS-01 MHS-02 DEN-01 DEN-02
TRN-01 TRN-02 TRN-03 SCR-01 SCR-02 SCR-03 SCR-04 SCR-05 SCR-06 SUI-01 SUI-02 SUI-03 SUI-04 RHU-01 RHU-02 RHU-03 RHU-04 RHU-05
CHR-01 CHR-02 MHC-01 INF-01 HOS-01 SPC-01 SPC-02 SPC-03 LAB-01 LAB-02 MED-01 MED-02 MED-03 WDR-01 MOU-01 PRG-01 RST-01 RST-02
EPM-01 HSR-01 GRV-01 DTH-01 DTH-02 DTH-03 DTH-04 DTH-05 CQI-01 ADM-01 EMR-01 EMR-02 REL-01 REL-02
"""

# Limits typed from the table: rule, facts, kind of facility, opened, due.
DAY = "2026-11-20 09:00"  # a Friday; Thanksgiving is the Thursday after
LIMITS = [
    ("INT-00", {}, "jail", "2026-11-20 09:15"),
    ("INT-02", {}, "jail", "2026-11-20 13:00"),
    ("INT-02-REVIEW", {}, "jail", "2026-11-20 21:00"),
    ("INT-02-RETRY", {}, "jail", "2026-11-20 13:00"),
    ("INT-03", {"urgency": "emergent"}, "jail", "2026-11-20 09:15"),
    ("INT-03", {"urgency": "urgent"}, "jail", "2026-11-20 15:00"),
    ("INT-04-DECIDE", {}, "jail", "2026-11-20 21:00"),
    ("INT-04-COSIGN", {}, "jail", "2026-11-21 09:00"),
    ("INT-05-TEST", {}, "jail", "2026-11-22 00:00"),
    ("INT-06", {}, "both", "2026-11-20 15:00"),
    ("INT-06-NOW", {}, "both", "2026-11-20 09:15"),
    ("INT-07", {}, "jail", "2026-11-21 09:00"),
    ("INT-09", {}, "jail", "2026-11-23 09:00"),
    ("INT-10", {}, "jail", "2026-12-04 00:00"),
    ("IHA-01", {}, "jail", "2026-12-04 00:00"),
    ("IHA-01", {}, "prison", "2026-11-27 00:00"),
    ("IHA-01", {}, "both", "2026-11-27 00:00"),
    ("IHA-02", {}, "jail", "2026-11-25 00:00"),
    ("IHA-04", {"age": 50}, "prison", "2027-11-21 00:00"),
    ("IHA-04", {"age": 49, "chronic": True}, "prison", "2027-11-21 00:00"),
    ("IHA-04", {"age": 49, "chronic": False}, "prison", "2029-11-21 00:00"),
    ("MHS-01", {}, "jail", "2026-12-04 00:00"),
    ("MHS-02", {}, "jail", "2026-12-20 00:00"),
    ("MHS-02", {"within": "P14D"}, "prison", "2026-12-04 00:00"),
    ("MHS-02", {"within": "P14D", "suicide_risk": "low"}, "prison", "2026-12-04 00:00"),
    ("MHS-02", {"within": "P14D", "suicide_risk": "low"}, "both", "2026-11-23 09:00"),
    ("MHS-02-URGENT", {}, "jail", "2026-11-23 09:00"),
    ("MHS-02-URGENT", {"urgency": "urgent"}, "jail", "2026-11-20 21:00"),
    ("MHS-02-URGENT", {"urgency": "emergent"}, "prison", "2026-11-20 09:15"),
    ("INT-03-LATER", {"within": "P2D"}, "jail", "2026-11-25 00:00"),
    ("INT-03-LATER", {"within": "PT60M"}, "jail", "2026-11-20 10:00"),
    ("INT-03-LATER", {}, "jail", "2026-12-20 00:00"),
    ("INT-03-ASK", {"urgency": "emergent"}, "jail", "2026-11-20 09:15"),
    ("INT-03-ASK", {"urgency": "urgent"}, "jail", "2026-11-20 10:00"),
    ("DEN-01", {}, "prison", "2026-11-27 00:00"),
    ("DEN-02", {}, "prison", "2026-12-20 00:00"),
    ("DEN-02", {}, "jail", "2027-11-21 00:00"),
    ("TRN-01", {}, "prison", "2026-11-20 21:00"),
    ("SCR-00", {}, "prison", "2026-11-20 09:15"),
    ("SCR-02", {"received_at": local("2026-11-20 08:00")}, "prison", "2026-11-21 08:00"),
    ("SCR-03", {"received_at": local("2026-11-20 08:00")}, "prison", "2026-11-21 08:00"),
    ("SCR-06", {"priority": "emergent"}, "prison", "2026-11-20 09:15"),
    ("SCR-06", {"priority": "urgent"}, "prison", "2026-11-21 00:00"),
    ("SCR-06", {"priority": "routine"}, "prison", "2026-12-04 00:00"),
    ("SUI-02", {}, "prison", "2026-11-20 09:15"),
    ("SUI-03", {}, "prison", "2026-11-21 09:00"),
    ("SUI-04-72H", {}, "prison", "2026-11-23 09:00"),
    ("RHU-05-EXAM", {}, "prison", "2026-11-21 09:00"),
    ("CHR-01", {}, "prison", "2026-12-20 00:00"),
    ("HOS-01-NURSE", {}, "prison", "2026-11-20 13:00"),
    ("HOS-01-VISIT", {}, "prison", "2026-11-25 00:00"),
    ("SPC-01", {"priority": "urgent"}, "prison", "2026-12-20 00:00"),
    ("SPC-02", {"priority": "urgent"}, "prison", "2026-11-21 00:00"),
    ("SPC-02", {"priority": "soon"}, "prison", "2026-11-24 00:00"),
    ("SPC-02", {"priority": "routine"}, "prison", "2026-11-26 00:00"),
    ("SPC-02", {"priority": "assigned"}, "prison", "2026-12-01 00:00"),
    ("SPC-03-REPORT", {}, "prison", "2026-11-26 00:00"),
    ("LAB-01", {"urgency": "critical"}, "prison", "2026-11-20 10:00"),
    ("LAB-01", {"urgency": "abnormal"}, "prison", "2026-11-22 00:00"),
    ("LAB-01", {"urgency": "normal"}, "prison", "2026-11-25 00:00"),
    ("LAB-02", {}, "prison", "2026-11-27 00:00"),
    ("MED-01", {"priority": "stat"}, "prison", "2026-11-20 15:00"),
    ("MED-01", {"priority": "urgent"}, "prison", "2026-11-20 12:00"),
    ("LAB-01", {}, "prison", "2026-11-22 00:00"),  # not told how urgent: as abnormal
    ("IHA-04", {"age": 49}, "prison", "2027-11-21 00:00"),  # not told whether chronic: the stricter
    ("IHA-04", {"chronic": False}, "prison", "2027-11-21 00:00"),
    ("MED-01", {}, "prison", "2026-11-21 09:00"),
    ("MED-01", {"priority": "routine", "in_stock": True}, "prison", "2026-11-21 09:00"),
    ("MED-01", {"priority": "routine", "in_stock": False}, "prison", "2026-11-22 09:00"),
    ("MED-02", {"order_ends_at": local("2026-12-04 12:00")}, "prison", "2026-12-02 00:00"),
    ("MOU-01-DECIDE", {}, "jail", "2026-11-20 21:00"),
    ("MOU-01-DOSE", {"next_dose_at": local("2026-11-23 08:00")}, "jail", "2026-11-21 09:00"),
    ("PRG-01-VISIT", {}, "both", "2026-11-27 00:00"),
    ("EPM-01-REVIEW", {}, "prison", "2026-11-21 09:00"),
    ("GRV-01-LOG", {}, "prison", "2026-11-25 00:00"),
    ("GRV-01-ANSWER", {}, "prison", "2026-12-22 00:00"),
    ("DTH-01", {}, "prison", "2026-12-20 00:00"),
    ("DTH-03", {}, "prison", "2027-02-18 00:00"),
    ("EMR-02", {}, "prison", "2026-11-20 09:04"),
    ("REL-01", {"release_at": local("2027-06-01 09:00")}, "prison", "2027-03-04 00:00"),
    ("REL-CONTACT-1", {}, "jail", "2026-11-22 00:00"),
    ("REL-CONTACT-7", {}, "jail", "2026-11-28 00:00"),
    ("REL-CONTACT-30", {}, "jail", "2026-12-21 00:00"),
    ("BTG-01", {}, "jail", "2026-11-25 00:00"),
]


def test_every_row_of_the_specification_is_here() -> None:
    assert set(ROWS.split()) <= {r.row for r in rules(TODAY).values()}


def test_staff_rules_and_the_rulings_rows_are_here() -> None:
    ids = set(rules(TODAY))
    assert {f"STF-0{n}" for n in range(1, 9)} <= ids
    assert {"INT-00", "INT-04-DECIDE", "INT-04-DOSE", "INT-04-COSIGN", "MOU-02", "MOU-03", "MOU-04", "BTG-01"} <= ids


@pytest.mark.parametrize(("rule_id", "facts", "kind", "expected"), LIMITS)
def test_limits(rule_id: str, facts: dict[str, object], kind: str, expected: str) -> None:
    decision = due_at(rule(rule_id, TODAY), local(DAY), facility_kind=kind, working=WORKING, facts=facts)
    assert decision.due == local(expected)


@pytest.mark.parametrize("found", every_version(), ids=lambda r: f"{r.id}{r.edition}")
def test_each_row_uses_the_house_s_words(found: object) -> None:
    assert isinstance(found, clock_table.Rule)
    assert {found.owner, *found.cover} <= set(Role)
    assert found.data_class in set(DataClass)
    assert set(found.marks) <= {"D", "K?"}
    assert not found.title.endswith(".")
    assert len(found.title) <= 60
    assert found.obligation.endswith(".")
    if found.kind == "duty":
        assert found.opens or found.id.startswith("REL-"), "only a successor opens without an event"
        assert found.do.verb, "each row on a list has one thing to do"


@pytest.mark.parametrize("kind", ["jail", "prison", "both", "community"])
def test_each_duty_has_a_due_time_at_each_kind_of_facility(kind: str) -> None:
    for found in rules(TODAY).values():
        if found.kind == "duty" and found.id not in {"INT-03", "INT-09-REASSESS"}:
            assert due_at(found, local(DAY), facility_kind=kind, working=WORKING, facts={}).due >= local(DAY), found.id


def test_what_release_leaves_open_goes_to_the_planner() -> None:
    """Ruling 5: results, infections, medicines, opioid treatment and mental health never just end."""
    for found in rules(TODAY).values():
        moved = on_move(found, "release")
        if moved.effect == "convert":
            assert rule(moved.successor, TODAY).owner == "planner"
            assert on_move(rule(moved.successor, TODAY), "release").effect == "carry"
    for rule_id in (
        "LAB-01",
        "LAB-02",
        "MED-01",
        "INT-04-DECIDE",
        "MOU-01-DOSE",
        "MHS-02",
        "SUI-04-72H",
        "CHR-02",
        "SPC-01",
    ):
        assert on_move(rule(rule_id, TODAY), "release").effect == "convert", rule_id


def called_by_content() -> dict[tuple[str, str], forms.Action]:
    """Give every referral and order that a score or an answer calls for and that can wait, but for mental health's own."""
    found = {}
    for name in forms.names():
        if (scale := forms.load(name).scale) is not None and not scale.acted_on_by:
            bands = [*(b.actions for b in scale.bands), *(f.actions for f in scale.flags)]
            found |= {(name, a.key): a for of_band in bands for a in of_band}
    doings = {("intake", d.key): d for d in load_table().doings.values() if d.kind == "referral"}
    wanted = {**found, **{at: _as_action(d) for at, d in doings.items()}}
    return {
        at: a
        for at, a in wanted.items()
        if a.kind in ("referral", "order") and a.due.startswith("P") and a.facts.get("domain") != "mental_health"
    }


def _as_action(d: Doing) -> forms.Action:
    return forms.Action(d.kind, d.key, d.owner, d.due, d.text, d.source, d.event, d.facts)


def test_what_content_calls_for_goes_to_its_owner_by_its_span() -> None:
    """A span or an owner that the clock does not know would fall to the provider within thirty days, unseen."""
    called = called_by_content()
    assert len(called) > 12
    for at, one in called.items():
        facts = {"within": one.due, "owner": one.owner}
        found = due_at(rule("INT-03-LATER", TODAY), local(DAY), facility_kind="jail", working=WORKING, facts=facts)
        assert found.owner == one.owner, at
        # Two working days may hold a weekend; no other span is stretched.
        assert found.due <= local(DAY) + within(one.due) + timedelta(days=3 if one.due == "P2D" else 0), at


def test_nothing_changes_on_a_transfer_but_the_place() -> None:
    effects = {rule_id: on_move(found, "transfer").effect for rule_id, found in rules(TODAY).items()}
    left_behind = {"DOOR-OUT", "DOOR-OBSERVED-OUT", "DOOR-BAG"}
    assert {rule_id for rule_id, effect in effects.items() if effect != "carry"} == left_behind
    assert {effects[rule_id] for rule_id in left_behind} == {"stay"}, (
        "what was not done before the van is owed where it left"
    )


def test_a_watch_check_or_a_review_can_t_be_refused() -> None:
    table = rules(TODAY)
    assert not any(
        table[rule_id].refusal.allowed for rule_id in ("SUI-01", "SUI-02", "SUI-03", "RHU-01", "LAB-01", "INT-00")
    )
    assert not any(r.refusal.allowed for r in table.values() if r.owner in {"custody", "transport", "hsa", "him"})
    assert table["INT-02"].refusal.rearms_as == "INT-02"


def test_editions_stand_side_by_side_by_date() -> None:
    assert due_days("DTH-03", date(2025, 12, 31)) == 30
    assert due_days("DTH-03", date(2026, 1, 1)) == 90
    assert "DTH-02" not in rules(date(2025, 12, 31))


def due_days(rule_id: str, on: date) -> int:
    return rule(rule_id, on).limits[0].allowed.value


def test_recalled_limits_are_marked() -> None:
    table = rules(TODAY)
    assert table["RHU-05-CAP"].provisional
    assert table["RST-01-RENEW"].provisional
    assert not table["SCR-02"].provisional
    assert table["INT-02"].default


def test_no_copyrighted_wording_is_claimed() -> None:
    text = " ".join(f"{r.title} {r.obligation} {r.note}" for r in every_version()).lower()
    assert "ncchc" not in text
    assert "accredit" not in text


def test_a_medicine_reported_without_more_is_decided_and_dosed() -> None:
    """Silence about a medicine is never a reason not to decide on it."""
    for facts, expected in (
        ({}, {"INT-04-DECIDE", "INT-04-DOSE"}),
        ({"opioid_treatment": False, "critical": False}, {"INT-04-DECIDE"}),
        ({"opioid_treatment": True, "critical": True}, {"MOU-01-DECIDE", "MOU-01-DOSE", "MOU-06"}),
    ):
        opened = {
            r.id
            for r in clock_table.opened_by("medicine_reported", TODAY)
            if any(t.event == "medicine_reported" and matches(t.when, facts) for t in r.opens)
        }
        assert opened == expected


def test_notes_that_close_a_clock_are_of_a_known_kind() -> None:
    known = {row["id"] for row in content.rows("vocabulary/notes.toml", "note")}
    asked = {(t.when or {}).get("kind") for r in rules(TODAY).values() for t in r.closes if t.event == "note_signed"}
    assert asked <= known


def test_rules_wait_for_their_room() -> None:
    waiting = {r.id for r in clock_table.inert({"admitted", "screening_signed"}, TODAY)}
    assert "INT-02" not in waiting
    assert "SUI-02" in waiting
    assert "SCR-04" not in waiting, "an invariant opens nothing and waits for nothing"
    assert "INT-02" in {r.id for r in clock_table.never_closed({"admitted"}, TODAY)}
    assert "INT-02" not in {r.id for r in clock_table.never_closed({"admitted", "screening_signed"}, TODAY)}


def test_the_contract_with_an_event_names_its_facts() -> None:
    use = clock_table.events(TODAY)["request_received"]
    assert set(use.opens) == {"SCR-00", "SCR-02", "SCR-03"}
    assert set(use.facts) == {"received_at", "red_flag", "symptom"}
    assert {r.id for r in clock_table.closed_by("screening_signed", TODAY)} == {"INT-02", "INT-08"}
    assert "INT-02" in {r.id for r in clock_table.opened_by("admitted", TODAY)}


# --- an agency's and a facility's own ---------------------------------------------------------------------------------


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "clocks/facility").mkdir(parents=True)
    monkeypatch.setenv(content.OVERLAY_SETTING, str(tmp_path))
    return tmp_path


def test_an_agency_changes_a_row_and_its_version_shows_it(overlay: Path) -> None:
    (overlay / "clocks/intake.toml").write_text(
        'version = "ct-1"\n[[overrides]]\ntable = "rule"\nid = "INT-02"\nlimits = [{ value = 2, unit = "hours" }]\n'
    )
    assert (due_days("INT-02", TODAY), rule("INT-02", TODAY).version) == (2, "ct-1")
    assert due_days("INT-00", TODAY) == 15


def facility_limit(overlay: Path, text: str) -> None:
    (overlay / "clocks/facility/limits.toml").write_text(f'version = "ct-1"\n[[limit]]\nid = "h"\n{text}\n')


def test_a_facility_may_be_stricter(overlay: Path) -> None:
    facility_limit(overlay, 'rule = "INT-02"\nfacility = "hartford"\nvalue = 2\nunit = "hours"')
    assert at_facility(rule("INT-02", TODAY), "hartford").limits[0].allowed.value == 2
    assert at_facility(rule("INT-02", TODAY), "york").limits[0].allowed.value == 4


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('rule = "INT-02"\nfacility = "hartford"\nvalue = 6\nunit = "hours"', "isn't stricter"),
        ('rule = "INT-02"\nfacility = "hartford"\nvalue = 2\nunit = "months"', "no limit of [INT-02] does"),
        ('rule = "SCR-04"\nfacility = "hartford"\nvalue = 2\nunit = "hours"', "which a facility may not"),
        ('rule = "INT-02"\nfacility = "hartford"', "needs rule, facility"),
    ],
)
def test_a_facility_may_not_loosen(overlay: Path, text: str, says: str) -> None:
    facility_limit(overlay, text)
    with pytest.raises(ContentError) as raised:
        for rule_id in ("INT-02", "SCR-04"):
            at_facility(rule(rule_id, TODAY), "hartford")
    assert says in str(raised.value)


GOOD = {
    "id": '"X-01"',
    "title": '"X"',
    "obligation": '"X."',
    "opens": '[{ event = "a" }]',
    "closes": '[{ event = "b" }]',
    "limits": '[{ value = 1, unit = "hours" }]',
    "owner": '"rn"',
    "lane": '"now"',
    "source": '["x"]',
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"lane": '"soon"'}, "has lane [soon]"),
        ({"limits": '[{ value = 1, unit = "fortnights" }]'}, "counts in [fortnights]"),
        ({"limits": '[{ value = -1, unit = "hours" }]'}, "counts [-1]"),
        ({"limits": '[{ value = 1, unit = "on_date" }]'}, "doesn't name. Add the anchor"),
        ({"limits": "[]"}, "without limits"),
        ({"colour": '"red"'}, "unknown field [colour]"),
        ({"release": '"convert"'}, "converts without a successor"),
        ({"successor": '"X-01"'}, "converts without a successor"),
        ({"refusal": "{ rearms_as = 'X-01' }"}, "says not what re-arms"),
        ({"refusal": "{ rearms_as = 'X-09', after = { value = 1, unit = 'hours' } }"}, "names the row [X-09]"),
        ({"recurs": '[{ value = 1, unit = "hours", counted_from = "noon" }]'}, "recurs from [noon]"),
        ({"due_soon": "1.5"}, "has due_soon [1.5]"),
        ({"source": "[]"}, "has no source"),
        ({"closes": '[{ event = "b", outcome = "lost" }]'}, "outcome [lost]"),
        ({"closes": '[{ event = "b", outcome = "refused" }]'}, "closes as refused but says not what re-arms"),
        ({"id": '"INT-02"'}, "is in force twice"),
    ],
)
def test_a_bad_row_is_refused_by_file_and_id(overlay: Path, change: dict[str, str], says: str) -> None:
    row = "\n".join(f"{name} = {value}" for name, value in {**GOOD, **change}.items())
    (overlay / "clocks/own.toml").write_text(f'version = "1"\neffective_from = 2018-01-01\n[[rule]]\n{row}\n')
    with pytest.raises(ContentError) as raised:
        rules(TODAY)
    assert says in str(raised.value)
    assert "clocks" in str(raised.value)
