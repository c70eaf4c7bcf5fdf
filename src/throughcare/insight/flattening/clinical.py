"""FHIR R4 resources of care as rows: what the ledger holds and what comes in a Bundle are read alike. Pure."""

from __future__ import annotations

from throughcare.insight.flattening.reading import (
    Head,
    Json,
    Row,
    between,
    coded,
    codes,
    exact,
    first,
    held,
    id_of,
    listed,
    moment,
    negated,
    number,
    said,
    value,
    when,
)

Found = list[tuple[str, Row]]
DAYS = {"d": 1.0, "day": 1.0, "days": 1.0, "wk": 7.0, "mo": 30.0, "h": 1 / 24}


def encounter(body: Json, head: Head) -> Found:
    """Flatten an encounter."""
    leaving = codes(body.get("hospitalization", {}).get("dischargeDisposition"))
    row = head.row(
        **coded(body.get("type")),
        **held(body.get("period")),
        facility=id_of(body.get("serviceProvider")),
        status=body.get("status"),
        class_code=body.get("class", {}).get("code"),
        reason_codes=codes(body.get("reasonCode")),
        diagnosis_ids=[i for d in body.get("diagnosis", ()) if (i := id_of(d.get("condition")))],
        discharge_code=leaving[0] if leaving else None,
        length_minutes=number(body.get("length", {}).get("value")),
    )
    return [("encounter", row)]


def _onset(body: Json) -> Row:
    if "onsetPeriod" in body:
        return held(body["onsetPeriod"])
    return between(
        body.get("onsetDateTime"), body.get("abatementDateTime") or (body.get("abatementPeriod") or {}).get("end")
    )


def _word(concept: Json | None) -> str | None:
    code: str | None = first((concept or {}).get("coding", ())).get("code")
    return code


def condition(body: Json, head: Head) -> Found:
    """Flatten a problem."""
    row = head.row(
        **coded(body.get("code")),
        **_onset(body),
        categories=codes(body.get("category")),
        status=_word(body.get("clinicalStatus")),
        verification=_word(body.get("verificationStatus")),
        encounter_id=id_of(body.get("encounter")),
    )
    row["recorded_at"] = moment(body.get("recordedDate")) or head.recorded_at
    return [("condition", row)]


def observation(body: Json, head: Head) -> Found:
    """Flatten a measurement and each of its components."""
    if ":self-harm-event" in "".join(
        c.get("system", "") + ":" + c.get("code", "") for c in listed(body.get("code", {}).get("coding"))
    ):
        return [("incident", self_harm(body, head))]
    common = {
        **when(body, "effective"),
        "categories": codes(body.get("category")),
        "status": body.get("status"),
        "encounter_id": id_of(body.get("encounter")),
        **negated(body),
    }
    rows: Found = [("observation", head.row(part=0, **coded(body.get("code")), **value(body), **common))]
    for part, component in enumerate(body.get("component", ()), 1):
        rows.append(("observation", head.row(part=part, **coded(component.get("code")), **value(component), **common)))
    return rows


def self_harm(body: Json, head: Head) -> Row:
    """Flatten an act of self-harm as an incident."""
    return head.row(
        kind="self-harm",
        detail=_word(body.get("valueCodeableConcept")),
        status=body.get("status"),
        drill=False,
        **when(body, "effective"),
    )


def procedure(body: Json, head: Head) -> Found:
    """Flatten a procedure."""
    row = head.row(
        **coded(body.get("code")),
        **when(body, "performed"),
        status=body.get("status"),
        encounter_id=id_of(body.get("encounter")),
        **negated(body),
    )
    return [("procedure", row)]


def report(body: Json, head: Head) -> Found:
    """Flatten a result's shell."""
    row = head.row(
        **coded(body.get("code")),
        **when(body, "effective"),
        categories=codes(body.get("category")),
        status=body.get("status"),
        order_id=id_of(first(body.get("basedOn", ()))),
        encounter_id=id_of(body.get("encounter")),
    )
    return [("report", row)]


def service_request(body: Json, head: Head) -> Found:
    """Flatten an order or referral."""
    row = head.row(
        **coded(body.get("code")),
        **when(body, "occurrence"),
        categories=codes(body.get("category")),
        status=body.get("status"),
        intent=body.get("intent"),
        priority=body.get("priority"),
        authored_at=moment(body.get("authoredOn")),
        reason_codes=codes(body.get("reasonCode")),
        encounter_id=id_of(body.get("encounter")),
        **negated(body),
    )
    return [("service_request", row)]


def device_request(body: Json, head: Head) -> Found:
    """Flatten an order of a device."""
    row = head.row(
        **coded(body.get("codeCodeableConcept")),
        status=body.get("status"),
        intent=body.get("intent"),
        authored_at=moment(body.get("authoredOn")),
        **negated(body),
    )
    return [("device_request", row)]


def medicine(body: Json, head: Head) -> Row:
    """Give the codes of a medicine, also where they stand in another resource."""
    if "medicationCodeableConcept" in body:
        return coded(body["medicationCodeableConcept"])
    other = head.known.get(id_of(body.get("medicationReference")) or "", {})
    return coded(other.get("code"))


def medication_order(body: Json, head: Head) -> Found:
    """Flatten an order of a medicine."""
    supply = body.get("dispenseRequest", {})
    dosage = first(body.get("dosageInstruction", ()))
    amount = first(dosage.get("doseAndRate", ())).get("doseQuantity", {})
    lasts = supply.get("expectedSupplyDuration", {})
    row = head.row(
        kind="order",
        **medicine(body, head),
        **held(supply.get("validityPeriod") or dosage.get("timing", {}).get("repeat", {}).get("boundsPeriod")),
        categories=codes(body.get("category")),
        status=body.get("status"),
        intent=body.get("intent"),
        priority=body.get("priority"),
        mode=_word(first(body.get("category", ()))),
        authored_at=moment(body.get("authoredOn")),
        supply_days=_days(lasts),
        quantity=number(supply.get("quantity", {}).get("value")),
        refills=supply.get("numberOfRepeatsAllowed"),
        dose_number=number(amount.get("value")),
        dose_unit=amount.get("code") or amount.get("unit"),
        per_day=_per_day(dosage.get("timing", {}).get("repeat", {})),
        reason_codes=codes(body.get("reasonCode")),
        replaces_id=id_of(body.get("priorPrescription")),
        encounter_id=id_of(body.get("encounter")),
        **negated(body),
    )
    return [("medication_order", row)]


def _days(length: Json) -> float | None:
    unit = DAYS.get(length.get("code") or length.get("unit") or "d")
    return float(length["value"]) * unit if "value" in length and unit else None


def _per_day(repeat: Json) -> float | None:
    if "period" not in repeat:
        return None
    every = float(repeat["period"]) * DAYS.get(repeat.get("periodUnit", "d"), 1.0)
    return float(repeat.get("frequency", 1)) / every if every else None


def medication_statement(body: Json, head: Head) -> Found:
    """Flatten a medicine taken by report."""
    row = head.row(
        kind="statement",
        **medicine(body, head),
        **when(body, "effective"),
        categories=codes(body.get("category")),
        status=body.get("status"),
        authored_at=moment(body.get("dateAsserted")),
        not_done=False,
    )
    return [("medication_order", row)]


def administration(body: Json, head: Head) -> Found:
    """Flatten a charted dose; its due time is its own, or else the time it was given."""
    why = [
        c.get("code")
        for c in (first(body.get("statusReason", ()))).get("coding", ())
        if "throughcare" in c.get("system", "")
    ]
    why += [_word(c) for c in body.get("statusReason", ())[1:]]
    happened = moment(body.get("effectiveDateTime") or (body.get("effectivePeriod") or {}).get("start"))
    row = head.row(
        kind="administration",
        **medicine(body, head),
        order_id=id_of(body.get("request")),
        status=body.get("status"),
        outcome=why[0] if why else None,
        reason=why[1] if len(why) > 1 else None,
        due_at=happened,
        happened_at=happened,
        amount=number(body.get("dosage", {}).get("dose", {}).get("value")),
        **negated(body),
    )
    return [("dose", row)]


def dispense(body: Json, head: Head) -> Found:
    """Flatten a dispense."""
    at = moment(body.get("whenHandedOver") or body.get("whenPrepared"))
    row = head.row(
        kind="dispense",
        **medicine(body, head),
        order_id=id_of(first(body.get("authorizingPrescription", ()))),
        status=body.get("status"),
        due_at=at,
        happened_at=at,
        amount=number(body.get("quantity", {}).get("value")),
        supply_days=_days(body.get("daysSupply", {})),
        **negated(body),
    )
    return [("dose", row)]


def immunization(body: Json, head: Head) -> Found:
    """Flatten a vaccination."""
    at = body.get("occurrenceDateTime")
    times = {k: v for k, v in between(at, at).items() if k.startswith("start")}
    return [
        (
            "immunization",
            head.row(**coded(body.get("vaccineCode")), **times, status=body.get("status"), **negated(body)),
        )
    ]


def allergy(body: Json, head: Head) -> Found:
    """Flatten an allergy."""
    row = head.row(
        **coded(body.get("code")),
        **_onset(body),
        status=_word(body.get("clinicalStatus")),
        verification=_word(body.get("verificationStatus")),
        criticality=body.get("criticality"),
    )
    return [("allergy", row)]


def communication(body: Json, head: Head) -> Found:
    """Flatten a message about care; of a request, the stamps."""
    about = first([*body.get("basedOn", ()), *body.get("inResponseTo", ()), *body.get("about", ())])
    row = head.row(
        **coded(body.get("reasonCode")),
        categories=codes(body.get("category")),
        status=body.get("status"),
        priority=body.get("priority"),
        state=said(body, "state"),
        triage=said(body, "triage"),
        sent_at=moment(body.get("sent")),
        received_at=moment(body.get("received")),
        triaged_at=moment(said(body, "triaged-at")),
        seen_at=moment(said(body, "seen-at")),
        closed_at=moment(said(body, "closed-at")),
        about_id=id_of(about),
        encounter_id=id_of(body.get("encounter")),
        **negated(body),
    )
    return [("communication", row)]


def document(body: Json, head: Head) -> Found:
    """Flatten a note, form or file: that it is there, of which kind, since when."""
    at = body.get("date") or body.get("authored")
    code = coded(body.get("type"))
    if "questionnaire" in body:
        code = {
            "system": "questionnaire",
            "code": body["questionnaire"],
            "codes": [f"questionnaire|{body['questionnaire']}"],
        }
    row = head.row(
        kind=body["resourceType"],
        **code,
        start_at=moment(at),
        start_precision=exact(at),
        status=body.get("status"),
        encounter_id=id_of(body.get("encounter")),
    )
    return [("document", row)]


def episode(body: Json, head: Head) -> Found:
    """Flatten an episode, a plan of care, a coverage or a goal; a suicide watch is a table of its own."""
    if any(code.endswith(":code|watch") for code in codes(body.get("category"))):
        return [("watch", watch(body, head))]
    concept = body.get("type") or body.get("category") or body.get("description")
    period = body.get("period") or {"start": body.get("startDate")}
    row = head.row(
        kind=body["resourceType"],
        **coded(concept),
        **held(period),
        facility=id_of(body.get("managingOrganization")) if body["resourceType"] == "EpisodeOfCare" else None,
        status=body.get("status") or body.get("lifecycleStatus"),
    )
    return [("episode", row)]


def watch(body: Json, head: Head) -> Row:
    """Flatten a suicide watch: its level and times, never a reason."""
    levels = [_word(a.get("detail", {}).get("code")) or "" for a in body.get("activity", ())]
    row = head.row(
        facility=said(body, "facility"),
        level=next((level.removeprefix("watch-") for level in levels if level.startswith("watch-")), None),
        state=said(body, "state"),
        alone=said(body, "alone") == "yes",
        start_at=moment(body.get("period", {}).get("start")),
        end_at=moment(body.get("period", {}).get("end")),
    )
    row.pop("recorded_at")
    return row
