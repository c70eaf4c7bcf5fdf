"""The words of a summary, section by section: the same rows make the page, the paper, and the narratives. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from throughcare.care.medications.fhir import OWN
from throughcare.chart import units
from throughcare.exchange.documents.summaries.choosing import Chosen, Kept, text_of
from throughcare.exchange.documents.summaries.tables import SectionRule
from throughcare.kernel import clock

Json = Mapping[str, Any]
NONE_KNOWN = "716186003"
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
COLUMNS = {
    "allergies": ("Allergic to", "Reaction", "Standing"),
    "medicines": ("Medicine", "How it is taken", "For", "Standing"),
    "problems": ("Problem", "Standing", "Since"),
    "immunizations": ("Vaccine", "Day", "Lot"),
    "results": ("Test", "Result", "Normal", "Day"),
    "vital_signs": ("Measured", "Value", "Day"),
    "procedures": ("Procedure", "Standing", "Day"),
    "social_history": ("What", "Value", "Day"),
    "encounters": ("Visit", "From", "Until"),
    "plan": ("Asked for", "How soon", "Asked on"),
}
EMPTY = "No information is given here."


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words, cell by cell; `id` is the entry's."""

    id: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One section in words."""

    rule: SectionRule
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def parts(chosen: Chosen, rules: tuple[SectionRule, ...]) -> tuple[Part, ...]:
    """Give every section that says something, and those that must be there."""
    made = []
    for rule in rules:
        entries = chosen.sections.get(rule.id, ())
        if entries or rule.required:
            made.append(Part(rule, COLUMNS[rule.id], tuple(Line(one.id, cells(rule.id, one)) for one in entries)))
    return tuple(made)


def cells(section: str, one: Kept) -> tuple[str, ...]:
    """Give the cells of one entry."""
    body, text = one.body, text_of(one.body)
    if section == "allergies":
        said = [text_of({"code": m}) for r in body.get("reaction", ()) for m in r.get("manifestation", ())]
        return text, ", ".join(said) or str(body.get("criticality", "")), state(body, "clinicalStatus")
    if section == "medicines":
        reason = text_of({"code": next(iter(body.get("reasonCode", ())), {})})
        return text, dosage(body), reason, _source(one)
    if section == "problems":
        sure = state(body, "verificationStatus")
        standing = state(body, "clinicalStatus") + (", not confirmed" if sure == "unconfirmed" else "")
        return text, standing, day(body.get("onsetDateTime"))
    if section == "immunizations":
        return text, day(body.get("occurrenceDateTime")), str(body.get("lotNumber", ""))
    if section == "procedures":
        return text, str(body.get("status", "")), day(body.get("performedDateTime"))
    if section == "encounters":
        times = body.get("period", {})
        return text, day(times.get("start")), day(times.get("end"))
    if section == "plan":
        return text, str(body.get("priority") or ""), day(body.get("authoredOn"))
    if section == "results":
        words = next((str(r.get("text", "")) for r in body.get("referenceRange", ())), "")
        return text, value(body), words, day(body.get("effectiveDateTime"))
    return text, value(body), day(body.get("effectiveDateTime"))


def _source(one: Kept) -> str:
    """Say where a medicine comes from; of one that ended with somebody's custody, until when it was given."""
    if one.kind != "MedicationRequest":
        return "reported"
    left = next((e.get("valueInstant") for e in one.body.get("extension", ()) if e.get("url") == f"{OWN}left-at"), None)
    return f"given here until {day(left)}" if left else "given here"


def dosage(body: Json) -> str:
    """Give how a medicine is taken, in the order's words."""
    said = [*body.get("dosageInstruction", ()), *body.get("dosage", ())]
    return "; ".join(str(one["text"]) for one in said if one.get("text"))


def value(body: Json) -> str:
    """Give what was measured, in words."""
    if body.get("component"):
        said = [value(part) for part in body["component"]]
        return " / ".join(one for one in said if one)
    if body.get("conclusion"):
        return str(body["conclusion"])
    amount = body.get("valueQuantity")
    if amount:
        return (
            f"{amount.get('comparator', '')}{amount.get('value', '')} {units.said(str(amount.get('unit', '')))}".strip()
        )
    if body.get("valueCodeableConcept"):
        return text_of({"code": body["valueCodeableConcept"]})
    return str(body.get("valueString", ""))


def state(body: Json, key: str) -> str:
    """Give the code of a status."""
    return str(next((c.get("code") for c in (body.get(key) or {}).get("coding", ())), ""))


def day(text: Any) -> str:
    """Give the day of a moment in words, where we are, as exact as it is: 3 Feb 2026, Feb 2026, 2026."""
    said = str(text or "")
    try:
        on = clock.local(datetime.fromisoformat(said)).date() if "T" in said else date.fromisoformat(said)
    except ValueError:
        month = MONTH.fullmatch(said)
        return f"{MONTHS[int(month[2]) - 1]} {month[1]}" if month else said
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def none_known(one: Kept) -> bool:
    """Tell whether an allergy says that none is known."""
    return any(c.get("code") == NONE_KNOWN for c in one.body.get("code", {}).get("coding", ()))


def name_of(patient: Json) -> str:
    """Give the patient's name."""
    name: Json = next(iter(patient.get("name", ())), {})
    return f"{name.get('family', '')}, {' '.join(name.get('given', ()))}".strip(", ")
