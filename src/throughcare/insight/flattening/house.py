"""Custody's and the service's own facts as rows: stays, moves, duties, incidents, going home, staff, shifts. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any

from throughcare.insight.flattening.clinical import Found
from throughcare.insight.flattening.reading import Head, Json, Row, between, codes, first, held, id_of, moment
from throughcare.people.fhir import ETHNICITIES, OMB, RACES

RACE = ("us-core-race", "us-core-ethnicity")
WORDS = {f"{OMB}|{code}": word for table in (RACES, ETHNICITIES) for word, (code, _) in table.items()}


def _day(said: str | None) -> date | None:
    return date.fromisoformat((said + "-01-01")[:10] if len(said) == 4 else (said + "-01")[:10]) if said else None


def _race(body: Json) -> tuple[list[str], str | None]:
    """Give the coded categories, and the one word they are counted under (OMB's combined question): whoever says hispanic is."""
    codes: set[str] = set()
    said = False
    for one in body.get("extension", ()):
        if str(one.get("url", "")).endswith(RACE):
            said = True
            codes |= {f"{c['system']}|{c['code']}" for p in one.get("extension", ()) if (c := p.get("valueCoding"))}
    words = {WORDS[code] for code in codes if code in WORDS}
    if "hispanic" in words or len(words) == 1:
        return sorted(codes), "hispanic" if "hispanic" in words else words.pop()
    return sorted(codes), "several" if words else "other" if said else None


def patient(body: Json, head: Head) -> Found:
    """Flatten a person: what numbers are stratified by, and no name."""
    races, words = _race(body)
    spoken = first(body.get("communication", ())).get("language", {})
    row = {
        "id": head.id,
        "data_class": head.data_class,
        "sex": body.get("gender"),
        "birth_date": _day(body.get("birthDate")),
        "language": first(spoken.get("coding", ())).get("code"),
        "race_ethnicity": words,
        "race_codes": races,
        "deceased_at": moment(body.get("deceasedDateTime")),
        "survivor_id": next((id_of(k["other"]) for k in body.get("link", ()) if k.get("type") == "replaced-by"), None),
    }
    return [("person", row)]


def stay(body: Json, head: Head) -> Found:
    """Flatten a stay and its segments of legal status."""
    segments = body.get("legalStatus", [])
    row = {
        "id": head.id,
        "person_id": head.person_id,
        "data_class": head.data_class,
        "status": body.get("status"),
        "admitted_at": moment(body.get("period", {}).get("start")),
        "ended_at": moment(body.get("period", {}).get("end")),
        "first_legal_status": segments[0].get("code") if segments else None,
        "last_legal_status": segments[-1].get("code") if segments else None,
    }
    found: Found = [("stay", row)]
    for number, segment in enumerate(segments, 1):
        part = {
            "person_id": head.person_id,
            "data_class": head.data_class,
            "stay_id": head.id,
            "number": number,
            "kind": segment.get("code"),
            "since": moment(segment.get("period", {}).get("start")),
            "until": moment(segment.get("period", {}).get("end")),
        }
        found.append(("legal_status", part))
    return found


def move(body: Json, head: Head) -> Found:
    """Flatten a move."""
    left, reached = body.get("from", {}), body.get("to", {})
    row = {
        "id": head.id,
        "person_id": head.person_id,
        "facility": reached.get("facility") or left.get("facility"),
        "data_class": head.data_class,
        "stay_id": id_of(body.get("stay")),
        "number": body.get("number"),
        "kind": body.get("code"),
        "from_facility": left.get("facility"),
        "from_unit": left.get("unit"),
        "to_facility": reached.get("facility"),
        "to_unit": reached.get("unit"),
        "destination": body.get("destination"),
        "planned": body.get("planned"),
        "cancelled": body.get("status") == "cancelled",
        "happened_at": moment(body.get("happenedAt")),
        "received_at": moment(body.get("receivedAt")),
    }
    return [("move", row)]


def location(body: Json, head: Head) -> Found:
    """Flatten a facility."""
    opened: Json = next(
        (e.get("valuePeriod", {}) for e in body.get("extension", ()) if e.get("url", "").endswith(":open")), {}
    )
    row = {
        "id": head.id,
        "code": first(body.get("identifier", ())).get("value") or head.id,
        "name": body.get("name") or head.id,
        "kind": first(first(body.get("type", ())).get("coding", ())).get("code"),
        "opened_on": _day(opened.get("start")),
        "closed_on": _day(opened.get("end")),
        "data_class": head.data_class,
    }
    return [("facility", row)]


def task(body: Json, head: Head) -> Found:
    """Flatten a duty."""
    rule, version = _rule(body)
    said = {i.get("type", {}).get("text"): i for i in body.get("input", ())}
    row = head.row(
        facility=id_of(body.get("location")),
        rule=rule,
        rule_version=version,
        owner_role=first(first(body.get("performerType", ())).get("coding", ())).get("code"),
        owner_id=id_of(body.get("owner")),
        lane={"stat": "now", "urgent": "shift", "routine": "later"}.get(body.get("priority", "")),
        trigger=said.get("trigger", {}).get("valueString"),
        ref=str(said.get("ref", {}).get("valueUuid", "")).removeprefix("urn:uuid:") or None,
        opened_at=moment(body.get("authoredOn")),
        not_before=moment(body.get("restriction", {}).get("period", {}).get("start")),
        due_at=moment(body.get("restriction", {}).get("period", {}).get("end")),
        closed_at=moment(body.get("executionPeriod", {}).get("end")),
        outcome=first(body.get("businessStatus", {}).get("coding", ())).get("code"),
        successor_id=id_of(first(body.get("output", ())).get("valueReference")),
    )
    row.pop("recorded_at")
    return [("duty", row)] if rule else []


def _rule(body: Json) -> tuple[str | None, str | None]:
    address, _, version = str(body.get("instantiatesUri", "")).partition("|")
    code = next((c.split("|")[1] for c in codes(body.get("code")) if ":rule|" in c), None)
    return code or address.rpartition(":")[2] or None, version or None


def code(body: Json, head: Head) -> Found:
    """Flatten a code."""
    return [
        _incident(
            head,
            body,
            "code",
            body.get("complaint"),
            body.get("calledAt"),
            body.get("endedAt"),
            drill=bool(body.get("drill")),
        )
    ]


def stamp(body: Json, head: Head) -> Found:
    """Flatten a stamp of a code."""
    row = {
        "id": head.id,
        "data_class": head.data_class,
        "code_id": body.get("code"),
        "kind": body.get("kind"),
        "stamped_at": moment(body.get("at")),
        "corrects_id": body.get("corrects"),
        "taken_back": bool(body.get("takenBack")),
    }
    return [("code_stamp", row)]


def trip(body: Json, head: Head) -> Found:
    """Flatten a trip to hospital."""
    more = {
        "code_id": body.get("code"),
        "hospital_at": moment(body.get("atDepartmentAt")),
        "admitted_at": moment(body.get("admittedAt")),
        "reviewed_at": moment(body.get("reviewedAt")),
    }
    return [_incident(head, body, "trip", None, body.get("leftAt"), body.get("returnedAt"), **more)]


def missed(body: Json, head: Head) -> Found:
    """Flatten one side's word on a visit that did not take place."""
    detail = f"{body.get('saidBy', '')}:{body.get('reason', '')}"
    return [_incident(head, body, "visit-missed", detail, body.get("visit"), None)]


def finding(body: Json, head: Head) -> Found:
    """Flatten a finding of a watch."""
    spans = body.get("period", {})
    return [_incident(head, body, "watch-finding", body.get("kind"), spans.get("start"), spans.get("end"))]


def _incident(head: Head, body: Json, kind: str, detail: Any, start: Any, end: Any, **more: Any) -> tuple[str, Row]:
    row = head.row(
        facility=id_of(body.get("location")),
        kind=kind,
        detail=detail,
        status=body.get("status") or body.get("state"),
        **{"drill": False, **more},
        **between(start, end),
    )
    row.pop("recorded_at")
    return "incident", row


def appointment(body: Json, head: Head) -> Found:
    """Flatten an appointment outside, or one of custody's plans."""
    ours = body["resourceType"] == "ScheduledEvent"
    times = held(body.get("period")) if ours else between(body.get("start"), body.get("end"))
    kind = body.get("code") if ours else first(body.get("serviceType", ())).get("text")
    row = head.row(source="schedule" if ours else "appointment", kind=kind, status=body.get("status"), **times)
    row.pop("recorded_at")
    return [("appointment", row)]


def going_home(body: Json, head: Head) -> Found:
    """Flatten a step of going home."""
    kind = {"ReleasePlan": "plan", "ReleasePacket": "packet", "ReleaseBridge": "bridge", "ReleaseContact": "contact"}
    ends = {"ReleasePlan": "finishedAt", "ReleaseBridge": "endedAt"}.get(body["resourceType"], "")
    start = body.get("period", {}).get("start") or body.get("proposedAt") or body.get("at")
    row: Row = head.row(
        kind=kind[body["resourceType"]],
        status=body.get("status"),
        start_at=moment(start),
        end_at=moment(body.get(ends)),
        day=body.get("day"),
        supply_days=body.get("days"),
        naloxone=bool(body.get("naloxoneKit")) if kind[body["resourceType"]] == "plan" else None,
        reached=body.get("status") == "reached" if kind[body["resourceType"]] == "contact" else None,
    )
    row.pop("recorded_at")
    return [("release_step", row)]


def arrival(body: Json, head: Head) -> Found:
    """Flatten an arrival."""
    row = head.row(
        facility=id_of(body.get("facility")),
        stay_id=body.get("stay"),
        status=body.get("status"),
        lane=body.get("lane"),
        disposition=body.get("disposition"),
        arrived_at=moment(body.get("arrived")),
        cleared_at=moment(body.get("cleared")),
        signed_at=moment(body.get("signed")),
    )
    row.pop("recorded_at")
    return [("arrival", row)]


def lockdown(body: Json, head: Head) -> Found:
    """Flatten a lockdown."""
    spot, spans = body.get("at", {}), body.get("period", {})
    row = {
        "id": head.id,
        "facility": spot.get("facility"),
        "data_class": head.data_class,
        "unit": spot.get("unit"),
        "start_at": moment(spans.get("start")),
        "end_at": moment(spans.get("end")),
    }
    return [("lockdown", row)]


def posting(body: Json, head: Head) -> Found:
    """Flatten a posting."""
    row = {
        "id": head.id,
        "facility": id_of(first(body.get("location", ()))),
        "data_class": head.data_class,
        "practitioner_id": id_of(body.get("practitioner")),
        "role": first(first(body.get("code", ())).get("coding", ())).get("code"),
        "start_at": moment(body.get("period", {}).get("start")),
        "end_at": moment(body.get("period", {}).get("end")),
    }
    return [("staff", row)]


def shift(body: Json, head: Head) -> Found:
    """Flatten a shift; it is in the chain of who works it."""
    row = {
        "id": head.id,
        "facility": body.get("facility"),
        "data_class": head.data_class,
        "practitioner_id": head.person_id or None,
        "role": body.get("role"),
        "on_call": bool(body.get("onCall")),
        "start_at": moment(body.get("starts")),
        "end_at": moment(body.get("ends")),
        "recorded_at": head.recorded_at,
    }
    return [("shift", row)]
