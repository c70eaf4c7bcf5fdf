"""Reading one FHIR element: references, codes, times with how exact they are, quantities. Pure, and forgiving of what is absent."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = Mapping[str, Any]
Row = dict[str, Any]
LAST = timedelta(days=1) - timedelta(microseconds=1)
PRECISION = {4: "year", 7: "month", 10: "day"}


@dataclass(frozen=True, slots=True)
class Head:
    """What stands beside a resource: whose it is, its class, when it was written; other resources its references name."""

    id: str
    person_id: str
    data_class: str
    recorded_at: datetime | None = None
    known: Mapping[str, Json] = field(default_factory=dict)

    def row(self, **more: Any) -> Row:
        """Begin a row."""
        return {
            "id": self.id,
            "person_id": self.person_id or None,
            "data_class": self.data_class,
            "recorded_at": self.recorded_at,
            **more,
        }


def id_of(reference: Json | None) -> str | None:
    """Give the id that a reference names, however it is addressed."""
    said = (reference or {}).get("reference")
    return said.rsplit("/", 1)[-1].removeprefix("urn:uuid:") if said else None


def listed(value: Any) -> list[Any]:
    """Give an element that may be one, several or none as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def codes(concepts: Any) -> list[str]:
    """Give every code of one or several concepts as `system|code`, sorted."""
    found = set()
    for concept in listed(concepts):
        for one in concept.get("coding", ()):
            if one.get("code"):
                found.add(f"{one.get('system', '')}|{one['code']}")
        for extra in concept.get("extension", ()):
            if extra.get("url", "").endswith("notDoneValueSet"):
                found.add(f"urn:valueset|{extra.get('valueCanonical', '')}")
    return sorted(found)


def coded(concepts: Any) -> Row:
    """Give the columns system, code and codes of one or several concepts; the first code is the one written first."""
    first: Json = next((c for concept in listed(concepts) for c in concept.get("coding", ()) if c.get("code")), {})
    return {"system": first.get("system"), "code": first.get("code"), "codes": codes(concepts)}


def moment(said: str | None, *, last: bool = False) -> datetime | None:
    """Give the first (or last) moment of a FHIR date, dateTime or instant."""
    if not said:
        return None
    if len(said) > 10:
        return datetime.fromisoformat(said).astimezone(UTC)
    year, month, day = ([int(part) for part in said.split("-")] + [0, 0])[:3]
    if last:
        month = month or 12
        day = day or calendar.monthrange(year, month)[1]
        return datetime(year, month, day, tzinfo=UTC) + LAST
    return datetime(year, month or 1, day or 1, tzinfo=UTC)


def exact(said: str | None) -> str | None:
    """Say how exact a FHIR time is."""
    return PRECISION.get(len(said), "instant") if said else None


def when(body: Json, stem: str) -> Row:
    """Give the columns of when something held, from `stemDateTime`, `stemPeriod`, `stemInstant` or an age's absence."""
    point = body.get(f"{stem}DateTime") or body.get(f"{stem}Instant")
    if point:
        return between(point, point)
    return held(body.get(f"{stem}Period"))


def held(period: Json | None) -> Row:
    """Give the columns of a Period."""
    return between((period or {}).get("start"), (period or {}).get("end"))


def between(start: str | None, end: str | None) -> Row:
    """Give the columns of two FHIR times; a day begins with its first moment and ends with its last."""
    return {
        "start_at": moment(start),
        "start_precision": exact(start),
        "end_at": moment(end, last=True),
        "end_precision": exact(end),
    }


def extension(body: Json, *ends: str) -> Json:
    """Give the first extension whose address ends so."""
    for one in (*body.get("extension", ()), *body.get("modifierExtension", ())):
        if any(str(one.get("url", "")).endswith(end) for end in ends):
            return one  # type: ignore[no-any-return]
    return {}


def said(body: Json, name: str) -> Any:
    """Give the value of an extension of our own."""
    one = extension(body, f":{name}")
    return next((one[key] for key in one if key.startswith("value")), None)


def negated(body: Json) -> Row:
    """Tell whether it was not done, and why: FHIR's status, `doNotPerform`, or QI-Core's extensions."""
    why = extension(body, "notDoneReason", "doNotPerformReason")
    not_done = (
        body.get("status") == "not-done"
        or bool(body.get("doNotPerform"))
        or bool(extension(body, "doNotPerform").get("valueBoolean"))
        or bool(why)
    )
    reasons: list[Any] = []
    if not_done:
        reasons = [*listed(why.get("valueCodeableConcept")), *listed(body.get("statusReason"))]
        reasons += listed(body.get("reasonCode"))
    return {"not_done": not_done, "not_done_codes": codes(reasons)}


def value(body: Json) -> Row:
    """Give the columns of a value: a number with its unit, codes, or a time. Free words stay in the record."""
    if (quantity := body.get("valueQuantity")) is not None:
        return {
            "value_number": number(quantity.get("value")),
            "value_unit": quantity.get("code") or quantity.get("unit"),
        }
    if (concept := body.get("valueCodeableConcept")) is not None:
        return {"value_codes": codes(concept)}
    if (whole := body.get("valueInteger")) is not None:
        return {"value_number": float(whole)}
    if (yes := body.get("valueBoolean")) is not None:
        return {"value_text": "true" if yes else "false"}
    return {"value_at": moment(body.get("valueDateTime"))} if "valueDateTime" in body else {}


def number(said: Any) -> float | None:
    """Give a number, whatever it was written as."""
    return None if said is None else float(said)


def first(values: Iterable[Any]) -> Json:
    """Give the first of several elements, or an empty one."""
    return next(iter(values), {})
