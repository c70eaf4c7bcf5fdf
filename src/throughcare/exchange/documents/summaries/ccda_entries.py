"""Entries of C-CDA R2.1, one writer for each kind; each points to its words in the narrative. Pure."""

from collections.abc import Mapping
from typing import Any

from throughcare.exchange.documents.ccda.datatypes import OIDS
from throughcare.exchange.documents.summaries.choosing import Kept, text_of
from throughcare.exchange.documents.summaries.lines import dosage, state, value
from throughcare.kernel.ids import derived

Json = Mapping[str, Any]
SNOMED, ACT_CODE = "2.16.840.1.113883.6.96", "2.16.840.1.113883.5.4"
LOINC, UCUM = "2.16.840.1.113883.6.1", "http://unitsofmeasure.org"
STATES = {"active": "55561003", "inactive": "73425007", "resolved": "413322009", "remission": "277022003"}
CRITICALITY = {"high": "CRITH", "low": "CRITL", "unable-to-assess": "CRITU"}


def moment(text: Any) -> str:
    """Write a FHIR date or time as HL7 does, no more exact than it is."""
    said = str(text or "")
    if len(said) <= 10:
        return said.replace("-", "")
    day, _, rest = said.partition("T")
    clock, zone = rest.replace("Z", "+00:00")[:8], rest.replace("Z", "+00:00")[-6:].replace(":", "")
    return f"{day.replace('-', '')}{clock.replace(':', '')}{zone}"


def coded(make: Any, parent: Any, name: str, concept: Json | None, mark: str = "", **more: str) -> Any:
    """Write a concept: its first coding that has an OID, its words by their mark in the narrative."""
    concept = concept or {}
    known = [c for c in concept.get("coding", ()) if oid_of(str(c.get("system", ""))) and c.get("code")]
    words = str(concept.get("text") or "")
    if known:
        first = known[0]
        attributes = {
            "code": str(first["code"]),
            "codeSystem": oid_of(str(first["system"])),
            "displayName": words or str(first.get("display", "")),
        }
    else:
        attributes = {"nullFlavor": "UNK"}
    made = make.node(parent, name, **attributes, **more)
    if mark:
        make.node(make.node(made, "originalText"), "reference", value=mark)
    elif words and not known:
        make.node(made, "originalText", words)
    for other in known[1:]:
        make.node(made, "translation", code=str(other["code"]), codeSystem=oid_of(str(other["system"])))
    return made


def oid_of(system: str) -> str:
    """Give a code system's OID; empty where it has none that we know."""
    return OIDS.get(system, system.removeprefix("urn:oid:") if system.startswith("urn:oid:") else "")


def _act(make: Any, section: Any, template: tuple[str, str], one: Kept, name: str, status: str, **more: str) -> Any:
    act = make.node(make.node(section, "entry", typeCode="DRIV"), name, **more)
    make.template(act, *template)
    wraps = name in ("act", "organizer")
    make.node(act, "id", root=str(derived(name, one.id)) if wraps else one.id)
    if name == "act":
        make.node(act, "code", code="CONC", codeSystem="2.16.840.1.113883.5.6")
        make.node(act, "statusCode", code=status)
    return act


def _since(make: Any, node: Any, low: Any, high: Any = "", *, single: Any = "") -> None:
    if single:
        make.node(node, "effectiveTime", value=moment(single))
        return
    time = make.node(node, "effectiveTime")
    make.node(time, "low", **({"value": moment(low)} if low else {"nullFlavor": "UNK"}))
    if high:
        make.node(time, "high", value=moment(high))


def _observation(make: Any, parent: Any, template: tuple[str, str], id: str, mark: str, **more: str) -> Any:
    made = make.node(parent, "observation", classCode="OBS", moodCode="EVN", **more)
    make.template(made, *template)
    make.node(made, "id", root=id)
    return made


def _text(make: Any, node: Any, mark: str) -> None:
    make.node(make.node(node, "text"), "reference", value=mark)


def _standing(make: Any, node: Any, template: tuple[str, str], code: str) -> None:
    related = make.node(node, "entryRelationship", typeCode="REFR")
    said = make.node(related, "observation", classCode="OBS", moodCode="EVN")
    make.template(said, *template)
    make.node(said, "code", code="33999-4", codeSystem=LOINC, displayName="Status")
    make.node(said, "statusCode", code="completed")
    make.node(
        said, "value", xsi_type="CD", code=STATES.get(code, STATES["active"]), codeSystem=SNOMED, displayName=code
    )


def problem(make: Any, section: Any, one: Kept, mark: str) -> None:
    """Write a problem as a concern with its observation."""
    body = one.body
    standing = state(body, "clinicalStatus")
    over = standing in ("resolved", "remission", "inactive")
    act = _act(make, section, ("4.3", "2015-08-01"), one, "act", "completed" if over else "active", classCode="ACT", moodCode="EVN")  # fmt: skip
    _since(make, act, body.get("recordedDate"), body.get("recordedDate") if over else "")
    seen = _observation(
        make, make.node(act, "entryRelationship", typeCode="SUBJ"), ("4.4", "2015-08-01"), f"{one.id}", mark
    )
    make.node(seen, "code", code="55607006", codeSystem=SNOMED, displayName="Problem")
    _text(make, seen, mark)
    make.node(seen, "statusCode", code="completed")
    _since(make, seen, body.get("onsetDateTime"), body.get("abatementDateTime"))
    coded(make, seen, "value", body.get("code"), mark, xsi_type="CD")
    _standing(make, seen, ("4.6", "2013-12-09"), standing)


def allergy(make: Any, section: Any, one: Kept, mark: str, *, none: bool) -> None:
    """Write an allergy, or that none is known."""
    body = one.body
    act = _act(make, section, ("4.30", "2015-08-01"), one, "act", "active", classCode="ACT", moodCode="EVN")
    _since(make, act, body.get("recordedDate"))
    more = {"negationInd": "true"} if none else {}
    parent = make.node(act, "entryRelationship", typeCode="SUBJ")
    seen = _observation(make, parent, ("4.7", "2014-06-09"), one.id, mark, **more)
    make.node(seen, "code", code="ASSERTION", codeSystem=ACT_CODE)
    _text(make, seen, mark)
    make.node(seen, "statusCode", code="completed")
    _since(make, seen, body.get("onsetDateTime"))
    make.node(seen, "value", xsi_type="CD", code="419199007", codeSystem=SNOMED, displayName="Allergy to substance")
    thing = make.node(make.node(seen, "participant", typeCode="CSM"), "participantRole", classCode="MANU")
    playing = make.node(thing, "playingEntity", classCode="MMAT")
    if none:
        make.node(playing, "code", code="105590001", codeSystem=SNOMED, displayName="Substance")
        return
    coded(make, playing, "code", body.get("code"), mark)
    for reaction in body.get("reaction", ()):
        for said in reaction.get("manifestation", ()):
            related = make.node(seen, "entryRelationship", typeCode="MFST", inversionInd="true")
            shown = make.node(related, "observation", classCode="OBS", moodCode="EVN")
            make.template(shown, "4.9", "2014-06-09")
            make.node(shown, "id", nullFlavor="NI")
            make.node(shown, "code", code="ASSERTION", codeSystem=ACT_CODE)
            make.node(shown, "statusCode", code="completed")
            coded(make, shown, "value", said, xsi_type="CD")
    if body.get("criticality") in CRITICALITY:
        related = make.node(seen, "entryRelationship", typeCode="SUBJ", inversionInd="true")
        grave = make.node(related, "observation", classCode="OBS", moodCode="EVN")
        make.template(grave, "4.145")
        make.node(grave, "code", code="82606-5", codeSystem=LOINC, displayName="Criticality")
        make.node(grave, "statusCode", code="completed")
        make.node(grave, "value", xsi_type="CD", code=CRITICALITY[str(body["criticality"])], codeSystem="2.16.840.1.113883.5.1063")  # fmt: skip


def _given(make: Any, section: Any, template: tuple[str, str], one: Kept, mood: str, **more: str) -> Any:
    return _act(make, section, template, one, "substanceAdministration", "", classCode="SBADM", moodCode=mood, **more)


def _product(make: Any, given: Any, template: tuple[str, str], concept: Json | None, mark: str) -> Any:
    product = make.node(make.node(given, "consumable"), "manufacturedProduct", classCode="MANU")
    make.template(product, *template)
    material = make.node(product, "manufacturedMaterial")
    coded(make, material, "code", concept, mark)
    return material


def medicine(make: Any, section: Any, one: Kept, mark: str) -> None:
    """Write a medicine: an order that stands as intended, what is reported as taken."""
    body = one.body
    ordered = one.kind == "MedicationRequest"
    given = _given(make, section, ("4.16", "2014-06-09"), one, "INT" if ordered else "EVN")
    _text(make, given, mark)
    make.node(given, "statusCode", code="suspended" if body.get("status") == "on-hold" else "active")
    time = make.node(given, "effectiveTime", xsi_type="IVL_TS")
    start = body.get("dispenseRequest", {}).get("validityPeriod", {}).get("start") or body.get("authoredOn")
    make.node(time, "low", **({"value": moment(start)} if start else {"nullFlavor": "UNK"}))
    amount = _amount(body)
    if amount:
        make.node(given, "doseQuantity", value=str(amount.get("value", "")), unit=_unit(amount))
    else:
        make.node(given, "doseQuantity", nullFlavor="UNK")
    _product(make, given, ("4.23", "2014-06-09"), body.get("medicationCodeableConcept"), mark)
    words = dosage(body)
    if words:
        related = make.node(given, "entryRelationship", typeCode="SUBJ", inversionInd="true")
        told = make.node(related, "act", classCode="ACT", moodCode="INT")
        make.template(told, "4.20", "2014-06-09")
        make.node(told, "code", code="311401005", codeSystem=SNOMED, displayName="Instruction")
        make.node(told, "text", words)
        make.node(told, "statusCode", code="completed")


def _amount(body: Json) -> Json:
    for said in body.get("dosageInstruction", ()):
        for rate in said.get("doseAndRate", ()):
            if rate.get("doseQuantity", {}).get("value") is not None:
                found: Json = rate["doseQuantity"]
                return found
    return {}


def _unit(amount: Json) -> str:
    return str(amount.get("code") or "") if amount.get("system") == UCUM else ""


def vaccine(make: Any, section: Any, one: Kept, mark: str) -> None:
    """Write a vaccine given."""
    body = one.body
    given = _given(make, section, ("4.52", "2015-08-01"), one, "EVN", negationInd="false")
    _text(make, given, mark)
    make.node(given, "statusCode", code="completed")
    make.node(given, "effectiveTime", value=moment(body.get("occurrenceDateTime")))
    material = _product(make, given, ("4.54", "2014-06-09"), body.get("vaccineCode"), mark)
    if body.get("lotNumber"):
        make.node(material, "lotNumberText", str(body["lotNumber"]))


def _measure(make: Any, parent: Any, template: tuple[str, str], one: Kept, mark: str, body: Json, id: str) -> None:
    seen = _observation(make, parent, template, id, mark)
    coded(make, seen, "code", body.get("code"), mark)
    _text(make, seen, mark)
    make.node(seen, "statusCode", code="completed")
    make.node(seen, "effectiveTime", value=moment(one.body.get("effectiveDateTime")))
    _value(make, seen, body)
    flag = next((c.get("code") for i in body.get("interpretation", ()) for c in i.get("coding", ())), "")
    if flag:
        make.node(seen, "interpretationCode", code=str(flag), codeSystem="2.16.840.1.113883.5.83")
    words = next((str(r["text"]) for r in body.get("referenceRange", ()) if r.get("text")), "")
    if words:
        make.node(make.node(make.node(seen, "referenceRange"), "observationRange"), "text", words)


def _value(make: Any, seen: Any, body: Json) -> None:
    amount = body.get("valueQuantity")
    sign = str((amount or {}).get("comparator", ""))
    if amount and not sign:
        make.node(seen, "value", xsi_type="PQ", value=str(amount["value"]), unit=str(amount.get("unit") or "1"))
    elif amount:
        range_ = make.node(seen, "value", xsi_type="IVL_PQ")
        end = "high" if sign.startswith("<") else "low"
        make.node(range_, end, value=str(amount["value"]), unit=str(amount.get("unit") or "1"), inclusive="true" if "=" in sign else "false")  # fmt: skip
    elif body.get("conclusion"):
        make.node(seen, "value", str(body["conclusion"]), xsi_type="ST")
    elif body.get("valueCodeableConcept"):
        coded(make, seen, "value", body["valueCodeableConcept"], xsi_type="CD")
    else:
        make.node(seen, "value", value(body) or "not said", xsi_type="ST")


def _measures(make: Any, section: Any, one: Kept, mark: str, panel: tuple[str, str], each: tuple[str, str], classed: str) -> None:  # fmt: skip
    group = _act(make, section, panel, one, "organizer", "", classCode=classed, moodCode="EVN")
    if classed == "CLUSTER":
        make.node(group, "code", code="46680005", codeSystem=SNOMED, displayName="Vital signs")
    else:
        coded(make, group, "code", one.body.get("code"))
    make.node(group, "statusCode", code="completed")
    make.node(group, "effectiveTime", value=moment(one.body.get("effectiveDateTime")))
    for n, part in enumerate(one.body.get("component") or [one.body]):
        said = part if text_of(part) or part.get("code") else {**part, "code": one.body.get("code")}
        id_ = one.id if n == 0 else str(derived("part", one.id, str(n)))
        _measure(make, make.node(group, "component"), each, one, mark, said, id_)


def result(make: Any, section: Any, one: Kept, mark: str) -> None:
    """Write a result with its value, flag and range."""
    _measures(make, section, one, mark, ("4.1", "2015-08-01"), ("4.2", "2015-08-01"), "BATTERY")


def vital_sign(make: Any, section: Any, one: Kept, mark: str) -> None:
    """Write a vital sign, or each part of a blood pressure."""
    _measures(make, section, one, mark, ("4.26", "2015-08-01"), ("4.27", "2014-06-09"), "CLUSTER")


def social(make: Any, section: Any, one: Kept, mark: str) -> None:
    """Write something of how the person lives."""
    _measure(make, make.node(section, "entry"), ("4.38", "2015-08-01"), one, mark, one.body, one.id)


def procedure(make: Any, section: Any, one: Kept, mark: str) -> None:
    """Write a procedure that was done."""
    body = one.body
    done = _act(make, section, ("4.14", "2014-06-09"), one, "procedure", "", classCode="PROC", moodCode="EVN")
    coded(make, done, "code", body.get("code"), mark)
    _text(make, done, mark)
    make.node(done, "statusCode", code="completed" if body.get("status") == "completed" else "active")
    _since(make, done, "", single=body.get("performedDateTime", ""))


def visit(make: Any, section: Any, one: Kept, mark: str) -> None:
    """Write a visit: what for, from when until when."""
    body = one.body
    been = _act(make, section, ("4.49", "2015-08-01"), one, "encounter", "", classCode="ENC", moodCode="EVN")
    coded(make, been, "code", next(iter(body.get("type", ())), None), mark)
    _text(make, been, mark)
    times = body.get("period", {})
    _since(make, been, times.get("start"), times.get("end"))


def planned(make: Any, section: Any, one: Kept, mark: str) -> None:
    """Write what was asked for and is not done yet; of the day for which it is wanted nothing is said."""
    asked = _act(make, section, ("4.44", "2014-06-09"), one, "observation", "", classCode="OBS", moodCode="RQO")
    coded(make, asked, "code", one.body.get("code"), mark)
    _text(make, asked, mark)
    make.node(asked, "statusCode", code="active")
