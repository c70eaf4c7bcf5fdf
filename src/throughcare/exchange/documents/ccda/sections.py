"""Which section is about what: by its LOINC code, else by its template; a section of no kind is read as words."""

from typing import Any

BY_CODE = {
    "11450-4": "problem",
    "11348-0": "problem",
    "46241-6": "problem",
    "42347-5": "problem",
    "11535-2": "problem",
    "C-CDAV2-DDN": "problem",
    "10219-4": "problem",
    "10218-6": "problem",
    "59769-0": "problem",
    "48765-2": "allergy",
    "10160-0": "medicine",
    "10183-2": "medicine",
    "75311-1": "medicine",
    "42346-7": "medicine",
    "29549-3": "medicine",
    "11369-6": "immunization",
    "30954-2": "result",
    "8716-3": "vital_sign",
    "47519-4": "procedure",
    "46240-8": "encounter",
    "29762-2": "social_history",
}
# The tail of 2.16.840.1.113883.10.20.22.2: entries required or not, R1.1 or R2.1.
BY_TEMPLATE = {
    "5.1": "problem",
    "5": "problem",
    "20": "problem",
    "6.1": "allergy",
    "6": "allergy",
    "1.1": "medicine",
    "1": "medicine",
    "11": "medicine",
    "11.1": "medicine",
    "38": "medicine",
    "2.1": "immunization",
    "2": "immunization",
    "3.1": "result",
    "3": "result",
    "4.1": "vital_sign",
    "4": "vital_sign",
    "7.1": "procedure",
    "7": "procedure",
    "22.1": "encounter",
    "22": "encounter",
    "17": "social_history",
}
# A section without code and template is known by its title alone, in the words that senders use.
BY_TITLE = {
    "allergies": "allergy", "allergies and adverse reactions": "allergy", "alergias": "allergy",
    "medications": "medicine", "current medications": "medicine", "medicamentos": "medicine",
    "problems": "problem", "problem list": "problem", "active problems": "problem", "problemas": "problem",
    "immunizations": "immunization", "vaccinations": "immunization", "vacunas": "immunization",
    "results": "result", "lab results": "result", "resultados": "result",
    "vital signs": "vital_sign", "procedures": "procedure", "encounters": "encounter", "social history": "social_history",
}  # fmt: skip
# Sections whose entries are what the audit counts: not histories, not the diagnoses of one stay.
LISTS = {"11450-4": "problem", "48765-2": "allergy", "10160-0": "medicine"}
_ROOT = "2.16.840.1.113883.10.20.22.2."
# What a document is, by its template (tail of 2.16.840.1.113883.10.20.22.1) and by its LOINC code.
DOCUMENTS = {
    "2": "ccd",
    "3": "history_and_physical",
    "4": "consultation_note",
    "5": "imaging_report",
    "6": "procedure_note",
    "7": "operative_note",
    "8": "discharge_summary",
    "9": "progress_note",
    "10": "unstructured",
    "13": "transfer_summary",
    "14": "referral_note",
    "15": "care_plan",
}
BY_DOCUMENT_CODE = {
    "34133-9": "ccd",
    "18842-5": "discharge_summary",
    "57133-1": "referral_note",
    "57113-1": "referral_note",
    "18761-7": "transfer_summary",
    "11488-4": "consultation_note",
    "34117-2": "history_and_physical",
    "11506-3": "progress_note",
    "52521-2": "care_plan",
}


def templates_of(node: Any) -> tuple[str, ...]:
    """Give the templates that a part claims."""
    return tuple(one.get("root", "") for one in node.findall("templateId") if one.get("root"))


def kind_of(code: str, templates: tuple[str, ...], title: str = "") -> str:
    """Give what a section is about; empty where it is read as words."""
    if code in BY_CODE:
        return BY_CODE[code]
    if not code and not templates:
        return BY_TITLE.get(title.strip().rstrip(":").casefold(), "")
    tails = [one[len(_ROOT) :] for one in templates if one.startswith(_ROOT)]
    return next((BY_TEMPLATE[tail] for tail in tails if tail in BY_TEMPLATE), "")


def document_of(code: str, templates: tuple[str, ...]) -> str:
    """Give what a document is."""
    root = "2.16.840.1.113883.10.20.22.1."
    tails = [one[len(root) :] for one in templates if one.startswith(root)]
    found = next((DOCUMENTS[tail] for tail in tails if tail in DOCUMENTS), "")
    return found or BY_DOCUMENT_CODE.get(code, "other")
