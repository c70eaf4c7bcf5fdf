"""Vaccines, visits, documents and requests of other systems: charted where there is a place, kept and shown where not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.exchange.lab_messages import TAKEN
from tests.exchange.messages import Arrival, hl7_time, message, pid
from throughcare.access import projections
from throughcare.chart.models import Immunization, Order, Report
from throughcare.duties.models import Duty
from throughcare.exchange import fhir_rows
from throughcare.exchange.models import Incoming, Message, VisitOutside
from throughcare.kernel import clock
from throughcare.kernel.ids import uuid7
from throughcare.people.models import Person

pytestmark = pytest.mark.django_db
LUIS = Arrival(unit="A", cell="101", bed="1")
NOW = TAKEN + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _later():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def luis(take):
    take(message("A01", LUIS))
    return Person.objects.get()


def said(kind, *lines, control_id="M1", person=LUIS, at=TAKEN):
    header = f"MSH|^~\\&|CLINIC|CTDOC|THROUGHCARE|CT|{hl7_time(at)}||{kind}|{control_id}|T|2.5.1"
    return "".join(f"{line}\r" for line in (header, *([pid(person)] if person else []), *lines)).encode()


def row(receipt):
    return Message.objects.get(id=receipt.message_id)


RXA = "RXA|0|1|20240913|20240913|141^Influenza, seasonal, injectable^CVX|0.5|mL||01^Historical^NIP001||||||L77|20250630|^Maker|||CP|A"


def test_a_reported_dose_is_recorded_once(take, luis):
    take(said("VXU^V04^VXU_V04", "ORC|RE||9", RXA, "RXR|IM^Intramuscular^HL70162|LA^Left arm^HL70163"))
    take(said("VXU^V04^VXU_V04", "ORC|RE||9", RXA, "RXR|IM^Intramuscular^HL70162|LA^Left arm^HL70163", control_id="M2"))
    dose = Immunization.objects.get()
    assert (dose.code, dose.lot, dose.primary, dose.site) == ("141", "L77", False, "Left arm")
    assert str(dose.expires) == "2025-06-30"


FORECAST = (
    "RXA|0|1|20261122|20261122|998^No vaccine administered^CVX|999||||||||||||||NA",
    "OBX|1|CE|59779-9^Immunization Schedule used^LN|1|VXC16^ACIP^CDCPHINVS||||||F",
    "OBX|2|CE|30979-9^Vaccines due next^LN|1|113^Td (adult)^CVX||||||F",
    "OBX|3|DT|30980-7^Date vaccine due^LN|1|20261201||||||F",
    "OBX|4|DT|59778-1^Date overdue^LN|1|20270101||||||F",
    "OBX|5|NM|30973-2^Dose number in series^LN|1|2||||||F",
    "OBX|6|CE|59783-1^Status in series^LN|1|LA13422-3^On schedule^LN||||||F",
    "OBX|7|CE|30979-9^Vaccines due next^LN|2|187^Zoster, recombinant^CVX||||||F",
    "OBX|8|DT|30981-5^Earliest date^LN|2|20400214||||||F",
)


def test_what_a_registry_answers_waits_for_somebody_dose_by_dose(take, luis, client):
    """DOC-01: nothing of an answer is charted by itself; its forecast is kept in its words, and shown as its own."""
    from throughcare.custody.models import Facility
    from throughcare.exchange.documents.models import Received, Said
    from throughcare.exchange.fhir import validate
    from throughcare.kernel.fhir import decode
    from throughcare.ledger.models import Current, Version
    from throughcare.ledger.present import opened

    take(said("VXU^V04^VXU_V04", "ORC|RE||9", RXA, "RXR|IM^Intramuscular^HL70162|LA^Left arm^HL70163"))
    other = RXA.replace("141^Influenza, seasonal, injectable", "113^Td (adult)").replace("20240913", "20200105")
    refused = other.replace("113^Td (adult)", "189^Hepatitis B").replace("|CP|A", "|RE|A")
    lines = (
        "MSA|AA|Q1",
        "QAK|Q1|OK",
        "QPD|Z44^x^CDCPHINVS|Q1",
        "ORC|RE||9",
        RXA,
        "RXR|IM|LA",
        other,
        refused,
        *FORECAST,
    )
    kept = take(said("RSP^K11^RSP_K11", *lines, control_id="M2"))
    assert row(kept).status == "applied"
    assert Immunization.objects.count() == 1
    doc = Received.objects.get()
    assert (doc.kind, doc.state, doc.number) == ("registry_answer", "open", "CTDOC:Q1")
    assert [one.item["code"]["code"] for one in Said.objects.order_by("n")] == ["141", "113", "189"]
    assert Duty.objects.filter(rule="DOC-01", closed_at=None).count() == 1
    current = Current.objects.get(type="ImmunizationRecommendation")
    version = Version.objects.get(type=current.type, resource_id=current.resource_id)
    body = decode(opened(version.body, version.digest, (version.resource_id, version.subject), sealed=False))
    assert [i for i in validate.validate(body) if i.severity == "error"] == []
    first, second = body["recommendation"]
    assert (first["vaccineCode"][0]["coding"][0]["code"], first["doseNumberPositiveInt"]) == ("113", 2)
    assert [d["value"] for d in first["dateCriterion"]] == ["2026-12-01", "2027-01-01"]
    assert second["dateCriterion"][0]["value"] == "2040-02-14"
    client.post("/demo/become", {"role": "rn", "facility": str(Facility.objects.get(code="hartford").id)})
    page = client.get(f"/people/{luis.id}/vaccines/").content.decode()
    for words in ("What the registry holds to be due", "Td (adult)", "2027-01-01", "On schedule", "1 answer of the"):
        assert words in page, words
    address = f"/people/{luis.id}/outside/{doc.id}/"
    page = client.get(address).content.decode()
    assert "Answer of the immunization registry" in page
    assert "Forecast" in page
    at = {one.item["code"]["code"]: one for one in Said.objects.all()}
    for code, verb in (("113", "accept"), ("141", "known"), ("189", "known")):
        about = {"said": str(at[code].id), "version": "1", "verb": verb, "intent": str(uuid7())}
        assert client.post(address, about).status_code == 303
    dose = Immunization.objects.get(code="113")
    assert (dose.primary, dose.source, dose.lot, str(dose.expires)) == (False, "CTDOC", "L77", "2025-06-30")
    doc.refresh_from_db()
    assert doc.state == "done"
    assert not Duty.objects.filter(rule="DOC-01", closed_at=None).exists()
    again = client.get(f"{address}file/")
    assert again.content.startswith(b"MSH")


def test_a_later_forecast_takes_the_place_of_the_earlier_and_an_empty_answer_asks_nobody(take, luis):
    from throughcare.exchange.documents.models import Received
    from throughcare.ledger.models import Current

    head = ("MSA|AA|Q1", "QAK|Q1|OK", "QPD|Z44^x^CDCPHINVS|Q1")
    take(said("RSP^K11^RSP_K11", *head, *FORECAST))
    take(said("RSP^K11^RSP_K11", *head, *FORECAST[:5], control_id="M2", at=TAKEN + timedelta(minutes=5)))
    assert Current.objects.get(type="ImmunizationRecommendation").version == 2
    assert {one.state for one in Received.objects.all()} == {"done"}
    assert not Duty.objects.filter(rule="DOC-01").exists()
    take(said("RSP^K11^RSP_K11", "MSA|AA|Q2", "QAK|Q2|NF", control_id="M3"))
    assert Received.objects.count() == 2


def test_a_dose_that_is_taken_back_is_an_error(take, luis):
    take(said("VXU^V04^VXU_V04", RXA))
    take(said("VXU^V04^VXU_V04", RXA.replace("|CP|A", "|CP|D"), control_id="M2"))
    assert Immunization.objects.get().status == "entered-in-error"


def test_a_visit_outside_follows_its_messages_and_its_date_reaches_neither_custody_nor_the_person(take, luis):
    sch = "SCH|P1|F1|||||^Cardiology visit||30|min|^^^20261201100000-0500|||||||||||||||Booked"
    take(said("SIU^S12^SIU_S12", sch, "RGS|1", "AIL|1|A|HOSPITAL^CLINIC 3"))
    visit = VisitOutside.objects.get()
    assert (visit.status, visit.minutes, visit.person_id) == ("booked", 30, luis.id)
    body = fhir_rows.visit(visit)
    assert "start" in body
    assert projections.cut(body, "place_time") is None
    assert "start" not in (projections.cut(body, "no_offsite_date") or {})
    older = said("SIU^S15^SIU_S12", sch, control_id="M0", at=TAKEN - timedelta(days=1))
    assert "older" in row(take(older)).sentence
    take(said("SIU^S15^SIU_S12", sch, control_id="M2", at=TAKEN + timedelta(minutes=5)))
    visit.refresh_from_db()
    assert visit.status == "cancelled"


def test_a_document_is_charted_to_be_read_in_versions(take, luis):
    txa = "TXA|1|CN|TX|202611220800||||||||D-1|||||AU"
    take(said("MDM^T02^MDM_T02", txa, "OBX|1|TX|1^Text^L||Seen for chest pain.||||||F"))
    report = Report.objects.get()
    assert (report.text, report.words, report.judged) == ("Consultation", "Seen for chest pain.", False)
    assert Duty.objects.filter(rule="LAB-01", closed_at=None).count() == 1
    newer = txa.replace("D-1|", "D-2|D-1")
    take(said("MDM^T10^MDM_T02", newer, "OBX|1|TX|1^Text^L||Seen for chest pain. Normal.||||||F", control_id="M2"))
    report.refresh_from_db()
    assert (report.status, report.words) == ("corrected", "Seen for chest pain. Normal.")


def test_a_request_from_outside_orders_nothing_and_comes_before_a_prescriber(take, luis):
    """EXC-05: what another service asks for is never ordered by itself."""
    obr = "OBR|1|X1||24321-2^Basic metabolic panel^LN|||||||||||||||||||||||^^^^^S||||Chest pain"
    receipt = take(said("ORM^O01", "ORC|NW|X1||||||||||^Sample-Doctor^Ann", obr.replace("||||Chest", "||||^Chest")))
    assert (row(receipt).status, row(receipt).asks) == ("applied", "")
    waits = Incoming.objects.get()
    assert (waits.kind, waits.state, waits.urgency, waits.title) == (
        "request",
        "waiting",
        "urgent",
        "Basic metabolic panel",
    )
    duty = Duty.objects.get(rule="EXC-05", closed_at=None)
    assert (duty.about, duty.owner_role, duty.person_id) == (waits.id, "provider", luis.id)
    assert Order.objects.count() == 0


def test_a_visit_outside_comes_before_the_scheduler_and_its_clock_tells_no_date(take, luis):
    """EXC-08: the due time is the same whenever the visit is."""
    dues = set()
    for n, day in enumerate(("20261201100000", "20270301100000")):
        sch = f"SCH|P{n}|F{n}|||||^Cardiology visit||30|min|^^^{day}-0500|||||||||||||||Booked"
        take(said("SIU^S12^SIU_S12", sch, "RGS|1", "AIL|1|A|HOSPITAL^CLINIC 3", control_id=f"V{n}"))
        duty = Duty.objects.filter(rule="EXC-08", closed_at=None).latest("id")
        dues.add(duty.due_at)
        assert (duty.owner_role, duty.data_class) == ("scheduler", "appointment")
    assert len(dues) == 1
    take(said("SIU^S15^SIU_S12", sch, control_id="V9", at=TAKEN + timedelta(minutes=5)))
    assert Incoming.objects.filter(state="waiting").count() == 2, "what waits already stands as it is"


def test_what_has_no_place_is_named_with_the_message(take, luis):
    receipt = take(said("VXU^V04^VXU_V04", "NK1|1|Test-Kin^Ana", RXA, "OBX|1|CE|64994-7^x^LN||V01||||||F"))
    assert row(receipt).left == ["Next of kin (NK1)", "Observation (OBX)"]


def test_clinical_messages_about_nobody_here_wait_and_register_nobody(take):
    for n, kind in enumerate(("VXU^V04^VXU_V04", "ORM^O01")):
        lines = (RXA,) if kind.startswith("VXU") else ("ORC|NW|X1",)
        receipt = take(said(kind, *lines, control_id=f"N{n}", person=replace(LUIS, number="T0000404")))
        assert (receipt.status, receipt.hold) == ("held", "unknown_person")
    assert Person.objects.count() == 0


def test_an_oul_is_charted_report_by_report_each_with_its_own_specimen(take, luis):
    """OUL^R22: the specimen stands before its reports."""
    first = ("SPM|1|A||SER^Serum", "OBR|1||F1|2951-2^Sodium^LN|||20261122||||||||||||||||||F", NA)
    second = ("SPM|2|B||UR^Urine", "OBR|2||F2|2106-3^hCG^LN|||20261122||||||||||||||||||F", HCG)
    receipt = take(said("OUL^R22^OUL_R22", *first, *second))
    assert receipt.status == "applied", row(receipt).sentence
    assert list(Report.objects.order_by("filler").values_list("filler", "specimen")) == [
        ("F1", "Serum"),
        ("F2", "Urine"),
    ]
    assert Duty.objects.filter(rule="LAB-01", closed_at=None).count() == 2


NA = "OBX|1|NM|2951-2^Sodium^LN||140|mmol/L|135-145|N|||F"
HCG = "OBX|1|ST|2106-3^hCG^LN||Negative||||||F"


@pytest.mark.parametrize(
    ("status", "dated", "code"),
    [
        ("Complete", False, "complete"),
        ("Not complete", True, None),
        ("Overdue", True, "overdue"),
        ("Too old", True, None),
        ("", True, "due"),
        ("", False, None),
    ],
)
def test_a_forecasts_standing_is_coded_only_where_its_word_leaves_no_doubt(status, dated, code):
    from throughcare.exchange.documents.answers import Due, _recommended

    made = _recommended(Due(status=status, dates={"due": "2026-12-01"} if dated else {}))["forecastStatus"]
    assert [one["code"] for one in made.get("coding", [])] == ([code] if code else [])
    assert made["text"] == (status or "forecast")
