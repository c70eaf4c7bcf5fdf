"""A FHIR Bundle of one person, read into the rows that measures run on; times keep their zone and precision. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from throughcare.insight.measures import elements
from throughcare.insight.measures.elements import Resource
from throughcare.insight.measures.rows import (
    NONE,
    Condition,
    Encounter,
    History,
    Observation,
    Procedure,
    Supply,
)
from throughcare.insight.measures.supplies import covered_by_order, covered_by_supply

R = TypeVar("R")


class Unreadable(ValueError):
    """A Bundle that is no one person's, or a resource in it whose shape is not FHIR's; says which."""


def history_of(bundle: object) -> History:
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
    return History(
        str(patient.get("id", "")), elements.born_on(patient), elements.point_of(patient.get("deceasedDateTime"))
    )


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
                **elements.head_of(r, *(r.get("type") or ())),
                span=elements.span_of(r.get("period")),
                class_code=(r.get("class") or {}).get("code", ""),
                classes=elements.codes_of({"coding": [r["class"]]}) if r.get("class") else NONE,
                reason_codes=elements.codes_of(*(r.get("reasonCode") or ())),
                diagnosis_ids=tuple(reference.rsplit("/", 1)[-1] for reference in conditions),
                discharge_codes=elements.codes_of(stay.get("dischargeDisposition")),
            )
        )

    def condition(self, r: Resource) -> None:
        head = elements.head_of(r, r.get("code"))
        head["status"] = elements.status_of(r.get("clinicalStatus"), "condition-clinical")
        self.history.conditions.append(
            Condition(
                **head,
                span=elements.prevalence_of(r, head["status"], self.history.born),
                categories=elements.codes_of(*(r.get("category") or ())),
                verification=elements.status_of(r.get("verificationStatus"), "condition-ver-status"),
            )
        )

    def observation(self, r: Resource) -> None:
        kind, value = elements.value_of(r)
        quantity = value if kind == "quantity" else {}
        self.history.observations.append(
            Observation(
                **elements.head_of(r, r.get("code")),
                span=elements.when_of(r, "effective", self.history.born),
                categories=elements.codes_of(*(r.get("category") or ())),
                kind=kind,
                number=elements.number_of(quantity.get("value")) if kind == "quantity" else elements.number_of(value),
                unit=elements.unit_of(quantity),
                comparator=quantity.get("comparator", ""),
                value_codes=elements.codes_of(value) if kind == "concept" else NONE,
                parts=tuple(elements.part_of(c) for c in r.get("component") or ()),
                encounter_id=(r.get("encounter") or {}).get("reference", "").rsplit("/", 1)[-1],
                issued_at=elements.point_of(r.get("issued")),
                not_done_codes=elements.why_not_done(r),
            )
        )

    def procedure(self, r: Resource) -> None:
        self.history.procedures.append(
            Procedure(**elements.head_of(r, r.get("code")), span=elements.when_of(r, "performed", self.history.born))
        )

    def service_request(self, r: Resource) -> None:
        self.history.service_requests.append(elements.order_of(r, elements.codes_of(r.get("code"))))

    def device_request(self, r: Resource) -> None:
        self.history.device_requests.append(elements.order_of(r, elements.codes_of(r.get("codeCodeableConcept"))))

    def medication_request(self, r: Resource) -> None:
        dosage = elements.only_one(r.get("dosageInstruction"))
        repeat = (dosage.get("timing") or {}).get("repeat") or {}
        bounds = repeat.get("boundsPeriod") or {}
        supply = r.get("dispenseRequest") or {}
        covers = covered_by_order(
            elements.amount_of(supply.get("expectedSupplyDuration"), supply.get("quantity"), dosage),
            int(supply.get("numberOfRepeatsAllowed") or 0),
            (elements.point_of(bounds.get("start")), elements.point_of(bounds.get("end"))),
            elements.point_of(r.get("authoredOn")),
            elements.point_of((supply.get("validityPeriod") or {}).get("start")),
        )
        self.history.medication_orders.append(elements.order_of(r, self._medicine(r), covers))

    def dispense(self, r: Resource) -> None:
        head = elements.head_of(r)
        head["codes"] = self._medicine(r)
        amount = elements.amount_of(
            r.get("daysSupply"), r.get("quantity"), elements.only_one(r.get("dosageInstruction"))
        )
        covers = covered_by_supply(
            amount, elements.point_of(r.get("whenHandedOver")), elements.point_of(r.get("whenPrepared"))
        )
        self.history.supplies.append(Supply(**head, covers=covers))

    def _medicine(self, r: Resource) -> frozenset[str]:
        if r.get("medicationCodeableConcept"):
            return elements.codes_of(r["medicationCodeableConcept"])
        reference = (r.get("medicationReference") or {}).get("reference", "")
        contained = {f"#{c.get('id')}": c for c in r.get("contained") or ()}
        medicine = contained.get(reference) or self.medications.get(reference.rsplit("/", 1)[-1])
        return elements.codes_of(medicine.get("code")) if medicine else NONE
