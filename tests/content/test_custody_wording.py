"""What custody is shown says what to do and never why; reasons of non-attendance are attested by those who may."""

import re

import pytest

from throughcare.duties.clock_table import every_version
from throughcare.duties.rules import on_move
from throughcare.kernel import content

SHOWN = ("title", "title_es", "text", "text_es", "first_aid", "first_aid_es", "call", "call_es")
ALERTS = content.rows("custody/alerts.toml", "alert")
FORBIDDEN = re.compile(
    r"""diagnos|drug|droga|suicid|\bhiv\b|\bvih\b|\baids\b|\bsida\b|withdraw|abstinen|methadon|metadon|bupreno|naloxon
    |naltrex|opioid|opiáceo|heroin|fentan|alcohol|detox|intoxic|addict|adicc|mental|psych|psiq|bipolar|depress|schizo
    |esquizo|psychos|self-harm|autoles|overdos|sobredosis|hepat|tubercul|\btb\b|syphil|sífilis|infect|covid|diabet|insulin
    |asthma|asma|seizure|convuls|epilep|pregnan|embaraz|labou?r|parto|abort|gender|género|trans\b|cancer|cáncer|dialy
    |kidney|heart|stroke|dementia|medic(?!al)|medicin|tablet|pastilla|prescri|recet|test result|allerg|alerg|prea|abuse
    |abuso|sexual|victim|cpap|epinephrine|epinefrina""",
    re.IGNORECASE | re.VERBOSE,
)
PLACEHOLDERS = {"until", "time", "place", "phone"}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: str(alert["id"]))
def test_an_alert_gives_no_reason_away(alert: dict[str, str]) -> None:
    shown = " ".join([alert["id"], *(alert[name] for name in SHOWN)])
    assert not FORBIDDEN.search(shown), FORBIDDEN.search(shown)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: str(alert["id"]))
def test_an_alert_is_whole_in_both_languages(alert: dict[str, object]) -> None:
    for name in ("title", "text", "first_aid", "call"):
        english, spanish = str(alert[name]), str(alert[f"{name}_es"])
        assert bool(english) is bool(spanish), name
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", spanish)) <= PLACEHOLDERS
    assert str(alert["text"]).endswith(".")
    assert isinstance(alert["lasts_hours"], int)
    assert alert["board"] in {"top", "line"}


def test_what_may_kill_names_first_aid_and_whom_to_call() -> None:
    by_id = {alert["id"]: alert for alert in ALERTS}
    for name in ("watch_constant", "watch_staggered", "check_now", "shaking_check", "shaking_first_aid", "head_check"):
        assert "call code" in by_id[name]["first_aid"], name
        assert "{phone}" in by_id[name]["call"], name


def test_the_alerts_the_rulings_name_are_here() -> None:
    assert {
        "watch_constant", "watch_staggered", "bottom_bunk", "no_stairs", "mask_single_cell", "shaking_check", "check_now",
        "escort_wheelchair", "allow_inhaler", "bring_to_clinic", "no_oc_spray", "hearing_aid", "diet",
    } <= {alert["id"] for alert in ALERTS}  # fmt: skip


def test_custody_never_attests_a_refusal() -> None:
    reasons = {row["id"]: row for row in content.rows("custody/move_reasons.toml", "reason")}
    assert reasons["refused_in_person"]["attested_by"] == ["health"]
    for row in reasons.values():
        assert set(row["attested_by"]) <= {"health", "custody", "patient"}
        assert row["side"] in {"patient", "custody", "clinic", "unknown"}
        assert row["title"]
        assert row["title_es"]
        if "custody" in row["attested_by"]:
            assert not FORBIDDEN.search(f"{row['title']} {row['title_es']}")


def test_each_kind_of_move_is_one_that_duties_know() -> None:
    some = every_version()[0]
    for row in content.rows("custody/move_reasons.toml", "move"):
        if row["duties"] != "open":
            assert on_move(some, row["duties"])


def test_custody_s_view_ends_with_parole_and_not_with_a_halfway_house() -> None:
    sees = {row["id"]: row["custody_sees"] for row in content.rows("custody/legal_status.toml", "status")}
    assert sees["halfway_house_community_release"]
    assert sees["transitional_supervision"]
    assert not any(sees[name] for name in ("parole", "special_parole", "halfway_house_parole", "discharged"))
