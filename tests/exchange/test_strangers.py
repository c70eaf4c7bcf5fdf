"""Messages of senders that nobody here has met: odd, allowed or common, and each read right, or refused with the place named."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.exchange.messages import Arrival, message
from throughcare.chart.models import Immunization, Observation, Report
from throughcare.duties.models import Duty
from throughcare.exchange import intake_files
from throughcare.exchange.hl7v2 import wire
from throughcare.exchange.incoming import keeping
from throughcare.exchange.models import Incoming, Message, VisitOutside
from throughcare.kernel import clock

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
PID = "PID|1||T0000001^^^CTDOC^MR||Sample-Ortiz^Luis^^^^^L||19900214|M"
OBR = "OBR|1||F1|24323-8^CMP^LN|||202611220700-0500||||||||||||||||||{}"


def msg(kind: str, *segments: str, at: str = "20261122080000-0500", more: str = "", sender: str = "LAB|CTDOC") -> bytes:
    """One message about Luis; its control id is whatever makes it another one."""
    body = "\r".join((PID, *segments))
    head = f"MSH|^~\\&|{sender}|THROUGHCARE|CT|{at}||{kind}|X{hash((kind, at, body)) % 10**9}|T|2.5.1{more}"
    return f"{head}\r{body}\r".encode()


def oru(*obx: str, status: str = "F", at: str = "20261122080000-0500") -> bytes:
    return msg("ORU^R01^ORU_R01", OBR.format(status), *(f"OBX|{n}|{one}" for n, one in enumerate(obx, 1)), at=at)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOON):
        yield


@pytest.fixture
def door(take):
    """Luis is here; the door that takes messages about him and gives what became of them."""
    take(message("A01", Arrival(unit="A", cell="101", bed="1")))
    return lambda raw: Message.objects.get(id=take(raw).message_id)


def lines() -> list[tuple[str, Decimal | None, str, str]]:
    rows = Observation.objects.filter(category="laboratory").order_by("recorded_at", "line")
    return [(f"{o.comparator}{o.value_text}", o.value, o.unit, o.interpretation) for o in rows]


VALUES = {
    # A laboratory that sends every value as a string, or names no type: a number beside its unit is one, and judged as one.
    "ST|2823-3^Potassium^LN||6.9|mmol/L|3.5-5.1||||F": ("", Decimal("6.9"), "mmol/L", "HH"),
    "|2345-7^Glucose^LN||<20|mg/dL||LL|||F": ("<", Decimal(20), "mg/dL", "LL"),
    "ST|9-9^x^LN||401|||||||F": ("401", None, "", ""),
    # The unit of what is counted is never lost; beside words it says nothing.
    "ST|5821-4^WBC^LN||5-10|/HPF|0-5|A|||F": ("5-10 /HPF", None, "", "A"),
    "ST|9-9^x^LN||SEE NOTE|mg/dL|||||F": ("SEE NOTE", None, "", ""),
    # Another zone's noon is not ours.
    "TS|9-9^x^LN||20261101143005+0000||||||F": ("2026-11-01 14:30:05 +00:00", None, "", ""),
    "TS|9-9^x^LN||202611011430||||||F": ("2026-11-01 14:30", None, "", ""),
    "TM|9-9^x^LN||143005-0500||||||F": ("14:30:05 -05:00", None, "", ""),
    "DT|9-9^x^LN||202611||||||F": ("2026-11", None, "", ""),
    "DR|9-9^x^LN||20261101^20261110||||||F": ("2026-11-01 to 2026-11-10", None, "", ""),
    # What the sender's people wrote stands beside the name of the code.
    "CWE|9-9^x^LN||260385009^Negative^SCT^^^^^^Nonreactive||||||F": ("Negative (Nonreactive)", None, "", ""),
    "CWE|9-9^x^LN||27268008^Salmonella^SCT^^^^^^salmonella||||||F": ("Salmonella", None, "", ""),
    "FT|9-9^x^LN||A\\T\\B \\F\\ \\S\\ \\R\\ \\E\\\\.br\\two\\H\\!\\N\\ \\X41\\||||||F": (
        "A&B | ^ ~ \\\ntwo! A",
        None,
        "",
        "",
    ),
    "ED|9-9^x^LN||^TEXT^^Base64^SGVsbG8gd29ybGQ=||||||F": ("Hello world", None, "", ""),
    "NM|9-9^x^LN||123.456789|mg/dL||H|||F": ("123.456789 mg/dL", None, "", "H"),
    "SN|9-9^x^LN||^2^-^5|ug/dL||A|||F": ("2-5 ug/dL", None, "", "A"),
    "CQ|9-9^x^LN||5^mg&milligram&UCUM||||||F": ("5 mg", None, "", ""),
    # A letter written as the figure that it has in the west of Europe, and one as UTF-8 has it.
    "ST|9-9^x^LN||\\XE9\\t\\XC3A9\\||||||F": ("été", None, "", ""),
    # Without a flag of its own a laboratory says by its range where a value stands; with one it has said it.
    "NM|2345-7^Glucose^LN||130|mg/dL|<100||||F": ("", Decimal(130), "mg/dL", "H"),
    "NM|2345-7^Glucose^LN||130|mg/dL|<100|N|||F": ("", Decimal(130), "mg/dL", ""),
}


@pytest.mark.parametrize("obx", VALUES)
def test_a_value_is_read_as_its_sender_meant_it(door, obx):
    row = door(oru(obx))
    assert (row.status, row.answer) == ("applied", "AA"), row.sentence
    assert lines() == [VALUES[obx]]


@pytest.mark.parametrize(
    ("said", "at"), [("20261122", "2026-11-22T12:00"), ("20261121", "2026-11-21T05:00"), ("", "2026-11-22T12:00")]
)
def test_a_line_that_says_only_the_day_has_the_hour_of_its_specimen(door, said, at):
    door(oru(f"NM|2345-7^Glucose^LN||90|mg/dL|||||F|||{said}"))
    assert Observation.objects.get().effective_at.isoformat().startswith(at)


def test_the_second_version_of_the_standard_is_read(door):
    row = door(oru("NM|2345-7^Glucose^LN||90|mg/dL|||||F").replace(b"|2.5.1", b"|2.2"))
    assert (row.answer, row.status) == ("AA", "applied")


BROKEN = {
    "indented": b"\r OBX|1|NM|2345-7^Glucose^LN||101|mg/dL|70-99|H|||F",
    "small letters": b"\robx|1|NM|2345-7^Glucose^LN||101|mg/dL|70-99|H|||F",
    "line feeds": b"\n\tOBX|1|NM|2345-7^Glucose^LN||101|mg/dL|70-99|H|||F",
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_result_is_not_lost_in_the_segment_before_it(door, how):
    row = door(oru().rstrip(b"\r") + BROKEN[how] + b"\r")
    assert lines() == [("", Decimal(101), "mg/dL", "H")]
    assert [p["segment"] for p in row.problems] == ["OBX"]


def test_words_that_only_look_like_a_segment_stay_words(door):
    door(oru("TX|9-9^x^LN||Seen\r the Obx| was not\rpid and so on||||||F"))
    assert lines()[0][0].startswith("Seen\n the Obx")


def test_parts_of_a_report_say_which_they_are(door):
    door(oru("TX|18782-3&GDT^Chest^LN||Clear.||||||F", "TX|18782-3&IMP^Chest^LN||No disease.||||||F"))
    assert [(o.code, o.text, o.value_text) for o in Observation.objects.order_by("line")] == [
        ("18782-3", "Chest description", "Clear."), ("18782-3", "Chest impression", "No disease."),
    ]  # fmt: skip


GLUCOSE = "NM|2345-7^Glucose^LN||20|mg/dL|70-99|LL|||F"
SODIUM = "NM|2951-2^Sodium^LN||{}|mmol/L|136-145|{}|||{}"


def test_a_correction_of_one_line_leaves_the_others_as_urgent_as_they_are(door):
    door(oru(GLUCOSE, SODIUM.format(150, "H", "F")))
    door(oru(SODIUM.format(140, "N", "C"), status="C", at="20261122083000-0500"))
    assert (Report.objects.get().status, Report.objects.get().urgency) == ("corrected", "critical")
    assert Duty.objects.filter(rule="LAB-01", closed_at=None).count() == 1


def test_a_line_that_is_taken_back_does_not_cancel_the_report(door):
    door(oru(GLUCOSE, SODIUM.format(150, "H", "F")))
    door(oru(GLUCOSE.replace("|||F", "|||W"), status="C", at="20261122083000-0500"))
    report = Report.objects.get()
    assert (report.status, report.urgency) == ("corrected", "abnormal"), "the low glucose was wrong, the sodium stands"
    door(oru(SODIUM.format(150, "H", "X"), status="X", at="20261122090000-0500"))
    assert Report.objects.get().status == "cancelled"


def test_a_test_added_to_a_corrected_report_is_charted_whatever_it_calls_itself(door):
    door(oru(SODIUM.format(150, "H", "F")))
    door(oru(SODIUM.format(140, "N", "C"), status="C", at="20261122083000-0500"))
    door(oru(GLUCOSE, at="20261122090000-0500"))
    assert (Report.objects.get().status, Report.objects.get().urgency) == ("corrected", "critical")


SCH = "SCH|10^EPIC|20^EPIC|||RTN|{}|ROUTINE^Routine^HL70276|OFFICE|||^^30^20261201093000-0500^20261201101500-0500||||||||||||||Booked"
AIS = "AIS|1|A|CARD^Cardiology visit^L|20261201093000"


def test_a_visit_says_what_it_is_for_how_long_and_keeps_that_when_it_is_taken_back(door):
    door(msg("SIU^S12^SIU_S12", SCH.format("FU^After the operation"), AIS, "AIL|1|A|YNHH^^^YALE CARDIO", sender="E|Y"))
    visit = VisitOutside.objects.get()
    told = (visit.starts_at, 45, "YNHH YALE CARDIO", "Routine; After the operation; Cardiology visit")
    assert (visit.starts_at, visit.minutes, visit.place, visit.reason) == told
    door(msg("SIU^S15^SIU_S12", "SCH|10^EPIC|20^EPIC|||CAN|RSN^No car", at="20261122090000-0500", sender="E|Y"))
    visit.refresh_from_db()
    assert visit.status == "cancelled"
    assert (visit.starts_at, visit.minutes, visit.place, visit.reason) == told


@pytest.mark.parametrize("event", ["S18", "S19", "S20", "S21", "S22"])
def test_what_changes_a_part_of_a_visit_tells_the_whole_of_it(door, event):
    door(msg("SIU^S12^SIU_S12", SCH.format("FU^Follow up"), sender="E|Y"))
    row = door(msg(f"SIU^{event}^SIU_S12", SCH.format("FU^Follow up"), AIS, at="20261122090000-0500", sender="E|Y"))
    assert (row.answer, row.status) == ("AA", "applied")
    assert VisitOutside.objects.get().reason == "Routine; Follow up; Cardiology visit"


def test_a_block_of_slots_is_about_nobody(door):
    assert door(msg("SIU^S23^SIU_S12", SCH.format(""), sender="E|Y")).answer == "AR"


def test_a_request_that_is_taken_back_while_it_waits_is_the_same_request(door):
    asked = "OBR|1|P1||80053^CMP^C4"
    door(msg("ORM^O01", "ORC|NW|P1||||||||||1234^Doc^Jane", asked, sender="E|Y"))
    door(msg("ORM^O01", "ORC|NW|P2", asked.replace("P1", "P2"), sender="E|Y"))
    door(msg("ORM^O01", "ORC|CA|P1", asked, sender="E|Y"))
    waits = {one.title: keeping.told("ServiceRequest", one.about_id) for one in Incoming.objects.all()}
    assert {title: one["status"] for title, one in waits.items()} == {"Taken back: CMP": "revoked", "CMP": "active"}
    assert waits["Taken back: CMP"]["requester"] == {"display": "Jane Doc"}
    Incoming.objects.update(state="seen", settled_at=NOON, settled_by="Sample")
    door(msg("ORM^O01", "ORC|CA|P2", asked.replace("P1", "P2"), sender="E|Y"))
    assert Incoming.objects.filter(state="waiting").count() == 1, "who has seen it is told that it is taken back"


MSA = "MSA|{}|Q1"
QAK = "QAK|Q1|{}|Z34^Request Immunization History^CDCPHINVS"


@pytest.mark.parametrize(
    ("msa", "qak", "said"), [("AA", "NF", "knows nobody"), ("AA", "TM", "too many"), ("AE", "AE", "could not answer")]
)
def test_a_registry_that_knows_nobody_is_told_from_one_that_could_not_answer(take, msa, qak, said):
    body = "\r".join((MSA.format(msa), QAK.format(qak), "QPD|Z34|Q1"))
    head = f"MSH|^~\\&|IIS|IIS|THROUGHCARE|CT|20261122||RSP^K11^RSP_K11|R{qak}|T|2.5.1"
    row = Message.objects.get(id=take(f"{head}\r{body}\r".encode()).message_id)
    assert (row.answer, row.status) == ("AA", "applied") and said in row.sentence


def test_a_dose_without_a_day_says_so_and_codes_of_packages_are_known_as_such(door):
    door(msg("VXU^V04^VXU_V04", "RXA|0|1|201507||49281-0421-50^Fluzone^NDC|0.5|mL||||||||||||||CP|A", sender="I|I"))
    dose = Immunization.objects.get()
    assert (dose.system, dose.text) == ("http://hl7.org/fhir/sid/ndc", "Fluzone (day not said: 2015-07)")


def test_each_request_of_a_message_has_its_own_urgency_reason_and_number(door):
    from throughcare.exchange.hl7v2.charting.requests import _requests, _resource
    from throughcare.exchange.hl7v2.parse import parse

    raw = msg(
        "ORM^O01", "ORC|NW|P1|||||^^^^^S", "OBR|1|P1||71020^Chest X-ray^C4|||||||||cough", "ORC|NW|P2",
        "TQ1|1||||||||R", "OBR|2|P2||80053^CMP^C4", "NTE|1||Fasting", "ORC|CA|P3", "RXO|197361^Amlodipine^RXNORM|5||mg",
    )  # fmt: skip
    assert door(raw).sentence.startswith("Requests put before a prescriber: 3")
    said = parse(raw)
    found = [_resource(panel, parts, said, Report().id) for panel, parts in _requests(said)]
    assert [
        (one["identifier"][0]["value"], one.get("priority"), one["status"], one["code"]["text"]) for one in found
    ] == [
        ("P1", "stat", "active", "Chest X-ray"), ("P2", None, "active", "CMP"), ("P3", None, "revoked", "Amlodipine"),
    ]  # fmt: skip
    assert [one.get("reasonCode", [{}])[0].get("text") for one in found] == ["cough", None, None]
    assert found[2]["note"][0]["text"] == "5 mg"


def test_a_note_is_its_own_requests_and_one_without_a_name_takes_no_others(door):
    from throughcare.exchange.hl7v2.charting.requests import _requests
    from throughcare.exchange.hl7v2.parse import parse

    raw = msg(
        "ORM^O01", "OBR|1", "ORC|NW|P2", "NTE|1||On the ward", "OBR|2|P2||80053^CMP^C4", "NTE|1||Fasting",
        "ORC|NW|P3", "RXO|197361^Amlodipine^RXNORM|5||mg", "NTE|1||With food",
    )  # fmt: skip
    found = [(panel.order.placer, panel.order.service.label, panel.notes) for panel, _ in _requests(parse(raw))]
    assert found == [
        ("", "", []),
        ("P2", "CMP", ["On the ward", "Fasting"]),
        ("P3", "Amlodipine", ["5 mg", "With food"]),
    ]


def test_what_custody_sends_beside_its_errand_is_listed_with_the_message(door):
    row = door(
        message(
            "A08", Arrival(unit="A", cell="101", bed="1"), control_id="Z", extra=("OBX|1|NM|8302-2^Height^LN||70|in",)
        )
    )
    assert row.left == ["Observation (OBX)"]


CHARSETS = {"8859/2": "iso8859_2", "ISO-8859-2": "iso8859_2", "UTF8": "utf-8", "WINDOWS-1252": "cp1252"}


@pytest.mark.parametrize("named", CHARSETS)
def test_a_character_set_is_known_by_the_names_that_senders_write(named):
    raw = msg("ORU^R01", "OBR|1||F|1^ž^L", more=f"||||||{named}").decode().encode(CHARSETS[named])
    found = wire.read(raw)
    assert (found.segments[2].part(4, 2), found.codec, found.problems) == ("ž", CHARSETS[named], ())


@pytest.mark.parametrize(("said", "faults"), [("2|", 0), ("3|one is lost", 1), ("", 0)])
def test_a_batch_that_lost_a_message_on_its_way_says_so(take, tmp_path, said, faults):
    take(message("A01", Arrival(unit="A", cell="101", bed="1")))
    inside = oru(GLUCOSE) + oru(SODIUM.format(140, "N", "F"))
    path = tmp_path / "batch.hl7"
    path.write_bytes(b"FHS|^~\\&|LAB\rBHS|^~\\&|LAB\r" + inside + f"BTS|{said}\rFTS|1\r".encode())
    report = intake_files.run([path])
    assert sum("ask the sender for the rest" in line for line in report.lines()) == faults
    assert report.sound == (not faults)
    assert Message.objects.filter(trigger="ORU^R01").count() == 2
