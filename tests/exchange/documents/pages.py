"""Documents made for tests, of people who look made up."""

SECTION = """<component><section><templateId root="2.16.840.1.113883.10.20.22.2.{template}"/>
<code code="{code}" codeSystem="2.16.840.1.113883.6.1"/><title>{title}</title><text>{text}</text>{entries}</section></component>"""
PROBLEM = """<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.3"/>
<id root="1.2.3" extension="{code}"/><statusCode code="active"/><entryRelationship typeCode="SUBJ">
<observation classCode="OBS" moodCode="EVN"{more}><templateId root="2.16.840.1.113883.10.20.22.4.4"/>
<code code="55607006" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/>
<effectiveTime><low value="20190304"/></effectiveTime>
<value xsi:type="CD" code="{code}" codeSystem="{system}" displayName="{text}"/></observation></entryRelationship></act></entry>"""
ALLERGY = """<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.30"/>
<statusCode code="active"/><entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN">
<templateId root="2.16.840.1.113883.10.20.22.4.7"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/>
<value xsi:type="CD" code="416098002" codeSystem="2.16.840.1.113883.6.96" displayName="Drug allergy"/>
<participant typeCode="CSM"><participantRole><playingEntity><code code="{code}" codeSystem="2.16.840.1.113883.6.88"
 displayName="{text}"/></playingEntity></participantRole></participant></observation></entryRelationship></act></entry>"""
MEDICINE = """<entry><substanceAdministration classCode="SBADM" moodCode="EVN">
<templateId root="2.16.840.1.113883.10.20.22.4.16"/><statusCode code="active"/>
<effectiveTime xsi:type="IVL_TS"><low value="20260101"/></effectiveTime>
<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="24" unit="h"/></effectiveTime>
<routeCode code="C38288" codeSystem="2.16.840.1.113883.3.26.1.1" displayName="by mouth"/><doseQuantity value="1"/>
<consumable><manufacturedProduct><manufacturedMaterial><code code="{code}" codeSystem="2.16.840.1.113883.6.88"
 displayName="{text}"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration></entry>"""
RESULT = """<entry><organizer classCode="BATTERY" moodCode="EVN"><code code="24323-8" codeSystem="2.16.840.1.113883.6.1"
 displayName="Panel"/><statusCode code="completed"/><component><observation classCode="OBS" moodCode="EVN">
<code code="{code}" codeSystem="2.16.840.1.113883.6.1" displayName="{text}"/><statusCode code="completed"/>
<effectiveTime value="{at}"/><value xsi:type="{type}" {value}/></observation></component></organizer></entry>"""
VACCINE = """<entry><substanceAdministration classCode="SBADM" moodCode="EVN" negationInd="false">
<statusCode code="completed"/><effectiveTime value="20251003"/><consumable><manufacturedProduct><manufacturedMaterial>
<code code="{code}" codeSystem="2.16.840.1.113883.12.292" displayName="{text}"/></manufacturedMaterial>
</manufacturedProduct></consumable></substanceAdministration></entry>"""
PROCEDURE = """<entry><procedure classCode="PROC" moodCode="EVN"><code code="{code}" codeSystem="2.16.840.1.113883.6.96"
 displayName="{text}"/><statusCode code="completed"/><effectiveTime value="20240506"/></procedure></entry>"""
SNOMED, ICD10 = "2.16.840.1.113883.6.96", "2.16.840.1.113883.6.90"


def problem(text="Essential hypertension", code="59621000", system=SNOMED, more=""):
    return PROBLEM.format(text=text, code=code, system=system, more=more)


def section(code, template, title, entries="", text="as below"):
    return SECTION.format(code=code, template=template, title=title, entries=entries, text=text)


def whole():
    """One of each kind."""
    return [
        section("11450-4", "5.1", "Problems", problem()),
        section("48765-2", "6.1", "Allergies", ALLERGY.format(code="7980", text="Penicillin G")),
        section("10160-0", "1.1", "Medications", MEDICINE.format(code="314076", text="lisinopril 10 MG Oral Tablet")),
        section("11369-6", "2.1", "Immunizations", VACCINE.format(code="88", text="influenza, unspecified")),
        section(
            "30954-2",
            "3.1",
            "Results",
            RESULT.format(code="4548-4", text="Hemoglobin A1c", at="20260203", type="PQ", value='value="8.1" unit="%"'),
        ),
        section("47519-4", "7.1", "Procedures", PROCEDURE.format(code="401191002", text="Diabetic foot examination")),
    ]


def document(
    *sections, number="T0000001", root="9.9.9", family="Sample-Ortiz", given="Luis", birth="19900214", extra="", head=""
):
    """A CCD of Sample Hospital."""
    return f"""<?xml version="1.0"?>{head}
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc">
<templateId root="2.16.840.1.113883.10.20.22.1.1"/><templateId root="2.16.840.1.113883.10.20.22.1.2" extension="2015-08-01"/>
<id root="1.2.840.1" extension="doc-1"/><code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/>
<title>Summary of care</title><effectiveTime value="20260301101500-0500"/>
<confidentialityCode code="N"/>{extra}
<recordTarget><patientRole><id root="{root}" extension="{number}"/><id root="2.16.840.1.113883.4.1" extension="000-00-0000"/>
<patient><name use="L"><given>{given}</given><family>{family}</family></name>
<administrativeGenderCode code="M"/><birthTime value="{birth}"/></patient></patientRole></recordTarget>
<custodian><assignedCustodian><representedCustodianOrganization><name>Sample Hospital</name>
</representedCustodianOrganization></assignedCustodian></custodian>
<component><structuredBody>{"".join(sections)}</structuredBody></component></ClinicalDocument>""".encode()
