"""Results of laboratories: charted once, in versions, to their order, with an owner and a clock; none is lost."""

import base64
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.exchange.lab_messages import TAKEN, nm, oru
from tests.exchange.messages import Arrival, message
from throughcare.chart import actions as chart
from throughcare.chart.models import Attachment, Observation, Order, Report
from throughcare.duties.models import Duty
from throughcare.exchange.hl7v2 import actions, audit
from throughcare.exchange.models import Message
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.fhir import decode
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import formats
from throughcare.ledger.models import Version
from throughcare.ledger.present import opened
from throughcare.people.models import Person

pytestmark = pytest.mark.django_db
DOCTOR = Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER)
CLERK = Actor("staff", derived("test", "clerk"), "Demo-Clerk, Bo", Role.HIM)
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


def row(receipt):
    return Message.objects.get(id=receipt.message_id)


def duties(rule):
    return list(Duty.objects.filter(rule=rule).order_by("opened_at", "id"))


def ordered(person):
    return chart.order_item(actor=DOCTOR, person_id=person.id, item="bmp", reason="tired for weeks")


def test_a_result_answers_its_order_and_is_owed_a_review_by_its_urgency(take, luis):
    order = ordered(luis)
    receipt = take(oru(nm("6.8", "HH"), nm("140", "N", "2951-2^Sodium^LN"), placer=order.hex))
    assert (receipt.status, receipt.answer) == ("applied", "AA"), row(receipt).sentence
    report = Report.objects.get()
    assert (report.order_id, report.status, report.urgency, report.judged) == (order, "final", "critical", True)
    assert Order.objects.get().status == "completed"
    potassium, sodium = Observation.objects.filter(report=report).order_by("line")
    assert (potassium.value, potassium.unit, potassium.interpretation) == (Decimal("6.8"), "mmol/L", "HH")
    assert potassium.reference_range == "3.5-5.1"
    assert sodium.interpretation == ""
    (duty,) = duties("LAB-01")
    assert duty.due_at - duty.opened_at == timedelta(minutes=60)
    assert duty.facility_id is not None
    assert duties("EXC-03") == []
    assert Version.objects.filter(type="DiagnosticReport", resource_id=report.id).count() == 1


def test_our_own_panic_limits_make_a_result_critical_that_the_laboratory_only_calls_high(take, luis):
    take(oru(nm("6.8", "H")))
    assert Report.objects.get().urgency == "critical"


def test_a_value_outside_the_laboratorys_range_is_abnormal_without_a_flag(take, luis):
    take(oru("NM|9999^Local test^99LAB||12|ug|1-10|||F"[:-2] + "|F"))
    report = Report.objects.get()
    assert (report.urgency, Observation.objects.get().interpretation) == ("abnormal", "H")


def test_what_nobody_flags_and_no_range_judges_has_to_be_read(take, luis):
    take(oru("TX|600-7^Culture^LN||Gram-positive cocci in clusters||||||F", filler="F-9"))
    report = Report.objects.get()
    assert (report.urgency, report.judged) == ("normal", False)
    assert Observation.objects.get().value_text == "Gram-positive cocci in clusters"


def test_the_same_message_and_the_same_report_again_change_nothing(take, luis):
    take(oru(nm("4.1", "N")))
    again = take(oru(nm("4.1", "N")))
    assert again.status == "repeated"
    other = take(oru(nm("4.1", "N"), control_id="L2"))
    assert row(other).sentence == "Results: known already."
    assert Report.objects.count() == 1
    assert Report.objects.get().version == 1
    assert len(duties("LAB-01")) == 1


def test_an_early_normal_result_waits_for_the_final_one(take, luis):
    take(oru(nm("4.1", "N", status="P"), status="P"))
    assert Report.objects.get().status == "preliminary"
    assert duties("LAB-01") == []
    take(oru(nm("4.1", "N"), control_id="L2", said_at=TAKEN + timedelta(minutes=30)))
    assert Report.objects.get().status == "final"
    assert Observation.objects.get().status == "final"
    assert len(duties("LAB-01")) == 1


def test_an_early_result_never_takes_the_place_of_a_final_one(take, luis):
    take(oru(nm("4.1", "N")))
    late = take(oru(nm("3.9", "N", status="P"), status="P", control_id="L2", said_at=TAKEN + timedelta(hours=1)))
    assert row(late).sentence == "Results: older than the chart."
    assert Observation.objects.get().value == Decimal("4.1")


def test_a_correction_is_a_new_version_and_reopens_what_was_reviewed(take, luis):
    take(oru(nm("4.1", "N")))
    report = Report.objects.get()
    chart.review_report(actor=DOCTOR, person_id=luis.id, report_id=report.id, plan="letter")
    assert duties("LAB-01")[0].outcome == "done"
    with clock.frozen(NOW + timedelta(minutes=5)):
        take(oru(nm("6.9", "HH", status="C"), status="C", control_id="L2", said_at=TAKEN + timedelta(hours=1)))
    report.refresh_from_db()
    assert (report.status, report.urgency, report.reviewed_at) == ("corrected", "critical", None)
    assert report.earlier[0]["plan"] == "letter"
    line = Observation.objects.get()
    assert (line.value, line.status, line.was) == (Decimal("6.9"), "corrected", "4.1 mmol/L")
    assert Version.objects.filter(type="Observation", resource_id=line.id).count() == 2
    old, new = duties("LAB-01")
    assert (old.outcome, new.closed_at) == ("done", None)
    assert new.due_at - new.opened_at == timedelta(minutes=60)
    assert [d.outcome for d in duties("LAB-02")] == ["excused"]


def test_a_correction_that_makes_it_worse_before_the_review_shortens_the_clock(take, luis):
    take(oru(nm("4.1", "N")))
    with clock.frozen(NOW + timedelta(minutes=5)):
        take(oru(nm("6.9", "HH", status="C"), status="C", control_id="L2", said_at=TAKEN + timedelta(hours=1)))
    first, second = duties("LAB-01")
    assert first.outcome == "excused"
    assert second.due_at < first.due_at


def test_a_final_result_that_says_something_else_is_a_correction_whatever_it_calls_itself(take, luis):
    take(oru(nm("4.1", "N")))
    take(oru(nm("4.4", "N"), control_id="L2", said_at=TAKEN + timedelta(hours=1)))
    assert Report.objects.get().status == "corrected"


def test_a_cancelled_result_asks_somebody_to_order_again_and_leaves_the_order_open(take, luis):
    order = ordered(luis)
    take(oru("NM|2823-3^Potassium^LN||||||||X", placer=str(order), status="X", extra=("NTE|1|L|Hemolyzed",)))
    report = Report.objects.get()
    assert (report.status, report.urgency) == ("cancelled", "abnormal")
    assert Observation.objects.get().remark == "Hemolyzed"
    assert Order.objects.get().status == "active"
    assert len(duties("LAB-01")) == 1


def test_a_result_of_somebody_unknown_stands_on_the_board_until_they_arrive(take):
    receipt = take(oru(nm("6.8", "HH")))
    assert (receipt.status, receipt.hold, receipt.answer) == ("held", "unknown_person", "AA")
    (duty,) = duties("EXC-02")
    assert duty.due_at - duty.opened_at == timedelta(minutes=30)
    assert Report.objects.count() == 0
    take(message("A01", LUIS))
    assert row(receipt).status == "applied"
    assert Report.objects.get().urgency == "critical"
    assert duties("EXC-02")[0].outcome == "done"


def test_a_result_of_a_number_whose_name_and_birth_date_disagree_is_never_charted(take, luis):
    wrong = replace(LUIS, family="Test-Nobody", birth="19500101")
    receipt = take(oru(nm("4.1", "N"), person=wrong))
    assert (receipt.status, receipt.hold) == ("held", "other_person")
    assert Report.objects.count() == 0


def test_a_result_for_another_persons_order_is_held(take, luis):
    maria = replace(LUIS, number="T0000009", family="Test-Reyes", given="Maria", birth="19800101", bed="2")
    take(message("A01", maria, control_id="C9"))
    order = ordered(luis)
    receipt = take(oru(nm("4.1", "N"), person=maria, placer=str(order)))
    assert (receipt.status, receipt.hold) == ("held", "other_person")


def test_a_result_without_an_order_is_charted_and_stands_on_the_board_until_it_is_linked(take, luis):
    receipt = take(oru(nm("4.1", "N")))
    assert (row(receipt).status, row(receipt).asks) == ("applied", "order")
    assert len(duties("EXC-03")) == 1
    order = ordered(luis)
    actions.link_result(actor=CLERK, message_id=receipt.message_id, order_id=order)
    assert Report.objects.get().order_id == order
    assert row(receipt).asks == ""
    assert duties("EXC-03")[0].outcome == "done"
    assert Order.objects.get().status == "completed"


def test_a_test_at_the_point_of_care_needs_no_order(take, luis):
    receipt = take(
        oru(nm("98", "N", "41653-7^Glucose^LN", "mg/dL"), sender="METER|POINT OF CARE", person=replace(LUIS))
    )
    assert receipt.hold == "unknown_person" or row(receipt).asks == ""


def test_an_hiv_result_goes_to_its_class_by_code_and_by_name(take, luis):
    take(oru("CWE|56888-1^HIV 1+2 Ag+Ab^LN||260415000^Not detected^SCT|||N|||F", filler="F-2", service="X1^Screen^L"))
    take(oru("ST|998^HIV-1 screen^99LAB||Nonreactive||||||F", filler="F-3", control_id="L3", service="X2^Serology^L"))
    assert set(Report.objects.values_list("data_class", flat=True)) == {"infection"}
    assert set(Observation.objects.values_list("data_class", flat=True)) == {"infection"}
    assert all(Report.objects.values_list("judged", flat=True))


def test_a_report_names_its_lines(take, luis):
    sodium = nm("140", "N", "2951-2^Sodium^LN")
    take(oru(nm("4.1", "N"), sodium))
    lines = Observation.objects.filter(report=Report.objects.get()).order_by("id")
    assert named() == [f"Observation/{line.id}" for line in lines]
    take(oru(nm("4.1", "N"), sodium, nm("90", "N", "2345-7^Glucose^LN"), control_id="L2", said_at=NOW))
    assert len(named()) == 3
    assert not formats.check().faults


def test_a_report_names_no_line_that_is_hidden_from_who_sees_the_report(luis):
    hiv = chart.Measured(
        "http://loinc.org", "56888-1", "HIV 1+2 Ag+Ab", value_text="Not detected", category="laboratory"
    )
    sodium = chart.Measured("http://loinc.org", "2951-2", "Sodium", Decimal(140), "mmol/L", category="laboratory")
    lines = [replace(one, data_class=DataClass.RESULT) for one in (hiv, sodium)]
    report = chart.file_result(actor=DOCTOR, person_id=luis.id, text="Admission panel", lines=lines)
    assert Report.objects.get(id=report).data_class == "result"
    assert named() == [f"Observation/{Observation.objects.get(code='2951-2').id}"]


def named():
    kept = Version.objects.filter(type="DiagnosticReport").order_by("-version").first()
    body = decode(opened(kept.body, kept.digest, (kept.resource_id, kept.subject), sealed=False))
    return [one["reference"] for one in body["result"]]


def test_a_result_after_release_is_reviewed_and_handed_on(take, luis):
    take(message("A03", LUIS.moved("HARTFORD CC", "A", hours=24), control_id="C2"))
    take(oru(nm("5.6", "H")))
    assert len(duties("REL-RESULT")) == 1
    assert len(duties("LAB-01")) == 1


def test_an_embedded_pdf_is_kept_with_the_report_once(take, luis):
    pdf = base64.b64encode(b"%PDF-1.4 synthetic").decode()
    said = f"ED|PDF^Report^L||LAB^AP^PDF^Base64^{pdf}||||||F"
    take(oru(said))
    take(oru(said, nm("4.0", "N"), control_id="L2", said_at=TAKEN + timedelta(minutes=9)))
    assert Attachment.objects.get().report == Report.objects.get()


def test_a_document_that_can_not_be_shown_is_named_and_stays_with_the_message(take, luis):
    receipt = take(oru("ED|RTF^Report^L||LAB^TEXT^RTF^Base64^e1xydGYxfQ==||||||F"))
    assert row(receipt).left == ["A document that can't be shown here (TEXT/RTF)"]


def test_numbers_that_do_not_fit_a_column_lose_no_digit(take, luis):
    take(oru("SN|1^Titre^L||^1^:^128|||A|||F", "NM|2^Tiny^L||0.0000125|g|||||F", "SN|3^Below^L||<^5|ng/mL|||||F"))
    said = dict(Observation.objects.values_list("text", "value_text"))
    assert said["Titre"] == "1:128"
    assert said["Tiny"] == "0.0000125 g"
    below = Observation.objects.get(text="Below")
    assert (below.comparator, below.value) == ("<", 5)


def test_the_account_is_sound(take, luis):
    take(oru(nm("4.1", "N")))
    take(oru(nm("4.1", "N"), person=replace(LUIS, number="T0000404"), control_id="L4"))
    assert audit.run().sound


# --- pages -----------------------------------------------------------------------------------------------------------------


def become(client, role):
    from throughcare.custody.models import Facility

    place = Facility.objects.get(code="hartford").id
    assert client.post("/demo/become", {"role": role, "facility": str(place)}).status_code == 302


def test_the_inbox_signs_plain_normals_together_and_nothing_else(client, take, luis):
    take(oru(nm("4.1", "N")))
    take(
        oru(
            "TX|600-7^Culture^LN||Gram-positive cocci||||||F", filler="F-9", control_id="L7", service="600-7^Culture^LN"
        )
    )
    plain = Report.objects.get(judged=True)
    other = Report.objects.get(judged=False)
    become(client, "provider")
    page = client.get("/results/").content.decode()
    assert f'value="{plain.id}"' in page
    assert f'value="{other.id}"' not in page
    assert client.post("/results/sign/", {"intent": str(uuid7()), "reports": [str(other.id)]}).status_code == 422
    assert client.post("/results/sign/", {"intent": str(uuid7()), "reports": [str(plain.id)]}).status_code == 303
    plain.refresh_from_db()
    assert plain.plan == "letter"
    letter = client.get(f"/people/{luis.id}/results/{plain.id}/letter/?lang=es").content.decode()
    assert "El resultado es normal" in letter
    assert "metabolic" not in letter


def test_a_call_about_a_critical_value_is_kept_and_the_review_still_owed(client, take, luis):
    take(oru(nm("6.8", "HH")))
    report = Report.objects.get()
    become(client, "rn")
    address = f"/people/{luis.id}/results/{report.id}/call/"
    refused = client.post(address, {"intent": str(uuid7()), "caller": "Demo-Technician", "told": "Demo-Nurse"})
    assert refused.status_code == 422
    assert "Demo-Technician" in refused.content.decode()
    said = {"caller": "Demo-Technician", "told": "Demo-Nurse", "read_back": "yes", "intent": str(uuid7())}
    assert client.post(address, said).status_code == 303
    assert "Read back." in client.get(f"/people/{luis.id}/results/{report.id}/").content.decode()
    assert duties("LAB-01")[0].closed_at is None


def test_only_who_reads_results_of_every_class_sees_the_messages_that_carry_them(client, take, luis):
    receipt = take(oru(nm("4.1", "N")))
    order = ordered(luis)
    for role, status in (("scheduler", 404), ("him", 200)):
        become(client, role)
        assert client.get(f"/exceptions/{receipt.message_id}/").status_code == status
    assert "Basic metabolic panel" in client.get(f"/exceptions/{receipt.message_id}/").content.decode()
    posted = {"intent": str(uuid7()), "order": str(order)}
    assert client.post(f"/exceptions/{receipt.message_id}/order/", posted).status_code == 303
    assert Report.objects.get().order_id == order


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [("RP", "https://lab.example/7.pdf^^TX", "https://lab.example/7.pdf (TX)"), ("DT", "20261001", "2026-10-01"), ("DT", "202610", "2026-10"),
     ("TS", "202610011230", "2026-10-01 12:30"), ("TM", "1230", "12:30"), ("TM", "late", "late"), ("DT", "yesterday", "yesterday"),
     ("SN", "^1^:^128", "1:128"), ("SN", "^2^+", "2+")],
)  # fmt: skip
def test_what_is_no_number_is_said_as_people_say_it(take, luis, kind, value, words):
    take(oru(f"{kind}|8665-2^Last period^LN||{value}||||||F"))
    assert Observation.objects.get().value_text == words


def test_a_line_of_tomorrow_was_not_found_after_it_came(take, luis):
    """A device whose clock runs ahead: the trend must not reach into the future."""
    take(oru("NM|2823-3^Potassium^LN||4.2|mmol/L|3.5-5.1||||F|||20990101"))
    assert Observation.objects.get().effective_at <= clock.now()


def test_a_document_that_is_taken_back_stays_readable(take, luis):
    from tests.exchange.messages import hl7_time, pid

    def mdm(event, control_id, *lines, at=TAKEN):
        head = f"MSH|^~\\&|CLINIC|CTDOC|THROUGHCARE|CT|{hl7_time(at)}||MDM^{event}|{control_id}|T|2.5.1"
        return "".join(f"{line}\r" for line in (head, pid(LUIS), "TXA|1|DS|TX|||||||||D1||||F|LA", *lines)).encode()

    take(mdm("T02", "D1", "OBX|1|TX|18842-5^Summary^LN||Seen for chest pain.||||||F"))
    take(mdm("T11", "D2", at=TAKEN + timedelta(minutes=5)))
    report = Report.objects.get()
    assert (report.status, report.words) == ("cancelled", "Seen for chest pain.")
