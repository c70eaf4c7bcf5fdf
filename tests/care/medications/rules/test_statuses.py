"""MAR statuses: the closed set, what follows what, what each needs, whose miss, FHIR."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.care.medications.rules import statuses, tables
from throughcare.care.medications.rules.statuses import CHARTED, Charting, Counts, Needs, Status
from throughcare.care.medications.rules.windows import Punctuality

TABLE = tables.reasons()
MEDICATION_ADMINISTRATION = {
    "in-progress",
    "not-done",
    "on-hold",
    "completed",
    "entered-in-error",
    "stopped",
    "unknown",
}


def fields(charting: Charting, before: Status = Status.EXPECTED) -> set[str]:
    return {p.field for p in statuses.problems(charting, before, TABLE)}


def test_every_status_is_described_in_every_table() -> None:
    assert set(statuses.FOLLOWS) == set(statuses.FHIR) == set(Status)
    assert set(statuses.NEEDS) == CHARTED
    assert {v for v in statuses.FHIR.values() if v} <= MEDICATION_ADMINISTRATION
    assert {s for s in CHARTED if Needs.REASON in statuses.NEEDS[s]} <= {r.status for r in TABLE.reasons.values()}


def test_every_reason_speaks_both_languages() -> None:
    assert all(r.text.en and r.text.es and r.attested_by for r in TABLE.reasons.values())


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("expected", "given", True), ("expected", "vomited", True), ("expected", "charted-in-error", False), ("expected", "cancelled", True),
        ("given", "given", False), ("given", "refused", False), ("given", "vomited", True), ("given", "charted-in-error", True),
        ("given-late", "diverted-suspected", True), ("refused", "given-late", True), ("refused", "refused", False),
        ("no-show", "refused", True), ("no-show", "given", True), ("no-show", "vomited", False), ("vomited", "given", False),
        ("vomited", "charted-in-error", True), ("charted-in-error", "given", True), ("charted-in-error", "charted-in-error", False),
        ("cancelled", "given", True), ("cancelled", "charted-in-error", False), ("given", "cancelled", False), ("given", "expected", False),
    ],
)  # fmt: skip
def test_what_may_follow(before: str, after: str, allowed: bool) -> None:
    assert statuses.may_follow(Status(before), Status(after)) is allowed


def test_nothing_leads_back_to_expected_and_every_charted_status_can_be_put_right() -> None:
    assert all(Status.EXPECTED not in after for after in statuses.FOLLOWS.values())
    assert all(statuses.may_follow(s, Status.ERROR) for s in CHARTED - {Status.ERROR})


def test_an_error_opens_the_dose_again() -> None:
    assert statuses.standing(()) is Status.EXPECTED
    assert statuses.standing((Status.GIVEN, Status.ERROR)) is Status.EXPECTED
    assert statuses.standing((Status.GIVEN, Status.ERROR, Status.REFUSED)) is Status.REFUSED


@given(st.lists(st.sampled_from(sorted(CHARTED)), max_size=8))
def test_two_doses_are_never_taken_from_one_without_an_error_between(tried: list[Status]) -> None:
    chain: list[Status] = []
    for status in tried:
        if statuses.may_follow(chain[-1] if chain else Status.EXPECTED, status):
            chain.append(status)
    since_error = chain[len(chain) - chain[::-1].index(Status.ERROR) :] if Status.ERROR in chain else chain
    assert sum(s in statuses.GIVEN | {Status.SELF, Status.PARTIAL} for s in since_error) <= 1


@pytest.mark.parametrize(
    ("charting", "missing"),
    [
        (Charting(Status.GIVEN), set()), (Charting(Status.GIVEN_LATE), set()), (Charting(Status.GIVEN_EARLY), {"reason"}),
        (Charting(Status.REFUSED), {"reason", "capacity"}), (Charting(Status.REFUSED, "gives-none", capacity=False), set()),
        (Charting(Status.REFUSED, "gives-none", said_by="custody", capacity=True), {"said_by"}),
        (Charting(Status.NO_SHOW, "lockdown", said_by="custody"), {"incident"}), (Charting(Status.NO_SHOW, "lockdown", incident="I-7"), set()),
        (Charting(Status.NO_SHOW, "court", said_by="custody"), set()), (Charting(Status.NO_SHOW, "did-not-come", said_by="custody"), {"said_by"}),
        (Charting(Status.NO_SHOW, "gives-none"), {"reason"}), (Charting(Status.HELD, "parameter"), {"value"}),
        (Charting(Status.HELD, "parameter", value="48"), set()), (Charting(Status.HELD, "prescriber"), set()),
        (Charting(Status.AWAY, "court"), {"supply"}), (Charting(Status.AWAY, "court", supply=False), set()),
        (Charting(Status.WASTED, "dropped"), {"witness"}), (Charting(Status.WASTED, "dropped", by="a", witness="a"), {"witness"}),
        (Charting(Status.WASTED, "dropped", by="a", witness="b"), set()), (Charting(Status.PARTIAL, "stopped"), {"amount"}),
        (Charting(Status.PARTIAL, "stopped", amount="half", controlled=True), {"witness"}), (Charting(Status.CANCELLED), {"status"}),
    ],
)  # fmt: skip
def test_what_a_status_needs(charting: Charting, missing: set[str]) -> None:
    assert fields(charting) == missing


def test_charting_a_second_dose_says_how_to_put_it_right() -> None:
    (problem,) = statuses.problems(Charting(Status.GIVEN), Status.GIVEN_LATE, TABLE)
    assert "already charted" in problem.text.en
    (other,) = statuses.problems(Charting(Status.REFUSED), Status.GIVEN, TABLE)
    assert "can't be charted as refused" in other.text.en


def test_custody_never_says_a_refusal() -> None:
    assert all("custody" not in r.attested_by for r in TABLE.of(Status.REFUSED))


@pytest.mark.parametrize(
    ("status", "reason", "supply", "expected"),
    [
        ("given", "", None, "given"), ("given-late", "lockdown", None, "given"), ("refused", "fasting", None, "patient_miss"),
        ("no-show", "lockdown", None, "system_miss"), ("no-show", "asleep", None, "patient_miss"), ("no-show", "unknown", None, "system_miss"),
        ("no-show", "", None, "system_miss"), ("held", "parameter", None, "not_counted"), ("not-available", "expired", None, "system_miss"),
        ("away", "court", True, "not_counted"), ("away", "court", False, "system_miss"), ("away", "court", None, "system_miss"),
        ("wasted", "dropped", None, "system_miss"), ("wasted", "refused-after", None, "patient_miss"), ("partial", "stopped", None, "patient_miss"),
        ("partial", "supply-short", None, "system_miss"), ("vomited", "later", None, "given"), ("expected", "", None, "not_counted"),
        ("cancelled", "", None, "not_counted"), ("diverted-suspected", "palmed", None, "patient_miss"),
    ],
)  # fmt: skip
def test_whose_miss(status: str, reason: str, supply: bool | None, expected: str) -> None:
    assert statuses.counts_as(Status(status), reason, supply, TABLE) is Counts(expected)


def test_a_blank_is_the_systems_miss() -> None:
    assert statuses.counts_as(Status.EXPECTED, "", None, TABLE, blank=True) is Counts.SYSTEM


def test_given_as() -> None:
    assert [statuses.given_as(p) for p in Punctuality] == [Status.GIVEN, Status.GIVEN_EARLY, Status.GIVEN_LATE]
