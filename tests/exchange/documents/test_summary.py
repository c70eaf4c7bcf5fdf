"""A summary that leaves: what goes by which right, the notices with it, the forms, their size, and our own reading of them."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from uuid import UUID

import pytest
from django.test import Client
from lxml import etree

from tests.exchange.fhir.conftest import open_door
from throughcare import ledger
from throughcare.access import actions as access
from throughcare.access.kinds import Agreement
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.exchange.documents import sent, whose
from throughcare.exchange.documents.actions.sending import send
from throughcare.exchange.documents.ccda.read import read
from throughcare.exchange.documents.models import SentDocument
from throughcare.exchange.documents.summaries import choosing, tables
from throughcare.exchange.documents.summaries.composing import Asked, compose, releases, write
from throughcare.exchange.fhir import validate
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger.models import Current, Read
from throughcare.people import actions as people
from throughcare.people.reads import NUMBER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]
FEED = Actor.feed("custody feed")
DOCTOR = Actor("staff", derived("test", "doctor"), "Demo-Provider, Ada", Role.PROVIDER)
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SNOMED, LOINC, RXNORM = "http://snomed.info/sct", "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm"


@pytest.fixture(autouse=True)
def _then():
    with clock.frozen(AT):
        yield


@pytest.fixture
def luis():
    who = people.Demographics(family="Sample-Ortiz", given="Luis", birth_date=datetime(1990, 2, 14).date(), sex="male", synthetic=True)  # fmt: skip
    person = people.register(actor=FEED, demographics=who, numbers=[people.Number(NUMBER, "T0000001")], source="test")
    place = Facility.objects.get(code="hartford").id
    custody.admit(actor=FEED, person_id=person, to=custody.Spot(place), happened_at=AT - timedelta(days=3))
    chart.add_condition(actor=DOCTOR, person_id=person, text="Essential hypertension", system=SNOMED, code="59621000", onset=datetime(2019, 3, 4).date())  # fmt: skip
    chart.add_condition(actor=DOCTOR, person_id=person, text="HIV disease", system="http://hl7.org/fhir/sid/icd-10-cm", code="B20")  # fmt: skip
    chart.add_allergy(actor=DOCTOR, person_id=person, text="Penicillin G", reaction="Hives & <swelling>", criticality="high", system=RXNORM, code="7980")  # fmt: skip
    chart.report_medicine(actor=DOCTOR, person_id=person, text="lisinopril 10 MG Oral Tablet", dose="1 daily", system=RXNORM, code="314076", announce=False)  # fmt: skip
    chart.record_immunization(
        actor=DOCTOR,
        person_id=person,
        given=chart.Vaccine(text="influenza, unspecified", given_at=AT - timedelta(days=90), code="88", lot="L1"),
    )
    for n in range(12):
        measured = chart.Measured(LOINC, f"45{n:02}-4", f"Test {n}", Decimal(n), "%", category="laboratory", data_class=DataClass.RESULT, effective_at=AT - timedelta(days=n + 1))  # fmt: skip
        parts = (
            chart.Part(LOINC, "8480-6", Decimal(120 + n), "mm[Hg]"),
            chart.Part(LOINC, "8462-4", Decimal(80), "mm[Hg]"),
        )
        pressure = chart.Measured(LOINC, "85354-9", "Blood pressure", parts=parts, effective_at=AT - timedelta(days=n + 1))  # fmt: skip
        chart.observe(actor=DOCTOR, person_id=person, measured=[measured, pressure])
    return person


@pytest.fixture
def lens(luis):
    from throughcare.access import lenses

    place = Facility.objects.get(code="hartford").id
    return lenses.make(DOCTOR.id, DOCTOR.name, Role.PROVIDER, facilities=frozenset({place}))


def agreed(luis, *classes, kind="release_to_provider", roles=(), **more):
    access.give_consent(
        actor=DOCTOR,
        person_id=luis,
        agreement=Agreement(
            kind=kind,
            form_version="1",
            agreed=True,
            classes=tuple(DataClass(c) for c in classes),
            roles=roles,
            recipient="Sample Clinic",
            purpose="treatment",
            language="en",
            witness="Demo-Witness",
            expires_at=AT + timedelta(days=90),
            **more,
        ),
    )


def make(lens, luis, **more):
    asked = Asked(recipient="Sample Clinic", **more)
    composed = compose(lens, DOCTOR, (luis,), asked)
    return asked, composed, write(composed, asked, by="Demo-Provider, Ada")


def names(composed, section):
    return [
        one.body.get("code", one.body.get("medicationCodeableConcept"))["text"]
        for one in composed.chosen.sections[section]
    ]


def test_an_ips_is_a_document_that_answers_its_own_references_and_is_valid(lens, luis):
    _, _, written = make(lens, luis)
    bundle = json.loads(written.content)
    assert (bundle["type"], bundle["entry"][0]["resource"]["resourceType"]) == ("document", "Composition")
    assert [i for i in validate.read(written.content).issues if i.severity == "error"] == []
    here = {one["fullUrl"] for one in bundle["entry"]}
    text = json.dumps(bundle)
    referred = {piece.split('"')[0] for piece in text.split('"reference": "')[1:]}
    assert referred <= here
    composition = bundle["entry"][0]["resource"]
    codes = [s["code"]["coding"][0]["code"] for s in composition["section"]]
    assert codes[:3] == ["48765-2", "10160-0", "11450-4"]
    for section in composition["section"]:
        etree.parse(BytesIO(section["text"]["div"].encode()))
        assert section.get("entry") or section.get("emptyReason")


def test_without_consent_what_needs_one_does_not_go_and_is_not_hinted_at(lens, luis):
    _, composed, written = make(lens, luis)
    assert names(composed, "problems") == ["Essential hypertension"]
    assert [(one.text, one.why) for one in composed.chosen.left if one.section == "problems"] == [
        ("HIV disease", "not_allowed")
    ]
    for form in ("ips", "ccd", "referral_note"):
        content = make(lens, luis, form=form)[2].content
        assert b"HIV" not in content
        assert b"withheld" not in content
    assert written.notices == ()


def test_a_medicine_does_not_tell_the_illness_that_is_held_back() -> None:
    """The reason of an order goes only with the problem it names; free words that no preview shows never go."""

    def entry(kind: str, id: str, labels: frozenset[str] = frozenset(), **body: object) -> choosing.Kept:
        return choosing.Kept(kind, id, {"resourceType": kind, "id": id, **body}, "clinical", frozenset(), labels)

    def problem(id: str, words: str, asks: frozenset[str] = frozenset()) -> choosing.Kept:
        standing = {"coding": [{"code": "active"}]}
        return entry("Condition", id, asks, code={"text": words}, clinicalStatus=standing)

    def order(id: str, reason: str) -> choosing.Kept:
        return entry("MedicationRequest", id, status="active", medicationCodeableConcept={"text": id}, reasonCode=[{"text": reason}], note=[{"text": reason}])  # fmt: skip

    told = choosing.choose(
        {}, [problem("a", "Asthma"), problem("b", "Alcohol use disorder", frozenset({"part2"})), order("inhaler", "asthma"), order("tablet", "Alcohol use disorder")], (),
        allowed=frozenset({"clinical"}), redisclosure=False, notices=(), rules=tables.sections(), reach=tables.reach(), now=AT,
    )  # fmt: skip
    bodies = {one.id: one.body for one in told.sections["medicines"]}
    assert bodies["inhaler"]["reasonCode"] == [{"text": "asthma"}]
    assert "reasonCode" not in bodies["tablet"]
    assert "Alcohol" not in json.dumps([b for found in told.sections.values() for b in (one.body for one in found)])
    assert ("medicines", "reason", 1) in told.left_counted()


def test_with_a_consent_that_names_it_the_statement_goes_along_and_a_notation_is_made(lens, luis):
    agreed(luis, "clinical", "infection")
    consent = releases(lens, luis)[0]
    asked, composed, written = make(lens, luis, basis="consent", consent_id=consent.id)
    assert sorted(names(composed, "problems")) == ["Essential hypertension", "HIV disease"]
    assert composed.chosen.sections["medicines"] == ()  # the consent does not name medicines
    assert b"protected by state law" in written.content
    for form in ("ccd", "referral_note"):
        assert (
            b"protected by state law" in make(lens, luis, form=form, basis="consent", consent_id=consent.id)[2].content
        )
    id_ = send(actor=DOCTOR, person_id=luis, asked=asked, written=written, law=composed.basis.law)
    row = SentDocument.objects.get(id=id_)
    assert (row.data_class, row.notices, row.consent_id) == ("infection", ["hiv"], consent.id)
    found = sent.one(lens, (luis,), id_)
    assert found.content == written.content
    assert found.notation == "CGS 19a-585(b)"
    told = Read.objects.get(kind="disclosure")
    assert "Sample Clinic" in told.note
    assert luis in told.people


def test_a_programmes_record_goes_with_its_own_consent_and_notice_and_is_kept_sealed(lens, luis):
    body = {
        "resourceType": "MedicationStatement",
        "id": str(uuid7()),
        "status": "active",
        "medicationCodeableConcept": {"text": "Programme medicine"},
        "subject": {"reference": f"Patient/{luis}"},
    }
    with db.writing(DOCTOR):
        ledger.record(
            type="MedicationStatement", id=UUID(body["id"]), person_id=luis, data_class=DataClass.PART2, body=body
        )
    form = {"disclosers": "Demo-Programme", "described": "Medicines of the programme", "signed_by": "the person"}
    statements = ("revoke", "redisclosure")
    agreed(luis, "part2", kind="part2_tpo", roles=(Role.PROVIDER, Role.COMMUNITY), statements=statements, **form)
    assert b"Programme medicine" not in make(lens, luis)[2].content
    consent = releases(lens, luis)[0]
    asked, composed, written = make(lens, luis, form="ccd", basis="consent", consent_id=consent.id)
    assert names(composed, "medicines") == ["Programme medicine"]
    assert b"42 CFR part 2 prohibits unauthorized use or disclosure of these records." in written.content
    assert b'<confidentialityCode code="V"' in written.content
    assert (written.data_class, written.notices) == ("part2", ("part2", "consent"))
    scope = f"Disclosed by consent {consent.id}, signed 2026"
    for words in (scope, "By: Demo-Programme. To: Sample Clinic. What: Medicines of the programme. For: treatment."):
        assert words.encode() in written.content, "the scope of the consent goes along (42 CFR 2.32)"
    id_ = send(actor=DOCTOR, person_id=luis, asked=asked, written=written, law=composed.basis.law)
    assert sent.one(lens, (luis,), id_).content == written.content
    assert not Current.objects.filter(resource_id=id_).exists()


@pytest.mark.parametrize("change", ["taken back", "ended"])
def test_a_consent_that_is_not_in_force_opens_nothing(lens, luis, change):
    agreed(luis, "clinical", "infection")
    consent = releases(lens, luis)[0]
    with clock.frozen(AT + timedelta(days=91 if change == "ended" else 0)):
        if change == "taken back":
            access.revoke_consent(actor=DOCTOR, person_id=luis, consent_id=consent.id, version=1, how="In writing")
        with pytest.raises(Invalid):
            make(lens, luis, basis="consent", consent_id=consent.id)


@pytest.mark.parametrize("form", ["ccd", "referral_note"])
def test_we_read_what_we_write(lens, luis, form):
    _, composed, written = make(lens, luis, form=form)
    document = read(written.content)
    assert document.kind == form
    assert document.odd == ()
    assert document.who.numbers[0] == (f"urn:oid:{whose.OWN_ROOT}", "T0000001")
    assert whose.find(document.who).person.id == luis
    read_as = {(one.kind, one.code.text, one.code.code) for one in document.items}
    assert ("problem", "Essential hypertension", "59621000") in read_as
    assert ("allergy", "Penicillin G", "7980") in read_as
    assert ("medicine", "lisinopril 10 MG Oral Tablet", "314076") in read_as
    assert ("immunization", "influenza, unspecified", "88") in read_as
    allergy = document.of("allergy")[0]
    assert (allergy.get("reaction"), allergy.get("criticality")) == ("Hives & <swelling>", "high")
    assert document.of("problem")[0].since == "2019-03-04"
    values = {(one.code.code, one.value, one.unit) for one in document.items if one.kind in ("result", "vital_sign")}
    assert ("4500-4", "0", "%") in values
    assert ("8480-6", "120", "mm[Hg]") in values
    assert len(document.of("result")) == len(composed.chosen.sections["results"])


def test_the_narrative_of_each_section_matches_its_entries(lens, luis):
    root = etree.fromstring(make(lens, luis, form="ccd")[2].content)
    v3 = {"v": "urn:hl7-org:v3"}
    for section in root.iterfind(".//v:section", v3):
        rows = section.findall(".//v:tbody/v:tr", v3)
        assert len(rows) == len(section.findall("v:entry", v3))
        marks = {node.get("ID") for node in section.iter() if node.get("ID")}
        for reference in section.iterfind(".//v:entry//v:reference", v3):
            assert reference.get("value").lstrip("#") in marks
        if (
            not rows
            and section.find("v:templateId", v3) is not None
            and section.find("v:code", v3).get("code") != "42349-1"
        ):
            assert section.get("nullFlavor") == "NI"


def test_nobody_is_told_that_none_is_known_unless_somebody_asked(lens, luis):
    other = people.register(actor=FEED, demographics=people.Demographics(family="Test-King", given="Jo", synthetic=True), numbers=[], source="test")  # fmt: skip
    custody.admit(actor=FEED, person_id=other, to=custody.Spot(Facility.objects.get(code="hartford").id), happened_at=AT - timedelta(days=1))  # fmt: skip
    document = read(make(lens, other, form="ccd")[2].content)
    assert document.items == ()
    chart.no_known_allergies(actor=DOCTOR, person_id=other)
    document = read(make(lens, other, form="ccd")[2].content)
    assert [(one.negated, one.code.text) for one in document.items] == [(True, "No known allergy")]


def test_a_small_mailbox_gets_less_and_never_less_than_the_three(lens, luis):
    whole = make(lens, luis, form="ccd")[2]
    limit = len(whole.content) // 1024 // 2
    small = make(lens, luis, form="ccd", limit_kb=limit)[2]
    assert len(small.content) <= limit * 1024
    assert any(why == "size" for _, why, _ in small.left)
    told = dict(small.told)
    assert (told["problems"], told["allergies"], told["medicines"]) == (1, 1, 1)
    assert told.get("results", 0) >= told.get("vital_signs", 0)
    with pytest.raises(Invalid, match="can't be made as small"):
        make(lens, luis, form="ccd", limit_kb=1)


def test_a_pdf_is_made_of_the_same_words(lens, luis):
    written = make(lens, luis, form="pdf")[2]
    assert written.content.startswith(b"%PDF-")


def test_nothing_is_sent_to_nobody(lens, luis):
    asked, _, written = make(lens, luis)

    with pytest.raises(Invalid):
        send(actor=DOCTOR, person_id=luis, asked=replace(asked, recipient=" "), written=written, law="x")
    assert not SentDocument.objects.exists()


# --- pages -----------------------------------------------------------------------------------------------------------------


def become(role="provider"):
    client = Client()
    place = str(Facility.objects.get(code="hartford").id)
    assert client.post("/demo/become", {"role": role, "facility": place}).status_code == 302
    return client


def test_the_preview_says_what_goes_and_what_does_not_and_what_is_made_is_kept(luis):
    doctor, address = become(), f"/people/{luis}/summary/"
    page = doctor.get(address).content.decode()
    goes, stays = page.split('id="stays"')
    assert "Essential hypertension" in goes
    assert "HIV disease" not in goes
    assert "Needs a consent that names it" in stays
    assert "HIV disease" in stays
    mark = re.search(r'name="mark"\s+value="(\w+)"', page).group(1)
    about = {"intent": str(uuid7()), "mark": mark, "form": "ips", "basis": "treatment", "recipient": "Sample Clinic", "purpose": "referral"}  # fmt: skip
    assert doctor.post(address, {**about, "recipient": ""}).status_code == 422
    answer = doctor.post(address, about)
    assert answer.status_code == 303
    row = SentDocument.objects.get()
    kept = doctor.get(f"{address}sent/{row.id}/").content.decode()
    assert "Sample Clinic" in kept
    file = doctor.get(f"{address}sent/{row.id}/file/")
    assert json.loads(file.content)["type"] == "document"
    assert "attachment" in file["Content-Disposition"]
    assert "Sample Clinic" in doctor.get(address).content.decode()


def test_what_changed_since_the_preview_is_shown_first(luis):
    doctor, address = become(), f"/people/{luis}/summary/"
    page = doctor.get(address).content.decode()
    mark = re.search(r'name="mark"\s+value="(\w+)"', page).group(1)
    chart.add_condition(actor=DOCTOR, person_id=luis, text="Asthma")
    about = {"intent": str(uuid7()), "mark": mark, "form": "ips", "basis": "treatment", "recipient": "Sample Clinic", "purpose": "referral"}  # fmt: skip
    answer = doctor.post(address, about)
    assert answer.status_code == 409
    assert "Asthma" in answer.content.decode()
    assert not SentDocument.objects.exists()


def test_a_consent_goes_to_whom_it_names(luis):
    agreed(luis, "clinical", "infection")
    doctor, address = become(), f"/people/{luis}/summary/"
    page = doctor.get(address).content.decode()
    consent = re.search(r'option\s+value="([0-9a-f-]{36})"', page).group(1)
    page = doctor.get(f"{address}?consent={consent}").content.decode()
    assert "CGS 19a-585(a)" in page
    mark = re.search(r'name="mark"\s+value="(\w+)"', page).group(1)
    about = {"intent": str(uuid7()), "mark": mark, "form": "ccd", "consent": consent, "recipient": "Another Clinic", "purpose": "referral"}  # fmt: skip
    mark = re.search(r'name="mark"\s+value="(\w+)"', doctor.get(f"{address}?consent={consent}&form=ccd").content.decode()).group(1)  # fmt: skip
    answer = doctor.post(address, {**about, "mark": mark})
    assert answer.status_code == 422
    assert "Sample Clinic" in answer.content.decode()


def test_it_prints(luis):
    page = become().get(f"/people/{luis}/summary/print/?basis=treatment").content.decode()
    assert "Essential hypertension" in page
    assert "HIV disease" not in page


@pytest.mark.parametrize("role", ["custody", "scheduler", "lpn", "parole", "community"])
def test_nobody_else_sends(luis, role):
    assert become(role).get(f"/people/{luis}/summary/").status_code in (403, 404)


def test_a_planner_sends_what_the_matrix_shows_planners(luis):
    """Medicines whole, the chart in its summary; and reads again what went."""
    planner = become("planner")
    page = planner.get(f"/people/{luis}/summary/?basis=treatment").content.decode()
    goes = page.split('id="stays"')[0]
    assert [w for w in ("lisinopril", "penicillin G", "SNOMED CT 59621000") if w not in goes] == []
    assert "Essential hypertension" not in page
    assert "HIV disease" not in page
    mark = re.search(r'name="mark"\s+value="(\w+)"', page).group(1)
    about = {"intent": str(uuid7()), "mark": mark, "form": "ips", "basis": "treatment", "recipient": "Sample Clinic", "purpose": "going_home"}  # fmt: skip
    answer = planner.post(f"/people/{luis}/summary/", about, follow=True)
    assert answer.status_code == 200
    assert "Sample Clinic" in answer.content.decode()
    row = SentDocument.objects.get()
    assert row.data_class == "medication"
    content = planner.get(f"/people/{luis}/summary/sent/{row.id}/file/")
    assert [i for i in validate.read(content.content).issues if i.severity == "error"] == []


def test_under_the_summarys_cut_a_code_is_called_as_the_house_calls_it_and_never_as_one_chart_does(luis):
    def other(number, family, text):
        who = people.Demographics(family=family, given="Ana", birth_date=datetime(1980, 1, 2).date(), sex="female", synthetic=True)  # fmt: skip
        one = people.register(actor=FEED, demographics=who, numbers=[people.Number(NUMBER, number)], source="test")
        chart.add_condition(actor=DOCTOR, person_id=one, text=text, system=SNOMED, code="59621000")

    chart.add_condition(actor=DOCTOR, person_id=luis, text="Asthma, since the fire on B block", system=SNOMED, code="195967001")  # fmt: skip
    other("T0000002", "Test-Reyes", "essential hypertension ")
    other("T0000003", "Demo-Lopez", "Hypertension, told by his mother")
    planner = become("planner")
    page = planner.get(f"/people/{luis}/summary/?basis=treatment").content.decode()
    assert "SNOMED CT 59621000" in page, "two charts are not how the house calls it"
    other("T0000004", "Example-Diaz", "Essential hypertension")
    page = planner.get(f"/people/{luis}/summary/?basis=treatment").content.decode()
    assert "essential hypertension" in page.lower()
    assert "SNOMED CT 59621000" not in page
    assert "SNOMED CT 195967001" in page
    assert "fire on B block" not in page
    assert "mother" not in page


@pytest.fixture
def seen(luis):
    """A visit, a request that is not done yet, and a report in words."""
    chart.record_encounter(actor=DOCTOR, person_id=luis, kind="sick_call", started_at=AT - timedelta(days=2), ended_at=AT - timedelta(days=2) + timedelta(minutes=20))  # fmt: skip
    chart.order_item(actor=DOCTOR, person_id=luis, item="bmp", reason="HIV disease", priority="routine")
    chart.receive_report(actor=DOCTOR, person_id=luis, text="Chest X-ray", system=LOINC, code="36643-5", effective_at=AT - timedelta(days=1), words="No infiltrate.", outside=True)  # fmt: skip
    return luis


@pytest.mark.parametrize("form", ["ips", "ccd", "referral_note", "pdf"])
def test_visits_what_is_asked_for_and_the_words_of_reports_go_along(lens, seen, form):
    _, composed, written = make(lens, seen, form=form)
    assert (composed.chosen.count()["encounters"], composed.chosen.count()["plan"]) == (1, 1)
    if form == "pdf":
        return
    told = written.content.decode()
    for words in ("Sick call", "Basic metabolic panel", "No infiltrate."):
        assert words in told, words
    assert "HIV" not in told
    assert "occurrence" not in told.replace("occurrenceDateTime", "", 1)
    if form == "ips":
        assert [i for i in validate.read(written.content).issues if i.severity == "error"] == []
        return
    found = read(written.content)
    assert {s.code for s in found.sections} >= {"46240-8", "18776-5", "30954-2"}
    assert ("encounter", "Sick call") in {(one.kind, one.code.text) for one in found.items}
    assert ("result", "No infiltrate.") in {(one.kind, one.value) for one in found.items}
    plan = next(s for s in found.sections if s.code == "18776-5")
    assert any("Basic metabolic panel" in line for line in plan.lines)


def test_units_stand_as_people_write_them_and_as_ucum_in_the_data(lens, luis):
    _, _, written = make(lens, luis, form="ccd")
    told = written.content.decode()
    assert "120 mmHg / 80 mmHg" in told
    assert 'unit="mm[Hg]"' in told


def test_a_program_gets_the_summary_that_its_lens_shows(luis):
    place = str(Facility.objects.get(code="hartford").id)
    answer = open_door("provider", facility=place).get(f"Patient/{luis}/$summary")
    assert answer.status == 200, answer.body
    assert [i for i in validate.read(answer.body).issues if i.severity == "error"] == []
    assert answer.json["entry"][0]["resource"]["resourceType"] == "Composition"
    assert "Essential hypertension" in answer.body.decode()
    assert Read.objects.filter(kind="export").exists()
    assert open_door("custody", facility=place).get(f"Patient/{luis}/$summary").status in (200, 403, 404)
    assert b"hypertension" not in open_door("custody", facility=place).get(f"Patient/{luis}/$summary").body
    nobody = "00000000-0000-4000-8000-000000000000"
    assert open_door("provider", facility=place).get(f"Patient/{nobody}/$summary").status == 404
