"""A document read: each kind of item with its code, state, denial and day; hostile XML refused in a sentence."""

import pytest

from tests.exchange.documents.pages import MEDICINE, RESULT, document, problem, section, whole
from throughcare.exchange.documents.ccda import xml
from throughcare.exchange.documents.ccda.datatypes import moment
from throughcare.exchange.documents.ccda.found import NotADocument
from throughcare.exchange.documents.ccda.read import read


def only(*sections):
    found = read(document(*sections)).items
    assert len(found) == 1, found
    return found[0]


def test_the_head_says_whom_it_is_about_and_never_by_social_security():
    who = read(document()).who
    assert (who.family, who.given, who.birth, who.sex) == ("Sample-Ortiz", "Luis", "1990-02-14", "male")
    assert who.numbers == (("urn:oid:9.9.9", "T0000001"),)


def test_each_kind_is_read_with_its_code():
    found = {one.kind: one for one in read(document(*whole())).items}
    assert found["problem"].code.system == "http://snomed.info/sct"
    assert (found["problem"].status, found["problem"].since) == ("active", "2019-03-04")
    assert found["allergy"].code.text == "Penicillin G"
    assert (found["medicine"].get("often"), found["medicine"].get("route")) == ("every 24 h", "by mouth")
    assert found["immunization"].code.system == "http://hl7.org/fhir/sid/cvx"
    assert (found["result"].value, found["result"].unit, found["result"].since) == ("8.1", "%", "2026-02-03")
    assert found["procedure"].status == "completed"


def test_what_is_denied_is_not_a_problem():
    one = only(section("11450-4", "5.1", "Problems", problem(more=' negationInd="true"')))
    assert one.negated


def test_a_concern_of_two_observations_is_two_items_of_one_entry():
    both = problem().replace(
        "</entryRelationship></act>",
        "</entryRelationship>"
        + problem("Asthma", "195967001").split('<statusCode code="active"/>')[1].split("</act>")[0]
        + "</act>",
    )
    found = read(document(section("11450-4", "5.1", "Problems", both)))
    assert [one.code.text for one in found.items] == ["Essential hypertension", "Asthma"]
    assert found.counted == {"problem": 1}


def test_a_section_of_words_alone_gives_lines_marked_as_words():
    text = "<table><thead><tr><th>Drug</th></tr></thead><tbody><tr><td>Aspirin</td><td>daily</td></tr></tbody></table>"
    one = only(section("10160-0", "1", "Medications", text=text))
    assert one.narrative
    assert one.code.text == "Aspirin · daily"


def test_words_are_found_in_the_narrative_that_an_entry_points_to():
    entry = (
        problem()
        .replace(
            'displayName="Essential hypertension"/>',
            'nullFlavor="UNK"><originalText><reference value="#p1"/></originalText></value>',
        )
        .replace('code="59621000" codeSystem="2.16.840.1.113883.6.96" nullFlavor', "nullFlavor")
    )
    one = only(section("11450-4", "5.1", "Problems", entry, text='<content ID="p1">Bad knee</content>'))
    assert (one.code.text, one.code.code, one.unknown) == ("Bad knee", "", "")


@pytest.mark.parametrize(
    "words", ["No medication data is applicable", "None", "No known problems", "Not recorded on file"]
)
def test_an_entry_that_says_there_is_nothing_says_so(words):
    entry = problem().replace(
        'code="59621000" codeSystem="2.16.840.1.113883.6.96" displayName="Essential hypertension"/>',
        f'nullFlavor="UNK"><originalText>{words}</originalText></value>',
    )
    assert only(section("11450-4", "5.1", "Problems", entry)).unknown


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("PQ", 'value="7" unit="mg/dL"', ("", "7", "mg/dL")),
        ("INT", 'value="3"', ("", "3", "")),
        ("BL", 'value="true"', ("", "yes", "")),
        ("CD", 'code="10828004" codeSystem="2.16.840.1.113883.6.96" displayName="Positive"', ("", "Positive", "")),
    ],
)
def test_a_value_is_read_in_the_type_it_was_written_in(kind, value, said):
    one = only(
        section(
            "30954-2", "3.1", "Results", RESULT.format(code="1-8", text="Test", at="20260101", type=kind, value=value)
        )
    )
    assert (one.comparator, one.value, one.unit) == said


NEEDED = '<precondition><criterion><value xsi:type="CD" code="56018004" codeSystem="2.16.840.1.113883.6.96" {}/></criterion></precondition>'
DAILY = '<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="24" unit="h"/></effectiveTime>'
LOW = '<effectiveTime xsi:type="IVL_TS"><low value="20260101"/></effectiveTime>'


@pytest.mark.parametrize(
    ("was", "written", "said"),
    [
        # What is taken as needed is no regular dose, whether or not it says for what.
        ("</consumable>", "</consumable>" + NEEDED.format('displayName="Wheezing"'), ("1", "every 24 h as needed (Wheezing)")),
        ("</consumable>", '</consumable><precondition><criterion/></precondition>', ("1", "every 24 h as needed")),
        ("</consumable>", '</consumable><precondition><criterion><value nullFlavor="NA"/></criterion></precondition>', ("1", "every 24 h")),
        ('<period value="24" unit="h"/>', '<period><low value="4" unit="h"/><high value="6" unit="h"/></period>', ("1", "every 4-6 h")),
        (LOW + "\n" + DAILY, f'<effectiveTime xsi:type="SXPR_TS">{(LOW + DAILY).replace("effectiveTime", "comp")}</effectiveTime>', ("1", "every 24 h")),
        (DAILY, '<effectiveTime xsi:type="EIVL_TS"><event code="HS"/></effectiveTime>', ("1", "at bedtime")),
        ('<doseQuantity value="1"/>', '<doseQuantity value="5" unit="mg"/><rateQuantity value="10" unit="mL/h"/>', ("5 mg, 10 mL/h", "every 24 h")),
        (
            '<doseQuantity value="1"/>',
            '<doseQuantity value="1"/><maxDoseQuantity><numerator value="4"/><denominator value="1" unit="d"/></maxDoseQuantity>',
            ("1, at most 4 in 1 d", "every 24 h"),
        ),
    ],
)  # fmt: skip
def test_how_a_medicine_is_taken_is_not_shortened(was, written, said):
    entry = MEDICINE.format(code="314076", text="lisinopril 10 MG Oral Tablet")
    assert was in entry
    one = only(section("10160-0", "1.1", "Medications", entry.replace(was, written)))
    assert (one.get("dose"), one.get("often"), one.since) == (*said, "2026-01-01")


def test_of_several_people_the_first_is_read_of_whom_anything_is_said():
    nobody = (
        b'<recordTarget><patientRole nullFlavor="NI"><id nullFlavor="NI"/></patientRole></recordTarget><recordTarget>'
    )
    found = read(document().replace(b"<recordTarget>", nobody, 1))
    assert (found.who.family, found.who.others) == ("Sample-Ortiz", 0)
    role = document().split(b"<recordTarget>")[1].split(b"</recordTarget>")[0]
    two = document().replace(b"</recordTarget>", b"</recordTarget><recordTarget>" + role + b"</recordTarget>", 1)
    assert read(two).who.others == 1


def test_letters_of_windows_and_space_before_the_first_mark_are_read():
    text = document(section("11450-4", "5.1", "Problems", problem()))
    found = read(b"\r\n  " + text.replace(b"Essential", b"Ess\xe9ntial"))
    assert [one.code.text for one in found.items] == ["Esséntial hypertension"]
    assert any("western Europe" in one for one in found.odd)


def test_an_open_interval_keeps_its_sign():
    entry = RESULT.format(code="1-8", text="Test", at="20260101", type="IVL_PQ", value="").replace(
        "/></observation>", '><high value="20" unit="ng/mL" inclusive="false"/></value></observation>'
    )
    one = only(section("30954-2", "3.1", "Results", entry))
    assert (one.comparator, one.value, one.unit) == ("<", "20", "ng/mL")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2019", "2019"),
        ("201903", "2019-03"),
        ("20190304", "2019-03-04"),
        ("20190304101500-0500", "2019-03-04T10:15:00-05:00"),
        ("20190304101500.123+0000", "2019-03-04T10:15:00+00:00"),
        ("20191341", ""),
        ("yesterday", ""),
    ],
)
def test_a_moment_is_as_exact_as_it_was_written(written, said):
    assert moment(written) == said


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "can't be read as XML"),
        (b"not xml", "can't be read as XML"),
        (document()[:-40], "can't be read as XML"),
        (document(head=BOMB), "document type"),
        (document(head='<!DOCTYPE x SYSTEM "file:///etc/passwd">'), "document type"),
        (document(head=BOMB).decode().encode("utf-16"), "document type"),
        (b"<Bundle xmlns='http://hl7.org/fhir'/>", "no clinical document"),
        (b"<ClinicalDocument>" + b"<a>" * 200 + b"</a>" * 200 + b"</ClinicalDocument>", "deeper or longer"),
        (b"<ClinicalDocument>" + b" " * xml.LARGEST + b"</ClinicalDocument>", "larger than"),
    ],
)
def test_what_is_no_document_of_ours_is_refused_in_a_sentence(raw, words):
    with pytest.raises(NotADocument, match=words):
        read(raw)


def test_forgotten_namespaces_are_read_as_meant_and_said():
    raw = document(section("11450-4", "5.1", "Problems", problem())).replace(
        b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"', b""
    )
    found = read(raw)
    assert found.items[0].code.code == "59621000"
    assert any("namespaces" in words for words in found.odd)


WHOLE_ALLERGY = """<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.30"/>
<statusCode code="active"/><entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"{more}>
<templateId root="2.16.840.1.113883.10.20.22.4.7"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/>
<statusCode code="completed"/><value xsi:type="CD" code="{code}" codeSystem="2.16.840.1.113883.6.96" displayName="{text}"/>
</observation></entryRelationship></act></entry>"""


def test_an_allergy_without_a_substance_is_what_its_value_says():
    """Some senders name it there alone: it must not become an entry that nobody can accept."""
    one = only(
        section(
            "48765-2", "6.1", "Allergies", WHOLE_ALLERGY.format(code="91936005", text="Allergy to penicillin", more="")
        )
    )
    assert (one.code.code, one.code.text, one.unknown) == ("91936005", "Allergy to penicillin", "")


@pytest.mark.parametrize(("code", "unknown"), [("419511003", "NI"), ("416098002", "NI")])
def test_a_sort_of_allergy_alone_is_no_allergy_to_anything(code, unknown):
    one = only(section("48765-2", "6.1", "Allergies", WHOLE_ALLERGY.format(code=code, text="Propensity", more="")))
    assert one.unknown == unknown


def test_that_one_allergy_is_denied_is_not_that_none_is_known():
    entry = WHOLE_ALLERGY.format(code="91936005", text="Allergy to penicillin", more=' negationInd="true"')
    one = only(section("48765-2", "6.1", "Allergies", entry))
    assert (one.negated, one.code.text, one.get("none_known")) == (True, "Allergy to penicillin", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [("2015-02-03", "2015-02-03"), ("2015-02", "2015-02"), ("2015-02-03T12:30", "2015-02-03T12:30:00"),
     ("20150203123015-0500", "2015-02-03T12:30:15-05:00"), ("2015-02-30", ""), ("15-02-03", ""), ("2015-02-03T12:30:15Z", "2015-02-03T12:30:15Z")],
)  # fmt: skip
def test_a_day_with_the_marks_of_iso_is_read(text, said):
    assert moment(text) == said


def test_a_quantity_whose_unit_has_no_code_keeps_number_and_words():
    value = """nullFlavor="OTH"><translation value="3"><originalText>puffs</originalText></translation></value><value xsi:type="ST" nullFlavor="NI\""""
    entry = RESULT.format(code="1234-5", text="Rescue inhaler", at="20260203", type="PQ", value=value)
    one = only(section("30954-2", "3.1", "Results", entry))
    assert (one.value, one.unit) == ("3", "puffs")


def organizer(*inside):
    parts = "".join(f"<component>{one}</component>" for one in inside)
    return f"""<organizer classCode="BATTERY" moodCode="EVN"><code code="24323-8" codeSystem="2.16.840.1.113883.6.1" displayName="Panel"/>
<statusCode code="completed"/><effectiveTime value="20260203"/>{parts}</organizer>"""


def measured(value):
    return f"""<observation classCode="OBS" moodCode="EVN"><code code="2345-7" codeSystem="2.16.840.1.113883.6.1"
 displayName="Glucose"/><statusCode code="completed"/>{value}</observation>"""


def test_a_panel_within_a_panel_is_not_lost_and_words_keep_their_unit():
    inner = organizer(measured('<value xsi:type="PQ" value="5" unit="mg/dL"/>'))
    odd = measured('<value xsi:type="PQ" value="&lt;5" unit="mg/dL"/>')
    found = read(document(section("30954-2", "3.1", "Results", f"<entry>{organizer(inner, odd)}</entry>"))).items
    assert [(one.value, one.unit, one.since) for one in found] == [
        ("5", "mg/dL", "2026-02-03"),
        ("<5", "mg/dL", "2026-02-03"),
    ]


@pytest.mark.parametrize(("title", "kind"), [("Allergies:", "allergy"), ("Alergias", "allergy"), ("Plan", "")])
def test_a_section_without_a_code_is_known_by_its_title(title, kind):
    bare = f"<component><section><title>{title}</title><text><list><item>Penicillin</item></list></text></section></component>"
    found = read(document(bare))
    assert [one.kind for one in found.sections] == [kind]
    assert [(one.kind, one.code.text) for one in found.items] == ([(kind, "Penicillin")] if kind else [])
    assert found.sections[0].lines == ("Penicillin",)
