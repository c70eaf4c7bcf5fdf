"""A FHIR Bundle of one person, read into the rows that measures run on; times keep their zone and precision. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from throughcare.insight.measures.points import (
    ALWAYS_SINCE,
    STILL,
    Point,
    Span,
    just_before,
    of_date,
    parse,
    somewhere_in,
)
from throughcare.insight.measures.rows import (
    NONE,
    Condition,
    Encounter,
    History,
    Observation,
    Order,
    Part,
    Procedure,
    Supply,
)
from throughcare.insight.measures.supplies import Amount, covered_by_order, covered_by_supply, doses_a_day, in_days

Resource = Mapping[str, Any]
R = TypeVar("R")

STATED = ("active", "recurrence", "relapse")


class Unreadable(ValueError):
    """A Bundle that is no one person's, or a resource in it whose shape is not FHIR's; says which."""


def history_of(bundle: Resource) -> History:
    """Read one person's Bundle; resources that no measure asks for are passed over. Refuses, naming it, what has no shape of FHIR."""
    entries = bundle.get("entry") or () if isinstance(bundle, Mapping) else None
    if not isinstance(entries, list | tuple) or not all(isinstance(e, Mapping) for e in entries):
        raise Unreadable("its bundle is no Bundle of entries")
    resources = [e["resource"] for e in entries if e.get("resource")]
    if not all(isinstance(r, Mapping) for r in resources):
        raise Unreadable("an entry of its bundle holds no resource")
    patients = [r for r in resources if r.get("resourceType") == "Patient"]
    if len(patients) != 1:
        raise Unreadable(f"its bundle has {len(patients)} Patients and not one")
    history = _shaped(_person, patients[0])
    medications = {str(r.get("id", "")): r for r in resources if r.get("resourceType") == "Medication"}
    reader = _Reader(history, medications)
    for resource in resources:
        read = reader.tables.get(str(resource.get("resourceType", "")))
        if read:
            _shaped(read, resource)
    return history


def _person(patient: Resource) -> History:
    return History(str(patient.get("id", "")), _born(patient), _point(patient.get("deceasedDateTime")))


def _shaped(read: Callable[[Resource], R], resource: Resource) -> R:
    """Read one resource, whoever sent it; what is not where FHIR has it is told by the resource's name and not by ours."""
    try:
        return read(resource)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError):
        name = f"{resource.get('resourceType')}/{resource.get('id', '?')}"
        raise Unreadable(f"its [{name[:80]}] has not the shape of FHIR R4") from None


class _Reader:
    """Files each resource as a row of its table."""

    def __init__(self, history: History, medications: Mapping[str, Resource]) -> None:
        self.history, self.medications = history, medications
        self.tables: dict[str, Callable[[Resource], None]] = {
            "Encounter": self.encounter,
            "Condition": self.condition,
            "Observation": self.observation,
            "Procedure": self.procedure,
            "ServiceRequest": self.service_request,
            "DeviceRequest": self.device_request,
            "MedicationRequest": self.medication_request,
            "MedicationDispense": self.dispense,
        }

    def encounter(self, r: Resource) -> None:
        stay = r.get("hospitalization") or {}
        conditions = ((d.get("condition") or {}).get("reference", "") for d in r.get("diagnosis") or ())
        self.history.encounters.append(
            Encounter(
                **_head(r, *(r.get("type") or ())),
                span=_period(r.get("period")),
                class_code=(r.get("class") or {}).get("code", ""),
                classes=_coded({"coding": [r["class"]]}) if r.get("class") else NONE,
                reason_codes=_coded(*(r.get("reasonCode") or ())),
                diagnosis_ids=tuple(reference.rsplit("/", 1)[-1] for reference in conditions),
                discharge_codes=_coded(stay.get("dischargeDisposition")),
            )
        )

    def condition(self, r: Resource) -> None:
        head = _head(r, r.get("code"))
        head["status"] = _word(r.get("clinicalStatus"), "condition-clinical")
        self.history.conditions.append(
            Condition(
                **head,
                span=_prevalence(r, head["status"], self.history.born),
                categories=_coded(*(r.get("category") or ())),
                verification=_word(r.get("verificationStatus"), "condition-ver-status"),
            )
        )

    def observation(self, r: Resource) -> None:
        kind, value = _value(r)
        quantity = value if kind == "quantity" else {}
        self.history.observations.append(
            Observation(
                **_head(r, r.get("code")),
                span=_when(r, "effective", self.history.born),
                categories=_coded(*(r.get("category") or ())),
                kind=kind,
                number=_number(quantity.get("value")) if kind == "quantity" else _number(value),
                unit=_unit(quantity),
                comparator=quantity.get("comparator", ""),
                value_codes=_coded(value) if kind == "concept" else NONE,
                parts=tuple(_part(c) for c in r.get("component") or ()),
                encounter_id=(r.get("encounter") or {}).get("reference", "").rsplit("/", 1)[-1],
                issued_at=_point(r.get("issued")),
                not_done_codes=_not_done(r),
            )
        )

    def procedure(self, r: Resource) -> None:
        self.history.procedures.append(
            Procedure(**_head(r, r.get("code")), span=_when(r, "performed", self.history.born))
        )

    def service_request(self, r: Resource) -> None:
        self.history.service_requests.append(_order(r, _coded(r.get("code"))))

    def device_request(self, r: Resource) -> None:
        self.history.device_requests.append(_order(r, _coded(r.get("codeCodeableConcept"))))

    def medication_request(self, r: Resource) -> None:
        dosage = _only(r.get("dosageInstruction"))
        repeat = (dosage.get("timing") or {}).get("repeat") or {}
        bounds = repeat.get("boundsPeriod") or {}
        supply = r.get("dispenseRequest") or {}
        covers = covered_by_order(
            _amount(supply.get("expectedSupplyDuration"), supply.get("quantity"), dosage),
            int(supply.get("numberOfRepeatsAllowed") or 0),
            (_point(bounds.get("start")), _point(bounds.get("end"))),
            _point(r.get("authoredOn")),
            _point((supply.get("validityPeriod") or {}).get("start")),
        )
        self.history.medication_orders.append(_order(r, self._medicine(r), covers))

    def dispense(self, r: Resource) -> None:
        head = _head(r)
        head["codes"] = self._medicine(r)
        amount = _amount(r.get("daysSupply"), r.get("quantity"), _only(r.get("dosageInstruction")))
        covers = covered_by_supply(amount, _point(r.get("whenHandedOver")), _point(r.get("whenPrepared")))
        self.history.supplies.append(Supply(**head, covers=covers))

    def _medicine(self, r: Resource) -> frozenset[str]:
        if r.get("medicationCodeableConcept"):
            return _coded(r["medicationCodeableConcept"])
        reference = (r.get("medicationReference") or {}).get("reference", "")
        contained = {f"#{c.get('id')}": c for c in r.get("contained") or ()}
        medicine = contained.get(reference) or self.medications.get(reference.rsplit("/", 1)[-1])
        return _coded(medicine.get("code")) if medicine else NONE


# --- pieces ---------------------------------------------------------------------------------------------------------------


def _head(r: Resource, *concepts: Any) -> dict[str, Any]:
    profiles = (r.get("meta") or {}).get("profile") or ()
    return {
        "id": r.get("id", ""),
        "codes": _coded(*concepts),
        "status": r.get("status", ""),
        "profiles": frozenset(p.split("|")[0].rsplit("/", 1)[-1] for p in profiles),
    }


def _coded(*concepts: Any) -> frozenset[str]:
    return frozenset(
        f"{coding.get('system', '')}|{coding['code']}"
        for concept in concepts
        if concept
        for coding in concept.get("coding") or ()
        if coding.get("code")
    )


def _word(concept: Any, system: str) -> str:
    """Give the code of a status concept; `?` where it is there but not from its system."""
    if not concept:
        return ""
    codings: Iterable[Any] = concept.get("coding") or ()
    return next((c.get("code", "?") for c in codings if c.get("system", "").rsplit("/", 1)[-1] == system), "?")


def _point(value: Any) -> Point | None:
    return parse(value) if isinstance(value, str) else None


def _born(patient: Resource) -> date | None:
    try:
        return date.fromisoformat(patient.get("birthDate", ""))
    except ValueError:
        return None


def _period(period: Any) -> Span | None:
    """Read a Period: without an end it goes on; without a start it began nobody knows when."""
    if not period:
        return None
    start, end = _point(period.get("start")), _point(period.get("end"))
    if start is None:
        return Span(somewhere_in(ALWAYS_SINCE, end), end) if end else None
    return Span(start, end or STILL)


def _when(r: Resource, name: str, born: date | None) -> Span | None:
    """Read a timing element of any type as a span; an age is the year of life it names."""
    if at := _point(r.get(f"{name}DateTime")) or _point(r.get(f"{name}Instant")):
        return Span(at, at)
    if period := r.get(f"{name}Period"):
        return _period(period)
    if age := r.get(f"{name}Age"):
        return _years(born, age, age)
    if ages := r.get(f"{name}Range"):
        return _years(born, ages.get("low"), ages.get("high"))
    return None


def _years(born: date | None, low: Any, high: Any) -> Span | None:
    if born is None or not low or not high:
        return None
    first, last = (_aged(born, quantity) for quantity in (low, high))
    return Span(first, just_before(last.plus(months=12))) if first and last else None


def _aged(born: date, quantity: Resource) -> Point | None:
    value, unit = _number(quantity.get("value")), str(quantity.get("code") or quantity.get("unit") or "")
    if value is None:
        return None
    if unit in ("a", "year", "years"):
        return of_date(born).plus(months=12 * int(value))
    if unit in ("mo", "month", "months"):
        return of_date(born).plus(months=int(value))
    days = in_days(value, unit)
    return of_date(born).plus(days=int(days)) if days is not None else None


def _prevalence(r: Resource, status: str, born: date | None) -> Span | None:
    """Read from onset to abatement: an active condition goes on; of another without abatement nobody knows the end."""
    onset, abated = _when(r, "onset", born), _when(r, "abatement", born)
    end = abated.end if abated else None
    if end is not None and r.get("abatementPeriod") and end.last < STILL.first:
        end = just_before(end)
    if onset is None:
        return Span(ALWAYS_SINCE, end) if end else None
    if end is None:
        end = STILL if status in STATED else somewhere_in(onset.start, STILL)
    return Span(onset.start, end)


def _value(r: Resource) -> tuple[str, Any]:
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


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _unit(quantity: Resource) -> str:
    return str(quantity.get("code") or quantity.get("unit") or "1") if quantity else ""


def _part(component: Resource) -> Part:
    quantity = component.get("valueQuantity") or {}
    return Part(_coded(component.get("code")), _number(quantity.get("value")), _unit(quantity))


def _not_done(r: Resource) -> frozenset[str]:
    return frozenset().union(
        *(
            _coded(extension.get("valueCodeableConcept"))
            for extension in r.get("extension") or ()
            if extension.get("url", "").endswith(("qicore-notDoneReason", "qicore-doNotPerformReason"))
        )
    )


def _order(r: Resource, codes: frozenset[str], covers: Span | None = None) -> Order:
    head = _head(r)
    head["codes"] = codes
    negated = any(
        extension.get("url", "").endswith("doNotPerform") and extension.get("valueBoolean") is True
        for extension in r.get("modifierExtension") or ()
    )
    return Order(
        **head,
        authored_at=_point(r.get("authoredOn")),
        intent=r.get("intent", ""),
        not_done=r.get("doNotPerform") is True or negated,
        covers=covers,
    )


def _only(rows: Any) -> Resource:
    """Give the only row of a list; of several none says how long a supply lasts."""
    return rows[0] if rows and len(rows) == 1 else {}


def _amount(duration: Any, quantity: Any, dosage: Resource) -> Amount:
    repeat = (dosage.get("timing") or {}).get("repeat") or {}
    rate = _only(dosage.get("doseAndRate"))
    dose = (rate.get("doseRange") or {}).get("high") or rate.get("doseQuantity") or {}
    per_day = doses_a_day(
        repeat.get("frequencyMax") or repeat.get("frequency"), repeat.get("period"), repeat.get("periodUnit", "")
    )
    duration = duration or {}
    return Amount(
        in_days(_number(duration.get("value")), str(duration.get("code") or duration.get("unit") or "")),
        _number((quantity or {}).get("value")),
        _number(dose.get("value")),
        per_day or len(repeat.get("timeOfDay") or ()) or None,
    )
