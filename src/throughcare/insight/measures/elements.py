"""Elements of FHIR resources read into what measures compare: codes, times with their precision, values, supplies. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from throughcare.insight.measures.points import (
    ALWAYS_SINCE,
    STILL,
    Point,
    Span,
    just_before,
    parse,
    somewhere_in,
)
from throughcare.insight.measures.rows import Order, Part
from throughcare.insight.measures.supplies import Amount, doses_a_day, in_days

Resource = Mapping[str, Any]
STATED = ("active", "recurrence", "relapse")


def head_of(r: Resource, *concepts: Any) -> dict[str, Any]:
    """Give what every row has: id, codes, status, and the profiles it names."""
    profiles = (r.get("meta") or {}).get("profile") or ()
    return {
        "id": r.get("id", ""),
        "codes": codes_of(*concepts),
        "status": r.get("status", ""),
        "profiles": frozenset(p.split("|")[0].rsplit("/", 1)[-1] for p in profiles),
    }


def codes_of(*concepts: Any) -> frozenset[str]:
    """Give the codes of concepts as `system|code`."""
    return frozenset(
        f"{coding.get('system', '')}|{coding['code']}"
        for concept in concepts
        if concept
        for coding in concept.get("coding") or ()
        if coding.get("code")
    )


def status_of(concept: Any, system: str) -> str:
    """Give the code of a status concept; `?` where it is there but not from its system."""
    if not concept:
        return ""
    codings: Iterable[Any] = concept.get("coding") or ()
    return next((c.get("code", "?") for c in codings if c.get("system", "").rsplit("/", 1)[-1] == system), "?")


def point_of(value: Any) -> Point | None:
    """Read a date or time; nothing where it is none."""
    return parse(value) if isinstance(value, str) else None


def born_on(patient: Resource) -> Point | None:
    """Read the day of birth, or the month or year where no more of it is known."""
    born = point_of(patient.get("birthDate"))
    return born if born is None or born.precision in ("day", "month", "year") else None


def span_of(period: Any) -> Span | None:
    """Read a Period: without an end it goes on; without a start it began nobody knows when."""
    if not period:
        return None
    start, end = point_of(period.get("start")), point_of(period.get("end"))
    if start is None:
        return Span(somewhere_in(ALWAYS_SINCE, end), end) if end else None
    return Span(start, end or STILL)


def when_of(r: Resource, name: str, born: Point | None) -> Span | None:
    """Read a timing element of any type as a span; an age is the year of life it names."""
    if at := point_of(r.get(f"{name}DateTime")) or point_of(r.get(f"{name}Instant")):
        return Span(at, at)
    if period := r.get(f"{name}Period"):
        return span_of(period)
    if age := r.get(f"{name}Age"):
        return _years(born, age, age)
    if ages := r.get(f"{name}Range"):
        return _years(born, ages.get("low"), ages.get("high"))
    return None


def _years(born: Point | None, low: Any, high: Any) -> Span | None:
    if born is None or not low or not high:
        return None
    first, last = (_aged(born, quantity) for quantity in (low, high))
    return Span(first, just_before(last.plus(months=12))) if first and last else None


def _aged(born: Point, quantity: Resource) -> Point | None:
    value, unit = number_of(quantity.get("value")), str(quantity.get("code") or quantity.get("unit") or "")
    if value is None:
        return None
    if unit in ("a", "year", "years"):
        return born.plus(months=12 * int(value))
    if unit in ("mo", "month", "months"):
        return born.plus(months=int(value))
    days = in_days(value, unit)
    return born.plus(days=int(days)) if days is not None else None


def prevalence_of(r: Resource, status: str, born: Point | None) -> Span | None:
    """Read from onset to abatement: an active condition goes on; of another without abatement nobody knows the end."""
    onset, abated = when_of(r, "onset", born), when_of(r, "abatement", born)
    end = abated.end if abated else None
    if end is not None and r.get("abatementPeriod") and end.last < STILL.first:
        end = just_before(end)
    if onset is None:
        return Span(ALWAYS_SINCE, end) if end else None
    if end is None:
        end = STILL if status in STATED else somewhere_in(onset.start, STILL)
    return Span(onset.start, end)


def value_of(r: Resource) -> tuple[str, Any]:
    """Give how the value was given, and the value; two times nothing where there is none."""
    for name, kind in (
        ("valueQuantity", "quantity"),
        ("valueCodeableConcept", "concept"),
        ("valueInteger", "integer"),
        ("valueString", "text"),
        ("valueBoolean", "boolean"),
        ("valueDateTime", "time"),
        ("valuePeriod", "time"),
        ("valueTime", "time"),
        ("valueRange", "range"),
        ("valueRatio", "ratio"),
        ("valueSampledData", "samples"),
    ):
        if r.get(name) is not None:
            return kind, r[name]
    return "", None


def number_of(value: Any) -> float | None:
    """Read a number; nothing where it is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def unit_of(quantity: Resource) -> str:
    """Give the unit of a quantity: `1` where it names none."""
    return str(quantity.get("code") or quantity.get("unit") or "1") if quantity else ""


def part_of(component: Resource) -> Part:
    """Read one component of an observation."""
    quantity = component.get("valueQuantity") or {}
    return Part(codes_of(component.get("code")), number_of(quantity.get("value")), unit_of(quantity))


def why_not_done(r: Resource) -> frozenset[str]:
    """Give the codes of why something was not done."""
    return frozenset().union(
        *(
            codes_of(extension.get("valueCodeableConcept"))
            for extension in r.get("extension") or ()
            if extension.get("url", "").endswith(("qicore-notDoneReason", "qicore-doNotPerformReason"))
        )
    )


def order_of(r: Resource, codes: frozenset[str], covers: Span | None = None) -> Order:
    """Read one order: of a service, a device, or a medicine with the days it covers."""
    head = head_of(r)
    head["codes"] = codes
    negated = any(
        extension.get("url", "").endswith("doNotPerform") and extension.get("valueBoolean") is True
        for extension in r.get("modifierExtension") or ()
    )
    return Order(
        **head,
        authored_at=point_of(r.get("authoredOn")),
        intent=r.get("intent", ""),
        not_done=r.get("doNotPerform") is True or negated,
        covers=covers,
    )


def only_one(rows: Any) -> Resource:
    """Give the only row of a list; of several none says how long a supply lasts."""
    return rows[0] if rows and len(rows) == 1 else {}


def amount_of(duration: Any, quantity: Any, dosage: Resource) -> Amount:
    """Read what one supply is."""
    repeat = (dosage.get("timing") or {}).get("repeat") or {}
    rate = only_one(dosage.get("doseAndRate"))
    dose = (rate.get("doseRange") or {}).get("high") or rate.get("doseQuantity") or {}
    per_day = doses_a_day(
        repeat.get("frequencyMax") or repeat.get("frequency"), repeat.get("period"), repeat.get("periodUnit", "")
    )
    duration = duration or {}
    return Amount(
        in_days(number_of(duration.get("value")), str(duration.get("code") or duration.get("unit") or "")),
        number_of((quantity or {}).get("value")),
        number_of(dose.get("value")),
        per_day or len(repeat.get("timeOfDay") or ()) or None,
    )
