"""What an entry of the ledger says, as a message: a vaccine, an order, a medicine, an arrival. Pure: bodies in, segments out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from throughcare.exchange.outgoing.writing import Who, coded, person, segment, stamp, text
from throughcare.kernel.fhir import LOCAL, Json

SYSTEMS = {
    "http://loinc.org": "LN",
    "http://snomed.info/sct": "SCT",
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RXNORM",
    LOCAL: "L",
}
PRIORITY = {"stat": "S", "urgent": "A", "routine": "R"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of one resource as the feed gives it."""

    type: str
    id: str
    version: int
    body: Json


Built = tuple[str, list[str]]
Builder = Callable[[Entry, Who], Built | None]


def built(entry: Entry, who: Who) -> Built | None:
    """Give the trigger and the segments after MSH of what an entry is to others; None where it is nothing to them."""
    builder = BUILDERS.get(entry.type)
    return builder(entry, who) if builder else None


def vaccine(entry: Entry, who: Who) -> Built | None:
    """VXU^V04 of a dose that was given or refused here; what others reported is not told back to them."""
    body = entry.body
    if not body.get("primarySource"):
        return None
    refused, wrong = body["status"] == "not-done", body["status"] == "entered-in-error"
    dose = body.get("doseQuantity", {})
    at = _hl7(body["occurrenceDateTime"])
    fields = {
        1: "0", 2: "1", 3: at, 4: at, 5: _concept(body["vaccineCode"]),
        6: text(dose.get("value", "999")), 7: text(dose.get("unit", "")), 9: "00^New immunization record^NIP001",
        15: text(body.get("lotNumber", "")), 16: text(body.get("expirationDate", "")).replace("-", ""),
        17: coded("", body.get("manufacturer", {}).get("display", ""), ""),
        18: _concept(body.get("statusReason", {})), 20: "RE" if refused else "CP", 21: "D" if wrong else "A",
    }  # fmt: skip
    route, site = _concept(body.get("route", {})), _concept(body.get("site", {}))
    lines = [person(who), segment("ORC", {1: "RE", 3: _number(entry)}), segment("RXA", fields)]
    return "VXU^V04", lines + ([segment("RXR", {1: route, 2: site})] if route or site else [])


def laboratory_order(entry: Entry, who: Who) -> Built | None:
    """OML^O21 of an order for a test: new, or taken back. ORC-2 is the order's own number, which the result names again."""
    body = entry.body
    kinds = {c.get("code") for one in body.get("category", ()) for c in one.get("coding", ())}
    control = {"active": "NW", "revoked": "CA", "entered-in-error": "CA"}.get(body["status"])
    if "lab" not in kinds or control is None or (control == "NW" and entry.version > 1):
        return None
    number = _number(entry)
    urgency = PRIORITY.get(body.get("priority", ""), "R")
    reason = ", ".join(one.get("text", "") for one in body.get("reasonCode", ()))
    asked = {1: "1", 2: number, 4: _concept(body["code"]), 13: text(reason)}
    return "OML^O21", [
        person(who),
        segment("ORC", {1: control, 2: number, 9: _hl7(body["authoredOn"])}),
        segment("TQ1", {1: "1", 9: urgency}),
        segment("OBR", asked),
    ]


def medicine(entry: Entry, who: Who) -> Built | None:
    """RDE^O11 of a medicine: new, changed or stopped."""
    body = entry.body
    control = {"active": "NW" if entry.version == 1 else "XO", "on-hold": "HD"}.get(body["status"])
    control = control or ("DC" if body["status"] in ("stopped", "cancelled", "completed", "entered-in-error") else None)
    if control is None:
        return None
    dosage: dict[str, Any] = next(iter(body.get("dosageInstruction", ())), {})
    rate: dict[str, Any] = next(iter(dosage.get("doseAndRate", ())), {})
    dose: dict[str, Any] = rate.get("doseQuantity", {})
    validity = body.get("dispenseRequest", {}).get("validityPeriod", {})
    since, until = (_hl7(validity[name]) if validity.get(name) else "" for name in ("start", "end"))
    number = _number(entry)
    encoded = {
        2: _concept(body["medicationCodeableConcept"]), 3: text(dose.get("value", "")), 5: text(dose.get("unit", "")),
        7: coded("", dosage.get("text", ""), ""),
    }  # fmt: skip
    return "RDE^O11", [
        person(who),
        segment("ORC", {1: control, 2: number, 9: _hl7(body["authoredOn"]) if body.get("authoredOn") else ""}),
        segment("RXE", encoded),
        segment("TQ1", {1: "1", 7: since, 8: until}),
        segment("RXR", {1: _concept(dosage.get("route", {}))}),
    ]


def stay(entry: Entry, who: Who) -> Built | None:
    """ADT^A01 or A03: that somebody came into custody or left it, and nothing else of custody."""
    body = entry.body
    period = body.get("period", {})
    if body["status"] == "open" and entry.version == 1:
        trigger, at = "ADT^A01", period.get("start")
    elif body["status"] == "ended":
        trigger, at = "ADT^A03", period.get("end")
    else:
        return None
    when = _hl7(at) if at else ""
    visit = {1: "1", 2: "I", 44: when if trigger == "ADT^A01" else "", 45: when if trigger == "ADT^A03" else ""}
    return trigger, [segment("EVN", {2: when, 6: when}), person(who), segment("PV1", visit)]


def query(who: Who, tag: str, *, forecast: bool = False) -> list[str]:
    """QBP^Q11: ask the registry for a person's history (Z34), with what is due next (Z44)."""
    name = (
        "Z44^Request Evaluated History and Forecast^CDCPHINVS"
        if forecast
        else "Z34^Request Immunization History^CDCPHINVS"
    )
    first = "~".join(f"{text(value)}^^^{text(authority)}^MR" for authority, value in who.numbers)
    born = who.birth.strftime("%Y%m%d") if who.birth else ""
    sex = {"male": "M", "female": "F"}.get(who.sex, "U")
    asked = {1: name, 2: text(tag), 3: first, 4: f"{text(who.family)}^{text(who.given)}^{text(who.middle)}^^^^L"}
    return [segment("QPD", {**asked, 6: born, 7: sex}), segment("RCP", {1: "I", 2: "10^RD^HL70126"})]


BUILDERS: dict[str, Builder] = {
    "Immunization": vaccine,
    "MedicationRequest": medicine,
    "ServiceRequest": laboratory_order,
    "Stay": stay,
}


def _concept(concept: dict[str, Any]) -> str:
    coding: dict[str, Any] = next(iter(concept.get("coding", ())), {})
    said = concept.get("text") or coding.get("display", "")
    return coded(coding.get("code", ""), said, SYSTEMS.get(coding.get("system", ""), "L"))


def _number(entry: Entry) -> str:
    return f"{entry.id}^THROUGHCARE"


def _hl7(iso: str) -> str:
    return stamp(datetime.fromisoformat(iso.replace("Z", "+00:00"))) if "T" in iso else iso.replace("-", "")
