"""What law and policy ask before an order stands, at every edge."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from throughcare.care.medications.rules import tables
from throughcare.care.medications.rules.gates import Asked, missing

TABLE = tables.orders()
NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)
DAY = timedelta(days=1)
PLAIN = Asked(
    psychotropic=False,
    schedule="",
    never_kop=False,
    opioid_treatment=False,
    mode="DOT",
    source="written",
    emergency=False,
    starts_at=NOW,
    ends_at=NOW + 30 * DAY,
    by_prescriber=True,
    prescriber_named=False,
    standing_order="",
    on_formulary=True,
    off_formulary_why="",
)
PSYCHOTROPIC = replace(
    PLAIN, psychotropic=True, history_taken=True, medicines_reviewed=True, diagnosis="F32.1", consent="given"
)
CONTROLLED = replace(PLAIN, schedule="CII", ends_at=NOW + 3 * DAY)
BRIDGE = replace(
    PLAIN,
    source="standing",
    by_prescriber=False,
    role="rn",
    standing_order="Bridge of verified medicines",
    ends_at=NOW + DAY,
)
SPOKEN = replace(PLAIN, source="verbal", by_prescriber=False, prescriber_named=True, ends_at=NOW + 3 * DAY)


def asked_for(asked: Asked) -> set[str]:
    return {gate.field for gate in missing(asked, NOW, TABLE)}


@pytest.mark.parametrize("asked", [PLAIN, PSYCHOTROPIC, CONTROLLED, SPOKEN, BRIDGE])
def test_what_is_whole_stands(asked: Asked) -> None:
    assert asked_for(asked) == set()


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        (replace(PLAIN, by_prescriber=False), {"source"}),
        (replace(SPOKEN, prescriber_named=False), {"prescriber"}),
        (replace(SPOKEN, source="telephone", prescriber_named=False), {"prescriber"}),
        (replace(BRIDGE, standing_order=" "), {"standing_order"}),
        (replace(BRIDGE, role="lpn"), {"source"}),
        (replace(BRIDGE, schedule="CV"), {"source"}),
        (replace(BRIDGE, role="provider", by_prescriber=True, schedule="CIV"), {"source"}),
        (replace(SPOKEN, schedule="CIV"), set()),
        (replace(SPOKEN, ends_at=NOW + 3 * DAY + timedelta(minutes=1)), {"ends"}),
        (replace(PLAIN, ends_at=NOW + 365 * DAY), set()),
        (replace(PLAIN, ends_at=NOW + 365 * DAY + timedelta(minutes=1)), {"ends"}),
        (replace(PLAIN, mode="KOP", never_kop=True), {"mode"}),
        (replace(PLAIN, mode="KOP"), set()),
        (replace(PLAIN, on_formulary=False), {"off_formulary_why"}),
        (replace(PLAIN, on_formulary=False, off_formulary_why="Two on it were tried"), set()),
    ],
)
def test_authority_length_and_form(asked: Asked, fields: set[str]) -> None:
    assert asked_for(asked) == fields


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"history_taken": False}, {"history_taken"}),
        ({"medicines_reviewed": False}, {"medicines_reviewed"}),
        ({"diagnosis": " "}, {"diagnosis"}),
        ({"diagnosis": "", "emergency_plan": "Danger to others; review in four hours"}, set()),
        ({"consent": ""}, {"consent"}),
        ({"consent": "refused"}, {"consent"}),
        ({"consent": "court_order"}, set()),
    ],
)
def test_psychotropics_only_after_history_medicines_and_diagnosis(change: dict, fields: set[str]) -> None:
    assert asked_for(replace(PSYCHOTROPIC, **change)) == fields


LONG = replace(CONTROLLED, ends_at=NOW + 3 * DAY + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        (LONG, {"monitoring_checked_at"}),
        (replace(LONG, monitoring_checked_at=NOW - 7 * DAY), set()),
        (replace(LONG, monitoring_checked_at=NOW - 7 * DAY - timedelta(minutes=1)), {"monitoring_checked_at"}),
        (replace(LONG, monitoring_checked_at=NOW + timedelta(minutes=1)), {"monitoring_checked_at"}),
        (replace(LONG, ends_at=NOW + 90 * DAY, monitoring_checked_at=NOW), set()),
        (replace(LONG, ends_at=NOW + 91 * DAY, monitoring_checked_at=NOW), {"ends"}),
    ],
)
def test_controlled_supply_wants_the_monitoring_record(asked: Asked, fields: set[str]) -> None:
    assert asked_for(asked) == fields


def test_an_emergency_is_never_stopped() -> None:
    assert asked_for(replace(LONG, emergency=True, by_prescriber=False, never_kop=True, mode="KOP")) == set()
