"""HL7's constraints on what a chart holds: observations, problems, allergies, appointments, plans."""

from throughcare.exchange.fhir.checking.invariants import Found, Json, choice, codes, objects, on, surely_after


@on("Observation")
def _observation(one: Json, top: Json) -> Found:
    value = choice(one, "value")
    if "dataAbsentReason" in one and value:
        yield "invariant", "dataAbsentReason", "A reason why there is no value stands only where there is none (obs-6)."
    if value and "component" in one and any(_coded(one) & _coded(part) for part in objects(one["component"])):
        yield "invariant", "component", "A part with the code of the whole leaves the value to the part (obs-7)."


def _coded(one: Json) -> set[tuple[str, str]]:
    """Give what an Observation or a part of one is about, by system and code."""
    code = one.get("code")
    said = objects(code.get("coding")) if isinstance(code, dict) else []
    return {(str(part["system"]), str(part["code"])) for part in said if {"system", "code"} <= part.keys()}


@on("Task")
def _task(one: Json, top: Json) -> Found:
    asked, changed = one.get("authoredOn"), one.get("lastModified")
    if isinstance(asked, str) and isinstance(changed, str) and surely_after(asked, changed):
        yield "invariant", "lastModified", "It was changed after it was asked for (inv-1)."


@on("Observation.referenceRange")
def _reference_range(one: Json, top: Json) -> Found:
    if not ({"low", "high", "text"} & one.keys()):
        yield "invariant", "", "A reference range has a low, a high or words (obs-3)."


@on("Patient.contact")
def _patient_contact(one: Json, top: Json) -> Found:
    if not ({"name", "telecom", "address", "organization"} & one.keys()):
        yield "invariant", "", "A contact has a name, a number, an address or an organisation (pat-1)."


@on("Condition")
def _condition(one: Json, top: Json) -> Found:
    said = codes(one.get("verificationStatus"))
    clinical = codes(one.get("clinicalStatus"))
    if "entered-in-error" in said and "clinicalStatus" in one:
        yield "invariant", "clinicalStatus", "A problem entered in error has no clinical status (con-5)."
    if choice(one, "abatement") and clinical and not clinical & {"inactive", "resolved", "remission"}:
        yield "invariant", "clinicalStatus", "What has abated is inactive, resolved or in remission (con-4)."


@on("Condition.stage")
def _stage(one: Json, top: Json) -> Found:
    if not ({"summary", "assessment"} & one.keys()):
        yield "invariant", "", "A stage has a summary or an assessment (con-1)."


@on("Condition.evidence")
def _evidence(one: Json, top: Json) -> Found:
    if not ({"code", "detail"} & one.keys()):
        yield "invariant", "", "Evidence has a code or details (con-2)."


@on("AllergyIntolerance")
def _allergy(one: Json, top: Json) -> Found:
    wrong = "entered-in-error" in codes(one.get("verificationStatus"))
    if wrong and "clinicalStatus" in one:
        yield "invariant", "clinicalStatus", "An allergy entered in error has no clinical status (ait-2)."
    if not wrong and "clinicalStatus" not in one:
        yield "invariant", "", "An allergy has a clinical status unless it was entered in error (ait-1)."


@on("Immunization.education")
def _education(one: Json, top: Json) -> Found:
    if not ({"documentType", "reference"} & one.keys()):
        yield "invariant", "", "Education names a kind of document or an address (imm-1)."


@on("Appointment")
def _appointment(one: Json, top: Json) -> Found:
    if ("start" in one) != ("end" in one):
        yield "invariant", "", "A start and an end, or neither (app-2)."
    if "start" not in one and one.get("status") not in ("proposed", "cancelled", "waitlist"):
        yield "invariant", "", "Only what is proposed, cancelled or waiting has no time (app-3)."
    if "cancelationReason" in one and one.get("status") not in ("cancelled", "noshow"):
        yield "invariant", "cancelationReason", "A reason of cancellation stands where it was cancelled (app-4)."


@on("Appointment.participant")
def _participant(one: Json, top: Json) -> Found:
    if not ({"type", "actor"} & one.keys()):
        yield "invariant", "", "A participant has a type or says who it is (app-1)."


@on("MedicationAdministration.dosage")
def _dosage(one: Json, top: Json) -> Found:
    if "dose" not in one and not choice(one, "rate"):
        yield "invariant", "", "A dosage has a dose or a rate (mad-1)."


@on("CarePlan.activity")
def _activity(one: Json, top: Json) -> Found:
    if "detail" in one and "reference" in one:
        yield "invariant", "", "An activity is told in detail or referred to, not both (cpl-3)."


@on("Goal.target")
def _target(one: Json, top: Json) -> Found:
    if choice(one, "detail") and "measure" not in one:
        yield "invariant", "", "A goal that is measured says what is measured (gol-1)."


@on("QuestionnaireResponse.item")
def _answered(one: Json, top: Json) -> Found:
    if "answer" in one and "item" in one:
        yield "invariant", "", "An item holds answers or items; items under an answer stand in it (qrs-1)."


@on("ServiceRequest")
def _request(one: Json, top: Json) -> Found:
    if "orderDetail" in one and "code" not in one:
        yield "invariant", "orderDetail", "Details of an order stand with its code (prr-1)."


@on("Composition.section")
def _section(one: Json, top: Json) -> Found:
    if not ({"text", "entry", "section"} & one.keys()):
        yield "invariant", "", "A section has words, entries or sections (cmp-1)."
    if "emptyReason" in one and "entry" in one:
        yield "invariant", "emptyReason", "A reason for being empty stands only where there are no entries (cmp-2)."


@on("Organization")
def _organization(one: Json, top: Json) -> Found:
    if not ({"name", "identifier", "_name"} & one.keys()):
        yield "invariant", "", "An organisation has a name or an identifier (org-1)."


@on("List")
def _list(one: Json, top: Json) -> Found:
    entries = objects(one.get("entry"))
    if entries and "emptyReason" in one:
        yield "invariant", "emptyReason", "Only an empty list says why it is empty (lst-1)."
    if one.get("mode") != "changes" and any(entry.get("deleted") for entry in entries):
        yield "invariant", "entry", "Only a list of changes has deleted entries (lst-2)."
    if one.get("mode") != "working" and any("date" in entry for entry in entries):
        yield "invariant", "entry", "Only a working list dates its entries (lst-3)."
