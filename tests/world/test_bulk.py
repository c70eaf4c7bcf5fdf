"""What is laid down in bulk is, row for row and entry for entry, what the actions make one by one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.forms.models import model_to_dict

from throughcare.care.sick_call import actions as sick_call
from throughcare.care.sick_call.bulk import Answered, lay_requests
from throughcare.care.sick_call.models import CareRequest
from throughcare.chart import actions as chart
from throughcare.chart.bulk import Facts, Problem, Resulted, lay_facts
from throughcare.chart.models import Allergy, Condition, Encounter, Immunization, Note, Observation, Report
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify
from throughcare.ledger.models import Version
from throughcare.people.actions import Demographics, Number, register
from throughcare.people.bulk import Newcomer, register_many
from throughcare.people.models import Identifier, MergeProposal, Person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 18, 15, 20, tzinfo=UTC)
FEED = Actor.feed("custody")
NURSE = Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, derived("facility", "hartford"))
LOINC = "http://loinc.org"
OWN = ("id", "person", "merged")


def plain(row) -> dict:
    """Give a row's columns without what is anew in every row."""
    return {k: v for k, v in model_to_dict(row).items() if k not in OWN} | {"created": getattr(row, "created_at", None)}


def entries(*people) -> list[tuple]:
    """Give what the ledger keeps of these people, without what differs by id."""
    kept = Version.objects.filter(subject__in=people).order_by("type", "subject", "n")
    return sorted(kept.values_list("type", "version", "media", "actor", "happened_at", "recorded_at"))


def newcomers(tag: str) -> list[Newcomer]:
    """Give two, of whom the second may be the first."""
    one = Demographics(
        "Sample-Ortiz", "Luis", date(1990, 2, 3), "male", race_ethnicity="hispanic", language="es", synthetic=True
    )
    two = Demographics("Test-Brown", "Carl", date(1985, 5, 6), "male", used_name="Ray", synthetic=True)
    return [
        Newcomer(derived(tag, "1"), one, [Number("urn:throughcare:person", f"T000{tag}1")]),
        Newcomer(derived(tag, "2"), two, [Number("urn:throughcare:person", f"T000{tag}2"), Number("a", f"9{tag}")]),
        Newcomer(derived(tag, "3"), one, []),
    ]


def test_charts() -> None:
    with clock.frozen(NOW):
        for new in newcomers("111"):
            register(actor=FEED, person_id=new.person_id, demographics=new.demographics, numbers=new.numbers)
        single = [plain(p) for p in Person.objects.order_by("family", "given", "search")]
        numbers = sorted((i.system, i.since) for i in Identifier.objects.all())
        proposed = MergeProposal.objects.values_list("reasons", "state", "source").get()
        kept = entries(*Person.objects.values_list("id", flat=True))
        searched = sorted(s.replace("111", "") for s in Person.objects.values_list("search", flat=True))
        MergeProposal.objects.update(state="apart", decided_at=NOW)
        Person.objects.update(birth_date=None)
        register_many(actor=FEED, newcomers=newcomers("222"))
        many = Person.objects.filter(id__in=[n.person_id for n in newcomers("222")])
    bulk = [plain(p) for p in many.order_by("family", "given", "search")]
    for row in (*single, *bulk):
        row["search"] = row["search"].replace("111", "").replace("222", "")
    assert single == bulk
    assert sorted((i.system, i.since) for i in Identifier.objects.filter(person__in=many)) == numbers
    assert sorted(s.replace("222", "") for s in many.values_list("search", flat=True)) == searched
    assert MergeProposal.objects.filter(state="open").values_list("reasons", "state", "source").get() == proposed
    assert entries(*many.values_list("id", flat=True)) == kept
    assert verify.run().broken == []


def test_facts() -> None:
    with clock.frozen(NOW):
        people = [
            register(actor=FEED, demographics=Demographics(f"Sample-{n}", "Luis", None, "male")) for n in ("A", "B")
        ]
        parts = (chart.Part(LOINC, "8480-6", Decimal(128), "mm[Hg]"),)
        measured = [
            chart.Measured(
                LOINC, "29463-7", "Weight", Decimal("180.5"), "[lb_av]", effective_at=NOW - timedelta(days=3)
            ),
            chart.Measured(LOINC, "85354-9", "Blood pressure", parts=parts, effective_at=NOW - timedelta(days=9)),
        ]
        chart.add_condition(
            actor=NURSE, person_id=people[0], text="Asthma", system="icd", code="J45", source="taken over"
        )
        chart.add_allergy(actor=NURSE, person_id=people[0], text="Latex")
        chart.observe(actor=NURSE, person_id=people[0], measured=measured)
        back = NOW - timedelta(days=20)
        lines = (
            chart.Measured(LOINC, "2823-3", "Potassium", Decimal("4.2"), "mmol/L", category="laboratory"),
            chart.Measured(
                LOINC, "56888-1", "HIV antigen and antibody", value_text="non-reactive", category="laboratory"
            ),
        )
        chart.receive_report(
            actor=NURSE, person_id=people[0], text="Panel", system=LOINC, code="24321-2", effective_at=back, outside=True,
            lines=[replace(one, effective_at=back) for one in lines],
        )  # fmt: skip
        vaccines = [
            chart.Vaccine("Influenza", back, "140", amount=Decimal("0.5"), unit="mL", lot="SAMPLE1"),
            chart.Vaccine("Tdap", back, "115", status="not-done", why_not="Refused"),
            chart.Vaccine("Zoster", back, "187", primary=False, source="Registry"),
        ]
        for given in vaccines:
            chart.record_immunization(actor=NURSE, person_id=people[0], given=given)
        result = Resulted("Panel", LOINC, "24321-2", back, lines)
        lay_facts(
            actor=NURSE,
            charts=[Facts(people[1], [Problem("Asthma", "icd", "J45")], ["Latex"], measured, [result], vaccines)],
            source="taken over",
        )
        third, fourth = (register(actor=FEED, demographics=Demographics("Sample-C", n, None, "male")) for n in "xy")
        chart.no_known_allergies(actor=NURSE, person_id=third)
        lay_facts(actor=NURSE, charts=[Facts(fourth)])
    for model in (Condition, Allergy, Observation, Report, Immunization):
        rows = [[plain(r) for r in model.objects.filter(person=p).order_by("text")] for p in people]
        for row in (one for some in rows for one in some):
            row["report"] = bool(row.get("report"))
        assert rows[0] == rows[1], model
    assert plain(Allergy.objects.get(person=third)) == plain(Allergy.objects.get(person=fourth))
    assert entries(people[0]) == entries(people[1])
    assert verify.run().broken == []


def test_requests() -> None:
    asked, read, seen = NOW - timedelta(hours=30), NOW - timedelta(hours=26), NOW - timedelta(hours=20)
    words, answer = "My back hurts since Monday.", "You were seen for your back."
    with clock.frozen(NOW - timedelta(days=40)):
        people = [
            register(actor=FEED, demographics=Demographics(f"Sample-{n}", "Luis", None, "male")) for n in ("A", "B")
        ]
    facility = NURSE.facility_id
    patient = Actor("patient", derived("x"), "the person", Role.PATIENT, facility, "kiosk")
    one = {"person_id": people[0]}
    with clock.frozen(asked):
        receipt = sick_call.submit_request(actor=patient, kind="sick", words=words, **one)
    one["request_id"] = receipt.request_id
    with clock.frozen(read):
        sick_call.triage_request(actor=NURSE, priority="routine", **one)
    with clock.frozen(seen):
        sick_call.record_visit(actor=NURSE, findings="Tender.", protocol="back-and-muscle-pain", resolved=True, **one)
        sick_call.answer_request(actor=NURSE, answer_en=answer, **one)
    past = Answered(
        *(people[1], facility, "sick", words, asked, read, seen, "Tender.", answer),
        protocol="back-and-muscle-pain",
        resolved=True,
    )
    with clock.frozen(NOW):
        lay_requests(actor=NURSE, requests=[past])
    for model in (CareRequest, Encounter, Note):
        single, bulk = (plain(model.objects.get(person=p)) for p in people)
        for row in (single, bulk):
            for anew in ("receipt", "encounter"):
                row.pop(anew, None)
        assert single == bulk, model
    duties = [
        sorted(
            Duty.objects.filter(person=p).values_list(
                "rule", "opened_at", "due_at", "closed_at", "outcome", "closed_by"
            )
        )
        for p in people
    ]
    assert duties[0] == duties[1]
    kept = [
        sorted(Version.objects.filter(subject=p).values_list("type", "version", "media", "happened_at")) for p in people
    ]
    assert kept[0] == kept[1]
    assert verify.run().broken == []
