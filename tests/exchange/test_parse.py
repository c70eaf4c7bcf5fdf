"""What is understood of a message: who, where, when, and everything else that an ADT message may carry."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.exchange.messages import EVENTS, Arrival, message
from throughcare.exchange.hl7v2.datatypes import stamp_of
from throughcare.exchange.hl7v2.facts import Identifier, Precision
from throughcare.exchange.hl7v2.parse import parse

ZONE = ZoneInfo("America/New_York")


def with_segments(*segments):
    return parse(message("A01", extra=segments))


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_is_understood_without_a_problem(event):
    understood = parse(message(event))
    assert understood.problems == ()
    assert understood.trigger == f"ADT^{event}"
    assert understood.people[0].identifiers == (Identifier("T0000001", "CTDOC", type="MR"),)


def test_the_header_says_who_sent_what():
    header = parse(message("A01", control_id="X-1")).header
    assert (header.sender, header.control_id, header.processing, header.version) == (
        "CUSTODY@CTDOC",
        "X-1",
        "T",
        "2.5.1",
    )


def test_the_person_is_understood():
    person = parse(message("A01")).person
    assert (person.names[0].family, person.names[0].given) == ("Sample-Ortiz", ("Luis",))
    assert (person.birth.day, person.birth.precision, person.sex) == (date(1990, 2, 14), Precision.DAY, "M")
    assert (person.races[0].code, person.language.code) == ("2131-1", "es")


def test_the_stay_is_understood():
    visit = parse(message("A02", Arrival().moved("YORK CI", "B", "2", "1"), prior=Arrival())).visit
    assert (visit.place.facility, visit.place.unit, visit.place.cell, visit.place.bed) == ("YORK CI", "B", "2", "1")
    assert visit.prior_place.facility == "HARTFORD CC"


def test_custody_says_the_legal_status_in_its_own_segment():
    assert parse(message("A01", Arrival(legal_status="sentenced"))).custody.legal_status == "sentenced"


def test_a_merge_names_who_survives_and_which_number_is_given_up():
    merge = parse(message("A40", gives_up="T0000007")).merges[0]
    assert merge.survivor.identifiers[0].value == "T0000001"
    assert merge.identifiers[0].value == "T0000007"


def test_an_explicit_null_takes_a_fact_away():
    raw = message("A08").replace(b"|M||2131-1^Other Race^HL70005|", b'|M||""|')
    person = parse(raw).person
    assert (person.races, person.cleared) == ((), frozenset({"races"}))


def test_the_name_that_somebody_goes_by_is_read():
    raw = message("A08").replace(b"Sample-Ortiz^Luis^^^^^L", b"Sample-Ortiz^Luis^^^^^L^^^^^^^^Lucho")
    assert parse(raw).person.names[0].called == "Lucho"


def test_results_allergies_diagnoses_and_notes_are_understood():
    understood = with_segments(
        "AL1|1|DA|70618^Penicillin^RXNORM|SV|Hives~Swelling",
        "DG1|1||J45.909^Asthma^I10|||A",
        "OBX|1|NM|8867-4^Heart rate^LN||72|/min^per minute^UCUM|60-100|N|||F|||20261102080000-0500",
        "OBX|2|SN|2345-7^Glucose^LN||>^500|mg/dL||HH|||F",
        "OBX|3|CWE|82810-3^Pregnancy^LN||60001007^Not pregnant^SCT||||||F",
        "NTE|1||Came in handcuffs\\T\\leg irons",
        "ZXX|free|text",
    )
    assert (understood.allergies[0].code.code, understood.allergies[0].reactions) == ("70618", ("Hives", "Swelling"))
    assert understood.diagnoses[0].code.code == "J45.909"
    rate, glucose, pregnancy = understood.observations
    assert (rate.values[0].number, rate.unit.code, rate.at.at) == (
        Decimal(72),
        "/min",
        datetime(2026, 11, 2, 13, tzinfo=UTC),
    )
    assert (glucose.values[0].comparator, glucose.values[0].number) == (">", Decimal(500))
    assert pregnancy.values[0].code.code == "60001007"
    assert [note.text for note in understood.notes] == ["Came in handcuffs&leg irons", "free · text"]


def test_an_unknown_segment_is_kept_and_said():
    understood = with_segments("XTR|1")
    assert understood.unknown_segments == ("XTR",)
    assert [problem.stops for problem in understood.problems] == [False]


@pytest.mark.parametrize(
    ("text", "utc", "precision"),
    [
        ("2026", datetime(2026, 1, 1, 5, tzinfo=UTC), Precision.YEAR),
        ("20261102", datetime(2026, 11, 2, 5, tzinfo=UTC), Precision.DAY),
        ("202611020830", datetime(2026, 11, 2, 13, 30, tzinfo=UTC), Precision.MINUTE),
        ("202607020830", datetime(2026, 7, 2, 12, 30, tzinfo=UTC), Precision.MINUTE),
        ("20261102083015.25+0100", datetime(2026, 11, 2, 7, 30, 15, 250000, tzinfo=UTC), Precision.SECOND),
        ("20261102083060", datetime(2026, 11, 2, 13, 30, 59, tzinfo=UTC), Precision.SECOND),
    ],
)
def test_a_time_is_an_instant_with_its_precision(text, utc, precision):
    stamp = stamp_of(text, ZONE)
    assert (stamp.at, stamp.precision) == (utc, precision)


@pytest.mark.parametrize(
    "text", ["", "0000", "20261302", "20260230", "female", "99999999", "202611022", "00010101", "2026-11-02"]
)
def test_what_is_no_time_is_none(text):
    assert stamp_of(text, ZONE) is None


def test_a_name_longer_than_any_name_is_a_problem_and_never_text_without_end():
    understood = parse(message("A01", control_id="C" * 5000))
    assert len(understood.header.control_id) == 250
    assert understood.problems[0].place == "MSH-10"
