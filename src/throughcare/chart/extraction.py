"""From what a form's engine finds in answers (FHIR Observations) to what the chart records. Pure."""

from decimal import Decimal
from typing import Any

from throughcare.chart.actions.observations import Measured, Part
from throughcare.kernel.fhir import Json
from throughcare.kernel.vocabulary import DataClass


def measured(found: Json, data_class: DataClass = DataClass.CLINICAL) -> Measured:
    """Read one Observation of the engine as a measurement, digits kept."""
    code = found["code"]["coding"][0]
    number, unit = _quantity(found)
    return Measured(
        system=code["system"],
        code=code["code"],
        text=found["code"].get("text") or code.get("display") or code["code"],
        value=number,
        unit=unit,
        value_text=_words(found),
        parts=tuple(_part(part) for part in found.get("component", ())),
        category=found["category"][0]["coding"][0]["code"],
        interpretation=_interpretation(found),
        data_class=data_class,
    )


def _quantity(found: Json) -> tuple[Decimal | None, str]:
    if "valueQuantity" in found:
        quantity = found["valueQuantity"]
        return Decimal(str(quantity["value"])), quantity.get("code") or quantity.get("unit") or ""
    if "valueInteger" in found:
        return Decimal(found["valueInteger"]), ""
    return None, ""


def _words(found: Json) -> str:
    if "valueCodeableConcept" in found:
        concept: dict[str, Any] = found["valueCodeableConcept"]
        coding = (concept.get("coding") or [{}])[0]
        return str(concept.get("text") or coding.get("display") or coding.get("code", ""))
    if "valueBoolean" in found:
        return "yes" if found["valueBoolean"] else "no"
    return str(found.get("valueString") or found.get("valueDateTime") or "")


def _part(part: Json) -> Part:
    code = part["code"]["coding"][0]
    number, unit = _quantity(part)
    return Part(code["system"], code["code"], number if number is not None else Decimal(0), unit)


def _interpretation(found: Json) -> str:
    concepts = found.get("interpretation") or []
    return str(concepts[0]["coding"][0]["code"])[:20] if concepts and concepts[0].get("coding") else ""
